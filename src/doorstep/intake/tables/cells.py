"""From a cell to a value of ours, exactly, or one sentence that says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from doorstep.intake.judge import COUNTRIES
from doorstep.intake.tables.map import ReadingIn
from doorstep.intake.tables.opened import Cell, Formula
from doorstep.terms.measures import Measure
from doorstep.terms.measures import measure as of
from doorstep.terms.money import DECIMALS
from doorstep.terms.parcel import Side

Read = Callable[[Cell], Any]


class WrongCellError(ValueError):
    """What is wrong with a cell, as a sentence without its place."""


# Exact: an inch is 25.4 mm, a pound 453.59237 g (international yard and pound agreement, 1959).
_MM = {"mm": "1", "cm": "10", "m": "1000", "in": "25.4", "ft": "304.8"}
_G = {"g": "1", "kg": "1000", "t": "1000000", "lb": "453.59237", "oz": "28.349523125"}
LENGTHS = {unit: Decimal(mm) for unit, mm in _MM.items()}
WEIGHTS = {unit: Decimal(g) for unit, g in _G.items()}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
# Most texts: nothing that would run, nothing that cannot be printed. Told at one look.
_HARMLESS = re.compile(r"[^=+\-@'\x00-\x1f\x7f\ud800-\udfff][^\x00-\x1f\x7f\ud800-\udfff]*")
_NUMBER_LIKE = re.compile(r"[+-]?[\d.,' ]+")
_PHONE = re.compile(r"\+[\d ()/.-]{3,38}")
_MEASURE = re.compile(r"\s*([+-]?[\d.,' ]*\d)\s*([a-zA-Z\"']*)\.?\s*")
_YES = frozenset({"yes", "y", "true", "t", "1", "x"})
_NO = frozenset({"no", "n", "false", "f", "0"})
_MOST_WHOLE = 10**15


def text(cell: Cell, most: int = 200) -> str:
    """A text, trimmed. What a spreadsheet would run as a formula is refused."""
    if isinstance(cell, str):
        said = cell.strip()
        if len(said) <= most and _HARMLESS.fullmatch(said):
            return said
    elif isinstance(cell, Formula):
        raise WrongCellError(f"is a formula ({cell.text[:40]}), not a value: paste it as a value")
    elif isinstance(cell, datetime | date | time):
        said = cell.isoformat()
    else:
        said = _plain_number(cell) if isinstance(cell, Decimal) else str(cell)
    if _would_run(said):
        raise WrongCellError(f"begins with {said[0]!r}, which a spreadsheet would run as a formula")
    if _CONTROL.search(said):
        raise WrongCellError("holds a character that cannot be printed")
    if len(said) > most:
        raise WrongCellError(f"has {len(said)} letters; {most} are the most")
    return said


def _would_run(said: str) -> bool:
    return said.startswith(_DANGEROUS) and not (_NUMBER_LIKE.fullmatch(said) or _PHONE.fullmatch(said))


def as_meant(cell: str) -> str:
    """A text without the apostrophe that we put before it in files of rows that came back."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_DANGEROUS) else cell


def spreadsheet_safe(said: str) -> str:
    """A text as it may stand in a file that somebody opens in a spreadsheet: what would run there, does not."""
    return f"'{said}" if _would_run(said) else said


def _plain_number(number: Decimal) -> str:
    return f"{number.normalize():f}"


def identifier(cell: Cell) -> str:
    """A name that things are known by: 1 to 120 letters."""
    said = text(cell, 120)
    if not said:
        raise WrongCellError("is empty")
    return said


def site_identifier(cell: Cell) -> str:
    said = identifier(cell)
    if "/" in said or said == "carrier":
        raise WrongCellError(f"{said!r} cannot name a site: it may have no / and not be 'carrier'")
    return said


def numbers(reading: ReadingIn) -> Callable[[Cell], Decimal]:
    """Exact numbers, in the marks that the file uses."""
    marks = f"[{re.escape(reading.thousands)}]" if reading.thousands else ""
    grouped = re.compile(rf"[+-]?\d{{1,3}}({marks}\d{{3}})+" if marks else r"(?!)")
    plain = re.compile(rf"[+-]?(\d+({re.escape(reading.decimal)}\d*)?|{re.escape(reading.decimal)}\d+)", re.ASCII)

    def number(cell: Cell) -> Decimal:
        if isinstance(cell, bool):
            raise WrongCellError(f"is {cell}, not a number")
        if isinstance(cell, int | Decimal):
            exact = Decimal(cell)
            if not exact.is_finite():
                raise WrongCellError("is not a number that ends")
            return exact
        said = text(cell)
        whole, mark, rest = said.partition(reading.decimal)
        if marks and grouped.fullmatch(whole):
            said = whole.replace(reading.thousands, "") + mark + rest
        if not plain.fullmatch(said):
            raise WrongCellError(f"is not a number (with {reading.decimal!r} before a fraction)")
        try:
            return Decimal(said.replace(reading.decimal, "."))
        except InvalidOperation:
            raise WrongCellError("is not a number") from None

    return number


