"""The compiled core: put units into one carton, or share them out over two, one corner at a time.

Nothing else in the room but `search` and `columns` needs numba or NumPy, and orders of up to two units never come here:
see `compiling` for what loading and compiling cost.

Tables, all int64:

- `kinds`, one row per kind of goods: weight, most grams it bears, bits of what it is, bits of what may not be with it,
  number of turns, then three sizes for each of up to six turns;
- `ranked`, rows of kinds in the order in which to place them, one row per notion of "the difficult ones first";
- `pool`, units wanted of each kind;
- `rooms`, one row per carton: inner length, width, height, most grams of content, whether loads are counted (0 or 1);
- `boxes`, what was placed: near corner, far corner, kind, whether it bears nothing, most grams it still bears, whether
  it bears what is looked at now (the last two where loads are counted).

Corners are extreme points (Crainic, Perboli and Tadei 2008): each placed unit offers its three outer corners, each
pushed back along one axis or another until it meets something. Work is counted in looks: one corner with one turn for
one unit.
"""

from __future__ import annotations

import numpy as np

from doorstep.packing.compiling import Table, compiled
from doorstep.packing.spots import BEARING, BORNE, RULES, contact, is_borne, score_of, stands

WEIGHT, BEARS, OWN, AGAINST, TURNS, FIRST_TURN = 0, 1, 2, 3, 4, 5
COUNTED, COLUMNS = 4, 10
WORST = 1 << 62
CHAIN = 96  # starts that learn from one another before the search begins again from a ranked row


@compiled
def _next_random(state: int) -> int:
    return state * 48271 % 2147483647


@compiled
def _best_place(
    kind: Table, boxes: Table, placed: int, corners: Table, n_corners: int, room: Table, support: int, rule: int
) -> tuple[int, int, int]:
    """Corner and turn with the best score among those where the unit can be, or (-1, -1); and looks taken."""
    best, best_corner, best_turn = WORST, -1, -1
    looks = 0
    by_contact = rule == RULES - 1
    for corner in range(n_corners):
        x, y, z = corners[corner, 0], corners[corner, 1], corners[corner, 2]
        if not by_contact and score_of(rule, x, y, z, x, y, z, room) >= best:
            continue
        looks += kind[TURNS]
        for turn in range(kind[TURNS]):
            size = FIRST_TURN + 3 * turn
            far_x, far_y, far_z = x + kind[size], y + kind[size + 1], z + kind[size + 2]
            if far_x > room[0] or far_y > room[1] or far_z > room[2]:
                continue
            score = -WORST if by_contact else score_of(rule, x, y, z, far_x, far_y, far_z, room)
            if score >= best or not stands(boxes, placed, x, y, z, far_x, far_y, far_z, kind[BEARS] == 0, support):
                continue
            if room[COUNTED] and not is_borne(boxes, placed, x, y, z, far_x, far_y, far_z, kind[WEIGHT]):
                continue
            if by_contact:
                score = z * 256 + (x + y) // 8 - contact(boxes, placed, x, y, z, far_x, far_y, far_z, room) * (1 << 22)
                if score >= best:
                    continue
            best, best_corner, best_turn = score, corner, turn
    return best_corner, best_turn, looks


@compiled
def _put(corners: Table, row: int, x: int, y: int, z: int) -> None:  # side by side: whole rows take seconds to compile
    corners[row, 0], corners[row, 1], corners[row, 2] = x, y, z


@compiled
def _uncovered(corners: Table, n_corners: int, box: Table) -> int:
    """Keep the corners that a placed unit does not cover; returns how many."""
    kept = 0
    for c in range(n_corners):
        x, y, z = corners[c, 0], corners[c, 1], corners[c, 2]
        if not (box[0] <= x < box[3] and box[1] <= y < box[4] and box[2] <= z < box[5]):
            _put(corners, kept, x, y, z)
            kept += 1
    return kept


