"""Columns at prices: what each costs then, and each order's columns by that, the cheapest first (compiled)."""

from __future__ import annotations

from typing import Any

import numpy as np

from doorstep.planning.joint.columns import Columns, Ints
from doorstep.planning.joint.compiling import compiled


def sorted_by(given: Columns, price: Ints) -> tuple[Columns, Ints, Ints]:
    """The same columns, each order's by their costs at these prices of claims; which each was; and these costs."""
    priced, turn = np.empty(len(given.cost), np.int64), np.empty(len(given.cost), np.int64)
    _ranked(given, price, priced, turn)
    cost, use_ptr, use_claim = np.empty_like(given.cost), np.empty_like(given.use_ptr), np.empty_like(given.use_claim)
    _put_in_turn(given, turn, cost, use_ptr, use_claim)
    return given._replace(cost=cost, use_ptr=use_ptr, use_claim=use_claim), turn, priced[turn]


@compiled
def _ranked(table: Any, price: Any, priced: Any, turn: Any) -> None:
    """By insertion, since they are nearly in turn; equally dear ones stay as they were."""
    for o in range(len(table.ptr) - 1):
        first = table.ptr[o]
        for c in range(first, table.ptr[o + 1]):
            value = table.cost[c]
            for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
                value += price[table.use_claim[u]]
            priced[c] = value
            at = c
            while at > first and priced[turn[at - 1]] > value:
                turn[at] = turn[at - 1]
                at -= 1
            turn[at] = c


@compiled
def _put_in_turn(table: Any, turn: Any, cost: Any, use_ptr: Any, use_claim: Any) -> None:
    at = 0
    for c in range(len(turn)):
        cost[c], use_ptr[c] = table.cost[turn[c]], at
        for u in range(table.use_ptr[turn[c]], table.use_ptr[turn[c] + 1]):
            use_claim[at] = table.use_claim[u]
            at += 1
    use_ptr[len(turn)] = at
