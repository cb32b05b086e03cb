"""A supplier says when goods will really come: what was promised on them is promised anew, caused by the supplier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorstep.events.stock import InboundChanged
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who
from doorstep.flow.requote import Requote
from doorstep.storage.queries import orders, stock
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS, PROMISE_AGAIN
from doorstep.terms.refusals import Refusal, Why


@dataclass(frozen=True, slots=True)
class Redated:
    """The inbound and the orders that stand on it: each is promised anew by itself."""

    inbound_id: str
    order_ids: tuple[str, ...]


def redate_inbound(office: Office, who: Who, inbound_id: str, due_at: datetime, key: str) -> Redated | Refusal:
    """The supplier will bring it at another time. Orders that hold units of it get another promise where it changes."""

    def step(tx: Transaction) -> Redated | Refusal:
        row = stock.inbound_row(tx, inbound_id)
        if row is None:
            says = f"No inbound {inbound_id} is expected."
            return Refusal(Why.UNKNOWN_INBOUND, says, {"inbound_id": inbound_id})
        if row.received >= row.expected:
            says = f"Inbound {inbound_id} has come already."
            return Refusal(Why.WRONG_STATE, says, {"inbound_id": inbound_id})
        body = InboundChanged(inbound_id, row.item_id, row.expected, due_at)
        tx.record(Scribe(who, tx.now, cause="supplier")(body, site=row.site_id))
        return Redated(inbound_id, promise_again_later(tx, inbound_id))

    return office.store.run(step, answers=Redated, key=key, request=[inbound_id, due_at])


def promise_again_later(tx: Transaction, inbound_id: str) -> tuple[str, ...]:
    """Ask for a new promise of every order that holds units of the inbound; returns these orders."""
    order_ids = sorted({hold.order_id for hold in stock.holds_on_inbound(tx, inbound_id)})
    for order_id in order_ids:
        tx.later(PROMISE_AGAIN, order_id, tx.now)
    return tuple(order_ids)


def promise_again(office: Office, order_id: str) -> bool:
    """Promise what is not released yet out of the supply there is now; True where another date came of it.

    Where nothing can be offered, holds and promise stay: the order is late by the old one, and Today says so.
    """

    def step(tx: Transaction) -> bool:
        row = orders.lock(tx, order_id)
        if row is None or row.state != "open":
            return False
        requote = Requote(office, tx, Scribe(CLOCKWORK, tx.now), order_id)
        if not requote.unreleased_if_possible():
            return False
        made = requote.record("supplier", "inbound at another time", only_if_other=True)
        if row.cleared_at is not None:
            tx.later(PLAN_ORDERS, order_id, tx.now)
        return made is not None

    return office.store.run(step) is True
