"""What comes in, what was expected, and what a count finds: who is served first and who is let down."""

from __future__ import annotations

from datetime import date, timedelta

from doorstep.flow import look
from doorstep.flow.count import count_bin
from doorstep.flow.receive import Receipt, receive
from doorstep.flow.redate import Redated, redate_inbound
from doorstep.terms.refusals import Why
from tests.corner_shop import CLERK, Shop, granted, refused


def held(shop: Shop, order_id: str) -> dict[str, int]:
    """Units held on the shelf and on their way, for an order."""
    query = (
        "SELECT CASE inbound_id WHEN '' THEN 'shelf' ELSE 'coming' END AS source, sum(quantity)::int AS units "
        "FROM hold WHERE order_id = %s AND state = 'active' GROUP BY 1 ORDER BY 1"
    )
    return {row.source: row.units for row in shop.rows(query, order_id)}


def waiting(shop: Shop) -> list[str]:
    return [row.order_id for row in shop.rows("SELECT order_id FROM demand WHERE waiting > 0 ORDER BY order_id")]


def test_received_goods_are_in_their_bin_and_free(shop: Shop) -> None:
    shop.receive("MUG", 5)
    shop.receive("TEA", 4, "CS/A-02", lot="T3", expires_on=date(2028, 1, 1))
    shop.receive("LAMP", 2, "CS/B-01", serials=("L-010", "L-011"))
    assert (shop.free("MUG"), shop.free("TEA"), shop.free("LAMP")) == (15, 30, 5)
    assert shop.one("SELECT expires_on FROM lot WHERE lot = 'T3'") == date(2028, 1, 1)
    assert shop.one("SELECT place_id FROM unit WHERE serial = 'L-011'") == "CS/B-01"


def test_a_receipt_booked_twice_is_booked_once(shop: Shop) -> None:
    receipt = Receipt("CS/A-01", "MUG", 5)
    first = receive(shop.office, CLERK, receipt, "asn-1")
    assert receive(shop.office, CLERK, receipt, "asn-1") == first
    refused(receive(shop.office, CLERK, Receipt("CS/A-01", "MUG", 6), "asn-1"), Why.KEY_REUSED)
    assert shop.on_hand("CS/A-01", "MUG") == 15


def test_an_inbound_that_arrives_serves_whom_it_was_promised_to(shop: Shop) -> None:
    inbound_id = shop.expect("MUG", 20)
    placed = shop.place(("MUG", 14))
    shop.settle()
    assert held(shop, placed.order_id) == {"shelf": 10, "coming": 4}
    shop.later(days=2)
    shop.receive("MUG", 20, inbound_id=inbound_id)
    shop.settle()
    assert held(shop, placed.order_id) == {"shelf": 14}
    assert shop.free("MUG") == 16
    assert shop.promised(placed.order_id) == placed.promise.last_day


def test_an_inbound_that_arrives_in_part_serves_the_oldest_promise_first(shop: Shop) -> None:
    inbound_id = shop.expect("MUG", 20)
    older, newer = shop.place(("MUG", 13)), shop.place(("MUG", 4))
    shop.settle()
    shop.receive("MUG", 5, inbound_id=inbound_id)
    shop.settle()
    assert held(shop, older.order_id) == {"shelf": 13}
    assert held(shop, newer.order_id) == {"shelf": 2, "coming": 2}
    shop.receive("MUG", 15, inbound_id=inbound_id)
    shop.settle()
    assert held(shop, newer.order_id) == {"shelf": 4}
    assert shop.free("MUG") == 13


def test_an_order_whose_inbound_never_comes_is_planned_from_what_did_come_though_nobody_asks(shop: Shop) -> None:
    shop.expect("MUG", 20)
    placed = shop.place(("MUG", 14))
    shop.settle()
    shop.receive("MUG", 20)
    leaves = shop.one("SELECT departs FROM fulfilment WHERE order_id = %s", placed.order_id)
    shop.later(seconds=(leaves - shop.clock.now()).total_seconds() - 60)
    shop.settle()
    assert held(shop, placed.order_id) == {"shelf": 10, "coming": 4}
    shop.later(minutes=2)
    shop.settle()
    assert held(shop, placed.order_id) == {"shelf": 14}
    assert shop.one("SELECT count(*) FROM due") == 0


def test_goods_that_come_later_are_promised_for_later_and_the_supplier_caused_it(shop: Shop) -> None:
    inbound_id = shop.expect("MUG", 20)
    on_shelf, waits = shop.place(("MUG", 2)), shop.place(("MUG", 14))
    shop.settle()
    due_at = shop.clock.now() + timedelta(days=6)
    told = redate_inbound(shop.office, CLERK, inbound_id, due_at, "late")
    assert told == Redated(inbound_id, (waits.order_id,))
    shop.settle()
    first, agreed = granted(look.order(shop.office, waits.order_id)).promises
    assert (agreed.caused_by, agreed.cause) == ("supplier", "inbound at another time")
    assert agreed.windows[0].last_day >= first.windows[0].last_day + timedelta(days=3)
    assert shop.promised(on_shelf.order_id) == on_shelf.promise.last_day
    assert held(shop, waits.order_id) == {"shelf": 8, "coming": 6}


