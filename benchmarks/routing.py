"""Routing measured: gaps to best known values, vehicle counts, and a plan mended in a second beside one from scratch.

Data: CVRPLIB X, Solomon, Li and Lim, under vrp/ of the folder that DOORSTEP_DATA names; vans under way are made of
seeds. Seconds are CPU seconds of one thread, everything included from values to a checked plan's values; each figure is
taken once. DOORSTEP_ROUTES names instances to take instead of all, by blanks.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.routing_van import PAUSE, from_scratch, mended, under_way, vans
from doorstep.routing import Distances, Fetch, Load, Params, Pause, Plan, Stop, Vehicle, check, replan, route

SECONDS = 30
WINDOW_SECONDS = 15
MEND_SECONDS = 0.9
MOST_ROUNDS = 1_000_000_000
X = ("X-n106-k14", "X-n115-k10", "X-n125-k30", "X-n200-k36", "X-n303-k21", "X-n1001-k43")
SOLOMON = ("C105", "C206", "R104", "R110", "R206", "R210", "RC103", "RC107", "RC203", "RC207")
LI_LIM = ("lc101", "lc202", "lr104", "lr204", "lrc103", "lrc201")
MENDED = ("X-n200-k36", "X-n303-k21", "X-n1001-k43")
SCALE = 500  # Solomon's and Li's distances are of real numbers; a day of theirs must fit into the month a day may have


@dataclass(frozen=True)
class Figure:
    """One instance. The gap is in hundredths of a per cent, of the plan's cost over what is beside it."""

    what: str
    seconds: float
    rounds: int
    vehicles: int
    vehicles_known: int
    cost: int
    beside: int
    gap_per_10_000: int
    unplaced: int
    checker_errors: int
    note: str


@dataclass(frozen=True)
class Instance:
    """A day from a file, with the best known cost and number of vehicles."""

    name: str
    stops: tuple[Stop, ...]
    vehicles: tuple[Vehicle, ...]
    distances: Distances
    best: int
    best_vehicles: int


def run(console: Console) -> list[Figure]:
    """Measure what there is data for; an empty list, and why, where there is none."""
    data = Path(os.environ.get("DOORSTEP_DATA", "")) / "vrp"
    if not os.environ.get("DOORSTEP_DATA") or not data.is_dir():
        console.print("routing: skipped, DOORSTEP_DATA names no folder with vrp/ in it")
        return []
    wanted = os.environ.get("DOORSTEP_ROUTES", "").split()
    figures: list[Figure] = []
    for figure in _figures(data, wanted):
        console.print(
            f"{figure.what}: {figure.cost:,} ({figure.gap_per_10_000 / 100:+.2f} %), {figure.vehicles} vehicles "
            f"({figure.vehicles_known}), {figure.seconds:.1f} s, {figure.rounds:,} rounds, "
            f"{figure.unplaced} unplaced, {figure.checker_errors} errors"
        )
        figures.append(figure)
    return figures


def _figures(data: Path, wanted: list[str]) -> Iterator[Figure]:
    yield from _vans(wanted)
    for name in X:
        if wanted and name not in wanted:
            continue
        instance = read_x(data / "cvrp_X" / f"{name}.vrp")
        plan, seconds = _timed(SECONDS, instance)
        yield _figure(instance, plan, seconds, instance.best, "to best known")
        if name in MENDED:
            yield from _mended(instance, plan)
    for names, read in ((SOLOMON, read_solomon), (LI_LIM, read_li_lim)):
        for name in names:
            if not wanted or name in wanted:
                instance = read(data, name)
                plan, seconds = _timed(WINDOW_SECONDS, instance, fewest=True)
                yield _figure(instance, plan, seconds, instance.best, "to best known, vehicles first", fewest=True)


def _vans(wanted: list[str]) -> Iterator[Figure]:
    """A van whose first stop fails and is tried again, mended; beside a search from scratch of its rest."""
    for day in vans(wanted):
        begun = under_way(*day)
        plan, seconds = mended(begun)
        beside = from_scratch(begun, SECONDS)
        left = f"; {len(beside.unplaced)} unplaced there" if beside.unplaced else ""
        instance = Instance(begun.name, begun.stops, (begun.van,), begun.distances, 0, 1)
        note = f"a stop tried again, to {SECONDS} s from scratch{left}"
        yield _figure(instance, plan, seconds, beside.cost_minor, note, pause=PAUSE)


def _mended(whole: Instance, plan: Plan) -> Iterator[Figure]:
    """A stop more, and a stop less, on a plan that is there; beside a search from scratch."""
    last = whole.stops[-1]
    less = Instance(whole.name, whole.stops[:-1], whole.vehicles, whole.distances, 0, 0)
    scratch, _ = _timed(SECONDS, less)
    for day, incumbent, beside, what in (
        (whole, scratch, plan, f"an order more ({last.stop_id})"),
        (less, plan, scratch, f"a stop that fails ({last.stop_id})"),
    ):
        begin = time.process_time()
        params = Params(MOST_ROUNDS)
        after = replan(day.stops, day.vehicles, day.distances, params, incumbent, enough=_until(begin + MEND_SECONDS))
        seconds = time.process_time() - begin
        yield _figure(day, after, seconds, beside.cost_minor, f"{what}, to {SECONDS} s from scratch")


def _timed(seconds: int, instance: Instance, *, fewest: bool = False) -> tuple[Plan, float]:
    rounds = _rounds_in(seconds, instance) if fewest else MOST_ROUNDS
    params = Params(rounds, fewest_vehicles=fewest)
    begin = time.process_time()
    plan = route(instance.stops, instance.vehicles, instance.distances, params, enough=_until(begin + seconds))
    return plan, time.process_time() - begin


