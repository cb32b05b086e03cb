"""Goods of one kind by themselves: how they may be turned, which cartons take them, and rows of them in a carton."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from doorstep.packing.shelf import Shelf
from doorstep.packing.values import Price, cost_of_one, full_cost
from doorstep.terms.parcel import ANY_UP, Carton, PackedCarton, PackItem, Placement, Side, Size, Unpackable


def turns(item: PackItem) -> list[Size]:
    """The different sizes the item can have in a carton: two for each side that may point up."""
    a, b, c = item.size
    sizes = set()
    if Side.HEIGHT in item.up:
        sizes |= {Size(a, b, c), Size(b, a, c)}
    if Side.WIDTH in item.up:
        sizes |= {Size(a, c, b), Size(c, a, b)}
    if Side.LENGTH in item.up:
        sizes |= {Size(b, c, a), Size(c, b, a)}
    return sorted(sizes)


def fits_turned(turn: Size, carton: Carton) -> bool:
    room = carton.inner
    return turn[0] <= room[0] and turn[1] <= room[1] and turn[2] <= room[2]


def own_carton(item: PackItem) -> Carton:
    """Goods that ship in their own box, as the carton they are: nothing more to buy, nothing more to weigh.

    Its content is the one unit, so `carton_id` is 'own:' and the item's ref, it is as large inside as outside, weighs
    and costs nothing itself, and takes exactly the unit's weight. It stands as measured, if it may.
    """
    size = item.size if Side.HEIGHT in item.up else turns(item)[0]
    return Carton(f"own:{item.ref}", size, size, 0, item.weight_g, 0)


def in_own_cartons(item: PackItem) -> list[PackedCarton]:
    carton = own_carton(item)
    packed = PackedCarton(carton, (Placement(item.ref, 0, 0, 0, carton.inner),), item.weight_g)
    return [packed] * item.quantity


def why_unpackable(item: PackItem, cartons: Sequence[Carton]) -> Unpackable:
    """What keeps an item that fits no carton out of the best of them.

    Where it would fit a carton by size, its weight binds. Else the best carton is the one where the worst side lacks
    least; sides are compared longest with longest, or what points up with the height where not every side may.
    """
    roomy = [carton for carton in cartons if _worst_side(item, carton)[0] <= 0]
    if roomy:
        best = max(carton.max_content_g for carton in roomy)
        return Unpackable(item.ref, item.quantity, "weight_g", item.weight_g, best)
    if not cartons:
        return Unpackable(item.ref, item.quantity, "length_mm", max(item.size), 0)
    _, side, needs, best = min(_worst_side(item, carton) for carton in cartons)
    return Unpackable(item.ref, item.quantity, side, needs, best)


def _worst_side(item: PackItem, carton: Carton) -> tuple[int, str, int, int]:
    """(how much is lacking, name, needed, there) of the side where the carton lacks most."""
    if item.up == ANY_UP:
        return _lacking(sorted(item.size, reverse=True), sorted(carton.inner, reverse=True))
    base = sorted(carton.inner[:2], reverse=True)
    return min(_lacking([*sorted(turn[:2], reverse=True), turn[2]], [*base, carton.inner[2]]) for turn in turns(item))


def _lacking(needs: list[int], there: list[int]) -> tuple[int, str, int, int]:
    names = ("length_mm", "width_mm", "height_mm")
    return max((n - t, name, n, t) for name, n, t in zip(names, needs, there, strict=True))


@dataclass(frozen=True, slots=True)
class Rows:
    """How many units of one kind stand in a carton in plain rows, all turned alike."""

    turn: Size
    along: int
    across: int
    most: int

    def place(self, item: PackItem, carton: Carton, units: int) -> PackedCarton:
        """The first `units` places, floor first."""
        length, width, height = self.turn
        placements = []
        for i in range(units):
            layer, spot = divmod(i, self.along * self.across)
            row, column = divmod(spot, self.along)
            placements.append(Placement(item.ref, column * length, row * width, layer * height, self.turn))
        return PackedCarton(carton, tuple(placements), units * item.weight_g)


def most_layers(item: PackItem, many: int) -> int:
    """How many units of a kind may stand on one another; `many` where they bear any number."""
    if item.most_on_top_g is None or (item.most_on_top_g and not item.weight_g):
        return many
    return 1 + (item.most_on_top_g // item.weight_g if item.most_on_top_g else 0)


def best_rows(item: PackItem, carton: Carton) -> Rows:
    """The turn that lets most units into a carton that takes one, no more on one another than they bear."""
    best = Rows(item.size, 0, 0, 0)
    bears = most_layers(item, carton.inner.height_mm)
    for turn in turns(item):
        along, across, layers = (room // side for room, side in zip(carton.inner, turn, strict=True))
        most = along * across * min(layers, bears)
        if item.weight_g:
            most = min(most, carton.max_content_g // item.weight_g)
        if most > best.most:
            best = Rows(turn, along, across, most)
    return best


def unit_alone(item: PackItem, takers: int, shelf: Shelf, price: Price | None) -> PackedCarton:
    """One unit in the carton that costs least to buy and to send. `takers`: the cartons that take it."""
    if price is None and not shelf.voids_cost:
        carton = shelf.cheapest(takers)
    else:
        volume = item.size.volume_mm3
        carton = min(shelf.of(takers), key=lambda carton: full_cost(carton, item.weight_g, volume, price))
    turn = next(turn for turn in turns(item) if fits_turned(turn, carton))
    return PackedCarton(carton, (Placement(item.ref, 0, 0, 0, turn),), item.weight_g)


def tightened(packed: PackedCarton, shelf: Shelf, price: Price | None) -> PackedCarton:
    """A mailer drawn tight about its content, unless that is dearer to send; any other carton as it is."""
    mailer = shelf.mailer(packed.carton)
    if mailer is None:
        return packed
    thickness = max(placement.z_mm + placement.size.height_mm for placement in packed.placements)
    tight = replace(packed, carton=mailer.filled(thickness))
    return min(packed, tight, key=lambda each: (cost_of_one(each, price), each.carton.inner.height_mm))


def line_alone(item: PackItem, takers: int, shelf: Shelf, price: Price | None) -> list[PackedCarton]:
    """All units of an item in cartons of their own, in plain rows: full cartons of one type, one for what is left."""
    if item.quantity == 1:
        return [unit_alone(item, takers, shelf, price)]
    choices = [(carton, best_rows(item, carton)) for carton in shelf.of(takers)]
    costs: dict[tuple[int, int], int] = {}

    def cost(choice: int, units: int) -> int:
        if (choice, units) not in costs:
            costs[choice, units] = full_cost(
                choices[choice][0], units * item.weight_g, units * item.size.volume_mm3, price
            )
        return costs[choice, units]

    def cheapest(units: int) -> int:
        able = (choice for choice, (_, rows) in enumerate(choices) if rows.most >= units)
        return min(able, key=lambda choice: cost(choice, units))

    plans = []
    for choice, (_, rows) in enumerate(choices):
        full, left = divmod(item.quantity, rows.most)
        last = [(cheapest(left), left)] if left else []
        plans.append((full * cost(choice, rows.most) + sum(cost(*each) for each in last), choice, full, last))
    _, choice, full, last = min(plans)
    return [choices[c][1].place(item, choices[c][0], n) for c, n in [(choice, choices[choice][1].most)] * full + last]
