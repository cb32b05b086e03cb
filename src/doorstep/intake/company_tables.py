"""The tables of a company's folder: their rows as values by column, where each came from, and what cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doorstep.intake.problems import Problem
from doorstep.intake.tables.cells import Read, WrongCellError
from doorstep.intake.tables.opened import Reading, Table, UnreadableTableError
from doorstep.intake.tables.opening import open_table

Raw = dict[str, Any]
_MOST_TOLD = 60  # letters of a cell that are told again


@dataclass(frozen=True, slots=True)
class Column:
    """How the cells of a column are read, and whether one may say nothing."""

    read: Read
    needed: bool = False


Columns = Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: what its cells say, by column; those that say nothing are left out."""

    file: str
    number: int
    cells: Raw

    def __str__(self) -> str:
        return f"{self.file}, line {self.number}"


@dataclass
class Tables:
    """The folder while it is read."""

    folder: Path
    currency: str = ""
    problems: list[Problem] = field(default_factory=list)
    lines_of: dict[str, Line] = field(default_factory=dict)  # "items.17" -> the row it came from

    def wrong(self, place: str, says: str) -> None:
        self.problems.append(Problem(place, says))

    def there(self, file: str) -> bool:
        return (self.folder / file).is_file()

    def columns(self, file: str) -> tuple[str, ...]:
        """The names of a table's columns; none where it is no table, which is told."""
        table = self._opened(file)
        return table.columns if table else ()

    def lines(self, file: str, columns: Columns) -> Iterator[Line]:
        """The rows of a table that can be read whole; none where there is no such file."""
        table = self._opened(file) if self.there(file) else None
        if table is None or not self._has_its_columns(table, file, columns):
            return
        try:
            for row in table.rows():
                if row.says:
                    self.wrong(f"{file}, line {row.line}", row.says)
                elif any(cell.strip() for cell in row.cells):
                    told = dict(zip(table.columns, row.cells, strict=True))
                    line = self._read(Line(file, row.line, {}), told, columns)
                    if line is not None:
                        yield line
        except UnreadableTableError as wrong:
            self.wrong(file, str(wrong))

    def put(self, raw: Raw, table: str, line: Line, made: Raw) -> None:
        """Put what a row comes to into a table of the company's file."""
        rows = raw.setdefault(table, [])
        self.lines_of[f"{table}.{len(rows)}"] = line
        rows.append(made)

    def placed(self, problems: Iterable[Problem]) -> list[Problem]:
        """Problems of the joined company, with file and line in place of a row's number in it."""
        return [Problem(self._place(problem.place), problem.says) for problem in problems]

    def _place(self, place: str) -> str:
        table, _, rest = place.partition(".")
        number, _, column = rest.partition(".")
        line = self.lines_of.get(f"{table}.{number}")
        return f"{line} {column}".rstrip() if line else f"company.toml, {place}"

    def _opened(self, file: str) -> Table | None:
        try:
            return open_table(self.folder / file, Reading())
        except UnreadableTableError as wrong:
            self.wrong(file, str(wrong))
            return None

    def _has_its_columns(self, table: Table, file: str, columns: Columns) -> bool:
        unknown = [name for name in table.columns if name not in columns]
        missing = [name for name, column in columns.items() if column.needed and name not in table.columns]
        if unknown:
            known = ", ".join(columns)
            self.wrong(f"{file}, line 1", f"{', '.join(unknown)}: no column of ours; there are {known}")
        if missing:
            self.wrong(f"{file}, line 1", f"the column {', '.join(missing)} is missing")
        return not (unknown or missing)

    def _read(self, line: Line, told: Mapping[str, str], columns: Columns) -> Line | None:
        """The line with its cells as values; None where one cannot be read."""
        before = len(self.problems)
        for name, cell in told.items():
            said = cell.strip()
            try:
                if said:
                    line.cells[name] = columns[name].read(said)
                elif columns[name].needed:
                    self.wrong(f"{line} {name}", "is empty, and needed")
            except WrongCellError as wrong:
                self.wrong(f"{line} {name}", f"{said[:_MOST_TOLD]} {wrong}")
        return line if len(self.problems) == before else None
