"""The own fleet as a dispatcher sees it: each route with what it carries, what is late and why, and what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from doorstep.carriers.distance import position_of
from doorstep.carriers.shipments import Piece
from doorstep.events.fleet import StopLeft
from doorstep.flow.look_routes import DayView, RouteStopView, RouteView, day_within, route_within
from doorstep.flow.office import Office
from doorstep.flow.route_day import SiteFleet, consigned, pallets_of, piece_of, site_fleet, volume_cm3_of
from doorstep.flow.route_late import Told, told_late, told_standing
from doorstep.planning.fleet import Consignment, rest_of
from doorstep.planning.stop_delay import NOTICED, Drive, Expected, Halt, expected, standing
from doorstep.storage.queries import fleet, master
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Calendar
from doorstep.terms.fleet import FleetVehicle
from doorstep.terms.places import Position
from doorstep.terms.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Load:
    """Parcels, grams, cubic centimetres, pallet places."""

    parcels: int = 0
    weight_g: int = 0
    volume_cm3: int = 0
    pallets: int = 0

    def __add__(self, other: Load) -> Load:
        return Load(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @staticmethod
    def fullest(loads: Sequence[Load]) -> Load:
        """The largest of each kind."""
        return Load(*map(max, zip(*map(astuple, loads), strict=True)))


@dataclass(frozen=True, slots=True)
class StopSeen:
    """A halt: its number on the route sheet, what it was told first, when it is expected by now, and why it is late.

    `next` where the vehicle drives to it. What is not packed yet counts with the parcels that packing would make of it.
    """

    number: int
    stop: RouteStopView
    told_from: datetime
    told_until: datetime
    expected_at: datetime
    late: Told | None
    next: bool
    load: Load
    position: Position | None


@dataclass(frozen=True, slots=True)
class RouteSeen:
    """A route with its vehicle (None where it is no more) and where that starts. `most` is the fullest it ever is:
    with one trip all it takes, with several the largest of each kind. `behind` where the whole of it is, and why; it is
    back at `back_at`, by as much later than planned."""

    route: RouteView
    vehicle: FleetVehicle | None
    starts: Position | None
    stops: tuple[StopSeen, ...]
    most: Load
    trips: int
    behind: Told | None
    back_at: datetime

    def count(self, *states: str) -> int:
        """How many stops are in one of these states."""
        return sum(seen.stop.state in states for seen in self.halts)

    @property
    def halts(self) -> tuple[StopSeen, ...]:
        return tuple(seen for seen in self.stops if seen.stop.doing == "stop")

    @property
    def late(self) -> tuple[StopSeen, ...]:
        return tuple(seen for seen in self.stops if seen.late is not None)

    @property
    def ahead(self) -> tuple[StopSeen, ...]:
        return tuple(seen for seen in self.halts if seen.stop.state == "planned")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A stop in no route: whose it is, and what the plan says of it without its number."""

    left: StopLeft
    references: tuple[str, ...]
    name: str
    where: str
    says: str


@dataclass(frozen=True, slots=True)
class DispatchView:
    """A site's day. `idle` are its vehicles with no route on it, `today` is the day on the site's wall now."""

    day: DayView
    today: date
    now: datetime
    routes: tuple[RouteSeen, ...]
    idle: tuple[FleetVehicle, ...]
    left_out: tuple[LeftOut, ...]


def dispatch_day(office: Office, site_id: str, day: date | None = None) -> DispatchView | Refusal:
    """A site's day, of today where none is named. UNKNOWN_SITE."""
    with office.store.reading(wide=True) as tx:
        view = day_within(tx, site_id, day)
        if isinstance(view, Refusal):
            return view
        routes = _seen(tx, site_id, view.routes)
        driving = {seen.route.vehicle_id for seen in routes}
        return DispatchView(
            day=view,
            today=master.sites(tx)[site_id].calendar.day_of(tx.now),
            now=tx.now,
            routes=routes,
            idle=tuple(each for each in fleet.vehicles(tx, site_id) if each.vehicle_id not in driving),
            left_out=_left_out(tx, view.unplaced),
        )


