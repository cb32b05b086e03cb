"""Room made for one order by many others: what it saves is saved, and nothing is asked for twice."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doorstep.planning.joint import clearing, selecting
from doorstep.planning.joint.columns import Columns, Ints, columns
from doorstep.planning.joint.select import _DEAR, Priced, _made_ready, _regretted, _standing

Ways = list[tuple[int, dict[int, int]]]  # of one order: what each costs, and units of what is scarce


def table_of(orders: list[Ways], room: list[int]) -> Columns:
    ptr, use_ptr, use_claim, cost = [0], [0], [], []
    claims: list[tuple[int, int, int]] = []
    for o, ways in enumerate(orders):
        for minor, uses in sorted(ways, key=lambda way: way[0]):
            cost.append(minor)
            for scarce, units in uses.items():
                use_claim.append(len(claims))
                claims.append((o, scarce, units))
            use_ptr.append(len(use_claim))
        ptr.append(len(cost))
    owner, scarce_of, units_of = np.array(claims, np.int64).reshape(-1, 3).T.copy()
    uses_of = (np.array(use_ptr, np.int64), np.array(use_claim, np.int64))
    rooms = np.array(room, np.int64)
    return columns(np.array(ptr, np.int64), np.array(cost, np.int64), uses_of, (owner, scarce_of, units_of), rooms)


def cleared(table: Columns, unit_price: int) -> tuple[Ints, Ints, int, int]:
    """The columns before and after, what was told to be saved, and how many orders are still marked."""
    price = unit_price * table.claim_units
    found = Priced(
        table, np.arange(len(table.cost)), price, np.full(len(table.room), unit_price, np.int64), table.cost, 0
    )
    at = _standing(found, 7)
    turns = np.argsort(-table.cost[table.ptr[1:] - 1], kind="stable")[::-1].copy()
    selecting.in_turn(table, at, turns, at.idle)
    before = at.chosen.copy()
    saved = 0
    for dear in _DEAR:
        at = _made_ready(table, at)
        saved += int(clearing.cleared(table, at, _regretted(found, at), 1_000_000, dear))
    used = np.zeros(len(table.room), np.int64)
    for c in at.chosen:
        for k in table.use_claim[table.use_ptr[c] : table.use_ptr[c + 1]]:
            used[table.claim_scarce[k]] += table.claim_units[k]
    assert (at.free == table.room - used).all()
    assert (at.free >= 0).all()
    return before, at.chosen, saved, int(at.marked.sum())


def test_a_truckload_gets_what_twenty_small_orders_have_where_that_costs_less() -> None:
    small: list[Ways] = [[(10, {0: 1}), (11, {1: 1}), (900, {})] for _ in range(20)]
    table = table_of([*small, [(100, {0: 20}), (800, {2: 1}), (999, {})]], [20, 25, 1])
    before, after, saved, _ = cleared(table, 1)
    assert table.cost[before].sum() == 20 * 10 + 800
    assert table.cost[after].sum() == 20 * 11 + 100
    assert saved == -680


ways = st.lists(
    st.tuples(st.integers(0, 60), st.dictionaries(st.integers(0, 3), st.integers(1, 4), min_size=1, max_size=3)),
    max_size=5,
)


@given(
    st.lists(ways, min_size=1, max_size=12), st.lists(st.integers(0, 12), min_size=4, max_size=4), st.integers(0, 30)
)
def test_what_is_saved_is_told_and_what_is_taken_was_there(orders: list[Ways], room: list[int], price: int) -> None:
    table = table_of([[*mine, (500, {})] for mine in orders], room)
    before, after, saved, marked = cleared(table, price)
    assert saved == table.cost[after].sum() - table.cost[before].sum() <= 0
    assert marked == 0
    assert all(first <= c < end for (first, end), c in zip(pairwise(table.ptr), after, strict=True))
