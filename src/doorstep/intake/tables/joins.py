"""Several tables joined to one stream of rows: each row is its part of every table, None where one has none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from doorstep.intake.problems import nearest
from doorstep.intake.tables.map import Join, Map, how
from doorstep.intake.tables.opened import Cell, Table, UnreadableTableError
from doorstep.intake.tables.opening import open_table
from doorstep.intake.tables.spool import Spool

Part = tuple[int, Sequence[Cell], str]  # line, cells, what is wrong with the row as a whole
_AT_ONCE = 500
_ENDINGS = (".csv", ".xlsx", ".parquet")


@dataclass(frozen=True, slots=True)
class _Step:
    """A join: the columns of ours that it goes by, and where its rows wait under their keys."""

    ours: tuple[tuple[int, int], ...]
    spool: Spool
    many: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """The main table and those joined to it, in order."""

    tables: tuple[Table, ...]
    names: tuple[str, ...]  # '' for the main table, else the join's
    many: tuple[bool, ...]
    steps: tuple[_Step, ...]

    def place_of(self, column: str) -> tuple[int, int]:
        """(table, column) of a name; UnreadableTableError where there is none, with the nearest."""
        if column in self.tables[0].columns:
            return 0, self.tables[0].columns.index(column)
        join, _, name = column.partition(".")
        if join in self.names[1:]:
            number = self.names.index(join)
            columns = self.tables[number].columns
            if name in columns:
                return number, columns.index(name)
            raise UnreadableTableError(f"{self.tables[number].name} has no column {name!r}{nearest(name, columns)}.")
        known = self.tables[0].columns
        raise UnreadableTableError(f"{self.tables[0].name} has no column {column!r}{nearest(column, known)}.")

    def has_lines(self, parts: Sequence[Part | None]) -> bool:
        """Whether the row has a part of every table that brings lines."""
        return all(part is not None for part, many in zip(parts, self.many, strict=True) if many)

    def rows(self) -> Iterator[list[Part | None]]:
        rows = iter(self.tables[0].rows())
        while some := list(islice(rows, _AT_ONCE)):
            batch: list[list[Part | None]] = [[(row.line, row.cells, row.says)] for row in some]
            for step in self.steps:
                batch = _matched(batch, step)
            yield from batch


def _matched(batch: list[list[Part | None]], step: _Step) -> list[list[Part | None]]:
    keys = [_key_of(parts, step.ours) for parts in batch]
    found = step.spool.of(key for key in keys if key is not None)
    matched: list[list[Part | None]] = []
    for parts, key in zip(batch, keys, strict=True):
        theirs = found.get(key, []) if key is not None else []
        if not theirs:
            matched.append([*parts, None])
        elif step.many:
            matched += [[*parts, part] for part in theirs]
        elif len(theirs) > 1:
            says = f"{len(theirs)} rows of the joined table belong to it (lines {theirs[0][0]} and {theirs[1][0]})"
            first = parts[0]
            head: Part | None = first and (first[0], first[1], first[2] or says)
            matched.append([head, *parts[1:], theirs[0]])
        else:
            matched.append([*parts, theirs[0]])
    return matched


def _key_of(parts: Sequence[Part | None], ours: tuple[tuple[int, int], ...]) -> str | None:
    cells = []
    for number, index in ours:
        part = parts[number]
        if part is None or part[2] or part[1][index] in (None, ""):
            return None
        cells.append(str(part[1][index]).strip())
    return "\x1f".join(cells)


def joined(told: Map, path: Path, leaving: ExitStack) -> Joined:
    """Open the main table and every joined one; what waits aside goes when `leaving` does."""
    tables, names, many = [open_table(path, told.how)], [""], [False]
    steps: list[_Step] = []
    for name, join in told.joins.items():
        so_far = Joined(tuple(tables), tuple(names), tuple(many), ())
        table = open_table(beside(path, join.file), how(join.reading or told.reading))
        ours = tuple(so_far.place_of(column) for column in join.on.values())
        steps.append(_Step(ours, _spooled(table, join, leaving), join.many))
        tables.append(table)
        names.append(name)
        many.append(join.many)
    return Joined(tuple(tables), tuple(names), tuple(many), tuple(steps))


def _spooled(table: Table, join: Join, leaving: ExitStack) -> Spool:
    columns = {name: number for number, name in enumerate(table.columns)}
    for name in join.on:
        if name not in columns:
            raise UnreadableTableError(f"{table.name} has no column {name!r}{nearest(name, columns)}.")
    theirs = tuple((0, columns[name]) for name in join.on)
    spool = leaving.enter_context(closing(Spool()))
    for row in table.rows():
        if row.says:
            raise UnreadableTableError(f"{table.name}, line {row.line}: {row.says}. Mend it, then import again.")
        part = (row.line, row.cells, "")
        key = _key_of([part], theirs)
        if key is not None:
            spool.put(key, part)
    return spool


def beside(path: Path, name: str) -> Path:
    """The file of that name beside `path`; where there is none, one with the same stem and another ending."""
    exact = path.parent / name
    if exact.exists():
        return exact
    others = [exact.with_suffix(ending) for ending in _ENDINGS]
    return next((other for other in others if other.exists()), exact)
