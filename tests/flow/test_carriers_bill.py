"""What a carrier bills is audited once, and what it bills too much is claimed while there is time."""

from __future__ import annotations

from datetime import date, timedelta

from doorstep.carriers.claims import ClaimState
from doorstep.carriers.invoice import Billed, Invoice, InvoiceLine
from doorstep.flow.invoices import expire_claims, file_claim, list_claims, settle_claim, take_invoice
from doorstep.jobs.clockwork import CHORES
from doorstep.terms.refusals import Why
from doorstep.terms.tariff import ChargeKind
from tests.corner_shop import CLERK, Shop, granted, refused

BILLED = date(2026, 3, 9)


def _invoice(shop: Shop, number: str, over_minor: int = 0, currency: str = "USD") -> Invoice:
    label = shop.rows("SELECT * FROM label WHERE state = 'bought'")[0]
    charges = (Billed(ChargeKind.BASE, label.cost_minor - 50 + over_minor), Billed(ChargeKind.FUEL, 50))
    return Invoice(label.carrier_id, number, BILLED, currency, (InvoiceLine(2, charges, label.tracking_number),))


def test_an_invoice_as_expected_claims_nothing_and_is_booked_once(shop: Shop) -> None:
    shop.on_its_way(("MUG", 2))
    taken = granted(take_invoice(shop.office, CLERK, _invoice(shop, "I-1")))
    assert (taken.billed_minor, taken.disputed_minor, taken.claim_ids) == (taken.expected_minor, 0, ())
    facts = shop.journal()
    again = granted(take_invoice(shop.office, CLERK, _invoice(shop, "I-1", over_minor=900)))
    assert (again.before, again.billed_minor, shop.journal()) == (True, taken.billed_minor, facts)


def test_what_another_invoice_billed_before_is_a_duplicate_and_is_claimed_and_paid(shop: Shop) -> None:
    shop.on_its_way(("MUG", 2))
    granted(take_invoice(shop.office, CLERK, _invoice(shop, "I-1")))
    twice = granted(take_invoice(shop.office, CLERK, _invoice(shop, "I-2")))
    (claim,) = list_claims(shop.office, "open")
    assert (claim.claimed_minor, claim.file_by) == (twice.billed_minor, date(2026, 9, 5))
    refused(settle_claim(shop.office, CLERK, claim.claim_id, 1), Why.WRONG_STATE)
    granted(file_claim(shop.office, CLERK, claim.claim_id, BILLED))
    paid = granted(settle_claim(shop.office, CLERK, claim.claim_id, claim.claimed_minor))
    assert (paid.state, list_claims(shop.office)) == (ClaimState.PAID, (paid,))


def test_a_claim_nobody_filed_in_time_expires(shop: Shop) -> None:
    shop.on_its_way(("MUG", 2))
    (claim_id,) = granted(take_invoice(shop.office, CLERK, _invoice(shop, "I-1", over_minor=900))).claim_ids
    assert granted(expire_claims(shop.office, date(2026, 9, 5))) == ()
    refused(file_claim(shop.office, CLERK, claim_id, date(2026, 9, 6)), Why.TOO_LATE)
    shop.clock.advance(timedelta(days=200))
    CHORES["expire_claims"].do(shop.office)
    assert [claim.claim_id for claim in list_claims(shop.office, "expired")] == [claim_id]
    assert granted(expire_claims(shop.office, date(2026, 9, 6))) == ()
    refused(file_claim(shop.office, CLERK, claim_id, BILLED), Why.WRONG_STATE, "expired")


def test_an_invoice_in_another_currency_than_its_labels_is_refused(shop: Shop) -> None:
    shop.on_its_way(("MUG", 2))
    refused(take_invoice(shop.office, CLERK, _invoice(shop, "I-1", currency="EUR")), Why.UNKNOWN_CURRENCY)
