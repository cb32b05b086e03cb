"""The master problem of the joint plan: one way for each order within stock and room, the prices of these, and a bound.

Ways that are alike in what is fought over are one; what is left is put into arrays for `planning.joint`, which finds
prices of units and of claims, their bound, and the selection that comes nearest to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorstep.planning.blocks import JointColumn, Plain, Taken, blocks_of, reached_in, rows_of
from doorstep.planning.joint.columns import Columns, Ints, columns, unit_worth
from doorstep.planning.joint.select import Effort, find_prices, select
from doorstep.planning.joint.unit_prices import first_prices
from doorstep.planning.limited import Column, Limited, Part, Prices, summed
from doorstep.planning.supply import RowKey

MILLS = 1_000  # thousandths of a minor unit, so that prices of single units stay whole
_GRAINS = 10_000  # a price is rounded to this part of an order's mean cost
_NOTHING = 100  # an order that has not even what it holds: times the dearest way there is


Table = Sequence[Sequence[Column]]  # the choices of each order


@dataclass(frozen=True, slots=True)
class Master:
    """The number of each order's column, or None where it finds nothing; what units are worth; and the bound.

    No selection of one column per order within the room costs less than `bound_minor`. Orders of a joint column that is
    chosen, as `joint` tells by number, have no pick of their own.
    """

    picks: tuple[int | None, ...]
    bound_minor: int
    prices: Prices = field(default_factory=dict)
    joint: tuple[int, ...] = ()


def contested(table: Table, room: Mapping[Limited, int]) -> set[Limited]:
    """What the orders could use more of, all together, than there is. Nothing else can need a price."""
    most: dict[Limited, int] = {}
    for ways in table:
        mine: dict[Limited, int] = {}
        for column in ways:
            for key, units in column.uses.items():
                mine[key] = max(mine.get(key, 0), units)
        for key, units in mine.items():
            most[key] = most.get(key, 0) + units
    return {key for key, units in most.items() if key in room and units > room[key]}


def solve(
    table: Table,
    room: Mapping[Limited, int],
    reached: Sequence[Column],
    effort: Effort,
    joint: Sequence[JointColumn] = (),
) -> Master:
    """A column for every order; `reached` is a selection already found, each order's column or part of a joint one.

    An order leaves that only for another that is free, so each finds one; where the bound is not below what `reached`
    costs there is nothing to find, and the picks mean nothing. What is not in `room` is not limited.
    `joint` are columns of several orders, who have that one or one each.
    """
    if joint:
        return _solve_blocks(table, room, reached, effort, joint)
    return _solve(table, room, reached, effort)


def _solve_blocks(
    table: Table, room: Mapping[Limited, int], reached: Sequence[Column], effort: Effort, joint: Sequence[JointColumn]
) -> Master:
    """The same with the orders that can share a column as one."""
    parts: dict[int, list[Column]] = {}
    for column in joint:
        for order, part in zip(column.orders, column.parts, strict=True):
            parts.setdefault(order, []).append(part)
    fought = contested([[*ways, *parts.get(o, ())] for o, ways in enumerate(table)], room)
    linked = [Part(j, o) for j, column in enumerate(joint) for o in column.orders]
    keys = [*sorted(fought, key=repr), *linked]
    number = {key: n for n, key in enumerate(keys)}
    rows: list[list[Plain]] = []
    lone = [o for o in range(len(table)) if o not in parts]
    stand = [reached[o] for o in lone]
    for block in blocks_of(joint):
        mine = {j: column for j, column in enumerate(joint) if column.orders[0] in block}
        found = rows_of(block, table, mine, number)
        rows += found
        stand += [summed([reached[o] for o in block])] if len(found) == 1 else reached_in(block, reached, mine)
    made = [[_column_of(each, keys) for each in row] for row in rows]
    master = _solve([*(table[o] for o in lone), *made], {**room, **dict.fromkeys(linked, 1)}, stand, effort)
    picks: list[int | None] = [None] * len(table)
    for o, pick in zip(lone, master.picks, strict=False):
        picks[o] = pick
    together = []
    for row, pick in zip(rows, master.picks[len(lone) :], strict=True):
        stands_for: tuple[Taken, ...] = () if pick is None else row[pick].stands_for
        for taken in stands_for:
            if taken.order is None:
                together.append(taken.number)
            else:
                picks[taken.order] = taken.number
    return Master(tuple(picks), master.bound_minor, master.prices, tuple(together))


def _column_of(plain: Plain, keys: Sequence[Limited]) -> Column:
    return Column(plain.cost_minor, {keys[n]: units for n, units in plain.uses}, plain.sought)


def _solve(table: Table, room: Mapping[Limited, int], reached: Sequence[Column], effort: Effort) -> Master:
    reached_minor = sum(column.cost_minor for column in reached)
    fought = sorted(contested(table, room), key=lambda key: (not isinstance(key, RowKey | Part), repr(key)))
    at_best = [min(range(len(ways)), key=lambda c, ways=ways: ways[c].cost_minor) for ways in table]  # type: ignore[misc]
    free_minor = sum(ways[best].cost_minor for ways, best in zip(table, at_best, strict=True))
    if not fought or free_minor >= reached_minor:
        return Master(tuple(at_best), free_minor)
    number = {key: s for s, key in enumerate(fought)}
    involved = [o for o, ways in enumerate(table) if any(key in number for column in ways for key in column.uses)]
    beside_minor = free_minor - sum(table[o][at_best[o]].cost_minor for o in involved)
    asked = _arrays([table[o] for o in involved], [reached[o] for o in involved], number, room)
    mean = max((free_minor - beside_minor) * MILLS // len(involved), 1)
    goods: dict[object, int] = {}
    good = [goods.setdefault(key.item_id, len(goods)) if isinstance(key, RowKey) else -1 for key in fought]
    chosen, prices, bound = _solved(asked, np.array(good), (reached_minor - beside_minor) * MILLS, mean, effort)
    picks: list[int | None] = list(at_best)
    for o, column in zip(involved, chosen, strict=True):
        picks[o] = asked.was[column]
    worth = {key: (price + MILLS // 2) // MILLS for key, price in zip(fought, prices, strict=True)}
    worth = {key: price for key, price in worth.items() if price}
    return Master(tuple(picks), max(free_minor, beside_minor - (-bound // MILLS)), worth)


class _Asked(NamedTuple):
    """The columns in arrays; which each was (None: nothing); those that stand; and which are not sought."""

    columns: Columns
    was: list[int | None]
    stand: Ints
    barred: NDArray[np.bool_]


def _solved(asked: _Asked, good: Ints, reached: int, mean: int, effort: Effort) -> tuple[list[int], list[int], int]:
    """Chosen columns, what a unit of everything is worth, and the bound, in mills; `mean` is an order's usual cost."""
    given, grain = asked.columns, max(mean // _GRAINS, 1)
    unit_price, bound = first_prices(given, good, reached, effort.unit_steps)
    claim_price = unit_price[given.claim_scarce] * given.claim_units
    found = find_prices(given, claim_price, unit_price, max(effort.claim_steps, 1), reached, grain)
    worth = unit_worth(given, found.price, found.unit_price)
    chosen = select(found, effort, mean, asked.stand, asked.barred)
    return [int(c) for c in chosen], [int(price) for price in worth], max(bound, found.bound)


def _arrays(
    table: Table, reached: Sequence[Column], number: Mapping[Limited, int], room: Mapping[Limited, int]
) -> _Asked:
    """Of columns alike in what is fought over the cheapest; those of `reached` stand.

    Every order has one more, which uses nothing and costs more than all others: waiting uses what the order holds.
    """
    ptr, use_ptr = [0], [0]
    cost: list[int] = []
    use_claim: list[int] = []
    stand: list[int] = []
    barred: list[bool] = []
    claims: list[tuple[int, int, int]] = []
    was: list[int | None] = []
    never = _NOTHING * max(column.cost_minor for ways in table for column in ways)
    for o, ways in enumerate(table):
        mine: dict[tuple[int, int], int] = {}
        thinned = _thinned(ways, number)
        at = next((n for n, (_, uses) in enumerate(thinned) if uses == _fought_over(reached[o], number)), len(thinned))
        stand.append(len(cost) + at)
        for c, uses in thinned:
            for use in uses:
                if use not in mine:
                    mine[use] = len(claims)
                    claims.append((o, *use))
                use_claim.append(mine[use])
            cost.append(ways[c].cost_minor * MILLS)
            use_ptr.append(len(use_claim))
            was.append(c)
            barred.append(not ways[c].sought)
        cost.append(never * MILLS)
        use_ptr.append(len(use_claim))
        was.append(None)
        barred.append(False)
        ptr.append(len(cost))
    order, scarce, units = np.array(claims, np.int64).reshape(-1, 3).T.copy()
    days = sum(isinstance(key, RowKey | Part) for key in number)  # days are last
    made = columns(
        np.array(ptr, np.int64),
        np.array(cost, np.int64),
        (np.array(use_ptr, np.int64), np.array(use_claim, np.int64)),
        (order, scarce, units),
        np.array([room[key] for key in number], np.int64),
        by_unit_from=days,
    )
    return _Asked(made, was, np.array(stand, np.int64), np.array(barred))


def _thinned(ways: Sequence[Column], number: Mapping[Limited, int]) -> list[tuple[int, tuple[tuple[int, int], ...]]]:
    """Of columns alike in what is fought over, the cheapest: its number and (scarce, units) of what it uses."""
    cheapest: dict[tuple[tuple[int, int], ...], int] = {}
    for c, column in enumerate(ways):
        uses = _fought_over(column, number)
        if uses not in cheapest or column.cost_minor < ways[cheapest[uses]].cost_minor:
            cheapest[uses] = c
    return [(c, uses) for uses, c in cheapest.items()]


def _fought_over(column: Column, number: Mapping[Limited, int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((number[key], units) for key, units in column.uses.items() if key in number and units))
