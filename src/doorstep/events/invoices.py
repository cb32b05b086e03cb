"""Carriers' invoices, audited line by line, and the claims that come of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step
from doorstep.terms.billing import BillingTerms


@dataclass(frozen=True, slots=True)
class BilledCharge:
    """One charge of a line, minor units."""

    kind: str
    minor: int
    name: str


@dataclass(frozen=True, slots=True)
class FoundDifference:
    """Why a line is not what was expected; evidence is (of what, ours, theirs)."""

    kind: str
    minor: int
    evidence: tuple[tuple[str, str, str], ...]
    worth_claim: bool


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line as it was audited; `label_id` and `order_id` are '' where it is of no label of ours.

    `settled_minor` is what it takes off the freight that is accrued for the label.
    """

    line_no: int
    label_id: str
    order_id: str
    named: str
    matched_by: str
    expected_minor: int
    billed_minor: int
    disputed_minor: int
    settled_minor: int
    charges: tuple[BilledCharge, ...]
    differences: tuple[FoundDifference, ...]


@dataclass(frozen=True, slots=True)
class InvoiceTaken(Body):
    """Lines of a carrier's invoice came in and were audited. Others of it came before, or come once they are mended:
    `unread` counts those that could not be read this time; `due_minor` is what it says all its lines come to.
    """

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.SCORE
    carrier_id: str
    number: str
    billed_on: date
    currency: str
    lines: tuple[BilledLine, ...]
    unread: int = 0
    due_minor: int | None = None

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("invoice", f"{self.carrier_id}/{self.number}", "about"),)


@dataclass(frozen=True, slots=True)
class ClaimEvent(Body):
    """An event of one claim on a carrier."""

    claim_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("claim", self.claim_id, "about"),)


@dataclass(frozen=True, slots=True)
class ClaimOpened(ClaimEvent):
    """There is something to claim, until and with the day `file_by`. `says` is why, in the words of who opened it."""

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.SCORE
    carrier_id: str
    kind: str
    invoice_number: str
    line_no: int
    label_id: str
    claimed_minor: int
    currency: str
    file_by: date | None
    order_id: str = ""
    sscc: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class ClaimFiled(ClaimEvent):
    """The carrier was told the claim."""

    STEP: ClassVar[Step] = Step.SCORE


@dataclass(frozen=True, slots=True)
class ClaimEnded(ClaimEvent):
    """A claim is over. `cost_minor` is what that adds to the cost of its order: what an overcharge was not paid back,
    below zero what was paid of another claim.
    """

    order_id: str
    cost_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ClaimSettled(ClaimEnded):
    """The carrier answered: it pays so much, or nothing."""

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.SCORE
    paid_minor: int


@dataclass(frozen=True, slots=True)
class ClaimExpired(ClaimEnded):
    """Nobody filed the claim in its time."""

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.SCORE


@dataclass(frozen=True, slots=True)
class ClaimWithdrawn(ClaimEnded):
    """The claim is given up: it proved to be without ground."""

    STEP: ClassVar[Step] = Step.SCORE


@dataclass(frozen=True, slots=True)
class AccrualReleased(Body):
    """Freight of a label that nobody billed for so long that nobody will."""

    STEP: ClassVar[Step] = Step.SCORE
    label_id: str
    order_id: str
    carrier_id: str
    released_minor: int
    currency: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("label", self.label_id, "released"), Touch("order", self.order_id, "about"))


@dataclass(frozen=True, slots=True)
class BillingTermsSet(Body):
    """What is agreed with a carrier ('': with all) about its bills, from now on."""

    STEP: ClassVar[Step] = Step.DEFINE
    carrier_id: str
    terms: BillingTerms

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("carrier", self.carrier_id, "agreed"),)
