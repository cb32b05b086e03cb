"""All open orders of the corner shop together: least cost, promises kept, no stock invented, and a bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.planning.answers import OrderPlan, Plan, Reason
from doorstep.planning.check import check_plan
from doorstep.planning.plan import plan
from doorstep.planning.quote import quote
from doorstep.planning.values import (
    Costs,
    FreeUnits,
    Inbound,
    OpenOrder,
    PlanQuestion,
    Reservation,
    SiteSupply,
)
from doorstep.promising.mass import Mass
from doorstep.terms.calendar import Window
from doorstep.terms.order import Terms
from doorstep.terms.refusals import Why
from tests.planning import corner_shop as cs

DAY = timedelta(days=1)


def asked(orders: Sequence[OpenOrder], *sites: SiteSupply, costs: Costs | None = None) -> PlanQuestion:
    return PlanQuestion(cs.NOW, tuple(orders), sites, (cs.POST, cs.SWIFT), costs or Costs())


def planned(question: PlanQuestion) -> Plan:
    """The plan, which no test takes unchecked."""
    made = plan(question, cs.DECIDERS)
    assert check_plan(question, made) == []
    return made


def services(order: OrderPlan) -> list[tuple[str, str]]:
    return [(shipment.site_id, shipment.service_id) for shipment in order.shipments]


def test_an_order_goes_the_cheapest_way_that_keeps_its_promise() -> None:
    relaxed, hurried = cs.demand((cs.TEA, 1), order_id="A"), cs.demand((cs.TEA, 1), order_id="B")
    question = asked([cs.open_order(relaxed, 7), cs.open_order(hurried, 2)], cs.shop(*cs.stock(TEA=5)))
    made = planned(question)
    assert [services(order) for order in made.orders] == [[("CS", "POST")], [("CS", "SWIFT")]]
    assert all(order.in_window_ppm >= 950_000 for order in made.orders)
    assert made.gap_minor == 0
    assert made.orders[0].reasons == (Reason.CHEAPEST,)


def test_runners_up_say_why_they_were_not_taken() -> None:
    made = planned(asked([cs.open_order(cs.demand((cs.TEA, 1)), 3)], cs.shop(*cs.stock(TEA=5))))
    why = {runner.ways: runner.why for runner in made.orders[0].runners_up}
    assert why
    assert set(why.values()) <= {Reason.DEARER, Reason.PROMISE_AT_RISK}
    assert all(runner.cost_minor >= made.orders[0].cost.total_minor for runner in made.orders[0].runners_up)


def test_the_last_unit_goes_to_one_order_and_the_other_waits() -> None:
    orders = [cs.open_order(cs.demand((cs.TEA, 1), order_id=name)) for name in "AB"]
    made = planned(asked(orders, cs.shop(*cs.stock(TEA=1))))
    assert [bool(order.shipments) for order in made.orders] == [True, False]
    assert made.orders[1].reasons[-1] is Reason.WAITS
    assert made.orders[1].refusal is not None
    assert made.orders[1].refusal.why is Why.OUT_OF_STOCK
    assert made.bound_minor <= made.total_minor


def test_where_there_is_too_little_the_order_that_takes_most_waits_and_not_three_others() -> None:
    large = cs.open_order(cs.demand((cs.TEA, 3), order_id="A"), 3)
    small = [cs.open_order(cs.demand((cs.TEA, 1), order_id=name), 7) for name in "BCD"]
    made = planned(asked([large, *small], cs.shop(*cs.stock(TEA=3))))
    assert [bool(order.shipments) for order in made.orders] == [False, True, True, True]


def test_an_order_that_holds_what_is_nowhere_is_a_fault_and_not_a_plan() -> None:
    order = cs.demand((cs.TEA, 1))
    with pytest.raises(KeyError):
        plan(asked([cs.open_order(order, 7, cs.held_on_hand(order, "WH"))], cs.shop()), cs.DECIDERS)


def test_an_order_never_loses_what_it_holds_to_another() -> None:
    holder = cs.demand((cs.TEA, 2), order_id="Z")
    older = [cs.open_order(cs.demand((cs.TEA, 1), order_id=name), 3) for name in "AB"]
    question = asked([*older, cs.open_order(holder, 9, cs.held_on_hand(holder))], cs.shop(*cs.stock(TEA=0)))
    made = planned(question)
    assert [bool(order.shipments) for order in made.orders] == [False, False, True]


def test_an_order_moves_off_what_it_holds_when_that_is_cheaper_and_another_takes_it() -> None:
    far = cs.demand((cs.TEA, 1), order_id="A", area="US-100")
    near = cs.demand((cs.TEA, 1), order_id="B", area="US-606")
    orders = [cs.open_order(far, 7, cs.held_on_hand(far, "CS")), cs.open_order(near, 7)]
    made = planned(asked(orders, cs.shop(*cs.stock(TEA=0)), cs.warehouse(*cs.stock(TEA=1))))
    assert [services(order) for order in made.orders] == [[("WH", "POST")], [("CS", "POST")]]


def test_two_orders_for_one_cheap_unit_are_settled_by_who_would_pay_more_without_it() -> None:
    near = cs.demand((cs.TEA, 1), order_id="B", area="US-606")
    far = cs.demand((cs.TEA, 1), order_id="A", area="US-100")
    question = asked(
        [cs.open_order(far), cs.open_order(near)], cs.shop(*cs.stock(TEA=1)), cs.warehouse(*cs.stock(TEA=1))
    )
    made = planned(question)
    assert [services(order) for order in made.orders] == [[("WH", "POST")], [("CS", "POST")]]
    assert made.gap_minor == 0


def test_no_saving_of_others_is_worth_a_promise_that_stands_on_stock() -> None:
    """One parcel leaves each day. Were A a day late, B would be spared a small risk of a very dear day."""
    first = cs.demand((cs.TEA, 1), order_id="A")
    dear = replace(cs.demand((cs.TEA, 1), order_id="B", terms=Terms(wanted_ppm=900_000)), late_day_minor=900_000)
    orders = [cs.open_order(order, days, cs.held_on_hand(order)) for order, days in ((first, 1), (dear, 2))]
    made = planned(asked(orders, cs.shop(*cs.stock(TEA=0), daily_shipments=1)))
    assert all(order.in_window_ppm >= 900_000 for order in made.orders)


def test_planned_together_an_order_leaves_what_another_would_have_to_split_without() -> None:
    one = cs.open_order(cs.demand((cs.TEA, 1), order_id="A"))
    two = cs.open_order(cs.demand((cs.TEA, 1), (cs.MUG, 1), order_id="B"))
    made = planned(asked([one, two], cs.shop(*cs.stock(TEA=1, MUG=1)), cs.warehouse(*cs.stock(TEA=1))))
    assert [services(order) for order in made.orders] == [[("WH", "POST")], [("CS", "POST")]]
    assert made.total_minor == made.bound_minor < made.apart_minor


def test_a_full_day_moves_the_order_that_can_wait() -> None:
    orders = [cs.open_order(cs.demand((cs.TEA, 1), order_id=name), days) for name, days in (("A", 9), ("B", 4))]
    made = planned(asked(orders, cs.shop(*cs.stock(TEA=5), daily_shipments=1)))
    by_order = {order.order_id: order for order in made.orders}
    assert by_order["B"].shipments[0].departs < by_order["A"].shipments[0].departs
    assert all(order.in_window_ppm >= 950_000 for order in made.orders)


def test_a_promise_that_no_way_keeps_is_served_at_its_risk_and_says_so() -> None:
    made = planned(asked([cs.open_order(cs.demand((cs.TEA, 1)), 0)], cs.shop(*cs.stock(TEA=5))))
    (order,) = made.orders
    assert Reason.PROMISE_AT_RISK in order.reasons
    assert services(order) == [("CS", "SWIFT")]  # the least late
    assert order.cost.broken_minor == 15_000  # half, and all of it, for it will surely be broken
    assert order.cost.late_minor > 0


@pytest.mark.parametrize("holds_it", [True, False])
def test_no_saving_is_worth_a_promise_that_can_be_kept(holds_it: bool) -> None:
    hurried = cs.demand((cs.TEA, 1))
    order = cs.open_order(hurried, 2, cs.held_on_hand(hurried) if holds_it else ())
    costs_nothing = Costs(broken_minor=0, late_day_minor=0)
    (told,) = planned(asked([order], cs.shop(*cs.stock(TEA=5)), costs=costs_nothing)).orders
    assert services(told) == [("CS", "SWIFT")]
    assert told.reasons == (Reason.PROMISE_FIRST,)
    assert told.cost.total_minor > told.least_minor


def test_where_no_way_is_as_sure_as_wanted_the_likelier_is_worth_its_freight() -> None:
    sure = cs.demand((cs.TEA, 1), terms=Terms(wanted_ppm=999_999))
    made = planned(asked([cs.open_order(sure, 1)], cs.shop(*cs.stock(TEA=5)), costs=Costs(late_day_minor=0)))
    (order,) = made.orders
    assert services(order) == [("CS", "SWIFT")]
    assert order.in_window_ppm > 900_000
    broken = Costs().broken_minor * (500_000 + 1_000_000 - order.in_window_ppm) / 1_000_000
    assert broken <= order.cost.broken_minor < broken + 1


def test_ship_by_is_the_last_departure_with_which_the_promise_holds() -> None:
    (order,) = planned(asked([cs.open_order(cs.demand((cs.TEA, 1)), 10)], cs.shop(*cs.stock(TEA=5)))).orders
    (shipment,) = order.shipments
    assert shipment.departs < shipment.ship_by
    tight = cs.open_order(cs.demand((cs.TEA, 1)), (shipment.ship_by.date() - cs.MONDAY).days)
    (hurried,) = planned(asked([tight], cs.shop(*cs.stock(TEA=5)))).orders
    assert hurried.shipments[0].ship_by < shipment.ship_by


def test_an_order_is_not_sent_before_its_window() -> None:
    first = cs.MONDAY + 16 * DAY
    order = replace(cs.open_order(cs.demand((cs.TEA, 1))), agreed=Window(first, first + 6 * DAY, 950_000))
    (answer,) = planned(asked([order], cs.shop(*cs.stock(TEA=5)))).orders
    assert answer.in_window_ppm >= 950_000
    assert answer.shipments[0].departs.date() > cs.MONDAY + 9 * DAY


def test_lines_keep_their_own_promises() -> None:
    order = cs.open_order(cs.demand((cs.TEA, 1), (cs.MUG, 1)), 9)
    hurried = replace(order, line_windows={2: Window(None, cs.MONDAY + 2 * DAY, 950_000)})
    (answer,) = planned(asked([hurried], cs.shop(*cs.stock(TEA=5, MUG=5)))).orders
    assert {shipment.service_id for shipment in answer.shipments} == {"SWIFT"}


def test_what_was_quoted_can_be_planned_and_costs_no_more() -> None:
    order = cs.demand((cs.TEA, 4), (cs.MUG, 1))
    sites = (cs.shop(*cs.stock(TEA=3)), cs.warehouse(*cs.stock(TEA=3, MUG=1)))
    for offer in quote(cs.question(order, *sites), cs.DECIDERS).offers:
        windows = {line.line_no: line.window for line in offer.lines}
        promised = OpenOrder(order, offer.order.window, windows, offer.reservations)
        left = [
            replace(
                site,
                free=tuple(
                    replace(
                        free,
                        quantity=free.quantity
                        - sum(
                            r.quantity
                            for r in offer.reservations
                            if (r.site_id, r.item_id) == (site.site_id, free.item_id)
                        ),
                    )
                    for free in site.free
                ),
            )
            for site in sites
        ]
        made = planned(asked([promised], *left))
        assert made.orders[0].in_window_ppm >= order.wanted_ppm
        assert made.total_minor <= offer.cost.total_minor


def test_an_empty_book_of_orders_is_a_plan_that_costs_nothing() -> None:
    made = planned(asked([], cs.shop()))
    assert (made.total_minor, made.bound_minor, made.orders) == (0, 0, ())


# --- laws ------------------------------------------------------------------------------------------------------------


@st.composite
def plan_questions(draw: st.DrawFn) -> PlanQuestion:
    units = st.integers(0, 5)

    def site(site_id: str, area: str) -> SiteSupply:
        honey = [FreeUnits("HONEY", draw(units), f"L{i}", cs.MONDAY + draw(st.integers(0, 30)) * DAY) for i in range(2)]
        inbound = Inbound(f"IN-{site_id}", "TEA", draw(units), cs.NOW + draw(st.integers(-1, 6)) * DAY)
        return SiteSupply(
            site_id,
            area,
            cs.CHICAGO,
            (*cs.stock(TEA=draw(units), MUG=draw(units)), *honey),
            (inbound,),
            daily_shipments=draw(st.sampled_from([None, 1, 2])),
            booked={cs.MONDAY: draw(st.integers(0, 3))},
        )

    orders = []
    for name in "ABCDE"[: draw(st.integers(1, 5))]:
        items = draw(st.lists(st.sampled_from([cs.TEA, cs.MUG, cs.HONEY]), min_size=1, max_size=3))
        terms = Terms(ship_complete=draw(st.booleans()), backorder=draw(st.booleans()), wanted_ppm=900_000)
        area = draw(st.sampled_from(["US-606", "US-100"]))
        order = cs.demand(*((i, draw(st.integers(1, 3))) for i in items), order_id=name, terms=terms, area=area)
        order = replace(order, late_day_minor=draw(st.sampled_from([None, 0, 9_000])))
        holds = draw(st.booleans()) and cs.HONEY not in items
        held = cs.held_on_hand(order, draw(st.sampled_from(["CS", "WH"]))) if holds else ()
        orders.append(cs.open_order(order, draw(st.integers(1, 12)), held))
    return asked(orders, site("CS", "US-606"), site("WH", "US-100"))


@settings(max_examples=80)
@given(plan_questions())
def test_every_plan_passes_its_checker_and_costs_at_least_its_bound(question: PlanQuestion) -> None:
    made = planned(question)
    assert made.bound_minor <= made.total_minor <= made.apart_minor
    for order, answer in zip(question.orders, made.orders, strict=True):
        assert answer.least_minor <= answer.cost.total_minor
        if order.held:
            assert answer.shipments, "an order that holds all it needs can always be shipped"


@settings(max_examples=15)
@given(plan_questions())
def test_the_same_question_gets_the_same_plan(question: PlanQuestion) -> None:
    assert plan(question, cs.DECIDERS) == plan(question, cs.DECIDERS)


# --- the checker -----------------------------------------------------------------------------------------------------

TWO = asked(
    [cs.open_order(cs.demand((cs.TEA, 2), order_id="A"), 7), cs.open_order(cs.demand((cs.MUG, 1), order_id="B"), 7)],
    cs.shop(*cs.stock(TEA=2, MUG=1), FreeUnits("MUG", 1, "OLD", date(2026, 3, 4)), daily_shipments=2),
)


def in_shipment(made: Plan, **changed: object) -> Plan:
    order = made.orders[0]
    shipment = replace(order.shipments[0], **changed)  # type: ignore[arg-type]
    answer = replace(order, shipments=(shipment,), reservations=shipment.reservations)
    return replace(made, orders=(answer, *made.orders[1:]))


def in_order(made: Plan, **changed: object) -> Plan:
    return replace(made, orders=(replace(made.orders[0], **changed), *made.orders[1:]))  # type: ignore[arg-type]


def tea(quantity: int, lot: str = "", inbound_id: str | None = None) -> tuple[Reservation, ...]:
    return (Reservation(1, "TEA", "CS", lot, inbound_id, quantity),)


PLANTED: list[tuple[str, Callable[[Plan], Plan]]] = [
    ("not planned exactly once", lambda made: replace(made, orders=made.orders[:1])),
    ("not planned exactly once", lambda made: replace(made, orders=(*made.orders, made.orders[0]))),
    ("there are 2", lambda made: in_shipment(made, reservations=tea(3))),
    ("there are 0", lambda made: in_shipment(made, reservations=tea(2, inbound_id="IN9"))),
    ("needs 2 of TEA and is sent 1", lambda made: in_shipment(made, reservations=tea(1))),
    ("reserves 0", lambda made: in_shipment(made, reservations=(*tea(2), *tea(0)))),
    ("does not serve", lambda made: in_shipment(made, service_id="PIGEON")),
    ("nothing departs", lambda made: in_shipment(made, departs=made.orders[0].shipments[0].departs + DAY / 24)),
    ("too early", lambda made: in_shipment(made, departs=cs.NOW - DAY)),
    ("too early or after", lambda made: in_shipment(made, ship_by=cs.NOW)),
    ("does not keep its lines' promises", lambda made: in_shipment(made, in_window_ppm=999_999)),
    ("keeps its promise with", lambda made: in_order(made, in_window_ppm=1)),
    ("not what site and service state", lambda made: in_shipment(made, leg=made.orders[0].shipments[0].leg, zone="x")),
    (
        "is released at",
        lambda made: in_shipment(made, leg=replace(made.orders[0].shipments[0].leg, release_at=cs.NOW - DAY)),
    ),
    (
        "reckons with 2 parcels",
        lambda made: in_shipment(made, leg=replace(made.orders[0].shipments[0].leg, parcels=2)),
    ),
    (
        "each by itself in 7 ppm",
        lambda made: in_shipment(made, leg=replace(made.orders[0].shipments[0].leg, parting_ppm=7)),
    ),
    ("at risk", lambda made: in_order(made, reasons=(Reason.PROMISE_AT_RISK,))),
    ("freight costs", lambda made: in_order(made, cost=made.orders[0].cost._replace(freight_minor=1))),
    ("split costs", lambda made: in_order(made, cost=made.orders[0].cost._replace(split_minor=1))),
    ("less than the least", lambda made: in_order(made, least_minor=10**9)),
    ("bound", lambda made: replace(made, bound_minor=made.total_minor + 1)),
    ("waits without a refusal", lambda made: in_order(made, shipments=(), reservations=())),
    ("what it reserves is not", lambda made: in_order(made, reservations=())),
]


@pytest.mark.parametrize(("says", "spoil"), PLANTED)
def test_the_checker_catches_what_is_planted(says: str, spoil: Callable[[Plan], Plan]) -> None:
    problems = check_plan(TWO, spoil(planned(TWO)))
    assert any(says in problem for problem in problems), problems


def test_the_checker_catches_a_day_with_too_many_shipments() -> None:
    made = planned(TWO)
    crowded = replace(TWO, sites=(replace(TWO.sites[0], booked={cs.MONDAY: 1}),))
    assert any("no room" in problem for problem in check_plan(crowded, made))


def test_the_checker_catches_terms_that_are_not_kept() -> None:
    inbound = Inbound("IN1", "TEA", 5, cs.NOW)
    patient = asked([cs.open_order(cs.demand((cs.TEA, 3)), 20)], cs.shop(*cs.stock(TEA=1), inbound=[inbound]))
    made = planned(patient)
    order = patient.orders[0]
    for terms, says in ((Terms(backorder=False), "backorders"), (Terms(max_deliveries=1), "shipments")):
        strict = replace(patient, orders=(replace(order, demand=replace(order.demand, terms=terms)),))
        twice = replace(made, orders=(replace(made.orders[0], shipments=made.orders[0].shipments * 2),))
        assert any(says in problem for problem in check_plan(strict, twice if says == "shipments" else made))


def test_goods_that_are_longer_overdue_than_any_ever_were_are_not_waited_for() -> None:
    a_day_late_at_most = Mass.published((900_000, 100_000))
    for days_overdue, site_id in ((0, "CS"), (1, "CS"), (2, "WH")):
        inbound = Inbound("IN1", "TEA", 5, cs.NOW - days_overdue * DAY, lateness=a_day_late_at_most)
        order = cs.open_order(cs.demand((cs.TEA, 1)), 20, held=tea(1, inbound_id="IN1"))
        made = planned(asked([order], cs.shop(inbound=[inbound]), cs.warehouse(*cs.stock(TEA=5))))
        assert [site for site, _ in services(made.orders[0])] == [site_id]


def test_the_checker_catches_a_lot_that_will_not_last() -> None:
    made = planned(TWO)
    shipment = made.orders[1].shipments[0]
    old = (shipment.reservations[0]._replace(lot="OLD"),)
    spoilt = replace(made.orders[1], shipments=(replace(shipment, reservations=old),), reservations=old)
    problems = check_plan(TWO, replace(made, orders=(made.orders[0], spoilt)))
    assert any("does not last" in problem for problem in problems)
