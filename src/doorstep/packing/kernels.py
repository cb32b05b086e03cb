"""The compiled core: put units into one carton, one corner at a time.

Nothing else of cartonization but `hopeless`, `tries`, `sending`, `tables`, `columns` and `search` needs numba or NumPy,
and orders of up to two units never come here: see `compiling` for what loading and compiling cost.

Tables, all int64:

- `kinds`, one row per kind of goods: weight, most grams it bears, bits of what it is, bits of what may not be with it,
  number of turns, then three sizes for each of up to six turns;
- `ranked`, rows of kinds in the order in which to place them, one row per notion of "the difficult ones first";
- `pool`, units wanted of each kind;
- `rooms`, one row per carton: inner length, width, height, most grams of content;
- `boxes`, what was placed: near corner, far corner, kind, whether it bears nothing, most grams it still bears, whether
  it bears what is looked at now (the last two where loads are counted);
- `corners`: where one is, how far a unit there may reach along each axis if it is no wider or higher than a point, and
  the least score that a unit there can have.

Corners are extreme points (Crainic, Perboli and Tadei 2008): each placed unit offers its three outer corners, each
pushed back along one axis or another until it meets something. Work is counted in looks: one corner with one turn for
one unit.
"""

from __future__ import annotations

from doorstep.packing.compiling import Table, compiled
from doorstep.packing.spots import BEARING, BORNE, RULES, contact, is_borne, score_of, stands

WEIGHT, BEARS, OWN, AGAINST, TURNS, FIRST_TURN = 0, 1, 2, 3, 4, 5
COLUMNS = 10
KEY, CORNER = 6, 7
WORST = 1 << 62


