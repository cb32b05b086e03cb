"""Routes of the own vehicles: a day for whoever sends them out, one route for whoever follows it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.access.roles import Permission
from doorstep.flow import route_anew, route_end, route_out
from doorstep.flow.look_dispatch import RouteSeen, dispatch_day, dispatch_route
from doorstep.flow.look_routes import vehicle_list
from doorstep.flow.papers import make_paper
from doorstep.flow.routes import plan_routes
from doorstep.papers.values import PaperKind
from doorstep.terms.refusals import Refusal, Why
from doorstep.web.failures import RefusedError
from doorstep.web.given import Form, FormSent, RoutesRun, RoutesSeen, Visit, go_to
from doorstep.web.links import links_of
from doorstep.web.route_drawing import drawn

router = APIRouter()
_DONE, _FAILED = "done", "failed"


@router.get("/routes")
def list_routes(visit: RoutesSeen, site: str = "", day: str = "") -> Response:
    """A site's routes of a day: of today, and of the first site with vehicles of its own, where none is named."""
    return _day_shown(visit, site, _day(day))


@router.post("/routes")
def plan_day(visit: RoutesRun, form: FormSent) -> Response:
    """Plan a day's routes now; those that have not left are planned anew."""
    site, day = form.one("site"), _day(form.one("day"))
    if day is None:
        raise RefusedError(Refusal(Why.MALFORMED, "A day is written as 2026-03-05."))
    made = plan_routes(visit.office, visit.who, site, day, _key(visit, form, "plan"))
    if isinstance(made, Refusal):
        return _day_shown(visit, site, day, made)
    return go_to(links_of("/routes", {"site": site, "day": day.isoformat()})())


@router.get("/routes/{route_id}")
def show_route(visit: RoutesSeen, route_id: str) -> Response:
    """One route, with what can be told of it."""
    return _route_shown(visit, route_id)


@router.get("/routes/{route_id}/sheet.pdf")
def show_sheet(visit: RoutesSeen, route_id: str) -> Response:
    """The route sheet, for the driver."""
    made = make_paper(visit.office, PaperKind.ROUTE_SHEET, route_id)
    if isinstance(made, Refusal):
        raise RefusedError(made)
    return Response(made.content, media_type=made.media_type, headers={"Cache-Control": "no-store"})


@router.post("/routes/{route_id}/leave")
def leave(visit: RoutesRun, form: FormSent, route_id: str) -> Response:
    """The vehicle drives off with what stands at the dock for its stops."""
    key = _key(visit, form, "leave")
    gone = route_out.leave(visit.office, visit.who, route_id, key)
    if not isinstance(gone, Refusal):
        route_anew.plan_after_leaving(visit.office, visit.who, gone, key)
    return _then(visit, route_id, gone)


@router.post("/routes/{route_id}/stops/{stop_id}")
def tell_stop(visit: RoutesRun, form: FormSent, route_id: str, stop_id: str) -> Response:
    """What became of a stop. After one that failed, or far off the plan, the rest of the route is planned anew."""
    key = _key(visit, form, f"stop/{stop_id[:64]}")
    told: Any
    if form.one("state") == _DONE:
        told = route_out.stop_done(visit.office, visit.who, route_id, stop_id, key, form.one("left_with"))
    else:
        again = bool(form.one("again"))
        told = route_out.stop_failed(visit.office, visit.who, route_id, stop_id, form.one("reason"), key, again=again)
    if not isinstance(told, Refusal):
        route_anew.plan_after(visit.office, visit.who, told, key)
    return _then(visit, route_id, told)


@router.post("/routes/{route_id}/anew")
def plan_rest(visit: RoutesRun, form: FormSent, route_id: str) -> Response:
    """Plan anew what a route under way still has before it."""
    anew = route_anew.plan_rest(visit.office, visit.who, route_id, _key(visit, form, "anew"))
    if anew is None:
        says = "There is nothing to plan anew: the route is not under way, or has no stop left."
        return _then(visit, route_id, Refusal(Why.WRONG_STATE, says, {"route_id": route_id}))
    return _then(visit, route_id, anew)


@router.post("/routes/{route_id}/end")
def end(visit: RoutesRun, form: FormSent, route_id: str) -> Response:
    """The vehicle is back."""
    said = form.one("km").strip()
    if said and not (said.isdecimal() and len(said) <= 5):
        says = f"Kilometres are a whole number, not {said[:20]!r}."
        return _then(visit, route_id, Refusal(Why.MALFORMED, says, {"route_id": route_id}))
    metres = int(said) * 1_000 if said else None
    key = _key(visit, form, "end")
    return _then(visit, route_id, route_end.end_route(visit.office, visit.who, route_id, key, distance_m=metres))


def _then(visit: Visit, route_id: str, told: object) -> Response:
    return _route_shown(visit, route_id, told) if isinstance(told, Refusal) else go_to(f"/routes/{route_id}#next")


def _key(visit: Visit, form: Form, what: str) -> str:
    """Under which the answer is kept: a form that is sent twice does it once."""
    return f"web/{visit.who.actor}/{form.one('key')[:64]}/{what}"


def _day(word: str) -> date | None:
    """The day that a word of the address names, None where it names none: an old link still opens a page."""
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _day_shown(visit: Visit, site: str, day: date | None, wrong: Refusal | None = None) -> Response:
    at = list(dict.fromkeys(each.site_id for each in vehicle_list(visit.office)))
    sites = [each for each in visit.company.sites if each.site_id in at]
    if not sites and not site:
        return visit.page("routes.html", view=None)
    found = dispatch_day(visit.office, site or sites[0].site_id, day)
    if isinstance(found, Refusal):
        raise RefusedError(found)
    return visit.page(
        "routes.html",
        status=409 if wrong else 200,
        view=found,
        sites=sites,
        drawings={seen.route.route_id: drawn(seen) for seen in found.routes},
        link=links_of("/routes", {"site": found.day.site_id, "day": found.day.day.isoformat()}),
        tomorrow=found.today + timedelta(days=1),
        before=found.day.day - timedelta(days=1),
        after=found.day.day + timedelta(days=1),
        wrong=wrong,
        **_allowed(visit),
    )


def _route_shown(visit: Visit, route_id: str, wrong: Refusal | None = None) -> Response:
    seen = dispatch_route(visit.office, route_id)
    if isinstance(seen, Refusal):
        raise RefusedError(seen)
    return visit.page(
        "route.html",
        status=409 if wrong else 200,
        seen=seen,
        drawing=drawn(seen),
        back=_back(seen),
        left_with=route_out.LEFT_WITH,
        reasons=route_out.REASON_WORDS,
        wrong=wrong,
        **_allowed(visit),
    )


def _back(seen: RouteSeen) -> str:
    """The page of the route's day."""
    return links_of("/routes", {"site": seen.route.site_id, "day": seen.route.day.isoformat()})()


def _allowed(visit: Visit) -> dict[str, Any]:
    return {
        "runs": visit.may(Permission.RUN_ROUTES),
        "costs_seen": visit.may(Permission.SEE_COSTS),
        "key": visit.office.ids.new("web"),
    }
