"""The day as PyVRP has it, and back: what is asked of the search, and the halts it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import gcd
from typing import Any

import numpy as np
import pyvrp
from pyvrp import Activity, ActivityType

from doorstep.routing.distances import Distances
from doorstep.routing.timing import Day, Halt, stop_halts
from doorstep.routing.values import UNREACHABLE, Doing, Load, Stop, Vehicle

_DEAR = 1 << 44  # the most that leaving a stop out may count, so that sums stay far below 64 bits


@dataclass(frozen=True, slots=True)
class Model:
    """The problem, and whose numbers are whose: clients and shipments are stops, types are vehicles alike."""

    data: pyvrp.ProblemData
    clients: tuple[Stop, ...]
    shipments: tuple[Stop, ...]
    kinds: tuple[tuple[Vehicle, ...], ...]
    depots: Mapping[tuple[int, int], int]  # (place, loading seconds) -> number

    def with_fleet(self, counts: Sequence[int]) -> Model:
        """The same day with so many vehicles of each kind; kinds of which there are none are gone."""
        kept = [(kind[:count], number) for number, (kind, count) in enumerate(zip(self.kinds, counts, strict=True))]
        types = [self.data.vehicle_type(number).replace(num_available=len(kind)) for kind, number in kept if kind]
        kinds = tuple(kind for kind, _ in kept if kind)
        return replace(self, data=self.data.replace(vehicle_types=types), kinds=kinds)

    def taken(self, solution: pyvrp.Solution) -> pyvrp.Solution:
        """A solution of another model of the same stops and fleet as one of this."""
        routes = [pyvrp.Route(self.data, [*list(one)[1:-1]], one.vehicle_type()) for one in solution.routes()]
        return pyvrp.Solution(self.data, routes)


def model_of(
    stops: Sequence[Stop],
    vehicles: Sequence[Vehicle],
    day: Day,
    distances: Distances,
    fewest: bool,
    whole: bool = False,
) -> Model:
    """The problem of a day with at least one vehicle. A stop may be left out, at a price that no way is worth.

    On a `whole` day none may: the search need not weigh that, and makes over twice the rounds in its time.
    """
    kinds = _alike(vehicles)
    unit, fixed = _units([kind[0] for kind in kinds], fewest, distances)
    skills = sorted({kind[0].skills for kind in kinds}, key=sorted)
    parts = _parts_in_use(stops, vehicles)
    dear = 0 if whole else _dear(unit, fixed, distances)
    clients = tuple(stop for stop in stops if stop.fetch is None and _can_ever_be(stop, day))
    shipments = tuple(stop for stop in stops if stop.fetch is not None and _can_ever_be(stop, day))
    depots: dict[tuple[int, int], int] = {}
    for kind in kinds:
        for place in (kind[0].start_place, kind[0].end_place, *kind[0].reload_places):
            depots.setdefault((place, kind[0].loading_seconds), len(depots))
    places = _Places(distances, [pair[0] for pair in depots], clients, shipments)
    metres, seconds = places.tables(skills)
    data = pyvrp.ProblemData(
        places.locations,
        [_client(stop, day, parts, dear, number) for number, stop in zip(places.of_clients, clients, strict=True)],
        [pyvrp.Depot(number, service_duration=pair[1]) for number, pair in enumerate(depots)],
        [
            _vehicle_type(kind, day, parts, depots, unit[number], fixed[number], skills.index(kind[0].skills))
            for number, kind in enumerate(kinds)
        ],
        metres,
        seconds,
        shipments=[
            _shipment(stop, day, parts, dear, pair) for pair, stop in zip(places.of_shipments, shipments, strict=True)
        ],
    )
    return Model(data, clients, shipments, kinds, depots)


class _Places:
    """One location for each depot, client and end of a shipment, so that skills can bar a stop and no other."""

    def __init__(
        self, distances: Distances, depots: Sequence[int], clients: Sequence[Stop], shipments: Sequence[Stop]
    ) -> None:
        fetched = [stop.fetch.place for stop in shipments if stop.fetch]
        self._rows = np.array(
            [*depots, *(s.place for s in clients), *fetched, *(s.place for s in shipments)], dtype=np.int64
        )
        self._needs = [frozenset[str]()] * len(depots) + [s.skills for s in (*clients, *shipments, *shipments)]
        self._distances = distances
        begin, ships = len(depots) + len(clients), len(shipments)
        self.of_clients = range(len(depots), begin)
        self.of_shipments = [(begin + number, begin + ships + number) for number in range(ships)]
        self.locations = [pyvrp.Location(0, 0) for _ in self._rows]

    def tables(self, skills: Sequence[frozenset[str]]) -> tuple[list[Any], list[Any]]:
        """Metres and seconds for vehicles of each set of skills; who lacks one finds no way."""
        grid = np.ix_(self._rows, self._rows)
        both: tuple[list[Any], list[Any]] = ([], [])
        for has in skills:
            barred = np.array([not needs <= has for needs in self._needs])
            for table, found in zip((self._distances.metres, self._distances.seconds), both, strict=True):
                own = table[grid]
                own[barred, :] = UNREACHABLE
                own[:, barred] = UNREACHABLE
                np.fill_diagonal(own, 0)
                found.append(own)
        return both


def halts_found(model: Model, solution: pyvrp.Solution) -> list[tuple[Vehicle, list[Halt]]]:
    """The halts of each vehicle that goes out."""
    places = {number: pair[0] for pair, number in model.depots.items()}
    left = [list(kind) for kind in model.kinds]
    found = []
    for route in solution.routes():
        halts: list[Halt] = []
        for activity in list(route)[1:-1]:
            if activity.is_depot():
                halts.append((Doing.RELOAD, "", places[activity.idx]))
            elif activity.is_client():
                halts.append(stop_halts(model.clients[activity.idx])[0])
            else:
                halts.append(stop_halts(model.shipments[activity.idx])[0 if activity.is_pickup() else 1])
        found.append((left[route.vehicle_type()].pop(0), halts))
    return found


def solution_of(model: Model, plan: Sequence[tuple[Vehicle, Sequence[Halt]]]) -> pyvrp.Solution:
    """The halts of an earlier plan as a solution to begin with; what is not there any more is left out of it."""
    kind_of = {vehicle.vehicle_id: number for number, kind in enumerate(model.kinds) for vehicle in kind}
    client_of = {stop.stop_id: number for number, stop in enumerate(model.clients)}
    shipment_of = {stop.stop_id: number for number, stop in enumerate(model.shipments)}
    routes = []
    for vehicle, halts in plan:
        if vehicle.vehicle_id not in kind_of:
            continue
        activities = []
        for doing, stop_id, place in halts:
            depot = model.depots.get((place, vehicle.loading_seconds))
            if doing is Doing.RELOAD and depot is not None:
                activities.append(Activity(ActivityType.DEPOT, depot))
            elif doing is Doing.STOP and stop_id in client_of:
                activities.append(Activity(ActivityType.CLIENT, client_of[stop_id]))
            elif stop_id in shipment_of:
                which = ActivityType.PICKUP if doing is Doing.FETCH else ActivityType.DELIVERY
                activities.append(Activity(which, shipment_of[stop_id]))
        if activities:
            routes.append(pyvrp.Route(model.data, activities, kind_of[vehicle.vehicle_id]))
    return pyvrp.Solution(model.data, routes)


def _alike(vehicles: Sequence[Vehicle]) -> tuple[tuple[Vehicle, ...], ...]:
    kinds: dict[Vehicle, list[Vehicle]] = {}
    for vehicle in vehicles:
        kinds.setdefault(replace(vehicle, vehicle_id=""), []).append(vehicle)
    return tuple(tuple(kind) for kind in kinds.values())


def _can_ever_be(stop: Stop, day: Day) -> bool:
    """False where the goods are there only after the doors have closed, or the doors are open in the pause alone."""
    closes = day.working(stop.closes_seconds)
    if stop.fetch is None:
        return max(day.opening(stop.release_seconds), day.opening(stop.opens_seconds)) <= closes
    opens = day.opening(max(stop.fetch.opens_seconds, stop.release_seconds))
    return opens <= min(day.working(stop.fetch.closes_seconds), closes) and day.opening(stop.opens_seconds) <= closes


def _latest_begin(vehicle: Vehicle, day: Day) -> int:
    latest = min(day.working(vehicle.begins_by_seconds), day.working(vehicle.ends_seconds))
    return max(latest, day.opening(vehicle.begins_seconds))


def _units(kinds: Sequence[Vehicle], fewest: bool, distances: Distances) -> tuple[list[tuple[int, int]], list[int]]:
    """Costs of a metre, a second and a vehicle of each kind, in the coarsest unit in which all are whole."""
    whole = [(kind.per_km_minor * 18, kind.per_hour_minor * 5, kind.fixed_minor * 18_000) for kind in kinds]
    common = gcd(*(cost for costs in whole for cost in costs))
    if common == 0:
        whole, common = [(1, 0, 0)] * len(kinds), 1  # nothing costs anything: the shortest way
    units = [(metre // common, second // common) for metre, second, _ in whole]
    fixed = [costs[2] // common for costs in whole]
    if fewest:
        far, long = _farthest(distances)
        dearest = max(metre * far + second * long for metre, second in units)
        fixed = [cost + 4 * dearest for cost in fixed]
    return units, fixed


def _farthest(distances: Distances) -> tuple[int, int]:
    found = [int(table[table < UNREACHABLE].max(initial=1)) for table in (distances.metres, distances.seconds)]
    return found[0], found[1]


def _dear(units: Sequence[tuple[int, int]], fixed: Sequence[int], distances: Distances) -> int:
    """More than a vehicle of its own would cost for one stop, waiting the whole shift included."""
    far, long = _farthest(distances)
    metre, second = (max(unit[part] for unit in units) for part in (0, 1))
    return min(3 * (max(fixed) + 4 * metre * far + second * (4 * long + 86_400)) + 1, _DEAR)


def _parts_in_use(stops: Sequence[Stop], vehicles: Sequence[Vehicle]) -> list[int]:
    """Which of weight, volume and pallets can bind at all."""
    loads = [load.parts for stop in stops for load in (stop.deliver, stop.collect)]
    loads += [vehicle.aboard.parts for vehicle in vehicles]
    total = [sum(load[part] for load in loads) for part in range(3)]
    return [part for part in range(3) if total[part] > min(vehicle.capacity.parts[part] for vehicle in vehicles)]


def _load(load: Load, parts: Sequence[int]) -> list[int]:
    return [load.parts[part] for part in parts]


def _client(stop: Stop, day: Day, parts: Sequence[int], dear: int, place: int) -> pyvrp.Client:
    return pyvrp.Client(
        place,
        delivery=_load(stop.deliver, parts),
        pickup=_load(stop.collect, parts),
        service_duration=stop.service_seconds,
        tw_early=day.opening(stop.opens_seconds),
        tw_late=day.working(stop.closes_seconds),
        release_time=day.opening(stop.release_seconds),
        prize=dear * stop.priority,
        required=not dear,
    )


def _shipment(stop: Stop, day: Day, parts: Sequence[int], dear: int, places: tuple[int, int]) -> pyvrp.Shipment:
    fetch = stop.fetch
    if fetch is None:
        raise ValueError(f"stop {stop.stop_id} is not fetched anywhere")
    return pyvrp.Shipment(
        *places,
        day.opening(max(fetch.opens_seconds, stop.release_seconds)),
        day.working(fetch.closes_seconds),
        fetch.service_seconds,
        day.opening(stop.opens_seconds),
        day.working(stop.closes_seconds),
        stop.service_seconds,
        amount=_load(stop.deliver, parts),
        prize=dear * stop.priority,
        required=not dear,
    )


def _vehicle_type(
    kind: Sequence[Vehicle],
    day: Day,
    parts: Sequence[int],
    depots: Mapping[tuple[int, int], int],
    unit: tuple[int, int],
    fixed: int,
    profile: int,
) -> pyvrp.VehicleType:
    vehicle = kind[0]
    depot = {place: depots[place, vehicle.loading_seconds] for place in (vehicle.start_place, vehicle.end_place)}
    return pyvrp.VehicleType(
        num_available=len(kind),
        capacity=_load(vehicle.capacity, parts),
        start_depot=depot[vehicle.start_place],
        end_depot=depot[vehicle.end_place],
        fixed_cost=fixed,
        tw_early=day.opening(vehicle.begins_seconds),
        tw_late=max(day.working(vehicle.ends_seconds), day.opening(vehicle.begins_seconds)),
        start_late=_latest_begin(vehicle, day),
        shift_duration=vehicle.shift_seconds,
        max_distance=vehicle.most_distance_m,
        unit_distance_cost=unit[0],
        unit_duration_cost=unit[1],
        profile=profile,
        initial_load=_load(vehicle.aboard, parts),
        reload_depots=[depots[place, vehicle.loading_seconds] for place in vehicle.reload_places],
        max_reloads=vehicle.most_reloads if vehicle.reload_places else 0,
    )
