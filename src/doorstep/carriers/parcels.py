"""One parcel by its carrier's tariff, to the cent, each charge named. `carriers.matrix` does millions the same way."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from doorstep.carriers.bills import Bill, Charge, NoRate, NoRateWhy, share
from doorstep.carriers.sheets import COMMERCIAL, NONE, RESIDENTIAL, UNLIMITED, Cut, Day, Grid, Lane, Row, Scale, Sheet
from doorstep.terms.measures import UNITS, Measure, Sides, ratio
from doorstep.terms.parcel import Size
from doorstep.terms.tariff import By, ChargeKind, ParcelTariff, Rounding

ALWAYS = Cut(NONE, NONE, NONE, NONE, NONE, NONE, 0)
_MOST_SHEETS = 256
_MOST_QUOTERS = 100_000
_MOST_PRICES = 10_000


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel as it was measured, and what else its price hangs on.

    `marks` are what the tariff's surcharges ask for by name (tube, perishable). `on` is the day of shipping: without
    one, prices and surcharges that have days are left out and the last fuel is charged. `account` is whose discounts
    count. `distance` is needed where the tariff's zones are bands of distance.
    """

    weight: Measure
    sides: Sides
    origin: str
    destination: str
    on: date | None = None
    residential: bool = False
    marks: frozenset[str] = field(default_factory=frozenset)
    account: str = ""
    distance: Measure | None = None


class Extra(NamedTuple):
    """A surcharge that is charged: its number, the amount, and what the account is let off of it."""

    number: int
    minor: int
    off_minor: int


class Priced(NamedTuple):
    """A price in its parts, in counts and minor units."""

    zone: int
    actual: int
    dimensional: int
    billable: int
    table: int
    step: int
    base_minor: int
    off_minor: int
    minimum_minor: int  # what is added to reach the minimum
    extras: tuple[Extra, ...]
    fuel_minor: int
    fuel_off_minor: int

    @property
    def total_minor(self) -> int:
        extras = sum(extra.minor - extra.off_minor for extra in self.extras) if self.extras else 0
        linehaul = self.base_minor - self.off_minor + self.minimum_minor
        return linehaul + extras + self.fuel_minor - self.fuel_off_minor


class No(NamedTuple):
    """Why there is no price; needs and allowed in counts."""

    why: NoRateWhy
    needs: int = 0
    allowed: int = 0


