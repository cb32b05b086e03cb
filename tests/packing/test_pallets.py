"""Pallets: nothing is lost, nothing falls or is crushed, no pallet too many, and the checker sees all of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.packing import PalletParams, check_pallets, palletize
from doorstep.packing.layers import layers_of
from doorstep.terms.load import Pallet, Palletizing
from doorstep.terms.parcel import UPRIGHT, PackItem, Placement, Size
from tests.packing.corner_shop import of
from tests.packing.yard import CRATE, EUR, LAMP, SEPARATED, goods, pallets, stacked

EXAMPLES = settings(max_examples=30, suppress_health_check=list(HealthCheck))
BUDGETS = (0, 2_000, 20_000)


@EXAMPLES
@given(goods(), pallets, st.sampled_from((20, 50, 75, 100)), st.sampled_from((2, 15)), st.sampled_from(BUDGETS))
def test_every_pallet_passes_the_checker(
    items: list[PackItem], pallet: Pallet, support: int, off_centre: int, budget: int
) -> None:
    told = stacked(items, pallet, PalletParams(budget, support, off_centre, separated=SEPARATED))
    units = sum(len(each.placements) for each in told.pallets) + sum(no.quantity for no in told.left)
    assert units == sum(item.quantity for item in items)


@settings(EXAMPLES, max_examples=12)
@given(goods(), pallets)
def test_more_work_is_never_worse_and_the_same_seed_stacks_alike(items: list[PackItem], pallet: Pallet) -> None:
    found = [stacked(items, pallet, PalletParams(budget)) for budget in BUDGETS]
    assert [len(told.pallets) for told in found] == sorted((len(told.pallets) for told in found), reverse=True)
    assert found[-1] == stacked(items, pallet, PalletParams(BUDGETS[-1]))


@settings(EXAMPLES, max_examples=12)
@given(goods(), pallets)
def test_what_was_stacked_before_is_never_made_worse(items: list[PackItem], pallet: Pallet) -> None:
    before = stacked(items, pallet, PalletParams(20_000, seed=5))
    again = stacked(items, pallet, PalletParams(0), incumbent=before.pallets)
    assert (len(again.pallets), height(again)) <= (len(before.pallets), height(before))


def height(told: Palletizing) -> int:
    return sum(each.load_height_mm for each in told.pallets)


def test_an_incumbent_that_breaks_a_rule_is_not_believed() -> None:
    before = stacked([of(CRATE, 8)])
    floating = tuple(replace(unit, z_mm=100) for unit in before.pallets[0].placements)
    assert (
        stacked([of(CRATE, 8)], incumbent=[replace(before.pallets[0], placements=floating)]).pallets == before.pallets
    )


def test_full_layers_come_first_and_what_is_left_stands_on_them() -> None:
    told = stacked([replace(CRATE, quantity=8 * 4 + 3, up=UPRIGHT), of(LAMP, 5)])
    (pallet,) = told.pallets
    assert pallet.layers == 4
    by_height = Counter(unit.z_mm for unit in pallet.placements if unit.ref == "crate")
    assert [by_height[z] for z in (0, 200, 400, 600)] == [8, 8, 8, 8]
    assert min(unit.z_mm for unit in pallet.placements if unit.ref == "lamp") == 800, "nothing may stand on a lamp"


def test_layers_on_one_another_bind() -> None:
    case = PackItem("case", Size(350, 250, 100), 3_000, 20, UPRIGHT)
    (pallet,) = stacked([case]).pallets
    lower, upper = ({(u.x_mm, u.y_mm) for u in pallet.placements if u.z_mm == z} for z in (0, 100))
    assert (len(lower), len(upper)) == (10, 10)
    assert lower != upper


@pytest.mark.parametrize(
    ("sides", "deck", "most"),
    [
        ((400, 300), (1200, 800), 8),
        ((350, 250), (1200, 800), 10),
        ((280, 180), (1200, 1000), 23),
        ((700, 700), (600, 9), 0),
    ],
)
def test_a_layer_holds_as_many_as_the_tables_of_the_trade_say(
    sides: tuple[int, int], deck: tuple[int, int], most: int
) -> None:
    for layer in layers_of(Size(*sides, 100), *deck):
        assert len(layer) == most


def test_as_many_pallets_as_the_goods_need_and_no_more() -> None:
    told = stacked([of(CRATE, 8 * 9 * 3)])
    assert (len(told.pallets), told.at_least) == (3, 3)
    assert {each.fill_ppm for each in told.pallets} == {1_000_000}
    heavy = replace(CRATE, weight_g=40_000, quantity=8 * 9)
    assert len(stacked([heavy]).pallets) == 3, "1000 kg at most"


def test_goods_may_hang_over_as_far_as_allowed_and_no_further() -> None:
    wide = PackItem("wide", Size(640, 440, 300), 9_000, 4, UPRIGHT)
    tight = stacked([wide], replace(EUR, max_height_mm=300))
    loose = stacked([wide], replace(EUR, max_height_mm=300, overhang_mm=40))
    assert (len(tight.pallets), len(loose.pallets)) == (2, 1)
    assert loose.pallets[0].outer == Size(1280, 880, 444)
    assert loose.pallets[0].as_goods("p1").weight_g == 25_000 + 36_000


def test_a_layer_bears_no_more_than_it_may() -> None:
    told = stacked([replace(CRATE, weight_g=20_000, quantity=8)], replace(EUR, max_layer_g=100_000))
    layers = Counter(unit.z_mm for unit in told.pallets[0].placements)
    assert max(layers.values()) == 5


def test_one_heavy_case_stands_in_the_middle() -> None:
    (pallet,) = stacked([replace(CRATE, weight_g=30_000)]).pallets
    assert pallet.centre_mm[:2] == (600, 400)


def test_what_no_pallet_takes_is_named_with_what_binds() -> None:
    items = [
        PackItem("pole", Size(2_000, 100, 100), 4_000, 2, UPRIGHT),
        PackItem("safe", Size(800, 600, 900), 1_200_000),
        PackItem("tower", Size(400, 400, 1_900), 9_000, up=UPRIGHT),
        PackItem("sheet", Size(1_400, 950, 20), 9_000, up=UPRIGHT),
        *(replace(CRATE, ref=ref, quantity=80, keep_together="lot") for ref in ("a", "b")),
    ]
    told = stacked(items, replace(EUR, overhang_mm=100))
    assert [(no.ref, no.binding, no.needs, no.best) for no in told.left[:4]] == [
        ("pole", "length_mm", 2_000, 1_400),
        ("safe", "weight_g", 1_200_000, 1_000_000),
        ("tower", "height_mm", 1_900, 1_800),
        ("sheet", "support_percent", 75, 72),
    ]
    assert [(no.ref, no.quantity, no.binding, no.needs) for no in told.left[4:]] == [
        ("a", 80, "keep_together", 160),
        ("b", 80, "keep_together", 160),
    ]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="quarter"):
        palletize([CRATE], replace(EUR, overhang_mm=300))
    with pytest.raises(ValueError, match="off_centre"):
        PalletParams(off_centre_percent=70)


CRATES = [replace(CRATE, quantity=9), replace(LAMP, quantity=2)]


def wrong_after(told: Palletizing, units: list[Placement], **changes: object) -> str:
    pallet = replace(told.pallets[0], placements=tuple(units), **changes)  # type: ignore[arg-type]
    return "; ".join(check_pallets(CRATES, replace(told, pallets=(pallet,)), EUR, PalletParams()))


def test_the_checker_sees_each_thing_that_can_be_wrong() -> None:
    told = stacked(CRATES)
    units = list(told.pallets[0].placements)
    first, last = units[0], units[-1]
    assert "lamp" in last.ref
    assert "1 placed" in wrong_after(told, units[:-1])
    assert "overlap" in wrong_after(told, [*units[:-1], replace(last, x_mm=first.x_mm, y_mm=first.y_mm, z_mm=50)])
    assert "hangs over" in wrong_after(told, [replace(first, x_mm=-1), *units[1:]])
    assert "rests on" in wrong_after(told, [*units[:-1], replace(last, z_mm=last.z_mm + 10)])
    assert "cannot be turned" in wrong_after(told, [*units[:-1], replace(last, size=Size(400, 200, 300))])
    assert "go in under" in wrong_after(told, units[::-1])
    assert "the load weighs" in wrong_after(told, units, content_g=1)
    assert "balances at" in wrong_after(told, units, centre_mm=(0, 0, 0))
    assert "layers of one kind" in wrong_after(told, units, layers=9)
    swapped = [replace(unit, ref="lamp" if unit.ref == "crate" else "crate") for unit in units]
    assert "bears" in wrong_after(told, swapped)
    moved = [replace(unit, x_mm=unit.x_mm + 900) for unit in units if unit.ref == "lamp"]
    assert "across a deck" in wrong_after(told, moved) or "along a deck" in wrong_after(told, moved)
    assert "middle over nothing" in "; ".join(
        check_pallets(CRATES, hanging(told), EUR, PalletParams(support_percent=1))
    )


def hanging(told: Palletizing) -> Palletizing:
    """A crate with less than half of its base on another."""
    units = (Placement("crate", 0, 0, 0, Size(400, 300, 200)), Placement("crate", 250, 0, 200, Size(400, 300, 200)))
    return replace(told, pallets=(replace(told.pallets[0], placements=units),))


def test_mixed_cases_fill_pallets_by_blocks_and_weak_ones_come_on_top() -> None:
    mixed = [PackItem(f"case {n}", Size(220 + 35 * n, 180 + 20 * n, 120 + 25 * n), 4_000, 20) for n in range(8)]
    weak = PackItem("lamp", Size(240, 240, 300), 2_000, 8, UPRIGHT, 0)
    told = stacked([*mixed, weak], params=PalletParams(500_000))
    full = [each.fill_ppm for each in told.pallets if "lamp" not in {unit.ref for unit in each.placements}]
    assert not told.left
    assert len(told.pallets) <= told.at_least + 1
    assert all(each > 850_000 for each in full[:-1])
