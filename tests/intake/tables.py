"""Short names for reading a table of the tests: a kind, a map as TOML, and what came of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorstep.intake.tables.kinds import KINDS
from doorstep.intake.tables.map import Map, parse_map
from doorstep.intake.tables.read import Bad, Good, Reader, own_names
from doorstep.terms.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a table: the values, and what was wrong, each as `line column: cell says`."""

    values: list[Any]
    wrong: list[str]
    notes: list[str]


def map_of(kind: str, text: str) -> Map:
    told = parse_map(tomllib.loads(text), kind, KINDS[kind].names, KINDS[kind].needed)
    assert not isinstance(told, Refusal), told.says
    return told


def came(kind: str, path: Path, text: str = "") -> Came:
    """The table read by the map in `text`, or by its own names where there is none."""
    told = map_of(kind, text) if text else own(kind, path)
    with Reader(KINDS[kind], told, path) as reader:
        rows = list(reader.rows())
        good = [row.value for row in rows if isinstance(row, Good)]
        bad = [row for row in rows if isinstance(row, Bad)]
        problems = [problem for row in bad for problem in row.problems]
        wrong = [" ".join(filter(None, (f"{p.line} {p.column}:", p.cell, p.says))) for p in problems]
        return Came(good, wrong, reader.notes)


def own(kind: str, path: Path) -> Map:
    from doorstep.intake.tables.opened import Reading
    from doorstep.intake.tables.opening import open_table

    told = own_names(KINDS[kind], open_table(path, Reading()).columns)
    assert isinstance(told, Map), told
    return told
