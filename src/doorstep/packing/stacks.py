"""What the searches for pallets and trailers share: goods as tables for the compiled core, sequences to try."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import numpy as np

from doorstep.packing.compiling import Table
from doorstep.packing.stack_kernels import NO_LIMIT, Flags
from doorstep.packing.values import clash, refuse_nonsense_goods
from doorstep.terms.parcel import PackItem, Placement, Size

NO_TURNS = (0,) * 18
NO_BOXES: Table = np.empty((0, 8), np.int64)
Box = list[int]
"""A row of boxes as the compiled core has them: near corner, far corner, kind, weight."""
Counts = tuple[int, ...]
"""Units of each kind, in the order of the items."""


class Goods:
    """Goods as the compiled core sees them: row i is item i, a kind; and notions of what to place first."""

    def __init__(
        self,
        items: Sequence[PackItem],
        separated: frozenset[tuple[str, str]],
        turns_of: Callable[[PackItem], Sequence[Size]],
    ) -> None:
        refuse_nonsense_goods(items)
        self.items = items
        self.turned = [list(turns_of(item)) for item in items]
        rows = []
        for item, sizes in zip(items, self.turned, strict=True):
            sides = [side for size in sizes for side in size]
            limit = NO_LIMIT if item.most_on_top_g is None else item.most_on_top_g or -1
            rows.append([item.weight_g, limit, len(sizes), *sides, *NO_TURNS[len(sides) :]])
        self.kinds: Table = np.array(rows, np.int64).reshape(len(rows), 21)
        self.clash: Flags = np.zeros((len(items), len(items)), np.bool_)
        if separated or len({item.keep_apart for item in items} - {""}) > 1:
            for i, one in enumerate(items):
                for j, other in enumerate(items):
                    self.clash[i, j] = i != j and clash(one, other, separated)
        self.groups = [item.keep_together for item in items]
        self.weights = [item.weight_g for item in items]
        self.volumes = [item.size.volume_mm3 for item in items]

    def rankings(self) -> list[list[int]]:
        """Notions of what goes in first; what bears little comes last in all, as it ends up on top."""
        weak = [0 if i.most_on_top_g is None else 1 if i.most_on_top_g else 2 for i in self.items]
        sides = [sorted(item.size) for item in self.items]
        area = [-max(size[0] * size[1] for size in sizes) for sizes in self.turned]
        measures: list[list[int]] = [
            area,
            [-volume for volume in self.volumes],
            [-weight for weight in self.weights],
            [-item.size.height_mm for item in self.items],
            [-side[2] for side in sides],
            [-w * 1_000_000_000 // v for w, v in zip(self.weights, self.volumes, strict=True)],
        ]
        found: list[list[int]] = []
        for measure in measures:
            rank = sorted(range(len(self.items)), key=lambda k: (weak[k], measure[k], area[k], k))
            if rank not in found:
                found.append(rank)
        return found

    def counted(self, boxes: Table) -> Counts:
        return tuple(np.bincount(boxes[:, 6], minlength=len(self.items)).tolist())

    def cut_groups(self, have: Counts, placed: Counts) -> set[str]:
        """Groups to be kept together of which some units are placed and some are not."""
        some = {g for g, units in zip(self.groups, placed, strict=True) if g and units}
        return {g for g, h, p in zip(self.groups, have, placed, strict=True) if g in some and p < h}

    def without_groups(self, pool: Counts, groups: set[str]) -> Counts:
        return tuple(0 if g in groups else units for g, units in zip(self.groups, pool, strict=True))

    def placement(self, box: Sequence[int], aside: int = 0, behind: int = 0) -> Placement:
        x, y, z, far_x, far_y, far_z, kind, *_ = box
        return Placement(self.items[kind].ref, x - aside, y - behind, z, Size(far_x - x, far_y - y, far_z - z))


def listed(order: Sequence[int], pool: Counts) -> list[int]:
    """The units of a pool, kind after kind."""
    return [kind for kind in order for _ in range(pool[kind])]


def shaken(sequence: Sequence[int], chance: Random) -> list[int]:
    """A sequence with a run of like units, or a single one, moved elsewhere, or two swapped."""
    changed = list(sequence)
    if len(set(changed)) < 2:
        return changed
    at = chance.randrange(len(changed))
    if chance.randrange(3) == 0:
        other = chance.randrange(len(changed))
        changed[at], changed[other] = changed[other], changed[at]
        return changed
    end = at + 1
    if chance.randrange(2):
        while end < len(changed) and changed[end] == changed[at]:
            end += 1
    run = changed[at:end]
    del changed[at:end]
    to = chance.randrange(len(changed) + 1)
    return [*changed[:to], *run, *changed[to:]]
