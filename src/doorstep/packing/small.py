"""Orders of one unit or two, exactly and in plain Python: a shop's commonest orders need no compiled code.

Two boxes in a carton are always apart along one axis, so that trying all their turns along the three axes misses
nothing.
"""

from __future__ import annotations

from doorstep.packing.alone import fits_turned, turns, unit_alone
from doorstep.packing.shelf import Shelf
from doorstep.packing.values import Params, Price, bears, clash, cost_of, full_cost
from doorstep.terms.parcel import Carton, PackedCarton, PackItem, Placement, Size


def two_units(
    one: tuple[PackItem, int], other: tuple[PackItem, int], shelf: Shelf, price: Price | None, params: Params
) -> list[PackedCarton]:
    """The cheapest way to send two units, each given with the cartons that take it."""
    apart = [unit_alone(item, takers, shelf, price) for item, takers in (one, other)]
    first, second = one[0], other[0]
    if clash(first, second, params.separated):
        return apart
    weight_g = first.weight_g + second.weight_g
    volume = first.size.volume_mm3 + second.size.volume_mm3
    able = one[1] & other[1] & shelf.big_enough(volume, weight_g)
    cost_apart = cost_of(apart, price)
    choices = [(full_cost(carton, weight_g, volume, price), i, carton) for i, carton in enumerate(shelf.of(able))]
    for cost, _, carton in sorted(choices):
        if cost >= cost_apart:
            break
        placements = _in_one(first, second, carton, params.support_percent)
        if placements:
            return [PackedCarton(carton, placements, weight_g)]
    return apart


def _in_one(one: PackItem, other: PackItem, carton: Carton, support_percent: int) -> tuple[Placement, ...] | None:
    """The two units in the carton, the lower first, or None if they cannot be."""
    length, width, height = carton.inner
    other_turns = [turn for turn in turns(other) if fits_turned(turn, carton)]
    for a in turns(one):
        if not fits_turned(a, carton):
            continue
        for b in other_turns:
            if a[0] + b[0] <= length:
                return Placement(one.ref, 0, 0, 0, a), Placement(other.ref, a[0], 0, 0, b)
            if a[1] + b[1] <= width:
                return Placement(one.ref, 0, 0, 0, a), Placement(other.ref, 0, a[1], 0, b)
            if a[2] + b[2] <= height:
                if _holds(one, other, a, b, support_percent):
                    return Placement(one.ref, 0, 0, 0, a), Placement(other.ref, 0, 0, a[2], b)
                if _holds(other, one, b, a, support_percent):
                    return Placement(other.ref, 0, 0, 0, b), Placement(one.ref, 0, 0, b[2], a)
    return None


def _holds(lower: PackItem, upper: PackItem, lower_turn: Size, upper_turn: Size, support_percent: int) -> bool:
    held = min(lower_turn[0], upper_turn[0]) * min(lower_turn[1], upper_turn[1])
    return bears(lower, upper) and held * 100 >= support_percent * upper_turn[0] * upper_turn[1]
