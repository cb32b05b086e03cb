"""A plan that is being driven, mended: what is driven stays, what is aboard stays with its vehicle, few routes change.

Only the routes nearest to the change are looked at again; they are mended as a small day of their own, in which a
vehicle under way begins where it is, and brings goods that lie at the depot only after it has been there again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from doorstep.routing.distances import Distances
from doorstep.routing.search import Enough
from doorstep.routing.solve import route
from doorstep.routing.timing import Day, can, halts_of, torn, way_of
from doorstep.routing.values import (
    NOTHING,
    UNREACHABLE,
    Doing,
    Load,
    Params,
    Plan,
    Route,
    Stop,
    Vehicle,
    Visit,
    cost_of,
)

NEAR_ROUTES = 8
NEAR_STOPS = 150  # short routes need more of them to make room for one stop more
AT_THE_DEPOT = "goods still at the depot"


@dataclass(frozen=True, slots=True)
class _Way:
    """A vehicle at the moment of the change: as it is from now on, what it did, what it must bring, what is ahead."""

    vehicle: Vehicle
    done: tuple[Visit, ...]
    bound: frozenset[str]
    ahead: tuple[Visit, ...]


def replan(
    stops: Sequence[Stop],
    vehicles: Sequence[Vehicle],
    distances: Distances,
    params: Params,
    incumbent: Plan,
    driven: Mapping[str, int] | None = None,
    now_seconds: int = 0,
    enough: Enough | None = None,
) -> Plan:
    """The incumbent for the stops as they are now: some gone, some new, some changed.

    `stops` are all of today's, driven ones included, without those that fell away. `driven` says how many halts of
    each vehicle's route are done or under way; those stay as they are. A vehicle that is not named there has not left.
    ValueError where a driven halt is of a stop that is not among `stops`.
    """
    day = Day.of(stops, distances, params.pause)
    fleet = {vehicle.vehicle_id: vehicle for vehicle in vehicles}
    routes = {one.vehicle_id: one for one in incumbent.routes if one.vehicle_id in fleet}
    counts = {name: (driven or {}).get(name, 0) for name in routes}
    for name, one in routes.items():
        gone = [v.stop_id for v in one.visits[: counts[name]] if v.stop_id and v.stop_id not in day.stops]
        if gone:
            raise ValueError(f"{name} has already been to {gone[0]}, which is not among the stops")
    near = _near(day, fleet, routes, counts)
    ways = {name: _way(day, fleet[name], routes.get(name), counts.get(name, 0), now_seconds) for name in near}
    placed = {visit.stop_id for one in routes.values() for visit in one.visits}
    loose = [stop.stop_id for stop in day.stops.values() if stop.stop_id not in placed]
    small, fleet_now = _small_day(day, ways, loose)
    begun = Plan(tuple(replace(routes[name], visits=way.ahead) for name, way in ways.items() if way.ahead), (), 0, 0)
    mended = route(small, fleet_now, distances, params, begun, enough)
    apart = {one.vehicle_id for one in mended.routes if _unloads_late(day, ways[one.vehicle_id], one)}
    if apart:
        fleet_now = [replace(one, most_reloads=0) if one.vehicle_id in apart else one for one in fleet_now]
        mended = route(small, fleet_now, distances, params, begun, enough)
    found = {name: one for name, one in routes.items() if name not in ways}
    for name, way in ways.items():
        whole = _joined(day, fleet[name], routes.get(name), way, mended.route_of(name))
        if whole is not None:
            found[name] = whole
    ordered = tuple(found[vehicle.vehicle_id] for vehicle in vehicles if vehicle.vehicle_id in found)
    return Plan(ordered, mended.unplaced, sum(one.cost_minor for one in ordered), mended.work_used)


def _unloads_late(day: Day, way: _Way, rest: Route) -> bool:
    """Whether goods that were fetched elsewhere would be unloaded only after the depot."""
    whole = [(visit.doing, visit.stop_id, visit.place) for visit in way.done + rest.visits]
    return bool(torn(whole))


def driven_by(plan: Plan, now_seconds: int) -> dict[str, int]:
    """How many halts of each route are done, or driven to, if all went as planned until now."""
    return {
        one.vehicle_id: sum(
            left <= now_seconds for left in (one.leaves_seconds, *(visit.leaves_seconds for visit in one.visits[:-1]))
        )
        for one in plan.routes
    }


def _near(day: Day, fleet: Mapping[str, Vehicle], routes: Mapping[str, Route], counts: Mapping[str, int]) -> list[str]:
    """The vehicles to look at again: whose route changed, the nearest to what is new or gone, an idle one a kind."""
    placed = {visit.stop_id for one in routes.values() for visit in one.visits}
    centres = [stop.place for stop in day.stops.values() if stop.stop_id not in placed]
    changed = set()
    for name, one in routes.items():
        gone = [visit.place for visit in one.visits if visit.stop_id and visit.stop_id not in day.stops]
        if gone or not (counts[name] or can(day, fleet[name], halts_of(one))):
            changed.add(name)
            centres += gone
    far = {
        name: min(
            (day.seconds[visit.place][centre] for centre in centres for visit in one.visits if visit.stop_id),
            default=UNREACHABLE,
        )
        for name, one in routes.items()
    }
    nearest = sorted(far, key=lambda name: (name not in changed, far[name], name))
    stops = list(accumulate(len(routes[name].visits) for name in nearest))
    enough = sum(so_far < NEAR_STOPS for so_far in stops)
    chosen = set(nearest[: max(NEAR_ROUTES, len(changed), enough)])
    idle: dict[Vehicle, str] = {}
    for name, vehicle in fleet.items():
        if name not in routes:
            idle.setdefault(replace(vehicle, vehicle_id=""), name)
    return [name for name in fleet if name in chosen or name in idle.values()]


def _way(day: Day, vehicle: Vehicle, one: Route | None, count: int, now_seconds: int) -> _Way:
    ahead = () if one is None else tuple(v for v in one.visits[count:] if not v.stop_id or v.stop_id in day.stops)
    if one is None or not count:
        ready = max(vehicle.begins_seconds, min(now_seconds, vehicle.ends_seconds))
        return _Way(replace(vehicle, begins_seconds=ready), (), frozenset(), ahead)
    done = one.visits[:count]
    aboard, bound = _aboard(day, vehicle, one, count)
    ready = min(max(done[-1].leaves_seconds, now_seconds), vehicle.ends_seconds)
    # It does not load again where it stands: its day begins so much earlier instead.
    begins = day.clock(max(day.opening(ready) - vehicle.loading_seconds, 0))
    spent = day.working(begins) - day.working(one.begins_seconds)
    now = replace(
        vehicle,
        start_place=done[-1].place,
        begins_seconds=begins,
        begins_by_seconds=begins,
        shift_seconds=max(vehicle.shift_seconds - spent, 0),
        most_distance_m=max(vehicle.most_distance_m - _driven_m(day, vehicle, done), 0),
        most_reloads=vehicle.most_reloads - sum(visit.doing is Doing.RELOAD for visit in done),
        aboard=aboard,
        fixed_minor=0,
    )
    return _Way(now, done, bound, ahead)


def _driven_m(day: Day, vehicle: Vehicle, done: Sequence[Visit]) -> int:
    return way_of(day, replace(vehicle, end_place=done[-1].place), [(v.doing, v.stop_id, v.place) for v in done])


def _aboard(day: Day, vehicle: Vehicle, one: Route, count: int) -> tuple[Load, frozenset[str]]:
    """What was collected on the trip under way, and whose goods are still to be unloaded on it."""
    begin = max((n + 1 for n, visit in enumerate(one.visits[:count]) if visit.doing is Doing.RELOAD), default=0)
    collected, bound = (vehicle.aboard if not begin else NOTHING), set()
    for number, visit in enumerate(one.visits[begin:], begin):
        if visit.doing is Doing.RELOAD:
            break
        stop = day.stops.get(visit.stop_id)
        if stop is None:
            continue
        if number < count:
            bound.discard(visit.stop_id)
            collected += stop.collect if visit.doing is Doing.STOP else NOTHING
        if (number < count) == (visit.doing is Doing.FETCH) and (visit.doing is Doing.FETCH or not stop.fetch):
            bound.add(visit.stop_id)
    return collected, frozenset(stop_id for stop_id in bound if day.stops[stop_id].deliver != NOTHING)


def _small_day(day: Day, ways: Mapping[str, _Way], loose: Sequence[str]) -> tuple[list[Stop], list[Vehicle]]:
    """What is still to be done, by the vehicles that are looked at, as a day of its own.

    A vehicle under way has no goods for what lies at the depot: it is barred from that, or, where it may reload, kept
    from it on this trip by a release just after its begin.
    """
    out = [way for way in ways.values() if way.done]
    returning = [way.vehicle.begins_seconds for way in out if _returns(way.vehicle)]
    bound_to = {stop_id: name for name, way in ways.items() for stop_id in way.bound}
    wanted = {*loose, *(visit.stop_id for way in ways.values() for visit in way.ahead if visit.stop_id)}
    small = []
    for stop in day.stops.values():
        if stop.stop_id not in wanted:
            continue
        if stop.stop_id in bound_to:
            mark = f"goods aboard {bound_to[stop.stop_id]}"
            stop = replace(stop, fetch=None, release_seconds=0, skills=stop.skills | {mark}, priority=100)
        elif out and not stop.fetch and stop.deliver != NOTHING:
            release = max(stop.release_seconds, *(moment + 1 for moment in returning)) if returning else 0
            stop = replace(
                stop, skills=stop.skills | {AT_THE_DEPOT}, release_seconds=max(release, stop.release_seconds)
            )
        small.append(stop)
    fleet = []
    for name, way in ways.items():
        marks = {f"goods aboard {name}"} if way.bound else set()
        if out and (not way.done or _returns(way.vehicle)):
            marks.add(AT_THE_DEPOT)
        fleet.append(replace(way.vehicle, skills=way.vehicle.skills | marks))
    return small, fleet


def _returns(vehicle: Vehicle) -> bool:
    return bool(vehicle.reload_places) and vehicle.most_reloads > 0


def _joined(day: Day, vehicle: Vehicle, old: Route | None, way: _Way, rest: Route | None) -> Route | None:
    """What was driven as it was, and what comes after it; None for a vehicle that stays where it is."""
    if old is None or not way.done:
        return rest
    last = way.done[-1]
    if rest is None:
        home_m, home = (table[last.place][vehicle.end_place] for table in (day.metres, day.seconds))
        ends = day.clock(day.working(last.leaves_seconds) + home)
        visits: tuple[Visit, ...] = way.done
    else:
        home_m, ends, visits = rest.distance_m, rest.ends_seconds, way.done + rest.visits
    distance_m = _driven_m(day, vehicle, way.done) + home_m
    working = day.working(ends) - day.working(old.begins_seconds)
    cost_minor = cost_of(vehicle, distance_m, working)
    return Route(
        vehicle.vehicle_id, visits, old.begins_seconds, old.leaves_seconds, ends, distance_m, working, cost_minor
    )
