"""What will not ship today unless somebody does something: which orders, why, whose turn it is, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorstep.flow.stages import Stage


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


@dataclass(frozen=True, slots=True)
class AtRisk:
    """One order, or the part of it that one site ships (`fulfilment_id`, '' as long as it is not divided).

    `until` is the last instant that helps: the last departure that keeps the promise; for an order that is not
    cleared, the end of its holds on stock. `slack_seconds` is what is left until then beyond the work still to be
    done, below 0 too late. `reason` and `action` are sentences for a person; `department` owns the next move.
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
    """The rows with the least slack, and how many there are in all, by how bad it is."""

    rows: tuple[AtRisk, ...]
    total: int
    late: int
    stuck: int
    due: int
