"""Whether units can all be in one carton, asked of CP-SAT: yes with places, no for certain, or not found out.

Needs `doorstep[proof]`. One worker and a limit in work, so that the answer is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from itertools import combinations, permutations
from typing import Any, NamedTuple

from ortools.sat.python import cp_model

from doorstep.packing.alone import fits_turned, turns
from doorstep.terms.parcel import Carton, PackItem, Placement, Size

UNITS_OF_WORK = 1_000  # one of CP-SAT's deterministic seconds


class Fits(Enum):
    """Whether units go into a carton together."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Answer(NamedTuple):
    """What was found out, where the units stand if they fit, from the bottom up, and work used."""

    fits: Fits
    placements: tuple[Placement, ...]
    work: int


class _Unit(NamedTuple):
    item: PackItem
    near: tuple[Any, Any, Any]
    size: tuple[Any, Any, Any]
    far: tuple[Any, Any, Any]
    base: Any


def fit(units: Sequence[PackItem], carton: Carton, support_percent: int, most_work: int, seed: int) -> Answer:
    """Each unit is an item of its own, a kind's units one after another."""
    return _Model(units, carton).answer(support_percent, most_work, seed)


def fit_afloat(units: Sequence[PackItem], carton: Carton, most_work: int, seed: int) -> Answer:
    """The same with neither support nor bearing: what does not fit even so fits in no company at all."""
    return _Model(units, carton).answer(None, most_work, seed)


