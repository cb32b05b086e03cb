"""Rows of a tariff's tables that came back, as files of the form they came in: mended, they take the place of what they
were."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorstep.intake.tables.bad_rows import ENDING, OURS, spelt
from doorstep.intake.tables.cells import spreadsheet_safe
from doorstep.intake.tables.map import ReadingIn, how
from doorstep.intake.tables.opened import Table
from doorstep.intake.tables.opening import open_table
from doorstep.intake.tables.read import RowProblem

LINE, _ = OURS


@dataclass(frozen=True, slots=True)
class TableRead:
    """A table that a tariff was read from, and how."""

    path: Path
    reading: ReadingIn


def mended_lines(table: Table) -> set[int]:
    """The lines of the first file whose place the rows of a mended one take."""
    if LINE not in table.columns:
        return set()
    at = table.columns.index(LINE)
    said = (str(row.cells[at]).strip() for row in table.rows() if len(row.cells) > at)
    return {int(line) for line in said if line.isascii() and line.isdecimal()}


def write_back(problems: Iterable[RowProblem], tables: Mapping[str, TableRead]) -> tuple[Path, ...]:
    """Write each table's rows that came back beside it, `prices.bad.csv`, every row with its line and what is wrong.

    OSError where that cannot be written. What is wrong with a file as a whole, in no row of it, is in no file.
    """
    says: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in problems:
        if each.file in tables:
            about = f"{each.column}: {each.says}" if each.column else each.says
            says[each.file][each.line].append(about)
    return tuple(path for name, lines in says.items() if (path := _written(tables[name], lines)) is not None)


def _written(read: TableRead, says: Mapping[int, Sequence[str]]) -> Path | None:
    reading, path = read.reading, read.path.with_name(f"{read.path.stem}{ENDING}.csv")
    table = open_table(read.path, how(reading))
    rows = [row for row in table.rows() if row.line in says]
    if not rows:
        return None
    kept = [place for place, name in enumerate(table.columns) if name not in OURS]
    with path.open("w", encoding=reading.encoding or "utf-8", newline="", errors="xmlcharrefreplace") as file:
        writer = csv.writer(file, delimiter=reading.delimiter or ",", lineterminator="\n")
        file.write("\n" * (reading.header - 1))
        writer.writerow([*(table.columns[place] for place in kept), *OURS])
        for row in rows:
            whole = len(row.cells) == len(table.columns)
            cells = [row.cells[place] for place in kept] if whole else row.cells
            line = _first_line(row.cells, table) if whole else None
            told = spreadsheet_safe("; ".join(says[row.line]))
            writer.writerow([*(spelt(cell, reading) for cell in cells), line or row.line, told])
    return path


def _first_line(cells: Sequence[Any], table: Table) -> str | None:
    """Where a row stood at first, if it is one that was mended and came back again."""
    return str(cells[table.columns.index(LINE)]) if LINE in table.columns else None
