"""Reading a table by its map: good rows as values, bad ones with every problem in its place; in bounded memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from doorstep.intake.tables import columns as compiled
from doorstep.intake.tables.builders import WrongRowError
from doorstep.intake.tables.cells import WrongCellError
from doorstep.intake.tables.joins import Joined, Part, joined
from doorstep.intake.tables.kinds import Kind
from doorstep.intake.tables.map import Column, Map
from doorstep.intake.tables.opened import Cell, Table
from doorstep.intake.tables.spool import Spool

_LONGEST_CELL = 60
_ALIKE = 0.7  # of names, as difflib measures it: a typing error is alike, another word is not


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong, where: the file, its line, its column ('' the row as a whole), and what stands there."""

    file: str
    line: int
    column: str
    cell: str
    says: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{where}: {self.cell!r} {self.says}" if self.cell else f"{where}: {self.says}"


# The rows of the files that a value was read from: number of the table (0 is the main one), line, cells.
Origin = tuple[tuple[int, int, Sequence[Cell]], ...]


@dataclass(frozen=True, slots=True)
class Good:
    """A value, the line where it (or its first row) stands, the name it is known by."""

    line: int
    key: str
    value: Any
    origin: Origin


@dataclass(frozen=True, slots=True)
class Bad:
    """A row, or a group of rows, that cannot be read, and every reason why."""

    line: int
    problems: tuple[RowProblem, ...]
    origin: Origin


# A joined row, the values of its fields by name, and its problems.
_Read = tuple[list[Part | None], dict[str, Any], list[RowProblem]]


