"""The search: PyVRP's iterated local search over a model, from a plan that is there or from the savings of joining."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyvrp
from pyvrp.IteratedLocalSearch import IteratedLocalSearch, IteratedLocalSearchParams
from pyvrp.PenaltyManager import PenaltyManager, PenaltyParams
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from doorstep.routing.model import Model

Enough = Callable[[], bool]
"""Asked before every round: True ends the search. A door puts its stopwatch here; the rounds made are told."""

NEIGHBOURS = 25
MOST_PERTURBED = 25
HISTORY = 300


@dataclass(slots=True)
class Budget:
    """Rounds left and made, over all parts of a search."""

    left: int
    enough: Enough | None = None
    used: int = 0

    def take(self) -> bool:
        """One round more, if there is one."""
        if self.used >= self.left or (self.enough is not None and self.enough()):
            return False
        self.used += 1
        return True


class _Until:
    """Ends a part of a search: at its last round, or as soon as everything is placed."""

    def __init__(self, budget: Budget, most: int, first_whole: bool) -> None:
        self._budget = budget
        self._most = most
        self._first_whole = first_whole
        self.whole = False

    def on_start(self, _: object) -> None:
        return

    on_end = on_restart = on_start

    def on_best(self, best: pyvrp.Solution) -> None:
        self.whole = self.whole or (best.is_feasible() and not best.unplanned())

    def on_iteration(self, *_: object) -> None:
        return

    def __call__(self, _: int) -> bool:
        if (self._first_whole and self.whole) or self._most <= 0 or not self._budget.take():
            return True
        self._most -= 1
        return False


def searched(
    model: Model,
    budget: Budget,
    seed: int,
    start: pyvrp.Solution | None = None,
    *,
    most: int | None = None,
    first_whole: bool = False,
) -> pyvrp.Solution:
    """The best solution found in `most` rounds of the budget; always one that can be driven, if an empty one."""
    data = model.data
    if not data.num_clients and not data.num_shipments:
        return pyvrp.Solution(data, [])
    chance = pyvrp.RandomNumberGenerator(seed=seed)
    local = LocalSearch(
        data,
        chance,
        compute_neighbours(data, NeighbourhoodParams(num_neighbours=NEIGHBOURS)),
        PerturbationManager(PerturbationParams(1, MOST_PERTURBED)),
    )
    for operator in OPERATORS:
        if operator.supports(data):
            local.add_operator(operator(data))
    params = PenaltyParams()
    penalties = PenaltyManager(params.midpoint_penalties(data), params)
    until = _Until(budget, budget.left if most is None else most, first_whole)
    whole = start is not None and start.is_feasible() and not start.unplanned()
    begin = _begun(model, start)
    settled = local(begin, penalties.max_cost_evaluator(), exhaustive=not whole)
    if settled.is_feasible() and _worth(settled) <= _worth(begin):
        begin = settled
    until.on_best(begin)
    rules = IteratedLocalSearchParams(history_length=HISTORY, callbacks=until)
    best = IteratedLocalSearch(data, penalties, local, begin, rules).run(until, collect_stats=False).best
    return best if best.is_feasible() and _worth(best) <= _worth(begin) else begin


def _worth(solution: pyvrp.Solution) -> int:
    """What a solution costs with what it leaves out."""
    costs = solution.distance_cost() + solution.duration_cost() + solution.fixed_vehicle_cost()
    return int(costs + solution.uncollected_prizes())


def _begun(model: Model, start: pyvrp.Solution | None) -> pyvrp.Solution:
    if start is not None and start.is_feasible():
        return start
    saved = _by_savings(model)
    return saved if saved.is_feasible() else pyvrp.Solution(model.data, [])


def _by_savings(model: Model) -> pyvrp.Solution:
    """Routes joined end to end where that saves most way (Clarke and Wright), as long as each can be driven."""
    data = model.data
    kind, count = 0, data.num_clients
    fleet = sorted(range(data.num_vehicle_types), key=lambda n: tuple(data.vehicle_type(n).capacity), reverse=True)
    kind = fleet[0]
    vehicle = data.vehicle_type(kind)
    out, back = data.depot(vehicle.start_depot).location, data.depot(vehicle.end_depot).location
    table = data.distance_matrix(vehicle.profile)
    rows = np.array([client.location for client in data.clients()], dtype=np.int64)
    loads = [max(client.delivery + client.pickup, default=0) for client in data.clients()]
    room = min(vehicle.capacity, default=0) if vehicle.capacity else sum(loads)
    route_of = list(range(count))
    routes = {number: pyvrp.Route(data, [number], kind) for number in range(count)}
    carried = dict(enumerate(loads))
    for one, other in _pairs_by_saving(table, rows, out, back):
        first, second = route_of[one], route_of[other]
        if first == second or carried[first] + carried[second] > room:
            continue
        ahead, behind = ([a.idx for a in routes[n] if a.is_client()] for n in (first, second))
        if ahead[-1] != one or behind[0] != other:
            continue
        joined = pyvrp.Route(data, ahead + behind, kind)
        if not joined.is_feasible():
            continue
        routes[first], carried[first] = joined, carried[first] + carried.pop(second)
        for number in behind:
            route_of[number] = first
        del routes[second]
    good = [route for route in routes.values() if route.is_feasible()]
    good.sort(key=lambda route: -len(route))
    return pyvrp.Solution(data, good[: vehicle.num_available])


def _pairs_by_saving(table: np.ndarray, rows: np.ndarray, out: int, back: int) -> Sequence[tuple[int, int]]:
    """(last of one route, first of another), the greatest saving first; of each stop only with its nearest."""
    if not len(rows):
        return []
    saving = table[rows, back][:, None] + table[out, rows] - table[np.ix_(rows, rows)]
    np.fill_diagonal(saving, 0)
    near = min(len(rows), 100)
    best = np.argpartition(-saving, near - 1, axis=1)[:, :near]
    one = np.repeat(np.arange(len(rows)), near)
    other = best.ravel()
    order = np.argsort(-saving[one, other], kind="stable")
    order = order[saving[one[order], other[order]] > 0]
    return list(zip(one[order].tolist(), other[order].tolist(), strict=True))
