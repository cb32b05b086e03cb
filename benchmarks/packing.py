"""Cartonization measured: orders a second on one core and cost, at several work budgets, beside peers.

The seeded shop orders of the generator `generators/shop_orders.py`, which lies beside the folder that DOORSTEP_DATA
names, are packed with the support rule on, and every packing is checked. DOORSTEP_PACKING_ORDERS takes the first so
many. Ours and the peers take turns, a twentieth of the orders each time, so that a busy machine slows all of them.
Times are CPU seconds: ours of `cartonize` and of stating the budget, compiled beforehand, from items and cartons to
placements with nothing prepared; the peers' are told in `packing_peers`, which the Python that DOORSTEP_PACKING_PEERS
names runs in an environment of its own. Without it they are left out, which is said.

The bound, as the generator describes it: per order the cheapest set of at most four cartons that has the volume and
takes the weight and, for each line, one unit; five of the cheapest where there is none. No packing reaches it.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations_with_replacement, pairwise
from pathlib import Path
from typing import Any, TextIO

from benchmarks import packing_boxpacker, packing_growth
from benchmarks.measuring import Figure
from doorstep.packing import Packing, Params, by_size, cartonize, check, estimate
from doorstep.terms.parcel import Carton, PackedCarton, PackItem, Placement, Size

LOOKS_PER_UNIT = (500, 1_000, 2_000, 4_000, 8_000, 16_000, 40_000)
SEEDS = (20261122, 1)  # the first is the peers' workload, the other guards against tuning to it
PEERS, PEER_NAMES = "DOORSTEP_PACKING_PEERS", ("packer3d", "py3dbp", "packvium")
TURNS = 20
MOST_CARTONS = 4
BOXPACKER_COST = 1_792_470  # of all 2,000 orders of the first seed, as told with the generator

Orders = Sequence[Sequence[PackItem]]
Packer = Callable[[Orders], tuple[float, list[list[PackedCarton]]]]
"""Packs some orders: CPU seconds and the cartons of each."""


@dataclass
class Tally:
    """What one packer did so far."""

    seconds: float = 0.0
    orders: int = 0
    cost_minor: int = 0
    cartons: int = 0
    units: int = 0
    half_supported: int = 0
    errors: list[str] = field(default_factory=list)

    def add(self, orders: Orders, seconds: float, packed: Sequence[Sequence[PackedCarton]], shelf: Sequence[Carton],
            support_percent: int) -> None:  # fmt: skip
        self.seconds += seconds
        self.orders += len(orders)
        for order, filled in zip(orders, packed, strict=True):
            cost = sum(each.carton.cost_minor for each in filled)
            self.cost_minor += cost
            self.cartons += len(filled)
            self.units += sum(len(each.placements) for each in filled)
            self.half_supported += sum(_half_supported(each) for each in filled)
            self.errors += check(order, Packing(tuple(filled), (), cost, 0), shelf, support_percent=support_percent)

    def per_second(self) -> float:
        return self.orders / self.seconds

    def told(self, bound: int) -> str:
        supported = 100 * self.half_supported / self.units
        return (
            f"{self.cost_minor / bound:.4f} of the bound, {self.cartons} cartons, {supported:.1f} % of units at least "
            f"half supported, {len(self.errors)} checker errors"
        )


def run(out: TextIO, looks: Sequence[int] = LOOKS_PER_UNIT, seeds: Sequence[int] = SEEDS) -> list[Figure]:
    """Measure and tell; where the generator is not there, only what needs no data, and why."""
    figures = packing_growth.run()
    shop_orders = _generator()
    if shop_orders is None:
        print("packing: DOORSTEP_DATA names no folder with generators/shop_orders.py beside it", file=out)
        return figures
    count = int(os.environ.get("DOORSTEP_PACKING_ORDERS", "2000"))
    for seed in seeds:
        orders, cartons = _workload(shop_orders.generate(seed=seed, n_orders=count))
        _compile(orders, cartons)
        print(f"packing: seed {seed}, {len(orders)} orders; {_estimates(orders, cartons)}", file=out, flush=True)
        with _peers(cartons, out) if seed == seeds[0] else _nobody() as peers:
            figures += _shop_figures(seed, orders, cartons, looks, peers)
    today = [each.ours for each in figures if each.unit == "orders/s" and each.what.endswith(", packer3d")]
    return [*figures, *packing_boxpacker.run(today[0] if today else None)]


def _shop_figures(
    seed: int, orders: Orders, cartons: Sequence[Carton], looks: Sequence[int], peers: dict[str, Packer]
) -> list[Figure]:
    bound = sum(_loose_bounds(orders, cartons))
    packers = {f"{each:,} looks a unit": _ours(each, cartons) for each in looks} | peers
    tallies = {name: Tally() for name in packers}
    for turn in range(TURNS):
        some = orders[turn::TURNS]
        for name, packer in list(packers.items())[:: 1 if turn % 2 else -1]:
            tallies[name].add(some, *packer(some), cartons, 0 if name in peers else 50)
    beside = tallies.get("packer3d")
    figures = []
    for name, tally in tallies.items():
        what = f"shop orders, seed {seed}, {name}"
        against = beside if beside is not tally else None
        figures += [
            _beside(what, "orders/s", tally.per_second(), against.per_second() if against else None, 2, ""),
            _beside(what, "cost", tally.cost_minor, against.cost_minor if against else None, 4, tally.told(bound)),
        ]
        if name not in peers and len(orders) == 2_000 and seed == SEEDS[0]:
            note = "BoxPacker's cost of these orders as told with the generator"
            figures.append(_beside(what, "cost", tally.cost_minor, BOXPACKER_COST, 4, note))
        if name not in peers and "py3dbp" in tallies:
            note = "py3dbp with an outer loop that chooses cartons"
            figures.append(_beside(what, "cost", tally.cost_minor, tallies["py3dbp"].cost_minor, 4, note))
    return figures


def _beside(what: str, unit: str, ours: float, raw: float | None, places: int, note: str) -> Figure:
    note = note or ("packer3d" if raw else "")
    ratio = round(ours / raw, places) if raw else None
    return Figure(what, unit, round(ours, 1), round(raw, 1) if raw else None, ratio, note)


def _ours(looks: int, cartons: Sequence[Carton]) -> Packer:
    def pack(orders: Orders) -> tuple[float, list[list[PackedCarton]]]:
        begin = time.process_time()
        packings = [cartonize(order, cartons, by_size(order, looks)) for order in orders]
        return time.process_time() - begin, [list(packing.cartons) for packing in packings]

    return pack


@contextmanager
def _nobody() -> Iterator[dict[str, Packer]]:
    yield {}


@contextmanager
def _peers(cartons: Sequence[Carton], out: TextIO) -> Iterator[dict[str, Packer]]:
    python = os.environ.get(PEERS)
    if not python:
        print(f"packing: without peers, {PEERS} names no Python that has them", file=out)
        yield {}
        return
    script = Path(__file__).with_name("packing_peers.py")
    by_id = {carton.carton_id: carton for carton in cartons}
    with subprocess.Popen([python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        told, asked = process.stdout, process.stdin
        if told is None or asked is None:
            raise RuntimeError("the peers' process has no pipes")

        def ask(line: object) -> None:
            asked.write(json.dumps(line) + "\n")
            asked.flush()

        def packer(name: str) -> Packer:
            def pack(orders: Orders) -> tuple[float, list[list[PackedCarton]]]:
                ask([name, [[(item.ref, *item.size, item.weight_g, item.quantity) for item in o] for o in orders]])
                seconds, filled = json.loads(told.readline())
                return seconds, [_packed(o, cartons, by_id) for o, cartons in zip(orders, filled, strict=True)]

            return pack

        ask([(c.carton_id, *c.inner, c.max_content_g, c.cost_minor) for c in cartons])
        yield {name: packer(name) for name in PEER_NAMES}
        asked.close()


def _packed(order: Sequence[PackItem], told: Any, by_id: dict[str, Carton]) -> list[PackedCarton]:
    weights = {item.ref: item.weight_g for item in order}
    return [
        PackedCarton(
            by_id[name],
            tuple(
                Placement(ref, x, y, z, Size(*size)) for ref, x, y, z, *size in sorted(units, key=lambda unit: unit[3])
            ),
            sum(weights[unit[0]] for unit in units),
        )
        for name, units in told
    ]


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
