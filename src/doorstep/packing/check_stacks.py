"""What the independent checkers of pallets and trailers look at: where units are, and whether they can stand there.

Shares nothing with what builds them. Plain and slow on purpose: every pair of units is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

from doorstep.terms.parcel import PackItem, Placement, Side, Unpackable

Point = tuple[int, int]


class Rectangle(NamedTuple):
    """A part of a floor: near corner, far corner."""

    x: int
    y: int
    far_x: int
    far_y: int

    def common(self, other: Rectangle) -> Rectangle | None:
        """What both cover; None where that is nothing."""
        both = Rectangle(
            *(max(self.x, other.x), max(self.y, other.y), min(self.far_x, other.far_x), min(self.far_y, other.far_y))
        )
        return both if both.x < both.far_x and both.y < both.far_y else None

    @property
    def area(self) -> int:
        return (self.far_x - self.x) * (self.far_y - self.y)

    @property
    def corners(self) -> tuple[Point, ...]:
        return (self.x, self.y), (self.far_x, self.y), (self.far_x, self.far_y), (self.x, self.far_y)


def base(unit: Placement) -> Rectangle:
    return Rectangle(unit.x_mm, unit.y_mm, unit.x_mm + unit.size.length_mm, unit.y_mm + unit.size.width_mm)


def top(unit: Placement) -> int:
    return unit.z_mm + unit.size.height_mm


def where(unit: Placement) -> str:
    return f"{unit.ref} at {(unit.x_mm, unit.y_mm, unit.z_mm)}"


def ways_to_turn(item: PackItem) -> set[tuple[int, int, int]]:
    """The sizes it may have: any order of its sides that has one of those on top that may be there."""
    upward = {getattr(item.size, f"{side.value}_mm") for side in item.up}
    by_name = [(side, getattr(item.size, f"{side.value}_mm")) for side in Side]
    return {(a[1], b[1], c[1]) for a, b, c in permutations(by_name) if c[0] in item.up and c[1] in upward}


def overlaps(units: Sequence[Placement]) -> Iterator[str]:
    for i, one in enumerate(units):
        for other in units[:i]:
            if one.z_mm < top(other) and other.z_mm < top(one) and base(one).common(base(other)):
                yield f"{where(other)} and {where(one)} overlap"


def bearers(unit: Placement, units: Sequence[Placement]) -> list[int]:
    return [i for i, lower in enumerate(units) if top(lower) == unit.z_mm and base(lower).common(base(unit))]


def falls(units: Sequence[Placement], floor: Rectangle, support_percent: int) -> Iterator[str]:
    """Units of which too little is held, or whose middle is over nothing that holds them."""
    for unit in units:
        under = [floor] if unit.z_mm == 0 else [base(units[i]) for i in bearers(unit, units)]
        held = [common for one in under if (common := base(unit).common(one))]
        area = sum(part.area for part in held)
        if area * 100 < support_percent * base(unit).area:
            yield f"{where(unit)} rests on {area} of {base(unit).area} mm2"
        middle = (base(unit).x + base(unit).far_x, base(unit).y + base(unit).far_y)
        if not held or not _inside(middle, [(2 * x, 2 * y) for part in held for x, y in part.corners]):
            yield f"{where(unit)} has its middle over nothing that holds it"


def _inside(point: Point, points: Sequence[Point]) -> bool:
    """Whether a point is within the convex hull of others, its edge included."""
    rim = _half_hull(sorted(set(points))) + _half_hull(sorted(set(points), reverse=True))
    return all(_turn(a, b, point) >= 0 for a, b in zip(rim, rim[1:] + rim[:1], strict=True) if a != b)


def _half_hull(points: Sequence[Point]) -> list[Point]:
    hull: list[Point] = []
    for point in points:
        while len(hull) > 1 and _turn(hull[-2], hull[-1], point) <= 0:
            hull.pop()
        hull.append(point)
    return hull


def _turn(a: Point, b: Point, c: Point) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def crushed(units: Sequence[Placement], known: Mapping[str, PackItem]) -> Iterator[str]:
    """Units that bear more than they can: all that stands on them, directly or on others that do."""
    above: list[set[int]] = [set() for _ in units]
    for i in sorted(range(len(units)), key=lambda i: -units[i].z_mm):
        for lower in bearers(units[i], units):
            above[lower] |= above[i] | {i}
    for unit, on_top in zip(units, above, strict=True):
        limit = known[unit.ref].most_on_top_g
        weight_g = sum(known[units[i].ref].weight_g for i in on_top)
        if limit is not None and on_top and (limit == 0 or weight_g > limit):
            yield f"{where(unit)} bears {weight_g} g, {limit} g are allowed"


def clashes(
    units: Sequence[Placement], known: Mapping[str, PackItem], separated: frozenset[tuple[str, str]]
) -> Iterator[str]:
    """Goods that may not travel together but do."""
    there = [known[ref] for ref in sorted({unit.ref for unit in units})]
    groups = {item.keep_apart for item in there} - {""}
    if len(groups) > 1:
        yield f"{' and '.join(sorted(groups))} are to be kept apart"
    for one, other in sorted(separated):
        if any((one in a.classes and other in b.classes) for a in there for b in there if a is not b):
            yield f"{one} and {other} are separated"


def lost(items: Sequence[PackItem], loads: Sequence[Sequence[Placement]], left: Sequence[Unpackable]) -> Iterator[str]:
    """Packed and left over are not what was given; groups that are not all on one load or all left over."""
    placed = Counter(unit.ref for units in loads for unit in units)
    over = Counter[str]()
    for one in left:
        over[one.ref] += one.quantity
        if one.needs <= one.best:
            yield f"{one.ref} is left over for needing {one.needs}, of which there is {one.best}"
    for item in items:
        if placed[item.ref] + over[item.ref] != item.quantity:
            yield f"{item.ref}: {placed[item.ref]} placed and {over[item.ref]} left, but {item.quantity} were given"
    for name in sorted((placed.keys() | over.keys()) - {item.ref for item in items}):
        yield f"{name} was given by nobody"
    for group in sorted({item.keep_together for item in items} - {""}):
        members = {item.ref for item in items if item.keep_together == group}
        parts = sum(any(unit.ref in members for unit in units) for units in loads)
        if parts > 1 or (parts and any(over[ref] for ref in members)):
            yield f"{group} is not kept together"


def wrongly_turned(units: Sequence[Placement], known: Mapping[str, PackItem]) -> Iterator[str]:
    for unit in units:
        if tuple(unit.size) not in ways_to_turn(known[unit.ref]):
            yield f"{unit.ref} cannot be turned to measure {tuple(unit.size)}"


def strangers(units: Sequence[Placement], known: Mapping[str, PackItem]) -> list[str]:
    return sorted({unit.ref for unit in units} - known.keys())


def moments(units: Sequence[Placement], known: Mapping[str, PackItem]) -> tuple[int, int, int, int]:
    """(weight, and twice its moment about each axis' zero); of volume, where nothing has a weight."""
    heavy = [known[unit.ref].weight_g for unit in units]
    if not any(heavy):
        heavy = [unit.size.volume_mm3 for unit in units]
    sums = [0, 0, 0]
    for weight, unit in zip(heavy, units, strict=True):
        for axis, near in enumerate((unit.x_mm, unit.y_mm, unit.z_mm)):
            sums[axis] += weight * (2 * near + unit.size[axis])
    return sum(heavy), sums[0], sums[1], sums[2]
