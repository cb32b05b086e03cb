"""From a parcel tariff as it is told to the tariff that is rated by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from doorstep.intake.tables.opened import UnreadableTableError
from doorstep.intake.tariffs.given import ParcelIn, PricesIn
from doorstep.intake.tariffs.tables import PriceCell, Shelf, area_heads, positions_of, price_cells, zone_rules
from doorstep.terms.measures import LENGTHS, VOLUMES, WEIGHTS, Measure, of_kind
from doorstep.terms.money import DECIMALS
from doorstep.terms.tariff import (
    Beyond,
    By,
    Dimensional,
    Discount,
    Fuel,
    ParcelTariff,
    PriceStep,
    PriceTable,
    Rounding,
    Surcharge,
)


def parcel(told: ParcelIn, shelf: Shelf) -> tuple[ParcelTariff, Sequence[str]]:
    """The tariff, and what a person should look at."""
    tables = [table for prices in told.prices if (table := _table(told, prices, shelf)).steps]
    rules = [rule.made() for rule in told.zones]
    for zones in told.zone_tables:
        rules += zone_rules(shelf, zones)
    how, _, side_to = told.sides.partition(" ")
    weight_to = told.weights.partition(" ")[2]
    dimensional = told.dimensional
    tariff = ParcelTariff(
        tariff_id=told.tariff_id,
        currency=told.currency,
        zones=tuple(rules),
        tables=tuple(tables),
        bands=tuple(band.made() for band in told.bands),
        sides=Rounding(how),
        side_to=of_kind(side_to, LENGTHS) if side_to else None,
        weight_to=of_kind(weight_to, WEIGHTS) if weight_to else None,
        dimensional=Dimensional(dimensional.volume, dimensional.weight, dimensional.to, dimensional.over)
        if dimensional
        else None,
        limits=told.limits.made(),
        surcharges=tuple(_surcharges(told)),
        fuel=tuple(Fuel(fuel.share, fuel.first_day) for fuel in told.fuel),
        discounts=tuple(Discount(each.account, each.share, each.of, each.when.made()) for each in told.discounts),
        minimum_minor=minor_by_zone(told.minimum, told.currency, "minimum"),
        areas={name: area_heads(shelf, area) for name, area in told.areas.items()},
        first_day=told.first_day,
        last_day=told.last_day,
        positions=positions_of(shelf, told.positions),
        road_percent=told.road // 10_000,
    )
    _check_names(tariff)
    return tariff, list(_notes(tariff))


def minor_of(amount: Decimal, currency: str, where: str) -> int:
    """Minor units; UnreadableTableError where an amount has more decimals than its currency."""
    minor = amount.scaleb(DECIMALS[currency])
    if minor != minor.to_integral_value():
        raise UnreadableTableError(f"{where}: {amount} has more than the {DECIMALS[currency]} decimals of {currency}.")
    return int(minor)


def minor_by_zone(amounts: Mapping[str, Decimal], currency: str, where: str) -> Mapping[str, int]:
    return {zone: minor_of(amount, currency, where) for zone, amount in amounts.items()}


def _surcharges(told: ParcelIn) -> Iterator[Surcharge]:
    for each in told.surcharges:
        price_minor = minor_by_zone(each.amount or {}, told.currency, f"surcharge {each.name}")
        yield Surcharge(each.name, each.kind, price_minor, each.share, each.when.made(), each.group, each.fuelled)


def _table(told: ParcelIn, prices: PricesIn, shelf: Shelf) -> PriceTable:
    when, units = prices.when.made(), VOLUMES if prices.by is By.VOLUME else WEIGHTS
    if prices.amount is not None:
        price_minor = minor_by_zone(prices.amount, told.currency, "prices")
        return PriceTable(By.PIECE, (PriceStep(Measure(1, 1, ""), price_minor),), when)
    cells = price_cells(shelf, prices)
    if prices.by is By.PIECE:
        price_minor = {cell.zone: cell.minor for cell in cells}
        return PriceTable(By.PIECE, (PriceStep(Measure(1, 1, ""), price_minor),) if cells else (), when)
    beyond = None
    if prices.beyond:
        amount = minor_by_zone(prices.beyond.amount, told.currency, "beyond")
        beyond = Beyond(of_kind(prices.beyond.each, units), amount, of_kind(prices.beyond.up_to, units))
    return PriceTable(prices.by, tuple(_steps(cells, prices, shelf)), when, beyond)


def _steps(cells: Sequence[PriceCell], prices: PricesIn, shelf: Shelf) -> Iterator[PriceStep]:
    """The steps, lightest first; a measure of the wrong kind comes back."""
    units = VOLUMES if prices.by is By.VOLUME else WEIGHTS
    found: dict[Measure, dict[str, int]] = {}
    for cell in cells:
        assert cell.up_to is not None
        if cell.up_to.unit not in units:
            says = f"is in {cell.up_to.unit or 'no unit'}: prices by {prices.by} go up to one of {', '.join(units)}"
            shelf.wrong(prices.file, cell.line, "up_to", cell.up_to, says)
            continue
        found.setdefault(cell.up_to, {})[cell.zone] = cell.minor
    for up_to in sorted(found, key=lambda up_to: up_to.exact):
        yield PriceStep(up_to, found[up_to])


def _check_names(tariff: ParcelTariff) -> None:
    """Areas and zones that conditions, surcharges and minimums name must be there."""
    priced = {zone for table in tariff.tables for step in table.steps for zone in step.price_minor}
    conditions = [each.when for each in tariff.tables] + [each.when for each in tariff.surcharges]
    for when in conditions + [each.when for each in tariff.discounts]:
        if when.area and when.area not in tariff.areas:
            known = ", ".join(tariff.areas) or "none"
            raise UnreadableTableError(f"There is no area {when.area!r} under [areas]; there are {known}.")
        if tariff.tables and (strange := sorted(when.zones - priced)):
            raise UnreadableTableError(f"when.zones: zone {strange[0]} has no price; there are {_few(priced)}.")


def _few(zones: set[str]) -> str:
    named = sorted(zones)
    return ", ".join(named[:20]) + (" ..." if len(named) > 20 else "")


def _notes(tariff: ParcelTariff) -> Iterator[str]:
    """What is allowed and seldom meant."""
    priced = {zone for table in tariff.tables for step in table.steps for zone in step.price_minor}
    reached = {rule.zone for rule in tariff.zones} | {band.zone for band in tariff.bands}
    if not reached:
        yield "no zones are told: no parcel has a price before [[zones]], [[zone_tables]] or bands say where what is"
    elif lost := sorted(reached - priced):
        yield f"zone {', '.join(lost[:5])} has no price in any table"
    for table in tariff.tables:
        for lighter, heavier in zip(table.steps, table.steps[1:], strict=False):
            falls = [zone for zone, minor in heavier.price_minor.items() if minor < lighter.price_minor.get(zone, 0)]
            missing = sorted(set(lighter.price_minor) - set(heavier.price_minor))
            if falls:
                yield f"zone {falls[0]} costs less up to {heavier.up_to} than up to {lighter.up_to}"
            if missing:
                yield f"zone {missing[0]} has no price up to {heavier.up_to}, and has one up to {lighter.up_to}"
