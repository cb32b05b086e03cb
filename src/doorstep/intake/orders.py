"""An order as it comes in at a door (JSON or TOML), read strictly: unknown fields are refused, not ignored."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, WithJsonSchema, model_validator

from doorstep.intake.problems import read
from doorstep.terms.calendar import Calendar
from doorstep.terms.order import Line, Order, Preference, Terms
from doorstep.terms.places import Address, Position
from doorstep.terms.refusals import Refusal

Text = Annotated[str, Field(max_length=200)]
Id = Annotated[str, Field(min_length=1, max_length=64)]


class Strict(BaseModel):
    """Takes what it names and nothing else."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class AddressIn(Strict):
    """Where to deliver. `country` is an ISO 3166-1 code of two letters; `residential` says whether it is a home.

    `latitude` and `longitude` are degrees north and east, both or neither: what is priced by distance needs them.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)]
    lines: Annotated[list[Text], Field(min_length=1, max_length=5)]
    city: Annotated[str, Field(min_length=1, max_length=200)]
    postcode: Annotated[str, Field(max_length=20)] = ""
    country: Annotated[str, Field(min_length=2, max_length=2)]
    email: Text = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    residential: bool | None = None
    latitude: Annotated[Decimal, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[Decimal, Field(ge=-180, le=180)] | None = None

    @model_validator(mode="after")
    def _lies_somewhere(self) -> AddressIn:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude go together: name both or neither")
        return self

    def value(self) -> Address:
        about = (self.name, tuple(self.lines), self.city, self.postcode, self.country.upper(), self.email, self.phone)
        return Address(*about, self.residential, position_at(self.latitude, self.longitude))


def position_at(latitude: Decimal | None, longitude: Decimal | None) -> Position | None:
    """Degrees as they are told, to the nearest millionth; None where they are not."""
    if latitude is None or longitude is None:
        return None
    north_udeg, east_udeg = (int(degrees.scaleb(6).to_integral_value()) for degrees in (latitude, longitude))
    return Position(north_udeg, east_udeg)


class LineIn(Strict):
    """One order line: an item and how many units of it."""

    item_id: Id
    quantity: Annotated[int, Field(strict=True)]


def _wall_time(value: object) -> object:
    """Hours and minutes, written out: a bare number could be hours, minutes or seconds."""
    if isinstance(value, time) and value.tzinfo is None:
        return value
    if not isinstance(value, str) or not _HOURS.fullmatch(value):
        raise ValueError("must be a time of day such as 08:30")
    return time.fromisoformat(value)


_HOURS = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
_WRITTEN = WithJsonSchema({"type": "string", "pattern": f"^{_HOURS.pattern}$", "examples": ["08:30"]})
WallTime = Annotated[time, BeforeValidator(_wall_time), _WRITTEN]


class ReceivesIn(Strict):
    """When goods are taken in: days of the week (0 is Monday), from when until when on the wall of `zone`."""

    zone: Annotated[str, Field(min_length=1, max_length=64, examples=["America/Chicago"])]
    weekdays: Annotated[set[Annotated[int, Field(strict=True, ge=0, le=6)]], Field(min_length=1)] = {0, 1, 2, 3, 4}
    opens: WallTime = Calendar().opens
    closes: WallTime = Calendar().closes
    closed: Annotated[set[date], Field(max_length=370)] = set()

    @model_validator(mode="after")
    def _makes_sense(self) -> ReceivesIn:
        self.value()
        return self

    def value(self) -> Calendar:
        """The calendar; ValueError where it closes before it opens or the zone is none."""
        return Calendar(self.zone, frozenset(self.weekdays), self.opens, self.closes, frozenset(self.closed))


class TermsIn(Strict):
    """Terms of this order alone; what is left out follows the customer's, then the company's."""

    ship_complete: bool | None = None
    backorder: bool | None = None
    max_deliveries: Annotated[int, Field(ge=1, le=20)] | None = None
    min_shelf_life_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    wanted_ppm: Annotated[int, Field(ge=500_000, le=999_999)] | None = None
    receives: ReceivesIn | None = None
    language: Annotated[str, Field(max_length=10)] | None = None
    preference: Preference | None = None

    def value(self) -> Terms:
        said = {name: getattr(self, name) for name in type(self).model_fields}
        return Terms(**{**said, "receives": self.receives and self.receives.value()})


class OrderIn(Strict):
    """An order: who, what, where to, perhaps until when. `cleared` false: payment still holds it."""

    customer_id: Id
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=1000)]
    ship_to: AddressIn
    currency: Annotated[str, Field(min_length=3, max_length=3)]
    reference: Text = ""
    asked_from: date | None = None
    asked_by: date | None = None
    cleared: bool = True
    terms: TermsIn = TermsIn()

    def value(self) -> Order:
        return Order(
            customer_id=self.customer_id,
            lines=tuple(Line(number, line.item_id, line.quantity) for number, line in enumerate(self.lines, 1)),
            ship_to=self.ship_to.value(),
            currency=self.currency.upper(),
            reference=self.reference,
            asked_from=self.asked_from,
            asked_by=self.asked_by,
            cleared=self.cleared,
            terms=self.terms.value(),
        )


_ORDER: TypeAdapter[OrderIn] = TypeAdapter(OrderIn)


def read_order(raw: Any) -> Order | Refusal:
    """The order in `raw` (parsed JSON or TOML); MALFORMED with every problem and its place."""
    found = read(_ORDER, raw)
    return found if isinstance(found, Refusal) else found.value()
