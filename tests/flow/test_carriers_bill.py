"""What a carrier bills is audited once, and what it bills too much is claimed while there is time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from doorstep.carriers.claims import ClaimState
from doorstep.carriers.invoice import Billed, Invoice, InvoiceLine
from doorstep.flow.billing_terms import set_billing_terms
from doorstep.flow.claims import expire_claims, file_claim, find_claims, list_claims, open_claim, settle_claim
from doorstep.flow.freight_account import freight_account, release_unbilled
from doorstep.flow.invoices import take_invoice
from doorstep.flow.learn import learn
from doorstep.flow.place import Placed, quote_order
from doorstep.jobs.clockwork import CHORES
from doorstep.terms.billing import BillingTerms, ClaimClock, ClaimKind, Guarantee, Since
from doorstep.terms.refusals import Why
from doorstep.terms.tariff import ChargeKind
from tests.corner_shop import CLERK, Shop, all_is_well, granted, order, refused

BILLED = date(2026, 3, 9)


def _invoice(shop: Shop, number: str, over_minor: int = 0, currency: str = "USD") -> Invoice:
    return _invoice_of(shop.rows("SELECT * FROM label WHERE state = 'bought'")[:1], number, over_minor, currency)


def _invoice_of(labels: Sequence[Any], number: str, over_minor: int, currency: str = "USD") -> Invoice:
    lines = []
    for line_no, label in enumerate(labels, 2):
        first, *others = [Billed(ChargeKind(each["kind"]), each["minor"], each["name"]) for each in label.charges]
        charges = (Billed(first.kind, first.minor + over_minor, first.name), *others)
        lines.append(InvoiceLine(line_no, charges, label.tracking_number))
    return Invoice(labels[0].carrier_id, number, BILLED, currency, tuple(lines))


def test_an_invoice_as_expected_claims_nothing_and_is_booked_once(shop: Shop) -> None:
    shop.on_its_way(("MUG", 2))
    taken = granted(take_invoice(shop.office, CLERK, _invoice(shop, "I-1")))
    assert (taken.billed_minor, taken.disputed_minor, taken.claim_ids) == (taken.expected_minor, 0, ())
    facts = shop.journal()
    again = granted(take_invoice(shop.office, CLERK, _invoice(shop, "I-1", over_minor=900)))
    assert (again.before, again.again, again.billed_minor, shop.journal()) == (True, 1, 0, facts)


def test_each_charge_of_a_label_is_kept_and_a_missing_one_is_billed_later(shop: Shop) -> None:
    shop.on_its_way(("MUG", 2))
    label = shop.rows("SELECT * FROM label")[0]
    assert sum(each["minor"] for each in label.charges) == label.cost_minor
    assert [each["kind"] for each in label.charges] == ["base", "fuel"]
    whole = _invoice(shop, "I-1")
    price, fuel = (
        replace(whole, number=number, lines=(replace(whole.lines[0], charges=(charge,)),))
        for number, charge in zip(("I-1", "I-2"), whole.lines[0].charges, strict=True)
    )
    for part in (price, fuel):
        taken = granted(take_invoice(shop.office, CLERK, part))
        assert (taken.billed_minor, taken.claim_ids) == (taken.expected_minor, ())
    settled = shop.rows("SELECT sum(settled_minor)::int AS minor FROM invoice_line")
    assert settled[0].minor == label.cost_minor
    all_is_well(shop.store)


def test_a_partly_bad_invoice_is_completed_when_its_other_lines_are_brought(shop: Shop) -> None:
    shop.on_its_way(("MUG", 2))
    whole = _invoice(shop, "I-1")
    strange = replace(whole.lines[0], line_no=7, tracking_number="T9")
    granted(take_invoice(shop.office, CLERK, whole, unread=1))
    granted(take_invoice(shop.office, CLERK, replace(whole, lines=(*whole.lines, strange))))
    granted(take_invoice(shop.office, CLERK, whole, unread=1))  # the first file once more: it lacks nothing by now
    row = shop.rows("SELECT lines, unread, billed_minor FROM invoice")[0]
    assert tuple(row) == (2, 0, 2 * whole.lines[0].billed_minor)
    refused(take_invoice(shop.office, CLERK, replace(whole, billed_on=date(2026, 3, 10))), Why.ALREADY_THERE)
    all_is_well(shop.store)


def test_a_heavier_parcel_is_priced_again_by_the_tariff_of_its_label(shop: Shop) -> None:
    shop.on_its_way(("MUG", 2))
    whole = _invoice(shop, "I-1", over_minor=4_000)
    heavier = replace(whole, lines=(replace(whole.lines[0], weight_g=20_000),))
    granted(take_invoice(shop.office, CLERK, heavier))
    (line,) = shop.rows("SELECT * FROM invoice_line")
    kinds = {each["kind"]: each["minor"] for each in line.differences}
    assert 0 < kinds["re_weigh"] < 4_000
    assert kinds["re_weigh"] + kinds["price_differs"] == 4_000
    all_is_well(shop.store)  # what is not worth a claim corrects the order's cost


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


def test_what_has_not_come_is_claimed_as_lost_and_withdrawn_when_it_comes_after_all(shop: Shop) -> None:
    order = shop.on_its_way(("MUG", 2))
    (sscc,) = shop.parcels(order.order_id)
    assert granted(find_claims(shop.office)).opened == ()
    shop.later(days=31)
    (claim_id,) = granted(find_claims(shop.office)).opened
    (claim,) = list_claims(shop.office, "open")
    label = shop.rows("SELECT * FROM label")[0]
    price = shop.one("SELECT (item ->> 'price_minor')::int FROM item WHERE item_id = 'MUG'")
    assert (claim.kind, claim.claimed_minor) == (ClaimKind.LOSS, label.cost_minor + 2 * price)
    assert claim.file_by is not None
    assert (claim.file_by - BILLED).days > 30  # sixty days after the hand-over
    assert granted(find_claims(shop.office)).opened == ()
    shop.scan(sscc, "DL", shop.clock.now())
    assert granted(find_claims(shop.office)).withdrawn == (claim_id,)
    all_is_well(shop.store)


def test_damage_is_claimed_by_hand_while_there_is_time(shop: Shop) -> None:
    order = shop.on_its_way(("MUG", 2))
    (sscc,) = shop.parcels(order.order_id)
    asked = (shop.office, CLERK, ClaimKind.CONCEALED_DAMAGE, sscc)
    refused(open_claim(*asked, 900), Why.WRONG_STATE, "after delivery")
    shop.later(days=3)
    shop.scan(sscc, "DL", shop.clock.now())
    refused(open_claim(*asked, 0), Why.BAD_QUANTITY)
    claim = granted(open_claim(*asked, 900, "handle broken"))
    refused(open_claim(*asked, 900), Why.ALREADY_THERE)
    granted(file_claim(shop.office, CLERK, claim.claim_id, claim.file_by or BILLED))
    granted(settle_claim(shop.office, CLERK, claim.claim_id, 600))
    assert shop.one("SELECT amount_minor FROM cost_entry WHERE cost_kind = 'claim'") == -600
    shop.later(days=9)
    other = shop.on_its_way(("TEA", 1))
    (second,) = shop.parcels(other.order_id)
    shop.scan(second, "DL", shop.clock.now())
    shop.later(days=9)
    refused(open_claim(*asked[:3], second, 900), Why.TOO_LATE)
    all_is_well(shop.store)


def test_a_late_delivery_is_refunded_where_the_carrier_guarantees_a_day(shop: Shop) -> None:
    order = shop.on_its_way(("MUG", 2))
    label = shop.rows("SELECT * FROM label")[0]
    guaranteed = BillingTerms(guarantees={label.service_id: Guarantee({"": 2}, 500_000)})
    granted(set_billing_terms(shop.office, CLERK, {label.carrier_id: guaranteed}))
    granted(take_invoice(shop.office, CLERK, _invoice(shop, "I-1")))
    assert list_claims(shop.office) == ()  # it is on its way still
    shop.later(days=9)
    shop.scan(shop.parcels(order.order_id)[0], "DL", shop.clock.now())
    granted(find_claims(shop.office))
    (claim,) = list_claims(shop.office, "open")
    assert (claim.kind, claim.claimed_minor) == (ClaimKind.LATE_REFUND, (label.cost_minor + 1) // 2)
    assert claim.file_by == BILLED + timedelta(days=15)
    wrong = {label.carrier_id: BillingTerms(guarantees={"nobody": Guarantee({"": 2})})}
    refused(set_billing_terms(shop.office, CLERK, wrong), Why.MALFORMED, "no service nobody")
    all_is_well(shop.store)


def test_tolerances_and_deadlines_are_what_was_agreed_with_the_carrier(shop: Shop) -> None:
    shop.on_its_way(("MUG", 2))
    agreed = BillingTerms(least_minor=1_000, clocks={ClaimKind.OVERCHARGE: ClaimClock(30, Since.INVOICE)})
    granted(set_billing_terms(shop.office, CLERK, {"": agreed}))
    assert granted(take_invoice(shop.office, CLERK, _invoice(shop, "I-1", over_minor=999))).claim_ids == ()
    granted(take_invoice(shop.office, CLERK, _invoice(shop, "I-2", over_minor=999)))
    (claim,) = list_claims(shop.office, "open")
    assert claim.file_by == BILLED + timedelta(days=30)


def test_freight_is_accrued_when_shipped_settled_when_billed_and_released_when_nobody_bills_it(shop: Shop) -> None:
    shop.on_its_way(("MUG", 2))
    cost_minor = shop.rows("SELECT cost_minor FROM label")[0].cost_minor
    granted(take_invoice(shop.office, CLERK, _invoice(shop, "I-1", over_minor=900)))
    (account,) = freight_account(shop.office)
    (march,) = account.months
    assert (march.month, march.accrued_minor, march.settled_minor, march.open_minor) == (
        *("2026-03", cost_minor, cost_minor, 0),
    )
    assert (march.billed_minor, march.in_dispute_minor, march.cost_minor) == (cost_minor + 900, 900, cost_minor)
    (claim,) = list_claims(shop.office)
    granted(file_claim(shop.office, CLERK, claim.claim_id, BILLED))
    granted(settle_claim(shop.office, CLERK, claim.claim_id, 500))
    (march,) = freight_account(shop.office, "steady")[0].months
    assert (march.in_dispute_minor, march.paid_back_minor, march.cost_minor) == (0, 500, cost_minor + 400)
    shop.on_its_way(("TEA", 1))
    shop.later(days=181)
    assert len(granted(release_unbilled(shop.office))) == 1
    months = freight_account(shop.office)[0].months
    assert (months[-1].open_minor, months[-1].cost_minor) == (0, -months[-1].released_minor)
    assert freight_account(shop.office, "nobody") == ()
    all_is_well(shop.store)


def test_what_a_carrier_bills_in_the_end_is_reckoned_in_the_next_choice_and_told(shop: Shop) -> None:
    shop.on_its_way(("MUG", 2))
    granted(set_billing_terms(shop.office, CLERK, {"": BillingTerms(least_minor=100_000)}))
    label = shop.rows("SELECT * FROM label")[0]
    before = granted(quote_order(shop.office, order(("MUG", 2))))[0]
    granted(take_invoice(shop.office, CLERK, _invoice(shop, "I-1", over_minor=label.cost_minor)))
    assert learn(shop.office).bills == 1
    assert learn(shop.office).bills == 0
    after = granted(quote_order(shop.office, order(("MUG", 2))))[0]
    assert before.sent_minor < after.sent_minor < before.sent_minor + label.cost_minor // 10  # one parcel tells little
    placed = shop.place(("MUG", 2))
    shop.settle()
    (reasons,) = shop.rows("SELECT reasons FROM plan WHERE order_id = %s", placed.order_id)
    assert any("bills 4.7 % more in the end than its tariff says" in reason for reason in reasons[0]), reasons
    all_is_well(shop.store)


def test_after_audits_that_a_service_always_bills_more_the_next_plan_takes_another_and_says_why(shop: Shop) -> None:
    granted(set_billing_terms(shop.office, CLERK, {"": BillingTerms(least_minor=100_000)}))
    before = [shop.place(("MUG", 1)) for _ in range(5)]
    shop.settle()
    assert {_plan_of(shop, placed)[0] for placed in before} == {"steady-ground"}
    shop.release()
    shop.pick_all()
    shop.pack_all()
    shop.settle()
    shop.hand_over()
    labels = shop.rows("SELECT * FROM label")
    granted(take_invoice(shop.office, CLERK, _invoice_of(labels, "I-1", over_minor=8 * labels[0].cost_minor)))
    placed = shop.place(("MUG", 1))
    shop.settle()
    assert _plan_of(shop, placed) == ("steady-ground", ["cheapest"])  # nothing is learned until somebody counts
    assert learn(shop.office).bills == 1
    placed = shop.place(("MUG", 1))
    shop.settle()
    service_id, reasons = _plan_of(shop, placed)
    assert service_id == "swift-express"
    assert reasons == [
        "cheapest",
        "steady-ground bills 160.0 % more in the end than its tariff says, which is reckoned in",
    ]
    all_is_well(shop.store)


def _plan_of(shop: Shop, placed: Placed) -> tuple[str, list[str]]:
    query = (
        "SELECT f.service_id, p.reasons FROM plan p JOIN fulfilment f USING (order_id) "
        "WHERE p.order_id = %s AND f.state <> 'cancelled'"
    )
    (row,) = shop.rows(query, placed.order_id)
    return row.service_id, row.reasons
