"""What an estimate guarantees holds for every packing: nothing is billed for less, and the best for little more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from doorstep.packing import Billable, Packing, Params, Price, by_volume_or_weight, cartonize, check, estimate
from doorstep.packing.shelf import shelf_for
from doorstep.packing.standing import kinds_of, placements_of, standing
from doorstep.packing.values import cost_of
from doorstep.terms.parcel import Carton, PackedCarton, PackItem, Size
from tests.packing.corner_shop import LARGE, MUG, SHELF, WIDE_SHELF, of, orders

FREE = tuple(replace(carton, cost_minor=0) for carton in SHELF)
WIDE_FREE = tuple(replace(carton, cost_minor=0) for carton in WIDE_SHELF if carton.carton_id != "foamed")
SEPARATED = frozenset({("liquid", "paper"), ("3", "paper")})


def to_the_kilo(outer: Size, weight_g: int) -> int:
    """A carrier that bills whole kilograms, with a least for long parcels."""
    return max(-(-by_volume_or_weight(outer, weight_g) // 1_000) * 1_000, 3_000 if max(outer) > 350 else 0)


EXAMPLES = settings(max_examples=60)
billables = st.sampled_from((by_volume_or_weight, to_the_kilo))


def as_price(billable: Billable) -> Price:
    return lambda carton, weight_g: billable(carton.outer, weight_g)


@EXAMPLES
@given(orders(), st.sampled_from((FREE, WIDE_FREE)), billables)
def test_nothing_is_billed_for_less(items: list[PackItem], cartons: Sequence[Carton], billable: Billable) -> None:
    told = estimate(items, cartons, billable)
    packing = cartonize(items, cartons, Params(20_000), price=as_price(billable))
    assume(not packing.unpackable)
    assert told.billable_at_least_g <= packing.cost_minor


@EXAMPLES
@given(orders(), st.sampled_from((FREE, WIDE_FREE)), billables)
def test_the_best_of_two_units_is_billed_for_no_more_than_is_stated(
    items: list[PackItem], cartons: Sequence[Carton], billable: Billable
) -> None:
    """Of two units `cartonize` knows the best way for certain."""
    items = [replace(item, quantity=1, keep_together="") for item in items[:2]]
    told = estimate(items, cartons, billable)
    params = Params(20_000, separated=SEPARATED)
    best = cartonize(items, cartons, params, price=as_price(billable))
    assume(not best.unpackable)
    assert told.billable_at_least_g <= best.cost_minor <= told.billable_at_least_g + told.short_by_g


@EXAMPLES
@given(orders(), st.sampled_from(SHELF))
def test_what_stands_in_towers_obeys_the_rules(items: list[PackItem], carton: Carton) -> None:
    """The upper bound is that of a packing which the independent checker accepts, wholly supported."""
    bits = shelf_for(items, [carton])
    items = [replace(item, keep_apart="", keep_together="", classes=frozenset()) for item in items if bits.takers(item)]
    items = [item for item in items if not item.own_container]
    assume(items)
    weights = {item.ref: item.weight_g for item in items}
    filled = []
    for content_g, towers in standing(kinds_of(items), carton):
        placements = placements_of((content_g, towers), carton)
        assert sum(weights[unit.ref] for unit in placements) == content_g
        placements = tuple(sorted(placements, key=lambda unit: unit.z_mm))
        filled.append(PackedCarton(carton, placements, content_g))
    packing = Packing(tuple(filled), (), cost_of(filled, None), 0)
    assert not check(items, packing, [carton], support_percent=100)


def test_a_unit_alone_is_billed_for_exactly_what_is_told() -> None:
    told = estimate([MUG], SHELF)
    assert (told.billable_at_least_g, told.short_by_g) == (204 * 154 * 104 // 5_000 + 1, 0)


def test_a_unit_alone_is_not_thought_of_in_two_cartons_that_would_be_billed_for_less() -> None:
    brass = replace(MUG, size=Size(10, 10, 10), weight_g=2_941)
    told = estimate([brass], FREE, to_the_kilo)  # in one it weighs a gram more than three kilograms
    assert (told.billable_at_least_g, told.short_by_g) == (4_000, 0)


def test_a_carrier_that_bills_by_the_kilo_is_asked() -> None:
    assert estimate([of(MUG, 5)], SHELF, to_the_kilo).billable_at_least_g == 2_000
    assert estimate([of(MUG, 5)], [LARGE], to_the_kilo).billable_at_least_g == 8_000
