"""When a stop of an own vehicle is to be expected by now, whether that is later than was told, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

NOTICED = timedelta(minutes=10)  # against the plan; less explains nothing
NOTHING = timedelta()


class Cause(StrEnum):
    """Why a stop is late, the nearest cause first."""

    OVERDUE = "overdue"  # nobody said what became of the stop that was to be next
    NOT_LEFT = "not left"  # the vehicle was to be under way
    TRIED = "tried"  # it was tried before, and is tried again
    HELD_UP = "held up"  # another stop before it took longer, or failed
    LEFT_LATE = "left late"
    PLANNED = "planned"  # no time sooner was found for it
    CLOSED = "closed"  # the consignee takes nothing in any more by then
    DAY_PAST = "day past"  # it was promised for a day before


@dataclass(frozen=True, slots=True)
class Rest:
    """The driver's break: nothing is driven or unloaded in it, so what is late is not made later by it."""

    begins_at: datetime
    ends_at: datetime

    def working(self, one: datetime, two: datetime) -> timedelta:
        """The time between two moments without the break; below zero where the second is the earlier."""
        if two < one:
            return -self.working(two, one)
        return two - one - max(min(two, self.ends_at) - max(one, self.begins_at), NOTHING)

    def later(self, at: datetime, by: timedelta) -> datetime:
        """The moment so much working time after another; one that would fall into the break comes after it."""
        if by <= NOTHING:
            return at
        if at >= self.ends_at:
            return at + by
        moved = min(at, self.begins_at) + by
        return moved if moved < self.begins_at else moved + (self.ends_at - self.begins_at)


NO_REST = Rest(datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Drive:
    """A route: planned, out or ended; its day, when it was to leave and left, and when its driver rests."""

    state: str
    day: date
    leaves_at: datetime
    left_at: datetime | None
    rest: Rest = NO_REST


@dataclass(frozen=True, slots=True)
class Halt:
    """A stop of it in its order. `told_until` is the end of the window that was told first, `at` when the driver was
    there, `closes_at` until when the consignee takes goods in; `promised_by` the last day that was agreed."""

    state: str
    arrives_at: datetime
    told_until: datetime
    at: datetime | None = None
    closes_at: datetime | None = None
    promised_by: date | None = None

    @property
    def ahead(self) -> bool:
        return self.state == "planned"


@dataclass(frozen=True, slots=True)
class Late:
    """By how much later than was told, why, and at which of the route's halts it began (None: at none)."""

    by: timedelta
    cause: Cause
    halt: int | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """When the driver was at a stop, or is to be expected there."""

    at: datetime
    late: Late | None = None


def expected(drive: Drive, halts: Sequence[Halt], now: datetime) -> tuple[Expected, ...]:
    """Of each halt in its order. What is overdue at the next moves all that come after it by as much working time.

    A stop that failed or was passed by is not late: what became of it is told as such.
    """
    behind = standing(drive, halts, now)
    overdue = behind.by if behind else NOTHING
    found = []
    for number, halt in enumerate(halts):
        at = drive.rest.later(halt.arrives_at, overdue) if halt.ahead else halt.at or halt.arrives_at
        late = _late(drive, halts, number, at, behind) if halt.state in ("planned", "done") else None
        found.append(Expected(at, late))
    return tuple(found)


def standing(drive: Drive, halts: Sequence[Halt], now: datetime) -> Late | None:
    """By how much working time the whole route is behind its plan now: it has not left, or nothing is told of its
    next stop."""
    first = next((number for number, halt in enumerate(halts) if halt.ahead), None)
    if first is None or drive.state not in ("planned", "out"):
        return None
    waiting = drive.state == "planned"
    by = drive.rest.working(drive.leaves_at if waiting else halts[first].arrives_at, now)
    if by <= NOTHING:
        return None
    return Late(by, Cause.NOT_LEFT) if waiting else Late(by, Cause.OVERDUE, first)


def _late(drive: Drive, halts: Sequence[Halt], number: int, at: datetime, behind: Late | None) -> Late | None:
    halt = halts[number]
    if halt.ahead and halt.closes_at is not None and at > halt.closes_at:
        return Late(at - halt.closes_at, Cause.CLOSED)
    if at <= halt.told_until:
        day_past = halt.ahead and halt.promised_by is not None and halt.promised_by < drive.day
        return Late(NOTHING, Cause.DAY_PAST) if day_past else None
    by = at - halt.told_until
    if halt.ahead and behind is not None and halt.arrives_at <= halt.told_until:
        return Late(by, behind.cause, behind.halt)
    if halt.ahead and halt.at is not None:
        return Late(by, Cause.TRIED, number)
    before = [one for one, other in enumerate(halts[:number]) if _held_up(other)]
    if before:
        return Late(by, Cause.HELD_UP, before[-1])
    if drive.left_at is not None and drive.left_at - drive.leaves_at > NOTICED:
        return Late(by, Cause.LEFT_LATE)
    return Late(by, Cause.PLANNED)


def _held_up(halt: Halt) -> bool:
    """Whether the vehicle was there, and later than the plan had it, or for nothing."""
    return halt.at is not None and (halt.state != "done" or halt.at - halt.arrives_at > NOTICED)
