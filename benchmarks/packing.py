"""Cartonization measured: orders a second on one core and cost over a loose bound, at several work budgets.

`.venv/bin/python -m benchmarks.packing` packs the seeded shop orders of the generator `generators/shop_orders.py`,
which lies beside the folder that DOORSTEP_DATA names, with the support rule on, and checks every packing. Times are
CPU seconds of `cartonize` alone, compiled beforehand: from items and cartons to placements, nothing prepared.

The bound, as the generator describes it: per order the cheapest set of at most four cartons that has the volume and
takes the weight and, for each line, one unit; five of the cheapest where there is none. No packing reaches it.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise
from pathlib import Path
from typing import Any, TextIO

from doorstep.packing import Params, cartonize, check, estimate
from doorstep.terms.parcel import Carton, PackedCarton, PackItem, Size

BUDGETS = (0, 50_000, 100_000, 200_000, 400_000, 1_000_000, 2_000_000)
SEEDS = (20261122, 1)  # the first is the peers' workload, the other guards against tuning to it
MOST_CARTONS = 4


@dataclass(frozen=True)
class Figures:
    """One run over all orders of a seed. Parts in a thousand or ten thousand, so that they are whole."""

    seed: int
    work_budget: int
    orders_per_second: int
    cost_minor: int
    over_bound_per_10_000: int
    cartons: int
    half_supported_per_1_000: int
    checker_errors: int

    def __str__(self) -> str:
        return (
            f"seed {self.seed}, budget {self.work_budget:>9,}: {self.orders_per_second:>6,} orders/s, "
            f"cost {self.cost_minor:,} = {self.over_bound_per_10_000 / 10_000:.4f} of the bound, "
            f"{self.cartons} cartons, {self.half_supported_per_1_000 / 10:.1f} % at least half supported, "
            f"{self.checker_errors} checker errors"
        )


def run(out: TextIO, budgets: Sequence[int] = BUDGETS, seeds: Sequence[int] = SEEDS) -> list[Figures]:
    """Measure and tell; an empty list, and why, where the generator is not there."""
    shop_orders = _generator()
    if shop_orders is None:
        print("packing: skipped, DOORSTEP_DATA names no folder with generators/shop_orders.py beside it", file=out)
        return []
    figures = []
    for seed in seeds:
        orders, cartons = _workload(shop_orders.generate(seed=seed))
        bound = sum(_loose_bounds(orders, cartons))
        print(
            f"packing: seed {seed}, {len(orders)} orders, loose bound {bound:,}; {_estimates(orders, cartons)}",
            file=out,
        )
        _compile(orders, cartons)
        for budget in budgets:
            figures.append(_measure(seed, orders, cartons, bound, budget))
            print(figures[-1], file=out, flush=True)
    return figures


def _generator() -> Any:
    folder = Path(os.environ.get("DOORSTEP_DATA", "")).resolve().parent
    if not os.environ.get("DOORSTEP_DATA") or not (folder / "generators" / "shop_orders.py").is_file():
        return None
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("generators.shop_orders")
    finally:
        sys.path.remove(str(folder))


def _workload(shop: Any) -> tuple[list[list[PackItem]], list[Carton]]:
    sides = zip(shop.carton_length_mm, shop.carton_width_mm, shop.carton_height_mm, strict=True)
    facts = zip(shop.carton_name, sides, shop.carton_max_mass_grams, shop.carton_cost_minor, strict=True)
    cartons = []
    for name, inner, most_g, cost in facts:
        size = Size(*map(int, inner))
        cartons.append(Carton(str(name), size, size, 0, int(most_g), int(cost)))
    lines = [
        PackItem(f"line {n}", Size(int(length), int(width), int(height)), int(weight), int(quantity))
        for n, (length, width, height, weight, quantity) in enumerate(
            zip(
                shop.line_length_mm, shop.line_width_mm, shop.line_height_mm, shop.line_mass_grams, shop.line_quantity,
                strict=True,
            )
        )
    ]  # fmt: skip
    ends = [int(end) for end in shop.order_ptr]
    return [lines[start:end] for start, end in pairwise(ends)], cartons


def _loose_bounds(orders: Sequence[Sequence[PackItem]], cartons: Sequence[Carton]) -> list[int]:
    sets = []
    for size in range(1, MOST_CARTONS + 1):
        for chosen in combinations_with_replacement(range(len(cartons)), size):
            some = [cartons[c] for c in chosen]
            sets.append(
                (
                    sum(carton.cost_minor for carton in some),
                    sum(carton.inner.volume_mm3 for carton in some),
                    sum(carton.max_content_g for carton in some),
                    sum(1 << c for c in set(chosen)),
                )
            )
    sets.sort()
    none = 5 * min(carton.cost_minor for carton in cartons)
    bounds = []
    for order in orders:
        volume = sum(item.size.volume_mm3 * item.quantity for item in order)
        weight = sum(item.weight_g * item.quantity for item in order)
        takers = [
            sum(1 << c for c, carton in enumerate(cartons) if not estimate([item], [carton]).unpackable)
            for item in order
        ]
        able = (
            cost
            for cost, most, most_g, bits in sets
            if most >= volume and most_g >= weight and all(bits & taker for taker in takers)
        )
        bounds.append(next(able, none))
    return bounds


def _estimates(orders: Sequence[Sequence[PackItem]], cartons: Sequence[Carton]) -> str:
    start = time.process_time()
    estimates = [estimate(order, cartons) for order in orders]
    each = (time.process_time() - start) / len(orders)
    return f"estimates {each * 1e6:.0f} us each, cost at least {sum(e.cost_at_least_minor for e in estimates):,}"


def _compile(orders: Sequence[Sequence[PackItem]], cartons: Sequence[Carton]) -> None:
    for order in sorted(orders, key=lambda order: -sum(item.quantity for item in order))[:20]:
        cartonize(order, cartons, Params(100_000))


def _measure(
    seed: int, orders: Sequence[Sequence[PackItem]], cartons: Sequence[Carton], bound: int, budget: int
) -> Figures:
    start = time.process_time()
    packings = [cartonize(order, cartons, Params(budget)) for order in orders]
    seconds = time.process_time() - start
    cost = sum(packing.cost_minor for packing in packings)
    filled = [packed for packing in packings for packed in packing.cartons]
    units = sum(len(packed.placements) for packed in filled)
    return Figures(
        seed,
        budget,
        int(len(orders) / seconds),
        cost,
        round(cost * 10_000 / bound),
        len(filled),
        sum(_half_supported(packed) for packed in filled) * 1_000 // units,
        sum(len(check(order, packing, cartons)) for order, packing in zip(orders, packings, strict=True)),
    )


def _half_supported(packed: PackedCarton) -> int:
    """Units with at least half of their base on the floor or on units."""
    count = 0
    for unit in packed.placements:
        held = 0
        for lower in packed.placements:
            if lower.z_mm + lower.size.height_mm == unit.z_mm:
                x = min(unit.x_mm + unit.size[0], lower.x_mm + lower.size[0]) - max(unit.x_mm, lower.x_mm)
                y = min(unit.y_mm + unit.size[1], lower.y_mm + lower.size[1]) - max(unit.y_mm, lower.y_mm)
                held += max(x, 0) * max(y, 0)
        count += unit.z_mm == 0 or 2 * held >= unit.size[0] * unit.size[1]
    return count


if __name__ == "__main__":
    run(sys.stdout)
