"""Measures as they were taken: a number and its unit, exact. A tariff rounds them once, its carrier's way.

Source of the ratios: international yard and pound agreement of 1959, an inch is 25.4 mm, a pound 453.59237 g.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

# How many millimetres, grams or cubic millimetres a unit is.
LENGTHS: Mapping[str, Fraction] = {
    "mm": Fraction(1),
    "cm": Fraction(10),
    "m": Fraction(1_000),
    "km": Fraction(1_000_000),
    "in": Fraction(254, 10),
    "ft": Fraction(3_048, 10),
    "mi": Fraction(1_609_344),
}
WEIGHTS: Mapping[str, Fraction] = {
    "g": Fraction(1),
    "kg": Fraction(1_000),
    "t": Fraction(1_000_000),
    "lb": Fraction(45_359_237, 100_000),
    "oz": Fraction(45_359_237, 1_600_000),
}
VOLUMES: Mapping[str, Fraction] = {
    **{f"{unit}3": size**3 for unit, size in LENGTHS.items() if unit not in ("km", "mi")},
    "l": Fraction(1_000_000),
}
COUNTS: Mapping[str, Fraction] = {"": Fraction(1)}
UNITS: Mapping[str, Fraction] = {**LENGTHS, **WEIGHTS, **VOLUMES, **COUNTS}

_NUMBER = r"(?P<whole>\d+(?:\.\d*)?|\.\d+)?(?:(?(whole)[ -])(?P<over>\d+)/(?P<under>\d+))?"
_MEASURE = re.compile(rf"\s*{_NUMBER}\s*(?P<unit>[a-z]*3?|\"|')\s*", re.IGNORECASE | re.ASCII)
_MARKS = {'"': "in", "'": "ft", "lbs": "lb", "inch": "in", "miles": "mi", "cuft": "ft3", "cuin": "in3"}


class Measure(NamedTuple):
    """`ticks` / `per` of a unit: twelve and three eighths inches are (99, 8, "in")."""

    ticks: int
    per: int
    unit: str

    @property
    def exact(self) -> Fraction:
        """Millimetres, grams or cubic millimetres."""
        return Fraction(self.ticks, self.per) * UNITS[self.unit]

    def __str__(self) -> str:
        whole, rest = divmod(self.ticks, self.per)
        if not rest:
            return f"{whole} {self.unit}".rstrip()
        decimal = Decimal(self.ticks * 1_000_000 // self.per).scaleb(-6).normalize()
        return f"{decimal:f} {self.unit}".rstrip()


class Sides(NamedTuple):
    """The three sides of a parcel, in any order, each in ticks of 1/`per` of a unit."""

    length: int
    width: int
    height: int
    per: int
    unit: str


def measure(text: str, usual: str = "") -> Measure:
    """`12.5 lb`, `12 3/8 in`, `3-1/2"`; the usual unit where none is said. ValueError says what is wrong."""
    found = _MEASURE.fullmatch(text)
    if found is None or (found["whole"] is None and found["over"] is None):
        raise ValueError(f"{text.strip()[:40]!r} is not a measure such as 12.5 lb or 12 3/8 in")
    unit = (found["unit"] or usual).lower()
    unit = _MARKS.get(unit, unit)
    if unit not in UNITS:
        raise ValueError(f"is in {unit!r}, a unit we do not know; say one of {', '.join(filter(None, UNITS))}")
    exact = Fraction(found["whole"] or 0)
    if found["over"] is not None:
        if not int(found["under"]):
            raise ValueError(f"{text.strip()[:40]!r} divides by nothing")
        exact += Fraction(int(found["over"]), int(found["under"]))
    return Measure(exact.numerator, exact.denominator, unit)


def of_kind(text: str, units: Mapping[str, Fraction], usual: str = "") -> Measure:
    """A measure whose unit is one of `units`; ValueError where it is another or none."""
    found = measure(text, usual)
    if found.unit not in units:
        said = f"is in {found.unit!r}" if found.unit else "has no unit"
        raise ValueError(f"{said}; say one of {', '.join(units)}")
    return found


def sides(text: str) -> Sides:
    """`12 x 8 1/2 x 4 in`: the unit of the last is that of all that say none. ValueError says what is wrong."""
    parts = [part for part in re.split(r"\s*[x×*]\s*", text.strip(), flags=re.IGNORECASE) if part]
    if len(parts) != 3:
        raise ValueError(f"{text.strip()[:60]!r} is not three sides such as 12 x 8 1/2 x 4 in")
    last = of_kind(parts[-1], LENGTHS)
    found = [of_kind(part, LENGTHS, last.unit) for part in parts]
    exact = [Fraction(side.ticks, side.per) * UNITS[side.unit] * _inverse(UNITS[last.unit]) for side in found]
    per = 1
    for side in exact:
        per = per * side.denominator // _shared(per, side.denominator)
    length, width, height = (int(side * per) for side in exact)
    return Sides(length, width, height, per, last.unit)


def grams(weight_g: int) -> Measure:
    return Measure(weight_g, 1, "g")


def whole_up(found: Measure, unit: str, parts: int = 1) -> int:
    """How many 1/`parts` of `unit` a measure is, rounded up once: 15.41 oz in tenths of an ounce are 155."""
    up, per = ratio(found.unit, found.per, UNITS[unit] * Fraction(1, parts))
    return -(-found.ticks * up // per)


def sides_up(found: Sides, unit: str, parts: int = 1) -> tuple[int, int, int]:
    """The same of each side."""
    length, width, height = (
        whole_up(Measure(ticks, found.per, found.unit), unit, parts)
        for ticks in (found.length, found.width, found.height)
    )
    return length, width, height


def ratio(unit: str, per: int, into: Fraction) -> tuple[int, int]:
    """(p, q) such that n ticks of 1/`per` of `unit` are n * p / q times `into` (millimetres, grams, or cubed)."""
    exact = UNITS[unit] * Fraction(1, per) * _inverse(into)
    return exact.numerator, exact.denominator


def common(several: list[Fraction]) -> Fraction:
    """The greatest measure of which all are whole multiples; 1 where there are none."""
    found = Fraction(0)
    for each in several:
        over = found.numerator * each.denominator, each.numerator * found.denominator
        found = Fraction(_shared(*over), found.denominator * each.denominator)
    return found or Fraction(1)


def _inverse(exact: Fraction) -> Fraction:
    return Fraction(exact.denominator, exact.numerator)


def _shared(one: int, other: int) -> int:
    while other:
        one, other = other, one % other
    return one
