"""The tables of a tariff file: prices, zones, areas, lanes. Good rows become values; bad ones come back with place and
reason, and so do two prices for one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from doorstep.intake.orders import position_at
from doorstep.intake.tables.kinds import Field, Kind
from doorstep.intake.tables.map import Column, Map, how
from doorstep.intake.tables.opened import UnreadableTableError
from doorstep.intake.tables.opening import open_table
from doorstep.intake.tables.read import Bad, Reader, RowProblem
from doorstep.intake.tariffs.came_back import TableRead, mended_lines
from doorstep.intake.tariffs.given import AreaIn, PositionsIn, PricesIn, TableIn, ZonesIn
from doorstep.terms.measures import Measure
from doorstep.terms.places import Position
from doorstep.terms.tariff import By, ZoneRule

_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
_MOST_IN_RANGE = 100_000


@dataclass
class Shelf:
    """The folder of the file while its tables are read, and what came back from them."""

    folder: Path
    currency: str = ""
    problems: list[RowProblem] = field(default_factory=list)
    rows: int = 0
    tables: dict[str, TableRead] = field(default_factory=dict)  # by the name that problems tell

    def wrong(self, file: str, line: int, column: str, cell: object, says: str) -> None:
        found = RowProblem(Path(file).name, line, column, "" if cell is None else str(cell)[:60], says)
        if found not in self.problems[-200:]:
            self.problems.append(found)

    def columns(self, table: TableIn) -> tuple[str, ...]:
        return open_table(self.folder / table.file, how(table.reading)).columns

    def read(self, table: TableIn, fields: Sequence[Field], columns: Mapping[str, Column]) -> Iterator[tuple[int, Any]]:
        """The good rows that `where` picks: line and values by field. UnreadableTableError where it is no table."""
        kind = Kind("prices", "a table of a tariff", (), tuple(fields), dict)
        for name in columns:
            if name not in kind.names:
                raise UnreadableTableError(
                    f"{table.file}: {name} is no column of ours; there are {', '.join(kind.names)}."
                )
        for name in kind.needed:
            if name not in columns:
                raise UnreadableTableError(f'{table.file}: no column is named for {name}: [columns] {name} = "...".')
        reading = table.reading.model_copy(update={"currency": self.currency})
        where = {name: str(said) for name, said in table.where.items()}
        mended: set[int] = set()
        for name in filter(None, (table.mended, table.file)):
            path = self.folder / name
            self.tables[path.name] = TableRead(path, reading)
            told = Map("prices", columns, name, reading, where=where)
            with Reader(kind, told, path) as reader:
                for row in reader.rows():
                    if row.line in mended:
                        continue
                    if isinstance(row, Bad):
                        for problem in row.problems:
                            self.wrong(problem.file, problem.line, problem.column, problem.cell, problem.says)
                    else:
                        self.rows += 1
                        yield row.line, row.value
            if name == table.mended:
                mended = mended_lines(open_table(path, how(reading)))


def column(said: str | Column, unit: str = "") -> Column:
    """A column of the file; the table's unit is that of measures which say none."""
    found = said if isinstance(said, Column) else Column.model_validate({"from": said})
    return found.model_copy(update={"unit": unit}) if unit and not found.unit else found


@dataclass(frozen=True, slots=True)
class PriceCell:
    """One price of a list, and the line where it stands."""

    line: int
    up_to: Measure | None
    zone: str
    minor: int


def price_cells(shelf: Shelf, table: PricesIn) -> list[PriceCell]:
    """Every price of a table, each zone and measure once."""
    found: dict[tuple[Any, str], PriceCell] = {}
    for line, up_to, names, minor in _prices(shelf, table):
        for zone in _zones(names, table):
            key = (up_to and up_to.exact, zone)
            if key in found:
                says = f"zone {zone} up to {up_to or 'any'} has a price in line {found[key].line} already"
                shelf.wrong(Path(table.file).name, line, "", None, says)
                continue
            found[key] = PriceCell(line, up_to, zone, minor)
    return list(found.values())


