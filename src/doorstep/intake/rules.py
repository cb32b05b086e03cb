"""Files of what may not ship: bans of law and carriers, and denied parties as authorities publish them (CSV).

A file with a column `rule` holds bans, one with `name` denied parties. The columns of the US Consolidated Screening
List (`entity_number`, `alt_names`, `programs`) are known under their own names. Good rows, and numbered problems.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from doorstep.intake.problems import Problem
from doorstep.terms.rulebook import Ban, DeniedParty, RuleList

T = TypeVar("T")
_BAN_COLUMNS = frozenset(
    "rule says do country postcode carrier service item hazard un_number licence by abroad from until".split()
)
# The names that lists use for what we ask of them.
_ALIASES = {
    "entry_id": ("entry_id", "entity_number", "ent_num", "id", "uid", "_id"),
    "names": ("aka", "alt_names", "aliases", "alias"),
    "countries": ("countries", "country"),
    "programme": ("programme", "programs", "program", "source"),
}
_BY = {"": None, "air": True, "road": False}
_YES = {"": False, "no": False, "yes": True}


@dataclass(frozen=True, slots=True)
class RulesIn:
    """The list of the good rows, and what is wrong with the others."""

    rules: RuleList
    problems: tuple[Problem, ...]


def read_rules(text: str, list_id: str, source: str, dated: date) -> RulesIn:
    """A file of bans or of denied parties."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    heads = [(head or "").strip().lower() for head in rows.fieldnames or ()]
    rows.fieldnames = heads
    empty = RuleList(list_id, source, dated)
    if "rule" in heads:
        unknown = sorted(set(heads) - _BAN_COLUMNS - {""})
        if unknown:
            says = f"has columns nobody knows: {', '.join(unknown)}; there are {', '.join(sorted(_BAN_COLUMNS))}"
            return RulesIn(empty, (Problem("1", says),))
        bans, problems = _read(rows, _ban)
        return RulesIn(RuleList(list_id, source, dated, bans=tuple(bans)), tuple(problems))
    if "name" not in heads:
        return RulesIn(empty, (Problem("1", "has neither a column rule (bans) nor a column name (denied parties)"),))
    parties, problems = _read(rows, _party)
    twice = _twice([party.entry_id for party in parties])
    if twice:
        problems.append(Problem("1", f"entry {twice} stands in it twice"))
    return RulesIn(RuleList(list_id, source, dated, parties=tuple(parties)), tuple(problems))


def _read(rows: csv.DictReader[str], make: Callable[[Mapping[str, str], int], T]) -> tuple[list[T], list[Problem]]:
    good: list[T] = []
    problems: list[Problem] = []
    for row in _rows(rows, problems):
        try:
            good.append(make(row, rows.line_num))
        except ValueError as wrong:
            problems.append(Problem(str(rows.line_num), str(wrong)))
    return good, problems


def _rows(rows: csv.DictReader[str], problems: list[Problem]) -> Iterator[Mapping[str, str]]:
    try:
        for row in rows:
            yield {head: cell.strip() for head, cell in row.items() if isinstance(cell, str)}
    except csv.Error as wrong:
        problems.append(Problem(str(rows.line_num), f"is no CSV from here on: {wrong}"))


def _ban(row: Mapping[str, str], _: int) -> Ban:
    if not row.get("rule") or not row.get("says"):
        raise ValueError("a ban has a rule, by which it is cited, and says what it forbids")
    country = row.get("country", "").upper()
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise ValueError(f"{country!r} is not a country's two letters")
    return Ban(
        rule=row["rule"],
        says=row["says"],
        country=country,
        hazard=row.get("hazard", ""),
        carrier_id=row.get("carrier", ""),
        item_id=row.get("item", ""),
        do=row.get("do", ""),
        postcode=row.get("postcode", "").replace(" ", "").upper(),
        service_id=row.get("service", ""),
        un_number=row.get("un_number", "").upper().removeprefix("UN"),
        licence=row.get("licence", ""),
        by_air=_one_of(row, "by", _BY),
        abroad=_one_of(row, "abroad", _YES),
        first_day=_day(row.get("from", "")),
        last_day=_day(row.get("until", "")),
    )


def _party(row: Mapping[str, str], line: int) -> DeniedParty:
    names = tuple(dict.fromkeys(filter(None, (row.get("name", ""), *_several(_told(row, "names"))))))
    if not names:
        raise ValueError("a denied party has a name")
    countries = tuple(each.upper() for each in _several(_told(row, "countries")))
    return DeniedParty(_told(row, "entry_id") or f"line {line}", names, countries, _told(row, "programme"))


def _told(row: Mapping[str, str], field: str) -> str:
    return next((row[name] for name in _ALIASES[field] if row.get(name)), "")


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _one_of(row: Mapping[str, str], column: str, meant: Mapping[str, T]) -> T:
    said = row.get(column, "").lower()
    if said not in meant:
        raise ValueError(f"{column} is {said!r}; it is {' or '.join(filter(None, meant))}, or left empty")
    return meant[said]


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError:
        raise ValueError(f"{cell!r} is no day such as 2026-01-31") from None


def _twice(names: Sequence[str]) -> str:
    seen: set[str] = set()
    return next((name for name in names if name in seen or seen.add(name)), "")  # type: ignore[func-returns-value]
