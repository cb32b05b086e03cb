"""Orders planned together: the run's certificate, what stock and room are worth, and what each order is told of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from doorstep.flow.change import change_date, change_quantity
from doorstep.flow.explain import explain
from doorstep.flow.master import define_site
from doorstep.flow.place import quote_order
from doorstep.flow.plan import plan_open_orders
from doorstep.flow.plan_all import plan_all_open
from doorstep.planning.plan import plan as find_plan
from tests.corner_shop import CLERK, Shop, all_is_well, company_file, granted
from tests.corner_shop import order as an_order


def busy_shop(shop: Shop, a_day: int) -> None:
    (site,) = company_file().sites
    granted(define_site(shop.office, CLERK, site.site_id, site.name, site.address.value(), site.calendar, (), a_day))


def test_more_orders_than_a_smaller_shift_has_room_for_are_spread_and_each_is_told_of_the_others(shop: Shop) -> None:
    placed = [shop.place(("MUG", 1)) for _ in range(3)]
    busy_shop(shop, a_day=2)
    promises = shop.rows("SELECT * FROM promise")
    told = plan_open_orders(shop.office)
    assert len(told.orders) == len(told.changed) == 3
    assert told.bound_minor <= told.cost_minor <= told.apart_minor
    days = shop.rows("SELECT departs::date AS day, count(*) AS leave FROM fulfilment GROUP BY 1 ORDER BY 1")
    assert [row.leave for row in days] == [2, 1]
    assert shop.rows("SELECT * FROM promise") == promises
    plans = [granted(explain(shop.office, each.order_id)).plan for each in placed]
    assert all(plan is not None and plan.run is not None and plan.run.orders == 3 for plan in plans)
    (moved,) = [plan for plan in plans if plan is not None and plan.alone is not None]
    (room,) = moved.wanted_by_others
    assert (room.what, room.minor > 0) == (f"room for a shipment of CS on {days[0].day}", True)
    all_is_well(shop.store)


def test_an_order_that_is_planned_anew_has_the_room_that_its_own_plan_takes(shop: Shop) -> None:
    busy_shop(shop, a_day=1)
    shop.place(("MUG", 1))
    plan_open_orders(shop.office)
    query = "SELECT departs FROM fulfilment WHERE state = 'planned'"
    before = shop.rows(query)
    assert plan_open_orders(shop.office).changed == ()
    assert shop.rows(query) == before


def test_a_quote_sees_what_a_day_is_worth_as_soon_as_orders_fight_for_it(shop: Shop) -> None:
    asked = an_order(("MUG", 1))
    before = granted(quote_order(shop.office, asked))
    for _ in range(4):
        shop.place(("MUG", 1))
    busy_shop(shop, a_day=3)
    plan_open_orders(shop.office)
    assert shop.rows("SELECT 1 FROM scarce_price WHERE item_id = '' AND minor > 0")
    after = granted(quote_order(shop.office, asked))
    assert after[0].promise.last_day > before[0].promise.last_day or after[0].cost_minor > before[0].cost_minor


def test_a_flood_of_orders_is_promised_for_days_that_have_room_for_it_before_any_is_planned(shop: Shop) -> None:
    busy_shop(shop, a_day=2)
    placed = [shop.place(("TEA", 1)) for _ in range(5)]
    last_days = [each.promise.last_day for each in placed]
    assert last_days == sorted(last_days)
    assert last_days[-1] > last_days[0]
    plan_open_orders(shop.office)
    leave = [row.many for row in shop.rows("SELECT count(*) AS many FROM fulfilment GROUP BY departs::date")]
    assert (sum(leave), max(leave)) == (5, 2)
    wanted = shop.rows("SELECT reasons FROM plan WHERE reasons ? 'promise at risk'")
    assert wanted == []


def test_handling_by_a_paid_shift_is_full_cost_and_no_avoidable_cost(shop: Shop) -> None:
    busy_shop(shop, a_day=5)
    placed = shop.place(("MUG", 2))
    told = plan_open_orders(shop.office)
    assert told.full_minor - told.cost_minor == 150 + 2 * 10
    plan = granted(explain(shop.office, placed.order_id)).plan
    assert plan is not None
    assert (plan.cost_minor, plan.full_minor) == (told.cost_minor, told.full_minor)


def test_more_orders_than_one_step_writes_are_one_plan_all_the_same(shop: Shop) -> None:
    placed = [shop.place((item_id, 1)) for item_id in ("MUG", "TEA", "LAMP", "TEA", "MUG")]
    told = plan_all_open(shop.office, at_once=2)
    assert sorted(told.orders) == sorted(each.order_id for each in placed)
    assert shop.rows("SELECT orders FROM planning_run") == [(5,)]
    assert shop.rows("SELECT DISTINCT together FROM plan") == [(4,)]
    assert shop.rows("SELECT 1 FROM due WHERE verb = 'plan_orders'") == []
    facts = shop.journal()
    assert plan_all_open(shop.office, at_once=2).changed == ()
    assert shop.journal() == facts
    all_is_well(shop.store)


def test_a_part_of_the_plan_is_found_anew_where_its_orders_changed_meanwhile(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = [shop.place(("MUG", 2)) for _ in range(3)]
    really = find_plan

    def changed_meanwhile(*told: Any) -> Any:
        monkeypatch.setattr("doorstep.flow.plan_all.plan", really)
        granted(change_quantity(shop.office, CLERK, placed[1].order_id, 1, 1, shop.key()))
        return really(*told)

    monkeypatch.setattr("doorstep.flow.plan_all.plan", changed_meanwhile)
    plan_all_open(shop.office, at_once=1)
    assert shop.demand(placed[1].order_id) == [("MUG", 1, 0, 1, 0, 0)]
    shop.settle()
    assert [row.quantity for row in shop.rows("SELECT quantity FROM fulfilment_line ORDER BY 1")] == [1, 2, 2]
    all_is_well(shop.store)


def test_who_has_more_time_meanwhile_is_not_sent_in_the_haste_of_before(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty, other = shop.place(("MUG", 1), asked_by=date(2026, 3, 4)), shop.place(("MUG", 1))
    really = find_plan

    def more_time_meanwhile(*told: Any) -> Any:
        monkeypatch.setattr("doorstep.flow.plan_all.plan", really)
        found = really(*told)
        granted(change_date(shop.office, CLERK, hasty.order_id, None, date(2026, 3, 16), shop.key()))
        return found

    monkeypatch.setattr("doorstep.flow.plan_all.plan", more_time_meanwhile)
    plan_all_open(shop.office, at_once=1)
    services = dict(shop.rows("SELECT order_id, service_id FROM fulfilment"))
    assert services == {hasty.order_id: "steady-ground", other.order_id: "steady-ground"}
    all_is_well(shop.store)


def test_a_dry_run_tells_what_would_change_and_changes_nothing(shop: Shop) -> None:
    placed = shop.place(("MUG", 1))
    facts = shop.journal()
    (would,) = plan_open_orders(shop.office, dry_run=True).changed
    assert (would.order_id, would.before) == (placed.order_id, "")
    assert would.after.startswith("CS by steady-ground on ")
    assert shop.journal() == facts
