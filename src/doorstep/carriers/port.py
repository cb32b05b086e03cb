"""What is said to a carrier and what it says back: the values every dialect reads and writes.

A dialect is a module of pure functions, `Dialect`: it builds requests and reads answers, and sends nothing. What it
cannot read it parks, with the reason; it neither guesses nor raises. Six things are asked of a carrier: rates, a label
(and whether there is one), its void, a manifest, a pickup, and what it knows of a parcel on its way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from doorstep.carriers.bills import Charge
from doorstep.terms.measures import Measure, Sides
from doorstep.terms.parcel import Milestone
from doorstep.terms.places import Address


@dataclass(frozen=True, slots=True)
class LabelAsk:
    """A label wanted for one parcel. `reference` is ours, one per label: asked again, it must not buy a second one.

    `weight` and `sides` are as they were measured; a dialect rounds them once, into the carrier's units, up. `shipment`
    are all parcels that are priced together with it, by SSCC, where a service prices shipments as a whole; `stops` to
    whom these go, in the order of driving, where that is to several. `ship_on` is the day of hand-over; None for the
    carrier's next.
    """

    reference: str
    service_id: str
    sscc: str
    weight: Measure
    sides: Sides
    ship_from: Address
    ship_to: Address
    shipment: Mapping[str, tuple[int, int, int, int]] = field(default_factory=dict)  # three sides, mm, and grams
    ship_on: date | None = None
    stops: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class RateAsk:
    """What a parcel would cost; `reference` is ours and tells this question from others, and buys nothing.

    `account` is the number that the carrier bills us under, where its interface wants it said; `ship_on` the day of
    hand-over, None for the carrier's next.
    """

    reference: str
    weight: Measure
    sides: Sides
    ship_from: Address
    ship_to: Address
    account: str = ""
    ship_on: date | None = None


@dataclass(frozen=True, slots=True)
class AtCarrier:
    """A label that was bought, as the carrier knows it: its number, and its own id where it has another."""

    tracking_number: str
    carrier_ref: str = ""


@dataclass(frozen=True, slots=True)
class ManifestAsk:
    """One list of what the driver takes. `reference` is ours; asked again with it, it must make no second list.

    `at` and `day` are where and when it is closed, where that is known.
    """

    reference: str
    labels: tuple[AtCarrier, ...]
    at: Address | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class PickupAsk:
    """A driver wanted at `at`, between the two instants, for these parcels. `reference` is ours, one per pickup.

    `zone` is the time zone there, `weight_g` that of all parcels, 0 where nobody knows it.
    """

    reference: str
    at: Address
    ready_at: datetime
    closes_at: datetime
    labels: tuple[AtCarrier, ...]
    instructions: str = ""
    zone: str = "UTC"
    weight_g: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent, `path` with its query. It holds no credentials: the sender adds them."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whole. `retry_after_seconds` is what the carrier asks us to wait, where it says so."""

    status: int
    body: bytes
    retry_after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The carrier keeps what we ask for under an id of its own now, and nothing is paid yet.

    `carrier_ref` is to be written down before `then`, which pays, is sent. `then` sent twice for the same id pays once.
    """

    carrier_ref: str
    then: Request


@dataclass(frozen=True, slots=True)
class OpenedTogether:
    """The same of several labels that are paid in one request: the carrier's id of each, in the order of the asks."""

    carrier_refs: tuple[str, ...]
    then: Request


