"""A level, slopes and effects of what a parcel belongs to, each narrow effect leaning on the wide ones before it.

An effect of a lane with few parcels stays near nothing, and the lane is then what its zone pair and its service are:
the ridge form of partial pooling (Gelman and Hill, Data Analysis Using Regression, 12.2), solved by backfitting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.promising.columns import Departures, Reals

_ROUNDS = 20
_SLOPE_LEANS = 5.0


@dataclass(frozen=True)
class Additive:
    """The fitted sum. An effect of a code that was not seen is nothing."""

    level: float
    centre: Reals
    spread: Reals
    slopes: Reals
    effects: tuple[Reals, ...]

    def at(self, parcels: Departures) -> Reals:
        """(n,) the fitted value of each parcel."""
        said = self.level + ((parcels.numbers - self.centre) / self.spread) @ self.slopes
        for effect, codes in zip(self.effects, parcels.levels, strict=True):
            said = said + effect[np.minimum(codes, len(effect) - 1)]
        return np.asarray(said)


def flat(level: float, numbers: int, levels: int) -> Additive:
    """The same of every parcel."""
    nothing = np.zeros(numbers)
    return Additive(level, nothing, np.ones(numbers), nothing, (np.zeros(1),) * levels)


def fitted(target: Reals, counts: Reals, parcels: Departures, leans: Sequence[float]) -> Additive:
    """`target` (n,) explained; `counts` (n,) is how much each parcel counts, `leans` how many parcels, by level, an
    effect is held to nothing by.
    """
    total = counts.sum()
    numbers = parcels.numbers
    centre = (counts @ numbers) / total
    spread = np.sqrt(counts @ (numbers - centre) ** 2 / total)
    spread = np.where(spread > 1e-9, spread, 1.0)
    scaled = (numbers - centre) / spread
    # One code past the last stands for all that were not seen.
    sizes = [int(codes.max(initial=-1)) + 2 for codes in parcels.levels]
    held = [np.bincount(c, counts, s) + lean for c, s, lean in zip(parcels.levels, sizes, leans, strict=True)]
    effects = [np.zeros(size) for size in sizes]
    slopes = np.zeros(numbers.shape[1])
    gram = (scaled * counts[:, None]).T @ scaled + _SLOPE_LEANS * np.eye(len(slopes))
    level = float(counts @ target / total)
    left = target - level
    for _ in range(_ROUNDS):
        step = float(counts @ left / total)
        level, left = level + step, left - step
        by = np.linalg.solve(gram, scaled.T @ (counts * left) - _SLOPE_LEANS * slopes)
        slopes, left = slopes + by, left - scaled @ by
        for effect, codes, size, hold, lean in zip(effects, parcels.levels, sizes, held, leans, strict=True):
            move = (np.bincount(codes, counts * left, size) - lean * effect) / hold
            move[-1] = 0.0
            effect += move
            left = left - move[codes]
    return Additive(level, centre, spread, slopes, tuple(effects))
