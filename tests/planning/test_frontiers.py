"""The frontier: least cost against service, held against every combination of ways where these are few."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from doorstep.planning.courses import desk_of, open_served, quoted_served
from doorstep.planning.frontier import Course, Curve, Served, frontier_of_one
from doorstep.planning.plan import plan
from doorstep.planning.quote import quote
from doorstep.planning.values import PlanQuestion
from doorstep.promising.mass import Mass
from doorstep.terms.calendar import Window
from tests.planning.corner_shop import (
    DECIDERS,
    MUG,
    NOW,
    POST,
    SWIFT,
    demand,
    held_on_hand,
    open_order,
    question,
    shop,
    stock,
)

FRIDAY = date(2026, 3, 6)


def course(cost_minor: int, *ppm: int, name: str = "x") -> Course:
    """A way that arrives on Friday with the first share, on Saturday with the second, and so on."""
    start = FRIDAY.toordinal()
    return Course((("CS", name),), (FRIDAY,), cost_minor, Mass.rounded(dict(enumerate(ppm, start)), 1_000_000))


def served(*courses: Course, today: int = 0) -> Served:
    return Served("A", Window(None, FRIDAY, 900_000), None, courses, courses[today])


@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 50), st.integers(0, 10)), min_size=1, max_size=4), min_size=2, max_size=4
    )
)
def test_no_choice_of_ways_costs_less_than_the_curve_at_as_much_on_time(given: list[list[tuple[int, int]]]) -> None:
    orders = [served(*(course(cost, tenths * 100_000) for cost, tenths in ways)) for ways in given]
    curve = Curve(orders, 0)
    all_there_are = [
        (sum(ppm for _, ppm in picks) * 100_000, sum(cost for cost, _ in picks)) for picks in product(*given)
    ]
    for point in curve.thinned():
        there = [cost for ppm, cost in all_there_are if ppm // len(given) >= point.ppm]
        assert min(there) == point.cost_minor
    assert curve.surest().ppm == max(ppm for ppm, _ in all_there_are) // len(given)


def test_a_point_more_and_a_day_sooner_have_their_price() -> None:
    slow, fast = course(500, 900_000, 80_000, name="slow"), course(900, 985_000, 10_000, name="fast")
    told = frontier_of_one(served(slow, fast))
    assert told.surer.point is not None
    assert (told.surer.point.course, told.surer.point.cost_minor) == (fast, 900)
    assert (told.beaten_by, told.sooner.point) == (None, None)
    assert [(point.days, point.ppm, point.cost_minor) for point in told.points] == [
        (0, 900_000, 500),
        (0, 985_000, 900),
        (1, 980_000, 500),
        (1, 995_000, 900),
    ]


def test_a_dearer_way_that_is_no_surer_is_told_to_be_beaten() -> None:
    told = frontier_of_one(served(course(500, 900_000), course(700, 890_000), today=1))
    assert told.beaten_by is not None
    assert told.beaten_by.cost_minor == 500


def test_an_order_with_a_lot_that_does_not_last_cannot_come_later() -> None:
    lasting = served(course(500, 900_000))
    spoilt = Course((("CS", "x"),), (FRIDAY,), 400, lasting.today.arrival, FRIDAY - timedelta(days=1))
    assert lasting.kept_ppm(spoilt, 0) == 0
    assert lasting.kept_ppm(lasting.today, 0) == 900_000


def test_an_open_order_is_told_as_it_is_planned_and_what_sooner_would_cost() -> None:
    order = demand((MUG, 2))
    sites = (shop(*stock(MUG=10)),)
    asked = PlanQuestion(NOW, (open_order(order, 4, held_on_hand(order)),), sites, (POST, SWIFT))
    answer = plan(asked, DECIDERS)
    (found,) = open_served(asked, answer, DECIDERS, {})
    told = frontier_of_one(found)
    cheap = answer.orders[0].cost
    assert told.today.cost_minor == cheap.freight_minor + cheap.cartons_minor + cheap.handling_minor
    assert told.sooner.point is not None
    assert told.sooner.point.course is not None
    assert told.sooner.point.course.ways == (("CS", "SWIFT"),)
    assert told.sooner.point.cost_minor - told.today.cost_minor == (900 + 2 * 50) - (300 + 2 * 20)
    standing = {"A": [("CS", "SWIFT", told.sooner.point.course.leaves[0])]}
    (dearer,) = open_served(asked, answer, DECIDERS, standing)
    assert frontier_of_one(dearer).today.cost_minor == told.sooner.point.cost_minor


def test_an_order_as_if_asked_now_stands_where_its_quote_does() -> None:
    asked = question(demand((MUG, 2)), shop(*stock(MUG=10)))
    offer = quote(asked, DECIDERS).offers[0]
    found = quoted_served(asked, offer, desk_of(asked, DECIDERS))
    told = frontier_of_one(found)
    assert told.today.days == 0
    assert told.today.ppm >= offer.order.window.ppm
    assert told.beaten_by is None
