"""Consolidation in the terminal: which orders would go as one shipment, and what that saves; done with --now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.options import Acting, AsJson, Key
from doorstep.cli.output import table
from doorstep.cli.words import many, money

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.consolidate import Consolidated


def consolidate(
    context: typer.Context,
    now: Annotated[bool, typer.Option("--now", help="Join them. Without it, it is only told.")] = False,
    site_id: Annotated[
        str, typer.Option("--site", metavar="SITE", help="Of this site alone.", show_default=False)
    ] = "",
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Planned orders to one address, or to one area by truck, as one shipment, where that is cheaper and every promise
    still holds."""
    from doorstep.flow.consolidate import consolidate_orders

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        asked = desk.key if now else ""
        told = desk.granted(consolidate_orders(desk.office, desk.who, asked, site_id=site_id, dry_run=not now))
        desk.show(told, lambda: _page(told, now))


def _page(told: Consolidated, now: bool) -> Iterator[Part]:
    places = "1 address has" if told.addresses == 1 else f"{told.addresses} addresses have"
    looked_at = f"{many(told.orders, 'planned order')} looked at; {places} several."
    if told.areas:
        looked_at += f" {many(told.areas, 'area')} of a truck {'has' if told.areas == 1 else 'have'} several addresses."
    if not told.shipments:
        yield f"{looked_at} Nothing is cheaper together, with every promise held."
        return
    for each in told.shipments:
        head = f"{each.travels_as} from {each.site_id} by {each.service_id}, leaving {each.departs:%Y-%m-%d}"
        stops = any(member.stop_no for member in each.members)
        rows = [
            (
                *([str(member.stop_no)] if stops else []),
                member.order_id,
                money(member.alone_minor, told.currency),
                money(member.cost_minor, told.currency),
                money(member.freight_minor, told.currency),
                f"{member.in_window_ppm // 10_000} %",
            )
            for member in sorted(each.members, key=lambda member: member.stop_no)
        ]
        columns = (*(["#Stop"] if stops else []), "Order", "#Alone", "#Together", "#Of which freight", "#On time")
        yield table(head, *columns, rows=rows)
        for other in each.rejected:
            way, _, minor = other.rpartition(", ")
            yield f"  Not {way}: {money(int(minor), told.currency)}."
    saved = money(told.saves_minor, told.currency)
    yield f"{looked_at} Together they {'save' if now else 'would save'} {saved}."
    if not now:
        yield "Join them: doorstep consolidate --now"
