"""The columns of a map, compiled once: from a joined row to the value of a field, with no look-up by name left."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from doorstep.intake.tables import cells
from doorstep.intake.tables.cells import Instants, Read
from doorstep.intake.tables.joins import Joined, Part
from doorstep.intake.tables.kinds import Field, Kind
from doorstep.intake.tables.map import Column, Map, ReadingIn
from doorstep.intake.tables.opened import Cell, UnreadableTableError
from doorstep.intake.values import Ended
from doorstep.terms.item import Tracking
from doorstep.terms.order import Preference
from doorstep.terms.places import SiteKind

Pick = Callable[[Sequence[Part | None]], Cell]
_MOST_REMEMBERED = 50_000
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A field that the map names, ready to be read from joined rows."""

    name: str
    read: Callable[[Sequence[Part | None]], Any]
    needed: bool
    line: bool
    instants: Instants | None


def compiled(kind: Kind, told: Map, joined: Joined) -> list[Compiled]:
    """Every field that the map names, and those that the map's own currency fills."""
    found = []
    for field in kind.fields:
        column = told.columns.get(field.name)
        if column is None and field.name == "currency" and told.reading.currency:
            column = Column.model_validate({"value": told.reading.currency})
        if column is None:
            continue
        instants = Instants(told.reading, _NOON if field.reads == "noon" else time(0))
        read = reader_of(field, column, told.reading, instants)
        timed = instants if field.reads in ("instant", "noon") else None
        made = _reading(column, joined, told.reading, read, remembers=timed is None)
        found.append(Compiled(field.name, made, field.needed, field.line, timed))
    return found


def reader_of(field: Field, column: Column, reading: ReadingIn, instants: Instants) -> Read:
    """How the cells of a field are read; UnreadableTableError where the map does not say enough."""
    number = cells.numbers(reading)
    currency = reading.currency
    if field.reads == "money" and not currency:
        raise UnreadableTableError(f'The map says no currency for {field.name}: [reading] currency = "USD".')
    units = {"length": cells.LENGTHS, "weight": cells.WEIGHTS}.get(field.reads)
    if units is not None:
        if column.unit and column.unit not in units:
            raise UnreadableTableError(f"{field.name} cannot be in {column.unit!r}; say one of {', '.join(units)}.")
        return cells.measure(number, units, column.unit, "mm" if field.reads == "length" else "g")
    readers: Mapping[str, Read] = {
        "id": cells.identifier,
        "site_id": cells.site_identifier,
        "text": cells.text,
        "phone": cells.text,
        "exact": number,
        "measure": cells.exact_measure(number, column.unit),
        "whole": cells.whole(number, 0),
        "whole1": cells.whole(number, 1),
        "money": cells.money(number, currency),
        "day": cells.days(reading.dates),
        "instant": instants.read,
        "noon": instants.read,
        "yes_no": cells.yes_no,
        "site_kind": cells.one_of({str(each): each for each in SiteKind}),
        "preference": cells.one_of({str(each): each for each in Preference}),
        "tracking": cells.one_of({str(each): each for each in Tracking}),
        "ended": cells.one_of({str(each): each for each in Ended}),
        "country": cells.country,
        "zone": cells.zone,
        "wall_time": cells.wall_time,
        "weekdays": cells.weekdays,
        "several": cells.several,
        "sides": cells.sides,
        "parts": cells.parts,
        "per_cent": cells.per_cent(number),
        "latitude": cells.degrees(number, 90),
        "longitude": cells.degrees(number, 180),
    }
    return readers[field.reads]


def _pick(column: Column, joined: Joined, reading: ReadingIn) -> Pick:
    """The cell that a column means in a joined row, translated; None where nothing is said."""
    if column.value is not None:
        constant = column.value
        return lambda _: constant
    silent = frozenset({"", *reading.empty, *column.empty})
    single = [_one(joined.place_of(source), silent) for source in column.sources]
    picked = single[0] if len(single) == 1 else _first(single) if column.first else _together(single, column.between)
    if column.only:
        picked = _only(picked, re.compile(column.only))
    if column.replace:
        picked = _exchanged(picked, column.replace)
    if column.values or column.otherwise is not None:
        picked = _translated(picked, column.values, column.otherwise)
    return _cut(picked, column.at_most) if column.at_most else picked


def _one(place: tuple[int, int], silent: frozenset[str]) -> Pick:
    number, index = place

    def pick(parts: Sequence[Part | None]) -> Cell:
        part = parts[number]
        if part is None:
            return None
        cell = part[1][index]
        if isinstance(cell, str):
            cell = cells.as_meant(cell)
            return None if cell.strip() in silent else cell
        return None if cell is None or str(cell) in silent else cell

    return pick


def _first(picks: Sequence[Pick]) -> Pick:
    return lambda parts: next((cell for pick in picks if (cell := pick(parts)) is not None), None)


def _together(picks: Sequence[Pick], between: str) -> Pick:
    def pick(parts: Sequence[Part | None]) -> Cell:
        said = [cells.text(cell) for one in picks if (cell := one(parts)) is not None]
        return between.join(said) if said else None

    return pick


def _translated(picked: Pick, values: Mapping[str, str], otherwise: str | None) -> Pick:
    def pick(parts: Sequence[Part | None]) -> Cell:
        cell = picked(parts)
        if cell is None:
            return otherwise
        said = cells.text(cell)
        if said in values:
            return values[said]
        return said if otherwise is None else otherwise

    return pick


def _only(picked: Pick, pattern: re.Pattern[str]) -> Pick:
    def pick(parts: Sequence[Part | None]) -> Cell:
        cell = picked(parts)
        return cell if cell is not None and pattern.fullmatch(str(cell).strip()) else None

    return pick


def _exchanged(picked: Pick, exchanges: Mapping[str, str]) -> Pick:
    def pick(parts: Sequence[Part | None]) -> Cell:
        cell = picked(parts)
        if cell is None:
            return None
        said = cells.text(cell, 100_000)
        for old, new in exchanges.items():
            said = said.replace(old, new)
        return said

    return pick


def _cut(picked: Pick, at_most: int) -> Pick:
    def pick(parts: Sequence[Part | None]) -> Cell:
        cell = picked(parts)
        return None if cell is None else cells.text(cell, 100_000)[:at_most].strip()

    return pick


def _reading(
    column: Column, joined: Joined, reading: ReadingIn, read: Read, *, remembers: bool
) -> Callable[[Sequence[Part | None]], Any]:
    """From a joined row to the field's value; None where nothing is said."""
    pick = _pick(column, joined, reading)

    def value(parts: Sequence[Part | None]) -> Any:
        cell = pick(parts)
        return None if cell is None else read(cell)

    if remembers and len(column.sources) == 1:
        return _remembering(value, joined.place_of(column.sources[0]))
    return value


def _remembering(
    value: Callable[[Sequence[Part | None]], Any], place: tuple[int, int]
) -> Callable[[Sequence[Part | None]], Any]:
    """What a text of the column came to is remembered: in most columns the same ones come again and again."""
    known: dict[str, Any] = {}
    number, index = place

    def remembered(parts: Sequence[Part | None]) -> Any:
        part = parts[number]
        cell = None if part is None else part[1][index]
        if type(cell) is not str:
            return value(parts)
        found = known.get(cell, known)
        if found is known:
            found = value(parts)
            if len(known) < _MOST_REMEMBERED:
                known[cell] = found
        return found

    return remembered
