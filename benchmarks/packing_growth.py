"""How time and memory of cartonization grow with the order: 1 to 2,000 units of the goods of a shop."""

from __future__ import annotations

import random
import time

from benchmarks.measuring import Figure, alone, in_a_process, peak_mb
from doorstep.packing import by_size, cartonize, warm
from doorstep.terms.parcel import Carton, PackItem, Size

UNITS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000)
LOOKS_PER_UNIT = 4_000
SECONDS = 0.5  # orders of one size are packed for so long


def run() -> list[Figure]:
    """A process of its own for each size, whose memory is then its own; a unit of the least one is what is added to."""
    figures = []
    for units in UNITS:
        each_us, packed, memory = in_a_process(_measured, units)
        note = f"{LOOKS_PER_UNIT:,} looks a unit, {each_us / units:.0f} us a unit, {packed} orders packed"
        figures += [
            alone(f"an order of {units:,} units", "us", each_us, note),
            alone(f"an order of {units:,} units", "MB at most", memory, "the whole process, numba and NumPy loaded"),
        ]
    return figures


def _measured(units: int) -> tuple[float, int, int]:
    warm()
    chance, cartons = random.Random(units), _cartons()
    packed, used = 0, 0.0
    while used < SECONDS:
        order = _order(chance, units)
        begin = time.process_time()
        cartonize(order, cartons, by_size(order, LOOKS_PER_UNIT))
        used += time.process_time() - begin
        packed += 1
    return used / packed * 1e6, packed, peak_mb()


def _cartons() -> list[Carton]:
    cartons = []
    for number, inner in enumerate(
        ((200, 150, 100), (300, 220, 180), (400, 300, 200), (500, 400, 300), (600, 400, 400))
    ):
        size = Size(*inner)
        cartons.append(Carton(f"C{number}", size, size, 0, 30_000, 450 + size.volume_mm3 * 12 // 1_000_000))
    return cartons


def _order(chance: random.Random, units: int) -> list[PackItem]:
    """Lines of one to six units of goods the size of books, bottles and boxes."""
    order: list[PackItem] = []
    left = units
    while left:
        quantity = min(left, chance.choice((1, 1, 1, 2, 3, 6)))
        size = Size(chance.randint(60, 300), chance.randint(40, 200), chance.randint(10, 100))
        order.append(PackItem(f"line {len(order)}", size, max(20, size.volume_mm3 // 2_500), quantity))
        left -= quantity
    return order
