"""The compiled core of pallets and trailers: units put one after another where they can stand, by the rules of both.

A unit stands where nothing is in its way, enough of its base rests on the floor or on units, its middle is over what
holds it, whatever is beneath it bears it, and its layer is not too heavy. In a trailer it is also put in from the
door, past everything that is there already.

Tables, all int64 but `dead`:

- `kinds`, a row per kind of goods: weight, most on top (NO_LIMIT: anything, -1: nothing), number of turns, then three
  sizes for each of up to six turns;
- `sequence`: the units in the order in which to place them, each its kind, plus ONE_TURN * (1 + t) where only the
  turn t will do; `clash[a, b]`: not both in one load;
- `rules`: see the names of its columns; the floor is the part of the room's base that holds goods;
- `boxes`: near corner, far corner, kind, weight; `caps`: what may still come to stand on a box, by all beneath it;
- `edges`, rows of (number of bearers, bearers) per box; `dead[corner, kind]`: no turn will ever do there.

Work is counted in looks: one corner with one turn for one unit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorstep.packing.compiling import Table, compiled

WEIGHT, MOST_ON_TOP, TURNS, FIRST_TURN = 0, 1, 2, 3
LENGTH, WIDTH, HEIGHT, FLOOR_X, FLOOR_Y, FLOOR_FAR_X, FLOOR_FAR_Y = range(7)
MOST_G, LAYER_G, SUPPORT, FROM_THE_DOOR = range(7, 11)
NO_LIMIT = 1 << 50
ONE_TURN = 1 << 20
RULES = 8  # ways to say which corner is best, see _score
FAR = 1 << 15  # more than any side in millimetres, so that sides can be digits of one number
WORST = 1 << 62
MOST_BEARERS = 31
STANDS, NOT_NOW, NEVER = 0, 1, 2

Flags = NDArray[np.bool_]


@compiled
def _score(rule: int, x: int, y: int, z: int, far_x: int, far_y: int, far_z: int) -> int:
    """Smaller is better; never falls with the far corner, so that a corner's own score is a bound for all turns."""
    if rule == 0:
        return ((z * FAR + x) * FAR + y) * FAR + far_z
    if rule == 1:
        return ((far_z * FAR + x) * FAR + y) * FAR + far_x
    if rule == 2:
        return ((z * FAR + y) * FAR + x) * FAR + far_y
    if rule == 3:
        return ((far_z * FAR + far_y) * FAR + far_x) * FAR
    if rule == 4:
        return ((far_x * FAR + z) * FAR + y) * FAR + x
    if rule == 5:
        return ((x * FAR + z) * FAR + y) * FAR + far_x
    if rule == 6:
        return ((x * FAR + y) * FAR + z) * FAR + far_x
    return ((far_x * FAR + y) * FAR + z) * FAR + far_y


@compiled
def _on_floor(x: int, y: int, far_x: int, far_y: int, rules: Table) -> tuple[int, int]:
    """What the floor holds of a base, and the quadrants about its middle that it holds."""
    shared_x = min(far_x, rules[FLOOR_FAR_X]) - max(x, rules[FLOOR_X])
    shared_y = min(far_y, rules[FLOOR_FAR_Y]) - max(y, rules[FLOOR_Y])
    if shared_x <= 0 or shared_y <= 0:
        return 0, 0
    corners = _quadrants(rules[FLOOR_X], rules[FLOOR_Y], rules[FLOOR_FAR_X], rules[FLOOR_FAR_Y], x, y, far_x, far_y)
    return shared_x * shared_y, corners


@compiled
def _looked(
    boxes: Table, caps: Table, placed: int, x: int, y: int, z: int, far_x: int, far_y: int, far_z: int,
    weight: int, rules: Table,
) -> int:  # fmt: skip
    """STANDS, NOT_NOW (what comes later may hold it) or NEVER."""
    if far_x > rules[LENGTH] or far_y > rules[WIDTH] or far_z > rules[HEIGHT]:
        return NEVER
    held, layer, bearers, corners = 0, weight, 0, 0
    for b in range(placed):
        if boxes[b, 2] == z:
            layer += boxes[b, 7]
        shared_y = min(far_y, boxes[b, 4]) - max(y, boxes[b, 1])
        if shared_y <= 0:
            continue
        if rules[FROM_THE_DOOR] and boxes[b, 0] >= far_x:
            return NEVER
        shared_x = min(far_x, boxes[b, 3]) - max(x, boxes[b, 0])
        if shared_x <= 0 or boxes[b, 5] < z:
            continue
        if (boxes[b, 5] == z and caps[b] < weight) or (
            boxes[b, 5] > z and (boxes[b, 2] <= far_z or rules[FROM_THE_DOOR])
        ):
            return NEVER
        if boxes[b, 5] > z:
            continue
        held += shared_x * shared_y
        bearers += 1
        corners |= _quadrants(boxes[b, 0], boxes[b, 1], boxes[b, 3], boxes[b, 4], x, y, far_x, far_y)
    if layer > rules[LAYER_G] or bearers > MOST_BEARERS:
        return NEVER
    if z == 0:
        held, corners = _on_floor(x, y, far_x, far_y, rules)
    if corners != 15 or held * 100 < rules[SUPPORT] * (far_x - x) * (far_y - y):
        return NEVER if z == 0 else NOT_NOW
    return STANDS


