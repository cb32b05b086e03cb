"""The joint plan measured on the seeded orders of `generators/sourcing.py`, beside two rules and HiGHS.

The generator stands beside the folder that DOORSTEP_DATA names. Seconds are CPU seconds of one thread, from the
question's arrays to the plan's; what compiling takes is a figure of its own. Every plan passes its checker. The gap is
to the bound that comes with our plan. DOORSTEP_PLANS names rows to take instead of all, by blanks: 1000 10000 ...
HiGHS gets the whole problem of the first seed with a limit, where `planning_highs` finds it.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks import planning_highs
from benchmarks.measuring import in_a_process, peak_mb
from doorstep.planning.joint.check_sourced import check_sourced
from doorstep.planning.joint.select import QUICK, THOROUGH
from doorstep.planning.joint.source import source
from doorstep.planning.joint.sourcing import MILLS, Sourced, Sourcing
from doorstep.planning.joint.warm import warm

SEEDS = {1_000: (7, 11, 12), 10_000: (7, 11, 12), 100_000: (7, 12, 13)}
EFFORTS = {1_000: (QUICK, THOROUGH), 10_000: (QUICK, THOROUGH), 100_000: (QUICK, THOROUGH)}
MOST_BY_RULE = 10_000  # orders, since the rules are plain Python
MANY = 100_000  # orders: thorough is measured once
SIZES = {"envelope": 50, "parcel": 1_500, "pallet": 250_000}  # grams of a unit, about


@dataclass(frozen=True)
class Figure:
    """One plan. Costs in minor units; gaps in thousandths of a per cent over the bound of our plan.

    `proved` is the bound that this way of planning proved itself, 0: none; `wall_seconds` as a clock goes.
    """

    what: str
    orders: int
    seed: int
    seconds: float
    wall_seconds: float
    seconds_per_1000_orders: float
    cost: int
    bound: int
    proved: int
    gap_milli_percent: int
    backordered_lines: int
    late_orders: int
    checker_errors: int
    peak_mb: int


def run(console: Console) -> list[Figure]:
    """Measure; an empty list, and why, where there is no generator."""
    if generator() is None:
        console.print("plan: skipped, DOORSTEP_DATA names no folder with generators/sourcing.py beside it")
        return []
    if not os.environ.get(planning_highs.PEERS):
        console.print(f"plan: {planning_highs.NO_PEERS}")
    wanted = os.environ.get("DOORSTEP_PLANS", "").split()
    begin = time.process_time()
    warm()
    compiled = round(time.process_time() - begin, 2)
    console.print(f"kernels loaded or compiled in {compiled} CPU seconds")
    figures: list[Figure] = []
    for number, seeds in SEEDS.items():
        for seed in seeds if not wanted or str(number) in wanted else ():
            for figure in in_a_process(measured, number, seed):
                _tell(console, figure)
                figures.append(figure)
    for name, grams in SIZES.items() if not wanted or "sizes" in wanted else ():
        figure = in_a_process(sized, name, grams)
        _tell(console, figure)
        figures.append(figure)
    return figures


def _tell(console: Console, figure: Figure) -> None:
    console.print(
        f"{figure.orders:,} orders, seed {figure.seed}, {figure.what}: {figure.cost:,} "
        f"({figure.gap_milli_percent / 1000:+.3f} %), {figure.seconds:.2f} s "
        f"({figure.wall_seconds:.2f} s by the clock), {figure.late_orders} late, "
        f"{figure.backordered_lines} backordered, {figure.checker_errors} errors, {figure.peak_mb} MB"
    )


def generator() -> Any:
    folder = Path(os.environ.get("DOORSTEP_DATA", "")).resolve().parent
    if not os.environ.get("DOORSTEP_DATA") or not (folder / "generators" / "sourcing.py").is_file():
        return None
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("generators.sourcing")
    finally:
        sys.path.remove(str(folder))


def question_of(x: Any) -> Sourcing:
    """The generator's instance; masses to the nearest milligram."""
    return Sourcing(
        order_ptr=x.order_ptr,
        line_item=x.line_sku,
        line_quantity=x.line_quantity,
        item_mg=np.rint(x.sku_mass_grams * 1_000).astype(np.int64),
        stock=x.stock_units,
        room=x.site_capacity_units,
        fixed_minor=x.shipment_fixed_minor(),
        per_kg_minor=x.service_per_kg_minor,
        zone=x.zone,
        unit_minor=x.site_unit_minor,
        backorder_minor=x.backorder_line_minor,
    )


