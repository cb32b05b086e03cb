"""What customs asks of goods, and the tables of duties and taxes, as CSV files: values, or numbered problems."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from doorstep.intake.problems import Problem, malformed, nearest
from doorstep.papers.customs import DutyRate, TaxRule, TradeGoods
from doorstep.terms.money import DECIMALS
from doorstep.terms.refusals import Refusal

T = TypeVar("T")
_HS = Annotated[str, Field(pattern=r"^\d{6,10}$")]
_HS_HEAD = Annotated[str, Field(pattern=r"^\d{0,10}$")]
_COUNTRY = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
_ANY_COUNTRY = Annotated[str, Field(pattern=r"^([A-Z]{2})?$")]
_PPM = Annotated[int, Field(ge=0, le=10_000_000)]
_AMOUNT = Annotated[int, Field(ge=0, le=10**12)]
_LIMIT = Annotated[int, Field(ge=-1, le=10**12)]
_UNITS = Annotated[int, Field(ge=1, le=10**9)]
_CURRENCY = Annotated[
    str, Field(json_schema_extra={"enum": sorted(DECIMALS)}, pattern="^(" + "|".join(DECIMALS) + ")$")
]
_TEXT = Annotated[str, Field(min_length=1, max_length=200)]

_GOODS: Mapping[str, Any] = {
    "item_id": _TEXT,
    "description": _TEXT,
    "hs": _HS,
    "origin": _COUNTRY,
    "quantity": _UNITS,
    "unit_minor": _AMOUNT,
    "unit_g": _AMOUNT,
}
_DUTIES: Mapping[str, Any] = {"country": _COUNTRY, "hs": _HS_HEAD, "origin": _ANY_COUNTRY, "duty_ppm": _PPM}
_TAXES: Mapping[str, Any] = {
    "country": _COUNTRY,
    "hs": _HS_HEAD,
    "tax_ppm": _PPM,
    "currency": _CURRENCY,
    "duty_free_minor": _LIMIT,
    "tax_free_minor": _LIMIT,
    "with_carriage": bool,
}


def read_goods(raw: bytes) -> tuple[TradeGoods, ...] | Refusal:
    """The lines of an invoice."""
    return _read(raw, _GOODS, TradeGoods)


def read_duties(raw: bytes) -> tuple[DutyRate, ...] | Refusal:
    """Rates of duty; two for the same country, code and origin are a problem."""
    return _read(raw, _DUTIES, DutyRate, ("country", "hs", "origin"))


def read_taxes(raw: bytes) -> tuple[TaxRule, ...] | Refusal:
    """Import taxes; two for the same country and code are a problem."""
    return _read(raw, _TAXES, TaxRule, ("country", "hs"))


def _read(
    raw: bytes, columns: Mapping[str, Any], make: Callable[..., T], once: tuple[str, ...] = ()
) -> tuple[T, ...] | Refusal:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return malformed([Problem("(all)", "is not UTF-8 text")])
    rows = csv.DictReader(io.StringIO(text), strict=True)
    named = rows.fieldnames or []
    wrong = [Problem("line 1", f"the column {name} is missing") for name in columns if name not in named]
    wrong += [
        Problem("line 1", f"{name} is not known" + nearest(name, columns)) for name in named if name not in columns
    ]
    if wrong:
        return malformed(wrong)
    readers = {name: TypeAdapter(kind) for name, kind in columns.items()}
    made: list[T] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        before = len(wrong)
        values = {name: _cell(reader, row.get(name), rows.line_num, name, wrong) for name, reader in readers.items()}
        if None in row:
            wrong.append(Problem(f"line {rows.line_num}", "has more cells than there are columns"))
        key = tuple(str(values[name]) for name in once)
        if key and seen.setdefault(key, rows.line_num) != rows.line_num:
            wrong.append(Problem(f"line {rows.line_num}", f"says the same as line {seen[key]} already does"))
        if len(wrong) == before:
            made.append(make(**values))
    if not made and not wrong:
        wrong.append(Problem("(all)", "there is no line in it"))
    return malformed(wrong) if wrong else tuple(made)


def _cell(reader: TypeAdapter[Any], cell: str | None, line: int, name: str, wrong: list[Problem]) -> Any:
    try:
        return reader.validate_python((cell or "").strip())
    except ValidationError as told:
        wrong.append(Problem(f"line {line}, {name}", told.errors()[0]["msg"]))
        return None
