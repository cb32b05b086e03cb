"""What freight costs, month by month: accrued when parcels leave, settled when they are billed, released when never."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from doorstep.carriers.freight_account import Month, Posting, answered, billed, by_month, handed_over, released
from doorstep.events.invoices import AccrualReleased
from doorstep.flow.billing_terms import Billing
from doorstep.flow.office import CLOCKWORK, Office, Scribe
from doorstep.storage.queries import freight, invoices
from doorstep.storage.transaction import Transaction
from doorstep.terms.billing import Since
from doorstep.terms.refusals import Refusal


@dataclass(frozen=True, slots=True)
class FreightAccount:
    """The account of one currency."""

    currency: str
    months: tuple[Month, ...]


def freight_account(office: Office, carrier_id: str = "") -> tuple[FreightAccount, ...]:
    """The account of a carrier, or of all, by currency. Days are those of the site that a parcel left, of the invoice,
    and for claims of UTC; nothing is kept beside the facts, so it is what they say."""
    with office.store.reading() as tx:
        postings: dict[str, list[Posting]] = {}
        for currency, posting in _postings(tx, carrier_id):
            postings.setdefault(currency, []).append(posting)
    return tuple(FreightAccount(currency, by_month(postings[currency])) for currency in sorted(postings))


def _postings(tx: Transaction, carrier_id: str) -> Iterator[tuple[str, Posting]]:
    for row in freight.accrued(tx, carrier_id):
        yield row.currency, handed_over(row.first_day, row.minor)
    for row in freight.billed(tx, carrier_id):
        yield row.currency, billed(row.first_day, row.settled, row.billed, row.disputed)
    for row in freight.released(tx, carrier_id):
        yield row.currency, released(row.first_day, row.minor)
    for row in freight.answered(tx, carrier_id):
        yield row.currency, answered(row.first_day, row.disputed, row.paid)


def release_unbilled(office: Office, at_most: int = 1_000) -> tuple[str, ...] | Refusal:
    """Freight that nobody has billed for as long as its carrier may is expected no more: its labels."""

    def step(tx: Transaction) -> tuple[str, ...]:
        scribe, billing = Scribe(CLOCKWORK, tx.now), Billing(tx)
        over = [row for row in invoices.unbilled(tx, at_most) if _over(billing, row, tx)]
        for row in over:
            tx.record(scribe(AccrualReleased(row.label_id, row.order_id, row.carrier_id, row.cost_minor, row.currency)))
        return tuple(row.label_id for row in over)

    return office.store.run(step)


def _over(billing: Billing, row: Any, tx: Transaction) -> bool:
    waited = billing.today(row, tx.now) - billing.starts(row)[Since.HAND_OVER]
    return waited.days > (billing.of(row.carrier_id).unbilled_days or 0)
