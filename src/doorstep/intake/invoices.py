"""Carriers' invoices as they come in, CSV by a mapping or X12 210: good lines, and problems with their line numbers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from pydantic import TypeAdapter

from doorstep.carriers.invoice import Billed, Invoice, InvoiceLine
from doorstep.intake.problems import Problem, read
from doorstep.intake.x12 import Segment, segments, transactions
from doorstep.terms.money import DECIMALS
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Refusal
from doorstep.terms.tariff import ChargeKind

# X12 data element 150, the codes of charges that carriers bill; another one is an accessorial by its own name.
_CHARGE_CODES = {
    "FUE": ChargeKind.FUEL, "405": ChargeKind.FUEL, "FSC": ChargeKind.FUEL, "DSC": ChargeKind.DISCOUNT,
    "RES": ChargeKind.RESIDENTIAL, "REP": ChargeKind.RESIDENTIAL, "DAS": ChargeKind.DELIVERY_AREA,
    "OVR": ChargeKind.OVERSIZE, "HDL": ChargeKind.HANDLING,
}  # fmt: skip
_G = {"K": Fraction(1_000), "L": Fraction("453.59237"), "G": Fraction(1), "E": Fraction(1_000_000)}
_TRACKING, _REFERENCES = ("2I",), ("CN", "SI", "BM", "PO", "CR")
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


@dataclass(frozen=True, slots=True)
class ReadInvoice:
    """An invoice's good lines, and what is wrong with the others; a problem's place is its line in the file."""

    invoice: Invoice
    problems: tuple[Problem, ...]


def read_map(raw: Any) -> InvoiceMap | Refusal:
    """A map as it is written down, or MALFORMED."""
    return read(_MAP, raw)


_MAP = TypeAdapter(InvoiceMap)


class _WrongError(ValueError):
    """What is wrong with a line, for a person."""


def read_table(text: str, told: InvoiceMap, head: Invoice) -> ReadInvoice:
    """A table's lines under the head of the invoice they are of (its lines are not looked at).

    Rows of the same parcel that follow each other, each with a charge of another kind, are one line.
    """
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=told.delimiter)
    headings = rows.fieldnames or []
    missing = [name for name in (*told.columns.values(), *told.charges) if name not in headings]
    if missing:
        return ReadInvoice(replace(head, lines=()), (Problem("1", f"has no column {', '.join(missing)}"),))
    lines: list[InvoiceLine] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            line = _line(rows.line_num, row, told, DECIMALS[head.currency])
        except _WrongError as wrong:
            problems.append(Problem(str(rows.line_num), str(wrong)))
            continue
        if lines and "kind" in told.columns and _continues(lines[-1], line):
            lines[-1] = replace(lines[-1], charges=lines[-1].charges + line.charges)
        else:
            lines.append(line)
    return ReadInvoice(replace(head, lines=tuple(lines)), tuple(problems))


def _line(line_no: int, row: Mapping[str, str | None], told: InvoiceMap, decimals: int) -> InvoiceLine:
    def cell(name: str) -> str:
        return (row.get(told.columns.get(name, "")) or "").strip()

    charges = [
        Billed(kind, _minor(row[heading] or "", heading, decimals), heading)
        for heading, kind in told.charges.items()
        if (row[heading] or "").strip()
    ]
    if "amount" in told.columns:
        word = cell("kind")
        kind = told.kinds.get(word) if word or told.kinds else ChargeKind.BASE
        if kind is None:
            raise _WrongError(f"{word or 'a charge without a name'} is not mapped to what it is for")
        charges.append(Billed(kind, _minor(cell("amount"), "amount", decimals), word))
    if not charges:
        raise _WrongError("bills nothing")
    line = InvoiceLine(
        line_no=line_no,
        charges=tuple(charges),
        tracking_number=cell("tracking_number"),
        sscc=cell("sscc"),
        reference=cell("reference"),
        service_id=cell("service_id"),
        weight_g=_units(cell("weight"), "weight", told.weight_unit_g),
        size=_size([_units(cell(side), side, told.length_unit_mm) for side in ("length", "width", "height")]),
    )
    if not (line.tracking_number or line.sscc or line.reference):
        raise _WrongError("names no parcel: neither a tracking number nor an SSCC nor a reference")
    return line


def _continues(before: InvoiceLine, line: InvoiceLine) -> bool:
    same = replace(before, line_no=line.line_no, charges=line.charges) == line
    return same and not {each.kind for each in before.charges} & {each.kind for each in line.charges}


def _size(sides: Sequence[int]) -> Size | None:
    if not any(sides):
        return None
    if not all(sides):
        raise _WrongError("has some of the three sides, not all")
    return Size(*sides)


def _minor(text: str, name: str, decimals: int) -> int:
    if not _AMOUNT.fullmatch(text.strip()):
        raise _WrongError(f"{name} {text.strip() or '(nothing)'} is not an amount such as 12.34")
    exact = Decimal(text.strip()).scaleb(decimals)
    if exact != exact.to_integral_value():
        raise _WrongError(f"{name} {text.strip()} has more decimals than the currency")
    return int(exact)


def _units(text: str, name: str, unit: str) -> int:
    """A measure in grams or millimetres, rounded up; 0 where it is left out."""
    if not text:
        return 0
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise _WrongError(f"{name} {text} is not a number") from None
    if not amount.is_finite() or not 0 < amount < 1_000_000_000:
        raise _WrongError(f"{name} {text} is not above zero")
    return -int(-(Fraction(amount) * Fraction(unit)) // 1)


def read_210(text: str, carrier_id: str, usual_currency: str) -> tuple[tuple[ReadInvoice, ...], tuple[Problem, ...]]:
    """Every invoice (210) of an interchange, and what is wrong with what is none. Places are numbers of segments."""
    try:
        found = segments(text)
    except ValueError as wrong:
        return (), (Problem("1", str(wrong)),)
    told: list[ReadInvoice] = []
    problems: list[Problem] = []
    for each in transactions(found, "210"):
        try:
            told.append(_invoice(each, carrier_id, usual_currency))
        except _WrongError as wrong:
            problems.append(Problem(str(each[0].number), str(wrong)))
    if not told and not problems:
        problems.append(Problem("1", "holds no freight invoice (210)"))
    return tuple(told), tuple(problems)


def _invoice(read: Sequence[Segment], carrier_id: str, usual_currency: str) -> ReadInvoice:
    if read[-1].name != "SE" or read[-1].at(1) != str(len(read)):
        raise _WrongError(f"the invoice is not whole: {len(read)} segments, and its SE does not say so")
    head = next((each for each in read if each.name == "B3"), None)
    if head is None or not head.at(2):
        raise _WrongError("has no B3 segment with the invoice's number")
    currency = next((each.at(1) for each in read if each.name == "C3"), usual_currency)
    if currency not in DECIMALS:
        raise _WrongError(f"{currency} is not a currency Doorstep knows")
    loops, outer = _loops(read)
    lines, problems = [], []
    for loop in loops:
        try:
            lines.append(_line_210(loop, outer, head, currency))
        except _WrongError as wrong:
            problems.append(Problem(str(loop[0].number), str(wrong)))
    billed, due = sum(line.billed_minor for line in lines), _n2(head.at(7), "the net amount due", currency)
    if not problems and billed != due:
        problems.append(Problem(str(head.number), f"says {due} minor units are due; its lines bill {billed}"))
    invoice = Invoice(carrier_id, head.at(2), _day(head.at(6)), currency, tuple(lines))
    return ReadInvoice(invoice, tuple(problems))


def _loops(read: Sequence[Segment]) -> tuple[list[list[Segment]], list[Segment]]:
    """The LX loops, and what stands before the first; an invoice without LX is one loop. L3 ends the last."""
    loops: list[list[Segment]] = []
    outer: list[Segment] = []
    for segment in read:
        if segment.name in ("L3", "SE"):
            break
        if segment.name == "LX":
            loops.append([])
        (loops[-1] if loops else outer).append(segment)
    return (loops or [outer]), outer


def _line_210(loop: Sequence[Segment], outer: Sequence[Segment], head: Segment, currency: str) -> InvoiceLine:
    names = _named(loop)
    around = _named(outer)
    charges = tuple(_charge(each, currency) for each in loop if each.name == "L1")
    if not charges:
        raise _WrongError("bills nothing: there is no L1 segment")
    tracking = _first(names, _TRACKING) or ("" if names else _first(around, _TRACKING))
    reference = _first(names, _REFERENCES) or _first(around, _REFERENCES) or head.at(3)
    sscc = next((each.at(2) for each in loop if each.name == "MAN" and each.at(1) == "GM"), "")
    if not (tracking or sscc or reference):
        raise _WrongError("names no parcel: no N9 or MAN segment, no shipment number")
    weight_g = sum(_weight(each) for each in loop if each.name == "L0")
    return InvoiceLine(loop[0].number, charges, tracking, sscc, reference, weight_g=weight_g)


def _named(read: Iterable[Segment]) -> dict[str, str]:
    return {each.at(1): each.at(2) for each in read if each.name == "N9" and each.at(2)}


def _first(names: Mapping[str, str], wanted: Sequence[str]) -> str:
    return next((names[each] for each in wanted if each in names), "")


def _charge(segment: Segment, currency: str) -> Billed:
    code, words = segment.at(8), segment.at(12)
    kind = _CHARGE_CODES.get(code, ChargeKind.ACCESSORIAL) if code else ChargeKind.BASE
    return Billed(kind, _n2(segment.at(4), "a charge", currency), words or code)


def _n2(text: str, name: str, currency: str) -> int:
    """An amount of X12's type N2, a whole number of hundredths, in minor units."""
    if not re.fullmatch(r"-?\d{1,15}", text):
        raise _WrongError(f"{name} {text or '(nothing)'} is not a whole number of hundredths")
    whole, rest = divmod(int(text), 10 ** (2 - DECIMALS[currency]))
    if rest:
        raise _WrongError(f"{name} {text} is no whole amount in {currency}")
    return int(whole)


def _weight(segment: Segment) -> int:
    text, unit = segment.at(4), segment.at(11) or "L"
    if text and unit not in _G:
        raise _WrongError(f"weight unit {unit} is not known: K, L, G or E is")
    return _units(text, "weight", str(_G[unit])) if text else 0


def _day(text: str) -> date:
    try:
        if not re.fullmatch(r"\d{8}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise _WrongError(f"{text or '(nothing)'} is not a day such as 20261127") from None
