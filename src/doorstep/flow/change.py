"""Change after promise: for every state and change one tested answer, carried out in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from doorstep.events.orders import (
    AddressChanged,
    DateChanged,
    OrderCancelled,
    OrderHeld,
    OrderResumed,
    PromisedWindow,
    QuantityChanged,
)
from doorstep.events.stock import HoldsVoided
from doorstep.flow.office import Office, Scribe, Who
from doorstep.flow.requote import Requote
from doorstep.flow.score import score_if_complete
from doorstep.flow.state import furthest_state, state_of_fulfilment
from doorstep.flow.told import Promise
from doorstep.flow.undo import Undo
from doorstep.intake.judge import judge_address, judge_dates, not_in_packages
from doorstep.planning.change import Change, Do, State, consequence
from doorstep.storage.queries import floor, master, orders, stock
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import PLAN_ORDERS, REQUEST_LABELS, SETTLE_FULFILMENT
from doorstep.terms.item import Part
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal, Why

GONE = ("handed_over", "delivered")
ON_FLOOR = (State.PICKING, State.PICKED, State.PACKED, State.LABELLED)
MOST_UNITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change came to: how far the order was, what was done for it, and the new promise where there is one."""

    order_id: str
    before: State
    done: tuple[str, ...]
    promise: Promise | None


def cancel_line(office: Office, who: Who, order_id: str, line_no: int, key: str) -> Changed | Refusal:
    """Cancel what has not left of a line: its goods go back, its stock is free again."""
    request = ["cancel_line", order_id, line_no]
    return _run(office, who, order_id, key, request, lambda work: work.change_quantity(line_no, 0, Change.CANCEL_LINE))


def cancel_order(office: Office, who: Who, order_id: str, key: str) -> Changed | Refusal:
    """Cancel what has not left of every line."""

    return _run(office, who, order_id, key, ["cancel_order", order_id], _cancel_all)


def cancel_within(office: Office, tx: Transaction, scribe: Scribe, order_id: str) -> Refusal | None:
    """The same as part of a longer step, of an order that there is; None where it was cancelled."""
    return _cancel_all(_Work(office, tx, scribe, orders.lock(tx, order_id)))


def _cancel_all(work: _Work) -> Refusal | None:
    refusals = []
    for line in orders.lines(work.tx, work.order_id):
        if line.ordered > line.cancelled:
            refusal = work.change_quantity(line.line_no, 0, Change.CANCEL_LINE)
            if refusal and refusal.why not in (Why.TOO_LATE, Why.WRONG_STATE):
                return refusal
            refusals += [refusal] if refusal else []
    if work.done:
        return None
    return refusals[0] if refusals else work.answer_to(Change.CANCEL_LINE, work.fulfilments)


def change_quantity(
    office: Office, who: Who, order_id: str, line_no: int, quantity: int, key: str
) -> Changed | Refusal:
    """Change how many units a line is for; what has left already cannot be undone."""
    request = ["change_quantity", order_id, line_no, quantity]

    def carry_out(work: _Work) -> Refusal | None:
        if not 0 < quantity <= MOST_UNITS:
            says = f"The quantity is {quantity}; it must be from 1 to {MOST_UNITS} (cancel the line for none)."
            return Refusal(Why.BAD_QUANTITY, says, {"line": line_no, "quantity": quantity})
        return work.change_quantity(line_no, quantity, Change.CHANGE_QUANTITY)

    return _run(office, who, order_id, key, request, carry_out)


def change_address(office: Office, who: Who, order_id: str, address: Address, key: str) -> Changed | Refusal:
    """Send what has not left elsewhere."""

    def carry_out(work: _Work) -> Refusal | None:
        wrong = judge_address(address)
        if wrong:
            return wrong[0]
        person_ref = office.ids.new("per")

        def apply() -> None:
            work.tx.keep_person(person_ref, address)
            work.record(AddressChanged(order_id, person_ref, address.area))

        return work.change_whole(Change.CHANGE_ADDRESS, apply)

    return _run(office, who, order_id, key, ["change_address", order_id, address], carry_out)


