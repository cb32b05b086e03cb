"""Why a stop of a route is late, and what can be done about it, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from doorstep.flow.look_routes import RouteStopView, RouteView
from doorstep.flow.route_out import REASON_WORDS
from doorstep.flow.words import many, short_day, span
from doorstep.planning.stop_delay import Cause, Halt, Late


@dataclass(frozen=True, slots=True)
class Told:
    """By how much, why, and what to do, as sentences. `do` is '' where it is over; both are where all of the route is
    behind, which is told once."""

    by: str
    why: str
    do: str


def told_late(late: Late, route: RouteView, stop: RouteStopView, halt: Halt) -> Told:
    """The sentences for one stop."""
    by = f"{_minutes(late.by)} late"
    if halt.promised_by is not None and late.cause is Cause.DAY_PAST:
        by = f"{many((route.day - halt.promised_by).days, 'day')} late"
    return Told(by, _why(late, route, stop, halt), _do(late, stop) if halt.ahead else "")


def told_standing(late: Late, route: RouteView) -> Told:
    """The sentences for a whole route that is behind its plan."""
    by = f"{_minutes(late.by)} behind"
    if late.halt is None:
        why = f"The vehicle was to leave at {_wall(route, route.leaves_at)} and has not."
        return Told(by, why, "Say that it leaves, or plan the routes anew.")
    stop = route.stops[late.halt]
    what = f"Stop {_number(late)}, {stop.name}," if stop.name else f"Stop {_number(late)}"
    why = f"{what} was planned for {_wall(route, stop.arrives_at)}, and nobody said what became of it."
    return Told(by, why, "Ask the driver, and say what became of it; or plan the rest anew.")


def _why(late: Late, route: RouteView, stop: RouteStopView, halt: Halt) -> str:
    at = None if late.halt is None else route.stops[late.halt]
    if late.cause in (Cause.NOT_LEFT, Cause.OVERDUE):
        return ""  # it is the whole route that is behind, and told once
    if late.cause is Cause.TRIED and stop.at is not None:
        return f"At {_wall(route, stop.at)} {REASON_WORDS.get(stop.reason, 'it failed')}; it is tried again."
    if late.cause is Cause.HELD_UP and at is not None and at.at is not None:
        if at.state == "done":
            behind = _minutes(at.at - at.arrives_at)
            return f"Stop {_number(late)} was done at {_wall(route, at.at)}, {behind} after its plan."
        failed = f"Stop {_number(late)} failed at {_wall(route, at.at)}, as {REASON_WORDS.get(at.reason, 'it says')}"
        return f"{failed}; as the rest was planned anew, this one comes later."
    if late.cause is Cause.LEFT_LATE and route.left_at is not None:
        return f"The vehicle left {_minutes(route.left_at - route.leaves_at)} after its plan."
    if late.cause is Cause.CLOSED and halt.closes_at is not None:
        return f"The consignee takes goods in until {_wall(route, halt.closes_at)} only."
    if late.cause is Cause.DAY_PAST and halt.promised_by is not None:
        return f"It was promised by {short_day(halt.promised_by)}."
    return "The route was planned anew, and no time sooner was found for it."


def _do(late: Late, stop: RouteStopView) -> str:
    call = f"Tell the consignee{f' ({stop.phone})' if stop.phone else ''}"
    if late.cause in (Cause.NOT_LEFT, Cause.OVERDUE):
        return ""
    if late.cause is Cause.DAY_PAST:
        return f"{call} when it comes."
    return f"{call}, or say that there was no time: it then goes with the next day’s routes."


def _number(late: Late) -> int:
    return (late.halt or 0) + 1


def _minutes(apart: timedelta) -> str:
    """In whole minutes, one at least."""
    return span(max(int(apart.total_seconds()) // 60, 1) * 60)


def _wall(route: RouteView, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(route.zone)):%H:%M}"
