"""Figures with what they are measured beside: ours and raw in turns, medians of the rounds, and their ratio."""

from __future__ import annotations

import json
import multiprocessing
import resource
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).with_name("results")


@dataclass(frozen=True)
class Figure:
    """One thing measured. `ratio` is ours / raw, None where nothing raw stands beside it."""

    what: str
    unit: str
    ours: float
    raw: float | None
    ratio: float | None
    beside: str
    ours_rounds: tuple[float, ...] = ()
    raw_rounds: tuple[float, ...] = ()


def alone(what: str, unit: str, value: float, note: str = "") -> Figure:
    return Figure(what, unit, round(value, 1), None, None, note)


def compared(what: str, unit: str, ours: Sequence[float], raw: Sequence[float], beside: str) -> Figure:
    """Medians of rounds that were run in turns; `beside` says what raw did."""
    mine, theirs = median(ours), median(raw)
    rounds = [tuple(round(value, 1) for value in values) for values in (ours, raw)]
    return Figure(what, unit, round(mine, 1), round(theirs, 1), round(mine / theirs, 3), beside, *rounds)


def in_turns(ours: Callable[[], float], raw: Callable[[], float], rounds: int) -> tuple[list[float], list[float]]:
    """Both in every round, the first of one round last in the next, so that a drift of the machine hits both."""
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            found[which].append((ours, raw)[which]())
    return found


def in_a_process(part: Callable[..., Any], *arguments: Any) -> Any:
    """What `part` returns, run in a process of its own, whose peak memory is then its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(part, arguments)


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def write(name: str, about: dict[str, Any], figures: Sequence[Any]) -> Path:
    """Today's result; measured again on the same day it is the later one that stays."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC).date()}-{name}.json"
    whole = {"benchmark": name, **about, "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
