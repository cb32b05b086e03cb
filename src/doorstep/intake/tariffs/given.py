"""A tariff file as it is written: TOML, read strictly. docs/tariffs.md tells every word of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from doorstep.intake.tables.map import Column, ReadingIn
from doorstep.terms.measures import LENGTHS, VOLUMES, WEIGHTS, Measure, of_kind
from doorstep.terms.money import DECIMALS
from doorstep.terms.tariff import ROAD_PERCENT, By, ChargeKind, Condition, DistanceBand, Limits, Rounding, ZoneRule


class Told(BaseModel):
    """A part of the file: takes what it names and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _measured(units: Mapping[str, Fraction]) -> Callable[[Any], Measure]:
    def read(said: Any) -> Measure:
        if not isinstance(said, str):
            raise ValueError(f'must be a text with its unit, such as "22 {list(units)[-1]}"')
        return of_kind(said, units)

    return read


Length = Annotated[Measure, BeforeValidator(_measured(LENGTHS))]
Weight = Annotated[Measure, BeforeValidator(_measured(WEIGHTS))]
Volume = Annotated[Measure, BeforeValidator(_measured(VOLUMES))]


def _decimal(said: Any) -> Decimal:
    """An amount as written: 5.95 or "5.95"; never through a binary fraction."""
    if isinstance(said, bool) or not isinstance(said, int | str | Decimal):
        raise ValueError("must be an amount such as 5.95")
    try:
        found = Decimal(said)
    except ArithmeticError:
        raise ValueError("must be an amount such as 5.95") from None
    if not found.is_finite() or found < 0:
        raise ValueError("must be an amount from 0 up")
    return found


Amount = Annotated[Decimal, BeforeValidator(_decimal)]


def _ppm(said: Any) -> int:
    """A share: "18.5 %", or 0.185."""
    text = str(said).strip()
    try:
        found = Decimal(text.removesuffix("%").strip()).scaleb(4 if text.endswith("%") else 6)
    except ArithmeticError:
        raise ValueError('must be a share such as "18.5 %"') from None
    if not found.is_finite() or found != found.to_integral_value() or not 0 <= found <= 10_000_000:
        raise ValueError('must be a share from "0 %" up, with four decimals at most')
    return int(found)


Share = Annotated[int, BeforeValidator(_ppm)]


def _by_zone(said: Any) -> Any:
    return said if isinstance(said, Mapping) else {"": said}


ByZone = Annotated[Mapping[str, Amount], BeforeValidator(_by_zone)]


class ConditionIn(Told):
    """When something applies: `terms.tariff.Condition`."""

    longest: Length | None = None
    second: Length | None = None
    girth: Length | None = None
    volume: Volume | None = None
    actual: Weight | None = None
    billable: Weight | None = None
    residential: bool | None = None
    marks: frozenset[str] = frozenset()
    area: str = ""
    zones: frozenset[str] = frozenset()
    first_day: date | None = None
    last_day: date | None = None

    def made(self) -> Condition:
        return Condition(**{name: getattr(self, name) for name in ConditionIn.model_fields})


class LimitsIn(Told):
    """The most a parcel may measure."""

    longest: Length | None = None
    girth: Length | None = None
    volume: Volume | None = None
    weight: Weight | None = None

    def made(self) -> Limits:
        return Limits(self.longest, self.girth, self.volume, self.weight)


class DimensionalIn(Told):
    """`divisor = "166 in3/lb"`."""

    divisor: str
    to: Weight | None = None
    over: Volume | None = None

    @field_validator("divisor")
    @classmethod
    def _is_a_divisor(cls, divisor: str) -> str:
        volume, slash, weight = divisor.partition("/")
        if not slash:
            raise ValueError('must be a volume for a weight, such as "166 in3/lb"')
        if not of_kind(volume, VOLUMES).ticks or not of_kind(f"1 {weight.strip()}", WEIGHTS).ticks:
            raise ValueError("must be above zero")
        return divisor

    @property
    def volume(self) -> Measure:
        return of_kind(self.divisor.partition("/")[0], VOLUMES)

    @property
    def weight(self) -> Measure:
        return of_kind(f"1 {self.divisor.partition('/')[2].strip()}", WEIGHTS)


class TableIn(Told):
    """A table beside the file: which rows of it (`where`: column = text), and which columns are ours.

    `mended` is a file of rows that came back from it, put right: each takes the place of the row that it was.
    """

    file: str
    mended: str = ""
    reading: ReadingIn = ReadingIn()
    where: Mapping[str, str | int] = Field(default_factory=dict)
    columns: Mapping[str, str | Column] = Field(default_factory=dict)


class BeyondIn(Told):
    """What is above the last step: so much for each begun measure."""

    each: str
    up_to: str
    amount: ByZone


class PricesIn(TableIn):
    """Prices by zone: a column `zone` and one `price`, or a column for each zone. `unit` is that of `up_to`."""

    file: str = ""
    by: By = By.WEIGHT
    unit: str = ""
    when: ConditionIn = ConditionIn()
    beyond: BeyondIn | None = None
    amount: ByZone | None = None
    zone_columns: Mapping[str, str] = Field(default_factory=dict)
    zone_ranges: bool = False

    @model_validator(mode="after")
    def _has_prices(self) -> PricesIn:
        if bool(self.file) == (self.amount is not None):
            raise ValueError("name a `file` of prices or, by piece, the `amount`, one of them")
        if self.amount is not None and self.by is not By.PIECE:
            raise ValueError('an `amount` without a file is by = "piece"')
        return self


class ZonesIn(TableIn):
    """Zones by heads of postcodes; `prefix` goes before each (US-), `origin` is that of all rows where none says it."""

    prefix: str = ""
    origin: str = ""


