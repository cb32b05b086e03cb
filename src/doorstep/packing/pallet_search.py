"""The search for pallets: ways of stacking are tried in turn, and the best is changed a little again and again.

A way is a sequence of all units with a notion of the best corner. It is stacked pallet after pallet by the compiled
core, until the work is spent or changes bring nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from doorstep.packing.alone import turns
from doorstep.packing.pallet_stack import BLOCKS, BLOCKS_BELOW, Stack, Stacker
from doorstep.packing.stack_params import PalletParams
from doorstep.packing.stacks import Counts, Goods, listed, shaken
from doorstep.terms.load import PackedPallet, Pallet
from doorstep.terms.parcel import PackItem, Unpackable

CORNER_RULES = (0, 1, 2, 3)
FULL_LAYERS = (70, 85, BLOCKS, BLOCKS_BELOW, 0)  # what comes first, see `Stacker.stack`
LAYERS_WORTH = 10  # to have all goods in full layers is worth one part in so many of the height
MOST_ROUNDS = 4_000
UNCHANGED_MOST = 1_200  # ways that bring nothing, after which the search ends


def search(
    items: Sequence[PackItem], refused: set[str], pallet: Pallet, params: PalletParams
) -> tuple[tuple[PackedPallet, ...], list[Unpackable], int, int]:
    """(pallets, groups left over, pallets at least, work) for all goods but those of the refused refs."""
    goods = Goods(items, params.separated, turns)
    order = _Search(goods, pallet, params)
    left = order.groups_left(refused)
    refused = refused | {no.ref for no in left}
    pool = tuple(0 if item.ref in refused else item.quantity for item in items)
    stacks = order.best(pool) if any(pool) else ()
    pallets = tuple(order.stacker.packed(stack) for stack in stacks)
    return pallets, left, at_least(goods, pool, pallet), order.work


def at_least(goods: Goods, pool: Counts, pallet: Pallet) -> int:
    """No way of stacking takes fewer pallets: by volume, by weight, and by what keeps apart."""
    over = 2 * pallet.overhang_mm
    room = (pallet.deck_length_mm + over) * (pallet.deck_width_mm + over) * pallet.max_height_mm
    volume = sum(units * volume for units, volume in zip(pool, goods.volumes, strict=True))
    weight = sum(units * weight for units, weight in zip(pool, goods.weights, strict=True))
    apart = {item.keep_apart for item, units in zip(goods.items, pool, strict=True) if units} - {""}
    by_weight = -(-weight // pallet.max_content_g) if pallet.max_content_g else 0
    return max(-(-volume // room), by_weight, len(apart), int(any(pool)))


class _Way(NamedTuple):
    """A sequence of all units, a notion of the best corner, what may hang over, how full the first layers are."""

    sequence: tuple[int, ...]
    rule: int
    over: int
    full: int


Rank = tuple[int, int, int]


class Found(NamedTuple):
    """A way and what came of it."""

    rank: Rank
    stacks: tuple[Stack, ...]
    way: _Way


class _Search:
    """The search for one order of goods."""

    def __init__(self, goods: Goods, pallet: Pallet, params: PalletParams) -> None:
        self.goods, self.pallet, self.params = goods, pallet, params
        self.stacker = Stacker(goods, pallet, params)
        self.overs = (0, pallet.overhang_mm) if pallet.overhang_mm else (0,)
        self.alone: dict[str, Stack] = {}
        self.fewest = 0
        self.group_work = 0

    @property
    def work(self) -> int:
        return self.group_work + self.stacker.work

    def groups_left(self, refused: set[str]) -> list[Unpackable]:
        """Groups to be kept together that do not all go on one pallet; of the others one way that they do is kept."""
        left = []
        for group in sorted({name for name in self.goods.groups if name}):
            members = [item for item in self.goods.items if item.keep_together == group]
            units = sum(item.quantity for item in members)
            best = 0
            if not any(item.ref in refused for item in members):
                best, stack = self._group_alone(group)
                if stack is not None and best == units:
                    self.alone[group] = stack
                    continue
            left += [
                Unpackable(item.ref, item.quantity, "keep_together", units, best)
                for item in members
                if item.ref not in refused
            ]
        return left

    def _group_alone(self, group: str) -> tuple[int, Stack | None]:
        items = self.goods.items
        pool = tuple(item.quantity if item.keep_together == group else 0 for item in items)
        trial = Stacker(self.goods, self.pallet, self.params)
        most: tuple[int, Stack | None] = (0, None)
        for way in self._first_ways(pool):
            stack = trial.stack_any(way.sequence, pool, way.rule, way.over)
            if stack is not None and sum(stack.counts) > most[0]:
                most = sum(stack.counts), stack
            if most[0] == sum(pool):
                break
        self.group_work += trial.work
        return most

    def best(self, pool: Counts) -> tuple[Stack, ...]:
        """The best way found: as few pallets as can be, full layers, low."""
        self.fewest = at_least(self.goods, pool, self.pallet)
        found: dict[bool, Found] = {}  # the best by blocks and the best unit by unit: each is changed by itself
        for way in self._first_ways(pool):
            if found and self.work >= self.params.work_budget:
                break
            self._try(way, pool, found)
        chance, unchanged = Random(self.params.seed), 0
        weak = any(units and not free for units, free in zip(pool, self.stacker.blocks.free, strict=True))
        for number in range(MOST_ROUNDS):
            if self.work >= self.params.work_budget or unchanged >= UNCHANGED_MOST:
                break
            # Where all goods go by blocks, their sequence changes nothing.
            way = found.get(bool(number % 2) and weak, found[min(found)]).way
            better = self._try(self._changed(way, chance), pool, found)
            unchanged = 0 if better else unchanged + 1
        return min(found.values(), key=lambda each: each.rank).stacks

    def _try(self, way: _Way, pool: Counts, found: dict[bool, Found]) -> bool:
        """Stack the pool that way; True where nothing of its sort was as good."""
        stacks = self._stacked(way, pool)
        rank, before = self._rank(stacks), found.get(way.full < 0)
        if before is None or rank <= before.rank:
            found[way.full < 0] = Found(rank, stacks, way)
        return before is None or rank < before.rank

    def _changed(self, way: _Way, chance: Random) -> _Way:
        way = way._replace(sequence=tuple(shaken(way.sequence, chance)))
        if chance.randrange(4) == 0:
            way = way._replace(rule=CORNER_RULES[chance.randrange(len(CORNER_RULES))])
        if chance.randrange(8) == 0:
            way = way._replace(full=FULL_LAYERS[chance.randrange(len(FULL_LAYERS))])
        return way

    def _first_ways(self, pool: Counts) -> Iterator[_Way]:
        sequences = [tuple(listed(ranking, pool)) for ranking in self.goods.rankings()]
        for sequence in sequences:
            for rule in CORNER_RULES:
                for over in self.overs:
                    for full in FULL_LAYERS:
                        if full >= 0 or rule == CORNER_RULES[0]:
                            yield _Way(sequence, rule, over, full)

    def _stacked(self, way: _Way, pool: Counts) -> tuple[Stack, ...]:
        """The pool on pallets, one after another."""
        stacks = []
        while any(pool):
            stack = self.stacker.stack(way.sequence, pool, way.rule, way.over, way.full) or self._fallback(pool)
            stacks.append(stack)
            pool = tuple(have - taken for have, taken in zip(pool, stack.counts, strict=True))
        return tuple(stacks)

    def _fallback(self, pool: Counts) -> Stack:
        """Something of the pool on a pallet of its own, where the sequence brought nothing onto one."""
        for group, stack in self.alone.items():
            if any(units and name == group for name, units in zip(self.goods.groups, pool, strict=True)):
                return stack
        return self.stacker.alone(next(kind for kind, units in enumerate(pool) if units))

    def _rank(self, stacks: Sequence[Stack]) -> Rank:
        """Smaller is better. Where there may be a pallet too many, the emptiest one is emptied further first.

        All goods in full layers are worth a tenth of the height.
        """
        volumes = self.goods.volumes
        emptiest = min(sum(n * v for n, v in zip(stack.counts, volumes, strict=True)) for stack in stacks)
        units = sum(len(stack.boxes) for stack in stacks)
        layered = LAYERS_WORTH * units - sum(stack.in_layers for stack in stacks)
        many = len(stacks) > self.fewest
        return len(stacks), emptiest if many else 0, sum(stack.top for stack in stacks) * layered
