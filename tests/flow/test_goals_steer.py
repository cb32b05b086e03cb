"""Goals steer promise and plan: other goals, other days, services and costs, told before they are set."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from datetime import date
from typing import Any

from doorstep.flow import goals
from doorstep.flow.change import change_quantity
from doorstep.flow.explain import explain
from doorstep.flow.goals_tried import Trial, try_goals
from doorstep.flow.load import load_company
from doorstep.flow.office import Who
from doorstep.flow.place import Offered, place_order, quote_order
from doorstep.flow.plan import plan_open_orders
from doorstep.intake.company import read_company
from doorstep.storage.queries import master
from doorstep.terms.goals import ClassGoals, Goals, SiteLimit, Weights
from doorstep.terms.order import Preference, Terms
from tests.corner_shop import CLERK, FILE, Shop, granted, order

TUESDAY, FRIDAY, MONDAY_AFTER = date(2026, 3, 3), date(2026, 3, 6), date(2026, 3, 9)
OWNER = Who("owner")
FAST = ClassGoals("homeowner", wanted_ppm=800_000, late_day_minor=10_000, preference=Preference.FASTEST)
CHEAP = ClassGoals("homeowner", wanted_ppm=800_000)


def want(shop: Shop, *classes: ClassGoals, **weights: int) -> goals.GoalsTold:
    return granted(goals.set_goals(shop.office, OWNER, Goals(classes, Weights(**weights))))


def tried(shop: Shop, *classes: ClassGoals) -> Trial:
    return granted(try_goals(shop.office, Goals(classes)))


def offers(shop: Shop, **more: Any) -> list[tuple[date, str, bool]]:
    """(last day, service, whether it would be promised) of each offer for two mugs for Ada."""
    told = granted(quote_order(shop.office, order(("MUG", 2), **more)))
    return [(each.promise.last_day, each.services[0], each.would_be_promised) for each in told]


def planned(shop: Shop, order_id: str) -> list[str]:
    rows = shop.rows("SELECT service_id FROM fulfilment WHERE order_id = %s AND state = 'planned'", order_id)
    return [row.service_id for row in rows]


def current(shop: Shop) -> Goals:
    with shop.store.reading() as tx:
        return master.goals(tx)


def test_without_goals_everything_is_as_the_company_has_it(shop: Shop) -> None:
    assert current(shop) == Goals()
    assert offers(shop) == [(MONDAY_AFTER, "steady-ground", True), (date(2026, 3, 4), "swift-express", False)]


def test_every_weight_that_is_an_amount_is_told_in_words() -> None:
    amounts = [field.name for field in fields(Weights) if field.name.endswith("_minor")]
    assert len(goals.weights_told(Goals())) == len(amounts)
    assert ("A plan that stands is changed for more than", 50) in goals.weights_told(Goals())


def test_how_surely_a_class_wants_its_orders_decides_the_day_that_is_promised(shop: Shop) -> None:
    want(shop, ClassGoals("homeowner", wanted_ppm=800_000))
    assert offers(shop)[0] == (FRIDAY, "steady-ground", True)
    want(shop, ClassGoals("trade", wanted_ppm=800_000))
    assert offers(shop)[0] == (MONDAY_AFTER, "steady-ground", True)


def test_what_an_order_says_itself_goes_before_the_goals_of_its_class(shop: Shop) -> None:
    want(shop, CHEAP)
    assert offers(shop, terms=Terms(wanted_ppm=950_000))[0][0] == MONDAY_AFTER


def test_a_class_that_prefers_the_fastest_is_promised_the_soonest_offer(shop: Shop) -> None:
    want(shop, FAST)
    assert offers(shop) == [(FRIDAY, "steady-ground", False), (TUESDAY, "swift-express", True)]
    placed = shop.place(("MUG", 2))
    shop.settle()
    assert placed.promise.last_day == TUESDAY
    assert planned(shop, placed.order_id) == ["swift-express"]


def test_a_changed_order_is_promised_as_its_class_prefers(shop: Shop) -> None:
    want(shop, FAST)
    order_id = shop.place(("MUG", 2)).order_id
    changed = granted(change_quantity(shop.office, CLERK, order_id, 1, 3, shop.key()))
    assert changed.promise is not None
    assert changed.promise.last_day == TUESDAY


def test_new_goals_change_the_plan_of_an_open_order_and_not_its_promise(shop: Shop) -> None:
    want(shop, CHEAP)
    order_id = shop.place(("MUG", 2)).order_id
    shop.settle()
    assert planned(shop, order_id) == ["steady-ground"]
    want(shop, FAST)
    shop.settle()
    assert planned(shop, order_id) == ["swift-express"]
    assert shop.promised(order_id) == FRIDAY
    assert len(shop.rows("SELECT 1 FROM promise WHERE order_id = %s AND line_no = 0", order_id)) == 1


def test_an_order_keeps_the_probability_it_was_promised_with(shop: Shop) -> None:
    want(shop, CHEAP)
    order_id = shop.place(("MUG", 2)).order_id
    want(shop, ClassGoals("homeowner", wanted_ppm=999_000))
    assert shop.one("SELECT (terms ->> 'wanted_ppm')::int FROM orders WHERE order_id = %s", order_id) == 800_000


def test_a_trial_tells_what_would_change_and_changes_nothing(shop: Shop) -> None:
    want(shop, CHEAP)
    order_id = shop.place(("MUG", 2)).order_id
    shop.place(("TEA", 1), customer="bistro")
    shop.settle()
    facts, before = shop.journal(), current(shop)
    told = tried(shop, FAST)
    assert (shop.journal(), current(shop), planned(shop, order_id)) == (facts, before, ["steady-ground"])
    assert [(each.customer_class, each.changes) for each in told.quotes] == [("homeowner", True), ("trade", False)]
    ada = told.quotes[0]
    assert (ada.before.last_day, ada.after.last_day, ada.after.services) == (FRIDAY, TUESDAY, ("swift-express",))
    (changed,) = [each for each in told.orders if each.changes]
    assert changed.order_id == order_id
    assert (changed.before.last_day, changed.after.last_day) == (FRIDAY, FRIDAY)
    assert (changed.before.services, changed.after.services) == (("steady-ground",), ("swift-express",))
    assert changed.after.sent_minor > changed.before.sent_minor
    want(shop, FAST)
    shop.settle()
    assert planned(shop, order_id) == list(changed.after.services)


def test_a_trial_quotes_the_order_it_is_given_or_says_why_it_cannot_be(shop: Shop) -> None:
    (ada,) = granted(try_goals(shop.office, Goals((FAST,)), order(("MUG", 2)))).quotes
    assert (ada.before.last_day, ada.after.last_day) == (MONDAY_AFTER, TUESDAY)
    (much,) = granted(try_goals(shop.office, Goals((FAST,)), order(("MUG", 99)))).quotes
    assert "short of 89 of MUG" in much.after.says
    assert not much.changes


def test_goals_for_a_class_that_nobody_is_of_are_set_and_told_with_the_nearest_name(shop: Shop) -> None:
    (found,) = want(shop, ClassGoals("homeoner")).conflicts
    assert found.place == "classes.homeoner"
    assert "did you mean homeowner?" in found.says
    assert current(shop).of("homeoner").name == "homeoner"


def test_the_same_goals_again_are_no_news(shop: Shop) -> None:
    want(shop, FAST)
    facts = shop.journal()
    want(shop, FAST)
    assert shop.journal() == facts


def test_an_order_above_the_ceiling_of_its_class_is_told_by_how_much(shop: Shop) -> None:
    want(shop, ClassGoals("homeowner", ceiling_ppm=500_000))
    cheap: Offered = granted(quote_order(shop.office, order(("MUG", 2))))[0]
    assert (cheap.cost_minor, cheap.above_ceiling_minor) == (1_743, 543)
    placed = granted(place_order(shop.office, CLERK, order(("MUG", 2)), shop.key()))
    plan_open_orders(shop.office)
    why = granted(explain(shop.office, placed.order_id)).plan
    assert why
    assert (why.cost_minor, why.ceiling_minor) == (1_743, 1_200)
    want(shop)
    unlimited = granted(explain(shop.office, placed.order_id)).plan
    assert unlimited
    assert unlimited.ceiling_minor is None


def test_a_company_file_may_hold_the_goals_too(shop: Shop) -> None:
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    raw["goals"] = {"classes": {"homeowner": {"preference": "fastest"}}, "weights": {"split_minor": 7}}
    granted(load_company(shop.office, OWNER, granted(read_company(raw))))
    assert current(shop) == Goals((ClassGoals("homeowner", preference=Preference.FASTEST),), Weights(split_minor=7))


def test_an_old_company_file_sets_its_weights_and_leaves_the_other_goals_alone(shop: Shop) -> None:
    want(shop, FAST, broken_minor=9_000)
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    raw["company"]["late_day_minor"] = 300
    granted(load_company(shop.office, OWNER, granted(read_company(raw))))
    assert current(shop) == Goals((FAST,), Weights(late_day_minor=300, broken_minor=9_000))


def test_goals_that_cannot_all_hold_say_what_each_would_cost_by_the_orders_there_are(shop: Shop) -> None:
    shop.place(("MUG", 2))
    told = want(shop, ClassGoals("homeowner", wanted_ppm=950_000, target_ppm=940_000, ceiling_minor=1))
    (found,) = [each for each in told.conflicts if "cannot be sent below it at all" in each.says]
    assert found.place == "classes.homeowner.ceiling_minor"
    assert found.relax[0].minor is not None
    assert "1 order, too few to be sure; no promise to this class has ended yet" in found.rests_on
    enough = want(shop, ClassGoals("homeowner", wanted_ppm=950_000, target_ppm=940_000, ceiling_minor=100_000))
    assert enough.conflicts == ()
    assert goals.goals_told(shop.office) == enough


def test_a_site_sends_no_more_than_goals_let_it(shop: Shop) -> None:
    limited = Goals(capacity=(SiteLimit("CS", 1),))
    granted(goals.set_goals(shop.office, OWNER, limited))
    first, second = shop.place(("MUG", 1)), shop.place(("MUG", 1))
    shop.settle()
    query = "SELECT departs::date AS day FROM fulfilment WHERE order_id = %s AND state = 'planned'"
    assert shop.one(query, first.order_id) != shop.one(query, second.order_id)


def test_what_is_on_the_floor_takes_room_until_it_is_packed(shop: Shop) -> None:
    granted(goals.set_goals(shop.office, OWNER, Goals(capacity=(SiteLimit("CS", 1),))))
    first = shop.place(("MUG", 1))
    shop.settle()
    shop.release()
    second = shop.place(("MUG", 1))
    shop.settle()
    query = "SELECT departs::date AS day FROM fulfilment WHERE order_id = %s AND state <> 'cancelled'"
    assert shop.one(query, first.order_id) != shop.one(query, second.order_id)


def test_the_hours_of_today_that_are_gone_leave_no_room(shop: Shop) -> None:
    granted(goals.set_goals(shop.office, OWNER, Goals(capacity=(SiteLimit("CS", 2),))))
    shop.later(hours=11)  # two in the afternoon in Chicago: half the day is gone
    days = {offers(shop)[0][0]}
    shop.place(("MUG", 1))
    shop.settle()
    assert offers(shop)[0][0] not in days
