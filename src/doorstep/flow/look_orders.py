"""Orders to look through: search, filter, sort, page by page; and one order's story in plain sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from doorstep.flow.office import Office
from doorstep.flow.state import state_of_order
from doorstep.flow.story import Teller, sentence
from doorstep.planning.change import State
from doorstep.storage import journal
from doorstep.storage.queries import floor, master, order_pages, orders
from doorstep.storage.queries.order_pages import Found, Wanted
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Calendar
from doorstep.terms.clock import read_stamp, stamp
from doorstep.terms.refusals import Refusal, Why

COUNTED_TO = 1_000
_OPEN_PARTS = ("planned", "released", "picked", "packed", "labelled")


class Sort(StrEnum):
    """Newest or oldest placed first, or open ones only, by the instant at which their promise is in danger."""

    NEWEST = "newest"
    OLDEST = "oldest"
    URGENT = "urgent"


class Late(StrEnum):
    """The promise agreed last is broken; or it will be: its day or its last departure has passed, or a parcel is
    expected after it.
    """

    BROKEN = "broken"
    PREDICTED = "predicted"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Which orders. `text` is the beginning of an order id or reference, or a customer, tracking number or SSCC.

    URGENT sorts open orders only; where closed ones are wanted, they come newest first.
    """

    text: str = ""
    state: State | None = None
    late: Late | None = None
    site_id: str = ""
    customer_id: str = ""
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list. `last_day` is the last one promised; `ship_by` when its next part must leave at the latest,
    None where nothing has to. `late` is broken, predicted or None.
    """

    order_id: str
    customer_id: str
    reference: str
    state: State
    stopped: bool
    cleared: bool
    placed_at: datetime
    last_day: date | None
    delivered_on: date | None
    ship_by: datetime | None
    late: Late | None
    sites: tuple[str, ...]
    lines: int
    units: int


@dataclass(frozen=True, slots=True)
class OrdersView:
    """A page of orders. `after` goes into the next call, '' on the last page. `total` counts no further than
    COUNTED_TO; `more` says that there are more than that.
    """

    rows: tuple[OrderRow, ...]
    after: str
    total: int
    more: bool


def order_page(office: Office, query: OrderQuery, after: str = "", at_most: int = 50) -> OrdersView | Refusal:
    """A page of orders; `after` is the one of the page before. MALFORMED where it is of no page of this query's."""
    closed = query.state in (State.DELIVERED, State.CANCELLED)
    urgent = query.sort is Sort.URGENT and not closed
    with office.store.reading(wide=True) as tx:
        wall = next((site.calendar for site in master.sites(tx).values()), Calendar())
        text = query.text.strip().replace("\0", "")
        wanted = Wanted(
            today=wall.day_of(tx.now),
            ids=order_pages.matching(tx, text) if text else None,
            state=str(query.state or ""),
            late=str(query.late or ""),
            site_id=query.site_id,
            customer_id=query.customer_id,
        )
        if urgent:
            key = _urgent_key(after)
            if isinstance(key, Refusal):
                return key
            found = order_pages.urgent(tx, wanted, key, wall.zone, at_most + 1, COUNTED_TO)
        else:
            newest = query.sort is not Sort.OLDEST
            found = order_pages.walked(tx, wanted, after, newest, at_most + 1, COUNTED_TO)
        ids = [order_id for order_id, _ in found.keys[:at_most]]
        rows = _rows(tx, ids, wanted.today)
    return OrdersView(rows, _after(found, at_most), min(found.total, COUNTED_TO), found.total > COUNTED_TO)


def _urgent_key(after: str) -> tuple[datetime, str] | Refusal | None:
    if not after:
        return None
    until, _, order_id = after.partition("_")
    try:
        return read_stamp(until), order_id
    except ValueError:
        return Refusal(Why.MALFORMED, f"No page ends at {after[:80]!r}: begin anew.", {"after": after[:80]})


def _after(found: Found, at_most: int) -> str:
    """What the next page begins after; '' where this one was the last."""
    if len(found.keys) <= at_most:
        return ""
    order_id, until = found.keys[at_most - 1]
    return f"{stamp(until)}_{order_id}" if until else order_id


