"""What the corner shop can promise for one order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings

from doorstep.planning.answers import Offer, Quote
from doorstep.planning.quote import quote
from doorstep.planning.supply import RowKey, Supply
from doorstep.planning.values import (
    Boxed,
    Costs,
    DayKey,
    Deciders,
    FreeUnits,
    Inbound,
    Need,
    QuoteQuestion,
    StockKey,
)
from doorstep.promising.accuracy import Shelf
from doorstep.promising.mass import Mass
from doorstep.promising.window import Basis, promise
from doorstep.terms.calendar import Calendar
from doorstep.terms.item import Item
from doorstep.terms.order import Preference, Terms
from doorstep.terms.places import Locality
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import CarrierService
from tests.planning import corner_shop as cs
from tests.planning.questions import quote_questions

DAY = timedelta(days=1)
IN_A_WEEK = Inbound("IN1", "TEA", 10, cs.NOW + 7 * DAY, lateness=Mass.certain(0))


def offers(question: QuoteQuestion) -> tuple[Offer, ...]:
    answer = quote(question, cs.DECIDERS)
    assert answer.refusal is None
    assert answer.offers
    return answer.offers


def refusal(question: QuoteQuestion) -> Refusal:
    answer = quote(question, cs.DECIDERS)
    assert not answer.offers
    assert answer.refusal is not None
    return answer.refusal


def reserved(offer: Offer) -> list[tuple[str, str, str, str | None, int]]:
    return [(r.item_id, r.site_id, r.lot, r.inbound_id, r.quantity) for r in offer.reservations]


def test_the_slow_cheap_way_is_offered_first_and_the_fast_dear_one_next() -> None:
    slow, fast = offers(cs.question(cs.demand((cs.TEA, 2)), cs.shop(*cs.stock(TEA=5))))
    assert slow.shipments[0].service_id == "POST"
    assert fast.shipments[0].service_id == "SWIFT"
    assert slow.cost.total_minor < fast.cost.total_minor
    assert slow.order.window.last_day > fast.order.window.last_day
    assert slow.order.window.ppm >= 950_000
    assert reserved(slow) == [("TEA", "CS", "", None, 2)]


def test_the_cost_is_told_part_by_part() -> None:
    cost = offers(cs.question(cs.demand((cs.TEA, 2)), cs.shop(*cs.stock(TEA=5))))[0].cost
    assert (cost.freight_minor, cost.cartons_minor, cost.handling_minor, cost.split_minor) == (340, 40, 170, 0)
    assert cost.total_minor == 340 + 40 + 170 + cost.late_minor


def test_a_day_late_costs_what_it_costs_for_this_order() -> None:
    order = cs.demand((cs.TEA, 2))
    usual, free = (
        offers(cs.question(replace(order, late_day_minor=minor), cs.shop(*cs.stock(TEA=5))))[0].cost
        for minor in (None, 0)
    )
    assert (usual.late_minor, free.late_minor) == (45, 0)


def test_of_too_many_offers_the_soonest_stays_with_the_cheapest() -> None:
    sites = (cs.shop(*cs.stock(TEA=5)), cs.warehouse(inbound=[IN_A_WEEK]))
    order = cs.demand((cs.TEA, 2), area="US-100")
    cheapest, _, soonest = offers(cs.question(order, *sites))
    assert offers(cs.question(order, *sites, costs=Costs(most_offers=2))) == (cheapest, soonest)
    assert Quote((cheapest, soonest)).preferred(Preference.FASTEST) is soonest
    assert Quote((cheapest, soonest)).preferred(Preference.CHEAPEST) is cheapest


def test_two_lines_of_one_item_are_one_demand() -> None:
    both = cs.demand((cs.TEA, 3), (cs.TEA, 3))
    short = refusal(cs.question(both, cs.shop(*cs.stock(TEA=5))))
    assert (short.why, short.concerns["short:TEA"]) == (Why.OUT_OF_STOCK, 1)
    assert len(offers(cs.question(both, cs.shop(*cs.stock(TEA=6))))[0].lines) == 2


def test_a_kits_parts_are_promised_as_one_line() -> None:
    kit = replace(cs.demand(), needs=(Need(1, cs.TEA, 1), Need(1, cs.MUG, 2)))
    offer = offers(cs.question(kit, cs.shop(*cs.stock(TEA=1, MUG=2))))[0]
    assert [line.line_no for line in offer.lines] == [1]
    assert [row[0] for row in reserved(offer)] == ["TEA", "MUG"]


def test_what_is_short_is_told_with_how_much_and_when_it_could_be() -> None:
    no_waiting = cs.demand((cs.TEA, 7), terms=Terms(backorder=False))
    short = refusal(cs.question(no_waiting, cs.shop(*cs.stock(TEA=5), inbound=[IN_A_WEEK])))
    assert short.why is Why.OUT_OF_STOCK
    assert short.concerns == {"short:TEA": 2, "could_be": "2026-03-09"}
    never = refusal(cs.question(no_waiting, cs.shop(*cs.stock(TEA=5))))
    assert "could_be" not in never.concerns


def test_a_backorder_is_promised_from_its_inbound() -> None:
    offer = offers(cs.question(cs.demand((cs.TEA, 7)), cs.shop(*cs.stock(TEA=5), inbound=[IN_A_WEEK])))[0]
    assert reserved(offer) == [("TEA", "CS", "", None, 5), ("TEA", "CS", "", "IN1", 2)]
    assert offer.order.window.first_day is not None
    assert offer.order.window.first_day > date(2026, 3, 9)


def test_a_pre_order_needs_nothing_on_hand() -> None:
    offer = offers(cs.question(cs.demand((cs.TEA, 3)), cs.shop(inbound=[IN_A_WEEK])))[0]
    assert reserved(offer) == [("TEA", "CS", "", "IN1", 3)]


def test_a_late_supplier_widens_the_promise() -> None:
    unsure = replace(IN_A_WEEK, lateness=Mass(0, (600_000, 300_000, 90_000), 10_000))
    sure, wide = (
        offers(cs.question(cs.demand((cs.TEA, 3)), cs.shop(inbound=[inbound])))[-1].order.window
        for inbound in (IN_A_WEEK, unsure)
    )
    assert wide.last_day > sure.last_day


def test_what_is_on_hand_can_go_ahead_and_the_rest_follow() -> None:
    free = cs.shop(*cs.stock(TEA=5, MUG=1), inbound=[IN_A_WEEK])
    costs = Costs(split_minor=0, handling_order_minor=0)
    together = offers(cs.question(cs.demand((cs.TEA, 7), (cs.MUG, 1)), free, costs=costs))[0]
    assert len(together.shipments) == 1
    # Apart costs more and is complete no sooner, so only a sooner promise for a line could speak for it.
    assert {line.window for line in together.lines} == {together.order.window}


def test_an_order_splits_over_sites_where_none_has_it_all() -> None:
    question = cs.question(
        cs.demand((cs.TEA, 4), (cs.MUG, 1)), cs.shop(*cs.stock(TEA=3)), cs.warehouse(*cs.stock(TEA=3, MUG=1))
    )
    offer = offers(question)[0]
    assert {shipment.site_id for shipment in offer.shipments} == {"CS", "WH"}
    assert offer.cost.split_minor == 200
    order, tea, mug = offer.order.window, offer.lines[0].window, offer.lines[1].window
    assert order.last_day == max(tea.last_day, mug.last_day)


def test_an_order_that_must_ship_complete_is_never_split() -> None:
    question = cs.question(
        cs.demand((cs.TEA, 4), terms=Terms(ship_complete=True)),
        cs.shop(*cs.stock(TEA=3)),
        cs.warehouse(*cs.stock(TEA=3)),
    )
    no = refusal(question)
    assert (no.why, no.concerns["most_shipments"]) == (Why.OUT_OF_STOCK, 1)


def test_one_delivery_at_most_means_one_shipment() -> None:
    question = cs.question(
        cs.demand((cs.TEA, 4), terms=Terms(max_deliveries=1)), cs.shop(*cs.stock(TEA=3)), cs.warehouse(*cs.stock(TEA=9))
    )
    assert all([s.site_id for s in offer.shipments] == ["WH"] for offer in offers(question))


def lots(*rows: tuple[str, int, date | None]) -> tuple[FreeUnits, ...]:
    return tuple(FreeUnits("HONEY", quantity, lot, expires_on) for lot, quantity, expires_on in rows)


def test_the_lot_that_expires_first_goes_first() -> None:
    honey = lots(("NEW", 5, date(2027, 1, 1)), ("OLD", 2, date(2026, 9, 1)), ("NONE", 5, None))
    offer = offers(cs.question(cs.demand((cs.HONEY, 4)), cs.shop(*honey)))[0]
    assert reserved(offer) == [("HONEY", "CS", "OLD", None, 2), ("HONEY", "CS", "NEW", None, 2)]


def test_a_lot_too_old_for_the_customer_is_passed_over() -> None:
    honey = lots(("OLD", 5, date(2026, 4, 1)), ("NEW", 5, date(2027, 1, 1)))
    picky = cs.demand((cs.HONEY, 4), terms=Terms(min_shelf_life_days=60))
    assert {row[2] for row in reserved(offers(cs.question(picky, cs.shop(*honey)))[0])} == {"NEW"}
    assert refusal(cs.question(picky, cs.shop(*honey[:1]))).concerns == {"short:HONEY": 4}


def test_a_lot_that_would_expire_on_the_way_goes_only_by_the_fast_service() -> None:
    honey = lots(("OLD", 5, date(2026, 3, 5)))
    assert [o.shipments[0].service_id for o in offers(cs.question(cs.demand((cs.HONEY, 1)), cs.shop(*honey)))] == [
        "SWIFT"
    ]
    both = lots(("OLD", 5, date(2026, 3, 5)), ("NEW", 5, date(2027, 1, 1)))
    by_service = {o.shipments[0].service_id: o for o in offers(cs.question(cs.demand((cs.HONEY, 1)), cs.shop(*both)))}
    assert reserved(by_service["POST"])[0][2] == "NEW"


def test_stock_we_doubt_makes_the_promise_less_sure_and_says_so() -> None:
    doubted = FreeUnits("TEA", 5, there_ppm=900_000)
    offer = offers(cs.question(cs.demand((cs.TEA, 1)), cs.shop(doubted)))[0]
    assert not offer.as_wanted
    assert offer.order.window.ppm <= 900_000
    by_friday = cs.demand((cs.TEA, 1), asked_by=date(2026, 3, 6))
    assert refusal(cs.question(by_friday, cs.shop(doubted))).why is Why.DATE_OUT_OF_REACH


def test_what_others_hold_makes_up_for_nothing() -> None:
    """Ten orders that hold one each of ten have nothing to spare among them, planned alone or together."""
    doubted = cs.shop(FreeUnits("TEA", 0, shelf=Shelf(10, 200_000)))
    supply, tea = Supply([doubted]), RowKey("CS", "TEA", "", None)
    assert supply.there_ppm({tea: 1}, {tea: 1}) == 800_000
    assert Supply([cs.shop(FreeUnits("TEA", 3, shelf=Shelf(10, 200_000)))]).there_ppm({tea: 1}, {tea: 1}) > 900_000


def test_only_lots_that_last_as_long_make_up_for_one_that_is_missing() -> None:
    shelf = Shelf(100, 200_000)
    lots = (FreeUnits("TEA", 100, "OLD", date(2026, 3, 5), shelf=shelf), FreeUnits("TEA", 1, "NEW", None, shelf=shelf))
    supply = Supply([cs.shop(*lots)])
    old, new = (RowKey("CS", "TEA", lot, None) for lot in ("OLD", "NEW"))
    assert supply.there_ppm({new: 1}, {}) == 800_000
    assert supply.there_ppm({old: 1}, {}) == 1_000_000


def test_what_is_on_its_way_takes_nothing_from_what_is_on_hand() -> None:
    coming = Inbound("i1", "TEA", 8, cs.question(cs.demand((cs.TEA, 1)), cs.shop()).now)
    supply = Supply([cs.shop(FreeUnits("TEA", 10, shelf=Shelf(10, 200_000)), inbound=[coming])])
    here, due = RowKey("CS", "TEA", "", None), RowKey("CS", "TEA", "", "i1")
    assert supply.there_ppm({here: 2, due: 8}, {}) == supply.there_ppm({here: 2}, {})


def test_a_date_that_only_the_fast_service_reaches_is_offered_with_it_alone() -> None:
    (only,) = offers(cs.question(cs.demand((cs.TEA, 1), asked_by=date(2026, 3, 4)), cs.shop(*cs.stock(TEA=5))))
    assert only.shipments[0].service_id == "SWIFT"
    assert only.order.window.last_day <= date(2026, 3, 4)


def test_a_date_out_of_reach_is_refused_with_the_best_one() -> None:
    no = refusal(cs.question(cs.demand((cs.TEA, 1), asked_by=date(2026, 3, 2)), cs.shop(*cs.stock(TEA=5))))
    assert no.why is Why.DATE_OUT_OF_REACH
    assert no.concerns["best_day"] == "2026-03-03"


def test_a_delivery_not_wanted_before_a_day_is_held_back_until_then() -> None:
    not_before = date(2026, 3, 25)
    order = cs.demand((cs.TEA, 1), asked_from=not_before, asked_by=not_before + 7 * DAY)
    for offer in offers(cs.question(order, cs.shop(*cs.stock(TEA=5)))):
        assert offer.order.window.first_day is not None
        assert not_before <= offer.order.window.first_day
        assert offer.shipments[0].departs.date() > date(2026, 3, 18)


def test_no_service_too_large_and_forbidden_are_told_apart() -> None:
    antarctic = cs.demand((cs.TEA, 1), area="AQ-1")
    assert refusal(cs.question(antarctic, cs.shop(*cs.stock(TEA=5)))).why is Why.NO_SERVICE
    assert refusal(cs.question(cs.demand((cs.SOFA, 1)), cs.shop(*cs.stock(SOFA=1)))).why is Why.DOES_NOT_FIT
    assert refusal(cs.question(cs.demand((cs.GAS, 1)), cs.shop(*cs.stock(GAS=1)))).why is Why.MAY_NOT_SHIP
    elsewhere = replace(cs.shop(*cs.stock(TEA=5)), site_id="ATTIC")
    assert refusal(cs.question(cs.demand((cs.TEA, 1)), elsewhere)).why is Why.NO_SERVICE


def test_an_order_for_nothing_is_refused() -> None:
    assert refusal(cs.question(cs.demand(), cs.shop())).why is Why.BAD_QUANTITY
    assert refusal(cs.question(cs.demand((cs.TEA, 0)), cs.shop(*cs.stock(TEA=5)))).why is Why.BAD_QUANTITY


def test_a_full_day_puts_the_departure_off() -> None:
    free = cs.shop(*cs.stock(TEA=5), daily_shipments=3)
    full = replace(free, booked={cs.MONDAY: 3})
    open_day, after = (offers(cs.question(cs.demand((cs.TEA, 1)), site))[0] for site in (free, full))
    assert after.shipments[0].departs == open_day.shipments[0].departs + DAY


def test_a_price_on_a_busy_day_makes_a_quieter_one_the_cheapest() -> None:
    busy = replace(
        cs.question(cs.demand((cs.TEA, 1)), cs.shop(*cs.stock(TEA=5))), prices={DayKey("CS", cs.MONDAY): 100}
    )
    cheapest = offers(busy)[0]
    assert cheapest.shipments[0].departs.date() > cs.MONDAY
    assert cheapest.cost.scarce_minor == 0


def test_a_busy_day_elsewhere_or_later_puts_nothing_off() -> None:
    slow = replace(cs.shop(*cs.stock(TEA=5)), own_s=14_400)  # a day later it would surely be ready
    question = cs.question(cs.demand((cs.TEA, 1)), slow, cs.warehouse(*cs.stock(TEA=5)))
    calm = offers(question)
    for busy in (DayKey("WH", calm[0].shipments[0].departs.date() + 4 * DAY), DayKey("NOWHERE", cs.MONDAY)):
        assert offers(replace(question, prices={busy: 1})) == calm


def test_a_price_on_scarce_stock_ranks_offers_but_is_no_money() -> None:
    question = cs.question(cs.demand((cs.TEA, 1)), cs.shop(*cs.stock(TEA=5)), cs.warehouse(*cs.stock(TEA=5)))
    assert offers(question)[0].shipments[0].site_id == "CS"
    scarce = replace(question, prices={StockKey("CS", "TEA", None): 5_000})
    assert offers(scarce)[0].shipments[0].site_id == "WH"


def test_every_promise_is_made_again_from_what_is_stored_with_it() -> None:
    question = cs.question(
        cs.demand((cs.TEA, 7), (cs.MUG, 1)), cs.shop(*cs.stock(TEA=5, MUG=1), inbound=[IN_A_WEEK]), cs.warehouse()
    )
    for offer in offers(question):
        for made in (offer.order, *offer.lines):
            assert promise(Basis.from_json(json.loads(json.dumps(made.basis.to_json())))) == made.window


def test_a_consignee_who_is_shut_is_promised_a_day_when_it_is_open() -> None:
    mondays_only = Calendar("America/Chicago", weekdays=frozenset({0}))
    order = replace(cs.demand((cs.TEA, 1)), receives=mondays_only)
    assert {o.order.window.last_day.weekday() for o in offers(cs.question(order, cs.shop(*cs.stock(TEA=5))))} == {0}


@settings(max_examples=150)
@given(quote_questions())
def test_offers_are_feasible_sure_and_sorted_by_cost(question: QuoteQuestion) -> None:
    answer = quote(question, cs.DECIDERS)
    assert (answer.refusal is None) == bool(answer.offers)
    order = question.demand
    have: Counter[tuple[str, str, str, str | None]] = Counter()
    for site in question.sites:
        have.update({(site.site_id, f.item_id, f.lot, None): f.quantity for f in site.free})
        have.update({(site.site_id, i.item_id, "", i.inbound_id): i.quantity for i in site.inbound})
    expiry = {(site.site_id, f.lot): f.expires_on for site in question.sites for f in site.free}
    for offer in answer.offers:
        used: Counter[tuple[str, str, str, str | None]] = Counter()
        sent: Counter[int] = Counter()
        for r in offer.reservations:
            used[r.site_id, r.item_id, r.lot, r.inbound_id] += r.quantity
            sent[r.line_no] += r.quantity
            last_day = offer.lines[r.line_no - 1].window.last_day
            expires_on = expiry.get((r.site_id, r.lot))
            if r.lot and expires_on:
                assert expires_on >= last_day + (order.terms.min_shelf_life_days or 0) * DAY
        assert used <= have
        assert sent == Counter({need.line_no: need.quantity for need in order.needs})
        assert len(offer.shipments) <= order.most_shipments(question.costs)
        assert order.backorder or not any(r.inbound_id for r in offer.reservations)
        assert offer.as_wanted == all(p.window.ppm >= order.wanted_ppm for p in (offer.order, *offer.lines))
        if order.asked_by:
            assert offer.as_wanted
            assert offer.order.window.last_day <= order.asked_by
    for cheaper, dearer in pairwise(answer.offers):
        assert cheaper.cost.rank_minor <= dearer.cost.rank_minor
        assert cheaper.order.window.last_day > dearer.order.window.last_day


@settings(max_examples=20)
@given(quote_questions())
def test_the_same_question_gets_the_same_answer(question: QuoteQuestion) -> None:
    assert quote(question, cs.DECIDERS) == quote(question, cs.DECIDERS)


def test_equal_contents_are_rated_once_however_many_ways_there_are() -> None:
    asked = Counter[tuple[str, str, int]]()

    def counting(
        contents: Sequence[tuple[Item, int]], service: CarrierService, origin: Locality, destination: Locality
    ) -> Boxed | Refusal:
        asked[service.service_id, origin.area, sum(quantity for _, quantity in contents)] += 1
        return cs.carton_up(contents, service, origin, destination)

    order = cs.demand((cs.TEA, 2), asked_from=cs.MONDAY + 9 * DAY)
    question = cs.question(order, cs.shop(*cs.stock(TEA=5)), cs.warehouse(*cs.stock(TEA=1), inbound=[IN_A_WEEK]))
    assert quote(question, Deciders(counting, cs.may_ship)).offers
    assert asked
    assert set(asked.values()) == {1}
