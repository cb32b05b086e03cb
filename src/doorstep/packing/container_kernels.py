"""The compiled core of filling one large space: blocks of goods, the spaces that are left, and a beam search over both.

A block is a box full of goods: rows of one kind turned alike, or two blocks joined along an axis with little air
(Fanslau and Bortfeldt 2010; Zhu and Lim 2012). The free room is kept as all its maximal box-shaped spaces. The space
nearest to a corner of the container is filled next, with the block that is large, touches much, and leaves sides that
goods can still fill (the measure VCS of Araya, Guerrero and Nunez 2017). A beam search (Araya and Riff 2014) keeps the
states from which that greedy way ends best, and begins again with a wider beam until its work is spent.

Tables, all int64:

- `turn_kinds`, `turn_sizes`: the ways in which kinds of goods may be turned;
- `counts`: units of each kind, and last the grams that the space takes; `needs` has the same columns per block;
- `blocks`: length, width, height, volume of goods, units, then how it is made: 0 (rows), turn, along, across, up; or
  1 + axis, first block, second block;
- `reaches`: a row per axis, see `reach`;
- `spaces`: near corner, far corner. `moves`: block and its near corner.

Work is counted in looks at a block, with what splitting spaces takes in the same coin.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorstep.packing.compiling import Table, compiled

Shares = NDArray[np.float64]

LENGTH, WIDTH, HEIGHT, VOLUME, UNITS, MADE, FIRST, SECOND, THIRD, FOURTH = range(10)
MOST_SPACES = 600
MOST_WIDTH = 1024
CLOSE = 25  # a gap is touched across that is less than one part in so many of the block's side
_SPLIT_LOOKS = 20  # what splitting one space takes, in looks
_TABLE = 1 << 17


@compiled
def _known(table: Table, block: Table, need: Table) -> bool:
    """Whether a block of this size with these goods was made before; it is now."""
    key = block[LENGTH] * 1315423911 + block[WIDTH] * 2654435761 + block[HEIGHT] * 97531
    for units in need:
        key = key * 31 + units + 7
    key = key & 0x7FFFFFFFFFFFFFFF
    at = key % len(table)
    while table[at] >= 0:
        if table[at] == key:
            return True
        at = (at + 1) % len(table)
    table[at] = key
    return False


@compiled
def _rows_of_one_kind(
    turn_kinds: Table, turn_sizes: Table, grams: Table, counts: Table, room: Table, blocks: Table, needs: Table,
    table: Table,
) -> int:  # fmt: skip
    """Blocks of one kind turned alike, single units first, each turn its share of the table; returns how many."""
    made = 0
    for turn in range(len(turn_kinds)):
        kind, size = turn_kinds[turn], turn_sizes[turn]
        most = made + max(1, (len(blocks) - made) // (len(turn_kinds) - turn))
        for along in range(1, min(counts[kind], room[0] // size[0]) + 1):
            for across in range(1, min(counts[kind] // along, room[1] // size[1]) + 1):
                for up in range(1, min(counts[kind] // (along * across), room[2] // size[2]) + 1):
                    units = along * across * up
                    if made == most or units * grams[kind] > counts[-1]:
                        break
                    block, need = blocks[made], needs[made]
                    block[LENGTH], block[WIDTH], block[HEIGHT] = along * size[0], across * size[1], up * size[2]
                    block[VOLUME], block[UNITS] = block[LENGTH] * block[WIDTH] * block[HEIGHT], units
                    block[MADE], block[FIRST], block[SECOND], block[THIRD], block[FOURTH] = 0, turn, along, across, up
                    need[:] = 0
                    need[kind], need[-1] = units, units * grams[kind]
                    made += not _known(table, block, need)
    return made


@compiled
def _join(
    one: int, other: int, axis: int, blocks: Table, needs: Table, counts: Table, room: Table, full: int, made: int
) -> bool:
    """Make block `made` of two, side by side along an axis; False where it is too large, too airy or too much."""
    block = blocks[made]
    for side in range(3):
        a, b = blocks[one, side], blocks[other, side]
        block[side] = a + b if side == axis else max(a, b)
        if block[side] > room[side]:
            return False
    volume = blocks[one, VOLUME] + blocks[other, VOLUME]
    if volume * 1000 < block[LENGTH] * block[WIDTH] * block[HEIGHT] * full:
        return False
    for k in range(len(counts)):
        needs[made, k] = needs[one, k] + needs[other, k]
        if needs[made, k] > counts[k]:
            return False
    block[VOLUME], block[UNITS] = volume, blocks[one, UNITS] + blocks[other, UNITS]
    block[MADE], block[FIRST], block[SECOND], block[THIRD], block[FOURTH] = 1 + axis, one, other, 0, 0
    return True


@compiled
def make_blocks(
    turn_kinds: Table, turn_sizes: Table, grams: Table, counts: Table, room: Table, most: int, full: int
) -> tuple[Table, Table]:
    """(blocks, needs), up to `most`: rows of one kind, then joined ones of which `full` parts in 1,000 are goods."""
    blocks = np.empty((most, 10), np.int64)
    needs = np.empty((most, len(counts)), np.int64)
    table = np.full(_TABLE, -1, np.int64)
    made = _rows_of_one_kind(turn_kinds, turn_sizes, grams, counts, room, blocks, needs, table)
    first = 0
    while made < most:
        end = made
        for one in range(first, end):
            for other in range(one + 1):
                for axis in range(3):
                    if made < most and _join(one, other, axis, blocks, needs, counts, room, full, made):
                        made += not _known(table, blocks[made], needs[made])
        if made == end:
            break
        first = end
    return blocks[:made], needs[:made]


@compiled
def reach(turn_kinds: Table, turn_sizes: Table, counts: Table, axis: int, length: int) -> Table:
    """For every length up to `length` the greatest sum of goods' sides along the axis that is not longer."""
    can = np.zeros(length + 1, np.bool_)
    can[0] = True
    for turn in range(len(turn_kinds)):
        kind, side = turn_kinds[turn], turn_sizes[turn, axis]
        used = np.zeros(length + 1, np.int64)
        for x in range(side, length + 1):
            if not can[x] and can[x - side] and used[x - side] < counts[kind]:
                can[x], used[x] = True, used[x - side] + 1
    reached = np.zeros(length + 1, np.int64)
    for x in range(1, length + 1):
        reached[x] = x if can[x] else reached[x - 1]
    return reached


