"""What the books show is there as surely as counts, moves and what was found let believe."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doorstep.promising.accuracy import (
    HALF_LIFE_WEEKS,
    LEANS_ON,
    Looks,
    Shelf,
    at_all_sites,
    bin_of,
    doubt_ppm,
    looks,
    on_grid,
    times_ppm,
)
from doorstep.promising.mass import WHOLE
from doorstep.promising.priors import MOST_DOUBT_PPM

COUNTED = bin_of(20, days=0, moves=0, short_picks=0)
SHELVES = st.builds(Shelf, st.integers(1, 500), st.integers(0, WHOLE))


def test_the_last_unit_is_doubted_more_than_one_with_many_beside_it() -> None:
    doubts = [doubt_ppm(COUNTED, slack) for slack in (0, 1, 4, 19)]
    assert doubts == sorted(doubts, reverse=True)
    # Half a per mille that anything is missing; that all is gone in one case of ten.
    assert (doubts[0], doubts[-1]) == (500, 50)


def test_what_is_left_over_in_other_bins_makes_up_for_all_of_one() -> None:
    assert doubt_ppm(COUNTED, 20) == 0


def test_stock_is_believed_less_the_longer_it_was_not_counted() -> None:
    fresh, old, disputed = (doubt_ppm(bin_of(20, *since), 0) for since in ((0, 0, 0), (90, 40, 0), (90, 40, 2)))
    assert 0 < fresh < old < disputed
    assert doubt_ppm(bin_of(20, 10**6, 10**6, 10**6), 0) == MOST_DOUBT_PPM


def test_a_bin_counted_on_a_clock_that_was_ahead_is_as_one_counted_today() -> None:
    assert bin_of(20, -1, 0, 0) == COUNTED


def test_a_site_nobody_looked_at_is_as_right_as_was_stated() -> None:
    assert times_ppm(Looks(), Looks()) == WHOLE


def test_a_site_is_as_wrong_as_its_looks_and_those_of_all_sites_say() -> None:
    wrong = Looks(expected_ppm=LEANS_ON * WHOLE, short_ppm=5 * LEANS_ON * WHOLE)
    # Expected as often as it leans on: half way from once to five times, and again half way for the site itself.
    assert times_ppm(Looks(), wrong) == 3 * WHOLE
    assert times_ppm(wrong, wrong) == 4 * WHOLE
    right = Looks(expected_ppm=LEANS_ON * WHOLE)
    assert times_ppm(right, right) == WHOLE // 4


def test_an_old_look_counts_half() -> None:
    assert looks([(0, 400, 1)]) == Looks(400, WHOLE)
    assert looks([(HALF_LIFE_WEEKS, 400, 1)]) == Looks(200, WHOLE // 2)
    assert looks([(HALF_LIFE_WEEKS // 2, 400, 1)]) == Looks(300, WHOLE * 3 // 4)
    assert looks([]) == at_all_sites([]) == Looks()


@given(st.integers(WHOLE // 2, WHOLE))
def test_on_the_grid_nothing_is_surer_and_no_doubt_grows_much(there: int) -> None:
    told = on_grid(there)
    assert told <= there
    assert WHOLE - told <= max(5 * (WHOLE - there) // 2, 100)
    assert on_grid(told) == told


@given(st.integers(0, WHOLE // 2 - 1))
def test_what_is_less_likely_than_not_stays_as_it_is(there: int) -> None:
    assert on_grid(there) == there


@given(SHELVES, st.integers(0, 500), st.integers(0, 1000 * WHOLE))
def test_stock_is_never_doubted_by_more_than_half(shelf: Shelf, slack: int, times: int) -> None:
    assert 0 <= doubt_ppm(shelf.as_found(times), slack) <= MOST_DOUBT_PPM
