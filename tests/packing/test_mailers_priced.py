"""A mailer is priced as it is filled, step by step of its thickness: held against a reckoning of its own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import permutations

from doorstep.packing import Params, cartonize
from doorstep.terms.parcel import Carton, Mailer, PackItem, Size

Box = tuple[int, ...]


def letter_rate(size: Box, weight_g: int) -> int:
    """Letter, large letter or parcel by thickness, then by the 50 grams of weight or of volume."""
    length, width, thickness = sorted(size, reverse=True)
    step = 100 if thickness <= 22 else 190 if thickness <= 42 else 400
    return step + max(weight_g, -(-length * width * thickness // 5_000)) // 50 * 7


def by_letter(sent: Carton, weight_g: int) -> int:
    return letter_rate(sent.outer, weight_g)


def blocks(sides: list[Size]) -> Iterator[Box]:
    """What one unit, or two beside or on one another, take up; half of a base has to rest on what is beneath."""
    if len(sides) == 1:
        yield from permutations(sides[0])
        return
    for one in permutations(sides[0]):
        for other in permutations(sides[1]):
            for axis in range(3):
                common = min(one[0], other[0]) * min(one[1], other[1])
                smaller = min(one[0] * one[1], other[0] * other[1])
                if axis < 2 or 2 * common >= smaller:
                    yield tuple(
                        a + b if k == axis else max(a, b) for k, (a, b) in enumerate(zip(one, other, strict=True))
                    )


def costs_in(carton: Carton | Mailer, goods: list[PackItem]) -> Iterator[int]:
    weight_g = sum(item.weight_g for item in goods)
    if weight_g > carton.max_content_g:
        return
    for length, width, height in blocks([item.size for item in goods]):
        if isinstance(carton, Carton):
            if all(side <= room for side, room in zip((length, width, height), carton.inner, strict=True)):
                yield carton.cost_minor + letter_rate(carton.outer, weight_g + carton.empty_weight_g)
            continue
        for thick in range(height, carton.most_thickness_mm + 1):
            sides = (carton.length_mm - thick, carton.width_mm - thick, thick)
            if sides[0] >= length and sides[1] >= width:
                outer = tuple(side + carton.wall_mm for side in sides)
                yield carton.cost_minor + letter_rate(outer, weight_g + carton.empty_weight_g)


def test_no_way_of_filling_mailers_and_cartons_costs_less_or_is_missed() -> None:
    dice = random.Random(1)
    for _ in range(100):
        shelf: list[Carton | Mailer] = [
            Mailer(
                f"mailer {n}",
                *(dice.randint(200, 420), dice.randint(160, 320), dice.randint(10, 70), dice.randint(5, 40)),
                *(dice.randint(500, 3_000), dice.randint(5, 60), dice.randint(0, 4)),
            )
            for n in range(2)
        ]
        inner = Size(*(dice.randint(150, 350) for _ in range(3)))
        shelf.append(Carton("box", inner, Size(*(side + 6 for side in inner)), 100, 9_000, dice.randint(30, 120)))
        goods = [
            PackItem(
                str(n), Size(dice.randint(40, 220), dice.randint(30, 180), dice.randint(3, 60)), dice.randint(10, 900)
            )
            for n in range(dice.choice((1, 1, 2)))
        ]
        told = cartonize(goods, shelf, Params(50_000), price=by_letter)
        alone = [min((cost for c in shelf for cost in costs_in(c, [item])), default=None) for item in goods]
        assert {no.ref for no in told.unpackable} == {
            item.ref for item, cost in zip(goods, alone, strict=True) if not cost
        }
        if told.unpackable:
            continue
        ways = [sum(cost for cost in alone if cost)]
        if len(goods) > 1:
            ways += [cost for c in shelf for cost in costs_in(c, goods)]
        assert told.cost_minor == min(ways)
