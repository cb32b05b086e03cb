"""Goods into a trailer: what is unloaded last goes in first, every axle within its limits on every leg.

The compiled core puts units in one after another from the front wall, each past all that is there, so that the order
of placing is an order of loading; sequences are tried stop by stop. What is then wrong with the weights is mended by
`load_balance`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

import numpy as np

from doorstep.packing import stack_kernels as kernels
from doorstep.packing.alone import turns
from doorstep.packing.check_load import check_load
from doorstep.packing.compiling import Table
from doorstep.packing.load_balance import Balance, bears
from doorstep.packing.load_left import Whys
from doorstep.packing.pallet_stack import NO_BOXES, Box
from doorstep.packing.stacks import Counts, Goods, LoadParams, listed, shaken
from doorstep.terms.load import Drop, LoadPlan, Trailer
from doorstep.terms.parcel import PackItem, Side, Size, Unpackable

NO_PARAMS = LoadParams()
CORNER_RULES = (4, 5, 7, 6)
MOST_ROUNDS = 4_000
UNCHANGED_MOST = 1_500


def load(
    items: Sequence[PackItem],
    trailer: Trailer,
    stops: Sequence[Drop] = (),
    params: LoadParams = NO_PARAMS,
    *,
    incumbent: LoadPlan | None = None,
) -> LoadPlan:
    """Pallets (`PackedPallet.as_goods`) and cartons in a trailer; loaded and left behind are together what was given.

    `stops` are in the order of driving, each item at one of them; none: all at one. As much volume as is found goes,
    on as little floor. `binding` of what stays behind: 'length_mm', 'width_mm', 'height_mm' or 'weight_g' of what the
    trailer never takes; 'content_g' (with the unit, and the most), 'axle_g:NAME', 'axle_least_g:NAME' and 'side_g' (as
    it would be, and the limit, on the first leg on which it is broken), 'keep_together' (units of the group, most of
    them that went in), 'keep_apart' (units aboard that it may not travel with), 'stop_order' (units that it would
    stand in the way of), 'most_on_top_g' (what a unit beneath would bear, and can), 'floor_mm' (length it needs, and
    that is left before the door). An `incumbent` is an earlier plan for exactly this: where it obeys the rules, the
    result is not worse. ValueError for goods, stops or trailers that cannot be.
    """
    stops = tuple(stops) or (Drop("", frozenset(item.ref for item in items)),)
    refuse_nonsense_trailer(trailer)
    refuse_nonsense_stops(items, stops)
    goods = Goods(items, params.separated, turns if params.may_turn else as_measured)
    search = _Search(goods, trailer, stops, params)
    left = [no for item in items if (no := why_no_trailer(item, trailer, params)) is not None]
    groups = {item.keep_together for item in items if item.ref in {no.ref for no in left}} - {""}
    pool = tuple(item.quantity for item in items)
    never = {no.ref for no in left}
    pool = tuple(0 if item.ref in never else units for item, units in zip(items, pool, strict=True))
    boxes = search.best(goods.without_groups(pool, groups)) if any(pool) else []
    boxes, behind = search.whys.completed(pool, boxes, search.most_of_group)
    left += behind
    plan = search.plan(boxes, left)
    if (
        incumbent is not None
        and _rank(incumbent) < _rank(plan)
        and not check_load(items, incumbent, trailer, stops, params)
    ):
        return incumbent
    return plan


def _rank(plan: LoadPlan) -> tuple[int, int]:
    return -sum(unit.size.volume_mm3 for unit in plan.placements), plan.floor_mm


def as_measured(item: PackItem) -> list[Size]:
    """The size as measured, where it may stand so."""
    return [item.size] if Side.HEIGHT in item.up else turns(item)


def refuse_nonsense_trailer(trailer: Trailer) -> None:
    """ValueError, saying what is wrong, for a trailer that cannot exist."""
    name = trailer.trailer_id
    if min(trailer.inner) < 1 or max(trailer.inner) > 20_000:
        raise ValueError(f"trailer {name} measures {tuple(trailer.inner)} mm inside; sides are from 1 to 20000 mm")
    if trailer.max_content_g < 0 or trailer.track_mm < 1 or (trailer.max_side_g or 0) < 0:
        raise ValueError(f"trailer {name} has a negative weight or no track")
    if len(trailer.axles) not in (0, 2):
        raise ValueError(f"trailer {name} has {len(trailer.axles)} axles; tell none, or the front and the rear one")
    if trailer.axles and trailer.axles[0].position_mm >= trailer.axles[1].position_mm:
        raise ValueError(f"trailer {name}: the front axle is not in front of the rear one")
    for axle in trailer.axles:
        if not 0 <= axle.empty_g <= axle.max_g or axle.least_g > axle.max_g:
            raise ValueError(f"trailer {name}: axle {axle.name} bears {axle.empty_g} g empty, {axle.max_g} g at most")


def refuse_nonsense_stops(items: Sequence[PackItem], stops: Sequence[Drop]) -> None:
    """ValueError, saying what is wrong, for stops that do not share the goods out."""
    if len({stop.stop_id for stop in stops}) != len(stops):
        raise ValueError("two stops have the same stop_id")
    for item in items:
        at = [stop.stop_id for stop in stops if item.ref in stop.refs]
        if len(at) != 1:
            raise ValueError(f"item {item.ref} is unloaded at {len(at)} stops; it is at exactly one")


def why_no_trailer(item: PackItem, trailer: Trailer, params: LoadParams) -> Unpackable | None:
    """What keeps a unit out of the empty trailer, with figures; None where it goes in."""
    sizes = turns(item) if params.may_turn else as_measured(item)
    names = ("length_mm", "width_mm", "height_mm")
    lack, name, needs, best = min(
        max((n - t, name, n, t) for n, t, name in zip(size, trailer.inner, names, strict=True)) for size in sizes
    )
    if lack > 0:
        return Unpackable(item.ref, item.quantity, name, needs, best)
    if item.weight_g > trailer.max_content_g:
        return Unpackable(item.ref, item.quantity, "weight_g", item.weight_g, trailer.max_content_g)
    return None


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
        self.most_of_group: dict[str, int] = {}
        self.work = 0

    def best(self, pool: Counts) -> list[Box]:
        """The boxes of the best load found, in the order of loading."""
        best: tuple[tuple[int, int], list[Box], _Way] | None = None
        for way in self._first_ways(pool):
            if best is not None and self.work >= self.params.work_budget:
                return best[1]
            boxes = self._loaded(way, pool)
            rank = self._rank(boxes)
            if best is None or rank < best[0]:
                best = rank, boxes, way
        if best is None:
            return []
        chance, unchanged = Random(self.params.seed), 0
        least = (-sum(n * v for n, v in zip(pool, self.goods.volumes, strict=True)), self._least_floor(pool))
        for _ in range(MOST_ROUNDS):
            if self.work >= self.params.work_budget or unchanged >= UNCHANGED_MOST or best[0] <= least:
                break
            way = self._changed(best[2], chance)
            boxes = self._loaded(way, pool)
            rank = self._rank(boxes)
            unchanged = 0 if rank < best[0] else unchanged + 1
            if rank <= best[0]:
                best = rank, boxes, way
        return best[1]

    def plan(self, boxes: Sequence[Box], left: Sequence[Unpackable]) -> LoadPlan:
        goods, inner = self.goods, self.trailer.inner
        volume = sum(goods.volumes[box[6]] for box in boxes)
        aboard = tuple(sum(box[6] == kind for box in boxes) for kind in range(len(goods.items)))
        return LoadPlan(
            self.trailer,
            tuple(goods.placement(box) for box in boxes),
            tuple(self.stops[self.stop_of[box[6]]].stop_id for box in boxes),
            tuple(left),
            self.balance.legs(boxes, [stop.stop_id for stop in self.stops]),
            sum(box[7] for box in boxes),
            volume * 1_000_000 // inner.volume_mm3,
            max((box[3] for box in boxes), default=0),
            self._least_floor(aboard),
            self.work + self.whys.work,
        )

    def _rank(self, boxes: Sequence[Box]) -> tuple[int, int]:
        """Smaller is better: most volume, least floor."""
        return -sum(self.goods.volumes[box[6]] for box in boxes), max((box[3] for box in boxes), default=0)

    def _least_floor(self, pool: Counts) -> int:
        """No load of so many units takes less of the floor's length: by volume, or by area where nothing stacks."""
        inner, goods = self.trailer.inner, self.goods
        there = [kind for kind, units in enumerate(pool) if units]
        volume = sum(pool[kind] * goods.volumes[kind] for kind in there)
        by_volume = -(-volume // (inner.width_mm * inner.height_mm))
        lowest = {kind: min(size[2] for size in goods.turned[kind]) for kind in there}
        if any(self._may_bear(a, b) and lowest[a] + lowest[b] <= inner.height_mm for a in there for b in there):
            return by_volume
        area = sum(pool[kind] * min(size[0] * size[1] for size in goods.turned[kind]) for kind in there)
        return max(by_volume, -(-area // inner.width_mm))

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
                self.most_of_group[group] = max(units, self.most_of_group.get(group, 0))
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
        return [box for i, box in enumerate(boxes) if i != gone]
