"""A carrier service: what it costs, how long it takes, what it carries, when it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from doorstep.terms.calendar import Calendar
from doorstep.terms.freight import LtlTariff, TruckTariff, VanTariff
from doorstep.terms.item import Temperature
from doorstep.terms.tariff import ParcelTariff, ZoneRule

__all__ = ["AnyTariff", "CarrierService", "Tariff", "WeightStep", "ZoneRule"]


@dataclass(frozen=True, slots=True)
class WeightStep:
    """Prices by zone for a billable weight up to and with `up_to_g`, minor units."""

    up_to_g: int
    price_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Tariff:
    """The plain price list of one service, in grams and millimetres; `ParcelTariff` is that of a carrier with all it
    adds and takes off. `tariff_id` names the version that a cost entry cites.

    `dim_divisor_cm3_per_kg` turns volume into dimensional weight (0: none); `fuel_ppm` is added on the base price;
    the limits are what one parcel may measure (0: no limit). Girth is length + 2 x (width + height).
    """

    tariff_id: str
    currency: str
    zones: tuple[ZoneRule, ...]
    steps: tuple[WeightStep, ...]
    dim_divisor_cm3_per_kg: int = 0
    fuel_ppm: int = 0
    max_length_mm: int = 0
    max_girth_mm: int = 0


AnyTariff = Tariff | ParcelTariff | LtlTariff | TruckTariff | VanTariff


@dataclass(frozen=True, slots=True)
class CarrierService:
    """One way to send a parcel.

    `transit_ppm[zone][d]` is the published probability, in parts per million, of delivery on the d-th working day of
    the carrier after departure (each zone's sum to 1,000,000; what is missing from a zone's list is never delivered).
    `cut_offs[site]` is the time on the site's wall by which the parcel must be handed over; sites not named are not
    served. `hazards` are the UN classes it takes, `LQ` among them: limited quantities of any class, by road.
    By air it is taken to fly with passengers unless `cargo_aircraft`. `keeps` are the temperatures that it keeps
    itself; `checks_age` is the age in years that it asks to see proof of at the door, 0: none. `account` is ours with
    the carrier: its discounts are ours.
    """

    service_id: str
    carrier_id: str
    name: str
    tariff: AnyTariff
    transit_ppm: Mapping[str, tuple[int, ...]]
    cut_offs: Mapping[str, time]
    calendar: Calendar = field(default_factory=Calendar)
    mode: str = "parcel"
    by_air: bool = False
    hazards: frozenset[str] = frozenset()
    cargo_aircraft: bool = False
    keeps: frozenset[Temperature] = frozenset()
    checks_age: int = 0
    account: str = ""

    def transit_of(self, zone: str) -> tuple[int, ...] | None:
        """The published transit of a zone; what '' says is that of all zones that are not named."""
        return self.transit_ppm.get(zone, self.transit_ppm.get(""))
