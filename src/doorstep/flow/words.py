"""Days and counts in plain words, for the sentences that all doors show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from doorstep.terms.spans import span as span


def day(on: date) -> str:
    """`Thursday 5 March`: for a customer, who knows the year."""
    return f"{on:%A} {on.day} {on:%B}"


def short_day(on: date) -> str:
    """`Thu 5 Mar`."""
    return f"{on:%a} {on.day} {on:%b}"


def day_of(at: datetime, zone: str) -> str:
    """The day of an instant on the wall of a zone: `Thu 5 Mar`."""
    return short_day(at.astimezone(ZoneInfo(zone)).date())


def window(first_day: date | None, last_day: date) -> str:
    """`by Thursday 5 March`, `on Thursday 5 March`, `between Tuesday 3 and Thursday 5 March`."""
    if first_day is None:
        return f"by {day(last_day)}"
    if first_day == last_day:
        return f"on {day(last_day)}"
    alike = (first_day.year, first_day.month) == (last_day.year, last_day.month)
    first = f"{first_day:%A} {first_day.day}" if alike else day(first_day)
    return f"between {first} and {day(last_day)}"


def many(count: int, one: str) -> str:
    """`1 parcel`, `2 parcels`."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def joined(several: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(several) < 2:
        return "".join(several)
    return f"{', '.join(several[:-1])} and {several[-1]}"


def short_window(first_day: date | None, last_day: date) -> str:
    """`by Thu 5 Mar`, `on Thu 5 Mar`, `Tue 3 Mar to Thu 5 Mar`."""
    if first_day is None:
        return f"by {short_day(last_day)}"
    return f"on {short_day(last_day)}" if first_day == last_day else f"{short_day(first_day)} to {short_day(last_day)}"


def chance(ppm: int) -> str:
    """Parts per million as per cent with one decimal, rounded down: `95.3 %`."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest // 1_000} %"


def share(ppm: int) -> str:
    """Parts per million as per cent with one decimal, rounded half up: `95.3 %`."""
    whole, rest = divmod((ppm + 500) // 1_000, 10)
    return f"{whole}.{rest} %"


def plainly(name: str) -> str:
    """The words of a name in code: `out_for_delivery` is `Out for delivery`."""
    return capital(name.replace("_", " "))


def capital(says: str) -> str:
    """The words with a capital letter before them, as a sentence has it; the rest as it is."""
    return says[:1].upper() + says[1:]
