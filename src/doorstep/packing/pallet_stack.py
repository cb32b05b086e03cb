"""One pallet stacked: its layers of one kind, what is put on them, and moving the load to the middle of the deck.

Here positions are in the room over the deck with what may hang over, from its own near left corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.packing import stack_kernels as kernels
from doorstep.packing.compiling import Table
from doorstep.packing.layers import layers_of
from doorstep.packing.pallet_fit import held_on_deck
from doorstep.packing.stack_blocks import Blocks
from doorstep.packing.stack_params import PalletParams
from doorstep.packing.stacks import NO_BOXES, Box, Counts, Goods
from doorstep.terms.load import PackedPallet, Pallet
from doorstep.terms.parcel import Size

BLOCKS, BLOCKS_BELOW = -1, -2


@dataclass(frozen=True, slots=True)
class Stack:
    """Boxes on one pallet, bottom up, and how many of its layers are of one kind over the whole deck."""

    boxes: tuple[Box, ...]
    counts: Counts
    layers: int
    in_layers: int

    @property
    def top(self) -> int:
        return max(box[5] for box in self.boxes)


class Stacker:
    """Stacks one pallet at a time; `work` is what that has taken so far."""

    def __init__(self, goods: Goods, pallet: Pallet, params: PalletParams) -> None:
        self.goods, self.pallet, self.params = goods, pallet, params
        self.blocks = Blocks(goods)
        self._work = 0

    @property
    def work(self) -> int:
        return self._work + self.blocks.work

    def room(self, over: int) -> Size:
        """The room over the deck, with so much hanging over on each side."""
        pallet = self.pallet
        return Size(pallet.deck_length_mm + 2 * over, pallet.deck_width_mm + 2 * over, pallet.max_height_mm)

    def stack(self, sequence: Sequence[int], pool: Counts, rule: int, over: int, full: int) -> Stack | None:
        """As much of the pool as goes on one pallet in this sequence; None where that is nothing.

        `full`: layers of one kind that cover so much of the room's base, in percent, come first; 0: none do, BLOCKS:
        what bears anything comes first, by blocks; BLOCKS_BELOW: so that there is height left for what does not.
        Of groups that are kept together all units are on it or none.
        """
        while any(pool):
            stack = self._try(sequence, pool, rule, over, full)
            if stack is None:
                return None
            cut = self.goods.cut_groups(pool, stack.counts)
            if not cut:
                return stack
            pool = self.goods.without_groups(pool, cut)
        return None

    def stack_any(self, sequence: Sequence[int], pool: Counts, rule: int, over: int) -> Stack | None:
        """As `stack`, with groups cut apart."""
        return self._try(sequence, pool, rule, over, 0)

    def alone(self, kind: int) -> Stack:
        """One unit that the pallet takes, in the middle of the deck."""
        room = self.room(self.pallet.overhang_mm)
        fit = [size for size in self.goods.turned[kind] if all(s <= r for s, r in zip(size, room, strict=True))]
        size = max(fit, key=lambda size: (held_on_deck(size, self.pallet), -size.height_mm))
        x, y = (room[0] - size[0]) // 2, (room[1] - size[1]) // 2
        box = [x, y, 0, x + size[0], y + size[1], size[2], kind, self.goods.weights[kind]]
        counts = tuple(int(k == kind) for k in range(len(self.goods.items)))
        return self._from_deck(Stack((box,), counts, 0, 0), self.pallet.overhang_mm)

    def packed(self, stack: Stack) -> PackedPallet:
        goods = self.goods
        placements = tuple(goods.placement(box) for box in stack.boxes)
        content_g = sum(box[7] for box in stack.boxes)
        total, *moments = moments_of(stack.boxes)
        centre = (moments[0] // (2 * total), moments[1] // (2 * total), moments[2] // (2 * total))
        return PackedPallet(self.pallet, placements, content_g, stack.layers, centre)

    def _try(self, sequence: Sequence[int], pool: Counts, rule: int, over: int, full: int) -> Stack | None:
        rules = self._rules(over)
        fixed, ends = self._first(pool, over, full)
        stand = len(fixed)
        while True:
            fixed, ends = fixed[:stand], [end for end in ends if end <= stand]
            fixed = fixed[: ends[-1]] if ends else NO_BOXES
            rest = _after(sequence, pool, fixed)
            boxes, _, stand, work = kernels.fill(
                fixed, np.array(rest, np.int64), self.goods.kinds, self.goods.clash, rules, rule
            )
            self._work += work
            if stand == len(fixed):
                break
        if not len(boxes):
            return None
        rows: list[Box] = boxes.tolist()
        layers, stand = (len(ends), stand) if full > 0 else (0, 0)
        kept = self._centred(rows, over)
        if len(kept) < len(rows):
            layers, stand = 0, 0
        kept.sort(key=lambda box: (box[2], box[1], box[0]))
        counts = self.goods.counted(np.array(kept, np.int64))
        return self._from_deck(Stack(tuple(kept), counts, layers, stand), over)

    def _first(self, pool: Counts, over: int, full: int) -> tuple[Table, list[int]]:
        """What is put on first, bottom up: (boxes, after how many of them it may be cut short)."""
        if full >= 0:
            return self._layers(pool, over, full) if full else (NO_BOXES, [])
        room, weak = self.room(over), [k for k, units in enumerate(pool) if units and not self.blocks.free[k]]
        if full == BLOCKS_BELOW and weak:
            left = max(min(size.height_mm for size in self.goods.turned[kind]) for kind in weak)
            room = room._replace(height_mm=room.height_mm - left)
        boxes = self.blocks.base(pool, room, self.pallet.max_content_g)
        return boxes, list(range(1, len(boxes) + 1))

    def _rules(self, over: int) -> Table:
        pallet, room = self.pallet, self.room(over)
        layer_g = kernels.NO_LIMIT if pallet.max_layer_g is None else pallet.max_layer_g
        deck = (over, over, over + pallet.deck_length_mm, over + pallet.deck_width_mm)
        return np.array([*room, *deck, pallet.max_content_g, layer_g, self.params.support_percent, 0], np.int64)

    def _layers(self, pool: Counts, over: int, full: int) -> tuple[Table, list[int]]:
        """Full layers that the pool has units for, bottom up: (boxes, how many boxes there are after each layer)."""
        room = self.room(over)
        chosen: list[tuple[int, Size]] = []
        height, weight, left = room.height_mm, self.pallet.max_content_g, list(pool)
        while True:
            best: tuple[int, int, Size, int, int] | None = None
            for kind, units in enumerate(left):
                if units and not self.goods.groups[kind] and not any(self.goods.clash[kind, k] for k, _ in chosen):
                    size = self._turn_for_layers(kind, units, room, height, full)
                    if size is None:
                        continue
                    n = len(layers_of(size, room[0], room[1])[0])
                    heavy = n * self.goods.weights[kind]
                    most = min(units // n, height // size[2], weight // heavy if heavy else units)
                    told = (most * n * self.goods.volumes[kind], -kind, size, most, n)
                    best = max(best, told) if best else told
            if best is None or not best[3]:
                break
            _, minus, size, most, n = best
            chosen += [(-minus, size)] * most
            height, weight = height - most * size[2], weight - most * n * self.goods.weights[-minus]
            left[-minus] = 0
        return self._laid(chosen, room)

    def _turn_for_layers(self, kind: int, units: int, room: Size, height: int, full: int) -> Size | None:
        """The turn whose full layers bring most onto the pallet; None where no full layer can be."""
        best: tuple[int, int, Size] | None = None
        limit = self.pallet.max_layer_g
        for size in self.goods.turned[kind]:
            n = len(layers_of(size, room[0], room[1])[0])
            if not n or n > units or size[2] > height:
                continue
            if n * size[0] * size[1] * 100 < full * room[0] * room[1]:
                continue
            if limit is not None and n * self.goods.weights[kind] > limit:
                continue
            told = (height // size[2] * n, n, size)
            best = max(best, told) if best else told
        return best[2] if best else None

    def _laid(self, chosen: Sequence[tuple[int, Size]], room: Size) -> tuple[Table, list[int]]:
        """Layers on one another: what bears most and weighs most at the bottom, like on like bound by its mirror."""
        items, weights = self.goods.items, self.goods.weights

        def below(layer: tuple[int, Size]) -> tuple[int, int, int, Size]:
            kind, size = layer
            limit = items[kind].most_on_top_g
            n = len(layers_of(size, room[0], room[1])[0])
            return (-(kernels.NO_LIMIT if limit is None else limit), -n * weights[kind], kind, size)

        rows: list[Box] = []
        ends, z, before = [], 0, (-1, 0)
        for kind, size in sorted(chosen, key=below):
            turn = 1 - before[1] if before[0] == kind else 0
            for spot in layers_of(size, room[0], room[1])[turn]:
                far = (spot.x + spot.length, spot.y + spot.width, z + size[2])
                rows.append([spot.x, spot.y, z, *far, kind, weights[kind]])
            z, before = z + size[2], (kind, turn)
            ends.append(len(rows))
        return (np.array(rows, np.int64) if rows else NO_BOXES), ends

    def _centred(self, boxes: list[Box], over: int) -> list[Box]:
        """The load moved so that its centre of gravity is near the middle; units that prevent it are left off."""
        while True:
            best = _moved(boxes, *self._shift(boxes, over))
            if len(best) == 1 or not self._aside(best, over):
                return best
            free = [i for i, box in enumerate(best) if not _bears(box, best)]
            boxes = min(
                (best[:i] + best[i + 1 :] for i in free),
                key=lambda rest: self._aside(_moved(rest, *self._shift(rest, over)), over),
            )

    def _shift(self, boxes: Sequence[Box], over: int) -> tuple[int, int]:
        """How far to move the load, within the room and as long as the deck holds it."""
        room, (total, *moments) = self.room(over), moments_of(boxes)
        shift = []
        for axis in (0, 1):
            low, high = min(box[axis] for box in boxes), max(box[3 + axis] for box in boxes)
            wanted = (room[axis] * total - moments[axis]) // (2 * total)
            shift.append(min(max(wanted, -low), room[axis] - high))
        return self._held(boxes, shift[0], shift[1], over)

    def _held(self, boxes: Sequence[Box], x: int, y: int, over: int) -> tuple[int, int]:
        """That way, or as much of it as leaves the lowest units on the deck."""
        if not over:
            return x, y
        low = [box for box in boxes if box[2] == 0]
        for part in (4, 3, 2, 1):
            way = (x * part // 4, y * part // 4)
            if all(self._on_deck(box, over) for box in _moved(low, *way)):
                return way
        return 0, 0

    def _on_deck(self, box: Box, over: int) -> bool:
        deck = (over + self.pallet.deck_length_mm, over + self.pallet.deck_width_mm)
        held, middle = 1, True
        for axis in (0, 1):
            held *= max(min(box[3 + axis], deck[axis]) - max(box[axis], over), 0)
            middle = middle and 2 * over <= box[axis] + box[3 + axis] <= 2 * deck[axis]
        return middle and held * 100 >= self.params.support_percent * (box[3] - box[0]) * (box[4] - box[1])

    def _aside(self, boxes: Sequence[Box], over: int) -> int:
        """How far the centre of gravity is beyond what is allowed, in thousandths of a millimetre rounded up."""
        room, (total, *moments) = self.room(over), moments_of(boxes)
        beyond = 0
        for axis, side in ((0, self.pallet.deck_length_mm), (1, self.pallet.deck_width_mm)):
            off = abs(moments[axis] - total * room[axis]) * 100
            beyond = max(beyond, off - 2 * total * (self.params.off_centre_percent * side + 100))
        return -(-beyond * 1_000 // (200 * total))

    @staticmethod
    def _from_deck(stack: Stack, over: int) -> Stack:
        return Stack(tuple(_moved(stack.boxes, -over, -over)), stack.counts, stack.layers, stack.in_layers)


def moments_of(boxes: Sequence[Box]) -> tuple[int, int, int, int]:
    """(weight, and twice its moment about each axis' zero); of volume, where nothing has a weight."""
    heavy = [box[7] for box in boxes]
    if not any(heavy):
        heavy = [(box[3] - box[0]) * (box[4] - box[1]) * (box[5] - box[2]) for box in boxes]
    x, y, z = (
        sum(weight * (box[axis] + box[3 + axis]) for weight, box in zip(heavy, boxes, strict=True)) for axis in range(3)
    )
    return sum(heavy), x, y, z


def _moved(boxes: Sequence[Box], x: int, y: int) -> list[Box]:
    return [[b[0] + x, b[1] + y, b[2], b[3] + x, b[4] + y, *b[5:]] for b in boxes]


def _bears(lower: Box, boxes: Sequence[Box]) -> bool:
    return any(
        box[2] == lower[5]
        and min(box[3], lower[3]) > max(box[0], lower[0])
        and min(box[4], lower[4]) > max(box[1], lower[1])
        for box in boxes
    )


def _after(sequence: Sequence[int], pool: Counts, fixed: Table) -> list[int]:
    """The sequence's units that are in the pool and not among the fixed boxes."""
    left = list(pool)
    for kind in fixed[:, 6].tolist():
        left[kind] -= 1
    rest = []
    for kind in sequence:
        if left[kind] > 0:
            left[kind] -= 1
            rest.append(kind)
    return rest
