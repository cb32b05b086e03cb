"""The master problem of the joint plan: one way for each order within what there is, and a bound on any selection."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from doorstep.planning.joint.select import THOROUGH
from doorstep.planning.limited import Column, Limited
from doorstep.planning.prices import solve
from doorstep.planning.supply import RowKey

KEYS = [RowKey("CS", item_id, "", None) for item_id in ("TEA", "MUG")]
columns = st.builds(Column, st.integers(0, 60), st.dictionaries(st.sampled_from(KEYS), st.integers(1, 3), max_size=2))


@given(st.lists(st.lists(columns, max_size=3), min_size=1, max_size=4), st.tuples(st.integers(0, 5), st.integers(0, 5)))
def test_the_bound_is_below_the_best_selection_that_brute_force_can_find(
    choices: list[list[Column]], units: tuple[int, int]
) -> None:
    table = [[*mine, Column(100, {})] for mine in choices]  # every order may wait
    room: dict[Limited, int] = dict(zip(KEYS, units, strict=True))

    def fits(selection: Sequence[Column]) -> bool:
        return all(sum(column.uses.get(key, 0) for column in selection) <= room[key] for key in KEYS)

    best = min(sum(column.cost_minor for column in selection) for selection in product(*table) if fits(selection))
    master = solve(table, room, [mine[-1] for mine in table], THOROUGH)
    selection = [mine[c] for mine, c in zip(table, master.picks, strict=True) if c is not None]
    assert len(selection) == len(table)
    assert fits(selection)
    assert master.bound_minor <= best <= sum(column.cost_minor for column in selection)


def test_prices_close_the_gap_that_scarce_stock_opens() -> None:
    tea: dict[Limited, int] = {KEYS[0]: 1}
    table = [[Column(10, tea), Column(10 + extra, {})] for extra in (5, 20, 30, 40)]
    master = solve(table, {KEYS[0]: 2}, [ways[1] for ways in table], THOROUGH)
    assert 64 <= master.bound_minor <= 65
    assert master.picks == (1, 1, 0, 0)
    assert 5 <= master.prices[KEYS[0]] <= 40


@given(
    st.lists(st.tuples(columns, st.lists(columns, max_size=3)), min_size=1, max_size=6),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
)
def test_whoever_finds_nothing_better_stays_with_what_was_reached(
    choices: list[tuple[Column, list[Column]]], spare: tuple[int, int]
) -> None:
    """Nobody may wait here: an order whose stock were given to others would find no way at all."""
    reached = [column for column, _ in choices]
    used = {key: sum(column.uses.get(key, 0) for column in reached) for key in KEYS}
    room: dict[Limited, int] = {key: used[key] + more for key, more in zip(KEYS, spare, strict=True)}
    table = [[*others, column] for column, others in choices]
    master = solve(table, room, reached, THOROUGH)
    assert None not in master.picks
    selection = [mine[c] for mine, c in zip(table, master.picks, strict=True) if c is not None]
    cost, reached_cost = (sum(column.cost_minor for column in some) for some in (selection, reached))
    if master.bound_minor < reached_cost:  # else there is nothing to find
        assert all(sum(column.uses.get(key, 0) for column in selection) <= room[key] for key in KEYS)
        assert master.bound_minor <= cost