def change_date(
    office: Office, who: Who, order_id: str, asked_from: date | None, asked_by: date | None, key: str
) -> Changed | Refusal:
    """Deliver inside another window of dates."""

    def carry_out(work: _Work) -> Refusal | None:
        wrong = judge_dates(asked_from, asked_by, work.tx.now)
        if wrong:
            return wrong[0]
        return work.change_whole(Change.CHANGE_DATE, lambda: work.record(DateChanged(order_id, asked_from, asked_by)))

    return _run(office, who, order_id, key, ["change_date", order_id, asked_from, asked_by], carry_out)


def hold_order(office: Office, who: Who, order_id: str, reason: str, key: str) -> Changed | Refusal:
    """Stop the order where it stands; its stock stays its own."""
    return _run(
        office,
        who,
        order_id,
        key,
        ["hold_order", order_id, reason],
        lambda work: work.change_whole(Change.HOLD, lambda: work.record(OrderHeld(order_id), cause=reason)),
    )


def resume_order(office: Office, who: Who, order_id: str, key: str) -> Changed | Refusal:
    """Let a stopped order go on, with a new promise from now."""

    def carry_out(work: _Work) -> Refusal | None:
        if not work.order.stopped:
            return Refusal(Why.WRONG_STATE, f"Order {order_id} is not on hold.", {"order_id": order_id})
        work.record(OrderResumed(order_id))
        work.tx.flush()
        work.done.append("let the order go on")
        refusal = work.promise_anew()
        if refusal:
            return refusal
        work.go_on()
        return None

    return _run(office, who, order_id, key, ["resume_order", order_id], carry_out)


def _run(
    office: Office,
    who: Who,
    order_id: str,
    key: str,
    request: Any,
    carry_out: Callable[[_Work], Refusal | None],
) -> Changed | Refusal:
    def step(tx: Transaction) -> Changed | Refusal:
        row = orders.lock(tx, order_id)
        if row is None:
            return Refusal(Why.UNKNOWN_ORDER, f"There is no order {order_id}.", {"order_id": order_id})
        work = _Work(office, tx, Scribe(who, tx.now), row)
        before = work.state_of(work.open_fulfilments() or work.fulfilments)
        refusal = carry_out(work)
        if refusal:
            return refusal
        told = work.promised
        made = told and Promise(told.line_no, told.first_day, told.last_day, told.ppm)
        return Changed(order_id, before, tuple(dict.fromkeys(work.done)), made or None)

    return office.store.run(step, answers=Changed, key=key, request=request)


