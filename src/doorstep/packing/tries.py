"""Tries, compiled: the units of a pool in this sequence or that, into one carton or shared out over two.

The tables are those of `kernels`. A try places the units in some sequence by some rule; the first unit that finds no
place is brought forward, and the next try begins from there. Tries are numbered, and what a try does hangs on its
number, the carton and the seed alone.

Numba notices a change in `kernels` only when the text of this file changes too.
"""

from __future__ import annotations

import numpy as np

from doorstep.packing.compiling import Table, compiled
from doorstep.packing.kernels import COLUMNS, CORNER, WEIGHT, WORST, fill, volume_of
from doorstep.packing.spots import RULES

CHAIN = 96  # tries that learn from one another before the search begins again from a ranked row
Order = tuple[Table, Table, Table, Table, int, bool]  # kinds, ranked, fits, rooms, support percent, loads counted
Space = tuple[Table, Table, Table, Table, Table, Table, Table, Table]
"""Room to work in: units in sequence, those left over, the rest and where it stands, boxes, corners, cartons, ends."""
Worth = tuple[Table, Table, Table, Table]
"""Of cartons: which are cheapest, what each costs empty and with most volume in, and how much that is."""


@compiled
def _next_random(state: int) -> int:
    return state * 48271 % 2147483647


@compiled
def line_up(ranked: Table, notion: int, pool: Table, sequence: Table) -> int:
    """The pool's units in ranked order; returns how many."""
    units = 0
    for place in range(len(pool)):
        k = ranked[notion, place]
        for _ in range(pool[k]):
            sequence[units] = k
            units += 1
    return units


@compiled
def _bring_forward(sequence: Table, position: int, to: int) -> None:
    """A unit that found no place is placed earlier next time."""
    k = sequence[position]
    for i in range(position, to, -1):
        sequence[i] = sequence[i - 1]
    sequence[to] = k


@compiled
def _rule_of(start: int, random: int) -> int:
    """Each rule once, then any."""
    return start if start < RULES else random // 7 % RULES


