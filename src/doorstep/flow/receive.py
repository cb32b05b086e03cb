"""Supply: what is expected, and what came in and stands in a bin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from doorstep.events.stock import HoldsMoved, HoldsVoided, InboundExpected, Move, StockReceived
from doorstep.flow.office import Office, Scribe, Who
from doorstep.flow.scarcity import hold_or_promise_all_anew, in_turn
from doorstep.stock.receive import put_holds_on_shelf
from doorstep.storage.queries import master, stock
from doorstep.storage.transaction import Query, Transaction
from doorstep.storage.verbs import PLAN_ORDERS, PLAN_WAITING
from doorstep.terms.item import Item, Tracking
from doorstep.terms.places import SUPPLIER, PlaceKind, kind_of, site_of
from doorstep.terms.refusals import Refusal, Why


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods that came in: `quantity` units of an item into a bin, of a lot, with serials, of an inbound, as known."""

    place_id: str
    item_id: str
    quantity: int
    lot: str = ""
    expires_on: date | None = None
    serials: tuple[str, ...] = ()
    inbound_id: str = ""


@dataclass(frozen=True, slots=True)
class Coming:
    """Units of an item that a supplier will bring to a site by `due_at`."""

    supplier_id: str
    site_id: str
    item_id: str
    quantity: int
    due_at: datetime

    @property
    def request(self) -> list[Any]:
        """What two requests must share to be the same one."""
        return [self.supplier_id, self.site_id, self.item_id, self.quantity, self.due_at]


def expect_inbound(
    office: Office,
    who: Who,
    supplier_id: str,
    site_id: str,
    item_id: str,
    quantity: int,
    due_at: datetime,
    key: str,
    keep_no: bool = True,
) -> str | Refusal:
    """A supplier will bring units by `due_at`: promises may stand on them from now on. Returns the inbound's id."""
    coming = Coming(supplier_id, site_id, item_id, quantity, due_at)

    def step(tx: Transaction) -> str | Refusal:
        return expect_within(office, tx, Scribe(who, tx.now), coming)

    return office.store.run(step, answers=str, key=key, request=coming.request, keep_no=keep_no)


def expect_within(office: Office, tx: Transaction, scribe: Scribe, coming: Coming) -> str | Refusal:
    """The same as part of a longer step; where it is refused, nothing was recorded."""
    site_id, item_id, quantity = coming.site_id, coming.item_id, coming.quantity
    if site_id not in master.sites(tx):
        return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
    if item_id not in master.items(tx, [item_id]):
        return Refusal(Why.UNKNOWN_ITEM, f"There is no item {item_id}.", {"item_id": item_id})
    if quantity <= 0:
        return Refusal(Why.BAD_QUANTITY, f"{quantity} units cannot be expected.", {"quantity": quantity})
    inbound_id = office.ids.new("inb")
    body = InboundExpected(inbound_id, coming.supplier_id, site_id, item_id, quantity, coming.due_at)
    tx.record(scribe(body, site=site_id))
    return inbound_id


def receive(office: Office, who: Who, receipt: Receipt, key: str, keep_no: bool = True) -> str | Refusal:
    """Book goods into a bin. Orders that were promised from this inbound are moved to the shelf, in the policy's order.

    `keep_no` False: what was refused can be asked again under its key, when what it lacked is there.
    """

    def step(tx: Transaction) -> str | Refusal:
        return receive_within(office, tx, Scribe(who, tx.now), receipt)

    return office.store.run(step, answers=str, key=key, request=receipt, keep_no=keep_no)


def receive_within(office: Office, tx: Transaction, scribe: Scribe, receipt: Receipt) -> str | Refusal:
    """The same as part of a longer step; where it is refused, nothing was recorded.

    Of one inbound, or of one serial, only one receipt may be part of a step: the second would not see the first.
    """
    refusal = _judge(tx, receipt)
    if refusal:
        return refusal
    receipt_id = office.ids.new("rcp")
    move = Move(receipt.item_id, receipt.quantity, SUPPLIER, receipt.place_id, receipt.lot, receipt.serials)
    envelope = {"site": site_of(receipt.place_id), "place": receipt.place_id}
    body = StockReceived(receipt_id, (move,), receipt.inbound_id, receipt.expires_on)
    tx.record(scribe(body, **envelope))
    if receipt.inbound_id:
        _serve_waiting_holds(office, tx, scribe, receipt)
    tx.later(PLAN_WAITING, receipt.item_id, tx.now)
    return receipt_id


