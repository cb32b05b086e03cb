"""Purchase orders: each line is an inbound that promises may stand on, and that may come to be otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.events.envelope import plain
from doorstep.events.imports import Effect
from doorstep.events.stock import InboundChanged, InboundExpected, InboundWithdrawn
from doorstep.flow.imports.built import named_since
from doorstep.flow.imports.compare import differences
from doorstep.flow.imports.values import BuiltOn, Given, Judged, Work, changed, created, refused, same
from doorstep.flow.redate import promise_again_later
from doorstep.intake.values import PurchaseRow
from doorstep.storage.queries import master, stock
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_WAITING
from doorstep.terms.clock import in_utc, read_stamp


@dataclass(frozen=True, slots=True)
class Coming:
    """What an inbound is to bring, by when."""

    quantity: int
    due_at: datetime


class Purchases:
    """Lines of purchase orders. Line 2 of PO-7 is the inbound PO-7/2."""

    chunk = 200

    def book(self, work: Work, rows: Sequence[Given]) -> list[Judged]:
        self._sites = master.sites(work.tx)
        self._items = master.items(work.tx, [given.value.item_id for given in rows])
        return [self._book(work, given) for given in rows]

    def _book(self, work: Work, given: Given) -> Judged:
        row: PurchaseRow = given.value
        inbound_id = f"{row.po}/{row.line_no}"
        mine = stock.inbound_row(work.tx, inbound_id)
        if says := self._wrong(row, mine):
            return refused(given, says, inbound_id)
        if mine is None:
            line = (inbound_id, row.supplier_id, row.site_id, row.item_id, row.quantity, in_utc(row.due_at))
            work.tx.record(work.scribe(InboundExpected(*line), site=row.site_id))
            look_again(work, inbound_id, row.item_id)
            return created(given, "inbound", inbound_id)
        before, after = Coming(mine.expected, in_utc(mine.due_at)), Coming(row.quantity, in_utc(row.due_at))
        found = differences(before, after)
        if not found:
            return same(given, inbound_id)
        if says := may_not_be(inbound_id, mine, after):
            return refused(given, says, inbound_id)
        change(work, inbound_id, row.item_id, after)
        return changed(given, "inbound", inbound_id, found, plain(before))

    def _wrong(self, row: PurchaseRow, mine: Any) -> str:
        if row.site_id not in self._sites:
            return f"There is no site {row.site_id}."
        if row.item_id not in self._items:
            return f"There is no item {row.item_id}."
        if self._items[row.item_id].parts:
            return f"{row.item_id} is a kit: expect its parts."
        if row.quantity <= 0:
            return f"{row.quantity} units cannot be expected."
        if mine and (mine.supplier_id, mine.site_id, mine.item_id) != (row.supplier_id, row.site_id, row.item_id):
            return (
                f"{mine.inbound_id} is known as {mine.item_id} from {mine.supplier_id} to {mine.site_id}: "
                "give what is another delivery another line."
            )
        return ""

    def take_back(self, work: Work, made_id: int, effects: Sequence[Effect]) -> list[BuiltOn]:
        """Withdraw what was expected, or set it back; where units came or are promised from it, say so."""
        since = named_since(work, made_id, "inbound", {effect.object_id for effect in effects})
        stands: list[BuiltOn] = []
        for effect in effects:
            inbound_id = effect.object_id
            mine = stock.inbound_row(work.tx, inbound_id)
            if says := _stands(work.tx, mine, effect.before, since.get(inbound_id, "")):
                stands.append(BuiltOn(effect.line, inbound_id, says))
            elif effect.before is None:
                work.record(InboundWithdrawn(inbound_id))
            else:
                change(work, inbound_id, mine.item_id, _coming(effect.before))
            work.tx.flush()
        return stands


def may_not_be(inbound_id: str, mine: Any, after: Coming) -> str:
    """Why an inbound may not come to be so; '' where it may."""
    if mine.received >= mine.expected:
        return f"{inbound_id} was received already, all {mine.received} units: nothing of it can change."
    if after.quantity < mine.received + mine.held:
        return (
            f"{inbound_id} cannot be for {after.quantity}: {mine.received} came already and {mine.held} are promised."
        )
    return ""


def change(work: Work, inbound_id: str, item_id: str, after: Coming) -> None:
    work.record(InboundChanged(inbound_id, item_id, after.quantity, after.due_at))
    look_again(work, inbound_id, item_id)
    work.tx.flush()


def look_again(work: Work, inbound_id: str, item_id: str) -> None:
    """Orders that wait for the item are planned again, those that were promised from this inbound are promised anew."""
    work.tx.later(PLAN_WAITING, item_id, work.tx.now)
    promise_again_later(work.tx, inbound_id)


def _stands(tx: Transaction, mine: Any, before: Mapping[str, Any] | None, since: str) -> str:
    if since or mine is None:
        return f"It was {since or 'withdrawn'} since."
    if before is not None:
        return may_not_be(mine.inbound_id, mine, _coming(before))
    if mine.received:
        return f"{mine.received} units of it came already."
    if mine.held:
        holder = stock.holds_on_inbound(tx, mine.inbound_id)[0]
        return f"{mine.held} units of it are promised, to order {holder.order_id} among others."
    return ""


def _coming(kept: Mapping[str, Any]) -> Coming:
    return Coming(kept["quantity"], read_stamp(kept["due_at"]))
