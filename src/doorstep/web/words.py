"""Instants, sums and counts as the pages tell them. Exact: no number is rounded up to look better than it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.flow import words
from doorstep.terms.clock import stamp
from doorstep.terms.money import DECIMALS

_SOON = timedelta(seconds=45)
_DAYS_APART = 14


def day(on: date | None) -> str:
    """`Thu 5 Mar 2026`; a dash where there is none."""
    return f"{words.short_day(on)} {on.year}" if on else "–"


def day_this_year(on: date | None, now: datetime) -> str:
    """`Thu 5 Mar`, with the year where it is another."""
    return "–" if on is None else words.short_day(on) if on.year == now.year else day(on)


def moment(at: datetime | None, zone: str) -> str:
    """`Mon 2 Mar 2026, 15:04` on the wall of the zone; a dash where there is none."""
    if at is None:
        return "–"
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M}"


def clock(at: datetime | None, zone: str) -> str:
    """`15:04` on the wall of the zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}" if at else "–"


def local_day(at: datetime, zone: str) -> date:
    """The day of an instant on the wall of the zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def zone_words(zone: str, now: datetime) -> str:
    """`Chicago time (CST)`: the zone by its city, with what its clocks are called now."""
    short = now.astimezone(ZoneInfo(zone)).tzname() or ""
    city = zone.rpartition("/")[2].replace("_", " ")
    if city == "UTC":
        return "UTC"
    return f"{city} time ({short})" if short[:1].isalpha() else f"{city} time (UTC{short})"


def relative(at: datetime, now: datetime) -> str:
    """`3 h ago`, `in 2 d`, `just now`: the larger unit alone, never more than there is."""
    apart = abs(at - now)
    if apart < _SOON:
        return "just now" if at <= now else "now"
    short = age(int(apart.total_seconds()))
    return f"in {short}" if at > now else f"{short} ago"


def age(seconds: int) -> str:
    """`3 d`: the larger unit alone."""
    return " ".join(words.span(seconds).split()[:2])


def slack(seconds: int) -> str:
    """What is left of a promise's time: `2 d 3 h`, or by how much it is overdrawn: `2 h late`."""
    return words.span(seconds) if seconds >= 0 else f"{words.span(-seconds)} late"


def number(value: int) -> str:
    """`1,234,567`."""
    return f"{value:,}"


def tenths(thousandths: int) -> str:
    """Thousandths as a number with one digit: `4.2`."""
    return _digits((thousandths + 50) // 100, 1)


def thousandths(value: int) -> str:
    """Thousandths as a number with all three: `0.173`."""
    return _digits(value, 3)


def brier(ppm: int) -> str:
    """Brier's score, 0 to 1: `0.087`."""
    return _digits((ppm + 500) // 1000, 3)


def _digits(value: int, digits: int) -> str:
    whole, rest = divmod(value, 10**digits)
    return f"{whole:,}.{rest:0{digits}d}"


def money(minor: int | None, currency: str) -> str:
    """`1,234.50 USD`; a dash where there is none."""
    if minor is None:
        return "–"
    decimals = DECIMALS[currency]
    whole, rest = divmod(abs(minor), 10**decimals)
    cents = f".{rest:0{decimals}d}" if decimals else ""
    return f"{'-' if minor < 0 else ''}{whole:,}{cents} {currency}"


def weight(grams: int) -> str:
    """`3.15 kg` from a kilogram on, else `350 g`."""
    if grams < 1000:
        return f"{grams} g"
    kilograms, rest = divmod(grams, 1000)
    return f"{kilograms:,}.{rest:03d}".rstrip("0").rstrip(".") + " kg"


def size(size_mm: tuple[int, int, int]) -> str:
    """`256 × 186 × 140 mm`."""
    return f"{' × '.join(map(str, size_mm))} mm"


def litres(cm3: int) -> str:
    """`1,240 l`, rounded up; cubic metres from ten on: `12.4 m³`."""
    if cm3 < 10_000_000:
        return f"{-(-cm3 // 1_000):,} l"
    return f"{_digits(-(-cm3 // 100_000), 1)} m³"


def kilometres(metres: int) -> str:
    """`84 km`, to the nearest; one digit below ten: `4.2 km`."""
    return f"{(metres + 500) // 1_000:,} km" if metres >= 10_000 else f"{_digits((metres + 50) // 100, 1)} km"


def hours(seconds: int) -> str:
    """`4 h 20 min`, to the minute."""
    return words.span((seconds + 30) // 60 * 60)


def days(count: int | None) -> str:
    """`3 working days`; how long a way takes that may never end."""
    return "no end in sight" if count is None else words.many(count, "working day")


def per_mille(ppm: int) -> int:
    """For the width of a bar: parts per million in thousandths."""
    return max(0, min(1000, ppm // 1000))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "age": age,
    "capital": words.capital,
    "chance": words.chance,
    "share": words.share,
    "tenths": tenths,
    "thousandths": thousandths,
    "brier": brier,
    "clock": clock,
    "day": day,
    "day_this_year": day_this_year,
    "days": days,
    "hours": hours,
    "kilometres": kilometres,
    "litres": litres,
    "local_day": local_day,
    "long_day": words.day,
    "moment": moment,
    "money": money,
    "number": number,
    "per_mille": per_mille,
    "plainly": words.plainly,
    "relative": relative,
    "size": size,
    "slack": slack,
    "span": words.span,
    "stamp": stamp,
    "weight": weight,
}
GLOBALS: Mapping[str, Callable[..., Any]] = {
    "many": words.many,
    "zone_words": zone_words,
}
