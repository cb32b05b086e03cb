"""The dock: the carrier's driver takes parcels. This is what "shipped" means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.events.envelope import Fact
from doorstep.events.fulfilment import Content, moves_between
from doorstep.events.shipping import HandedOver
from doorstep.events.steps import Step
from doorstep.flow.office import Office, Scribe, Who, company_of
from doorstep.flow.pick import may_work_on
from doorstep.flow.slack import hand_off
from doorstep.storage.queries import floor, master, orders
from doorstep.storage.store import Transaction
from doorstep.terms.places import carrier_place, dock_place
from doorstep.terms.refusals import Refusal, Why


@dataclass(frozen=True, slots=True)
class NotHandedOver:
    """A parcel the driver may not take, and why."""

    sscc: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class HandOverDone:
    """The parcels the carrier took, and those that stay, each with its reason."""

    handed_over: tuple[str, ...]
    kept: tuple[NotHandedOver, ...]


def hand_over(
    office: Office, who: Who, carrier_id: str, ssccs: Sequence[str], key: str, occurred_at: datetime | None = None
) -> HandOverDone | Refusal:
    """The carrier's driver takes parcels at the dock. Good ones go, bad ones stay and say why."""

    def step(tx: Transaction) -> HandOverDone | Refusal:
        kept = []
        done = []
        rows = {row.sscc: row for row in tx.rows("SELECT * FROM parcel WHERE sscc = ANY(%s)", list(ssccs))}
        orders.lock_all(tx, sorted({row.order_id for row in rows.values()}))
        for sscc in dict.fromkeys(ssccs):
            refusal = _judge(tx, carrier_id, sscc)
            if refusal is not None:
                kept.append(NotHandedOver(sscc, refusal))
                continue
            _take(tx, Scribe(who, tx.now), carrier_id, rows[sscc], occurred_at or tx.now)
            done.append(sscc)
        return HandOverDone(tuple(done), tuple(kept))

    return office.store.run(step, answers=HandOverDone, key=key, request=[carrier_id, list(ssccs)])


def _judge(tx: Transaction, carrier_id: str, sscc: str) -> Refusal | None:
    row = floor.parcel(tx, sscc)
    if row is None:
        return Refusal(Why.UNKNOWN_PARCEL, f"There is no parcel {sscc}.", {"sscc": sscc})
    if row.state != "packed":
        return Refusal(Why.WRONG_STATE, f"Parcel {sscc} is {row.state}.", {"sscc": sscc, "state": row.state})
    refusal = may_work_on(orders.order(tx, row.order_id), "hand over")
    if refusal:
        return refusal
    label = next((label for label in floor.labels(tx, [sscc]) if label.state == "bought"), None)
    if label is None:
        return Refusal(Why.WRONG_STATE, f"Parcel {sscc} has no label yet.", {"sscc": sscc})
    if label.carrier_id != carrier_id:
        says = f"Parcel {sscc} goes with {label.carrier_id}, not with {carrier_id}."
        return Refusal(Why.UNKNOWN_CARRIER, says, {"sscc": sscc, "carrier_id": label.carrier_id})
    return _too_early(tx, row)


def _too_early(tx: Transaction, parcel: Any) -> Refusal | None:
    """A parcel that the customer asked for not before a day stays at the dock until the day it is planned to leave."""
    if orders.order(tx, parcel.order_id).asked_from is None:
        return None
    wall = master.sites(tx)[parcel.site_id].calendar
    leaves = wall.day_of(floor.fulfilment(tx, parcel.fulfilment_id).departs)
    if wall.day_of(tx.now) >= leaves:
        return None
    says = f"Parcel {parcel.sscc} leaves on {leaves}: sent today it would be there before the day asked for."
    return Refusal(Why.WRONG_STATE, says, {"sscc": parcel.sscc, "leaves_on": leaves.isoformat()})


def _take(tx: Transaction, scribe: Scribe, carrier_id: str, parcel: Any, occurred_at: datetime) -> None:
    """Record that the carrier has a packed parcel; its fulfilment order is handed over with its last one."""
    tx.record(handed_over_fact(scribe, carrier_id, parcel, contents_of(tx, parcel.sscc), occurred_at))
    tx.flush()
    if any(other.state == "packed" for other in floor.parcels(tx, [parcel.fulfilment_id])):
        return
    fulfilment = floor.fulfilment(tx, parcel.fulfilment_id)
    tx.record(hand_off(scribe, company_of(tx), fulfilment, Step.HAND_OVER, Step.TRACK, occurred_at))


def handed_over_fact(
    scribe: Scribe,
    carrier_id: str,
    parcel: Any,
    contents: tuple[Content, ...],
    occurred_at: datetime,
    cause: str = "",
    when_known: bool = True,
) -> Fact:
    """The carrier has a parcel (its sscc, fulfilment_id, order_id, site_id) with all that is in it."""
    body = HandedOver(
        sscc=parcel.sscc,
        fulfilment_id=parcel.fulfilment_id,
        order_id=parcel.order_id,
        carrier_id=carrier_id,
        contents=contents,
        moves=moves_between(contents, dock_place(parcel.site_id), carrier_place(carrier_id)),
        when_known=when_known,
    )
    place = dock_place(parcel.site_id)
    return scribe(body, occurred_at=occurred_at, site=parcel.site_id, place=place, cause=cause)


def contents_of(tx: Transaction, sscc: str) -> tuple[Content, ...]:
    """What is inside a parcel, as it was packed."""
    return tuple(read_content(row) for row in floor.contents(tx, [sscc]))


def read_content(row: Any) -> Content:
    """A row of what is in a parcel."""
    return Content(row.line_no, row.item_id, row.quantity, row.lot, tuple(row.serials))
