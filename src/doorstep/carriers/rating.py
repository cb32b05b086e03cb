"""What one parcel costs with one carrier service, by its tariff, in whole minor units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from doorstep.carriers.bills import Bill, NoRate, NoRateWhy
from doorstep.carriers.distance import Haul, distance_of
from doorstep.carriers.freight import Freight, Handled, Trip, ltl_bill, truck_bill
from doorstep.carriers.parcels import No, Parcel, Priced, Quoter, bill, quoter_of, refused, sheet_of
from doorstep.carriers.sheets import COMMERCIAL, RESIDENTIAL, Grid, Sheet
from doorstep.carriers.shipments import Piece, is_freight, shipment_bill
from doorstep.carriers.zones import zone_of
from doorstep.terms.freight import LtlTariff, TruckTariff, VanTariff
from doorstep.terms.measures import Measure, Sides, grams
from doorstep.terms.parcel import Size
from doorstep.terms.service import AnyTariff, CarrierService, Tariff
from doorstep.terms.tariff import (
    By,
    ChargeKind,
    Condition,
    Dimensional,
    Fuel,
    Limits,
    ParcelTariff,
    PriceStep,
    PriceTable,
)

__all__ = [
    "NoRate",
    "NoRateWhy",
    "Rated",
    "dimensional_weight_g",
    "girth_mm",
    "itemised",
    "itemised_between",
    "parcel_tariff",
    "rate",
    "rate_between",
    "zone_of",
]

_WHOLE = Grid("g", 1, "mm", 1)
_GRAM = Measure(1, 1, "g")
_MOST_KEPT = 256
_MOST_LANES = 50_000


class Rated(NamedTuple):
    """A price and how it came about.

    `billable_g` is the greater of the actual and the dimensional weight, `step_g` the upper end of the weight step it
    falls in, in grams rounded up. Every amount is in minor units of `currency`; `base_minor` is before fuel and
    before `other_minor`: discounts, what reaches a minimum, surcharges. `tariff_id` is the source a cost entry cites.
    """

    service_id: str
    tariff_id: str
    currency: str
    zone: str
    actual_g: int
    dimensional_g: int
    billable_g: int
    step_g: int
    base_minor: int
    fuel_minor: int
    other_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.base_minor + self.fuel_minor + self.other_minor


def rate(
    service: CarrierService,
    parcel_size: Size,
    weight_g: int,
    origin_area: str,
    destination_area: str,
    on: date | None = None,
    account: str = "",
    *,
    residential: bool = False,
    distance: Measure | None = None,
) -> Rated | NoRate:
    """The price of a parcel of outer `parcel_size` and `weight_g` between two areas (`Locality.head`).

    Weights round up, never down; fuel is rounded to the nearest minor unit, halves up. Without a day what has days is
    left out; without an account the service's own counts. ValueError where a side or the weight is not above zero: an
    unknown measure is estimated before it is rated. Freight is one handling unit; a van has no price but for a route.
    """
    account = account or service.account
    if weight_g <= 0 or min(parcel_size) <= 0:
        raise ValueError(f"a parcel of {weight_g} g and {tuple(parcel_size)} mm cannot be rated")
    tariff = service.tariff
    if not isinstance(tariff, Tariff | ParcelTariff):
        return _freight(service.service_id, tariff, parcel_size, weight_g, (origin_area, destination_area), on, account)
    quoter = _quoter((id(tariff), origin_area, destination_area, on, account, distance), tariff)
    found = quoter.priced(weight_g, parcel_size, RESIDENTIAL if residential else COMMERCIAL)
    if isinstance(found, No):
        return refused(quoter.sheet, found, service.service_id, origin_area, destination_area)
    return _rated(service.service_id, quoter.sheet, found)


def itemised(
    service: CarrierService,
    parcel_size: Size,
    weight_g: int,
    origin_area: str,
    destination_area: str,
    on: date | None = None,
    account: str = "",
    *,
    residential: bool = False,
    distance: Measure | None = None,
) -> Bill | NoRate:
    """The same price with its charges one by one; they add up to what `rate` says."""
    account = account or service.account
    tariff, lane = service.tariff, (origin_area, destination_area)
    weight, sides = grams(weight_g), Sides(*parcel_size, 1, "mm")
    if isinstance(tariff, VanTariff):
        return NoRate(NoRateWhy.NO_ROUTE, service.service_id)
    if isinstance(tariff, LtlTariff):
        return ltl_bill(tariff, Freight((Handled(weight, sides),), *lane, on, account=account), service.service_id)
    if isinstance(tariff, TruckTariff):
        return truck_bill(tariff, Trip(*lane, weight, distance, on=on), service.service_id)
    parcel = Parcel(weight, sides, *lane, on, residential, account=account, distance=distance)
    return bill(parcel_tariff(tariff), parcel, service.service_id)


def rate_between(service: CarrierService, parcel_size: Size, weight_g: int, haul: Haul) -> Rated | NoRate:
    """`rate` with all that the two ends say of themselves: postcode, home or not, how far it is. By a tariff of freight
    it is a shipment of its own."""
    return Rater(service, haul).rate(parcel_size, weight_g)


class Rater:
    """`rate_between` for whoever asks about many parcels of one service on one haul: it is looked up once."""

    def __init__(self, service: CarrierService, haul: Haul) -> None:
        self._service, self._haul = service, haul
        self._quoter: Quoter | None = None
        origin, destination, on, _ = haul
        self._flags = RESIDENTIAL if destination.residential else COMMERCIAL
        tariff = service.tariff
        if isinstance(tariff, Tariff | ParcelTariff):
            far = distance_of(tariff, origin, destination)
            self._quoter = _quoter((id(tariff), origin.head, destination.head, on, service.account, far), tariff)

    @property
    def alike(self) -> tuple[Quoter, int] | None:
        """What all hauls have in common on which this service asks as much for a parcel; None where each is its own."""
        return None if self._quoter is None else (self._quoter, self._flags)

    def takes(self, parcel_size: Size, weight_g: int) -> bool:
        """Whether it has a price for such a parcel. ValueError where a side or the weight is not above zero."""
        if self._quoter is None or weight_g <= 0 or min(parcel_size) <= 0:
            return isinstance(self.rate(parcel_size, weight_g), Rated)
        return isinstance(self._quoter.known(weight_g, parcel_size, self._flags), Priced)

    def rate(self, parcel_size: Size, weight_g: int) -> Rated | NoRate:
        """ValueError where a side or the weight is not above zero."""
        service_id, quoter = self._service.service_id, self._quoter
        if quoter is None:
            whole = shipment_bill(self._service, [Piece(parcel_size, weight_g)], self._haul)
            return whole if isinstance(whole, NoRate) else _of_bill(service_id, whole, weight_g)
        if weight_g <= 0 or min(parcel_size) <= 0:
            raise ValueError(f"a parcel of {weight_g} g and {tuple(parcel_size)} mm cannot be rated")
        found = quoter.known(weight_g, parcel_size, self._flags)
        if isinstance(found, No):
            return refused(quoter.sheet, found, service_id, self._haul.origin.head, self._haul.destination.head)
        return _rated(service_id, quoter.sheet, found)


def itemised_between(service: CarrierService, parcel_size: Size, weight_g: int, haul: Haul) -> Bill | NoRate:
    """The same price with its charges one by one."""
    if is_freight(service):
        return shipment_bill(service, [Piece(parcel_size, weight_g)], haul)
    origin, destination, on, _ = haul
    far = distance_of(service.tariff, origin, destination)
    ends = (origin.head, destination.head, on)
    return itemised(service, parcel_size, weight_g, *ends, residential=destination.residential, distance=far)


Key = tuple[int, str, str, date | None, str, Measure | None]
_QUOTERS: dict[Key, tuple[AnyTariff, Quoter]] = {}


def _quoter(key: Key, tariff: Tariff | ParcelTariff) -> Quoter:
    """A lane of this very tariff, sorted out once: it is held here, so its identity stays its own."""
    known = _QUOTERS.get(key)
    if known is None or known[0] is not tariff:
        if len(_QUOTERS) >= _MOST_LANES:
            _QUOTERS.clear()
        sheet = sheet_of(parcel_tariff(tariff), _WHOLE)
        known = _QUOTERS[key] = (tariff, quoter_of(sheet, *key[1:]))
    return known[1]


def _rated(service_id: str, sheet: Sheet, found: Priced) -> Rated:
    zone, actual, dimensional, billable, table, step_no, base_minor, off_minor, more_minor, extras, fuel, fuel_off = (
        found
    )
    row, tariff, tick = sheet.tables[table], sheet.tariff, sheet.tick
    step = row.limits[step_no] if row.by is By.WEIGHT else billable
    if tick != 1:
        mul, div = tick.numerator, tick.denominator
        actual, dimensional = -(-actual * mul // div), -(-dimensional * mul // div)
        billable, step = -(-billable * mul // div), -(-step * mul // div)
    other_minor = more_minor - off_minor
    if extras:
        other_minor += sum(extra.minor - extra.off_minor for extra in extras)
    return Rated(
        *(service_id, tariff.tariff_id, tariff.currency, sheet.zone_names[zone]),
        *(actual, dimensional, billable, step, base_minor, fuel - fuel_off, other_minor),
    )


def _freight(
    service_id: str,
    tariff: LtlTariff | TruckTariff | VanTariff,
    size: Size,
    weight_g: int,
    lane: tuple[str, str],
    on: date | None,
    account: str,
) -> Rated | NoRate:
    """One handling unit, or the whole truck that takes it."""
    if isinstance(tariff, VanTariff):
        return NoRate(NoRateWhy.NO_ROUTE, service_id)
    if isinstance(tariff, LtlTariff):
        unit = Handled(grams(weight_g), Sides(*size, 1, "mm"))
        found: Bill | NoRate = ltl_bill(tariff, Freight((unit,), *lane, on, account=account), service_id)
    else:
        found = truck_bill(tariff, Trip(*lane, grams(weight_g), on=on), service_id)
    return found if isinstance(found, NoRate) else _of_bill(service_id, found, weight_g)


def _of_bill(service_id: str, found: Bill, weight_g: int) -> Rated:
    base_minor, fuel_minor = found.of(ChargeKind.BASE, ChargeKind.DISTANCE), found.of(ChargeKind.FUEL)
    return Rated(
        *(service_id, found.tariff_id, found.currency, found.zone, weight_g, 0, weight_g, weight_g),
        *(base_minor, fuel_minor, found.total_minor - base_minor - fuel_minor),
    )


# -- plain tariffs -----------------------------------------------------------------------------------------------------

_PARCEL: dict[int, tuple[Tariff, ParcelTariff]] = {}


def parcel_tariff(tariff: AnyTariff) -> ParcelTariff:
    """A plain tariff as a parcel tariff in grams and millimetres; a parcel tariff as it is. TypeError for freight."""
    if isinstance(tariff, ParcelTariff):
        return tariff
    if not isinstance(tariff, Tariff):
        raise TypeError(f"{tariff.tariff_id} is no tariff of parcels")
    known = _PARCEL.get(id(tariff))
    if known is None or known[0] is not tariff:
        if len(_PARCEL) >= _MOST_KEPT:
            _PARCEL.clear()
        known = _PARCEL[id(tariff)] = (tariff, _plain(tariff))
    return known[1]


def _plain(tariff: Tariff) -> ParcelTariff:
    divisor = tariff.dim_divisor_cm3_per_kg
    return ParcelTariff(
        tariff_id=tariff.tariff_id,
        currency=tariff.currency,
        zones=tariff.zones,
        tables=tuple(_tables(tariff)),
        weight_to=_GRAM,
        dimensional=Dimensional(Measure(divisor, 1, "cm3"), Measure(1, 1, "kg"), _GRAM) if divisor else None,
        limits=Limits(longest=_limit(tariff.max_length_mm), girth=_limit(tariff.max_girth_mm)),
        fuel=(Fuel(tariff.fuel_ppm),) if tariff.fuel_ppm else (),
    )


def _tables(tariff: Tariff) -> Iterable[PriceTable]:
    """One table; one for each zone where some have fewer steps: a parcel then pays at the next step of its own zone."""
    steps = sorted(tariff.steps, key=lambda step: step.up_to_g)
    zones = list(dict.fromkeys(zone for step in steps for zone in step.price_minor))
    if all(len(step.price_minor) == len(zones) for step in steps):
        return [PriceTable(By.WEIGHT, tuple(PriceStep(grams(step.up_to_g), step.price_minor) for step in steps))]
    return [
        PriceTable(
            By.WEIGHT,
            tuple(
                PriceStep(grams(step.up_to_g), {zone: step.price_minor[zone]})
                for step in steps
                if zone in step.price_minor
            ),
            Condition(zones=frozenset({zone})),
        )
        for zone in zones
    ]


def _limit(length_mm: int) -> Measure | None:
    return Measure(length_mm, 1, "mm") if length_mm > 0 else None


def dimensional_weight_g(size: Size, divisor_cm3_per_kg: int) -> int:
    """Grams that a carrier reads from the volume, rounded up to the next gram; 0 where the divisor is 0 (not used)."""
    if divisor_cm3_per_kg == 0:
        return 0
    # A cm3 is 1,000 mm3 and a kg 1,000 g, so mm3 over cm3/kg is grams as it stands.
    return -(-size.volume_mm3 // divisor_cm3_per_kg)


def girth_mm(size: Size) -> int:
    """Length plus twice the other two sides, the length being the longest side."""
    longest, middle, shortest = sorted(size, reverse=True)
    return longest + 2 * (middle + shortest)
