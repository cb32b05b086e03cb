"""What one parcel costs with one carrier service, by its tariff, in whole minor units."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from doorstep.terms.parcel import Size
from doorstep.terms.service import CarrierService, Tariff, WeightStep, ZoneRule

_MILLION = 1_000_000
_MOST_SHEETS = 256
_MOST_LANES = 50_000


class NoRateWhy(StrEnum):
    """Why a service has no price for a parcel, in the order in which they are looked at."""

    NO_ZONE = "no_zone"
    TOO_LONG = "too_long"
    GIRTH = "girth"
    TOO_HEAVY = "too_heavy"


@dataclass(frozen=True, slots=True)
class Rated:
    """A price and how it came about.

    `billable_g` is the greater of the actual and the dimensional weight, `step_g` the upper end of the weight step it
    falls in. Every amount is in minor units of `currency`; `tariff_id` is the source a cost entry cites.
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

    @property
    def total_minor(self) -> int:
        return self.base_minor + self.fuel_minor


@dataclass(frozen=True, slots=True)
class NoRate:
    """No price: the measure that binds, what the parcel needs of it and the most the tariff allows.

    Millimetres for TOO_LONG and GIRTH, grams of billable weight for TOO_HEAVY, both 0 for NO_ZONE.
    """

    why: NoRateWhy
    service_id: str
    needs: int = 0
    allowed: int = 0
    origin_area: str = ""
    destination_area: str = ""

    @property
    def says(self) -> str:
        """One sentence for a person."""
        if self.why is NoRateWhy.NO_ZONE:
            return f"{self.service_id} has no price from {self.origin_area} to {self.destination_area}"
        measure, unit = {
            NoRateWhy.TOO_LONG: ("length", "mm"),
            NoRateWhy.GIRTH: ("girth", "mm"),
            NoRateWhy.TOO_HEAVY: ("billable weight", "g"),
        }[self.why]
        return (
            f"{self.service_id} takes a {measure} of {self.allowed} {unit} at most, this parcel has {self.needs} {unit}"
        )


def rate(
    service: CarrierService, parcel_size: Size, weight_g: int, origin_area: str, destination_area: str
) -> Rated | NoRate:
    """The price of a parcel of outer `parcel_size` and `weight_g` between two areas (`Address.area`).

    Weights round up, never down; fuel is rounded to the nearest minor unit, halves up. ValueError where a side or the
    weight is not above zero: an unknown measure is estimated before it is rated.
    """
    if weight_g <= 0 or min(parcel_size) <= 0:
        raise ValueError(f"a parcel of {weight_g} g and {tuple(parcel_size)} mm cannot be rated")
    tariff = service.tariff
    sheet = _sheet(tariff)
    zone = sheet.zone(origin_area, destination_area)
    limits_g, priced = sheet.steps(zone)
    if zone is None or not priced:
        return NoRate(NoRateWhy.NO_ZONE, service.service_id, origin_area=origin_area, destination_area=destination_area)
    too_large = _over_limit(service.service_id, tariff, parcel_size)
    if too_large:
        return too_large
    dimensional_g = dimensional_weight_g(parcel_size, tariff.dim_divisor_cm3_per_kg)
    billable_g = max(weight_g, dimensional_g)
    at = bisect_left(limits_g, billable_g)
    if at == len(priced):
        return NoRate(NoRateWhy.TOO_HEAVY, service.service_id, billable_g, limits_g[-1])
    step = priced[at]
    base_minor = step.price_minor[zone]
    return Rated(
        service_id=service.service_id,
        tariff_id=tariff.tariff_id,
        currency=tariff.currency,
        zone=zone,
        actual_g=weight_g,
        dimensional_g=dimensional_g,
        billable_g=billable_g,
        step_g=step.up_to_g,
        base_minor=base_minor,
        fuel_minor=(base_minor * tariff.fuel_ppm + _MILLION // 2) // _MILLION,
    )


def zone_of(rules: Iterable[ZoneRule], origin_area: str, destination_area: str) -> str | None:
    """The zone between two areas: longest destination, then longest origin, then the earlier rule; None without one."""
    matching = [
        rule for rule in rules if origin_area.startswith(rule.origin) and destination_area.startswith(rule.destination)
    ]
    best = max(matching, key=lambda rule: (len(rule.destination), len(rule.origin)), default=None)
    return None if best is None else best.zone


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


class _Sheet:
    """A tariff as it is looked up: zones by lane, and a zone's steps by weight, each sorted out once."""

    def __init__(self, tariff: Tariff) -> None:
        self.tariff = tariff
        self._zones: dict[tuple[str, str], str | None] = {}
        self._steps: dict[str | None, tuple[list[int], list[WeightStep]]] = {None: ([], [])}

    def zone(self, origin_area: str, destination_area: str) -> str | None:
        lane = (origin_area, destination_area)
        if lane not in self._zones:
            if len(self._zones) >= _MOST_LANES:
                self._zones.clear()
            self._zones[lane] = zone_of(self.tariff.zones, *lane)
        return self._zones[lane]

    def steps(self, zone: str | None) -> tuple[list[int], list[WeightStep]]:
        """Upper limits in grams, ascending, and their steps."""
        if zone not in self._steps:
            priced = [step for step in self.tariff.steps if zone in step.price_minor]
            priced.sort(key=lambda step: step.up_to_g)
            self._steps[zone] = ([step.up_to_g for step in priced], priced)
        return self._steps[zone]


_SHEETS: dict[int, _Sheet] = {}


def _sheet(tariff: Tariff) -> _Sheet:
    """The sheet of this very tariff: it is held here, so its identity stays its own."""
    sheet = _SHEETS.get(id(tariff))
    if sheet is None or sheet.tariff is not tariff:
        if len(_SHEETS) >= _MOST_SHEETS:
            _SHEETS.clear()
        sheet = _SHEETS[id(tariff)] = _Sheet(tariff)
    return sheet


def _over_limit(service_id: str, tariff: Tariff, size: Size) -> NoRate | None:
    if 0 < tariff.max_length_mm < max(size):
        return NoRate(NoRateWhy.TOO_LONG, service_id, max(size), tariff.max_length_mm)
    if 0 < tariff.max_girth_mm < girth_mm(size):
        return NoRate(NoRateWhy.GIRTH, service_id, girth_mm(size), tariff.max_girth_mm)
    return None
