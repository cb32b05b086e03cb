"""What stays behind and why: each unit that was left is tried once more, and what stops it is told with its figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doorstep.packing import stack_kernels as kernels
from doorstep.packing.compiling import Table
from doorstep.packing.load_balance import Balance, can_be_loaded, in_the_way
from doorstep.packing.stacks import Box, Counts, Goods
from doorstep.terms.parcel import Unpackable

LAST_RULE = 5


Broken = tuple[str, int, int]
"""A limit that is broken: binding, needed, allowed."""


class Whys:
    """Tries what was left with a finished load. `work` is in looks.

    `most_of_group`: units of a group to be kept together that went in; `left_off`: kinds of which units were taken
    out of the load for the limit that they broke.
    """

    def __init__(self, goods: Goods, balance: Balance, rules: Table) -> None:
        self.goods, self.balance, self.rules = goods, balance, rules
        self.work = 0
        self.most_of_group: dict[str, int] = {}
        self.left_off: dict[int, Broken] = {}
        self._unlimited = goods.kinds.copy()
        self._unlimited[:, kernels.MOST_ON_TOP] = kernels.NO_LIMIT

    def completed(self, pool: Counts, boxes: Sequence[Box]) -> tuple[list[Box], list[Unpackable]]:
        """The load with what still goes in, and why the rest does not."""
        boxes, left = list(boxes), []
        for kind, units in enumerate(pool):
            missing = units - sum(box[6] == kind for box in boxes)
            while missing:
                told = self._why(kind, boxes)
                if isinstance(told, Unpackable):
                    left.append(Unpackable(told.ref, missing, told.binding, told.needs, told.best))
                    break
                boxes.append(told)
                missing -= 1
        return boxes, left

    def _why(self, kind: int, boxes: Sequence[Box]) -> Unpackable | Box:
        goods = self.goods
        item = goods.items[kind]

        def no(binding: str, needs: int, best: int) -> Unpackable:
            return Unpackable(item.ref, 1, binding, needs, best)

        if item.keep_together:
            units = sum(each.quantity for each in goods.items if each.keep_together == item.keep_together)
            return no("keep_together", units, self.most_of_group.get(item.keep_together, 0))
        foes = sum(bool(goods.clash[kind, box[6]]) for box in boxes)
        if foes:
            return no("keep_apart", foes, 0)
        content_g = sum(box[7] for box in boxes) + item.weight_g
        if content_g > self.balance.trailer.max_content_g:
            return no("content_g", content_g, self.balance.trailer.max_content_g)
        found = self._place(kind, boxes, goods.kinds)
        if found is None:
            return no(*self.left_off[kind]) if kind in self.left_off else self._no_place(kind, boxes)
        with_it = [*boxes, found]
        if not can_be_loaded(with_it, self.balance.stop_of):
            return no("stop_order", sum(in_the_way(found, box) for box in boxes), 0)
        worst = self.balance.worst(self.balance.sums(with_it))
        return no(*worst) if worst else found

    def _no_place(self, kind: int, boxes: Sequence[Box]) -> Unpackable:
        """It stands nowhere: only too heavily on others, or there is too little floor before the door."""
        goods, item = self.goods, self.goods.items[kind]
        found = self._place(kind, boxes, self._unlimited)
        if found is not None:
            bears, limit = self._overloaded(found, boxes)
            return Unpackable(item.ref, 1, "most_on_top_g", bears, limit)
        inner = self.balance.trailer.inner
        fit = [size for size in goods.turned[kind] if all(a <= b for a, b in zip(size, inner, strict=True))]
        floor = max((box[3] for box in boxes), default=0)
        return Unpackable(item.ref, 1, "floor_mm", min(size[0] for size in fit), inner.length_mm - floor)

    def _place(self, kind: int, boxes: Sequence[Box], kinds: Table) -> Box | None:
        """Where a unit can stand when it is loaded last."""
        fixed = np.array([box[:8] for box in boxes], np.int64).reshape(len(boxes), 8)
        sequence = np.array([kind], np.int64)
        made, left, stand, work = kernels.fill(fixed, sequence, kinds, self.goods.clash, self.rules, LAST_RULE)
        self.work += work
        if len(left) or stand < len(boxes):
            return None
        row: Box = made[-1].tolist()
        return row

    def _overloaded(self, unit: Box, boxes: Sequence[Box]) -> tuple[int, int]:
        """(what it would bear, what it can) of a box beneath that the unit is too much for."""
        rows = [*boxes, unit]
        above: list[set[int]] = [set() for _ in rows]
        for i in range(len(rows) - 1, -1, -1):
            for j in range(i):
                if rows[j][5] == rows[i][2] and _share(rows[i], rows[j]):
                    above[j] |= above[i] | {i}
        broken = []
        for j, on_top in enumerate(above):
            limit = self.goods.items[rows[j][6]].most_on_top_g
            bears = sum(rows[i][7] for i in on_top)
            if len(rows) - 1 in on_top and limit is not None and (bears > limit or not limit):
                broken.append((max(bears, 1), limit))
        return min(broken, key=lambda told: told[0] - told[1])


def _share(one: Box, other: Box) -> bool:
    return min(one[3], other[3]) > max(one[0], other[0]) and min(one[4], other[4]) > max(one[1], other[1])
