"""One van under way, mended: its first stop fails and is tried again, beside a search from scratch of what is left.

Seeded days of a parcel van: stops around a depot in 10 x 11 km, two minutes each, a part of them with hours, a pause at
noon. The mend has the rounds that the flow gives it, so its plan is the same on any machine; its seconds are not.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace

from doorstep.planning.fleet import ROUNDS_ANEW
from doorstep.routing import Distances, Load, Params, Pause, Plan, Point, Stop, Vehicle, great_circle, replan, route

HOUR = 3_600
PAUSE = Pause(12 * HOUR, HOUR // 2)
AGAIN_SECONDS = 90 * 60
DAYS = tuple(
    (stops, hours, seed) for stops in (60, 200) for hours, seed in ((0, 2), (10, 5), (20, 1), (20, 4), (30, 3))
)


@dataclass(frozen=True)
class Van:
    """A van at its first stop: the stops as they are now, the route as it was planned, and when it is."""

    name: str
    stops: tuple[Stop, ...]
    van: Vehicle
    distances: Distances
    planned: Plan
    now_seconds: int


def vans(wanted: list[str]) -> list[tuple[int, int, int]]:
    """The days to take: those of all names, or of these."""
    return [day for day in DAYS if not wanted or name_of(*day) in wanted]


def name_of(count: int, hours_percent: int, seed: int) -> str:
    return f"van-{count}-h{hours_percent}-s{seed}"


def under_way(count: int, hours_percent: int, seed: int) -> Van:
    """A day of so many stops, so many per cent of which have hours, planned and begun."""
    chance = random.Random(seed)
    around = [(chance.uniform(-0.05, 0.05), chance.uniform(-0.07, 0.07)) for _ in range(count)]
    distances = great_circle([Point(50.0, 8.0), *(Point(50 + north, 8 + east) for north, east in around)])
    stops = [_stop(chance, number, hours_percent) for number in range(1, count + 1)]
    van = Vehicle(
        "van",
        Load(3_000_000, 30_000_000, 10),
        begins_seconds=7 * HOUR,
        ends_seconds=22 * HOUR,
        loading_seconds=600,
        fixed_minor=2_000,
        per_km_minor=40,
        per_hour_minor=1_200,
    )
    plan = route(stops, [van], distances, Params(pause=PAUSE))
    first = plan.routes[0].visits[0]
    at = next(number for number, stop in enumerate(stops) if stop.stop_id == first.stop_id)
    soonest = first.leaves_seconds + AGAIN_SECONDS
    opens, closes = (max(stops[at].opens_seconds, soonest), max(stops[at].closes_seconds, soonest))
    tried = replace(stops[at], stop_id=f"{first.stop_id} tried", deliver=Load(), opens_seconds=0)
    again = replace(stops[at], opens_seconds=opens, closes_seconds=closes)
    begun = replace(plan.routes[0], visits=(replace(first, stop_id=tried.stop_id), *plan.routes[0].visits))
    now = (tried, *stops[:at], again, *stops[at + 1 :])
    name = name_of(count, hours_percent, seed)
    return Van(name, now, van, distances, Plan((begun,), (), 0, 0), first.leaves_seconds)


def _stop(chance: random.Random, number: int, hours_percent: int) -> Stop:
    load = Load(chance.randint(500, 8_000), chance.randint(1_000, 20_000))
    stop = Stop(f"s{number}", number, load, service_seconds=120)
    if chance.randrange(100) >= hours_percent:
        return stop
    opens = chance.choice((8, 9, 10, 12, 13)) * HOUR
    return replace(stop, opens_seconds=opens, closes_seconds=opens + chance.choice((2, 3, 4, 8)) * HOUR)


def mended(begun: Van) -> tuple[Plan, float]:
    """The rest planned anew as the flow does it, and the seconds of the processor."""
    begin = time.process_time()
    return _replan(begun, begun.planned, ROUNDS_ANEW), time.process_time() - begin


def from_scratch(begun: Van, seconds: int) -> Plan:
    """The same rest by a search that knows nothing of the plan, told as the mend is: driven and ahead together."""
    driven = begun.planned.routes[0].visits[0]
    begins = begun.now_seconds - begun.van.loading_seconds
    at_stop = replace(
        begun.van, start_place=driven.place, begins_seconds=begins, begins_by_seconds=begins, fixed_minor=0
    )
    ends = time.process_time() + seconds
    params = Params(1_000_000_000, pause=PAUSE)
    found = route(begun.stops[1:], [at_stop], begun.distances, params, enough=lambda: time.process_time() >= ends)
    visits = (driven, *found.routes[0].visits)
    return _replan(begun, Plan((replace(begun.planned.routes[0], visits=visits),), (), 0, 0), 0)


def _replan(begun: Van, incumbent: Plan, rounds: int) -> Plan:
    params = Params(rounds, pause=PAUSE)
    given = (begun.stops, [begun.van], begun.distances, params, incumbent)
    return replan(*given, {"van": 1}, begun.now_seconds)
