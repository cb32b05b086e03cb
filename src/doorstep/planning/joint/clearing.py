"""Room made for one order by up to 63 others (compiled): a chain moves a few, a truckload needs dozens.

Whoever uses what the order misses and loses least for what it frees goes to its cheapest way that is free, one after
the other, while the whole still gains: ruin and recreate (G. Schrimpf et al., Journal of Computational Physics 159
(2000)) with the ruin aimed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from doorstep.planning.joint.compiling import compiled, inlined
from doorstep.planning.joint.standing import (
    changed,
    missing_minor,
    moved_to,
    overdrawn,
    owed,
    unmoved,
    used,
    users,
    uses,
)

_MOST_MOVED = 64  # with the order for which room is made
_MOST_USERS = 200
_MOST_WANTED = 8


@inlined
def _way_out(table: Any, at: Any, o: int, s: int, dear: int) -> Any:
    """The best column of order o, taken back, without s, and what it costs with what it misses at `dear` prices."""
    best, least = -1, np.int64(1) << 62
    for c in range(table.ptr[o], table.ptr[o + 1]):
        at.work[0] += 1
        if table.cost[c] >= least or c == at.idle[o] or uses(table, at, c, s):
            continue
        value = table.cost[c] + dear * missing_minor(table, at, c)
        if value < least:
            best, least = c, value
    return best, least


@inlined
def _units(table: Any, at: Any, c: int, s: int) -> Any:
    units: Any = np.int64(0)
    for u in range(table.use_ptr[c], table.use_ptr[c + 1]):
        if at.use_scarce[u] == s:
            units += at.use_units[u]
    return units


@compiled
def _goes(table: Any, at: Any, s: int, most: int, dear: int) -> Any:
    """Of those that use s the order that loses least for a unit, with the column it goes to; -1 where each loses more
    than `most` altogether."""
    order, column = -1, -1
    least = np.inf
    found = np.empty(_MOST_USERS, np.int64)
    very_many = at.ready_ptr[s + 1] - at.ready_ptr[s] >= _MOST_USERS  # then those that leave it most cheaply
    for o in found[: users(table, at, s, found) if very_many else unmoved(at, s, found)]:
        old = at.chosen[o]
        relief = owed(table, at, old)
        used(table, at, old, -1)
        relief -= owed(table, at, old)
        c, value = _way_out(table, at, o, s, dear)
        used(table, at, old, 1)
        if c < 0:
            continue
        loss = value - table.cost[old] - relief
        freed = min(_units(table, at, old, s), -at.free[s])
        if loss < most and loss * np.reciprocal(1.0 * freed) < least:
            order, column, least = o, c, loss * np.reciprocal(1.0 * freed)
    return order, column


@compiled
def _cleared(table: Any, at: Any, o: int, c: int, moved: Any, dear: int) -> Any:
    """Put order o on column c and others off what is missed; what that saves, 0 where all is as before."""
    gain, count = moved_to(table, at, o, c, moved, 0), 1
    s = overdrawn(table, at, moved[:, 0], 0)
    while s >= 0 and count < _MOST_MOVED:
        debt: Any = np.int64(0)
        for t in range(count):
            debt += owed(table, at, at.chosen[moved[t, 0]])
        other, column = _goes(table, at, s, -gain - debt, dear)
        if other < 0:
            break
        gain += moved_to(table, at, other, column, moved, count)
        s = overdrawn(table, at, moved[:, 0], count)
        count += 1
    good = s < 0 and gain < 0
    for t in range(count - 1, -1, -1):
        at.marked[moved[t, 0]] = 0
        if not good:
            changed(table, at, moved[t, 0], moved[t, 1])
    return gain if good else 0


@compiled
def cleared(table: Any, at: Any, turns: Any, most_work: int, dear: int) -> Any:
    """Room made for every order on columns that are cheaper, at prices too; what all that saved.

    Those who make room may miss something in their turn, at `dear` times its price: others then make room for them.
    """
    moved = np.zeros((_MOST_MOVED, 2), np.int64)
    total: Any = np.int64(0)
    limit = at.work[0] + most_work
    for o in turns:
        if at.work[0] > limit:
            break
        tried = 0
        for c in range(table.ptr[o], table.ptr[o + 1]):
            if at.priced[c] >= at.priced[at.chosen[o]] or tried >= _MOST_WANTED:
                break
            if table.cost[c] < table.cost[at.chosen[o]]:
                tried += 1
                saved = _cleared(table, at, o, c, moved, dear)
                total += saved
                if saved < 0:
                    break
    return total
