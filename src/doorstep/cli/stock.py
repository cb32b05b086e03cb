"""Stock: what there is, what came in, what was counted, what will come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import NO_COMPANY, opened
from doorstep.cli.options import DAY, MINUTE, Acting, AsJson, Key, Lot, Serials
from doorstep.cli.output import table
from doorstep.cli.words import many, moment, short_day

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.look import StockView

Bin = Annotated[str, typer.Argument(metavar="BIN", help="The bin with its site, such as CS/A-01.")]
Item = Annotated[str, typer.Argument(metavar="ITEM", help="The item's id.")]


def stock(
    context: typer.Context,
    item: Annotated[str, typer.Option(metavar="ITEM", help="This item only.")] = "",
    site: Annotated[str, typer.Option(metavar="SITE", help="This site only.")] = "",
    as_json: AsJson = False,
) -> None:
    """What every site has, holds for orders and can still promise, and what is on its way."""
    from doorstep.flow import look

    with opened(context, as_json=as_json) as desk:
        view = look.stock(desk.office, item, site)
        desk.show(view, lambda: (_stock(view), *_inbound(view, desk.zone(site))) if desk.sites() else NO_COMPANY)


def receive(
    context: typer.Context,
    place_id: Bin,
    item_id: Item,
    units: Annotated[int, typer.Argument(metavar="UNITS", help="How many came.")],
    lot: Lot = "",
    expires: Annotated[
        datetime | None, typer.Option(formats=DAY, help="The lot's last day.", show_default=False)
    ] = None,
    serials: Serials = [],  # noqa: B006  (Typer makes a new one for each call)
    inbound: Annotated[str, typer.Option(metavar="INBOUND", help="The expected delivery it belongs to.")] = "",
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Goods came in and stand in a bin. Give the delivery note's number as --key, and it is booked once only."""
    from doorstep.flow import receive as receiving

    receipt = receiving.Receipt(
        place_id, item_id, units, lot, expires.date() if expires else None, tuple(serials), inbound
    )
    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        receipt_id = desk.granted(receiving.receive(desk.office, desk.who, receipt, desk.key))
        desk.show({"receipt_id": receipt_id}, lambda: f"{units} {item_id} stand in {place_id} (receipt {receipt_id}).")


def count(
    context: typer.Context,
    place_id: Bin,
    item_id: Item,
    counted: Annotated[int, typer.Argument(metavar="UNITS", help="How many are there.")],
    lot: Lot = "",
    serials: Serials = [],  # noqa: B006
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """What a person saw in a bin is what is there. Where it is less than was promised, the newest orders wait again."""
    from doorstep.flow.count import count_bin

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = desk.granted(count_bin(desk.office, desk.who, place_id, item_id, counted, desk.key, lot, tuple(serials)))
        lines = [f"{place_id} has {counted} {item_id}: " + (_difference(told.difference))]
        if told.orders_to_replan:
            lines.append(f"Let down and planned again: {', '.join(told.orders_to_replan)}")
        desk.show(told, lambda: "\n".join(lines))


def expect(
    context: typer.Context,
    supplier_id: Annotated[str, typer.Argument(metavar="SUPPLIER", help="Who brings it.")],
    site_id: Annotated[str, typer.Argument(metavar="SITE", help="Where to.")],
    item_id: Item,
    units: Annotated[int, typer.Argument(metavar="UNITS", help="How many are to come.")],
    due: Annotated[
        datetime, typer.Option(formats=[*DAY, *MINUTE], help="When; without an offset, by the site's clock.")
    ],
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """A supplier will bring goods: orders can be promised from them from now on."""
    from zoneinfo import ZoneInfo

    from doorstep.flow.receive import expect_inbound
    from doorstep.terms.clock import in_utc

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        zone = desk.zone(site_id)
        due_at = in_utc(due if due.tzinfo else due.replace(tzinfo=ZoneInfo(zone)))
        inbound_id = desk.granted(
            expect_inbound(desk.office, desk.who, supplier_id, site_id, item_id, units, due_at, desk.key)
        )
        told = f"{units} {item_id} are expected in {site_id} by {moment(due_at, zone)} {zone} (inbound {inbound_id})."
        desk.show({"inbound_id": inbound_id}, lambda: told)


def redate(
    context: typer.Context,
    inbound_id: Annotated[str, typer.Argument(metavar="INBOUND", help="The expected delivery.")],
    due: Annotated[
        datetime,
        typer.Option(formats=[*DAY, *MINUTE], help="When it comes; without an offset, by the first site's clock."),
    ],
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """A supplier brings goods at another time: orders promised from them are promised anew."""
    from zoneinfo import ZoneInfo

    from doorstep.flow.redate import redate_inbound
    from doorstep.terms.clock import in_utc

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        zone = desk.zone()
        due_at = in_utc(due if due.tzinfo else due.replace(tzinfo=ZoneInfo(zone)))
        told = desk.granted(redate_inbound(desk.office, desk.who, inbound_id, due_at, desk.key))
        page = (
            f"Inbound {inbound_id} is expected by {moment(due_at, zone)} {zone}; "
            f"{many(len(told.order_ids), 'order')} to be promised anew."
        )
        desk.show(told, lambda: page)


def _difference(units: int) -> str:
    if not units:
        return "as it was believed."
    return f"{many(units, 'unit')} more than believed." if units > 0 else f"{many(-units, 'unit')} fewer than believed."


def _stock(view: StockView) -> Part:
    if not view.stock:
        return "There is nothing in stock here. Book what came in: doorstep receive BIN ITEM UNITS"
    rows = [
        (row.site_id, row.item_id, row.lot or "-", short_day(row.expires_on), row.on_hand, row.held, row.free)
        for row in view.stock
    ]
    return table("Stock", "Site", "Item", "Lot", "Expires", "#On hand", "#Held", "#Free", rows=rows)


def _inbound(view: StockView, zone: str) -> Iterator[Part]:
    if not view.inbound:
        yield "Nothing is expected."
        return
    rows = [
        (
            *(row.inbound_id, row.site_id, row.item_id, row.expected, row.received, row.held),
            moment(row.due_at, zone),
        )
        for row in view.inbound
    ]
    columns = ("Inbound", "Site", "Item", "#Expected", "#Received", "#Promised", "Due")
    yield table("On its way", *columns, rows=rows)
    yield f"Times are those of {zone}."
