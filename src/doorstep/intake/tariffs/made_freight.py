"""From tariffs of freight, trucks and vans as they are told to those that are rated by."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from doorstep.intake.tables.kinds import Field
from doorstep.intake.tables.opened import UnreadableTableError
from doorstep.intake.tariffs.given import FuelIn, TableIn
from doorstep.intake.tariffs.given_freight import AccessorialIn, LtlIn, TruckIn, VanIn
from doorstep.intake.tariffs.made_parcel import minor_by_zone, minor_of
from doorstep.intake.tariffs.tables import Shelf, heads, positions_of, rows, zone_rules
from doorstep.terms.freight import (
    Accessorial,
    ClassRates,
    DensityClass,
    Each,
    LtlTariff,
    TruckLane,
    TruckTariff,
    VanTariff,
)
from doorstep.terms.measures import VOLUMES, WEIGHTS, Measure, of_kind
from doorstep.terms.money import DECIMALS
from doorstep.terms.tariff import Fuel

_RATES = (
    Field("zone", "text", "zone", True),
    Field("class", "text", "freight class", True),
    Field("from", "exact", "weight from which the price holds", True),
    Field("price", "money", "of a hundredweight", True),
)
_PALLETS = (
    Field("zone", "text", "zone", True),
    Field("spaces", "whole1", "pallet spaces", True),
    Field("price", "money", "of all of them", True),
)
_LANES = (
    Field("origin", "text", "heads of postcodes", True),
    Field("destination", "text", "heads of postcodes", True),
    Field("price", "exact", "of one unit of distance", True),
    Field("distance", "exact", "units of distance that the contract states"),
    Field("minimum", "money", "the least the lane costs"),
)


def ltl(told: LtlIn, shelf: Shelf) -> LtlTariff:
    """UnreadableTableError where a table cannot be read, or has no price of the first break or space."""
    rules = [rule.made() for rule in told.zones]
    for zones in told.zone_tables:
        rules += zone_rules(shelf, zones)
    return LtlTariff(
        tariff_id=told.tariff_id,
        currency=told.currency,
        zones=tuple(rules),
        rates=tuple(_class_rates(told, shelf)),
        pallets_minor=_pallets(told.pallets, shelf),
        per=told.per,
        weight_to=told.weights,
        densities=tuple(
            DensityClass(
                of_kind(each.least.partition("/")[0], WEIGHTS),
                of_kind(f"1 {each.least.partition('/')[2].strip()}", VOLUMES),
                each.freight_class,
            )
            for each in told.densities
        ),
        usual_class=told.usual_class,
        deficit=told.deficit,
        pallet=told.pallet,
        pallet_width=told.pallet_width,
        most=told.most,
        accessorials=_accessorials(told.accessorials, told.currency),
        fuel=_fuel(told.fuel),
        discounts_ppm=told.discounts,
        minimum_minor=minor_by_zone(told.minimum, told.currency, "minimum"),
        first_day=told.first_day,
        last_day=told.last_day,
    )


def _class_rates(told: LtlIn, shelf: Shelf) -> Iterable[ClassRates]:
    """Breaks in the unit of the hundredweight, lightest first."""
    found: dict[tuple[str, str], dict[Decimal, int]] = {}
    for table in told.rates:
        for line, row in rows(shelf, table, _RATES):
            breaks = found.setdefault((row["zone"], row["class"]), {})
            if row["from"] in breaks:
                shelf.wrong(table.file, line, "from", row["from"], "has a price for this zone and class already")
            else:
                breaks[row["from"]] = row["price"]
    for (zone, freight_class), breaks in found.items():
        steps = ((_weight(at, told.per.unit), breaks[at]) for at in sorted(breaks))
        yield ClassRates(zone, freight_class, tuple(steps))


def _weight(at: Decimal, unit: str) -> Measure:
    over, under = at.as_integer_ratio()
    return Measure(over, under, unit)


def _pallets(tables: Iterable[TableIn], shelf: Shelf) -> dict[str, tuple[int, ...]]:
    """Prices for 1, 2, 3 ... spaces; what stands behind a gap comes back."""
    found: dict[str, dict[int, tuple[int, int, str]]] = {}
    for table in tables:
        for line, row in rows(shelf, table, _PALLETS):
            spaces = found.setdefault(row["zone"], {})
            if row["spaces"] in spaces:
                shelf.wrong(table.file, line, "spaces", row["spaces"], f"zone {row['zone']} has a price for it already")
            spaces.setdefault(row["spaces"], (row["price"], line, table.file))
    prices = {}
    for zone, spaces in found.items():
        whole = 0
        while whole + 1 in spaces:
            whole += 1
        for beyond in (each for each in spaces if each > whole):
            _, line, file = spaces[beyond]
            shelf.wrong(file, line, "spaces", beyond, f"zone {zone} has no price for {whole + 1}: name them one by one")
        if whole:
            prices[zone] = tuple(spaces[number][0] for number in range(1, whole + 1))
    return prices


def truck(told: TruckIn, shelf: Shelf) -> TruckTariff:
    lanes = []
    unit = told.unit.unit
    for _, row in rows(shelf, told.lanes, _LANES):
        distance = None if row.get("distance") is None else _weight(row["distance"], unit)
        price = _each(row["price"], told.currency)
        for origin in heads(row["origin"]):
            for to in heads(row["destination"]):
                ends = (f"{told.prefix}{origin}", f"{told.prefix}{to}")
                lanes.append(TruckLane(*ends, price, distance, row.get("minimum") or 0))
    if not lanes:
        raise UnreadableTableError(f"{told.lanes.file} has no lane that can be used.")
    return TruckTariff(
        tariff_id=told.tariff_id,
        currency=told.currency,
        lanes=tuple(lanes),
        unit=told.unit,
        stop_minor=minor_of(told.stop, told.currency, "stop"),
        free_stops=told.free_stops,
        detention_hour_minor=minor_of(told.detention_hour, told.currency, "detention_hour"),
        detention_free_seconds=told.detention_free_minutes * 60,
        detention_step_seconds=told.detention_step_minutes * 60,
        fuel=_fuel(told.fuel),
        fuel_each=_each(told.fuel_each, told.currency),
        accessorials=_accessorials(told.accessorials, told.currency),
        most=told.most,
        first_day=told.first_day,
        last_day=told.last_day,
        most_volume=told.most_volume,
        positions=positions_of(shelf, told.positions),
        road_percent=told.road // 10_000,
        most_stops=told.most_stops,
        stops_within=told.stops_within,
        stop_seconds=told.stop_minutes * 60,
        speed_kmh=told.speed_kmh or 0,
        trailer=told.trailer,
    )


def van(told: VanIn, shelf: Shelf) -> VanTariff:
    return VanTariff(
        tariff_id=told.tariff_id,
        currency=told.currency,
        route_minor=minor_of(told.route, told.currency, "route"),
        kilometre=_each(told.kilometre, told.currency),
        hour_minor=minor_of(told.hour, told.currency, "hour"),
        stop_minor=minor_of(told.stop, told.currency, "stop"),
        minimum_minor=minor_of(told.minimum, told.currency, "minimum"),
        first_day=told.first_day,
        last_day=told.last_day,
        usual_stops=told.usual_stops,
        between=told.between,
        stop_seconds=told.stop_minutes * 60,
        speed_kmh=told.speed_kmh,
        within=told.within,
        most=told.most,
        most_volume=told.most_volume,
        positions=positions_of(shelf, told.positions),
        road_percent=told.road // 10_000,
    )


def _each(amount: Decimal, currency: str) -> Each:
    """A price with parts of a minor unit, exact."""
    over, under = amount.scaleb(DECIMALS[currency]).as_integer_ratio()
    return Each(over, under)


def _fuel(told: Iterable[FuelIn]) -> tuple[Fuel, ...]:
    return tuple(Fuel(each.share, each.first_day) for each in told)


def _accessorials(told: Iterable[AccessorialIn], currency: str) -> tuple[Accessorial, ...]:
    return tuple(
        Accessorial(
            name=each.name,
            price_minor=minor_of(each.amount, currency, f"accessorial {each.name}"),
            per_hundred_minor=minor_of(each.per_hundred, currency, f"accessorial {each.name}"),
            least_minor=minor_of(each.least, currency, f"accessorial {each.name}"),
            most_minor=minor_of(each.most, currency, f"accessorial {each.name}"),
            fuelled=each.fuelled,
        )
        for each in told
    )
