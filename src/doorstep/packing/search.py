"""The search: cartons are taken apart and their goods sent cheaper, in one carton or two, until the budget is spent.

A solution is a list of filled cartons. Each round looks harder than the one before; only what is cheaper is kept, and
how a round goes does not depend on how much budget is left, so that more budget continues the same search.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, islice
from operator import mul

import numpy as np

from doorstep.packing.alone import line_alone
from doorstep.packing.columns import Columns, Pool, columns_of
from doorstep.packing.compiling import Table
from doorstep.packing.incumbent import carried_over
from doorstep.packing.kernels import WORST as UNBOUNDED
from doorstep.packing.sending import send, tries_before
from doorstep.packing.shelf import Shelf
from doorstep.packing.tries import fill_most
from doorstep.packing.values import Params, Price, cost_of_one, full_cost
from doorstep.terms.parcel import PackedCarton, PackItem, Unpackable

ROUNDS = 12
TRIES_PER_UNIT_CUBED_PERCENT = 50  # more than so many find nothing new
HARDLY_FULL_PERCENT, HARDLY_FULL_MOST = 75, 90  # and one percent more for every two units: fuller ones are rare
REGULAR_KINDS, REGULAR_PERCENT = 2, 80  # goods of so few kinds, or so alike, may fill a carton to the last corner
MOST_CARTONS = 12  # that a pool is shared out over at once
MOST_GROUPS = 60  # of a solution's cartons taken apart in one round
STAND_UP_ROUNDS = 7
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
    order = _Search(columns, params, price, price is None and not shelf.voids_cost and not columns.together)
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
    exact: bool  # a carton costs the same whatever is in it, and any units may be in it
    work: int = 0
    budget: int = 0
    closed: bool = False  # nothing cheaper was left to try, or even to leave for a later round
    hardly: int = 100  # percent of a carton's room: fuller is not tried
    most_tries: int = UNBOUNDED
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
            filled = self._in_one(pool)
            if filled:
                self.seated.append(filled)
                continue
            best = max((self._most_units(pool, c) for c in range(len(self.columns.shelf.cartons))), default=0)
            for item, units in zip(self.columns.items, pool, strict=True):
                if units:
                    left.append(Unpackable(item.ref, units, "keep_together", sum(pool), min(best, sum(pool) - 1)))
        return left

    def _in_one(self, pool: Pool) -> Filled | None:
        """The pool in the cheapest carton found to hold it, whatever that costs."""
        for round_ in range(STAND_UP_ROUNDS):
            found, _ = self.resend(pool, UNBOUNDED, round_, round_ + 1, 1)
            if found:
                return found[0]
        return None

    def _most_units(self, pool: Pool, carton: int) -> int:
        columns = self.columns
        _, work, boxes = fill_most(
            columns.order(self.params.support_percent), np.array(pool), carton, 2, self.params.seed, STAND_UP_WORK
        )
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
            kept += self.resend(pool, as_dear, 0, STAND_UP_ROUNDS)[0] or []
        held = summed(each.pool for each in kept) or (0,) * len(columns.items)
        missing = tuple(item.quantity - units for item, units in zip(columns.items, held, strict=True))
        return kept + self.lines_alone(missing)

    def improve(self, incumbent: list[Filled] | None) -> list[Filled]:
        """The cheapest solution found; never dearer than the incumbent or than each line by itself."""
        self.budget = self.work + self.params.work_budget
        everything = tuple(item.quantity for item in self.columns.items)
        units = sum(everything)
        regular = len(everything) <= REGULAR_KINDS or self.columns.alike >= REGULAR_PERCENT
        self.hardly = 100 if regular else min(HARDLY_FULL_MOST, HARDLY_FULL_PERCENT + units // 2)
        self.most_tries = max(1, TRIES_PER_UNIT_CUBED_PERCENT * units**3 // 100)
        solution, round_ = self.resend(everything, UNBOUNDED, 0, ROUNDS)
        if solution is None:
            solution = self.greedy(everything)
        cheapest = self.columns.shelf.cheapest
        if solution is None or total(solution) > sum([cheapest(bits).cost_minor for bits in self.columns.takers]):
            alone = self.lines_alone(everything)
            solution = min(solution or alone, alone, key=total)
        if incumbent:
            solution = min(incumbent, solution, key=total)
        while round_ < ROUNDS and not self.spent() and not self.closed and tries_before(round_) < self.most_tries:
            if len(solution) == 1:
                better, round_ = self.resend(everything, total(solution), round_, ROUNDS)
                solution = better or solution
            else:
                self.closed = round_ > 1  # unless sending a group says otherwise
                solution = self._round(solution, round_)
                round_ += 1
        return solution

    def _round(self, solution: list[Filled], round_: int) -> list[Filled]:
        """Take every small group of cartons apart once, beginning anew after each gain."""
        tried: set[tuple[Pool, ...]] = set()
        improved = True
        closed = self.closed
        while improved and not self.spent():
            improved = False
            for group in islice(groups_of(solution), MOST_GROUPS):
                pools = tuple(each.pool for each in group)
                if pools in tried:
                    continue
                tried.add(pools)
                cheaper, _ = self.resend(summed(pools), total(group), round_, round_ + 1)
                closed = closed and self.closed
                if cheaper:
                    solution = [each for each in solution if not any(each is old for old in group)] + cheaper
                    improved = True
                    break
                if self.spent():
                    break
        self.closed = closed
        return solution

    def resend(
        self, pool: Pool, below: int, round_: int, end: int, most_cartons: int = MOST_CARTONS
    ) -> tuple[list[Filled] | None, int]:
        """(the pool in cartons for less than `below`, as found in rounds `round_` up to `end`, or None; the round to go
        on with)."""
        columns, tables = self.columns, self.columns.on_shelf
        exact = self.exact
        if exact:
            singles, costs = tables.singles, tables.costs
            worth = singles, costs, costs, tables.volumes
        else:
            singles, costs, worth = self._priced(pool)
        parts = self._parts(pool)
        if most_cartons > 1:
            volume, weight = sum(map(mul, columns.volumes, pool)), sum(map(mul, columns.weights, pool))
            most_cartons = min(MOST_CARTONS, max(2, parts, columns.shelf.fewest(volume, weight)))
        best: list[Filled] | None = None
        at = at_try = -1
        units = np.array(pool)
        while True:
            round_, at, at_try, cost, work, closed, (cartons, ends, boxes) = send(
                columns.order(self.params.support_percent), units, singles, costs, worth, most_cartons, parts, exact,
                below, round_, at, at_try, end, self.hardly, self.most_tries, self.params.seed, self.budget - self.work,
            )  # fmt: skip
            self.work += work
            self.closed = closed
            if len(cartons) == 0:
                return best, round_
            if len(cartons) == 1:
                best, below = [Filled(pool, cost, (int(cartons[0]), boxes))], cost
                return best, round_
            starts = [0, *ends.tolist()]
            found = [
                self._filled(c, boxes[start:stop])
                for c, start, stop in zip(cartons.tolist(), starts, ends.tolist(), strict=False)
            ]
            if exact or (total(found) < below and not any(self.splits(each.pool) for each in found)):
                return found, round_
            at_try += 1

    def _priced(self, pool: Pool) -> tuple[Table, Table, tuple[Table, Table, Table, Table]]:
        """(cartons, what each costs with the pool in it, what it is worth with a part of the pool in it), for `send`.

        How the weight will be shared is not known yet, so that a part's is reckoned by its volume.
        """
        shelf = self.columns.shelf
        takers, volume, weight = self._measure(pool)
        able = takers & shelf.big_enough(volume, weight)
        singles = sorted((self.cost(c, weight, volume), c) for c in range(len(shelf.cartons)) if able >> c & 1)
        empty, full, most = [], [], []
        for c, room in enumerate(shelf.rooms):
            share = min(volume, shelf.volumes[c])
            empty.append(self.cost(c, 0, 0))
            full.append(self.cost(c, min(room.most_g, weight * share // volume), share))
            most.append(share)
        by_cost = sorted(range(len(shelf.cartons)), key=lambda c: (empty[c], c))
        return (
            np.array([c for _, c in singles], np.int64),
            np.array([cost for cost, _ in singles], np.int64),
            (np.array(by_cost), np.array(empty), np.array(full), np.array(most)),
        )

    def greedy(self, pool: Pool) -> list[Filled] | None:
        """A first solution: carton after carton, each the one that holds most for its cost, until two take the rest."""
        columns = self.columns
        done: list[Filled] = []
        while not self.spent():
            _, volume, weight = self._measure(pool)
            if done and columns.shelf.fewest(volume, weight) <= 2:
                last, _ = self.resend(pool, UNBOUNDED, 0, 1)
                if last:
                    return done + last
            best: tuple[int, Filled] | None = None
            for c in self._worth_filling(pool):
                held, work, boxes = fill_most(
                    columns.order(self.params.support_percent), np.array(pool), c, 2, self.params.seed,
                    self.budget - self.work,
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

    def _measure(self, pool: Pool) -> tuple[int, int, int]:
        """(cartons that take each kind, volume, weight) of a pool."""
        takers, volume, weight = -1, 0, 0
        columns = self.columns
        for k, units in enumerate(pool):
            if units:
                takers &= columns.takers[k]
                volume += columns.volumes[k] * units
                weight += columns.weights[k] * units
        return takers, volume, weight

    def _parts(self, pool: Pool) -> int:
        """Cartons needed at least to keep the goods of a pool apart."""
        columns = self.columns
        if not any(columns.own):
            return 1
        own = against = 0
        groups = set()
        for k, units in enumerate(pool):
            if units:
                own |= columns.own[k]
                against |= columns.against[k]
                groups.add(columns.items[k].keep_apart)
        return max(len(groups - {""}), 2 if own & against else 1)

    def _filled(self, carton: int, boxes: Table) -> Filled:
        pool = self.columns.pool_of(boxes)
        content_g = sum(units * weight for units, weight in zip(pool, self.columns.weights, strict=True))
        content_mm3 = sum(units * volume for units, volume in zip(pool, self.columns.volumes, strict=True))
        return Filled(pool, self.cost(carton, content_g, content_mm3), (carton, boxes))


def total(solution: list[Filled]) -> int:
    return solution[0].cost if len(solution) == 1 else sum(each.cost for each in solution)


def summed(pools: Iterable[Pool]) -> Pool:
    return tuple(map(sum, zip(*pools, strict=True)))


def groups_of(solution: list[Filled]) -> Iterator[list[Filled]]:
    """The cartons to take apart together: all if there are at most two, then each alone, by twos and by threes."""
    if len(solution) <= 2:
        yield solution
    for size in (1, 2, 3):
        if size < len(solution) or size == 3 == len(solution):
            yield from map(list, combinations(solution, size))