@compiled
def _next_space(spaces: Table, n: int, room: Table, held: bool) -> tuple[int, int]:
    """The space nearest to a corner of the container, the larger of two, and its corner (bits: far x, y, z)."""
    best = corner = 0
    nearest, largest = 1 << 60, -1
    for s in range(n):
        space = spaces[s]
        near, bits = 0, 0
        for axis in range(3):
            ahead, behind = space[axis], room[axis] - space[axis + 3]
            if behind < ahead and not (held and axis == 2):
                ahead = behind
                bits |= 1 << axis
            near += ahead
        if near > nearest:
            continue
        volume = (space[3] - space[0]) * (space[4] - space[1]) * (space[5] - space[2])
        if near < nearest or volume > largest:
            best, corner, nearest, largest = s, bits, near, volume
    return best, corner


@compiled
def _within(inner: Table, outer: Table, held: bool) -> bool:
    if held and inner[2] != outer[2]:  # what has a floor of its own is a space of its own
        return False
    return bool(
        inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] >= outer[2]
        and inner[3] <= outer[3] and inner[4] <= outer[4] and inner[5] <= outer[5]
    )  # fmt: skip


@compiled
def _add(spaces: Table, first: int, n: int, part: Table, held: bool) -> int:
    """Add a space unless it lies in another; those from `first` on that lie in it go. Returns how many there are."""
    for s in range(n):
        if _within(part, spaces[s], held):
            return n
    s = first
    while s < n:
        if _within(spaces[s], part, held):
            n -= 1
            spaces[s] = spaces[n]
        else:
            s += 1
    if n < len(spaces):
        spaces[n] = part
        n += 1
    return n


