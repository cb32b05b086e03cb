"""All open orders are planned together, again and again until release: a plan may change, a promise may not."""

from __future__ import annotations

from datetime import date, timedelta

from doorstep.flow.later import run_due
from doorstep.flow.plan import plan_open_orders
from doorstep.flow.release import Released, release_wave
from doorstep.terms.refusals import Why
from tests.corner_shop import CLERK, Shop, refused


def test_open_orders_are_planned_together_with_a_bound_on_their_cost(shop: Shop) -> None:
    placed = [shop.place(("MUG", 2)), shop.place(("TEA", 3), customer="bistro"), shop.place(("TEA-FOR-TWO", 1))]
    told = plan_open_orders(shop.office)
    assert sorted(told.orders) == sorted(order.order_id for order in placed)
    assert told.waiting == ()
    assert 0 < told.bound_minor <= told.cost_minor
    plans = shop.rows("SELECT cost_minor, bound_minor, reasons FROM plan")
    assert sum(plan.cost_minor for plan in plans) == told.cost_minor
    assert all(plan.reasons for plan in plans)


def test_planning_again_changes_nothing(shop: Shop) -> None:
    for _ in range(3):
        shop.place(("MUG", 2), ("TEA", 1))
    first = plan_open_orders(shop.office)
    facts = shop.journal()
    shop.later(minutes=5)
    again = plan_open_orders(shop.office)
    assert sorted(again.orders) == sorted(first.orders)
    assert shop.journal() == facts


def test_nothing_to_plan_is_no_plan(shop: Shop) -> None:
    assert plan_open_orders(shop.office).orders == ()
    assert run_due(shop.office).done == 0


def test_a_plan_changes_when_time_runs_short_and_the_promise_does_not(shop: Shop) -> None:
    placed = shop.place(("MUG", 2))
    shop.settle()
    promises = shop.rows("SELECT * FROM promise")
    assert shop.one("SELECT service_id FROM fulfilment") == "steady-ground"
    shop.later(days=3)
    assert plan_open_orders(shop.office).orders == (placed.order_id,)
    assert shop.rows("SELECT state, service_id FROM fulfilment ORDER BY fulfilment_id") == [
        ("cancelled", "steady-ground"),
        ("planned", "swift-express"),
    ]
    assert shop.demand(placed.order_id) == [("MUG", 2, 0, 2, 0, 0)]
    assert shop.rows("SELECT * FROM promise") == promises


def test_orders_that_ask_to_be_planned_do_not_wait_behind_those_that_are(shop: Shop) -> None:
    first, second = shop.place(("MUG", 1)), shop.place(("MUG", 1))
    assert plan_open_orders(shop.office, at_most=1).orders == (first.order_id,)
    assert plan_open_orders(shop.office, at_most=1).orders == (second.order_id,)


def test_an_order_that_cannot_be_shipped_waits_and_is_looked_at_within_the_hour(shop: Shop) -> None:
    placed = shop.place(("MUG", 10))
    shop.settle()
    shop.count("CS/A-01", "MUG", 7)
    shop.settle()
    assert shop.demand(placed.order_id) == [("MUG", 10, 3, 7, 0, 0)]
    shop.later(minutes=59)
    assert plan_open_orders(shop.office).waiting == (placed.order_id,)
    shop.later(minutes=60)
    shop.receive("MUG", 3)
    shop.settle()
    assert shop.demand(placed.order_id) == [("MUG", 10, 0, 10, 0, 0)]


def test_what_has_least_time_left_is_released_first(shop: Shop) -> None:
    calm = shop.place(("MUG", 1), asked_from=date(2026, 3, 16))
    shop.settle()
    leaves = shop.one("SELECT departs FROM fulfilment WHERE order_id = %s", calm.order_id)
    shop.clock.move_to(leaves - timedelta(hours=23))
    urgent = shop.place(("MUG", 1))
    shop.settle()
    for placed in (urgent, calm):
        told = release_wave(shop.office, CLERK, "CS", at_most=1)
        assert isinstance(told, Released)
        assert shop.fulfilments(placed.order_id) == ["released"]
        assert len(told.task_ids) == 1


def test_a_wave_has_a_task_for_every_unit_and_its_units_are_held_in_the_bin(shop: Shop) -> None:
    placed = shop.place(("TEA-FOR-TWO", 4), ("LAMP", 1))
    shop.settle()
    shop.release()
    assert [(task.item_id, task.quantity, task.place_id, task.lot) for task in shop.tasks()] == [
        ("MUG", 8, "CS/A-01", ""),
        ("TEA", 4, "CS/A-02", "T1"),
        ("LAMP", 1, "CS/B-01", ""),
    ]
    assert shop.one("SELECT held FROM balance WHERE place_id = 'CS/A-01'") == 8
    assert shop.fulfilments(placed.order_id) == ["released"]
    assert plan_open_orders(shop.office).orders == ()


def test_what_waits_for_an_inbound_is_not_released_and_keeps_nobody_else_back(shop: Shop) -> None:
    inbound_id = shop.expect("MUG", 20, days=1)
    waits = shop.place(("MUG", 11), customer="bistro")
    serves = shop.place(("TEA", 1))
    shop.settle()
    shop.release()
    assert shop.fulfilments(waits.order_id) == ["planned"]
    assert shop.fulfilments(serves.order_id) == ["released"]
    shop.receive("MUG", 20, inbound_id=inbound_id)
    shop.settle()
    shop.release()
    assert shop.fulfilments(waits.order_id) == ["released"]


def test_an_order_that_payment_holds_is_not_released(shop: Shop) -> None:
    shop.place(("MUG", 1), cleared=False)
    shop.settle()
    assert shop.release() == Released("", (), (), ())


def test_a_site_that_there_is_not_releases_nothing(shop: Shop) -> None:
    refused(release_wave(shop.office, CLERK, "MOON"), Why.UNKNOWN_SITE, "MOON")
