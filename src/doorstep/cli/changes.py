"""Changes after the promise: cancelling, other quantities, addresses and dates, stopping and going on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doorstep.cli.desk import Desk, opened
from doorstep.cli.failures import MisusedError
from doorstep.cli.files import name_of, parsed
from doorstep.cli.options import DAY, Acting, AsJson, Key, OrderId
from doorstep.cli.words import plainly, there

if TYPE_CHECKING:
    from doorstep.flow.change import Changed

LineNo = Annotated[int, typer.Argument(metavar="LINE", min=1, help="The line's number within the order.")]


def cancel(
    context: typer.Context,
    order_id: OrderId,
    line: Annotated[int | None, typer.Option(min=1, help="Only this line.", show_default=False)] = None,
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Cancel an order, or one line of it: labels are voided, goods go back to their bins, stock is free again."""
    from doorstep.flow import change

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        if line:
            told = change.cancel_line(desk.office, desk.who, order_id, line, desk.key)
        else:
            told = change.cancel_order(desk.office, desk.who, order_id, desk.key)
        _show(desk, desk.granted(told), f"Line {line} of {order_id}" if line else f"Order {order_id}", "is cancelled")


def quantity(
    context: typer.Context,
    order_id: OrderId,
    line_no: LineNo,
    units: Annotated[int, typer.Argument(metavar="UNITS", help="How many units it is to be.")],
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Another number of units for a line."""
    from doorstep.flow import change

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = change.change_quantity(desk.office, desk.who, order_id, line_no, units, desk.key)
        _show(desk, desk.granted(told), f"Line {line_no} of {order_id}", f"is for {units} now")


def address(
    context: typer.Context,
    order_id: OrderId,
    file: Annotated[str, typer.Argument(metavar="FILE", help="An address, or an order of which ship_to is taken.")],
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Another address to deliver to."""
    raw: Any = parsed(file)
    from pydantic import TypeAdapter

    from doorstep.flow import change
    from doorstep.intake.orders import AddressIn
    from doorstep.intake.problems import read

    given = raw["ship_to"] if isinstance(raw, dict) and "ship_to" in raw else raw
    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        found = desk.granted(read(TypeAdapter(AddressIn), given), name_of(file)).value()
        told = change.change_address(desk.office, desk.who, order_id, found, desk.key)
        _show(desk, desk.granted(told), f"Order {order_id}", f"goes to {found.name}, {found.city} now")


def day(
    context: typer.Context,
    order_id: OrderId,
    asked_from: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help="Not before this day.", show_default=False)
    ] = None,
    asked_by: Annotated[
        datetime | None, typer.Option("--by", formats=DAY, help="Not after this day.", show_default=False)
    ] = None,
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Other days to deliver on, by the calendar at the door."""
    if asked_from is None and asked_by is None:
        raise MisusedError("Name the days: --from, --by or both.")
    from doorstep.flow import change

    first = asked_from.date() if asked_from else None
    last = asked_by.date() if asked_by else None
    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = change.change_date(desk.office, desk.who, order_id, first, last, desk.key)
        _show(desk, desk.granted(told), f"Order {order_id}", "has other days now")


def hold(
    context: typer.Context,
    order_id: OrderId,
    reason: Annotated[str, typer.Option(help="Why, for whoever finds it on hold.")] = "asked for",
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Stop an order where it stands: nobody works on it, and it keeps its stock."""
    from doorstep.flow import change

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = change.hold_order(desk.office, desk.who, order_id, reason, desk.key)
        _show(desk, desk.granted(told), f"Order {order_id}", "is on hold")


def resume(
    context: typer.Context, order_id: OrderId, key: Key = "", acting: Acting = "", as_json: AsJson = False
) -> None:
    """Let an order on hold go on, with a new promise from now."""
    from doorstep.flow import change

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = change.resume_order(desk.office, desk.who, order_id, desk.key)
        _show(desk, desk.granted(told), f"Order {order_id}", "goes on")


def _show(desk: Desk, changed: Changed, what: str, is_now: str) -> None:
    lines = [f"{what} {is_now}. (It was {plainly(changed.before).lower()}.)"]
    lines += [f"  - {done}" for done in changed.done]
    if changed.promise:
        lines.append(there(changed.promise))
    desk.show(changed, lambda: "\n".join(lines))
