"""An independent checker: is this packing what it says? It shares nothing with the engine but the values.

Plain and slow on purpose: every pair of units is looked at, so that it can be read in one go and believed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations

from doorstep.packing.values import Packing
from doorstep.terms.parcel import Carton, PackedCarton, PackItem, Placement


def check(
    items: Sequence[PackItem],
    packing: Packing,
    cartons: Sequence[Carton],
    *,
    support_percent: int = 50,
    price: Callable[[Carton, int], int] | None = None,
) -> list[str]:
    """What is wrong with a packing of `items` into `cartons`, one sentence each; an empty list means nothing is."""
    known = {item.ref: item for item in items}
    wrong = list(_account(items, packing, cartons))
    cost = 0
    for number, packed in enumerate(packing.cartons, 1):
        name = f"carton {number} ({packed.carton.carton_id})"
        strangers = {placement.ref for placement in packed.placements} - known.keys()
        if strangers:
            wrong.append(f"{name} holds goods nobody gave: {', '.join(sorted(strangers))}")
            continue
        rules = (
            _is_a_known_carton(packed, known, cartons),
            _weighs_what_it_says(packed, known),
            _keeps_groups_apart(packed, known),
            _stays_inside(packed, known),
            _leaves_room_for_each(packed, known),
            _holds_up(packed, support_percent),
            _can_be_put_in(packed),
        )
        wrong += [f"{name}: {sentence}" for rule in rules for sentence in rule]
        weight_g = packed.carton.empty_weight_g + packed.content_g
        cost += packed.carton.cost_minor + (price(packed.carton, weight_g) if price else 0)
    if cost != packing.cost_minor:
        wrong.append(f"costs {cost}, but says {packing.cost_minor}")
    return wrong


def _account(items: Sequence[PackItem], packing: Packing, cartons: Sequence[Carton]) -> Iterator[str]:
    """Packed and left over are what was given; only what fits no carton is left over, for the reason given."""
    packed = Counter(placement.ref for filled in packing.cartons for placement in filled.placements)
    left = Counter[str]()
    for unpackable in packing.unpackable:
        left[unpackable.ref] += unpackable.quantity
        if unpackable.needs <= unpackable.best:
            yield f"{unpackable.ref} is left over for needing {unpackable.needs}, of which there is {unpackable.best}"
    for item in items:
        if packed[item.ref] + left[item.ref] != item.quantity:
            yield (
                f"{item.ref}: {packed[item.ref]} packed and {left[item.ref]} left over, but {item.quantity} were given"
            )
        takers = [c.carton_id for c in cartons if item.weight_g <= c.max_content_g and _fits_alone(item, c)]
        if left[item.ref] and takers:
            yield f"{item.ref} is left over, but carton {takers[0]} takes it"
        if left[item.ref] and item.own_container:
            yield f"{item.ref} is left over, but ships in its own box"


def _turned(item: PackItem) -> set[tuple[int, int, int]]:
    ways = {(a, b, c) for a, b, c in permutations(item.size)}
    return {way for way in ways if way[2] == item.size[2]} if item.upright else ways


def _fits_alone(item: PackItem, carton: Carton) -> bool:
    return any(a <= carton.inner[0] and b <= carton.inner[1] and c <= carton.inner[2] for a, b, c in _turned(item))


def _is_a_known_carton(packed: PackedCarton, known: dict[str, PackItem], cartons: Sequence[Carton]) -> Iterator[str]:
    """A carton on the shelf; or goods that ship in their own box, as a carton of their size that costs nothing."""
    alone = [known[placement.ref] for placement in packed.placements if known[placement.ref].own_container]
    if not packed.placements:
        yield "is empty"
    elif not alone:
        if packed.carton not in cartons:
            yield "is not one of the cartons given"
    elif len(packed.placements) > 1:
        yield f"{alone[0].ref} ships in its own box, but shares one"
    else:
        item = alone[0]
        if packed.carton != Carton(f"own:{item.ref}", item.size, item.size, 0, item.weight_g, 0):
            yield f"{item.ref} ships in its own box, but this is another"


def _weighs_what_it_says(packed: PackedCarton, known: dict[str, PackItem]) -> Iterator[str]:
    content_g = sum(known[placement.ref].weight_g for placement in packed.placements)
    if content_g != packed.content_g:
        yield f"the content weighs {content_g} g, but it says {packed.content_g} g"
    if content_g > packed.carton.max_content_g:
        yield f"the content weighs {content_g} g, {packed.carton.max_content_g} g are allowed"


def _keeps_groups_apart(packed: PackedCarton, known: dict[str, PackItem]) -> Iterator[str]:
    groups = {known[placement.ref].keep_apart for placement in packed.placements if known[placement.ref].keep_apart}
    if len(groups) > 1:
        yield f"{' and '.join(sorted(groups))} are to be kept apart"


def _stays_inside(packed: PackedCarton, known: dict[str, PackItem]) -> Iterator[str]:
    for unit in packed.placements:
        if tuple(unit.size) not in _turned(known[unit.ref]):
            yield f"{unit.ref} cannot be turned to measure {tuple(unit.size)}"
        near, far = _near(unit), _far(unit)
        if min(near) < 0 or any(end > room for end, room in zip(far, packed.carton.inner, strict=True)):
            yield f"{unit.ref} at {near} to {far} sticks out of {tuple(packed.carton.inner)}"


def _leaves_room_for_each(packed: PackedCarton, known: dict[str, PackItem]) -> Iterator[str]:
    for i, one in enumerate(packed.placements):
        for other in packed.placements[:i]:
            common = _common(one, other)
            if min(common) > 0:
                yield f"{other.ref} at {_near(other)} and {one.ref} at {_near(one)} overlap"
            if common[0] > 0 and common[1] > 0 and common[2] == 0:
                lower = min(one, other, key=lambda unit: unit.z_mm)
                if known[lower.ref].fragile:
                    upper = other if lower is one else one
                    yield f"{upper.ref} stands on {lower.ref}, which is fragile"


def _holds_up(packed: PackedCarton, support_percent: int) -> Iterator[str]:
    """Enough of each base rests on the floor or on units that end exactly where it begins."""
    for unit in packed.placements:
        if unit.z_mm == 0:
            continue
        held = 0
        for lower in packed.placements:
            x, y, _ = _common(unit, lower)
            if lower.z_mm + lower.size.height_mm == unit.z_mm and x > 0 and y > 0:
                held += x * y
        base = unit.size.length_mm * unit.size.width_mm
        if held * 100 < support_percent * base:
            yield f"{unit.ref} at {_near(unit)} rests on {held} of {base} mm2"


def _can_be_put_in(packed: PackedCarton) -> Iterator[str]:
    """From above, in the order given: nothing is put in under a unit that is there already."""
    for i, unit in enumerate(packed.placements):
        for earlier in packed.placements[:i]:
            x, y, _ = _common(unit, earlier)
            if x > 0 and y > 0 and earlier.z_mm >= unit.z_mm + unit.size.height_mm:
                yield f"{unit.ref} at {_near(unit)} would have to go in under {earlier.ref}, which is there already"


def _near(unit: Placement) -> tuple[int, int, int]:
    return unit.x_mm, unit.y_mm, unit.z_mm


def _far(unit: Placement) -> tuple[int, int, int]:
    x, y, z = (start + side for start, side in zip(_near(unit), unit.size, strict=True))
    return x, y, z


def _common(one: Placement, other: Placement) -> tuple[int, int, int]:
    """How far two units reach into one another along each axis; zero if they touch, negative if apart."""
    x, y, z = (
        min(end, other_end) - max(start, other_start)
        for start, end, other_start, other_end in zip(_near(one), _far(one), _near(other), _far(other), strict=True)
    )
    return x, y, z
