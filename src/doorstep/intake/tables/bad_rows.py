"""Rows that came back, as files that can be mended and read again by the same map: nothing of them is lost.

Each row stands as it was, with two columns more: `problem_line`, where it stood, and `problem`, what is wrong. Mend the
row; whether the two columns are taken out or left makes no difference.
"""

from __future__ import annotations

import csv
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from doorstep.intake.tables.cells import spreadsheet_safe
from doorstep.intake.tables.map import Map, ReadingIn
from doorstep.intake.tables.opened import Cell, Formula
from doorstep.intake.tables.read import Origin, Reader

OURS = ("problem_line", "problem")
ENDING = ".bad"


class BadRows:
    """Writes rows that came back; makes no file before the first one.

    One table goes into the file `path`. Where tables are joined, `path` is a folder with one file for each, under the
    names by which the map finds them. What stood there before may be mended by now: where it is not what is written, it
    is kept beside, and `set_aside` says where.
    """

    def __init__(self, path: Path, opened: Reader) -> None:
        self.path = path
        self._tables = opened.joined.tables
        self._map = opened.map
        self._leaving = ExitStack()
        self._files: dict[int, Any] = {}
        self.set_aside: list[Path] = []

    def __enter__(self) -> BadRows:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write to the end. What was set aside and is the same as what is written is not needed."""
        self._leaving.close()
        written = {path.read_bytes() for path in map(self._path, self._files)}
        for path in [path for path in self.set_aside if path.read_bytes() in written]:
            path.unlink()
            self.set_aside.remove(path)

    @property
    def written(self) -> bool:
        return bool(self._files)

    def put(self, origin: Origin, says: str) -> None:
        """Write the rows that a value was read from; `says` stands beside those of the main table."""
        for number, line, cells in origin:
            names = self._tables[number].columns
            kept = [place for place, name in enumerate(names) if name not in OURS]
            ragged = len(cells) != len(names)
            reading = self._reading(number)
            row = [spelt(cell, reading) for cell in cells] if ragged else [spelt(cells[i], reading) for i in kept]
            self._writer(number).writerow([*row, line, spreadsheet_safe(says)])

    def _reading(self, number: int) -> ReadingIn:
        joins = list(self._map.joins.values())
        return (joins[number - 1].reading if number else None) or self._map.reading

    def _writer(self, number: int) -> Any:
        if number not in self._files:
            reading, path = self._reading(number), self._path(number)
            path.parent.mkdir(parents=True, exist_ok=True)
            if (before := moved_aside(path)) is not None:
                self.set_aside.append(before)
            encoding = reading.encoding or "utf-8"
            file = self._leaving.enter_context(
                path.open("w", encoding=encoding, newline="", errors="xmlcharrefreplace")
            )
            writer = csv.writer(file, delimiter=reading.delimiter or ",", lineterminator="\n")
            for _ in range(reading.header - 1):
                file.write("\n")
            names = [name for name in self._tables[number].columns if name not in OURS]
            writer.writerow([*names, *OURS])
            self._files[number] = writer
        return self._files[number]

    def _path(self, number: int) -> Path:
        if len(self._tables) == 1:
            return self.path
        return self.path / f"{Path(self._tables[number].name).stem}.csv"


def moved_aside(path: Path) -> Path | None:
    """Give what stands at a path the first free number in its name; the new path, None where nothing stands there."""
    if not path.exists():
        return None
    number = 1
    while (aside := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    path.rename(aside)
    return aside


def default_path(file: Path, told: Map) -> Path:
    """Where rows of a file that came back are written if nobody says: beside it."""
    return file.with_name(f"{file.stem}{ENDING}") if told.joins else file.with_name(f"{file.stem}{ENDING}.csv")


def spelt(cell: Cell, reading: ReadingIn) -> str:
    """A cell as text that the same map reads as what it was."""
    if cell is None:
        return ""
    if isinstance(cell, Formula):
        return spreadsheet_safe(cell.text)
    if isinstance(cell, datetime | date):
        return cell.strftime(reading.dates) if reading.dates else cell.isoformat()
    if isinstance(cell, Decimal | int) and not isinstance(cell, bool):
        return f"{Decimal(cell):f}".replace(".", reading.decimal)
    return spreadsheet_safe(str(cell))
