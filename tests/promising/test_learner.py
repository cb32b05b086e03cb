"""The learner of transit: coverage, shrinkage to what is published, days on which nothing came, and no look ahead."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from doorstep.promising.columns import Codes, Departures, Reals
from doorstep.promising.learner import Habits, Learner, Scale

HABITS = Habits(Scale.LOG, leans=(30.0, 30.0), standard=4.0, spread=0.4, settled=10.0, needs=100)
AGES: Reals = np.arange(0.0, 40.0)


def leaving(day: float, lanes: Codes) -> Departures:
    """Parcels of one day by lane; a lane is of the cluster of its parity."""
    n = len(lanes)
    return Departures(np.full(n, day), np.empty((n, 0)), np.stack([lanes % 2, lanes]), lanes % 2)


def shipped(days: int, per_day: int, slow_from: int = 10**6, seed: int = 3) -> tuple[Codes, Codes, Codes]:
    """(day left, lane, day come) of seeded parcels; lane 3 takes twice as long, and from `slow_from` all do."""
    chance = np.random.default_rng(seed)
    left = np.repeat(np.arange(1, days + 1), per_day)
    lane = chance.integers(0, 4, len(left))
    took = np.exp(chance.normal(np.log(4) + 0.7 * (lane == 3) + 0.7 * (left >= slow_from), 0.35))
    return left, lane, left + np.ceil(took).astype(np.int64)


def told(learner: Learner, parcels: tuple[Codes, Codes, Codes], until: int) -> Iterator[tuple[int, Codes]]:
    """Tell the learner one morning after the other; yields the day and its parcels before they are told of."""
    left, lane, come = parcels
    first_no = int(learner.now)
    for day in range(first_no, until):
        yield day + 1, np.flatnonzero(left == day + 1)
        new = np.flatnonzero(left == day + 1)
        here = np.flatnonzero((come == day + 1) & (left <= day + 1))
        learner.take(day + 1.0, leaving(day + 1.0, lane[new]), here, come[here].astype(np.float64))


def learner() -> Learner:
    return Learner(HABITS, lambda at: at, numbers=0, start=0.0)


def after(parcels: tuple[Codes, Codes, Codes], until: int) -> Learner:
    made = learner()
    for _ in told(made, parcels, until):
        pass
    return made


def test_with_no_history_it_says_what_is_published_that_it_is_a_prior_and_is_wide() -> None:
    fresh = learner()
    said = fresh.gone(leaving(0.0, np.array([2])), AGES)[0]
    assert fresh.prior_only
    assert fresh.arrived == 0
    assert 3 <= np.searchsorted(said, 0.5) <= 5
    seen = after(shipped(40, 30), 40).gone(leaving(40.0, np.array([0])), AGES)[0]
    width, learned = (np.searchsorted(each, 0.95) - np.searchsorted(each, 0.05) for each in (said, seen))
    assert width > 1.25 * learned


def test_a_lane_says_its_own_with_many_parcels_and_its_services_with_few() -> None:
    left, lane, come = shipped(70, 30)
    scarce = (lane != 3) | (np.arange(len(lane)) % 100 == 0)
    few = after((left[scarce], lane[scarce], come[scarce]), 70)
    many = after((left, lane, come), 70)
    medians = [np.searchsorted(each.gone(leaving(70.0, np.array([3, 1])), AGES)[0], 0.5) for each in (few, many)]
    other = np.searchsorted(many.gone(leaving(70.0, np.array([1])), AGES)[0], 0.5)
    assert medians[1] >= 8
    assert medians[0] - other <= (medians[1] - other) / 2


def test_what_it_says_is_kept_as_often_as_it_says() -> None:
    parcels = shipped(160, 15)
    _, lane, come = parcels
    made, at = learner(), []
    chance = np.random.default_rng(1)
    for day, which in told(made, parcels, 160):
        if day < 80:
            continue
        said = made.gone(leaving(float(day), lane[which]), AGES)
        took = come[which] - day
        below, here = said[np.arange(len(which)), took - 1], said[np.arange(len(which)), took]
        # Days are whole: where in its day a parcel came is drawn, so that what was said of it is uniform if true.
        at.append(below + (here - below) * chance.random(len(which)))
    uniform = np.concatenate(at)
    for level in (0.5, 0.8, 0.9, 0.95):
        # What is not known of the drift makes it somewhat wide, never narrow.
        assert -0.02 < (uniform <= level).mean() - level < 0.05, level


def test_parcels_that_do_not_come_slow_the_promise_before_any_of_them_is_late_in_coming() -> None:
    parcels = shipped(80, 40, slow_from=60)
    before, soon = (after(parcels, day) for day in (59, 67))
    said = [each.gone(leaving(each.now, np.array([0])), AGES)[0] for each in (before, soon)]
    slow = parcels[0] >= 60
    assert (parcels[2][slow] <= 67).sum() < 0.6 * (slow & (parcels[0] <= 67)).sum()
    assert np.searchsorted(said[1], 0.9) >= np.searchsorted(said[0], 0.9) + 2


def test_what_it_says_of_a_day_does_not_depend_on_what_came_later() -> None:
    calm, slow = (shipped(60, 20, slow_from=since) for since in (10**6, 40))
    asked = leaving(39.0, np.array([0, 1, 2, 3]))
    early, late = ([after(parcels, day).gone(asked, AGES) for parcels in (calm, slow)] for day in (35, 55))
    assert np.array_equal(early[0], early[1])
    assert not np.array_equal(late[0], late[1])


def test_told_the_same_it_says_the_same_to_the_bit() -> None:
    parcels = shipped(40, 20)
    asked = leaving(40.0, np.array([0, 1, 2, 3]))
    first, again = (after(parcels, 40).gone(asked, AGES) for _ in range(2))
    assert np.array_equal(first, again)


def test_it_is_never_told_of_the_future() -> None:
    made = after(shipped(10, 5), 10)
    nothing = np.empty(0, np.int64)
    with pytest.raises(ValueError, match="future"):
        made.take(11.0, leaving(12.0, np.array([0])), nothing, np.empty(0))
    with pytest.raises(ValueError, match="order of time"):
        made.take(9.0, leaving(9.0, np.array([0])), nothing, np.empty(0))