@compiled
def _split(spaces: Table, n: int, box: Table, held: bool, least: Table, out: Table) -> int:
    """The maximal spaces that are left beside a box, into `out`; returns how many. `held`: a floor is a block's top."""
    kept = 0
    for s in range(n):
        space = spaces[s]
        if (
            box[0] >= space[3] or box[3] <= space[0] or box[1] >= space[4] or box[4] <= space[1]
            or box[2] >= space[5] or box[5] <= space[2]
        ):  # fmt: skip
            out[kept] = space
            kept += 1
    part = np.empty(6, np.int64)
    made = kept
    for s in range(n):
        space = spaces[s]
        if (
            box[0] >= space[3] or box[3] <= space[0] or box[1] >= space[4] or box[4] <= space[1]
            or box[2] >= space[5] or box[5] <= space[2]
        ):  # fmt: skip
            continue
        for axis in range(3):
            for far in range(2):
                part[:] = space
                if far:
                    part[axis] = box[axis + 3]
                else:
                    part[axis + 3] = box[axis]
                if held and far and axis == 2:
                    part[0], part[1] = max(part[0], box[0]), max(part[1], box[1])
                    part[3], part[4] = min(part[3], box[3]), min(part[4], box[4])
                if part[3] - part[0] >= least[0] and part[4] - part[1] >= least[1] and part[5] - part[2] >= least[2]:
                    made = _add(out, kept, made, part, held)
    return made


@compiled
def _worth(block: Table, share: float, space: Table, reaches: Table) -> float:
    """VCS: volume of goods times how much of the surface touches, what stays useful, and `share` for few units."""
    gap_x = space[3] - space[0] - block[LENGTH]
    gap_y = space[4] - space[1] - block[WIDTH]
    gap_z = space[5] - space[2] - block[HEIGHT]
    face_x, face_y = block[WIDTH] * block[HEIGHT], block[LENGTH] * block[HEIGHT]
    face_z = block[LENGTH] * block[WIDTH]
    touched = face_x + face_y + face_z
    if gap_x * CLOSE <= block[LENGTH]:
        touched += face_x
    if gap_y * CLOSE <= block[WIDTH]:
        touched += face_y
    if gap_z * CLOSE <= block[HEIGHT]:
        touched += face_z
    contact = touched / (2.0 * (face_x + face_y + face_z))
    useful = (block[LENGTH] + reaches[0, gap_x]) / (space[3] - space[0])
    useful *= (block[WIDTH] + reaches[1, gap_y]) / (space[4] - space[1])
    useful *= (block[HEIGHT] + reaches[2, gap_z]) / (space[5] - space[2])
    return float(block[VOLUME] * share * contact * contact * contact * contact * useful)


@compiled
def _enough(need: Table, kinds: Table, left: Table) -> bool:
    """Whether what is left suffices for a block; `kinds` are those it needs any of, ended by -1."""
    for kind in kinds:
        if kind < 0:
            return True
        if need[kind] > left[kind]:
            return False
    return True


@compiled
def _stand(block: Table, space: Table, corner: int, box: Table) -> None:
    """Where the block comes to stand in that corner of the space, into `box`."""
    for axis in range(3):
        box[axis] = space[axis + 3] - block[axis] if corner >> axis & 1 else space[axis]
        box[axis + 3] = box[axis] + block[axis]


@compiled
def _note(moves: Table, at: int, block: int, box: Table) -> None:
    moves[at, 0], moves[at, 1], moves[at, 2], moves[at, 3] = block, box[0], box[1], box[2]


