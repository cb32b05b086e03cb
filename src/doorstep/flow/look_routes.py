"""The own fleet as doors show it: a site's routes of a day, stop by stop, and what is in none and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doorstep.events.fleet import StopLeft
from doorstep.flow.office import Office, company_of
from doorstep.flow.routes import stops_left
from doorstep.storage.queries import fleet, master
from doorstep.storage.transaction import Transaction
from doorstep.terms.fleet import FleetVehicle
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal, Why


@dataclass(frozen=True, slots=True)
class RouteStopView:
    """A halt: its number on the route, whose orders, where to, when, and what became of it ('' as `name` and `where`
    where nothing is kept any more)."""

    visit_no: int
    doing: str
    stop_id: str
    order_ids: tuple[str, ...]
    references: tuple[str, ...]
    name: str
    where: str
    phone: str
    parcels: int
    weight_g: int
    arrives_at: datetime
    leaves_at: datetime
    window_from: datetime
    window_until: datetime
    state: str
    at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class RouteView:
    """A vehicle's day: state is planned, out, ended. What it costs is by the tariff, as planned until it has ended."""

    route_id: str
    site_id: str
    day: date
    zone: str
    vehicle_id: str
    service_id: str
    state: str
    begins_at: datetime
    leaves_at: datetime
    ends_at: datetime
    left_at: datetime | None
    ended_at: datetime | None
    distance_m: int
    working_seconds: int
    cost_minor: int
    currency: str
    stops: tuple[RouteStopView, ...]


@dataclass(frozen=True, slots=True)
class DayView:
    """A site's day of the own fleet. `roads` tells where distances came from; '' where nothing was planned yet."""

    site_id: str
    day: date
    zone: str
    roads: str
    planned_at: datetime | None
    routes: tuple[RouteView, ...]
    unplaced: tuple[StopLeft, ...]
    cost_minor: int
    currency: str


def day_of_routes(office: Office, site_id: str, day: date | None = None) -> DayView | Refusal:
    """Routes of a day, of today on the site's wall where none is named. UNKNOWN_SITE."""
    with office.store.reading(wide=True) as tx:
        return day_within(tx, site_id, day)


def day_within(tx: Transaction, site_id: str, day: date | None = None) -> DayView | Refusal:
    """The same as part of a longer look."""
    site = master.sites(tx).get(site_id)
    if site is None:
        return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
    on = day or site.calendar.day_of(tx.now)
    routes = _routes(tx, fleet.routes_of_day(tx, site_id, on), site.calendar.zone)
    row = fleet.planned_day(tx, site_id, on)
    return DayView(
        site_id=site_id,
        day=on,
        zone=site.calendar.zone,
        roads=row.roads if row else "",
        planned_at=row.planned_at if row else None,
        routes=routes,
        unplaced=stops_left(row.unplaced) if row else (),
        cost_minor=sum(route.cost_minor for route in routes),
        currency=company_of(tx).currency,
    )


def route_view(office: Office, route_id: str) -> RouteView | Refusal:
    """One route. UNKNOWN_TASK."""
    with office.store.reading(wide=True) as tx:
        return route_within(tx, route_id)


def route_within(tx: Transaction, route_id: str) -> RouteView | Refusal:
    """The same as part of a longer look."""
    row = fleet.route(tx, route_id)
    if row is None:
        return Refusal(Why.UNKNOWN_TASK, f"There is no route {route_id}.", {"route_id": route_id})
    (view,) = _routes(tx, [row], master.sites(tx)[row.site_id].calendar.zone)
    return view


def vehicle_list(office: Office, site_id: str = "") -> tuple[FleetVehicle, ...]:
    """The own vehicles of a site, or of all."""
    with office.store.reading(wide=True) as tx:
        return fleet.vehicles(tx, site_id)


def _routes(tx: Transaction, rows: Sequence[Any], zone: str) -> tuple[RouteView, ...]:
    stops = fleet.stops(tx, [row.route_id for row in rows])
    orders = fleet.where_orders_go(tx, {each for stop in stops for each in stop.order_ids})
    addresses = master.addresses(tx, {row.person_ref for row in orders.values()})
    loads: dict[str, Counter[str]] = defaultdict(Counter)
    for each in fleet.all_loads(tx, [one for stop in stops for one in stop.fulfilment_ids]):
        loads[each.fulfilment_id] += Counter(parcels=1, weight_g=each.weight_g)
    by_route: dict[str, list[RouteStopView]] = defaultdict(list)
    for stop in stops:
        by_route[stop.route_id].append(_stop(stop, orders, addresses, loads))
    same = ("route_id", "site_id", "day", "vehicle_id", "service_id", "state", "begins_at", "leaves_at", "ends_at")
    more = ("left_at", "ended_at", "distance_m", "working_seconds", "cost_minor", "currency")
    return tuple(
        RouteView(
            zone=zone,
            stops=tuple(by_route[row.route_id]),
            **{name: getattr(row, name) for name in (*same, *more)},
        )
        for row in rows
    )


def _stop(
    stop: Any, orders: Mapping[str, Any], addresses: Mapping[str, Address], loads: Mapping[str, Counter[str]]
) -> RouteStopView:
    known = [orders[order_id] for order_id in stop.order_ids if order_id in orders]
    to = addresses.get(known[0].person_ref) if known else None
    aboard = _sum(loads[each] for each in stop.fulfilment_ids if each in loads)
    return RouteStopView(
        visit_no=stop.visit_no,
        doing=stop.doing,
        stop_id=stop.stop_id,
        order_ids=tuple(stop.order_ids),
        references=tuple(row.reference for row in known if row.reference),
        name=to.name if to else "",
        where=", ".join((*to.lines, f"{to.postcode} {to.city}".strip())) if to else "",
        phone=to.phone if to else "",
        parcels=len(stop.ssccs) or aboard["parcels"],
        weight_g=aboard["weight_g"],
        arrives_at=stop.arrives_at,
        leaves_at=stop.leaves_at,
        window_from=stop.window_from,
        window_until=stop.window_until,
        state=stop.state,
        at=stop.at,
        reason=stop.reason,
    )


def _sum(several: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in several:
        total += each
    return total
