"""Which of some boxes hide which, seen from one corner above; and an order of painting in which none is hidden wrongly.

Boxes are looked at along (1, 1, 1), as an isometric drawing does: of two points p and p + t (1, 1, 1), t > 0, which are
one on paper, the second is in front. All of it is exact, in whole numbers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

Point = tuple[int, int, int]
_AXES = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Block:
    """A box from its lowest to its highest corner, or a slice of one; `of` tells which box it is (of)."""

    of: int
    low: Point
    high: Point


def hides(front: Block, back: Block) -> bool:
    """Whether some of `back` is hidden by `front`. Neither reaches into the other: touching is all they may do."""
    return _before(front.low, front.high, back.low, back.high)


def seen(point: Point, blocks: Iterable[Block]) -> bool:
    """Whether no block hides the point, which lies in none of them."""
    return not any(_before(block.low, block.high, point, point) for block in blocks)


def _before(low: Point, high: Point, behind_low: Point, behind_high: Point) -> bool:
    """Whether for some t > 0 a point of the second, moved by t (1, 1, 1), is in the first."""
    begins = max(low[0] - behind_high[0], low[1] - behind_high[1], low[2] - behind_high[2], 0)
    return begins < min(high[0] - behind_low[0], high[1] - behind_low[1], high[2] - behind_low[2])


def painted(blocks: Sequence[Block]) -> list[Block]:
    """The blocks in the order in which to paint them, each after all that it hides.

    Where three or more lie in a ring, each before the next, one of them is cut in two, and both slices are painted.
    """
    done: list[Block] = []
    waiting = list(blocks)
    while waiting:
        before = {number: _hidden(number, waiting) for number in range(len(waiting))}
        order = _in_order(before)
        done += [waiting[number] for number in order]
        left = [number for number in before if number not in set(order)]
        ring = [waiting[number] for number in _shortest_ring({number: before[number] & set(left) for number in left})]
        waiting = [waiting[number] for number in left]
        if ring and not _cut(waiting, ring):
            done.append(ring[0])  # these reach into one another: no order is right, any will do
            waiting.remove(ring[0])
    return done


def _hidden(number: int, blocks: Sequence[Block]) -> set[int]:
    front = blocks[number]
    return {other for other, back in enumerate(blocks) if other != number and hides(front, back)}


def _in_order(before: dict[int, set[int]]) -> list[int]:
    """All that can be ordered, each after what is `before` it; what lies in a ring or before one is left out."""
    after: dict[int, list[int]] = {number: [] for number in before}
    missing = {number: len(others) for number, others in before.items()}
    for number, others in before.items():
        for other in others:
            after[other].append(number)
    ready = deque(number for number, count in missing.items() if not count)
    order = []
    while ready:
        number = ready.popleft()
        order.append(number)
        for other in after[number]:
            missing[other] -= 1
            if not missing[other]:
                ready.append(other)
    return order


def _shortest_ring(before: dict[int, set[int]]) -> list[int]:
    """Numbers each of which comes after the next, and the last after the first; empty where there is none."""
    found: list[int] = []
    for start in before:
        ways = deque([[start]])
        reached = {start}
        while ways and (not found or len(ways[0]) < len(found)):
            way = ways.popleft()
            if start in before[way[-1]]:
                found = way
                break
            for other in before[way[-1]] - reached:
                reached.add(other)
                ways.append([*way, other])
    return found


def _cut(blocks: list[Block], ring: Sequence[Block]) -> bool:
    """Cut a block of the ring where two others of it are parted: no slice of it is then before one, behind the other.

    In the shortest ring there is such a place. (Let a hide b and c hide a, b hide c, parted at x: were all of a on b's
    side of x, c could not hide it; were all of it on c's, it could not hide b.)
    """
    for number, front in enumerate(ring):
        back = ring[(number + 1) % len(ring)]
        parted = [axis for axis in _AXES if front.low[axis] >= back.high[axis]]
        for axis in parted:
            for block in ring:
                for at in (back.high[axis], front.low[axis]):
                    if block.low[axis] < at < block.high[axis]:
                        blocks.remove(block)
                        blocks += _slices(block, axis, at)
                        return True
    return False


def _slices(block: Block, axis: int, at: int) -> list[Block]:
    def moved(corner: Point) -> Point:
        x, y, z = (at if each == axis else corner[each] for each in _AXES)
        return x, y, z

    return [replace(block, high=moved(block.high)), replace(block, low=moved(block.low))]
