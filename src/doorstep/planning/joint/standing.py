"""A selection as the joint plan searches it, what it leaves, and one order's move within it (compiled)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from doorstep.planning.joint.compiling import compiled, inlined

MOST_USERS = 20


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
def moved_to(table: Any, at: Any, o: int, c: int, movers: Any, depth: int) -> Any:
    """The same as one of several moves, noted in `movers`; what it costs."""
    old = at.chosen[o]
    movers[depth, 0], movers[depth, 1] = o, old
    changed(table, at, o, c)
    at.marked[o] = 1
    return table.cost[c] - table.cost[old]


@inlined
def fits(table: Any, at: Any, c: int) -> bool:
    there = True
    for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
        if at.free[at.use_scarce[u]] < at.use_units[u]:
            there = False
            break
    return there


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
            if count == MOST_USERS:
                break
    return count
