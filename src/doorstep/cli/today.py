"""The first page of the day, as `doorstep today` prints it: what will not ship, then promises, stages, cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.options import AsJson
from doorstep.cli.output import table
from doorstep.cli.words import chance, many, moment, money, short_day, slack, span

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.look_figures import CostView, PromisesView
    from doorstep.flow.look_today import TodayView

_AGAINST = {"asked": "what was asked", "first": "the first promise", "agreed": "what was agreed last"}


def today(
    context: typer.Context,
    site_id: Annotated[str, typer.Argument(metavar="[SITE]", help="Of this site only.", show_default=False)] = "",
    at_most: Annotated[int, typer.Option(min=1, max=1000, help="How many orders at risk to show.")] = 20,
    as_json: AsJson = False,
) -> None:
    """What will not ship today, why, whose turn it is and until when; then promises, stages and cost."""
    from doorstep.flow.look_today import today as look

    with opened(context, as_json=as_json) as desk:
        view = desk.granted(look(desk.office, site_id, at_most))
        desk.show(view, lambda: _page(view))


def _page(view: TodayView) -> Iterator[Part]:
    where = f"at {view.site_id}" if view.site_id else "at all sites"
    yield f"Today {where}, {moment(view.now, view.zone)} ({view.zone})"
    yield from _risk(view)
    if view.pickups:
        missing = [
            (each.carrier_id, each.site_id, each.parcels, each.says, moment(each.until, view.zone))
            for each in view.pickups
        ]
        yield table("Nobody comes for these", "Carrier", "Site", "#Parcels", "Why", "Helps until", rows=missing)
    yield from _promises(view.promises)
    rows = [
        (stage.words, stage.department, stage.count or "", span(stage.oldest_seconds) if stage.count else "")
        for stage in view.stages
    ]
    yield table("Stages", "Stage", "Department", "#There", "#The oldest since", rows=rows)
    yield from _cost(view.cost)
    flow = view.flow
    yield f"Today: {flow.placed} placed, {flow.handed_over} handed over, {flow.delivered} delivered."


def _risk(view: TodayView) -> Iterator[Part]:
    risk = view.risk
    if not risk.total:
        yield "Nothing is at risk today."
        return
    told = ", ".join(f"{count} {name}" for name, count in risk.by_risk.items() if count)
    rows = [
        (
            row.order_id,
            row.site_id or "-",
            row.risk,
            row.reason,
            row.department,
            row.action,
            moment(row.until, view.zone),
            slack(row.slack_seconds),
        )
        for row in risk.rows
    ]
    columns = ("Order", "Site", "Risk", "Why", "Whose turn", "What to do", "Until", "#Time left")
    yield table("What will not ship today by itself", *columns, rows=rows)
    yield f"{many(risk.total, 'order')} or parts of one: {told}. {many(len(rows), 'row')} shown."


def _promises(view: PromisesView) -> Iterator[Part]:
    due = [(each.name, each.orders, each.delivered, each.on_road, each.in_house) for each in view.due]
    yield table("Promises that end", "When", "#Orders", "#Delivered", "#On the road", "#In the house", rows=due)
    rows = [
        (
            _AGAINST[each.against],
            f"{each.days} days",
            each.kept,
            each.broken,
            each.open,
            "-" if each.kept_ppm is None else chance(each.kept_ppm),
            f"{chance(each.low_ppm)} to {chance(each.high_ppm)}" if each.kept_ppm is not None else "-",
        )
        for each in view.kept
        if each.kept or each.broken or each.open
    ]
    if rows:
        columns = ("Measured by", "Last", "#Kept", "#Broken", "#Open", "#Kept of judged", "Surely")
        yield table("How promises ended", *columns, rows=rows)
    if view.predicted_late:
        parcels = [
            (each.sscc, each.order_id, short_day(each.promised_by), short_day(each.eta), each.days_late)
            for each in view.predicted_late
        ]
        heads = ("Parcel", "Order", "Promised by", "Expected", "#Days late")
        yield table("Parcels that will be late", *heads, rows=parcels)
        yield f"{many(view.predicted_late_total, 'parcel')} in all."


def _cost(view: CostView) -> Iterator[Part]:
    def of(minor: int | None) -> str:
        return "-" if minor is None else money(minor, view.currency)

    rows = [
        (
            each.name,
            each.orders,
            of(each.median_minor),
            of(each.mean_minor),
            of(each.total_minor),
            ", ".join(f"{kind.kind} {of(kind.total_minor)}" for kind in each.kinds) or "-",
        )
        for each in view.over
        if each.orders
    ]
    if rows:
        yield table("Cost", "Last", "#Orders", "#Median", "#Mean", "#Together", "By kind", rows=rows)
