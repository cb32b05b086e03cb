"""Prices of what all orders share, set so that what orders would choose one after another just fits (compiled).

The prices that give the best bound leave some of what is shared asked for too much and some too little: the bound
hardly tells. A plan does: the last orders find a full site and no other way that is nearly as cheap.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from doorstep.planning.joint.columns import BY_UNIT, Columns, Ints
from doorstep.planning.joint.compiling import compiled, inlined

_LOOKS = 10
_FIRST_PACE = 20  # a first step is this part of a price
_SPARED = 0.005  # of the room: left over, it is no reason to lower a price


def balanced(given: Columns, ranked: Ints, price: Ints, unit_price: Ints, turns: Ints, least_step: int) -> Ints:
    """What to add to unit prices; orders choose in these turns, columns are sorted by `ranked`, their cost at `price`.

    Steps by sign, longer while it stays, shorter when it turns (M. Riedmiller and H. Braun, ICNN (1993)).
    """
    shared = np.flatnonzero(given.kind == BY_UNIT)
    more = np.zeros(len(given.room), np.int64)
    if len(shared) == 0:
        return more
    room, pace = given.room[shared], np.maximum(unit_price[shared] // _FIRST_PACE, least_step)
    last = np.zeros(len(shared), np.int64)
    best, least = more.copy(), 2.0 * len(shared)
    for _ in range(_LOOKS):
        left = np.zeros(len(given.room), np.int64)
        wanted(given, ranked, price, price + more[given.claim_scarce] * given.claim_units, turns, left)
        spare = left[shared] * np.reciprocal(np.maximum(room, 1).astype(np.float64))
        over = np.where(spare < 0, 1, np.where((spare > _SPARED) & (unit_price[shared] + more[shared] > 0), -1, 0))
        off = float(np.abs(spare[over != 0]).sum())
        if off < least:
            least, best = off, more.copy()
        if not over.any():
            break
        pace = np.where(over * last < 0, pace // 2, np.where(over * last > 0, pace + pace // 2, pace))
        more[shared] = np.maximum(more[shared] + over * pace, -unit_price[shared])
        last = over
    return best


@inlined
def takes(table: Any, c: int, left: Any) -> bool:
    """Whether column c finds what it uses, the shared apart."""
    there = True
    for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
        k = table.use_claim[u]
        if table.kind[table.claim_scarce[k]] != 1 and left[table.claim_scarce[k]] < table.claim_units[k]:
            there = False
            break
    return there


@compiled
def wanted(table: Any, ranked: Any, first_price: Any, price: Any, turns: Any, left: Any) -> None:
    """Each order in its turn takes its cheapest column at prices for which there is enough of all that is not shared.

    In `left` what is left then; of what is shared it may be less than nothing.
    """
    left[:] = table.room
    for o in turns:
        cheaper: Any = np.int64(0)
        for k in range(table.claim_ptr[o], table.claim_ptr[o + 1]):
            cheaper += max(first_price[k] - price[k], 0)
        best: Any = np.int64(-1)
        least: Any = np.int64(1) << 62
        for c in range(table.ptr[o], table.ptr[o + 1]):
            if ranked[c] - cheaper >= least:
                break
            value = table.cost[c]
            for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
                value += price[table.use_claim[u]]
            if value < least and takes(table, c, left):
                best, least = c, value
        for u in range(table.use_ptr[best], table.use_ptr[best + 1]):
            k = table.use_claim[u]
            left[table.claim_scarce[k]] -= table.claim_units[k]
