"""The cartons on the shelf, looked at once: which of them take a thing, and what no use of them can beat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement, pairwise
from typing import NamedTuple

from doorstep.packing.lately import Lately
from doorstep.packing.values import refuse_nonsense_cartons
from doorstep.terms.parcel import ANY_UP, Carton, Mailer, PackItem, Side

MAILER_STEPS = 6


class Line(NamedTuple):
    """A straight line on or below every carton's (capacity, cost): (fixed + slope x capacity) / scale."""

    fixed: int
    slope: int
    scale: int


class Room(NamedTuple):
    """A carton's inside: sides as they stand, sides from short to long, most grams."""

    length: int
    width: int
    height: int
    short: int
    middle: int
    long: int
    most_g: int


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """A set of cartons, cheapest first. Bit c of a bit set is carton c. Made once for each set, see `shelf_of`.

    `pairs`: each two of them, or one twice, the larger first: (carton, other, volume, most grams, cost) of both.
    """

    cartons: tuple[Carton, ...]
    rooms: tuple[Room, ...]
    volumes: tuple[int, ...]
    most_volume: int
    most_g: int
    pairs: tuple[tuple[int, int, int, int, int], ...]
    by_volume: tuple[Line, ...]
    by_weight: tuple[Line, ...]
    voids_cost: bool
    mailers: tuple[Mailer, ...]

    def mailer(self, carton: Carton) -> Mailer | None:
        """The mailer of which a carton is a filled one."""
        return next((mailer for mailer in self.mailers if mailer.carton_id == carton.carton_id), None)

    def has(self, carton: Carton) -> bool:
        """Whether it lies on the shelf, a mailer filled to any thickness included."""
        mailer = self.mailer(carton)
        if mailer is None:
            return carton in self.cartons
        thickness = carton.inner.height_mm
        return 0 < thickness <= mailer.thickest_mm and mailer.filled(thickness) == carton

    def takers(self, item: PackItem) -> int:
        """The cartons that one unit of the item fits in some turn, weight included, as a bit set."""
        a, b, c = item.size
        if item.up != ANY_UP:
            return self._turned_takers(item)
        short, middle, long = sorted((a, b, c))
        weight_g = item.weight_g
        takers, bit = 0, 1
        for room in self.rooms:
            if long <= room[5] and middle <= room[4] and short <= room[3] and weight_g <= room[6]:
                takers |= bit
            bit <<= 1
        return takers

    def _turned_takers(self, item: PackItem) -> int:
        takers = 0
        for axis, side in enumerate(Side):
            if side not in item.up:
                continue
            up = item.size[axis]
            width, length = sorted((*item.size[:axis], *item.size[axis + 1 :]))
            for c, room in enumerate(self.rooms):
                base = sorted(room[:2])
                if up <= room.height and width <= base[0] and length <= base[1] and item.weight_g <= room.most_g:
                    takers |= 1 << c
        return takers

    def big_enough(self, volume_mm3: int, weight_g: int) -> int:
        """The cartons that so much volume and weight do not overfill, as a bit set."""
        enough, bit = 0, 1
        for volume, room in zip(self.volumes, self.rooms, strict=True):
            if volume_mm3 <= volume and weight_g <= room[6]:
                enough |= bit
            bit <<= 1
        return enough

    def of(self, among: int) -> list[Carton]:
        """The cartons of a bit set."""
        return [carton for c, carton in enumerate(self.cartons) if among >> c & 1]

    def cheapest(self, among: int) -> Carton:
        """The cheapest carton of a bit set."""
        return self.cartons[(among & -among).bit_length() - 1]

    def fewest(self, volume_mm3: int, weight_g: int) -> int:
        """Cartons needed for so much volume and weight."""
        fewest = max(1, -(-volume_mm3 // self.most_volume))
        return max(fewest, -(-weight_g // self.most_g)) if self.most_g else fewest

    def least_cost(self, cartons: int, volume_mm3: int, weight_g: int) -> int:
        """No `cartons` or more cartons that take so much volume and weight cost less."""
        by_volume = max(-(-(cartons * a + b * volume_mm3) // scale) for a, b, scale in self.by_volume)
        by_weight = max(-(-(cartons * a + b * weight_g) // scale) for a, b, scale in self.by_weight)
        return max(by_volume, by_weight)


def shelf_for(items: Iterable[PackItem], cartons: Sequence[Carton | Mailer]) -> Shelf:
    """The shelf for some goods. ValueError for cartons that cannot be.

    A mailer lies on it as the cartons it is when filled to some thicknesses: to each side of a unit, so that whether
    it takes a unit is answered exactly, and to some even steps.
    """
    given = tuple(cartons)
    if not any(isinstance(carton, Mailer) for carton in given):
        return _shelf_lately(given)
    return shelf_of(given, tuple(sorted({side for item in items for side in item.size})))


@lru_cache(maxsize=64)
def shelf_of(given: tuple[Carton | Mailer, ...], sides: tuple[int, ...] = ()) -> Shelf:
    """`sides`: thicknesses to which mailers may be filled, besides even steps."""
    refuse_nonsense_cartons(given)
    cartons = tuple(each for carton in given for each in _as_cartons(carton, sides))
    cartons = tuple(
        sorted(cartons, key=lambda each: (each.cost_minor, each.outer.volume_mm3, each.carton_id, each.inner))
    )
    return Shelf(
        cartons,
        tuple(_room(carton) for carton in cartons),
        tuple(carton.inner.volume_mm3 for carton in cartons),
        max((carton.inner.volume_mm3 for carton in cartons), default=0),
        max((carton.max_content_g for carton in cartons), default=0),
        _pairs(cartons),
        tuple(lines_below((carton.inner.volume_mm3, carton.cost_minor) for carton in cartons)),
        tuple(lines_below((carton.max_content_g, carton.cost_minor) for carton in cartons)),
        any(carton.void_minor_per_litre for carton in cartons),
        tuple(carton for carton in given if isinstance(carton, Mailer)),
    )


_shelf_lately: Lately[tuple[Carton | Mailer, ...], Shelf] = Lately(shelf_of)


def _as_cartons(carton: Carton | Mailer, sides: tuple[int, ...]) -> list[Carton]:
    if isinstance(carton, Carton):
        return [carton]
    thickest = carton.thickest_mm
    thicknesses = {side for side in sides if side <= thickest}
    thicknesses |= {max(1, thickest * step // MAILER_STEPS) for step in range(1, MAILER_STEPS + 1)}
    return [carton.filled(thickness) for thickness in sorted(thicknesses)]


def _room(carton: Carton) -> Room:
    short, middle, long = sorted(carton.inner)
    return Room(*carton.inner, short, middle, long, carton.max_content_g)


def _pairs(cartons: tuple[Carton, ...]) -> tuple[tuple[int, int, int, int, int], ...]:
    by_volume = sorted(enumerate(cartons), key=lambda row: (-row[1].inner.volume_mm3, row[0]))
    return tuple(
        (
            c,
            d,
            one.inner.volume_mm3 + other.inner.volume_mm3,
            one.max_content_g + other.max_content_g,
            one.cost_minor + other.cost_minor,
        )
        for (c, one), (d, other) in combinations_with_replacement(by_volume, 2)
    )


def lines_below(points: Iterable[tuple[int, int]]) -> list[Line]:
    """The lines through neighbours on the lower hull of (capacity, cost) that neither start below zero nor fall.

    k or more cartons that together have a capacity then cost at least (k x fixed + slope x capacity) / scale. The
    level line at the lowest cost and the steepest line through the origin are always among them.
    """
    points = sorted(set(points))
    hull: list[tuple[int, int]] = []
    for x, y in points:
        while len(hull) > 1:
            (x0, y0), (x1, y1) = hull[-2:]
            if (x1 - x0) * (y - y0) <= (y1 - y0) * (x - x0):
                hull.pop()
            else:
                break
        hull.append((x, y))
    lines = [Line(min((y for _, y in points), default=0), 0, 1)]
    for (x0, y0), (x1, y1) in pairwise(hull):
        fixed = y0 * (x1 - x0) - (y1 - y0) * x0
        if y1 >= y0 and fixed >= 0 and x1 > x0:
            lines.append(Line(fixed, y1 - y0, x1 - x0))
    below_all = [(x, y) for x, y in hull if all(y * other_x <= other_y * x for other_x, other_y in hull)]
    return lines + [Line(0, y, x) for x, y in below_all if x]
