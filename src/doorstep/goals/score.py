"""Was the promise kept: one order against what was asked, first promised and agreed, on the destination's dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from doorstep.terms.calendar import Calendar, Window
from doorstep.terms.order import Line


class Broken(StrEnum):
    """How a promise was broken; where several are true, the first in this order is told."""

    NEVER_DELIVERED = "never delivered"
    WRONG = "wrong"  # goods that were not ordered on that line, or more than ordered
    SHORT = "short"
    LATE = "late"
    EARLY = "early"


class Against(StrEnum):
    """The three facts that an order is scored against."""

    ASKED = "asked"
    FIRST = "first"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """`quantity` units of an item handed to the customer for a line at an instant."""

    line_no: int
    item_id: str
    quantity: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one promise ended. `delivered_on` is when the order was complete; None: it is not.

    `broken` None: kept.
    """

    against: Against
    window: Window
    delivered_on: date | None
    broken: Broken | None

    @property
    def kept(self) -> bool:
        return self.broken is None


@dataclass(frozen=True, slots=True)
class Scored:
    """The verdicts that can be given, at most one per fact. One that is missing was never asked, or is still open."""

    verdicts: tuple[Verdict, ...]

    def against(self, fact: Against) -> Verdict | None:
        return next((verdict for verdict in self.verdicts if verdict.against is fact), None)


def score(
    lines: Sequence[Line],
    deliveries: Sequence[Delivery],
    *,
    asked: Window | None,
    first: Window | None,
    agreed: Window | None,
    destination: Calendar,
    as_of: datetime,
) -> Scored:
    """Score an order (or some of its lines, against their own windows).

    `lines` are as ordered, kits as kits. The order is delivered when its last unit is; early counts as broken, as late
    does. While something is missing nothing is said before the window has passed on the destination's calendar.
    """
    today = destination.day_of(as_of)
    delivered_on = _complete_on(lines, deliveries, destination)
    verdicts = []
    for against, window in ((Against.ASKED, asked), (Against.FIRST, first), (Against.AGREED, agreed)):
        if window is None or (delivered_on is None and today <= window.last_day):
            continue
        broken = _broken(lines, deliveries, delivered_on, window)
        verdicts.append(Verdict(against, window, delivered_on, broken))
    return Scored(tuple(verdicts))


def _complete_on(lines: Sequence[Line], deliveries: Sequence[Delivery], destination: Calendar) -> date | None:
    """The date on the wall at the destination when nothing ordered was missing any more."""
    missing = Counter({(line.line_no, line.item_id): line.quantity for line in lines})
    for delivery in sorted(deliveries, key=lambda delivery: delivery.at):
        missing[delivery.line_no, delivery.item_id] -= delivery.quantity
        if all(quantity <= 0 for quantity in missing.values()):
            return destination.day_of(delivery.at)
    return None


def _broken(
    lines: Sequence[Line], deliveries: Sequence[Delivery], delivered_on: date | None, window: Window
) -> Broken | None:
    if not deliveries:
        return Broken.NEVER_DELIVERED
    surplus: Counter[tuple[int, str]] = Counter()
    for delivery in deliveries:
        surplus[delivery.line_no, delivery.item_id] += delivery.quantity
    surplus.subtract({(line.line_no, line.item_id): line.quantity for line in lines})
    if any(quantity > 0 for quantity in surplus.values()):
        return Broken.WRONG
    if delivered_on is None:
        return Broken.SHORT
    if window.takes(delivered_on):
        return None
    return Broken.LATE if delivered_on > window.last_day else Broken.EARLY


def last_instant(window: Window, destination: Calendar) -> datetime:
    """The instant at which a window has passed: midnight after its last day on the destination's wall, in UTC."""
    return destination.at(window.last_day + timedelta(days=1), datetime.min.time())


def slack(promise_last_instant: datetime, now: datetime, remaining_s: int) -> int:
    """Seconds of the promise's time budget that are left at a hand-off; below zero, it is already overspent.

    `remaining_s` is what handling and transit still need, at the probability with which the promise is to be kept.
    Whole seconds, rounded down.
    """
    return (promise_last_instant - now) // timedelta(seconds=1) - remaining_s
