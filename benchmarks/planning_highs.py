"""HiGHS on the whole problem, beside our plan of the same question: run by the Python that DOORSTEP_PLAN_PEERS names.

Its environment has highspy and numpy. What it finds is reckoned and checked as ours is; what it says it costs must be
that, but for half a thousandth of a minor unit a shipment, by which we round: else it solved another question.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from doorstep.planning.joint.sourcing import MILLS, Ints, Sourced, Sourcing

PEERS = "DOORSTEP_PLAN_PEERS"
SECONDS = {1_000: 120, 10_000: 120}  # its limit, by orders
NO_PEERS = f"HiGHS is not measured: {PEERS} names no Python that has highspy and numpy."


@dataclass(frozen=True)
class Solved:
    """What it found: the plan with HiGHS' own bound, what it took, and its words."""

    plan: Sourced
    seconds: float  # of the processor
    wall_seconds: float
    peak_mb: int
    words: str
    problems: tuple[str, ...]


def solved(question: Sourcing, seconds: int) -> Solved | None:
    """None where there is no such Python, or HiGHS found no plan within its limit."""
    python = os.environ.get(PEERS)
    if not python:
        return None
    with tempfile.TemporaryDirectory() as folder:
        given, said = Path(folder) / "given.npz", Path(folder) / "said.npz"
        np.savez(given, **{field.name: getattr(question, field.name) for field in fields(question)})
        command = [python, str(Path(__file__).with_name("planning_peers.py")), str(given), str(said), str(seconds)]
        subprocess.run(command, check=True)
        told = dict(np.load(said))
    if not told["found"]:
        print(f"HiGHS finds no plan of {question.orders:,} orders within {seconds} s by the clock")
        return None
    line_site, service = told["line_site"].astype(np.int64), told["service"].astype(np.int64)
    mills = cost_mills(question, line_site, service)
    plan = Sourced(line_site, service, mills, int(np.floor(told["bound"] * MILLS)))
    apart = abs(float(told["objective"]) * MILLS - mills)
    agreed = apart <= _rounded(question, service)
    problems = () if agreed else (f"it says it costs {apart:.0f} thousandths more or less",)
    words = f"HiGHS {told['version']} on the whole problem, limit {seconds} s: {told['status']}"
    took = float(told["seconds"]), float(told["wall_seconds"]), int(told["peak_mb"])
    return Solved(plan, *took, words, problems)


def _rounded(question: Sourcing, service: Ints) -> float:
    """How far apart costs may be: half a thousandth a shipment, and what HiGHS calls whole by a millionth."""
    return int((service >= 0).sum()) / 2 + question.orders


def cost_mills(question: Sourcing, line_site: Ints, service: Ints) -> int:
    """What the plan costs, in thousandths of a minor unit."""
    owner = np.repeat(np.arange(question.orders), np.diff(question.order_ptr))
    sent = line_site >= 0
    cell = owner[sent], line_site[sent]
    mg, units = np.zeros_like(service), np.zeros_like(service)
    np.add.at(mg, cell, (question.item_mg[question.line_item] * question.line_quantity)[sent])
    np.add.at(units, cell, question.line_quantity[sent])
    order, site = np.nonzero(units)
    by = service[order, site]
    freight = (question.per_kg_minor[by, question.zone[order, site]] * mg[order, site] + MILLS // 2) // MILLS
    fixed = question.fixed_minor[order, site, by] + question.unit_minor[site] * units[order, site]
    return int((fixed * MILLS + freight).sum()) + int((~sent).sum()) * question.backorder_minor * MILLS
