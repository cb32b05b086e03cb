"""Claims on carriers: filed while there is time, answered, over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from doorstep.carriers import claims
from doorstep.carriers.claims import Claim, ClaimKind, ClaimState
from doorstep.events.invoices import ClaimExpired, ClaimFiled, ClaimSettled
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who
from doorstep.storage.queries import invoices
from doorstep.storage.store import Transaction
from doorstep.terms.refusals import Refusal, Why


def file_claim(office: Office, who: Who, claim_id: str, today: date) -> Claim | Refusal:
    """The claim is told to the carrier. WRONG_STATE, TOO_LATE."""

    def step(tx: Transaction) -> Claim | Refusal:
        claim = _locked(tx, claim_id)
        filed = claim if isinstance(claim, Refusal) else claims.file(claim, today)
        if isinstance(filed, Claim):
            tx.record(Scribe(who, tx.now)(ClaimFiled(claim_id)))
        return filed

    return office.store.run(step)


def settle_claim(office: Office, who: Who, claim_id: str, paid_minor: int) -> Claim | Refusal:
    """The carrier answered a filed claim: it pays all or a part, or (0) refuses. WRONG_STATE, BAD_QUANTITY."""

    def step(tx: Transaction) -> Claim | Refusal:
        claim = _locked(tx, claim_id)
        settled = claim if isinstance(claim, Refusal) else claims.settle(claim, paid_minor)
        if isinstance(settled, Claim):
            tx.record(Scribe(who, tx.now)(ClaimSettled(claim_id, paid_minor)))
        return settled

    return office.store.run(step)


def expire_claims(office: Office, today: date) -> tuple[str, ...] | Refusal:
    """Open claims whose last day has passed are over; their ids."""

    def step(tx: Transaction) -> tuple[str, ...]:
        over = claims.expired(map(_read, invoices.past_claims(tx, today)), today)
        for each in over:
            tx.record(Scribe(CLOCKWORK, tx.now)(ClaimExpired(each.claim_id)))
        return tuple(each.claim_id for each in over)

    return office.store.run(step)


def list_claims(office: Office, state: str = "", at_most: int = 200) -> Sequence[Claim]:
    """Claims, those first that must be filed first."""
    with office.store.reading() as tx:
        return tuple(_read(row) for row in invoices.claims(tx, state, at_most))


def _locked(tx: Transaction, claim_id: str) -> Claim | Refusal:
    row = invoices.lock_claim(tx, claim_id)
    if row is None:
        return Refusal(Why.UNKNOWN_TASK, f"There is no claim {claim_id}.", {"claim_id": claim_id})
    return _read(row)


def _read(row: Any) -> Claim:
    return Claim(
        claim_id=row.claim_id,
        carrier_id=row.carrier_id,
        kind=ClaimKind(row.kind),
        claimed_minor=row.claimed_minor,
        currency=row.currency,
        file_by=row.file_by,
        state=ClaimState(row.state),
        paid_minor=row.paid_minor,
    )
