"""Routes of the own vehicles: a site's day is searched without a transaction open, and what was found is one fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from doorstep.events.fleet import PlannedRoute, RoutesPlanned, RouteVisit, StopLeft
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who, company_of
from doorstep.flow.route_day import SiteFleet, consignments, due_days, site_fleet
from doorstep.planning.fleet import Consignment, FleetDay, billed, fleet_day, told_window
from doorstep.routing import Distances, Plan, check
from doorstep.routing import route as routed
from doorstep.routing.values import Doing, Route, Unplaced
from doorstep.storage.queries import fleet
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal, Why

LEAD = timedelta(minutes=30)  # so long before the vehicles' cut-off the clock plans them
_MOST_TRIES = 5


class UncheckedRouteError(Exception):
    """A plan that the independent checker says cannot be driven: a bug of the search, and nothing is recorded."""


class _MovedError(Exception):
    """What the plan was searched for is not what stands there now: it is searched anew."""


@dataclass(frozen=True, slots=True)
class RoutesMade:
    """A day's routes as they were planned, what is in none, and what they cost by their tariffs, minor units."""

    plan_id: str
    site_id: str
    day: date
    routes: tuple[PlannedRoute, ...]
    unplaced: tuple[StopLeft, ...]
    cost_minor: int
    currency: str
    roads: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a plan is searched for: it must be so still when the plan is written down."""

    own: SiteFleet
    consignments: tuple[Consignment, ...]
    planned: tuple[str, ...]  # routes of the day, or of one before, that have not left

    @property
    def wanted(self) -> tuple[tuple[Consignment, ...], tuple[str, ...]]:
        return self.consignments, self.planned


def plan_routes(office: Office, who: Who, site_id: str, day: date, key: str = "") -> RoutesMade | Refusal:
    """Plan what is to leave with a site's own vehicles on a day. Routes that have not left yet are planned anew; a
    vehicle that is out is left alone.

    TOO_LATE for a day that is over, WRONG_STATE where nothing is to be driven and nothing was planned.
    """
    before: RoutesMade | Refusal | None = office.store.answered(key, RoutesMade, [site_id, day])
    if before is not None:
        return before
    for _ in range(_MOST_TRIES):
        with office.store.reading() as tx:
            asked = _asked(tx, site_id, day)
            now = tx.now
        if isinstance(asked, Refusal):
            return asked
        if asked.own.ends(day) <= now:
            return Refusal(Why.TOO_LATE, f"{day} is over at {site_id}.", {"day": day.isoformat()})
        if not asked.consignments and not asked.planned:
            says = f"Nothing is to leave {site_id} with its own vehicles on {day}."
            return Refusal(Why.WRONG_STATE, says, {"site_id": site_id, "day": day.isoformat()})
        own = asked.own
        free = [each for each in own.vehicles if each.vehicle_id not in _out(office, site_id, day)]
        the_day = fleet_day(
            site_id, own.site.locality, own.site.calendar, day, asked.consignments, free, own.tariffs, now
        )
        distances, roads = distances_of(office, own, the_day)
        plan = routed(the_day.stops, the_day.vehicles, distances, the_day.params)
        must_be_driven(the_day, distances, plan)

        record = partial(_record, office, who, asked, the_day, day, plan, roads)
        try:
            return office.store.run(record, answers=RoutesMade, key=key, request=[site_id, day])
        except _MovedError:
            continue
    says = f"The shipments of {site_id} change faster than their routes are found; ask again in a moment."
    return Refusal(Why.WRONG_STATE, says, {"site_id": site_id})


def plan_due_routes(office: Office) -> tuple[RoutesMade, ...]:
    """What the clock does: plan every site's day whose cut-off is near, where what is to be driven has changed."""
    made = []
    for site_id, day in due_days(office, LEAD):
        if _as_planned(office, site_id, day):
            continue
        told = plan_routes(office, CLOCKWORK, site_id, day)
        if isinstance(told, RoutesMade):
            made.append(told)
    return tuple(made)


def _as_planned(office: Office, site_id: str, day: date) -> bool:
    """Whether the last plan of the day is of just what is to be driven now."""
    with office.store.reading() as tx:
        asked = _asked(tx, site_id, day)
        if isinstance(asked, Refusal):
            return True
        row = fleet.planned_day(tx, site_id, day)
        known = {each for stop in fleet.stops(tx, asked.planned) for each in stop.fulfilment_ids}
    if row is None:
        return not asked.consignments
    known |= {each for left in row.unplaced for each in left["fulfilment_ids"]}
    return known == {each for told in asked.consignments for each in told.fulfilment_ids}


def _asked(tx: Transaction, site_id: str, day: date) -> _Asked | Refusal:
    own = site_fleet(tx, site_id)
    if isinstance(own, Refusal):
        return own
    return _Asked(own, consignments(tx, own, day), fleet.not_left(tx, site_id, day))


