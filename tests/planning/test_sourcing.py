"""Many small orders sourced together: within stock and room, at no less than the bound, and near the least cost."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.planning.joint.check_sourced import check_sourced
from doorstep.planning.joint.select import Effort
from doorstep.planning.joint.source import source
from doorstep.planning.joint.sourcing import BACKORDERED, MILLS, Sourced, Sourcing

pytestmark = pytest.mark.timeout(900)  # the first of them may compile
LITTLE = Effort(unit_steps=30, claim_steps=40, moves=2_000, looks=1_000_000)
SITES = 2


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def asked(
    orders: list[list[tuple[int, int]]],
    stock: list[list[int]],
    room: list[int],
    fixed: list[list[int]],
    backorder_minor: int = 500,
) -> Sourcing:
    """Orders as lists of (item, quantity), one service, `fixed` the cost of a shipment by order and site."""
    lines = [line for order in orders for line in order]
    return Sourcing(
        order_ptr=np.concatenate(([0], np.cumsum([len(order) for order in orders]))).astype(np.int64),
        line_item=ints(*(item for item, _ in lines)),
        line_quantity=ints(*(quantity for _, quantity in lines)),
        item_mg=ints(*(500_000 + 700_001 * item for item in range(len(stock)))),
        stock=np.array(stock, np.int64),
        room=np.array(room, np.int64),
        fixed_minor=np.array(fixed, np.int64)[:, :, None],
        per_kg_minor=np.array([[30, 70]], np.int64),
        zone=np.tile(ints(0, 1), (len(orders), 1)),
        unit_minor=ints(3, 2),
        backorder_minor=backorder_minor,
    )


def sourced(question: Sourcing, effort: Effort = LITTLE) -> Sourced:
    """The plan, which no test takes unchecked."""
    plan = source(question, effort)
    assert check_sourced(question, plan) == []
    return plan


def least_mills(question: Sourcing) -> int:
    """The least cost of all plans there are, one by one."""
    lines = len(question.line_item)
    owner = np.repeat(np.arange(question.orders), np.diff(question.order_ptr))
    least = lines * question.backorder_minor * MILLS
    for sites in product(range(-1, question.sites), repeat=lines):
        mills, taken, loaded = 0, np.zeros_like(question.stock), np.zeros_like(question.room)
        mass, units = np.zeros((2, question.orders, question.sites), np.int64)
        for line, site in enumerate(sites):
            if site < 0:
                mills += question.backorder_minor * MILLS
                continue
            item, quantity = question.line_item[line], question.line_quantity[line]
            taken[item, site] += quantity
            loaded[site] += quantity
            mass[owner[line], site] += question.item_mg[item] * quantity
            units[owner[line], site] += quantity
        if (taken > question.stock).any() or (loaded > question.room).any():
            continue
        for order, site in zip(*np.nonzero(units), strict=True):
            freight = (
                int(question.per_kg_minor[0, question.zone[order, site]]) * int(mass[order, site]) + 500
            ) // 1_000
            fixed = question.fixed_minor[order, site, 0] + question.unit_minor[site] * units[order, site]
            mills += int(fixed) * MILLS + freight
        least = min(least, mills)
    return least


def test_two_orders_for_one_cheap_unit_are_settled_by_who_would_pay_more_without_it() -> None:
    question = asked([[(0, 1)], [(0, 1)]], [[1, 1]], [9, 9], [[100, 120], [100, 300]])
    assert sourced(question).line_site.tolist() == [1, 0]


def test_an_order_is_split_only_where_that_costs_less_than_a_line_that_waits() -> None:
    split = asked([[(0, 1), (1, 1)]], [[1, 0], [0, 1]], [9, 9], [[100, 120]])
    assert sourced(split).line_site.tolist() == [0, 1]
    waits = asked([[(0, 1), (1, 1)]], [[1, 0], [0, 1]], [9, 9], [[100, 120]], backorder_minor=150)
    assert sorted(sourced(waits).line_site.tolist()) == [BACKORDERED, 0]


def test_a_full_site_sends_on_the_order_that_loses_least_by_it() -> None:
    question = asked([[(0, 1)], [(0, 1)], [(0, 1)]], [[9, 9]], [2, 9], [[100, 400], [100, 130], [100, 300]])
    assert sourced(question).line_site.tolist() == [0, 1, 0]


def test_orders_of_more_lines_than_the_core_takes_are_refused() -> None:
    with pytest.raises(ValueError, match="1 to 10 lines"):
        asked([[(item, 1) for item in range(11)]], [[1, 1]] * 11, [20, 20], [[1, 1]])


# --- laws ------------------------------------------------------------------------------------------------------------


@st.composite
def questions(draw: st.DrawFn) -> Sourcing:
    items = draw(st.integers(1, 3))
    few, cost = st.integers(0, 3), st.integers(0, 400)
    orders = [
        [(item, draw(st.integers(1, 3))) for item in draw(st.sets(st.integers(0, items - 1), min_size=1, max_size=2))]
        for _ in range(draw(st.integers(1, 4)))
    ]
    stock = [[draw(few) for _ in range(SITES)] for _ in range(items)]
    fixed = [[draw(cost) for _ in range(SITES)] for _ in orders]
    return asked(orders, stock, [draw(st.integers(0, 8)) for _ in range(SITES)], fixed, draw(st.integers(50, 600)))


@settings(max_examples=60)
@given(questions())
def test_no_plan_costs_less_than_the_bound_and_none_is_cheaper_than_the_best(question: Sourcing) -> None:
    plan, least = sourced(question), least_mills(question)
    assert plan.bound_mills <= least <= plan.cost_mills


@settings(max_examples=15)
@given(questions(), st.integers(0, 3))
def test_the_same_question_and_seed_give_the_same_plan(question: Sourcing, seed: int) -> None:
    effort = replace(LITTLE, seed=seed)
    one, two = source(question, effort), source(question, effort)
    assert one.line_site.tolist() == two.line_site.tolist()
    assert (one.cost_mills, one.bound_mills) == (two.cost_mills, two.bound_mills)


def test_tiny_questions_are_nearly_always_solved_to_the_best() -> None:
    dice = np.random.default_rng(3)
    found = best = 0
    for _ in range(40):
        orders = [[(int(i), int(dice.integers(1, 3))) for i in dice.permutation(3)[:2]] for _ in range(3)]
        stock = dice.integers(0, 4, (3, SITES)).tolist()
        question = asked(
            orders, stock, dice.integers(2, 9, SITES).tolist(), dice.integers(50, 400, (3, SITES)).tolist()
        )
        found, best = found + sourced(question).cost_mills, best + least_mills(question)
    assert best <= found <= best * 1.01


@pytest.mark.parametrize("broken", ["site", "stock", "service", "cost", "bound"])
def test_the_checker_sees_what_is_wrong(broken: str) -> None:
    question = asked([[(0, 1)], [(0, 1)]], [[1, 1]], [9, 9], [[100, 120], [100, 300]])
    plan = sourced(question)
    lines, service = plan.line_site.copy(), plan.service.copy()
    if broken in ("site", "stock"):
        lines[0] = 7 if broken == "site" else 0
    if broken == "service":
        service[0, 0] = 0
    more = {"cost": {"cost_mills": plan.cost_mills - 1}, "bound": {"bound_mills": plan.cost_mills + 1}}
    assert check_sourced(question, replace(plan, line_site=lines, service=service, **more.get(broken, {})))
