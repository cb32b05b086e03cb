"""The search for a load: sequences are tried stop by stop, and the best is changed a little again and again.

The compiled core puts units in one after another from the front wall, each past all that is there, so that the order
of placing is an order of loading. What is then wrong with the weights is mended by `load_balance`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

import numpy as np

from doorstep.packing import stack_kernels as kernels
from doorstep.packing.compiling import Table
from doorstep.packing.load_balance import Balance, bears
from doorstep.packing.load_left import Broken, Whys
from doorstep.packing.stack_blocks import Blocks
from doorstep.packing.stack_params import LoadParams
from doorstep.packing.stacks import NO_BOXES, Box, Counts, Goods, listed, shaken
from doorstep.terms.load import Drop, LoadPlan, Trailer
from doorstep.terms.parcel import PackItem, Size, Unpackable

CORNER_RULES = (4, 5, 7, 6)
MOST_ROUNDS = 4_000
LEAST_FOR_WALLS = 40  # units; fewer are loaded one by one
UNCHANGED_MOST = 1_500  # ways that bring nothing, after which the search ends


def search(
    items: Sequence[PackItem],
    never: Sequence[Unpackable],
    trailer: Trailer,
    stops: Sequence[Drop],
    params: LoadParams,
    turns_of: Callable[[PackItem], list[Size]],
) -> LoadPlan:
    """The best load found of all but what never goes in."""
    goods = Goods(items, params.separated, turns_of)
    order = _Search(goods, trailer, stops, params)
    refused = {no.ref for no in never}
    pool = tuple(0 if item.ref in refused else item.quantity for item in items)
    broken = {item.keep_together for item in items if item.ref in refused} - {""}
    whole = goods.without_groups(pool, broken)
    order.look(pool, whole)
    return order.plan(never)


Rank = tuple[int, int]


class _Way(NamedTuple):
    """For each stop, the last first, a sequence of its units; and a notion of the best corner."""

    parts: tuple[tuple[int, ...], ...]
    rule: int


class _Search:
    """The search for one load. `work` is in looks."""

    def __init__(self, goods: Goods, trailer: Trailer, stops: Sequence[Drop], params: LoadParams) -> None:
        self.goods, self.trailer, self.stops, self.params = goods, trailer, stops, params
        self.stop_of = [next(s for s, stop in enumerate(stops) if item.ref in stop.refs) for item in goods.items]
        self.balance = Balance(trailer, self.stop_of, len(stops))
        inner = trailer.inner
        self.rules: Table = np.array(
            [*inner, 0, 0, *inner[:2], trailer.max_content_g, kernels.NO_LIMIT, params.support_percent, 1], np.int64
        )
        self.whys = Whys(goods, self.balance, self.rules)
        self.blocks = Blocks(goods)
        self.left_off: dict[int, Broken] = {}
        self.kept: tuple[Rank, list[Box], list[Unpackable]] | None = None
        self.work = 0

    def look(self, wanted: Counts, pool: Counts) -> None:
        """Look for the best load of the pool; `wanted` is that and what has no hope, for which a reason is told."""
        best: tuple[Rank, _Way] | None = None
        self.left_off = {}
        walls = self._walls(pool)
        if walls:
            self._keep(self._balanced(walls), wanted)
        for way in self._first_ways(pool):
            if best is not None and self._spent():
                return
            boxes = self._loaded(way, pool)
            rank = self._rank(boxes)
            if best is None or rank < best[0]:
                best = rank, way
                self._keep(boxes, wanted)
        if best is None:
            return
        chance, unchanged = Random(self.params.seed), 0
        least = (-sum(n * v for n, v in zip(pool, self.goods.volumes, strict=True)), self._least_floor(pool))
        for _ in range(MOST_ROUNDS):
            if (
                self.work + self.blocks.work >= self.params.work_budget
                or unchanged >= UNCHANGED_MOST
                or best[0] <= least
            ):
                break
            way = self._changed(best[1], chance)
            boxes = self._loaded(way, pool)
            rank = self._rank(boxes)
            unchanged = 0 if rank < best[0] else unchanged + 1
            if rank < best[0]:
                self._keep(boxes, wanted)
            if rank <= best[0]:
                best = rank, way

    def _spent(self) -> bool:
        return self.work + self.blocks.work >= self.params.work_budget

    def _walls(self, pool: Counts) -> list[Box]:
        """Stop by stop as a wall across the trailer, the last one first, by blocks; nothing where not all goods bear
        anything and may stand with all others, or where they may not be turned."""
        blocks, inner = self.blocks, self.trailer.inner
        free = all(free for free, units in zip(blocks.free, pool, strict=True) if units)
        if not free or not self.params.may_turn or sum(pool) < LEAST_FOR_WALLS:
            return []
        rows: list[Box] = []
        for stop in reversed(range(len(self.stops))):
            begin = max((box[3] for box in rows), default=0)
            most_g = self.trailer.max_content_g - sum(box[7] for box in rows)
            here = tuple(units if self.stop_of[kind] == stop else 0 for kind, units in enumerate(pool))
            if not any(here) or begin >= inner.length_mm:
                continue
            wall = blocks.walls(here, inner._replace(length_mm=inner.length_mm - begin), most_g)
            rows += [[b[0] + begin, b[1], b[2], b[3] + begin, *b[4:]] for b in wall]
        return rows

    def _keep(self, boxes: Sequence[Box], wanted: Counts) -> None:
        """A load that is better than those before: with what still goes in, and why the rest does not."""
        self.whys.left_off = self.left_off
        done, left = self.whys.completed(wanted, boxes)
        rank = self._rank(done)
        if self.kept is None or rank < self.kept[0]:
            self.kept = rank, done, left

    def plan(self, never: Sequence[Unpackable]) -> LoadPlan:
        """What `look` has found."""
        goods, inner = self.goods, self.trailer.inner
        _, boxes, behind = self.kept or (None, [], [])
        volume = sum(goods.volumes[box[6]] for box in boxes)
        aboard = tuple(sum(box[6] == kind for box in boxes) for kind in range(len(goods.items)))
        return LoadPlan(
            self.trailer,
            tuple(goods.placement(box) for box in boxes),
            tuple(self.stops[self.stop_of[box[6]]].stop_id for box in boxes),
            (*never, *behind),
            self.balance.legs(boxes, [stop.stop_id for stop in self.stops]),
            sum(box[7] for box in boxes),
            volume * 1_000_000 // inner.volume_mm3,
            max((box[3] for box in boxes), default=0),
            self._least_floor(aboard),
            self.work + self.whys.work + self.blocks.work,
        )

    def _rank(self, boxes: Sequence[Box]) -> Rank:
        """Smaller is better: most volume, least floor."""
        return -sum(self.goods.volumes[box[6]] for box in boxes), max((box[3] for box in boxes), default=0)

    def _least_floor(self, pool: Counts) -> int:
        """No load of so many units takes less of the floor's length: by volume, and by area, where over no point of the
        floor there are more units than may be on one another and the lowest of which fit under the roof."""
        inner, goods = self.trailer.inner, self.goods
        there = [kind for kind, units in enumerate(pool) if units]
        volume = sum(pool[kind] * goods.volumes[kind] for kind in there)
        area = sum(pool[kind] * min(size[0] * size[1] for size in goods.turned[kind]) for kind in there)
        high, deep = 0, 0
        for lowest, kind in sorted((min(size[2] for size in goods.turned[kind]), kind) for kind in there):
            more = min(pool[kind], (inner.height_mm - high) // lowest)
            high, deep = high + more * lowest, deep + more
        if not any(self._may_bear(a, b) for a in there for b in there):
            deep = 1
        by_volume = -(-volume // (inner.width_mm * inner.height_mm))
        return max(by_volume, -(-area // (inner.width_mm * max(deep, 1))))

    def _may_bear(self, lower: int, upper: int) -> bool:
        limit = self.goods.items[lower].most_on_top_g
        return limit is None or 0 < limit >= self.goods.weights[upper]

    def _first_ways(self, pool: Counts) -> Iterator[_Way]:
        for ranking in self.goods.rankings():
            for order in (ranking, ranking[::-1]):
                parts = tuple(
                    tuple(listed([kind for kind in order if self.stop_of[kind] == stop], pool))
                    for stop in reversed(range(len(self.stops)))
                )
                for rule in CORNER_RULES:
                    yield _Way(parts, rule)
                for longways in (True, False):
                    turned = tuple(tuple(self._turned(unit, longways) for unit in part) for part in parts)
                    yield _Way(turned, CORNER_RULES[1])

    def _turned(self, kind: int, longways: bool) -> int:
        """A unit that stands with its longest, or its shortest, side along the trailer."""
        return kind + kernels.ONE_TURN * (len(self.goods.turned[kind]) if longways else 1)

    def _changed(self, way: _Way, chance: Random) -> _Way:
        if chance.randrange(6) == 0:
            way = way._replace(rule=CORNER_RULES[chance.randrange(len(CORNER_RULES))])
        at = chance.randrange(len(way.parts))
        part = list(way.parts[at])
        if not part:
            return way
        if chance.randrange(2):
            part = shaken(part, chance)
        else:
            self._turn_some(part, chance)
        return way._replace(parts=(*way.parts[:at], tuple(part), *way.parts[at + 1 :]))

    def _turn_some(self, part: list[int], chance: Random) -> None:
        """Some units after one another, or a single one, get a turn that they have to stand in, or may choose again."""
        start = chance.randrange(len(part))
        for place in range(start, min(start + 1 + chance.randrange(4), len(part))):
            kind = part[place] % kernels.ONE_TURN
            part[place] = kind + kernels.ONE_TURN * chance.randrange(len(self.goods.turned[kind]) + 1)

    def _loaded(self, way: _Way, pool: Counts) -> list[Box]:
        """The load of a way, in the order of loading, its weights in order, no group cut apart."""
        while True:
            self.left_off = {}
            sequence = [unit for part in way.parts for unit in part if pool[unit % kernels.ONE_TURN]]
            boxes = self._balanced(self._filled(NO_BOXES, sequence, way.rule))
            counts = [0] * len(pool)
            for box in boxes:
                counts[box[6]] += 1
            cut = self.goods.cut_groups(pool, tuple(counts))
            if not cut:
                return boxes
            for group in cut:
                units = sum(n for n, name in zip(counts, self.goods.groups, strict=True) if name == group)
                self.whys.most_of_group[group] = max(units, self.whys.most_of_group.get(group, 0))
            pool = self.goods.without_groups(pool, cut)

    def _filled(self, fixed: Table, sequence: Sequence[int], rule: int) -> list[Box]:
        boxes, _, _, work = kernels.fill(
            fixed, np.array(sequence, np.int64), self.goods.kinds, self.goods.clash, self.rules, rule
        )
        self.work += work
        rows: list[Box] = boxes.tolist()
        return rows

    def _balanced(self, boxes: list[Box]) -> list[Box]:
        """The load with its weights in order; units are left off where there is no other way."""
        balance = self.balance
        while boxes and balance.beyond(balance.sums(boxes)):
            boxes = balance.with_sides(balance.with_gaps(boxes))
            if not balance.beyond(balance.sums(boxes)):
                break
            boxes = self._without_one(boxes)
        return boxes

    def _without_one(self, boxes: Sequence[Box]) -> list[Box]:
        """Without the unit, of those that bear nothing, whose weight is most in the wrong place."""
        balance = self.balance
        legs = balance.sums(boxes)
        free = [i for i, box in enumerate(boxes) if not bears(box, boxes)]
        gone = min(free, key=lambda i: (balance.beyond(balance.without(legs, boxes[i])), -i))
        worst = balance.worst(legs)
        if worst:
            self.left_off[boxes[gone][6]] = worst
        return [box for i, box in enumerate(boxes) if i != gone]
