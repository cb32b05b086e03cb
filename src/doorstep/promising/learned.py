"""From what really happened to a distribution, never surer than the counts allow.

A lane with few parcels leans on its service, a service with few on the carrier's published standard: each level counts
as LEANS_ON parcels of the level below it (the posterior mean under a Dirichlet prior; Gelman et al., Bayesian Data
Analysis, 3rd ed., 3.4). Where parcels were enough to follow from day to day (`lanes`), what is expected of those that
leave now stands in the place of the counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from doorstep.promising.mass import WHOLE, Mass

LEANS_ON = 30
NEEDS = 50  # parcels of a service that came, before it is followed from day to day
LEARNED = "transit learned"  # what a promise rests on where every lane it takes has parcels to learn from


@dataclass(frozen=True, slots=True)
class Seen:
    """How many took how long: (working days, parcels), sorted; `never` have not come at all.

    `expected` is what was learned of those that leave now, (working days, ppm), sorted; empty: counts alone are known.
    """

    days: tuple[tuple[int, int], ...] = ()
    never: int = 0
    expected: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, days: Mapping[str, int], never: int, expected: Mapping[str, int] | None = None) -> Seen:
        return cls(_sorted(days), never, _sorted(expected or {}))

    def moved_ppm(self, since: Seen) -> int:
        """By how much what is expected is another than it was: the probability that would have to be moved."""
        mine, before = dict(self.expected), dict(since.expected)
        gained = sum(max(mine.get(day, 0) - before.get(day, 0), 0) for day in mine)
        return max(gained, sum(max(part - mine.get(day, 0), 0) for day, part in before.items()))

    @property
    def parcels(self) -> int:
        return sum(parcels for _, parcels in self.days) + self.never


def _sorted(told: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((int(day), number) for day, number in told.items()))


@dataclass(frozen=True, slots=True)
class Learned:
    """What was seen of a lane and of the whole service that it is of."""

    lane: Seen
    service: Seen


NOTHING = Learned(Seen(), Seen())


@lru_cache(maxsize=4096)
def transit(learned: Learned, published: tuple[int, ...]) -> Mass:
    """Working days from departure to delivery. With nothing seen it is what the carrier publishes."""
    standard = Mass.published(published)
    return leaning(learned.lane, leaning(learned.service, standard))


def leaning(seen: Seen, on: Mass, weight: int = LEANS_ON) -> Mass:
    """What was seen, mixed with what is believed of its like as if that were `weight` parcels."""
    if not seen.parcels:
        return on
    weights = {point: ppm * weight for point, ppm in on.points()}
    each = [(day, ppm * seen.parcels) for day, ppm in seen.expected] or [(day, n * WHOLE) for day, n in seen.days]
    for day, counts in each:
        weights[day] = weights.get(day, 0) + counts
    return Mass.rounded(weights, (seen.parcels + weight) * WHOLE)