@compiled
def _best_place(
    kind: Table, boxes: Table, placed: int, corners: Table, n_corners: int, room: Table, support: int, counted: bool,
    rule: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Corner and turn with the best score among those where the unit can be, or (-1, -1); and looks taken."""
    best, best_corner, best_turn = WORST, -1, -1
    looks = 0
    by_contact = rule == RULES - 1
    turns, weight, bears_nothing = kind[TURNS], kind[WEIGHT], kind[BEARS] == 0
    for corner in range(n_corners):
        if corners[corner, KEY] >= best:
            continue
        x, y, z = corners[corner, 0], corners[corner, 1], corners[corner, 2]
        end_x, end_y, end_z = corners[corner, 3], corners[corner, 4], corners[corner, 5]
        looks += turns
        for turn in range(turns):
            size = FIRST_TURN + 3 * turn
            far_x, far_y, far_z = x + kind[size], y + kind[size + 1], z + kind[size + 2]
            if far_x > end_x or far_y > end_y or far_z > end_z:
                continue
            score = -WORST if by_contact else score_of(rule, x, y, z, far_x, far_y, far_z, room)
            if score >= best or not stands(boxes, placed, x, y, z, far_x, far_y, far_z, bears_nothing, support):
                continue
            if counted and not is_borne(boxes, placed, x, y, z, far_x, far_y, far_z, weight):
                continue
            if by_contact:
                score = z * 256 + (x + y) // 8 - contact(boxes, placed, x, y, z, far_x, far_y, far_z, room) * (1 << 22)
                if score >= best:
                    continue
            best, best_corner, best_turn = score, corner, turn
    return best_corner, best_turn, looks


@compiled
def _close_corners(corners: Table, n_corners: int, box: Table) -> int:
    """Take away the corners that a placed unit covers and shorten what is free from the others; how many are left."""
    kept = 0
    x0, y0, z0, x1, y1, z1 = box[0], box[1], box[2], box[3], box[4], box[5]
    for c in range(n_corners):
        x, y, z = corners[c, 0], corners[c, 1], corners[c, 2]
        in_x, in_y, in_z = x0 <= x < x1, y0 <= y < y1, z0 <= z < z1
        if in_x and in_y and in_z:
            continue
        if kept < c:
            for i in range(CORNER):
                corners[kept, i] = corners[c, i]
        if in_y and in_z:
            if x < x0:
                corners[kept, 3] = min(corners[kept, 3], x0)
        elif in_x and in_z:
            if y < y0:
                corners[kept, 4] = min(corners[kept, 4], y0)
        elif in_x and in_y and z < z0:
            corners[kept, 5] = min(corners[kept, 5], z0)
        kept += 1
    return kept


@compiled
def _pushed_back(boxes: Table, placed: int, box: Table) -> tuple[int, int, int, int, int, int]:
    """How far the outer corners of the last unit go back until they meet something.

    The right one along width and height, the one behind along length and height, that above along length and width.
    """
    x, y, z, far_x, far_y, far_z = box[0], box[1], box[2], box[3], box[4], box[5]
    right_y = right_z = behind_x = behind_z = above_x = above_y = 0
    for b in range(placed - 1):
        x0, y0, z0, x1, y1, z1 = boxes[b, 0], boxes[b, 1], boxes[b, 2], boxes[b, 3], boxes[b, 4], boxes[b, 5]
        over_x, over_y, over_z = x0 <= x < x1, y0 <= y < y1, z0 <= z < z1
        if x0 <= far_x < x1:
            if over_z and y1 <= y:
                right_y = max(right_y, y1)
            if over_y and z1 <= z:
                right_z = max(right_z, z1)
        if y0 <= far_y < y1:
            if over_z and x1 <= x:
                behind_x = max(behind_x, x1)
            if over_x and z1 <= z:
                behind_z = max(behind_z, z1)
        if z0 <= far_z < z1:
            if over_y and x1 <= x:
                above_x = max(above_x, x1)
            if over_x and y1 <= y:
                above_y = max(above_y, y1)
    return right_y, right_z, behind_x, behind_z, above_x, above_y


@compiled
def _offer_corners(boxes: Table, placed: int, corners: Table, n_corners: int, room: Table, rule: int) -> int:
    """Take the corners that the last unit covers away and add the seven that it offers; returns how many there are."""
    last = boxes[placed - 1]
    x, y, z, far_x, far_y, far_z = last[0], last[1], last[2], last[3], last[4], last[5]
    kept = _close_corners(corners, n_corners, last)
    right_y, right_z, behind_x, behind_z, above_x, above_y = _pushed_back(boxes, placed, last)
    # A loop, since seven calls would be seven copies of the callee to compile. Pushed back, a corner on top may lose
    # its hold; the plain one, last, keeps it.
    for spot in (
        (far_x, right_y, z), (far_x, y, right_z), (behind_x, far_y, z), (x, far_y, behind_z),
        (above_x, y, far_z), (x, above_y, far_z), (x, y, far_z),
    ):  # fmt: skip
        kept = _offer(boxes, placed, corners, kept, room, rule, *spot)
    return kept


@compiled
def _offer(
    boxes: Table, placed: int, corners: Table, n_corners: int, room: Table, rule: int, x: int, y: int, z: int
) -> int:
    """Add one corner, with what is free from there, unless it is outside, known, or inside a placed unit."""
    end_x, end_y, end_z = room[0], room[1], room[2]
    if x >= end_x or y >= end_y or z >= end_z:
        return n_corners
    for c in range(n_corners):
        if corners[c, 0] == x and corners[c, 1] == y and corners[c, 2] == z:
            return n_corners
    for b in range(placed):
        x0, y0, z0 = boxes[b, 0], boxes[b, 1], boxes[b, 2]
        in_x, in_y, in_z = x0 <= x < boxes[b, 3], y0 <= y < boxes[b, 4], z0 <= z < boxes[b, 5]
        if in_y and in_z:
            if in_x:
                return n_corners
            if x < x0:
                end_x = min(end_x, x0)
        elif in_x and in_z:
            if y < y0:
                end_y = min(end_y, y0)
        elif in_x and in_y and z < z0:
            end_z = min(end_z, z0)
    corners[n_corners, 0], corners[n_corners, 1], corners[n_corners, 2] = x, y, z
    corners[n_corners, 3], corners[n_corners, 4], corners[n_corners, 5] = end_x, end_y, end_z
    corners[n_corners, KEY] = -WORST if rule == RULES - 1 else score_of(rule, x, y, z, x, y, z, room)
    return n_corners + 1


@compiled
def fill(
    sequence: Table, units: int, kinds: Table, room: Table, support: int, counted: bool, rule: int, may_leave: int,
    budget: int, boxes: Table, corners: Table, left: Table,
) -> tuple[int, int, int]:  # fmt: skip
    """Place units in sequence; (placed, left over, work). Gives up when more volume than `may_leave` is left over.

    `left` gets the sequence positions of those left over. A kind that found no place is not tried again until
    another unit has been placed, since nothing has changed for it.
    """
    placed = n_left = weight = here = work = 0
    n_corners = 1
    corners[0, 0], corners[0, 1], corners[0, 2] = 0, 0, 0
    corners[0, 3], corners[0, 4], corners[0, 5], corners[0, KEY] = room[0], room[1], room[2], -WORST
    refused_kind = refused_at = -1
    for position in range(units):
        k = sequence[position]
        kind = kinds[k]
        corner = turn = -1
        fits = weight + kind[WEIGHT] <= room[3] and not kind[AGAINST] & here
        if fits and work < budget and not (refused_kind == k and refused_at == placed):
            corner, turn, looks = _best_place(kind, boxes, placed, corners, n_corners, room, support, counted, rule)
            work += looks
        if corner < 0:
            left[n_left] = position
            n_left += 1
            may_leave -= volume_of(kinds, k)
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
        if counted:
            _bear(boxes, placed, kind)
        placed += 1
        weight += kind[WEIGHT]
        here |= kind[OWN]
        n_corners = _offer_corners(boxes, placed, corners, n_corners, room, rule)
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
def volume_of(kinds: Table, k: int) -> int:
    return int(kinds[k, FIRST_TURN] * kinds[k, FIRST_TURN + 1] * kinds[k, FIRST_TURN + 2])
