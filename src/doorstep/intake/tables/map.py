"""The map: how the columns of somebody's file become our fields. TOML, read strictly, problems numbered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from doorstep.intake.problems import Problem, malformed, nearest
from doorstep.intake.tables.opened import Reading
from doorstep.terms.money import DECIMALS
from doorstep.terms.refusals import Refusal


class Told(BaseModel):
    """A part of a map: takes what it names and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReadingIn(Told):
    """How the file is written. `zone` and `currency` are those of times and amounts that name none."""

    encoding: str = ""
    delimiter: Annotated[str, Field(max_length=1)] = ""
    sheet: str = ""
    header: Annotated[int, Field(ge=1, le=1000)] = 1
    zone: str = ""
    currency: str = ""
    decimal: Annotated[str, Field(pattern=r"^[.,]$")] = "."
    thousands: Annotated[str, Field(pattern=r"^[.,' ]?$")] = ""
    dates: str = ""
    empty: tuple[str, ...] = ()

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        if zone:
            try:
                ZoneInfo(zone)
            except (KeyError, ValueError, OSError):
                raise ValueError(f"there is no time zone {zone!r}; name one such as Europe/Berlin") from None
        return zone

    @field_validator("currency")
    @classmethod
    def _is_a_currency(cls, currency: str) -> str:
        if currency and currency not in DECIMALS:
            raise ValueError(f"{currency} is not a currency we know; use one of {', '.join(sorted(DECIMALS))}")
        return currency

    @model_validator(mode="after")
    def _marks_differ(self) -> ReadingIn:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands cannot be the same mark")
        return self


class Column(Told):
    """Where a field comes from: a column (of a joined table by its dotted name), several, or a constant.

    Several are joined with `between`, or with `first` the first is taken that says something. `values` translates
    texts, what is not in it becomes `otherwise`, or stays as it is. `empty` are texts that say nothing here, and so
    does what does not match the pattern `only`. `replace` exchanges parts of a text.
    """

    source: Annotated[str | tuple[str, ...] | None, Field(alias="from")] = None
    value: str | int | bool | None = None
    between: str = " "
    first: bool = False
    values: Mapping[str, str] = Field(default_factory=dict)
    otherwise: str | None = None
    empty: tuple[str, ...] = ()
    only: str = ""
    replace: Mapping[str, str] = Field(default_factory=dict)
    unit: str = ""
    at_most: Annotated[int, Field(ge=1)] | None = None

    @field_validator("only")
    @classmethod
    def _is_a_pattern(cls, only: str) -> str:
        try:
            re.compile(only)
        except re.error as wrong:
            raise ValueError(f"is no regular expression: {wrong}") from None
        return only

    @model_validator(mode="after")
    def _says_one_thing(self) -> Column:
        if (self.source is None) == (self.value is None):
            raise ValueError("name a column by `from`, or a constant by `value`, one of them")
        if self.source is not None and not self.sources:
            raise ValueError("`from` names no column")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        if self.source is None:
            return ()
        return (self.source,) if isinstance(self.source, str) else self.source


class Join(Told):
    """Another table whose rows belong to ours: `on` says which column of it equals which of ours.

    With `many`, each of its rows for one of ours is a line of a group; without, there is one or none.
    """

    file: str
    on: Annotated[Mapping[str, str], Field(min_length=1)]
    many: bool = False
    reading: ReadingIn | None = None


class MapIn(Told):
    """A map as it is written."""

    kind: str = ""
    file: str = ""
    distinct: bool = False
    reading: ReadingIn = ReadingIn()
    columns: Mapping[str, str | Column]
    join: Mapping[str, Join] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Map:
    """A map that can be followed: our fields' columns, joins in the order in which they are made.

    `distinct`: many rows tell of one thing, and the first is taken; otherwise a thing told twice comes back.
    `where`: only rows whose columns say these texts are ours (of kinds in which a row is a value).
    """

    kind: str
    columns: Mapping[str, Column]
    file: str = ""
    reading: ReadingIn = field(default_factory=ReadingIn)
    joins: Mapping[str, Join] = field(default_factory=dict)
    distinct: bool = False
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def how(self) -> Reading:
        return how(self.reading)


def how(told: ReadingIn) -> Reading:
    return Reading(told.encoding, told.delimiter, told.sheet, told.header)


_MAP: TypeAdapter[MapIn] = TypeAdapter(MapIn)


def parse_map(raw: Any, kind: str, fields: Sequence[str], needed: Iterable[str] = ()) -> Map | Refusal:
    """The map in `raw` (parsed TOML) for files of a kind whose fields are `fields`; MALFORMED with every problem."""
    try:
        told = _MAP.validate_python(raw)
    except ValidationError as wrong:
        return malformed([_problem(at) for at in wrong.errors()])
    problems = list(_problems(told, kind, fields, needed))
    if problems:
        return malformed(problems)
    columns = {
        name: column if isinstance(column, Column) else Column.model_validate({"from": column})
        for name, column in told.columns.items()
    }
    return Map(kind, columns, told.file, told.reading, told.join, told.distinct)


def _problem(at: Any) -> Problem:
    place = ".".join(str(part) for part in at["loc"] if part not in ("str", "Column")) or "(all)"
    says = at["msg"].removeprefix("Value error, ")
    if at["type"] == "extra_forbidden":
        known = _names_at(at["loc"])
        says = "is not known here" + nearest(str(at["loc"][-1]), known)
    return Problem(place, says)


def _names_at(place: Sequence[Any]) -> list[str]:
    """What may stand where something unknown stands."""
    table: type[Told] = MapIn
    if "reading" in place:
        table = ReadingIn
    elif "columns" in place:
        table = Column
    elif "join" in place:
        table = Join
    return ["from" if name == "source" else name for name in table.model_fields]


def _problems(told: MapIn, kind: str, fields: Sequence[str], needed: Iterable[str]) -> Iterable[Problem]:
    if told.kind and told.kind != kind:
        yield Problem("kind", f"this map is for {told.kind}, and {kind} are wanted")
    for name in told.columns:
        if name not in fields:
            yield Problem(f"columns.{name}", f"is no field of {kind}" + nearest(name, fields))
    for name in needed:
        if name not in told.columns:
            yield Problem(f"columns.{name}", f"is needed for {kind}, and no column is named for it")
    for name, join in told.join.items():
        for theirs, ours in join.on.items():
            other = ours.partition(".")[0] if "." in ours else ""
            earlier = list(told.join)[: list(told.join).index(name)]
            if other and other in told.join and other not in earlier:
                yield Problem(f"join.{name}.on.{theirs}", f"{other} must stand before {name}")
