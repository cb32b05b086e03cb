"""A carrier's invoice comes in, is audited once, and what is worth it is claimed while there is time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from doorstep.carriers import claims
from doorstep.carriers.claims import Claim, ClaimClocks, ClaimKind, ClaimState, Since
from doorstep.carriers.invoice import (
    AuditedLine,
    Billed,
    ClaimRules,
    Earlier,
    Expected,
    Invoice,
    audit,
)
from doorstep.events.invoices import (
    BilledCharge,
    BilledLine,
    ClaimExpired,
    ClaimFiled,
    ClaimOpened,
    ClaimSettled,
    FoundDifference,
    InvoiceTaken,
)
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who
from doorstep.storage.queries import invoices
from doorstep.storage.store import Transaction
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.tariff import ChargeKind


@dataclass(frozen=True, slots=True)
class TakenInvoice:
    """An invoice in minor units, and the claims that it opened; `before`: it was taken already, nothing is booked."""

    carrier_id: str
    number: str
    currency: str
    billed_minor: int
    expected_minor: int
    disputed_minor: int
    claim_ids: tuple[str, ...] = ()
    before: bool = False


def take_invoice(
    office: Office, who: Who, invoice: Invoice, rules: ClaimRules | None = None, clocks: ClaimClocks | None = None
) -> TakenInvoice | Refusal:
    """Audit an invoice's lines and open claims. The same carrier and number again books nothing.

    UNKNOWN_CURRENCY where a label of it was bought in another currency.
    """

    def step(tx: Transaction) -> TakenInvoice | Refusal:
        known = invoices.invoice(tx, invoice.carrier_id, invoice.number)
        if known is not None:
            sums = (known.currency, known.billed_minor, known.expected_minor, known.disputed_minor)
            return TakenInvoice(invoice.carrier_id, invoice.number, *sums, before=True)
        expected = _expected(tx, invoice)
        if isinstance(expected, Refusal):
            return expected
        audited = audit(invoice, expected, rules)
        scribe = Scribe(who, tx.now)
        lines = tuple(map(_written, audited))
        body = InvoiceTaken(invoice.carrier_id, invoice.number, invoice.billed_on, invoice.currency, lines)
        tx.record(scribe(body))
        opened = [each for line in audited for each in _to_claim(office, invoice, line, clocks or ClaimClocks())]
        for each in opened:
            tx.record(scribe(each))
        return TakenInvoice(
            carrier_id=invoice.carrier_id,
            number=invoice.number,
            currency=invoice.currency,
            billed_minor=sum(line.billed_minor for line in audited),
            expected_minor=sum(line.expected_minor for line in audited),
            disputed_minor=sum(line.disputed_minor for line in audited),
            claim_ids=tuple(each.claim_id for each in opened),
        )

    return office.store.run(step)


def _expected(tx: Transaction, invoice: Invoice) -> list[Expected] | Refusal:
    named = [
        {getattr(line, name) for line in invoice.lines} - {""} for name in ("tracking_number", "sscc", "reference")
    ]
    rows = invoices.labels(tx, invoice.carrier_id, *named)
    earlier: dict[str, list[Earlier]] = defaultdict(list)
    for row in invoices.billed_before(tx, [row.label_id for row in rows]):
        for each in row.charges:
            charge = Billed(ChargeKind(each["kind"]), each["minor"], each["name"])
            earlier[row.label_id].append(Earlier(row.invoice_number, row.line_no, charge))
    for row in rows:
        if row.currency != invoice.currency:
            says = (
                f"Label {row.label_id} was bought in {row.currency}, invoice {invoice.number} is in {invoice.currency}."
            )
            return Refusal(Why.UNKNOWN_CURRENCY, says, {"label_id": row.label_id, "currency": invoice.currency})
    return [_label(row, tuple(earlier[row.label_id])) for row in rows]


def _label(row: Any, earlier: tuple[Earlier, ...]) -> Expected:
    return Expected(
        label_id=row.label_id,
        sscc=row.sscc,
        tracking_number=row.tracking_number,
        service_id=row.service_id,
        charges=(Billed(ChargeKind.BASE, row.cost_minor),),
        weight_g=row.weight_g,
        size=Size(row.length_mm, row.width_mm, row.height_mm),
        references=tuple(each for each in (row.order_id, row.reference) if each),
        voided=row.state == "voided",
        handed_over=row.state != "voided" and row.parcel_state in ("handed_over", "delivered"),
        whole=True,
        earlier=earlier,
    )


def _written(audited: AuditedLine) -> BilledLine:
    line = audited.line
    return BilledLine(
        line_no=line.line_no,
        label_id=audited.label_id,
        named=line.tracking_number or line.sscc or line.reference,
        matched_by=audited.matched_by,
        expected_minor=audited.expected_minor,
        billed_minor=audited.billed_minor,
        disputed_minor=audited.disputed_minor,
        charges=tuple(BilledCharge(each.kind, each.minor, each.name) for each in line.charges),
        differences=tuple(
            FoundDifference(
                each.kind, each.minor, tuple((e.of, e.ours, e.theirs) for e in each.evidence), each.worth_claim
            )
            for each in audited.differences
        ),
    )


def _to_claim(office: Office, invoice: Invoice, line: AuditedLine, clocks: ClaimClocks) -> list[ClaimOpened]:
    of_kind: dict[ClaimKind, int] = defaultdict(int)
    for each in line.differences:
        if each.worth_claim:
            of_kind[claims.kind_of(each.kind)] += each.minor
    carrier_id, number, line_no = invoice.carrier_id, invoice.number, line.line.line_no
    opened = []
    for kind, minor in of_kind.items():
        file_by = clocks.deadline(carrier_id, kind, {Since.INVOICE: invoice.billed_on})
        about = (carrier_id, kind.value, number, line_no, line.label_id)
        opened.append(ClaimOpened(office.ids.new("clm"), *about, minor, invoice.currency, file_by))
    return opened


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
