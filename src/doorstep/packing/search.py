"""The search: cartons are taken apart and their goods sent cheaper, in one carton or two, until the budget is spent.

A solution is a list of filled cartons. Each round looks harder than the one before; only what is cheaper is kept, and
how a round goes does not depend on how much budget is left, so that more budget continues the same search.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, islice

import numpy as np

from doorstep.packing import kernels
from doorstep.packing.alone import line_alone
from doorstep.packing.columns import Columns, Pool, columns_of
from doorstep.packing.compiling import Table
from doorstep.packing.incumbent import carried_over
from doorstep.packing.shelf import Shelf
from doorstep.packing.values import Params, Price, cost_of_one, full_cost
from doorstep.terms.parcel import PackedCarton, PackItem, Unpackable

FIRST_STARTS, GROWTH = 8, 2  # tries for each carton in the first round, and how their number grows
ROUNDS = 12
STARTS_PER_UNIT_SQUARED = 8  # more than so many tries find nothing new
EASILY_FULL_PERCENT = 75  # cartons no fuller than this are nearly always found at the first try
LATER_FULL_PERCENT = 80  # fuller ones are left for later rounds
HARDLY_FULL_PERCENT, HARDLY_FULL_MOST = 76, 90  # and one percent more for every two units: fuller ones did not occur
TWO_LESS_PERCENT = 4  # two cartons get less full than one
REGULAR_KINDS = 2  # goods of so few kinds may fill a carton to the last corner
MOST_GROUPS = 60  # of a solution's cartons taken apart in one round
UNBOUNDED = 1 << 62
STAND_UP_STARTS = 400
STAND_UP_WORK = 1_000_000


@dataclass(frozen=True, slots=True)
class Filled:
    """One carton of a solution: its units, what it costs to buy and to send, and its content, told either way."""

    pool: Pool
    cost: int
    made: PackedCarton | tuple[int, Table]


def search(
    goods: Sequence[tuple[PackItem, int]],
    shelf: Shelf,
    params: Params,
    price: Price | None,
    incumbent: Sequence[PackedCarton],
) -> tuple[list[PackedCarton], list[Unpackable], int]:
    """(cartons, left over, work) of the cheapest packing found; `goods` come with the cartons that take one unit each.

    What an incumbent leaves that no longer stands is first stood up again, which may cost work beyond the budget:
    no budget excuses a result dearer than the incumbent. So may finding a carton for goods that are kept together.
    """
    columns = columns_of(goods, shelf, params.separated)
    order = _Search(columns, params, price)
    unseated = order.seat_groups()
    if unseated:
        left = {no.ref for no in unseated}
        goods = [(item, takers) for item, takers in goods if item.ref not in left]
        packed, _, work = search(goods, shelf, params, price, incumbent) if goods else ([], [], 0)
        return packed, unseated, order.work + work
    solution = order.carried_over(incumbent) if incumbent else None
    solution = order.improve(solution)
    packed = [columns.pack(*each.made) if isinstance(each.made, tuple) else each.made for each in solution]
    return packed, [], order.work


@dataclass(slots=True)
class _Search:
    """The search for one order. `work` is what has been spent of `budget`."""

    columns: Columns
    params: Params
    price: Price | None
    work: int = 0
    budget: int = 0
    closed: bool = False  # nothing cheaper was left to try, or even to leave for a later round
    seated: list[Filled] = field(default_factory=list)  # each group that is kept together, in a carton of its own
    _sent: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def spent(self) -> bool:
        return self.work >= self.budget

    def cost(self, carton: int, content_g: int, content_mm3: int) -> int:
        """What the carton with so much in it costs to buy, to fill and to send."""
        shelf = self.columns.shelf
        content = (carton, content_g, content_mm3 if shelf.voids_cost else 0)
        known = self._sent.get(content)
        if known is None:
            known = self._sent[content] = full_cost(shelf.cartons[carton], content_g, content_mm3, self.price)
        return known

    def seat_groups(self) -> list[Unpackable]:
        """Find each group that is kept together a carton; returns those for which there is none."""
        left = []
        for pool in self.columns.together:
            self.budget = self.work + STAND_UP_WORK
            filled = self._in_one(pool, UNBOUNDED, 0, STAND_UP_STARTS, 100)
            if filled:
                self.seated.append(filled)
                continue
            best = max((self._most_units(pool, c) for c in range(len(self.columns.shelf.cartons))), default=0)
            for item, units in zip(self.columns.items, pool, strict=True):
                if units:
                    left.append(Unpackable(item.ref, units, "keep_together", sum(pool), min(best, sum(pool) - 1)))
        return left

    def _most_units(self, pool: Pool, carton: int) -> int:
        columns = self.columns
        _, work, boxes = kernels.fill_most(
            columns.kinds, columns.ranked, np.array(pool), columns.rooms[carton], self.params.support_percent,
            2, self.params.seed, STAND_UP_WORK,
        )  # fmt: skip
        self.work += work
        return len(boxes)

    def splits(self, pool: Pool) -> bool:
        """Whether it has some but not all units of goods that are kept together."""
        for group in self.columns.together:
            shared = [have == all_ for have, all_ in zip(pool, group, strict=True) if all_]
            if any(have for have, all_ in zip(pool, group, strict=True) if all_) and not all(shared):
                return True
        return False

    def lines_alone(self, pool: Pool) -> list[Filled]:
        """Each order line by itself, and each group that is kept together."""
        columns = self.columns
        seated = [each for each in self.seated if any(have for have, unit in zip(pool, each.pool, strict=True) if unit)]
        pool = tuple(have - sum(units) for have, *units in zip(pool, *(each.pool for each in seated), strict=True))
        wanted = [
            (replace(item, quantity=units), takers)
            for item, takers, units in zip(columns.items, columns.takers, pool, strict=True)
            if units
        ]
        return seated + self.solution_of(
            filled for item, takers in wanted for filled in line_alone(item, takers, columns.shelf, self.price)
        )

    def solution_of(self, packed: Iterable[PackedCarton]) -> list[Filled]:
        return [Filled(self.columns.units_of(each), cost_of_one(each, self.price), each) for each in packed]

    def carried_over(self, incumbent: Sequence[PackedCarton]) -> list[Filled]:
        """The incumbent as far as it holds wanted goods, and lines by themselves for what it lacks."""
        columns = self.columns
        standing, fallen = carried_over(incumbent, columns.items, columns.shelf, self.params)
        kept = [each for each in self.solution_of(standing) if not self.splits(each.pool)]
        for packed in fallen:
            self.budget = self.work + STAND_UP_WORK
            pool = columns.units_of(packed)
            if self.splits(pool):
                continue
            as_dear = cost_of_one(packed, self.price) + 1
            kept += self.resend(pool, as_dear, 0, STAND_UP_STARTS, 100) or []
        held = summed(each.pool for each in kept) or (0,) * len(columns.items)
        missing = tuple(item.quantity - units for item, units in zip(columns.items, held, strict=True))
        return kept + self.lines_alone(missing)

    def improve(self, incumbent: list[Filled] | None) -> list[Filled]:
        """The cheapest solution found; never dearer than the incumbent or than each line by itself."""
        self.budget = self.work + self.params.work_budget
        everything = tuple(item.quantity for item in self.columns.items)
        units = sum(everything)
        solution = self.greedy(everything)
        least_alone = sum(self.columns.shelf.cheapest(takers).cost_minor for takers in self.columns.takers)
        if solution is None or total(solution) > least_alone:
            alone = self.lines_alone(everything)
            solution = min(solution or alone, alone, key=total)
        if incumbent:
            solution = min(incumbent, solution, key=total)
        most_starts = STARTS_PER_UNIT_SQUARED * units * units
        regular = len(everything) <= REGULAR_KINDS
        hardly = 100 if regular else min(HARDLY_FULL_MOST, HARDLY_FULL_PERCENT + units // 2)
        start, starts = 0, FIRST_STARTS
        for round_ in range(ROUNDS):
            if self.spent() or start >= most_starts:
                break
            self.closed = True
            solution = self._round(solution, start, starts, hardly if round_ else LATER_FULL_PERCENT)
            if self.closed and round_:
                break
            start, starts = start + starts, starts * GROWTH
        return solution

    def _round(self, solution: list[Filled], start: int, starts: int, full: int) -> list[Filled]:
        """Take every small group of cartons apart once, beginning anew after each gain."""
        tried: set[tuple[Pool, ...]] = set()
        improved = True
        while improved and not self.spent():
            improved = False
            for group in islice(groups_of(solution), MOST_GROUPS):
                pools = tuple(each.pool for each in group)
                if pools in tried:
                    continue
                tried.add(pools)
                cheaper = self.resend(summed(pools), total(group), start, starts, full)
                if cheaper:
                    solution = [each for each in solution if not any(each is old for old in group)] + cheaper
                    improved = True
                    break
                if self.spent():
                    break
        return solution

    def resend(self, pool: Pool, below: int, start: int, starts: int, full: int) -> list[Filled] | None:
        """The pool in one carton or two for less than `below`, as found in starts `start` onwards, or None."""
        one = self._in_one(pool, below, start, starts, full)
        if one:
            below = one.cost
        two = self._in_two(pool, below, start, starts, full)
        return two or ([one] if one else None)

    def _in_one(self, pool: Pool, below: int, start: int, starts: int, full: int) -> Filled | None:
        columns, shelf = self.columns, self.columns.shelf
        takers, volume, weight, groups = self._measure(pool)
        able = takers & shelf.big_enough(volume, weight)
        if groups > 1 or not able:
            return None
        choices = []
        for c, room in enumerate(shelf.volumes):
            if able >> c & 1:
                cost = self.cost(c, weight, volume)
                if cost < below and volume * 100 <= room * full:
                    self.closed = False
                    choices.append((cost, c))
        if not choices or self.spent():
            return None
        choices.sort()
        row, work, boxes = kernels.hold_one(
            columns.kinds, columns.ranked, np.array(pool), columns.rooms[[c for _, c in choices]],
            self.params.support_percent, start, starts, self.params.seed, self.budget - self.work,
        )  # fmt: skip
        self.work += work
        return Filled(pool, choices[row][0], (choices[row][1], boxes)) if row >= 0 else None

    def _in_two(self, pool: Pool, below: int, start: int, starts: int, full: int) -> list[Filled] | None:
        columns = self.columns
        _, volume, weight, groups = self._measure(pool)
        if groups > 2 or sum(pool) < 2 or columns.shelf.least_cost(2, volume, weight) >= below:
            return None
        for c, d in self._pairs(pool, volume, weight, below, full):
            tried = start
            while tried < start + starts and not self.spent():
                at, work, boxes, more_boxes = kernels.hold_two(
                    columns.kinds, columns.ranked, np.array(pool), columns.rooms[[c, d]],
                    self.params.support_percent, max(full, LATER_FULL_PERCENT), tried, start + starts - tried,
                    self.params.seed, self.budget - self.work,
                )  # fmt: skip
                self.work += work
                if at < 0:
                    break
                halves = ((c, boxes), (d, more_boxes))
                found = [self._filled(carton, content) for carton, content in halves if len(content)]
                if total(found) < below and not any(self.splits(each.pool) for each in found):
                    return found
                tried = at + 1
        return None

    def _pairs(self, pool: Pool, volume: int, weight: int, below: int, full: int) -> list[tuple[int, int]]:
        """Pairs of cartons, larger first, that may hold the pool for less than `below`, cheapest first.

        How the weight will be shared is not known yet, so that a pair's cost is reckoned with shares by volume.
        """
        shelf = self.columns.shelf
        takers = {bits for bits, units in zip(self.columns.takers, pool, strict=True) if units}
        full = min(full, max(full - TWO_LESS_PERCENT, LATER_FULL_PERCENT))
        choices = []
        for c, d, room, most_g, cost_minor in shelf.pairs:
            if volume * 100 > room * full or cost_minor >= below or weight > most_g:
                continue
            either = 1 << c | 1 << d
            if not all(bits & either for bits in takers):
                continue
            if self.price or shelf.voids_cost:
                share = min(shelf.rooms[c].most_g, weight * shelf.volumes[c] // room)
                share_mm3 = volume * shelf.volumes[c] // room
                rest = min(shelf.rooms[d].most_g, weight - share)
                cost_minor = self.cost(c, share, share_mm3) + self.cost(d, rest, volume - share_mm3)
            if cost_minor < below:
                choices.append((cost_minor, c, d))
        self.closed = self.closed and not choices
        return [(c, d) for _, c, d in sorted(choices)]

    def greedy(self, pool: Pool) -> list[Filled] | None:
        """A first solution: carton after carton, each the one that holds most for its cost, until two take the rest."""
        columns = self.columns
        done: list[Filled] = []
        while not self.spent():
            _, volume, weight, _ = self._measure(pool)
            if columns.shelf.fewest(volume, weight) <= 2:
                last = self.resend(pool, UNBOUNDED, 0, 1, EASILY_FULL_PERCENT)
                if last:
                    return done + last
            best: tuple[int, Filled] | None = None
            for c in self._worth_filling(pool):
                held, work, boxes = kernels.fill_most(
                    columns.kinds, columns.ranked, np.array(pool), columns.rooms[c], self.params.support_percent,
                    2, self.params.seed, self.budget - self.work,
                )  # fmt: skip
                self.work += work
                filled = self._filled(c, boxes)
                worthy = best is None or filled.cost * best[0] < best[1].cost * held
                if held and worthy and not self.splits(filled.pool):
                    best = held, filled
            if best is None or self.spent():  # with more budget another carton might have been taken: not the same path
                return None
            done.append(best[1])
            pool = tuple(have - taken for have, taken in zip(pool, best[1].pool, strict=True))
            if not any(pool):
                return done
        return None

    def _worth_filling(self, pool: Pool) -> list[int]:
        """The three cartons with most room for their cost among those that take something of the pool."""
        shelf = self.columns.shelf
        some = 0
        for takers, units in zip(self.columns.takers, pool, strict=True):
            some |= takers if units else 0
        cartons = [c for c in range(len(shelf.cartons)) if some >> c & 1]
        cartons.sort(key=lambda c: (self.cost(c, 0, shelf.volumes[c]) * 1_000_000_000 // shelf.volumes[c], c))
        return cartons[:3]

    def _measure(self, pool: Pool) -> tuple[int, int, int, int]:
        """(cartons that take each kind, volume, weight, cartons needed at least to keep apart) of a pool."""
        takers, volume, weight = -1, 0, 0
        own = against = 0
        groups = set()
        columns = self.columns
        for k, units in enumerate(pool):
            if units:
                takers &= columns.takers[k]
                volume += columns.volumes[k] * units
                weight += columns.weights[k] * units
                own |= columns.own[k]
                against |= columns.against[k]
                groups.add(columns.items[k].keep_apart)
        return takers, volume, weight, max(len(groups - {""}), 2 if own & against else 1)

    def _filled(self, carton: int, boxes: Table) -> Filled:
        pool = self.columns.pool_of(boxes)
        content_g = sum(units * weight for units, weight in zip(pool, self.columns.weights, strict=True))
        content_mm3 = sum(units * volume for units, volume in zip(pool, self.columns.volumes, strict=True))
        return Filled(pool, self.cost(carton, content_g, content_mm3), (carton, boxes))


def total(solution: list[Filled]) -> int:
    return sum(each.cost for each in solution)


def summed(pools: Iterable[Pool]) -> Pool:
    return tuple(map(sum, zip(*pools, strict=True)))


def groups_of(solution: list[Filled]) -> Iterator[list[Filled]]:
    """The cartons to take apart together: all if there are at most two, then each alone, by twos and by threes."""
    if len(solution) <= 2:
        yield solution
    for size in (1, 2, 3):
        if size < len(solution) or size == 3 == len(solution):
            yield from map(list, combinations(solution, size))
