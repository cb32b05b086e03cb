"""The compiled choice of one column per order: in turn, then by chains of moves, then by taking back and choosing anew.

Chains are ejection chains (F. Glover, Discrete Applied Mathematics 65 (1996)): an order moves to a column for which
something is missing, an order that has it moves away, and so on, while the whole still gains, what is missing counted
at its price. Taking back a few orders that want the same and choosing anew (G. Schrimpf et al., Journal of
Computational Physics 159 (2000)) takes a loss now and then, less and less of it. The same seed gives the same plan.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from doorstep.planning.joint.compiling import compiled, inlined
from doorstep.planning.joint.dice import below, share
from doorstep.planning.joint.standing import (
    MOST_USERS,
    changed,
    fits,
    listed,
    missing_minor,
    moved_to,
    overdrawn,
    owed,
    unlisted,
    used,
    users,
    uses,
)

_FAR = 1 << 60
_DEPTH = 12
_BREADTH = 4
_MOST_TAKEN = 32
_FEW = 64


@compiled
def in_turn(table: Any, at: Any, turns: Any, stays: Any) -> None:
    """Each order takes the first of its columns that fits; until its turn it is on the one that it `stays` on."""
    for o in range(len(table.ptr) - 1):
        at.chosen[o] = stays[o] if fits(table, at, stays[o]) else at.idle[o]
        used(table, at, at.chosen[o], 1)
    for o in turns:
        used(table, at, at.chosen[o], -1)
        c = table.ptr[o]
        while c != at.idle[o] and not fits(table, at, c):
            c += 1
        at.chosen[o] = c
        used(table, at, c, 1)
    for o in range(len(table.ptr) - 1):
        listed(table, at, o)


@compiled
def readiness(table: Any, at: Any, order: Any, scarce: Any, cost: Any) -> Any:
    """For each chosen use of what is priced by the unit (kind 1) that its order can do without now: order, what, and
    what that costs; how many there are.
    """
    count = 0
    for o in range(len(table.ptr) - 1):
        chosen = at.chosen[o]
        used(table, at, chosen, -1)
        for u in range(table.use_ptr[chosen], table.use_ptr[chosen + 1]):
            s = at.use_scarce[u]
            if table.kind[s] != 1:
                continue
            for c in range(table.ptr[o], table.ptr[o + 1]):
                if c != at.idle[o] and not uses(table, at, c, s) and fits(table, at, c):
                    order[count], scarce[count], cost[count] = o, s, table.cost[c] - table.cost[chosen]
                    count += 1
                    break
        used(table, at, chosen, 1)
    return count


@compiled
def leavers(table: Any, at: Any, s: int, gain: int, level: Any) -> Any:
    """The best moves of users of s to columns without it, as (value, order, column) rows of level; how many.

    A value is what the chain then costs, what is missing counted at its price; only those below zero are taken.
    """
    count, found = 0, np.empty(MOST_USERS, np.int64)
    for o in found[: users(table, at, s, found)]:
        old = at.chosen[o]
        relief = owed(table, at, old)
        used(table, at, old, -1)
        relief -= owed(table, at, old)
        for c in range(table.ptr[o], table.ptr[o + 1]):
            at.work[0] += 1
            value = gain + table.cost[c] - table.cost[old] - relief
            if gain + at.priced[c] - at.priced[old] > level[_BREADTH, 0]:
                break
            if c == old or value >= 0:
                continue
            if uses(table, at, c, s):
                continue
            value += missing_minor(table, at, c)
            if value >= 0 or (count == _BREADTH and value >= level[count - 1, 0]):
                continue
            count = min(count + 1, _BREADTH)
            row = count - 1
            while row > 0 and level[row - 1, 0] > value:
                level[row] = level[row - 1]
                row -= 1
            level[row, 0], level[row, 1], level[row, 2] = value, o, c
        used(table, at, old, 1)
    return count


@compiled
def chained(table: Any, at: Any, o: int, c: int, deepest: int, credit: int, levels: Any, movers: Any) -> Any:
    """Put order o on column c and others off what it takes; what that saves, 0 where nothing did and all is as before.

    `movers` rows: order, the column it had. `levels` is scratch; `credit` is how far priced costs are followed.
    """
    counts, tried = np.zeros(_DEPTH, np.int64), np.zeros(_DEPTH, np.int64)
    depth, gain = 0, moved_to(table, at, o, c, movers, 0)
    fresh = True
    while depth >= 0:
        if fresh:
            s = overdrawn(table, at, movers[:, 0], depth)
            if s < 0 and gain < 0:
                for t in range(depth + 1):
                    at.marked[movers[t, 0]] = 0
                return gain
            counts[depth], tried[depth] = 0, 0
            if s >= 0 and depth + 1 < deepest:
                debt: Any = np.int64(0)
                for t in range(depth + 1):
                    debt += owed(table, at, at.chosen[movers[t, 0]])
                levels[depth, _BREADTH, 0] = credit
                counts[depth] = leavers(table, at, s, gain + debt, levels[depth])
            fresh = False
        if tried[depth] < counts[depth]:
            o, c = levels[depth, tried[depth], 1], levels[depth, tried[depth], 2]
            tried[depth] += 1
            depth += 1
            gain += moved_to(table, at, o, c, movers, depth)
            fresh = True
        else:
            o, old = movers[depth, 0], movers[depth, 1]
            gain -= table.cost[at.chosen[o]] - table.cost[old]
            changed(table, at, o, old)
            at.marked[o] = 0
            depth -= 1
    return 0


@compiled
def improved(table: Any, at: Any, turns: Any, deepest: int, credit: int, most_work: int) -> Any:
    """Chains from every order to each column that might save something; what all of them saved."""
    levels, movers = np.zeros((_DEPTH, _BREADTH + 1, 3), np.int64), np.zeros((_DEPTH, 2), np.int64)
    total: Any = np.int64(0)
    limit = at.work[0] + most_work
    for o in turns:
        if at.work[0] > limit:
            break
        tried = 0
        for c in range(table.ptr[o], table.ptr[o + 1]):
            old = at.chosen[o]
            if at.priced[c] >= at.priced[old] + credit or tried >= 10:
                break
            at.work[0] += 1
            if c == old:
                continue
            used(table, at, old, -1)
            value = table.cost[c] - table.cost[old] + missing_minor(table, at, c)
            used(table, at, old, 1)
            if value < 0:
                tried += 1
                saved = chained(table, at, o, c, deepest, credit, levels, movers)
                total += saved
                if saved < 0:
                    break
    return total


@compiled
def taken_back(table: Any, at: Any, seed: int, wanted: int, group: Any) -> Any:
    """A group around an order: users of what members would rather have. Marked; how many."""
    group[0], size, tries = seed, 1, 0
    at.marked[seed] = 1
    while size < wanted and tries < 3 * wanted:
        tries += 1
        o = group[below(at.dice, size)]
        luck = share(at.dice)
        c = table.ptr[o] + np.int64(luck * luck * (table.ptr[o + 1] - table.ptr[o]))
        if c == at.chosen[o]:
            continue
        for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
            s = at.use_scarce[u]
            if at.free[s] >= at.use_units[u] or size >= wanted or at.head[s] < 0:
                continue
            length, slot = 0, at.head[s]
            while slot >= 0 and length < _FEW:
                length, slot = length + 1, at.after[slot]
            slot = at.head[s]
            for _ in range(below(at.dice, length)):
                slot = at.after[slot]
            if not at.marked[at.slot_owner[slot]]:
                group[size] = at.slot_owner[slot]
                at.marked[group[size]] = 1
                size += 1
    return size


@inlined
def chosen_anew(table: Any, at: Any, o: int, by_cost: bool, blink: float) -> Any:
    """What order o takes of what is free: its best at prices, or its cheapest; now and then it overlooks one."""
    best, least = at.idle[o], table.cost[at.idle[o]]
    for c in range(table.ptr[o], table.ptr[o + 1]):
        at.work[0] += 1
        if by_cost and table.cost[c] >= least:
            continue
        if fits(table, at, c) and share(at.dice) > blink:
            best, least = c, table.cost[c]
            if not by_cost:
                break
    return best


@compiled
def recreated(table: Any, at: Any, seeds: Any, moves: int, warm: float, cool: float, most: int) -> Any:
    """So many groups taken back and chosen anew, losses taken by temperatures from warm to cool; the change in cost."""
    group, old = np.zeros(_MOST_TAKEN, np.int64), np.zeros(_MOST_TAKEN, np.int64)
    new = np.zeros(_MOST_TAKEN, np.int64)
    heat = warm
    total: Any = np.int64(0)
    for turn in range(moves):
        if turn % 256 == 0:
            heat = warm * (cool * np.reciprocal(1.0 * warm)) ** (turn * np.reciprocal(1.0 * moves))
        size = taken_back(table, at, seeds[below(at.dice, len(seeds))], 2 + below(at.dice, most - 1), group)
        for t in range(size - 1, 0, -1):
            other = below(at.dice, t + 1)
            group[t], group[other] = group[other], group[t]
        change: Any = np.int64(0)
        for t in range(size):
            old[t] = at.chosen[group[t]]
            change -= table.cost[old[t]]
            used(table, at, old[t], -1)
        by_cost = below(at.dice, 4) == 0
        for t in range(size):
            new[t] = chosen_anew(table, at, group[t], by_cost, 0.05)
            change += table.cost[new[t]]
            used(table, at, new[t], 1)
        if change > -heat * np.log(share(at.dice)):
            for t in range(size):
                used(table, at, new[t], -1)
                used(table, at, old[t], 1)
            change = 0
        else:
            for t in range(size):
                unlisted(table, at, group[t])
                at.chosen[group[t]] = new[t]
                listed(table, at, group[t])
        total += change
        for t in range(size):
            at.marked[group[t]] = 0
    return total
