"""Own vehicles in the terminal: plan a day, see it, leave, say what became of each stop, come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import Desk, opened
from doorstep.cli.failures import MisusedError
from doorstep.cli.options import DAY, Acting, AsJson, Key
from doorstep.cli.output import progress, table
from doorstep.cli.words import many, moment, money, short_day

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.look_routes import DayView, RouteView
    from doorstep.terms.fleet import FleetVehicle

Site = Annotated[str, typer.Argument(metavar="SITE", help="The site that the vehicles leave.", show_default=False)]
OfDay = Annotated[
    datetime | None, typer.Argument(metavar="[DAY]", formats=DAY, help="Today, if not named.", show_default=False)
]
Route = Annotated[str, typer.Argument(metavar="ROUTE", help="The route's id, such as rte_01k...", show_default=False)]
_HOURS = "%H:%M"


def plan(
    context: typer.Context, site: Site, day: OfDay = None, key: Key = "", acting: Acting = "", as_json: AsJson = False
) -> None:
    """Plan what is to leave with a site's own vehicles on a day; routes that have not left are planned anew."""
    from doorstep.flow.look_routes import day_of_routes
    from doorstep.flow.routes import plan_routes

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        on = _day(desk, site, day)
        with progress("Looking for routes", show=not as_json):
            made = desk.granted(plan_routes(desk.office, desk.who, site, on, desk.key))
        view = desk.granted(day_of_routes(desk.office, site, on))
        desk.show(made, lambda: _page(view))


def show(context: typer.Context, site: Site, day: OfDay = None, as_json: AsJson = False) -> None:
    """A site's routes of a day, stop by stop, and what is in none of them and why."""
    from doorstep.flow.look_routes import day_of_routes

    with opened(context, as_json=as_json) as desk:
        view = desk.granted(day_of_routes(desk.office, site, day.date() if day else None))
        desk.show(view, lambda: _page(view))


def vehicles(
    context: typer.Context,
    site: Annotated[str, typer.Option(metavar="SITE", help="Of this site only.")] = "",
    as_json: AsJson = False,
) -> None:
    """The company's own vehicles."""
    from doorstep.flow.look_routes import vehicle_list

    with opened(context, as_json=as_json) as desk:
        told = vehicle_list(desk.office, site)
        desk.show(told, lambda: _fleet(told))


def leave(context: typer.Context, route: Route, key: Key = "", acting: Acting = "", as_json: AsJson = False) -> None:
    """The vehicle drives off with what stands at the dock for its stops."""
    from doorstep.flow.route_anew import plan_after_leaving
    from doorstep.flow.route_out import leave as left

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = desk.granted(left(desk.office, desk.who, route, desk.key))
        plan_after_leaving(desk.office, desk.who, told, desk.key)
        desk.show(told, lambda: _gone(told.ssccs, told.missing, [each.refusal.says for each in told.kept]))


