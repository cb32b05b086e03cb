"""Sites that others run: asked with the release, they say yes or no; a no, or silence, sends the order elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from doorstep.flow import nodes
from doorstep.flow.explain import explain
from doorstep.flow.later import run_until_quiet
from doorstep.flow.learn import learn
from doorstep.flow.master import define_services, define_site
from doorstep.flow.place import quote_order
from doorstep.flow.release import release_wave
from doorstep.flow.supply import books_known
from doorstep.storage.queries import master
from doorstep.terms.places import Address, NodeTerms, SiteKind
from doorstep.terms.refusals import Why
from tests.corner_shop import CLERK, Shop, all_is_well, granted, order, refused

HOUR = 3_600
DEPOT = Address("Depot of others", ("3 Lake Street",), "Chicago", "60601", "US")
ASKED = NodeTerms(answer_s=4 * HOUR, confidence_ppm=980_000)


def open_depot(shop: Shop, terms: NodeTerms = ASKED, mugs: int = 10) -> None:
    """A third party's depot in Chicago with mugs, where both carriers call as they do at the shop."""
    with shop.store.reading() as tx:
        services, calendar = master.services(tx), master.sites(tx)["CS"].calendar
    third = SiteKind.THIRD_PARTY
    granted(define_site(shop.office, CLERK, "DP", "Depot", DEPOT, calendar, ["A-01"], kind=third, terms=terms))
    called = [replace(each, cut_offs={**each.cut_offs, "DP": time(16)}) for each in services]
    granted(define_services(shop.office, CLERK, called))
    if mugs:
        shop.receive("MUG", mugs, "DP/A-01")


def sent_from_depot(shop: Shop) -> tuple[str, str]:
    """An order of Ada's that is released to the depot: (order, fulfilment order). The shop has mugs again then."""
    shop.count("CS/A-01", "MUG", 0)
    order_id = shop.place(("MUG", 2)).order_id
    shop.settle()
    granted(release_wave(shop.office, CLERK, "DP"))
    shop.receive("MUG", 10)
    return order_id, str(shop.one("SELECT fulfilment_id FROM fulfilment WHERE order_id = %s", order_id))


def held_at(shop: Shop, order_id: str) -> list[str]:
    query = "SELECT site_id FROM hold WHERE order_id = %s AND state = 'active'"
    return [row.site_id for row in shop.rows(query, order_id)]


def state(shop: Shop, fulfilment_id: str) -> Any:
    row = shop.rows("SELECT state, reason FROM asking WHERE fulfilment_id = %s", fulfilment_id)[0]
    return row.state, row.reason


@pytest.fixture
def depot(shop: Shop) -> Shop:
    open_depot(shop)
    return shop


def test_a_depot_of_others_is_asked_with_the_release_and_its_clock_runs(depot: Shop) -> None:
    order_id, fulfilment_id = sent_from_depot(depot)
    (asked,) = nodes.waiting_for_answers(depot.office)
    assert (asked.order_id, asked.fulfilment_id, asked.site_id) == (order_id, fulfilment_id, "DP")
    assert (asked.answer_by - asked.asked_at).total_seconds() == 4 * HOUR
    assert granted(nodes.accept(depot.office, CLERK, fulfilment_id, depot.key())).state == "accepted"
    assert nodes.waiting_for_answers(depot.office) == ()
    depot.later(hours=5)
    depot.settle()
    assert state(depot, fulfilment_id) == ("accepted", "")
    assert held_at(depot, order_id) == ["DP"]


def test_our_own_shop_is_not_asked(shop: Shop) -> None:
    order_id = shop.place(("MUG", 2)).order_id
    shop.settle()
    shop.release()
    assert nodes.waiting_for_answers(shop.office) == ()
    fulfilment_id = str(shop.one("SELECT fulfilment_id FROM fulfilment WHERE order_id = %s", order_id))
    assert granted(nodes.accept(shop.office, CLERK, fulfilment_id)).known
    refused(nodes.decline(shop.office, CLERK, fulfilment_id, "full"), Why.WRONG_STATE, "was not asked")


def test_a_no_sends_the_order_from_elsewhere_and_keeps_its_promise(depot: Shop) -> None:
    order_id, fulfilment_id = sent_from_depot(depot)
    promised = depot.promised(order_id)
    told = granted(nodes.decline(depot.office, CLERK, fulfilment_id, "no staff today", depot.key()))
    assert (told.state, told.known) == ("declined", False)
    assert held_at(depot, order_id) == ["CS"]
    depot.settle()
    rows = depot.rows("SELECT site_id, state FROM fulfilment WHERE order_id = %s ORDER BY fulfilment_id", order_id)
    assert [tuple(row) for row in rows] == [("DP", "cancelled"), ("CS", "planned")]
    assert depot.promised(order_id) == promised
    assert granted(nodes.decline(depot.office, CLERK, fulfilment_id, "no staff today")).known
    refused(nodes.accept(depot.office, CLERK, fulfilment_id), Why.TOO_LATE, "no staff today")
    all_is_well(depot.store)


