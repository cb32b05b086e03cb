"""What a row, or a group of rows, of each kind of import comes to. Plain values: judged and booked by `flow`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from doorstep.terms.calendar import Calendar
from doorstep.terms.order import Terms
from doorstep.terms.places import AS_OURS, Address, NodeTerms, SiteKind
from doorstep.terms.service import WeightStep


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site without its bins, which come as places. `address.name` is the consignor's."""

    site_id: str
    name: str
    address: Address
    calendar: Calendar
    daily_orders: int = 0
    kind: SiteKind = SiteKind.OWN
    terms: NodeTerms = AS_OURS


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A bin of a site: `CS/A-01`."""

    place_id: str


@dataclass(frozen=True, slots=True)
class StockRow:
    """What stands in a bin, as a count would find it: `quantity` units of an item (and lot), not a delivery of them."""

    place_id: str
    item_id: str
    quantity: int
    lot: str = ""
    expires_on: date | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer, where it is, and the terms agreed with it (None: the company's)."""

    customer_id: str
    address: Address
    terms: Terms


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """Who brings goods; `lead_days` from order to delivery, as agreed (None: not agreed)."""

    supplier_id: str
    name: str
    address: Address | None = None
    lead_days: int | None = None


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """A line of a purchase order that is still to be delivered. `po` and `line_no` name it."""

    po: str
    line_no: int
    supplier_id: str
    site_id: str
    item_id: str
    quantity: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class TariffRow:
    """All prices of one carrier service: they take the place of the steps of its tariff, under a new `tariff_id`."""

    service_id: str
    tariff_id: str
    currency: str
    steps: tuple[WeightStep, ...]


@dataclass(frozen=True, slots=True)
class ScanRow:
    """What a carrier told of a parcel. `message_id` is the carrier's, or made from the row's own content."""

    carrier_id: str
    message_id: str
    tracking_number: str
    code: str
    scanned_at: datetime
    place: str = ""


class Ended(StrEnum):
    """How a past order ended, as history tells it: delivered, cancelled, or neither (yet)."""

    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class PastLine:
    """A line of a past order: units of an item that a site shipped."""

    line_no: int
    item_id: str
    quantity: int
    site_id: str


@dataclass(frozen=True, slots=True)
class PastOrder:
    """A past order as history tells it, contradictions included; None is what history does not say.

    `reference` names it in the old system. `promised_by` is the date the customer was told, at the destination.
    `freight_minor` (in `currency`) and `weight_g` are of the whole order. `line` is where it stands in the file.
    """

    reference: str
    customer_id: str
    ship_to: Address
    service_id: str
    currency: str
    placed_at: datetime | None
    cleared_at: datetime | None
    promised_from: date | None
    promised_by: date | None
    handed_over_at: datetime | None
    delivered_at: datetime | None
    ended: Ended
    lines: tuple[PastLine, ...]
    freight_minor: int = 0
    weight_g: int | None = None
    line: int = 0
