"""The least cost for each date and each surety, with today's point, for the terminal: a table and a small drawing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import MisusedError
from doorstep.cli.options import AsJson
from doorstep.cli.output import table
from doorstep.cli.words import chance

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.look_frontier import FrontierView
    from doorstep.planning.frontier import Frontier, Point

_WIDE, _HIGH = 64, 12
_MOST_DAYS = 9  # lines in the drawing
_MOST_TIMES = 3
_TODAY = "@"


def frontier(
    context: typer.Context,
    order_id: Annotated[
        str, typer.Argument(metavar="[ORDER]", help="One order; left out: the company.", show_default=False)
    ] = "",
    customer_class: Annotated[
        str | None, typer.Option("--class", metavar="CLASS", help="One class of customers.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The least cost for each date and each surety, with today's point on it, and what more service would cost."""
    if order_id and customer_class is not None:
        raise MisusedError("An order has one class: name the order, or the class.")
    from doorstep.flow.frontier_told import told
    from doorstep.flow.look_frontier import frontier_of, frontier_of_order

    with opened(context, as_json=as_json) as desk:
        if order_id:
            view = desk.granted(frontier_of_order(desk.office, order_id))
        else:
            view = frontier_of(desk.office, customer_class)
        desk.show({**_data(view), "told": told(view)}, lambda: _page(view))


def _data(view: FrontierView) -> dict[str, object]:
    """Without the distributions behind it."""
    from doorstep.flow.frontier_told import how, when

    line = view.frontier

    def row(point: Point) -> dict[str, object]:
        return {
            "days": point.days,
            "ppm": point.ppm,
            "cost_minor": point.cost_minor,
            "by": when(view, point.days),
            "how": how(point),
        }

    return {
        "order_id": view.order_id,
        "customer_class": view.customer_class,
        "currency": view.currency,
        "as_promised": view.as_promised,
        "as_if_now": view.as_if_now,
        "left_out": view.left_out,
        "measured": view.measured,
        "says": view.says,
        "today": row(line.today) if line else None,
        "points": [row(point) for point in line.points] if line else [],
        "sooner": row(line.sooner.point) if line and line.sooner.point else None,
        "surer": row(line.surer.point) if line and line.surer.point else None,
        "beaten_by": row(line.beaten_by) if line and line.beaten_by else None,
    }


def _page(view: FrontierView) -> Iterator[Part]:
    from doorstep.flow.frontier_told import an_order, how, told, when

    line, said = view.frontier, told(view)
    if line is None or said is None:
        yield view.says
        return
    yield said.today
    yield said.sooner
    yield said.surer
    if said.beaten:
        yield said.beaten
    days = ("Last day", "#On time", "#Cost", "#Beside today", "How")
    rows = [
        (
            ("@ " if is_today(point, line) else "") + when(view, point.days),
            chance(point.ppm),
            an_order(view, point.cost_minor),
            _beside(view, point.cost_minor - line.today.cost_minor),
            how(point) or "-",
        )
        for point in line.points
    ]
    columns = days if view.order_id else days[:-1]
    yield table(_title(view), *columns, rows=[row[: len(columns)] for row in rows])
    yield from drawing(view, line)
    yield said.basis


def _title(view: FrontierView) -> str:
    each = "" if view.order_id else ", an order"
    return f"The least cost for each date and each surety{each}"


def is_today(point: Point, line: Frontier) -> bool:
    today = line.today
    return (point.days, point.ppm, point.cost_minor) == (today.days, today.ppm, today.cost_minor)


def _beside(view: FrontierView, extra_minor: int) -> str:
    from doorstep.flow.frontier_told import an_order

    return ("+" if extra_minor > 0 else "") + an_order(view, extra_minor)


def drawing(view: FrontierView, line: Frontier) -> Iterator[str]:
    """On time across, cost upwards; each day has a letter, today's point is @."""
    from doorstep.flow.frontier_told import an_order, when

    days = sorted({point.days for point in line.points} | {0}, key=lambda day: (abs(day), day))[:_MOST_DAYS]
    letters = {day: "abcdefghi"[number] for number, day in enumerate(sorted(days))}
    most = _MOST_TIMES * max(line.today.cost_minor, 1)  # what costs many times more would press all else together
    shown = [point for point in line.points if point.days in letters and point.cost_minor <= most]
    everything = [*shown, line.today]
    low, high = min(p.cost_minor for p in everything), max(p.cost_minor for p in everything)
    left, right = min(p.ppm for p in everything), max(p.ppm for p in everything)
    field = [[" "] * (_WIDE + 1) for _ in range(_HIGH + 1)]

    def put(point: Point, mark: str) -> None:
        across = (point.ppm - left) * _WIDE // max(right - left, 1)
        up = (point.cost_minor - low) * _HIGH // max(high - low, 1)
        field[_HIGH - up][across] = mark

    for point in reversed(shown):
        put(point, letters[point.days])
    put(line.today, _TODAY)
    costs = {_HIGH: an_order(view, low), **({0: an_order(view, high)} if high > low else {})}
    margin = max(map(len, costs.values()))
    yield ""
    for number, cells in enumerate(field):
        yield f"{costs.get(number, ''):>{margin}} |{''.join(cells).rstrip()}"
    yield f"{'':>{margin}} +{'-' * (_WIDE + 1)}"
    yield f"{'':>{margin}}  {chance(left):<{_WIDE - 6}}{chance(right):>7}"
    names = ", ".join(f"{letters[day]} {when(view, day)}" for day in sorted(days))
    yield f"{'':>{margin}}  on time across, cost upwards; {_TODAY} today, {names}"
    yield ""
