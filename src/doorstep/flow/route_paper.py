"""The route sheet as a paper: what the driver of an own vehicle takes along."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from doorstep.flow.look_routes import RouteStopView, RouteView, route_within
from doorstep.papers.faces import Faces
from doorstep.papers.route import route_sheet
from doorstep.papers.values import Paper, RouteSheet, SheetStop
from doorstep.storage.queries import master
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal


def route_paper(tx: Transaction, route_id: str, faces: Faces) -> Paper | Refusal:
    """The sheet of a route as it is planned now. UNKNOWN_TASK."""
    view = route_within(tx, route_id)
    if isinstance(view, Refusal):
        return view
    area = master.sites(tx)[view.site_id].area
    return route_sheet(sheet_of(view), faces, area.partition("-")[0])


def sheet_of(view: RouteView) -> RouteSheet:
    """What stands on the sheet."""
    stops = tuple(_stop(view, number, stop) for number, stop in enumerate(view.stops, 1) if stop.state != "missing")
    return RouteSheet(
        route_id=view.route_id,
        site_id=view.site_id,
        vehicle_id=view.vehicle_id,
        day=view.day,
        begins=_wall(view, view.begins_at),
        leaves=_wall(view, view.left_at or view.leaves_at),
        ends=_wall(view, view.ended_at or view.ends_at),
        distance_m=view.distance_m,
        stops=stops,
    )


def _stop(view: RouteView, number: int, stop: RouteStopView) -> SheetStop:
    return SheetStop(
        number=number,
        arrives=_wall(view, stop.arrives_at),
        window=f"{_wall(view, stop.window_from)}-{_wall(view, stop.window_until)}" if stop.doing == "stop" else "",
        name=stop.name,
        where=stop.where,
        phone=stop.phone,
        order=", ".join(stop.references or stop.order_ids),
        parcels=stop.parcels,
        weight_g=stop.weight_g,
    )


def _wall(view: RouteView, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(view.zone)):%H:%M}"
