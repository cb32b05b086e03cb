"""The customer's page: a link nobody can guess, and what it shows of an order, without a word of whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Status(StrEnum):
    """AfterShip's nine statuses, which customers and other programs know."""

    PENDING = "Pending"
    INFO_RECEIVED = "InfoReceived"
    IN_TRANSIT = "InTransit"
    OUT_FOR_DELIVERY = "OutForDelivery"
    ATTEMPT_FAIL = "AttemptFail"
    DELIVERED = "Delivered"
    AVAILABLE_FOR_PICKUP = "AvailableForPickup"
    EXCEPTION = "Exception"
    EXPIRED = "Expired"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was made. The token is told here and never again: only its digest is kept."""

    token: str
    order_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TrackedItem:
    """So many of something, in the words of the catalogue."""

    description: str
    quantity: int


@dataclass(frozen=True, slots=True)
class TrackedCheckpoint:
    """What was seen of a parcel, when, and where: a town at most, often ''."""

    says: str
    milestone: str
    at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class TrackedParcel:
    """One parcel: which of how many, how far it is, when it is expected, checkpoints newest first, what is in it.

    `tracking_number` and `carrier` are '' until the carrier has made the label.
    """

    number: int
    of: int
    status: Status
    milestone: str
    says: str
    carrier: str
    tracking_number: str
    expected_on: date | None
    delivered_at: datetime | None
    checkpoints: tuple[TrackedCheckpoint, ...]
    items: tuple[TrackedItem, ...]


@dataclass(frozen=True, slots=True)
class TrackedPromise:
    """When it comes, in words. `old_says` and `why` where the promise was changed, '' where it stands as first made."""

    says: str
    first_day: date | None
    last_day: date | None
    old_says: str
    old_last_day: date | None
    why: str


@dataclass(frozen=True, slots=True)
class TrackedOrder:
    """What a customer sees of an order. `waiting` is what has not been packed yet."""

    company: str
    reference: str
    status: Status
    says: str
    zone: str
    placed_on: date
    promise: TrackedPromise
    parcels: tuple[TrackedParcel, ...]
    waiting: tuple[TrackedItem, ...]
    expires_at: datetime
