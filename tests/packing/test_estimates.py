"""What is reckoned with before anything is packed."""

from __future__ import annotations

from doorstep.packing import EstimatedParcel, estimate
from doorstep.terms.parcel import PackItem, Size
from tests.packing.corner_shop import LARGE, MUG, SHELF, SMALL, TEAPOT, of, packed


def test_one_unit_is_estimated_exactly() -> None:
    expected = estimate([MUG], SHELF)
    assert (expected.cartons_at_least, expected.cost_at_least_minor) == (1, SMALL.cost_minor)
    assert expected.parcels == (EstimatedParcel(SMALL.outer, MUG.weight_g + SMALL.empty_weight_g),)


def test_more_than_the_largest_carton_holds_needs_two() -> None:
    expected = estimate([of(MUG, 37)], SHELF)
    assert expected.cartons_at_least == 2
    assert expected.cost_at_least_minor <= packed([of(MUG, 37)]).cost_minor
    assert len(expected.parcels) >= 2


def test_heavy_goods_need_more_cartons_than_their_volume_says() -> None:
    irons = PackItem("iron", Size(50, 50, 50), 4_000, 16)
    assert estimate([irons], SHELF).cartons_at_least == 4


def test_groups_kept_apart_need_a_carton_each() -> None:
    lines = [PackItem(name, Size(50, 50, 50), 100, keep_apart=name) for name in ("soap", "cheese", "paint")]
    expected = estimate(lines, SHELF)
    assert (expected.cartons_at_least, expected.cost_at_least_minor) == (3, 3 * SMALL.cost_minor)


def test_an_own_box_is_billed_as_it_is_and_what_fits_nothing_is_named() -> None:
    horse = PackItem("horse", Size(900, 400, 800), 12_000, own_container=True)
    ladder = PackItem("ladder", Size(1_800, 300, 80), 4_000)
    expected = estimate([horse, ladder], SHELF)
    assert expected.parcels == (EstimatedParcel(horse.size, 12_000),)
    assert (expected.cartons_at_least, expected.cost_at_least_minor, expected.unpackable) == (1, 0, ("ladder",))


def test_the_parcels_reckoned_with_carry_all_the_weight() -> None:
    expected = estimate([of(TEAPOT, 7), of(MUG, 20)], SHELF)
    empty = sum(LARGE.empty_weight_g for _ in expected.parcels)
    assert sum(parcel.weight_g for parcel in expected.parcels) >= 7 * 1_200 + 20 * 350 + empty - LARGE.empty_weight_g
