"""The figures of the chart, each against a second reckoning: quantiles, shares, colours, queues, opening hours."""

from __future__ import annotations

from datetime import UTC, datetime, time
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.chart.columns import counted, doings_of
from doorstep.chart.hours import OpenHours
from doorstep.chart.judge import FEWEST, colours, discoveries, tail
from doorstep.chart.measure import EVERYTHING, Look, Names, measure, spreads
from doorstep.chart.values import Chart, Colour
from doorstep.goals.rates import interval_ppm
from doorstep.terms.calendar import Calendar
from tests.chart.logs import NAMES, WHOLE_WAY, Told, columns_of, told

MONDAY = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
HOUR = 3_600


def chart(*facts: Told, look: Look = EVERYTHING, names: Names = NAMES, sites: Any = None) -> Chart:
    events, touched = columns_of(facts, sites)
    return measure(doings_of(events, touched), counted(events), names, interval_ppm, look)


def step(made: Chart, node_id: str) -> Any:
    return next(node for node in made.nodes if node.node_id == node_id)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 50)), min_size=1, max_size=60))
def test_quantiles_are_the_nearest_rank(cases: list[tuple[int, int]]) -> None:
    codes, seconds = (np.array(column, dtype=np.int64) for column in zip(*cases, strict=True))
    for code, found in enumerate(spreads(codes, seconds, 6)):
        ranked = sorted(of for group, of in cases if group == code)
        assert found.number == len(ranked)
        if ranked:
            half = next(x for x in ranked if 2 * sum(y <= x for y in ranked) >= len(ranked))
            most = next(x for x in ranked if 10 * sum(y <= x for y in ranked) >= 9 * len(ranked))
            assert (found.p50_seconds, found.p90_seconds, found.total_seconds) == (half, most, sum(ranked))
            assert abs(found.mean_seconds - Fraction(sum(ranked), len(ranked))) <= Fraction(1, 2)


def test_nine_in_ten_of_ten_are_nine() -> None:
    (found,) = spreads(np.zeros(10, dtype=np.int64), np.arange(1, 11), 1)
    assert (found.p50_seconds, found.p90_seconds, found.mean_seconds) == (5, 9, 6)


def test_an_order_alone_is_told_step_by_step_and_accounted_for() -> None:
    made = chart(*WHOLE_WAY)
    pick = step(made, "pick")
    assert (pick.volume, pick.wait.total_seconds, pick.work.p50_seconds, pick.right_ppm) == (2, 800, 100, 1_000_000)
    assert step(made, "change").volume == 0
    ways = {(edge.before, edge.after): edge.count for edge in made.edges if edge.count}
    assert ways["release", "pick"] == 2
    assert ways["transit", "transit"] == 1
    assert sum(ways.values()) == len(WHOLE_WAY) - 1
    assert all(edge.designed for edge in made.edges)
    assert made.accounted.orders == 1
    assert made.accounted.total_seconds == 90_060 == made.accounted.waiting_seconds + made.accounted.working_seconds
    assert sum(one.waiting_seconds + one.working_seconds for one in made.departments) == 90_060
    assert [(one.before, one.after) for one in made.hand_offs if one.before == "packing"] == [("packing", "shipping")]


def test_a_way_nobody_designed_is_told_apart() -> None:
    hurried = [fact for fact in WHOLE_WAY if fact.what not in ("MilestoneReached:accepted", "HandedOver")]
    (stray,) = [edge for edge in chart(*hurried).edges if not edge.designed]
    assert (stray.before, stray.after, stray.count) == ("buy_label", "transit", 1)


def test_what_concerns_no_order_is_counted_and_nothing_more() -> None:
    made = chart(told("StockReceived", 10), told("StockReceived", 10), told("StockCounted", 20))
    assert [(node.node_id, node.volume) for node in made.nodes if node.volume] == [("count", 1), ("receive", 2)]
    assert (made.begins, made.accounted.orders, made.hand_offs) == (None, 0, ())


def test_a_look_at_a_time_counts_what_was_completed_then_whenever_it_began_to_wait() -> None:
    made = chart(*WHOLE_WAY, look=Look(since=2_000, until=9_001))
    assert [node.node_id for node in made.nodes if node.volume] == ["pack", "ask_label", "buy_label", "hand_over"]
    assert step(made, "pack").wait.total_seconds == 500
    assert made.accounted.orders == 0  # it ended later
    assert chart(*WHOLE_WAY, look=Look(since=90_000)).accounted.total_seconds == 90_060


def test_a_look_at_a_site_takes_the_order_s_own_steps_where_the_site_ships_all_of_it() -> None:
    there = told("ShipmentPlanned", 200, "o2", "f2"), told("ShipmentPlanned", 200, "o2", "f3")
    facts = [*WHOLE_WAY, told("OrderPlaced", 7, "o2"), *there]
    sites = {"f1": "CS", "f2": "CS", "f3": "DC"}
    at_cs = chart(*facts, look=Look(site=1), sites=sites)
    assert (step(at_cs, "promise").volume, step(at_cs, "plan").volume, at_cs.accounted.orders) == (1, 2, 1)
    at_dc = chart(*facts, look=Look(site=2), sites=sites)
    assert (step(at_dc, "promise").volume, step(at_dc, "plan").volume, at_dc.accounted.orders) == (0, 1, 0)
    whole = step(chart(*facts, sites=sites), "plan")
    assert [(one.site_id, one.volume, one.wait.total_seconds) for one in whole.sites] == [
        ("CS", 2, 253),
        ("DC", 1, 193),
    ]


