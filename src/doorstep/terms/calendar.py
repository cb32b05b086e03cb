"""Opening days and cut-offs of a site, a carrier or a consignee, on its own clock on the wall."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LONGEST_CLOSURE_DAYS = 370


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a place works: open weekdays (Monday is 0), hours on those days, closed dates, time zone."""

    zone: str = "UTC"
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    opens: time = time(8)
    closes: time = time(17)
    closed: frozenset[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(range(7)):
            raise ValueError(f"weekdays are 0 (Monday) to 6, at least one of them: {sorted(self.weekdays)}")
        if self.opens >= self.closes:
            raise ValueError(f"opens {self.opens} is not before closes {self.closes}")
        try:
            ZoneInfo(self.zone)
        except (KeyError, OSError, ValueError):  # an unknown name, a folder of the time zones, or no name at all
            raise ValueError(f"{self.zone!r} is no time zone, such as America/Chicago") from None

    def __hash__(self) -> int:
        # Calendars are looked up all the time; those that are equal have this alike.
        return hash((self.zone, self.opens, self.closes))

    def works_on(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.closed

    def day_of(self, instant: datetime) -> date:
        """The date on the wall here at `instant`."""
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def at(self, day: date, wall_time: time) -> datetime:
        """That time on the wall as an instant in UTC."""
        return datetime.combine(day, wall_time, ZoneInfo(self.zone)).astimezone(UTC)

    def working_day(self, day: date, ahead: int = 0) -> date:
        """The first working day at or after `day`, then `ahead` working days further."""
        for _ in range(_LONGEST_CLOSURE_DAYS + ahead * 7):
            if self.works_on(day):
                if ahead == 0:
                    return day
                ahead -= 1
            day += timedelta(days=1)
        raise ValueError(f"no working day within a year of {day}")

    def work_done(self, start: datetime, seconds: int) -> datetime:
        """The instant at which work of `seconds` is done that begins at `start` and pauses while closed."""
        zone = ZoneInfo(self.zone)
        local = start.astimezone(zone)
        while True:
            day = self.working_day(local.date())
            begins = max(local, datetime.combine(day, self.opens, zone))
            ends = datetime.combine(day, self.closes, zone)
            # Subtract in UTC: the wall clock jumps twice a year.
            left = int((ends.astimezone(UTC) - begins.astimezone(UTC)).total_seconds())
            if begins < ends and seconds <= left:
                return begins.astimezone(UTC) + timedelta(seconds=seconds)
            seconds -= max(left, 0)
            local = datetime.combine(day + timedelta(days=1), time(0), zone)

    def worked_seconds(self, start: datetime, end: datetime) -> int:
        """Seconds of opening hours between two instants; 0 where the second comes first."""
        zone = ZoneInfo(self.zone)
        day, last, total = start.astimezone(zone).date(), end.astimezone(zone).date(), 0
        while day <= last:
            if self.works_on(day):
                begins = max(start, datetime.combine(day, self.opens, zone).astimezone(UTC))
                ends = min(end, datetime.combine(day, self.closes, zone).astimezone(UTC))
                total += max(int((ends - begins).total_seconds()), 0)
            day += timedelta(days=1)
        return total

    def next_departure(self, ready: datetime, cut_off: time) -> datetime:
        """The first departure at `cut_off` on a working day at or after the instant `ready`."""
        day = self.working_day(self.day_of(ready))
        while (departure := self.at(day, cut_off)) < ready:
            day = self.working_day(day + timedelta(days=1))
        return departure


@dataclass(frozen=True, slots=True)
class Window:
    """Delivery dates on the destination's calendar, first and last included, that hold with `ppm` parts per million.

    `first_day` None: any day up to the last.
    """

    first_day: date | None
    last_day: date
    ppm: int

    def __post_init__(self) -> None:
        if self.first_day is not None and self.first_day > self.last_day:
            raise ValueError(f"a window cannot end on {self.last_day}, before it begins on {self.first_day}")

    def takes(self, day: date) -> bool:
        """Whether a delivery on `day` keeps the promise: early counts as broken, as late does."""
        return (self.first_day is None or self.first_day <= day) and day <= self.last_day
