"""An order as integer columns: what the search and the compiled core read instead of items and cartons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from doorstep.packing.compiling import Table
from doorstep.packing.shelf import Shelf
from doorstep.packing.tables import bottom_up, tables_of
from doorstep.packing.values import clash
from doorstep.terms.parcel import ANY_UP, PackedCarton, PackItem, Placement, Side, Size

Pool = tuple[int, ...]
"""Units of each kind, in the order of the items."""

ANY_WEIGHT = 1 << 40
MOST_BITS = 62


class ShelfTables(NamedTuple):
    """The cartons of a shelf as tables: their rooms, their rows, what each costs and holds."""

    rooms: Table
    singles: Table
    costs: Table
    volumes: Table


@dataclass(frozen=True, slots=True)
class Columns:
    """Row i is item i (a kind of goods), row or bit c is carton c of the shelf. `takers`: cartons that take one.

    `own` and `against` are bits: goods may be together if none of one's bits is against the other. `counted`: whether
    some bear only so much. `alike`: percent of the volume in goods with nearly the same base. `together`: the units of
    each group that is kept together. The rest are tables of the compiled core.
    """

    items: Sequence[PackItem]
    shelf: Shelf
    volumes: list[int]
    weights: list[int]
    own: list[int]
    against: list[int]
    together: tuple[Pool, ...]
    takers: list[int]
    counted: bool
    on_shelf: ShelfTables
    alike: int
    kinds: Table
    ranked: Table
    fits: Table

    def order(self, support_percent: int) -> tuple[Table, Table, Table, Table, int, bool]:
        """The tables of the compiled core together, as `tries` take them."""
        return self.kinds, self.ranked, self.fits, self.on_shelf.rooms, support_percent, self.counted

    def pack(self, carton: int, boxes: Table) -> PackedCarton:
        """The boxes of the compiled core as a packed carton, bottom up.

        From the bottom up, nothing is ever put under what is there already; a unit's hold is there before it is.
        """
        refs, weights = [item.ref for item in self.items], self.weights
        placements = []
        content_g = 0
        for kind, x, y, z, length, width, height in bottom_up(boxes).tolist():
            placements.append(Placement(refs[kind], x, y, z, Size(length, width, height)))
            content_g += weights[kind]
        return PackedCarton(self.shelf.cartons[carton], tuple(placements), content_g)

    def units_of(self, packed: PackedCarton) -> Pool:
        """The units that a packed carton holds."""
        there = Counter(placement.ref for placement in packed.placements)
        return tuple(there[item.ref] for item in self.items)

    def pool_of(self, boxes: Table) -> Pool:
        """The units that the boxes hold."""
        return tuple(np.bincount(boxes[:, 6], minlength=len(self.items)).tolist())


def columns_of(
    goods: Sequence[tuple[PackItem, int]], shelf: Shelf, separated: frozenset[tuple[str, str]] = frozenset()
) -> Columns:
    """Columns of goods, each given with the cartons that take one unit of it."""
    items = [item for item, _ in goods]
    on_shelf = tables_of_shelf(shelf)
    plain = not separated and not any(
        item.keep_apart or item.keep_together or item.most_on_top_g is not None for item in items
    )
    if plain:
        own = against = [0] * len(items)
        borne = [ANY_WEIGHT] * len(items)
        together: tuple[Pool, ...] = ()
    else:
        own, against = _clashes(items, separated)
        borne, together = _borne(items), _together(items)
    rows = [
        (*item.size, item.weight_g, item.quantity, _ups(item), bears, bit, no_bits)
        for item, bears, bit, no_bits in zip(items, borne, own, against, strict=True)
    ]
    return Columns(
        items,
        shelf,
        [row[0] * row[1] * row[2] for row in rows],
        [row[3] for row in rows],
        own,
        against,
        together,
        [takers for _, takers in goods],
        not plain and any(0 < bears < ANY_WEIGHT for bears in borne),
        on_shelf,
        *tables_of(np.array(rows, np.int64), on_shelf.rooms),
    )


def _ups(item: PackItem) -> int:
    """The sides that may point up, as bits."""
    if item.up is ANY_UP or item.up == ANY_UP:
        return 7
    return sum(1 << axis for axis, side in enumerate(Side) if side in item.up)


@lru_cache(maxsize=64)
def tables_of_shelf(shelf: Shelf) -> ShelfTables:
    costs = np.array([carton.cost_minor for carton in shelf.cartons], np.int64)
    return ShelfTables(
        np.array([(*room[:3], room.most_g) for room in shelf.rooms], np.int64),
        np.arange(len(shelf.cartons)),
        costs,
        np.array(shelf.volumes, np.int64),
    )


def _clashes(items: Sequence[PackItem], separated: frozenset[tuple[str, str]]) -> tuple[list[int], list[int]]:
    """(what each kind is, what may not be with it) as bits. ValueError for more than MOST_BITS kinds of each other."""
    none = [0] * len(items)
    if not separated and not any(item.keep_apart for item in items):
        return none, none
    alike: dict[tuple[str, frozenset[str]], PackItem] = {}
    for item in items:
        alike.setdefault((item.keep_apart, item.classes), item)
    clashing = [key for key, one in alike.items() if any(clash(one, other, separated) for other in alike.values())]
    if len(clashing) > MOST_BITS:
        raise ValueError(f"more than {MOST_BITS} groups and classes that are kept apart in one order")
    bit_of = {key: 1 << i for i, key in enumerate(clashing)}
    against_of = {
        key: sum(bit_of[other] for other in clashing if clash(one, alike[other], separated))
        for key, one in alike.items()
    }
    keys = [(item.keep_apart, item.classes) for item in items]
    return [bit_of.get(key, 0) for key in keys], [against_of[key] for key in keys]


def _borne(items: Sequence[PackItem]) -> list[int]:
    """The most grams that each kind bears; what bears the whole order bears any weight."""
    whole_order = sum(item.weight_g * item.quantity for item in items)
    return [
        ANY_WEIGHT if item.most_on_top_g is None or item.most_on_top_g >= max(whole_order, 1) else item.most_on_top_g
        for item in items
    ]


def _together(items: Sequence[PackItem]) -> tuple[Pool, ...]:
    groups = {item.keep_together: None for item in items if item.keep_together}
    return tuple(tuple(item.quantity if item.keep_together == group else 0 for item in items) for group in groups)
