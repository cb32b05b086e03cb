"""What may point up, what bears what, what travels with what, and what a soft mailer takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorstep.packing import Packing, Params, cartonize, check
from doorstep.terms.parcel import (
    UPRIGHT,
    Carton,
    Mailer,
    PackedCarton,
    PackItem,
    Placement,
    Side,
    Size,
    Unpackable,
)
from tests.packing.corner_shop import BOOK, LARGE, MEDIUM, MUG, POUCH, SHELF, SMALL, carton, carton_names, of, packed

CRATE = PackItem("crate", Size(100, 100, 100), 1_000, most_on_top_g=1_500)
CHIMNEY = carton("chimney", (100, 100, 400), 9_000, 10)
LIQUIDS_APART = Params(20_000, separated=frozenset({("liquid", "paper")}))


def test_a_side_that_may_not_point_up_never_does() -> None:
    picture = PackItem("picture", Size(290, 190, 20), 900, up=frozenset({Side.LENGTH, Side.WIDTH}))
    assert packed([picture]).cartons[0].placements[0].size.height_mm in (290, 190)
    tall = replace(picture, size=Size(390, 310, 20))
    assert packed([tall]).unpackable == (Unpackable("picture", 1, "height_mm", 310, 300),)


def test_a_crate_bears_the_whole_stack_above_it_and_no_more() -> None:
    assert len(packed([of(CRATE, 2)], [CHIMNEY]).cartons) == 1
    assert len(packed([of(CRATE, 4)], [CHIMNEY]).cartons) == 2
    others = [replace(CRATE, ref=name) for name in ("one", "two", "three")]
    assert len(packed(others, [CHIMNEY]).cartons) == 2
    feather = PackItem("feather", Size(100, 100, 50), 100, most_on_top_g=0)
    (tower,) = packed([of(CRATE, 2), feather], [CHIMNEY]).cartons
    assert [unit.ref for unit in tower.placements] == ["crate", "crate", "feather"]


def test_the_checker_counts_the_stack_and_not_only_what_stands_on_it() -> None:
    places = tuple(Placement("crate", 0, 0, z, CRATE.size) for z in (0, 100, 200))
    packing = Packing((PackedCarton(CHIMNEY, places, 3_000),), (), 10, 0)
    (wrong,) = check([of(CRATE, 3)], packing, [CHIMNEY])
    assert "crate, crate with 2000 g stands on crate at (0, 0, 0), which bears 1500 g" in wrong


def test_a_set_travels_in_one_carton_or_not_at_all() -> None:
    pair = [replace(of(MUG, 4), keep_together="set"), replace(BOOK, keep_together="set")]
    two_are_cheaper = [SMALL, MEDIUM, carton("huge", (400, 300, 300), 20_000, 1_000)]
    assert "huge" in carton_names(packed([replace(of(MUG, 8), keep_together="set")], two_are_cheaper))
    assert carton_names(packed(pair)) == ["medium"]
    left = packed([replace(of(MUG, 3), keep_together="set"), BOOK], [SMALL, MEDIUM]).unpackable
    assert left == ()
    left = packed([replace(of(MUG, 7), keep_together="set"), BOOK], [SMALL, MEDIUM]).unpackable
    assert left == (Unpackable("mug", 7, "keep_together", 7, 6),)


def test_a_set_torn_apart_is_told() -> None:
    items = [replace(of(MUG, 2), keep_together="set")]
    halves = tuple(PackedCarton(SMALL, (Placement("mug", 0, 0, 0, MUG.size),), 350) for _ in range(2))
    wrong = check(items, Packing(halves, (), 90, 0), SHELF)
    assert any("carton 1 holds 1 of the 2 units of set" in sentence for sentence in wrong)


def test_ink_and_paper_go_separately_where_the_company_says_so() -> None:
    ink = PackItem("ink", Size(50, 50, 80), 200, 2, classes=frozenset({"liquid"}))
    pad = PackItem("pad", Size(100, 70, 10), 100, 3, classes=frozenset({"paper", "gift"}))
    together = packed([ink, pad])
    assert carton_names(together) == ["small"]
    assert carton_names(packed([ink, pad], params=LIQUIDS_APART)) == ["small", "small"]
    single = packed([of(ink, 1), of(pad, 1)], params=LIQUIDS_APART)
    assert carton_names(single) == ["small", "small"]
    mixed = check([ink, pad], together, SHELF, separated=LIQUIDS_APART.separated)
    assert any("these classes are separated" in sentence for sentence in mixed)


def test_a_mailer_is_billed_as_thick_as_it_is_filled() -> None:
    (sent,) = packed([BOOK], [*SHELF, POUCH]).cartons
    assert sent.carton == POUCH.filled(20)
    assert sent.carton.outer == Size(302, 222, 22)
    seen: list[Size] = []

    def price(box: Carton, weight_g: int) -> int:
        seen.append(box.outer)
        return 0

    packed([of(BOOK, 2)], [POUCH], price=price)
    assert Size(282, 202, 42) in seen


def test_a_mailer_takes_nothing_that_its_sheets_do_not_go_round() -> None:
    snug = Mailer("snug", 230, 170, 60, 20, 2_000, 15)
    assert carton_names(packed([BOOK], [snug])) == ["snug"]
    assert packed([BOOK], [replace(snug, width_mm=169)]).unpackable
    assert packed([BOOK], [replace(snug, most_thickness_mm=19)]).unpackable


def test_a_mailer_that_is_not_filled_as_it_says_is_told() -> None:
    packing = packed([BOOK], [POUCH])
    thin = replace(packing.cartons[0], carton=replace(POUCH.filled(20), outer=Size(302, 222, 20)))
    wrong = check([BOOK], replace(packing, cartons=(thin,)), [POUCH])
    assert any("not one of the cartons given" in sentence for sentence in wrong)


def test_filling_free_space_makes_a_large_carton_dear() -> None:
    roomy = replace(LARGE, cost_minor=10, void_minor_per_litre=10)
    assert carton_names(packed([MUG], [SMALL, roomy])) == ["small"]
    packing = packed([MUG], [roomy])
    assert packing.cost_minor == 10 + 350  # 35 litres are free
    assert check([MUG], replace(packing, cost_minor=10), [roomy]) == ["costs 360, but says 10"]


def test_an_oversize_surcharge_makes_two_cartons_of_one() -> None:
    def price(box: Carton, weight_g: int) -> int:
        return 100 + (900 if max(box.outer) > 350 else 0)

    assert carton_names(packed([of(MUG, 12)])) != carton_names(packed([of(MUG, 12)], price=price))
    assert "large" not in carton_names(packed([of(MUG, 12)], price=price))


@pytest.mark.parametrize(
    ("item", "says"),
    [
        (replace(MUG, up=frozenset()), "no side of item mug"),
        (replace(MUG, most_on_top_g=-1), "bears -1 g"),
        (replace(MUG, own_container=True, keep_together="set"), "cannot be kept together"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(item: PackItem, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        cartonize([item], SHELF)


def test_an_upright_thing_in_its_own_box_stands() -> None:
    lamp = PackItem("lamp", Size(300, 200, 900), 2_000, up=UPRIGHT, own_container=True)
    assert packed([lamp]).cartons[0].carton.outer == lamp.size
