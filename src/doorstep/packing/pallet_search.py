"""The search for pallets: ways of stacking are tried in turn, and the best is changed a little again and again.

A way is a sequence of all units with a notion of the best corner. It is stacked pallet after pallet by the compiled
core, until the work is spent or changes bring nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from doorstep.packing.alone import turns
from doorstep.packing.pallet_stack import Stack, Stacker
from doorstep.packing.stack_params import PalletParams
from doorstep.packing.stacks import Counts, Goods, listed, shaken
from doorstep.terms.load import PackedPallet, Pallet
from doorstep.terms.parcel import PackItem, Unpackable

CORNER_RULES = (0, 1, 2, 3)
FULL_LAYERS = (70, 85, 0)  # percent of the deck that a layer of one kind covers at least; 0: no layers first
MOST_ROUNDS = 4_000
UNCHANGED_MOST = 600  # ways that bring nothing, after which the search ends


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
    return pallets, left, at_least(goods, pool, pallet), order.stacker.work


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


Rank = tuple[int, int, int, int]


class _Search:
    """The search for one order of goods."""

    def __init__(self, goods: Goods, pallet: Pallet, params: PalletParams) -> None:
        self.goods, self.pallet, self.params = goods, pallet, params
        self.stacker = Stacker(goods, pallet, params)
        self.overs = (0, pallet.overhang_mm) if pallet.overhang_mm else (0,)
        self.alone: dict[str, Stack] = {}
        self.fewest = 0

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
        self.stacker.work += trial.work
        return most

    def best(self, pool: Counts) -> tuple[Stack, ...]:
        """The best way found: as few pallets as can be, full layers, low."""
        self.fewest = at_least(self.goods, pool, self.pallet)
        best: tuple[Rank, tuple[Stack, ...], _Way] | None = None
        for way in self._first_ways(pool):
            if best is not None and self.stacker.work >= self.params.work_budget:
                return best[1]
            stacks = self._stacked(way, pool)
            rank = self._rank(stacks)
            if best is None or rank < best[0]:
                best = rank, stacks, way
        if best is None:
            return ()
        chance = Random(self.params.seed)
        unchanged = 0
        for _ in range(MOST_ROUNDS):
            if self.stacker.work >= self.params.work_budget or unchanged >= UNCHANGED_MOST:
                break
            way = best[2]._replace(sequence=tuple(shaken(best[2].sequence, chance)))
            if chance.randrange(4) == 0:
                way = way._replace(rule=CORNER_RULES[chance.randrange(len(CORNER_RULES))])
            if chance.randrange(8) == 0:
                way = way._replace(full=FULL_LAYERS[chance.randrange(len(FULL_LAYERS))])
            stacks = self._stacked(way, pool)
            rank = self._rank(stacks)
            unchanged = 0 if rank < best[0] else unchanged + 1
            if rank <= best[0]:
                best = rank, stacks, way
        return best[1]

    def _first_ways(self, pool: Counts) -> Iterator[_Way]:
        sequences = [tuple(listed(ranking, pool)) for ranking in self.goods.rankings()]
        for full in FULL_LAYERS:
            for over in self.overs:
                for rule in CORNER_RULES:
                    for sequence in sequences:
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
        """Smaller is better. Where there may be a pallet too many, the emptiest one is emptied further first."""
        volumes = self.goods.volumes
        emptiest = min(sum(n * v for n, v in zip(stack.counts, volumes, strict=True)) for stack in stacks)
        in_layers = sum(stack.in_layers for stack in stacks)
        many = len(stacks) > self.fewest
        return len(stacks), emptiest if many else 0, -in_layers, sum(stack.top for stack in stacks)
