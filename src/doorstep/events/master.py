"""Master data: what the company is, owns, sells and uses. A later definition of the same thing replaces it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step
from doorstep.terms.calendar import Calendar
from doorstep.terms.company import Company
from doorstep.terms.goals import Goals, Weights
from doorstep.terms.item import Item
from doorstep.terms.order import Terms
from doorstep.terms.parcel import Carton
from doorstep.terms.places import AS_OURS, NodeTerms, PlaceKind, SiteKind
from doorstep.terms.service import CarrierService


@dataclass(frozen=True, slots=True)
class CompanyDefined(Body):
    """The company's name, currency and defaults. `weights` came with it until goals were told by themselves."""

    VERSION: ClassVar[int] = 4
    STEP: ClassVar[Step] = Step.DEFINE
    company: Company
    weights: Weights | None = None

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("company", self.company.name, "defined"),)


@dataclass(frozen=True, slots=True)
class GoalsSet(Body):
    """What the company wants from now on, whole: the goals before are no longer its goals."""

    VERSION: ClassVar[int] = 4
    STEP: ClassVar[Step] = Step.DEFINE
    goals: Goals

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("goals", "goals", "set"),)


@dataclass(frozen=True, slots=True)
class SiteDefined(Body):
    """A site: where it is (country and postcode head) and when it works. Its pack bench and dock come with it."""

    VERSION: ClassVar[int] = 3
    STEP: ClassVar[Step] = Step.DEFINE
    site_id: str
    name: str
    area: str
    calendar: Calendar
    person_ref: str
    daily_orders: int = 0  # what it can release on one day; 0 says no limit
    kind: SiteKind = SiteKind.OWN
    terms: NodeTerms = AS_OURS

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("site", self.site_id, "defined"),)


@dataclass(frozen=True, slots=True)
class PlaceDefined(Body):
    """A place goods can be."""

    STEP: ClassVar[Step] = Step.DEFINE
    place_id: str
    kind: PlaceKind
    site_id: str = ""

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("place", self.place_id, "defined"),)


@dataclass(frozen=True, slots=True)
class ItemDefined(Body):
    """An item of the catalogue."""

    VERSION: ClassVar[int] = 3
    STEP: ClassVar[Step] = Step.DEFINE
    item: Item

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("item", self.item.item_id, "defined"),)


@dataclass(frozen=True, slots=True)
class CustomerDefined(Body):
    """A customer and the terms agreed with it. Who it is lies outside the journal, behind `person_ref`."""

    STEP: ClassVar[Step] = Step.DEFINE
    customer_id: str
    person_ref: str
    terms: Terms

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("customer", self.customer_id, "defined"),)


@dataclass(frozen=True, slots=True)
class ServiceDefined(Body):
    """A carrier service with its tariff, published transit and cut-offs."""

    VERSION: ClassVar[int] = 4
    STEP: ClassVar[Step] = Step.DEFINE
    service: CarrierService

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("service", self.service.service_id, "defined"), Touch("carrier", self.service.carrier_id, "of"))


@dataclass(frozen=True, slots=True)
class CartonDefined(Body):
    """A carton we pack into."""

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.DEFINE
    carton: Carton

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("carton", self.carton.carton_id, "defined"),)


@dataclass(frozen=True, slots=True)
class SupplierDefined(Body):
    """Who brings goods, `lead_days` after an order (None: not agreed). Its address lies behind `person_ref`, if any."""

    STEP: ClassVar[Step] = Step.DEFINE
    supplier_id: str
    name: str
    person_ref: str = ""
    lead_days: int | None = None

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("supplier", self.supplier_id, "defined"),)


@dataclass(frozen=True, slots=True)
class MasterWithdrawn(Body):
    """A definition was taken back as if it had never been made. `kind`: item, customer, supplier, site or place."""

    STEP: ClassVar[Step] = Step.DEFINE
    kind: str
    object_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch(self.kind, self.object_id, "withdrawn"),)
