"""The way of a day's routes: searched, filled up with what still fits, timed, and what is left over explained."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pyvrp

from doorstep.routing.distances import Distances
from doorstep.routing.model import Model, halts_found, model_of, solution_of
from doorstep.routing.search import Budget, Enough, is_whole, searched
from doorstep.routing.slack import Slack
from doorstep.routing.timing import Day, Halt, can, halts_of, timed, torn
from doorstep.routing.values import Params, Plan, Stop, Unplaced, Vehicle, refuse_nonsense
from doorstep.routing.whys import cheapest_place, why_not

Driven = list[tuple[Vehicle, list[Halt]]]
MOST_FIRST = 500  # rounds in which everything is to be placed


def route(
    stops: Sequence[Stop],
    vehicles: Sequence[Vehicle],
    distances: Distances,
    params: Params,
    incumbent: Plan | None = None,
    enough: Enough | None = None,
) -> Plan:
    """Routes for all stops that fit, and for each other what stands in its way.

    Given an `incumbent` the search begins with what is left of it, and is not dearer for the same stops. `enough` ends
    the search early; the same plan comes of `work_used` as the budget. ValueError for stops or vehicles that cannot be.
    """
    refuse_nonsense(stops, vehicles, distances.places)
    day = Day.of(stops, distances, params.pause)
    budget = Budget(params.work_budget, enough)
    found: Driven = []
    if vehicles and stops:
        build = partial(model_of, stops, vehicles, day, distances, params.fewest_vehicles)
        model = build()
        found = _filled(day, vehicles, _kept(day, vehicles, incumbent)) if incumbent else []
        start = _first(model, day, vehicles, budget, params, found)
        if is_whole(start):
            model = build(whole=True)
            start = model.taken(start)
        if params.fewest_vehicles:
            model, start = _fewest(model, budget, params, start)
        solution = searched(model, budget, params.seed, start, good=incumbent is not None)
        found = halts_found(model, solution)
    found = _filled(day, vehicles, _drivable(day, found))
    return finished(day, vehicles, found, budget.used)


def _first(
    model: Model, day: Day, vehicles: Sequence[Vehicle], budget: Budget, params: Params, kept: Driven
) -> pyvrp.Solution:
    """What the search begins with: everything placed as soon as may be, also on second trips, which it seldom opens."""
    start = solution_of(model, kept) if kept else None
    most = min(budget.left // 4, MOST_FIRST)
    solution = searched(model, budget, params.seed, start, most=most, first_whole=True, good=bool(kept))
    if is_whole(solution):
        return solution
    return solution_of(model, _filled(day, vehicles, _drivable(day, halts_found(model, solution))))


def _drivable(day: Day, found: Driven) -> Driven:
    return [(vehicle, left) for vehicle, halts in found if (left := _pruned(day, vehicle, halts))]


def finished(day: Day, vehicles: Sequence[Vehicle], found: Driven, work_used: int) -> Plan:
    """The plan of these halts, with whys for the stops that are in none of them."""
    numbers = {vehicle.vehicle_id: number for number, vehicle in enumerate(vehicles)}
    found = sorted(found, key=lambda driven: numbers[driven[0].vehicle_id])
    routes = tuple(timed(day, vehicle, halts) for vehicle, halts in found)
    unplaced: tuple[Unplaced, ...] = tuple(
        why_not(day, vehicles, found, stop) for stop in day.stops.values() if stop.stop_id not in _placed(found)
    )
    return Plan(routes, unplaced, sum(one.cost_minor for one in routes), work_used)


def _fewest(model: Model, budget: Budget, params: Params, start: pyvrp.Solution) -> tuple[Model, pyvrp.Solution]:
    """The day with as few vehicles as everything was placed with in half of the rounds; the rest is for their ways."""
    solution = searched(model, budget, params.seed, start, most=max(budget.left // 10, 1))
    while is_whole(solution) and solution.num_routes() > 1 and budget.used < budget.left // 2:
        used = _fleet(model, solution)
        smallest = min(solution.routes(), key=lambda r: (r.num_clients() + r.num_shipments(), r.vehicle_type()))
        used[smallest.vehicle_type()] -= 1
        fewer = model.with_fleet(used)
        tried = searched(fewer, budget, params.seed, most=budget.left // 2 - budget.used, first_whole=True)
        if not is_whole(tried):
            break
        model, solution = fewer, tried
    return model, solution


def _fleet(model: Model, solution: pyvrp.Solution) -> list[int]:
    """How many vehicles of each kind go out."""
    used = [0] * len(model.kinds)
    for one in solution.routes():
        used[one.vehicle_type()] += 1
    return used


def _kept(day: Day, vehicles: Sequence[Vehicle], incumbent: Plan) -> Driven:
    """What can still be driven of an earlier plan: halts of stops that are gone, or barred by now, are taken out."""
    known = {vehicle.vehicle_id: vehicle for vehicle in vehicles}
    kept: Driven = []
    for one in incumbent.routes:
        if one.vehicle_id in known:
            halts = _pruned(day, known[one.vehicle_id], halts_of(one))
            if halts:
                kept.append((known[one.vehicle_id], halts))
    return kept


def _pruned(day: Day, vehicle: Vehicle, halts: Sequence[Halt]) -> list[Halt]:
    """The halts without stops that are gone or barred, and without those that stand most in the way of the others."""
    out = torn(halts) | {name for name, stop in day.stops.items() if not stop.skills <= vehicle.skills}
    left = [halt for halt in halts if not halt[1] or (halt[1] in day.stops and halt[1] not in out)]
    while left and not can(day, vehicle, left):
        worst = _in_the_way(day, vehicle, left)
        left = [halt for halt in left if halt[1] != worst] if worst else []
    return left if any(stop_id for _, stop_id, _ in left) else []


def _in_the_way(day: Day, vehicle: Vehicle, halts: Sequence[Halt]) -> str:
    """The stop without which the others are the least late; the last where time is not what is lacking, '' for none."""
    last = next((stop_id for _, stop_id, _ in reversed(halts) if stop_id), "")
    slack = Slack.of(day, vehicle, halts)
    if not slack.beyond():
        return last
    told = [(slack.beyond_without(number), -number, halt[1]) for number, halt in enumerate(halts) if halt[1]]
    return min(told, default=(0, 0, ""))[2]


def _filled(day: Day, vehicles: Sequence[Vehicle], found: Driven) -> Driven:
    """With each stop put in that was left out but fits somewhere after all."""
    placed = _placed(found)
    for stop in sorted(day.stops.values(), key=lambda one: -one.priority):
        if stop.stop_id in placed:
            continue
        place = cheapest_place(day, vehicles, found, stop)
        if place is not None:
            vehicle, halts = place
            found = [pair for pair in found if pair[0].vehicle_id != vehicle.vehicle_id] + [(vehicle, halts)]
    return found


def _placed(found: Driven) -> set[str]:
    return {stop_id for _, halts in found for _, stop_id, _ in halts if stop_id}
