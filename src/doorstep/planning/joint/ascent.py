"""The compiled dual ascent over columns: prices of claims, prices of units, and the bound that they prove.

Lagrangian decomposition (M. Guignard and S. Kim, Mathematical Programming 39 (1987)): each claim k of an order on
something scarce s has a price p[k]. For any p >= 0, and any price v[s] >= 0 of a unit where s is priced by the unit,

    sum over orders of the cheapest column, claims priced
    - sum over s priced by the claim of the dearest set of claims that fits into room[s]     (a knapsack, exact)
    - sum over s priced by the unit of v[s] * room[s]

is at most the cost of every selection within the room, and its best is at least the best by unit prices alone.
Steps after B. T. Polyak (1969), directions averaged as in F. Barahona and R. Anbil, Mathematical Programming 87 (2000),
unit prices scaled by the room. The search is in floats; what it finds is rounded and judged in whole numbers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from doorstep.planning.joint.compiling import compiled, inlined

_NO_PRICE, _BY_UNIT, _BY_CLAIM = 0, 1, 2
_WORDS = 64
_FIRST_PACE = 0.02  # of the price of a unit
_NONE = -(1 << 62)


class Search(NamedTuple):
    """Where the ascent stands. What is stale is worked out anew: picks of orders, knapsacks of what is scarce."""

    price: Any  # of claims
    unit_price: Any
    flow: Any  # prices before they are rounded
    unit_flow: Any
    aim: Any  # the averaged direction
    unit_aim: Any
    unit_pace: Any
    unit_last: Any
    first_price: Any
    ranked: Any  # what columns cost at first_price, ascending for each order
    least: Any
    pick: Any
    used: Any  # claims of the picks
    take: Any  # claims in the knapsacks
    worth: Any  # of the knapsacks
    stale_order: Any
    stale_scarce: Any
    heap: Any  # scratch
    chosen: Any
    asking: Any
    dear: Any
    size: Any


@inlined
def cheapest(o: int, table: Any, at: Any) -> None:
    """Find order o's cheapest column: no further than what it can have become cheaper by since it was ranked."""
    cheaper = 0
    for k in range(table.claim_ptr[o], table.claim_ptr[o + 1]):
        cheaper += max(at.first_price[k] - at.price[k], 0)
    best, least = table.ptr[o], np.int64(1) << 62
    for c in range(table.ptr[o], table.ptr[o + 1]):
        if at.ranked[c] - cheaper >= least:
            break
        value = table.cost[c]
        for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
            value += at.price[table.use_claim[u]]
        if value < least:
            best, least = c, value
    at.least[o] = least
    old = at.pick[o]
    if best != old:
        if old >= 0:
            for u in range(table.use_ptr[old], table.use_ptr[old + 1]):
                at.used[table.use_claim[u]] = 0
        for u in range(table.use_ptr[best], table.use_ptr[best + 1]):
            at.used[table.use_claim[u]] = 1
        at.pick[o] = best


@inlined
def knapsack(s: int, table: Any, at: Any) -> Any:
    """The worth of the dearest claims on s that fit, marked in take: of equally dear ones those in use.

    That preference can make the worth too large by one a claim, never too small.
    """
    room, begin, end = table.room[s], table.scarce_ptr[s], table.scarce_ptr[s + 1]
    units, worth, count = 0, 0, 0
    for t in range(begin, end):
        k = table.scarce_claim[t]
        dear = at.price[k] + at.used[k]
        at.take[k] = dear > 0
        if dear > 0:
            at.asking[count], at.dear[count], at.size[count] = k, dear, table.claim_units[k]
            count += 1
            units += table.claim_units[k]
            worth += at.price[k]
    if units <= room:
        return worth
    at.heap[: room + 1] = 0
    for t in range(count):
        size, dear, bits = at.size[t], at.dear[t], np.uint64(0)
        for w in range(room, size - 1, -1):
            with_it, without = at.heap[w - size] + dear, at.heap[w]
            at.heap[w] = max(with_it, without)
            bits |= np.uint64(with_it > without) << np.uint64(w)
        at.chosen[t] = bits
    w = room
    for t in range(count - 1, -1, -1):
        taken = at.chosen[t] >> np.uint64(w) & np.uint64(1)
        at.take[at.asking[t]] = taken
        if taken:
            w -= at.size[t]
    return at.heap[room]


@compiled
def evaluate(table: Any, at: Any) -> Any:
    """The bound at these prices."""
    value: Any = np.int64(0)
    for o in range(len(table.ptr) - 1):
        if at.stale_order[o]:
            at.stale_order[o] = 0
            cheapest(o, table, at)
        value += at.least[o]
    for s in range(len(table.room)):
        if table.kind[s] == _BY_UNIT:
            value -= at.unit_price[s] * table.room[s]
        elif table.kind[s] == _BY_CLAIM:
            if at.stale_scarce[s]:
                at.stale_scarce[s] = 0
                at.worth[s] = knapsack(s, table, at)
            value -= at.worth[s]
    return value


