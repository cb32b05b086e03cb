"""The process chart in the terminal: steps, hand-offs, departments; as a picture; and one order's time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from doorstep.cli.desk import NO_COMPANY, opened
from doorstep.cli.options import DAY, MINUTE, AsJson, OrderId
from doorstep.cli.output import table
from doorstep.cli.scores import per_cent
from doorstep.cli.words import many, moment, span
from doorstep.terms.clock import in_utc

if TYPE_CHECKING:
    from doorstep.chart.values import EdgeFigures, Spread
    from doorstep.cli.output import Part
    from doorstep.flow.look_chart import ChartView, Segment

_WHEN = {"formats": [*DAY, *MINUTE], "show_default": False}


def chart(
    context: typer.Context,
    since: Annotated[
        datetime | None, typer.Option(help="What was completed from then on; by the site's clock.", **_WHEN)
    ] = None,
    until: Annotated[datetime | None, typer.Option(help="What was completed before then.", **_WHEN)] = None,
    site_id: Annotated[
        str, typer.Option("--site", metavar="SITE", help="One site; all of them if not named.", show_default=False)
    ] = "",
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Draw it there, as SVG.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How orders really go through the company: where they wait, how long, and what is not as it was designed."""
    from doorstep.flow.look_chart import chart_asked

    with opened(context, as_json=as_json) as desk:
        zone = desk.zone(site_id)
        view = desk.granted(chart_asked(desk.office, _at(since, zone), _at(until, zone), site_id))
        if svg is not None:
            svg.write_text(view.svg, encoding="utf-8")
        figures = {field.name: getattr(view, field.name) for field in fields(view) if field.name != "svg"}
        done = any(node.volume for node in view.nodes)
        desk.show(figures, lambda: _page(view, zone, svg) if done else _nothing(bool(desk.sites())))


def account(context: typer.Context, order_id: OrderId, as_json: AsJson = False) -> None:
    """Where an order's time went, to the second: what it waited for, and who worked on it."""
    from doorstep.flow.look_chart import order_account

    with opened(context, as_json=as_json) as desk:
        segments = desk.granted(order_account(desk.office, order_id))
        desk.show(segments, lambda: _account(segments, desk.zone()))


def _at(instant: datetime | None, zone: str) -> datetime | None:
    if instant is None:
        return None
    return in_utc(instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone)))


def _nothing(set_up: bool) -> str:
    return "Nothing was done in that time, so there is nothing to chart." if set_up else NO_COMPANY


def _page(view: ChartView, zone: str, svg: Path | None) -> Iterator[Part]:
    yield _steps(view)
    strays = [edge for edge in view.edges if not edge.designed]
    if strays:
        yield _strays(view, strays)
    if view.hand_offs:
        yield _hand_offs(view)
    yield _departments(view)
    told = view.accounted
    if told.orders:
        waited, worked = span(told.waiting_seconds), span(told.working_seconds)
        yield (
            f"{many(told.orders, 'order')} took {span(told.total_seconds)} together: {waited} waiting, {worked} being "
            "worked on. Not a second is missing."
        )
    if view.begins:
        yield f"From {moment(view.begins, zone)} to {moment(view.ends, zone)}, by {zone}. What is what: docs/chart.md"
    if svg is not None:
        yield f"Drawn: {svg}"


def _steps(view: ChartView) -> Part:
    from doorstep.chart.draw import as_rows

    rows = [
        (
            row.step,
            row.department,
            row.volume,
            row.wait or "-",
            row.wait_most or "-",
            row.work or "-",
            row.target or "-",
            row.over or "-",
            _between(node.over.low_ppm, node.over.high_ppm) if row.status else "-",
            row.status or "-",
            per_cent(node.right_ppm, 0) if row.wait else "-",
        )
        for row, node in zip(as_rows(view.nodes), view.nodes, strict=True)
        if node.volume
    ]
    times = ("#Half wait", "#9 in 10 wait", "#Half work", "#Target", "#Over", "Between", "Status", "#Right at once")
    return table("Steps", "Step", "Department", "#Done", *times, rows=rows)


def _between(low_ppm: int, high_ppm: int) -> str:
    return f"{per_cent(low_ppm, 0)} to {per_cent(high_ppm, 0)}"


def _strays(view: ChartView, strays: Sequence[EdgeFigures]) -> Part:
    titles = {node.node_id: node.title for node in view.nodes}
    rows = [
        (titles[edge.before], titles[edge.after], f"{edge.count:,}", *_waits(edge.wait))
        for edge in sorted(strays, key=lambda edge: -edge.count)
    ]
    return table("Ways nobody designed", "From", "To", "#Times", "#Half wait", "#9 in 10 wait", rows=rows)


def _hand_offs(view: ChartView) -> Part:
    rows = [
        (
            one.before,
            one.after,
            f"{one.number:,}",
            *_waits(one.wait),
            per_cent(one.back_ppm),
            per_cent(one.right_ppm, 0),
            _thousandths(one.queue.waiting_thousandths),
            _thousandths(one.queue.little_thousandths),
        )
        for one in view.hand_offs
    ]
    columns = (
        "#Times",
        "#Half wait",
        "#9 in 10 wait",
        "#Went back",
        "#Right at once",
        "#Waiting at a time",
        "#By Little",
    )
    return table("Hand-offs between departments", "From", "To", *columns, rows=rows)


def _departments(view: ChartView) -> Part:
    rows: list[tuple[Any, ...]] = [
        (one.department, f"{one.volume:,}", *_waits(one.wait), span(one.waiting_seconds), span(one.working_seconds))
        for one in view.departments
    ]
    columns = ("#Done", "#Half wait", "#9 in 10 wait", "#Orders waited", "#Was worked")
    return table("Departments, and their part of the orders' time", "Department", *columns, rows=rows)


def _waits(wait: Spread) -> tuple[str, str]:
    return (span(wait.p50_seconds), span(wait.p90_seconds)) if wait.number else ("-", "-")


def _thousandths(number: int) -> str:
    return f"{number // 1_000}.{number % 1_000 // 100}"


def _account(segments: Sequence[Segment], zone: str) -> Iterator[Part]:
    rows = [
        (moment(one.begins, zone, seconds=True), one.kind, one.title, one.department, span(one.seconds))
        for one in segments
    ]
    yield table("Where its time went", "From", "What", "Step", "Department", "#How long", rows=rows)
    yield f"Together {span(sum(one.seconds for one in segments))}, to the second. Times are those of {zone}."
