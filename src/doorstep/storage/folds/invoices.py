"""Carriers' invoices and claims."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from doorstep.events import invoices
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes


def invoice_taken(body: invoices.InvoiceTaken, entry: Entry, changes: Changes) -> None:
    known = (body.carrier_id, body.number)
    new = {"billed_on": body.billed_on, "currency": body.currency, "taken_at": entry.fact.occurred_at}
    sums = {
        "billed_minor": sum(line.billed_minor for line in body.lines),
        "expected_minor": sum(line.expected_minor for line in body.lines),
        "disputed_minor": sum(line.disputed_minor for line in body.lines),
        "lines": len(body.lines),
    }
    changes.add(tables.invoice, known, sums, {**new, **dict.fromkeys(sums, 0), "unread": 0, "due_minor": None})
    changes.set(tables.invoice, known, unread=body.unread, due_minor=body.due_minor)
    for line in body.lines:
        changes.put(
            tables.invoice_line,
            carrier_id=body.carrier_id,
            invoice_number=body.number,
            line_no=line.line_no,
            label_id=line.label_id,
            named=line.named,
            matched_by=line.matched_by,
            expected_minor=line.expected_minor,
            billed_minor=line.billed_minor,
            disputed_minor=line.disputed_minor,
            charges=[asdict(each) for each in line.charges],
            differences=[asdict(each) for each in line.differences],
            order_id=line.order_id,
            settled_minor=line.settled_minor,
        )
        corrected = line.billed_minor - line.expected_minor - line.disputed_minor
        if line.order_id and corrected:
            source = f"{body.carrier_id}/{body.number}/{line.line_no}"
            _cost(changes, source, "freight correction", line.order_id, corrected, body.currency, entry)


def _cost(
    changes: Changes, source: str, kind: str, order_id: str, amount_minor: int, currency: str, entry: Entry
) -> None:
    changes.put(
        tables.cost_entry,
        source=source,
        cost_kind=kind,
        order_id=order_id,
        amount_minor=amount_minor,
        currency=currency,
        incurred_at=entry.fact.occurred_at,
    )


def claim_opened(body: invoices.ClaimOpened, entry: Entry, changes: Changes) -> None:
    at = entry.fact.occurred_at
    changes.put(
        tables.claim,
        claim_id=body.claim_id,
        carrier_id=body.carrier_id,
        kind=body.kind,
        invoice_number=body.invoice_number,
        line_no=body.line_no,
        label_id=body.label_id,
        claimed_minor=body.claimed_minor,
        currency=body.currency,
        file_by=body.file_by,
        state="open",
        paid_minor=0,
        opened_at=at,
        since=at,
        order_id=body.order_id,
        sscc=body.sscc,
        says=body.says,
    )


def claim_filed(body: invoices.ClaimFiled, entry: Entry, changes: Changes) -> None:
    changes.set(tables.claim, (body.claim_id,), state="filed", since=entry.fact.occurred_at)


def claim_settled(body: invoices.ClaimSettled, entry: Entry, changes: Changes) -> None:
    _ended(body, "paid" if body.paid_minor else "refused", entry, changes, paid_minor=body.paid_minor)


def claim_expired(body: invoices.ClaimExpired, entry: Entry, changes: Changes) -> None:
    _ended(body, "expired", entry, changes)


def claim_withdrawn(body: invoices.ClaimWithdrawn, entry: Entry, changes: Changes) -> None:
    _ended(body, "withdrawn", entry, changes)


def _ended(body: invoices.ClaimEnded, state: str, entry: Entry, changes: Changes, **more: int) -> None:
    changes.set(tables.claim, (body.claim_id,), state=state, since=entry.fact.occurred_at, **more)
    if body.order_id and body.cost_minor:
        _cost(changes, body.claim_id, "claim", body.order_id, body.cost_minor, body.currency, entry)


def accrual_released(body: invoices.AccrualReleased, entry: Entry, changes: Changes) -> None:
    changes.put(
        tables.accrual_release,
        label_id=body.label_id,
        order_id=body.order_id,
        carrier_id=body.carrier_id,
        released_minor=body.released_minor,
        currency=body.currency,
        released_at=entry.fact.occurred_at,
    )
    _cost(changes, body.label_id, "freight release", body.order_id, -body.released_minor, body.currency, entry)


def billing_terms_set(body: invoices.BillingTermsSet, _: Entry, changes: Changes) -> None:
    changes.replace(tables.billing_terms, carrier_id=body.carrier_id, terms=body.terms)


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    invoices.InvoiceTaken: invoice_taken,
    invoices.ClaimOpened: claim_opened,
    invoices.ClaimFiled: claim_filed,
    invoices.ClaimSettled: claim_settled,
    invoices.ClaimExpired: claim_expired,
    invoices.ClaimWithdrawn: claim_withdrawn,
    invoices.AccrualReleased: accrual_released,
    invoices.BillingTermsSet: billing_terms_set,
}
