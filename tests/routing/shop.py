"""Days of the own fleet for tests: one known by heart, and any day that hypothesis can think of."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from doorstep.routing import Distances, Fetch, Load, Params, Pause, Plan, Point, Stop, Vehicle, great_circle
from doorstep.routing.values import MOST_SECONDS

HOUR = 3600
YARD, LAKE, PARK, MILL = range(4)
POINTS = (Point(50.0, 8.0), Point(50.0, 8.1), Point(50.05, 8.1), Point(49.95, 7.95))
ROADS: Distances = great_circle(POINTS)
VAN = Vehicle(
    "van",
    Load(900_000, 9_000_000, 3),
    begins_seconds=8 * HOUR,
    ends_seconds=16 * HOUR,
    fixed_minor=5_000,
    per_km_minor=50,
    per_hour_minor=2_500,
)
SMALL = Params(work_budget=60)

Day = tuple[tuple[Stop, ...], tuple[Vehicle, ...], Distances, Params]


def stop(stop_id: str, place: int = LAKE, weight_g: int = 100_000, **told: object) -> Stop:
    return replace(Stop(stop_id, place, Load(weight_g), service_seconds=600), **told)  # type: ignore[arg-type]


def order_of(plan: Plan, vehicle_id: str = "van") -> list[str]:
    route = plan.route_of(vehicle_id)
    return [visit.stop_id for visit in route.visits] if route else []


_points = st.tuples(st.integers(0, 400), st.integers(0, 600)).map(lambda p: Point(50 + p[0] / 1e3, 8 + p[1] / 1e3))
_loads = st.builds(Load, st.integers(0, 900_000), st.integers(0, 800_000), st.integers(0, 1))
_hours = st.integers(6, 15).map(lambda hour: hour * HOUR)


@st.composite
def _stops(draw: st.DrawFn, number: int, places: int) -> Stop:
    opens = draw(st.one_of(st.just(0), _hours))
    closes = draw(st.one_of(st.just(MOST_SECONDS), st.integers(0, 5 * HOUR).map(lambda more: opens + more)))
    load, way = draw(_loads), draw(st.sampled_from(["deliver", "deliver", "collect", "fetch", "both"]))
    return Stop(
        f"s{number}",
        draw(st.integers(0, places - 1)),
        Load() if way == "collect" else load,
        draw(_loads) if way in ("collect", "both") else Load(),
        opens,
        closes,
        draw(st.sampled_from([0, 300, 1_200])),
        draw(st.one_of(st.just(0), _hours)),
        frozenset(draw(st.sampled_from([(), (), ("lift",), ("cold",)]))),
        Fetch(draw(st.integers(0, places - 1)), 0, 16 * HOUR, 300) if way == "fetch" else None,
        draw(st.integers(1, 2)),
    )


@st.composite
def _vehicles(draw: st.DrawFn, number: int) -> Vehicle:
    reloads = draw(st.integers(0, 2))
    return Vehicle(
        f"v{number}",
        draw(st.sampled_from([Load(1_000_000, 900_000, 2), Load(3_000_000, 3_000_000, 5)])),
        draw(st.integers(0, 1)),
        draw(st.integers(0, 1)),
        begins_seconds=draw(st.sampled_from([6 * HOUR, 7 * HOUR + 1_800])),
        ends_seconds=draw(st.sampled_from([13 * HOUR, 18 * HOUR])),
        shift_seconds=draw(st.sampled_from([MOST_SECONDS, 6 * HOUR])),
        most_distance_m=draw(st.sampled_from([100_000_000, 150_000])),
        loading_seconds=draw(st.sampled_from([0, 600])),
        reload_places=(0,) if reloads else (),
        most_reloads=reloads,
        skills=frozenset(draw(st.sampled_from([(), ("lift",), ("lift", "cold")]))),
        fixed_minor=draw(st.sampled_from([0, 5_000])),
        per_km_minor=draw(st.sampled_from([0, 50])),
        per_hour_minor=draw(st.sampled_from([0, 2_500])),
    )


@st.composite
def days(draw: st.DrawFn) -> Day:
    """Up to nine stops and three vehicles between two depots, with everything that a day may have."""
    points = draw(st.lists(_points, min_size=3, max_size=8))
    stops = tuple(draw(_stops(number, len(points))) for number in range(draw(st.integers(0, 9))))
    vehicles = tuple(draw(_vehicles(number)) for number in range(draw(st.integers(1, 3))))
    pause = draw(st.sampled_from([None, Pause(12 * HOUR, 1_800)]))
    params = Params(draw(st.sampled_from([0, 20, 60])), draw(st.integers(0, 9)), draw(st.booleans()), pause)
    return stops, vehicles, great_circle(points), params