class _Model:
    """One carton and its units; `before[a, b, axis]` says that a ends before b begins, exactly then."""

    def __init__(self, units: Sequence[PackItem], carton: Carton) -> None:
        self.carton = carton
        self.model = cp_model.CpModel()
        self.units = [self._unit(item) for item in units]
        self.before = dict[tuple[int, int, int], Any]()
        for a, b in combinations(range(len(units)), 2):
            ways = [self._before(i, j, axis) for i, j in ((a, b), (b, a)) for axis in range(3)]
            self.model.add_bool_or(ways)
        self._room_is_shared()
        self._alike_in_order()

    def answer(self, support_percent: int | None, most_work: int, seed: int) -> Answer:
        if support_percent is not None:
            self._stand(support_percent)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.max_deterministic_time = most_work / UNITS_OF_WORK
        status = solver.solve(self.model)
        work = round(solver.response_proto.deterministic_time * UNITS_OF_WORK) + 1
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Answer(Fits.YES, self._placements(solver), work)
        return Answer(Fits.NO if status == cp_model.INFEASIBLE else Fits.UNKNOWN, (), work)

    def _placements(self, solver: cp_model.CpSolver) -> tuple[Placement, ...]:
        told = []
        for unit in self.units:
            x, y, z = map(solver.value, unit.near)
            told.append(Placement(unit.item.ref, x, y, z, Size(*map(solver.value, unit.size))))
        return tuple(sorted(told, key=lambda unit: (unit.z_mm, unit.y_mm, unit.x_mm)))

    def _unit(self, item: PackItem) -> _Unit:
        """Where a unit is and how it is turned, within the carton."""
        model, room = self.model, self.carton.inner
        sizes = [size for size in turns(item) if fits_turned(size, self.carton)]
        if not sizes:
            model.add_bool_or([])
            sizes = [item.size]
        turned = [model.new_bool_var("") for _ in sizes]
        model.add_exactly_one(turned)
        near, size, far = [], [], []
        for axis in range(3):
            sides = [each[axis] for each in sizes]
            side = model.new_int_var_from_domain(cp_model.Domain.from_values(sides), "")
            model.add(side == sum(t * s for t, s in zip(turned, sides, strict=True)))
            at = model.new_int_var(0, max(room[axis] - min(sides), 0), "")
            end = model.new_int_var(0, room[axis], "")
            model.add(end == at + side)
            near.append(at)
            size.append(side)
            far.append(end)
        base = sum(t * s[0] * s[1] for t, s in zip(turned, sizes, strict=True))
        return _Unit(item, _three(near), _three(size), _three(far), base)

    def _before(self, a: int, b: int, axis: int) -> Any:
        if (a, b, axis) not in self.before:
            model, told = self.model, self.model.new_bool_var("")
            end, begin = self.units[a].far[axis], self.units[b].near[axis]
            model.add(end <= begin).only_enforce_if(told)
            model.add(end > begin).only_enforce_if(~told)
            self.before[a, b, axis] = told
        return self.before[a, b, axis]

    def _room_is_shared(self) -> None:
        """Implied, and what finds out soonest that there is too much: no cut through the carton holds more than it
        has."""
        model, room = self.model, self.carton.inner
        for axis, one, other in ((0, 1, 2), (1, 0, 2), (2, 0, 1)):
            intervals, demands = [], []
            for unit in self.units:
                areas = sorted({size[one] * size[other] for size in turns(unit.item)})
                area = model.new_int_var_from_domain(cp_model.Domain.from_values(areas), "")
                model.add_multiplication_equality(area, [unit.size[one], unit.size[other]])
                intervals.append(model.new_interval_var(unit.near[axis], unit.size[axis], unit.far[axis], ""))
                demands.append(area)
            model.add_cumulative(intervals, demands, room[one] * room[other])

    def _alike_in_order(self) -> None:
        """Units of one kind are told apart by where they are only."""
        length, width, _ = self.carton.inner
        for one, other in zip(self.units, self.units[1:], strict=False):
            if one.item.ref == other.item.ref:
                ranks = [(unit.near[2] * width + unit.near[1]) * length + unit.near[0] for unit in (one, other)]
                self.model.add(ranks[0] <= ranks[1])

    def _stand(self, support_percent: int) -> None:
        """Enough of each base rests on the floor or on units, and none bears more than it may."""
        limited = any(unit.item.most_on_top_g is not None for unit in self.units)
        if not support_percent and not limited:
            return
        model, count = self.model, len(self.units)
        on = {(a, b): self._on(a, b) for a, b in permutations(range(count), 2)}
        if support_percent:
            for a, unit in enumerate(self.units):
                floor = model.new_bool_var("")
                model.add(unit.near[2] == 0).only_enforce_if(floor)
                held = [self._held(a, b, on[a, b]) for b in range(count) if b != a]
                model.add(sum(held) * 100 >= unit.base * support_percent).only_enforce_if(~floor)
        if limited:
            self._bear(on)

    def _on(self, upper: int, lower: int) -> Any:
        """Whether the upper one stands on the lower one, exactly then."""
        model = self.model
        meets = model.new_bool_var("")
        apart = [self._before(i, j, axis) for i, j in ((upper, lower), (lower, upper)) for axis in (0, 1)]
        higher = self._before(lower, upper, 2)
        model.add(self.units[upper].near[2] <= self.units[lower].far[2]).only_enforce_if(meets)
        model.add_implication(meets, higher)
        for one in apart:
            model.add_implication(meets, ~one)
        over = model.new_bool_var("")  # higher than where it would stand
        model.add(self.units[upper].near[2] > self.units[lower].far[2]).only_enforce_if(over)
        model.add_bool_or([meets, ~higher, over, *apart])
        return meets

    def _held(self, upper: int, lower: int, on: Any) -> Any:
        """No more than the area by which the lower one holds the upper one."""
        model, (above, below) = self.model, (self.units[upper], self.units[lower])
        sides = []
        for axis in (0, 1):
            common = model.new_int_var(0, self.carton.inner[axis], "")
            model.add(common <= above.far[axis] - below.near[axis]).only_enforce_if(on)
            model.add(common <= below.far[axis] - above.near[axis]).only_enforce_if(on)
            model.add(common <= above.size[axis])
            model.add(common <= below.size[axis])
            model.add(common == 0).only_enforce_if(~on)
            sides.append(common)
        area = model.new_int_var(0, self.carton.inner[0] * self.carton.inner[1], "")
        model.add_multiplication_equality(area, sides)
        return area

    def _bear(self, on: dict[tuple[int, int], Any]) -> None:
        """All that stands on a unit, or on what stands on it, counts once and in full."""
        model, count = self.model, len(self.units)
        above = {pair: model.new_bool_var("") for pair in on}
        for (a, b), meets in on.items():
            model.add_implication(meets, above[a, b])
            for c in range(count):
                if c not in (a, b):
                    model.add_bool_or([~meets, ~above[b, c], above[a, c]])
        for b, unit in enumerate(self.units):
            limit = unit.item.most_on_top_g
            others = [a for a in range(count) if a != b]
            if limit == 0:
                for a in others:
                    model.add(on[a, b] == 0)
            elif limit is not None:
                model.add(sum(above[a, b] * self.units[a].item.weight_g for a in others) <= limit)


def _three(values: Sequence[Any]) -> tuple[Any, Any, Any]:
    x, y, z = values
    return x, y, z
