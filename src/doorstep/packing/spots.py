"""One unit at one spot, compiled: how good the spot is, whether the unit can be there, what bears it.

The tables are those of `kernels`, which takes these functions in when it is compiled. Numba notices a change here only
when the text of that file changes too.
"""

from __future__ import annotations

from doorstep.packing.compiling import Table, compiled

RULES = 8  # ways to say which corner is best, see score_of
FAR = 1 << 15  # more than any side in millimetres, so that sides can be digits of one number
BORNE, BEARING = 8, 9


@compiled
def score_of(rule: int, x: int, y: int, z: int, far_x: int, far_y: int, far_z: int, room: Table) -> int:
    """Smaller is better. Rules 0 to 2 fill layers or walls, the others keep the heap compact; 7 is by contact.

    A score never falls with the far corner, so that a corner's own score is a bound for all turns there.
    """
    if rule == 0:
        return ((z * FAR + y) * FAR + x) * FAR + far_z - z
    if rule == 1:
        return ((x * FAR + z) * FAR + y) * FAR + far_x - x
    if rule == 2:
        return ((y * FAR + z) * FAR + x) * FAR + far_y - y
    if rule == 3:
        return (far_x * FAR + far_z) * FAR + far_y
    if rule == 4:
        return (far_x * FAR + far_y) * FAR + far_z
    if rule == 5:
        return (far_y * FAR + far_z) * FAR + far_x
    return int(
        far_x * far_x * 1024 // (room[0] * room[0])
        + far_y * far_y * 1024 // (room[1] * room[1])
        + far_z * far_z * 1024 // (room[2] * room[2])
    )


@compiled
def stands(
    boxes: Table,
    placed: int,
    x: int,
    y: int,
    z: int,
    far_x: int,
    far_y: int,
    far_z: int,
    bears_nothing: bool,
    support: int,
) -> bool:
    """Whether a unit can be there: in nobody's way, on none that bears nothing, under none if so itself, and held."""
    held = 0
    for b in range(placed):
        shared_x = min(far_x, boxes[b, 3]) - max(x, boxes[b, 0])
        if shared_x <= 0:
            continue
        shared_y = min(far_y, boxes[b, 4]) - max(y, boxes[b, 1])
        if shared_y <= 0:
            continue
        if boxes[b, 5] == z:
            if boxes[b, 7]:
                return False
            held += shared_x * shared_y
        elif boxes[b, 2] == far_z:
            if bears_nothing:
                return False
        elif boxes[b, 5] > z and boxes[b, 2] < far_z:
            return False
    return z == 0 or held * 100 >= support * (far_x - x) * (far_y - y)


@compiled
def is_borne(
    boxes: Table, placed: int, x: int, y: int, z: int, far_x: int, far_y: int, far_z: int, weight: int
) -> bool:
    """Whether all units beneath bear so much more; they are marked. A unit never goes in right under another.

    So what stands on a unit was placed after it, and one pass backwards meets all that bears it.
    """
    for b in range(placed - 1, -1, -1):
        boxes[b, BEARING] = 0
        top = boxes[b, 5]
        if min(far_x, boxes[b, 3]) > max(x, boxes[b, 0]) and min(far_y, boxes[b, 4]) > max(y, boxes[b, 1]):
            if boxes[b, 2] == far_z:
                return False
            boxes[b, BEARING] = top == z
        if not boxes[b, BEARING]:
            for c in range(b + 1, placed):
                if (
                    boxes[c, BEARING]
                    and boxes[c, 2] == top
                    and min(boxes[c, 3], boxes[b, 3]) > max(boxes[c, 0], boxes[b, 0])
                    and min(boxes[c, 4], boxes[b, 4]) > max(boxes[c, 1], boxes[b, 1])
                ):
                    boxes[b, BEARING] = 1
                    break
        if boxes[b, BEARING] and boxes[b, BORNE] < weight:
            return False
    return True


@compiled
def contact(boxes: Table, placed: int, x: int, y: int, z: int, far_x: int, far_y: int, far_z: int, room: Table) -> int:
    """Area of the unit that touches carton or other units."""
    area_x, area_y, area_z = (far_y - y) * (far_z - z), (far_x - x) * (far_z - z), (far_x - x) * (far_y - y)
    touching = area_x * ((x == 0) + (far_x == room[0])) + area_y * ((y == 0) + (far_y == room[1])) + area_z * (z == 0)
    for b in range(placed):
        shared_x = min(far_x, boxes[b, 3]) - max(x, boxes[b, 0])
        shared_y = min(far_y, boxes[b, 4]) - max(y, boxes[b, 1])
        shared_z = min(far_z, boxes[b, 5]) - max(z, boxes[b, 2])
        if shared_x < 0 or shared_y < 0 or shared_z < 0:
            continue
        if shared_z == 0:
            touching += shared_x * shared_y
        elif shared_x == 0:
            touching += shared_y * shared_z
        elif shared_y == 0:
            touching += shared_x * shared_z
    return int(touching * 4096 // (2 * (area_x + area_y + area_z)))
