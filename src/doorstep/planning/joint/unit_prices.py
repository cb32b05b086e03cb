"""First prices of units over columns (compiled).

Where all places together have too little of a good, it begins with one price in all of them: along one price the bound
is concave, and its top lies where what is still wanted first is no more than there is. Then steps up the bound after
B. T. Polyak (1969), towards the cost of a plan that is there already.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from doorstep.planning.joint.columns import NO_PRICE, Columns, Ints
from doorstep.planning.joint.compiling import compiled

_NONE = -(1 << 62)


def first_prices(given: Columns, good: Ints, reached: int, steps: int) -> tuple[Ints, int]:
    """Prices of a unit of everything scarce, and the bound that they prove; `reached` is the cost of a plan.

    good[s] numbers what lies in several places, each of which is scarce by itself, from 0 on; -1: a good of its own.
    """
    price = np.zeros(len(given.room), np.int64)
    turn = np.argsort(good, kind="stable")
    ptr = np.searchsorted(good[turn], np.arange(good.max(initial=-1) + 2))
    _too_little(given, ptr, turn, price)
    best = _ascend(given, price, reached, steps)
    return price, int(best)


@compiled
def _too_little(table: Any, ptr: Any, places: Any, price: Any) -> None:
    """Good after good, the least price at which its orders want no more of it than there is."""
    mine, seen = np.empty(len(table.ptr), np.int64), np.full(len(table.ptr), -1, np.int64)
    good = np.full(len(table.room), -1, np.int64)
    for g in range(len(ptr) - 1):
        good[places[ptr[g] : ptr[g + 1]]] = g
    for g in range(len(ptr) - 1):
        count, have = 0, 0
        highest: Any = 1
        for t in range(ptr[g], ptr[g + 1]):
            s = places[t]
            have += table.room[s]
            for k in table.scarce_claim[table.scarce_ptr[s] : table.scarce_ptr[s + 1]]:
                o = table.claim_order[k]
                if seen[o] != g:
                    seen[o], mine[count] = g, o
                    count += 1
                    highest = max(highest, table.cost[table.ptr[o] : table.ptr[o + 1]].max())
        low: Any = np.int64(-1)
        high: Any = np.int64(0)
        while high <= highest and _wanted(table, mine[:count], good, g, price, high) > have:
            low, high = high, max(2 * high, 1)
        while high - low > 1:
            middle = (low + high) // 2
            if _wanted(table, mine[:count], good, g, price, middle) > have:
                low = middle
            else:
                high = middle
        for t in range(ptr[g], ptr[g + 1]):
            price[places[t]] = high


@compiled
def _wanted(table: Any, mine: Any, good: Any, g: int, price: Any, at: int) -> Any:
    """Units of a good that these orders' cheapest columns take if a unit of it costs so much."""
    units: Any = np.int64(0)
    for o in mine:
        least, takes = np.int64(1) << 62, np.int64(0)
        for c in range(table.ptr[o], table.ptr[o + 1]):
            cost, of_it = table.cost[c], np.int64(0)
            for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
                k = table.use_claim[u]
                s = table.claim_scarce[k]
                if good[s] == g:
                    of_it += table.claim_units[k]
                    cost += at * table.claim_units[k]
                else:
                    cost += price[s] * table.claim_units[k]
            if cost < least or (cost == least and of_it < takes):
                least, takes = cost, of_it
        units += takes
    return units


@compiled
def _ascend(table: Any, price: Any, reached: int, steps: int) -> Any:
    scarce = len(table.room)
    flow, best_price, load = price.astype(np.float64), price.copy(), np.zeros(scarce, np.int64)
    best: Any = np.int64(_NONE)
    length, waited = 1.0, 0
    for _ in range(steps):
        value = _relaxed(table, price, load)
        waited += 1
        if value > best:
            best, waited = value, 0
            best_price[:] = price
        if waited >= 4:
            length, waited = length * 0.6, 0
        squares = 0.0
        for s in range(scarce):
            load[s] -= table.room[s]
            if table.kind[s] == NO_PRICE or (load[s] < 0 and flow[s] <= 0.0):
                load[s] = 0
            squares += np.float64(load[s]) * np.float64(load[s])
        if squares == 0.0 or value >= reached:
            break
        step = length * (reached - value) * np.reciprocal(squares)
        for s in range(scarce):
            flow[s] = max(0.0, flow[s] + step * load[s])
            price[s] = np.int64(flow[s] + 0.5)
    price[:] = best_price
    return best


@compiled
def _relaxed(table: Any, price: Any, load: Any) -> Any:
    """The bound at these prices, and in `load` what the orders' cheapest columns use."""
    load[:] = 0
    value: Any = np.int64(0)
    for s in range(len(price)):
        value -= price[s] * table.room[s]
    for o in range(len(table.ptr) - 1):
        best, least = table.ptr[o], np.int64(1) << 62
        for c in range(table.ptr[o], table.ptr[o + 1]):
            cost = table.cost[c]
            for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
                k = table.use_claim[u]
                cost += price[table.claim_scarce[k]] * table.claim_units[k]
            if cost < least:
                best, least = c, cost
        value += least
        for u in range(table.use_ptr[best], table.use_ptr[best + 1]):
            k = table.use_claim[u]
            load[table.claim_scarce[k]] += table.claim_units[k]
    return value