def _rows(tx: Transaction, ids: Sequence[str], today: date) -> tuple[OrderRow, ...]:
    if not ids:
        return ()
    found = order_pages.rows_of(tx, ids)
    broken = order_pages.promises_broken(tx, ids)
    parts: dict[str, list[tuple[Any, list[Any]]]] = defaultdict(list)
    fulfilments = orders.fulfilments(tx, ids)
    tasks = defaultdict(list)
    for task in floor.tasks(tx, [part.fulfilment_id for part in fulfilments if part.state == "released"]):
        tasks[task.fulfilment_id].append(task)
    for part in fulfilments:
        parts[part.order_id].append((part, tasks[part.fulfilment_id]))
    return tuple(_row(found[i], parts[i], i in broken, today, tx.now) for i in ids)


def _row(row: Any, parts: Sequence[tuple[Any, Sequence[Any]]], broken: bool, today: date, now: datetime) -> OrderRow:
    ship_by = min((part.ship_by for part, _ in parts if part.state in _OPEN_PARTS), default=None)
    late = Late.BROKEN if broken else Late.PREDICTED if _will_be_late(row, ship_by, today, now) else None
    return OrderRow(
        order_id=row.order_id,
        customer_id=row.customer_id,
        reference=row.reference,
        state=state_of_order(row, parts),
        stopped=row.stopped,
        cleared=row.cleared_at is not None,
        placed_at=row.placed_at,
        last_day=row.agreed_by,
        delivered_on=row.delivered_on,
        ship_by=ship_by if row.state == "open" else None,
        late=late,
        sites=tuple(sorted({part.site_id for part, _ in parts})),
        lines=row.lines,
        units=row.units,
    )


def _will_be_late(row: Any, ship_by: datetime | None, today: date, now: datetime) -> bool:
    """As `order_pages` looks for them, for a promise that is not judged yet."""
    if row.state != "open":
        return False
    if ship_by is not None and ship_by < now:
        return True
    if row.agreed_by is None:
        return False
    if row.agreed_by < today:
        return row.cleared_at is not None
    return row.eta is not None and row.eta > row.agreed_by


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One fact of an order's story as a sentence; `kind` and `event_id` find it in the journal.

    `site_id` and `place` are where it happened, '' where that means nothing; `cause` is why, as it was recorded.
    """

    event_id: int
    kind: str
    says: str
    at: datetime
    recorded_at: datetime
    who: str
    department: str
    site_id: str
    place: str
    cause: str


def order_timeline(office: Office, order_id: str) -> tuple[TimelineEntry, ...] | Refusal:
    """Every fact that touched the order, its fulfilment orders and parcels, oldest first. No personal data is in it."""
    with office.store.reading(wide=True) as tx:
        row = orders.order(tx, order_id)
        if row is None:
            return Refusal(Why.UNKNOWN_ORDER, f"There is no order {order_id}.", {"order_id": order_id})
        parts = tx.rows("SELECT fulfilment_id FROM fulfilment WHERE order_id = %s", order_id)
        parcels = tx.rows("SELECT sscc FROM parcel WHERE order_id = %s", order_id)
        objects = [("order", order_id)]
        objects += [("fulfilment", part.fulfilment_id) for part in parts]
        objects += [("parcel", parcel.sscc) for parcel in parcels]
        written = journal.entries_about_all(tx.connection, objects)
        wall = next((site.calendar for site in master.sites(tx).values()), Calendar())
    teller = Teller(order_id, row.currency, wall.zone)
    return tuple(
        TimelineEntry(
            event_id=each.event_id,
            kind=each.entry.fact.kind,
            says=sentence(each.entry.fact.body, teller),
            at=each.entry.fact.occurred_at,
            recorded_at=each.entry.recorded_at,
            who=each.entry.fact.actor,
            department=each.entry.fact.department,
            site_id=each.entry.fact.site,
            place=each.entry.fact.place,
            cause=each.entry.fact.cause,
        )
        for each in sorted(written, key=lambda each: (each.entry.fact.occurred_at, each.event_id))
    )
