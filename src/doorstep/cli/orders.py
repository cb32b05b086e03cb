"""Orders: what could be promised, placing, finding, showing, clearing."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from doorstep.cli.desk import NO_COMPANY, opened
from doorstep.cli.failures import DATA, MisusedError, StoppedError, granted
from doorstep.cli.files import name_of, parsed
from doorstep.cli.options import Acting, AsJson, Key, OrderId
from doorstep.cli.output import table
from doorstep.cli.words import chance, many, moment, money, plainly, short_day, short_window, there, window

if TYPE_CHECKING:
    from collections.abc import Iterable

    from doorstep.cli.desk import Desk
    from doorstep.cli.output import Part
    from doorstep.flow.look_orders import OrderRow, OrdersView
    from doorstep.flow.place import Offered, Placed
    from doorstep.terms.order import Order

S = TypeVar("S", bound=StrEnum)
TEXT = "The beginning of an order's number or reference; or a customer, tracking number or SSCC."
OrderFile = Annotated[
    str, typer.Argument(metavar="FILE", help="The order in TOML or JSON (see examples/); - for standard input.")
]


def quote(context: typer.Context, file: OrderFile, as_json: AsJson = False) -> None:
    """What could be promised for an order now, cheapest first. Nothing is held and nothing is recorded."""
    raw = parsed(file)
    from doorstep.flow.place import quote_order

    order = _read(raw, file, as_json=as_json)
    with opened(context, as_json=as_json) as desk:
        offers = desk.granted(quote_order(desk.office, order), name_of(file))
        desk.show(offers, lambda: _offers(offers))


def place(
    context: typer.Context,
    file: OrderFile,
    key: Key = "",
    again: Annotated[
        bool, typer.Option("--again", help="Place it once more, though the same order was placed.")
    ] = False,
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Place an order: it is promised and its stock is held, at once or not at all.

    Without --key the order's own content is the key. The same file placed twice, by accident or because the first
    answer was lost, is one order and gives the same answer; --again or another --key places it once more.
    """
    if again and key:
        raise MisusedError("--again and --key do not go together: a new --key places it once more by itself.")
    raw = parsed(file)
    from doorstep.flow import look
    from doorstep.flow.place import place_order
    from doorstep.storage.store import hash_of

    order = _read(raw, file, as_json=as_json)
    own = "" if again else f"order/{hash_of(order).hex()}"
    with opened(context, acting=acting, key=key or own, repeats=not again, as_json=as_json) as desk:
        began = desk.office.store.clock.now()
        # Under its own content a no is no answer for ever: what it lacked may be there when it is asked again.
        placed = desk.granted(place_order(desk.office, desk.who, order, desk.key, keep_no=bool(key)), name_of(file))
        known = not again and desk.granted(look.order(desk.office, placed.order_id)).placed_at < began
        desk.show(placed, lambda: _placed(placed, known=known, own_key=bool(key)))


def list_orders(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help=TEXT)] = "",
    customer: Annotated[str, typer.Option(metavar="CUSTOMER", help="Of this customer only.")] = "",
    state: Annotated[str, typer.Option(metavar="STATE", help="Only those so far on, such as planned.")] = "",
    late: Annotated[str, typer.Option(metavar="LATE", help="Only late ones: broken, predicted or either.")] = "",
    site: Annotated[str, typer.Option(metavar="SITE", help="Shipped by this site only.")] = "",
    sort: Annotated[str, typer.Option(metavar="SORT", help="newest, oldest or urgent first.")] = "newest",
    after: Annotated[str, typer.Option(metavar="ORDER", help="Go on where the page before ended.")] = "",
    at_most: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Orders, newest first, all of them or those that are searched for."""
    from doorstep.flow import look_orders
    from doorstep.planning.change import State

    late_as = _one_of(look_orders.Late, late, "--late") if late else None
    state_as = _one_of(State, state, "--state") if state else None
    sort_as = _one_of(look_orders.Sort, sort, "--sort")
    with opened(context, as_json=as_json) as desk:
        query = look_orders.OrderQuery(text, state_as, late_as, site, customer, sort_as)
        view = desk.granted(look_orders.order_page(desk.office, query, after, at_most))
        desk.show(view.rows, lambda: _list(view, desk, narrowed=query != look_orders.OrderQuery(sort=sort_as)))


def _one_of(kind: type[S], word: str, option: str) -> S:
    try:
        return kind(word)
    except ValueError:
        words = ", ".join(str(each) for each in kind)
        raise MisusedError(f"{option} is one of {words}, not {word!r}.") from None


def timeline(context: typer.Context, order_id: OrderId, as_json: AsJson = False) -> None:
    """One order's story in plain sentences: everything that touched it, its shipments and its parcels."""
    from doorstep.flow.look_orders import order_timeline

    with opened(context, as_json=as_json) as desk:
        told = desk.granted(order_timeline(desk.office, order_id))
        zone = desk.zone()
        rows = [(moment(one.at, zone), one.says, one.who, one.department, one.cause or "-") for one in told]
        columns = ("When", "What", "Who", "Department", "Why")
        desk.show(told, lambda: (table(f"Order {order_id}", *columns, rows=rows), f"Times are those of {zone}."))


def show(context: typer.Context, order_id: OrderId, as_json: AsJson = False) -> None:
    """One order: its lines, promises, parcels, costs, and how its promises ended."""
    from doorstep.cli.order_page import order_page
    from doorstep.flow import look

    with opened(context, as_json=as_json) as desk:
        view = desk.granted(look.order(desk.office, order_id))
        desk.show(view, lambda: order_page(view, desk.sites()))


