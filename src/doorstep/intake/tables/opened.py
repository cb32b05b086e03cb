"""An opened table, whatever its format: named columns, and rows of cells with the line where each stands."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A text, a number, a date, an instant, a yes or no, or None where the cell is empty.
Cell = Any


class UnreadableTableError(Exception):
    """The file is no table we can read; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that holds a formula, or the error of one: not a value."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line of the file (of the sheet, of the table) where it begins, and its cells by column.

    `says` is what is wrong with the row as a whole; its cells are then as they came.
    """

    line: int
    cells: Sequence[Cell]
    says: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read, as its map says; '' and 0 are found out or usual."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table. `rows()` reads it from its beginning; `total` is how many rows it has, None where unknown."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    total: int | None = None


MOST_LETTERS = 100_000  # in one cell


def named(columns: Sequence[Cell], file: str, line: int) -> tuple[str, ...]:
    """The names of the columns, trimmed; UnreadableTableError where one is missing or stands twice.

    Columns without a name behind the last named one are left out: sheets often have some.
    """
    names = ["" if column is None else str(column).strip() for column in columns]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise UnreadableTableError(f"{file} has no column names in line {line}. Name the line by `header` in the map.")
    if "" in names:
        raise UnreadableTableError(f"{file}, line {line}: column {names.index('') + 1} has no name.")
    twice = next((name for number, name in enumerate(names) if name in names[:number]), "")
    if twice:
        raise UnreadableTableError(f"{file}, line {line}: two columns are named {twice!r}. Rename one.")
    return tuple(names)


def fitted(line: int, cells: Sequence[Cell], columns: int) -> Row:
    """A row with as many cells as there are columns, or what is wrong with it."""
    if len(cells) > columns and any(cell not in (None, "") for cell in cells[columns:]):
        return Row(line, cells, f"has {len(cells)} cells, and there are {columns} columns")
    if len(cells) < columns:
        return Row(line, cells, f"has {len(cells)} cells, and there are {columns} columns")
    if _longest(cells) > MOST_LETTERS:
        return Row(line, cells, f"has a cell of more than {MOST_LETTERS} letters")
    return Row(line, cells if len(cells) == columns else cells[:columns])


def _longest(cells: Sequence[Cell]) -> int:
    try:
        return max(map(len, cells))  # of a comma file, where all are texts
    except (TypeError, ValueError):
        return max((len(cell) for cell in cells if isinstance(cell, str)), default=0)


def check_zip(path: Path, most_bytes: int = 2_000_000_000, most_ratio: int = 200) -> None:
    """UnreadableTableError for an archive that would unpack to far more than it is: nobody needs that honestly."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError) as wrong:
        raise UnreadableTableError(f"{path.name} is no whole XLSX file: {wrong}.") from None
    whole = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if len(entries) > 10_000 or whole > most_bytes or (whole > 10_000_000 and whole // packed > most_ratio):
        raise UnreadableTableError(
            f"{path.name} is not opened: its {path.stat().st_size:,} bytes would unpack to {whole:,}. "
            "Save it anew, or as CSV."
        )
