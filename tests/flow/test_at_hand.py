"""What takes long to count: as things are where it is counted fast, else as it was, and a newer count beside."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from time import sleep

import pytest

from doorstep.flow.at_hand import AtHand, Counts
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


def counts(*told: object, oldest: timedelta = timedelta.max) -> tuple[Counts[str, object], Callable[[], object]]:
    """Counts that tell these one after the other, or raise them."""
    waiting = list(told)

    def count() -> object:
        found = waiting.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    return Counts("doorstep-weeks", SLOW, oldest), count


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_count_that_fails_beside_is_made_again_by_who_looks_next_and_he_is_told(shop: Shop) -> None:
    kept, count = counts("first", ValueError("broken"), ValueError("broken still"), "mended")
    assert kept.at_hand(shop.store, "all", count).view == "first"
    shop.later(minutes=2)
    assert kept.at_hand(shop.store, "all", count).view == "first"
    counted_beside()
    with pytest.raises(ValueError, match="broken still"):
        kept.at_hand(shop.store, "all", count)
    assert kept.at_hand(shop.store, "all", count).view == "mended"


def test_a_count_that_is_too_old_is_shown_to_nobody(shop: Shop) -> None:
    kept, count = counts("morning", "noon", oldest=timedelta(minutes=5))
    assert kept.at_hand(shop.store, "all", count).view == "morning"
    shop.later(hours=4)
    told = kept.at_hand(shop.store, "all", count)
    assert (told.view, told.counted_at) == ("noon", shop.clock.now())


def test_of_many_questions_the_one_that_was_counted_longest_ago_is_forgotten(shop: Shop) -> None:
    kept, count = counts(*range(30))
    for number in range(21):
        assert kept.at_hand(shop.store, f"{number}", count).view == number
    assert kept.at_hand(shop.store, "1", count).view == 1
    assert kept.at_hand(shop.store, "0", count).view == 21


def test_of_those_who_ask_first_at_once_one_counts(shop: Shop) -> None:
    kept, count = counts("once", "twice")
    begun = Barrier(4)

    def slowly() -> object:
        sleep(0.1)
        return count()

    def look(_: int) -> object:
        begun.wait()
        return kept.at_hand(shop.store, "all", slowly).view

    with ThreadPoolExecutor(4) as threads:
        assert [*threads.map(look, range(4))] == ["once"] * 4
