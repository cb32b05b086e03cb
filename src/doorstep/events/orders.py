"""Orders: what was asked, what was promised, what was changed, how the promise ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step
from doorstep.terms.item import Part
from doorstep.terms.order import Terms


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """One line as ordered; `parts` is what one unit of it is made of (itself, unless it is a kit)."""

    line_no: int
    item_id: str
    quantity: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class OrderPlaced(Body):
    """A customer wants goods at a place, perhaps by a date. `cleared` is when nothing held the order any more."""

    STEP: ClassVar[Step] = Step.PROMISE
    order_id: str
    customer_id: str
    person_ref: str
    area: str
    currency: str
    reference: str
    lines: tuple[OrderedLine, ...]
    asked_from: date | None
    asked_by: date | None
    cleared_at: datetime | None
    terms: Terms

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("order", self.order_id, "placed"),
            Touch("customer", self.customer_id, "by"),
            *(Touch("item", item_id, "ordered") for item_id in dict.fromkeys(line.item_id for line in self.lines)),
        )


@dataclass(frozen=True, slots=True)
class OrderEvent(Body):
    """An event that touches one order and nothing else."""

    order_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("order", self.order_id, "about"),)


@dataclass(frozen=True, slots=True)
class OrderCleared(OrderEvent):
    """Payment, credit and fraud checks are done: the order's clock starts."""

    STEP: ClassVar[Step] = Step.PROMISE


@dataclass(frozen=True, slots=True)
class PromisedWindow:
    """A delivery window of calendar dates at the destination, kept with `ppm` parts per million.

    `line_no` 0 is the order as a whole. `first_day` None: any day up to the last.
    """

    line_no: int
    first_day: date | None
    last_day: date
    ppm: int


@dataclass(frozen=True, slots=True)
class OrderPromised(OrderEvent):
    """A date we told the customer. The first of an order is never overwritten: a change is a new one with its cause.

    `inputs` are what the windows were computed from, so that anybody can compute them again.
    """

    STEP: ClassVar[Step] = Step.PROMISE
    promise_id: str
    revision: int  # 1 is the first promise
    windows: tuple[PromisedWindow, ...]
    basis: str
    caused_by: str  # customer, us, supplier or carrier; '' for the first
    inputs: Mapping[str, Any]

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("order", self.order_id, "promised"), Touch("promise", self.promise_id, "made"))


@dataclass(frozen=True, slots=True)
class OrderHeld(OrderEvent):
    """Somebody stopped the order where it stands; the envelope says why."""

    STEP: ClassVar[Step] = Step.CHANGE


@dataclass(frozen=True, slots=True)
class OrderResumed(OrderEvent):
    """The order goes on."""

    STEP: ClassVar[Step] = Step.CHANGE


@dataclass(frozen=True, slots=True)
class QuantityChanged(OrderEvent):
    """A line is for another quantity; 0 cancels it."""

    STEP: ClassVar[Step] = Step.CHANGE
    line_no: int
    before: int
    after: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class AddressChanged(OrderEvent):
    """The order goes elsewhere. The address lies behind `person_ref`."""

    STEP: ClassVar[Step] = Step.CHANGE
    person_ref: str
    area: str


@dataclass(frozen=True, slots=True)
class DateChanged(OrderEvent):
    """The customer asks for another delivery."""

    STEP: ClassVar[Step] = Step.CHANGE
    asked_from: date | None
    asked_by: date | None


@dataclass(frozen=True, slots=True)
class OrderCancelled(OrderEvent):
    """Nothing of the order is wanted any more."""

    STEP: ClassVar[Step] = Step.CHANGE


@dataclass(frozen=True, slots=True)
class OrderDelivered(OrderEvent):
    """The last parcel of the order is at the door."""

    STEP: ClassVar[Step] = Step.DELIVER
    delivered_on: date


@dataclass(frozen=True, slots=True)
class Score(OrderEvent):
    """How one promise of an order ended. `against` is asked, first or agreed."""

    against: str
    last_day: date
    delivered_on: date | None


@dataclass(frozen=True, slots=True)
class PromiseKept(Score):
    """In full, inside the window."""

    STEP: ClassVar[Step] = Step.SCORE


@dataclass(frozen=True, slots=True)
class PromiseBroken(Score):
    """Late, early, short, wrong or never delivered: `reason`."""

    STEP: ClassVar[Step] = Step.SCORE
    reason: str


@dataclass(frozen=True, slots=True)
class HandOffMade(OrderEvent):
    """Work passed from one step to the next, with `slack_seconds` of the order's promise left (below 0: late).

    `fulfilment_id` is '' as long as the order has not been divided among sites.
    """

    STEP: ClassVar[Step] = Step.PLAN
    fulfilment_id: str
    from_step: Step
    to_step: Step
    slack_seconds: int
