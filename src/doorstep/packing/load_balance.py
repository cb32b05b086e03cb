"""Weight in its place: axles and sides on every leg, by mirroring and moving slices of the load and leaving gaps.

A slice is what stands between two planes across the trailer that cut no unit. Mirrored, moved across or moved towards
the door as a whole, it stands as it stood. Where nothing helps, units are left behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.packing.compiling import Table
from doorstep.packing.stack_kernels import Flags
from doorstep.packing.stacks import Box
from doorstep.terms.load import Axle, Leg, Trailer

MOST_GAPS = 4


@dataclass(frozen=True, slots=True)
class Sums:
    """What is aboard on a leg: grams, and twice its moments about front wall, left wall and floor, in g mm."""

    weight: int
    x: int
    y: int
    z: int


class Balance:
    """The weights of a load in a trailer. `stop_of`: for each kind the place of its stop in the order of driving."""

    def __init__(self, trailer: Trailer, stop_of: Sequence[int], stops: int) -> None:
        self.trailer, self.stop_of, self.stops = trailer, stop_of, stops

    def sums(self, boxes: Iterable[Box]) -> list[Sums]:
        """What is aboard on each leg, the first one first."""
        weight, x, y, z = ([0] * self.stops for _ in range(4))
        for box in boxes:
            stop, grams = self.stop_of[box[6]], box[7]
            weight[stop] += grams
            x[stop] += grams * (box[0] + box[3])
            y[stop] += grams * (box[1] + box[4])
            z[stop] += grams * (box[2] + box[5])
        return [Sums(sum(weight[s:]), sum(x[s:]), sum(y[s:]), sum(z[s:])) for s in range(self.stops)]

    def without(self, legs: Sequence[Sums], box: Box) -> list[Sums]:
        """What is aboard without a unit."""
        grams, last = box[7], self.stop_of[box[6]]
        lost = Sums(grams, *(grams * (box[axis] + box[3 + axis]) for axis in range(3)))
        return [
            Sums(leg.weight - lost.weight, leg.x - lost.x, leg.y - lost.y, leg.z - lost.z) if stop <= last else leg
            for stop, leg in enumerate(legs)
        ]

    def legs(self, boxes: Sequence[Box], names: Sequence[str]) -> tuple[Leg, ...]:
        """The legs on which something is aboard, as the plan tells them."""
        told = []
        for name, aboard in zip(names, self.sums(boxes), strict=True):
            if aboard.weight:
                centre = tuple(moment // (2 * aboard.weight) for moment in (aboard.x, aboard.y, aboard.z))
                told.append(
                    Leg(
                        name,
                        aboard.weight,
                        self.trailer.axles_g(aboard.weight, aboard.x),
                        (centre[0], centre[1], centre[2]),
                        self._side(aboard) // self.trailer.track_mm,
                    )
                )
        return tuple(told)

    def beyond(self, legs: Iterable[Sums]) -> int:
        """By how many grams axles and sides are beyond what they may bear, over all legs; 0: the load may drive."""
        return sum(self._axles_beyond(aboard) + self._side_beyond(aboard) for aboard in legs if aboard.weight)

    def worst(self, legs: Iterable[Sums]) -> tuple[str, int, int] | None:
        """(binding, needed, allowed) of the first limit that is broken."""
        for aboard in legs:
            if aboard.weight and self._side_beyond(aboard) and self.trailer.max_side_g is not None:
                return "side_g", -(-abs(self._side(aboard)) // self.trailer.track_mm), self.trailer.max_side_g
            for axle, bears, exact in self._axles(aboard) if aboard.weight else ():
                if exact > axle.max_g * over_by(self.trailer):
                    return f"axle_g:{axle.name}", bears, axle.max_g
                if exact < axle.least_g * over_by(self.trailer):
                    return f"axle_least_g:{axle.name}", axle.least_g, exact // over_by(self.trailer)
        return None

    def _side(self, aboard: Sums) -> int:
        """What the left wheels bear more than the right ones, times the track."""
        return aboard.weight * self.trailer.inner.width_mm - aboard.y

    def _side_beyond(self, aboard: Sums) -> int:
        if self.trailer.max_side_g is None:
            return 0
        over = abs(self._side(aboard)) - self.trailer.max_side_g * self.trailer.track_mm
        return -(-max(over, 0) // self.trailer.track_mm)

    def _axles(self, aboard: Sums) -> Iterable[tuple[Axle, int, int]]:
        """(axle, grams it bears rounded up, the same times `over_by`) of both axles."""
        if not self.trailer.axles:
            return ()
        front, rear = self.trailer.axles
        by = over_by(self.trailer)
        on_rear = aboard.x - 2 * front.position_mm * aboard.weight
        bears = (front.empty_g * by + aboard.weight * by - on_rear, rear.empty_g * by + on_rear)
        return [(axle, -(-each // by), each) for axle, each in zip((front, rear), bears, strict=True)]

    def _axles_beyond(self, aboard: Sums) -> int:
        if not self.trailer.axles:
            return 0
        by, beyond = over_by(self.trailer), 0
        for axle, _, bears in self._axles(aboard):
            beyond += max(bears - axle.max_g * by, axle.least_g * by - bears, 0)
        return -(-beyond // by)

    def with_gaps(self, boxes: list[Box]) -> list[Box]:
        """Slices moved towards the door where that takes weight off an axle that bears too much."""
        for _ in range(MOST_GAPS):
            legs = self.sums(boxes)
            beyond = sum(self._axles_beyond(aboard) for aboard in legs if aboard.weight)
            free = self.trailer.inner.length_mm - max(box[3] for box in boxes)
            if not beyond or not self.trailer.axles or not free:
                break
            best = (beyond, 0, 0)
            for start in sorted({box[0] for piece in slices(boxes) for box in piece[:1]}):
                moved = self.sums(box for box in boxes if box[0] >= start)
                for gap in self._gaps(legs, moved, free):
                    shifted = [
                        Sums(a.weight, a.x + 2 * gap * m.weight, a.y, a.z) for a, m in zip(legs, moved, strict=True)
                    ]
                    told = sum(self._axles_beyond(aboard) for aboard in shifted if aboard.weight)
                    best = min(best, (told, gap, start))
            if best[0] == beyond:
                break
            _, gap, start = best
            boxes = [[b[0] + gap, b[1], b[2], b[3] + gap, *b[4:]] if b[0] >= start else b for b in boxes]
        return boxes

    def _gaps(self, legs: Sequence[Sums], moved: Sequence[Sums], free: int) -> set[int]:
        """Gaps at which an axle comes to bear just what it may, and the widest."""
        by, found = over_by(self.trailer), {free}
        for aboard, part in zip(legs, moved, strict=True):
            for place, (axle, _, bears) in enumerate(self._axles(aboard) if part.weight else ()):
                for limit in (axle.max_g, axle.least_g):
                    wanted = limit * by - bears if place else bears - limit * by
                    found |= {wanted // (2 * part.weight), -(-wanted // (2 * part.weight))}
        return {gap for gap in found if 0 < gap <= free}

    def with_sides(self, boxes: list[Box]) -> list[Box]:
        """Slices mirrored or moved across where that makes left and right more alike."""
        if self.trailer.max_side_g is None:
            return boxes
        beyond = self._sides_beyond(boxes)
        while beyond:
            best, best_boxes = beyond, boxes
            for piece in slices(boxes):
                for other in self._across(piece):
                    changed = {id(old): new for old, new in zip(piece, other, strict=True)}
                    tried = [changed.get(id(box), box) for box in boxes]
                    told = self._sides_beyond(tried)
                    if told < best and can_be_loaded(tried, self.stop_of):
                        best, best_boxes = told, tried
            if best == beyond:
                break
            beyond, boxes = best, best_boxes
        return boxes

    def _sides_beyond(self, boxes: Sequence[Box]) -> int:
        return sum(self._side_beyond(aboard) for aboard in self.sums(boxes) if aboard.weight)

    def _across(self, piece: Sequence[Box]) -> Iterable[list[Box]]:
        width = self.trailer.inner.width_mm
        mirrored = [[b[0], width - b[4], b[2], b[3], width - b[1], *b[5:]] for b in piece]
        low, high = min(b[1] for b in piece), max(b[4] for b in piece)
        ways = {-low, width - high, (width - high - low) // 2} - {0}
        return [mirrored, *([[b[0], b[1] + w, b[2], b[3], b[4] + w, *b[5:]] for b in piece] for w in sorted(ways))]


def over_by(trailer: Trailer) -> int:
    """What exact axle weights are multiplied by: twice the way from the front axle to the rear one."""
    front, rear = trailer.axles
    return 2 * (rear.position_mm - front.position_mm)


def slices(boxes: Sequence[Box]) -> list[list[Box]]:
    """The load cut across wherever that cuts no unit, from the front wall to the door."""
    found: list[list[Box]] = []
    end = -1
    for box in sorted(boxes, key=lambda box: box[0]):
        if box[0] >= end:
            found.append([])
        found[-1].append(box)
        end = max(end, box[3])
    return found


def can_be_loaded(boxes: Sequence[Box], stop_of: Sequence[int]) -> bool:
    """Whether each unit gets past all loaded before it, and out past all that stay longer."""
    table = np.array([box[:7] for box in boxes], np.int64).reshape(len(boxes), 7)
    stops = np.array(stop_of, np.int64)[table[:, 6]]
    blocks = ways_barred(table)
    earlier = np.arange(len(boxes))[:, None] < np.arange(len(boxes))[None, :]
    return not (blocks & (earlier | (stops[:, None] > stops[None, :]))).any()


def ways_barred(boxes: Table) -> Flags:
    """barred[a, b]: a stands between b and the door, or on it."""
    low, far = boxes[:, :3], boxes[:, 3:6]
    beside = np.minimum(far[:, None, 1], far[None, :, 1]) <= np.maximum(low[:, None, 1], low[None, :, 1])
    along = np.minimum(far[:, None, 0], far[None, :, 0]) > np.maximum(low[:, None, 0], low[None, :, 0])
    barred: Flags = ~beside & ((low[:, None, 0] >= far[None, :, 0]) | (along & (low[:, None, 2] >= far[None, :, 2])))
    return barred


def in_the_way(one: Box, other: Box) -> bool:
    """Whether a unit stands between another and the door, or on it."""
    if min(one[4], other[4]) <= max(one[1], other[1]):
        return False
    if one[0] >= other[3]:
        return True
    return one[2] >= other[5] and min(one[3], other[3]) > max(one[0], other[0])


def bears(lower: Box, boxes: Sequence[Box]) -> bool:
    """Whether anything stands on a unit."""
    return any(
        box[2] == lower[5]
        and min(box[3], lower[3]) > max(box[0], lower[0])
        and min(box[4], lower[4]) > max(box[1], lower[1])
        for box in boxes
    )