class Quoter:
    """A sheet on one lane, day and account: what cannot hold there is left out, and a price takes microseconds."""

    def __init__(self, sheet: Sheet, lane: Lane, day: Day, account: str) -> None:
        tariff = sheet.tariff
        self.sheet, self.lane, self.day = sheet, lane, day
        holds = [in_lane and on_day for in_lane, on_day in zip(lane.holds, day.holds, strict=True)]
        cuts, first, last = sheet.cuts, len(tariff.tables), len(tariff.tables) + len(tariff.surcharges)
        zone = lane.zone
        self._tables = [
            (number, None if cuts[number] == ALWAYS else cuts[number], row, [prices[zone] for prices in row.prices])
            for number, row in enumerate(sheet.tables)
            if holds[number] and zone != NONE
        ]
        offs: dict[ChargeKind, list[tuple[Cut, int]]] = {}
        for number, discount in enumerate(tariff.discounts, last):
            if discount.account == account and holds[number]:
                offs.setdefault(discount.of, []).append((cuts[number], discount.share_ppm))
        self._off, self._fuel_off = offs.get(ChargeKind.BASE, []), offs.get(ChargeKind.FUEL, [])
        self._surcharges = [
            (number, cuts[first + number], sheet.fixed[number][zone], told.share_ppm, told.group, told.fuelled,
             offs.get(told.kind, []))
            for number, told in enumerate(tariff.surcharges)
            if holds[first + number] and zone != NONE and (told.share_ppm or sheet.fixed[number][zone] != NONE)
        ]  # fmt: skip
        self._minimum = sheet.minimum[zone] if zone != NONE else 0
        self._known: dict[tuple[int, Size, int], Priced | No] = {}

    def known(self, weight: int, sides: Size, flags: int) -> Priced | No:
        """The same as `priced`, kept: what weighs as much costs as much on every lane like this one."""
        key = (weight, sides, flags)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_PRICES:
                self._known.clear()
            found = self._known[key] = self.priced(weight, sides, flags)
        return found

    def priced(self, weight: int, sides: Sequence[int], flags: int) -> Priced | No:
        """The price of ticks of weight and of three sides; flags are the bits of its marks and of where it goes."""
        sheet = self.sheet
        if not self.day.valid:
            return No(NoRateWhy.NOT_VALID)
        if self.lane.zone == NONE:
            return No(NoRateWhy.NO_ZONE)
        low, second, longest = sorted(sides)
        if sheet.side.mul != sheet.side.div:
            how = sheet.tariff.sides
            low, second, longest = (
                counted(low, sheet.side, how),
                counted(second, sheet.side, how),
                counted(longest, sheet.side, how),
            )
        girth, volume = longest + 2 * (second + low), longest * second * low
        mul, div, each = sheet.weight
        actual = -(-weight * mul // div) * each
        if longest > sheet.longest or girth > sheet.girth or volume > sheet.volume or actual > sheet.heaviest:
            return self._over(longest, girth, volume, actual)
        dimensional = 0
        if volume > sheet.dimensional_over and sheet.dimensional:
            mul, div, each = sheet.dimensional
            dimensional = -(-volume * mul // div) * each
        billable = max(actual, dimensional)
        seen = (longest, second, girth, volume, actual, billable, flags)
        for number, cut, row, prices in self._tables:
            if cut is None or _holds(cut, seen):
                measured = billable if row.by is By.WEIGHT else volume
                step = 0 if row.by is By.PIECE else bisect_left(row.limits, measured)
                if step < len(prices) and prices[step] != NONE:
                    return self._whole(seen, dimensional, number, step, prices[step])
                found = self._beyond(row, prices, step, measured)
                return found if isinstance(found, No) else self._whole(seen, dimensional, number, *found)
        return No(NoRateWhy.NO_PRICE)

    def _beyond(self, row: Row, prices: list[int], step: int, measured: int) -> tuple[int, int] | No:
        """The last step and the price of what is beyond it; or why a step has no price."""
        zone = self.lane.zone
        limits, last = row.limits, row.last[zone]
        if step < len(limits):
            return self._too_much(row, measured, limits[last]) if step > last >= 0 else No(NoRateWhy.NO_PRICE)
        if measured > row.most:
            return self._too_much(row, measured, row.most or limits[max(last, 0)])
        more, top = row.beyond[zone], len(limits) - 1
        if more == NONE or prices[top] == NONE:
            return No(NoRateWhy.NO_PRICE)
        return top, prices[top] + -(-(measured - limits[top]) // row.each) * more

    def _too_much(self, row: Row, measured: int, allowed: int) -> No:
        return No(NoRateWhy.TOO_BULKY if row.by is By.VOLUME else NoRateWhy.TOO_HEAVY, measured, allowed)

    def _whole(self, seen: tuple[int, ...], dimensional: int, table: int, step: int, base_minor: int) -> Priced:
        off_minor = share(base_minor, _greatest(self._off, seen)) if self._off else 0
        least = max(self._minimum - base_minor + off_minor, 0)
        linehaul = fuelled = base_minor - off_minor + least
        extras: tuple[Extra, ...] = ()
        if self._surcharges:
            extras, more = self._extras(seen, linehaul)
            fuelled += more
        fuel_minor = share(fuelled, self.day.fuel_ppm) if self.day.fuel_ppm else 0
        fuel_off = share(fuel_minor, _greatest(self._fuel_off, seen)) if self._fuel_off else 0
        _, _, _, _, actual, billable, _ = seen
        return Priced(
            *(self.lane.zone, actual, dimensional, billable, table, step),
            *(base_minor, off_minor, least, extras, fuel_minor, fuel_off),
        )

    def _extras(self, seen: tuple[int, ...], linehaul: int) -> tuple[tuple[Extra, ...], int]:
        """The surcharges, of each group the dearest, and how much of them fuel is charged on."""
        found: dict[object, tuple[Extra, bool]] = {}
        for number, cut, fixed, ppm, group, fuelled, offs in self._surcharges:
            if not _holds(cut, seen):
                continue
            minor = share(linehaul, ppm) if ppm else fixed
            extra = Extra(number, minor, share(minor, _greatest(offs, seen)) if offs else 0)
            known = found.get(group or number)
            if known is None or extra.minor - extra.off_minor > known[0].minor - known[0].off_minor:
                found[group or number] = (extra, fuelled)
        fuelled_minor = sum(extra.minor - extra.off_minor for extra, fuelled in found.values() if fuelled)
        return tuple(extra for extra, _ in found.values()), fuelled_minor

    def _over(self, longest: int, girth: int, volume: int, actual: int) -> No:
        sheet = self.sheet
        if longest > sheet.longest:
            return No(NoRateWhy.TOO_LONG, longest, sheet.longest)
        if girth > sheet.girth:
            return No(NoRateWhy.GIRTH, girth, sheet.girth)
        if volume > sheet.volume:
            return No(NoRateWhy.TOO_BULKY, volume, sheet.volume)
        return No(NoRateWhy.TOO_HEAVY, actual, sheet.heaviest)


def counted(ticks: int, scale: Scale, how: Rounding) -> int:
    """A side as the tariff counts it; one that is there counts one at least."""
    if how is Rounding.UP:
        return -(-ticks * scale.mul // scale.div)
    if how is Rounding.EXACT:
        return ticks
    half = scale.div if how is Rounding.NEAREST else 0
    return max((2 * ticks * scale.mul + half) // (2 * scale.div), 1)


def _holds(cut: Cut, seen: tuple[int, ...]) -> bool:
    longest, second, girth, volume, actual, billable, flags = seen
    return (
        longest > cut[0]
        and girth > cut[2]
        and volume > cut[3]
        and billable > cut[5]
        and second > cut[1]
        and actual > cut[4]
        and flags & cut[6] == cut[6]
    )


def _greatest(offs: Sequence[tuple[Cut, int]], seen: tuple[int, ...]) -> int:
    return max((ppm for cut, ppm in offs if _holds(cut, seen)), default=0)


# -- sheets and quoters, made once -------------------------------------------------------------------------------------

_SHEETS: dict[tuple[int, Grid], Sheet] = {}
_QUOTERS: dict[tuple[int, Lane, Day, str], Quoter] = {}


def sheet_of(tariff: ParcelTariff, grid: Grid) -> Sheet:
    """The sheet of this very tariff: it is held here, so its identity stays its own."""
    key = (id(tariff), grid)
    sheet = _SHEETS.get(key)
    if sheet is None or sheet.tariff is not tariff:
        if len(_SHEETS) >= _MOST_SHEETS:
            _SHEETS.clear()
            _QUOTERS.clear()
        sheet = _SHEETS[key] = Sheet(tariff, grid)
    return sheet


def quoter_of(
    sheet: Sheet, origin: str, destination: str, on: date | None, account: str, distance: Measure | None = None
) -> Quoter:
    """Lanes of one zone in which the same holds have one between them."""
    lane, day = sheet.lane(origin, destination, distance), sheet.day(on)
    key = (id(sheet), lane, day, account)
    quoter = _QUOTERS.get(key)
    if quoter is None or quoter.sheet is not sheet:
        if len(_QUOTERS) >= _MOST_QUOTERS:
            _QUOTERS.clear()
        quoter = _QUOTERS[key] = Quoter(sheet, lane, day, account)
    return quoter


def price(tariff: ParcelTariff, parcel: Parcel) -> Priced | No:
    """The price in its parts. ValueError where a side or the weight is not above zero."""
    return _asked(tariff, parcel)[1]


def _asked(tariff: ParcelTariff, parcel: Parcel) -> tuple[Sheet, Priced | No]:
    weight, (length, width, height, per, unit) = parcel.weight, parcel.sides
    if weight.ticks <= 0 or min(length, width, height) <= 0:
        raise ValueError(f"a parcel of {weight} and {length} x {width} x {height} /{per} {unit} cannot be rated")
    sheet = sheet_of(tariff, Grid(weight.unit, weight.per, unit, per))
    quoter = quoter_of(sheet, parcel.origin, parcel.destination, parcel.on, parcel.account, parcel.distance)
    flags = RESIDENTIAL if parcel.residential else COMMERCIAL
    for mark in parcel.marks:
        flags |= sheet.marks.get(mark, 0)
    return sheet, quoter.priced(weight.ticks, (length, width, height), flags)


def bill(tariff: ParcelTariff, parcel: Parcel, service_id: str = "") -> Bill | NoRate:
    """What the carrier would charge, line by line, or why it has no price. ValueError for a measure of nothing."""
    sheet, found = _asked(tariff, parcel)
    if isinstance(found, No):
        return refused(sheet, found, service_id or tariff.tariff_id, parcel.origin, parcel.destination)
    row = sheet.tables[found.table]
    return Bill(
        tariff_id=tariff.tariff_id,
        currency=tariff.currency,
        zone=sheet.zone_names[found.zone],
        billable=_measured(sheet, found, row),
        charges=tuple(charge for charge in _charges(sheet, found, row) if charge.minor),
    )


def _charges(sheet: Sheet, found: Priced, row: Row) -> Iterator[Charge]:
    tariff = sheet.tariff
    upto = "one price" if row.by is By.PIECE else f"up to {row.said[found.step]}"
    if row.limits[found.step] < (found.billable if row.by is By.WEIGHT else 0):
        upto = f"above {row.said[found.step]}"
    yield Charge(ChargeKind.BASE, "base price", found.base_minor, f"zone {sheet.zone_names[found.zone]}, {upto}")
    yield Charge(ChargeKind.DISCOUNT, "discount", -found.off_minor, "of the base price")
    yield Charge(ChargeKind.MINIMUM, "to the minimum charge", found.minimum_minor)
    for extra in found.extras:
        told = tariff.surcharges[extra.number]
        basis = f"{_percent(told.share_ppm)} of the base price" if told.share_ppm else ""
        yield Charge(told.kind, told.name, extra.minor, basis)
        yield Charge(ChargeKind.DISCOUNT, f"discount on {told.name}", -extra.off_minor)
    yield Charge(ChargeKind.FUEL, "fuel", found.fuel_minor)
    yield Charge(ChargeKind.DISCOUNT, "discount on fuel", -found.fuel_off_minor)


def _percent(ppm: int) -> str:
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + " %"


def _measured(sheet: Sheet, found: Priced, row: Row) -> str:
    if row.by is not By.WEIGHT:
        return row.said[found.step] if row.by is By.VOLUME else "one piece"
    unit = sheet.tariff.tables[found.table].steps[0].up_to.unit
    said = str(in_unit(found.billable, sheet, unit))
    return f"{said} (dimensional)" if found.dimensional > found.actual else said


def in_unit(count: int, sheet: Sheet, unit: str) -> Measure:
    """A count of weight as a measure in a unit."""
    mul, div = _ratio_to(sheet, unit)
    return Measure(count * mul, div, unit)


def _ratio_to(sheet: Sheet, unit: str) -> tuple[int, int]:
    mul, div = ratio(unit, 1, sheet.tick)
    return div, mul


def refused(sheet: Sheet, no: No, service_id: str, origin: str, destination: str) -> NoRate:
    """Counts as whole units of the tariff, needs rounded up and what is allowed down."""
    if not no.needs:
        return NoRate(no.why, service_id, origin_area=origin, destination_area=destination)
    size, unit = _unit_of(sheet, no)
    needs = -(-no.needs * size[0] // size[1])
    allowed = UNLIMITED if no.allowed >= UNLIMITED else no.allowed * size[0] // size[1]
    return NoRate(no.why, service_id, needs, allowed, unit=unit)


def _unit_of(sheet: Sheet, no: No) -> tuple[tuple[int, int], str]:
    """How many units a count is, and the unit in which people are told: a smaller one where the limit is not whole."""
    why = no.why
    limits, tables = sheet.tariff.limits, sheet.tariff.tables
    told = {
        NoRateWhy.TOO_LONG: limits.longest,
        NoRateWhy.GIRTH: limits.girth,
        NoRateWhy.TOO_BULKY: limits.volume,
        NoRateWhy.TOO_HEAVY: limits.weight,
    }[why]
    by = By.VOLUME if why is NoRateWhy.TOO_BULKY else By.WEIGHT
    steps = [table.steps[0].up_to for table in tables if table.by is by and table.steps]
    unit = told.unit if told else steps[0].unit
    count = {NoRateWhy.TOO_BULKY: sheet.count**3, NoRateWhy.TOO_HEAVY: sheet.tick}.get(why, sheet.count)
    found = count * Fraction(UNITS[unit].denominator, UNITS[unit].numerator)
    if no.allowed * found.numerator % found.denominator and unit in _SMALLER:
        unit = _SMALLER[unit]
        found = count * Fraction(UNITS[unit].denominator, UNITS[unit].numerator)
    return (found.numerator, found.denominator), unit


_SMALLER = {"lb": "oz", "kg": "g", "m": "mm", "cm": "mm", "ft": "in", "ft3": "in3", "m3": "cm3"}