@compiled
def _quadrants(low_x: int, low_y: int, high_x: int, high_y: int, x: int, y: int, far_x: int, far_y: int) -> int:
    """In which quadrants about the middle of a base what holds it has a corner; all four hold the middle."""
    low_x, low_y, high_x, high_y = max(low_x, x), max(low_y, y), min(high_x, far_x), min(high_y, far_y)
    west, south = 2 * low_x <= x + far_x, 2 * low_y <= y + far_y
    east, north = 2 * high_x >= x + far_x, 2 * high_y >= y + far_y
    return (west and south) * 1 + (east and south) * 2 + (west and north) * 4 + (east and north) * 8


@compiled
def _best_place(
    kind: int, only: int, kinds: Table, boxes: Table, caps: Table, placed: int, corners: Table, dead: Flags,
    n_corners: int, rules: Table, rule: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Corner and turn with the best score among those where a unit can stand, or (-1, -1); and looks taken."""
    best, best_corner, best_turn, looks = WORST, -1, -1, 0
    row = kinds[kind]
    for corner in range(n_corners):
        if dead[corner, kind]:
            continue
        x, y, z = corners[corner, 0], corners[corner, 1], corners[corner, 2]
        if _score(rule, x, y, z, x, y, z) >= best:
            continue
        never = only < 0
        for turn in range(max(only, 0), row[TURNS] if only < 0 else only + 1):
            size = FIRST_TURN + 3 * turn
            far_x, far_y, far_z = x + row[size], y + row[size + 1], z + row[size + 2]
            score = _score(rule, x, y, z, far_x, far_y, far_z)
            if score >= best:
                never = False
                continue
            looks += 1
            told = _looked(boxes, caps, placed, x, y, z, far_x, far_y, far_z, row[WEIGHT], rules)
            if told != NEVER:
                never = False
            if told == STANDS:
                best, best_corner, best_turn = score, corner, turn
        if never:
            dead[corner, kind] = True
    return best_corner, best_turn, looks


@compiled
def _pushed(boxes: Table, placed: int, x: int, y: int, z: int, axis: int) -> int:
    """How far a corner goes back along an axis until it meets something."""
    at = 0
    for b in range(placed):
        box = boxes[b]
        if axis == 0:
            meets = box[1] <= y < box[4] and box[2] <= z < box[5] and box[3] <= x
            at = max(at, box[3]) if meets else at
        elif axis == 1:
            meets = box[0] <= x < box[3] and box[2] <= z < box[5] and box[4] <= y
            at = max(at, box[4]) if meets else at
        else:
            meets = box[0] <= x < box[3] and box[1] <= y < box[4] and box[5] <= z
            at = max(at, box[5]) if meets else at
    return at


@compiled
def _add(corners: Table, dead: Flags, n: int, x: int, y: int, z: int, rules: Table) -> int:
    if x >= rules[LENGTH] or y >= rules[WIDTH] or z >= rules[HEIGHT] or n == len(corners):
        return n
    for c in range(n):
        if corners[c, 0] == x and corners[c, 1] == y and corners[c, 2] == z:
            return n
    corners[n, 0], corners[n, 1], corners[n, 2] = x, y, z
    for k in range(dead.shape[1]):
        dead[n, k] = False
    return n + 1


@compiled
def _offer(boxes: Table, placed: int, corners: Table, dead: Flags, n: int, rules: Table) -> int:
    """Take away the corners that the last box covers, and add those it offers; returns how many there are."""
    box = boxes[placed - 1]
    x, y, z, far_x, far_y, far_z = box[0], box[1], box[2], box[3], box[4], box[5]
    kept = 0
    for c in range(n):
        a, b, h = corners[c, 0], corners[c, 1], corners[c, 2]
        if x <= a < far_x and y <= b < far_y and z <= h < far_z:
            continue
        if kept != c:
            corners[kept, 0], corners[kept, 1], corners[kept, 2] = a, b, h
            for k in range(dead.shape[1]):
                dead[kept, k] = dead[c, k]
        kept += 1
    n = kept
    if rules[FROM_THE_DOOR]:
        n = _add(corners, dead, n, far_x, 0, 0, rules)
    n = _add(corners, dead, n, far_x, y, z, rules)
    n = _add(corners, dead, n, x, far_y, z, rules)
    n = _add(corners, dead, n, x, y, far_z, rules)
    n = _add(corners, dead, n, far_x, _pushed(boxes, placed, far_x, y, z, 1), z, rules)
    n = _add(corners, dead, n, far_x, y, _pushed(boxes, placed, far_x, y, z, 2), rules)
    n = _add(corners, dead, n, _pushed(boxes, placed, x, far_y, z, 0), far_y, z, rules)
    n = _add(corners, dead, n, x, far_y, _pushed(boxes, placed, x, far_y, z, 2), rules)
    n = _add(corners, dead, n, _pushed(boxes, placed, x, y, far_z, 0), y, far_z, rules)
    return _add(corners, dead, n, x, _pushed(boxes, placed, x, y, far_z, 1), far_z, rules)


@compiled
def _note(boxes: Table, caps: Table, loads: Table, edges: Table, limits: Table, placed: int, marks: Table) -> None:
    """A box was put last: what is beneath it bears it from now on."""
    new = boxes[placed - 1]
    edges[placed - 1, 0] = 0
    for b in range(placed):
        marks[b] = 0
    for b in range(placed - 1):
        if boxes[b, 5] == new[2] and (
            min(new[3], boxes[b, 3]) > max(new[0], boxes[b, 0]) and min(new[4], boxes[b, 4]) > max(new[1], boxes[b, 1])
        ):
            edges[placed - 1, 0] += 1
            edges[placed - 1, edges[placed - 1, 0]] = b
            marks[b] = 1
    loads[placed - 1] = 0
    # Bearers come before what they bear: from the last to the first, then back.
    for b in range(placed - 2, -1, -1):
        if marks[b]:
            loads[b] += new[7]
            for e in range(1, edges[b, 0] + 1):
                marks[edges[b, e]] = 1
    for b in range(placed):
        cap = limits[boxes[b, 6]] - loads[b] if limits[boxes[b, 6]] >= 0 else -1
        for e in range(1, edges[b, 0] + 1):
            cap = min(cap, caps[edges[b, e]])
        caps[b] = cap


@compiled
def fill(
    fixed: Table, sequence: Table, kinds: Table, clash: Flags, rules: Table, rule: int
) -> tuple[Table, Table, int, int]:
    """(boxes, places in the sequence that were left, fixed boxes that stand, work).

    The fixed boxes are put first, each where it says; one that cannot stand there is missing in the boxes, and so are
    all after it.
    """
    units = len(fixed) + len(sequence)
    boxes = np.empty((units, 8), np.int64)
    caps, loads, marks = np.empty(units, np.int64), np.empty(units, np.int64), np.empty(units, np.int64)
    edges = np.empty((units, MOST_BEARERS + 1), np.int64)
    corners = np.empty((10 * units + 8, 3), np.int64)
    dead = np.empty((10 * units + 8, len(kinds)), np.bool_)
    limits = kinds[:, MOST_ON_TOP].copy()
    bears = limits.min() < NO_LIMIT
    banned = np.zeros(len(kinds), np.bool_)
    left = np.empty(len(sequence), np.int64)
    n = placed = n_left = work = weight = 0
    for x in (0, rules[FLOOR_X]):
        for y in (0, rules[FLOOR_Y]):
            n = _add(corners, dead, n, x, y, 0, rules)
    for f in range(len(fixed)):
        box, kind = fixed[f], fixed[f, 6]
        grams = kinds[kind, WEIGHT]
        work += 1
        if banned[kind] or weight + grams > rules[MOST_G]:
            break
        if _looked(boxes, caps, placed, box[0], box[1], box[2], box[3], box[4], box[5], grams, rules) != STANDS:
            break
        for i in range(7):
            boxes[placed, i] = box[i]
        boxes[placed, 7] = grams
        placed, weight = placed + 1, weight + grams
        n = _settle(boxes, caps, loads, edges, limits, placed, marks, corners, dead, n, rules, bears)
        _ban(banned, clash, kind)
    stand = placed
    hopeless = -1
    for s in range(len(sequence)):
        kind, only = sequence[s] % ONE_TURN, sequence[s] // ONE_TURN - 1
        corner = turn = -1
        if sequence[s] != hopeless and not banned[kind] and weight + kinds[kind, WEIGHT] <= rules[MOST_G]:
            corner, turn, looks = _best_place(kind, only, kinds, boxes, caps, placed, corners, dead, n, rules, rule)
            work += looks + 1
        if corner < 0:
            hopeless = sequence[s]
            left[n_left] = s
            n_left += 1
            continue
        hopeless = -1
        for i in range(3):
            boxes[placed, i] = corners[corner, i]
            boxes[placed, 3 + i] = corners[corner, i] + kinds[kind, FIRST_TURN + 3 * turn + i]
        boxes[placed, 6], boxes[placed, 7] = kind, kinds[kind, WEIGHT]
        placed, weight = placed + 1, weight + kinds[kind, WEIGHT]
        n = _settle(boxes, caps, loads, edges, limits, placed, marks, corners, dead, n, rules, bears)
        _ban(banned, clash, kind)
    return boxes[:placed], left[:n_left], stand, work


@compiled
def _settle(
    boxes: Table, caps: Table, loads: Table, edges: Table, limits: Table, placed: int, marks: Table,
    corners: Table, dead: Flags, n: int, rules: Table, bears: bool,
) -> int:  # fmt: skip
    if bears:
        _note(boxes, caps, loads, edges, limits, placed, marks)
    else:
        caps[placed - 1] = NO_LIMIT
    return _offer(boxes, placed, corners, dead, n, rules)


@compiled
def _ban(banned: Flags, clash: Flags, kind: int) -> None:
    for other in range(len(banned)):
        if clash[kind, other]:
            banned[other] = True