class Reader:
    """A file of one kind, opened with its map. Close it: what it kept aside is then gone."""

    def __init__(self, kind: Kind, told: Map, path: Path) -> None:
        """UnreadableTableError where file, joined files and map do not go together."""
        self.kind = kind
        self.map = told
        self._leaving = ExitStack()
        try:
            self.joined: Joined = joined(told, path, self._leaving)
            self._fields = compiled.compiled(kind, told, self.joined)
            self._line_fields = [field for field in self._fields if field.line]
            self._line_names = [field.name for field in kind.fields if field.line]
            self._head_names = [field.name for field in self._fields if not field.line]
        except BaseException:
            self._leaving.close()
            raise

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.close()

    @property
    def table(self) -> Table:
        return self.joined.tables[0]

    @property
    def told(self) -> frozenset[str]:
        """The attributes of the value that the file speaks of, dotted."""
        named = [field for field in self.kind.fields if field.name in self.map.columns]
        return frozenset(part for field in named for part in field.tells.split(",") if part)

    @property
    def notes(self) -> list[str]:
        """What was read by a rule that is worth knowing."""
        odd = sum(field.instants.odd for field in self._fields if field.instants)
        zone = self.map.reading.zone
        return [f"{odd} times are in an hour that the clock of {zone} skipped or had twice: the earlier is meant"][
            : bool(odd)
        ]

    def rows(self) -> Iterator[Good | Bad]:
        """Every row, or group of rows, in the order of the file. UnreadableTableError where the file breaks off."""
        seen: dict[str, int] = {}
        made = self._groups() if self.kind.group else self._singles()
        for one in made:
            if isinstance(one, Good) and self.kind.key:
                first = seen.setdefault(one.key, one.line)
                if first != one.line and self.map.distinct:
                    continue
                if first != one.line:
                    says = f"{' and '.join(self._key_fields)} {one.key} stands in line {first} already"
                    column = self.map.columns[self._key_fields[0]].sources
                    problem = RowProblem(self.table.name, one.line, (*column, "")[0], "", says)
                    yield Bad(one.line, (problem,), one.origin)
                    continue
            yield one

    @property
    def _key_fields(self) -> list[str]:
        return [name for name in self.kind.key if name in self.map.columns] or [next(iter(self.map.columns))]

    def _singles(self) -> Iterator[Good | Bad]:
        picked = [(self.joined.place_of(name), said) for name, said in self.map.where.items()]
        for parts in self.joined.rows():
            if picked and not _says(parts, picked):
                continue
            values, problems = self._values(parts)
            yield self._built([parts], problems, values)

    def _groups(self) -> Iterator[Good | Bad]:
        if any(join.many for join in self.map.joins.values()):
            # Each row of the main table is a group, and its lines come one behind the other.
            yield from self._lines_by_join()
            return
        if self._contiguous():
            yield from self._lines_behind_one_another()
            return
        spool = self._leaving.enter_context(closing(Spool()))
        for number, parts in enumerate(self.joined.rows()):
            values, problems = self._values(parts)
            key = values.get(self.kind.key[0])
            spool.put(f"k{key}" if key is not None else f"n{number}", (parts, values, problems))
        for _, several in spool.groups():
            yield self._grouped(several)

    def _lines_by_join(self) -> Iterator[Good | Bad]:
        current: list[list[Part | None]] = []
        for parts in self.joined.rows():
            if current and parts[0] is not current[0][0]:
                yield self._group(current)
                current = []
            current.append(parts)
        if current:
            yield self._group(current)

    def _lines_behind_one_another(self) -> Iterator[Good | Bad]:
        """What stands in the columns of the head is read once where the next line repeats it letter by letter."""
        places = [self.joined.place_of(s)[1] for name in self._head_names for s in self._sources(name)]
        current: list[_Read] = []
        key: Any = None
        repeated: list[Cell] = []
        for parts in self.joined.rows():
            cells = parts[0][1] if parts[0] is not None and not parts[0][2] else ()
            mine_repeated = [cells[place] for place in places] if cells else []
            if current and mine_repeated and mine_repeated == repeated and not current[0][2]:
                current.append((parts, *self._values(parts, self._line_fields)))
                continue
            values, problems = self._values(parts)
            mine = values.get(self.kind.key[0])
            if current and (mine is None or mine != key):
                yield self._grouped(current)
                current = []
            if not current:
                repeated = mine_repeated
            key = mine
            current.append((parts, values, problems))
        if current:
            yield self._grouped(current)

    def _sources(self, name: str) -> Sequence[str]:
        column = self.map.columns.get(name)
        return column.sources if column else ()

    def _contiguous(self) -> bool:
        """Whether the rows of each group stand behind one another: then none need be kept aside."""
        sources = self.map.columns[self.kind.key[0]].sources
        if len(sources) != 1 or self.map.joins:
            return False
        _, index = self.joined.place_of(sources[0])
        seen: set[int] = set()
        before = ""
        for row in self.table.rows():
            key = "" if row.says else str(row.cells[index]).strip()
            if key != before:
                if hash(key) in seen:
                    return False
                seen.add(hash(key))
                before = key
        return True

    def _group(self, rows: list[list[Part | None]]) -> Good | Bad:
        return self._grouped([(parts, *self._values(parts)) for parts in rows])

    def _grouped(self, several: list[_Read]) -> Good | Bad:
        first_parts, head, _ = several[0]
        problems = [problem for _, _, found in several for problem in found]
        lines = []
        for parts, values, _ in several:
            for name in self._head_names if values is not head and not problems else ():
                if name in values and values[name] != head.get(name):
                    says = f"is not as in line {_line(first_parts)}: the rows of one {self.kind.key[0]} say one thing"
                    problems.append(self._problem(name, parts, says))
                    break
            line = {name: values[name] for name in self._line_names if name in values}
            if any(value is not None for value in line.values()):
                lines.append(line)
        return self._built([parts for parts, _, _ in several], problems, head, lines)

    def _values(
        self, parts: list[Part | None], fields: Sequence[compiled.Compiled] | None = None
    ) -> tuple[dict[str, Any], list[RowProblem]]:
        problems: list[RowProblem] = []
        values: dict[str, Any] = {}
        for number, part in enumerate(parts):
            if part is not None and part[2]:
                problems.append(RowProblem(self.joined.tables[number].name, part[0], "", "", part[2]))
        if problems:
            return values, problems
        nothing_to_carry = len(parts) > 1 and self.kind.group and not self.joined.has_lines(parts)
        for field in self._fields if fields is None else fields:
            try:
                value = field.read(parts)
            except WrongCellError as wrong:
                problems.append(self._problem(field.name, parts, str(wrong)))
                continue
            if value is None and field.needed and not (field.line and nothing_to_carry):
                problems.append(self._problem(field.name, parts, "is empty, and needed"))
            values[field.name] = value
        return values, problems

    def _built(
        self,
        rows: list[list[Part | None]],
        problems: list[RowProblem],
        values: Mapping[str, Any],
        lines: Sequence[Mapping[str, Any]] | None = None,
    ) -> Good | Bad:
        line = _line(rows[0])
        origin = _origin(rows)
        if not problems:
            try:
                value = self.kind.build(values) if lines is None else self.kind.build(values, lines)
                return Good(line, _key(self.kind, values), _at(value, line), origin)
            except WrongRowError as wrong:
                problems.append(self._problem(wrong.field, rows[0], str(wrong), whole=True))
        return Bad(line, tuple(problems), origin)

    def _problem(self, field: str, parts: list[Part | None], says: str, whole: bool = False) -> RowProblem:
        """A problem at the column that the field comes from."""
        column = self.map.columns.get(field, Column.model_validate({"value": ""}))
        for source in column.sources:
            number, index = self.joined.place_of(source)
            part = parts[number]
            if part is not None:
                cell = "" if whole or part[1][index] is None else str(part[1][index])[:_LONGEST_CELL]
                name = source if not number else source.partition(".")[2]
                return RowProblem(self.joined.tables[number].name, part[0], name, cell, says)
        return RowProblem(self.table.name, _line(parts), "" if whole else field, "", says)


