"""Stock: what moved, what is held, what is expected, what was counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step


@dataclass(frozen=True, slots=True)
class Move:
    """`quantity` units of an item (of a lot; of these serials) go from a place to a place."""

    item_id: str
    quantity: int
    from_place: str
    to_place: str
    lot: str = ""
    serials: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.quantity <= 0:
            raise ValueError(f"a move of {self.quantity} {self.item_id} is none")
        if self.serials and len(set(self.serials)) != self.quantity:
            raise ValueError(f"{self.quantity} {self.item_id} moved, but {len(set(self.serials))} serials named")


@dataclass(frozen=True, slots=True)
class Hold:
    """`quantity` units kept for an order line, at a site (reservation), in a bin (allocation) or of an inbound.

    For stock on hand `site_id` is set, `place_id` too once allocated; for inbound `inbound_id` is set as well.
    """

    hold_id: str
    order_id: str
    line_no: int
    item_id: str
    quantity: int
    site_id: str
    lot: str = ""
    place_id: str = ""
    inbound_id: str = ""
    reason: str = "promise"
    expires_at: datetime | None = None


def holds_touch(holds: tuple[Hold, ...], qualifier: str) -> tuple[Touch, ...]:
    orders = [Touch("order", order_id, "owner") for order_id in dict.fromkeys(hold.order_id for hold in holds)]
    items = [Touch("item", item_id, qualifier) for item_id in dict.fromkeys(hold.item_id for hold in holds)]
    return (*orders, *items, *(Touch("hold", hold.hold_id, qualifier) for hold in holds))


@dataclass(frozen=True, slots=True)
class StockHeld(Body):
    """Units are kept for an order."""

    STEP: ClassVar[Step] = Step.PROMISE
    BUSINESS_STEP: ClassVar[str] = "reserving"
    holds: tuple[Hold, ...]

    def touches(self) -> tuple[Touch, ...]:
        return holds_touch(self.holds, "held")


@dataclass(frozen=True, slots=True)
class HoldsVoided(Body):
    """Units are kept no longer: the order, the count or the plan wants it so. The envelope names the cause."""

    STEP: ClassVar[Step] = Step.CHANGE
    holds: tuple[Hold, ...]

    def touches(self) -> tuple[Touch, ...]:
        return holds_touch(self.holds, "voided")


@dataclass(frozen=True, slots=True)
class HoldsExpired(Body):
    """Units are kept no longer: the time for clearing the order has run out."""

    STEP: ClassVar[Step] = Step.PROMISE
    holds: tuple[Hold, ...]

    def touches(self) -> tuple[Touch, ...]:
        return holds_touch(self.holds, "expired")


@dataclass(frozen=True, slots=True)
class HoldsMoved(Body):
    """The same units, kept elsewhere: at another site, in a bin at release, on the shelf when an inbound arrives."""

    STEP: ClassVar[Step] = Step.PLAN
    ended: tuple[Hold, ...]
    made: tuple[Hold, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (*holds_touch(self.ended, "ended"), *(Touch("hold", hold.hold_id, "made") for hold in self.made))


@dataclass(frozen=True, slots=True)
class InboundExpected(Body):
    """A supplier will bring units to a site by a date: supply that promises may stand on."""

    STEP: ClassVar[Step] = Step.RECEIVE
    inbound_id: str
    supplier_id: str
    site_id: str
    item_id: str
    quantity: int
    due_at: datetime

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("inbound", self.inbound_id, "expected"),
            Touch("item", self.item_id, "expected"),
            Touch("site", self.site_id, "to"),
            Touch("supplier", self.supplier_id, "by"),
        )


@dataclass(frozen=True, slots=True)
class InboundChanged(Body):
    """The supplier will bring another quantity, or by another date. Never less than came already or is promised."""

    STEP: ClassVar[Step] = Step.RECEIVE
    inbound_id: str
    item_id: str
    quantity: int
    due_at: datetime

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("inbound", self.inbound_id, "changed"), Touch("item", self.item_id, "expected"))


@dataclass(frozen=True, slots=True)
class InboundWithdrawn(Body):
    """Nothing will come of an inbound of which nothing came and nothing is promised: it is as if never expected."""

    STEP: ClassVar[Step] = Step.RECEIVE
    inbound_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("inbound", self.inbound_id, "withdrawn"),)


@dataclass(frozen=True, slots=True)
class StockReceived(Body):
    """Units came in and stand in a bin; of an inbound where `inbound_id` is set."""

    STEP: ClassVar[Step] = Step.RECEIVE
    BUSINESS_STEP: ClassVar[str] = "receiving"
    DISPOSITION: ClassVar[str] = "in_progress"
    receipt_id: str
    moves: tuple[Move, ...]
    inbound_id: str = ""
    expires_on: date | None = None

    def touches(self) -> tuple[Touch, ...]:
        inbound = (Touch("inbound", self.inbound_id, "received"),) if self.inbound_id else ()
        return (Touch("receipt", self.receipt_id, "made"), *inbound, *moves_touch(self.moves))


def moves_touch(moves: tuple[Move, ...]) -> tuple[Touch, ...]:
    items = [Touch("item", item_id, "moved") for item_id in dict.fromkeys(move.item_id for move in moves)]
    serials = [Touch("serial", f"{move.item_id}/{serial}", "moved") for move in moves for serial in move.serials]
    return (*items, *serials)


@dataclass(frozen=True, slots=True)
class Served:
    """An order that wants `wanted` units of what is short: on hand it had `before` of them, it has `after` now."""

    order_id: str
    wanted: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ScarceStockShared(Body):
    """There was too little of an item for all who want it: `units` on hand went to the orders by a rule.

    `approved_by` said yes to it. The holds, and the promises that changed, are facts of their own in the same step.
    """

    STEP: ClassVar[Step] = Step.PLAN
    item_id: str
    units: int
    rule: str
    orders: tuple[Served, ...]
    approved_by: str = ""

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("item", self.item_id, "shared"),
            *(Touch("order", each.order_id, "about") for each in self.orders),
        )


@dataclass(frozen=True, slots=True)
class StockCounted(Body):
    """Somebody counted a bin: `counted` units where the books said `believed`. The moves book the difference.

    `expires_on` is the last day of the lot, where whoever counted read it. `doubt_ppm` is P(less is there than the
    books say), by what is stated of such bins (None: they say nothing is there, or nobody asked). With its own moves
    the item had moved in or out of the bin `moves_by_then` times, and been picked short `short_picks_by_then` times.
    """

    VERSION: ClassVar[int] = 3
    STEP: ClassVar[Step] = Step.COUNT
    BUSINESS_STEP: ClassVar[str] = "cycle_counting"
    count_id: str
    place_id: str
    item_id: str
    lot: str
    counted: int
    believed: int
    moves: tuple[Move, ...]
    expires_on: date | None = None
    doubt_ppm: int | None = None
    moves_by_then: int = 0
    short_picks_by_then: int = 0

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("count", self.count_id, "made"),
            Touch("place", self.place_id, "counted"),
            Touch("item", self.item_id, "counted"),
        )
