"""The file of an import, read by its map, and beside it the rows that came back, each with its reason."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from doorstep.cli.desk import Desk
from doorstep.cli.failures import CANNOT_CREATE, DATA, NO_INPUT, StoppedError, granted
from doorstep.cli.files import bytes_of, name_of, parsed
from doorstep.flow.imports.look import remember_map, remembered_map
from doorstep.flow.imports.run import About, Imported
from doorstep.flow.imports.values import CameBack, Given, Kind, Unread
from doorstep.intake.tables.bad_rows import OURS, BadRows, default_path
from doorstep.intake.tables.joins import beside
from doorstep.intake.tables.kinds import KINDS
from doorstep.intake.tables.map import Map, parse_map
from doorstep.intake.tables.opened import Reading, UnreadableTableError
from doorstep.intake.tables.opening import open_table
from doorstep.intake.tables.read import Bad, Good, Reader, fingerprint, own_names, suggest


class Incoming:
    """A file to be imported, opened by the map given, else by the one remembered for its shape, else by our own names.

    StoppedError where file or map cannot be read, or where what stands under the name of the bad rows is not ours.
    """

    def __init__(self, desk: Desk, kind: Kind, file: str, map_file: str = "", bad: str = "") -> None:
        self.kind = kind
        self._path = Path(file)
        if not self._path.is_file():
            raise StoppedError(f"There is no file {file}.", NO_INPUT)
        self._leaving = ExitStack()
        self.map_from, self._map_text = "", ""
        told = self._map(desk, map_file)
        self._reader = Reader(KINDS[str(kind)], told, self._path)
        self._leaving.enter_context(self._reader)
        self.total = self._reader.table.total
        map_digest = hashlib.sha256(self._map_text.encode()).hexdigest() if self._map_text else ""
        self.about = About(self._path.name, self._digest(told), map_digest)
        self._bad_path = Path(bad) if bad else default_path(self._path, told)
        self._bad = BadRows(self._bad_path, self._reader)
        self._leaving.enter_context(self._bad)
        self._keep_what_is_not_ours()

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.close()

    @property
    def bad_file(self) -> str | None:
        return str(self._bad_path) if self._bad.written else None

    @property
    def set_aside(self) -> list[str]:
        """What stood where the bad rows are written, and is not the same; the file is written to its end with that."""
        self._bad.close()
        return [str(path) for path in self._bad.set_aside]

    @property
    def notes(self) -> list[str]:
        return self._reader.notes

    def rows(self) -> Iterator[Given | Unread]:
        """The rows from the beginning; a row with several problems comes back with all of them in one sentence."""
        told = self._reader.told
        for row in self._reader.rows():
            if isinstance(row, Good):
                yield Given(row.value, row.line, told, row.origin)
            else:
                yield _unread(row)

    def came_back(self, row: CameBack) -> None:
        """Write the row down with its reason."""
        self._bad.put(row.source, row.says)

    def remember(self, desk: Desk, told: Imported) -> bool:
        """The map that was given reads files of this shape from now on, once it has read one well."""
        if told.dry_run or not told.good or self.map_from != "given":
            return False
        return remember_map(desk.office, desk.who, self.kind, self._shape(), self._map_text)

    def _shape(self) -> str:
        return fingerprint(KINDS[str(self.kind)], _columns_of(self._path))

    def _map(self, desk: Desk, map_file: str) -> Map:
        kind = KINDS[str(self.kind)]
        if map_file:
            self.map_from, self._map_text = "given", bytes_of(map_file).decode("utf-8-sig", "replace")
            told = granted(parse_map(parsed(map_file), kind.name, kind.names, kind.needed), name_of(map_file))
            return _at_home(desk, told, name_of(map_file))
        known = remembered_map(desk.office, self.kind, self._shape())
        if known is not None:
            self.map_from, self._map_text = "remembered", known
            told = granted(parse_map(tomllib.loads(known), kind.name, kind.names, kind.needed), "the remembered map")
            return _at_home(desk, told, "The remembered map")
        own = own_names(kind, _columns_of(self._path))
        if isinstance(own, str):
            raise StoppedError(f"{self._path.name} {own} {kind.name} {self._path}", DATA)
        self.map_from = "own names"
        return _at_home(desk, own, "")

    def _digest(self, told: Map) -> str:
        digest = hashlib.sha256()
        for path in (self._path, *(beside(self._path, join.file) for join in told.joins.values())):
            with path.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
        return digest.hexdigest()

    def _keep_what_is_not_ours(self) -> None:
        """Nothing that an import did not write itself is overwritten."""
        path = self._bad_path
        if not path.exists():
            return
        files = list(path.iterdir()) if path.is_dir() else [path]
        if not all(_is_ours(file) for file in files):
            says = f"{path} is there and was not written by an import: name another file with --bad."
            raise StoppedError(says, CANNOT_CREATE)


def _at_home(desk: Desk, told: Map, where: str) -> Map:
    """The map with the company's currency, and the clock of its first site, where it names none."""
    reading, ours = told.reading, desk.currency()
    if reading.currency not in ("", ours):
        raise StoppedError(f"{where} says {reading.currency}, and the company's currency is {ours}.", DATA)
    here = {"currency": ours, "zone": reading.zone or desk.zone()}
    return replace(told, reading=reading.model_copy(update=here))


def _columns_of(path: Path) -> tuple[str, ...]:
    """The columns as a reader sees them that was told nothing: the shape by which a map is remembered."""
    try:
        return open_table(path, Reading()).columns
    except UnreadableTableError:
        return open_table(path, Reading(encoding="latin-1")).columns


def _is_ours(file: Path) -> bool:
    try:
        return set(OURS) <= set(open_table(file, Reading()).columns)
    except UnreadableTableError:
        return False


def _unread(row: Bad) -> Unread:
    first, *others = row.problems
    says = "; ".join([_problem(first), *(f"{other.column}: {_problem(other)}" for other in others)])
    return Unread(row.line, says, first.column, row.origin)


def _problem(problem: Any) -> str:
    return f"{problem.cell!r} {problem.says}" if problem.cell else str(problem.says)


def suggested(kind: Kind, file: str) -> str:
    """A map to begin with for the file's columns."""
    return suggest(KINDS[str(kind)], open_table(Path(file), Reading()).columns)
