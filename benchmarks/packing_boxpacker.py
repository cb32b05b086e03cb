"""BoxPacker's own orders (2,144 of them, four boxes) beside what it made of them, best-fit, as published with them.

Each box costs one, so that the fewest are sought. BoxPacker's speed is not measured in this run: it is a PHP program,
and did 418 of these orders a second on a machine of this kind (two shared cores, JIT), where packer3d did 43 of the
shop orders a second. Where packer3d runs today, BoxPacker is taken to be slower or faster today by as much as that is.
"""

from __future__ import annotations

import csv
import gzip
import os
import time
from pathlib import Path

from benchmarks.measuring import Figure
from doorstep.packing import by_size, cartonize, check
from doorstep.terms.parcel import Carton, PackItem, Size

BOXPACKER_PER_SECOND, PACKER3D_PER_SECOND = 418, 43
LOOKS_PER_UNIT = (200, 1_000, 4_000, 16_000, 100_000)
ROUNDS = 3
BEST_FIT_BOXES = 4  # column of BoxPacker's result


def run(packer3d_per_second: float | None = None) -> list[Figure]:
    """An empty list where the orders are not there. `packer3d_per_second`: its speed today on the shop orders."""
    folder = Path(os.environ.get("DOORSTEP_DATA", "")) / "packing" / "boxpacker"
    if not os.environ.get("DOORSTEP_DATA") or not folder.is_dir():
        return []
    orders, cartons, theirs = _orders(folder), _cartons(folder), _results(folder)
    slower = packer3d_per_second / PACKER3D_PER_SECOND if packer3d_per_second else 1.0
    figures = []
    for looks in LOOKS_PER_UNIT:
        figures += _measured(orders, cartons, theirs, looks, BOXPACKER_PER_SECOND * slower)
    return figures


def _measured(
    orders: dict[str, list[PackItem]], cartons: list[Carton], theirs: dict[str, int], looks: int, their_speed: float
) -> list[Figure]:
    seconds = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        packings = {order: cartonize(items, cartons, by_size(items, looks)) for order, items in orders.items()}
        seconds.append(time.process_time() - begin)
    wrong = sum(len(check(orders[order], packing, cartons)) for order, packing in packings.items())
    ours = {order: len(packing.cartons) for order, packing in packings.items()}
    left = sum(no.quantity for packing in packings.values() for no in packing.unpackable)
    more = sum(ours[order] > theirs[order] for order in orders)
    fewer = sum(ours[order] < theirs[order] for order in orders)
    speed = len(orders) / min(seconds)
    what = f"BoxPacker's orders, {looks:,} looks a unit"
    total, others = sum(ours.values()), sum(theirs[order] for order in orders)
    return [
        Figure(
            what,
            "boxes",
            total,
            others,
            round(total / others, 4),
            f"its best-fit; more boxes in {more} orders, fewer in {fewer}; {wrong} checker errors, {left} left over",
        ),
        Figure(
            what,
            "orders/s",
            round(speed),
            round(their_speed),
            round(speed / their_speed, 1),
            f"told, not run (PHP): {BOXPACKER_PER_SECOND} then, times packer3d's speed today over that of then",
        ),
    ]


def _orders(folder: Path) -> dict[str, list[PackItem]]:
    orders: dict[str, list[PackItem]] = {}
    with gzip.open(folder / "items.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            items = orders.setdefault(row["order"], [])
            size = Size(int(row["length_mm"]), int(row["width_mm"]), int(row["depth_mm"]))
            items.append(PackItem(f"{len(items)}", size, int(row["weight_g"]), int(row["quantity"])))
    return orders


def _cartons(folder: Path) -> list[Carton]:
    """Name, outer width, length and depth, empty weight, inner width, length and depth, most weight with its own."""
    cartons = []
    with (folder / "boxes.csv").open(encoding="utf-8") as file:
        for name, *numbers in csv.reader(file):
            outer, empty_g, inner, most_g = numbers[:3], int(numbers[3]), numbers[4:7], int(numbers[7])
            within, without = (Size(int(length), int(width), int(depth)) for width, length, depth in (inner, outer))
            cartons.append(Carton(name, within, without, empty_g, most_g - empty_g, 1))
    return cartons


def _results(folder: Path) -> dict[str, int]:
    with (folder / "boxpacker_result.csv").open(encoding="utf-8") as file:
        return {row[0]: int(row[BEST_FIT_BOXES]) for row in csv.reader(file)}
