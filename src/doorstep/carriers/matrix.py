"""Millions of parcels with many services from many origins: the totals of `parcels.bill`, to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorstep.carriers import kernels
from doorstep.carriers.bills import NoRateWhy
from doorstep.carriers.parcels import No, Parcel, price, sheet_of
from doorstep.carriers.sheets import COMMERCIAL, RESIDENTIAL, UNLIMITED, Cut, Grid, Sheet, targets
from doorstep.terms.measures import Measure, Sides
from doorstep.terms.tariff import By, ChargeKind, ParcelTariff, Rounding

Whole = NDArray[np.int64]
Places = NDArray[np.int32]
Holds = NDArray[np.bool_]

_CHUNK = 8_192  # what is measured of so many parcels stays in the processor's own memory for all services
_BUCKETS = 4_096
_SAFE = 1 << 62
_MOST_MARKS = 16
_HOW = {Rounding.UP: 0, Rounding.NEAREST: 1, Rounding.DOWN: 2, Rounding.EXACT: 3}
_BY = {By.WEIGHT: 0, By.VOLUME: 1, By.PIECE: 2}
CODES = {
    NoRateWhy.NOT_VALID: kernels.NOT_VALID,
    NoRateWhy.NO_ZONE: kernels.NO_ZONE,
    NoRateWhy.TOO_LONG: kernels.TOO_LONG,
    NoRateWhy.GIRTH: kernels.GIRTH,
    NoRateWhy.TOO_BULKY: kernels.TOO_BULKY,
    NoRateWhy.TOO_HEAVY: kernels.TOO_HEAVY,
    NoRateWhy.NO_PRICE: kernels.NO_PRICE,
}
WHY: Mapping[int, NoRateWhy] = {code: why for why, code in CODES.items()}


@dataclass(frozen=True, slots=True)
class Parcels:
    """n parcels as they were measured: weights in ticks of the grid (n), sides (n, 3), where each goes (its place in
    `destinations`), on which of `days`, whether to a home, which of `mark_names` it has (bit by bit)."""

    grid: Grid
    weights: Whole
    sides: Whole
    destinations: tuple[str, ...]
    to: Places
    days: tuple[date | None, ...] = (None,)
    day: Places | None = None
    residential: Holds | None = None
    mark_names: tuple[str, ...] = ()
    marks: Whole | None = None
    account: str = ""
    distances: Mapping[tuple[str, str], Measure] = field(default_factory=dict)

    def at(self, place: int, origin: str) -> Parcel:
        """One of them by itself, to be billed."""
        grid, bits = self.grid, 0 if self.marks is None else int(self.marks[place])
        length, width, height = (int(side) for side in self.sides[place])
        destination = self.destinations[self.to[place]]
        return Parcel(
            weight=Measure(int(self.weights[place]), grid.weight_per, grid.weight_unit),
            sides=Sides(length, width, height, grid.length_per, grid.length_unit),
            origin=origin,
            destination=destination,
            on=self.days[0 if self.day is None else self.day[place]],
            residential=False if self.residential is None else bool(self.residential[place]),
            marks=frozenset(name for number, name in enumerate(self.mark_names) if bits >> number & 1),
            account=self.account,
            distance=self.distances.get((origin, destination)),
        )


def matrix(tariffs: Sequence[ParcelTariff], origins: Sequence[str], parcels: Parcels) -> Whole:
    """Totals in minor units by (tariff, origin, parcel); below zero the code of why there is none (`WHY`).

    ValueError where a measure is not above zero, or the arrays do not go together. Where whole numbers of 64 bits
    could not hold what is reckoned with, the tariff is rated one by one.
    """
    _check(parcels)
    count = len(parcels.weights)
    out = np.empty((len(tariffs), len(origins), count), np.int64)
    most = (int(parcels.sides.max()), int(parcels.weights.max())) if count else (1, 1)
    sheets = [_Ready(sheet_of(tariff, parcels.grid), parcels, origins, most) for tariff in tariffs]
    # Without a sign: an index below zero would count from the end, and each use of it would be looked at for that.
    to = parcels.to.astype(np.uint32)
    day = np.zeros(count, np.uint32) if parcels.day is None else parcels.day.astype(np.uint32)
    plain = _plain_flags(parcels)
    seen = np.empty((kernels.SEEN, _CHUNK), np.int64)
    desk = np.empty((kernels.DESK, _CHUNK), np.int64)
    order = sorted(range(len(sheets)), key=lambda number: (sheets[number].side, sheets[number].weight))
    for begin in range(0, count, _CHUNK):
        these = slice(begin, min(begin + _CHUNK, count))
        side = weight = None
        for number in order:
            ready = sheets[number]
            if not ready.safe:
                continue
            if ready.side != side:
                kernels.measure(parcels.sides[these], *ready.side, seen)
                side = ready.side
            if ready.weight != weight:
                kernels.weigh(parcels.weights[these], *ready.weight, seen[4])
                weight = ready.weight
            flags = plain[these] if ready.flags is None else ready.flags[these]
            for place in range(len(origins)):
                kernels.price(
                    *(seen, flags, to[these], day[these]),
                    *(ready.lanes[place], ready.days, ready.sheet, desk, out[number, place, these]),
                )
    for number, ready in enumerate(sheets):
        if not ready.safe:
            _one_by_one(tariffs[number], origins, parcels, out[number])
    return out


def warm() -> None:
    """Compile the kernels and keep them, so that no request waits for it."""
    from doorstep.terms.tariff import PriceStep, PriceTable, ZoneRule

    step = PriceStep(Measure(1, 1, "kg"), {"1": 100})
    tariff = ParcelTariff("warm", "USD", (ZoneRule("", "", "1"),), (PriceTable(By.WEIGHT, (step,)),))
    one = Parcels(Grid("g", 1, "mm", 1), np.ones(1, np.int64), np.ones((1, 3), np.int64), ("",), np.zeros(1, np.int32))
    matrix([tariff], [""], one)


def _check(parcels: Parcels) -> None:
    count = len(parcels.weights)
    several = (parcels.to, parcels.day, parcels.residential, parcels.marks)
    if parcels.sides.shape != (count, 3) or any(each is not None and len(each) != count for each in several):
        raise ValueError("weights, sides (n, 3), places, days and marks are not of one length")
    if count and (parcels.weights.min() <= 0 or parcels.sides.min() <= 0):
        raise ValueError("a weight or a side is not above zero: an unknown measure is estimated before it is rated")
    if len(parcels.mark_names) > _MOST_MARKS:
        raise ValueError(f"{len(parcels.mark_names)} marks; {_MOST_MARKS} are the most")
    for places, names in ((parcels.to, parcels.destinations), (parcels.day, parcels.days)):
        if places is not None and count and not 0 <= places.min() <= places.max() < len(names):
            raise ValueError("a place is outside the destinations or days it points into")


def _plain_flags(parcels: Parcels) -> Whole:
    if parcels.residential is None:
        return np.full(len(parcels.weights), COMMERCIAL, np.int64)
    return np.where(parcels.residential, RESIDENTIAL, COMMERCIAL).astype(np.int64)


class _Ready:
    """A sheet as arrays, with the lanes and days of these parcels."""

    def __init__(self, sheet: Sheet, parcels: Parcels, origins: Sequence[str], most: tuple[int, int]) -> None:
        how = _HOW[sheet.tariff.sides]
        self.side = (sheet.side.mul, sheet.side.div, how)
        self.weight = (sheet.weight.mul, sheet.weight.div, sheet.weight.each)
        self.flags = _own_flags(sheet, parcels)
        self.lanes = [_lanes(sheet, origin, parcels) for origin in origins]
        days = [sheet.day(on) for on in parcels.days]
        self.days = (
            np.array([day.valid for day in days], np.bool_),
            np.array([day.fuel_ppm for day in days], np.int64),
            *_gates([day.holds for day in days], len(sheet.conditions)),
        )
        self.safe = _is_safe(sheet, *most)
        self.sheet = _arrays(sheet, parcels.account) if self.safe else ()


def _gates(rows: Sequence[Sequence[bool]], conditions: int) -> tuple[Holds, Holds]:
    """Of each condition whether it fails anywhere; and whether it holds, by condition and lane (or day)."""
    table = np.ascontiguousarray(np.array(rows, np.bool_).reshape(len(rows), conditions).T)
    fails: Holds = np.logical_not(table.all(axis=1))
    return fails, table


def _lanes(sheet: Sheet, origin: str, parcels: Parcels) -> tuple[Places, Holds, Holds]:
    known = sheet.kept.get((origin, parcels.destinations))
    if known is None or parcels.distances:
        lanes = [sheet.lane(origin, to, parcels.distances.get((origin, to))) for to in parcels.destinations]
        zones = np.array([lane.zone for lane in lanes], np.int32)
        known = (zones, *_gates([lane.holds for lane in lanes], len(sheet.conditions)))
        if not parcels.distances:
            sheet.keep((origin, parcels.destinations), known)
    return known


def _own_flags(sheet: Sheet, parcels: Parcels) -> Whole | None:
    """Flags with the marks that the sheet asks for; None where it asks for none of those there are."""
    if parcels.marks is None or not set(parcels.mark_names) & set(sheet.marks):
        return None
    bits = [sheet.marks.get(name, 0) for name in parcels.mark_names]
    known = np.zeros(1 << len(bits), np.int64)
    for number, bit in enumerate(bits):
        known[np.arange(len(known)) >> number & 1 == 1] |= bit
    flags: Whole = _plain_flags(parcels) | known[parcels.marks]
    return flags


def _is_safe(sheet: Sheet, longest: int, heaviest: int) -> bool:
    """Whether 64 bits hold all that is reckoned with; worked out with numbers that have no end."""
    side, weight, dimensional = sheet.side, sheet.weight, sheet.dimensional
    counts = 2 * (longest * side.mul // side.div + 1)
    volume = counts**3
    reckoned = [2 * longest * side.mul + side.div, volume, (heaviest * weight.mul + weight.div) * weight.each]
    if dimensional:
        reckoned.append((volume * dimensional.mul + dimensional.div) * dimensional.each)
    prices = [minor for row in sheet.tables for step in row.prices for minor in step]
    reckoned.append(max(prices, default=0) * 4_000_000)
    reckoned += [
        max(row.beyond, default=0) * max(reckoned[2:4]) * 1_000_000 // max(row.each, 1) for row in sheet.tables
    ]
    return max(reckoned) < _SAFE


def _arrays(sheet: Sheet, account: str) -> tuple[Any, ...]:
    """The sheet as `kernels.price` takes it."""
    known = sheet.kept.get(account)
    if known is not None:
        return known  # type: ignore[no-any-return]
    scale = sheet.dimensional
    dimensional = (sheet.dimensional_over, scale.mul, scale.div, scale.each) if scale else (UNLIMITED, 0, 1, 1)
    made = (
        _clipped([sheet.longest, sheet.girth, sheet.volume, sheet.heaviest]),
        _clipped(dimensional),
        np.array([_clipped(_in_order(cut)) for cut in sheet.cuts]).reshape(len(sheet.cuts), 7),
        _rows(sheet),
        *_extras(sheet, account),
        np.array(sheet.minimum, np.int64),
    )
    sheet.keep(account, made)
    return made


def _clipped(counts: Sequence[int]) -> Whole:
    """Limits that no count of these parcels reaches are as good as none."""
    return np.array([min(count, _SAFE) for count in counts], np.int64)


def _in_order(cut: Cut) -> Sequence[int]:
    """As the kernels have what is seen of a parcel."""
    return (cut.longest, cut.second, cut.volume, cut.girth, cut.actual, cut.billable, cut.marks)


def _rows(sheet: Sheet) -> tuple[Any, ...]:
    rows, zones = sheet.tables, len(sheet.zone_names)
    most = max(len(row.limits) for row in rows)
    limits = np.full((len(rows), most), _SAFE, np.int64)
    prices = np.full((len(rows), most, zones), -1, np.int64)
    start = np.zeros((len(rows), _BUCKETS), np.int32)
    shifts = []
    for number, row in enumerate(rows):
        limits[number, : len(row.limits)] = _clipped(row.limits)
        prices[number, : len(row.prices)] = row.prices
        shift = 0
        while row.by is not By.PIECE and row.limits[-1] >> shift >= _BUCKETS:
            shift += 1
        shifts.append(shift)
        start[number] = np.searchsorted(_clipped(row.limits), np.arange(_BUCKETS, dtype=np.int64) << shift)
    return (
        np.array([_BY[row.by] for row in rows], np.int64),
        np.array([len(row.limits) for row in rows], np.int64),
        *(limits, prices),
        np.array([row.last for row in rows], np.int64),
        np.array([row.each for row in rows], np.int64),
        np.array([row.most for row in rows], np.int64),
        np.array([row.beyond for row in rows], np.int64),
        *(np.array(shifts, np.int64), start),
    )


def _extras(sheet: Sheet, account: str) -> tuple[Any, Any]:
    tariff, zones = sheet.tariff, len(sheet.zone_names)
    surcharges, discounts = tariff.surcharges, tariff.discounts
    groups: dict[str, int] = {}
    group = [groups.setdefault(each.group or f"\0{number}", len(groups)) for number, each in enumerate(surcharges)]
    off = np.zeros((len(surcharges), len(discounts)), np.bool_)
    for number, surcharge in enumerate(surcharges):
        off[number, targets(tariff, account, surcharge.kind)] = True
    own = {kind: np.zeros(len(discounts), np.bool_) for kind in (ChargeKind.BASE, ChargeKind.FUEL)}
    for kind, holds in own.items():
        holds[targets(tariff, account, kind)] = True
    fixed = np.array(sheet.fixed, np.int64).reshape(len(surcharges), zones)
    extras = (
        fixed,
        np.array([len(set(by_zone)) == 1 for by_zone in sheet.fixed], np.bool_),
        np.array([each.share_ppm for each in surcharges], np.int64),
        np.array(group, np.int64),
        np.argsort(np.array(group, np.int64), kind="stable"),
        np.array([each.fuelled for each in surcharges], np.bool_),
        off,
    )
    offs = (np.array([each.share_ppm for each in discounts], np.int64), own[ChargeKind.BASE], own[ChargeKind.FUEL])
    return extras, offs


def _one_by_one(tariff: ParcelTariff, origins: Sequence[str], parcels: Parcels, out: Whole) -> None:
    for place, origin in enumerate(origins):
        for number in range(len(parcels.weights)):
            found = price(tariff, parcels.at(number, origin))
            out[place, number] = CODES[found.why] if isinstance(found, No) else found.total_minor
