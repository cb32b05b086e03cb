"""From the mass over delivery dates to what is told: the tightest window of dates, and what a miss would cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from doorstep.promising.arrivals import Leg, arrivals
from doorstep.promising.mass import Mass, last_of
from doorstep.promising.priors import PRIOR_ONLY
from doorstep.terms.calendar import Window


@dataclass(frozen=True, slots=True)
class Basis:
    """What a promise was made from, stored with it so that anybody can make it again, to the bit.

    Several `legs` are kept together: the promise is complete when the last of them has arrived.
    """

    legs: tuple[Leg, ...]
    wanted_ppm: int
    not_before: date | None = None
    basis: str = PRIOR_ONLY

    def to_json(self) -> dict[str, Any]:
        return {
            "legs": [leg.to_json() for leg in self.legs],
            "wanted_ppm": self.wanted_ppm,
            "not_before": None if self.not_before is None else self.not_before.isoformat(),
            "basis": self.basis,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Basis:
        not_before = stored["not_before"]
        return cls(
            legs=tuple(Leg.from_json(leg) for leg in stored["legs"]),
            wanted_ppm=stored["wanted_ppm"],
            not_before=None if not_before is None else date.fromisoformat(not_before),
            basis=stored["basis"],
        )


def promise(basis: Basis) -> Window | None:
    """The window that `basis` supports: the tightest with the wanted probability, or else the widest there is.

    A window whose `ppm` is below `wanted_ppm` says that the wanted probability is out of reach; None: no date at all.
    """
    arrival = last_of([arrivals(leg) for leg in basis.legs])
    return promised(arrival, basis.wanted_ppm, basis.not_before)


@lru_cache(maxsize=8192)
def promised(arrival: Mass, wanted_ppm: int, not_before: date | None = None) -> Window | None:
    """What `promise` tells of an arrival that is already known."""
    return window(arrival, wanted_ppm, not_before) or widest(arrival, not_before)


def window(arrival: Mass, wanted_ppm: int, not_before: date | None = None) -> Window | None:
    """The fewest days in a row that hold with at least `wanted_ppm`, the earliest of several; None where none do.

    `arrival` is over proleptic day numbers. No day before `not_before` is promised, and what comes earlier is broken.
    """
    begin = arrival.start if not_before is None else max(arrival.start, not_before.toordinal())
    last = begin
    inside = arrival.inside(begin, begin)
    end = arrival.start + len(arrival.ppm)
    best: tuple[int, int, int] | None = None  # days, first, ppm
    for first in range(begin, end):
        while inside < wanted_ppm and last + 1 < end:
            last += 1
            inside += arrival.ppm[last - arrival.start]
        if inside < wanted_ppm:
            break
        if best is None or last - first + 1 < best[0]:
            best = (last - first + 1, first, inside)
        inside -= arrival.ppm[first - arrival.start]
        if last == first and last + 1 < end:
            last += 1
            inside += arrival.ppm[last - arrival.start]
    if best is None:
        return None
    days, first, ppm = best
    return Window(date.fromordinal(first), date.fromordinal(first + days - 1), ppm)


def widest(arrival: Mass, not_before: date | None = None) -> Window | None:
    """Every day on which it may arrive, from `not_before` on; None where it cannot."""
    earliest = 0 if not_before is None else not_before.toordinal()
    days = [day for day, _ in arrival.points() if day >= earliest]
    if not days:
        return None
    first, last = days[0], days[-1]
    return Window(date.fromordinal(first), date.fromordinal(last), arrival.inside(first, last))


def kept_ppm(arrival: Mass, agreed: Window) -> int:
    """P(the arrival keeps an agreed window)."""
    first = arrival.start if agreed.first_day is None else agreed.first_day.toordinal()
    return arrival.inside(first, agreed.last_day.toordinal())


@lru_cache(maxsize=8192)
def days_late_ppm(arrival: Mass, last_day: date, never_days: int) -> int:
    """Expected days after `last_day`, in millionths of a day; never arriving counts as `never_days` late."""
    limit = last_day.toordinal()
    late = sum((day - limit) * ppm for day, ppm in arrival.points() if day > limit)
    return late + arrival.never_ppm * never_days