@compiled
def _offer_corners(boxes: Table, placed: int, corners: Table, n_corners: int, room: Table) -> int:
    """Take the corners that the last unit covers away and add the seven that it offers; returns how many there are."""
    last = boxes[placed - 1]
    x, y, z, far_x, far_y, far_z = last[0], last[1], last[2], last[3], last[4], last[5]
    kept = _uncovered(corners, n_corners, last)
    right_y = right_z = behind_x = behind_z = above_x = above_y = 0
    for b in range(placed - 1):
        box = boxes[b]
        over_x, over_y, over_z = box[0] <= x < box[3], box[1] <= y < box[4], box[2] <= z < box[5]
        if box[0] <= far_x < box[3]:
            if over_z and box[4] <= y:
                right_y = max(right_y, box[4])
            if over_y and box[5] <= z:
                right_z = max(right_z, box[5])
        if box[1] <= far_y < box[4]:
            if over_z and box[3] <= x:
                behind_x = max(behind_x, box[3])
            if over_x and box[5] <= z:
                behind_z = max(behind_z, box[5])
        if box[2] <= far_z < box[5]:
            if over_y and box[3] <= x:
                above_x = max(above_x, box[3])
            if over_x and box[4] <= y:
                above_y = max(above_y, box[4])
    # A loop, since seven calls would be seven copies of the callee to compile. Pushed back, a corner on top may lose
    # its hold; the plain one, last, keeps it.
    for spot in (
        (far_x, right_y, z), (far_x, y, right_z), (behind_x, far_y, z), (x, far_y, behind_z),
        (above_x, y, far_z), (x, above_y, far_z), (x, y, far_z),
    ):  # fmt: skip
        kept = _offer(boxes, placed, corners, kept, room, *spot)
    return kept


@compiled
def _offer(boxes: Table, placed: int, corners: Table, n_corners: int, room: Table, x: int, y: int, z: int) -> int:
    """Add one corner unless it is outside, known, or inside a placed unit."""
    if x >= room[0] or y >= room[1] or z >= room[2]:
        return n_corners
    for c in range(n_corners):
        if corners[c, 0] == x and corners[c, 1] == y and corners[c, 2] == z:
            return n_corners
    for b in range(placed):
        box = boxes[b]
        if box[0] <= x < box[3] and box[1] <= y < box[4] and box[2] <= z < box[5]:
            return n_corners
    _put(corners, n_corners, x, y, z)
    return n_corners + 1


@compiled
def _fill(
    sequence: Table, units: int, kinds: Table, room: Table, support: int, rule: int, may_leave: int, budget: int,
    boxes: Table, corners: Table, left: Table,
) -> tuple[int, int, int]:  # fmt: skip
    """Place units in sequence; (placed, left over, work). Gives up when more volume than `may_leave` is left over.

    `left` gets the sequence positions of those left over. A kind that found no place is not tried again until
    another unit has been placed, since nothing has changed for it.
    """
    placed = n_left = weight = here = work = 0
    n_corners = 1
    _put(corners, 0, 0, 0, 0)
    refused_kind = refused_at = -1
    for position in range(units):
        k = sequence[position]
        kind = kinds[k]
        corner = turn = -1
        fits = weight + kind[WEIGHT] <= room[3] and not kind[AGAINST] & here
        if fits and work < budget and not (refused_kind == k and refused_at == placed):
            corner, turn, looks = _best_place(kind, boxes, placed, corners, n_corners, room, support, rule)
            work += looks
        if corner < 0:
            left[n_left] = position
            n_left += 1
            may_leave -= _volume(kind)
            if may_leave < 0:
                break
            refused_kind, refused_at = k, placed
            continue
        size = FIRST_TURN + 3 * turn
        for axis in range(3):
            boxes[placed, axis] = corners[corner, axis]
            boxes[placed, axis + 3] = corners[corner, axis] + kind[size + axis]
        boxes[placed, 6] = k
        boxes[placed, 7] = kind[BEARS] == 0
        if room[COUNTED]:
            _bear(boxes, placed, kind)
        placed += 1
        weight += kind[WEIGHT]
        here |= kind[OWN]
        n_corners = _offer_corners(boxes, placed, corners, n_corners, room)
    return placed, n_left, work


@compiled
def _bear(boxes: Table, placed: int, kind: Table) -> None:
    """Load the unit just put down on all that bears it."""
    box = boxes[placed]
    is_borne(boxes, placed, box[0], box[1], box[2], box[3], box[4], box[5], kind[WEIGHT])
    for b in range(placed):
        if boxes[b, BEARING]:
            boxes[b, BORNE] -= kind[WEIGHT]
    box[BORNE] = kind[BEARS]


@compiled
def _volume(kind: Table) -> int:
    return int(kind[FIRST_TURN] * kind[FIRST_TURN + 1] * kind[FIRST_TURN + 2])