def dispatch_route(office: Office, route_id: str) -> RouteSeen | Refusal:
    """One route. UNKNOWN_TASK."""
    with office.store.reading(wide=True) as tx:
        view = route_within(tx, route_id)
        if isinstance(view, Refusal):
            return view
        (seen,) = _seen(tx, view.site_id, (view,))
        return seen


def _seen(tx: Transaction, site_id: str, routes: Sequence[RouteView]) -> tuple[RouteSeen, ...]:
    own = site_fleet(tx, site_id)
    rows = fleet.stops(tx, [route.route_id for route in routes])
    told = {} if isinstance(own, Refusal) else _consigned(tx, own, routes, rows)
    known = _Known(
        vehicles={each.vehicle_id: each for each in fleet.vehicles(tx, site_id)},
        windows=fleet.first_windows(tx, [route.route_id for route in routes]),
        consigned=told,
        loads=_loads(tx, rows),
        agreed_by={
            row.order_id: row.agreed_by
            for row in fleet.where_orders_go(tx, {each for row in rows for each in row.order_ids}).values()
        },
        own=None if isinstance(own, Refusal) else own,
        wall=master.sites(tx)[site_id].calendar,
        now=tx.now,
    )
    return tuple(_route(known, route) for route in routes)


@dataclass(frozen=True, slots=True)
class _Known:
    """What routes are looked at with: by vehicle, and by route and stop."""

    vehicles: Mapping[str, FleetVehicle]
    windows: Mapping[tuple[str, str], Any]
    consigned: Mapping[tuple[str, str], Consignment]
    loads: Mapping[tuple[str, str], Load]
    agreed_by: Mapping[str, date | None]
    own: SiteFleet | None
    wall: Calendar
    now: datetime


def _consigned(
    tx: Transaction, own: SiteFleet, routes: Sequence[RouteView], rows: Sequence[Any]
) -> dict[tuple[str, str], Consignment]:
    """Where the stops' goods go, and what they are, by route and stop."""
    days = {route.route_id: route.day for route in routes}
    found = {}
    for route_id, day in days.items():
        stop_of = {each: row.stop_id for row in rows if row.route_id == route_id for each in row.fulfilment_ids}
        going = [row for row in fleet.those(tx, list(stop_of)) if row.service_id in own.tariffs]
        for each in consigned(tx, own, day, going, stop_of):
            found[route_id, each.stop_id] = each
    return found


def _loads(tx: Transaction, rows: Sequence[Any]) -> dict[tuple[str, str], Load]:
    """What is packed for the stops, where all of it is."""
    packed: dict[str, list[Piece]] = defaultdict(list)
    for each in fleet.all_loads(tx, [one for row in rows for one in row.fulfilment_ids]):
        packed[each.fulfilment_id].append(piece_of(each))
    return {
        (row.route_id, row.stop_id): _load([piece for each in row.fulfilment_ids for piece in packed[each]])
        for row in rows
        if row.fulfilment_ids and all(each in packed for each in row.fulfilment_ids)
    }


def _load(pieces: Sequence[Piece]) -> Load:
    weight_g, volume_cm3 = sum(piece.weight_g for piece in pieces), sum(map(volume_cm3_of, pieces))
    return Load(len(pieces), weight_g, volume_cm3, pallets_of(pieces))


