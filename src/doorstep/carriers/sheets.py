"""A parcel tariff made ready for measures of one grid: each threshold becomes a whole number of the grid's counts.

A side counts in the steps that the tariff rounds to, or as it was measured where it does not round; a weight counts in
the greatest weight of which all of the tariff's weights are multiples. A measure exceeds a limit exactly if its count
exceeds the limit's: nothing is rounded but what the carrier rounds, and that once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from doorstep.carriers.zones import Zones
from doorstep.terms.measures import UNITS, Measure, common, ratio
from doorstep.terms.tariff import (
    By,
    ChargeKind,
    Condition,
    Discount,
    Fuel,
    ParcelTariff,
    PriceTable,
    Rounding,
    Surcharge,
)

UNLIMITED = 10**60  # above every count, of however fine a grid
RESIDENTIAL, COMMERCIAL, FIRST_MARK = 1, 2, 4
NONE = -1  # no price


class Grid(NamedTuple):
    """How measures are given: ticks of 1/`per` of a unit."""

    weight_unit: str
    weight_per: int
    length_unit: str
    length_per: int


class Cut(NamedTuple):
    """What must be exceeded, in counts, and the marks that must be on the parcel."""

    longest: int
    second: int
    girth: int
    volume: int
    actual: int
    billable: int
    marks: int


class Scale(NamedTuple):
    """n ticks are n * mul / div steps; each step is `each` counts."""

    mul: int
    div: int
    each: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A table of prices: limits ascending, prices by step and zone (NONE: none), what is beyond the last."""

    by: By
    limits: tuple[int, ...]
    prices: tuple[tuple[int, ...], ...]
    last: tuple[int, ...]  # by zone, the number of the last step that has a price
    each: int
    most: int
    beyond: tuple[int, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """What holds on a day: of each condition (tables, surcharges, discounts, in this order) whether its days do."""

    valid: bool
    fuel_ppm: int
    holds: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane's zone (its number, NONE: none), and of each condition whether its zones and its area hold there."""

    zone: int
    holds: tuple[bool, ...]


class Sheet:
    """A tariff for one grid. ValueError where the tariff is not one: a measure of the wrong kind, no step, no zone."""

    def __init__(self, tariff: ParcelTariff, grid: Grid) -> None:
        self.tariff, self.grid = tariff, grid
        self.zone_names = tuple(dict.fromkeys(_zone_names(tariff)))
        self._zone_numbers = {name: number for number, name in enumerate(self.zone_names)}
        self._zones = Zones(tariff.zones, tariff.bands)
        self.conditions = [
            *(table.when for table in tariff.tables),
            *(surcharge.when for surcharge in tariff.surcharges),
            *(discount.when for discount in tariff.discounts),
        ]
        names = sorted({mark for when in self.conditions for mark in when.marks})
        self.marks = {name: FIRST_MARK << number for number, name in enumerate(names)}
        self.tick = common([weight.exact for weight in _weights(tariff)])
        self.count = _side(tariff, grid)
        self.side = Scale(*ratio(grid.length_unit, grid.length_per, self.count))
        weight_to = tariff.weight_to.exact if tariff.weight_to else self.tick
        self.weight = Scale(*ratio(grid.weight_unit, grid.weight_per, weight_to), each=_whole(weight_to, self.tick))
        self.dimensional, self.dimensional_over = self._dimensional()
        limits = tariff.limits
        self.longest, self.girth = self.sides(limits.longest, UNLIMITED), self.sides(limits.girth, UNLIMITED)
        self.volume, self.heaviest = self.volumes(limits.volume, UNLIMITED), self.weights(limits.weight, UNLIMITED)
        self.cuts = [self._cut(when) for when in self.conditions]
        self.tables = [self._row(table) for table in tariff.tables]
        self.minimum = self.by_zone(tariff.minimum_minor, 0)
        self.fixed = [self.by_zone(each.price_minor, NONE) for each in tariff.surcharges]
        self._lanes: dict[tuple[str, str, Measure | None], Lane] = {}
        self._days: dict[date | None, Day] = {}
        self.kept: dict[object, Any] = {}  # what others made of it

    # -- measures into counts --------------------------------------------------------------------------------------

    def sides(self, length: Measure | None, otherwise: int) -> int:
        """The greatest count of sides that does not exceed a length."""
        return otherwise if length is None else _floor(length.exact, self.count)

    def volumes(self, volume: Measure | None, otherwise: int) -> int:
        return otherwise if volume is None else _floor(volume.exact, self.count**3)

    def weights(self, weight: Measure | None, otherwise: int) -> int:
        return otherwise if weight is None else _whole(weight.exact, self.tick)

    def by_zone(self, by_name: Mapping[str, int], otherwise: int) -> tuple[int, ...]:
        usual = by_name.get("", otherwise)
        return tuple(by_name.get(name, usual) for name in self.zone_names)

    def _dimensional(self) -> tuple[Scale | None, int]:
        told = self.tariff.dimensional
        if told is None:
            return None, UNLIMITED
        to = told.to.exact if told.to else self.tick
        exact = self.count**3 * told.weight.exact * _inverse(told.volume.exact * to)
        return Scale(exact.numerator, exact.denominator, _whole(to, self.tick)), self.volumes(told.over, 0)

    def _cut(self, when: Condition) -> Cut:
        bits = sum(self.marks[name] for name in when.marks)
        if when.residential is not None:
            bits |= RESIDENTIAL if when.residential else COMMERCIAL
        return Cut(
            longest=self.sides(when.longest, NONE),
            second=self.sides(when.second, NONE),
            girth=self.sides(when.girth, NONE),
            volume=self.volumes(when.volume, NONE),
            actual=self.weights(when.actual, NONE),
            billable=self.weights(when.billable, NONE),
            marks=bits,
        )

    def _row(self, table: PriceTable) -> Row:
        steps = sorted(table.steps, key=lambda step: step.up_to.exact)
        count = {By.WEIGHT: self.weights, By.VOLUME: self.volumes, By.PIECE: lambda *_: UNLIMITED}[table.by]
        prices = tuple(tuple(step.price_minor.get(name, NONE) for name in self.zone_names) for step in steps)
        last = tuple(
            max((number for number, row in enumerate(prices) if row[zone] != NONE), default=NONE)
            for zone in range(len(self.zone_names))
        )
        beyond = table.beyond
        return Row(
            by=table.by,
            limits=tuple(count(step.up_to, 0) for step in steps),
            prices=prices,
            last=last,
            each=count(beyond.each, 1) if beyond else 1,
            most=count(beyond.up_to, 0) if beyond else 0,
            beyond=self.by_zone(beyond.price_minor, NONE) if beyond else (NONE,) * len(self.zone_names),
            said=tuple(str(step.up_to) for step in steps),
        )

    def keep(self, key: object, made: Any) -> None:
        if len(self.kept) >= _MOST_KEPT:
            self.kept.clear()
        self.kept[key] = made

    # -- lanes and days --------------------------------------------------------------------------------------------

    def lane(self, origin: str, destination: str, distance: Measure | None = None) -> Lane:
        key = (origin, destination, distance)
        lane = self._lanes.get(key)
        if lane is None:
            if len(self._lanes) >= _MOST_LANES:
                self._lanes.clear()
            name = self._zones.of(origin, destination, distance)
            zone = NONE if name is None else self._zone_numbers.get(name, NONE)
            holds = tuple(self._in_area(when, name, destination) for when in self.conditions)
            lane = self._lanes[key] = Lane(zone, holds)
        return lane

    def _in_area(self, when: Condition, zone: str | None, destination: str) -> bool:
        if when.zones and zone not in when.zones:
            return False
        return not when.area or _begins(destination, self.tariff.areas.get(when.area, frozenset()))

    def day(self, on: date | None) -> Day:
        """A day; None leaves out what has days, judges no validity, and takes the last fuel there is."""
        day = self._days.get(on)
        if day is None:
            tariff = self.tariff
            holds = tuple(_on(when.first_day, when.last_day, on) for when in self.conditions)
            valid = on is None or _on(tariff.first_day, tariff.last_day, on)
            day = self._days[on] = Day(valid, fuel_of(tariff.fuel, on), holds)
        return day


_MOST_LANES = 200_000
_MOST_KEPT = 64


def fuel_of(fuel: Sequence[Fuel], on: date | None) -> int:
    """The share of fuel on a day, parts per million; of no day the last one."""
    found = 0
    for step in sorted(fuel, key=lambda step: step.first_day or date.min):
        if on is None or step.first_day is None or step.first_day <= on:
            found = step.share_ppm
    return found


def _on(first: date | None, last: date | None, on: date | None) -> bool:
    if on is None:
        return first is None and last is None
    return (first is None or first <= on) and (last is None or on <= last)


def _begins(area: str, heads: frozenset[str]) -> bool:
    return any(area[:length] in heads for length in range(len(area) + 1))


def _side(tariff: ParcelTariff, grid: Grid) -> Fraction:
    """What one count of sides is, millimetres."""
    if tariff.sides is Rounding.EXACT:
        return UNITS[grid.length_unit] * Fraction(1, grid.length_per)
    if tariff.side_to is None:
        raise ValueError(f"{tariff.tariff_id} rounds sides {tariff.sides}, and does not say to what")
    return tariff.side_to.exact


def _zone_names(tariff: ParcelTariff) -> Iterator[str]:
    """The zones that have a price."""
    for table in tariff.tables:
        for step in table.steps:
            yield from step.price_minor


def _weights(tariff: ParcelTariff) -> Iterator[Measure]:
    """Every weight that the tariff names."""
    for table in tariff.tables:
        if table.by is By.WEIGHT:
            yield from (step.up_to for step in table.steps)
            if table.beyond:
                yield from (table.beyond.each, table.beyond.up_to)
    several: Sequence[PriceTable | Surcharge | Discount] = (*tariff.tables, *tariff.surcharges, *tariff.discounts)
    told = [weight for each in several for weight in (each.when.actual, each.when.billable)]
    dimensional = tariff.dimensional.to if tariff.dimensional else None
    yield from filter(None, (*told, tariff.weight_to, tariff.limits.weight, dimensional))


def _floor(exact: Fraction, count: Fraction) -> int:
    found = exact * _inverse(count)
    return found.numerator // found.denominator


def _whole(exact: Fraction, count: Fraction) -> int:
    found = exact * _inverse(count)
    if found.denominator != 1:
        raise ValueError(f"{exact} is no whole number of {count}")
    return found.numerator


def _inverse(exact: Fraction) -> Fraction:
    return Fraction(exact.denominator, exact.numerator)


def targets(tariff: ParcelTariff, account: str, kind: ChargeKind) -> list[int]:
    """The numbers (among the discounts) of what an account is let off of charges of a kind."""
    return [
        number
        for number, discount in enumerate(tariff.discounts)
        if discount.account == account and discount.of is kind
    ]
