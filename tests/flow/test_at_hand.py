"""What takes long to count: as things are where it is counted fast, else as it was, and a newer count beside."""

from __future__ import annotations

from datetime import timedelta

from doorstep.flow.at_hand import AtHand
from doorstep.flow.look_chart import ChartView, chart_at_hand
from doorstep.flow.look_today import TodayView, today
from tests.beside import counted_beside
from tests.corner_shop import Shop

SLOW = timedelta(seconds=-1)  # nothing is drawn as fast as that


def promised(told: AtHand[ChartView]) -> int:
    (volume,) = [node.volume for node in told.view.nodes if node.node_id == "promise"]
    return volume


def test_a_chart_that_is_drawn_fast_is_drawn_at_each_look(shop: Shop) -> None:
    shop.place(("MUG", 1))
    assert promised(chart_at_hand(shop.office)) == 1
    shop.place(("MUG", 1))
    told = chart_at_hand(shop.office)
    assert (promised(told), told.counted_at, told.is_being_counted) == (2, shop.clock.now(), False)


def test_of_one_that_takes_long_the_last_is_shown_with_its_hour_while_a_newer_one_is_drawn(shop: Shop) -> None:
    shop.place(("MUG", 1))
    first = chart_at_hand(shop.office, patience=SLOW)
    assert (promised(first), first.is_being_counted) == (1, False)
    shop.place(("MUG", 1))
    assert chart_at_hand(shop.office, patience=SLOW) is first  # a moment old
    shop.later(minutes=2)
    meanwhile = chart_at_hand(shop.office, patience=SLOW)
    assert (promised(meanwhile), meanwhile.counted_at, meanwhile.is_being_counted) == (1, first.counted_at, True)
    counted_beside()
    newer = chart_at_hand(shop.office, patience=SLOW)
    assert (promised(newer), newer.counted_at, newer.is_being_counted) == (2, shop.clock.now(), False)


def test_each_site_and_time_has_a_chart_of_its_own(shop: Shop) -> None:
    shop.place(("MUG", 1))
    assert promised(chart_at_hand(shop.office, patience=SLOW)) == 1
    assert promised(chart_at_hand(shop.office, None, "NOWHERE", patience=SLOW)) == 0
    assert promised(chart_at_hand(shop.office, shop.clock.now() + timedelta(hours=1), patience=SLOW)) == 0


def test_what_is_told_of_weeks_of_very_many_orders_is_a_minute_old_and_all_else_is_as_it_is(shop: Shop) -> None:
    shop.on_its_way(("MUG", 1))
    shop.later(days=1)

    def look() -> TodayView:
        told = today(shop.office, patience=SLOW)
        assert isinstance(told, TodayView)
        return told

    first = look()
    assert first.cost.over[0].orders == 1
    now = shop.clock.now()
    shop.clock.move_to(now - timedelta(days=1))  # another left yesterday, and it is told only now
    shop.on_its_way(("MUG", 1))
    shop.clock.move_to(now)
    shop.place(("MUG", 1))
    shop.later(minutes=2)
    meanwhile = look()
    assert (meanwhile.cost.over[0].orders, meanwhile.counted_at, meanwhile.flow.placed) == (1, first.counted_at, 1)
    counted_beside()
    newer = look()
    assert (newer.cost.over[0].orders, newer.counted_at) == (2, shop.clock.now())
    fast = today(shop.office, patience=timedelta(minutes=1))
    assert isinstance(fast, TodayView)
    assert (fast.cost, fast.promises.kept) == (newer.cost, newer.promises.kept)
