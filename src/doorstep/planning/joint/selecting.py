"""The compiled choice of one column per order: in turn, then by chains of moves, then by taking back and choosing anew.

Chains are ejection chains (F. Glover, Discrete Applied Mathematics 65 (1996)): an order moves to a column for which
something is missing, an order that has it moves away, and so on, while the whole still gains, what is missing counted
at its price. Taking back a few orders that want the same and choosing anew (G. Schrimpf et al., Journal of
Computational Physics 159 (2000)) takes a loss now and then, less and less of it. The same seed gives the same plan.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from doorstep.planning.joint.compiling import compiled, inlined
from doorstep.planning.joint.dice import below, share

_FAR = 1 << 60
_DEPTH = 12
_BREADTH = 4
_MOST_USERS = 20
_MOST_TAKEN = 32
_FEW = 64


class Standing(NamedTuple):
    """A selection and what it leaves. Uses of the chosen columns stand in lists by what is scarce."""

    chosen: Any  # column of each order
    free: Any
    use_scarce: Any  # by use
    use_units: Any
    priced: Any  # columns' costs at the prices of claims: each order's ascending
    worth: Any  # of a unit of everything scarce
    idle: Any  # the column of each order that uses nothing
    slot: Any  # first slot of each order
    slot_owner: Any
    slot_scarce: Any
    after: Any  # next and previous slot of the same scarce
    before: Any
    head: Any
    marked: Any
    ready_ptr: Any  # of what is priced by the unit: the orders that use it, those first that leave it at the least cost
    ready: Any
    ready_from: Any  # how far these lists were looked at
    work: Any  # looks at a column so far
    dice: Any


@inlined
def used(table: Any, at: Any, c: int, sign: int) -> None:
    for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
        at.free[at.use_scarce[u]] -= sign * at.use_units[u]


@inlined
def listed(table: Any, at: Any, o: int) -> None:
    slot, c = at.slot[o], at.chosen[o]
    for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
        s = at.use_scarce[u]
        at.slot_owner[slot], at.slot_scarce[slot] = o, s
        at.after[slot], at.before[slot] = at.head[s], -1
        if at.head[s] >= 0:
            at.before[at.head[s]] = slot
        at.head[s] = slot
        slot += 1


@inlined
def unlisted(table: Any, at: Any, o: int) -> None:
    slot, c = at.slot[o], at.chosen[o]
    for _ in range(table.use_ptr[c], table.use_ptr[c + 1]):
        before, after = at.before[slot], at.after[slot]
        if before >= 0:
            at.after[before] = after
        else:
            at.head[at.slot_scarce[slot]] = after
        if after >= 0:
            at.before[after] = before
        slot += 1


@inlined
def changed(table: Any, at: Any, o: int, c: int) -> None:
    """Order o takes column c instead, whether or not it fits."""
    used(table, at, at.chosen[o], -1)
    unlisted(table, at, o)
    at.chosen[o] = c
    used(table, at, c, 1)
    listed(table, at, o)


@inlined
def fits(table: Any, at: Any, c: int) -> bool:
    there = True
    for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
        if at.free[at.use_scarce[u]] < at.use_units[u]:
            there = False
            break
    return there


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


@inlined
def missing_minor(table: Any, at: Any, c: int) -> Any:
    """What column c would miss, at its price."""
    total: Any = np.int64(0)
    for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
        s, units = at.use_scarce[u], at.use_units[u]
        if at.free[s] < units:
            total += (units - max(at.free[s], 0)) * at.worth[s]
    return total


@inlined
def owed(table: Any, at: Any, c: int) -> Any:
    """What column c, chosen, uses more of than there is, at its price."""
    total: Any = np.int64(0)
    for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
        total += max(-at.free[at.use_scarce[u]], 0) * at.worth[at.use_scarce[u]]
    return total


@inlined
def overdrawn(table: Any, at: Any, movers: Any, depth: int) -> Any:
    """Something that the moves so far use more of than there is; -1: nothing."""
    for t in range(depth, -1, -1):
        c = at.chosen[movers[t]]
        for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
            if at.free[at.use_scarce[u]] < 0:
                return at.use_scarce[u]
    return -1


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


@inlined
def uses(table: Any, at: Any, c: int, s: int) -> bool:
    found = False
    for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
        found = found or at.use_scarce[u] == s
    return found


@compiled
def unmoved(at: Any, s: int, found: Any) -> Any:
    """Orders that use s and have not moved, as many as `found` has room for."""
    count, slot = 0, at.head[s]
    while slot >= 0 and count < len(found):
        if not at.marked[at.slot_owner[slot]]:
            found[count] = at.slot_owner[slot]
            count += 1
        slot = at.after[slot]
    return count


@compiled
def users(table: Any, at: Any, s: int, found: Any) -> Any:
    """Some orders that use s and have not moved: of what is priced by the unit those that leave it most cheaply."""
    count, end = 0, at.ready_ptr[s + 1]
    if at.ready_ptr[s] == end:
        return unmoved(at, s, found)
    begin = at.ready_from[s]
    at.ready_from[s] = begin + 1 if begin + 1 < end else at.ready_ptr[s]
    for t in range(begin, end):
        o = at.ready[t]
        if uses(table, at, at.chosen[o], s) and not at.marked[o]:
            found[count] = o
            count += 1
            if count == _MOST_USERS:
                break
    return count


@compiled
def leavers(table: Any, at: Any, s: int, gain: int, level: Any) -> Any:
    """The best moves of users of s to columns without it, as (value, order, column) rows of level; how many.

    A value is what the chain then costs, what is missing counted at its price; only those below zero are taken.
    """
    count, found = 0, np.empty(_MOST_USERS, np.int64)
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
    depth, gain = 0, table.cost[c] - table.cost[at.chosen[o]]
    movers[0, 0], movers[0, 1] = o, at.chosen[o]
    changed(table, at, o, c)
    at.marked[o] = 1
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
            movers[depth, 0], movers[depth, 1] = o, at.chosen[o]
            gain += table.cost[c] - table.cost[at.chosen[o]]
            changed(table, at, o, c)
            at.marked[o] = 1
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
