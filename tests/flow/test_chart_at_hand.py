"""The chart on its page: as things are where it is drawn fast, else the last one, and a newer one beside."""

from __future__ import annotations

from datetime import timedelta

from doorstep.flow.chart_at_hand import ChartAtHand, chart_at_hand
from tests.charts import drawn_beside
from tests.corner_shop import Shop

SLOW = timedelta(seconds=-1)  # nothing is drawn as fast as that


def promised(told: ChartAtHand) -> int:
    (volume,) = [node.volume for node in told.view.nodes if node.node_id == "promise"]
    return volume


def test_a_chart_that_is_drawn_fast_is_drawn_at_each_look(shop: Shop) -> None:
    shop.place(("MUG", 1))
    assert promised(chart_at_hand(shop.office)) == 1
    shop.place(("MUG", 1))
    told = chart_at_hand(shop.office)
    assert (promised(told), told.drawn_at, told.being_drawn) == (2, shop.clock.now(), False)


def test_of_one_that_takes_long_the_last_is_shown_with_its_hour_while_a_newer_one_is_drawn(shop: Shop) -> None:
    shop.place(("MUG", 1))
    first = chart_at_hand(shop.office, patience=SLOW)
    assert (promised(first), first.being_drawn) == (1, False)
    shop.place(("MUG", 1))
    assert chart_at_hand(shop.office, patience=SLOW) is first  # a moment old
    shop.later(minutes=2)
    meanwhile = chart_at_hand(shop.office, patience=SLOW)
    assert (promised(meanwhile), meanwhile.drawn_at, meanwhile.being_drawn) == (1, first.drawn_at, True)
    drawn_beside()
    newer = chart_at_hand(shop.office, patience=SLOW)
    assert (promised(newer), newer.drawn_at, newer.being_drawn) == (2, shop.clock.now(), False)


def test_each_site_and_time_has_a_chart_of_its_own(shop: Shop) -> None:
    shop.place(("MUG", 1))
    assert promised(chart_at_hand(shop.office, patience=SLOW)) == 1
    assert promised(chart_at_hand(shop.office, None, "NOWHERE", patience=SLOW)) == 0
    assert promised(chart_at_hand(shop.office, shop.clock.now() + timedelta(hours=1), patience=SLOW)) == 0
