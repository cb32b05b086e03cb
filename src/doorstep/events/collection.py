"""Carriers collect: what is agreed, the list of what a driver takes, the driver that is booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step
from doorstep.terms.collection import Collection


@dataclass(frozen=True, slots=True)
class CollectionAgreed(Body):
    """How a carrier collects at a site; a later agreement replaces it."""

    STEP: ClassVar[Step] = Step.DEFINE
    collection: Collection

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("site", self.collection.site_id, "collected at"),
            Touch("carrier", self.collection.carrier_id, "collects"),
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A parcel on a manifest, by the label it has."""

    label_id: str
    sscc: str


@dataclass(frozen=True, slots=True)
class ManifestClosed(Body):
    """The list of what a carrier takes at a site on a day is closed; what gets its label later is on the next one.

    Where `asks` a job tells the carrier afterwards. `manifest_id` is our reference: asked twice, it makes one list.
    """

    STEP: ClassVar[Step] = Step.HAND_OVER
    manifest_id: str
    site_id: str
    carrier_id: str
    day: date
    parcels: tuple[Listed, ...]
    weight_g: int
    asks: bool

    def touches(self) -> tuple[Touch, ...]:
        return (
            Touch("manifest", self.manifest_id, "closed"),
            *(Touch("parcel", parcel.sscc, "listed") for parcel in self.parcels),
        )


@dataclass(frozen=True, slots=True)
class ManifestEvent(Body):
    """An event of one manifest after it was closed."""

    manifest_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("manifest", self.manifest_id, "about"),)


@dataclass(frozen=True, slots=True)
class ManifestOpened(ManifestEvent):
    """The carrier works on the list under an id of its own, by which it is asked how far it is."""

    STEP: ClassVar[Step] = Step.HAND_OVER
    carrier_ref: str


@dataclass(frozen=True, slots=True)
class ManifestTaken(ManifestEvent):
    """The carrier has the list. Its document (a SCAN form) lies outside the journal under its digest, '' if none."""

    STEP: ClassVar[Step] = Step.HAND_OVER
    carrier_ref: str
    document: str


@dataclass(frozen=True, slots=True)
class ManifestRefused(ManifestEvent):
    """The carrier will not take the list; its words are in `says`. Its parcels go with our own paper."""

    STEP: ClassVar[Step] = Step.HAND_OVER
    code: str
    says: str


@dataclass(frozen=True, slots=True)
class PickupRequested(Body):
    """We mean to book a driver of a carrier; a job asks the carrier. `pickup_id` is our reference, one per pickup."""

    STEP: ClassVar[Step] = Step.HAND_OVER
    pickup_id: str
    site_id: str
    carrier_id: str
    day: date
    ready_at: datetime
    closes_at: datetime

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("pickup", self.pickup_id, "wanted"), Touch("carrier", self.carrier_id, "of"))


@dataclass(frozen=True, slots=True)
class PickupEvent(Body):
    """An event of one pickup after it was wanted."""

    pickup_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("pickup", self.pickup_id, "about"),)


@dataclass(frozen=True, slots=True)
class PickupOpened(PickupEvent):
    """The carrier keeps the pickup under its own id, and nothing is paid yet: this one is booked, no other."""

    STEP: ClassVar[Step] = Step.HAND_OVER
    carrier_ref: str


@dataclass(frozen=True, slots=True)
class PickupBooked(PickupEvent):
    """The driver comes. `confirmation` is what to say on the telephone."""

    STEP: ClassVar[Step] = Step.HAND_OVER
    carrier_ref: str
    confirmation: str
    cost_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PickupFailed(PickupEvent):
    """Nobody comes: the carrier's words are in `says`."""

    STEP: ClassVar[Step] = Step.HAND_OVER
    code: str
    says: str


@dataclass(frozen=True, slots=True)
class PickupCancelWanted(PickupEvent):
    """The driver is not to come; a job tells the carrier."""

    STEP: ClassVar[Step] = Step.HAND_OVER


@dataclass(frozen=True, slots=True)
class PickupCancelled(PickupEvent):
    """The driver does not come. Where the carrier would not have it so, `says` tells why, and he comes."""

    STEP: ClassVar[Step] = Step.HAND_OVER
    says: str