def test_a_queue_that_neither_grew_nor_shrank_obeys_littles_law_and_a_growing_one_does_not() -> None:
    facts = [fact for number in range(50) for fact in _passing(number, at=number * 100, wait=300)]
    steady = next(one for one in chart(*facts, look=Look(1_000, 4_000)).departments if one.department == "planning")
    assert (steady.queue.waiting_thousandths, steady.queue.little_thousandths) == (3_000, 3_000)
    slower = [fact for number in range(50) for fact in _passing(number, at=number * 100, wait=300 * number)]
    growing = next(one for one in chart(*slower, look=Look(1_000, 4_000)).departments if one.department == "planning")
    assert growing.queue.waiting_thousandths < growing.queue.little_thousandths


def _passing(number: int, at: int, wait: int) -> list[Told]:
    return [told("OrderPlaced", at, f"o{number}"), told("ShipmentPlanned", at + wait, f"o{number}", f"f{number}")]


# -- opening hours ---------------------------------------------------------------------------------------------------

CHICAGO = Calendar("America/Chicago", closed=frozenset({datetime(2026, 3, 9, tzinfo=UTC).date()}))


@given(st.lists(st.tuples(st.integers(0, 20 * 86_400), st.integers(0, 9 * 86_400)), min_size=1, max_size=20))
@settings(max_examples=60)
def test_opening_hours_in_columns_are_those_of_the_calendar(pairs: list[tuple[int, int]]) -> None:
    """Over the Sunday on which Chicago's clocks go forward, and a closed Monday."""
    starts = MONDAY + np.array([start for start, _ in pairs], dtype=np.int64)
    ends = starts + np.array([length for _, length in pairs], dtype=np.int64)
    found = OpenHours(CHICAGO, int(starts.min()), int(ends.max())).between(starts, ends)
    for begins, until, seconds in zip(starts.tolist(), ends.tolist(), found.tolist(), strict=True):
        instants = (datetime.fromtimestamp(begins, UTC), datetime.fromtimestamp(until, UTC))
        assert seconds == CHICAGO.worked_seconds(*instants)


def test_a_night_between_two_working_days_is_not_held_against_the_floor() -> None:
    """Released at noon in Chicago and picked next morning: five open hours on Monday and one on Tuesday."""
    noon, morning = MONDAY + 18 * HOUR, MONDAY + 39 * HOUR
    facts = [
        told("OrderPlaced", noon - 60, "o1"),
        told("ShipmentPlanned", noon - 30, "o1", "f1"),
        told("WaveReleased", noon, "o1", "f1"),
        told("Picked", morning, "o1", "f1", "t1"),
    ]
    long_day = Calendar("America/Chicago", opens=time(11), closes=time(12, 30))
    for calendar, over in ((CHICAGO, 1), (long_day, 0)):
        names = Names(NAMES.sites, NAMES.departments, {1: calendar})
        pick = step(chart(*facts, names=names, sites={"f1": "CS"}), "pick")
        assert (pick.over.of, pick.over.over, pick.wait.p50_seconds) == (1, over, 21 * HOUR)


# -- colours ---------------------------------------------------------------------------------------------------------


def test_with_fewer_cases_than_the_fewest_no_colour_is_told() -> None:
    assert interval_ppm(0, FEWEST)[1] < 100_000 <= interval_ppm(0, FEWEST - 1)[1]
    assert colours([(FEWEST - 1, FEWEST - 1), (0, FEWEST - 1)], interval_ppm) == [Colour.GREY, Colour.GREY]


@pytest.mark.parametrize(
    ("over", "of", "colour"),
    [
        (0, 400, Colour.GREEN),
        (28, 400, Colour.GREEN),
        (40, 400, Colour.AMBER),
        (100, 400, Colour.AMBER),
        (115, 400, Colour.AMBER),
        (140, 400, Colour.RED),
        (400, 400, Colour.RED),
        (30, 60, Colour.RED),
    ],
)
def test_a_colour_is_told_where_chance_does_not_explain_it(over: int, of: int, colour: Colour) -> None:
    assert colours([(over, of)], interval_ppm) == [colour]


def test_among_many_steps_one_just_beyond_is_not_red_that_alone_would_be() -> None:
    """Of twenty steps one is beyond a quarter by as much as chance gives one in twenty."""
    beyond = (119, 400)
    assert colours([beyond], interval_ppm) == [Colour.RED]
    assert colours([beyond, *[(90, 400)] * 19], interval_ppm)[0] is Colour.AMBER


def test_discoveries_are_all_up_to_the_last_below_its_step() -> None:
    chances = [0.009, 0.035, 0.9, 0.024, 0.013]
    assert discoveries(chances, 0.05) == [True, True, False, True, True]
    assert discoveries([0.03, 0.04, 0.9], 0.05) == [False, False, False]
    assert discoveries([], 0.05) == []


@pytest.mark.parametrize("of", [1, 7, 40, 200])
@pytest.mark.parametrize("chance", [Fraction(1, 4), Fraction(9, 10)])
def test_the_tail_is_that_of_the_binomial_distribution(of: int, chance: Fraction) -> None:
    for least in range(of + 1):
        exact = sum(comb(of, n) * chance**n * (1 - chance) ** (of - n) for n in range(least, of + 1))
        assert tail(least, of, float(chance)) == pytest.approx(float(exact), rel=1e-9, abs=1e-12)
