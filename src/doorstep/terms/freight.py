"""Tariffs of what is no parcel: less-than-truckload, full trucks, the company's own vans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from doorstep.terms.measures import Measure, Sides
from doorstep.terms.places import Position
from doorstep.terms.tariff import ROAD_PERCENT, Fuel, ZoneRule


class Each(NamedTuple):
    """`minor` for every `per`: 58.5 cents a mile are (585, 10). A part of a cent is rounded once, at the end."""

    minor: int
    per: int = 1


NOTHING = Each(0)
_HUNDREDWEIGHT, _POUND, _MILE = Measure(100, 1, "lb"), Measure(1, 1, "lb"), Measure(1, 1, "mi")


@dataclass(frozen=True, slots=True)
class ClassRates:
    """What a hundredweight (`per` of the tariff) of a freight class costs in a zone, by the weight of the shipment:
    (from that weight on, minor units), ascending; the first is from nothing."""

    zone: str
    freight_class: str
    breaks: tuple[tuple[Measure, int], ...]


@dataclass(frozen=True, slots=True)
class DensityClass:
    """The class of goods that weigh `weight` or more in `volume`; the densest that they reach counts."""

    weight: Measure
    volume: Measure
    freight_class: str


@dataclass(frozen=True, slots=True)
class Accessorial:
    """A service beside the carriage, asked for by name: an amount, or so much for each hundredweight, within bounds
    (`most_minor` 0: none)."""

    name: str
    price_minor: int = 0
    per_hundred_minor: int = 0
    least_minor: int = 0
    most_minor: int = 0
    fuelled: bool = False


@dataclass(frozen=True, slots=True)
class LtlTariff:
    """Less than a truckload: by class and hundredweight, or by pallet spaces, whichever of the two it has prices for
    (by class where both).

    A shipment pays at the next break where that is cheaper (`deficit`: the weight to it is charged at the lowest of
    its classes' rates). The account's discount (by account, parts per million) is of the linehaul; `minimum_minor` (by
    zone, '' all others) is the least linehaul after it. Weights are rounded up to `weight_to`.
    """

    tariff_id: str
    currency: str
    zones: tuple[ZoneRule, ...]
    rates: tuple[ClassRates, ...] = ()
    pallets_minor: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # by zone: for 1, 2, 3 ... spaces
    kind: Literal["ltl"] = "ltl"
    per: Measure = _HUNDREDWEIGHT
    weight_to: Measure = _POUND
    densities: tuple[DensityClass, ...] = ()
    usual_class: str = ""
    deficit: bool = True
    pallet: Measure | None = None  # the longest side that one space takes; longer goods take more
    pallet_width: Measure | None = None
    most: Measure | None = None  # the heaviest shipment
    accessorials: tuple[Accessorial, ...] = ()
    fuel: tuple[Fuel, ...] = ()
    discounts_ppm: Mapping[str, int] = field(default_factory=dict)
    minimum_minor: Mapping[str, int] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class TruckLane:
    """A lane by heads of postcodes: so much a mile (or km), its own distance where the contract states one, the least
    it costs."""

    origin: str
    destination: str
    price: Each
    distance: Measure | None = None
    minimum_minor: int = 0


@dataclass(frozen=True, slots=True)
class TruckTariff:
    """A whole truck: the lane's price for each `unit` of distance begun, stops beyond the free ones, waiting.

    Detention is charged for each begun `detention_step_seconds` beyond the free time of a stop, at a price per hour.
    Fuel is a share of the linehaul, or with `fuel_each` an amount for each unit of distance, or both. What is above
    `most` or `most_volume` goes in several trucks.

    Before the last place it unloads at up to `most_stops` others of the same lane (0: it goes to one consignee), each
    no farther than `stops_within` from the one before it (None: anywhere in the lane). At each it stands for
    `stop_seconds`; between them it drives at `speed_kmh`. Inside it measures `trailer` (None: only weight and volume
    count). ValueError where it stops and no speed is told.
    """

    tariff_id: str
    currency: str
    lanes: tuple[TruckLane, ...]
    kind: Literal["truck"] = "truck"
    unit: Measure = _MILE
    stop_minor: int = 0
    free_stops: int = 0
    detention_hour_minor: int = 0
    detention_free_seconds: int = 7_200
    detention_step_seconds: int = 900
    fuel: tuple[Fuel, ...] = ()
    fuel_each: Each = NOTHING
    accessorials: tuple[Accessorial, ...] = ()
    most: Measure | None = None
    first_day: date | None = None
    last_day: date | None = None
    most_volume: Measure | None = None
    positions: Mapping[str, Position] = field(default_factory=dict)
    road_percent: int = ROAD_PERCENT
    most_stops: int = 0
    stops_within: Measure | None = None
    stop_seconds: int = 0
    speed_kmh: int = 0
    trailer: Sides | None = None

    def __post_init__(self) -> None:
        if min(self.most_stops, self.stop_seconds, self.speed_kmh) < 0 or (self.most_stops and not self.speed_kmh):
            raise ValueError(f"{self.tariff_id} makes {self.most_stops} stops: say how fast it drives between them")


@dataclass(frozen=True, slots=True)
class VanTariff:
    """What a route of an own van costs: for going out, for each kilometre, hour and stop, at least `minimum_minor`.

    Before routes are made, a shipment bears its share of a usual one: `usual_stops`, as far out as its own, `between`
    from each to the next, `stop_seconds` at each, at `speed_kmh`. It goes no farther than `within`.
    """

    tariff_id: str
    currency: str
    kind: Literal["van"] = "van"
    route_minor: int = 0
    kilometre: Each = NOTHING
    hour_minor: int = 0
    stop_minor: int = 0
    minimum_minor: int = 0
    first_day: date | None = None
    last_day: date | None = None
    usual_stops: int = 1
    between: Measure | None = None
    stop_seconds: int = 0
    speed_kmh: int = 45
    within: Measure | None = None
    most: Measure | None = None
    most_volume: Measure | None = None
    positions: Mapping[str, Position] = field(default_factory=dict)
    road_percent: int = ROAD_PERCENT
