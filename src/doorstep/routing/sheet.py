"""The route sheet: one page a vehicle, to be printed; and the same as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from doorstep.routing.values import MOST_SECONDS, NOTHING, Doing, Load, Params, Plan, Route, Stop, Vehicle, Visit
from doorstep.routing.whys import room_in_words

_STYLE = (
    "body{font:14px/1.4 system-ui,sans-serif;margin:1.5rem;color:#1c2733}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #b9c2cc;vertical-align:top}"
    "td.n,th.n{text-align:right;white-space:nowrap}section{break-after:page;margin-bottom:2rem}"
    "td.done{width:1.2rem;border:1.5px solid #1c2733}@page{margin:14mm}tr{break-inside:avoid}"
)
_COLUMNS = ("", "Arrive", "Stop", "Open", "To do", "Leave", "")


def sheet(
    plan: Plan,
    stops: Sequence[Stop],
    vehicles: Sequence[Vehicle],
    params: Params,
    names: Mapping[str, str] | None = None,
    day: str = "",
) -> str:
    """HTML of its own, a page a vehicle and one of what is left over. `names`: a stop's name and address by stop_id."""
    known, names = {stop.stop_id: stop for stop in stops}, names or {}
    pages = "".join(_page(route, known, names, params, day) for route in plan.routes)
    left = "".join(f"<li>{escape(one.says)}</li>" for one in plan.unplaced)
    if left:
        pages += f"<section><h1>Not in a route</h1><ul>{left}</ul></section>"
    title = escape(f"Route sheet {day}".strip())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{pages}</body></html>\n"
    )


def lines(route: Route, stops: Sequence[Stop], params: Params) -> Iterator[tuple[str, str, str, str, str]]:
    """Rows of (arrive, stop, open, to do, leave), in the order of driving."""
    known = {stop.stop_id: stop for stop in stops}
    yield "", "load", "", _loading(route.visits, known), clock(route.leaves_seconds)
    for number, visit in enumerate(route.visits):
        what = _to_do(visit, route.visits[number + 1 :], known)
        name = visit.stop_id or "depot"
        yield clock(visit.arrives_seconds), name, _open(visit, known), what, clock(visit.leaves_seconds)
    yield clock(route.ends_seconds), "back", "", _unloading(route.visits, known), ""


def clock(seconds: int) -> str:
    """Hours and minutes; what is after midnight counts on."""
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"


def _page(route: Route, known: Mapping[str, Stop], names: Mapping[str, str], params: Params, day: str) -> str:
    rows = []
    for number, (arrive, name, opens, what, leave) in enumerate(lines(route, list(known.values()), params)):
        told = f"<b>{escape(name)}</b>" + (f"<br>{escape(names[name])}" if names.get(name) else "")
        count = str(number) if 0 < number <= len(route.visits) else ""
        cells = f'<td class="n">{count}</td><td class="n">{arrive}</td><td>{told}</td><td class="n">{opens}</td>'
        rows.append(f'<tr>{cells}<td>{escape(what)}</td><td class="n">{leave}</td><td class="done"></td></tr>')
    pause = params.pause
    resting = ""
    if pause and route.begins_seconds < pause.begins_seconds < route.ends_seconds:
        resting = f" · pause {clock(pause.begins_seconds)} to {clock(pause.ends_seconds)}"
    head = "".join(f"<th>{column}</th>" for column in _COLUMNS)
    return (
        f"<section><h1>{escape(route.vehicle_id)} {escape(day)}</h1><p>{clock(route.begins_seconds)} to "
        f"{clock(route.ends_seconds)} · {route.distance_m // 1000} km{resting}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></section>"
    )


def _open(visit: Visit, known: Mapping[str, Stop]) -> str:
    if visit.doing is Doing.RELOAD:
        return ""
    stop = known[visit.stop_id]
    of = stop.fetch if visit.doing is Doing.FETCH and stop.fetch else stop
    if of.opens_seconds == 0 and of.closes_seconds >= MOST_SECONDS:
        return "any time"
    return f"{clock(of.opens_seconds)}-{clock(of.closes_seconds)}"


def _to_do(visit: Visit, later: Sequence[Visit], known: Mapping[str, Stop]) -> str:
    if visit.doing is Doing.RELOAD:
        return _loading(later, known)
    stop = known[visit.stop_id]
    if visit.doing is Doing.FETCH:
        return f"fetch {room_in_words(stop.deliver)}"
    parts = [("unload", stop.deliver), ("collect", stop.collect)]
    return ", ".join(f"{word} {room_in_words(load)}" for word, load in parts if load != NOTHING) or "call"


def _loading(visits: Sequence[Visit], known: Mapping[str, Stop]) -> str:
    total, count = NOTHING, 0
    for visit in visits:
        if visit.doing is Doing.RELOAD:
            break
        stop = known[visit.stop_id]
        if visit.doing is Doing.STOP and not stop.fetch and stop.deliver != NOTHING:
            total, count = total + stop.deliver, count + 1
    return f"load {room_in_words(total)} for {count} stops, the last stop's first" if count else ""


def _unloading(visits: Sequence[Visit], known: Mapping[str, Stop]) -> str:
    total = Load()
    for visit in visits:
        total = NOTHING if visit.doing is Doing.RELOAD else total
        if visit.doing is Doing.STOP:
            total = total + known[visit.stop_id].collect
    return f"unload {room_in_words(total)} that was collected" if total != NOTHING else ""
