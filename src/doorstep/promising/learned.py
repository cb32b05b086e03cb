"""From what really happened to a distribution, never surer than the counts allow.

A lane with few parcels leans on its zone, a zone with few on the service, a service with few on the carrier's
published standard: each level counts as LEANS_ON parcels of the level below it (the posterior mean under a Dirichlet
prior; Gelman et al., Bayesian Data Analysis, 3rd ed., 3.4). Parcels of other zones say how much sooner or later they
came than what is published for theirs. Where parcels were enough to follow from day to day (`lanes`), what is expected
of those that leave now stands in the place of the counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from doorstep.promising.mass import WHOLE, Mass
from doorstep.terms.places import region
from doorstep.terms.service import CarrierService

LEANS_ON = 30
_HALF = WHOLE // 2
NEEDS = 1_000  # parcels of a service that came, before it is followed from day to day
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


NOTHING = Seen()
# By service, region of origin and region of destination; of all that a service brings into a zone by service, '' and
# the zone; of all that it brings by service, '' and ''.
Transits = Mapping[tuple[str, str, str], Seen]


@dataclass(frozen=True, slots=True)
class Learned:
    """What was seen of a lane, of the zone it lies in, and of the whole service as it would be in that zone."""

    lane: Seen = NOTHING
    zone: Seen = NOTHING
    service: Seen = NOTHING


def learned_of(transits: Transits, service: CarrierService, origin: str, destination: str, zone: str) -> Learned:
    """What is known of a service's lane between two areas, in the tariff's `zone` of it."""
    lane = transits.get((service.service_id, region(origin), region(destination)), NOTHING)
    whole = transits.get((service.service_id, "", ""), NOTHING)
    told = tuple(
        (seen, published)
        for other, published in sorted(service.transit_ppm.items())
        if other and (seen := transits.get((service.service_id, "", other))) is not None
    )
    own = service.transit_of(zone) if zone else None
    if not own or not told:
        return Learned(lane, NOTHING, whole)
    return Learned(lane, transits.get((service.service_id, "", zone), NOTHING), _alike(told, own))


@lru_cache(maxsize=4096)
def _alike(told: tuple[tuple[Seen, tuple[int, ...]], ...], published: tuple[int, ...]) -> Seen:
    """What was seen in all zones, as if in one of which so much is published: as many days before or behind its median.

    What is expected is mixed as there were parcels.
    """
    middle = Mass.published(published).quantile(_HALF) or 0
    days: dict[int, int] = {}
    expected: dict[int, int] = {}
    never, parcels = 0, sum(seen.parcels for seen, _ in told)
    for seen, of_zone in told:
        moved = middle - (Mass.published(of_zone).quantile(_HALF) or 0)
        never += seen.never
        for day, number in seen.days:
            days[max(day + moved, 0)] = days.get(max(day + moved, 0), 0) + number
        for day, ppm in seen.expected:
            expected[max(day + moved, 0)] = expected.get(max(day + moved, 0), 0) + ppm * seen.parcels // parcels
    followed = all(seen.expected for seen, _ in told)
    return Seen(tuple(sorted(days.items())), never, tuple(sorted(expected.items())) if followed else ())


@lru_cache(maxsize=4096)
def transit(learned: Learned, published: tuple[int, ...]) -> Mass:
    """Working days from departure to delivery. With nothing seen it is what the carrier publishes for the zone."""
    standard = Mass.published(published)
    return leaning(learned.lane, leaning(learned.zone, leaning(learned.service, standard)))


def leaning(seen: Seen, on: Mass, weight: int = LEANS_ON) -> Mass:
    """What was seen, mixed with what is believed of its like as if that were `weight` parcels."""
    if not seen.parcels:
        return on
    weights = {point: ppm * weight for point, ppm in on.points()}
    each = [(day, ppm * seen.parcels) for day, ppm in seen.expected] or [(day, n * WHOLE) for day, n in seen.days]
    for day, counts in each:
        weights[day] = weights.get(day, 0) + counts
    return Mass.rounded(weights, (seen.parcels + weight) * WHOLE)
