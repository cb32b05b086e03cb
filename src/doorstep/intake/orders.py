"""An order as it comes in at a door (JSON or TOML), read strictly: unknown fields are refused, not ignored."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from doorstep.intake.problems import read
from doorstep.terms.order import Line, Order, Terms
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal

Text = Annotated[str, Field(max_length=200)]
Id = Annotated[str, Field(min_length=1, max_length=64)]


class Strict(BaseModel):
    """Takes what it names and nothing else."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class AddressIn(Strict):
    """Where to deliver. `country` is an ISO 3166-1 code of two letters."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    lines: Annotated[list[Text], Field(min_length=1, max_length=5)]
    city: Annotated[str, Field(min_length=1, max_length=200)]
    postcode: Annotated[str, Field(max_length=20)] = ""
    country: Annotated[str, Field(min_length=2, max_length=2)]
    email: Text = ""
    phone: Annotated[str, Field(max_length=40)] = ""

    def value(self) -> Address:
        return Address(
            self.name, tuple(self.lines), self.city, self.postcode, self.country.upper(), self.email, self.phone
        )


class LineIn(Strict):
    """One order line: an item and how many units of it."""

    item_id: Id
    quantity: Annotated[int, Field(strict=True)]


class TermsIn(Strict):
    """Terms of this order alone; what is left out follows the customer's, then the company's."""

    ship_complete: bool | None = None
    backorder: bool | None = None
    max_deliveries: Annotated[int, Field(ge=1, le=20)] | None = None
    min_shelf_life_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    wanted_ppm: Annotated[int, Field(ge=500_000, le=999_999)] | None = None
    language: Annotated[str, Field(max_length=10)] | None = None


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
            terms=Terms(**self.terms.model_dump()),
        )


_ORDER: TypeAdapter[OrderIn] = TypeAdapter(OrderIn)


def read_order(raw: Any) -> Order | Refusal:
    """The order in `raw` (parsed JSON or TOML); MALFORMED with every problem and its place."""
    found = read(_ORDER, raw)
    return found if isinstance(found, Refusal) else found.value()
