"""Filling one large space, such as a container or a trailer, with as much volume of goods as will go in.

`fill_container` looks for blocks of goods by beam search, see `container_kernels`. Where the goods must be held from
below, blocks are solid and stand on nothing but solid tops: every unit rests on its whole base.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from doorstep.packing import container_kernels as kernels
from doorstep.packing.alone import turns
from doorstep.packing.compiling import Table
from doorstep.packing.values import Params, refuse_nonsense_goods
from doorstep.terms.parcel import PackItem, Placement, Size

MOST_BLOCKS = 4_000
FULL_PER_1000 = 980  # goods in a joined block; the rest is air
_FEWER_UNITS = 0.2  # a block's worth falls with this power of its units: large goods go in before small ones
_SHARES = 1 << 20
_WIDER = 2**0.5
_LOOKS_OF_A_TRY = 4_000  # what beginning one greedy way takes, in looks


@dataclass(frozen=True, slots=True)
class Filled:
    """What went in, bottom up, and the units of each ref that did not. `work_used` is in looks at a block."""

    placements: tuple[Placement, ...]
    left: dict[str, int]
    volume_mm3: int
    work_used: int


def fill_container(
    items: Sequence[PackItem],
    room: Size,
    most_g: int,
    params: Params,
    *,
    full_per_1000: int = FULL_PER_1000,
    most_blocks: int = MOST_BLOCKS,
) -> Filled:
    """As much volume of the goods as is found for one space; what is in and what is left are together what was given.

    With `support_percent` 0 goods may overhang as far as they like, else each rests on its whole base. The first
    greedy way is always walked to its end; more `work_budget` never gives less. Joined blocks have at least
    `full_per_1000` parts in 1,000 of goods; the fewer blocks there may be, the sooner a search begins. Goods that bear
    only so much, keep apart or keep together are not for this search: ValueError, and for goods that cannot be.
    """
    refuse_nonsense_goods(items)

    def apart(item: PackItem) -> bool:
        return bool(item.keep_together or item.keep_apart or (params.separated and item.classes))

    for item in items:
        if item.most_on_top_g is not None or item.own_container or apart(item):
            raise ValueError(f"{item.ref} cannot be stacked freely; cartonize packs such goods")
    sizes = {item.ref: [turn for turn in turns(item) if _within(turn, room)] for item in items}
    goods = [item for item in items if sizes[item.ref] and item.weight_g <= most_g]
    if not goods:
        return Filled((), {item.ref: item.quantity for item in items}, 0, 0)
    turned = [(kind, turn) for kind, item in enumerate(goods) for turn in sizes[item.ref]]
    beam = _Beam(goods, turned, room, most_g, params.support_percent > 0, full_per_1000, most_blocks)
    work = beam.search(params.work_budget)
    placements = tuple(beam.placements())
    left = {item.ref: item.quantity for item in items}
    for placement in placements:
        left[placement.ref] -= 1
    return Filled(placements, {ref: units for ref, units in left.items() if units}, beam.best_volume, work)


def _within(turn: Size, room: Size) -> bool:
    return turn[0] <= room[0] and turn[1] <= room[1] and turn[2] <= room[2]


class _State(NamedTuple):
    """Some blocks in place: the spaces and goods that are left, the volume that is in, and the moves so far."""

    spaces: Table
    left: Table
    volume: int
    moves: tuple[tuple[int, int, int, int], ...]


class _Beam:
    """The search for one space. `best_moves` is the fullest way found."""

    def __init__(
        self,
        goods: Sequence[PackItem],
        sizes: Sequence[tuple[int, Size]],
        room: Size,
        most_g: int,
        held: bool,
        full_per_1000: int,
        most_blocks: int,
    ) -> None:
        self.goods, self.sizes = goods, sizes
        self.room = np.array(room, np.int64)
        self.held = held
        self.counts = np.array([*(item.quantity for item in goods), most_g], np.int64)
        turn_kinds = np.array([kind for kind, _ in self.sizes], np.int64)
        turn_sizes = np.array([turn for _, turn in self.sizes], np.int64)
        grams = np.array([item.weight_g for item in goods], np.int64)
        blocks, needs = kernels.make_blocks(
            turn_kinds, turn_sizes, grams, self.counts, self.room,
            max(most_blocks, len(sizes)), 1000 if held else full_per_1000,
        )  # fmt: skip
        self.made = blocks
        self.order = np.argsort(-blocks[:, kernels.VOLUME], kind="stable")
        self.blocks, self.needs = blocks[self.order], needs[self.order]
        self.kinds = _kinds_of(self.needs)
        powers = np.power(self.blocks[:, kernels.UNITS].astype(np.float64), -_FEWER_UNITS)
        self.shares = np.round(powers * _SHARES) / _SHARES  # the last digits of a power differ among machines
        self.reaches = np.zeros((3, max(room) + 1), np.int64)
        for axis, length in enumerate(room):
            self.reaches[axis, : length + 1] = kernels.reach(turn_kinds, turn_sizes, self.counts, axis, length)
        self.least = turn_sizes.min(axis=0)
        units = int(self.counts[:-1].sum())
        self._spaces, self._spare = (np.empty((kernels.MOST_SPACES, 6), np.int64) for _ in range(2))
        self._moves = np.empty((units + 1, 4), np.int64)
        self.best_volume = 0
        self.best_moves: tuple[tuple[int, int, int, int], ...] = ()
        self.work = 0

    def search(self, budget: int) -> int:
        """Wider and wider beams until the work is spent or nothing is cut off any more; returns the work."""
        whole = np.array([[0, 0, 0, *self.room]], np.int64)
        width = 1.0
        while width <= kernels.MOST_WIDTH:
            states = [_State(whole, self.counts, 0, ())]
            cut = False
            while states:
                tried = self._try_all(states, int(width), budget)
                if tried is None:
                    return self.work
                ranked = _distinct(tried)
                cut = cut or len(tried) >= int(width)  # then there may be others
                states = ranked[: int(width)]
            if not cut:
                break
            width *= _WIDER if width > 1 else 2
        return self.work

    def _try_all(self, states: Sequence[_State], width: int, budget: int) -> list[tuple[int, _State]] | None:
        """(volume at the greedy end, state) of the states' best next blocks; None once the work is spent."""
        tried = []
        for state in states:
            spaces = state.spaces.copy()
            found, space, corner, n, work = kernels.look(
                self.blocks, self.needs, self.kinds, self.shares, state.left, spaces, len(spaces), self.room,
                self.reaches, self.held, width,
            )  # fmt: skip
            self.work += work
            for block in found:
                if self.best_moves and self.work >= budget:
                    return None
                tried.append(self._try(state, spaces[:n], int(block), space, corner))
        return tried

    def _try(self, state: _State, spaces: Table, block: int, space: int, corner: int) -> tuple[int, _State]:
        n, box = kernels.put(
            self.blocks, block, space, corner, spaces, len(spaces), self.held, self.least, self._spaces
        )
        volume = state.volume + int(self.blocks[block, kernels.VOLUME])
        moves = (*state.moves, (block, int(box[0]), int(box[1]), int(box[2])))
        child = _State(self._spaces[:n].copy(), state.left - self.needs[block], volume, moves)
        added, made, work = kernels.finish(
            self.blocks, self.needs, self.kinds, self.shares, child.left.copy(), self._spaces, n, self.room,
            self.reaches, self.least, self.held, np.arange(len(self.blocks)), self._spare, self._moves, 0,
        )  # fmt: skip
        self.work += work + _LOOKS_OF_A_TRY
        if volume + added > self.best_volume:
            self.best_volume = volume + int(added)
            rest = (tuple(map(int, move)) for move in self._moves[:made])
            self.best_moves = (*moves, *((b, x, y, z) for b, x, y, z in rest))
        return volume + int(added), child

    def placements(self) -> Iterator[Placement]:
        """Every unit of the fullest way, from the bottom up."""
        placed = []
        for block, *corner in self.best_moves:
            placed += list(self._units(int(self.order[block]), (corner[0], corner[1], corner[2])))
        return iter(sorted(placed, key=lambda unit: (unit.z_mm, unit.y_mm, unit.x_mm)))

    def _units(self, made: int, corner: tuple[int, int, int]) -> Iterator[Placement]:
        """The units of a block, which is rows of one kind or two blocks joined."""
        *_, how, first, second, third, fourth = map(int, self.made[made])
        if how == 0:
            kind, turn = self.sizes[first]
            for i in range(second * third * fourth):
                layer, spot = divmod(i, second * third)
                row, column = divmod(spot, second)
                x, y, z = (at + n * side for at, n, side in zip(corner, (column, row, layer), turn, strict=True))
                yield Placement(self.goods[kind].ref, x, y, z, turn)
            return
        yield from self._units(first, corner)
        beside = list(corner)
        beside[how - 1] += int(self.made[first, how - 1])
        yield from self._units(second, (beside[0], beside[1], beside[2]))


def _kinds_of(needs: Table) -> Table:
    """For each block the columns of `needs` that it takes any of, ended by -1."""
    rows = [np.flatnonzero(need) for need in needs]
    kinds = np.full((len(rows), max(map(len, rows)) + 1), -1, np.int64)
    for row, taken in zip(kinds, rows, strict=True):
        row[: len(taken)] = taken
    return kinds


def _distinct(tried: Sequence[tuple[int, _State]]) -> list[_State]:
    """Best first; of those that come to the same with the same in place, one."""
    best: dict[tuple[int, int], _State] = {}
    for volume, state in tried:
        best.setdefault((volume, state.volume), state)
    return [best[key] for key in sorted(best, reverse=True)]
