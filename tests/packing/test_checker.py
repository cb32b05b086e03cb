"""The checker is believed because it was seen to catch each kind of error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from doorstep.packing import Packing, check
from doorstep.terms.parcel import UPRIGHT, PackedCarton, PackItem, Placement, Size, Unpackable
from tests.packing.corner_shop import LARGE, MEDIUM, SHELF, SMALL, by_the_kilo, packed

BLOCK = PackItem("block", Size(100, 100, 100), 1_000, 2)
GLASS = PackItem("glass", Size(100, 100, 50), 200, most_on_top_g=0)
CHEESE = PackItem("cheese", Size(100, 100, 50), 300, up=UPRIGHT, keep_apart="food")
HORSE = PackItem("horse", Size(500, 300, 400), 9_000, own_container=True)
LADDER = PackItem("ladder", Size(1_800, 300, 80), 4_000)
ITEMS = [BLOCK, GLASS, CHEESE, HORSE, LADDER]


def at(item: PackItem, x: int, y: int, z: int) -> Placement:
    return Placement(item.ref, x, y, z, item.size)


IN_ORDER = (at(BLOCK, 0, 0, 0), at(BLOCK, 100, 0, 0), at(CHEESE, 0, 0, 100), at(GLASS, 100, 0, 100))
OWN = packed([HORSE]).cartons[0]
LEFT = Unpackable("ladder", 1, "length_mm", 1_800, 400)


def packing_of(*placements: Placement, items: list[PackItem] = ITEMS) -> Packing:
    weights = {item.ref: item.weight_g for item in items}
    content = PackedCarton(MEDIUM, placements, sum(weights.get(placement.ref, 0) for placement in placements))
    return Packing((content, OWN), (LEFT,), MEDIUM.cost_minor, 0)


GOOD = packing_of(*IN_ORDER)
BLOCKS, TOPS = IN_ORDER[:2], IN_ORDER[2:]


def with_carton(**changes: object) -> Packing:
    return replace(GOOD, cartons=(replace(GOOD.cartons[0], **changes), OWN))  # type: ignore[arg-type]


def moved(unit: int, **changes: object) -> Packing:
    changed = replace(IN_ORDER[unit], **changes)  # type: ignore[arg-type]
    return packing_of(*IN_ORDER[:unit], changed, *IN_ORDER[unit + 1 :])


def test_a_good_packing_has_nothing_wrong() -> None:
    assert not check(ITEMS, GOOD, SHELF)


@pytest.mark.parametrize(
    ("packing", "says"),
    [
        (moved(1, x_mm=99), "overlap"),
        (moved(1, x_mm=250), "sticks out"),
        (moved(1, y_mm=-1), "sticks out"),
        (moved(0, size=Size(100, 100, 99)), "cannot be turned"),
        (moved(2, size=Size(50, 100, 100), x_mm=0), "cannot be turned"),
        (moved(2, z_mm=101), "rests on 0 of 10000 mm2"),
        (moved(3, x_mm=151), "rests on 4900 of 10000 mm2"),
        (packing_of(IN_ORDER[0], IN_ORDER[2], replace(IN_ORDER[3], x_mm=0, z_mm=150)), "block: 1 packed"),
        (packing_of(*IN_ORDER, at(GLASS, 0, 100, 0)), "glass: 2 packed"),
        (packing_of(*IN_ORDER, replace(IN_ORDER[0], ref="stranger")), "goods nobody gave: stranger"),
        (packing_of(*TOPS, *BLOCKS), "would have to go in under"),
        (with_carton(content_g=2_499), "weighs 2500 g, but it says 2499 g"),
        (with_carton(carton=replace(MEDIUM, max_content_g=2_499)), "2499 g are allowed"),
        (with_carton(carton=replace(MEDIUM, cost_minor=1)), "not one of the cartons given"),
        (with_carton(placements=()), "is empty"),
        (replace(GOOD, cost_minor=79), "costs 80, but says 79"),
        (replace(GOOD, unpackable=()), "ladder: 0 packed and 0 left over"),
        (replace(GOOD, unpackable=(replace(LEFT, needs=400),)), "left over for needing 400, of which there is 400"),
        (replace(GOOD, unpackable=(LEFT, replace(LEFT, ref="glass"))), "glass is left over, but carton small takes it"),
        (replace(GOOD, unpackable=(LEFT, replace(LEFT, ref="horse"))), "horse is left over, but ships in its own box"),
        (replace(GOOD, cartons=(GOOD.cartons[0], replace(OWN, carton=LARGE))), "but this is another"),
        (packing_of(*IN_ORDER, at(HORSE, 0, 0, 0)), "but shares one"),
    ],
)
def test_an_error_is_told(packing: Packing, says: str) -> None:
    assert any(says in sentence for sentence in check(ITEMS, packing, SHELF))


def test_a_load_on_something_fragile_is_told() -> None:
    loaded = packing_of(at(GLASS, 0, 0, 0), at(BLOCK, 0, 0, 50), at(BLOCK, 100, 0, 0), at(CHEESE, 100, 0, 100))
    assert any("stands on glass at (0, 0, 0), which bears 0 g" in sentence for sentence in check(ITEMS, loaded, SHELF))


def test_mixed_groups_are_told() -> None:
    items = [replace(BLOCK, keep_apart="smelly"), *ITEMS[1:]]
    assert any("food and smelly are to be kept apart" in sentence for sentence in check(items, GOOD, SHELF))


def test_freight_left_out_of_the_cost_is_told() -> None:
    assert any("but says 80" in sentence for sentence in check(ITEMS, GOOD, SHELF, price=by_the_kilo))


def test_a_stricter_rule_of_support_is_kept() -> None:
    hanging = moved(3, x_mm=150)
    tests: list[tuple[int, Callable[[list[str]], bool]]] = [(50, lambda wrong: not wrong), (51, bool)]
    assert all(expected(check(ITEMS, hanging, SHELF, support_percent=percent)) for percent, expected in tests)


def test_a_unit_may_stand_beside_what_is_fragile() -> None:
    items = [GLASS, replace(BLOCK, quantity=1)]
    beside = PackedCarton(SMALL, (at(GLASS, 0, 0, 0), at(BLOCK, 100, 0, 0)), 1_200)
    assert not check(items, Packing((beside,), (), SMALL.cost_minor, 0), SHELF)
