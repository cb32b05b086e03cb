"""An independent checker: can this plan be driven, and does it say what it does? It shares only values with the search.

It walks every route once by the clock, minute by minute with the pause as it stands on the clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from doorstep.routing.distances import Distances
from doorstep.routing.values import (
    MOST_DISTANCE_M,
    MOST_SECONDS,
    Doing,
    Params,
    Pause,
    Plan,
    Route,
    Stop,
    Vehicle,
    Visit,
)


def check(
    stops: Sequence[Stop],
    vehicles: Sequence[Vehicle],
    distances: Distances,
    params: Params,
    plan: Plan,
    driven: Mapping[str, int] | None = None,
) -> list[str]:
    """What is wrong with a plan, one sentence each; an empty list means nothing is.

    `driven` says how many halts of each vehicle's route are done or under way: their times are not a plan's any more,
    and nobody asks whether they can be kept.
    """
    known = {stop.stop_id: stop for stop in stops}
    fleet = {vehicle.vehicle_id: vehicle for vehicle in vehicles}
    wrong = list(_account(known, plan))
    if sum(route.cost_minor for route in plan.routes) != plan.cost_minor:
        wrong.append(f"the plan says it costs {plan.cost_minor}; its routes do not")
    for name, times in Counter(route.vehicle_id for route in plan.routes).items():
        if times > 1:
            wrong.append(f"{name} drives {times} routes at once")
    for route in plan.routes:
        if route.vehicle_id not in fleet:
            wrong.append(f"nobody gave a vehicle {route.vehicle_id}")
            continue
        if {visit.stop_id for visit in route.visits if visit.doing is not Doing.RELOAD} - known.keys():
            wrong.append(f"{route.vehicle_id} halts at stops nobody gave")
            continue
        vehicle, count = fleet[route.vehicle_id], (driven or {}).get(route.vehicle_id, 0)
        for rule in (
            _places(route, vehicle, known),
            _times(route, vehicle, known, distances, params.pause, count),
            _windows(route, vehicle, known, count),
            _loads(route, vehicle, known),
            _bounds(route, _bounded(route, vehicle, count), known, distances, params.pause),
        ):
            wrong += [f"{route.vehicle_id}: {sentence}" for sentence in rule]
    return wrong


def _account(known: dict[str, Stop], plan: Plan) -> Iterator[str]:
    """Every stop is done once, whole, by one vehicle; or it is told once that it is not."""
    left = Counter(one.stop_id for one in plan.unplaced)
    for stop_id in left.keys() - known.keys():
        yield f"{stop_id} is left out, but nobody gave it"
    done: dict[str, list[tuple[str, Doing]]] = {}
    for route in plan.routes:
        for visit in route.visits:
            done.setdefault(visit.stop_id, []).append((route.vehicle_id, visit.doing))
    for stop_id, stop in known.items():
        wanted = [Doing.FETCH, Doing.STOP] if stop.fetch else [Doing.STOP]
        found = done.get(stop_id, [])
        if left[stop_id] + bool(found) != 1:
            yield f"{stop_id} is in {len(found)} halts and left out {left[stop_id]} times"
        if found and ([doing for _, doing in found] != wanted or len({name for name, _ in found}) != 1):
            yield f"{stop_id} is not done whole and in order by one vehicle"


def _places(route: Route, vehicle: Vehicle, known: dict[str, Stop]) -> Iterator[str]:
    if not any(visit.doing is Doing.STOP for visit in route.visits):
        yield "goes out for nothing"
    for visit in route.visits:
        if visit.doing is Doing.RELOAD:
            if visit.place not in vehicle.reload_places:
                yield f"reloads at place {visit.place}, where it may not"
            continue
        stop = known[visit.stop_id]
        place = stop.fetch.place if visit.doing is Doing.FETCH and stop.fetch else stop.place
        if visit.place != place:
            yield f"{visit.stop_id} is at {place}, not at {visit.place}"
        if stop.skills - vehicle.skills:
            yield f"lacks {', '.join(sorted(stop.skills - vehicle.skills))} for {visit.stop_id}"


def _paused(pause: Pause | None, begin: int, end: int) -> int:
    """Seconds of the pause between two moments."""
    if pause is None:
        return 0
    return max(min(end, pause.begins_seconds + pause.seconds) - max(begin, pause.begins_seconds), 0)


def _work(visit: Visit, vehicle: Vehicle, known: dict[str, Stop]) -> int:
    if visit.doing is Doing.RELOAD:
        return vehicle.loading_seconds
    stop = known[visit.stop_id]
    return stop.fetch.service_seconds if visit.doing is Doing.FETCH and stop.fetch else stop.service_seconds


def _times(
    route: Route, vehicle: Vehicle, known: dict[str, Stop], distances: Distances, pause: Pause | None, driven: int
) -> Iterator[str]:
    """There is time for all loading, driving and work, with the pause taken in full."""
    loaded = route.leaves_seconds - route.begins_seconds - _paused(pause, route.begins_seconds, route.leaves_seconds)
    if loaded < vehicle.loading_seconds and not driven:
        yield f"has {loaded} s to load, and needs {vehicle.loading_seconds}"
    place, left = vehicle.start_place, route.leaves_seconds
    for last in route.visits[:driven][-1:]:
        place, left = last.place, last.leaves_seconds
    for visit in route.visits[driven:]:
        drive = int(distances.seconds[place, visit.place])
        had = visit.arrives_seconds - left - _paused(pause, left, visit.arrives_seconds)
        if had < drive:
            yield f"has {had} s to {visit.stop_id or 'its depot'}, and needs {drive}"
        if visit.begins_seconds < visit.arrives_seconds:
            yield f"begins at {visit.stop_id} before it is there"
        work = _work(visit, vehicle, known)
        had = visit.leaves_seconds - visit.begins_seconds - _paused(pause, visit.begins_seconds, visit.leaves_seconds)
        if had < work:
            yield f"has {had} s at {visit.stop_id}, and needs {work}"
        place, left = visit.place, visit.leaves_seconds
    drive = int(distances.seconds[place, vehicle.end_place])
    if route.ends_seconds - left - _paused(pause, left, route.ends_seconds) < drive:
        yield f"has {route.ends_seconds - left} s home, and needs {drive}"


def _windows(route: Route, vehicle: Vehicle, known: dict[str, Stop], driven: int) -> Iterator[str]:
    """Work begins within each window, and no trip begins to load before its goods are there."""
    if not (driven or vehicle.begins_seconds <= route.begins_seconds <= vehicle.begins_by_seconds):
        yield f"begins at {route.begins_seconds}"
    if route.ends_seconds > _bounded(route, vehicle, driven).ends_seconds:
        yield f"is out until {route.ends_seconds}"
    loading, loads = route.begins_seconds, "at first"
    for number, visit in enumerate(route.visits):
        if visit.doing is Doing.RELOAD:
            loading, loads = visit.begins_seconds, "again"
            if visit.begins_seconds > vehicle.ends_seconds:
                yield "reloads after its shift"
            continue
        stop = known[visit.stop_id]
        of = stop.fetch if visit.doing is Doing.FETCH and stop.fetch else stop
        if number < driven:
            continue
        if not of.opens_seconds <= visit.begins_seconds <= of.closes_seconds:
            yield f"is at {visit.stop_id} at {visit.begins_seconds}, not within {of.opens_seconds}-{of.closes_seconds}"
        fetched_at = visit.begins_seconds if visit.doing is Doing.FETCH else None
        ready = fetched_at if stop.fetch else loading
        if ready is not None and ready < stop.release_seconds:
            yield f"loads {loads} at {ready}; {visit.stop_id} is released at {stop.release_seconds}"


def _loads(route: Route, vehicle: Vehicle, known: dict[str, Stop]) -> Iterator[str]:
    """Nothing is ever beyond the capacity, in no part, and what is fetched is unloaded on the same trip."""
    trips: list[list[Visit]] = [[]]
    for visit in route.visits:
        if visit.doing is Doing.RELOAD:
            trips.append([])
        else:
            trips[-1].append(visit)
    if len(trips) - 1 > vehicle.most_reloads:
        yield f"reloads {len(trips) - 1} times, {vehicle.most_reloads} are allowed"
    for number, trip in enumerate(trips):
        fetched: set[str] = set()
        for part, room in enumerate(vehicle.capacity.parts):
            aboard = vehicle.aboard.parts[part] if number == 0 else 0
            aboard += sum(known[visit.stop_id].deliver.parts[part] for visit in trip if not known[visit.stop_id].fetch)
            most = aboard
            for visit in trip:
                stop = known[visit.stop_id]
                if visit.doing is Doing.FETCH:
                    fetched.add(visit.stop_id)
                    aboard += stop.deliver.parts[part]
                else:
                    aboard += stop.collect.parts[part] - stop.deliver.parts[part]
                most = max(most, aboard)
            if most > room:
                yield f"carries {most} of {('g', 'cm3', 'pallets')[part]}, {room} are allowed"
        unloaded = {visit.stop_id for visit in trip if visit.doing is Doing.STOP and known[visit.stop_id].fetch}
        if unloaded != fetched:
            yield f"fetches {sorted(fetched)} and unloads {sorted(unloaded)} on a trip"


def _bounded(route: Route, vehicle: Vehicle, driven: int) -> Vehicle:
    """The vehicle, without the bounds of its day where it only comes home any more: it has to."""
    if not driven or len(route.visits) > driven:
        return vehicle
    return replace(vehicle, shift_seconds=MOST_SECONDS, ends_seconds=MOST_SECONDS, most_distance_m=MOST_DISTANCE_M)


def _bounds(
    route: Route, vehicle: Vehicle, known: dict[str, Stop], distances: Distances, pause: Pause | None
) -> Iterator[str]:
    places = [vehicle.start_place, *(visit.place for visit in route.visits), vehicle.end_place]
    metres = sum(int(distances.metres[one, two]) for one, two in pairwise(places))
    working = route.ends_seconds - route.begins_seconds - _paused(pause, route.begins_seconds, route.ends_seconds)
    if metres != route.distance_m or metres > vehicle.most_distance_m:
        yield f"drives {metres} m, says {route.distance_m}, may {vehicle.most_distance_m}"
    if working != route.working_seconds or working > vehicle.shift_seconds:
        yield f"works {working} s, says {route.working_seconds}, may {vehicle.shift_seconds}"
    thousandths = metres * vehicle.per_km_minor * 3_600 + working * vehicle.per_hour_minor * 1_000
    cost = vehicle.fixed_minor + (2 * thousandths + 3_600_000) // 7_200_000
    if cost != route.cost_minor:
        yield f"costs {cost}, says {route.cost_minor}"
