"""What no packing can do, told from measures alone and compiled. The tables are those of `kernels`."""

from __future__ import annotations

import numpy as np

from doorstep.packing.compiling import Table, compiled
from doorstep.packing.kernels import FIRST_TURN, TURNS, WORST

MOST_COMPARED = 64  # kinds compared each with each


@compiled
def is_hopeless(kinds: Table, pool: Table, room: Table) -> bool:
    """Whether no packing can put the pool into the room, each unit of which it takes by itself.

    Either two units do not fit in beside one another along any axis. Or the volumes add up to too much, when a unit
    beside which nothing else finds room along an axis is counted as long as the room there: two such units share no
    point even so, since along an axis where one is that long they cannot be beside one another.
    """
    least, first, second = _least_sides(kinds, pool, room)
    if _some_two_clash(pool, room, least):
        return True
    volume = 0
    for k in range(len(pool)):
        if not pool[k]:
            continue
        taken = WORST
        for t in range(FIRST_TURN, FIRST_TURN + 3 * kinds[k, TURNS], 3):
            if kinds[k, t] <= room[0] and kinds[k, t + 1] <= room[1] and kinds[k, t + 2] <= room[2]:
                size = 1
                for axis in range(3):
                    others = second[axis] if least[k, axis] == first[axis] and pool[k] == 1 else first[axis]
                    side = kinds[k, t + axis]
                    size *= room[axis] if side + others > room[axis] else side
                taken = min(taken, size)
        volume += taken * pool[k]
    return bool(volume > room[0] * room[1] * room[2])


@compiled
def _least_sides(kinds: Table, pool: Table, room: Table) -> tuple[Table, Table, Table]:
    """The least a unit of each kind measures along each axis, in turns that fit; of all units the least and next."""
    least = np.full((len(pool), 3), WORST)
    first, second = np.full(3, WORST), np.full(3, WORST)
    for k in range(len(pool)):
        if not pool[k]:
            continue
        for t in range(FIRST_TURN, FIRST_TURN + 3 * kinds[k, TURNS], 3):
            if kinds[k, t] <= room[0] and kinds[k, t + 1] <= room[1] and kinds[k, t + 2] <= room[2]:
                for axis in range(3):
                    least[k, axis] = min(least[k, axis], kinds[k, t + axis])
        for axis in range(3):
            side = least[k, axis]
            if side < first[axis]:
                first[axis], second[axis] = side, side if pool[k] > 1 else first[axis]
            elif side < second[axis]:
                second[axis] = side
    return least, first, second


@compiled
def _some_two_clash(pool: Table, room: Table, least: Table) -> bool:
    """Whether there are two units that cannot be beside one another along any axis."""
    for k in range(min(len(pool), MOST_COMPARED)):
        for other in range(k + 1):
            if pool[k] and pool[other] and (k != other or pool[k] > 1):
                beside = False
                for axis in range(3):
                    beside |= least[k, axis] + least[other, axis] <= room[axis]
                if not beside:
                    return True
    return False
