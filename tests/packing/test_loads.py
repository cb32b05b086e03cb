"""Trailers: what is unloaded first stands at the door, no axle bears too much on any leg, what stays says why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.packing import LoadParams, check_load, load
from doorstep.terms.load import Axle, Drop, LoadPlan, Trailer
from doorstep.terms.parcel import UPRIGHT, PackItem, Size
from tests.packing.corner_shop import of
from tests.packing.yard import BARE, CRATE, EUR, EUROS, SEPARATED, TRAILER, goods, loaded, stacked, stops_of, trailers

EXAMPLES = settings(max_examples=30, suppress_health_check=list(HealthCheck))
BUDGETS = (0, 2_000, 20_000)


@EXAMPLES
@given(goods(1_300), trailers(), st.sampled_from((20, 50, 75, 100)), st.booleans(), st.sampled_from(BUDGETS), st.data())
def test_every_load_passes_the_checker(
    items: list[PackItem], trailer: Trailer, support: int, may_turn: bool, budget: int, data: st.DataObject
) -> None:
    stops = data.draw(stops_of(items))
    plan = loaded(items, trailer, stops, LoadParams(budget, support, may_turn, separated=SEPARATED))
    assert len(plan.placements) + sum(no.quantity for no in plan.left) == sum(item.quantity for item in items)


@settings(EXAMPLES, max_examples=12)
@given(goods(1_300), trailers(), st.data())
def test_more_work_is_never_worse_and_the_same_seed_loads_alike(
    items: list[PackItem], trailer: Trailer, data: st.DataObject
) -> None:
    stops = data.draw(stops_of(items))
    found = [loaded(items, trailer, stops, LoadParams(budget)) for budget in BUDGETS]
    assert [worth(plan) for plan in found] == sorted(worth(plan) for plan in found)
    assert found[-1] == loaded(items, trailer, stops, LoadParams(BUDGETS[-1]))


@settings(EXAMPLES, max_examples=12)
@given(goods(1_300), trailers(), st.data())
def test_a_load_is_never_made_worse(items: list[PackItem], trailer: Trailer, data: st.DataObject) -> None:
    stops = data.draw(stops_of(items))
    before = loaded(items, trailer, stops, LoadParams(20_000, seed=3))
    assert worth(loaded(items, trailer, stops, LoadParams(0), incumbent=before)) >= worth(before)


def worth(plan: LoadPlan) -> tuple[int, int]:
    return sum(unit.size.volume_mm3 for unit in plan.placements), -plan.floor_mm


def test_thirty_three_euro_pallets_stand_in_a_semi_trailer() -> None:
    plan = loaded([of(EUROS, 33)])
    assert (len(plan.placements), plan.floor_mm) == (33, 13_200)
    assert plan.legs[0].content_g == 16_500_000
    assert sum(plan.legs[0].axles_g) == 16_500_000 + 4_000_000 + 3_500_000
    assert len(loaded([of(EUROS, 40)]).placements) == 34


def test_what_is_unloaded_first_is_loaded_last_and_stands_at_the_door() -> None:
    items = [replace(EUROS, ref=f"pallet {n}", quantity=3) for n in range(3)]
    stops = [Drop(f"stop {n}", frozenset({f"pallet {n}"})) for n in range(3)]
    plan = loaded(items, BARE, stops)
    assert plan.stop_ids == ("stop 2",) * 3 + ("stop 1",) * 3 + ("stop 0",) * 3
    assert [leg.content_g for leg in plan.legs] == [4_500_000, 3_000_000, 1_500_000]
    backwards = loaded(items, BARE, stops[::-1])
    assert backwards.stop_ids[0] == "stop 0"
    wrong = "; ".join(check_load(items, plan, BARE, stops[::-1]))
    assert "from the door" in wrong


def test_a_heavy_load_stands_back_from_the_kingpin() -> None:
    plan = loaded([replace(EUROS, weight_g=1_100_000, quantity=20)])
    assert len(plan.placements) == 20
    assert plan.legs[0].axles_g[0] <= 15_000_000
    assert min(unit.x_mm for unit in plan.placements) > 0 or plan.floor_mm > 8_400


def test_an_axle_holds_on_every_leg_and_not_only_on_the_first() -> None:
    front = Axle("front", 0, 1_000_000, 2_400_000)
    rear = Axle("rear", 5_000, 1_000_000, 6_000_000)
    van = Trailer("truck", Size(6_000, 2_450, 2_400), 9_000_000, (front, rear))
    items = [replace(EUROS, ref=ref, weight_g=700_000, quantity=3) for ref in ("near", "far")]
    stops = [Drop("near", frozenset({"near"})), Drop("far", frozenset({"far"}))]
    plan = loaded(items, van, stops)
    assert all(leg.axles_g[0] <= 2_400_000 for leg in plan.legs)
    assert "bears" in "; ".join(
        check_load(items, plan, replace(van, axles=(replace(front, max_g=1_400_000), rear)), stops)
    )


def test_left_and_right_bear_alike() -> None:
    items = [
        PackItem(f"{what} {stop}", Size(1_200, 1_200, 900), weight_g, 1, UPRIGHT, 0)
        for stop in ("near", "far")
        for what, weight_g in (("heavy", 900_000), ("light", 100_000))
    ]
    stops = [Drop(stop, frozenset({f"heavy {stop}", f"light {stop}"})) for stop in ("near", "far")]
    plan = loaded(items, replace(TRAILER, max_side_g=600_000), stops, LoadParams(0))
    assert not plan.left
    assert len({unit.y_mm for unit in plan.placements if "heavy" in unit.ref}) == 2, "one row is mirrored"


def test_pallets_stack_where_they_may_and_nowhere_else() -> None:
    low = replace(EUROS, size=Size(1_200, 800, 1_200), weight_g=300_000, quantity=66)
    assert len(loaded([low], BARE).placements) == 34
    bearing = replace(low, most_on_top_g=300_000)
    plan = loaded([bearing], BARE)
    assert len(plan.placements) == 66
    assert {unit.z_mm for unit in plan.placements} == {0, 1_200}


def test_pallets_that_may_not_turn_stand_as_they_are_measured() -> None:
    plan = loaded([of(EUROS, 33)], BARE, params=LoadParams(20_000, may_turn=False))
    assert {unit.size for unit in plan.placements} == {EUROS.size}


def test_pallets_just_stacked_go_into_the_trailer() -> None:
    told = stacked([of(CRATE, 8 * 9 * 3)], EUR)
    items = [pallet.as_goods(f"pallet {n}") for n, pallet in enumerate(told.pallets)]
    plan = loaded(items)
    assert len(plan.placements) == 3
    assert plan.content_g == sum(pallet.weight_g for pallet in told.pallets)


def test_what_stays_behind_says_what_binds_and_by_how_much() -> None:
    def why(items: list[PackItem], trailer: Trailer = BARE) -> list[tuple[str, int, int, int]]:
        return [(no.binding, no.quantity, no.needs, no.best) for no in loaded(items, trailer).left]

    assert why([of(EUROS, 40)]) == [("floor_mm", 6, 800, 0)]
    assert why([replace(EUROS, size=Size(1_200, 800, 2_800))]) == [("height_mm", 1, 2_800, 2_700)]
    assert why([replace(EUROS, weight_g=9_000_000, quantity=3)]) == [("content_g", 1, 27_000_000, 24_000_000)]
    weak = replace(TRAILER, axles=(replace(TRAILER.axles[0], max_g=4_100_000), TRAILER.axles[1]))
    assert why([replace(EUROS, size=Size(13_000, 2_000, 900))], weak) == [("axle_g:kingpin", 1, 4_189_874, 4_100_000)]
    aside = replace(TRAILER, max_side_g=10_000, inner=Size(13_600, 2_480, 2_700))
    assert (
        why(
            [
                replace(EUROS, ref="a", size=Size(13_600, 1_240, 900), weight_g=100_000),
                replace(EUROS, ref="b", size=Size(13_600, 1_240, 900), weight_g=80_000),
            ],
            aside,
        )[0][0]
        == "side_g"
    )
    apart = [replace(EUROS, ref=ref, keep_apart=ref) for ref in ("food", "soap")]
    assert why(apart) == [("keep_apart", 1, 1, 0)]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        load([EUROS], TRAILER, [Drop("a", frozenset())])
    with pytest.raises(ValueError, match="in front"):
        load([EUROS], replace(TRAILER, axles=TRAILER.axles[::-1]))


def test_the_checker_sees_each_thing_that_can_be_wrong() -> None:
    items = [of(EUROS, 4)]
    plan = loaded(items)
    units = plan.placements

    def wrong(changed: LoadPlan) -> str:
        return "; ".join(check_load(items, changed, TRAILER))

    assert "does not get past" in wrong(replace(plan, placements=units[::-1]))
    assert "sticks out" in wrong(replace(plan, placements=(replace(units[0], x_mm=13_000), *units[1:])))
    assert "overlap" in wrong(replace(plan, placements=(units[1], *units[1:])))
    assert "reaches" in wrong(replace(plan, floor_mm=1))
    assert "wrong stops" in wrong(replace(plan, stop_ids=("x",) * 4))
    assert "kingpin bears" in wrong(replace(plan, legs=(replace(plan.legs[0], axles_g=(0, 0)),)))
    assert "the left bears" in wrong(replace(plan, legs=(replace(plan.legs[0], side_g=-5),)))
    assert "balances elsewhere" in wrong(replace(plan, legs=(replace(plan.legs[0], centre_mm=(0, 0, 0)),)))
    assert "fills" in wrong(replace(plan, fill_ppm=7))
    assert "aboard" in wrong(replace(plan, legs=()))
    assert "one side bears" in "; ".join(
        check_load(items, replace(plan, trailer=replace(TRAILER, max_side_g=0)), replace(TRAILER, max_side_g=0))
    )


def test_cartons_on_the_floor_stand_in_walls_stop_by_stop() -> None:
    items = [PackItem(f"box {n}", Size(300 + 20 * n, 260, 200 + 15 * n), 9_000, 70, UPRIGHT) for n in range(6)]
    stops = [Drop("near", frozenset(i.ref for i in items[:3])), Drop("far", frozenset(i.ref for i in items[3:]))]
    plan = loaded(items, replace(BARE, inner=Size(4_000, 1_800, 1_900)), stops, LoadParams(0))
    assert len(plan.placements) == 6 * 70
    assert plan.floor_mm * 4 < plan.floor_bound_mm * 5, "a fifth of the walls is air at most"
    assert plan.stop_ids == ("far",) * 210 + ("near",) * 210
