"""Picking: a person took units from a bin, or found too few; what is missing goes back to planning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.events.envelope import Fact
from doorstep.events.fulfilment import FulfilmentCancelled, Picked, PickedShort, PickTask
from doorstep.events.steps import Step
from doorstep.events.stock import Hold, Move
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who, company_of
from doorstep.flow.slack import hand_off
from doorstep.storage.queries import floor, master, orders, stock
from doorstep.storage.store import Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.places import pack_place
from doorstep.terms.refusals import Refusal, Why
from doorstep.warehouse.pick import confirm_pick as decide
from doorstep.warehouse.pick import missing


@dataclass(frozen=True, slots=True)
class PickDone:
    """What was picked and what is short. `to_pack`: the whole fulfilment order is on the bench now."""

    task_id: str
    found: int
    short: int
    fulfilment_id: str
    to_pack: bool


def confirm_pick(
    office: Office,
    who: Who,
    task_id: str,
    found: int,
    key: str,
    serials: Sequence[str] = (),
    started_at: datetime | None = None,
) -> PickDone | Refusal:
    """Book a pick. Fewer than wanted is a short pick: the rest is planned again, from another bin, site or inbound."""

    def step(tx: Transaction) -> PickDone | Refusal:
        row = floor.task(tx, task_id)
        if row is None:
            return Refusal(Why.UNKNOWN_TASK, f"There is no pick task {task_id}.", {"task_id": task_id})
        order = orders.lock(tx, row.order_id)
        row = floor.task(tx, task_id)  # as it is now that nobody else may change it
        refusal = may_work_on(order, "pick")
        if refusal:
            return refusal
        if row.state != "open":
            return Refusal(Why.WRONG_STATE, f"Task {task_id} is {row.state} already.", {"task_id": task_id})
        return _book(tx, Scribe(who, tx.now), row, found, serials, started_at)

    return office.store.run(step, answers=PickDone, key=key, request=[task_id, found, list(serials)])


def may_work_on(order: Any, what: str) -> Refusal | None:
    """None where the floor may go on with an order; else why not."""
    if order.stopped:
        says = f"Order {order.order_id} is on hold: set the goods aside, do not {what} them."
        return Refusal(Why.ON_HOLD, says, {"order_id": order.order_id})
    if order.state != "open":
        return Refusal(Why.WRONG_STATE, f"Order {order.order_id} is {order.state}.", {"order_id": order.order_id})
    return None


def _book(
    tx: Transaction, scribe: Scribe, row: Any, found: int, serials: Sequence[str], started_at: datetime | None
) -> PickDone | Refusal:
    task = PickTask(
        task_id=row.task_id,
        fulfilment_id=row.fulfilment_id,
        order_id=row.order_id,
        line_no=row.line_no,
        item_id=row.item_id,
        quantity=row.quantity,
        place_id=row.place_id,
        lot=row.lot,
        hold_id=row.hold_id,
    )
    fulfilment = floor.fulfilment(tx, task.fulfilment_id)
    item = master.items(tx, [task.item_id])[task.item_id]
    where = {serial: unit.place_id for serial, unit in stock.serials_known(tx, task.item_id, serials).items()}
    moves = decide(task, found, serials, item.tracking, where, pack_place(fulfilment.site_id))
    if isinstance(moves, Refusal):
        return moves
    hold = stock.hold(tx, task.hold_id)
    if hold is None:
        return Refusal(Why.WRONG_STATE, f"Task {task.task_id} lost its stock to a count: take the next one.", {})
    short = task.quantity - found
    tx.record(
        picked_fact(scribe, task, hold, moves, fulfilment.site_id, missing(task, short, item.tracking), started_at)
    )
    if short:
        tx.later(PLAN_ORDERS, task.order_id, tx.now)
    others = [other for other in floor.tasks(tx, [task.fulfilment_id]) if other.task_id != task.task_id]
    # The bench, not the tasks: what was picked may have been put back since.
    something_picked = found > 0 or bool(floor.bench(tx, task.fulfilment_id))
    settled = settle(tx, scribe, fulfilment, others, something_picked)
    return PickDone(task.task_id, found, short, task.fulfilment_id, settled == "picked")


def picked_fact(
    scribe: Scribe,
    task: PickTask,
    hold: Hold,
    moves: tuple[Move, ...],
    site_id: str,
    lost: tuple[Move, ...] = (),
    started_at: datetime | None = None,
) -> Fact:
    """What was found for a task stands on the bench; where it is less than wanted, the rest is `lost` or not known."""
    envelope: dict[str, Any] = {
        "site": site_id,
        "place": task.place_id,
        "started_at": started_at or scribe.now,
        "completed_at": scribe.now,
        "resource": scribe.who.actor,
    }
    about = (task.task_id, task.fulfilment_id, task.order_id, hold, moves)
    short = task.quantity - sum(move.quantity for move in moves)
    if short:
        return scribe(PickedShort(*about, short, lost), cause="not found in bin", **envelope)
    return scribe(Picked(*about), **envelope)


def settle(tx: Transaction, scribe: Scribe, fulfilment: Any, others: Sequence[Any], something_picked: bool) -> str:
    """Close the picking of a fulfilment order once no task is open: on to packing, or cancelled where all was short."""
    if any(other.state == "open" for other in others):
        return "released"
    if not something_picked:
        tx.record(scribe(FulfilmentCancelled(fulfilment.fulfilment_id, fulfilment.order_id), cause="all short"))
        return "cancelled"
    tx.record(hand_off(scribe, company_of(tx), fulfilment, Step.PICK, Step.PACK, tx.now))
    return "picked"


def settle_fulfilment(office: Office, fulfilment_id: str) -> str:
    """After a count or a change cancelled tasks: move the fulfilment order on if nothing of it is left to pick."""

    def step(tx: Transaction) -> str:
        row = floor.fulfilment(tx, fulfilment_id)
        if row is None:
            return "unknown"
        orders.lock(tx, row.order_id)
        row = floor.fulfilment(tx, fulfilment_id)
        if row.state != "released":
            return str(row.state)
        bench = floor.bench(tx, fulfilment_id)
        return settle(tx, Scribe(CLOCKWORK, tx.now), row, floor.tasks(tx, [fulfilment_id]), bool(bench))

    return str(office.store.run(step))
