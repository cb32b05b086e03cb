"""From what really happened to a distribution, never surer than the counts allow.

A lane with few parcels leans on its zone, a zone with few on the service, a service with few on the carrier's
published standard: each level counts as LEANS_ON parcels of the level below it (the posterior mean under a Dirichlet
prior; Gelman et al., Bayesian Data Analysis, 3rd ed., 3.4). Those still on their way say that it takes longer than that
(the Dirichlet's kin for such counts is the beta-Stacy process; Walker and Muliere, Annals of Statistics 25, 1997):
without them the quick ones, which are known first, would count double. Parcels of other zones say how much sooner or
later they came than what is published for theirs. Where parcels were enough to follow from day to day (`lanes`), what
is expected of those that leave now stands in the place of the counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from doorstep.promising.mass import WHOLE, Mass, moved_ppm
from doorstep.promising.parcels import NO_PARTING, Parting, parting_ppm
from doorstep.terms.places import region
from doorstep.terms.service import CarrierService

LEANS_ON = 30
_HALF = WHOLE // 2
_FINE = WHOLE**3  # of probability, while it is multiplied
NEEDS = 1_000  # parcels of a service that came, before it is followed from day to day
LEARNED = "transit learned"  # what a promise rests on where every lane it takes has parcels to learn from


@dataclass(frozen=True, slots=True)
class Seen:
    """How many took how long: (working days, parcels), sorted; `never` have not come at all.

    `expected` is what was learned of those that leave now, (working days, ppm), sorted; empty: counts alone are known.
    `waiting` are on their way: (working days after which they had not come, parcels), sorted. `parting` is told of
    whole services alone.
    """

    days: tuple[tuple[int, int], ...] = ()
    never: int = 0
    expected: tuple[tuple[int, int], ...] = ()
    waiting: tuple[tuple[int, int], ...] = ()
    parting: Parting = NO_PARTING

    @classmethod
    def of(
        cls,
        days: Mapping[str, int],
        never: int,
        expected: Mapping[str, int] | None = None,
        waiting: Mapping[str, int] | None = None,
        parting: Parting = NO_PARTING,
    ) -> Seen:
        return cls(_sorted(days), never, _sorted(expected or {}), _sorted(waiting or {}), parting)

    def moved_ppm(self, since: Seen) -> int:
        """By how much what is expected is another than it was: the probability that would have to be moved."""
        return moved_ppm(dict(self.expected), dict(since.expected))

    @property
    def parcels(self) -> int:
        return sum(parcels for _, parcels in self.days) + self.never


def _sorted(told: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((int(day), number) for day, number in told.items()))


NOTHING = Seen()


def together(counted: Iterable[Seen]) -> Seen:
    """What all of them have seen, by counts."""
    days: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    never = 0
    for each in counted:
        days.update(dict(each.days))
        waiting.update(dict(each.waiting))
        never += each.never
    return Seen(_columns(days), never, (), _columns(waiting))


# By service, region of origin and region of destination; of all that a service brings into a zone by service, '' and
# the zone; of all that it brings by service, '' and ''.
Transits = Mapping[tuple[str, str, str], Seen]


@dataclass(frozen=True, slots=True)
class Learned:
    """What was seen of a lane, of the zone it lies in, and of the whole service as it would be in that zone."""

    lane: Seen = NOTHING
    zone: Seen = NOTHING
    service: Seen = NOTHING


def lane_of(transits: Transits, service: CarrierService, origin: str, destination: str) -> Seen:
    """What was seen of the lane itself."""
    return transits.get((service.service_id, region(origin), region(destination)), NOTHING)


def parting_of(transits: Transits, service_id: str, freight: bool) -> int:
    """P(the parcels of a shipment by the service travel each by itself), ppm."""
    return parting_ppm(transits.get((service_id, "", ""), NOTHING).parting, freight)


def learned_of(transits: Transits, service: CarrierService, origin: str, destination: str, zone: str) -> Learned:
    """What is known of a service's lane between two areas, in the tariff's `zone` of it."""
    lane = lane_of(transits, service, origin, destination)
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
    waiting: dict[int, int] = {}
    never, parcels = 0, sum(seen.parcels for seen, _ in told)
    for seen, of_zone in told:
        moved = middle - (Mass.published(of_zone).quantile(_HALF) or 0)
        never += seen.never
        for day, number in seen.days:
            days[max(day + moved, 0)] = days.get(max(day + moved, 0), 0) + number
        for day, ppm in seen.expected:
            expected[max(day + moved, 0)] = expected.get(max(day + moved, 0), 0) + ppm * seen.parcels // parcels
        for day, number in seen.waiting:
            if day + moved >= 0:
                waiting[day + moved] = waiting.get(day + moved, 0) + number
    if not all(seen.expected for seen, _ in told):
        expected.clear()
    return Seen(_columns(days), never, _columns(expected), _columns(waiting))


def _columns(told: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(told.items()))


@lru_cache(maxsize=4096)
def transit(learned: Learned, published: tuple[int, ...]) -> Mass:
    """Working days from departure to delivery. With nothing seen it is what the carrier publishes for the zone."""
    standard = Mass.published(published)
    return leaning(learned.lane, leaning(learned.zone, leaning(learned.service, standard)))


def leaning(seen: Seen, on: Mass, weight: int = LEANS_ON) -> Mass:
    """What was seen, mixed with what is believed of its like as if that were `weight` parcels."""
    if not seen.expected:
        return _counted(seen, on, weight) if seen.parcels or seen.waiting else on
    weights = {point: ppm * weight for point, ppm in on.points()}
    for day, ppm in seen.expected:
        weights[day] = weights.get(day, 0) + ppm * seen.parcels
    return Mass.rounded(weights, (seen.parcels + weight) * WHOLE)


def _counted(seen: Seen, on: Mass, weight: int) -> Mass:
    """Day by day: of those that could still come, how many did, by counts and by what is believed."""
    came, believed = dict(seen.days), dict(on.points())
    at_risk = WHOLE * (seen.parcels + sum(number for _, number in seen.waiting))
    left = WHOLE * weight
    still, weights = _FINE, {}
    waited = dict(seen.waiting)
    for day in range(min((*came, *believed, *waited), default=0), max((*came, *believed), default=-1) + 1):
        here, likely = came.get(day, 0) * WHOLE, believed.get(day, 0) * weight
        # One that had not come after this day was at risk on it, and is no more.
        if at_risk + left:
            weights[day] = still * (here + likely) // (at_risk + left)
            still -= weights[day]
        at_risk -= here + waited.get(day, 0) * WHOLE
        left -= likely
    return Mass.rounded(weights, _FINE)
