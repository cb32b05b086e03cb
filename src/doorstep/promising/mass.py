"""Probability masses on a grid of whole numbers, in parts per million that always sum to 1,000,000.

Every operation is exact in whole numbers and rounds once, at its end, by one rule: the cumulative probability of each
point is rounded down, and a point's mass is the difference between neighbours. The sum is conserved, no point's
P(at or before) is ever overstated and it is off by less than one part per million: rounding never flatters a promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WHOLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Mass:
    """`ppm[i]` is the probability of `start + i`; `never_ppm` of it not happening at all.

    The grid's unit is the caller's (steps, days, day numbers). The first and last `ppm` are not zero, so that equal
    masses compare equal. ValueError where the parts are negative, do not sum to 1,000,000 or are not trimmed.
    """

    start: int
    ppm: tuple[int, ...]
    never_ppm: int = 0

    def __post_init__(self) -> None:
        if min(self.ppm, default=0) < 0 or self.never_ppm < 0 or sum(self.ppm) + self.never_ppm != WHOLE:
            raise ValueError(f"a mass is made of parts that sum to {WHOLE}: {self.ppm}, never {self.never_ppm}")
        if (self.ppm and not (self.ppm[0] and self.ppm[-1])) or (self.start and not self.ppm):
            raise ValueError("a mass begins and ends with a point that can happen")

    def __hash__(self) -> int:
        # Masses are looked up far more often than they are made; equal ones begin and end alike.
        return hash((self.start, len(self.ppm), self.ppm[:2], self.never_ppm))

    @classmethod
    def certain(cls, point: int) -> Mass:
        return cls(point, (WHOLE,))

    @classmethod
    def published(cls, ppm: Sequence[int], start: int = 0) -> Mass:
        """From a list as tariffs and priors state it: what is missing from the sum never happens."""
        return cls.rounded({start + i: part for i, part in enumerate(ppm)}, WHOLE)

    @classmethod
    def rounded(cls, weights: Mapping[int, int], whole: int) -> Mass:
        """Point -> whole weight out of `whole`, rounded by the rule of this module; what is missing never happens."""
        happens = sorted(point for point, weight in weights.items() if weight)
        if not happens:
            return cls(0, (), WHOLE)
        ppm = [0] * (happens[-1] - happens[0] + 1)
        below = running = 0
        for point in happens:
            running += weights[point]
            rounded_down = running * WHOLE // whole
            ppm[point - happens[0]] = rounded_down - below
            below = rounded_down
        return cls._trimmed(happens[0], ppm, WHOLE - below)

    @classmethod
    def _trimmed(cls, start: int, ppm: list[int], never_ppm: int) -> Mass:
        while ppm and not ppm[-1]:
            ppm.pop()
        lead = next((i for i, part in enumerate(ppm) if part), len(ppm))
        return cls(start + lead if ppm else 0, tuple(ppm[lead:]), never_ppm)

    def points(self) -> Iterable[tuple[int, int]]:
        """Each point that can happen, with its probability."""
        return ((self.start + i, part) for i, part in enumerate(self.ppm) if part)

    def shift(self, by: int) -> Mass:
        return Mass(self.start + by if self.ppm else 0, self.ppm, self.never_ppm)

    def convolve(self, other: Mass) -> Mass:
        """The sum of two independent quantities; it never happens where either never does."""
        weights: dict[int, int] = {}
        for mine, part in self.points():
            for theirs, share in other.points():
                weights[mine + theirs] = weights.get(mine + theirs, 0) + part * share
        return Mass.rounded(weights, WHOLE * WHOLE)

    def thinned(self, ppm: int) -> Mass:
        """This with probability `ppm`, and otherwise never."""
        return Mass.rounded({point: part * ppm for point, part in self.points()}, WHOLE * WHOLE)

    def at_least(self, point: int) -> Mass:
        """This, given that it is not before `point`; never, where all that was possible lies before."""
        left = {at: part for at, part in self.points() if at >= point}
        return self if len(left) == len(self.ppm) else Mass.rounded(left, sum(left.values()) + self.never_ppm or WHOLE)

    def inside(self, first: int, last: int) -> int:
        """P(first <= it <= last)."""
        low, high = max(first - self.start, 0), max(last - self.start + 1, 0)
        return sum(self.ppm[low:high])

    def by(self, point: int) -> int:
        """P(it <= point): the cumulative probability."""
        return self.inside(self.start, point)

    def quantile(self, ppm: int) -> int | None:
        """The least point with P(it <= point) >= `ppm`; None where it is not reached."""
        running = 0
        for point, part in self.points():
            running += part
            if running >= ppm:
                return point
        return None

    def to_json(self) -> dict[str, Any]:
        return {"start": self.start, "ppm": list(self.ppm), "never_ppm": self.never_ppm}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Mass:
        return cls(stored["start"], tuple(stored["ppm"]), stored["never_ppm"])


def moved_ppm(these: Mapping[int, int], those: Mapping[int, int]) -> int:
    """How much probability would have to be moved to make one of the other; each is point -> ppm."""
    gained = sum(max(part - those.get(point, 0), 0) for point, part in these.items())
    return max(gained, sum(max(part - these.get(point, 0), 0) for point, part in those.items()))


def last_of(masses: Sequence[Mass]) -> Mass:
    """The latest of independent events, such as the last of several deliveries: P(<= t) is the product of theirs."""
    if len(masses) == 1:
        return masses[0]
    cumulative: dict[int, int] = {}
    happens = [mass for mass in masses if mass.ppm]
    if len(happens) < len(masses):
        return Mass(0, (), WHOLE)
    begin = max(mass.start for mass in masses)
    end = max(mass.start + len(mass.ppm) for mass in masses)
    before = 0
    for point in range(begin, end):
        product = 1
        for mass in masses:
            product *= mass.by(point)
        cumulative[point] = product - before
        before = product
    return Mass.rounded(cumulative, WHOLE ** len(masses))
