"""A carton that has run out is not chosen; what goes into nothing that is left is told so."""

from __future__ import annotations

import random

import pytest

from doorstep.packing import Params, cartonize, check
from doorstep.terms.parcel import PackItem, Size, Unpackable
from tests.packing.corner_shop import LARGE, MEDIUM, MUG, SHELF, SMALL, of

FEW = Params(5_000)


def test_a_carton_that_has_run_out_is_not_chosen() -> None:
    assert cartonize([MUG], SHELF).cartons[0].carton == SMALL
    told = cartonize([MUG], SHELF, left={"small": 0})
    assert told.cartons[0].carton == MEDIUM
    assert not check([MUG], told, SHELF, left={"small": 0})


def test_the_last_of_a_carton_is_used_and_the_rest_goes_elsewhere() -> None:
    brick = PackItem("brick", Size(200, 150, 100), 500, 2)  # fills a small carton
    assert [packed.carton for packed in cartonize([brick], [SMALL]).cartons] == [SMALL, SMALL]
    shelf = [SMALL, LARGE]
    told = cartonize([of(brick, 2)], shelf, FEW, left={"small": 1, "large": 0})
    assert [packed.carton for packed in told.cartons] == [SMALL]
    assert told.unpackable == (Unpackable("brick", 1, "cartons_left", 2, 1),)
    assert not check([brick], told, shelf, left={"small": 1, "large": 0})


def test_what_fits_no_carton_is_told_by_its_measure_though_all_have_run_out() -> None:
    pole = PackItem("pole", Size(5_000, 50, 50), 900)
    told = cartonize([pole, MUG], SHELF, left=dict.fromkeys(("small", "medium", "large"), 0))
    assert {no.ref: no.binding for no in told.unpackable} == {"pole": "length_mm", "mug": "cartons_left"}


def test_no_order_is_packed_in_more_cartons_than_there_are() -> None:
    """Nor is it dearer than without the cartons that are short; the checker sees each carton counted."""
    dice = random.Random(5)
    for _ in range(60):
        goods = [
            PackItem(
                str(number), Size(*(dice.randint(20, 180) for _ in range(3))), dice.randint(10, 900), dice.randint(1, 6)
            )
            for number in range(dice.randint(1, 4))
        ]
        left = {carton.carton_id: dice.randint(0, 3) for carton in dice.sample(SHELF, 2)}
        told = cartonize(goods, SHELF, FEW, left=left)
        assert not check(goods, told, SHELF, left=left)
        without = cartonize(goods, [carton for carton in SHELF if carton.carton_id not in left], FEW)
        if not without.unpackable:
            assert told.cost_minor <= without.cost_minor


def test_the_checker_counts_cartons() -> None:
    two = [PackItem("brick", Size(200, 150, 100), 500, 2)]
    told = cartonize(two, [SMALL])
    assert check(two, told, [SMALL], left={"small": 1}) == ["2 of carton small are used, 1 are left"]


def test_fewer_than_none_cannot_be_left() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        cartonize([MUG], SHELF, left={"small": -1})
