"""A truck that unloads at several places of one lane of its tariff: which it may, and how far and how long they lie
from one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from doorstep.carriers.bills import NoRate, NoRateWhy
from doorstep.carriers.distance import metres_by_road, position_of
from doorstep.carriers.freight import lane_of
from doorstep.terms.freight import TruckLane, TruckTariff
from doorstep.terms.measures import Measure
from doorstep.terms.places import Locality
from doorstep.terms.service import AnyTariff

_METRES_AN_HOUR = 1_000
_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Roads:
    """Ways between a site (number 0) and the places where a truck is to unload (1 and on): whole metres and seconds,
    and the seconds that it stands at each. `within_m` is the most from a place to the next, None: any. `states` where
    the lane's contract states how far it is: then only what is driven beyond the way to the last place counts besides.
    """

    metres: tuple[tuple[int, ...], ...]
    seconds: tuple[tuple[int, ...], ...]
    stop_seconds: int
    within_m: int | None = None
    states: bool = False

    def detour_m(self, order: Sequence[int]) -> int:
        """What is driven to the places in that order (numbers from 1) beyond the way to the last one."""
        return sum(self.metres[a][b] for a, b in pairwise((0, *order))) - self.metres[0][order[-1]]

    def later_seconds(self, order: Sequence[int]) -> tuple[int, ...]:
        """By how much later than by the way straight to it each place is reached, in that order; never below zero."""
        at, clock, later = 0, 0, []
        for place in order:
            clock += self.seconds[at][place]
            later.append(max(clock - self.seconds[0][place], 0))
            clock += self.stop_seconds
            at = place
        return tuple(later)


def takes_stops(tariff: AnyTariff) -> bool:
    """Whether one vehicle goes to several consignees."""
    return isinstance(tariff, TruckTariff) and tariff.most_stops > 0


def area_of(tariff: AnyTariff, origin: Locality, destination: Locality) -> tuple[str, str] | None:
    """The area whose places one truck may serve: the lane of the tariff by which it goes there, as heads of postcodes
    of its two ends. None where the tariff makes no stops or does not go there."""
    lane = _lane(tariff, origin, destination) if isinstance(tariff, TruckTariff) and tariff.most_stops else None
    return None if lane is None else (lane.origin, lane.destination)


def roads(tariff: AnyTariff, service_id: str, origin: Locality, places: Sequence[Locality]) -> Roads | NoRate:
    """How the places lie, all of them of one area; or why one truck does not go to them all."""
    if not isinstance(tariff, TruckTariff) or (len(places) > 1 and not tariff.most_stops):
        return NoRate(NoRateWhy.NO_STOPS, service_id)
    if len(places) - 1 > tariff.most_stops:
        unit = "places"
        return NoRate(NoRateWhy.TOO_MANY_STOPS, service_id, len(places) - 1, tariff.most_stops, unit=unit)
    lanes = [_lane(tariff, origin, place) for place in places]
    for place, lane in zip(places, lanes, strict=True):
        if lane is None or lane is not lanes[0]:
            why = NoRateWhy.TWO_LANES if lane else NoRateWhy.NO_ZONE
            return NoRate(why, service_id, 0, 0, origin.head, place.head)
    found = [position_of(each, tariff.positions) for each in (origin, *places)]
    for locality, position in zip((origin, *places), found, strict=True):
        if position is None:
            return NoRate(NoRateWhy.NO_DISTANCE, service_id, 0, 0, origin.head, locality.head)
    at = [position for position in found if position is not None]
    metres = tuple(tuple(metres_by_road(a, b, tariff.road_percent) if a != b else 0 for b in at) for a in at)
    a_hour = tariff.speed_kmh * _METRES_AN_HOUR
    seconds = tuple(tuple(-(-each * _HOUR // a_hour) for each in row) for row in metres)
    within = tariff.stops_within and whole_metres(tariff.stops_within)
    return Roads(metres, seconds, tariff.stop_seconds, within, bool(lanes[0] and lanes[0].distance))


def detour(tariff: TruckTariff, service_id: str, origin: Locality, places: Sequence[Locality]) -> Measure | NoRate:
    """What a truck drives for the sake of unloading at the places, in their order, beyond the way to the last one."""
    found = roads(tariff, service_id, origin, places)
    if isinstance(found, NoRate):
        return found
    order = range(1, len(places) + 1)
    for here, there in pairwise(order):
        far = found.metres[here][there]
        if found.within_m is not None and far > found.within_m:
            return NoRate(NoRateWhy.STOPS_APART, service_id, far, found.within_m, unit="m")
    return Measure(max(found.detour_m(order), 0), 1, "m")


def whole_metres(length: Measure) -> int:
    """A length in whole metres, what is less of one left out."""
    exact = length.exact
    return exact.numerator // (exact.denominator * 1_000)


def _lane(tariff: TruckTariff, origin: Locality, destination: Locality) -> TruckLane | None:
    return lane_of(tariff.lanes, origin.head, destination.head)
