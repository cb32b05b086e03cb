"""What papers are made of, and what comes of making one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from doorstep.papers.faces import Unprintable
from doorstep.terms.places import Address

PDF, ZPL = "application/pdf", "application/zpl"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper to be printed. `troubles` tell each letter that no typeface here has and what stands for it."""

    content: bytes
    media_type: str
    troubles: tuple[Unprintable, ...] = ()


@dataclass(frozen=True, slots=True)
class ParcelLabel:
    """A parcel's label. `number` of `count` parcels of its order; `purchase_order` is the customer's own number."""

    sscc: str
    tracking_number: str
    carrier_id: str
    service: str
    weight_g: int
    sender: Address
    to: Address
    order_id: str
    number: int = 1
    count: int = 1
    purchase_order: str = ""
    ship_on: date | None = None
    marks: tuple[str, ...] = ()  # what must stand on the outside: UN numbers, labels, dry ice, age checks


@dataclass(frozen=True, slots=True)
class Goods:
    """So many units of an item; `serials` and `lot` where they are told apart, `place_id` where they lie."""

    item_id: str
    description: str
    quantity: int
    lot: str = ""
    serials: tuple[str, ...] = ()
    ordered: int = 0
    place_id: str = ""


@dataclass(frozen=True, slots=True)
class PackingSlip:
    """What a parcel holds, for whoever opens it, and what of the order is still to come."""

    sscc: str
    order_id: str
    purchase_order: str
    packed_on: date
    sender: Address
    to: Address
    goods: tuple[Goods, ...]
    to_come: tuple[Goods, ...]
    number: int = 1
    count: int = 1
    service: str = ""
    marks: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PickTask:
    """One task of a pick list."""

    task_id: str
    place_id: str
    item_id: str
    description: str
    quantity: int
    lot: str
    order_id: str
    ship_by: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PickList:
    """What a site has to pick now, bin after bin."""

    site_id: str
    site_name: str
    made_at: str
    tasks: tuple[PickTask, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A handling unit on a manifest or a bill of lading."""

    sscc: str
    tracking_number: str
    order_id: str
    to: Address
    weight_g: int
    size_mm: tuple[int, int, int]
    service: str
    hazard: str = ""
    description: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a carrier's driver takes at a dock."""

    manifest_id: str
    carrier_id: str
    site_id: str
    sender: Address
    day: date
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class BillOfLading:
    """One consignment of freight to one consignee. `prepaid`: who sends pays."""

    bill_no: str
    carrier_id: str
    service: str
    sender: Address
    to: Address
    day: date
    units: tuple[Unit, ...]
    prepaid: bool = True
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class SheetStop:
    """A stop of a route sheet; without a name the vehicle comes back for more. Times are words on the wall."""

    number: int
    arrives: str
    window: str
    name: str
    where: str
    phone: str
    order: str
    parcels: int
    weight_g: int


@dataclass(frozen=True, slots=True)
class RouteSheet:
    """What the driver of an own vehicle does on a day."""

    route_id: str
    site_id: str
    vehicle_id: str
    day: date
    begins: str
    leaves: str
    ends: str
    distance_m: int
    stops: tuple[SheetStop, ...]


class PaperKind(StrEnum):
    """A paper that can be printed: of a parcel (its SSCC), a site, `SITE/CARRIER`, a fulfilment order, a route."""

    LABEL = "label"
    CARRIER_LABEL = "carrier_label"
    PACKING_SLIP = "packing_slip"
    PICK_LIST = "pick_list"
    MANIFEST = "manifest"
    BILL_OF_LADING = "bill_of_lading"
    ROUTE_SHEET = "route_sheet"

    @property
    def of_parcel(self) -> bool:
        return self in (PaperKind.LABEL, PaperKind.CARRIER_LABEL, PaperKind.PACKING_SLIP)

    @property
    def once(self) -> bool:
        """Whether a second one of the same is a reprint, for which there must be a reason."""
        return self not in (PaperKind.PICK_LIST, PaperKind.MANIFEST, PaperKind.ROUTE_SHEET)
