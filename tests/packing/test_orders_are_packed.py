"""What a packer and a shopkeeper expect of a packed order."""

from __future__ import annotations

import pytest

from doorstep.packing import Packing, Params, cartonize
from doorstep.terms.parcel import UPRIGHT, Carton, PackItem, Size, Unpackable
from tests.packing.corner_shop import (
    BOOK,
    LARGE,
    MEDIUM,
    MUG,
    SHELF,
    SMALL,
    TEAPOT,
    by_the_kilo,
    carton,
    carton_names,
    of,
    packed,
)


def test_one_mug_goes_into_the_cheapest_carton_that_takes_it() -> None:
    packing = packed([MUG])
    assert carton_names(packing) == ["small"]
    assert packing.cost_minor == SMALL.cost_minor
    assert packing.work_used == 0


def test_two_mugs_share_a_carton_that_holds_exactly_two() -> None:
    packing = packed([of(MUG, 2)], [carton("pair", (200, 100, 100), 700, 10)])
    assert carton_names(packing) == ["pair"]


def test_eight_cubes_fill_a_cube_to_the_last_corner() -> None:
    cubes = [PackItem("red", Size(100, 100, 100), 1, 3), PackItem("blue", Size(100, 100, 100), 1, 5)]
    assert carton_names(packed(cubes, [carton("cube", (200, 200, 200), 100, 10)])) == ["cube"]


def test_goods_are_turned_where_only_a_turn_makes_them_fit() -> None:
    umbrella = PackItem("umbrella", Size(40, 40, 390), 300)
    assert packed([umbrella]).cartons[0].placements[0].size == Size(390, 40, 40)


def test_upright_goods_are_never_laid_down() -> None:
    vase = PackItem("vase", Size(40, 40, 290), 300, up=UPRIGHT)
    assert packed([vase]).cartons[0].placements[0].size.height_mm == 290
    tall = PackItem("tall vase", Size(40, 40, 310), 300, up=UPRIGHT)
    assert packed([tall]).unpackable == (Unpackable("tall vase", 1, "height_mm", 310, 300),)


def test_nothing_stands_on_the_teapot() -> None:
    narrow = carton("narrow", (200, 150, 300), 9_000, 10)
    assert carton_names(packed([of(TEAPOT, 2)], [narrow])) == ["narrow", "narrow"]
    (together,) = packed([TEAPOT, of(MUG, 2)], [narrow]).cartons
    assert [unit.ref for unit in together.placements] == ["mug", "mug", "teapot"]


def test_two_fragile_things_do_not_share_a_chimney() -> None:
    glass = PackItem("glass", Size(80, 80, 80), 100, quantity=2, most_on_top_g=0)
    chimney = carton("chimney", (80, 80, 160), 999, 10)
    assert carton_names(packed([glass], [chimney])) == ["chimney", "chimney"]
    sturdy = PackItem("tin", Size(80, 80, 80), 100, quantity=2)
    assert carton_names(packed([sturdy], [chimney])) == ["chimney"]


def test_soap_never_travels_with_cheese_but_paper_goes_with_either() -> None:
    soap = PackItem("soap", Size(80, 50, 30), 100, 4, keep_apart="smelly")
    cheese = PackItem("cheese", Size(80, 80, 30), 200, 2, keep_apart="food")
    paper = PackItem("paper", Size(60, 40, 10), 20, 3)
    assert carton_names(packed([soap, cheese, paper])) == ["small", "small"]


def test_what_stood_on_a_unit_taken_off_the_order_comes_down() -> None:
    tower = [PackItem(name, Size(100, 100, 90), 100) for name in ("lowest", "low", "high", "highest")]
    chimney = carton("chimney", (100, 100, 370), 999, 10)
    before = packed(tower, [chimney])
    after = packed(tower[1:], [chimney], Params(work_budget=0), incumbent=before.cartons)
    assert [unit.z_mm for unit in after.cartons[0].placements] == [0, 90, 180]


def test_a_rocking_horse_ships_in_its_own_box_and_buys_no_carton() -> None:
    horse = PackItem("horse", Size(900, 400, 800), 12_000, 2, up=UPRIGHT, own_container=True)
    packing = packed([horse, MUG])
    assert carton_names(packing) == ["own:horse", "own:horse", "small"]
    assert packing.cost_minor == SMALL.cost_minor
    own = next(each for each in packing.cartons if each.carton.carton_id == "own:horse")
    assert (own.weight_g, own.carton.outer) == (12_000, horse.size)


def test_sending_a_horse_in_its_own_box_still_costs_freight() -> None:
    horse = PackItem("horse", Size(900, 400, 800), 12_000, own_container=True)
    packing = packed([horse], price=by_the_kilo)
    assert packing.cost_minor == by_the_kilo(packing.cartons[0].carton, 12_000)


def test_a_carton_too_heavy_to_lift_is_split() -> None:
    irons = PackItem("iron", Size(100, 50, 50), 2_000, 9)
    assert len(packed([irons], [carton("strong", (400, 300, 300), 10_000, 10)]).cartons) == 2


