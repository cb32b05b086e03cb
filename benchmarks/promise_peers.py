"""Run by the Python of another environment: what LightGBM would have promised, refitted monthly, and on the peak.

    python promise_peers.py GIVEN.npz SAID.npz

GIVEN has for each set `x` (n, features), `took` (n,) with infinity for what never came, `at` (n,) and `known` (n,) the
instants of the promise and of the outcome, and `refits`, the instants of each fit and of the end. SAID has the 0.9
quantile of each that is promised after the first refit.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import Any

import lightgbm
import numpy as np

PARAMS = {
    "objective": "quantile", "alpha": 0.9, "verbosity": -1, "num_leaves": 31, "learning_rate": 0.05,
    "min_data_in_leaf": 50, "num_threads": 1, "deterministic": True, "seed": 1,
}  # fmt: skip
ROUNDS = 250


def promised(x: np.ndarray, took: np.ndarray, at: np.ndarray, known: np.ndarray, refits: np.ndarray) -> Any:
    said = np.full(len(x), np.nan)
    for begin, end in pairwise(refits):
        learned, asked = known < begin, (at >= begin) & (at < end)
        model = lightgbm.train(PARAMS, lightgbm.Dataset(x[learned], took[learned]), ROUNDS)
        said[asked] = model.predict(x[asked])
    return said


def main(given: str, answer: str) -> None:
    sets = np.load(given)
    said: dict[str, Any] = {}
    for name in ("olist", "peak"):
        said[name] = promised(*(sets[f"{name}_{part}"] for part in ("x", "took", "at", "known", "refits")))
    np.savez(answer, **said)


if __name__ == "__main__":
    main(*sys.argv[1:])
