"""Spreadsheets (XLSX), row by row. A formula is not a value: whoever reads the cell refuses it, with its place."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from doorstep.intake.tables.opened import (
    Cell,
    Formula,
    Reading,
    Row,
    Table,
    UnreadableTableError,
    check_zip,
    fitted,
    named,
)


def open_spreadsheet(path: Path, reading: Reading) -> Table:
    check_zip(path)
    name, total = _sheet_of(path, reading.sheet)
    head = next((row for row in _lines(path, name) if row[0] >= reading.header), None)
    if head is None:
        raise UnreadableTableError(f"{path.name}, sheet {name}, has no line {reading.header} with column names.")
    columns = named(head[1], path.name, head[0])

    def rows() -> Iterator[Row]:
        for line, cells in _lines(path, name):
            if line > head[0] and any(cell is not None for cell in cells):
                missing = len(columns) - len(cells)  # empty cells at the end of a row are not in the file
                yield fitted(line, [*cells, *[None] * missing], len(columns))

    return Table(path.name, columns, rows, total and max(total - head[0], 0))


def _open(path: Path) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that have nothing to do with values
            return load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, OSError, SyntaxError) as wrong:
        raise UnreadableTableError(f"{path.name} is no spreadsheet we can read: {wrong}.") from None


def _sheet_of(path: Path, wanted: str) -> tuple[str, int | None]:
    book = _open(path)
    try:
        if not book.sheetnames:
            raise UnreadableTableError(f"{path.name} has no sheet.")
        if wanted and wanted not in book.sheetnames:
            sheets = ", ".join(book.sheetnames)
            raise UnreadableTableError(f"{path.name} has no sheet {wanted!r}; it has {sheets}.")
        name = wanted or book.sheetnames[0]
        return name, getattr(book[name], "max_row", None)
    finally:
        book.close()


def _lines(path: Path, sheet: str) -> Iterator[tuple[int, list[Cell]]]:
    book = _open(path)
    try:
        for line, row in enumerate(book[sheet].iter_rows(), 1):
            yield line, [_cell(cell) for cell in row]
    except (ValueError, KeyError, SyntaxError, TypeError) as wrong:
        raise UnreadableTableError(f"{path.name}, sheet {sheet}: {wrong}.") from None
    finally:
        book.close()


def _cell(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type in ("f", "e"):
        return Formula(str(getattr(value, "text", value)))
    if isinstance(value, float):
        return Decimal(repr(value))
    return value
