"""Own vehicles: plan a day, leave, say what became of each stop, come back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from doorstep.api.given import Changing, Reading
from doorstep.api.problems import granted
from doorstep.api.route_shapes import (
    BackOut,
    EndIn,
    GoneOut,
    LeaveIn,
    RouteOut,
    RoutesIn,
    RoutesMadeOut,
    RoutesOf,
    RoutesOut,
    StopIn,
    StopOut,
)
from doorstep.api.statuses import or_problem
from doorstep.flow import look_routes, route_anew, route_end, route_out, routes

router = APIRouter(tags=["routes"])

_ID = {"min_length": 1, "max_length": 64, "pattern": r"^[^\x00]*$"}
RouteId = Annotated[str, Path(**_ID, examples=["rte_1s0xk5qj9e0q2m7c"])]
StopId = Annotated[str, Path(**_ID, examples=["ord_1s0xk5qj9e0q2m7c"])]


@router.post("/routes", responses=or_problem(404, 409))
def plan_routes(asked: Changing, body: RoutesIn) -> RoutesMadeOut:
    """Plan what is to leave with a site's own vehicles on a day; routes that have not left are planned anew."""
    # With the key itself: the search may have to be made again, and each time is a step of its own.
    made = routes.plan_routes(asked.office, asked.who, body.site_id, body.day, asked.key)
    return RoutesMadeOut.of(granted(made))


@router.get("/routes", responses=or_problem(404))
def list_routes(office: Reading, of: Annotated[RoutesOf, Query()]) -> RoutesOut:
    """A site's routes of a day, stop by stop, and what is in none of them and why."""
    return RoutesOut.of(granted(look_routes.day_of_routes(office, of.site, of.day)))


@router.get("/routes/{route_id}", responses=or_problem(404))
def show_route(office: Reading, route_id: RouteId) -> RouteOut:
    """One route as it is planned and driven by now."""
    return RouteOut.of(granted(look_routes.route_view(office, route_id)))


@router.post("/routes/{route_id}/leave", responses=or_problem(404, 409))
def leave(asked: Changing, route_id: RouteId, body: LeaveIn) -> GoneOut:
    """The vehicle drives off with what stands at the dock for its stops. What may not go stays, and says why."""
    gone = granted(route_out.leave(asked.under_key(body), asked.who, route_id, asked.key, body.at))
    route_anew.plan_after_leaving(asked.office, asked.who, gone, asked.key)
    return GoneOut.of(gone)


@router.post("/routes/{route_id}/stops/{stop_id}", responses=or_problem(404, 409))
def tell_stop(asked: Changing, route_id: RouteId, stop_id: StopId, body: StopIn) -> StopOut:
    """What became of a stop. After one that failed, or far off the plan, the rest of the route is planned anew."""
    office, who, key = asked.under_key(body), asked.who, asked.key
    if body.state == "done":
        told = granted(route_out.stop_done(office, who, route_id, stop_id, key, body.left_with, body.at))
    else:
        said = route_out.stop_failed(office, who, route_id, stop_id, body.reason, key, again=body.again, at=body.at)
        told = granted(said)
    return StopOut.of(told, route_anew.plan_after(asked.office, who, told, key))


@router.post("/routes/{route_id}/end", responses=or_problem(404, 409))
def end(asked: Changing, route_id: RouteId, body: EndIn) -> BackOut:
    """The vehicle is back: its route costs what its tariff says, and each parcel bears its part."""
    back = route_end.end_route(
        asked.under_key(body), asked.who, route_id, asked.key, distance_m=body.distance_m, at=body.at
    )
    return BackOut.of(granted(back))