def test_no_answer_in_time_is_a_no(depot: Shop) -> None:
    order_id, fulfilment_id = sent_from_depot(depot)
    depot.later(hours=3)
    depot.settle()
    assert state(depot, fulfilment_id) == ("asked", "")
    depot.later(hours=1)
    depot.settle()
    assert state(depot, fulfilment_id) == ("declined", nodes.SILENT)
    assert held_at(depot, order_id) == ["CS"]
    all_is_well(depot.store)


def test_who_began_to_pick_has_said_yes(depot: Shop) -> None:
    _, fulfilment_id = sent_from_depot(depot)
    depot.pick_all()
    refused(nodes.decline(depot.office, CLERK, fulfilment_id, "too many"), Why.WRONG_STATE, "has taken")
    depot.later(hours=4)
    depot.settle()
    assert state(depot, fulfilment_id) == ("accepted", nodes.BEGAN)
    all_is_well(depot.store)


def test_a_site_that_said_no_is_not_asked_for_this_order_again(depot: Shop) -> None:
    depot.count("CS/A-01", "MUG", 0)
    order_id = depot.place(("MUG", 2)).order_id
    depot.settle()
    granted(release_wave(depot.office, CLERK, "DP"))
    fulfilment_id = str(depot.one("SELECT fulfilment_id FROM fulfilment WHERE order_id = %s", order_id))
    depot.expect("MUG", 10, days=7)
    promised = depot.promised(order_id)
    granted(nodes.decline(depot.office, CLERK, fulfilment_id, "none left"))
    assert depot.promised(order_id) > promised
    depot.settle()
    assert held_at(depot, order_id) == ["CS"]
    causes = depot.rows("SELECT caused_by, cause FROM promise WHERE order_id = %s AND line_no = 0", order_id)
    assert ("us", "DP: none left") in [tuple(row) for row in causes]
    all_is_well(depot.store)


def test_a_promise_from_there_reckons_with_the_answer_and_with_what_may_not_be_there(shop: Shop) -> None:
    shop.count("CS/A-01", "MUG", 0)
    open_depot(shop, NodeTerms())
    ours = granted(quote_order(shop.office, order(("MUG", 2))))[0].promise
    shop.count("DP/A-01", "MUG", 0)
    open_depot(shop, NodeTerms(answer_s=30 * HOUR, confidence_ppm=960_000))
    theirs = granted(quote_order(shop.office, order(("MUG", 2))))[0].promise
    assert theirs.last_day > ours.last_day
    assert theirs.ppm <= 960_000
    placed = shop.place(("MUG", 2))
    (leg,) = granted(explain(shop.office, placed.order_id)).promises[-1].legs
    assert leg.goods_there_ppm == 960_000 * 95 // 100


def test_whether_it_is_asked_once_for_all_items_of_a_shipment(shop: Shop) -> None:
    open_depot(shop, NodeTerms(answer_s=HOUR, confidence_ppm=700_000))
    shop.count("CS/A-01", "MUG", 0)
    shop.count("CS/A-02", "TEA", 0, lot="T1")
    shop.count("CS/A-02", "TEA", 0, lot="T2")
    shop.receive("TEA", 5, "DP/A-01", lot="T9")
    (leg,) = granted(explain(shop.office, shop.place(("MUG", 2), ("TEA", 1)).order_id)).promises[-1].legs
    assert leg.goods_there_ppm == 700_000 * 7 // 10 * 95 // 100


def test_how_right_the_depots_books_are_says_nothing_of_ours(shop: Shop) -> None:
    open_depot(shop, NodeTerms(confidence_ppm=900_000))
    for counted in (9, 8, 7):
        shop.count("DP/A-01", "MUG", counted)
    learn(shop.office)
    with shop.store.reading() as tx:
        assert books_known(tx, master.sites(tx))["CS"] == 1_000_000


def test_each_no_makes_the_next_promise_from_there_less_sure(depot: Shop) -> None:
    order_id, fulfilment_id = sent_from_depot(depot)
    granted(nodes.decline(depot.office, CLERK, fulfilment_id, "no staff"))
    depot.count("CS/A-01", "MUG", 2)
    placed = depot.place(("MUG", 3))
    assert order_id != placed.order_id
    (leg,) = granted(explain(depot.office, placed.order_id)).promises[-1].legs
    assert leg.goods_there_ppm == 980_000 * (1_000_000 * 19 // 21) // 1_000_000


def test_what_the_depot_charges_decides_where_an_order_is_sent_from(shop: Shop) -> None:
    open_depot(shop, NodeTerms(handling_order_minor=5_000))
    first = shop.place(("MUG", 1)).order_id
    open_depot(shop, NodeTerms(handling_order_minor=0, handling_unit_minor=0), mugs=0)
    second = shop.place(("MUG", 1)).order_id
    run_until_quiet(shop.office)
    sites = [shop.one("SELECT site_id FROM fulfilment WHERE order_id = %s", each) for each in (first, second)]
    assert sites[1] == "DP"
    with shop.store.reading() as tx:
        assert master.sites(tx)["DP"].terms.handling_order_minor == 0


def test_a_no_needs_its_reason_and_an_order_that_there_is(depot: Shop) -> None:
    _, fulfilment_id = sent_from_depot(depot)
    refused(nodes.decline(depot.office, CLERK, fulfilment_id, "  "), Why.MALFORMED, "Say why")
    refused(nodes.accept(depot.office, CLERK, "ful_none"), Why.UNKNOWN_TASK, "ful_none")
