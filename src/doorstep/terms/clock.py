"""The one place that reads the time of day. Everything else is handed a Clock, or the instant itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time as an aware datetime in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FalseClock:
    """A clock that stands still until it is moved: for tests, the twin and replays of history."""

    def __init__(self, start: datetime) -> None:
        self._now = in_utc(start)

    def now(self) -> datetime:
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Set the clock to `instant`; going back is allowed, because real clocks do it too."""
        self._now = in_utc(instant)

    def advance(self, step: timedelta) -> None:
        self._now += step


class ContinuedClock:
    """Time that goes on from `start` at the pace of another clock: where a false clock's days are looked at later."""

    def __init__(self, start: datetime, pace: Clock) -> None:
        self._pace = pace
        self._ahead = in_utc(start) - pace.now()

    def now(self) -> datetime:
        return self._pace.now() + self._ahead


def in_utc(instant: datetime) -> datetime:
    """`instant` in UTC; ValueError where it has no zone, because such a time means nothing across sites."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone")
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def stamp(instant: datetime) -> str:
    """One spelling of an instant for journals and messages: UTC, microseconds, a Z at the end."""
    return in_utc(instant).isoformat(timespec="microseconds")[:-6] + "Z"


def read_stamp(text: str) -> datetime:
    """The instant that `stamp` wrote (any ISO 8601 text with a zone is read)."""
    return in_utc(datetime.fromisoformat(text))