def _prices(shelf: Shelf, table: PricesIn) -> Iterator[tuple[int, Measure | None, str, int]]:
    named = {name: column(said, table.unit if name == "up_to" else "") for name, said in table.columns.items()}
    measured = table.by is not By.PIECE
    up_to = Field("up_to", "measure", "most that a parcel of the step measures", measured)
    if "zone" in named:
        fields = (up_to, Field("zone", "text", "zone", True), Field("price", "money", "price", True))
        for line, row in shelf.read(table, fields if measured else fields[1:], named):
            yield line, row.get("up_to"), row["zone"], row["price"]
        return
    if measured and "up_to" not in named:
        raise UnreadableTableError(f'{table.file}: no column is named for up_to: [prices.columns] up_to = "...".')
    fields = (up_to, Field("zone", "text", "zone", True), Field("price", "money", "price"))
    for zone, source in _wide(shelf, table, named).items():
        columns = {**named, "zone": Column.model_validate({"value": zone}), "price": column(source)}
        for line, row in shelf.read(table, fields, columns):
            if row.get("price") is not None:  # an empty cell: the zone is not served at that measure
                yield line, row.get("up_to"), zone, row["price"]


def _wide(shelf: Shelf, table: PricesIn, named: Mapping[str, Column]) -> Mapping[str, str]:
    """Zone -> its column: those told, else every column that is nothing else."""
    if table.zone_columns:
        return table.zone_columns
    taken = {source for each in named.values() for source in each.sources} | set(table.where)
    return {name: name for name in shelf.columns(table) if name not in taken}


def _zones(name: str, table: PricesIn) -> Sequence[str]:
    """`9-10` are the zones 9 and 10 where the table says so."""
    run = _RANGE.fullmatch(name) if table.zone_ranges else None
    return _run(run) if run else (name,)


def _run(run: re.Match[str]) -> Sequence[str]:
    first, last = run.groups()
    if not 0 <= int(last) - int(first) < _MOST_IN_RANGE:
        return (run.group(),)
    return [f"{each:0{len(first)}d}" for each in range(int(first), int(last) + 1)]


def heads(said: str) -> Sequence[str]:
    """Heads of postcodes in a cell: `004-005`, `010, 011`, or one."""
    found: list[str] = []
    for part in re.split(r"[,;]\s*", said.strip()):
        run = _RANGE.fullmatch(part)
        found += _run(run) if run else [part]
    return found


def zone_rules(shelf: Shelf, table: ZonesIn) -> Iterator[ZoneRule]:
    fields = (
        Field("destination", "text", "heads of postcodes", True),
        Field("origin", "text", "heads of postcodes", not table.origin),
        Field("zone", "text", "zone", True),
    )
    named = {name: column(said) for name, said in table.columns.items()}
    for _, row in shelf.read(table, fields, named):
        origins = [f"{table.prefix}{head}" for head in heads(row["origin"])] if row.get("origin") else [table.origin]
        for origin in origins:
            for head in heads(row["destination"]):
                yield ZoneRule(origin, f"{table.prefix}{head}", row["zone"])


def area_heads(shelf: Shelf, area: AreaIn) -> frozenset[str]:
    told = [head for said in area.heads for head in heads(said)]
    if area.file:
        table = TableIn(file=area.file, reading=area.reading)
        fields = (Field("heads", "text", "heads of postcodes", True),)
        source = area.column or shelf.columns(table)[0]
        for _, row in shelf.read(table, fields, {"heads": column(source)}):
            told += heads(row["heads"])
    return frozenset(f"{area.prefix}{head}" for head in told)


def positions_of(shelf: Shelf, told: PositionsIn) -> dict[str, Position]:
    """Where heads of postcodes lie."""
    found = {}
    for head, said in told.heads.items():
        latitude, longitude = map(Decimal, said.split())
        found[f"{told.prefix}{head}"] = _position(latitude, longitude)
    if told.file:
        table = TableIn(file=told.file, reading=told.reading, columns=told.columns)
        for _, row in rows(shelf, table, _POSITIONS):
            for head in heads(row["head"]):
                found[f"{told.prefix}{head}"] = _position(row["latitude"], row["longitude"])
    return found


_POSITIONS = (
    Field("head", "text", "heads of postcodes", True),
    Field("latitude", "latitude", "degrees north", True),
    Field("longitude", "longitude", "degrees east", True),
)


def _position(latitude: Decimal, longitude: Decimal) -> Position:
    found = position_at(latitude, longitude)
    assert found is not None
    return found


def rows(shelf: Shelf, table: TableIn, fields: Sequence[Field]) -> Iterator[tuple[int, Any]]:
    """The good rows of a table whose columns are named as ours where it names none."""
    names = [each.name for each in fields]
    there = shelf.columns(table)
    own = {name: name for name in names if name in there}
    return shelf.read(table, fields, {name: column(said) for name, said in (table.columns or own).items()})