@dataclass
class _Work:
    """Carries out one change of one locked order. What is recorded is flushed before it is read."""

    office: Office
    tx: Transaction
    scribe: Scribe
    order: Any
    done: list[str] = field(default_factory=list)
    promised: PromisedWindow | None = None

    @property
    def order_id(self) -> str:
        return str(self.order.order_id)

    @property
    def fulfilments(self) -> list[Any]:
        return orders.fulfilments(self.tx, [self.order_id])

    def open_fulfilments(self) -> list[Any]:
        return [row for row in self.fulfilments if row.state not in GONE]

    def record(self, body: Any, cause: str = "changed") -> None:
        self.tx.record(self.scribe(body, cause=cause))

    def state_of(self, fulfilments: Sequence[Any]) -> State:
        tasks = floor.tasks(self.tx, [row.fulfilment_id for row in fulfilments])
        pairs = [(row, [task for task in tasks if task.fulfilment_id == row.fulfilment_id]) for row in fulfilments]
        return furthest_state(self.order, pairs)

    def answer_to(self, change: Change, fulfilments: Sequence[Any]) -> Refusal | None:
        """None where the change can be made to these fulfilment orders; else why not."""
        answer = consequence(self.state_of(fulfilments), change)
        return answer if isinstance(answer, Refusal) else None

    # -- lines ---------------------------------------------------------------------------------------------------

    def change_quantity(self, line_no: int, quantity: int, change: Change) -> Refusal | None:
        line = next((row for row in orders.lines(self.tx, self.order_id) if row.line_no == line_no), None)
        if line is None:
            says = f"Order {self.order_id} has no line {line_no}."
            return Refusal(Why.UNKNOWN_ORDER, says, {"order_id": self.order_id, "line": line_no})
        concerned = self._with_line(line_no)
        if change is Change.CHANGE_QUANTITY:
            item = master.items(self.tx, [line.item_id])[line.item_id]
            if no := not_in_packages(item, quantity, line_no):
                return no
        state = self.state_of(concerned) if concerned else self.state_of([])
        answer = consequence(state, change)
        if isinstance(answer, Refusal):
            return answer
        shipped = self._shipped(line_no)
        before, after = line.ordered - line.cancelled, max(quantity, shipped)
        if change is Change.CHANGE_QUANTITY and quantity < shipped:
            says = f"{shipped} of line {line_no} have left already: it cannot be for {quantity}."
            return Refusal(Why.TOO_LATE, says, {"line": line_no, "shipped": shipped})
        if after == before:
            says = f"Line {line_no} is for {before} already; nothing of it is open." if not before else ""
            return Refusal(Why.WRONG_STATE, says or f"Line {line_no} is for {before} already.", {"line": line_no})
        self.done += [str(step) for step in answer.steps]
        for row in concerned:
            self._take_back(row, self._own_steps(row, change), {line_no})
        self._void_holds(line_no)
        # The parts it was ordered with: the kit may be made up otherwise by now.
        demand = [row for row in orders.demand(self.tx, [self.order_id]) if row.line_no == line_no]
        parts = tuple(Part(row.item_id, row.per_unit) for row in demand)
        self.record(QuantityChanged(self.order_id, line_no, before, after, parts))
        self.tx.flush()
        return self._after_lines(concerned, answer.steps)

    def _with_line(self, line_no: int) -> list[Any]:
        """The open fulfilment orders with units of the line; those that left, where all of it has left."""
        lines = orders.fulfilment_lines(self.tx, [row.fulfilment_id for row in self.fulfilments])
        carrying = {row.fulfilment_id for row in lines if row.line_no == line_no and row.quantity}
        found = [row for row in self.fulfilments if row.fulfilment_id in carrying]
        still_here = any(
            row.waiting + row.held + row.picked
            for row in orders.demand(self.tx, [self.order_id])
            if row.line_no == line_no
        )
        return [row for row in found if row.state not in GONE] if still_here else found

    def _shipped(self, line_no: int) -> int:
        """Units of the line that have left, kits counted when any part of one has."""
        rows = [row for row in orders.demand(self.tx, [self.order_id]) if row.line_no == line_no]
        return max((int(-(-row.shipped // row.per_unit)) for row in rows), default=0)

    def _void_holds(self, line_no: int) -> None:
        holds = tuple(
            hold
            for hold in stock.holds_of_orders(self.tx, [self.order_id])
            if hold.line_no == line_no and not hold.place_id
        )
        if holds:
            self.record(HoldsVoided(holds))
            self.tx.flush()

    def _after_lines(self, concerned: Sequence[Any], steps: Sequence[Do]) -> Refusal | None:
        for row in concerned:
            undo = self._undo(row)
            if row.state == "planned":
                undo.cancel_planned()
            else:
                undo.close_if_empty()
        if Do.RE_RESERVE in steps or Do.RE_PROMISE in steps:
            refusal = self.promise_anew()
            if refusal:
                return refusal
        self._close_order()
        self.go_on()
        return None

    def _close_order(self) -> None:
        """Nothing wanted any more: cancelled. Everything still wanted is there: delivered."""
        demand = orders.demand(self.tx, [self.order_id])
        if all(row.wanted == 0 for row in demand):
            self.record(OrderCancelled(self.order_id))
        else:
            score_if_complete(self.tx, self.scribe, self.order_id, self.tx.now)
        self.tx.flush()

    # -- the whole order -----------------------------------------------------------------------------------------

    def change_whole(self, change: Change, apply: Callable[[], None]) -> Refusal | None:
        if change is Change.HOLD and self.order.stopped:
            says = f"Order {self.order_id} is on hold already: let it go on, or cancel it."
            return Refusal(Why.WRONG_STATE, says, {"order_id": self.order_id})
        concerned = self.open_fulfilments()
        # Where a part has left and the rest only waits for stock, the rest is what can still be changed.
        waits = any(row.waiting + row.held for row in orders.demand(self.tx, [self.order_id]))
        answer = consequence(self.state_of(concerned if concerned or waits else self.fulfilments), change)
        if isinstance(answer, Refusal):
            return answer
        self.done += [str(step) for step in answer.steps]
        apply()
        self.tx.flush()
        for row in concerned:
            self._take_back(row, self._own_steps(row, change), None)
        if Do.RE_PROMISE in answer.steps:
            refusal = self.promise_anew()
            if refusal:
                return refusal
        if change is not Change.HOLD:
            self.go_on()
        return None

    def _own_steps(self, row: Any, change: Change) -> Sequence[Do]:
        """What the change takes for one fulfilment order, which may not be as far as the furthest."""
        tasks = floor.tasks(self.tx, [row.fulfilment_id])
        answer = consequence(state_of_fulfilment(row, tasks), change)
        return () if isinstance(answer, Refusal) else answer.steps

    def _take_back(self, row: Any, steps: Sequence[Do], line_nos: set[int] | None) -> None:
        undo = self._undo(row)
        if Do.VOID_LABEL in steps or Do.UNPACK in steps or (row.state == "packed" and Do.RE_PROMISE in steps):
            undo.void_labels()
        if Do.UNPACK in steps:
            undo.unpack()
        if Do.CANCEL_TASKS in steps:
            undo.cancel_tasks(line_nos)
        if Do.PUT_BACK in steps:
            undo.put_back(line_nos)
        if line_nos is None and row.state == "planned" and Do.REPLAN in steps:
            undo.cancel_planned()
        elif line_nos is None and Do.SET_ASIDE not in steps:
            undo.close_if_empty()

    def _undo(self, row: Any) -> Undo:
        return Undo(self.office, self.tx, self.scribe, row)

    # -- what comes after ----------------------------------------------------------------------------------------

    def promise_anew(self) -> Refusal | None:
        """New offers for what is not released and for what stands picked or packed; one new promise for all."""
        self.order = orders.order(self.tx, self.order_id)
        requote = Requote(self.office, self.tx, self.scribe, self.order_id)
        refusal = requote.unreleased()
        for row in self.open_fulfilments():
            if refusal is None and row.state in ("picked", "packed"):
                refusal = requote.on_floor(row)
        if refusal is None:
            self.promised = requote.record("customer", "changed")
            self.tx.flush()
        return refusal

    def go_on(self) -> None:
        """Ask for the runs that take the order on from here."""
        order = orders.order(self.tx, self.order_id)
        if order.state != "open":
            self.tx.no_longer(PLAN_ORDERS, [self.order_id])
            return
        if order.stopped or order.cleared_at is None:
            return
        self.tx.later(PLAN_ORDERS, self.order_id, self.tx.now)
        for row in self.open_fulfilments():
            if row.state == "packed":
                self.tx.later(REQUEST_LABELS, row.fulfilment_id, self.tx.now)
            elif row.state == "released":
                self.tx.later(SETTLE_FULFILMENT, row.fulfilment_id, self.tx.now)