@compiled
def hold(
    order: Order, pool: Table, c: int, first: int, end: int, seed: int, budget: int, space: Space
) -> tuple[bool, int]:
    """Tries `first` up to `end` to put the whole pool into carton c: (whether one did, work)."""
    kinds, ranked, _, rooms, support, counted = order
    sequence, left, _, _, boxes, corners, cartons, ends = space
    state = (seed * 7919 + first * 104729 + c * 31 + 12345) % 2147483646 + 1
    work = 0
    for number in range(first, end):
        if number == first or number % CHAIN == 0:
            line_up(ranked, number // CHAIN % len(ranked), pool, sequence)
        state = _next_random(state)
        placed, n_left, done = fill(
            sequence, len(sequence), kinds, rooms[c], support, counted, _rule_of(number, state), 0, budget - work,
            boxes, corners, left,
        )  # fmt: skip
        work += done
        if n_left == 0:
            cartons[0], ends[0] = c, placed
            return True, work
        if work >= budget:
            break
        state = _next_random(state)
        _bring_forward(sequence, left[0], state % (left[0] + 1))
    return False, work


@compiled
def _cost_at(worth: Worth, c: int, volume: int) -> int:
    """What carton c costs with so much volume in it, as reckoned."""
    _, empty, full, most = worth
    return int(empty[c] + (full[c] - empty[c]) * min(volume, most[c]) // most[c])


@compiled
def measured(kinds: Table, rest: Table, n: int) -> tuple[int, int]:
    """Volume and weight of the first n of a sequence."""
    volume = weight = 0
    for i in range(n):
        volume += volume_of(kinds, rest[i])
        weight += kinds[rest[i], WEIGHT]
    return volume, weight


@compiled
def _close(
    order: Order, worth: Worth, cost: int, below: int, most_full: int, rule: int, n: int, filled: int, budget: int,
    space: Space,
) -> tuple[int, int, int, int]:  # fmt: skip
    """The cheapest carton that takes all the rest: (it or -1, units put in, cost of all, work)."""
    kinds, _, fits, rooms, support, counted = order
    _, left, rest, _, boxes, corners, _, _ = space
    volume, weight = measured(kinds, rest, n)
    work = 0
    for d in worth[0]:
        if cost + worth[1][d] >= below or work >= budget:
            break
        total = cost + _cost_at(worth, d, volume)
        may = total < below and weight <= rooms[d, 3]
        may = may and volume <= rooms[d, 0] * rooms[d, 1] * rooms[d, 2] * most_full // 100
        for i in range(n if may else 0):
            if not fits[rest[i], d]:
                may = False
                break
        if not may:
            continue
        placed, n_left, done = fill(
            rest, n, kinds, rooms[d], support, counted, rule, 0, budget - work, boxes[filled:], corners, left
        )
        work += done
        if n_left == 0:
            return d, placed, total, work
    return -1, 0, 0, work


@compiled
def share(
    order: Order, worth: Worth, pool: Table, f: int, below: int, most_full: int, first: int, end: int, seed: int,
    budget: int, space: Space,
) -> tuple[int, int, int, int]:  # fmt: skip
    """Tries `first` up to `end` to share the pool out for less than `below`: (cartons or 0, their cost, try, work).

    One carton f after the other is filled until one of any kind takes what is left. None is tried for that with goods
    that would fill it to more than `most_full` percent.
    """
    kinds, ranked, _, rooms, support, counted = order
    sequence, left, rest, where, boxes, corners, cartons, ends = space
    cheapest, dense = worth[1][worth[0][0]], _densest(worth, rooms)
    state = (seed * 7919 + first * 104729 + f * 31 + 54321) % 2147483646 + 1
    work = 0
    for number in range(first, end):
        if number == first or number % CHAIN == 0:
            line_up(ranked, number // CHAIN % len(ranked), pool, sequence)
        state = _next_random(state)
        n = len(sequence)
        for i in range(n):
            rest[i], where[i] = sequence[i], i
        made = filled = cost = difficult = 0
        volume, _ = measured(kinds, rest, n)
        while made < len(cartons) - 1 and n and work < budget:
            placed, n_left, done = fill(
                rest, n, kinds, rooms[f], support, counted, _rule_of(number, state), WORST, budget - work,
                boxes[filled:], corners, left,
            )  # fmt: skip
            work += done
            if not placed:
                break
            filled += placed
            cartons[made], ends[made] = f, filled
            made += 1
            for i in range(n_left):
                rest[i], where[i] = rest[left[i]], where[left[i]]
            difficult = where[0] if n_left else difficult
            volume_left, _ = measured(kinds, rest, n_left)
            cost += _cost_at(worth, f, volume - volume_left)
            n, volume = n_left, volume_left
            room = rooms[dense, 0] * rooms[dense, 1] * rooms[dense, 2]
            if cost + max(cheapest, worth[1][dense] * volume // room) >= below or not n:
                break
            d, placed, total, done = _close(
                order, worth, cost, below, most_full, number % RULES, n, filled, budget - work, space
            )
            work += done
            if d >= 0:
                cartons[made], ends[made] = d, filled + placed
                return made + 1, total, number, work
        if not n and cost < below:
            return made, cost, number, work
        if work >= budget:
            break
        state = _next_random(state)
        _bring_forward(sequence, difficult, state % (difficult + 1))
    return 0, 0, -1, work


@compiled
def _densest(worth: Worth, rooms: Table) -> int:
    """The carton with most room for its cost."""
    best = 0
    for c in range(len(rooms)):
        room, most = rooms[c, 0] * rooms[c, 1] * rooms[c, 2], rooms[best, 0] * rooms[best, 1] * rooms[best, 2]
        if worth[1][c] * most < worth[1][best] * room:
            best = c
    return best


@compiled
def fill_most(order: Order, pool: Table, c: int, starts: int, seed: int, budget: int) -> tuple[int, int, Table]:
    """Put as much of the pool's volume into carton c as `starts` tries find: (volume, work, boxes)."""
    kinds, ranked, _, rooms, support, counted = order
    units = pool.sum()
    sequence = np.empty(units, np.int64)
    left = np.empty(units, np.int64)
    boxes = np.empty((units, COLUMNS), np.int64)
    corners = np.empty((7 * units + 1, CORNER), np.int64)
    most = boxes[:0].copy()
    most_volume = work = 0
    state = (seed * 7919 + 67890) % 2147483646 + 1
    for start in range(starts):
        if start % len(ranked) == start:
            line_up(ranked, start, pool, sequence)
        state = _next_random(state)
        placed, n_left, done = fill(
            sequence, units, kinds, rooms[c], support, counted, _rule_of(start, state), WORST, budget - work,
            boxes, corners, left,
        )  # fmt: skip
        work += done
        volume = 0
        for b in range(placed):
            volume += volume_of(kinds, boxes[b, 6])
        if volume > most_volume:
            most_volume, most = volume, boxes[:placed].copy()
        if n_left == 0 or work >= budget:
            break
        _bring_forward(sequence, left[0], left[0] // 2)
    return most_volume, work, most
