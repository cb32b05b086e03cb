"""Stock to look through: by item and site with its lots, and what suppliers are to bring; page by page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doorstep.flow.office import Office
from doorstep.storage.queries import stock_pages as queries
from doorstep.terms.clock import read_stamp, stamp
from doorstep.terms.refusals import Refusal, Why

MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class LotView:
    """What a site has of one lot ('' where the item has none)."""

    lot: str
    expires_on: date | None
    on_hand: int
    held: int
    free: int


@dataclass(frozen=True, slots=True)
class StockLine:
    """An item at a site: what is there, held for orders and free; what is to come, and when next.

    `waiting` are units that open orders wait for, of the item wherever it comes from.
    """

    item_id: str
    description: str
    site_id: str
    on_hand: int
    held: int
    free: int
    to_come: int
    next_due: datetime | None
    waiting: int
    lots: tuple[LotView, ...]


@dataclass(frozen=True, slots=True)
class StockPage:
    """A page of stock; `after` goes into the next call, '' on the last page."""

    rows: tuple[StockLine, ...]
    after: str


@dataclass(frozen=True, slots=True)
class InboundLine:
    """What a supplier is to bring: `open` units are still to come, `held` of them promised already."""

    inbound_id: str
    item_id: str
    description: str
    site_id: str
    supplier_id: str
    expected: int
    received: int
    held: int
    due_at: datetime

    @property
    def open(self) -> int:
        return self.expected - self.received


@dataclass(frozen=True, slots=True)
class InboundPage:
    """A page of inbounds, the next due first; `after` goes into the next call, '' on the last page."""

    rows: tuple[InboundLine, ...]
    after: str


def stock_page(
    office: Office, text: str = "", site_id: str = "", wanting: bool = False, after: str = "", at_most: int = MOST_ROWS
) -> StockPage | Refusal:
    """Items at sites, by item. `text` begins an item's id or stands in its description; `wanting`: only those that
    orders wait for. MALFORMED where `after` is of no page.
    """
    before = _parted(after)
    if isinstance(before, Refusal):
        return before
    with office.store.reading(wide=True) as tx:
        keys = queries.stock_keys(tx, text.strip(), site_id, wanting, before, at_most + 1)
        shown = keys[:at_most]
        lots = defaultdict(list)
        for row in queries.lots(tx, shown):
            lots[row.item_id, row.site_id].append(row)
        coming = {(row.item_id, row.site_id): row for row in queries.to_come(tx, shown)}
        waiting = queries.waiting(tx, [key.item_id for key in shown])
    rows = tuple(
        _line(key, lots[key.item_id, key.site_id], coming.get((key.item_id, key.site_id)), waiting) for key in shown
    )
    return StockPage(rows, f"{rows[-1].item_id}\n{rows[-1].site_id}" if len(keys) > at_most else "")


def _line(key: Any, lots: Sequence[Any], coming: Any, waiting: dict[str, int]) -> StockLine:
    on_hand, held = sum(lot.on_hand for lot in lots), sum(lot.held for lot in lots)
    return StockLine(
        item_id=key.item_id,
        description=key.description,
        site_id=key.site_id,
        on_hand=on_hand,
        held=held,
        free=on_hand - held,
        to_come=coming.quantity if coming else 0,
        next_due=coming.due_at if coming else None,
        waiting=waiting.get(key.item_id, 0),
        lots=tuple(
            LotView(lot.lot, lot.expires_on, lot.on_hand, lot.held, lot.on_hand - lot.held)
            for lot in lots
            if lot.lot and lot.on_hand
        ),
    )


def inbound_page(
    office: Office, text: str = "", site_id: str = "", after: str = "", at_most: int = MOST_ROWS
) -> InboundPage | Refusal:
    """What is still to come, the next due first. MALFORMED where `after` is of no page."""
    before = _parted(after)
    try:
        due = (read_stamp(before[0]), before[1]) if after and not isinstance(before, Refusal) else None
    except ValueError:
        before = _no_page(after)
    if isinstance(before, Refusal):
        return before
    with office.store.reading(wide=True) as tx:
        found = queries.inbounds(tx, text.strip(), site_id, due, at_most + 1)
    rows = tuple(InboundLine(**row._asdict()) for row in found[:at_most])
    return InboundPage(rows, f"{stamp(rows[-1].due_at)}\n{rows[-1].inbound_id}" if len(found) > at_most else "")


def _parted(after: str) -> tuple[str, str] | Refusal:
    one, newline, other = after.partition("\n")
    return (one, other) if newline or not after else _no_page(after)


def _no_page(after: str) -> Refusal:
    return Refusal(Why.MALFORMED, f"No page ends at {after[:80]!r}: begin anew.", {"after": after[:80]})