@compiled
def _best_block(
    blocks: Table, needs: Table, kinds: Table, shares: Shares, left: Table, space: Table, active: Table, n_active: int,
    reaches: Table,
) -> tuple[int, int, int]:  # fmt: skip
    """(best block or -1, blocks still active, work). Blocks there are not goods enough for drop out of `active`."""
    best, best_block, kept, i, work = -1.0, -1, 0, 0, 0
    length, width, height = space[3] - space[0], space[4] - space[1], space[5] - space[2]
    while i < n_active:
        b = active[i]
        i += 1
        if not _enough(needs[b], kinds[b], left):
            continue
        active[kept] = b
        kept += 1
        if blocks[b, LENGTH] > length or blocks[b, WIDTH] > width or blocks[b, HEIGHT] > height:
            continue
        work += 2
        if blocks[b, VOLUME] <= best:  # by falling volume, and no worth is above the volume
            break
        if blocks[b, VOLUME] * shares[b] <= best:
            continue
        worth = _worth(blocks[b], shares[b], space, reaches)
        if worth > best:
            best, best_block = worth, b
    work += i
    while i < n_active:
        active[kept] = active[i]
        kept += 1
        i += 1
    return best_block, kept, work


@compiled
def finish(
    blocks: Table, needs: Table, kinds: Table, shares: Shares, left: Table, spaces: Table, n: int, room: Table,
    reaches: Table, least: Table, held: bool, active: Table, spare: Table,
    moves: Table, n_moves: int,
) -> tuple[int, int, int]:  # fmt: skip
    """The greedy way from here to the end, in place: (volume it adds, moves, work)."""
    volume = work = 0
    n_active = len(active)
    box = np.empty(6, np.int64)
    here, there = spaces, spare
    while n > 0:
        s, corner = _next_space(here, n, room, held)
        b, n_active, looks = _best_block(blocks, needs, kinds, shares, left, here[s], active, n_active, reaches)
        work += looks + _SPLIT_LOOKS * n
        if b < 0:
            n -= 1
            here[s] = here[n]
            continue
        _stand(blocks[b], here[s], corner, box)
        _note(moves, n_moves, b, box)
        n_moves += 1
        volume += blocks[b, VOLUME]
        for k in range(len(left)):
            left[k] -= needs[b, k]
        n = _split(here, n, box, held, least, there)
        here, there = there, here
    return volume, n_moves, work


@compiled
def look(
    blocks: Table, needs: Table, kinds: Table, shares: Shares, left: Table, spaces: Table, n: int, room: Table,
    reaches: Table, held: bool, few: int,
) -> tuple[Table, int, int, int, int]:  # fmt: skip
    """(the `few` best blocks for the next space, that space, its corner, spaces left, work). Full spaces drop out."""
    work = 0
    best = np.empty(few, np.int64)
    worths = np.empty(few, np.float64)
    while n > 0:
        s, corner = _next_space(spaces, n, room, held)
        found = 0
        work += len(blocks)
        space = spaces[s]
        length, width, height = space[3] - space[0], space[4] - space[1], space[5] - space[2]
        for b in range(len(blocks)):
            if found == few and blocks[b, VOLUME] <= worths[few - 1]:
                break
            if blocks[b, LENGTH] > length or blocks[b, WIDTH] > width or blocks[b, HEIGHT] > height:
                continue
            if not _enough(needs[b], kinds[b], left):
                continue
            worth = _worth(blocks[b], shares[b], space, reaches)
            if found < few:
                found += 1
            elif worth <= worths[few - 1]:
                continue
            at = found - 1
            while at > 0 and worths[at - 1] < worth:
                worths[at], best[at] = worths[at - 1], best[at - 1]
                at -= 1
            worths[at], best[at] = worth, b
        if found:
            return best[:found], s, corner, n, work
        n -= 1
        spaces[s] = spaces[n]
    return best[:0], -1, 0, 0, work


@compiled
def put(
    blocks: Table, block: int, space: int, corner: int, spaces: Table, n: int, held: bool, least: Table, out: Table
) -> tuple[int, Table]:
    """Put a block into a corner of a space: (spaces that are left, now in `out`, and where it stands)."""
    box = np.empty(6, np.int64)
    _stand(blocks[block], spaces[space], corner, box)
    return _split(spaces, n, box, held, least, out), box