def whole(number: Callable[[Cell], Decimal], least: int, most: int = _MOST_WHOLE) -> Read:
    def read(cell: Cell) -> int:
        if type(cell) is int:
            found = cell
        elif type(cell) is str and cell.isascii() and cell.isdecimal():
            found = int(cell)
        else:
            exact = number(cell)
            if exact != exact.to_integral_value():
                raise WrongCellError("is not a whole number")
            found = int(exact)
        if not least <= found <= most:
            raise WrongCellError(f"is {found}; it must be from {least} to {most}")
        return found

    return read


def money(number: Callable[[Cell], Decimal], currency: str) -> Read:
    """Minor units. An amount with more decimals than its currency has is refused: nobody is to guess the rounding."""

    def read(cell: Cell) -> int:
        if not currency:
            raise WrongCellError("has no currency: say it in the map, [reading] currency")
        minor = number(cell).scaleb(DECIMALS[currency])
        if minor != minor.to_integral_value():
            raise WrongCellError(f"has more than the {DECIMALS[currency]} decimals of {currency}")
        if not 0 <= minor <= _MOST_WHOLE:
            raise WrongCellError("is not an amount from 0 up")
        return int(minor)

    return read


def measure(number: Callable[[Cell], Decimal], units: Mapping[str, Decimal], usual: str, into: str) -> Read:
    """Whole millimetres or grams, rounded half up. A unit in the cell (`12 in`) goes before the usual one."""

    def read(cell: Cell) -> int:
        unit, value = usual, cell
        if isinstance(cell, str):
            found = _MEASURE.fullmatch(cell)
            if found is None:
                text(cell)
                raise WrongCellError("is not a measure such as 12.5 or 12 in")
            value, unit = found[1].strip(), (found[2] or usual).lower().replace('"', "in").replace("''", "in")
        if unit not in units:
            raise WrongCellError(
                f"is in {unit!r}, a unit we do not know; say one of {', '.join(units)}"
                if unit
                else f"has no unit: say it in the map, unit = one of {', '.join(units)}"
            )
        exact = number(value) * units[unit]
        if exact < 0 or exact > _MOST_WHOLE:
            raise WrongCellError(f"is {exact} {into}: it cannot be below nothing")
        return int((exact * 2 + 1) // 2)

    return read


def exact_measure(number: Callable[[Cell], Decimal], usual: str) -> Read:
    """A measure as it stands, not rounded: `0.5`, `15.999 oz`, `12 3/8 in`. The unit may be none (a count)."""

    def read(cell: Cell) -> Measure:
        try:
            if not isinstance(cell, str) or _NUMBER_LIKE.fullmatch(cell.strip()):
                exact = number(cell)
                found = of(f"{exact:f}", usual)
            else:
                found = of(text(cell), usual)
        except WrongCellError:
            raise
        except ValueError as wrong:
            raise WrongCellError(str(wrong)) from None
        if found.ticks <= 0:
            raise WrongCellError("is not above zero")
        return found

    return read


def yes_no(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    said = text(cell).lower()
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise WrongCellError(f"is {said!r}; say yes or no")


def one_of(choices: Mapping[str, Any]) -> Read:
    def read(cell: Cell) -> Any:
        said = text(cell).lower()
        if said not in choices:
            raise WrongCellError(f"is {said!r}; it must be one of {', '.join(choices)}")
        return choices[said]

    return read


def days(form: str) -> Callable[[Cell], date]:
    """A date, as ISO 8601 or in the one form told."""

    def read(cell: Cell) -> date:
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        said = text(cell)
        try:
            if form:
                return datetime.strptime(said, form).date()  # noqa: DTZ007  (a date has no zone)
            return date.fromisoformat(said[:10] if "T" in said or " " in said else said)
        except ValueError:
            raise WrongCellError(f"{said!r} is not a date as {form or 'YYYY-MM-DD'}") from None

    return read


class Instants:
    """Instants, read on the wall of a zone where they carry no offset. `odd` counts times that its clock skipped or
    had twice: they are read as the first instant that fits.
    """

    def __init__(self, reading: ReadingIn, at: time = time(0)) -> None:
        self._zone = ZoneInfo(reading.zone) if reading.zone else None
        self._form = reading.dates
        self._at = at  # the time of day that a bare date means
        self.odd = 0

    def read(self, cell: Cell) -> datetime:
        wall = self._wall(cell)
        if wall.tzinfo is not None:
            return wall.astimezone(UTC)
        if self._zone is None:
            raise WrongCellError('has no offset: say whose clock it is in the map, [reading] zone = "Europe/Berlin"')
        instant = wall.replace(tzinfo=self._zone).astimezone(UTC)
        if instant.astimezone(self._zone).replace(tzinfo=None) != wall or self._twice(wall):
            self.odd += 1
        return instant

    def _twice(self, wall: datetime) -> bool:
        first, second = wall.replace(tzinfo=self._zone, fold=0), wall.replace(tzinfo=self._zone, fold=1)
        return first.utcoffset() != second.utcoffset()

    def _wall(self, cell: Cell) -> datetime:
        if isinstance(cell, datetime):
            return cell
        if isinstance(cell, date):
            return datetime.combine(cell, self._at)
        said = text(cell)
        try:
            if self._form:
                found = datetime.strptime(said, self._form)  # noqa: DTZ007  (the zone is told apart)
                bare = not any(mark in self._form for mark in ("%H", "%I", "%X", "%c"))
            else:
                found = datetime.fromisoformat(said)
                bare = len(said) <= len("2026-12-31")
        except ValueError:
            raise WrongCellError(f"{said!r} is not a time as {self._form or '2026-12-31T23:59:59+01:00'}") from None
        return datetime.combine(found.date(), self._at) if bare else found


def country(cell: Cell) -> str:
    said = text(cell).upper()
    if said not in COUNTRIES:
        raise WrongCellError(f"{said!r} is not a country (ISO 3166-1, two letters, such as US)")
    return said


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone(cell: Cell) -> str:
    said = text(cell)
    if said not in _zones():
        raise WrongCellError(f"{said!r} is not a time zone, such as America/Chicago")
    return said


def wall_time(cell: Cell) -> time:
    if isinstance(cell, time):
        return cell
    try:
        return time.fromisoformat(text(cell))
    except ValueError:
        raise WrongCellError("is not a time of day such as 08:30") from None


def weekdays(cell: Cell) -> frozenset[int]:
    """`mon-fri`, `mon wed fri`, `1-5` or `1,2,6`, Monday is 1 (ISO 8601); Monday is 0 in what is returned."""
    said = text(cell)
    found: set[int] = set()
    for part in said.lower().replace(",", " ").split():
        first, dash, last = part.partition("-")
        if first not in _WEEKDAYS or (dash and last not in _WEEKDAYS):
            raise WrongCellError(f"{said!r} are not weekdays such as mon-fri, or 1,2,6 (Monday is 1)")
        days = range(_WEEKDAYS[first], _WEEKDAYS[last or first] + 1)
        if not days:
            raise WrongCellError(f"{said!r}: a week begins on Monday; say both parts of it")
        found |= set(days)
    if not found:
        raise WrongCellError("names no day of the week")
    return frozenset(found)


_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS = {word: day for day, name in enumerate(_NAMES) for word in (name, str(day + 1))}


def several(cell: Cell) -> tuple[str, ...]:
    """Names with blanks or commas between them."""
    return tuple(text(cell, 100_000).replace(",", " ").split())


def sides(cell: Cell) -> tuple[Side, ...]:
    """`width height`: measures, each named once, in the order of their names."""
    words = several(cell)
    for word in words:
        if word not in set(Side):
            raise WrongCellError(f"names length, width and height, not {word!r}")
    return tuple(side for side in Side if side in words)


def parts(cell: Cell) -> tuple[tuple[str, int], ...]:
    """`MUG:2 TEA:1`: the items of a kit and how many of each."""
    found = []
    for part in several(cell):
        item_id, _, quantity = part.rpartition(":")
        if not item_id or not quantity.isdecimal() or not int(quantity):
            raise WrongCellError(f"{part!r} is not a part such as MUG:2")
        found.append((item_id, int(quantity)))
    return tuple(found)


def per_cent(number: Callable[[Cell], Decimal]) -> Read:
    """Per cent as parts per million."""

    def read(cell: Cell) -> int:
        said = cell.strip().removesuffix("%").strip() if isinstance(cell, str) else cell
        ppm = number(said).scaleb(4)
        if ppm != ppm.to_integral_value() or not 500_000 <= ppm < 1_000_000:
            raise WrongCellError("is not a share from 50 to 99.9999 per cent")
        return int(ppm)

    return read


def degrees(number: Callable[[Cell], Decimal], most: int) -> Read:
    """Degrees, at most so many either way."""

    def read(cell: Cell) -> Decimal:
        told = number(cell)
        if abs(told) > most:
            raise WrongCellError(f"is not from -{most} to {most} degrees")
        return told

    return read
