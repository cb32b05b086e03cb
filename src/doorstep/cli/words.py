"""Dates, spans, chances and sums in plain words. Exact: no number is rounded up to look better than it is."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from doorstep.terms.money import Money
from doorstep.terms.spans import span as span

if TYPE_CHECKING:
    from doorstep.flow.told import Promise


def day(on: date | None) -> str:
    """`Thursday 5 March 2026`; a dash where there is none."""
    return f"{on:%A} {on.day} {on:%B %Y}" if on else "-"


def short_day(on: date | None) -> str:
    """`Thu 5 Mar 2026`."""
    return f"{on:%a} {on.day} {on:%b %Y}" if on else "-"


def window(first_day: date | None, last_day: date) -> str:
    """`by Thursday 5 March 2026`, or from one day to another."""
    if first_day is None:
        return f"by {day(last_day)}"
    return f"on {day(last_day)}" if first_day == last_day else f"from {day(first_day)} to {day(last_day)}"


def short_window(first_day: date | None, last_day: date) -> str:
    """A window as a table tells it: `Thu 5 Mar to Mon 9 Mar 2026`."""
    if first_day is None:
        return f"by {short_day(last_day)}"
    if first_day == last_day:
        return short_day(last_day)
    year = f" {first_day.year}" if first_day.year != last_day.year else ""
    return f"{first_day:%a} {first_day.day} {first_day:%b}{year} to {short_day(last_day)}"


def there(promise: Promise) -> str:
    """A promise as the customer is told it."""
    told = window(promise.first_day, promise.last_day)
    return f"It is there {told}, with a probability of {chance(promise.ppm)}."


def moment(at: datetime | None, zone: str, *, seconds: bool = False) -> str:
    """`Mon 2 Mar 2026, 15:04` on the clock of the zone, which the page around it names."""
    if at is None:
        return "-"
    local = at.astimezone(ZoneInfo(zone))
    return f"{short_day(local.date())}, {local:{'%H:%M:%S' if seconds else '%H:%M'}}"


def slack(seconds: int) -> str:
    """What is left of a promise's time: `2 d 3 h to spare`, or by how much it is overdrawn."""
    return f"{span(seconds)} to spare" if seconds >= 0 else f"{span(-seconds)} too late"


def chance(ppm: int) -> str:
    """Parts per million as per cent with one decimal, rounded down: `95.3 %`."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest // 1_000} %"


def money(minor: int, currency: str) -> str:
    return str(Money(minor, currency))


def plainly(name: str) -> str:
    """The words of a name in code: `OrderPlaced` and `order_placed` are `Order placed`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").lower()
    return parted[:1].upper() + parted[1:]


def many(count: int, one: str) -> str:
    """`1 order`, `2 orders`."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
