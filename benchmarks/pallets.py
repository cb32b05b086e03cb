"""Pallets and trailers measured: real grocery orders, loads of seeded pallets, and how time and memory grow.

    DOORSTEP_DATA=... python -m benchmarks.pallets

Everything is judged by the independent checkers. Times are CPU seconds, compiled beforehand.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console

from benchmarks.measuring import Figure, in_a_process, peak_mb
from doorstep.packing import LoadParams, PalletParams, check_load, check_pallets, load, palletize
from doorstep.terms.load import Axle, Drop, LoadPlan, Pallet, Trailer
from doorstep.terms.parcel import UPRIGHT, PackItem, Size

# Height of the highest case in mm, cases, and cases of which less than 75 % rests on anything or that reach out of the
# deck, of the plan that is published beside the five orders: example_data/packing_plan_5-bed-bpp.json in
# floriankagerer/bed-bpp-env (MIT), read at 0bf40a1. It takes the cases in the order in which they come; we know all.
PUBLISHED = {
    "00100408": (2_755, 26, 8, 5),
    "00100001": (3_110, 42, 18, 6),
    "00100002": (3_540, 34, 13, 3),
    "00100003": (3_500, 29, 10, 2),
    "00100004": (2_880, 58, 23, 4),
}
DECKS = {"euro-pallet": (1_200, 800), "rollcontainer": (800, 700)}
OVERHANG_MM = 50  # the published plans reach out by up to 105 mm
SEMI = Trailer(
    "semi-trailer",
    Size(13_600, 2_480, 2_700),
    24_000_000,
    (Axle("kingpin", 1_600, 4_000_000, 15_000_000), Axle("rear axles", 9_500, 3_500_000, 24_000_000)),
    2_000_000,
    2_040,
)
FOOTPRINTS = ((1_200, 800), (1_200, 800), (1_200, 1_000), (800, 600))


def run(console: Console) -> list[Figure]:
    """Everything, told as it is found."""
    _compile()
    figures = []
    for part in (_orders(), _loads(), _growth()):
        for figure in part:
            console.print(f"{figure.what:44} {figure.ours:9,.1f} {figure.unit:10} {figure.beside}", highlight=False)
            figures.append(figure)
    return figures


def _compile() -> None:
    pallet = Pallet("EUR", 1_200, 800, 144, 25_000, 1_800, 1_000_000)
    palletize([PackItem("a", Size(400, 300, 200), 5_000, 9, most_on_top_g=90_000)], pallet, PalletParams(0))
    load([PackItem("a", Size(1_200, 800, 900), 5_000, 9, UPRIGHT)], SEMI, (), LoadParams(0))


def _orders() -> list[Figure]:
    """The five BED-BPP orders, on one load each: its height and fill beside the published plan's."""
    file = Path(os.environ.get("DOORSTEP_DATA", "nowhere")) / "packing" / "bed-bpp_5_orders.json"
    if not file.is_file():
        print("pallets: orders are skipped, DOORSTEP_DATA names no folder with packing/bed-bpp_5_orders.json in it")
        return []
    found = []
    for name, order in json.loads(file.read_text(encoding="utf-8")).items():
        for over in (0, OVERHANG_MM):
            found += _order(name, order, over)
    return found


def _order(name: str, order: dict[str, Any], over: int) -> list[Figure]:
    cases = list(order["item_sequence"].values())
    target = order["properties"]["target"]
    items = _items(cases)
    top, placed, hanging, outside = PUBLISHED[name]
    length, width = DECKS[target]
    pallet = Pallet(target, length, width, 144, 25_000, 6_000, 1_500_000, over)
    begin = time.process_time()
    told = palletize(items, pallet, PalletParams())
    spent = time.process_time() - begin
    wrong = check_pallets(items, told, pallet, PalletParams())
    (packed,) = told.pallets
    published = sum(_volume(case) for case in cases[:placed]) * 100 / (length * width * top)
    what = f"order {name}, {target}, {over} mm over"
    note = f"all {len(cases)} cases on one, {spent:.1f} s, {len(wrong)} wrong; published: {placed} cases, "
    note += f"{hanging} less than 75 % held, {outside} over the deck's edge"
    ours = packed.load_height_mm
    return [
        Figure(f"{what}: height", "mm", ours, top, round(ours / top, 3), note),
        Figure(f"{what}: fill", "% of deck", round(packed.fill_ppm / 10_000, 1), round(published, 1), None, ""),
    ]


def _items(cases: Sequence[dict[str, Any]]) -> list[PackItem]:
    """Cases of the order as goods: their measures and their weight in whole grams, no case on its side."""
    kinds: Counter[tuple[str, Size, int]] = Counter()
    for case in cases:
        size = Size(case["length/mm"], case["width/mm"], case["height/mm"])
        kinds[case["article"], size, round(case["weight/kg"] * 1_000)] += 1
    return [
        PackItem(f"{article}/{n}", size, weight_g, quantity, UPRIGHT)
        for n, ((article, size, weight_g), quantity) in enumerate(kinds.items())
    ]