def _says(parts: Sequence[Part | None], picked: Sequence[tuple[tuple[int, int], str]]) -> bool:
    """Whether a row says in each of the places what is wanted there; one that is no whole row may."""
    for (number, index), said in picked:
        part = parts[number]
        if part is not None and not part[2] and str(part[1][index]).strip() != said:
            return False
    return True


def _line(parts: Sequence[Part | None]) -> int:
    return parts[0][0] if parts[0] is not None else 0


def _origin(rows: list[list[Part | None]]) -> Origin:
    found: dict[tuple[int, int], Sequence[Cell]] = {}
    for parts in rows:
        for number, part in enumerate(parts):
            if part is not None:
                found[number, part[0]] = part[1]
    return tuple((number, line, cells) for (number, line), cells in sorted(found.items(), key=lambda one: one[0]))


def _key(kind: Kind, values: Mapping[str, Any]) -> str:
    return " ".join(str(values[name]) for name in kind.key if values.get(name) not in (None, ""))


def _at(value: Any, line: int) -> Any:
    """Values that want to know where they stood are told."""
    return replace(value, line=line) if hasattr(value, "line") else value


def fingerprint(kind: Kind, columns: Iterable[str]) -> str:
    """The shape of a file: files of one kind with the same columns are read by the same map."""
    return hashlib.sha256("\x1f".join((kind.name, *sorted(columns))).encode()).hexdigest()[:32]


def own_names(kind: Kind, columns: Sequence[str], told: Map | None = None) -> Map | str:
    """The map of a file whose columns carry our names; what it lacks where they do not."""
    named = [name for name in kind.names if name in columns]
    missing = [name for name in kind.needed if name not in named]
    if missing or not named:
        lacks = ", ".join(missing or kind.needed or kind.names[:3])
        return f"has no column {lacks}, and no map says which column is meant; a map to begin with: doorstep import-map"
    base = told or Map(kind.name, {})
    return replace(base, columns={name: Column.model_validate({"from": name}) for name in named})


def suggest(kind: Kind, columns: Sequence[str]) -> str:
    """A map to begin with, in TOML: the nearest column for each field, and the other fields as comments."""
    lines = [
        f"# How the columns of this file become the fields of {kind.name}. Check every line.",
        f'kind = "{kind.name}"',
        "",
        "[reading]",
        '# zone = "America/Chicago"   # of times without an offset; else the clock of your first site',
        '# currency = "USD"           # of amounts; else your company\'s',
        "",
        "[columns]   # ours = theirs",
    ]
    match = _alike(kind.names, columns)
    for field in kind.fields:
        told = "needed" if field.needed else "may be left out"
        line = (
            f"{field.name} = {_quoted(match.get(field.name, ''))}".ljust(40) + f"# {field.says or field.name}; {told}"
        )
        lines.append(line if field.name in match else f"# {line}")
    lines += ["", f"# The file has: {', '.join(columns)}"]
    return "\n".join(lines) + "\n"


def _alike(fields: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """Field -> column, the most alike first, each column for one field at most."""
    ratios = [
        (SequenceMatcher(None, _plain(field), _plain(column)).ratio(), field, column)
        for field in fields
        for column in columns
    ]
    match: dict[str, str] = {}
    for ratio, field, column in sorted(ratios, key=lambda each: (-each[0], each[1], each[2])):
        if ratio >= _ALIKE and field not in match and column not in match.values():
            match[field] = column
    return match


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
