"""Picking: a person took units from a bin, or found too few; what is missing goes back to planning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.events.envelope import Fact
from doorstep.events.fulfilment import FulfilmentCancelled, Picked, PickedShort, PickTask
from doorstep.events.steps import Step
from doorstep.events.stock import Hold, Move
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who, company_of, set_up
from doorstep.flow.slack import hand_off
from doorstep.storage.queries import floor, master, orders, stock
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.company import Company
from doorstep.terms.item import Tracking
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


@dataclass(frozen=True, slots=True)
class PickIn:
    """What was found for a task. A time that is not given is that of booking."""

    task_id: str
    found: int
    serials: tuple[str, ...] = ()
    started_at: datetime | None = None
    completed_at: datetime | None = None


def confirm_pick(
    office: Office,
    who: Who,
    task_id: str,
    found: int,
    key: str,
    serials: Sequence[str] = (),
    started_at: datetime | None = None,
    completed_at: datetime | None = None,
) -> PickDone | Refusal:
    """Book a pick. Fewer than wanted is a short pick: the rest is planned again, from another bin, site or inbound."""
    pick = PickIn(task_id, found, tuple(serials), started_at, completed_at)

    def step(tx: Transaction) -> PickDone | Refusal:
        return _Tour(tx, who, [pick]).book(pick)

    return office.store.run(step, answers=PickDone, key=key, request=[task_id, found, list(serials)])


def confirm_picks(
    office: Office, who: Who, picks: Sequence[PickIn], key: str
) -> tuple[PickDone | Refusal, ...] | Refusal:
    """Book a tour of picks, each judged by itself: good ones are booked, bad ones say why, in the order given."""

    def step(tx: Transaction) -> tuple[PickDone | Refusal, ...]:
        tour = _Tour(tx, who, picks)
        return tuple(tour.book(pick) for pick in picks)

    request = [[pick.task_id, pick.found, list(pick.serials)] for pick in picks]
    return office.store.run(step, answers=tuple[PickDone | Refusal, ...], key=key, request=request)


def may_work_on(order: Any, what: str) -> Refusal | None:
    """None where the floor may go on with an order; else why not."""
    if order.stopped:
        says = f"Order {order.order_id} is on hold: set the goods aside, do not {what} them."
        return Refusal(Why.ON_HOLD, says, {"order_id": order.order_id})
    if order.state != "open":
        return Refusal(Why.WRONG_STATE, f"Order {order.order_id} is {order.state}.", {"order_id": order.order_id})
    return None


class _Tour:
    """The tasks of a tour as they stand now that nobody else may change them, kept up while they are booked."""

    def __init__(self, tx: Transaction, who: Who, picks: Sequence[PickIn]) -> None:
        self._tx, self._scribe = tx, Scribe(who, tx.now)
        ids = sorted({pick.task_id for pick in picks})
        named = sorted({(pick.task_id, serial) for pick in picks for serial in pick.serials})
        locked, tasks, fulfilments, holds, benches, company, *units = tx.answers(
            orders.lock_those_of("pick_task", ids),  # first: what follows is as whoever had the lock has left it
            floor.tasks_with(ids),
            floor.fulfilments_with(ids),
            stock.holds_of_tasks(ids),
            floor.benches_with(ids),
            master.COMPANY,
            *((stock.units_of_tasks(named),) if named else ()),
        )
        self._company = company
        self._orders = {row.order_id: row for row in locked}
        self._rows = {row.task_id: row for row in tasks}
        self._state = {row.task_id: row.state for row in tasks}
        self._tasks: dict[str, list[str]] = defaultdict(list)
        for row in tasks:
            self._tasks[row.fulfilment_id].append(row.task_id)
        self._fulfilments = {row.fulfilment_id: row for row in fulfilments}
        self._holds = {hold.hold_id: hold for hold in stock.read_holds(holds)}
        # The bench, not the tasks: what was picked may have been put back since.
        self._on_bench = {row.fulfilment_id for row in benches}
        self._where = {(row.item_id, row.serial): row.place_id for rows in units for row in rows}

    def book(self, pick: PickIn) -> PickDone | Refusal:
        row: Any = self._rows.get(pick.task_id)
        if row is None:
            return Refusal(Why.UNKNOWN_TASK, f"There is no pick task {pick.task_id}.", {"task_id": pick.task_id})
        return self._judge(pick, row) or self._book(pick, row)

    def _judge(self, pick: PickIn, row: Any) -> Refusal | None:
        refusal = may_work_on(self._orders[row.order_id], "pick")
        if refusal:
            return refusal
        state = self._state[pick.task_id]
        if state != "open":
            return Refusal(Why.WRONG_STATE, f"Task {pick.task_id} is {state} already.", {"task_id": pick.task_id})
        completed_at = pick.completed_at or self._tx.now
        if completed_at > self._tx.now or (pick.started_at and pick.started_at > completed_at):
            says = f"Task {pick.task_id} was begun, done and told of in this order: look at the clock of the device."
            return Refusal(Why.MALFORMED, says, {"task_id": pick.task_id})
        return None

    def _book(self, pick: PickIn, row: Any) -> PickDone | Refusal:
        tx, found, task = self._tx, pick.found, _task(row)
        fulfilment, tracking = self._fulfilments[task.fulfilment_id], Tracking(row.tracking)
        known = {serial: self._where.get((task.item_id, serial)) for serial in pick.serials}
        where = {serial: place_id for serial, place_id in known.items() if place_id}
        moves = decide(task, found, pick.serials, tracking, where, pack_place(fulfilment.site_id))
        if isinstance(moves, Refusal):
            return moves
        hold = self._holds.get(task.hold_id)
        if hold is None:
            return Refusal(Why.WRONG_STATE, f"Task {task.task_id} lost its stock to a count: take the next one.", {})
        short = task.quantity - found
        lost, times = missing(task, short, tracking), (pick.started_at, pick.completed_at)
        tx.record(picked_fact(self._scribe, task, hold, moves, fulfilment.site_id, lost, *times))
        if short:
            tx.later(PLAN_ORDERS, task.order_id, tx.now)
        self._state[task.task_id] = "short" if short else "picked"
        self._where |= {(task.item_id, serial): pack_place(fulfilment.site_id) for serial in pick.serials}
        if found:
            self._on_bench.add(task.fulfilment_id)
        return PickDone(task.task_id, found, short, task.fulfilment_id, self._settled(fulfilment) == "picked")

    def _settled(self, fulfilment: Any) -> str:
        states = [self._state[task_id] for task_id in self._tasks[fulfilment.fulfilment_id]]
        something_picked = fulfilment.fulfilment_id in self._on_bench
        return settle(self._tx, self._scribe, set_up(self._company), fulfilment, states, something_picked)


def _task(row: Any) -> PickTask:
    return PickTask(
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


def picked_fact(
    scribe: Scribe,
    task: PickTask,
    hold: Hold,
    moves: tuple[Move, ...],
    site_id: str,
    lost: tuple[Move, ...] = (),
    started_at: datetime | None = None,
    completed_at: datetime | None = None,
) -> Fact:
    """What was found for a task stands on the bench; where it is less than wanted, the rest is `lost` or not known."""
    completed_at = completed_at or scribe.now
    envelope: dict[str, Any] = {
        "occurred_at": completed_at,
        "site": site_id,
        "place": task.place_id,
        "started_at": started_at or completed_at,
        "completed_at": completed_at,
        "resource": scribe.who.actor,
    }
    about = (task.task_id, task.fulfilment_id, task.order_id, hold, moves)
    short = task.quantity - sum(move.quantity for move in moves)
    if short:
        return scribe(PickedShort(*about, short, lost), cause="not found in bin", **envelope)
    return scribe(Picked(*about), **envelope)


def settle(
    tx: Transaction, scribe: Scribe, company: Company, fulfilment: Any, states: Iterable[str], something_picked: bool
) -> str:
    """Close the picking of a fulfilment order once none of its tasks (`states`) is open: on to packing, or cancelled
    where all was short.
    """
    if "open" in states:
        return "released"
    if not something_picked:
        tx.record(scribe(FulfilmentCancelled(fulfilment.fulfilment_id, fulfilment.order_id), cause="all short"))
        return "cancelled"
    tx.record(hand_off(scribe, company, fulfilment, Step.PICK, Step.PACK, tx.now))
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
        states = [task.state for task in floor.tasks(tx, [fulfilment_id])]
        return settle(tx, Scribe(CLOCKWORK, tx.now), company_of(tx), row, states, bool(bench))

    return str(office.store.run(step))