def test_goods_that_came_cannot_come_at_another_time(shop: Shop) -> None:
    inbound_id = shop.expect("MUG", 5)
    shop.receive("MUG", 5, inbound_id=inbound_id)
    for unknown, why in ((inbound_id, Why.WRONG_STATE), ("inb_none", Why.UNKNOWN_INBOUND)):
        refused(redate_inbound(shop.office, CLERK, unknown, shop.clock.now(), f"late {unknown}"), why)


def test_more_may_come_than_was_expected(shop: Shop) -> None:
    inbound_id = shop.expect("MUG", 5)
    shop.receive("MUG", 8, inbound_id=inbound_id)
    shop.receive("MUG", 1, inbound_id=inbound_id)
    assert shop.free("MUG") == 19


def test_an_inbound_brings_only_what_it_was_to_bring(shop: Shop) -> None:
    inbound_id = shop.expect("MUG", 5)
    receipt = Receipt("CS/A-02", "TEA", 2, lot="T3", inbound_id=inbound_id)
    refused(receive(shop.office, CLERK, receipt, "asn-1"), Why.MALFORMED, inbound_id, "TEA")


def test_a_count_that_agrees_changes_nothing(shop: Shop) -> None:
    shop.place(("MUG", 10))
    told = shop.count("CS/A-01", "MUG", 10)
    assert (told.difference, told.orders_to_replan) == (0, ())
    assert shop.one("SELECT count(*) FROM journal WHERE kind = 'StockCounted'") == 1


def test_what_a_count_finds_serves_who_waits(shop: Shop) -> None:
    placed = shop.place(("MUG", 8), cleared=True)
    shop.count("CS/A-01", "MUG", 3)
    shop.settle()
    assert waiting(shop) == [placed.order_id]
    told = shop.count("CS/A-01", "MUG", 9)
    assert told.difference == 6
    shop.settle()
    assert waiting(shop) == []


def test_a_count_below_what_is_held_lets_the_newest_promise_down(shop: Shop) -> None:
    oldest, middle, newest = (shop.place(("MUG", 3)) for _ in range(3))
    shop.settle()
    told = shop.count("CS/A-01", "MUG", 7)
    assert told.orders_to_replan == (newest.order_id,)
    shop.settle()
    assert waiting(shop) == [newest.order_id]
    assert held(shop, oldest.order_id) == held(shop, middle.order_id) == {"shelf": 3}
    assert shop.one("SELECT cause FROM journal WHERE kind = 'HoldsVoided'") == "count"


def test_it_is_the_age_of_the_promise_that_counts_and_not_that_of_the_hold(shop: Shop) -> None:
    """Both holds are made anew at release: first that of the newer order, which is in more of a hurry."""
    older = shop.place(("MUG", 3), asked_from=date(2026, 3, 16))
    shop.settle()
    leaves = shop.one("SELECT departs FROM fulfilment WHERE order_id = %s", older.order_id)
    shop.clock.move_to(leaves - timedelta(hours=23))
    newer = shop.place(("MUG", 3))
    shop.settle()
    shop.release()
    assert shop.count("CS/A-01", "MUG", 4).orders_to_replan == (newer.order_id,)
    shop.settle()
    assert held(shop, older.order_id) == {"shelf": 3}


def test_a_count_calls_back_the_pick_for_what_is_not_there(shop: Shop) -> None:
    placed = shop.place(("MUG", 3), ("TEA", 1))
    shop.settle()
    shop.release()
    shop.count("CS/A-01", "MUG", 1)
    shop.settle()
    assert [task.item_id for task in shop.tasks()] == ["TEA"]
    shop.pick_all()
    assert "picked" in shop.fulfilments(placed.order_id)
    shop.receive("MUG", 5)
    shop.settle()
    shop.release()
    shop.pick_all()
    shop.pack_all()
    shop.settle()
    assert len(shop.hand_over()) == 2
    assert all(row[5] == row[1] for row in shop.demand(placed.order_id))


def test_a_fulfilment_order_that_a_count_leaves_empty_is_cancelled(shop: Shop) -> None:
    placed = shop.place(("MUG", 3))
    shop.settle()
    shop.release()
    shop.count("CS/A-01", "MUG", 0)
    shop.settle()
    assert shop.fulfilments(placed.order_id) == ["cancelled"]
    assert waiting(shop) == [placed.order_id]


def test_counting_tells_serials_that_are_gone_and_serials_that_turn_up(shop: Shop) -> None:
    shop.count("CS/B-01", "LAMP", 2, serials=("L-001", "L-003"))
    assert shop.one("SELECT place_id FROM unit WHERE serial = 'L-002'") == "lost"
    shop.count("CS/A-01", "LAMP", 1, serials=("L-002",))
    assert shop.one("SELECT place_id FROM unit WHERE serial = 'L-002'") == "CS/A-01"
    assert shop.free("LAMP") == 3


def test_a_count_booked_twice_is_booked_once(shop: Shop) -> None:
    first = count_bin(shop.office, CLERK, "CS/A-01", "MUG", 8, "count-1")
    shop.receive("MUG", 2)
    assert count_bin(shop.office, CLERK, "CS/A-01", "MUG", 8, "count-1") == first
    assert granted(first).difference == -2
    assert shop.on_hand("CS/A-01", "MUG") == 10
