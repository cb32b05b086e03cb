"""An order is judged, promised and held in one step, or refused and nothing is left of it."""

from __future__ import annotations

from datetime import date

import pytest

from doorstep.flow.place import clear_order, place_order, quote_order
from doorstep.flow.promise import computed_again
from doorstep.terms.order import Terms
from doorstep.terms.refusals import Why
from tests.corner_shop import CLERK, Shop, granted, order, refused


def held_of(shop: Shop, order_id: str) -> list[tuple[str, str, int]]:
    """(item, lot or inbound, quantity) of what is held for an order."""
    query = (
        "SELECT item_id, CASE WHEN inbound_id = '' THEN lot ELSE 'inbound' END, quantity FROM hold "
        "WHERE order_id = %s AND state = 'active' ORDER BY 1, 2, 3"
    )
    return [tuple(row) for row in shop.rows(query, order_id)]


def test_a_placed_order_is_promised_and_its_stock_is_held(shop: Shop) -> None:
    placed = shop.place(("MUG", 2))
    assert shop.demand(placed.order_id) == [("MUG", 2, 0, 2, 0, 0)]
    assert shop.free("MUG") == 8
    assert placed.promise.first_day == date(2026, 3, 4)
    assert placed.promise.last_day == shop.promised(placed.order_id) == date(2026, 3, 9)
    assert placed.promise.ppm >= 950_000
    assert [line.line_no for line in placed.lines] == [1]


def test_a_promise_can_be_computed_again_from_what_is_stored_with_it(shop: Shop) -> None:
    shop.expect("MUG", 20)
    placed = shop.place(("MUG", 12), ("TEA", 1), asked_by=date(2026, 3, 30))
    inputs = shop.rows("SELECT DISTINCT inputs FROM promise WHERE order_id = %s", placed.order_id)[0].inputs
    assert computed_again(inputs) == {
        told.line_no: (told.first_day, told.last_day, told.ppm) for told in (placed.promise, *placed.lines)
    }


def test_the_same_key_and_order_give_the_same_answer_and_no_second_effect(shop: Shop) -> None:
    first = place_order(shop.office, CLERK, order(("MUG", 2)), "web-1")
    facts = shop.journal()
    shop.later(days=3)
    assert place_order(shop.office, CLERK, order(("MUG", 2)), "web-1") == first
    assert shop.journal() == facts
    shop.settle()


def test_the_same_key_with_another_order_is_refused(shop: Shop) -> None:
    granted(place_order(shop.office, CLERK, order(("MUG", 2)), "web-1"))
    facts = shop.journal()
    told = place_order(shop.office, CLERK, order(("MUG", 3)), "web-1")
    assert refused(told, Why.KEY_REUSED, "web-1").concerns == {"key": "web-1"}
    assert shop.journal() == facts


def test_a_refusal_is_the_answer_to_its_key_for_good(shop: Shop) -> None:
    first = place_order(shop.office, CLERK, order(("MUG", 11)), "web-1")
    refused(first, Why.OUT_OF_STOCK, "1 of MUG")
    shop.receive("MUG", 5)
    assert place_order(shop.office, CLERK, order(("MUG", 11)), "web-1") == first
    granted(place_order(shop.office, CLERK, order(("MUG", 11)), "web-2"))


def test_a_quote_holds_nothing_and_each_dearer_offer_is_sooner(shop: Shop) -> None:
    facts = shop.journal()
    offers = granted(quote_order(shop.office, order(("MUG", 2))))
    assert [offer.services for offer in offers] == [("steady-ground",), ("swift-express",)]
    assert offers[0].cost_minor < offers[1].cost_minor
    assert offers[0].promise.last_day > offers[1].promise.last_day
    assert (shop.journal(), shop.free("MUG")) == (facts, 10)


def test_what_is_quoted_is_what_is_promised(shop: Shop) -> None:
    offers = granted(quote_order(shop.office, order(("TEA-FOR-TWO", 2))))
    placed = shop.place(("TEA-FOR-TWO", 2))
    assert (placed.promise, placed.lines) == (offers[0].promise, offers[0].lines)


def test_a_kit_is_held_as_its_parts(shop: Shop) -> None:
    placed = shop.place(("TEA-FOR-TWO", 2))
    assert shop.demand(placed.order_id) == [("MUG", 4, 0, 4, 0, 0), ("TEA", 2, 0, 2, 0, 0)]
    assert (shop.free("MUG"), shop.free("TEA")) == (6, 24)


@pytest.mark.parametrize(
    ("wanted", "short"),
    [
        ((("MUG", 6), ("MUG", 5)), "1 of MUG"),
        ((("TEA-FOR-TWO", 4), ("MUG", 3)), "1 of MUG"),
        ((("TEA-FOR-TWO", 3), ("TEA-FOR-TWO", 3)), "2 of MUG"),
    ],
)
def test_two_lines_that_share_stock_cannot_both_have_the_last_unit(
    shop: Shop, wanted: tuple[tuple[str, int], ...], short: str
) -> None:
    facts = shop.journal()
    told = place_order(shop.office, CLERK, order(*wanted), "web-1")
    refused(told, Why.OUT_OF_STOCK, short)
    assert (shop.journal(), shop.free("MUG")) == (facts, 10)


def test_lines_that_share_stock_can_have_all_of_it(shop: Shop) -> None:
    placed = shop.place(("TEA-FOR-TWO", 4), ("MUG", 2))
    assert [row[3] for row in shop.demand(placed.order_id)] == [8, 4, 2]
    assert shop.free("MUG") == 0


