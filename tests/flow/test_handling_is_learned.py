"""How long the floor takes is counted from what it really did, and the next promise rests on it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from doorstep.events.learning import HandlingLearned
from doorstep.events.registry import REGISTRY
from doorstep.flow.learn import learn
from doorstep.promising.arrivals import Leg
from doorstep.promising.mass import Mass
from tests.corner_shop import Shop, all_is_well

NINE = datetime(2026, 3, 2, 15, tzinfo=UTC)  # Monday, nine in the morning in Chicago
EVERY = "SELECT taken, waiting, shipments FROM handling"


def packed_after(shop: Shop, hours: int) -> None:
    shop.to_the_bench(("MUG", 1))
    shop.later(hours=hours)
    shop.pack_all()
    shop.settle()


def handling_promised(shop: Shop) -> Mass:
    placed = shop.place(("MUG", 1))
    shop.settle()
    (leg,) = shop.one("SELECT inputs FROM promise WHERE order_id = %s AND line_no = 0", placed.order_id)["legs"]
    return Leg.from_json(leg).handling


def test_what_the_floor_took_is_told_in_shares_of_what_was_expected(shop: Shop) -> None:
    shop.clock.move_to(NINE)
    packed_after(shop, 2)
    assert learn(shop.office).sites == 1
    # An hour is expected of a shipment, and nothing stood before it: two hours are 40 steps of 5 %.
    assert shop.rows(EVERY) == [({"40": 1_000}, {}, 1)]
    assert learn(shop.office).sites == 0
    all_is_well(shop.store)


def test_promises_rest_on_it(shop: Shop) -> None:
    shop.clock.move_to(NINE)
    believed = handling_promised(shop)
    packed_after(shop, 3)
    learn(shop.office)
    learned = handling_promised(shop)
    assert learned.by(11) < believed.by(11)  # three hours are twelve quarters
    all_is_well(shop.store)


def test_what_is_not_packed_yet_is_told_by_how_long_it_has_waited(shop: Shop) -> None:
    shop.clock.move_to(NINE)
    shop.place(("MUG", 1))
    shop.settle()
    shop.later(hours=2)
    learn(shop.office)
    assert shop.rows(EVERY) == [({}, {"40": 1_000}, 0)]


def test_goods_that_had_to_come_first_say_nothing_of_the_work(shop: Shop) -> None:
    shop.clock.move_to(NINE)
    shop.expect("MUG", 10)
    shop.place(("MUG", 12))
    shop.settle()
    shop.later(hours=5)
    learn(shop.office)
    assert shop.rows(EVERY) == []


def test_hours_that_were_counted_before_are_read_as_nothing_learned() -> None:
    before = {"site_id": "CS", "hours": {"7": 4}, "until": "2026-03-02"}
    told = REGISTRY.read("HandlingLearned", 1, before)
    assert told == HandlingLearned("CS", {}, {}, 0, date(2026, 3, 2))
