"""The search: PyVRP's iterated local search over a model, from a plan that is there or from chance."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.IteratedLocalSearch import (
    IteratedLocalSearch,
    IteratedLocalSearchCallbacks,
    IteratedLocalSearchParams,
)
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

_Near = dict[pyvrp.Activity, list[pyvrp.Activity]]

NEIGHBOURS = 25
PERTURBED = (12, 25)
PERTURBED_ALONE = 5  # of a good plan of a vehicle that has no other: long routes make rounds long, none is left over
HISTORY = 100


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


class _Until(IteratedLocalSearchCallbacks):
    """Ends a part of a search: at its last round, or as soon as everything is placed."""

    def __init__(self, budget: Budget, most: int, first_whole: bool) -> None:
        self._budget = budget
        self._most = most
        self._first_whole = first_whole
        self.whole = False

    def on_best(self, best: pyvrp.Solution) -> None:
        self.whole = self.whole or is_whole(best)

    def __call__(self, best_cost: int) -> bool:
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
    good: bool = False,
) -> pyvrp.Solution:
    """The best solution found in `most` rounds of the budget. A `good` start was searched before, and changed little.

    It can be driven, an empty one if need be; but where nothing may be left out, it may be one that cannot.
    """
    data = model.data
    count = data.num_clients + data.num_shipments
    if not count:
        return pyvrp.Solution(data, [])
    chance = pyvrp.RandomNumberGenerator(seed=seed)
    near = compute_neighbours(data, NeighbourhoodParams(num_neighbours=NEIGHBOURS))
    params = PenaltyParams()
    penalties = PenaltyManager(params.midpoint_penalties(data), params)
    until = _Until(budget, budget.left if most is None else most, first_whole)
    whole = start is not None and is_whole(start)
    begin = start if start is not None and start.is_feasible() else pyvrp.Solution(data, [])
    if not whole:
        # From an empty plan the search would have to put in stop after stop: a random one is settled first.
        draft = begin if start is not None else pyvrp.Solution.make_random(data, chance)
        settled = _local(data, chance, near, 1)(draft, penalties.max_cost_evaluator(), exhaustive=True)
        if not begin.is_feasible() or (settled.is_feasible() and _worth(settled) <= _worth(begin)):
            begin = settled
    until.on_best(begin)
    most_out = PERTURBED_ALONE if good and data.num_vehicles == 1 else _perturbed(count, begin.num_routes())
    local = _local(data, chance, near, most_out)
    rules = IteratedLocalSearchParams(history_length=HISTORY, callbacks=until)
    with warnings.catch_warnings():
        # Where not everything fits, penalties reach their bound: that is what left out stops are for.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        best = IteratedLocalSearch(data, penalties, local, begin, rules).run(until, collect_stats=False).best
    better = best.is_feasible() and (not begin.is_feasible() or _worth(best) <= _worth(begin))
    return best if better else begin


def _perturbed(count: int, routes: int) -> int:
    """How many stops a round takes out at most: about two routes full, within bounds that were measured. Fewer never
    leave few long routes for others; more make every round longer.
    """
    fewest, most = PERTURBED
    return min(max(2 * count // max(routes, 1), fewest), most, max(count // 2, 4))


def _local(data: pyvrp.ProblemData, chance: pyvrp.RandomNumberGenerator, near: _Near, most: int) -> LocalSearch:
    local = LocalSearch(data, chance, near, PerturbationManager(PerturbationParams(1, most)))
    for operator in OPERATORS:
        if operator.supports(data):
            local.add_operator(operator(data))
    return local


def is_whole(solution: pyvrp.Solution) -> bool:
    """Whether it can be driven, and leaves nothing out."""
    return solution.is_feasible() and not solution.unplanned()


def _worth(solution: pyvrp.Solution) -> int:
    """What a solution costs with what it leaves out."""
    costs = solution.distance_cost() + solution.duration_cost() + solution.fixed_vehicle_cost()
    return int(costs + solution.uncollected_prizes())
