"""Promises measured: Olist's orders in the order of time, and shipments with a peak that the past has not shown.

Beside ours in one run: Olist's own estimate, a static lane table, and LightGBM's 0.9 quantile (in an environment of its
own, whose Python DOORSTEP_PROMISE_PEERS names; left out without it, which is said). Data and generator are found by
DOORSTEP_DATA. Shares are in per cent, promises in days, seconds are the processor's.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks import promise_olist, promise_peak
from benchmarks.promise_olist import BASE, NEVER, Orders
from doorstep.promising.columns import Codes, Reals
from doorstep.promising.kept import LEVELS, Kept
from doorstep.promising.scored import band, first_at, matched, pinball, worth_waiting

PEERS = "DOORSTEP_PROMISE_PEERS"
WARM, FIRST, END = (date(2017, 4, 15), date(2017, 11, 1), date(2018, 5, 1))
JUDGED = (0.8, 0.9, 0.95)
STATE_ORDERS, WIDENED = 300, 0.03
PEAK_FIRST, TABLE_UNTIL = 140, 110
Peers = dict[str, Reals]


@dataclass(frozen=True)
class Figure:
    """One thing measured, beside what is named; `wanted` is the target in words."""

    what: str
    unit: str
    ours: float
    raw: float | None
    wanted: str
    beside: str


def run(console: Console) -> list[Figure]:
    """Measure what there is data for; an empty list, and why, where there is none."""
    data = Path(os.environ.get("DOORSTEP_DATA", ""))
    if not os.environ.get("DOORSTEP_DATA") or not (data / "olist").is_dir():
        console.print("promise: skipped, DOORSTEP_DATA names no folder with olist/ in it")
        return []
    orders = promise_olist.read(data / "olist")
    generated = _generated(data)
    peers = _peers(console, orders, generated)
    figures = olist(console, orders, peers)
    if generated is None:
        console.print("promise: no generators/peak_shipments.py beside the data, the peak is left out")
        return figures
    return figures + peak(console, generated, peers)


def _days(day: date) -> int:
    return (day - BASE).days


@dataclass(frozen=True)
class Promised:
    """What was promised of each order of `which`: P(delivered by day) and the day at each of LEVELS, kept online."""

    which: Codes
    gone: Reals
    at: Codes


def promise_olist_kept(orders: Orders, since: date, end: date) -> Promised:
    """All orders from `since` on, promised in the order of time, levels moved by what became of them."""
    kept = Kept(pace=PACE, group_pace=GROUP_PACE)
    due: dict[int, list[tuple[Codes, Codes, Codes]]] = {}
    told: list[tuple[Codes, Reals, Codes]] = []
    next_day = _days(since)
    for day, which, said in promise_olist.promised(orders, _days(since), _days(end)):
        for passed in range(next_day, day + 1):
            for past, levels, at in due.pop(passed, []):
                kept.learn(orders.state[past], levels, orders.delivered[past] - orders.bought[past] <= at)
        next_day = day + 1
        # Of those that come: so Olist's estimate is scored too.
        gone = said / said[:, -1:]
        asked = kept.asked(orders.state[which])
        at = np.stack([first_at(gone, level) for level in asked.T], axis=1)
        told.append((which, gone, at))
        for level, column in enumerate(at.T):
            for passes in np.unique(column):
                of = which[column == passes]
                due.setdefault(day + int(passes) + 1, []).append(
                    (of, np.full(len(of), level), np.full(len(of), passes))
                )
    return Promised(*(np.concatenate(column) for column in zip(*told, strict=True)))


PACE, GROUP_PACE = 0.00005, 0.0009


def olist(console: Console, orders: Orders, peers: Peers) -> list[Figure]:
    begin = time.process_time()
    everything = promise_olist_kept(orders, WARM, END)
    spent = time.process_time() - begin
    judged = (orders.bought[everything.which] >= _days(FIRST)) & (orders.delivered[everything.which] < NEVER)
    which, gone, at = everything.which[judged], everything.gone[judged], everything.at[judged]
    took, estimate = orders.delivered[which] - orders.bought[which], orders.promised[which] - orders.bought[which]
    share = float((took <= estimate).mean())
    beside = f"{len(which):,} orders, {100 * share:.2f} % on time"
    waits = matched(lambda number: worth_waiting(gone, number), took, share, 1.0, 2_000.0)
    level = matched(lambda number: first_at(gone, np.array([number])), took, share, 0.3, 0.9999)
    nine = at[:, LEVELS.index(0.9)]
    others = {
        "Olist's own estimate": estimate.astype(np.float64),
        "a lane table, refitted monthly": _lanes(orders, which),
    }
    if "olist" in peers:
        others["LightGBM q90, refitted monthly"] = peers["olist"][which]
    figures = []
    for name, said in others.items():
        same = said if name.startswith("Olist") else matched(partial(_scaled, said), took, share, 0.1, 9.0)
        what = "mean promise at Olist's share on time"
        wanted = "2 days less" if same is said else "less"
        figures.append(Figure(what, "days", _3(waits.mean()), _3(same.mean()), wanted, f"{name}; {beside}"))
        losses = [pinball(each, took, 0.9) for each in (level, same, nine, np.floor(said))]
        figures.append(
            Figure(
                "pinball loss at 0.9, at that share", "days", _3(losses[0]), _3(losses[1]), "less", f"{name}, scaled"
            )
        )
        figures.append(
            Figure("pinball loss at 0.9, as promised online", "days", _3(losses[2]), _3(losses[3]), "less", name)
        )
    figures.append(Figure("mean promise, one level for all", "days", _3(level.mean()), None, "", beside))
    figures += _covered(orders, which, at, took)
    console.print(f"olist: {spent:.0f} s of processor for {len(orders):,} orders")
    return figures


def _scaled(said: Reals, by: float) -> Reals:
    return np.asarray(np.floor(said * by))


def _3(value: float) -> float:
    return round(float(value), 3)


def _covered(orders: Orders, which: Codes, at: Codes, took: Codes) -> list[Figure]:
    """The share kept at each level: of all, by month of purchase, and by state with orders enough."""
    figures = []
    months = np.array([(BASE + timedelta(days=int(day))).strftime("%Y-%m") for day in orders.bought[which]])
    for level in JUDGED:
        kept = took <= at[:, LEVELS.index(level)]
        named = f"kept, of {100 * level:.0f} %"
        figures.append(Figure(named, "%", _3(100 * kept.mean()), 100 * level, "+-1", "overall"))
        figures.append(
            Figure(f"mean promise at {100 * level:.0f} %", "days", _3(at[:, LEVELS.index(level)].mean()), None, "", "")
        )
        worst: tuple[float, Figure] | None = None
        outside = states = 0
        for code, state in enumerate(orders.states):
            of = orders.state[which] == code
            count = int(of.sum())
            if count < STATE_ORDERS:
                continue
            off = float(kept[of].mean()) - level
            wide = band(level, count) + WIDENED
            states, outside = states + 1, outside + (abs(off) > wide)
            said = Figure(
                f"{named}, worst state", "%", _3(100 * kept[of].mean()), 100 * level,
                f"+-{100 * wide:.1f}", f"{state}, {count:,} orders",
            )  # fmt: skip
            if worst is None or abs(off) / wide > worst[0]:
                worst = (abs(off) / wide, said)
        if worst is not None:
            figures.append(worst[1])
        figures.append(Figure(f"{named}: states outside", "states", outside, states, "none", f"of {states}"))
        figures += [
            Figure(f"{named}, in {month}", "%", _3(100 * kept[months == month].mean()), None, "",
                   f"{(months == month).sum():,} orders")
            for month in np.unique(months)
        ]  # fmt: skip
    return figures


def _lanes(orders: Orders, which: Codes) -> Reals:
    """The 0.9 quantile of what each pair of states took, learned anew each month; of all, where a pair has under 30."""
    said = np.full(len(orders), np.nan)
    lane = orders.transit.levels[2]
    took = orders.delivered - orders.bought
    refits = _refits()
    for begin, end in pairwise(refits):
        known = orders.delivered < begin
        asked = (orders.bought >= begin) & (orders.bought < end)
        whole = np.quantile(took[known], 0.9)
        for code in np.unique(lane[asked]):
            seen = took[known & (lane == code)]
            said[asked & (lane == code)] = np.quantile(seen, 0.9) if len(seen) >= 30 else whole
    return said[which]


def _refits() -> list[int]:
    first = [
        FIRST.replace(year=FIRST.year + (FIRST.month + k - 1) // 12, month=(FIRST.month + k - 1) % 12 + 1)
        for k in range(99)
    ]
    return [_days(day) for day in first if day < END] + [_days(END)]


def peak(console: Console, generated: Any, peers: Peers) -> list[Figure]:
    shipments = promise_peak.read(generated)
    begin = time.process_time()
    which, said = promise_peak.quantiles(shipments, float(PEAK_FIRST), JUDGED)
    console.print(f"peak: {time.process_time() - begin:.0f} s of processor for {len(shipments.left):,} shipments")
    took = (shipments.came - shipments.left)[which]
    day = np.floor(shipments.left[which] + 1e-9)
    nine = said[:, JUDGED.index(0.9)]
    table = _carrier_zones(shipments)[which]
    figures = [
        Figure("peak: kept, of 90 %", "%", _3(100 * (took <= nine).mean()), 90.0, "+-1", f"{len(which):,} shipments"),
        Figure("peak: mean promise", "days", _3(nine.mean()), _3(table.mean()), "", "static carrier x zone table"),
    ]
    loss, beside = pinball(nine, took, 0.9), pinball(table, took, 0.9)
    figures.append(Figure("peak: pinball loss at 0.9", "days", _3(loss), _3(beside), "0.72 of it", "the static table"))
    figures.append(Figure("peak: pinball loss, part of the static table's", "", _3(loss / beside), 1.0, "0.72", ""))
    if "peak" in peers:
        other = peers["peak"][which]
        figures.append(
            Figure("peak: pinball loss at 0.9", "days", _3(loss), _3(pinball(other, took, 0.9)), "less", "LightGBM q90")
        )
    last = int(day.max())
    shares = {
        begin: 100 * float((took <= nine)[(day >= begin) & (day < begin + 10)].mean())
        for begin in range(PEAK_FIRST, last - 8)
    }
    worst = min(shares, key=lambda begin: shares[begin])
    figures.append(
        Figure("peak: worst ten days, wherever they begin", "%", _3(shares[worst]), 77.0, "80, stretch 85",
               f"from day {worst}; adaptive conformal told everything next morning")
    )  # fmt: skip
    figures += [
        Figure(f"peak: ten days from {begin}", "%", _3(shares[begin]), None, "", "")
        for begin in range(PEAK_FIRST, last - 8, 10)
    ]
    for level in (0.8, 0.95):
        kept = 100 * float((took <= said[:, JUDGED.index(level)]).mean())
        figures.append(Figure(f"peak: kept, of {100 * level:.0f} %", "%", _3(kept), 100 * level, "", ""))
    return figures


def _carrier_zones(shipments: promise_peak.Shipments) -> Reals:
    pair, took = shipments.parcels.levels[2], shipments.came - shipments.left
    past = shipments.left < TABLE_UNTIL
    table = np.array([np.quantile(took[past & (pair == code)], 0.9) for code in range(int(pair.max()) + 1)])
    return np.asarray(table[pair])


def _generated(data: Path) -> Any:
    folder = data.resolve().parent
    if not (folder / "generators" / "peak_shipments.py").is_file():
        return None
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("generators.peak_shipments").generate()
    finally:
        sys.path.remove(str(folder))


def _peers(console: Console, orders: Orders, generated: Any) -> Peers:
    python = os.environ.get(PEERS)
    if not python:
        console.print(f"LightGBM is not measured: {PEERS} names no Python that has it.")
        return {}
    never = orders.delivered >= NEVER
    took = np.where(never, np.inf, orders.delivered - orders.bought)
    given: dict[str, Any] = {
        "olist_x": orders.features, "olist_took": took, "olist_at": orders.bought,
        "olist_known": orders.delivered + 1, "olist_refits": np.array(_refits()),
    }  # fmt: skip
    if generated is not None:
        shipments = promise_peak.read(generated)
        x = np.column_stack([shipments.parcels.numbers, shipments.parcels.levels.T])
        parts = (x, shipments.came - shipments.left, shipments.left, shipments.left, np.array([TABLE_UNTIL, 10**6]))
        given |= {
            f"peak_{name}": part for name, part in zip(("x", "took", "at", "known", "refits"), parts, strict=True)
        }
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in ("given.npz", "said.npz")]
        np.savez(paths[0], **given)
        script = Path(__file__).with_name("promise_peers.py")
        done = subprocess.run([python, str(script), *paths], capture_output=True, text=True, timeout=900, check=False)
        if done.returncode:
            console.print(f"LightGBM could not be measured:\n{done.stderr[-1500:]}")
            return {}
        with np.load(paths[1]) as said:
            return {name: said[name] for name in said.files}
