"""The own fleet in the terminal: a day's routes from two tables, the route sheet, and what fits in none and why."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.failures import DATA, TRY_LATER, MisusedError, StoppedError
from doorstep.cli.files import bytes_of, name_of, write_text
from doorstep.cli.options import AsJson
from doorstep.cli.output import console, progress, put, say_json, table
from doorstep.cli.words import many, span

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.intake.routes import Day
    from doorstep.routing import Distances, Params, Pause, Plan

MOST_ROUNDS = 1_000_000_000
_ROUNDS = 2_000


def route(
    stops: Annotated[str, typer.Argument(metavar="STOPS", help="Stops, as CSV.", show_default=False)],
    vehicles: Annotated[str, typer.Argument(metavar="VEHICLES", help="Vehicles, as CSV.", show_default=False)],
    sheet_file: Annotated[
        str, typer.Option("--sheet", metavar="FILE", help="Write the route sheet there.", show_default=False)
    ] = "",
    matrix: Annotated[
        str, typer.Option(metavar="FILE", help="Distances as CSV: from,to,metres,seconds.", show_default=False)
    ] = "",
    osrm: Annotated[str, typer.Option(metavar="URL", help="Ask this OSRM server for them.", show_default=False)] = "",
    road_percent: Annotated[int, typer.Option(min=100, max=1000, help="Road per 100 of great circle.")] = 130,
    speed_kmh: Annotated[int, typer.Option(min=1, max=200, help="Speed, where no table tells.")] = 45,
    pause: Annotated[
        str, typer.Option(metavar="HH:MM+MIN", help="Everyone's break, such as 12:00+30.", show_default=False)
    ] = "",
    fewest: Annotated[bool, typer.Option("--fewest", help="As few vehicles as can be, then the least cost.")] = False,
    seconds: Annotated[int, typer.Option(min=0, max=3600, help="Look so long; 0: a fixed amount of work.")] = 0,
    seed: Annotated[int, typer.Option(min=0, max=2_147_483_647)] = 0,
    as_json: AsJson = False,
) -> None:
    """Routes of the own vehicles for a day, the route sheet, and which stops do not fit, and why."""
    from doorstep.routing import Params, sheet
    from doorstep.routing import route as routed

    day = _day(stops, vehicles)
    distances = _distances(day, matrix, osrm, road_percent, speed_kmh)
    params = Params(MOST_ROUNDS if seconds else _ROUNDS, seed, fewest, _pause(pause))
    with progress("Looking for routes", show=not as_json):
        try:
            plan = routed(day.stops, day.vehicles, distances, params, enough=_stopwatch(seconds))
        except ValueError as wrong:
            raise StoppedError(f"{wrong}.", DATA) from wrong
    if sheet_file:
        write_text(sheet_file, sheet(plan, day.stops, day.vehicles, params, day.names))
    if as_json:
        say_json(plan)
    else:
        put(console(), _page(plan, day, params, sheet_file))


def _day(stops: str, vehicles: str) -> Day:
    from doorstep.intake.routes import read_day

    told = read_day(_lines(stops), _lines(vehicles))
    if isinstance(told, list):
        raise _unreadable("The day cannot be planned", told)
    return told


def _lines(file: str) -> list[str]:
    try:
        return bytes_of(file).decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as wrong:
        raise StoppedError(f"{name_of(file)} is not UTF-8 text.", DATA) from wrong


def _unreadable(says: str, wrong: list[str]) -> StoppedError:
    stopped = StoppedError(f"{says}; {many(len(wrong), 'thing')} to mend.", DATA)
    for number, one in enumerate(wrong[:50], 1):
        stopped.add_note(f"{number}. {one}")
    return stopped


def _distances(day: Day, matrix: str, osrm: str, road_percent: int, speed_kmh: int) -> Distances:
    from doorstep.routing.distances import from_rows, great_circle

    if matrix and osrm:
        raise MisusedError("Give --matrix or --osrm, not both.")
    if matrix:
        told = from_rows(_lines(matrix), day.place_names)
        if isinstance(told, list):
            raise _unreadable(f"{name_of(matrix)} cannot be read", told)
        return told
    if osrm:
        from doorstep.links.roads import asked_for_roads
        from doorstep.terms.clock import SystemClock

        try:
            roads = asked_for_roads(osrm, day.points, SystemClock().now())
        except ValueError as wrong:
            raise MisusedError(f"--osrm: {wrong}.") from wrong
        if isinstance(roads, str):
            raise StoppedError(f"{roads}. Without --osrm great circles are taken.", TRY_LATER)
        return roads
    return great_circle(day.points, road_percent=road_percent, speed_kmh=speed_kmh)


def _pause(text: str) -> Pause | None:
    from doorstep.routing import Pause

    if not text:
        return None
    begin, _, minutes = text.partition("+")
    hours, _, past = begin.partition(":")
    if not (hours.isdecimal() and past.isdecimal() and minutes.isdecimal() and 0 < int(minutes) <= 1440):
        raise MisusedError(f"--pause is a time and minutes such as 12:00+30, not {text!r}.")
    return Pause(int(hours) * 3600 + int(past) * 60, int(minutes) * 60)


def _stopwatch(seconds: int) -> Callable[[], bool] | None:
    if not seconds:
        return None
    ends = time.monotonic() + seconds
    return lambda: time.monotonic() >= ends


def _page(plan: Plan, day: Day, params: Params, sheet_file: str) -> Iterator[Part]:
    from doorstep.routing.sheet import clock, lines

    for one in plan.routes:
        rows = list(lines(one, day.stops, params))
        title = f"{one.vehicle_id}: {clock(one.begins_seconds)} to {clock(one.ends_seconds)}, "
        title += f"{one.distance_m // 1000} km, {one.cost_minor / 100:.2f}"
        yield table(title, "Arrive", "Stop", "Open", "To do", "Leave", rows=rows)
    placed = len(day.stops) - len(plan.unplaced)
    worked = span(sum(one.working_seconds for one in plan.routes))
    yield f"{many(placed, 'stop')} in {many(len(plan.routes), 'route')}, {worked} of work, {plan.cost_minor / 100:.2f}."
    if plan.unplaced:
        yield table("In no route", "Stop", "Because of", "What would do", rows=_left(plan))
    if sheet_file:
        yield f"Route sheet: {sheet_file}"


def _left(plan: Plan) -> list[tuple[str, str, str]]:
    return [(one.stop_id, one.binding.value, one.says.removeprefix(one.stop_id).lstrip(": ")) for one in plan.unplaced]
