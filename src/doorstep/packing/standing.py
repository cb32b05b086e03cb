"""A plain way to pack without a search: towers of units, each on a base that holds it wholly, side by side in rows.

It obeys every rule about one carton, so that how many cartons it takes, and which, bounds the best packing from above.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from doorstep.terms.parcel import Carton, PackItem, Placement, Side, Size

NO_LIMIT = 1 << 60


class Kind(NamedTuple):
    """Goods of one kind and how they may stand: (area of the base, long side of it, short side, height), flat first."""

    item: PackItem
    ways: list[tuple[int, int, int, int]]


class Pile(NamedTuple):
    """`units` of a kind on one another in a tower, from a height on."""

    item: PackItem
    long: int
    wide: int
    high: int
    bottom: int
    units: int


class Tower:
    """Units on one another, none with more base than the one beneath."""

    __slots__ = ("cap", "long", "piles", "top_long", "top_wide", "used", "weight", "wide", "x", "y")

    def __init__(self, long: int, wide: int) -> None:
        self.long = self.top_long = long
        self.wide = self.top_wide = wide
        self.used, self.cap, self.weight = 0, NO_LIMIT, 0
        self.x = self.y = 0
        self.piles: list[Pile] = []

    def take(self, item: PackItem, long: int, wide: int, high: int, units: int, height: int) -> int:
        """As many of so many units as may stand on top; returns how many."""
        grams, limit = item.weight_g, item.most_on_top_g
        units = min(units, (height - self.used) // high)
        if self.piles:
            if self.cap < 0:
                return 0
            units = min(units, self.cap // grams) if grams else units
        if limit is not None:
            units = min(units, 1 + (limit // grams if limit and grams else 0 if not limit else units))
        if units < 1:
            return 0
        self.piles.append(Pile(item, long, wide, high, self.used, units))
        self.used += units * high
        self.weight += units * grams
        if limit is not None:
            own = limit - (units - 1) * grams if limit else -1
            self.cap = min(self.cap - units * grams, own)
        elif self.cap < NO_LIMIT:
            self.cap -= units * grams
        self.top_long, self.top_wide = long, wide
        return units


Stood = tuple[int, list[Tower]]
"""(grams, towers) of one carton."""


def kinds_of(items: Sequence[PackItem]) -> list[Kind]:
    """The goods as `standing` wants them, in its order."""
    kinds = []
    for item in items:
        a, b, c = item.size
        ways = []
        for side, p, q, high in ((Side.HEIGHT, a, b, c), (Side.WIDTH, a, c, b), (Side.LENGTH, b, c, a)):
            if side in item.up:
                ways.append((p * q, p, q, high) if p > q else (p * q, q, p, high))
        ways.sort(reverse=True)
        kinds.append(Kind(item, ways))
    # What bears little goes on last.
    kinds.sort(key=lambda kind: (kind.item.most_on_top_g is not None, -kind.ways[0][0]))
    return kinds


def standing(kinds: Sequence[Kind], carton: Carton, most: int = 0) -> list[Stood]:
    """All units in cartons of this kind, one after another; the carton takes each by itself.

    `most`: the cartons after which to stop; where there is more, one more is told than that.
    """
    return _on_floors(_towers(kinds, carton), carton, most)


def _towers(kinds: Sequence[Kind], carton: Carton) -> list[Tower]:
    length, width, height = carton.inner
    room_long, room_wide = (length, width) if length >= width else (width, length)
    most_g = carton.max_content_g
    towers: list[Tower] = []
    for item, ways in kinds:
        able = [way for way in ways if way[1] <= room_long and way[2] <= room_wide and way[3] <= height]
        left = item.quantity
        for tower in towers:
            for _, long, wide, high in able:
                if tower.top_long >= long and tower.top_wide >= wide and tower.used + high <= height:
                    light = min(left, (most_g - tower.weight) // item.weight_g) if item.weight_g else left
                    left -= tower.take(item, long, wide, high, light, height)
                    break
            if not left:
                break
        if not left:
            continue
        _, long, wide, high = min(able, key=lambda way: -(-left // (height // way[3])) * way[0])
        while left:
            tower = Tower(long, wide)
            light = min(left, most_g // item.weight_g) if item.weight_g else left
            left -= tower.take(item, long, wide, high, light, height)
            towers.append(tower)
    return towers


def _on_floors(towers: list[Tower], carton: Carton, most: int) -> list[Stood]:
    """The towers in rows along the longer side of the floor, the widest first."""
    length, width, _ = carton.inner
    room_long, room_wide = (length, width) if length >= width else (width, length)
    waiting = sorted(towers, key=lambda tower: (-tower.wide, -tower.long))
    least_long, least_wide = (min((getattr(tower, side) for tower in towers), default=0) for side in ("long", "wide"))
    done: list[Stood] = []
    while waiting:
        if most and len(done) == most:
            return [*done, (0, waiting)]
        rows: list[list[int]] = []  # each: where it begins, how deep it is, how far it is full
        grams, deep, inside, outside = 0, 0, [], []
        for place, tower in enumerate(waiting):
            if deep + least_wide > room_wide and all(row[2] + least_long > room_long for row in rows):
                outside += waiting[place:]  # not even the least goes in: many alike are not all tried in each carton
                break
            if grams + tower.weight > carton.max_content_g:
                outside.append(tower)
                continue
            for row in rows:
                if row[2] + tower.long <= room_long:
                    tower.x, tower.y = row[2], row[0]
                    row[2] += tower.long
                    break
            else:
                if deep + tower.wide > room_wide:
                    outside.append(tower)
                    continue
                tower.x, tower.y = 0, deep
                rows.append([deep, tower.wide, tower.long])
                deep += tower.wide
            grams += tower.weight
            inside.append(tower)
        done.append((grams, inside))
        waiting = outside
    return done


def placements_of(stood: Stood, carton: Carton) -> tuple[Placement, ...]:
    """Where the units are, each tower from the bottom up."""
    across = carton.inner.length_mm < carton.inner.width_mm
    told = []
    for tower in stood[1]:
        for pile in tower.piles:
            x, y, long, wide = tower.x, tower.y, pile.long, pile.wide
            if across:
                x, y, long, wide = y, x, wide, long
            for unit in range(pile.units):
                size = Size(long, wide, pile.high)
                told.append(Placement(pile.item.ref, x, y, pile.bottom + unit * pile.high, size))
    return tuple(told)