def measured(number: int, seed: int) -> list[Figure]:
    """Ours and the rules, in one process, on one question."""
    warm()
    x = generator().generate(seed, number, {1_000: 400}.get(number, number // 5))
    question = question_of(x)
    figures, bound = [], 0
    for effort in EFFORTS[number] if number < MANY or seed == SEEDS[number][0] else (QUICK,):
        plan, *took = _timed(lambda effort=effort: source(question, effort))  # type: ignore[misc]
        bound = max(bound, plan.bound_mills)
        name = "ours, quick" if effort is QUICK else "ours, thorough"
        figures.append(_figure(name, x, question, plan, took, seed))
    rules = (("nearest site, fewest splits", nearest), ("cheapest, complete orders first", priority))
    for name, rule in rules if number <= MOST_BY_RULE else ():
        plan, *took = _timed(lambda rule=rule: rule(x, question))  # type: ignore[misc]
        figures.append(_figure(name, x, question, replace(plan, bound_mills=bound), took, seed))
    if number in planning_highs.SECONDS and seed == SEEDS[number][0]:
        figures += _highs(x, question, seed, bound)
    return figures


def _highs(x: Any, question: Sourcing, seed: int, bound: int) -> list[Figure]:
    told = planning_highs.solved(question, planning_highs.SECONDS[question.orders])
    if told is None:
        return []
    plan = replace(told.plan, bound_mills=bound)
    figure = _figure(told.words, x, question, plan, [told.seconds, told.wall_seconds], seed)
    errors = figure.checker_errors + len(told.problems)
    return [replace(figure, proved=round(told.plan.bound_mills / MILLS), checker_errors=errors, peak_mb=told.peak_mb)]


def sized(name: str, grams: int) -> Figure:
    """10,000 orders of goods about so heavy; else as they are."""
    warm()
    x = generator().generate(7)
    heavy = replace(x, sku_mass_grams=x.sku_mass_grams * (grams * np.reciprocal(np.median(x.sku_mass_grams))))
    # A line that waits costs more the heavier goods are, else none of the heavy ones would be sent.
    heavy = replace(heavy, backorder_line_minor=x.backorder_line_minor * max(1, grams // SIZES["parcel"]))
    question = question_of(heavy)
    plan, *took = _timed(lambda: source(question, QUICK))
    return _figure(f"ours, quick, {name}-sized orders", heavy, question, plan, took, 7)


def _timed(made: Callable[[], Sourced]) -> tuple[Sourced, float, float]:
    """The plan, the seconds of the processor, and those of the clock."""
    begin, clock = time.process_time(), time.monotonic()
    plan = made()
    return plan, time.process_time() - begin, time.monotonic() - clock


def _figure(name: str, x: Any, question: Sourcing, plan: Sourced, took: Sequence[float], seed: int) -> Figure:
    number, (seconds, wall) = question.orders, took
    return Figure(
        name,
        number,
        seed,
        round(seconds, 2),
        round(wall, 2),
        round(seconds * 1_000 / number, 3),
        round(plan.cost_mills / MILLS),
        round(plan.bound_mills / MILLS),
        round(plan.bound_mills / MILLS) if name.startswith("ours") else 0,
        plan.gap_ppm // 10,
        int((plan.line_site < 0).sum()),
        _late(x, plan),
        len(check_sourced(question, plan)),
        peak_mb(),
    )


def _late(x: Any, plan: Sourced) -> int:
    """Orders of which a shipment comes after the promised day."""
    order, site = np.nonzero(plan.service >= 0)
    transit = x.service_transit_days[plan.service[order, site], x.zone[order, site]]
    late = transit + x.processing_days > x.order_due_days[order]
    return len(np.unique(order[late]))


class Rule:
    """Orders put one after another on what is left."""

    def __init__(self, x: Any, question: Sourcing) -> None:
        self.x, self.question = x, question
        self.stock, self.room = question.stock.copy(), question.room.copy()
        self.site = np.full(len(question.line_item), -1, np.int64)
        self.service = np.full((question.orders, question.sites), -1, np.int64)
        self.mills = 0

    def lines(self, order: int) -> list[int]:
        return list(range(int(self.x.order_ptr[order]), int(self.x.order_ptr[order + 1])))

    def there(self, lines: list[int], site: int) -> list[int]:
        """Those of the lines that the site can ship, in their turn, while stock and room last."""
        taken, room = [], int(self.room[site])
        for line in lines:
            units = int(self.question.line_quantity[line])
            if units <= room and self.stock[self.question.line_item[line], site] >= units:
                taken.append(line)
                room -= units
        return taken

    def cheapest(self, order: int, site: int, lines: list[int]) -> tuple[int, int]:
        """Thousandths of a minor unit, and the service."""
        q = self.question
        units = int(q.line_quantity[lines].sum())
        mg = int((q.item_mg[q.line_item[lines]] * q.line_quantity[lines]).sum())
        by_weight = (q.per_kg_minor[:, q.zone[order, site]] * mg + MILLS // 2) // MILLS
        costs = (q.fixed_minor[order, site] + q.unit_minor[site] * units) * MILLS + by_weight
        return int(costs.min()), int(costs.argmin())

    def send(self, order: int, site: int, lines: list[int]) -> None:
        cost, service = self.cheapest(order, site, lines)
        self.mills += cost
        self.service[order, site] = service
        for line in lines:
            units = self.question.line_quantity[line]
            self.site[line] = site
            self.stock[self.question.line_item[line], site] -= units
            self.room[site] -= units

    def plan(self) -> Sourced:
        waiting = int((self.site < 0).sum()) * self.question.backorder_minor * MILLS
        return Sourced(self.site, self.service, self.mills + waiting, 0)


def nearest(x: Any, question: Sourcing) -> Sourced:
    """The shops' rule, as the generator tells it."""
    rule = Rule(x, question)
    for order in range(question.orders):
        left, unused = rule.lines(order), set(range(question.sites))
        for _ in range(2):
            best = max(unused, key=lambda site: (len(rule.there(left, site)), -x.distance_km[order, site]))
            lines = rule.there(left, best)
            if not lines:
                break
            rule.send(order, best, lines)
            unused.discard(best)
            left = [line for line in left if line not in lines]
    return rule.plan()


def priority(x: Any, question: Sourcing) -> Sourced:
    """Cheapest feasible site and service, orders that one site can complete first; then most lines, then cheapest."""
    rule = Rule(x, question)
    later = []
    for order in range(question.orders):
        lines = rule.lines(order)
        whole = [site for site in range(question.sites) if len(rule.there(lines, site)) == len(lines)]
        if whole:
            rule.send(order, min(whole, key=lambda site: rule.cheapest(order, site, lines)[0]), lines)
        else:
            later.append(order)
    for order in later:
        left, unused = rule.lines(order), set(range(question.sites))
        for _ in range(2):
            ways = {site: lines for site in unused if (lines := rule.there(left, site))}
            if not ways:
                break
            most = max(map(len, ways.values()))
            full = [site for site, lines in ways.items() if len(lines) == most]
            site = min(full, key=lambda site: rule.cheapest(order, site, ways[site])[0])
            rule.send(order, site, ways[site])
            unused.discard(site)
            left = [line for line in left if line not in ways[site]]
    return rule.plan()
