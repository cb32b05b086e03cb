"""A parcel tariff as a carrier publishes it: measures in its own units, prices by zone, what is added and taken off.

Every amount is in whole minor units of the tariff's currency, every share in parts per million. A list is rated by
`carriers.parcels` (one) and `carriers.matrix` (millions), which agree to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from doorstep.terms.measures import Measure
from doorstep.terms.places import Position

ROAD_PERCENT = 130  # of the distance through the air, where nothing else is known


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """Parcels from areas that begin with `origin` to areas that begin with `destination` travel in `zone`.

    An area is an address's `US-606`; the longest destination, then the longest origin, wins; '' matches all.
    """

    origin: str
    destination: str
    zone: str


class Rounding(StrEnum):
    """What becomes of a side that is no whole multiple; halves of NEAREST go up."""

    UP = "up"
    NEAREST = "nearest"
    DOWN = "down"
    EXACT = "exact"


class By(StrEnum):
    """What a table of prices is looked up by."""

    WEIGHT = "weight"  # the billable weight
    VOLUME = "volume"  # of the sides, as the tariff rounds them
    PIECE = "piece"  # one price, whatever it weighs


class ChargeKind(StrEnum):
    """What a line of a bill is for."""

    BASE = "base"
    DISCOUNT = "discount"
    MINIMUM = "minimum"
    FUEL = "fuel"
    RESIDENTIAL = "residential"
    DELIVERY_AREA = "delivery_area"
    OVERSIZE = "oversize"
    HANDLING = "handling"
    PEAK = "peak"
    ACCESSORIAL = "accessorial"
    STOPS = "stops"
    DETENTION = "detention"
    DISTANCE = "distance"
    TIME = "time"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Condition:
    """When something applies: all that is said must hold, and nothing said always holds.

    Measures are exceeded, not reached: `longest` (side), `second` (side), `girth` (length + 2 x (width + height)),
    `volume`, `actual` (weight), `billable` (weight), each as the tariff rounds them. `residential` True or False asks
    for one of them. `marks` must all be on the parcel. `area` names one of the tariff's areas, of which the
    destination must be. `zones` is any of these. From the first to the last day, both included.
    """

    longest: Measure | None = None
    second: Measure | None = None
    girth: Measure | None = None
    volume: Measure | None = None
    actual: Measure | None = None
    billable: Measure | None = None
    residential: bool | None = None
    marks: frozenset[str] = frozenset()
    area: str = ""
    zones: frozenset[str] = frozenset()
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class PriceStep:
    """Prices by zone up to and with a measure; a zone that is not named is not served at it."""

    up_to: Measure
    price_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Beyond:
    """What each begun `each` above the last step adds, up to and with `up_to` in all."""

    each: Measure
    price_minor: Mapping[str, int]
    up_to: Measure


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by weight or volume, steps ascending; by piece the first step's prices. Of several the first whose
    condition holds is the one."""

    by: By
    steps: tuple[PriceStep, ...]
    when: Condition = field(default_factory=Condition)
    beyond: Beyond | None = None


@dataclass(frozen=True, slots=True)
class Dimensional:
    """A parcel of `volume` counts as `weight`, in proportion, rounded up to a multiple of `to` (None: exact); only
    where its volume exceeds `over`."""

    volume: Measure
    weight: Measure
    to: Measure | None = None
    over: Measure | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The most a parcel may measure, reached but not exceeded; None: no limit. `weight` is the actual one."""

    longest: Measure | None = None
    girth: Measure | None = None
    volume: Measure | None = None
    weight: Measure | None = None


@dataclass(frozen=True, slots=True)
class Surcharge:
    """Added when its condition holds: an amount (by zone, '' for all others) or a share of the base price after its
    discount. Of those with one `group` only the dearest is charged. `fuelled`: fuel is charged on it too."""

    name: str
    kind: ChargeKind
    price_minor: Mapping[str, int] = field(default_factory=dict)
    share_ppm: int = 0
    when: Condition = field(default_factory=Condition)
    group: str = ""
    fuelled: bool = False


@dataclass(frozen=True, slots=True)
class Fuel:
    """The share from a day on, until the next one's first day (None: from the beginning)."""

    share_ppm: int
    first_day: date | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """What an account is let off: a share of the base price or, with `of`, of surcharges of a kind or of the fuel.
    Of several that apply the greatest counts."""

    account: str
    share_ppm: int
    of: ChargeKind = ChargeKind.BASE
    when: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True)
class DistanceBand:
    """The zone up to and with a distance."""

    up_to: Measure
    zone: str


@dataclass(frozen=True, slots=True)
class ParcelTariff:
    """A carrier's whole price list for one parcel service.

    The zone is that of the longest rule that matches, else of the first band that holds the distance. Sides are
    rounded to multiples of `side_to`, the actual weight up to multiples of `weight_to` (None: exact). `minimum_minor`,
    by zone ('' all others), is the least base price after discounts. `areas` are heads of postcodes by name. Distances
    are by the air times `road_percent`, between addresses' own positions or those of their postcodes' longest heads.
    """

    tariff_id: str
    currency: str
    zones: tuple[ZoneRule, ...]
    tables: tuple[PriceTable, ...]
    kind: Literal["parcel"] = "parcel"
    bands: tuple[DistanceBand, ...] = ()
    sides: Rounding = Rounding.EXACT
    side_to: Measure | None = None
    weight_to: Measure | None = None
    dimensional: Dimensional | None = None
    limits: Limits = field(default_factory=Limits)
    surcharges: tuple[Surcharge, ...] = ()
    fuel: tuple[Fuel, ...] = ()
    discounts: tuple[Discount, ...] = ()
    minimum_minor: Mapping[str, int] = field(default_factory=dict)
    areas: Mapping[str, frozenset[str]] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
    positions: Mapping[str, Position] = field(default_factory=dict)
    road_percent: int = ROAD_PERCENT
