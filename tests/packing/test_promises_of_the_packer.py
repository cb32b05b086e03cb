"""What holds for every order: nothing is lost, nothing is dearer than it was, the same question has the same answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.packing import Packing, Params, by_size, cartonize, estimate
from doorstep.terms.parcel import Carton, Mailer, PackedCarton, PackItem, Placement, Size
from tests.packing.corner_shop import (
    BOOK,
    LARGE,
    MEDIUM,
    MUG,
    SHELF,
    WIDE_SHELF,
    Price,
    by_the_kilo,
    of,
    orders,
    packed,
    prices,
)

Shelf = tuple[Carton | Mailer, ...]
SEPARATED = frozenset({("liquid", "paper")})
SHELVES = st.sampled_from((SHELF, WIDE_SHELF))
EXAMPLES = settings(max_examples=40, suppress_health_check=list(HealthCheck))
BUDGETS = (0, 300, 3_000, 20_000)


@EXAMPLES
@given(orders(), SHELVES, prices, st.sampled_from((0, 50, 80, 100)), st.sampled_from(BUDGETS))
def test_every_packing_passes_the_checker(
    items: list[PackItem], shelf: Shelf, price: Price | None, support_percent: int, work_budget: int
) -> None:
    params = Params(work_budget, support_percent, separated=SEPARATED)
    packing = packed(items, shelf, params, price=price)
    units = sum(len(each.placements) for each in packing.cartons) + sum(left.quantity for left in packing.unpackable)
    assert units == sum(item.quantity for item in items)


@EXAMPLES
@given(orders(), SHELVES, prices)
def test_more_budget_is_never_dearer(items: list[PackItem], shelf: Shelf, price: Price | None) -> None:
    costs = [packed(items, shelf, Params(budget), price=price).cost_minor for budget in BUDGETS]
    assert costs == sorted(costs, reverse=True)


def test_several_cartons_that_only_seem_cheaper_do_not_take_the_place_of_one() -> None:
    """Two bags of five kilos that are hardly larger than the three beads beside them: one by one they cost more to send
    than together, which is seen only once it is known how the weight is shared."""
    bead = PackItem("bead", Size(10, 10, 10), 0)
    items = [*(replace(bead, ref=f"bead {number}") for number in range(3)), PackItem("bag", Size(10, 10, 10), 4_941, 2)]
    costs = [packed(items, SHELF, Params(budget), price=by_the_kilo).cost_minor for budget in BUDGETS]
    assert costs == [2_866, 1_465, 1_465, 1_465]


@EXAMPLES
@given(orders(), prices, st.integers(0, 1_000))
def test_the_same_seed_gives_the_same_packing(items: list[PackItem], price: Price | None, seed: int) -> None:
    params = Params(5_000, seed=seed)
    assert cartonize(items, SHELF, params, price=price) == cartonize(items, SHELF, params, price=price)


def test_a_larger_order_is_given_more_work_and_what_it_was_given_is_known() -> None:
    strict = Params(seed=3, support_percent=80)
    boxed = replace(of(MUG, 2), ref="boxed", own_container=True)
    params = by_size([of(MUG, 3), of(BOOK, 2), boxed], 1_000, strict)
    assert params == replace(strict, work_budget=5_000)
    assert by_size([of(MUG, 50)]).work_budget == 10 * by_size([of(MUG, 5)]).work_budget


@EXAMPLES
@given(orders(), SHELVES, prices, st.sampled_from(BUDGETS))
def test_a_packing_is_never_dearer_than_its_incumbent(
    items: list[PackItem], shelf: Shelf, price: Price | None, work_budget: int
) -> None:
    incumbent = packed(items, shelf, Params(20_000, seed=7), price=price)
    again = packed(items, shelf, Params(work_budget), price=price, incumbent=incumbent.cartons)
    assert again.cost_minor <= incumbent.cost_minor


@EXAMPLES
@given(orders(), prices, st.data())
def test_taking_off_a_unit_that_bears_nothing_never_costs_more(
    items: list[PackItem], price: Price | None, data: st.DataObject
) -> None:
    before = packed(items, SHELF, price=price)
    free = {unit.ref for each in before.cartons for unit in each.placements if not bears_something(unit, each)}
    gone = data.draw(st.sampled_from(sorted(free | {left.ref for left in before.unpackable})))
    fewer = [replace(item, quantity=item.quantity - 1) if item.ref == gone else item for item in items]
    fewer = [item for item in fewer if item.quantity]
    after = packed(fewer, SHELF, Params(0), price=price, incumbent=before.cartons)
    # Units of a group that was left over may now go in: more goods than before cost what they cost.
    if not units_in(after) - units_in(before):
        assert after.cost_minor <= before.cost_minor


def units_in(packing: Packing) -> Counter[str]:
    return Counter(unit.ref for each in packing.cartons for unit in each.placements)


def bears_something(lower: Placement, packed_carton: PackedCarton) -> bool:
    """Whether a unit stands anywhere above it: a plinth cannot be taken away without a thought."""
    return any(upper.z_mm >= lower.z_mm + lower.size.height_mm for upper in packed_carton.placements)


@EXAMPLES
@given(orders(), orders(), prices)
def test_an_incumbent_for_other_goods_or_cartons_does_no_harm(
    items: list[PackItem], others: list[PackItem], price: Price | None
) -> None:
    incumbent = packed(others, SHELF, price=price)
    packed(items, (MEDIUM, LARGE), price=price, incumbent=incumbent.cartons)


@EXAMPLES
@given(orders())
def test_the_estimate_is_a_bound_that_no_packing_beats(items: list[PackItem]) -> None:
    expected = estimate(items, SHELF)
    packing = packed(items)
    fit_nothing = [left.ref for left in packing.unpackable if left.binding != "keep_together"]
    assert fit_nothing == list(expected.unpackable)
    left_over = {left.ref for left in packing.unpackable}
    went_in = [item for item in items if item.ref not in left_over]
    bound = estimate(went_in, SHELF)
    assert len(packing.cartons) >= bound.cartons_at_least
    assert packing.cost_minor >= bound.cost_at_least_minor


@EXAMPLES
@given(orders())
def test_the_order_in_which_cartons_lie_on_the_shelf_does_not_matter(items: list[PackItem]) -> None:
    params = Params(2_000)
    assert cartonize(items, SHELF, params).cartons == cartonize(items, SHELF[::-1], params).cartons
