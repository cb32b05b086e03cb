"""The tables that the compiled core reads, made by it from an order's plain numbers.

`goods`, one row per kind: length, width, height, weight, units wanted, which of the three sides may point up (bits 0 to
2), most grams it bears, bits of what it is, bits of what may not be with it. What comes out is told in `kernels`.
`bottom_up` puts the boxes of the core in order.
"""

from __future__ import annotations

import numpy as np

from doorstep.packing.compiling import Table, compiled
from doorstep.packing.kernels import AGAINST, BEARS, FIRST_TURN, OWN, TURNS, WEIGHT

KIND_COLUMNS = FIRST_TURN + 18
NOTIONS = 5
ALIKE = 20  # sides that differ by less than a twentieth
MOST_COMPARED = 64  # kinds compared each with each


@compiled
def kinds_of(goods: Table) -> Table:
    """One row per kind: what `kernels` says of `kinds`."""
    kinds = np.zeros((len(goods), KIND_COLUMNS), np.int64)
    for k in range(len(goods)):
        kinds[k, WEIGHT], kinds[k, BEARS] = goods[k, 3], goods[k, 6]
        kinds[k, OWN], kinds[k, AGAINST] = goods[k, 7], goods[k, 8]
        n = 0
        for up in range(2, -1, -1):
            if not goods[k, 5] >> up & 1:
                continue
            one, other, height = goods[k, (up + 1) % 3], goods[k, (up + 2) % 3], goods[k, up]
            for turned in range(2):
                length, width = (other, one) if turned else (one, other)
                known = False
                for t in range(FIRST_TURN, FIRST_TURN + 3 * n, 3):
                    known |= kinds[k, t] == length and kinds[k, t + 1] == width and kinds[k, t + 2] == height
                if not known:
                    t = FIRST_TURN + 3 * n
                    kinds[k, t], kinds[k, t + 1], kinds[k, t + 2] = length, width, height
                    n += 1
        kinds[k, TURNS] = n
    return kinds


@compiled
def rankings_of(goods: Table) -> Table:
    """Five notions of 'the difficult ones first'. What bears little comes last in all, as it ends up on top."""
    n = len(goods)
    keys = np.empty((NOTIONS, n), np.int64)
    tender = False
    for k in range(n):
        a, b, c = goods[k, 0], goods[k, 1], goods[k, 2]
        short, long = min(a, b, c), max(a, b, c)
        middle = a + b + c - short - long
        tender |= goods[k, 6] != goods[0, 6]
        keys[0, k] = a * b * c << 15 | long
        keys[1, k] = long << 45 | a * b * c
        keys[2, k] = middle * long << 15 | short
        keys[3, k] = middle << 15 | long
        keys[4, k] = short << 45 | a * b * c
    ranked = np.empty((NOTIONS, n), np.int64)
    for notion in range(NOTIONS):
        ranked[notion] = np.argsort(-keys[notion], kind="mergesort")
        if tender:
            bears = np.empty(n, np.int64)
            for place in range(n):
                bears[place] = -goods[ranked[notion, place], 6]
            ranked[notion] = ranked[notion][np.argsort(bears, kind="mergesort")]
    return ranked


@compiled
def fits_of(kinds: Table, rooms: Table) -> Table:
    """Row k, column c: whether one unit of kind k goes into carton c."""
    fits = np.zeros((len(kinds), len(rooms)), np.int64)
    for k in range(len(kinds)):
        for c in range(len(rooms)):
            for t in range(FIRST_TURN, FIRST_TURN + 3 * kinds[k, TURNS], 3):
                if kinds[k, t] <= rooms[c, 0] and kinds[k, t + 1] <= rooms[c, 1] and kinds[k, t + 2] <= rooms[c, 2]:
                    fits[k, c] = kinds[k, WEIGHT] <= rooms[c, 3]
                    break
    return fits


@compiled
def alike_of(goods: Table) -> int:
    """The most goods with nearly the same two longer sides, such as books of one format: percent of all volume."""
    n = min(len(goods), MOST_COMPARED)
    sides = np.empty((n, 2), np.int64)
    volumes = np.empty(n, np.int64)
    for k in range(n):
        a, b, c = goods[k, 0], goods[k, 1], goods[k, 2]
        sides[k, 0] = max(a, b, c)
        sides[k, 1] = a + b + c - sides[k, 0] - min(a, b, c)
        volumes[k] = a * b * c * goods[k, 4]
    most = 0
    for k in range(n):
        alike = 0
        for other in range(n):
            long, middle = abs(sides[k, 0] - sides[other, 0]), abs(sides[k, 1] - sides[other, 1])
            if long * ALIKE <= sides[k, 0] and middle * ALIKE <= sides[k, 1]:
                alike += volumes[other]
        most = max(most, alike)
    return int(most // max(volumes.sum() // 100, 1))


@compiled
def tables_of(goods: Table, rooms: Table) -> tuple[int, Table, Table, Table]:
    """(alike, kinds, ranked, fits) of an order."""
    kinds = kinds_of(goods)
    return alike_of(goods), kinds, rankings_of(goods), fits_of(kinds, rooms)


@compiled
def bottom_up(boxes: Table) -> Table:
    """Kind, near corner and sides of each box, the lowest first, then from the front and from the left."""
    placed = len(boxes)
    rows = np.empty((placed, 7), np.int64)
    for b in range(placed):
        at = b
        while at > 0 and _is_before(boxes[b], rows[at - 1]):
            rows[at] = rows[at - 1]
            at -= 1
        rows[at, 0] = boxes[b, 6]
        for axis in range(3):
            rows[at, 1 + axis] = boxes[b, axis]
            rows[at, 4 + axis] = boxes[b, axis + 3] - boxes[b, axis]
    return rows


@compiled
def _is_before(box: Table, row: Table) -> bool:
    if box[2] != row[3]:
        return bool(box[2] < row[3])
    if box[1] != row[2]:
        return bool(box[1] < row[2])
    return bool(box[0] < row[1])
