"""Goods that may be stacked freely, put into a room by blocks (`container`): a pallet's base, a trailer's walls.

What bears little, keeps together or keeps apart is no business of blocks; it comes after, unit by unit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from doorstep.packing.compiling import Table
from doorstep.packing.container import fill_container
from doorstep.packing.load_balance import ways_barred
from doorstep.packing.stacks import NO_BOXES, Box, Counts, Goods
from doorstep.packing.values import Params
from doorstep.terms.parcel import Size

BLOCKS_OF_A_PALLET, LOOKS_OF_A_PALLET = 500, 400_000
BLOCKS_OF_A_TRAILER, LOOKS_OF_A_TRAILER = 1_500, 3_000_000
LOOKS_IN_ONE = 16  # looking at a block is so much quicker than looking at a corner
MOST_KEPT = 256
SHORTER = 6  # times that a shorter room is tried


class Blocks:
    """Fills rooms by blocks; `work` is what that has taken, in looks at corners. What was filled before is known."""

    def __init__(self, goods: Goods) -> None:
        self.goods = goods
        self.free = [
            item.most_on_top_g is None and not item.keep_together and not goods.clash[kind].any()
            for kind, item in enumerate(goods.items)
        ]
        self.work = 0
        self._known: dict[tuple[Counts, Size], Table] = {}

    def base(self, pool: Counts, room: Size, most_g: int) -> Table:
        """Boxes of free goods that fill the room of a pallet, bottom up, each on its whole base."""
        pool = tuple(units if free else 0 for units, free in zip(pool, self.free, strict=True))
        if not any(pool) or min(room) < 1:
            return NO_BOXES
        if (pool, room) not in self._known:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[pool, room] = self._filled(pool, room, most_g, BLOCKS_OF_A_PALLET, LOOKS_OF_A_PALLET)
        return self._known[pool, room]

    def walls(self, pool: Counts, room: Size, most_g: int) -> list[Box]:
        """Free goods in the order of loading, in as short a part of a trailer as is found for all; where not all go in,
        in all of it."""
        best = in_loading_order(self._filled(pool, room, most_g, BLOCKS_OF_A_TRAILER, LOOKS_OF_A_TRAILER))
        whole = len(best) == sum(pool)
        volume = sum(units * each for units, each in zip(pool, self.goods.volumes, strict=True))
        short, long = -(-volume // (room.width_mm * room.height_mm)), room.length_mm
        for _ in range(SHORTER):
            long = max(box[3] for box in best) if whole else long
            if short >= long:
                break
            room = room._replace(length_mm=(short + long) // 2)
            tried = in_loading_order(self._filled(pool, room, most_g, BLOCKS_OF_A_TRAILER, LOOKS_OF_A_TRAILER))
            if len(tried) == sum(pool):
                best, whole = tried, True
            else:
                short = room.length_mm
        return best

    def _filled(self, pool: Counts, room: Size, most_g: int, blocks: int, looks: int) -> Table:
        goods = self.goods
        kind_of = {item.ref: kind for kind, item in enumerate(goods.items)}
        items = [
            replace(item, quantity=units, keep_apart="", keep_together="", classes=frozenset(), own_container=False)
            for item, units in zip(goods.items, pool, strict=True)
            if units
        ]
        filled = fill_container(items, room, most_g, Params(looks, 100), most_blocks=blocks)
        self.work += filled.work_used // LOOKS_IN_ONE
        rows: list[Box] = []
        for unit in filled.placements:
            kind = kind_of[unit.ref]
            far = (unit.x_mm + unit.size[0], unit.y_mm + unit.size[1], unit.z_mm + unit.size[2])
            rows.append([unit.x_mm, unit.y_mm, unit.z_mm, *far, kind, goods.weights[kind]])
        return np.array(rows, np.int64).reshape(len(rows), 8)


def in_loading_order(boxes: Table) -> list[Box]:
    """The boxes in an order in which each gets past all before it, from the front wall on.

    Where some lie in a ring, each behind or beneath the next, those and all that wait for them are left out.
    """
    first = ways_barred(boxes).T  # first[a, b]: a is behind b or beneath it, and so goes in before
    missing = first.sum(axis=0)
    rows: list[Box] = boxes.tolist()
    waiting = set(range(len(rows)))
    order: list[Box] = []
    while waiting:
        ready = [i for i in waiting if not missing[i]]
        if not ready:
            return order
        for i in sorted(ready, key=lambda i: (rows[i][0], rows[i][2], rows[i][1])):
            order.append(rows[i])
            waiting.discard(i)
            missing -= first[i]
    return order
