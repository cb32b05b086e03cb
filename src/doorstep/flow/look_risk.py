"""What will not ship today unless somebody does something: which orders, why, whose turn it is, until when."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from doorstep.events.steps import DEPARTMENT, Step
from doorstep.flow.stages import OF_FULFILMENT, Stage
from doorstep.flow.words import day_of, joined, many
from doorstep.storage.queries import today
from doorstep.storage.transaction import Transaction


class Risk(StrEnum):
    """How bad it is, worst first.

    late: the last departure that keeps the promise is gone, or the work left takes longer than the time left;
    stuck: it waits for something that does not come by itself; due: it has to leave today and still can.
    """

    LATE = "late"
    STUCK = "stuck"
    DUE = "due"


class Cause(StrEnum):
    """What an order waits for."""

    NOT_CLEARED = "not_cleared"
    ON_HOLD = "on_hold"
    SHORT_PICK = "short_pick"
    BACKORDER = "backorder"
    NOT_PLANNED = "not_planned"
    GOODS_ON_THEIR_WAY = "goods_on_their_way"
    NOT_RELEASED = "not_released"
    NOT_PICKED = "not_picked"
    NOT_PACKED = "not_packed"
    LABEL_REFUSED = "label_refused"
    LABEL_OUTAGE = "label_outage"
    LABEL_AWAITED = "label_awaited"
    NOT_HANDED_OVER = "not_handed_over"
    CARRIER_TROUBLE = "carrier_trouble"

    @property
    def department(self) -> str:
        """Who owns the next move."""
        return DEPARTMENT[_OWNER[self]]


_OWNER = {
    Cause.NOT_CLEARED: Step.PROMISE,
    Cause.ON_HOLD: Step.CHANGE,
    Cause.SHORT_PICK: Step.COUNT,
    Cause.BACKORDER: Step.PLAN,
    Cause.NOT_PLANNED: Step.PLAN,
    Cause.GOODS_ON_THEIR_WAY: Step.RECEIVE,
    Cause.NOT_RELEASED: Step.RELEASE,
    Cause.NOT_PICKED: Step.PICK,
    Cause.NOT_PACKED: Step.PACK,
    Cause.LABEL_REFUSED: Step.LABEL,
    Cause.LABEL_OUTAGE: Step.LABEL,
    Cause.LABEL_AWAITED: Step.LABEL,
    Cause.NOT_HANDED_OVER: Step.HAND_OVER,
    Cause.CARRIER_TROUBLE: Step.SCORE,
}


@dataclass(frozen=True, slots=True)
class AtRisk:
    """One order, or the part of it that one site ships (`fulfilment_id`, '' as long as it is not divided).

    `until` is the last instant that helps: the last departure that keeps the promise; the end of its holds on stock
    for an order that is not cleared; the end of the promised day for one that the carrier has. `slack_seconds` is what
    is left until then beyond the work still to be done, below 0 too late. `reason` and `action` are sentences for a
    person; `department` owns the next move.
    """

    order_id: str
    fulfilment_id: str
    reference: str
    customer_id: str
    site_id: str
    stage: Stage
    risk: Risk
    cause: Cause
    reason: str
    department: str
    action: str
    until: datetime
    slack_seconds: int


@dataclass(frozen=True, slots=True)
class RiskView:
    """The rows with the least slack; how many there are in all, by how bad it is and by what they wait for."""

    rows: tuple[AtRisk, ...]
    total: int
    by_risk: Mapping[Risk, int]
    by_cause: Mapping[Cause, int]


def risk_view(tx: Transaction, rows: Sequence[Any], zone: str) -> RiskView:
    """What the rows of `today.risk_query` mean, each with its reason; days are told on the wall of `zone`."""
    by_risk: Counter[Risk] = Counter(dict.fromkeys(Risk, 0))
    by_cause: Counter[Cause] = Counter()
    for cause, risk, number in rows[0].counts if rows else ():
        by_risk[Risk(risk)] += number
        by_cause[Cause(cause)] += number
    why = _Why(tx, rows, zone)
    return RiskView(tuple(_row(row, why) for row in rows), by_risk.total(), dict(by_risk), dict(by_cause))


def _row(row: Any, why: _Why) -> AtRisk:
    cause = Cause(row.cause)
    stage = Stage(row.stage) if row.stage in (Stage.TO_CLEAR, Stage.TO_PLAN) else OF_FULFILMENT[row.stage]
    risk = Risk(row.risk)
    reason, action = why.of(row, cause)
    if risk is Risk.LATE and cause not in _CUSTOMER_IS_ASKED:
        action += "; it will be late: tell the customer another day"
    return AtRisk(
        order_id=row.order_id,
        fulfilment_id=row.fulfilment_id,
        reference=row.reference,
        customer_id=row.customer_id,
        site_id=row.site_id,
        stage=stage,
        risk=risk,
        cause=cause,
        reason=reason,
        department=cause.department,
        action=action,
        until=row.until,
        slack_seconds=row.slack_seconds,
    )


_CUSTOMER_IS_ASKED = (Cause.ON_HOLD, Cause.CARRIER_TROUBLE)  # what to do says so already


class _Why:
    """Reasons and what to do about them, for the rows shown; what they need is read for all of them together."""

    def __init__(self, tx: Transaction, rows: Sequence[Any], zone: str) -> None:
        self._zone = zone
        ids: dict[Cause, list[str]] = defaultdict(list)
        parts: dict[Cause, list[str]] = defaultdict(list)
        for row in rows:
            ids[Cause(row.cause)].append(row.order_id)
            parts[Cause(row.cause)].append(row.fulfilment_id)
        short = ids[Cause.SHORT_PICK]
        waits = [*short, *ids[Cause.BACKORDER], *ids[Cause.GOODS_ON_THEIR_WAY]]
        at_dock = (Cause.LABEL_REFUSED, Cause.LABEL_OUTAGE, Cause.NOT_HANDED_OVER, Cause.CARRIER_TROUBLE)
        boxed = [fulfilment_id for cause in at_dock for fulfilment_id in parts[cause]]
        picking = parts[Cause.NOT_PICKED]
        held = ids[Cause.ON_HOLD]
        self._stopped = today.stopped_because(tx, held) if held else {}
        self._awaited = _grouped(today.awaited(tx, waits), "order_id") if waits else {}
        self._short = _grouped(today.short_tasks(tx, short), "order_id") if short else {}
        self._tasks = today.tasks_left(tx, picking) if picking else {}
        self._parcels = _grouped(today.parcels_now(tx, boxed), "fulfilment_id") if boxed else {}

    def of(self, row: Any, cause: Cause) -> tuple[str, str]:
        """(reason, action), each a sentence without its full stop."""
        return _SENTENCES[cause](self, row)

    def on_hold(self, row: Any) -> tuple[str, str]:
        told = self._stopped.get(row.order_id)
        because = f"stopped by {told.actor}: {told.cause}" if told and told.cause else "stopped"
        return because, "settle it with the customer, then resume or cancel the order"

    def not_cleared(self, row: Any) -> tuple[str, str]:
        return "not paid or not checked; its goods are let go today", "clear the order, or cancel it"

    def short_pick(self, row: Any) -> tuple[str, str]:
        short = self._short.get(row.order_id, ())
        missing = joined([f"{task.missing} {task.item_id} in {task.place_id}" for task in short[:2]])
        return f"the picker did not find {missing}; {self._waits(row)}", "count the bin, and receive or move goods"

    def backorder(self, row: Any) -> tuple[str, str]:
        coming = any(one.due_at for one in self._awaited.get(row.order_id, ()))
        return self._waits(row), "receive what is due" if coming else "buy or make it, or agree another date"

    def goods_on_their_way(self, row: Any) -> tuple[str, str]:
        return self._waits(row), "receive what is due"

    def not_planned(self, row: Any) -> tuple[str, str]:
        return "its goods are held, but no shipment of them is planned", "plan, and look why it cannot be sent"

    def not_released(self, row: Any) -> tuple[str, str]:
        return "planned, and not yet released to the floor", "release a wave"

    def not_picked(self, row: Any) -> tuple[str, str]:
        tasks = self._tasks.get(row.fulfilment_id)
        if tasks is None or tasks.left_over == tasks.of:
            return "released, and nothing of it is picked", "pick it"
        return f"{tasks.left_over} of {tasks.of} pick tasks are open", "pick the rest"

    def not_packed(self, row: Any) -> tuple[str, str]:
        return "picked, and lies on the pack bench", "pack it"

    def label_refused(self, row: Any) -> tuple[str, str]:
        says = [one.says for one in self._parcels.get(row.fulfilment_id, ()) if one.label_state == "failed"]
        because = f": {says[0]}" if says else ""
        return f"the carrier refused the label{because}", "mend the address or the parcel, then ask for the label again"

    def label_outage(self, row: Any) -> tuple[str, str]:
        told = [one for one in self._parcels.get(row.fulfilment_id, ()) if one.trouble]
        who = told[0].carrier_id if told else "the carrier"
        because = f": {told[0].trouble}" if told else ""
        return f"{who} makes no label now{because}", "it is asked again by itself; else choose another service"

    def label_awaited(self, row: Any) -> tuple[str, str]:
        return "packed, and its label is being bought", "wait a moment; if nothing comes, look whether a worker runs"

    def not_handed_over(self, row: Any) -> tuple[str, str]:
        parcels = [one for one in self._parcels.get(row.fulfilment_id, ()) if one.state == "packed"]
        carriers = joined(sorted({one.carrier_id for one in parcels if one.carrier_id}))
        return f"{many(len(parcels), 'parcel')} at the dock for {carriers}", f"hand over to {carriers}"

    def carrier_trouble(self, row: Any) -> tuple[str, str]:
        worst = [one for one in self._parcels.get(row.fulfilment_id, ()) if one.milestone in _TROUBLE]
        if not worst:
            return "the carrier has trouble with it", "ask the carrier"
        one = max(worst, key=lambda parcel: list(_TROUBLE).index(parcel.milestone))
        says, action = _TROUBLE[one.milestone]
        where = f" ({one.place})" if one.place else ""
        return f"{one.carrier_id} {says}{where}", action

    def _waits(self, row: Any) -> str:
        """What it waits for, and when that comes: `waits for 3 MUG, due Thu 5 Mar from potter`."""
        told = []
        for one in self._awaited.get(row.order_id, ()):
            when = f"due {day_of(one.due_at, self._zone)} from {one.supplier_id}" if one.due_at else "nobody brings any"
            told.append(f"{one.quantity} {one.item_id}, {when}")
        return f"waits for {joined(told[:3])}" if told else "its goods have just come in"


_TROUBLE = {
    "attempted": ("found nobody at the door", "tell the customer, and agree another day with the carrier"),
    "held": ("holds it", "ask the carrier what it needs, and give it"),
    "returning": ("is bringing it back", "ask the customer what is to be done, and expect it at the door"),
    "returned": ("has brought it back", "send it again, or cancel the order"),
    "lost": ("has lost it", "send it again, and claim it from the carrier"),
}
_SENTENCES: Mapping[Cause, Callable[[_Why, Any], tuple[str, str]]] = {
    cause: getattr(_Why, cause.value) for cause in Cause
}


def _grouped(rows: Sequence[Any], by: str) -> Mapping[str, Sequence[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, by)].append(row)
    return found
