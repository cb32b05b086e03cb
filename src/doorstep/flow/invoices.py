"""A carrier's invoice comes in, is audited once, and what is worth it is claimed while there is time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from doorstep.carriers import claims
from doorstep.carriers.audit import PricedAt, audit
from doorstep.carriers.distance import Haul
from doorstep.carriers.freight_account import settles
from doorstep.carriers.invoice import AuditedLine, Billed, Earlier, Expected, Invoice
from doorstep.events.invoices import BilledCharge, BilledLine, ClaimOpened, FoundDifference, InvoiceTaken
from doorstep.flow.billing_terms import Billing
from doorstep.flow.label_charges import priced
from doorstep.flow.office import Office, Scribe, Who
from doorstep.storage.queries import invoices, master
from doorstep.storage.transaction import Transaction
from doorstep.terms.billing import ClaimKind, Since
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import CarrierService
from doorstep.terms.tariff import ChargeKind

AT_ONCE = 1_000  # lines in one fact


@dataclass(frozen=True, slots=True)
class TakenInvoice:
    """What of an invoice was taken now, in minor units, and the claims that it opened.

    `lines` are new ones; `again` were taken before and book nothing. `before`: nothing of it was new. `missing_minor`
    is what all its lines are to come to, as it says itself, beyond what they do now that none is left.
    """

    carrier_id: str
    number: str
    currency: str
    billed_minor: int
    expected_minor: int
    disputed_minor: int
    claim_ids: tuple[str, ...] = ()
    before: bool = False
    lines: int = 0
    again: int = 0
    missing_minor: int = 0


def take_invoice(office: Office, who: Who, invoice: Invoice, unread: int = 0, key: str = "") -> TakenInvoice | Refusal:
    """Audit an invoice's lines and open claims. Lines of the same carrier, number and place book nothing again.

    `unread` lines came back: mended and brought with this same number they complete the invoice. UNKNOWN_CURRENCY
    where a label of it was bought in another currency; ALREADY_THERE where the invoice's day or currency is another.
    """

    def step(tx: Transaction) -> TakenInvoice | Refusal:
        invoices.lock_number(tx, invoice.carrier_id, invoice.number)
        known = invoices.invoice(tx, invoice.carrier_id, invoice.number)
        if known is not None and (known.billed_on, known.currency) != (invoice.billed_on, invoice.currency):
            says = (
                f"Invoice {invoice.number} of {invoice.carrier_id} was taken before, of {known.billed_on} in "
                f"{known.currency}; this file says {invoice.billed_on} in {invoice.currency}."
            )
            return Refusal(Why.ALREADY_THERE, says, {"carrier_id": invoice.carrier_id, "number": invoice.number})
        taken = invoices.line_numbers(tx, invoice.carrier_id, invoice.number) if known is not None else set()
        fresh = replace(invoice, lines=tuple(line for line in invoice.lines if line.line_no not in taken))
        told = TakenInvoice(invoice.carrier_id, invoice.number, invoice.currency, 0, 0, 0, before=True)
        told = replace(told, again=len(invoice.lines) - len(fresh.lines))
        # Without a new line it is the file that was taken before, though others completed it since.
        if known is not None and not fresh.lines and known.unread <= unread:
            return told
        world = _World(tx, fresh)
        if world.refusal is not None:
            return world.refusal
        audited = audit(fresh, world.expected, world.billing.rules(invoice.carrier_id), world.priced_at)
        if not unread and invoice.due_minor is not None:
            billed_minor = sum(line.billed_minor for line in audited) + (known.billed_minor if known else 0)
            told = replace(told, missing_minor=invoice.due_minor - billed_minor)
        about = (invoice.carrier_id, invoice.number, invoice.billed_on, invoice.currency)
        scribe, lines = Scribe(who, tx.now), world.written(audited)
        for first in range(0, len(lines), AT_ONCE) or (0,):
            some = tuple(lines[first : first + AT_ONCE])
            tx.record(scribe(InvoiceTaken(*about, some, unread, invoice.due_minor)))
        opened = [each for line in audited for each in world.to_claim(office, invoice, line)]
        tx.record(*(scribe(each) for each in opened))
        return _told(told, audited, opened)

    return office.store.run(step, answers=TakenInvoice, key=key, request=invoice)


def _told(told: TakenInvoice, audited: Sequence[AuditedLine], opened: Sequence[ClaimOpened]) -> TakenInvoice:
    return replace(
        told,
        billed_minor=sum(line.billed_minor for line in audited),
        expected_minor=sum(line.expected_minor for line in audited),
        disputed_minor=sum(line.disputed_minor for line in audited),
        claim_ids=tuple(each.claim_id for each in opened),
        before=False,
        lines=len(audited),
    )


class _World:
    """What the lines of an invoice are held against: labels with their charges, what was billed of them, services."""

    def __init__(self, tx: Transaction, invoice: Invoice) -> None:
        named = [
            {getattr(line, name) for line in invoice.lines} - {""} for name in ("tracking_number", "sscc", "reference")
        ]
        rows = invoices.labels(tx, invoice.carrier_id, *named)
        self.refusal = next((_another_currency(row, invoice) for row in rows if row.currency != invoice.currency), None)
        self._rows = {row.label_id: row for row in rows}
        self.billing = Billing(tx)
        self._services = {each.service_id: each for each in master.services(tx)}
        self._localities = master.localities(tx, {row.order_id for row in rows})
        self._sites = master.sites(tx)
        self._earlier: dict[str, list[Earlier]] = defaultdict(list)
        self._settled: dict[str, int] = defaultdict(int, invoices.released(tx, list(self._rows)))
        for row in invoices.billed_before(tx, list(self._rows)):
            self._settled[row.label_id] += row.settled_minor
            for each in row.charges:
                charge = Billed(ChargeKind(each["kind"]), each["minor"], each["name"])
                self._earlier[row.label_id].append(Earlier(row.invoice_number, row.line_no, charge))
        self.expected = [self._label(row) for row in rows]

    def _label(self, row: Any) -> Expected:
        charges = tuple(Billed(ChargeKind(each["kind"]), each["minor"], each["name"]) for each in row.charges)
        guaranteed_on, refund_ppm = self.billing.guaranteed(row)
        return Expected(
            label_id=row.label_id,
            sscc=row.sscc,
            tracking_number=row.tracking_number,
            service_id=row.service_id,
            charges=charges or (Billed(ChargeKind.BASE, row.cost_minor),),
            weight_g=row.weight_g,
            size=Size(row.length_mm, row.width_mm, row.height_mm),
            references=tuple(each for each in (row.order_id, row.reference) if each),
            voided=row.state == "voided",
            handed_over=row.state != "voided" and row.parcel_state in ("handed_over", "delivered"),
            guaranteed_on=guaranteed_on,
            delivered_on=self.billing.starts(row).get(Since.DELIVERY),
            refund_ppm=refund_ppm,
            whole=not charges,
            earlier=tuple(self._earlier[row.label_id]),
        )

    @property
    def priced_at(self) -> PricedAt:
        return self._priced

    def _priced(self, label: Expected, weight_g: int, size: Size) -> Sequence[Billed] | None:
        """By the tariff that the label was priced by; none once the service goes by another."""
        row = self._rows[label.label_id]
        service: CarrierService | None = self._services.get(row.service_id)
        if service is None or not row.tariff_id or service.tariff.tariff_id != row.tariff_id:
            return None
        haul = Haul(self._sites[row.site_id].locality, self._localities[row.order_id], row.priced_on)
        found = priced(service, size, weight_g, haul)
        return None if found is None else tuple(Billed(each.kind, each.minor, each.name) for each in found)

    def written(self, audited: Iterable[AuditedLine]) -> list[BilledLine]:
        """The lines as they are kept, each with what it settles of its label's cost, as far as that is open still."""
        lines = []
        for each in audited:
            row, settled = self._rows.get(each.label_id), 0
            if row is not None and each.expected_minor:
                before = self._settled[each.label_id]
                settled = settles(row.cost_minor, before, each.expected_minor)
                self._settled[each.label_id] = before + settled
            lines.append(_written(each, row.order_id if row is not None else "", settled))
        return lines

    def to_claim(self, office: Office, invoice: Invoice, line: AuditedLine) -> list[ClaimOpened]:
        """What of a line is worth a claim, in one for each kind."""
        of_kind: dict[ClaimKind, int] = defaultdict(int)
        for each in line.differences:
            if each.worth_claim:
                of_kind[claims.kind_of(each.kind)] += each.minor
        row, terms = self._rows.get(line.label_id), self.billing.of(invoice.carrier_id)
        starts = {**(self.billing.starts(row) if row is not None else {}), Since.INVOICE: invoice.billed_on}
        of_parcel = (row.order_id, row.sscc) if row is not None else ("", "")
        return [
            ClaimOpened(
                *(office.ids.new("clm"), invoice.carrier_id, kind.value, invoice.number, line.line.line_no),
                *(line.label_id, minor, invoice.currency, terms.deadline(kind, starts), *of_parcel),
            )
            for kind, minor in of_kind.items()
        ]


def _another_currency(row: Any, invoice: Invoice) -> Refusal:
    says = f"Label {row.label_id} was bought in {row.currency}, invoice {invoice.number} is in {invoice.currency}."
    return Refusal(Why.UNKNOWN_CURRENCY, says, {"label_id": row.label_id, "currency": invoice.currency})


def _written(audited: AuditedLine, order_id: str, settled_minor: int) -> BilledLine:
    line = audited.line
    return BilledLine(
        line_no=line.line_no,
        label_id=audited.label_id,
        order_id=order_id,
        named=line.tracking_number or line.sscc or line.reference,
        matched_by=audited.matched_by,
        expected_minor=audited.expected_minor,
        billed_minor=audited.billed_minor,
        disputed_minor=audited.disputed_minor,
        settled_minor=settled_minor,
        charges=tuple(BilledCharge(each.kind, each.minor, each.name) for each in line.charges),
        differences=tuple(
            FoundDifference(
                each.kind, each.minor, tuple((e.of, e.ours, e.theirs) for e in each.evidence), each.worth_claim
            )
            for each in audited.differences
        ),
    )
