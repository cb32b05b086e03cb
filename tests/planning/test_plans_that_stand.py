"""A plan that stands and keeps its promise is changed only for a gain, and not for many orders at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from doorstep.planning.answers import Plan, Reason
from doorstep.planning.check import check_plan
from doorstep.planning.plan import plan
from doorstep.planning.values import OpenOrder, PlanQuestion, Standing
from tests.planning import corner_shop as cs


def planned(question: PlanQuestion) -> Plan:
    made = plan(question, cs.DECIDERS)
    assert check_plan(question, made) == []
    return made


def by_swift(count: int, days: int = 7) -> tuple[OpenOrder, ...]:
    """Orders for a tin of tea that stand planned by Swift, though Post costs 630 less."""
    orders = [cs.open_order(cs.demand((cs.TEA, 1), order_id=f"O{n}"), days) for n in range(count)]
    made = planned(PlanQuestion(cs.NOW, tuple(orders), (cs.shop(*cs.stock(TEA=9)),), (cs.SWIFT,)))
    return tuple(
        replace(
            order,
            planned=tuple(
                Standing(s.site_id, s.service_id, s.departs.date(), ((1, "TEA", 1),)) for s in told.shipments
            ),
        )
        for order, told in zip(orders, made.orders, strict=True)
    )


def again(orders: tuple[OpenOrder, ...], most_moved: int, move_gain_minor: int) -> Plan:
    sites, services = (cs.shop(*cs.stock(TEA=9)),), (cs.POST, cs.SWIFT)
    question = PlanQuestion(cs.NOW, orders, sites, services, most_moved=most_moved, move_gain_minor=move_gain_minor)
    return planned(question)


def services(made: Plan) -> list[str]:
    return [order.shipments[0].service_id for order in made.orders]


def test_a_plan_is_changed_for_more_than_a_change_must_gain_and_not_for_less() -> None:
    for must_gain, service in ((600, "POST"), (700, "SWIFT")):
        made = again(by_swift(1), most_moved=9, move_gain_minor=must_gain)
        assert services(made) == [service]
        assert made.moved == (("O0",) if service == "POST" else ())
    assert made.orders[0].reasons == (Reason.KEPT,)
    assert made.bound_minor <= made.total_minor


def test_no_more_plans_are_changed_in_one_run_than_may_be() -> None:
    made = again(by_swift(5), most_moved=2, move_gain_minor=100)
    assert sorted(services(made)) == ["POST", "POST", "SWIFT", "SWIFT", "SWIFT"]
    assert len(made.moved) == 2
    assert made.gap_minor == 0


def test_a_plan_that_no_longer_keeps_its_promise_is_changed_whatever_may_be() -> None:
    slow = replace(by_swift(1, days=2)[0], planned=(Standing("CS", "POST", cs.MONDAY, ((1, "TEA", 1),)),))
    made = again((slow,), most_moved=0, move_gain_minor=10_000)
    assert services(made) == ["SWIFT"]
    assert made.moved == ()


def test_whose_day_is_full_at_first_goes_the_cheapest_way_once_it_is_free_again() -> None:
    """The first leaves Monday for Post, which goes on Tuesday: the gain is enough. The second then could stay."""
    post = replace(cs.POST, cut_offs={"CS": time(9)})
    orders = tuple(
        replace(
            cs.open_order(cs.demand((cs.TEA, units), order_id=name), 9),
            planned=(Standing("CS", "SWIFT", cs.MONDAY, ((1, "TEA", units),)),),
        )
        for name, units in (("A", 5), ("B", 1))
    )
    site = cs.shop(*cs.stock(TEA=9), daily_shipments=1)
    made = planned(PlanQuestion(cs.NOW, orders, (site,), (post, cs.SWIFT), most_moved=9, move_gain_minor=700))
    assert services(made) == ["POST", "POST"]
    assert made.apart_minor == made.total_minor


def test_a_shift_that_is_paid_in_any_case_costs_nothing_more_until_it_is_full() -> None:
    paid = replace(cs.shop(*cs.stock(TEA=9), daily_shipments=1), shift_paid=True)
    orders = tuple(cs.open_order(cs.demand((cs.TEA, 1), order_id=name), 9) for name in "AB")
    made = planned(PlanQuestion(cs.NOW, orders, (paid,), (cs.POST,)))
    assert [order.cost.handling_minor for order in made.orders] == [0, 0]
    assert [order.cost.full_minor - order.cost.total_minor for order in made.orders] == [160, 160]
    assert len({order.shipments[0].departs for order in made.orders}) == 2
