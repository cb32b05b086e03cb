"""Outside: labels, the hand-over, the carrier's scans, the doorstep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.fulfilment import Content, ParcelEvent
from doorstep.events.steps import Step
from doorstep.events.stock import Move


@dataclass(frozen=True, slots=True)
class LabelEvent(ParcelEvent):
    """An event of one label. `label_id` is our reference with the carrier: asking twice with it buys once."""

    label_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("order", self.order_id, "for"),
            Touch("parcel", self.sscc, "for"),
            Touch("label", self.label_id, "about"),
        )


@dataclass(frozen=True, slots=True)
class LabelRequested(LabelEvent):
    """We mean to buy a label; a job asks the carrier afterwards."""

    STEP: ClassVar[Step] = Step.LABEL
    carrier_id: str
    service_id: str


@dataclass(frozen=True, slots=True)
class LabelOpened(LabelEvent):
    """The carrier keeps what we ask for under its own id, and nothing is paid yet: this one is bought, no other."""

    STEP: ClassVar[Step] = Step.LABEL
    carrier_ref: str


@dataclass(frozen=True, slots=True)
class LabelCharge:
    """One charge of a label, minor units; kinds are those of `terms.tariff.ChargeKind`."""

    kind: str
    minor: int
    name: str


@dataclass(frozen=True, slots=True)
class LabelBought(LabelEvent):
    """The carrier made the label. The document lies outside the journal under its digest, '' while it is awaited.

    `charges` add up to the cost, or are none where only the cost is known. They were priced by a tariff on a day, or
    told by the carrier: then `tariff_id` is ''.
    """

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.LABEL
    tracking_number: str
    cost_minor: int
    currency: str
    document: str
    charges: tuple[LabelCharge, ...] = ()
    tariff_id: str = ""
    priced_on: date | None = None


@dataclass(frozen=True, slots=True)
class LabelDocumentKept(LabelEvent):
    """The document of a label that was bought before it could be had."""

    STEP: ClassVar[Step] = Step.LABEL
    document: str


@dataclass(frozen=True, slots=True)
class LabelFailed(LabelEvent):
    """The carrier will not make this label; its words are in `says`."""

    STEP: ClassVar[Step] = Step.LABEL
    code: str
    says: str


@dataclass(frozen=True, slots=True)
class LabelVoidRequested(LabelEvent):
    """We mean to give a label back; a job asks the carrier afterwards."""

    STEP: ClassVar[Step] = Step.CHANGE


@dataclass(frozen=True, slots=True)
class LabelVoided(LabelEvent):
    """The label is void: nobody may ship with it, nobody pays for it. `refund_minor` undoes its cost."""

    STEP: ClassVar[Step] = Step.CHANGE
    refund_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class LabelVoidRefused(LabelEvent):
    """The carrier will not take the label back: it stays paid for. Its words are in `says`."""

    STEP: ClassVar[Step] = Step.CHANGE
    code: str
    says: str


@dataclass(frozen=True, slots=True)
class HandedOver(ParcelEvent):
    """The carrier's driver took the parcel at the dock: this is what 'shipped' means.

    `when_known` False: that it left is known, but not when; the envelope's time is only the latest it can have been.
    """

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.HAND_OVER
    BUSINESS_STEP: ClassVar[str] = "departing"
    DISPOSITION: ClassVar[str] = "in_transit"
    carrier_id: str
    contents: tuple[Content, ...]
    moves: tuple[Move, ...]
    when_known: bool


@dataclass(frozen=True, slots=True)
class Scanned(Body):
    """A carrier told us something of a parcel. Stored once by its message, applied or parked with the reason."""

    STEP: ClassVar[Step] = Step.TRACK
    BUSINESS_STEP: ClassVar[str] = "transporting"
    carrier_id: str
    message_id: str
    tracking_number: str
    sscc: str
    code: str
    milestone: str
    scanned_at: datetime
    scan_place: str
    corrects: bool

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("parcel", self.sscc, "scanned"), Touch("scan", f"{self.carrier_id}/{self.message_id}", "read"))


@dataclass(frozen=True, slots=True)
class ScanParked(Body):
    """An authentic message we cannot apply: unknown code, unknown parcel, unreadable. A person looks at it.

    One of a parcel that is not known yet is read again when its label is.
    """

    STEP: ClassVar[Step] = Step.TRACK
    carrier_id: str
    message_id: str
    tracking_number: str
    reason: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("scan", f"{self.carrier_id}/{self.message_id}", "parked"),)


@dataclass(frozen=True, slots=True)
class MilestoneReached(ParcelEvent):
    """Where a parcel was, in our words, and where it is now (`current`): a late scan tells of the past.

    A milestone told again with another time is corrected by a new event; `reached_at` None withdraws it.
    """

    STEP: ClassVar[Step] = Step.TRACK
    BUSINESS_STEP: ClassVar[str] = "transporting"
    DISPOSITION: ClassVar[str] = "in_transit"
    milestone: str
    reached_at: datetime | None
    current: str


@dataclass(frozen=True, slots=True)
class EtaChanged(ParcelEvent):
    """When we now expect the parcel at the door."""

    STEP: ClassVar[Step] = Step.TRACK
    eta: date


@dataclass(frozen=True, slots=True)
class Delivered(ParcelEvent):
    """The parcel is at the door."""

    STEP: ClassVar[Step] = Step.DELIVER
    BUSINESS_STEP: ClassVar[str] = "delivering"
    DISPOSITION: ClassVar[str] = "in_progress"
    delivered_at: datetime
    delivered_on: date
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class DeliveryWithdrawn(ParcelEvent):
    """The carrier takes back that it delivered: the parcel is on its way again."""

    STEP: ClassVar[Step] = Step.TRACK
    moves: tuple[Move, ...]