class RuleIn(Told):
    """A zone by heads of postcodes."""

    origin: str = ""
    destination: str = ""
    zone: str

    def made(self) -> ZoneRule:
        return ZoneRule(self.origin, self.destination, self.zone)


class BandIn(Told):
    """A zone by distance."""

    up_to: Length
    zone: str

    def made(self) -> DistanceBand:
        return DistanceBand(self.up_to, self.zone)


class SurchargeIn(Told):
    """What is added, an amount or a share."""

    name: str
    kind: ChargeKind = ChargeKind.OTHER
    amount: ByZone | None = None
    share: Share = 0
    when: ConditionIn = ConditionIn()
    group: str = ""
    fuelled: bool = False

    @model_validator(mode="after")
    def _is_one(self) -> SurchargeIn:
        if (self.amount is None) == (not self.share):
            raise ValueError("say an `amount` or a `share`, one of them")
        return self


class FuelIn(Told):
    """The share of fuel from a day on."""

    share: Share
    first_day: date | None = None


class DiscountIn(Told):
    """What an account is let off."""

    account: str
    share: Share
    of: ChargeKind = ChargeKind.BASE
    when: ConditionIn = ConditionIn()

    @model_validator(mode="after")
    def _is_not_more_than_all(self) -> DiscountIn:
        if self.share > 1_000_000:
            raise ValueError("lets off more than all of it")
        return self


class AreaIn(Told):
    """Heads of postcodes in a table, or in the file itself."""

    file: str = ""
    column: str = ""
    prefix: str = ""
    heads: tuple[str, ...] = ()
    reading: ReadingIn = ReadingIn()


def _area(said: Any) -> Any:
    return {"heads": said} if isinstance(said, list | tuple) else said


class PositionsIn(Told):
    """Where heads of postcodes lie: `"41.88 -87.62"` each, or a table with the columns head, latitude, longitude."""

    file: str = ""
    prefix: str = ""
    columns: Mapping[str, str | Column] = Field(default_factory=dict)
    reading: ReadingIn = ReadingIn()
    heads: Mapping[str, str] = Field(default_factory=dict)

    @field_validator("heads")
    @classmethod
    def _lie_on_earth(cls, heads: Mapping[str, str]) -> Mapping[str, str]:
        for head, said in heads.items():
            try:
                latitude, longitude = map(Decimal, said.split())
                lies = abs(latitude) <= _POLE and abs(longitude) <= _DATE_LINE
            except (ValueError, ArithmeticError):
                lies = False
            if not lies:
                raise ValueError(f'{head} must be degrees north and east, such as "41.88 -87.62"')
        return heads


_POLE, _DATE_LINE = 90, 180


def _positions(said: Any) -> Any:
    return said if not isinstance(said, Mapping) or "file" in said or "heads" in said else {"heads": said}


class Common(Told):
    """What tariffs of every kind say."""

    tariff_id: Annotated[str, Field(min_length=1, max_length=120)]
    service: str = ""
    currency: str
    first_day: date | None = None
    last_day: date | None = None

    @field_validator("currency")
    @classmethod
    def _is_a_currency(cls, currency: str) -> str:
        if currency not in DECIMALS:
            raise ValueError(f"{currency} is not a currency we know; use one of {', '.join(sorted(DECIMALS))}")
        return currency

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Common:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        return self


class ByDistance(Common):
    """What tariffs by distance say of it: `positions` of heads of postcodes, in the file or in a table of its own, and
    how much longer a road is than the way through the air."""

    positions: Annotated[PositionsIn, BeforeValidator(_positions)] = PositionsIn()
    road: Annotated[int, Field(ge=1_000_000, le=10_000_000), BeforeValidator(_ppm)] = ROAD_PERCENT * 10_000

    @field_validator("road")
    @classmethod
    def _is_in_whole_per_cent(cls, road: int) -> int:
        if road % 10_000:
            raise ValueError('must be in whole per cent, such as "125 %"')
        return road


class ParcelIn(ByDistance):
    """A whole price list of one parcel service."""

    kind: Literal["parcel"] = "parcel"
    sides: str = "exact"
    weights: str = "exact"
    dimensional: DimensionalIn | None = None
    limits: LimitsIn = LimitsIn()
    zones: tuple[RuleIn, ...] = ()
    zone_tables: tuple[ZonesIn, ...] = ()
    bands: tuple[BandIn, ...] = ()
    prices: Annotated[tuple[PricesIn, ...], Field(min_length=1)]
    surcharges: tuple[SurchargeIn, ...] = ()
    fuel: tuple[FuelIn, ...] = ()
    discounts: tuple[DiscountIn, ...] = ()
    minimum: ByZone = Field(default_factory=dict)
    areas: Mapping[str, Annotated[AreaIn, BeforeValidator(_area)]] = Field(default_factory=dict)

    @field_validator("sides", "weights")
    @classmethod
    def _is_a_rounding(cls, said: str, about: Any) -> str:
        how, _, to = said.partition(" ")
        allowed = list(Rounding) if about.field_name == "sides" else [Rounding.EXACT, Rounding.UP]
        if how not in allowed or (how == Rounding.EXACT) == bool(to.strip()):
            sides, weights = '"up 1 in", "nearest 1 in", "down 0.25 in" or "exact"', '"up 1 lb" or "exact"'
            raise ValueError(f"must be {sides if about.field_name == 'sides' else weights}")
        if to and not of_kind(to, LENGTHS if about.field_name == "sides" else WEIGHTS).ticks:
            raise ValueError("cannot be rounded to nothing")
        return said