def _volume(case: dict[str, Any]) -> int:
    return int(case["length/mm"] * case["width/mm"] * case["height/mm"])


def seeded_pallets(seed: int, many: int, stops: int, stacked: bool = False) -> tuple[list[PackItem], list[Drop]]:
    """Pallets of four footprints, 900 to 2,300 mm high and 150 to 900 kg heavy, shared out over stops."""
    chance = Random(seed)
    items = []
    for n in range(many):
        length, width = FOOTPRINTS[chance.randrange(len(FOOTPRINTS))]
        high = chance.randrange(900, 1_300 if stacked else 2_300)
        weight_g = chance.randrange(150, 450 if stacked else 900) * 1_000
        items.append(PackItem(f"p{n}", Size(length, width, high), weight_g, 1, UPRIGHT, 500_000 if stacked else 0))
    drops = [Drop(f"s{k}", frozenset(i.ref for n, i in enumerate(items) if n % stops == k)) for k in range(stops)]
    return items, drops


def _loads() -> list[Figure]:
    """Ten loads of each sort: floor beside the area bound, pallets left behind, time."""
    found = []
    for many, stops, stacked in ((24, 1, False), (24, 4, False), (34, 1, False), (48, 1, True), (48, 3, True)):
        plans, spent, wrong = [], 0.0, 0
        for seed in range(10):
            items, drops = seeded_pallets(seed, many, stops, stacked)
            begin = time.process_time()
            plans.append(load(items, SEMI, drops))
            spent += time.process_time() - begin
            wrong += len(check_load(items, plans[-1], SEMI, drops))
        found.append(
            _load_figure(f"{many} pallets{', stacked' if stacked else ''}, {stops} stops", plans, spent, wrong)
        )
    return found


def _load_figure(what: str, plans: Sequence[LoadPlan], spent: float, wrong: int) -> Figure:
    floor = sum(plan.floor_mm for plan in plans) / len(plans) / 1_000
    bound = sum(plan.floor_bound_mm for plan in plans) / len(plans) / 1_000
    units = sum(len(plan.placements) for plan in plans)
    left = sum(no.quantity for plan in plans for no in plan.left)
    why = ", ".join(sorted({no.binding for plan in plans for no in plan.left})) or "-"
    note = f"{units} in, {left} left ({why}), {spent / len(plans):.2f} s each, {wrong} wrong; beside the bound"
    return Figure(f"{what}: floor", "m", round(floor, 2), round(bound, 2), round(floor / bound, 3), note)


def _growth() -> list[Figure]:
    """Time and memory as size grows: the first way alone, and with the usual work; each in a process of its own."""
    found = []
    for many in (50, 200, 1_000, 4_000):
        first, usual, pallets, least, memory = in_a_process(pallets_of, many)
        note = f"first way {first:.2f} s, {pallets} pallets, {least} at least, {memory} MB in all"
        found.append(Figure(f"{many} cases of 20 kinds: palletize", "s", round(usual, 2), None, None, note))
    for many in (100, 400, 1_500, 3_000):
        first, usual, fill, memory = in_a_process(cartons_of, many)
        note = f"first way {first:.2f} s, {fill:.1f} % of the floor's length times the inside, {memory} MB in all"
        found.append(Figure(f"{many} cartons of 20 kinds: load", "s", round(usual, 2), None, None, note))
    return found


def some_cases(many: int, weak: bool = True) -> list[PackItem]:
    chance = Random(many)
    return [
        PackItem(
            f"c{n}",
            Size(chance.randrange(200, 600), chance.randrange(150, 400), chance.randrange(100, 350)),
            chance.randrange(2_000, 12_000),
            many // 20,
            UPRIGHT,
            chance.choice((None, None, 60_000)) if weak else None,
        )
        for n in range(20)
    ]


def pallets_of(many: int) -> tuple[float, float, int, int, int]:
    """(seconds of the first way, of the usual search, pallets, pallets at least, MB)."""
    _compile()
    items, pallet = some_cases(many), Pallet("EUR", 1_200, 800, 144, 25_000, 1_800, 1_000_000)
    begin = time.process_time()
    palletize(items, pallet, PalletParams(0))
    middle = time.process_time()
    told = palletize(items, pallet)
    return middle - begin, time.process_time() - middle, len(told.pallets), told.at_least, peak_mb()


def cartons_of(many: int) -> tuple[float, float, float, int]:
    """(seconds of the first way, of the usual search, fill of the part of the trailer that is used in percent, MB)."""
    _compile()
    items = some_cases(many, weak=False)
    begin = time.process_time()
    load(items, SEMI, (), LoadParams(0))
    middle = time.process_time()
    plan = load(items, SEMI)
    fill = plan.fill_ppm / 10_000 * SEMI.inner.length_mm / plan.floor_mm
    return middle - begin, time.process_time() - middle, fill, peak_mb()


if __name__ == "__main__":
    run(Console())