def stop(
    context: typer.Context,
    route: Route,
    stop_id: Annotated[
        str, typer.Argument(metavar="STOP", help="The stop: the order it stands for.", show_default=False)
    ],
    done: Annotated[bool, typer.Option("--done", help="Unloaded, and taken in.")] = False,
    left_with: Annotated[str, typer.Option(metavar="WHO", help="person, neighbour or safe_place.")] = "person",
    failed: Annotated[
        str,
        typer.Option(metavar="WHY", help="nobody_home, closed, refused, not_found or no_time.", show_default=False),
    ] = "",
    again: Annotated[bool, typer.Option("--again", help="Try it once more on this route.")] = False,
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """What became of a stop. After one that failed, or far off the plan, the rest of the route is planned anew."""
    if done == bool(failed):
        raise MisusedError("Say --done, or --failed with the reason.")
    from doorstep.flow.look_routes import route_view
    from doorstep.flow.route_anew import plan_after
    from doorstep.flow.route_out import stop_done, stop_failed

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        if done:
            told = desk.granted(stop_done(desk.office, desk.who, route, stop_id, desk.key, left_with))
        else:
            told = desk.granted(stop_failed(desk.office, desk.who, route, stop_id, failed, desk.key, again=again))
        anew = plan_after(desk.office, desk.who, told, desk.key)
        view = desk.granted(route_view(desk.office, route))
        desk.show({"stop": told, "anew": anew}, lambda: _rest(view, planned_anew=anew is not None))


def end(
    context: typer.Context,
    route: Route,
    kilometres: Annotated[
        int | None, typer.Option("--km", min=0, max=100_000, help="What was driven; else as planned.")
    ] = None,
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """The vehicle is back: its route costs what its tariff says, and each parcel bears its part."""
    from doorstep.flow.route_end import end_route

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        metres = None if kilometres is None else kilometres * 1_000
        back = desk.granted(end_route(desk.office, desk.who, route, desk.key, distance_m=metres))
        cost, expected = money(back.cost_minor, back.currency), money(back.expected_minor, back.currency)
        desk.show(
            back,
            lambda: (
                f"{route} is back: {many(back.stops, 'stop')}, {back.distance_m // 1000} km, {cost}; its labels had "
                f"reckoned {expected}."
            ),
        )


def _day(desk: Desk, site: str, day: datetime | None) -> date:
    from zoneinfo import ZoneInfo

    return day.date() if day else desk.office.store.clock.now().astimezone(ZoneInfo(desk.zone(site))).date()


def _page(view: DayView) -> Iterator[Part]:
    if not view.routes and not view.unplaced:
        yield f"No routes of {view.site_id} on {short_day(view.day)}. To plan them: doorstep routes plan {view.site_id}"
        return
    for route in view.routes:
        yield from _route(route)
    if view.unplaced:
        rows = [
            (left.stop_id, left.binding, left.says.removeprefix(left.stop_id).lstrip(": ")) for left in view.unplaced
        ]
        yield table("In no route", "Stop", "Because of", "What would do", rows=rows)
    told = f"{many(len(view.routes), 'route')}, {money(view.cost_minor, view.currency)}, distances by {view.roads}."
    yield f"{told} Times on the clock of {view.zone}."


def _route(route: RouteView) -> Iterator[Part]:
    from zoneinfo import ZoneInfo

    def wall(at: datetime) -> str:
        return at.astimezone(ZoneInfo(route.zone)).strftime(_HOURS)

    head = f"{route.vehicle_id}, {route.route_id}, {route.state}: leaves {wall(route.left_at or route.leaves_at)}, "
    head += f"back {wall(route.ended_at or route.ends_at)}, {route.distance_m // 1000} km, "
    rows = [
        (
            number,
            wall(stop.arrives_at),
            f"{wall(stop.window_from)}-{wall(stop.window_until)}" if stop.doing == "stop" else "",
            stop.stop_id,
            ", ".join(filter(None, (stop.name, stop.where))) or "the depot, for more",
            stop.parcels or "",
            f"{stop.state}: {stop.reason.replace('_', ' ')}" if stop.reason else stop.state,
        )
        for number, stop in enumerate(route.stops, 1)
    ]
    columns = ("#No", "Arrives", "Told", "Stop", "Where", "#Parcels", "State")
    yield table(f"{head}{money(route.cost_minor, route.currency)}", *columns, rows=rows)


def _rest(view: RouteView, *, planned_anew: bool) -> Iterator[Part]:
    ahead = [stop for stop in view.stops if stop.state == "planned" and stop.doing == "stop"]
    if not ahead:
        yield f"Nothing is left on {view.route_id}. When it is back: doorstep routes end {view.route_id}"
        return
    anew = ", planned anew" if planned_anew else ""
    rows = [(moment(stop.arrives_at, view.zone), stop.stop_id, stop.name, stop.where) for stop in ahead]
    yield table(f"Still before {view.vehicle_id}{anew}", "Arrives", "Stop", "Who", "Where", rows=rows)


def _gone(ssccs: Sequence[str], missing: Sequence[str], kept: Sequence[str]) -> Iterator[Part]:
    yield f"{many(len(ssccs), 'parcel')} on the road."
    for says in kept:
        yield f"Stays: {says}"
    if missing:
        yield f"Passed by, as nothing of it is at the dock: {', '.join(missing)}."


def _takes(vehicle: FleetVehicle) -> str:
    told = [f"{vehicle.capacity_g // 1000} kg"] if vehicle.capacity_g else []
    told += [many(vehicle.capacity_pallets, "pallet")] if vehicle.capacity_pallets else []
    return ", ".join(told) or "any"


def _fleet(told: Sequence[FleetVehicle]) -> Iterator[Part]:
    if not told:
        yield "There are no own vehicles; a company's file names them under [[vehicles]]."
        return
    rows = [
        (
            each.vehicle_id,
            each.site_id,
            each.service_id,
            f"{each.begins:%H:%M}-{each.ends:%H:%M}",
            _takes(each),
            f"{each.rests_at:%H:%M}, {each.rests_seconds // 60} min" if each.rests_at else "",
            ", ".join(sorted(each.skills)),
        )
        for each in told
    ]
    yield table("", "Vehicle", "Site", "Service", "Shift", "#Takes", "Break", "Skills", rows=rows)