@compiled
def aimed(table: Any, at: Any, fresh: float) -> float:
    """Turn the averaged direction towards what is asked too much of; its squared length as the step counts it."""
    squares = 0.0
    kind, claim_scarce, aim, flow, used, take = table.kind, table.claim_scarce, at.aim, at.flow, at.used, at.take
    for k in range(len(claim_scarce)):
        if used[k] == take[k] and aim[k] == 0.0:
            continue
        if kind[claim_scarce[k]] == _BY_CLAIM:
            over: Any = np.int64(used[k]) - np.int64(take[k])
            if over < 0 and flow[k] <= 0:
                over = 0
            if over == 0 and aim[k] == 0.0:
                continue
            aim[k] = fresh * over + (1 - fresh) * aim[k]
            if abs(aim[k]) < 2e-2:
                aim[k] = 0.0
            if aim[k] > 0 or flow[k] > 0:
                squares += aim[k] * aim[k]
    for s in range(len(table.room)):
        if kind[s] == _BY_UNIT:
            more: Any = -table.room[s]
            for t in range(table.scarce_ptr[s], table.scarce_ptr[s + 1]):
                more += used[table.scarce_claim[t]] * table.claim_units[table.scarce_claim[t]]
            if more < 0 and at.unit_flow[s] <= 0:
                more = 0
            at.unit_aim[s] = more
    return squares


@compiled
def moved(table: Any, at: Any, step: float, grain: int, units_too: bool) -> None:
    """Prices one step along the direction, rounded to the grain; who sees another price is stale."""
    aim, flow, price, inverse = at.aim, at.flow, at.price, np.reciprocal(1.0 * grain)
    for k in range(len(aim)):
        if aim[k] != 0.0:
            flow[k] = max(0.0, flow[k] + step * aim[k])
            rounded = np.int64(flow[k] * inverse + 0.5) * grain
            if rounded != price[k]:
                price[k] = rounded
                at.stale_order[table.claim_order[k]] = 1
                at.stale_scarce[table.claim_scarce[k]] = 1
    if not units_too:
        return
    for s in range(len(table.room)):
        if table.kind[s] == _BY_UNIT:
            at.unit_pace[s] *= 1.3 if at.unit_aim[s] * at.unit_last[s] > 0 else 0.5
            at.unit_last[s] = at.unit_aim[s]
            at.unit_flow[s] = max(0.0, at.unit_flow[s] + at.unit_pace[s] * np.sign(at.unit_aim[s]))
            rounded = np.int64(at.unit_flow[s] * inverse + 0.5) * grain
            if rounded != at.unit_price[s]:
                at.unit_price[s] = rounded
                for t in range(table.scarce_ptr[s], table.scarce_ptr[s + 1]):
                    k = table.scarce_claim[t]
                    price[k] = rounded * table.claim_units[k]
                    at.stale_order[table.claim_order[k]] = 1


@compiled
def standing(table: Any, ranked: Any, price: Any, unit_price: Any, grain: int) -> Any:
    """Where the search begins."""
    orders, scarce, claims = len(table.ptr) - 1, len(table.room), len(price)
    longest: Any = np.int64(0)
    for s in range(scarce):
        longest = max(longest, table.scarce_ptr[s + 1] - table.scarce_ptr[s])
    return Search(
        price,
        unit_price,
        price.astype(np.float64),
        unit_price.astype(np.float64),
        np.zeros(claims),
        np.zeros(scarce),
        np.maximum(unit_price * _FIRST_PACE, grain * 1.0),
        np.zeros(scarce),
        price.copy(),
        ranked,
        np.zeros(orders, np.int64),
        np.full(orders, -1, np.int64),
        np.zeros(claims, np.int8),
        np.zeros(claims, np.int8),
        np.zeros(scarce, np.int64),
        np.ones(orders, np.int8),
        np.ones(scarce, np.int8),
        np.zeros(_WORDS, np.int64),
        np.zeros(longest, np.uint64),
        np.zeros(longest, np.int64),
        np.zeros(longest, np.int64),
        np.zeros(longest, np.int64),
    )


@compiled
def ascend(table: Any, ranked: Any, price: Any, unit_price: Any, steps: int, reached: int, grain: int) -> Any:
    """Up to so many steps up; the best prices come back in `price` and `unit_price`, with their bound.

    `reached` is about the cost of the best plan. Columns are sorted by `ranked`, what they cost at these prices.
    """
    at = standing(table, ranked, price, unit_price, grain)
    best, marked = np.int64(_NONE), np.int64(_NONE)
    best_price, best_unit = price.copy(), unit_price.copy()
    length, waited = 0.35, 0
    for turn in range(steps):
        value = evaluate(table, at)
        waited += 1
        if value > best:
            best = value
            best_price[:], best_unit[:] = price, unit_price
            reached = max(reached, best + best // 200)
            if best - marked > (reached - best) // 200:
                marked, waited = best, 0
        if waited >= 8:
            length, waited, marked = length * 0.6, 0, best
        squares = aimed(table, at, 0.3)
        if squares == 0.0:
            break
        moved(table, at, length * (reached - value) * np.reciprocal(1.0 * squares), grain, turn % 4 == 0)
    price[:], unit_price[:] = best_price, best_unit
    return best


@compiled
def margins(table: Any, price: Any, margin: Any) -> Any:
    """The worth of all knapsacks at these prices of claims, and what a unit of the room of each is worth at the margin.

    Claims that are not there could have that price for each unit and would add nothing to the worth: whatever room Q
    they had, the rest is worth at least margin * Q less.
    """
    at = standing(table, price, price, table.room, 1)
    total: Any = np.int64(0)
    for s in range(len(table.room)):
        margin[s] = 0
        if table.kind[s] != _BY_CLAIM:
            continue
        room = table.room[s]
        at.heap[: room + 1] = 0
        worth = knapsack(s, table, at)
        total += worth
        if at.heap[room] == worth:  # else all that has a price fits, and a unit more is worth nothing
            margin[s] = worth
            for units in range(1, room + 1):
                margin[s] = min(margin[s], (worth - at.heap[room - units]) // units)
    return total
