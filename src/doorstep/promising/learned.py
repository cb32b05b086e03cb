"""From counts of what really happened to a distribution, never surer than the counts allow.

A lane with few parcels leans on its service, a service with few on the carrier's published standard: each level counts
as LEANS_ON parcels of the level below it (the posterior mean under a Dirichlet prior; Gelman et al., Bayesian Data
Analysis, 3rd ed., 3.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from doorstep.promising.mass import WHOLE, Mass

LEANS_ON = 30
LEARNED = "transit learned"  # what a promise rests on where every lane it takes has parcels to learn from


@dataclass(frozen=True, slots=True)
class Seen:
    """How many took how long: (working days, parcels), sorted; `never` have not come at all."""

    days: tuple[tuple[int, int], ...] = ()
    never: int = 0

    @classmethod
    def of(cls, days: Mapping[str, int], never: int) -> Seen:
        return cls(tuple(sorted((int(day), parcels) for day, parcels in days.items())), never)

    @property
    def parcels(self) -> int:
        return sum(parcels for _, parcels in self.days) + self.never


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
    for day, parcels in seen.days:
        weights[day] = weights.get(day, 0) + parcels * WHOLE
    return Mass.rounded(weights, (seen.parcels + weight) * WHOLE)
