"""How full containers get: Bischoff and Ratcliff's BR1 to BR7, the first ten instances of each class, one core.

    DOORSTEP_DATA=... python -m benchmarks.containers [--seconds 2] [--instances 10] [--support]

A budget is in looks, so that a run repeats; what a second takes is measured on this machine before, class by class.
Every placement is looked at by a check of its own: inside, nothing shared, turned as allowed, no more than there were.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path

from benchmarks.measuring import Figure
from doorstep.packing.container import Filled, fill_container
from doorstep.packing.values import Params
from doorstep.terms.parcel import PackItem, Side, Size

CLASSES = (1, 2, 3, 4, 5, 6, 7)
SECONDS = (2, 10)
MOST_G = 10**9
LOOKS_TO_MEASURE = 5_000_000


@dataclass(frozen=True, slots=True)
class Instance:
    """One container and the goods for it; `turned` has the sizes that each may have, read from the file once more."""

    room: Size
    items: tuple[PackItem, ...]
    turned: dict[str, set[Size]]


def instances(br: int) -> list[Instance]:
    """A class as published: a container, then goods as three sides, each with a flag whether it may stand upright."""
    numbers = iter(map(int, (_folder() / f"thpack{br}.txt").read_text(encoding="ascii").split()))
    found = []
    for _ in range(next(numbers)):
        next(numbers), next(numbers)  # its number and the seed it was drawn with
        room = Size(next(numbers), next(numbers), next(numbers))
        items, turned = [], {}
        for _ in range(next(numbers)):
            ref = f"type {next(numbers)}"
            sides = [(next(numbers), next(numbers)) for _ in range(3)]
            lengths = [length for length, _ in sides]
            up = frozenset(side for side, (_, may_stand) in zip(Side, sides, strict=True) if may_stand)
            items.append(PackItem(ref, Size(*lengths), 1, next(numbers), up))
            turned[ref] = {
                Size(lengths[a], lengths[b], lengths[c]) for a, b, c in permutations(range(3)) if sides[c][1]
            }
        found.append(Instance(room, tuple(items), turned))
    return found


def problems(instance: Instance, filled: Filled, held: bool) -> list[str]:
    """What is wrong with what went in."""
    boxes = [((p.x_mm, p.y_mm, p.z_mm), p.size, p.ref) for p in filled.placements]
    told = [f"{ref} is not turned as it may be" for _, size, ref in boxes if size not in instance.turned[ref]]
    told += [
        f"{ref} sticks out"
        for at, size, ref in boxes
        if min(at) < 0 or any(a + s > r for a, s, r in zip(at, size, instance.room, strict=True))
    ]
    told += [
        f"{one[2]} and {other[2]} share room"
        for one, other in combinations(boxes, 2)
        if all(one[0][i] < other[0][i] + other[1][i] and other[0][i] < one[0][i] + one[1][i] for i in range(3))
    ]
    there = Counter(p.ref for p in filled.placements)
    told += [
        f"{item.ref}: {there[item.ref]} and {filled.left.get(item.ref, 0)} are not {item.quantity}"
        for item in instance.items
        if there[item.ref] + filled.left.get(item.ref, 0) != item.quantity
    ]
    if filled.volume_mm3 != sum(size.volume_mm3 for _, size, _ in boxes):
        told.append("the volume is not the sum of what is in")
    return told + (_hanging(boxes) if held else [])


def _hanging(boxes: Sequence[tuple[tuple[int, int, int], Size, str]]) -> list[str]:
    told = []
    for at, size, ref in boxes:
        rests = sum(
            max(0, min(at[0] + size[0], low[0] + other[0]) - max(at[0], low[0]))
            * max(0, min(at[1] + size[1], low[1] + other[1]) - max(at[1], low[1]))
            for low, other, _ in boxes
            if low[2] + other[2] == at[2]
        )
        if at[2] and rests < size[0] * size[1]:
            told.append(f"{ref} does not rest on its whole base")
    return told


def run(seconds: Sequence[int] = SECONDS, most: int = 10, held: bool = False) -> list[Figure]:
    """Mean fill of each class and of all, in percent, for each time an instance; empty without the data."""
    if not _folder().is_dir():
        print("containers: skipped, DOORSTEP_DATA names no folder with packing/boxpacker in it")
        return []
    figures = []
    for each in seconds:
        means = []
        for br in CLASSES:
            figures.append(_class(br, each, most, held))
            means.append(figures[-1].ours)
            _tell(figures[-1])
        name = f"all classes, {each} s{', held' if held else ''}"
        figures.append(Figure(name, "%", round(sum(means) / len(means), 3), None, None, "mean of the classes", ()))
        _tell(figures[-1])
    return figures


def _tell(figure: Figure) -> None:
    print(f"{figure.what:26} {figure.ours:6.2f} {figure.unit}  {figure.beside}", flush=True)


def _class(br: int, seconds: int, most: int, held: bool) -> Figure:
    fills, spent, wrong, looks = [], 0.0, 0, 0
    some = instances(br)[:most]
    support = 100 if held else 0
    for instance in some:
        budget = _looks_in(instance, support, seconds)
        began = time.process_time()
        filled = _filled(instance, support, budget)
        spent += time.process_time() - began
        looks += budget
        wrong += len(problems(instance, filled, held))
        fills.append(round(100 * filled.volume_mm3 / instance.room.volume_mm3, 3))
    note = f"{spent / len(some):.2f} s of processor each, {looks / len(some) / 1e6:.0f} million looks, {wrong} wrong"
    name = f"BR{br}, {seconds} s{', held' if held else ''}, {len(some)} instances"
    return Figure(name, "%", round(sum(fills) / len(fills), 3), None, None, note, tuple(fills))


def _filled(instance: Instance, support: int, looks: int) -> Filled:
    params = Params(work_budget=looks, support_percent=support)
    return fill_container(instance.items, instance.room, MOST_G, params)


def _looks_in(instance: Instance, support: int, seconds: int) -> int:
    """The budget that takes so long on this machine as it is now: from a small search and a larger one."""
    taken = []
    for looks in (1, LOOKS_TO_MEASURE, 3 * LOOKS_TO_MEASURE):  # the first loads compiled code
        began = time.process_time()
        used = _filled(instance, support, looks).work_used
        taken.append((used, time.process_time() - began))
    (_, _), (few, quick), (many, slow) = taken
    if many <= few:  # all there is was looked at
        return 10 * LOOKS_TO_MEASURE * seconds
    return max(1, round((seconds - quick) * (many - few) / (slow - quick)) + few)


def _folder() -> Path:
    return Path(os.environ.get("DOORSTEP_DATA", "nowhere")) / "packing" / "boxpacker"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.containers", description=__doc__)
    parser.add_argument("--seconds", type=int, nargs="*", default=list(SECONDS))
    parser.add_argument("--instances", type=int, default=10)
    parser.add_argument("--support", action="store_true", help="every unit rests on its whole base")
    wanted = parser.parse_args(arguments)
    return 0 if run(wanted.seconds, wanted.instances, wanted.support) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
