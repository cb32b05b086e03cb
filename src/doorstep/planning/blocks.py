"""Joint columns in the master problem: orders that can share one are one block there.

A block's columns are all ways in which each of its orders goes by itself or in one joint column; of those alike in what
is fought over, the cheapest. So a selection of one column for each block is exactly one of ways and joint columns, and
the bound over the former is that over the latter. Where a block has more than `MOST` of them its orders are taken one
by one. The first order of a joint column has all of it then, and the others a column of theirs that costs nothing and
is good only with it (`limited.Part`). Nobody needs to take it with the first: that allows more, so the bound holds; and
no joint column that is not there yet is chosen so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from doorstep.planning.limited import Column, Limited, Part, summed

MOST = 3_000  # columns of a block

Uses = tuple[tuple[int, int], ...]  # what is fought over, by number, and units of it


class Taken(NamedTuple):
    """Column `number` of the order, or the joint column `number` where the order is None."""

    order: int | None
    number: int


class JointColumn(NamedTuple):
    """One choice for several orders: what each one's part costs and uses. They are taken all or none."""

    orders: tuple[int, ...]
    parts: tuple[Column, ...]


class Plain(NamedTuple):
    """A column with its uses by number, what it stands for, and whether it is `limited.Column.sought`."""

    cost_minor: int
    uses: Uses
    stands_for: tuple[Taken, ...]
    sought: bool = True


def blocks_of(joint: Sequence[JointColumn]) -> list[tuple[int, ...]]:
    """Orders that are linked by joint columns, each set once, in the order of their first."""
    block: dict[int, set[int]] = {}
    for column in joint:
        linked = set(column.orders).union(*(block.get(order, ()) for order in column.orders))
        block.update(dict.fromkeys(linked, linked))
    return sorted({tuple(sorted(linked)) for linked in block.values()})


def rows_of(
    block: Sequence[int],
    table: Sequence[Sequence[Column]],
    joint: Mapping[int, JointColumn],
    number: Mapping[Limited, int],
) -> list[list[Plain]]:
    """The block as one row of columns; as a row for each order where these would be too many."""
    alone = {order: _alone(order, table[order], number) for order in block}
    starts: dict[int, list[tuple[frozenset[int], Plain]]] = {order: [] for order in block}
    for j, column in joint.items():
        uses = _sum(_named(part, number) for part in column.parts)
        cost = sum(part.cost_minor for part in column.parts)
        starts[_first(column)].append((frozenset(column.orders), Plain(cost, uses, (Taken(None, j),))))
    whole = _combined(sorted(block), alone, starts)
    if whole is not None:
        return [whole]
    return [_linked(order, alone[order], joint, number) for order in block]


def reached_in(block: Sequence[int], reached: Sequence[Column], joint: Mapping[int, JointColumn]) -> list[Column]:
    """Of a selection, each order's column as the block's rows have it where each order has one of its own."""
    goes_with: dict[int, int] = {}
    for j, column in joint.items():
        there = all(reached[o] == part for o, part in zip(column.orders, column.parts, strict=True))
        if there and not goes_with.keys() & set(column.orders):
            goes_with.update(dict.fromkeys(column.orders, j))
    found = []
    for order in block:
        mine = goes_with.get(order)
        if mine is None or _first(joint[mine]) == order:
            parts = (reached[order],) if mine is None else joint[mine].parts
            found.append(summed([*parts, Column(0, dict.fromkeys(_parts(order, joint, mine), 1))]))
        else:
            found.append(Column(0, dict.fromkeys([Part(mine, order), *_parts(order, joint, None)], 1)))
    return found


def _first(column: JointColumn) -> int:
    return min(column.orders)


def _parts(order: int, joint: Mapping[int, JointColumn], chosen: int | None) -> list[Part]:
    """Others' parts of the joint columns that the order, their first, does not go with."""
    led = ((j, column) for j, column in joint.items() if _first(column) == order and j != chosen)
    return [Part(j, other) for j, column in led for other in column.orders if other != order]


def _alone(order: int, ways: Sequence[Column], number: Mapping[Limited, int]) -> list[Plain]:
    return _thinned(Plain(way.cost_minor, _named(way, number), (Taken(order, c),)) for c, way in enumerate(ways))


def _combined(
    block: Sequence[int],
    alone: Mapping[int, Sequence[Plain]],
    starts: Mapping[int, Sequence[tuple[frozenset[int], Plain]]],
) -> list[Plain] | None:
    """Each order by itself or in one joint column; None where there are too many ways."""
    open_: dict[frozenset[int], list[Plain]] = {frozenset(): [Plain(0, (), ())]}  # by the orders that are settled
    for order in block:
        after: dict[frozenset[int], list[Plain]] = {}
        for settled, found in open_.items():
            if order in settled:
                after.setdefault(settled, []).extend(found)
                continue
            steps = [(frozenset((order,)), way) for way in alone[order]]
            steps += [step for step in starts[order] if not step[0] & settled]
            if len(found) * len(steps) > MOST * 10:
                return None
            for who, step in steps:
                after.setdefault(settled | who, []).extend(_both(each, step) for each in found)
        open_ = {settled: _thinned(found) for settled, found in after.items()}
        if sum(map(len, open_.values())) > MOST:
            return None
    (whole,) = open_.values()
    return whole


def _linked(
    order: int, alone: Sequence[Plain], joint: Mapping[int, JointColumn], number: Mapping[Limited, int]
) -> list[Plain]:
    """The order's ways; joint columns of which it is the first; and what it has in the others."""
    found = [_without(way, _parts(order, joint, None), number) for way in alone]
    for j, column in joint.items():
        if _first(column) == order:
            uses = _sum(_named(part, number) for part in column.parts)
            whole = Plain(sum(part.cost_minor for part in column.parts), uses, (Taken(None, j),), sought=False)
            found.append(_without(whole, _parts(order, joint, j), number))
        elif order in column.orders:
            goes_along = Plain(0, ((number[Part(j, order)], 1),), (), sought=False)
            found.append(_without(goes_along, _parts(order, joint, None), number))
    return found


def _without(column: Plain, parts: Sequence[Part], number: Mapping[Limited, int]) -> Plain:
    return column._replace(uses=_sum(iter((column.uses, tuple((number[part], 1) for part in parts)))))


def _named(column: Column, number: Mapping[Limited, int]) -> Uses:
    return tuple(sorted((number[key], units) for key, units in column.uses.items() if key in number and units))


def _sum(parts: Iterator[Uses]) -> Uses:
    units: dict[int, int] = {}
    for part in parts:
        for key, used in part:
            units[key] = units.get(key, 0) + used
    return tuple(sorted(units.items()))


def _both(a: Plain, b: Plain) -> Plain:
    uses = _sum(iter((a.uses, b.uses))) if a.uses and b.uses else a.uses or b.uses
    return Plain(a.cost_minor + b.cost_minor, uses, (*a.stands_for, *b.stands_for))


def _thinned(found: Iterator[Plain] | Sequence[Plain]) -> list[Plain]:
    """Of columns alike in what they use, the cheapest."""
    cheapest: dict[Uses, Plain] = {}
    for each in found:
        known = cheapest.get(each.uses)
        if known is None or each.cost_minor < known.cost_minor:
            cheapest[each.uses] = each
    return list(cheapest.values())
