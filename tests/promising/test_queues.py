"""How long what is under way keeps busy who does the work, as it is known on a morning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.promising.queues import Queues

DAYS, USUAL = 120, 3.0


def days_long(starts: list[int], ends: list[int], day: int) -> float:
    queues = Queues(np.array(starts), np.array(ends), np.zeros(len(starts), np.int64), DAYS, USUAL)
    return float(np.exp(queues.at(np.array([0]), np.array([day]))[0]))


def test_where_nothing_was_seen_the_queue_is_as_long_as_usual() -> None:
    assert days_long([90], [DAYS], 5) == pytest.approx(USUAL)


def test_ten_a_day_that_take_four_days_each_are_a_queue_of_four_days() -> None:
    starts = [day for day in range(DAYS - 5) for _ in range(10)]
    assert days_long(starts, [start + 4 for start in starts], 100) == pytest.approx(4, rel=0.05)


def test_in_the_first_days_what_is_done_is_counted_over_the_days_that_were_seen() -> None:
    starts = [day for day in range(DAYS - 5) for _ in range(10)]
    ends = [start + 4 for start in starts]
    assert days_long(starts, ends, 12) < 2 * days_long(starts, ends, 100)


def test_what_is_lost_is_no_work_for_ever() -> None:
    starts = [day for day in range(DAYS) for _ in range(25)]
    ends = [min(start + 4, DAYS) for start in starts]
    lost = [DAYS if n % 50 == 0 else end for n, end in enumerate(ends)]
    assert days_long(starts, lost, DAYS - 1) == pytest.approx(days_long(starts, lost, 70), rel=0.05)


def test_what_comes_on_the_day_on_which_it_leaves_has_a_short_queue_and_no_infinite_one() -> None:
    day = np.arange(DAYS)
    queues = Queues(day, day, np.zeros(DAYS, np.int64), DAYS, 0.0)
    assert np.isfinite(queues.at(np.zeros(DAYS, np.int64), day)).all()


def test_a_flood_is_a_long_queue_on_the_next_morning_and_not_before() -> None:
    calm = [day for day in range(DAYS - 5) for _ in range(10)]
    starts, ends = [*calm, *[100] * 60], [*(start + 4 for start in calm), *[DAYS] * 60]
    assert days_long(starts, ends, 100) == pytest.approx(4, rel=0.05)
    assert days_long(starts, ends, 101) == pytest.approx(10, rel=0.05)


def test_one_region_waits_for_its_own_queue_alone() -> None:
    starts, groups = np.array([10] * 50 + [10]), np.array([0] * 50 + [1])
    queues = Queues(starts, np.full(51, DAYS), groups, DAYS, USUAL)
    busy, quiet = queues.at(np.array([0, 1]), np.array([20, 20]))
    assert busy > quiet + 2


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), min_size=1), st.integers(0, 60))
def test_nothing_of_a_day_is_known_on_its_morning(trips: list[tuple[int, int]], day: int) -> None:
    known = [(start, min(start + took, DAYS)) for start, took in trips]
    past = [(start, end if end < day else DAYS) for start, end in known if start < day] or [(DAYS, DAYS)]
    told, of_the_past = (days_long([a for a, _ in some], [b for _, b in some], day) for some in (known, past))
    assert told == pytest.approx(of_the_past)
