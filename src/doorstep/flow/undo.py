"""Undoing work on the floor, from the last step back to the first: labels, parcels, tasks, the pack bench."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from doorstep.events.fulfilment import (
    FulfilmentCancelled,
    FulfilmentLine,
    ParcelUnpacked,
    PutBack,
    PutBackLine,
    TasksCancelled,
    moves_between,
)
from doorstep.events.orders import HandOffMade
from doorstep.events.shipping import LabelVoidRequested
from doorstep.events.steps import Step
from doorstep.events.stock import Hold, HoldsMoved, Move, StockHeld
from doorstep.flow.hand_over import contents_of
from doorstep.flow.office import Office, Scribe, company_of
from doorstep.flow.pick import settle
from doorstep.flow.slack import slack_before_departure
from doorstep.storage.queries import floor, orders, stock
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import VOID_LABEL
from doorstep.terms.places import dock_place, pack_place


@dataclass(frozen=True, slots=True)
class Undo:
    """Takes back steps of one fulfilment order. Its reads follow its writes: each method flushes what it recorded."""

    office: Office
    tx: Transaction
    scribe: Scribe
    fulfilment: Any

    @property
    def about(self) -> tuple[str, str]:
        return self.fulfilment.fulfilment_id, self.fulfilment.order_id

    def void_labels(self) -> bool:
        """Mean to void every live label; a job asks the carrier. True where there was one."""
        parcels = [parcel.sscc for parcel in self._at_dock()]
        live = [label for label in floor.labels(self.tx, parcels) if label.state in ("requested", "bought")]
        for label in live:
            self._record(LabelVoidRequested(label.sscc, *self.about, label.label_id))
            self.tx.later(VOID_LABEL, label.label_id, self.tx.now)
        if self._state() == "labelled":
            self._hand_back(Step.HAND_OVER, Step.LABEL)
        self.tx.flush()
        return bool(live)

    def unpack(self) -> None:
        """Open every parcel that has not left; the goods are back on the bench."""
        site_id = self.fulfilment.site_id
        for parcel in self._at_dock():
            contents = contents_of(self.tx, parcel.sscc)
            moves = moves_between(contents, dock_place(site_id), pack_place(site_id))
            self._record(ParcelUnpacked(parcel.sscc, *self.about, contents, moves))
        self._hand_back(Step.LABEL, Step.PACK)
        self.tx.flush()

    def cancel_tasks(self, line_nos: Collection[int] | None = None) -> None:
        """Call back the open tasks (of these lines, or all): their units stay reserved, in no bin any more."""
        # Holds before tasks: a count between the two takes a task away, never only the hold of one.
        holds = {hold.hold_id: hold for hold in stock.holds_of_orders(self.tx, [self.fulfilment.order_id])}
        tasks = [
            task
            for task in floor.tasks(self.tx, [self.fulfilment.fulfilment_id])
            if task.state == "open" and (line_nos is None or task.line_no in line_nos)
        ]
        if not tasks:
            return
        ended = tuple(holds[task.hold_id] for task in tasks)
        made = tuple(replace(hold, hold_id=self.office.ids.new("hld"), place_id="") for hold in ended)
        lines = tuple(FulfilmentLine(task.line_no, task.item_id, task.quantity) for task in tasks)
        self._record(HoldsMoved(ended, made))
        self._record(TasksCancelled(*self.about, tuple(task.task_id for task in tasks), lines))
        self.tx.flush()

    def put_back(self, line_nos: Collection[int] | None = None) -> None:
        """Bring what lies on the bench (of these lines, or all) back to the bin it came from, and keep it reserved."""
        bench = [
            row
            for row in floor.bench(self.tx, self.fulfilment.fulfilment_id)
            if line_nos is None or row.line_no in line_nos
        ]
        if not bench:
            return
        tasks = floor.tasks(self.tx, [self.fulfilment.fulfilment_id])
        lines = tuple(PutBackLine(row.line_no, self._move_back(row, tasks)) for row in bench)
        self._record(PutBack(*self.about, lines))
        self._record(StockHeld(tuple(self._reserve(line) for line in lines)))
        self.tx.flush()

    def _move_back(self, row: Any, tasks: Sequence[Any]) -> Move:
        site_id = self.fulfilment.site_id
        came_from = next(
            task.place_id
            for task in tasks
            if (task.line_no, task.item_id, task.lot) == (row.line_no, row.item_id, row.lot) and task.picked
        )
        about = (row.fulfilment_id, row.line_no, row.item_id, pack_place(site_id))
        serials = tuple(unit.serial for unit in stock.serials_of_line(self.tx, *about))
        return Move(row.item_id, row.quantity, pack_place(site_id), came_from, row.lot, serials)

    def _reserve(self, line: PutBackLine) -> Hold:
        return Hold(
            hold_id=self.office.ids.new("hld"),
            order_id=self.fulfilment.order_id,
            line_no=line.line_no,
            item_id=line.move.item_id,
            quantity=line.move.quantity,
            site_id=self.fulfilment.site_id,
            lot=line.move.lot,
        )

    def close_if_empty(self) -> None:
        """Cancel the fulfilment order where nothing is left of it; send it on to packing where nothing is to pick."""
        state = self._state()
        if state in ("cancelled", "handed_over", "delivered"):
            return
        left = sum(row.quantity for row in orders.fulfilment_lines(self.tx, [self.fulfilment.fulfilment_id]))
        if not left:
            self._record(FulfilmentCancelled(*self.about))
        elif state == "released":
            tasks = floor.tasks(self.tx, [self.fulfilment.fulfilment_id])
            bench = floor.bench(self.tx, self.fulfilment.fulfilment_id)
            states = [task.state for task in tasks]
            settle(self.tx, self.scribe, company_of(self.tx), self.fulfilment, states, bool(bench))
        elif not floor.bench(self.tx, self.fulfilment.fulfilment_id) and not self._at_dock():
            self._hand_back(Step.HAND_OVER, Step.TRACK)  # all that is left of it has gone with the carrier
        self.tx.flush()

    def cancel_planned(self) -> None:
        """Drop a fulfilment order that is planned and no more: the next plan makes another."""
        self._record(FulfilmentCancelled(*self.about))
        self.tx.flush()

    def _at_dock(self) -> list[Any]:
        """The parcels that have not left."""
        return [row for row in floor.parcels(self.tx, [self.fulfilment.fulfilment_id]) if row.state == "packed"]

    def _state(self) -> str:
        return str(floor.fulfilment(self.tx, self.fulfilment.fulfilment_id).state)

    def _hand_back(self, from_step: Step, to_step: Step) -> None:
        ship_by = self.fulfilment.ship_by
        slack = slack_before_departure(company_of(self.tx), ship_by, self.tx.now, to_step)
        self._record(HandOffMade(self.fulfilment.order_id, self.fulfilment.fulfilment_id, from_step, to_step, slack))

    def _record(self, body: Any) -> None:
        self.tx.record(self.scribe(body, site=self.fulfilment.site_id, cause="changed"))
