"""Inside the site: what is planned, released, picked, packed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.planning import ScarcePrice
from doorstep.events.steps import Step
from doorstep.events.stock import Hold, Move, moves_touch
from doorstep.terms.parcel import Placement, Size


@dataclass(frozen=True, slots=True)
class FulfilmentLine:
    """What of an order line (by its part, for kits) one site ships."""

    line_no: int
    item_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """A fulfilment order: the part of an order that one site ships, by one service.

    It is planned to leave at `departs`; leaving by `ship_by` still keeps the promise. `waits_for_day`: it could leave
    sooner, and would be too early or take the room of others.
    """

    fulfilment_id: str
    site_id: str
    service_id: str
    departs: datetime
    ship_by: datetime
    lines: tuple[FulfilmentLine, ...]
    cost_minor: int
    waits_for_day: bool = False


@dataclass(frozen=True, slots=True)
class ShipmentPlanned(Body):
    """Where an order will be shipped from, by what and when, with what the plan rests on.

    `replaced` fulfilment orders are void from now on. `cost_minor` is the order's avoidable cost, `full_minor` its full
    cost, `bound_minor` the least avoidable cost it could have had; `reasons` and `rejected` say why this and not
    another. It was planned in the run `plan_id` together with so many other orders. `alone` is the way it would have
    got alone, '' where that is the same; `moved_by` what of that way is wanted by others, at its price.
    """

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.PLAN
    order_id: str
    fulfilments: tuple[Fulfilment, ...]
    replaced: tuple[str, ...]
    cost_minor: int
    bound_minor: int
    reasons: tuple[str, ...]
    rejected: tuple[str, ...]
    full_minor: int
    plan_id: str = ""
    together: int = 0
    alone: str = ""
    moved_by: tuple[ScarcePrice, ...] = ()

    def touches(self) -> tuple[Touch, ...]:
        made = (Touch("fulfilment", fulfilment.fulfilment_id, "planned") for fulfilment in self.fulfilments)
        gone = (Touch("fulfilment", fulfilment_id, "replaced") for fulfilment_id in self.replaced)
        return (Touch("order", self.order_id, "planned"), *made, *gone)


@dataclass(frozen=True, slots=True)
class PickTask:
    """One walk to one bin: `quantity` units for a line of a fulfilment order, held there by `hold_id`.

    `doubt_ppm` is P(they are not all there), by what is stated of such bins; None where nobody asked.
    """

    task_id: str
    fulfilment_id: str
    order_id: str
    line_no: int
    item_id: str
    quantity: int
    place_id: str
    lot: str
    hold_id: str
    doubt_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class WaveReleased(Body):
    """Fulfilment orders go to the floor together; every unit has its bin."""

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.RELEASE
    wave_id: str
    site_id: str
    fulfilment_ids: tuple[str, ...]
    tasks: tuple[PickTask, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("wave", self.wave_id, "released"),
            *(Touch("order", order_id, "released") for order_id in dict.fromkeys(t.order_id for t in self.tasks)),
            *(Touch("fulfilment", fulfilment_id, "released") for fulfilment_id in self.fulfilment_ids),
        )


@dataclass(frozen=True, slots=True)
class TaskEvent(Body):
    """An event of one pick task; `hold` is the whole hold it had."""

    task_id: str
    fulfilment_id: str
    order_id: str
    hold: Hold

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("order", self.order_id, "for"),
            Touch("fulfilment", self.fulfilment_id, "for"),
            Touch("task", self.task_id, "done"),
            Touch("item", self.hold.item_id, "picked"),
        )


@dataclass(frozen=True, slots=True)
class Picked(TaskEvent):
    """The whole task was found and stands on the pack bench."""

    STEP: ClassVar[Step] = Step.PICK
    BUSINESS_STEP: ClassVar[str] = "picking"
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class PickedShort(TaskEvent):
    """Fewer than wanted were found (`moves` sum to what was; none: empty). What is missing waits for the next plan.

    `lost` takes the missing units off the books of the bin, so that nobody is promised or sent there for them again.
    """

    STEP: ClassVar[Step] = Step.PICK
    BUSINESS_STEP: ClassVar[str] = "picking"
    moves: tuple[Move, ...]
    short: int
    lost: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class TasksCancelled(Body):
    """Pick tasks nobody need do any more; their holds are voided or moved by events beside this one.

    `lines` are the units that leave the fulfilment order with them.
    """

    STEP: ClassVar[Step] = Step.CHANGE
    fulfilment_id: str
    order_id: str
    task_ids: tuple[str, ...]
    lines: tuple[FulfilmentLine, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("order", self.order_id, "for"),
            Touch("fulfilment", self.fulfilment_id, "for"),
            *(Touch("task", task_id, "cancelled") for task_id in self.task_ids),
        )


@dataclass(frozen=True, slots=True)
class PutBackLine:
    """Units of an order line that went back to the shelf."""

    line_no: int
    move: Move


@dataclass(frozen=True, slots=True)
class PutBack(Body):
    """Picked goods are back in a bin, free again, and no longer in the fulfilment order."""

    STEP: ClassVar[Step] = Step.CHANGE
    BUSINESS_STEP: ClassVar[str] = "storing"
    fulfilment_id: str
    order_id: str
    lines: tuple[PutBackLine, ...]

    @property
    def moves(self) -> tuple[Move, ...]:
        return tuple(line.move for line in self.lines)

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("order", self.order_id, "for"),
            Touch("fulfilment", self.fulfilment_id, "for"),
            *moves_touch(self.moves),
        )


@dataclass(frozen=True, slots=True)
class FulfilmentReplanned(Body):
    """Goods that are picked or packed already go by another service or at another time."""

    STEP: ClassVar[Step] = Step.PLAN
    fulfilment_id: str
    order_id: str
    service_id: str
    departs: datetime
    ship_by: datetime
    cost_minor: int
    waits_for_day: bool = False

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("order", self.order_id, "for"),
            Touch("fulfilment", self.fulfilment_id, "replanned"),
            Touch("service", self.service_id, "by"),
        )


@dataclass(frozen=True, slots=True)
class FulfilmentCancelled(Body):
    """A fulfilment order nobody will ship."""

    STEP: ClassVar[Step] = Step.CHANGE
    fulfilment_id: str
    order_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("order", self.order_id, "for"), Touch("fulfilment", self.fulfilment_id, "cancelled"))


@dataclass(frozen=True, slots=True)
class Content:
    """Units of an order line inside a parcel."""

    line_no: int
    item_id: str
    quantity: int
    lot: str = ""
    serials: tuple[str, ...] = ()


def moves_between(contents: Sequence[Content], from_place: str, to_place: str) -> tuple[Move, ...]:
    """The whole contents from one place to another, a move for each."""
    return tuple(
        Move(content.item_id, content.quantity, from_place, to_place, content.lot, content.serials)
        for content in contents
    )


@dataclass(frozen=True, slots=True)
class ParcelEvent(Body):
    """An event of one parcel. `sscc` names it, inside and outside the company."""

    sscc: str
    fulfilment_id: str
    order_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("order", self.order_id, "for"),
            Touch("fulfilment", self.fulfilment_id, "for"),
            Touch("parcel", self.sscc, "about"),
        )


@dataclass(frozen=True, slots=True)
class ParcelPacked(ParcelEvent):
    """A carton is filled, closed and weighed, and stands at the dock. `carton_id` '' ships in its own container."""

    STEP: ClassVar[Step] = Step.PACK
    BUSINESS_STEP: ClassVar[str] = "packing"
    DISPOSITION: ClassVar[str] = "in_progress"
    site_id: str
    carton_id: str
    size: Size
    weight_g: int
    contents: tuple[Content, ...]
    placements: tuple[Placement, ...]
    moves: tuple[Move, ...]
    cost_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ParcelUnpacked(ParcelEvent):
    """A packed parcel is opened again; its goods are back on the pack bench."""

    STEP: ClassVar[Step] = Step.CHANGE
    BUSINESS_STEP: ClassVar[str] = "unpacking"
    contents: tuple[Content, ...]
    moves: tuple[Move, ...]
