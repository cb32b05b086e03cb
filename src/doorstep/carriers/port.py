"""What is said to a carrier and what it says back: the values every dialect reads and writes.

A dialect is a module of pure functions, `Dialect`: it builds requests and reads answers, and sends nothing. What it
cannot read it parks, with the reason; it neither guesses nor raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from doorstep.carriers.bills import Charge
from doorstep.terms.parcel import Milestone, Size
from doorstep.terms.places import Address


@dataclass(frozen=True, slots=True)
class LabelAsk:
    """A label wanted for one parcel. `reference` is ours, one per label: asked again, it must not buy a second one."""

    reference: str
    service_id: str
    sscc: str
    weight_g: int
    size: Size
    ship_from: Address
    ship_to: Address


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
class LabelMade:
    """A label that is live at the carrier. `document_type` is a media type, such as `application/zpl`.

    `charges` are the parts of its cost, where the carrier tells them.
    """

    tracking_number: str
    cost_minor: int
    currency: str
    document: bytes
    document_type: str
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True)
class NoLabel:
    """The carrier has no live label under our reference: never made, or made and `voided`."""

    reference: str
    voided: bool = False


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


class Dialect(Protocol):
    """What a carrier's module offers. A parked answer to a label or void means that its outcome is unknown."""

    def build_label(self, ask: LabelAsk) -> Request: ...

    def read_label(self, reply: Reply, reference: str) -> LabelMade | CarrierSaysNo | Parked: ...

    def build_lookup(self, reference: str) -> Request: ...

    def read_lookup(self, reply: Reply, reference: str) -> LabelMade | NoLabel | CarrierSaysNo | Parked: ...

    def build_void(self, tracking_number: str) -> Request: ...

    def read_void(self, reply: Reply, tracking_number: str) -> Voided | CarrierSaysNo | Parked: ...

    def read_scan(self, raw: bytes, received_at: datetime | None = None) -> ScanRead | Parked: ...
