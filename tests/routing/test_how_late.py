"""A route is cut in two to tell how late it is with a stop more or less; the whole way by the clock says the same."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from doorstep.routing import Pause, Plan, check, replan, route
from doorstep.routing.slack import Slack
from doorstep.routing.timing import Day as Times
from doorstep.routing.timing import halts_of, moments_of
from doorstep.routing.values import Stop
from tests.routing.shop import HOUR, LAKE, MILL, PARK, ROADS, SMALL, VAN, Day, days, order_of, stop


@settings(max_examples=60)
@given(days())
def test_parts_of_a_route_say_what_the_whole_way_says(day: Day) -> None:
    stops, vehicles, distances, params = day
    stops = tuple(replace(one, fetch=None, release_seconds=0) for one in stops)
    fleet = {vehicle.vehicle_id: vehicle for vehicle in vehicles}
    times = Times.of(stops, distances, params.pause)
    for one in route(stops, vehicles, distances, params).routes:
        halts, vehicle = halts_of(one), fleet[one.vehicle_id]
        slack = Slack.of(times, vehicle, halts)
        assert slack.beyond() == 0
        for number, halt in enumerate(halts):
            less = [*halts[:number], *halts[number + 1 :]]
            if halt[1]:
                assert (slack.beyond_without(number) == 0) == (moments_of(times, vehicle, less) is not None)
            for other in stops:
                more = [*halts[:number], (halt[0], other.stop_id, other.place), *halts[number:]]
                if halt[1]:
                    late = slack.beyond_with(number, times.stop_span(other))
                    assert (late == 0) == (moments_of(times, vehicle, more) is not None)


def test_a_stop_that_is_tried_later_is_put_last_and_no_other_is_taken_out() -> None:
    """The one that opens in the afternoon would make all others late where it stands: it goes, and comes in again."""
    stops = [stop(f"s{number}", (LAKE, PARK, MILL)[number % 3], closes_seconds=12 * HOUR) for number in range(6)]
    plan = route(stops, [VAN], ROADS, SMALL)
    first, *others = order_of(plan)
    later = [replace(s, opens_seconds=14 * HOUR, closes_seconds=15 * HOUR) if s.stop_id == first else s for s in stops]
    params = replace(SMALL, work_budget=0, pause=Pause(12 * HOUR, 1_800))
    mended = replan(later, [VAN], ROADS, params, plan)
    assert order_of(mended) == [*others, first]
    assert check(later, [VAN], ROADS, params, mended) == []


def test_what_was_driven_is_not_asked_whether_it_could_be() -> None:
    stops: list[Stop] = [stop("one", LAKE), stop("two", MILL)]
    plan = route(stops, [VAN], ROADS, SMALL)
    (one,) = plan.routes
    seen = one.visits[0]
    sooner = replace(seen, arrives_seconds=seen.arrives_seconds - 300, begins_seconds=seen.begins_seconds - 300)
    fast = Plan((replace(one, visits=(sooner, one.visits[1])),), (), plan.cost_minor, 0)
    assert check(stops, [VAN], ROADS, SMALL, fast) != []
    assert check(stops, [VAN], ROADS, SMALL, fast, {"van": 1}) == []
    hasty = replace(one.visits[1], begins_seconds=one.visits[1].arrives_seconds - 60)
    wrong = Plan((replace(one, visits=(sooner, hasty)),), (), plan.cost_minor, 0)
    assert check(stops, [VAN], ROADS, SMALL, wrong, {"van": 1}) != []
