"""A tariff file with its tables, as tariffs and numbered problems: good rows go in, bad ones come back."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from doorstep.intake.problems import Problem, malformed, read
from doorstep.intake.tables.opened import UnreadableTableError
from doorstep.intake.tables.read import RowProblem
from doorstep.intake.tariffs.came_back import TableRead
from doorstep.intake.tariffs.given import Common, ParcelIn
from doorstep.intake.tariffs.given_freight import LtlIn, TruckIn, VanIn
from doorstep.intake.tariffs.made_freight import ltl, truck, van
from doorstep.intake.tariffs.made_parcel import parcel
from doorstep.intake.tariffs.tables import Shelf
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import AnyTariff

_KINDS: Mapping[str, TypeAdapter[Any]] = {
    "parcel": TypeAdapter(ParcelIn),
    "ltl": TypeAdapter(LtlIn),
    "truck": TypeAdapter(TruckIn),
    "van": TypeAdapter(VanIn),
}
_MODELS: Mapping[str, type[Common]] = {"parcel": ParcelIn, "ltl": LtlIn, "truck": TruckIn, "van": VanIn}
_TOML_PLACE = re.compile(r"(?P<says>.*) \(at (?P<place>line \d+, column \d+|end of document)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TariffIn:
    """A tariff, the service whose prices it is ('' not told), how many rows went in, what a person should look at."""

    service_id: str
    tariff: AnyTariff
    rows: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TariffsIn:
    """What a file says: its tariffs, and the rows of its tables that came back, each with its place and reason."""

    tariffs: tuple[TariffIn, ...]
    problems: tuple[RowProblem, ...]
    tables: Mapping[str, TableRead] = field(default_factory=dict)


def read_tariffs(path: Path) -> TariffsIn | Refusal:
    """The tariffs of a file. MALFORMED, every problem numbered, where what it says in TOML is not one, or a table it
    names cannot be read at all. OSError where the file cannot be read."""
    raw = _toml(path)
    if isinstance(raw, Refusal):
        return raw
    several = raw.pop("tariffs", None)
    if several is not None and not (isinstance(several, list) and all(isinstance(one, dict) for one in several)):
        return malformed([Problem("tariffs", "must be tables, each under [[tariffs]]")])
    made, came_back, wrong = [], [], []
    tables: dict[str, TableRead] = {}
    for number, own in enumerate([{}] if several is None else several):
        place = "" if several is None else f"tariffs.{number}."
        told = _told({**raw, **own})
        if isinstance(told, Refusal):
            wrong += [Problem(f"{place}{at}", str(says)) for at, says in told.concerns.items()]
            continue
        shelf = Shelf(path.parent, told.currency)
        try:
            made.append(_made(told, shelf))
        except UnreadableTableError as unread:
            wrong.append(Problem(f"{place}{told.tariff_id}", str(unread)))
        except WrongTariffError as no:
            wrong.append(Problem(f"{place}{no.place}", str(no)))
        tables |= shelf.tables
        came_back += [problem for problem in shelf.problems if problem not in came_back]
    names = [each.tariff.tariff_id for each in made]
    wrong += [Problem(name, "names two tariffs") for name in sorted({n for n in names if names.count(n) > 1})]
    return (
        malformed(wrong)
        if wrong
        else TariffsIn(tuple(made), tuple(sorted(came_back, key=lambda row: (row.file, row.line))), tables)
    )


class WrongTariffError(ValueError):
    """What is wrong with a tariff whose parts are right each by itself."""

    def __init__(self, place: str, says: str) -> None:
        super().__init__(says)
        self.place = place


def _toml(path: Path) -> dict[str, Any] | Refusal:
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        return tomllib.loads(text, parse_float=Decimal)
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        return malformed([Problem(f"{path.name}, line {line}", "this is not UTF-8 text")])
    except (ValueError, RecursionError) as wrong:
        found = _TOML_PLACE.fullmatch(str(wrong))
        place = f"{path.name}, {found['place']}" if found else path.name
        return malformed([Problem(place, found["says"] if found else str(wrong))])


def _told(raw: Mapping[str, Any]) -> Common | Refusal:
    kind = raw.get("kind", "parcel")
    if kind not in _KINDS:
        return malformed([Problem("kind", f"is {kind!r}; it must be one of {', '.join(_KINDS)}")])

    def names_at(place: Sequence[str | int]) -> Sequence[str]:
        return list(_MODELS[kind].model_fields) if not place else []

    told: Common | Refusal = read(_KINDS[kind], raw, names_at)
    return told


def _made(told: Common, shelf: Shelf) -> TariffIn:
    notes: Sequence[str] = ()
    tariff: AnyTariff
    if isinstance(told, ParcelIn):
        tariff, notes = parcel(told, shelf)
        if not tariff.tables:
            raise WrongTariffError("prices", "no price of any table can be used")
    elif isinstance(told, LtlIn):
        tariff = ltl(told, shelf)
    elif isinstance(told, TruckIn):
        tariff = truck(told, shelf)
    else:
        assert isinstance(told, VanIn)
        tariff = van(told, shelf)
    return TariffIn(told.service, tariff, shelf.rows, tuple(notes))
