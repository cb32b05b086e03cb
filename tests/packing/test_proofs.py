"""A small order's packing is proved to be the cheapest, or the gap is told. Skipped where there are no OR-tools."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from doorstep.packing import NoProverError, Params, Proved, cartonize, check, estimate, prove
from doorstep.terms.parcel import UPRIGHT, Carton, PackItem, Size
from tests.packing.corner_shop import (
    LARGE,
    MEDIUM,
    MUG,
    SHELF,
    SMALL,
    WIDE_SHELF,
    Price,
    by_the_kilo,
    of,
    orders,
    prices,
)

HAS_PROVER = importlib.util.find_spec("ortools") is not None
needs_prover = pytest.mark.skipif(not HAS_PROVER, reason="a proof needs OR-tools: pip install doorstep[proof]")
EXAMPLES = settings(max_examples=25, suppress_health_check=list(HealthCheck))
FEW = Params(20_000)


def proved(
    items: Sequence[PackItem],
    cartons: Sequence[Carton],
    params: Params = FEW,
    price: Price | None = None,
    most_work: int = 20_000,
) -> Proved:
    """What `prove` makes of it, checked."""
    told = prove(items, cartons, params, price=price, most_work=most_work)
    wrong = check(
        items, told.packing, cartons, support_percent=params.support_percent, separated=params.separated, price=price
    )
    assert not wrong, wrong
    assert told.gap_minor >= 0
    assert told.optimal or told.why_not
    return told


def few(items: list[PackItem]) -> list[PackItem]:
    """As many of the goods as are six units together."""
    kept, units = [], 0
    for item in items:
        item = replace(item, quantity=min(item.quantity, 2))
        units += item.quantity
        if units <= 6:
            kept.append(item)
    return kept


@needs_prover
@pytest.mark.slow
@EXAMPLES
@given(orders(), st.sampled_from((SHELF, WIDE_SHELF)), prices, st.sampled_from((0, 50, 100)))
def test_no_packing_is_ever_cheaper_than_the_bound(
    items: list[PackItem], cartons: Sequence[Carton], price: Price | None, support: int
) -> None:
    items = few(items)
    params = Params(2_000, support, separated=frozenset({("liquid", "paper")}))
    told = proved(items, cartons, params, price, most_work=3_000)
    for seed in range(3):
        other = cartonize(items, cartons, replace(params, work_budget=100_000, seed=seed), price=price)
        if len(other.unpackable) == len(told.packing.unpackable):
            assert told.bound_minor <= other.cost_minor


@needs_prover
@EXAMPLES
@given(orders(), prices)
def test_two_units_are_proved_to_cost_what_they_are_known_to_cost(items: list[PackItem], price: Price | None) -> None:
    """The search knows two units exactly, by other means than the proof."""
    items = [replace(item, quantity=1, keep_together="", own_container=False) for item in items[:2]]
    best = cartonize(items, SHELF, FEW, price=price)
    told = proved(items, SHELF, FEW, price)
    assert (told.optimal, told.bound_minor) == (True, best.cost_minor)


@needs_prover
def test_what_no_carton_holds_though_it_has_the_room_is_proved() -> None:
    """Nine tenths of the small carton, but three sticks of 110 mm do not lie side by side in 150 x 100."""
    stick = PackItem("stick", Size(190, 60, 60), 200)
    told = proved([of(stick, 3)], SHELF)
    assert told.optimal
    assert told.packing.cost_minor == MEDIUM.cost_minor


@needs_prover
def test_what_bears_nothing_is_proved_to_need_more() -> None:
    """Four vases that may not stand on one another have no place in one large carton of 400 x 300."""
    vase = PackItem("vase", Size(200, 160, 140), 900, 4, UPRIGHT, 0)
    told = proved([vase], [LARGE])
    assert (told.optimal, len(told.packing.cartons)) == (True, 2)
    free = proved([replace(vase, most_on_top_g=None)], [LARGE])
    assert len(free.packing.cartons) == 1


@needs_prover
def test_a_price_that_steps_is_proved_with() -> None:
    told = proved([of(MUG, 5)], SHELF, price=by_the_kilo)
    assert told.optimal


@needs_prover
@EXAMPLES
@given(orders())
def test_the_true_optimum_is_billed_for_what_an_estimate_states(items: list[PackItem]) -> None:
    items = few(items)
    cartons = [replace(carton, cost_minor=0) for carton in SHELF]

    def billed(sent: Carton, weight_g: int) -> int:
        return max(weight_g, -(-sent.outer.volume_mm3 // 5_000))

    told, expected = proved(items, cartons, FEW, billed, 3_000), estimate(items, cartons)
    assume(not told.packing.unpackable and told.optimal)
    assert 0 <= told.bound_minor - expected.billable_at_least_g <= expected.short_by_g


@needs_prover
def test_without_work_the_gap_is_told() -> None:
    stick = PackItem("stick", Size(190, 60, 60), 200)
    told = proved([of(stick, 3)], SHELF, most_work=0)
    assert (told.bound_minor, told.gap_minor) == (SMALL.cost_minor, MEDIUM.cost_minor - SMALL.cost_minor)
    assert told.why_not == "the work was spent"


@needs_prover
def test_where_cartons_run_out_the_bound_is_that_of_enough() -> None:
    told = prove([of(MUG, 2)], SHELF, FEW, left={"small": 0, "medium": 9, "large": 9})
    assert (told.packing.cost_minor, told.bound_minor) == (MEDIUM.cost_minor, SMALL.cost_minor)
    assert told.why_not == "the cheapest packing takes more of a carton than are left"


def test_nine_units_are_too_many_to_prove() -> None:
    with pytest.raises(ValueError, match="9 units"):
        prove([of(MUG, 9)], SHELF)


@pytest.mark.skipif(HAS_PROVER, reason="OR-tools are installed")
def test_without_the_prover_it_says_what_to_install() -> None:
    stick = PackItem("stick", Size(190, 60, 60), 200)
    with pytest.raises(NoProverError, match=r"doorstep\[proof\]"):
        prove([of(stick, 3)], SHELF)
