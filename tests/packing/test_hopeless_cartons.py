"""A carton called hopeless is one into which no packing puts the goods: held against trying every place."""

from __future__ import annotations

import random
from itertools import permutations, product

import numpy as np

from doorstep.packing.columns import columns_of
from doorstep.packing.hopeless import is_hopeless
from doorstep.packing.shelf import shelf_for
from doorstep.terms.parcel import ANY_UP, UPRIGHT, Carton, PackItem, Size

Box = tuple[int, ...]


def test_no_carton_is_called_hopeless_into_which_some_packing_goes() -> None:
    chance = random.Random(20261127)
    hopeless = 0
    for _ in range(300):
        items, carton = a_tiny_order(chance)
        shelf = shelf_for(items, [carton])
        takers = [shelf.takers(item) for item in items]
        volume = sum(item.size.volume_mm3 * item.quantity for item in items)
        if not all(takers) or volume > carton.inner.volume_mm3:
            continue
        columns = columns_of(list(zip(items, takers, strict=True)), shelf)
        pool = np.array([item.quantity for item in items])
        if is_hopeless(columns.kinds, pool, columns.on_shelf.rooms[0]):
            assert not goes_in([item for item in items for _ in range(item.quantity)], carton, [])
            hopeless += 1
    assert hopeless > 5, hopeless


def a_tiny_order(chance: random.Random) -> tuple[list[PackItem], Carton]:
    inner = Size(chance.randint(3, 5), chance.randint(3, 5), chance.randint(2, 4))
    carton = Carton("tiny", inner, inner, 0, 1_000, 1)
    items = [
        PackItem(
            f"line {n}",
            Size(chance.randint(2, 5), chance.randint(1, 4), chance.randint(1, 3)),
            1,
            chance.choice((1, 1, 2)),
            up=chance.choice((ANY_UP, ANY_UP, UPRIGHT)),
        )
        for n in range(chance.randint(1, 3))
    ]
    return items, carton


def goes_in(units: list[PackItem], carton: Carton, placed: list[Box]) -> bool:
    """Whether the units go in beside those placed, in any place and turn, resting on nothing."""
    if not units:
        return True
    a, b, c = units[0].size
    turns = set(permutations((a, b, c))) if units[0].up == ANY_UP else {(a, b, c), (b, a, c)}
    for turn in turns:
        for near in product(*(range(room - side + 1) for room, side in zip(carton.inner, turn, strict=True))):
            box = (*near, *(start + side for start, side in zip(near, turn, strict=True)))
            apart = all(any(box[i] >= old[i + 3] or old[i] >= box[i + 3] for i in range(3)) for old in placed)
            if apart and goes_in(units[1:], carton, [*placed, box]):
                return True
    return False
