"""Too little for all: the policy says who waits, rules are compared beforehand, losers are promised anew at once."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from typing import Any

from doorstep.flow import goals
from doorstep.flow.place import place_order
from doorstep.flow.scarcity import Shared, compare_rules, share_scarce_stock
from doorstep.intake.goals import GoalsIn, read_goals
from doorstep.terms.goals import Goals, Reserve, Rule, Scarcity
from doorstep.terms.refusals import Why
from tests.corner_shop import CLERK, Shop, all_is_well, granted, order, refused

BOSS = CLERK


def want(shop: Shop, policy: Scarcity) -> None:
    granted(goals.set_goals(shop.office, CLERK, Goals(scarcity=policy)))


def on_hand(shop: Shop, order_id: str) -> int:
    query = (
        "SELECT coalesce(sum(quantity), 0)::int FROM hold WHERE order_id = %s AND state = 'active' AND inbound_id = ''"
    )
    return int(shop.one(query, order_id))


def revisions(shop: Shop, order_id: str) -> list[tuple[str, str]]:
    rows = shop.rows(
        "SELECT caused_by, cause FROM promise WHERE order_id = %s AND line_no = 0 ORDER BY revision", order_id
    )
    return [(row.caused_by, row.cause) for row in rows]


def two_orders_on_ten_mugs(shop: Shop) -> tuple[str, str]:
    """Ada wants 6 of the 10 mugs and has them; the bistro wants 8 and waits for 8 that come in ten days."""
    ada = shop.place(("MUG", 6)).order_id
    shop.expect("MUG", 12, days=10)
    bistro = shop.place(("MUG", 8), customer="bistro").order_id
    shop.settle()
    return ada, bistro


def share(shop: Shop, **more: Any) -> Shared:
    return granted(share_scarce_stock(shop.office, BOSS, "MUG", shop.key(), **more))


def test_rules_are_compared_on_the_real_path_and_nothing_changes(shop: Shop) -> None:
    ada, bistro = two_orders_on_ten_mugs(shop)
    facts = shop.journal()
    told = granted(compare_rules(shop.office, "MUG"))
    assert shop.journal() == facts
    assert [each.rule for each in told] == list(Rule)
    assert {each.rule: {share.order_id: share.after for share in each.shares} for each in told} == {
        Rule.OLDEST_PROMISE: {ada: 6, bistro: 4},
        Rule.PRIORITY: {ada: 6, bistro: 4},
        Rule.FAIR_SHARE: {ada: 4, bistro: 6},
        Rule.MARGIN: {ada: 2, bistro: 8},
    }


def test_by_priority_the_trade_is_served_and_the_homeowner_is_promised_another_day_in_the_same_step(shop: Shop) -> None:
    ada, bistro = two_orders_on_ten_mugs(shop)
    promised = shop.promised(ada)
    want(shop, Scarcity(Rule.PRIORITY, ("trade",)))
    told = share(shop)
    assert (on_hand(shop, ada), on_hand(shop, bistro)) == (2, 8)
    (loser,) = told.losers
    assert (loser.order_id, loser.before, loser.after, loser.waits) == (ada, 6, 2, False)
    assert loser.promised_before == promised
    assert shop.promised(ada) == loser.promised > promised + timedelta(days=7)
    assert loser.late_minor == loser.days_later * 500
    assert revisions(shop, ada) == [("", ""), ("us", "too little for all")]
    transactions = shop.rows(
        "SELECT DISTINCT transaction FROM journal WHERE kind = 'ScarceStockShared' "
        "OR (kind = 'OrderPromised' AND body ->> 'caused_by' = 'us')"
    )
    assert len(transactions) == 1
    shop.settle()
    assert (on_hand(shop, ada), on_hand(shop, bistro)) == (2, 8)
    all_is_well(shop.store)


def test_where_nothing_is_due_the_loser_keeps_its_part_and_waits(shop: Shop) -> None:
    ada = shop.place(("MUG", 6)).order_id
    bistro = shop.place(("MUG", 4), customer="bistro").order_id
    shop.settle()
    shop.count("CS/A-01", "MUG", 8)
    assert (on_hand(shop, ada), on_hand(shop, bistro)) == (6, 0)
    want(shop, Scarcity(Rule.FAIR_SHARE))
    told = share(shop)
    assert [(each.order_id, each.after, each.waits) for each in told.shares] == [(ada, 5, True), (bistro, 3, True)]
    shop.settle()
    assert (on_hand(shop, ada), on_hand(shop, bistro)) == (5, 3)
    shop.receive("MUG", 2)
    shop.settle()
    assert (on_hand(shop, ada), on_hand(shop, bistro)) == (6, 4)
    all_is_well(shop.store)


def test_a_count_that_finds_less_lets_down_whom_the_policy_says_and_tells_them_at_once(shop: Shop) -> None:
    want(shop, Scarcity(Rule.PRIORITY, ("trade",)))
    ada = shop.place(("MUG", 6)).order_id
    bistro = shop.place(("MUG", 4), customer="bistro").order_id
    shop.expect("MUG", 20, days=10)
    shop.settle()
    promised = shop.promised(ada), shop.promised(bistro)
    shop.count("CS/A-01", "MUG", 5)
    assert on_hand(shop, bistro) == 4
    assert shop.promised(bistro) == promised[1]
    assert shop.promised(ada) > promised[0]
    assert revisions(shop, ada)[1:] == [("us", "count")]
    all_is_well(shop.store)


def test_the_part_that_an_unpaid_order_keeps_runs_out_as_all_it_holds_does(shop: Shop) -> None:
    order_id = shop.place(("MUG", 6), cleared=False).order_id
    shop.count("CS/A-01", "MUG", 4)
    assert on_hand(shop, order_id) == 4
    assert shop.one("SELECT count(*) FROM hold WHERE state = 'active' AND expires_at IS NULL") == 0
    shop.later(days=30)
    shop.settle()
    assert on_hand(shop, order_id) == 0
    all_is_well(shop.store)


def test_a_count_that_leaves_enough_elsewhere_changes_no_promise(shop: Shop) -> None:
    order_id = shop.place(("MUG", 4)).order_id
    shop.receive("MUG", 4, "CS/A-02")
    shop.settle()
    promised = shop.promised(order_id)
    shop.count("CS/A-01", "MUG", 0)
    shop.settle()
    assert (on_hand(shop, order_id), shop.promised(order_id), len(revisions(shop, order_id))) == (4, promised, 1)


def test_an_inbound_that_brings_less_serves_whom_the_policy_says(shop: Shop) -> None:
    want(shop, Scarcity(Rule.PRIORITY, ("trade",)))
    shop.count("CS/A-01", "MUG", 0)
    inbound_id = shop.expect("MUG", 10)
    ada = shop.place(("MUG", 6)).order_id
    bistro = shop.place(("MUG", 4), customer="bistro").order_id
    shop.settle()
    shop.receive("MUG", 4, inbound_id=inbound_id)
    assert (on_hand(shop, ada), on_hand(shop, bistro)) == (0, 4)


def test_what_is_reserved_for_a_class_is_not_promised_to_another(shop: Shop) -> None:
    want(shop, Scarcity(reserves=(Reserve("trade", units=8, item_ids=("MUG",)),)))
    told = place_order(shop.office, CLERK, order(("MUG", 3)), shop.key())
    refused(told, Why.OUT_OF_STOCK, "1 of MUG")
    assert shop.place(("MUG", 2)).order_id
    assert shop.place(("MUG", 8), customer="bistro").order_id
    all_is_well(shop.store)


def test_what_the_class_has_got_of_its_reserve_binds_nobody_any_more(shop: Shop) -> None:
    want(shop, Scarcity(reserves=(Reserve("trade", ppm=500_000),)))
    shop.place(("MUG", 5), customer="bistro")
    assert shop.place(("MUG", 5)).order_id


def test_who_must_say_yes_is_asked_where_somebody_loses(shop: Shop) -> None:
    two_orders_on_ten_mugs(shop)
    want(shop, Scarcity(Rule.PRIORITY, ("trade",), approver="head of sales"))
    told = share_scarce_stock(shop.office, BOSS, "MUG", shop.key())
    refused(told, Why.APPROVAL_NEEDED, "1 of these orders", "head of sales")
    assert granted(compare_rules(shop.office, "MUG"))[0].approver == "head of sales"
    done = share(shop, approved_by="head of sales")
    assert len(done.losers) == 1
    approved = shop.one("SELECT body ->> 'approved_by' FROM journal WHERE kind = 'ScarceStockShared'")
    assert approved == "head of sales"


def test_where_there_is_enough_nobody_need_wait(shop: Shop) -> None:
    shop.place(("MUG", 3))
    facts = shop.journal()
    told = share(shop)
    assert (told.enough, told.waiting, told.losers, shop.journal()) == (True, 0, (), facts)
    refused(share_scarce_stock(shop.office, BOSS, "JUG", shop.key()), Why.UNKNOWN_ITEM, "JUG")


def test_what_is_on_the_floor_stays_where_it_is(shop: Shop) -> None:
    ada = shop.place(("MUG", 6)).order_id
    shop.settle()
    shop.release()
    bistro = shop.place(("MUG", 4), customer="bistro").order_id
    shop.expect("MUG", 6, days=10)
    other = shop.place(("MUG", 4)).order_id
    told = share(shop, rule=Rule.PRIORITY)
    assert told.units == 4
    assert [each.order_id for each in told.shares] == [bistro, other]
    assert on_hand(shop, ada) == 6


def test_the_same_key_shares_once(shop: Shop) -> None:
    two_orders_on_ten_mugs(shop)
    key = shop.key()
    told = [granted(share_scarce_stock(shop.office, BOSS, "MUG", key, Rule.FAIR_SHARE)) for _ in range(2)]
    assert told[0] == told[1]
    assert shop.one("SELECT count(*) FROM journal WHERE kind = 'ScarceStockShared'") == 1


POLICY = """
[scarcity]
rule = "priority"
priority = ["trade", "homeowner"]
approver = "head of sales"

[scarcity.reserved.trade]
percent = "20"

[scarcity.reserved.homeowner]
units = 2
items = ["MUG"]
"""


def test_a_goals_file_says_the_policy_and_is_written_as_it_was_read() -> None:
    read = granted(read_goals(tomllib.loads(POLICY)))
    reserves = (Reserve("homeowner", units=2, item_ids=("MUG",)), Reserve("trade", ppm=200_000))
    assert read.scarcity == Scarcity(Rule.PRIORITY, ("trade", "homeowner"), reserves, "head of sales")
    assert GoalsIn.of(read).value() == read


def test_slips_in_a_policy_are_told_with_their_place() -> None:
    refused(read_goals({"scarcity": {"rule": "oldest"}}), Why.MALFORMED, "scarcity.rule")
    refused(read_goals({"scarcity": {"reserved": {"trade": {}}}}), Why.MALFORMED, "either percent or units")
    refused(read_goals({"scarcity": {"aprover": "x"}}), Why.MALFORMED, "approver")
