"""Routes of the own fleet: what is promised of every day, and what is told on days known by heart."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings

from doorstep.routing import Fetch, Load, Params, Pause, Plan, check, route, sheet
from doorstep.routing.timing import Day as Timing
from doorstep.routing.timing import Halt, can, halts_of, stop_halts
from doorstep.routing.values import Binding, Doing, Relaxation, Stop, Vehicle
from doorstep.routing.whys import relaxed
from tests.routing.shop import HOUR, LAKE, MILL, PARK, ROADS, SMALL, VAN, Day, days, order_of, stop


@settings(max_examples=25)
@given(days())
def test_every_stop_of_any_day_is_placed_or_told_and_the_checker_believes_it(day: Day) -> None:
    plan = route(*day)
    assert check(*day, plan) == []
    assert {visit.stop_id for one in plan.routes for visit in one.visits if visit.stop_id}.isdisjoint(
        left.stop_id for left in plan.unplaced
    )


@settings(max_examples=25)
@given(days())
def test_whatever_change_is_told_really_lets_the_stop_in(day: Day) -> None:
    stops, vehicles, _, _ = day
    plan = route(*day)
    for left in plan.unplaced:
        for change in (*([left.relaxation] if left.relaxation else []), *left.others):
            given_stop = next(one for one in stops if one.stop_id == left.stop_id)
            vehicle = next(one for one in vehicles if one.vehicle_id == change.vehicle_id)
            assert fits(day, plan, *relaxed(given_stop, vehicle, change), change), (left.stop_id, change)


def fits(day: Day, plan: Plan, eased: Stop, larger: Vehicle, change: Relaxation) -> bool:
    """Whether the stop goes into the vehicle's route, or into one more vehicle, once the change is made."""
    stops, _, distances, params = day
    timing = Timing.of([*(one for one in stops if one.stop_id != eased.stop_id), eased], distances, params.pause)
    there = None if change.another else plan.route_of(larger.vehicle_id)
    halts, new = (halts_of(there) if there else []), stop_halts(eased)
    backs: list[Halt] = [(Doing.RELOAD, "", place) for place in larger.reload_places]
    if any(can(timing, larger, trips) for back in backs for trips in ([*halts, back, *new], [*new, back, *halts])):
        return True
    return any(
        can(timing, larger, [*halts[:first], *new[:-1], *halts[first:second], new[-1], *halts[second:]])
        for first in range(len(halts) + 1)
        for second in range(first, len(halts) + 1)
    )


def test_the_same_day_is_routed_the_same_way_twice_and_its_rounds_give_it_again() -> None:
    stops = [stop(f"s{number}", 1 + number % 3, 90_000 + number) for number in range(9)]
    ticks = count()
    first = route(stops, [VAN, replace(VAN, vehicle_id="van 2")], ROADS, Params(500), enough=lambda: next(ticks) > 30)
    again = route(stops, [VAN, replace(VAN, vehicle_id="van 2")], ROADS, Params(first.work_used))
    assert first == again
    assert 0 < first.work_used < 500


def test_what_is_too_heavy_says_how_many_kilograms_are_wanting() -> None:
    plan = route([stop("big", weight_g=1_030_000)], [VAN], ROADS, SMALL)
    assert plan.unplaced[0].binding is Binding.CAPACITY
    assert plan.unplaced[0].says == "big needs 130 kg more, with van."


def test_a_door_that_closes_too_early_says_how_many_minutes_are_wanting() -> None:
    drive = int(ROADS.seconds[0, LAKE])
    early = stop("early", closes_seconds=8 * HOUR + drive - 20 * 60)
    plan = route([early], [VAN], ROADS, SMALL)
    assert plan.unplaced[0].says == "early fits if it closes 20 min later, with van."
    assert route([replace(early, closes_seconds=8 * HOUR + drive)], [VAN], ROADS, SMALL).unplaced == ()


@pytest.mark.parametrize(
    ("wanted", "binding"),
    [
        (stop("one", skills=frozenset({"tail-lift"})), Binding.SKILL),
        (stop("one", release_seconds=15 * HOUR + 3_000), Binding.SHIFT),
        (stop("one", release_seconds=9 * HOUR, closes_seconds=9 * HOUR), Binding.WINDOW),
        (stop("one", opens_seconds=17 * HOUR), Binding.WINDOW),
    ],
)
def test_what_stands_in_the_way_is_told_by_its_name(wanted: Stop, binding: Binding) -> None:
    plan = route([wanted], [VAN], ROADS, SMALL)
    assert plan.unplaced[0].binding is binding