@dataclass(frozen=True, slots=True)
class RateOffered:
    """What one service would cost: total in minor units, and working days to the door where the carrier says so."""

    service_id: str
    name: str
    cost_minor: int
    currency: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class RatesMade:
    """The offers, cheapest first. `missing` says, a sentence each, whose offers are not among them, and why."""

    offers: tuple[RateOffered, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelMade:
    """A label that is live at the carrier. `document_type` is a media type, such as `application/zpl`.

    Where the answer only says where the document lies, `document` is empty and `document_at` the address. `charges`
    are the parts of its cost, where the carrier tells them. Without `cost_known` the carrier did not tell it.
    """

    tracking_number: str
    cost_minor: int
    currency: str
    document: bytes
    document_type: str
    document_at: str = ""
    charges: tuple[Charge, ...] = ()
    cost_known: bool = True


@dataclass(frozen=True, slots=True)
class ManifestMade:
    """The carrier has the list. Its document as with a label; a carrier without paper has neither."""

    carrier_ref: str
    document: bytes = b""
    document_type: str = ""
    document_at: str = ""


@dataclass(frozen=True, slots=True)
class NotYet:
    """The carrier works on it still: it is to be asked again later, under its id."""

    carrier_ref: str
    why: str


@dataclass(frozen=True, slots=True)
class PickupMade:
    """The driver comes. `confirmation` is what to say on the telephone; the cost is 0 where it is free."""

    carrier_ref: str
    confirmation: str
    cost_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PickupOff:
    """The driver does not come, and nothing is billed for it."""

    carrier_ref: str


@dataclass(frozen=True, slots=True)
class NothingMade:
    """The carrier has no such manifest."""

    reference: str


@dataclass(frozen=True, slots=True)
class NoLabel:
    """The carrier has no live label under our reference: never made, or made and `voided`."""

    reference: str
    voided: bool = False


@dataclass(frozen=True, slots=True)
class Unsure:
    """Nobody can tell from here whether a live label was made, or its document cannot be had a second time.

    A person has to look at the carrier's; `says` what for, and what to do. `tracking_number` where it is known.
    """

    reference: str
    says: str
    tracking_number: str = ""


@dataclass(frozen=True, slots=True)
class Voided:
    """The label is void: it will neither travel nor be billed."""

    tracking_number: str


@dataclass(frozen=True, slots=True)
class CarrierSaysNo:
    """A no of the carrier, in its own `code` and words.

    `retry`: the same request may be sent again later. `outcome_unknown`: it may have taken effect all the same, so
    look it up by reference before anything else is bought for this parcel.
    """

    code: str
    says: str
    retry: bool
    outcome_unknown: bool = False
    retry_after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ScanRead:
    """One scan, in our words; `code` stays the carrier's. `corrects`: it withdraws what was reported before it."""

    message_id: str
    tracking_number: str
    milestone: Milestone
    code: str
    occurred_at: datetime
    place: str = ""
    signed_by: str = ""
    corrects: bool = False


@dataclass(frozen=True, slots=True)
class Parked:
    """A message set aside for a person, with the reason and the bytes as they came."""

    message_id: str | None
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Forged:
    """A message whose signature does not show that the carrier sent it, now."""

    why: str


class Enquiries(Protocol):
    """What may be asked of a carrier without anything coming of it, and how what it tells of parcels is read."""

    def build_rate(self, ask: RateAsk) -> Request: ...

    def read_rate(self, reply: Reply, ask: RateAsk) -> RatesMade | CarrierSaysNo | Parked: ...

    def build_track(self, label: AtCarrier) -> Request: ...

    def read_track(self, reply: Reply, label: AtCarrier) -> tuple[bytes, ...] | CarrierSaysNo | Parked:
        """What the carrier knows of a parcel, as the messages that `read_scan` reads."""

    def messages(self, raw: bytes) -> tuple[bytes, ...]:
        """What was pushed, as the messages that `read_scan` reads; none where it is about no parcel."""

    def read_scan(self, raw: bytes, received_at: datetime | None = None) -> ScanRead | Parked: ...

    def verify_signature(
        self, secrets: Sequence[bytes], headers: Mapping[str, str], raw: bytes, now: datetime
    ) -> Forged | None: ...


class Together(Protocol):
    """Where a carrier sells the labels of a shipment's parcels in one call: all of them, or none.

    Each label is looked up by itself afterwards, by its own reference or the id that an `OpenedTogether` told.
    """

    def build_together(self, reference: str, asks: Sequence[LabelAsk]) -> Request: ...

    def read_together(
        self, reply: Reply, reference: str, asks: Sequence[LabelAsk]
    ) -> tuple[LabelMade, ...] | OpenedTogether | CarrierSaysNo | Parked:
        """Reads the reply to `build_together` and the one to `OpenedTogether.then`."""


class Dialect(Enquiries, Protocol):
    """What a carrier's module offers. A parked answer to what has an effect means that its outcome is unknown.

    `carrier_ref` is the id an `Opened` told, '' where none was written down. What cannot be asked for is answered
    without asking: a `CarrierSaysNo` in place of the request, which says what to do.
    """

    def build_label(self, ask: LabelAsk) -> Request | CarrierSaysNo: ...

    def read_label(
        self, reply: Reply, reference: str, service_id: str = ""
    ) -> LabelMade | Opened | CarrierSaysNo | Parked:
        """Reads the reply to `build_label` and the one to `Opened.then`."""

    def build_lookup(self, reference: str, carrier_ref: str = "") -> Request: ...

    def read_lookup(
        self, reply: Reply, reference: str, service_id: str = ""
    ) -> LabelMade | Opened | NoLabel | Unsure | CarrierSaysNo | Parked:
        """Without a service nothing is to be bought: what is not paid is no label then."""

    def build_void(self, label: AtCarrier) -> Request | Voided:
        """Have it given back; `Voided` where the carrier need not be told."""

    def read_void(self, reply: Reply, label: AtCarrier) -> Voided | CarrierSaysNo | Parked: ...

    def build_manifest(self, ask: ManifestAsk, carrier_ref: str = "") -> Request | CarrierSaysNo:
        """Ask for it; with the id that a `NotYet` told, how far it is."""

    def read_manifest(self, reply: Reply, ask: ManifestAsk) -> ManifestMade | NotYet | CarrierSaysNo | Parked: ...

    def build_manifest_lookup(self, ask: ManifestAsk) -> Request | NothingMade:
        """After an outcome we do not know, whether there is one; `NothingMade` where asking again makes no second."""

    def read_manifest_lookup(
        self, reply: Reply, ask: ManifestAsk
    ) -> ManifestMade | NotYet | NothingMade | CarrierSaysNo | Parked: ...

    def build_pickup(self, ask: PickupAsk, carrier_ref: str = "") -> Request | CarrierSaysNo:
        """Ask for it; with the id that an `Opened` told, how far it is."""

    def read_pickup(self, reply: Reply, ask: PickupAsk) -> PickupMade | Opened | CarrierSaysNo | Parked:
        """Reads the reply to `build_pickup` and the one to `Opened.then`."""

    def build_pickup_cancel(self, carrier_ref: str) -> Request | CarrierSaysNo:
        """Have the driver not come. Sent twice it changes nothing more."""

    def read_pickup_cancel(self, reply: Reply, carrier_ref: str) -> PickupOff | CarrierSaysNo | Parked: ...
