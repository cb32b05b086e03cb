"""An independent checker: is this packing what it says? It shares nothing with the engine but the values.

Plain on purpose: every pair of units is looked at, so that it can be read in one go and believed.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, permutations

from doorstep.packing.values import Packing
from doorstep.terms.parcel import Carton, Mailer, PackedCarton, PackItem, Placement, Side

Ends = tuple[int, int, int, int, int, int]  # where a unit begins along length, width and height, then where it ends


def check(
    items: Sequence[PackItem],
    packing: Packing,
    cartons: Sequence[Carton | Mailer],
    *,
    support_percent: int = 50,
    separated: Iterable[tuple[str, str]] = (),
    price: Callable[[Carton, int], int] | None = None,
    left: Mapping[str, int] | None = None,
) -> list[str]:
    """What is wrong with a packing of `items` into `cartons`, one sentence each; an empty list means nothing is.

    `left` says how many of a carton there are, by `carton_id`; of one not named there are enough.
    """
    known = {item.ref: item for item in items}
    wrong = [*_account(items, packing, cartons, left or {}), *_keeps_together(items, packing)]
    wrong += _takes_what_is_there(packing, left or {})
    pairs = [frozenset(pair) for pair in separated]
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
            _keeps_groups_apart(packed, known, pairs),
            _stays_inside(packed, known),
            _leaves_room_for_each(packed),
            _bears_what_is_on_top(packed, known),
            _holds_up(packed, support_percent),
            _can_be_put_in(packed),
        )
        wrong += [f"{name}: {sentence}" for rule in rules for sentence in rule]
        weight_g = packed.carton.empty_weight_g + packed.content_g
        cost += packed.carton.cost_minor + _filling(packed) + (price(packed.carton, weight_g) if price else 0)
    if cost != packing.cost_minor:
        wrong.append(f"costs {cost}, but says {packing.cost_minor}")
    return wrong


def _filling(packed: PackedCarton) -> int:
    """What filling the free space costs, rounded up; a mailer has none."""
    free = packed.carton.inner.volume_mm3 - sum(unit.size.volume_mm3 for unit in packed.placements)
    return math.ceil(Fraction(max(free, 0) * packed.carton.void_minor_per_litre, 1_000_000))


def _takes_what_is_there(packing: Packing, left: Mapping[str, int]) -> Iterator[str]:
    used = Counter(filled.carton.carton_id for filled in packing.cartons)
    for carton_id, there in left.items():
        if used[carton_id] > there:
            yield f"{used[carton_id]} of carton {carton_id} are used, {there} are left"


def _account(
    items: Sequence[PackItem], packing: Packing, cartons: Sequence[Carton | Mailer], there: Mapping[str, int]
) -> Iterator[str]:
    """Packed and left over are what was given; only what fits no carton is left over, for the reason given."""
    packed = Counter(placement.ref for filled in packing.cartons for placement in filled.placements)
    used = Counter(filled.carton.carton_id for filled in packing.cartons)
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
        takers = [carton_id for carton_id in takers if carton_id not in there or there[carton_id] > used[carton_id]]
        if left[item.ref] and takers and not item.keep_together:
            yield f"{item.ref} is left over, but carton {takers[0]} takes it"
        if left[item.ref] and item.own_container:
            yield f"{item.ref} is left over, but ships in its own box"


def _keeps_together(items: Sequence[PackItem], packing: Packing) -> Iterator[str]:
    """All units of a group are in one carton, or all are left over."""
    group_of = {item.ref: item.keep_together for item in items}
    wanted = Counter(dict.fromkeys(group_of.values(), 0))
    for item in items:
        wanted[item.keep_together] += item.quantity
    for number, packed in enumerate(packing.cartons, 1):
        there = Counter(group_of.get(unit.ref, "") for unit in packed.placements)
        for group, units in there.items():
            if group and units != wanted[group]:
                yield f"carton {number} holds {units} of the {wanted[group]} units of {group}, which is kept together"


def _turned(item: PackItem) -> set[tuple[int, int, int]]:
    ways = set()
    for first, second, up in permutations(range(3)):
        if tuple(Side)[up] in item.up:
            ways.add((item.size[first], item.size[second], item.size[up]))
    return ways


def _fits_alone(item: PackItem, carton: Carton | Mailer) -> bool:
    if isinstance(carton, Mailer):
        return any(
            c <= carton.most_thickness_mm and a + c <= carton.length_mm and b + c <= carton.width_mm
            for a, b, c in _turned(item)
        )
    return any(a <= carton.inner[0] and b <= carton.inner[1] and c <= carton.inner[2] for a, b, c in _turned(item))


def _is_a_known_carton(
    packed: PackedCarton, known: dict[str, PackItem], cartons: Sequence[Carton | Mailer]
) -> Iterator[str]:
    """A carton on the shelf; or goods that ship in their own box, as a carton of their size that costs nothing."""
    alone = [known[placement.ref] for placement in packed.placements if known[placement.ref].own_container]
    if not packed.placements:
        yield "is empty"
    elif not alone:
        if packed.carton not in cartons and not any(_is_filled(packed.carton, carton) for carton in cartons):
            yield "is not one of the cartons given"
    elif len(packed.placements) > 1:
        yield f"{alone[0].ref} ships in its own box, but shares one"
    else:
        item = alone[0]
        size = packed.placements[0].size
        if packed.carton != Carton(f"own:{item.ref}", size, size, 0, item.weight_g, 0):
            yield f"{item.ref} ships in its own box, but this is another"


def _is_filled(carton: Carton, mailer: Carton | Mailer) -> bool:
    """Whether the carton is this mailer, filled to some thickness that it can have."""
    if not isinstance(mailer, Mailer) or carton.inner.height_mm > mailer.most_thickness_mm:
        return False
    thickness = carton.inner.height_mm
    inner = (mailer.length_mm - thickness, mailer.width_mm - thickness, thickness)
    outer = tuple(side + mailer.wall_mm for side in inner)
    told = (carton.carton_id, carton.empty_weight_g, carton.max_content_g, carton.cost_minor)
    own = (mailer.carton_id, mailer.empty_weight_g, mailer.max_content_g, mailer.cost_minor)
    return tuple(carton.inner) == inner and tuple(carton.outer) == outer and min(inner) > 0 and told == own


def _weighs_what_it_says(packed: PackedCarton, known: dict[str, PackItem]) -> Iterator[str]:
    content_g = sum(known[placement.ref].weight_g for placement in packed.placements)
    if content_g != packed.content_g:
        yield f"the content weighs {content_g} g, but it says {packed.content_g} g"
    if content_g > packed.carton.max_content_g:
        yield f"the content weighs {content_g} g, {packed.carton.max_content_g} g are allowed"


def _keeps_groups_apart(
    packed: PackedCarton, known: dict[str, PackItem], separated: Sequence[frozenset[str]]
) -> Iterator[str]:
    refs = sorted({unit.ref for unit in packed.placements})
    for one, other in combinations(refs, 2):
        for pair in separated:
            a, b = pair
            for first, second in ((one, other), (other, one)):
                if a in known[first].classes and b in known[second].classes:
                    yield f"{first} is {a} and {second} is {b}: these classes are separated"
    groups = {known[placement.ref].keep_apart for placement in packed.placements if known[placement.ref].keep_apart}
    if len(groups) > 1:
        yield f"{' and '.join(sorted(groups))} are to be kept apart"


def _stays_inside(packed: PackedCarton, known: dict[str, PackItem]) -> Iterator[str]:
    for unit in packed.placements:
        if tuple(unit.size) not in _turned(known[unit.ref]):
            yield f"{unit.ref} cannot be turned to measure {tuple(unit.size)}"
        near, far = _near(unit), _ends(unit)[3:]
        if min(near) < 0 or any(end > room for end, room in zip(far, packed.carton.inner, strict=True)):
            yield f"{unit.ref} at {near} to {far} sticks out of {tuple(packed.carton.inner)}"


def _leaves_room_for_each(packed: PackedCarton) -> Iterator[str]:
    ends = [_ends(unit) for unit in packed.placements]
    for i, (x, y, z, x_end, y_end, z_end) in enumerate(ends):
        for j, (left, front, low, right, back, high) in enumerate(ends[:i]):
            if x < right and left < x_end and y < back and front < y_end and z < high and low < z_end:
                one, other = packed.placements[i], packed.placements[j]
                yield f"{other.ref} at {_near(other)} and {one.ref} at {_near(one)} overlap"


def _bears_what_is_on_top(packed: PackedCarton, known: dict[str, PackItem]) -> Iterator[str]:
    """No unit bears more than it may: all that stands on it, or on what stands on it, each counted in full and once."""
    units = packed.placements
    for lower in units:
        most = known[lower.ref].most_on_top_g
        if most is None:
            continue
        above: list[int] = []
        under = [lower]
        while under:
            bearer = under.pop()
            for number, unit in enumerate(units):
                if number not in above and _stands_on(unit, bearer):
                    above.append(number)
                    under.append(unit)
        load = sum(known[units[number].ref].weight_g for number in above)
        if above and (most == 0 or load > most):
            names = ", ".join(units[number].ref for number in above)
            yield f"{names} with {load} g stands on {lower.ref} at {_near(lower)}, which bears {most} g"


def _stands_on(upper: Placement, lower: Placement) -> bool:
    x, y, z, x_end, y_end, _ = _ends(upper)
    left, front, _, right, back, high = _ends(lower)
    return high == z and x < right and left < x_end and y < back and front < y_end


def _holds_up(packed: PackedCarton, support_percent: int) -> Iterator[str]:
    """Enough of each base rests on the floor or on units that end exactly where it begins."""
    tops: dict[int, list[Ends]] = defaultdict(list)
    for unit in packed.placements:
        tops[_ends(unit)[5]].append(_ends(unit))
    for unit in packed.placements:
        if unit.z_mm == 0:
            continue
        x, y, z, x_end, y_end, _ = _ends(unit)
        held = sum(
            max(min(x_end, right) - max(x, left), 0) * max(min(y_end, back) - max(y, front), 0)
            for left, front, _, right, back, _ in tops.get(z, ())
        )
        base = unit.size.length_mm * unit.size.width_mm
        if held * 100 < support_percent * base:
            yield f"{unit.ref} at {_near(unit)} rests on {held} of {base} mm2"


def _can_be_put_in(packed: PackedCarton) -> Iterator[str]:
    """From above, in the order given: nothing is put in under a unit that is there already."""
    ends = [_ends(unit) for unit in packed.placements]
    for i, (x, y, _, x_end, y_end, z_end) in enumerate(ends):
        for j, (left, front, low, right, back, _) in enumerate(ends[:i]):
            if low >= z_end and x < right and left < x_end and y < back and front < y_end:
                unit, earlier = packed.placements[i], packed.placements[j]
                yield f"{unit.ref} at {_near(unit)} would have to go in under {earlier.ref}, which is there already"


def _near(unit: Placement) -> tuple[int, int, int]:
    return unit.x_mm, unit.y_mm, unit.z_mm


def _ends(unit: Placement) -> Ends:
    """Where a unit begins along each axis, and where it ends."""
    length, width, height = unit.size
    return unit.x_mm, unit.y_mm, unit.z_mm, unit.x_mm + length, unit.y_mm + width, unit.z_mm + height
