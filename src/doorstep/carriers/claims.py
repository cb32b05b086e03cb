"""Claims on carriers: what for, until when they can be filed, and the states they go through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from doorstep.carriers.invoice import DifferenceKind
from doorstep.terms.billing import ClaimKind
from doorstep.terms.refusals import Refusal, Why


class ClaimState(StrEnum):
    """Open until it is filed or its time is up; filed until the carrier has paid or refused. One that proved to be
    without ground is withdrawn."""

    OPEN = "open"
    FILED = "filed"
    PAID = "paid"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of so many minor units; `file_by` None: its clock has not started. `paid_minor` once it is paid."""

    claim_id: str
    carrier_id: str
    kind: ClaimKind
    claimed_minor: int
    currency: str
    file_by: date | None
    state: ClaimState = ClaimState.OPEN
    paid_minor: int = 0

    def cost_minor(self, paid_minor: int) -> int:
        """What its end adds to the cost of its order: of an overcharge, what is not paid back; else what is paid."""
        return self.claimed_minor - paid_minor if self.kind is ClaimKind.OVERCHARGE else -paid_minor


def kind_of(difference: DifferenceKind) -> ClaimKind:
    """What a difference of an invoice is claimed as."""
    return ClaimKind.LATE_REFUND if difference is DifferenceKind.LATE_REFUND else ClaimKind.OVERCHARGE


def file(claim: Claim, today: date) -> Claim | Refusal:
    """The claim, filed. WRONG_STATE unless it is open, TOO_LATE past its day."""
    if claim.state is not ClaimState.OPEN:
        return _wrong_state(claim, "only an open claim is filed")
    if claim.file_by is not None and today > claim.file_by:
        says = f"Claim {claim.claim_id} could be filed until {claim.file_by}: {claim.carrier_id} takes it no more."
        return Refusal(Why.TOO_LATE, says, {"claim_id": claim.claim_id, "file_by": claim.file_by.isoformat()})
    return replace(claim, state=ClaimState.FILED)


def settle(claim: Claim, paid_minor: int) -> Claim | Refusal:
    """The claim with the carrier's answer: paid in whole or in part, or (0) refused."""
    if claim.state is not ClaimState.FILED:
        return _wrong_state(claim, "only a filed claim is settled")
    if not 0 <= paid_minor <= claim.claimed_minor:
        says = f"Claim {claim.claim_id} is for {claimed(claim)}: what is paid for it is between 0 and that."
        return Refusal(Why.BAD_QUANTITY, says, {"claim_id": claim.claim_id, "paid_minor": paid_minor})
    return replace(claim, state=ClaimState.PAID if paid_minor else ClaimState.REFUSED, paid_minor=paid_minor)


def withdraw(claim: Claim) -> Claim | Refusal:
    """The claim, given up before the carrier answered."""
    if claim.state not in (ClaimState.OPEN, ClaimState.FILED):
        return _wrong_state(claim, "only a claim that the carrier has not answered is withdrawn")
    return replace(claim, state=ClaimState.WITHDRAWN)


def claimed(claim: Claim) -> str:
    return f"{claim.claimed_minor} minor units of {claim.currency}"


def expired(claims: Iterable[Claim], today: date) -> tuple[Claim, ...]:
    """Those of the open claims whose last day has passed, as expired."""
    over = (each for each in claims if each.state is ClaimState.OPEN and each.file_by and today > each.file_by)
    return tuple(replace(each, state=ClaimState.EXPIRED) for each in over)


def _wrong_state(claim: Claim, rule: str) -> Refusal:
    says = f"Claim {claim.claim_id} is {claim.state.value}: {rule}."
    return Refusal(Why.WRONG_STATE, says, {"claim_id": claim.claim_id, "state": claim.state.value})
