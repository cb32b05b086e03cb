"""Levels that are moved until they are kept, and what scores say: laws."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from doorstep.promising.columns import Codes, Reals
from doorstep.promising.kept import LEVELS, Kept
from doorstep.promising.scored import brier, first_at, matched, pinball, worth_waiting

ONE: Codes = np.zeros(1, np.int64)
NINE = LEVELS.index(0.9)


def after(outcomes: Reals, group: int = 0, floor: int = 100) -> Kept:
    """One promise at 0.9 after the other, `outcomes` their places in what the model said of them."""
    kept = Kept(pace=0.002, group_pace=0.004, floor=floor)
    for place in outcomes:
        asked = kept.asked(np.array([group]))[0, NINE]
        kept.learn(np.array([group]), np.array([NINE]), np.array([place <= asked]))
    return kept


def test_before_anything_is_known_what_is_asked_is_the_level() -> None:
    assert np.allclose(Kept().asked(ONE, (0.3, 0.5, 0.9, 0.99)), [[0.3, 0.5, 0.9, 0.99]], atol=0.001)


def test_a_model_that_is_too_sure_is_asked_for_more_until_its_promises_hold() -> None:
    chance = np.random.default_rng(2)
    # What the model takes for one in ten happens one time in four.
    scores = chance.normal(0.0, 1.9, 1_500)
    places = np.array([NormalDist().cdf(score) for score in scores])
    asked = after(places).asked(ONE)[0, NINE]
    assert abs((places <= asked).mean() - 0.9) < 0.03


def test_a_group_with_few_promises_leans_on_all() -> None:
    broken = np.ones(10)
    small, sure = after(broken, floor=100), after(broken, floor=1)
    assert sure.of_group[0, NINE] > 3 * small.of_group[0, NINE] > 0
    other = small.asked(np.array([1]))[0, NINE]
    assert 0.9 < other < small.asked(np.array([0]))[0, NINE]


def test_what_is_asked_rises_with_the_level_and_what_is_told_with_the_days() -> None:
    kept = after(np.ones(400))
    levels = np.linspace(0.05, 0.99, 60)
    assert (np.diff(kept.asked(ONE, tuple(levels))[0]) >= 0).all()
    gone = np.linspace(0.0, 0.999, 40)[None, :]
    told = kept.calibrated(ONE, gone)
    assert (np.diff(told[0]) >= 0).all()
    assert told[0, 35] < gone[0, 35]


def test_waiting_while_it_is_worth_it_promises_sooner_than_one_level_for_all_at_the_same_share() -> None:
    days = np.arange(90.0)
    # Most of a is there on day 5 and the rest comes slowly; b comes within ten days and is never later.
    a, b = np.interp(days, [4, 5, 85], [0.0, 0.8, 1.0]), np.interp(days, [20, 30], [0.0, 1.0])
    chance = np.random.default_rng(7)
    places = chance.random(2_000)
    first = np.arange(2_000) % 2 == 0
    gone = np.where(first[:, None], a, b)
    took = np.where(first, np.interp(places, a, days), np.interp(places, b[20:31], days[20:31]))
    level = matched(lambda number: first_at(gone, np.array([number])), took, 0.88, 0.3, 0.9999)
    waits = matched(lambda number: worth_waiting(gone, number), took, 0.88, 1.0, 2_000.0)
    assert (took <= waits).mean() >= 0.88
    assert waits.mean() < level.mean() - 3


def test_the_scores_are_least_for_what_is_true() -> None:
    took = np.random.default_rng(5).normal(10.0, 3.0, 4_000)
    best = float(np.quantile(took, 0.9))
    losses = [pinball(np.full(4_000, best + by), took, 0.9) for by in (-2.0, 0.0, 2.0)]
    assert losses[1] == min(losses)
    kept = took <= best
    assert brier(np.full(4_000, 0.9), kept) < brier(np.full(4_000, 0.7), kept)
