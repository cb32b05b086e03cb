"""A day of the own fleet as routing has it: consignments become stops, vehicles and their tariff become vehicles.

Seconds count from midnight on the site's wall; a plan is told again in instants. What a route costs is always the bill
of its service's tariff; the search weighs ways and hours by the same prices, rounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from doorstep.carriers.distance import position_of
from doorstep.carriers.freight import van_bill
from doorstep.planning.stop_delay import NO_REST, Rest
from doorstep.routing import Load, Params, Pause, Point, Stop, Vehicle
from doorstep.routing.values import MOST_DISTANCE_M, MOST_LOAD, MOST_SECONDS, Binding, Route, Unplaced
from doorstep.terms.calendar import Calendar
from doorstep.terms.fleet import FleetVehicle
from doorstep.terms.freight import VanTariff
from doorstep.terms.places import Locality, Position

ROUNDS = 2_000  # of a day's plan
# Of a plan that is mended while it is driven: 60 stops of one vehicle in 0.1 s, 200 in 0.3 s, or in 0.9 s where not
# all fit.
ROUNDS_ANEW = 300
_BEFORE, _AFTER, _STEP_SECONDS = 30 * 60, 60 * 60, 15 * 60  # the window that a customer is told


@dataclass(frozen=True, slots=True)
class Consignment:
    """What goes to one consignee on a day. `stop_id` is the first of its orders.

    `pallets` are the places that it takes on a vehicle's floor. `receives` None: at any time of the day. `ready_at` is
    when the goods are at the dock, None: they are there.
    """

    stop_id: str
    order_ids: tuple[str, ...]
    fulfilment_ids: tuple[str, ...]
    service_id: str
    locality: Locality
    weight_g: int
    volume_cm3: int
    pallets: int = 0
    receives: Calendar | None = None
    ready_at: datetime | None = None
    skills: frozenset[str] = frozenset()
    priority: int = 1


@dataclass(frozen=True, slots=True)
class FleetDay:
    """A day of a site's fleet: what routing is asked, by which points and names its places are, and what is left out
    before it is asked. `midnight` is where its seconds begin."""

    midnight: datetime
    stops: tuple[Stop, ...]
    vehicles: tuple[Vehicle, ...]
    points: tuple[Point, ...]
    names: tuple[str, ...]
    params: Params
    left: tuple[Unplaced, ...]

    def at(self, seconds: int) -> datetime:
        return self.midnight + timedelta(seconds=seconds)


class _Places:
    def __init__(self) -> None:
        self.points: dict[Point, int] = {}
        self.names: list[str] = []

    def number(self, position: Position, name: str) -> int:
        point = Point.of_udeg(position.north_udeg, position.east_udeg)
        if point not in self.points:
            self.points[point] = len(self.points)
            self.names.append(name)
        return self.points[point]


def fleet_day(
    site_id: str,
    origin: Locality,
    wall: Calendar,
    day: date,
    consignments: Sequence[Consignment],
    fleet: Sequence[FleetVehicle],
    tariffs: Mapping[str, VanTariff],
    now: datetime,
    *,
    seed: int = 0,
    rounds: int = ROUNDS,
) -> FleetDay:
    """The day as routing has it. `tariffs` are those of the services that vehicles drive for, by service.

    A vehicle whose day is over, or that lies nowhere, is left out; so is a consignment to nobody knows where, or to
    somebody who takes nothing in on the day: each of these says why.
    """
    midnight = wall.at(day, time(0))
    places = _Places()
    begin = max(int((now - midnight).total_seconds()), 0)
    vehicles = [
        vehicle
        for each in fleet
        if (vehicle := _vehicle(each, site_id, origin, wall, day, tariffs[each.service_id], begin, places)) is not None
    ]
    told = [_stop(each, tariffs[each.service_id], day, midnight, places) for each in consignments]
    return FleetDay(
        midnight,
        tuple(each for each in told if isinstance(each, Stop)),
        tuple(vehicles),
        tuple(places.points),
        tuple(places.names),
        Params(rounds, seed, pause=_pause(fleet, wall, day)),
        tuple(each for each in told if isinstance(each, Unplaced)),
    )


def _vehicle(
    told: FleetVehicle,
    site_id: str,
    origin: Locality,
    wall: Calendar,
    day: date,
    tariff: VanTariff,
    begin: int,
    places: _Places,
) -> Vehicle | None:
    midnight = wall.at(day, time(0))
    begins, ends = (int((wall.at(day, each) - midnight).total_seconds()) for each in (told.begins, told.ends))
    home = position_of(origin, tariff.positions)
    start, end = told.starts or home, told.returns or home
    if start is None or end is None or max(begins, begin) >= ends:
        return None
    starts = places.number(start, site_id)
    return Vehicle(
        told.vehicle_id,
        Load(
            *(told.capacity_g or MOST_LOAD, told.capacity_cm3 or MOST_LOAD),
            MOST_LOAD if told.capacity_pallets == 0 else told.capacity_pallets,
        ),
        starts,
        places.number(end, site_id),
        begins_seconds=max(begins, begin),
        ends_seconds=ends,
        shift_seconds=told.shift_seconds or MOST_SECONDS,
        most_distance_m=told.most_km * 1_000 or MOST_DISTANCE_M,
        loading_seconds=told.loading_seconds,
        reload_places=(starts,) if told.reloads else (),
        most_reloads=told.reloads,
        skills=told.skills | {told.service_id},
        fixed_minor=tariff.route_minor,
        per_km_minor=(2 * tariff.kilometre.minor + tariff.kilometre.per) // (2 * tariff.kilometre.per),
        per_hour_minor=tariff.hour_minor,
    )


def _stop(told: Consignment, tariff: VanTariff, day: date, midnight: datetime, places: _Places) -> Stop | Unplaced:
    position = position_of(told.locality, tariff.positions)
    if position is None:
        says = f"{told.stop_id}: nobody says where it lies; give the address its latitude and longitude."
        return Unplaced(told.stop_id, Binding.UNREACHABLE, None, says)
    opens, closes = 0, MOST_SECONDS
    if told.receives is not None:
        if not told.receives.works_on(day):
            says = f"{told.stop_id}: the consignee takes nothing in on {day:%A}."
            return Unplaced(told.stop_id, Binding.WINDOW, None, says)
        hours = (told.receives.at(day, each) for each in (told.receives.opens, told.receives.closes))
        opens, closes = (max(int((at - midnight).total_seconds()), 0) for at in hours)
    ready = 0 if told.ready_at is None else max(int((told.ready_at - midnight).total_seconds()), 0)
    return Stop(
        told.stop_id,
        places.number(position, told.locality.postcode or told.locality.area),
        Load(min(told.weight_g, MOST_LOAD), min(told.volume_cm3, MOST_LOAD), min(told.pallets, MOST_LOAD)),
        opens_seconds=opens,
        closes_seconds=closes,
        service_seconds=tariff.stop_seconds,
        release_seconds=ready,
        skills=told.skills | {told.service_id},
        priority=max(1, min(told.priority, 100)),
    )


def _pause(fleet: Sequence[FleetVehicle], wall: Calendar, day: date) -> Pause | None:
    resting = next((each for each in fleet if each.rests_at is not None), None)
    if resting is None or resting.rests_at is None:
        return None
    begins = wall.at(day, resting.rests_at) - wall.at(day, time(0))
    return Pause(int(begins.total_seconds()), resting.rests_seconds)


def rest_of(vehicle: FleetVehicle | None, wall: Calendar, day: date) -> Rest:
    """When a vehicle's driver rests on a day."""
    if vehicle is None or vehicle.rests_at is None:
        return NO_REST
    begins_at = wall.at(day, vehicle.rests_at)
    return Rest(begins_at, begins_at + timedelta(seconds=vehicle.rests_seconds))


def billed(tariff: VanTariff, route: Route) -> int:
    """What the route costs by the tariff, in its currency: its way, its working time, its stops."""
    stops = len({visit.stop_id for visit in route.visits if visit.stop_id})
    return van_bill(tariff, route.distance_m, route.working_seconds, stops).total_minor


def told_window(arrives_at: datetime, leaves_depot_at: datetime) -> tuple[datetime, datetime]:
    """Between when a customer is told that it comes: half an hour before to an hour after, in quarters of an hour."""
    first = max(arrives_at - timedelta(seconds=_BEFORE), leaves_depot_at)
    last = arrives_at + timedelta(seconds=_AFTER)
    return _quarter(first, up=False), _quarter(last, up=True)


def _quarter(at: datetime, *, up: bool) -> datetime:
    seconds = int(at.timestamp())
    steps = -(-seconds // _STEP_SECONDS) if up else seconds // _STEP_SECONDS
    return at + timedelta(seconds=steps * _STEP_SECONDS - seconds, microseconds=-at.microsecond)


def without(day: FleetDay, stop_ids: frozenset[str]) -> FleetDay:
    """The day without some of its stops."""
    return replace(day, stops=tuple(stop for stop in day.stops if stop.stop_id not in stop_ids))
