"""A plan that is being driven: orders come, stops fall away, and what is driven stays driven."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.routing import Load, check, driven_by, replan, route
from doorstep.routing.values import Stop
from tests.routing.shop import HOUR, LAKE, MILL, PARK, ROADS, SMALL, VAN, Day, days, order_of, stop

TWO = (VAN, replace(VAN, vehicle_id="van 2"))


@settings(max_examples=25)
@given(days(), st.integers(7 * HOUR, 15 * HOUR), st.integers(0, 255))
def test_whenever_a_day_changes_what_was_driven_stays_and_the_checker_believes_the_rest(
    day: Day, now_seconds: int, fallen: int
) -> None:
    stops, vehicles, distances, params = day
    plan = route(*day)
    driven = driven_by(plan, now_seconds)
    done = {v.stop_id for one in plan.routes for v in one.visits[: driven[one.vehicle_id]]}
    now = [one for number, one in enumerate(stops) if one.stop_id in done or not fallen >> number & 1]
    now.append(Stop("new", 2, Load(50_000), service_seconds=300))
    mended = replan(now, vehicles, distances, params, plan, driven, now_seconds)
    assert check(now, vehicles, distances, params, mended) == []
    for one in plan.routes:
        count = driven[one.vehicle_id]
        after = mended.route_of(one.vehicle_id)
        assert not count or (after is not None and after.visits[:count] == one.visits[:count])


def test_an_order_that_comes_before_the_vans_leave_is_taken_along() -> None:
    stops = [stop("one", LAKE), stop("two", MILL)]
    plan = route(stops, TWO, ROADS, SMALL)
    mended = replan([*stops, stop("new", PARK)], TWO, ROADS, SMALL, plan)
    assert mended.unplaced == ()
    assert check([*stops, stop("new", PARK)], TWO, ROADS, SMALL, mended) == []


def test_a_van_under_way_has_no_goods_for_an_order_that_came_after_it_left() -> None:
    stops = [stop("one", LAKE), stop("two", MILL)]
    plan = route(stops, [VAN], ROADS, SMALL)
    now = plan.routes[0].leaves_seconds + 60
    mended = replan([*stops, stop("new", PARK)], [VAN], ROADS, SMALL, plan, driven_by(plan, now), now)
    assert [left.stop_id for left in mended.unplaced] == ["new"]
    assert "goods still at the depot" in mended.unplaced[0].says
    returning = replace(VAN, reload_places=(0,), most_reloads=1)
    mended = replan([*stops, stop("new", PARK)], [returning], ROADS, SMALL, plan, driven_by(plan, now), now)
    order = order_of(mended)
    assert mended.unplaced == ()
    assert order.index("") < order.index("new"), "it is back at the depot before it brings what lay there"


def test_a_stop_that_fails_is_left_out_and_the_van_is_back_earlier() -> None:
    stops = [stop("one", LAKE), stop("two", MILL)]
    plan = route(stops, [VAN], ROADS, SMALL)
    first, last = order_of(plan)
    now = plan.routes[0].leaves_seconds
    mended = replan([s for s in stops if s.stop_id == first], [VAN], ROADS, SMALL, plan, driven_by(plan, now), now)
    assert order_of(mended) == [first]
    assert mended.routes[0].ends_seconds < plan.routes[0].ends_seconds
    with pytest.raises(ValueError, match="has already been to"):
        replan([s for s in stops if s.stop_id == last], [VAN], ROADS, SMALL, plan, driven_by(plan, now), now)