def _route(known: _Known, route: RouteView) -> RouteSeen:
    vehicle = known.vehicles.get(route.vehicle_id)
    rest = rest_of(vehicle, known.wall, route.day)
    drive = Drive(route.state, route.day, route.leaves_at, route.left_at, rest)
    halts = [_halt(known, route, stop) for stop in route.stops]
    when = expected(drive, halts, known.now)
    behind = standing(drive, halts, known.now)
    on_road = route.state == "out"
    first = next((n for n, stop in enumerate(route.stops) if stop.state == "planned" and on_road), None)
    stops = tuple(
        _stop(known, route, number, when[number], halts[number], is_next=number == first)
        for number in range(len(route.stops))
    )
    trips = _trips(stops)
    return RouteSeen(
        route=route,
        vehicle=vehicle,
        starts=_starts(known, route, vehicle),
        stops=stops,
        most=Load.fullest(trips),
        trips=len(trips),
        back_at=route.ended_at or rest.later(route.ends_at, behind.by if behind else timedelta()),
        behind=told_standing(behind, route) if behind and behind.by > NOTICED else None,
    )


def _halt(known: _Known, route: RouteView, stop: RouteStopView) -> Halt:
    told = known.windows.get((route.route_id, stop.stop_id), stop)
    goods = known.consigned.get((route.route_id, stop.stop_id))
    closes_at = None
    if goods is not None and goods.receives is not None and goods.receives.works_on(route.day):
        closes_at = goods.receives.at(route.day, goods.receives.closes)
    agreed = [day for each in stop.order_ids if (day := known.agreed_by.get(each)) is not None]
    reload = stop.doing != "stop"
    return Halt(
        state=stop.state,
        arrives_at=stop.arrives_at,
        told_until=stop.arrives_at + timedelta(days=1) if reload else told.window_until,
        at=stop.at,
        closes_at=closes_at,
        promised_by=min(agreed, default=None),
    )


def _stop(known: _Known, route: RouteView, place: int, when: Expected, halt: Halt, *, is_next: bool) -> StopSeen:
    stop = route.stops[place]
    told = known.windows.get((route.route_id, stop.stop_id), stop)
    goods = known.consigned.get((route.route_id, stop.stop_id))
    load = known.loads.get((route.route_id, stop.stop_id))
    if load is None:
        load = Load(stop.parcels, stop.weight_g)
        if goods is not None:
            load = Load(stop.parcels, goods.weight_g, goods.volume_cm3, goods.pallets)
    position = None
    if goods is not None and known.own is not None:
        position = position_of(goods.locality, known.own.tariffs[goods.service_id].positions)
    return StopSeen(
        number=place + 1,
        stop=stop,
        told_from=told.window_from,
        told_until=told.window_until,
        expected_at=when.at,
        late=told_late(when.late, route, stop, halt) if when.late else None,
        next=is_next,
        load=load,
        position=position,
    )


def _starts(known: _Known, route: RouteView, vehicle: FleetVehicle | None) -> Position | None:
    if vehicle is not None and vehicle.starts is not None:
        return vehicle.starts
    if known.own is None or route.service_id not in known.own.tariffs:
        return None
    return position_of(known.own.site.locality, known.own.tariffs[route.service_id].positions)


def _trips(stops: Sequence[StopSeen]) -> list[Load]:
    """What is aboard as each trip begins; stops of which nothing was at the dock do not count."""
    trips = [Load()]
    for seen in stops:
        if seen.stop.doing == "reload":
            trips.append(Load())
        elif seen.stop.state != "missing":
            trips[-1] += seen.load
    return trips


def _left_out(tx: Transaction, unplaced: Sequence[StopLeft]) -> tuple[LeftOut, ...]:
    orders = fleet.where_orders_go(tx, {each for left in unplaced for each in left.order_ids})
    addresses = master.addresses(tx, {row.person_ref for row in orders.values()})
    found = []
    for left in unplaced:
        rows = [orders[each] for each in left.order_ids if each in orders]
        to = addresses.get(rows[0].person_ref) if rows else None
        found.append(
            LeftOut(
                left=left,
                references=tuple(row.reference for row in rows if row.reference),
                name=to.name if to else "",
                where=f"{to.postcode} {to.city}".strip() if to else "",
                says=left.says.removeprefix(left.stop_id).lstrip(": "),
            )
        )
    return tuple(found)
