"""A company in one TOML file: what it is, where it works, what it sells, whom it serves, who carries, what is there."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import AwareDatetime, Field, TypeAdapter, model_validator

from doorstep.intake.goals import CompanyWeightsIn, GoalsIn, names_at, weights_apart
from doorstep.intake.orders import AddressIn, Id, Strict
from doorstep.intake.problems import read
from doorstep.terms.calendar import Calendar
from doorstep.terms.collection import Collection
from doorstep.terms.company import Company
from doorstep.terms.fleet import FleetVehicle
from doorstep.terms.item import Item
from doorstep.terms.order import Terms
from doorstep.terms.parcel import Carton
from doorstep.terms.places import NodeTerms, SiteKind
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService


class SiteIn(Strict):
    """A site and its bins."""

    site_id: Id
    name: str
    address: AddressIn
    calendar: Calendar
    bins: list[Id]
    daily_orders: int = 0
    kind: SiteKind = SiteKind.OWN
    terms: NodeTerms = NodeTerms()


class CustomerIn(Strict):
    """A customer and its agreed terms."""

    customer_id: Id
    address: AddressIn
    terms: Terms = Terms()


class StockIn(Strict):
    """What stands in a bin at the beginning."""

    place_id: Id
    item_id: Id
    quantity: int
    lot: str = ""
    expires_on: date | None = None
    serials: list[str] = Field(default_factory=list)


class InboundIn(Strict):
    """What a supplier will bring."""

    supplier_id: Id
    site_id: Id
    item_id: Id
    quantity: int
    due_at: AwareDatetime


class CompanyIn(Strict):
    """The whole file. `company_weights` is filled from old files, which have them in the company's table."""

    company: Company
    sites: list[SiteIn]
    items: list[Item]
    customers: list[CustomerIn] = Field(default_factory=list)
    cartons: list[Carton] = Field(default_factory=list)
    services: list[CarrierService] = Field(default_factory=list)
    vehicles: list[FleetVehicle] = Field(default_factory=list)
    collections: list[Collection] = Field(default_factory=list)
    stock: list[StockIn] = Field(default_factory=list)
    inbound: list[InboundIn] = Field(default_factory=list)
    goals: GoalsIn | None = None
    company_weights: CompanyWeightsIn | None = None

    _weights_apart = model_validator(mode="before")(weights_apart)


_COMPANY: TypeAdapter[CompanyIn] = TypeAdapter(CompanyIn)


def read_company(raw: Any) -> CompanyIn | Refusal:
    """The company in `raw` (parsed TOML); MALFORMED with every problem and its place."""
    return read(_COMPANY, raw, lambda place: names_at(place[1:]) if place[:1] == ("goals",) else ())
