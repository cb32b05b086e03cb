"""The own fleet: vehicles, routes, stops, costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import fleet
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes


def vehicle_defined(body: fleet.VehicleDefined, _: Entry, changes: Changes) -> None:
    vehicle = body.vehicle
    changes.replace(
        tables.vehicle,
        vehicle_id=vehicle.vehicle_id,
        site_id=vehicle.site_id,
        service_id=vehicle.service_id,
        vehicle=vehicle,
    )


def routes_planned(body: fleet.RoutesPlanned, entry: Entry, changes: Changes) -> None:
    changes.replace(
        tables.route_day,
        site_id=body.site_id,
        day=body.day,
        plan_id=body.plan_id,
        unplaced=body.unplaced,
        roads=body.roads,
        work_used=body.work_used,
        planned_at=entry.fact.occurred_at,
    )
    for route_id in body.called_off:
        changes.set(tables.route, (route_id,), state="called_off")
    for stop in body.gone:
        changes.remove(tables.route_stop, (stop.route_id, stop.stop_id))
    for route in body.routes:
        _planned(body, route, changes)


def _planned(body: fleet.RoutesPlanned, route: fleet.PlannedRoute, changes: Changes) -> None:
    times: dict[str, Any] = {
        "ends_at": route.ends_at,
        "distance_m": route.distance_m,
        "working_seconds": route.working_seconds,
        "cost_minor": route.cost_minor,
    }
    if route.fresh:
        changes.put(
            tables.route,
            route_id=route.route_id,
            site_id=body.site_id,
            day=body.day,
            vehicle_id=route.vehicle_id,
            service_id=route.service_id,
            tariff_id=route.tariff_id,
            state="planned",
            begins_at=route.begins_at,
            leaves_at=route.leaves_at,
            currency=body.currency,
            left_at=None,
            ended_at=None,
            **times,
        )
    else:
        changes.set(tables.route, (route.route_id,), **times)
    for visit in route.visits:
        row = {
            "visit_no": visit.visit_no,
            "arrives_at": visit.arrives_at,
            "leaves_at": visit.leaves_at,
            "window_from": visit.window_from,
            "window_until": visit.window_until,
        }
        if not visit.fresh:
            changes.set(tables.route_stop, (route.route_id, visit.stop_id), **row)
            continue
        changes.put(
            tables.route_stop,
            route_id=route.route_id,
            stop_id=visit.stop_id,
            doing=visit.doing,
            state="planned",
            order_ids=visit.order_ids,
            fulfilment_ids=visit.fulfilment_ids,
            ssccs=(),
            at=None,
            reason="",
            **row,
        )


def route_left(body: fleet.RouteLeft, _: Entry, changes: Changes) -> None:
    changes.set(tables.route, (body.route_id,), state="out", left_at=body.left_at)
    for stop in body.aboard:
        changes.set(tables.route_stop, (body.route_id, stop.stop_id), ssccs=stop.ssccs)
    for stop_id in body.missing:
        changes.set(tables.route_stop, (body.route_id, stop_id), state="missing")


def stop_done(body: fleet.StopDone, _: Entry, changes: Changes) -> None:
    changes.set(tables.route_stop, (body.route_id, body.stop_id), state="done", at=body.done_at, reason=body.left_with)


def stop_failed(body: fleet.StopFailed, _: Entry, changes: Changes) -> None:
    state = "planned" if body.again else "failed"
    changes.set(tables.route_stop, (body.route_id, body.stop_id), state=state, at=body.failed_at, reason=body.reason)


def route_ended(body: fleet.RouteEnded, _: Entry, changes: Changes) -> None:
    changes.set(
        tables.route,
        (body.route_id,),
        state="ended",
        ended_at=body.ended_at,
        distance_m=body.distance_m,
        working_seconds=body.working_seconds,
        cost_minor=body.cost_minor,
    )
    for share in body.shares:
        changes.put(
            tables.route_share,
            route_id=body.route_id,
            sscc=share.sscc,
            order_id=share.order_id,
            label_id=share.label_id,
            share_minor=share.share_minor,
            accrued_minor=share.accrued_minor,
            currency=body.currency,
            ended_at=body.ended_at,
        )
        changes.put(
            tables.cost_entry,
            source=f"{body.route_id}/{share.sscc}",
            cost_kind="route",
            order_id=share.order_id,
            amount_minor=share.share_minor - share.accrued_minor,
            currency=body.currency,
            incurred_at=body.ended_at,
        )


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    fleet.VehicleDefined: vehicle_defined,
    fleet.RoutesPlanned: routes_planned,
    fleet.RouteLeft: route_left,
    fleet.StopDone: stop_done,
    fleet.StopFailed: stop_failed,
    fleet.RouteEnded: route_ended,
}
