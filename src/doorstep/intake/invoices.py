"""Carriers' invoices as tables, by a map: good lines, and bad ones with their number, as a file that can be mended."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from doorstep.carriers.invoice import Billed, Invoice, InvoiceLine
from doorstep.intake.invoice_values import ReadInvoice, WrongLineError, units
from doorstep.intake.problems import Problem, read
from doorstep.intake.tables.bad_rows import OURS
from doorstep.intake.tables.cells import as_meant, spreadsheet_safe
from doorstep.terms.money import DECIMALS
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Refusal
from doorstep.terms.tariff import ChargeKind

_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class InvoiceMap:
    """How a carrier's table is read. `columns`: our field -> its heading; `charges`: heading -> what it is for.

    Fields: tracking_number, sscc, reference, service_id, weight, length, width, height, and for tables with one charge
    a row: kind, amount (`kinds`: its word -> what it is for). `weight_unit_g` and `length_unit_mm` are what one of its
    units is (as text, '453.59237').
    """

    columns: Mapping[str, str]
    charges: Mapping[str, ChargeKind] = field(default_factory=dict)
    kinds: Mapping[str, ChargeKind] = field(default_factory=dict)
    weight_unit_g: str = "1000"
    length_unit_mm: str = "10"
    delimiter: str = ","


def read_map(raw: Any) -> InvoiceMap | Refusal:
    """A map as it is written down, or MALFORMED."""
    return read(_MAP, raw)


_MAP = TypeAdapter(InvoiceMap)


def read_table(text: str, told: InvoiceMap, head: Invoice) -> ReadInvoice:
    """A table's lines under the head of the invoice they are of (its lines are not looked at).

    Rows of the same parcel that follow each other, each with a charge of another kind, are one line. A line of a file
    of bad rows keeps the number that it had in its first file.
    """
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=told.delimiter)
    headings = list(rows.fieldnames or [])
    missing = [name for name in (*told.columns.values(), *told.charges) if name not in headings]
    if missing:
        return ReadInvoice(replace(head, lines=()), (Problem("1", f"has no column {', '.join(missing)}"),), text)
    lines: list[InvoiceLine] = []
    problems: list[Problem] = []
    bad = _Bad([name for name in headings if name not in OURS], told.delimiter)
    for row in ({name: as_meant(cell or "") for name, cell in each.items() if name is not None} for each in rows):
        line_no = _number(row.get(OURS[0], ""), rows.line_num)
        try:
            line = _line(line_no, row, told, DECIMALS[head.currency])
        except WrongLineError as wrong:
            problems.append(Problem(str(line_no), str(wrong)))
            bad.put(row, line_no, str(wrong))
            continue
        if lines and "kind" in told.columns and _continues(lines[-1], line):
            lines[-1] = replace(lines[-1], charges=lines[-1].charges + line.charges)
        else:
            lines.append(line)
    return ReadInvoice(replace(head, lines=tuple(lines)), tuple(problems), bad.text if problems else "")


def _number(said: str, here: int) -> int:
    return int(said) if re.fullmatch(r"\d{1,9}", said.strip()) else here


class _Bad:
    """Rows that came back, as a table that the same map reads."""

    def __init__(self, headings: Sequence[str], delimiter: str) -> None:
        self._headings, self._file = headings, io.StringIO(newline="")
        self._rows = csv.writer(self._file, delimiter=delimiter, lineterminator="\n")
        self._rows.writerow([*headings, *OURS])

    def put(self, row: Mapping[str, str], line_no: int, says: str) -> None:
        cells = (spreadsheet_safe(row.get(name, "")) for name in self._headings)
        self._rows.writerow([*cells, line_no, spreadsheet_safe(says)])

    @property
    def text(self) -> str:
        return self._file.getvalue()


def _line(line_no: int, row: Mapping[str, str], told: InvoiceMap, decimals: int) -> InvoiceLine:
    def cell(name: str) -> str:
        return row.get(told.columns.get(name, ""), "").strip()

    charges = [
        Billed(kind, _minor(row[heading], heading, decimals), heading)
        for heading, kind in told.charges.items()
        if row[heading].strip()
    ]
    if "amount" in told.columns:
        word = cell("kind")
        kind = told.kinds.get(word) if word or told.kinds else ChargeKind.BASE
        if kind is None:
            raise WrongLineError(f"{word or 'a charge without a name'} is not mapped to what it is for")
        charges.append(Billed(kind, _minor(cell("amount"), "amount", decimals), word))
    if not charges:
        raise WrongLineError("bills nothing")
    line = InvoiceLine(
        line_no=line_no,
        charges=tuple(charges),
        tracking_number=cell("tracking_number"),
        sscc=cell("sscc"),
        reference=cell("reference"),
        service_id=cell("service_id"),
        weight_g=units(cell("weight"), "weight", told.weight_unit_g),
        size=_size([units(cell(side), side, told.length_unit_mm) for side in ("length", "width", "height")]),
    )
    if not (line.tracking_number or line.sscc or line.reference):
        raise WrongLineError("names no parcel: neither a tracking number nor an SSCC nor a reference")
    return line


def _continues(before: InvoiceLine, line: InvoiceLine) -> bool:
    same = replace(before, line_no=line.line_no, charges=line.charges) == line
    return same and not {each.kind for each in before.charges} & {each.kind for each in line.charges}


def _size(sides: Sequence[int]) -> Size | None:
    if not any(sides):
        return None
    if not all(sides):
        raise WrongLineError("has some of the three sides, not all")
    return Size(*sides)


def _minor(text: str, name: str, decimals: int) -> int:
    if not _AMOUNT.fullmatch(text.strip()):
        raise WrongLineError(f"{name} {text.strip() or '(nothing)'} is not an amount such as 12.34")
    exact = Decimal(text.strip()).scaleb(decimals)
    if exact != exact.to_integral_value():
        raise WrongLineError(f"{name} {text.strip()} has more decimals than the currency")
    return int(exact)
