"""Two weeks of the demo's company: orders and facts a second, memory, and the pages on what came of it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.measuring import Figure, alone, in_a_process, peak_mb
from benchmarks.pages import measured
from doorstep.terms.clock import SystemClock
from doorstep.twin.demo import demo
from doorstep.twin.host import open_demo

_EXAMPLE = Path(__file__).parents[1] / "examples" / "heating_parts"


def run(console: Console) -> list[Figure]:
    """The whole demo in a process of its own, then its pages in another."""
    with tempfile.TemporaryDirectory() as home:
        environ = {"DOORSTEP_HOME": home}
        console.print("living two weeks ...")
        seconds, cpu_seconds, orders, facts, violations, peak = in_a_process(_live, environ)
        if violations:
            raise ValueError(f"{violations} invariants do not hold")
        return [
            alone("the whole demo", "s", seconds, f"{cpu_seconds:.0f} s of them its own processor time"),
            alone("  orders", "/s", orders / seconds, f"{orders:,} orders, checks and report included"),
            alone("  facts", "/s", facts / seconds, f"{facts:,} facts, sealed"),
            alone("  peak memory", "MB", peak, "without the database"),
            *in_a_process(_pages, environ),
        ]


def _live(environ: dict[str, str]) -> tuple[Any, ...]:
    began = time.perf_counter()
    told = demo(environ, _EXAMPLE, Console(quiet=True))
    seconds = time.perf_counter() - began
    return (
        seconds,
        time.process_time(),
        len(told.lived.taken),
        told.figures.facts,
        len(told.figures.violations),
        peak_mb(),
    )


def _pages(environ: dict[str, str]) -> list[Figure]:
    with open_demo(environ, SystemClock(), pool_size=4) as office:
        return measured(office)


if __name__ == "__main__":
    for figure in run(Console()):
        print(f"{figure.what:24} {figure.ours:10.1f} {figure.unit:3} {figure.beside}")
