"""What a tariff file of freight, trucks or vans says, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from doorstep.intake.tariffs.given import (
    Amount,
    ByDistance,
    ByZone,
    Common,
    FuelIn,
    Length,
    RuleIn,
    Share,
    TableIn,
    Told,
    Volume,
    Weight,
    ZonesIn,
)
from doorstep.terms.measures import VOLUMES, WEIGHTS, Measure, Sides, of_kind, sides


def _inside(told: object) -> Sides:
    if not isinstance(told, str):
        raise ValueError('must be a text such as "13600 x 2450 x 2700 mm": length, width and height')
    found = sides(told)
    if min(found[:3]) <= 0:
        raise ValueError("has a side that is nothing")
    return found


Inside = Annotated[Sides, BeforeValidator(_inside)]


class AccessorialIn(Told):
    """A service beside the carriage, asked for by name."""

    name: str
    amount: Amount = Decimal(0)
    per_hundred: Amount = Decimal(0)
    least: Amount = Decimal(0)
    most: Amount = Decimal(0)
    fuelled: bool = False


class DensityIn(Told):
    """`from = "10 lb/ft3"`, `class = "92.5"`."""

    least: Annotated[str, Field(alias="from")]
    freight_class: Annotated[str, Field(alias="class")]

    @field_validator("least")
    @classmethod
    def _is_a_density(cls, least: str) -> str:
        weight, _, volume = least.partition("/")
        of_kind(weight, WEIGHTS)
        of_kind(f"1 {volume.strip()}", VOLUMES)
        return least


class LtlIn(Common):
    """Less than a truckload, by class or by pallet space."""

    kind: Literal["ltl"]
    per: Weight = Measure(100, 1, "lb")
    weights: Weight = Measure(1, 1, "lb")
    zones: tuple[RuleIn, ...] = ()
    zone_tables: tuple[ZonesIn, ...] = ()
    rates: tuple[TableIn, ...] = ()
    pallets: tuple[TableIn, ...] = ()
    densities: tuple[DensityIn, ...] = ()
    usual_class: str = ""
    deficit: bool = True
    pallet: Length | None = None
    pallet_width: Length | None = None
    most: Weight | None = None
    accessorials: tuple[AccessorialIn, ...] = ()
    fuel: tuple[FuelIn, ...] = ()
    discounts: Mapping[str, Share] = Field(default_factory=dict)
    minimum: ByZone = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_prices(self) -> LtlIn:
        if not (self.rates or self.pallets):
            raise ValueError("has no prices: name a table under [[rates]] (by class) or [[pallets]] (by space)")
        return self


class TruckIn(ByDistance):
    """A whole truck, by lane and distance."""

    kind: Literal["truck"]
    lanes: TableIn
    prefix: str = ""
    unit: Length = Measure(1, 1, "mi")
    stop: Amount = Decimal(0)
    free_stops: Annotated[int, Field(ge=0)] = 0
    detention_hour: Amount = Decimal(0)
    detention_free_minutes: Annotated[int, Field(ge=0)] = 120
    detention_step_minutes: Annotated[int, Field(ge=1)] = 15
    fuel: tuple[FuelIn, ...] = ()
    fuel_each: Amount = Decimal(0)
    accessorials: tuple[AccessorialIn, ...] = ()
    most: Weight | None = None
    most_volume: Volume | None = None
    most_stops: Annotated[int, Field(ge=0)] = 0
    stops_within: Length | None = None
    stop_minutes: Annotated[int, Field(ge=0)] = 0
    speed_kmh: Annotated[int, Field(ge=1)] | None = None
    trailer: Inside | None = None

    @model_validator(mode="after")
    def _says_how_fast_it_drives_between_stops(self) -> TruckIn:
        if self.most_stops and self.speed_kmh is None:
            raise ValueError("has most_stops: say speed_kmh, how fast it drives from a stop to the next")
        return self


class VanIn(ByDistance):
    """An own van, by the route."""

    kind: Literal["van"]
    route: Amount = Decimal(0)
    kilometre: Amount = Decimal(0)
    hour: Amount = Decimal(0)
    stop: Amount = Decimal(0)
    minimum: Amount = Decimal(0)
    usual_stops: Annotated[int, Field(ge=1)] = 1
    between: Length | None = None
    stop_minutes: Annotated[int, Field(ge=0)] = 0
    speed_kmh: Annotated[int, Field(ge=1)] = 45
    within: Length | None = None
    most: Weight | None = None
    most_volume: Volume | None = None