def tracking_link(
    context: typer.Context,
    order_id: OrderId,
    revoke: Annotated[bool, typer.Option("--revoke", help="Instead, let every link to it lead nowhere.")] = False,
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Make a link to the customer's page of an order. It is told once: only its digest is kept."""
    from doorstep.flow import tracking_link as links

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        if revoke:
            ended = desk.granted(links.revoke_links(desk.office, desk.who, order_id, desk.key))
            desk.show({"order_id": order_id, "revoked": ended}, lambda: f"{many(ended, 'link')} to {order_id} revoked.")
            return
        link = desk.granted(links.make_link(desk.office, desk.who, order_id, desk.key))
        until = f"It is told only now. It ends 60 days after delivery, or {short_day(link.expires_at.date())}."
        desk.show(link, lambda: f"{link.token}\n{until}")


def explain(context: typer.Context, order_id: OrderId, as_json: AsJson = False) -> None:
    """Why an order stands where it stands: promise, plan and what was rejected, holds, time left, its whole story."""
    from doorstep.cli.why_page import why_page
    from doorstep.flow.explain import explain as why

    with opened(context, as_json=as_json) as desk:
        told = desk.granted(why(desk.office, order_id))
        desk.show(told, lambda: why_page(told, desk.sites()))


def clear(context: typer.Context, order_id: OrderId, acting: Acting = "", as_json: AsJson = False) -> None:
    """Payment, credit and fraud checks are done: the order's clock starts, and its holds no longer run out."""
    from doorstep.flow.place import clear_order

    with opened(context, acting=acting, as_json=as_json) as desk:
        cleared = desk.granted(clear_order(desk.office, desk.who, order_id))
        desk.show({"order_id": cleared}, lambda: f"Order {cleared} is cleared. It is planned with the next run.")


def _read(raw: object, file: str, *, as_json: bool) -> Order:
    if isinstance(raw, dict) and "company" in raw and "lines" not in raw:
        raise StoppedError(f"{name_of(file)} is a company, not an order: doorstep load {file}", DATA)
    from doorstep.intake.orders import read_order

    return granted(read_order(raw), name_of(file), as_json=as_json)


def _offers(offers: tuple[Offered, ...]) -> Iterable[Part]:
    rows = [
        (
            f"{number}*" if offer.would_be_promised else f"{number} ",
            short_window(offer.promise.first_day, offer.promise.last_day),
            chance(offer.promise.ppm),
            " + ".join(f"{site} with {service}" for site, service in zip(offer.sites, offer.services, strict=True)),
            money(offer.cost_minor, offer.currency),
            money(offer.above_ceiling_minor, offer.currency) if offer.above_ceiling_minor else "-",
        )
        for number, offer in enumerate(offers, 1)
    ]
    columns = ("No", "Delivered", "#Probability", "How", "#Cost", "#Above the ceiling")
    kept = columns if any(offer.above_ceiling_minor for offer in offers) else columns[:-1]
    caption = (
        "*: what placing it now would promise. The cost is ours: freight, cartons, handling and the risk of being late."
    )
    return table("What can be promised now", *kept, rows=[row[: len(kept)] for row in rows]), caption


def _placed(placed: Placed, *, known: bool, own_key: bool) -> str:
    promise = placed.promise
    lines = [f"Order {placed.order_id} is placed."]
    if known:
        why = "under this key" if own_key else "with exactly this content (--again places it once more)"
        lines = [f"Order {placed.order_id} was placed before {why}: this is its promise, and nothing is new."]
    lines.append(there(promise))
    whole = (promise.first_day, promise.last_day)
    lines += [
        f"  Line {line.line_no} already {window(line.first_day, line.last_day)} ({chance(line.ppm)})."
        for line in placed.lines
        if (line.first_day, line.last_day) != whole
    ]
    if not placed.cleared:
        lines.append(f"It waits for payment. When that is done: doorstep order clear {placed.order_id}")
    elif not known:
        lines.append("Planning comes with the worker, or now: doorstep run-due")
    return "\n".join(lines)


def _list(view: OrdersView, desk: Desk, *, narrowed: bool) -> Part | Iterable[Part]:
    if not view.rows and narrowed:
        return "No order is like that."
    if not view.rows:
        place_one = "There are no orders here. Place one: doorstep order place examples/orders/ada.toml"
        return place_one if desk.sites() else NO_COMPANY
    zone = desk.zone()
    rows = [
        (
            row.order_id,
            row.customer_id,
            row.reference or "-",
            _state(row),
            moment(row.placed_at, zone),
            short_day(row.last_day),
        )
        for row in view.rows
    ]
    of = f" of {'more than ' if view.more else ''}{view.total}" if view.after else ""
    caption = f"{many(len(rows), 'order')}{of}. Times are those of {zone}."
    if view.after:
        caption += f" The next: --after {view.after}"
    columns = ("Order", "Customer", "Reference", "State", "Placed", "Promised by")
    return table("Orders", *columns, rows=rows), caption


def _state(row: OrderRow) -> str:
    delivered = f" {short_day(row.delivered_on)}" if row.delivered_on else ""
    late = {"broken": " (late)", "predicted": " (will be late)"}.get(row.late or "", "")
    return plainly(row.state) + delivered + (" (on hold)" if row.stopped else "") + late