def test_a_dear_carton_is_bought_if_freight_makes_up_for_it() -> None:
    flat = Carton("flat", Size(300, 200, 50), Size(304, 204, 54), 60, 5_000, 90)
    books = of(BOOK, 2)
    assert carton_names(packed([books], [*SHELF, flat])) == ["medium"]
    assert carton_names(packed([books], [*SHELF, flat], price=lambda c, g: c.outer.volume_mm3 // 50_000)) == ["flat"]


def test_two_cartons_are_taken_where_one_costs_more() -> None:
    dear = carton("huge", (400, 300, 300), 20_000, 1_000)
    packing = packed([of(MUG, 8)], [SMALL, MEDIUM, dear])
    assert packing.cost_minor < 1_000


def test_each_line_by_itself_when_no_work_may_be_spent() -> None:
    packing = packed([of(MUG, 3), of(BOOK, 2)], params=Params(work_budget=0))
    assert packing.work_used == 0
    assert all(len({unit.ref for unit in each.placements}) == 1 for each in packing.cartons)


def test_units_are_told_in_the_order_in_which_they_are_put_in() -> None:
    for each in packed([of(MUG, 6), of(BOOK, 5), TEAPOT]).cartons:
        heights = [unit.z_mm for unit in each.placements]
        assert heights == sorted(heights)


def test_with_more_support_asked_for_nothing_hangs_over() -> None:
    lines = [PackItem("plinth", Size(100, 100, 100), 500), PackItem("slab", Size(200, 100, 20), 500, most_on_top_g=0)]
    narrow = carton("narrow", (200, 100, 120), 5_000, 10)
    assert carton_names(packed(lines, [narrow], Params(support_percent=50))) == ["narrow"]
    assert carton_names(packed(lines, [narrow], Params(support_percent=51))) == ["narrow", "narrow"]


def test_what_fits_no_carton_comes_back_with_what_binds() -> None:
    ladder = PackItem("ladder", Size(1_800, 300, 80), 4_000, 2)
    anvil = PackItem("anvil", Size(200, 100, 100), 30_000)
    packing = packed([ladder, anvil, MUG])
    assert packing.unpackable == (
        Unpackable("ladder", 2, "length_mm", 1_800, 400),
        Unpackable("anvil", 1, "weight_g", 30_000, 20_000),
    )
    assert carton_names(packing) == ["small"]


def test_without_cartons_everything_is_left_over_but_own_boxes() -> None:
    packing = packed([MUG, PackItem("horse", Size(900, 400, 800), 12_000, own_container=True)], [])
    assert [left.ref for left in packing.unpackable] == ["mug"]
    assert carton_names(packing) == ["own:horse"]
    assert packed([], []) == Packing((), (), 0, 0)


def test_a_carton_of_one_millimetre_takes_nothing() -> None:
    assert packed([MUG], [carton("crumb", (1, 1, 1), 1_000, 1)]).unpackable[0].best == 1


def test_ten_thousand_units_finish_within_their_work_budget() -> None:
    lines = [PackItem(f"line {n}", Size(20 + n, 30, 10 + n % 7), 5, 500) for n in range(20)]
    packing = cartonize(lines, [LARGE], Params(work_budget=50_000))
    assert sum(len(each.placements) for each in packing.cartons) == 10_000
    assert packing.work_used < 60_000


@pytest.mark.parametrize(
    ("item", "says"),
    [
        (PackItem("mug", Size(0, 100, 100), 1), "0 x 100 x 100 mm"),
        (PackItem("mug", Size(100, 100, 20_001), 1), "from 1 to 20000 mm"),
        (PackItem("mug", Size(100, 100, 100), -1), "weighs -1 g"),
        (PackItem("mug", Size(100, 100, 100), 1, quantity=0), "quantity 0"),
        (PackItem("mug", Size(100, 100, 100), 1, quantity=100_001), "more than 100000 units"),
    ],
)
def test_goods_that_cannot_be_are_refused(item: PackItem, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        cartonize([item], SHELF)


@pytest.mark.parametrize(
    ("shelf", "says"),
    [
        ([carton("flat", (0, 100, 100), 1, 1)], "carton flat, inside, measures 0 x 100 x 100 mm"),
        ([carton("odd", (100, 100, 100), 1, 1, wall_mm=-1)], "larger inside than outside"),
        ([carton("gift", (100, 100, 100), 1, -1)], "negative cost"),
        ([SMALL, SMALL], "same carton_id"),
    ],
)
def test_cartons_that_cannot_be_are_refused(shelf: list[Carton], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        cartonize([MUG], shelf)


def test_two_lines_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same ref"):
        cartonize([MUG, MUG], SHELF)


def test_a_carrier_that_pays_us_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        cartonize([MUG], SHELF, price=lambda sent, weight_g: -1)


@pytest.mark.parametrize(
    "wrong", [{"work_budget": -1}, {"support_percent": 101}, {"support_percent": -1}, {"seed": -1}, {"seed": 1 << 31}]
)
def test_params_check_themselves(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Params(**wrong)  # type: ignore[arg-type]


def test_a_class_cannot_be_separated_from_itself() -> None:
    with pytest.raises(ValueError, match="liquid is separated from itself"):
        Params(separated=frozenset({("liquid", "liquid")}))
