"""A history to be replayed, in the files of a folder: its company in the map, its items, sites and orders in tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from doorstep.intake.problems import Problem, malformed, read
from doorstep.intake.tables.joins import beside
from doorstep.intake.tables.kinds import KINDS
from doorstep.intake.tables.map import Map, parse_map
from doorstep.intake.tables.read import Bad, Good, Reader
from doorstep.terms.company import Company
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService

TABLES = ("items", "sites", "history")


class _Whole(BaseModel):
    """The map as it is written: tables are read one by one."""

    model_config = ConfigDict(extra="forbid")
    company: Company
    services: list[CarrierService]
    items: dict[str, Any]
    sites: dict[str, Any]
    history: dict[str, Any]


_WHOLE: TypeAdapter[_Whole] = TypeAdapter(_Whole)


@dataclass(frozen=True, slots=True)
class ReplayMap:
    """How a history is read: whose it is, by which services it went, and the map of each of its tables."""

    company: Company
    services: Sequence[CarrierService]
    maps: Mapping[str, Map]


def read_replay_map(raw: Any) -> ReplayMap | Refusal:
    """The map in `raw` (parsed TOML); MALFORMED with every problem and its place."""
    whole = read(_WHOLE, raw)
    if isinstance(whole, Refusal):
        return whole
    maps: dict[str, Map] = {}
    problems: list[Problem] = []
    for name in TABLES:
        kind = KINDS[name]
        told = parse_map(getattr(whole, name), name, kind.names, kind.needed)
        if isinstance(told, Refusal):
            problems += [Problem(f"{name}.{place}", str(says)) for place, says in told.concerns.items()]
        elif not told.file:
            problems.append(Problem(f"{name}.file", "is needed: which file of the folder is it?"))
        else:
            maps[name] = told
    if problems:
        return malformed(problems)
    return ReplayMap(whole.company, whole.services, maps)


def file_of(told: ReplayMap, table: str, folder: Path) -> Path:
    return beside(folder / "any", told.maps[table].file)


def replay_id(told: ReplayMap, map_bytes: bytes, folder: Path) -> str:
    """What names a history: a digest over its map and every file that it reads."""
    names = {file_of(told, table, folder) for table in TABLES}
    names |= {beside(folder / "any", join.file) for each in told.maps.values() for join in each.joins.values()}
    digest = hashlib.sha256(map_bytes)
    for path in sorted(names):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


@contextmanager
def reader(told: ReplayMap, table: str, folder: Path) -> Iterator[Reader]:
    """A table of the history, opened. UnreadableTableError where it cannot be."""
    with Reader(KINDS[table], told.maps[table], file_of(told, table, folder)) as opened:
        yield opened


def all_of(told: ReplayMap, table: str, folder: Path, bad: list[Bad]) -> dict[str, Any]:
    """Every good value of a table by its key; what cannot be read is added to `bad`."""
    found: dict[str, Any] = {}
    with reader(told, table, folder) as opened:
        for row in opened.rows():
            if isinstance(row, Good):
                found[row.key] = row.value
            else:
                bad.append(row)
    return found