def test_an_order_that_payment_holds_keeps_its_stock_for_a_day_and_then_lets_go(shop: Shop) -> None:
    placed = shop.place(("MUG", 8), cleared=False)
    assert not placed.cleared
    shop.settle()
    assert shop.fulfilments(placed.order_id) == []
    shop.later(hours=23, minutes=59)
    shop.settle()
    assert shop.free("MUG") == 2
    shop.later(minutes=1)
    shop.settle()
    assert shop.free("MUG") == 10
    assert shop.demand(placed.order_id) == [("MUG", 8, 8, 0, 0, 0)]


def test_a_cleared_order_is_planned_and_keeps_its_stock(shop: Shop) -> None:
    placed = shop.place(("MUG", 8), cleared=False)
    granted(clear_order(shop.office, CLERK, placed.order_id))
    shop.settle()
    assert shop.fulfilments(placed.order_id) == ["planned"]
    shop.later(days=2)
    shop.settle()
    assert shop.free("MUG") == 2


def test_an_order_cleared_too_late_is_held_anew_where_there_is_stock_and_else_waits_for_it(shop: Shop) -> None:
    late = shop.place(("MUG", 8), cleared=False)
    shop.later(days=1)
    shop.settle()
    faster = shop.place(("MUG", 5))
    granted(clear_order(shop.office, CLERK, late.order_id))
    shop.settle()
    assert shop.fulfilments(faster.order_id) == ["planned"]
    assert shop.demand(late.order_id) == [("MUG", 8, 8, 0, 0, 0)]
    assert shop.promised(late.order_id) == late.promise.last_day
    shop.receive("MUG", 3)
    shop.settle()
    assert shop.demand(late.order_id) == [("MUG", 8, 0, 8, 0, 0)]
    assert shop.fulfilments(late.order_id) == ["planned"]


def test_clearing_twice_does_no_more_and_a_strange_order_cannot_be_cleared(shop: Shop) -> None:
    placed = shop.place(("MUG", 1), cleared=False)
    assert clear_order(shop.office, CLERK, placed.order_id) == placed.order_id
    facts = shop.journal()
    assert clear_order(shop.office, CLERK, placed.order_id) == placed.order_id
    assert shop.journal() == facts
    refused(clear_order(shop.office, CLERK, "ord_none"), Why.UNKNOWN_ORDER, "ord_none")


def test_what_is_not_there_is_promised_from_what_is_to_come(shop: Shop) -> None:
    on_hand = shop.place(("MUG", 4))
    shop.expect("MUG", 20, days=4)
    backordered = shop.place(("MUG", 9))
    assert held_of(shop, backordered.order_id) == [("MUG", "", 6), ("MUG", "inbound", 3)]
    assert backordered.promise.last_day > on_hand.promise.last_day


def test_who_takes_no_backorder_is_told_when_there_will_be_enough(shop: Shop) -> None:
    shop.expect("MUG", 20, days=4)
    told = place_order(shop.office, CLERK, order(("MUG", 12), terms=Terms(backorder=False)), "web-1")
    assert refused(told, Why.OUT_OF_STOCK, "2 of MUG").concerns["could_be"] == "2026-03-06"


def test_a_date_that_can_be_kept_takes_the_faster_carrier(shop: Shop) -> None:
    placed = shop.place(("MUG", 2), asked_by=date(2026, 3, 5))
    assert placed.promise.last_day <= date(2026, 3, 5)
    shop.settle()
    assert shop.one("SELECT service_id FROM fulfilment") == "swift-express"


def test_a_date_out_of_reach_is_refused_with_the_best_that_can_be_done(shop: Shop) -> None:
    told = place_order(shop.office, CLERK, order(("MUG", 2), asked_by=date(2026, 3, 2)), "web-1")
    best = str(refused(told, Why.DATE_OUT_OF_REACH, "2026-03-02").concerns["best_day"])
    placed = shop.place(("MUG", 2), asked_by=date.fromisoformat(best))
    assert placed.promise.last_day.isoformat() == best


def test_the_lot_that_expires_first_goes_first(shop: Shop) -> None:
    placed = shop.place(("TEA", 8))
    assert held_of(shop, placed.order_id) == [("TEA", "T1", 6), ("TEA", "T2", 2)]


def test_who_wants_shelf_life_gets_no_lot_that_expires_too_soon(shop: Shop) -> None:
    placed = shop.place(("TEA", 8), customer="bistro")
    assert held_of(shop, placed.order_id) == [("TEA", "T2", 8)]
    told = place_order(shop.office, CLERK, order(("TEA", 13), customer="bistro"), "web-1")
    refused(told, Why.OUT_OF_STOCK, "1 of TEA")


def test_the_terms_of_an_order_go_before_those_of_its_customer(shop: Shop) -> None:
    placed = shop.place(("TEA", 3), customer="bistro", terms=Terms(min_shelf_life_days=0))
    assert held_of(shop, placed.order_id) == [("TEA", "T1", 3)]


def test_units_known_one_by_one_are_promised_as_long_as_there_are_any(shop: Shop) -> None:
    shop.place(("LAMP", 3))
    refused(place_order(shop.office, CLERK, order(("LAMP", 1)), "web-1"), Why.OUT_OF_STOCK, "1 of LAMP")