@compiled
def _line_up(ranked: Table, pool: Table, sequence: Table) -> int:
    """The pool's units in ranked order; returns how many."""
    units = 0
    for k in ranked:
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
def hold_one(
    kinds: Table, ranked: Table, pool: Table, rooms: Table, support: int, first: int, starts: int, seed: int,
    budget: int,
) -> tuple[int, int, Table]:  # fmt: skip
    """The first of `rooms` found to hold the whole pool in starts `first` onwards: (its row or -1, work, boxes)."""
    units = pool.sum()
    sequence = np.empty(units, np.int64)
    left = np.empty(units, np.int64)
    boxes = np.empty((units, COLUMNS), np.int64)
    corners = np.empty((7 * units + 1, 3), np.int64)
    work = 0
    for r in range(len(rooms)):
        state = (seed * 7919 + first * 104729 + r * 31 + 12345) % 2147483646 + 1
        for start in range(first, first + starts):
            if start == first or start % CHAIN == 0:
                _line_up(ranked[start // CHAIN % len(ranked)], pool, sequence)
            state = _next_random(state)
            placed, n_left, done = _fill(
                sequence, units, kinds, rooms[r], support, _rule_of(start, state), 0, budget - work,
                boxes, corners, left,
            )  # fmt: skip
            work += done
            if n_left == 0:
                return r, work, boxes[:placed]
            if work >= budget:
                return -1, work, boxes[:0]
            state = _next_random(state)
            _bring_forward(sequence, left[0], state % (left[0] + 1))
    return -1, work, boxes[:0]


@compiled
def hold_two(
    kinds: Table, ranked: Table, pool: Table, rooms: Table, support: int, full: int, first: int, starts: int, seed: int,
    budget: int,
) -> tuple[int, int, Table, Table]:  # fmt: skip
    """Share the pool over the two `rooms`, the first filled first: (start that did it or -1, work, boxes, boxes).

    The second is not even tried with goods that would fill it to more than `full` percent.
    """
    units = pool.sum()
    sequence = np.empty(units, np.int64)
    rest = np.empty(units, np.int64)
    left = np.empty(units, np.int64)
    left_again = np.empty(units, np.int64)
    boxes = np.empty((units, COLUMNS), np.int64)
    boxes_again = np.empty((units, COLUMNS), np.int64)
    corners = np.empty((7 * units + 1, 3), np.int64)
    second_takes = rooms[1, 0] * rooms[1, 1] * rooms[1, 2] * full // 100
    state = (seed * 7919 + first * 104729 + 54321) % 2147483646 + 1
    work = 0
    for start in range(first, first + starts):
        if start == first or start % CHAIN == 0:
            _line_up(ranked[start // CHAIN % len(ranked)], pool, sequence)
        state = _next_random(state)
        placed, n_left, done = _fill(
            sequence, units, kinds, rooms[0], support, _rule_of(start, state), second_takes, budget - work,
            boxes, corners, left,
        )  # fmt: skip
        work += done
        volume = weight = 0
        for i in range(n_left):
            rest[i] = sequence[left[i]]
            volume += _volume(kinds[rest[i]])
            weight += kinds[rest[i], WEIGHT]
        difficult = 0
        if volume <= second_takes and weight <= rooms[1, 3]:
            placed_again, n_left_again, done = _fill(
                rest, n_left, kinds, rooms[1], support, start % RULES, 0, budget - work,
                boxes_again, corners, left_again,
            )  # fmt: skip
            work += done
            if n_left_again == 0:
                return start, work, boxes[:placed], boxes_again[:placed_again]
            difficult = left_again[0]
        if work >= budget:
            break
        state = _next_random(state)
        _bring_forward(sequence, left[difficult], state % (left[difficult] + 1))
    return -1, work, boxes[:0], boxes[:0]


@compiled
def fill_most(
    kinds: Table, ranked: Table, pool: Table, room: Table, support: int, starts: int, seed: int, budget: int
) -> tuple[int, int, Table]:
    """Put as much of the pool's volume into one carton as `starts` tries find: (volume, work, boxes)."""
    units = pool.sum()
    sequence = np.empty(units, np.int64)
    left = np.empty(units, np.int64)
    boxes = np.empty((units, COLUMNS), np.int64)
    corners = np.empty((7 * units + 1, 3), np.int64)
    most = boxes[:0].copy()
    most_volume = work = 0
    state = (seed * 7919 + 67890) % 2147483646 + 1
    for start in range(starts):
        if start % len(ranked) == start:
            _line_up(ranked[start], pool, sequence)
        state = _next_random(state)
        placed, n_left, done = _fill(
            sequence, units, kinds, room, support, _rule_of(start, state), WORST, budget - work, boxes, corners, left
        )
        work += done
        volume = 0
        for b in range(placed):
            volume += _volume(kinds[boxes[b, 6]])
        if volume > most_volume:
            most_volume, most = volume, boxes[:placed].copy()
        if n_left == 0 or work >= budget:
            break
        _bring_forward(sequence, left[0], left[0] // 2)
    return most_volume, work, most
