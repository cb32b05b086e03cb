"""An order as integer columns: what the search and the compiled core read instead of items and cartons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.packing.alone import turns
from doorstep.packing.compiling import Table
from doorstep.packing.shelf import Shelf
from doorstep.terms.parcel import PackedCarton, PackItem, Placement, Size

Pool = tuple[int, ...]
"""Units of each kind, in the order of the items."""

NO_TURNS = (0,) * 18


@dataclass(frozen=True, slots=True)
class Columns:
    """Row i is item i (a kind of goods), row or bit c is carton c of the shelf. `takers`: cartons that take one."""

    items: Sequence[PackItem]
    shelf: Shelf
    volumes: list[int]
    weights: list[int]
    groups: list[int]
    takers: list[int]
    rooms: Table
    kinds: Table
    ranked: Table

    def pack(self, carton: int, boxes: Table) -> PackedCarton:
        """The boxes of the compiled core as a packed carton, bottom up.

        From the bottom up, nothing is ever put under what is there already; a unit's hold is there before it is.
        """
        rows = sorted(boxes.tolist(), key=lambda box: (box[2], box[1], box[0]))
        placements = tuple(
            Placement(self.items[kind].ref, x, y, z, Size(far_x - x, far_y - y, far_z - z))
            for x, y, z, far_x, far_y, far_z, kind, _ in rows
        )
        return PackedCarton(self.shelf.cartons[carton], placements, sum(self.weights[row[6]] for row in rows))

    def units_of(self, packed: PackedCarton) -> Pool:
        """The units that a packed carton holds."""
        there = Counter(placement.ref for placement in packed.placements)
        return tuple(there[item.ref] for item in self.items)

    def pool_of(self, boxes: Table) -> Pool:
        """The units that the boxes hold."""
        return tuple(np.bincount(boxes[:, 6], minlength=len(self.items)).tolist())


def columns_of(goods: Sequence[tuple[PackItem, int]], shelf: Shelf) -> Columns:
    """Columns of goods, each given with the cartons that take one unit of it."""
    items = [item for item, _ in goods]
    groups = sorted({item.keep_apart for item in items} - {""})
    group_of = [groups.index(item.keep_apart) + 1 if item.keep_apart else 0 for item in items]
    rows = []
    for item, group in zip(items, group_of, strict=True):
        sides = [side for size in turns(item) for side in size]
        rows.append([item.weight_g, item.fragile, group, len(sides) // 3, *sides, *NO_TURNS[len(sides) :]])
    return Columns(
        items,
        shelf,
        [item.size.volume_mm3 for item in items],
        [item.weight_g for item in items],
        group_of,
        [takers for _, takers in goods],
        np.array([(*room[:3], room.most_g) for room in shelf.rooms], np.int64),
        np.array(rows, np.int64),
        np.array(_rankings(items), np.int64),
    )


def _rankings(items: Sequence[PackItem]) -> list[list[int]]:
    """Five notions of 'the difficult ones first'. Fragile goods come last in all, as they end up on top."""

    def ranked(*measures: list[int]) -> list[int]:
        rows = list(zip([item.fragile for item in items], *measures, range(len(items)), strict=True))
        return [row[-1] for row in sorted(rows)]

    sides = [sorted(item.size) for item in items]
    volume = [-item.size.volume_mm3 for item in items]
    short, middle, long = ([-side[i] for side in sides] for i in range(3))
    area = [-side[1] * side[2] for side in sides]
    return [
        ranked(volume, long),
        ranked(long, volume),
        ranked(area, short),
        ranked(middle, long),
        ranked(short, volume),
    ]
