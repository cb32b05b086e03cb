"""The rest of a route that is under way, planned anew: after a stop that failed, and when it runs late.

What is aboard stays aboard, so only its own vehicle's order changes. What there is no time for is told, and comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from doorstep.events.fleet import PlannedRoute, RoutesPlanned, RouteVisit, StopOfRoute
from doorstep.flow.office import Office, Scribe, Who, company_of
from doorstep.flow.route_day import SiteFleet, consigned, site_fleet
from doorstep.flow.route_out import RouteGone, StopTold, fail
from doorstep.flow.routes import distances_of, must_be_driven, stops_left
from doorstep.planning.fleet import ROUNDS_ANEW, Consignment, FleetDay, billed, fleet_day, rest_of, told_window
from doorstep.routing import Plan, Stop, replan
from doorstep.routing.values import NOTHING, Doing, Route, Visit
from doorstep.storage.queries import fleet
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal

AGAIN_AFTER = timedelta(minutes=90)
LATE_MINUTES = 10  # a route that is off its plan by more is planned anew
_MOST_TRIES = 3
_TRIED = " tried"


@dataclass(frozen=True, slots=True)
class Anew:
    """The rest of a route as it is driven now, and the stops that there is no time for."""

    route_id: str
    ends_at: datetime
    visits: tuple[RouteVisit, ...]
    dropped: tuple[str, ...]


class _MovedError(Exception):
    """Another stop was told while the rest was planned: it is planned once more."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """A route under way: its row, its halts, its site's fleet, and where its stops' goods go."""

    row: Any
    stops: Sequence[Any]
    own: SiteFleet
    consignments: Mapping[str, Consignment]
    now: datetime

    @property
    def seen(self) -> list[tuple[str, str, datetime | None, int, datetime]]:
        return [(stop.stop_id, stop.state, stop.at, stop.visit_no, stop.arrives_at) for stop in self.stops]

    def been(self) -> list[Any]:
        """The stops that it has been to, in the order in which it came there; one that is tried again is among them."""
        return sorted((each for each in self.stops if each.at is not None), key=lambda stop: (stop.at, stop.visit_no))

    def ahead(self) -> list[Any]:
        last = max((stop.visit_no for stop in self.been()), default=0)
        return [
            stop for stop in self.stops if stop.state == "planned" and (stop.doing == "stop" or stop.visit_no > last)
        ]


def plan_rest(office: Office, who: Who, route_id: str, key: str = "") -> Anew | None:
    """Plan anew what a route under way still has before it; None where nothing is left, or it is not under way. Asked
    again under its `key` it is not planned a second time.

    UncheckedRouteError, and nothing is recorded, where the checker says that what was found cannot be driven.
    """
    before: Anew | Refusal | None = office.store.answered(key, Anew, route_id)
    if before is not None:
        return None if isinstance(before, Refusal) else before
    for _ in range(_MOST_TRIES):
        with office.store.reading() as tx:
            rest = _read(tx, route_id)
        if rest is None or not any(stop.doing == "stop" for stop in rest.ahead()):
            return None
        the_day, driven, begun = _as_driven(rest)
        if not the_day.vehicles:
            return None
        distances, roads = distances_of(office, rest.own, the_day)
        begun = _measured(begun, the_day)
        seconds = int((rest.now - the_day.midnight).total_seconds())
        plan = replan(
            the_day.stops,
            the_day.vehicles,
            distances,
            the_day.params,
            Plan((begun,), (), 0, 0),
            {begun.vehicle_id: driven},
            seconds,
        )
        must_be_driven(the_day, distances, plan, {begun.vehicle_id: driven})

        record = partial(_record, office, who, rest, the_day, plan, driven, roads)
        try:
            told = office.store.run(record, answers=Anew, key=key, request=route_id)
        except _MovedError:
            continue
        return None if isinstance(told, Refusal) else told
    return None


def plan_after_leaving(office: Office, who: Who, gone: RouteGone, key: str) -> Anew | None:
    """The same where a vehicle did not leave as planned, as told under this key: without a stop, or some minutes
    sooner or later."""
    if not gone.missing and abs(gone.minutes_late) <= LATE_MINUTES:
        return None
    return plan_rest(office, who, gone.route_id, _then(key))


def plan_after(office: Office, who: Who, told: StopTold, key: str) -> Anew | None:
    """The same after a stop that did not go as planned, as told under this key: it failed, or the route is off its plan
    by some minutes."""
    if told.state == "done" and abs(told.minutes_late) <= LATE_MINUTES:
        return None
    return plan_rest(office, who, told.route_id, _then(key))


def _then(key: str) -> str:
    """What is done after the step under `key`, once for it."""
    return f"{key}/rest" if key else ""


def _read(tx: Transaction, route_id: str) -> _Rest | None:
    row = fleet.route(tx, route_id)
    if row is None or row.state != "out":
        return None
    own = site_fleet(tx, row.site_id)
    if isinstance(own, Refusal) or row.vehicle_id not in {each.vehicle_id for each in own.vehicles}:
        return None
    stops = [stop for stop in fleet.stops(tx, [route_id]) if stop.state != "missing"]
    stop_of = {each: stop.stop_id for stop in stops for each in stop.fulfilment_ids}
    rows = fleet.those(tx, list(stop_of))
    told = consigned(tx, own, row.day, rows, stop_of)
    return _Rest(row, stops, own, {each.stop_id: replace(each, ready_at=None) for each in told}, tx.now)


def _as_driven(rest: _Rest) -> tuple[FleetDay, int, Route]:
    """The day of the one vehicle, how many halts it has made or drives to, and its route so far and as planned."""
    row, own = rest.row, rest.own
    wall = own.site.calendar
    vehicle = next(each for each in own.vehicles if each.vehicle_id == row.vehicle_id)
    the_day = fleet_day(
        *(row.site_id, own.site.locality, wall, row.day, tuple(rest.consignments.values()), [vehicle], own.tariffs),
        wall.at(row.day, time(0)),
        rounds=ROUNDS_ANEW,
    )
    known = {stop.stop_id: stop for stop in the_day.stops}
    been = [stop for stop in rest.been() if stop.stop_id in known]
    ahead = [stop for stop in rest.ahead() if stop.stop_id in known or stop.doing == "reload"]

    def seconds(at: datetime) -> int:
        return max(int((at - the_day.midnight).total_seconds()), 0)

    stops: list[Stop] = []
    visits: list[Visit] = []
    for stop in been:
        name = stop.stop_id + _TRIED if stop.state == "planned" else stop.stop_id
        at = seconds(stop.at)
        stops.append(Stop(name, known[stop.stop_id].place, NOTHING))
        visits.append(Visit(Doing.STOP, name, known[stop.stop_id].place, at, at, at))
    # The first is driven to already, and as much later as the vehicle left; the rest is planned from there.
    breaks = rest_of(vehicle, wall, row.day)
    behind = timedelta() if been else breaks.working(row.leaves_at, row.left_at)
    for number, stop in enumerate(ahead):
        late = behind if number == 0 else timedelta()
        arrives, leaves = (seconds(breaks.later(moment, late)) for moment in (stop.arrives_at, stop.leaves_at))
        times = (arrives, arrives, leaves)
        if stop.doing == "reload":
            visits.append(Visit(Doing.RELOAD, "", the_day.vehicles[0].start_place, *times))
            continue
        opens = known[stop.stop_id].opens_seconds
        if stop.at is not None:
            opens = max(opens, seconds(stop.at + AGAIN_AFTER))
        closes = max(known[stop.stop_id].closes_seconds, opens)
        stops.append(replace(known[stop.stop_id], opens_seconds=opens, closes_seconds=closes))
        visits.append(Visit(Doing.STOP, stop.stop_id, known[stop.stop_id].place, *times))
    loading = seconds(row.left_at) - vehicle.loading_seconds
    begun = Route(
        row.vehicle_id, tuple(visits), max(loading, 0), seconds(row.left_at), seconds(row.ends_at), row.distance_m, 0, 0
    )
    return replace(the_day, stops=tuple(stops)), len(been) or 1, begun


def _measured(begun: Route, the_day: FleetDay) -> Route:
    """The route with its working time without the pause, as a plan has it."""
    pause = the_day.params.pause
    rested = 0
    if pause is not None:
        rested = max(min(begun.ends_seconds, pause.ends_seconds) - max(begun.begins_seconds, pause.begins_seconds), 0)
    return replace(begun, working_seconds=begun.ends_seconds - begun.begins_seconds - rested)


def _record(
    office: Office, who: Who, rest: _Rest, the_day: FleetDay, plan: Plan, driven: int, roads: str, tx: Transaction
) -> Anew:
    row, scribe = rest.row, Scribe(who, tx.now)
    fleet.lock_fleet(tx, row.site_id)
    now = _read(tx, row.route_id)
    if now is None or now.seen != rest.seen:
        raise _MovedError
    route = plan.route_of(row.vehicle_id)
    if route is None:
        raise _MovedError
    visits = _visits(rest, the_day, route, driven)
    there = {visit.stop_id for visit in visits}
    gone = tuple(
        StopOfRoute(row.route_id, stop.stop_id)
        for stop in rest.ahead()
        if stop.doing == "reload" and stop.stop_id not in {visit.stop_id for visit in visits if not visit.fresh}
    )
    dropped = [stop for stop in rest.ahead() if stop.doing == "stop" and stop.stop_id not in there]
    before = fleet.planned_day(tx, row.site_id, row.day)
    tariff = rest.own.tariffs[row.service_id]
    planned = PlannedRoute(
        route_id=row.route_id,
        vehicle_id=row.vehicle_id,
        service_id=row.service_id,
        tariff_id=row.tariff_id,
        begins_at=row.begins_at,
        leaves_at=row.leaves_at,
        ends_at=the_day.at(route.ends_seconds),
        distance_m=route.distance_m,
        working_seconds=route.working_seconds,
        cost_minor=billed(tariff, route),
        fresh=False,
        visits=visits,
    )
    body = RoutesPlanned(
        plan_id=office.ids.new("rpl"),
        site_id=row.site_id,
        day=row.day,
        routes=(planned,),
        called_off=(),
        gone=gone,
        unplaced=stops_left(before.unplaced) if before is not None else (),
        cost_minor=planned.cost_minor,
        currency=company_of(tx).currency,
        roads=roads,
        work_used=plan.work_used,
    )
    tx.record(scribe(body, site=row.site_id, cause="under way"))
    for stop in dropped:
        fail(tx, scribe, row, stop, "no_time", tx.now)
    return Anew(row.route_id, planned.ends_at, visits, tuple(stop.stop_id for stop in dropped))


def _visits(rest: _Rest, the_day: FleetDay, route: Route, driven: int) -> tuple[RouteVisit, ...]:
    """What is ahead, numbered on from what was done; where nothing was done yet, the first is under way already."""
    been = rest.been()
    number = max((stop.visit_no for stop in been), default=0)
    old = {stop.stop_id for stop in rest.ahead()}
    found = []
    for visit in route.visits[driven if been else 0 :]:
        number += 1
        name = visit.stop_id if visit.doing is Doing.STOP else f"reload {number}"
        told = rest.consignments.get(visit.stop_id)
        first, last = told_window(the_day.at(visit.begins_seconds), rest.row.left_at)
        found.append(
            RouteVisit(
                visit_no=number,
                doing=visit.doing.value,
                stop_id=name,
                order_ids=told.order_ids if told else (),
                fulfilment_ids=told.fulfilment_ids if told else (),
                arrives_at=the_day.at(visit.arrives_seconds),
                leaves_at=the_day.at(visit.leaves_seconds),
                window_from=first,
                window_until=last,
                fresh=name not in old,
            )
        )
    return tuple(found)
