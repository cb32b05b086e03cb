"""How late a supplier comes is counted from what it brought, and promises that wait for it rest on that."""

from __future__ import annotations

from datetime import UTC, datetime

from doorstep.flow.learn import learn
from doorstep.promising.arrivals import Leg
from doorstep.promising.mass import Mass
from doorstep.promising.priors import lateness_prior
from tests.corner_shop import Shop, all_is_well

NINE = datetime(2026, 3, 2, 15, tzinfo=UTC)  # Monday, nine in the morning in Chicago
EVERY = "SELECT supplier_id, days, waiting, never FROM lateness"


def brought_after(shop: Shop, days: int) -> None:
    """A mug was to come in two days, and comes after so many."""
    inbound_id = shop.expect("MUG", 1)
    shop.later(days=days)
    shop.receive("MUG", 1, inbound_id=inbound_id)
    shop.settle()


def lateness_promised(shop: Shop) -> Mass:
    """Of an order that takes all there is and half of what is to come."""
    free = shop.free("MUG")
    shop.expect("MUG", 10)
    placed = shop.place(("MUG", free + 5))
    shop.settle()
    legs = shop.one("SELECT inputs FROM promise WHERE order_id = %s AND line_no = 0", placed.order_id)["legs"]
    return max((Leg.from_json(leg).lateness for leg in legs), key=lambda mass: len(mass.ppm))


def test_a_delivery_is_told_by_the_days_after_the_one_first_named(shop: Shop) -> None:
    shop.clock.move_to(NINE)
    brought_after(shop, 2)
    brought_after(shop, 5)
    assert learn(shop.office).suppliers == 1
    assert shop.rows(EVERY) == [("potter", {"0": 1, "3": 1}, {}, 0)]
    assert learn(shop.office).suppliers == 0
    all_is_well(shop.store)


def test_what_is_overdue_is_told_as_not_come_yet(shop: Shop) -> None:
    shop.clock.move_to(NINE)
    shop.expect("MUG", 1)
    shop.later(days=4)
    learn(shop.office)
    assert shop.rows(EVERY) == [("potter", {}, {"1": 1}, 0)]


def test_what_was_due_more_than_a_year_ago_is_forgotten(shop: Shop) -> None:
    shop.clock.move_to(NINE)
    brought_after(shop, 5)
    learn(shop.office)
    shop.later(days=370)
    assert learn(shop.office).suppliers == 1
    assert shop.rows(EVERY) == [("potter", {}, {}, 0)]


def test_a_promise_that_waits_for_the_supplier_rests_on_it(shop: Shop) -> None:
    shop.clock.move_to(NINE)
    for _ in range(3):
        brought_after(shop, 8)
    learn(shop.office)
    learned = lateness_promised(shop)
    assert learned.by(5) < lateness_prior().by(5) - 50_000
    all_is_well(shop.store)
