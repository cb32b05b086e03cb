"""An earlier packing carried over to the goods as they are now: fewer units, more units, other cartons on the shelf."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from doorstep.packing.alone import turns
from doorstep.packing.shelf import Shelf
from doorstep.packing.values import Params, clash
from doorstep.terms.parcel import Carton, PackedCarton, PackItem, Placement

Content = list[Placement]


def carried_over(
    incumbent: Sequence[PackedCarton], goods: Sequence[PackItem], shelf: Shelf, params: Params
) -> tuple[list[PackedCarton], list[PackedCarton]]:
    """(cartons that still stand, cartons that no longer do) with only wanted units in them.

    Units too many are taken out where nothing stands on them, from the emptiest carton first. Where a unit was taken
    from under others, those come down. Cartons no longer on the shelf are left out, and so are their units.
    """
    items = {item.ref: item for item in goods}
    contents = [(packed.carton, list(packed.placements)) for packed in incumbent if shelf.has(packed.carton)]
    _take_out(contents, {item.ref: item.quantity for item in goods})
    standing: list[PackedCarton] = []
    fallen: list[PackedCarton] = []
    for carton, content in contents:
        if not content:
            continue
        weight_g = sum(items[placement.ref].weight_g for placement in content)
        content.sort(key=lambda placement: (placement.z_mm, placement.y_mm, placement.x_mm))
        for arranged in (content, _let_down(content)):
            if obeys_rules(carton, arranged, items, params):
                standing.append(PackedCarton(carton, tuple(arranged), weight_g))
                break
        else:
            fallen.append(PackedCarton(carton, tuple(content), weight_g))
    return standing, fallen


def _take_out(contents: list[tuple[Carton, Content]], wanted: dict[str, int]) -> None:
    """Take the units nobody wants any more out of the contents, in place."""
    there = Counter(placement.ref for _, content in contents for placement in content)
    for ref, units in there.items():
        for _ in range(units - wanted.get(ref, 0)):
            candidates = (
                (_bears_something(placement, content), len(content), -placement.z_mm, i, j)
                for i, (_, content) in enumerate(contents)
                for j, placement in enumerate(content)
                if placement.ref == ref
            )
            *_, i, j = min(candidates)
            del contents[i][1][j]


def _bears_something(lower: Placement, content: Content) -> bool:
    top = lower.z_mm + lower.size.height_mm
    return any(upper.z_mm == top and shared_area(lower, upper) for upper in content)


def shared_area(one: Placement, other: Placement) -> int:
    """Area common to two footprints."""
    x = min(one.x_mm + one.size[0], other.x_mm + other.size[0]) - max(one.x_mm, other.x_mm)
    y = min(one.y_mm + one.size[1], other.y_mm + other.size[1]) - max(one.y_mm, other.y_mm)
    return x * y if x > 0 and y > 0 else 0


def _let_down(content: Content) -> Content:
    """Every unit straight down until it meets something."""
    down: Content = []
    for placement in content:
        below = (lower for lower in down if shared_area(lower, placement))
        z = max((lower.z_mm + lower.size.height_mm for lower in below), default=0)
        down.append(Placement(placement.ref, placement.x_mm, placement.y_mm, z, placement.size))
    return sorted(down, key=lambda placement: (placement.z_mm, placement.y_mm, placement.x_mm))


def obeys_rules(carton: Carton, content: Content, items: dict[str, PackItem], params: Params) -> bool:
    """Whether the goods, as they are now, may be in the carton like this."""
    if sum(items[placement.ref].weight_g for placement in content) > carton.max_content_g:
        return False
    kinds = [items[ref] for ref in sorted({placement.ref for placement in content})]
    if any(clash(one, other, params.separated) for one, other in combinations(kinds, 2)):
        return False
    if not _is_borne(content, items):
        return False
    for i, unit in enumerate(content):
        if unit.size not in turns(items[unit.ref]) or min(unit.x_mm, unit.y_mm, unit.z_mm) < 0:
            return False
        far = (unit.x_mm + unit.size[0], unit.y_mm + unit.size[1], unit.z_mm + unit.size[2])
        if any(end > room for end, room in zip(far, carton.inner, strict=True)):
            return False
        held = 0
        for j, other in enumerate(content):
            area = shared_area(unit, other) if i != j else 0
            if not area:
                continue
            if other.z_mm + other.size[2] == unit.z_mm:
                held += area
            elif other.z_mm < far[2] and unit.z_mm < other.z_mm + other.size[2]:
                return False
        if unit.z_mm and held * 100 < params.support_percent * unit.size[0] * unit.size[1]:
            return False
    return True


def _is_borne(content: Content, items: dict[str, PackItem]) -> bool:
    """Whether no unit bears more than it may, each unit above it counted in full. `content` is in any order."""
    if all(items[placement.ref].most_on_top_g is None for placement in content):
        return True
    upwards = sorted(range(len(content)), key=lambda i: -content[i].z_mm)
    above: dict[int, set[int]] = {}
    for i in upwards:
        lower = content[i]
        top = lower.z_mm + lower.size.height_mm
        above[i] = set()
        for j in upwards:
            if content[j].z_mm < top:
                break
            if content[j].z_mm == top and shared_area(lower, content[j]):
                above[i] |= above[j] | {j}
        most = items[lower.ref].most_on_top_g
        if most is not None and above[i]:
            load = sum(items[content[j].ref].weight_g for j in above[i])
            if most == 0 or load > most:
                return False
    return True
