"""How history is read where it contradicts itself or says nothing: one stated rule each, none of which moves a score.

The date of purchase, the date promised and the date of delivery are taken as told, always: the scores rest on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorstep.intake.values import Ended, PastOrder


class Odd(StrEnum):
    """What history says that cannot be, or leaves out."""

    HANDED_OVER_BEFORE_CLEARED = "handed over before it was cleared"
    DELIVERED_BEFORE_HANDED_OVER = "delivered before it was handed over"
    HANDED_OVER_BEFORE_PLACED = "handed over before it was placed"
    CLEARED_BEFORE_PLACED = "cleared before it was placed"
    DELIVERED_BEFORE_PLACED = "delivered before it was placed"
    CANCELLED_AFTER_HAND_OVER = "cancelled after it was handed over"
    CANCELLED_YET_DELIVERED = "cancelled, and yet delivered"
    DELIVERED_WITHOUT_DATE = "delivered, without a date"
    HANDED_OVER_WITHOUT_DATE = "delivered, without a date of hand-over"
    NEVER_CLEARED = "left without ever being cleared"
    PLACED_WITHOUT_DATE = "without a date of purchase"

    @property
    def rule(self) -> str:
        return _RULES[self]

    @property
    def of(self) -> str:
        """The time that is missing, '' where nothing is."""
        return _MISSING.get(self, "")


_RULES = {
    Odd.HANDED_OVER_BEFORE_CLEARED: "counts as cleared when it was handed over: what left was cleared",
    Odd.DELIVERED_BEFORE_HANDED_OVER: "delivery stands; when it was handed over counts as not known",
    Odd.HANDED_OVER_BEFORE_PLACED: "counts as handed over when it was placed, and that as not known",
    Odd.CLEARED_BEFORE_PLACED: "counts as cleared when it was placed",
    Odd.DELIVERED_BEFORE_PLACED: "both stand as told",
    Odd.CANCELLED_AFTER_HAND_OVER: "what left cannot be cancelled: it counts as handed over and never delivered",
    Odd.CANCELLED_YET_DELIVERED: "cancelled stands: the delivery is set aside for a person, and not scored",
    Odd.DELIVERED_WITHOUT_DATE: "counts as delivered, and cannot be scored as kept; set aside for a person",
    Odd.HANDED_OVER_WITHOUT_DATE: "counts as handed over at delivery, and that as not known",
    Odd.NEVER_CLEARED: "counts as cleared when it was placed",
    Odd.PLACED_WITHOUT_DATE: "counts as placed at the first instant history names",
}


_MISSING = {
    Odd.DELIVERED_WITHOUT_DATE: "delivered_at",
    Odd.HANDED_OVER_WITHOUT_DATE: "handed_over_at",
    Odd.NEVER_CLEARED: "cleared_at",
    Odd.PLACED_WITHOUT_DATE: "placed_at",
}


@dataclass(frozen=True, slots=True)
class Treated:
    """A past order with times that can be: placed, then cleared, then handed over; None is what did not happen.

    `hand_over_known` False: nobody knows when it was handed over. `set_aside` is what is told of its end and cannot
    be taken ('' nothing).
    """

    order: PastOrder
    placed_at: datetime
    cleared_at: datetime | None
    handed_over_at: datetime | None
    hand_over_known: bool
    delivered_at: datetime | None
    cancelled: bool
    set_aside: str
    odd: tuple[Odd, ...]


def treat(order: PastOrder) -> Treated | None:
    """The order by the rules above; None where history names no instant of it at all."""
    told = [at for at in (order.placed_at, order.cleared_at, order.handed_over_at, order.delivered_at) if at]
    if not told:
        return None
    placed_at = order.placed_at or min(told)
    cancelled = order.ended is Ended.CANCELLED
    left = order.handed_over_at is not None or (order.ended is Ended.DELIVERED or bool(order.delivered_at))
    # A cancelled order that history gives a delivery but no hand-over never left.
    left = left and not (cancelled and order.handed_over_at is None)
    handed_over_at, known = _hand_over(order, placed_at) if left else (None, True)
    cleared_at = order.cleared_at and max(order.cleared_at, placed_at)
    if handed_over_at:
        cleared_at = min(cleared_at or placed_at, handed_over_at)
    return Treated(
        order=order,
        placed_at=placed_at,
        cleared_at=cleared_at,
        handed_over_at=handed_over_at,
        hand_over_known=known,
        delivered_at=None if cancelled else order.delivered_at,
        cancelled=cancelled and not left,
        set_aside=_set_aside(order),
        odd=tuple(_oddities(order)),
    )


def _hand_over(order: PastOrder, placed_at: datetime) -> tuple[datetime, bool]:
    """When a parcel that left was handed over, and whether that is known."""
    told, delivered = order.handed_over_at, order.delivered_at
    if told is None:
        return max(delivered or order.cleared_at or placed_at, placed_at), False
    if delivered is not None and delivered < told and order.ended is not Ended.CANCELLED:
        return max(delivered, placed_at), False
    return (told, True) if told >= placed_at else (placed_at, False)


def _set_aside(order: PastOrder) -> str:
    if order.ended is Ended.DELIVERED and order.delivered_at is None:
        return str(Odd.DELIVERED_WITHOUT_DATE)
    if order.ended is Ended.CANCELLED and order.delivered_at is not None:
        return str(Odd.CANCELLED_YET_DELIVERED)
    return ""


def _oddities(order: PastOrder) -> Iterator[Odd]:
    placed, cleared = order.placed_at, order.cleared_at
    handed, delivered = order.handed_over_at, order.delivered_at
    if handed and cleared and handed < cleared:
        yield Odd.HANDED_OVER_BEFORE_CLEARED
    if handed and delivered and delivered < handed:
        yield Odd.DELIVERED_BEFORE_HANDED_OVER
    if placed and handed and handed < placed:
        yield Odd.HANDED_OVER_BEFORE_PLACED
    if placed and cleared and cleared < placed:
        yield Odd.CLEARED_BEFORE_PLACED
    if placed and delivered and delivered < placed:
        yield Odd.DELIVERED_BEFORE_PLACED
    if order.ended is Ended.CANCELLED and handed:
        yield Odd.CANCELLED_AFTER_HAND_OVER
    if order.ended is Ended.CANCELLED and delivered:
        yield Odd.CANCELLED_YET_DELIVERED
    if order.ended is Ended.DELIVERED and delivered is None:
        yield Odd.DELIVERED_WITHOUT_DATE
    if delivered and handed is None and order.ended is not Ended.CANCELLED:
        yield Odd.HANDED_OVER_WITHOUT_DATE
    if cleared is None and (handed or delivered):
        yield Odd.NEVER_CLEARED
    if placed is None:
        yield Odd.PLACED_WITHOUT_DATE
