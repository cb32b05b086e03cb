"""Claims on carriers: opened by hand or found by the clock, filed while there is time, answered, over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from doorstep.carriers import claims
from doorstep.carriers.bills import share
from doorstep.carriers.claims import Claim, ClaimState
from doorstep.carriers.invoice import TRANSPORT
from doorstep.events.invoices import ClaimExpired, ClaimFiled, ClaimOpened, ClaimSettled, ClaimWithdrawn
from doorstep.flow.billing_terms import Billing
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who
from doorstep.storage.queries import invoices
from doorstep.storage.transaction import Transaction
from doorstep.terms.billing import ClaimKind, Since
from doorstep.terms.refusals import Refusal, Why

_BY_HAND = (ClaimKind.CONCEALED_DAMAGE, ClaimKind.LOSS)
_LIVE = ("open", "filed", "paid")


@dataclass(frozen=True, slots=True)
class Found:
    """What the clock did: claims opened, claims withdrawn because the parcel came after all."""

    opened: tuple[str, ...]
    withdrawn: tuple[str, ...]


def open_claim(
    office: Office, who: Who, kind: ClaimKind, sscc: str, claimed_minor: int, says: str = "", key: str = ""
) -> Claim | Refusal:
    """Claim a damage or a loss of a parcel, in the money its label was bought in; `says` is what happened.

    UNKNOWN_PARCEL, BAD_QUANTITY, WRONG_STATE where it was not delivered (damage) or has not left (loss), ALREADY_THERE,
    TOO_LATE past its last day.
    """

    def step(tx: Transaction) -> Claim | Refusal:
        row = invoices.claimable(tx, sscc)
        refusal = _not_claimable(tx, row, kind, sscc, claimed_minor)
        if refusal is not None:
            return refusal
        billing = Billing(tx)
        file_by = billing.of(row.carrier_id).deadline(kind, billing.starts(row))
        today = billing.today(row, tx.now)
        if file_by is not None and today > file_by:
            reason = f"A claim for {kind.value.replace('_', ' ')} of {sscc} could be filed until {file_by}."
            return Refusal(Why.TOO_LATE, reason, {"sscc": sscc, "file_by": file_by.isoformat()})
        claim_id = office.ids.new("clm")
        tx.record(Scribe(who, tx.now)(_opened(claim_id, kind, row, claimed_minor, file_by, says.strip())))
        return Claim(claim_id, row.carrier_id, kind, claimed_minor, row.currency, file_by)

    return office.store.run(step, answers=Claim, key=key, request=[kind.value, sscc, claimed_minor, says])


def _not_claimable(tx: Transaction, row: Any, kind: ClaimKind, sscc: str, claimed_minor: int) -> Refusal | None:
    if row is None:
        return Refusal(Why.UNKNOWN_PARCEL, f"There is no parcel {sscc} with a label.", {"sscc": sscc})
    if kind not in _BY_HAND:
        says = f"A claim for {kind.value.replace('_', ' ')} comes of an invoice; by hand damage and loss are claimed."
        return Refusal(Why.WRONG_STATE, says, {"kind": kind.value})
    if claimed_minor <= 0:
        return Refusal(Why.BAD_QUANTITY, "A claim is for more than nothing.", {"claimed_minor": claimed_minor})
    if kind is ClaimKind.CONCEALED_DAMAGE and row.parcel_state != "delivered":
        says = f"Parcel {sscc} is {row.parcel_state}: damage that was concealed is found after delivery."
        return Refusal(Why.WRONG_STATE, says, {"sscc": sscc, "state": row.parcel_state})
    if kind is ClaimKind.LOSS and row.parcel_state != "handed_over":
        says = f"Parcel {sscc} is {row.parcel_state}: only what the carrier has can be lost by it."
        return Refusal(Why.WRONG_STATE, says, {"sscc": sscc, "state": row.parcel_state})
    if known := invoices.claims_of_label(tx, row.label_id, kind.value, _LIVE):
        says = f"There is claim {known[0].claim_id} for it, which is {known[0].state}."
        return Refusal(Why.ALREADY_THERE, says, {"claim_id": known[0].claim_id})
    return None


def _opened(
    claim_id: str, kind: ClaimKind, row: Any, claimed_minor: int, file_by: date | None, says: str, number: str = ""
) -> ClaimOpened:
    about = (row.carrier_id, kind.value, number, 0, row.label_id)
    return ClaimOpened(claim_id, *about, claimed_minor, row.currency, file_by, row.order_id, row.sscc, says)


def find_claims(office: Office, at_most: int = 1_000) -> Found | Refusal:
    """By the clock: what has not come for so long is claimed as lost, what came after its guaranteed day is claimed
    where its invoice did not tell, and a loss that came after all is withdrawn."""

    def step(tx: Transaction) -> Found:
        scribe, billing = Scribe(CLOCKWORK, tx.now), Billing(tx)
        opened: list[ClaimOpened] = []
        for row in invoices.not_come(tx, at_most):
            terms = billing.of(row.carrier_id)
            left_on = billing.starts(row)[Since.HAND_OVER]
            if (billing.today(row, tx.now) - left_on).days > (terms.lost_after_days or 0):
                opened += _found(office, billing, row, ClaimKind.LOSS, row.cost_minor + row.goods_minor, tx, "")
        for row in invoices.came_and_billed(tx, billing.guaranteeing(), at_most):
            promised, refund_ppm = billing.guaranteed(row)
            came = billing.starts(row).get(Since.DELIVERY)
            if promised is not None and came is not None and came > promised:
                transport = share(_transport(row), refund_ppm)
                opened += _found(office, billing, row, ClaimKind.LATE_REFUND, transport, tx, row.invoice_number)
        tx.record(*(scribe(each) for each in opened))
        back = [_read(row) for row in invoices.lost_and_come(tx)]
        tx.record(*(scribe(ClaimWithdrawn(*_ended(tx, each, 0)), cause="it came after all") for each in back))
        return Found(tuple(each.claim_id for each in opened), tuple(each.claim_id for each in back))

    return office.store.run(step)


def _transport(row: Any) -> int:
    """What its label expects of transport; all of it where the label knows only the whole."""
    kinds = {str(kind) for kind in TRANSPORT}
    return sum(each["minor"] for each in row.charges if each["kind"] in kinds) if row.charges else int(row.cost_minor)


def _found(
    office: Office, billing: Billing, row: Any, kind: ClaimKind, minor: int, tx: Transaction, number: str
) -> list[ClaimOpened]:
    """A claim where it is worth it and there is time."""
    terms, today = billing.of(row.carrier_id), billing.today(row, tx.now)
    file_by = terms.deadline(kind, billing.starts(row))
    if minor < max(terms.least_minor or 0, 1) or (file_by is not None and today > file_by):
        return []
    return [_opened(office.ids.new("clm"), kind, row, minor, file_by, "", number)]


def file_claim(office: Office, who: Who, claim_id: str, today: date, key: str = "") -> Claim | Refusal:
    """The claim is told to the carrier. WRONG_STATE, TOO_LATE."""
    return _step(
        office, claim_id, key, "file", lambda claim: claims.file(claim, today), lambda tx, _: ClaimFiled(claim_id), who
    )


def settle_claim(office: Office, who: Who, claim_id: str, paid_minor: int, key: str = "") -> Claim | Refusal:
    """The carrier answered a filed claim: it pays all or a part, or (0) refuses. WRONG_STATE, BAD_QUANTITY."""
    return _step(
        *(office, claim_id, key, ["settle", paid_minor], lambda claim: claims.settle(claim, paid_minor)),
        lambda tx, claim: ClaimSettled(*_ended(tx, claim, paid_minor), paid_minor),
        who,
    )


def withdraw_claim(office: Office, who: Who, claim_id: str, key: str = "") -> Claim | Refusal:
    """The claim is given up before the carrier answered. WRONG_STATE."""
    return _step(
        *(office, claim_id, key, "withdraw", claims.withdraw),
        lambda tx, claim: ClaimWithdrawn(*_ended(tx, claim, 0)),
        who,
    )


def _step(
    office: Office,
    claim_id: str,
    key: str,
    asked: object,
    judge: Callable[[Claim], Claim | Refusal],
    body: Callable[[Transaction, Claim], Any],
    who: Who,
) -> Claim | Refusal:
    def step(tx: Transaction) -> Claim | Refusal:
        row = invoices.lock_claim(tx, claim_id)
        if row is None:
            return Refusal(Why.UNKNOWN_TASK, f"There is no claim {claim_id}.", {"claim_id": claim_id})
        told = judge(_read(row))
        if isinstance(told, Claim):
            tx.record(Scribe(who, tx.now)(body(tx, _read(row))))
        return told

    return office.store.run(step, answers=Claim, key=key, request=[claim_id, asked])


def expire_claims(office: Office, today: date) -> tuple[str, ...] | Refusal:
    """Open claims whose last day has passed are over; their ids."""

    def step(tx: Transaction) -> tuple[str, ...]:
        past = claims.expired(map(_read, invoices.past_claims(tx, today)), today)
        for each in past:
            tx.record(Scribe(CLOCKWORK, tx.now)(ClaimExpired(*_ended(tx, each, 0))))
        return tuple(each.claim_id for each in past)

    return office.store.run(step)


def list_claims(office: Office, state: str = "", at_most: int = 200) -> Sequence[Claim]:
    """Claims, those first that must be filed first."""
    with office.store.reading() as tx:
        return tuple(_read(row) for row in invoices.claims(tx, state, at_most))


def _ended(tx: Transaction, claim: Claim, paid_minor: int) -> tuple[str, str, int, str]:
    """(claim, order, what its end adds to the cost of the order, currency)."""
    row = invoices.lock_claim(tx, claim.claim_id)
    return claim.claim_id, row.order_id, claim.cost_minor(paid_minor), claim.currency


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
