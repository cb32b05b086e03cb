"""`./run bench [NAME...]`: measures, prints a table for each and writes benchmarks/results/YYYY-MM-DD-NAME.json."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import (
    appending,
    busy,
    carrier_calls,
    charting,
    consolidating,
    containers,
    filling,
    hot_item,
    importing,
    intake,
    labelling,
    living,
    packing,
    pallets,
    planning,
    planning_open,
    promising,
    quoting,
    rating,
    reading,
    rebuilding,
    replaying,
    routing,
    sealing,
)
from benchmarks.machine import database, machine
from benchmarks.measuring import RESULTS, write
from doorstep.storage.embedded import EmbeddedServer

ON_A_SERVER: dict[str, Callable[[EmbeddedServer, Console], Sequence[Any]]] = {
    "intake": intake.run,
    "hot-item": hot_item.run,
    "append": appending.run,
    "seal": sealing.run,
    "rebuild": rebuilding.run,
    "fill": filling.run,
    "replay": replaying.run,
    "read": reading.run,
    "chart": charting.run,
    "quote": quoting.run,
    "plan-open": planning_open.run,
    "carriers": carrier_calls.run,
}
BY_ITSELF: dict[str, Callable[[Console], Sequence[Any]]] = {
    "packing": lambda _: packing.run(sys.stdout),
    "containers": lambda _: containers.run(),
    "import": importing.run,
    "rating": rating.run,
    "labels": labelling.run,
    "demo": living.run,
    "busy": busy.run,
    "pallets": pallets.run,
    "routing": routing.run,
    "promise": promising.run,
    "plan": planning.run,
    "consolidation": consolidating.run,
}
NAMES = (*ON_A_SERVER, *BY_ITSELF)


def main(names: Sequence[str]) -> int:
    console = Console()
    for wrong in (name for name in names if name not in NAMES):
        console.print(f"There is no benchmark {wrong}. There are: {', '.join(NAMES)}.")
        return 64
    for name in names or NAMES:
        console.rule(name)
        about, figures = _measured(name, console)
        if figures:
            console.print(_table(name, figures))
            written = write(name, about, figures)
            console.print(f"written: {written.relative_to(RESULTS.parents[1])}")
    return 0


def _measured(name: str, console: Console) -> tuple[dict[str, Any], Sequence[Any]]:
    about: dict[str, Any] = {"machine": machine()}
    begin = time.monotonic()
    if name in BY_ITSELF:
        figures = BY_ITSELF[name](console)
    else:
        # A server of its own, as durable as it comes, and gone afterwards.
        with tempfile.TemporaryDirectory() as home, EmbeddedServer.start(Path(home) / "postgresql") as server:
            about["database"] = database(server.dsn("postgres"))
            figures = ON_A_SERVER[name](server, console)
    return {**about, "took_s": round(time.monotonic() - begin)}, figures


def _table(name: str, figures: Sequence[Any]) -> Table:
    """A row for each figure, a column for each field that is no list of rounds."""
    table = Table(title=name)
    shown = [field.name for field in fields(figures[0]) if not field.name.endswith("rounds")]
    for column in shown:
        is_number = isinstance(getattr(figures[0], column), int | float)
        table.add_column(column, justify="right" if is_number else "left", overflow="fold")
    for figure in figures:
        values = (getattr(figure, column) for column in shown)
        table.add_row(
            *("" if value is None else f"{value:,}" if not isinstance(value, str) else value for value in values)
        )
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