def _until(ends: float) -> Callable[[], bool]:
    return lambda: time.process_time() >= ends


def _rounds_in(seconds: int, instance: Instance) -> int:
    """About as many rounds as the seconds have: the search for fewer vehicles parts its rounds before it begins.

    Measured with that search, as rounds in which too few vehicles are tried take far longer than others.
    """
    begin = time.process_time()
    route(instance.stops, instance.vehicles, instance.distances, Params(500, fewest_vehicles=True))
    return int(500 / (time.process_time() - begin) * seconds)


def _figure(
    instance: Instance,
    plan: Plan,
    seconds: float,
    beside: int,
    note: str,
    *,
    fewest: bool = False,
    pause: Pause | None = None,
) -> Figure:
    params = Params(fewest_vehicles=fewest, pause=pause)
    errors = check(instance.stops, instance.vehicles, instance.distances, params, plan)
    return Figure(
        instance.name if "best" in note else f"{instance.name}, mended",
        round(seconds, 2),
        plan.work_used,
        len(plan.routes),
        instance.best_vehicles,
        plan.cost_minor,
        beside,
        round((plan.cost_minor / beside - 1) * 10_000) if beside else 0,
        len(plan.unplaced),
        len(errors),
        note,
    )


def read_x(path: Path) -> Instance:
    """A CVRPLIB instance: distances rounded to whole numbers, a cost of one a metre."""
    words = path.read_text(encoding="utf-8").split("\n")
    capacity = int(next(line for line in words if line.startswith("CAPACITY")).split(":")[1])
    sections = {}
    for begin, end in (("NODE_COORD_SECTION", "DEMAND_SECTION"), ("DEMAND_SECTION", "DEPOT_SECTION")):
        rows = words[words.index(_like(words, begin)) + 1 : words.index(_like(words, end))]
        sections[begin] = np.array([[int(float(cell)) for cell in row.split()] for row in rows if row.strip()])
    points, demand = sections["NODE_COORD_SECTION"][:, 1:], sections["DEMAND_SECTION"][:, 1]
    gaps = points[:, None, :] - points
    metres = np.floor(np.sqrt((gaps**2).sum(axis=2)) + 0.5).astype(np.int64)
    told = path.with_suffix(".sol").read_text(encoding="utf-8").strip().split("\n")
    best = round(float(told[-1].split()[-1]))
    routes = sum(line.startswith("Route") for line in told)
    stops = tuple(Stop(f"c{n}", n, Load(int(demand[n]))) for n in range(1, len(points)))
    fleet = tuple(Vehicle(f"v{n}", Load(capacity), per_km_minor=1_000) for n in range(routes + 3))
    return Instance(path.stem, stops, fleet, Distances(metres, metres), best, routes)


def _like(words: list[str], begin: str) -> str:
    return next(line for line in words if line.strip().startswith(begin))


def read_solomon(data: Path, name: str) -> Instance:
    """Solomon's windows, his units in 500 parts."""
    best = json.loads((data / "vrptw_BKS_vroom.json").read_text(encoding="utf-8"))[name]
    lines = (data / "vrptw_solomon" / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    count, capacity = (int(word) for word in lines[4].split())
    rows = [[int(word) for word in line.split()] for line in lines[8:] if line.strip()]
    stops = tuple(
        Stop(
            f"c{r[0]}",
            r[0],
            Load(r[3]),
            opens_seconds=r[4] * SCALE,
            closes_seconds=r[5] * SCALE,
            service_seconds=r[6] * SCALE,
        )
        for r in rows[1:]
    )
    return _windowed(name, rows[0][5], rows, stops, count, capacity, best)


def read_li_lim(data: Path, name: str) -> Instance:
    """Li and Lim's pairs: each delivery is fetched from its partner."""
    best = json.loads((data / "pdptw_BKS_vroom.json").read_text(encoding="utf-8"))[name]
    lines = (data / "pdptw_lilim100" / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    count, capacity = (int(word) for word in lines[0].split()[:2])
    rows = [[int(word) for word in line.split()] for line in lines[1:] if line.strip()]
    stops = []
    for r in rows[1:]:
        if r[3] < 0:
            p = rows[r[7]]
            fetch = Fetch(p[0], p[4] * SCALE, p[5] * SCALE, p[6] * SCALE)
            window = (r[4] * SCALE, r[5] * SCALE, r[6] * SCALE)
            stops.append(Stop(f"c{r[0]}", r[0], Load(-r[3]), Load(), *window, fetch=fetch))
    return _windowed(name, rows[0][5], rows, tuple(stops), count, capacity, best)


def _windowed(
    name: str,
    ends: int,
    rows: list[list[int]],
    stops: tuple[Stop, ...],
    count: int,
    capacity: int,
    best: dict[str, float],
) -> Instance:
    points = np.array([row[1:3] for row in rows], dtype=np.float64)
    metres = np.round(np.sqrt(((points[:, None, :] - points) ** 2).sum(axis=2)) * SCALE).astype(np.int64)
    fleet = tuple(
        Vehicle(f"v{n}", Load(capacity), ends_seconds=ends * SCALE, shift_seconds=ends * SCALE, per_km_minor=1_000)
        for n in range(count)
    )
    known = round(best["best_known_cost"] * SCALE)
    return Instance(name, stops, fleet, Distances(metres, metres), known, int(best["solved_with_vehicles"]))