def _out(office: Office, site_id: str, day: date) -> set[str]:
    with office.store.reading() as tx:
        return {row.vehicle_id for row in fleet.routes_of_day(tx, site_id, day) if row.state == "out"}


def distances_of(office: Office, own: SiteFleet, the_day: FleetDay) -> tuple[Distances, str]:
    """The distances of a day's places, and in words where they came from. No transaction is open."""
    tariff = own.tariffs[own.vehicles[0].service_id]
    return office.roads.between(
        the_day.points,
        the_day.names,
        office.store.clock.now(),
        road_percent=tariff.road_percent,
        speed_kmh=tariff.speed_kmh,
    )


def must_be_driven(
    the_day: FleetDay, distances: Distances, plan: Plan, driven: Mapping[str, int] | None = None
) -> None:
    """UncheckedRouteError where the independent checker finds something in what is not `driven` yet."""
    wrong = check(the_day.stops, the_day.vehicles, distances, the_day.params, plan, driven)
    if wrong:
        raise UncheckedRouteError("; ".join(wrong))


def _record(
    office: Office,
    who: Who,
    asked: _Asked,
    the_day: FleetDay,
    day: date,
    plan: Plan,
    roads: str,
    tx: Transaction,
) -> RoutesMade:
    site_id, scribe = asked.own.site.site_id, Scribe(who, tx.now)
    fleet.lock_fleet(tx, site_id)
    now = _asked(tx, site_id, day)
    if isinstance(now, Refusal) or now.wanted != asked.wanted:
        raise _MovedError
    known = {each.stop_id: each for each in asked.consignments}
    routes = tuple(told_route(asked.own, the_day, known, route, office.ids.new("rte")) for route in plan.routes)
    left = tuple(told_left(known, each) for each in (*the_day.left, *plan.unplaced))
    body = RoutesPlanned(
        plan_id=office.ids.new("rpl"),
        site_id=site_id,
        day=day,
        routes=routes,
        called_off=asked.planned,
        gone=(),
        unplaced=left,
        cost_minor=sum(route.cost_minor for route in routes),
        currency=company_of(tx).currency,
        roads=roads,
        work_used=plan.work_used,
    )
    tx.record(scribe(body, site=site_id))
    return RoutesMade(body.plan_id, site_id, day, routes, left, body.cost_minor, body.currency, roads)


def told_route(
    own: SiteFleet, the_day: FleetDay, known: Mapping[str, Consignment], route: Route, route_id: str
) -> PlannedRoute:
    """A route that is planned for the first time, as the journal tells it."""
    service_id = next(each.service_id for each in own.vehicles if each.vehicle_id == route.vehicle_id)
    leaves_at = the_day.at(route.leaves_seconds)
    visits = tuple(
        RouteVisit(
            visit_no=number,
            doing=visit.doing.value,
            stop_id=visit.stop_id if visit.doing is Doing.STOP else f"reload {number}",
            order_ids=known[visit.stop_id].order_ids if visit.stop_id else (),
            fulfilment_ids=known[visit.stop_id].fulfilment_ids if visit.stop_id else (),
            arrives_at=the_day.at(visit.arrives_seconds),
            leaves_at=the_day.at(visit.leaves_seconds),
            window_from=told_window(the_day.at(visit.begins_seconds), leaves_at)[0],
            window_until=told_window(the_day.at(visit.begins_seconds), leaves_at)[1],
            fresh=True,
        )
        for number, visit in enumerate(route.visits, 1)
    )
    tariff = own.tariffs[service_id]
    return PlannedRoute(
        route_id=route_id,
        vehicle_id=route.vehicle_id,
        service_id=service_id,
        tariff_id=tariff.tariff_id,
        begins_at=the_day.at(route.begins_seconds),
        leaves_at=leaves_at,
        ends_at=the_day.at(route.ends_seconds),
        distance_m=route.distance_m,
        working_seconds=route.working_seconds,
        cost_minor=billed(tariff, route),
        fresh=True,
        visits=visits,
    )


def told_left(known: Mapping[str, Consignment], left: Unplaced) -> StopLeft:
    """A stop in no route, as the journal tells it."""
    told = known[left.stop_id]
    return StopLeft(left.stop_id, told.order_ids, told.fulfilment_ids, left.binding.value, left.says)


def stops_left(rows: Sequence[Mapping[str, object]]) -> tuple[StopLeft, ...]:
    """The same, as a row of the last plan keeps them."""
    return tuple(
        StopLeft(
            stop_id=str(row["stop_id"]),
            order_ids=tuple(map(str, row["order_ids"])),  # type: ignore[call-overload]
            fulfilment_ids=tuple(map(str, row["fulfilment_ids"])),  # type: ignore[call-overload]
            binding=str(row["binding"]),
            says=str(row["says"]),
        )
        for row in rows
    )