def test_where_no_way_leads_nothing_is_promised() -> None:
    roads = replace(ROADS, seconds=ROADS.seconds.copy(), metres=ROADS.metres.copy())
    roads.seconds[0, PARK] = roads.metres[0, PARK] = 1_000_000_000
    roads.seconds[PARK, 0] = roads.metres[PARK, 0] = 1_000_000_000
    plan = route([stop("island", PARK)], [VAN], roads, SMALL)
    assert [left.binding for left in plan.unplaced] == [Binding.UNREACHABLE]


def test_a_van_that_may_reload_brings_in_two_trips_what_it_cannot_carry_at_once() -> None:
    heavy = [stop("one", LAKE, 600_000), stop("two", MILL, 600_000)]
    assert len(route(heavy, [VAN], ROADS, SMALL).unplaced) == 1
    van = replace(VAN, reload_places=(0,), most_reloads=1)
    plan = route(heavy, [van], ROADS, SMALL)
    assert (plan.unplaced, order_of(plan)[1]) == ((), "")


def test_goods_fetched_elsewhere_are_fetched_before_they_are_brought() -> None:
    plan = route([stop("gift", PARK, fetch=Fetch(MILL))], [VAN], ROADS, SMALL)
    assert [visit.doing.value for one in plan.routes for visit in one.visits] == ["fetch", "stop"]


def test_work_stops_in_the_pause_and_goes_on_after_it() -> None:
    noon = Params(60, pause=Pause(12 * HOUR, 1_800))
    plan = route([stop("late", opens_seconds=12 * HOUR - 300, closes_seconds=12 * HOUR - 300)], [VAN], ROADS, noon)
    visit = plan.routes[0].visits[0]
    assert (visit.begins_seconds, visit.leaves_seconds) == (12 * HOUR - 300, 12 * HOUR + 1_800 + 300)


def test_fewest_vehicles_takes_one_where_two_would_be_cheaper() -> None:
    stops = [stop("east", LAKE), stop("west", MILL)]
    free = [replace(VAN, vehicle_id=name, fixed_minor=0, per_hour_minor=0) for name in ("one", "two")]
    assert len(route(stops, free, ROADS, Params(60, fewest_vehicles=True)).routes) == 1


def test_a_stop_of_higher_priority_takes_the_last_place() -> None:
    stops = [stop("plain", weight_g=600_000), stop("urgent", weight_g=600_000, priority=9)]
    assert order_of(route(stops, [VAN], ROADS, SMALL)) == ["urgent"]


def test_the_checker_finds_a_plan_that_lies() -> None:
    day: Day = ((stop("one"), stop("two", MILL)), (VAN,), ROADS, SMALL)
    plan = route(*day)
    one = plan.routes[0]
    first = one.visits[0]
    for lie in (
        replace(plan, cost_minor=plan.cost_minor + 1),
        replace(plan, routes=(replace(one, visits=one.visits[:1]),)),
        replace(plan, routes=(replace(one, visits=(replace(first, arrives_seconds=0), *one.visits[1:])),)),
        replace(plan, routes=(replace(one, ends_seconds=17 * HOUR),)),
        replace(plan, routes=(replace(one, distance_m=1),)),
        replace(plan, routes=(one, one)),
    ):
        assert check(*day, lie)
    assert check(day[0], (replace(VAN, capacity=Load(100_000, 9_000_000, 3)),), ROADS, SMALL, plan)


def test_the_route_sheet_says_what_to_unload_and_what_is_left_over() -> None:
    stops = [stop("lake <1>"), stop("big", weight_g=1_030_000)]
    page = sheet(route(stops, [VAN], ROADS, SMALL), stops, [VAN], SMALL, {"lake <1>": "Lake & Sons"}, "2026-03-02")
    for words in ("<h1>van 2026-03-02</h1>", "lake &lt;1&gt;", "Lake &amp; Sons", "unload 100 kg", "needs 230 kg more"):
        assert words in page


def test_nonsense_is_refused_by_name() -> None:
    for wrong, says in (
        ([stop("one"), stop("one")], "same stop_id"),
        ([stop("one", place=9)], "stop one is at place 9"),
        ([stop("one", weight_g=-1)], "load below zero"),
    ):
        with pytest.raises(ValueError, match=says):
            route(wrong, [VAN], ROADS, SMALL)