def receipt_queries(receipt: Receipt) -> tuple[Query, Query]:
    """What `receive_within` asks in any case, to be asked ahead for many at once."""
    return master.place_query(receipt.place_id), master.items_query([receipt.item_id])


def _judge(tx: Transaction, receipt: Receipt) -> Refusal | None:
    place, item_id = receipt.place_id, receipt.item_id
    if master.place_kind(tx, place) is None or kind_of(place) is not PlaceKind.BIN:
        return Refusal(Why.UNKNOWN_PLACE, f"There is no bin {place}.", {"place_id": place})
    item = master.items(tx, [item_id]).get(item_id)
    if item is None:
        return Refusal(Why.UNKNOWN_ITEM, f"There is no item {item_id}.", {"item_id": item_id})
    if receipt.quantity <= 0:
        return Refusal(Why.BAD_QUANTITY, f"{receipt.quantity} units cannot be received.", {"item_id": item_id})
    return _judge_tracking(tx, receipt, item) or _judge_inbound(tx, receipt)


def _judge_tracking(tx: Transaction, receipt: Receipt, item: Item) -> Refusal | None:
    item_id = item.item_id
    if item.parts:
        return Refusal(Why.MALFORMED, f"{item_id} is a kit: receive its parts.", {"item_id": item_id})
    if bool(receipt.lot) != (item.tracking is Tracking.LOT):
        says = f"{item_id} is tracked by {item.tracking}: {'no lot fits it' if receipt.lot else 'name the lot'}."
        return Refusal(Why.MALFORMED, says, {"item_id": item_id, "lot": receipt.lot})
    if item.tracking is not Tracking.SERIAL:
        if receipt.serials:
            return Refusal(Why.BAD_SERIAL, f"{item_id} is not tracked by serial.", {"item_id": item_id})
        return None
    if len(set(receipt.serials)) != receipt.quantity or len(receipt.serials) != receipt.quantity:
        says = f"{item_id} is tracked by serial: name each of the {receipt.quantity} once."
        return Refusal(Why.BAD_SERIAL, says, {"item_id": item_id})
    stock.lock_serials(tx, item_id)
    for serial, row in stock.serials_known(tx, item_id, receipt.serials).items():
        if kind_of(row.place_id).physical:
            says = f"Serial {serial} of {item_id} is already in {row.place_id}."
            return Refusal(Why.BAD_SERIAL, says, {"item_id": item_id, "serial": serial})
    return None


def _judge_inbound(tx: Transaction, receipt: Receipt) -> Refusal | None:
    if not receipt.inbound_id:
        return None
    row = stock.inbound_row(tx, receipt.inbound_id)
    if row is None or row.item_id != receipt.item_id or row.site_id != site_of(receipt.place_id):
        says = f"Inbound {receipt.inbound_id} brings no {receipt.item_id} to {site_of(receipt.place_id)}."
        return Refusal(Why.MALFORMED, says, {"inbound_id": receipt.inbound_id})
    return None


def _serve_waiting_holds(office: Office, tx: Transaction, scribe: Scribe, receipt: Receipt) -> None:
    row = stock.inbound_row(tx, receipt.inbound_id)
    holds = in_turn(tx, stock.holds_on_inbound(tx, receipt.inbound_id))
    still = max(row.expected - row.received - receipt.quantity, 0)
    ended, made, voided = put_holds_on_shelf(holds, receipt.quantity, still, receipt.lot, lambda: office.ids.new("hld"))
    if ended:
        tx.record(scribe(HoldsMoved(tuple(ended), tuple(made)), cause="inbound received"))
    if voided:
        tx.record(scribe(HoldsVoided(tuple(voided)), cause="inbound brought less"))
    for order_id in sorted({hold.order_id for hold in ended}):
        tx.later(PLAN_ORDERS, order_id, tx.now)
    if voided:
        tx.flush()
        scribe = replace(scribe, cause="inbound brought less")
        hold_or_promise_all_anew(office, tx, scribe, [hold.order_id for hold in voided], [receipt.item_id])


def plan_waiting(office: Office, *item_ids: str) -> int:
    """New stock of items: every order that waits for one of them is planned again. Returns how many."""

    def step(tx: Transaction) -> int:
        rows = tx.rows(
            "SELECT DISTINCT order_id FROM demand WHERE item_id = ANY(%s) AND waiting > 0 ORDER BY order_id",
            list(item_ids),
        )
        for row in rows:
            tx.later(PLAN_ORDERS, row.order_id, tx.now)
        return len(rows)

    told = office.store.run(step)
    return told if isinstance(told, int) else 0
