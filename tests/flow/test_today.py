"""The first page of the day: what will not ship, why, whose turn it is and until when; promises, stages, cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from doorstep.flow.change import hold_order
from doorstep.flow.look_figures import CostOver, KeptOver
from doorstep.flow.look_risk import AtRisk, Cause, Risk
from doorstep.flow.look_today import TodayView, today
from doorstep.flow.place import Placed
from doorstep.flow.stages import Stage
from doorstep.goals.score import Against
from doorstep.terms.refusals import Why
from tests.corner_shop import ADA, CLERK, MONDAY, Shop, granted, refused

LAST_DEPARTURE = MONDAY.replace(hour=22)  # four in the afternoon in Chicago: the cheap carrier's cut-off
PROMISED = date(2026, 3, 9)  # what the cheap carrier is promised with to New York from there
HOUR = 3600


def seen(shop: Shop, site_id: str = "") -> TodayView:
    return granted(today(shop.office, site_id))


def at_risk(shop: Shop, placed: Placed) -> AtRisk:
    """The one row about an order."""
    (row,) = [row for row in seen(shop).risk.rows if row.order_id == placed.order_id]
    return row


@pytest.fixture
def monday(shop: Shop) -> Shop:
    """Nine in the morning in Chicago; the shop has been open for an hour."""
    shop.later(hours=6)
    return shop


def test_what_has_to_leave_today_stands_with_who_has_to_move_and_how_much_time_is_left(monday: Shop) -> None:
    released = monday.place(("MUG", 1))
    monday.settle()
    monday.release()
    planned = monday.place(("TEA", 1))
    monday.settle()
    row = at_risk(monday, planned)
    assert (row.cause, row.stage, row.risk, row.site_id) == (Cause.NOT_RELEASED, Stage.PLANNED, Risk.DUE, "CS")
    assert (row.department, row.until) == ("warehouse", LAST_DEPARTURE)
    assert row.slack_seconds == 7 * HOUR - 2 - HOUR  # seven hours, less the two seconds of ordering and the work
    assert at_risk(monday, released).reason == "released, and nothing of it is picked"
    monday.pick_all()
    assert (at_risk(monday, released).department, at_risk(monday, released).action) == ("packing", "pack it")
    assert at_risk(monday, released).slack_seconds == 7 * HOUR - 2 - HOUR // 2


def test_the_least_slack_comes_first_and_what_is_gone_is_no_risk_any_more(monday: Shop) -> None:
    monday.on_its_way(("MUG", 1))
    at_dock = monday.to_the_dock(("MUG", 1))
    planned = monday.place(("MUG", 1))
    monday.settle()
    assert [row.order_id for row in seen(monday).risk.rows] == [planned.order_id, at_dock.order_id]
    assert at_risk(monday, at_dock).reason == "1 parcel at the dock for steady"
    assert [row.order_id for row in granted(today(monday.office, at_most=1)).risk.rows] == [planned.order_id]
    assert granted(today(monday.office, at_most=1)).risk.total == 2


def test_after_the_last_departure_it_is_late_and_the_customer_is_to_be_told(monday: Shop) -> None:
    placed = monday.place(("MUG", 1))
    monday.settle()
    monday.clock.move_to(LAST_DEPARTURE)
    row = at_risk(monday, placed)
    assert (row.risk, row.slack_seconds) == (Risk.LATE, -HOUR)
    assert row.action == "release a wave; it will be late: tell the customer another day"


def test_what_leaves_another_day_is_no_matter_of_today(monday: Shop) -> None:
    monday.place(("MUG", 1), asked_from=date(2026, 3, 20))
    monday.settle()
    assert seen(monday).risk.total == 0
    assert [stage.count for stage in seen(monday).stages if stage.stage is Stage.PLANNED] == [1]


def test_a_backorder_says_what_is_missing_and_when_it_comes(monday: Shop) -> None:
    monday.place(("MUG", 9))
    waits = monday.place(("MUG", 1))
    monday.count("CS/A-01", "MUG", 5)
    row = at_risk(monday, waits)
    assert (row.cause, row.risk, row.department, row.site_id) == (Cause.BACKORDER, Risk.STUCK, "planning", "")
    assert (row.reason, row.action) == (
        "waits for 1 MUG, nobody brings any",
        "buy or make it, or agree another date",
    )
    monday.expect("MUG", 20)
    assert at_risk(monday, waits).reason == "waits for 1 MUG, due Wed 4 Mar from potter"


def test_goods_that_are_promised_from_an_inbound_are_awaited_on_the_day_they_have_to_leave(monday: Shop) -> None:
    monday.expect("MUG", 20)
    placed = monday.place(("MUG", 12))
    monday.settle()
    assert seen(monday).risk.total == 0
    monday.clock.move_to(MONDAY + timedelta(days=3, hours=6))
    row = at_risk(monday, placed)
    assert (row.cause, row.department) == (Cause.GOODS_ON_THEIR_WAY, "receiving")
    assert row.reason == "waits for 2 MUG, due Wed 4 Mar from potter"
    monday.settle()  # planned anew, as they have not left


def test_a_short_pick_says_in_which_bin_to_count(monday: Shop) -> None:
    placed = monday.place(("MUG", 10))
    monday.settle()
    monday.release()
    monday.pick(monday.tasks()[0], found=4)
    monday.settle()
    whole, part = sorted((r for r in seen(monday).risk.rows), key=lambda row: row.fulfilment_id)
    assert (whole.order_id, whole.cause, whole.department) == (placed.order_id, Cause.SHORT_PICK, "stock control")
    assert whole.reason == "the picker did not find 6 MUG in CS/A-01; waits for 6 MUG, nobody brings any"
    assert part.cause is Cause.NOT_PACKED


def test_a_stopped_order_says_who_stopped_it_and_why(monday: Shop) -> None:
    placed = monday.to_the_bench(("MUG", 1))
    granted(hold_order(monday.office, CLERK, placed.order_id, "the customer is moving house", monday.key()))
    row = at_risk(monday, placed)
    assert (row.cause, row.risk, row.stage) == (Cause.ON_HOLD, Risk.STUCK, Stage.TO_PACK)
    assert row.reason == "stopped by clerk: the customer is moving house"


def test_an_order_nobody_paid_is_a_risk_on_the_day_its_goods_are_let_go(monday: Shop) -> None:
    placed = monday.place(("MUG", 1), cleared=False)
    assert seen(monday).risk.total == 0
    monday.later(hours=23)
    row = at_risk(monday, placed)
    assert (row.cause, row.department, row.risk) == (Cause.NOT_CLEARED, "sales", Risk.STUCK)
    assert row.until == MONDAY + timedelta(days=1, hours=6, seconds=1)


def test_a_refused_label_is_told_in_the_carriers_words(monday: Shop) -> None:
    placed = monday.to_the_dock(("MUG", 1), ship_to=replace(ADA, city=" "))
    row = at_risk(monday, placed)
    assert (row.cause, row.stage, row.department) == (Cause.LABEL_REFUSED, Stage.TO_LABEL, "shipping")
    assert row.reason == "the carrier refused the label: bad_address: the address has no city"


def test_a_parcel_nobody_took_at_the_door_needs_a_person(monday: Shop) -> None:
    placed = monday.on_its_way(("MUG", 1))
    (sscc,) = monday.parcels(placed.order_id)
    monday.clock.move_to(MONDAY + timedelta(days=3))
    monday.scan(sscc, "NH", monday.clock.now())
    row = at_risk(monday, placed)
    assert (row.cause, row.stage, row.department) == (Cause.CARRIER_TROUBLE, Stage.ON_ROAD, "service")
    assert row.reason == "steady found nobody at the door (Hub)"
    monday.clock.move_to(MONDAY + timedelta(days=40))
    assert seen(monday).risk.total == 0, "trouble of long ago is a matter for a search, not for today"


def test_each_stage_says_how_much_stands_in_it_and_for_how_long(monday: Shop) -> None:
    monday.place(("TEA", 1), cleared=False)
    monday.on_its_way(("MUG", 1))
    monday.later(minutes=10)
    monday.to_the_dock(("MUG", 1))
    monday.to_the_bench(("MUG", 1))
    monday.later(hours=1)
    told = {stage.stage: (stage.count, stage.oldest_seconds) for stage in seen(monday).stages if stage.count}
    assert told == {
        Stage.TO_CLEAR: (1, HOUR + 603),
        Stage.TO_PACK: (1, HOUR),
        Stage.AT_DOCK: (1, HOUR + 1),
        Stage.ON_ROAD: (1, HOUR + 602),
    }
    assert [stage.stage for stage in seen(monday).stages] == list(Stage)


def test_orders_in_and_out_are_those_of_the_day_on_the_sites_wall(monday: Shop) -> None:
    placed = monday.on_its_way(("MUG", 1))
    monday.clock.move_to(datetime.fromisoformat("2026-03-06T05:30:00Z"))  # still Thursday in Chicago
    monday.place(("MUG", 1))
    monday.settle()
    monday.scan(monday.parcels(placed.order_id)[0], "DL", monday.clock.now())
    flow = seen(monday).flow
    assert (flow.placed, flow.handed_over, flow.delivered, seen(monday).today) == (1, 0, 1, date(2026, 3, 5))
    monday.later(hours=1)
    flow = seen(monday).flow
    assert (flow.placed, flow.handed_over, flow.delivered, seen(monday).today) == (0, 0, 0, date(2026, 3, 6))


def kept(shop: Shop, against: Against, days: int) -> KeptOver:
    (found,) = [each for each in seen(shop).promises.kept if (each.against, each.days) == (against, days)]
    return found


def test_promises_are_kept_broken_or_open_by_the_day_they_ended(monday: Shop) -> None:
    good, bad = monday.on_its_way(("MUG", 1)), monday.on_its_way(("TEA", 1))
    monday.place(("TEA", 1))
    monday.settle()
    monday.clock.move_to(MONDAY + timedelta(days=6, hours=9))
    monday.scan(monday.parcels(good.order_id)[0], "DL", monday.clock.now())
    due = {each.name: (each.orders, each.delivered, each.on_road, each.in_house) for each in seen(monday).promises.due}
    assert monday.promised(good.order_id) == PROMISED
    assert due == {"today": (0, 0, 0, 0), "tomorrow": (3, 1, 1, 1), "this week": (0, 0, 0, 0)}
    monday.clock.move_to(MONDAY + timedelta(days=8, hours=9))
    monday.scan(monday.parcels(bad.order_id)[0], "DL", monday.clock.now())
    told = kept(monday, Against.AGREED, 7)
    assert (told.kept, told.broken, told.open, told.kept_ppm) == (1, 1, 1, 500_000)
    assert told.low_ppm < 100_000 < 900_000 < told.high_ppm, "of two, nobody knows much"
    monday.clock.move_to(MONDAY + timedelta(days=18, hours=9))
    assert kept(monday, Against.AGREED, 7).kept_ppm is None
    assert kept(monday, Against.AGREED, 28) == replace(told, days=28)


def test_a_parcel_that_will_come_after_its_day_is_seen_before_it_does(monday: Shop) -> None:
    placed = monday.on_its_way(("MUG", 1))
    (sscc,) = monday.parcels(placed.order_id)
    monday.scan(sscc, "PU", monday.clock.now())
    assert seen(monday).promises.predicted_late == ()
    monday.clock.move_to(MONDAY + timedelta(days=7, hours=9))
    monday.scan(sscc, "WX", monday.clock.now())
    (late,) = seen(monday).promises.predicted_late
    assert (late.sscc, late.order_id, late.milestone, late.site_id) == (sscc, placed.order_id, "held", "CS")
    assert (late.promised_by, late.eta, late.days_late) == (PROMISED, date(2026, 3, 10), 1)


def cost(shop: Shop) -> dict[str, CostOver]:
    return {each.name: each for each in seen(shop).cost.over}


def test_what_orders_cost_is_told_per_order_and_by_kind_beside_the_weeks_before(monday: Shop) -> None:
    monday.on_its_way(("MUG", 1))
    monday.on_its_way(("MUG", 1))
    monday.on_its_way(("LAMP", 1))
    assert cost(monday)["7 days"].orders == 0, "today is not over yet"
    monday.later(days=1)
    each = [row.cost for row in monday.rows("SELECT sum(amount_minor)::int AS cost FROM cost_entry GROUP BY order_id")]
    told = cost(monday)["7 days"]
    assert (told.orders, told.total_minor, told.mean_minor) == (3, sum(each), sum(each) // 3)
    assert told.median_minor == sorted(each)[1]
    assert sum(kind.total_minor for kind in told.kinds) == told.total_minor
    assert {kind.kind for kind in told.kinds} == {"carton", "freight"}
    monday.later(days=28)
    assert (cost(monday)["28 days"].orders, cost(monday)["the 28 days before"].total_minor) == (0, sum(each))


def test_a_site_sees_its_own_and_an_unknown_one_is_refused(monday: Shop) -> None:
    monday.place(("MUG", 1))
    monday.settle()
    assert (seen(monday, site_id="CS").risk.total, seen(monday, site_id="CS").zone) == (1, "America/Chicago")
    refused(today(monday.office, "XX"), Why.UNKNOWN_SITE, "XX")
