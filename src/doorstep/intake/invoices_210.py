"""Carriers' invoices as X12 210: good lines, and bad ones with their segment, as a file that can be mended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from doorstep.carriers.invoice import Billed, Invoice, InvoiceLine
from doorstep.intake.invoice_values import ReadInvoice, WrongLineError, units
from doorstep.intake.problems import Problem
from doorstep.intake.x12 import Segment, joined, segments, transactions
from doorstep.terms.money import DECIMALS
from doorstep.terms.tariff import ChargeKind

# X12 data element 150, the codes of charges that carriers bill; another one is an accessorial by its own name.
_CHARGE_CODES = {
    "FUE": ChargeKind.FUEL, "405": ChargeKind.FUEL, "FSC": ChargeKind.FUEL, "DSC": ChargeKind.DISCOUNT,
    "RES": ChargeKind.RESIDENTIAL, "REP": ChargeKind.RESIDENTIAL, "DAS": ChargeKind.DELIVERY_AREA,
    "OVR": ChargeKind.OVERSIZE, "HDL": ChargeKind.HANDLING,
}  # fmt: skip
_G = {"K": Fraction(1_000), "L": Fraction("453.59237"), "G": Fraction(1), "E": Fraction(1_000_000)}
_OURS = "ADD"  # the kind of NTE in which a bad loop says what is wrong with it
_TRACKING, _REFERENCES = ("2I",), ("CN", "SI", "BM", "PO", "CR")


class Interchange(NamedTuple):
    """The invoices of a file, and what is wrong with what is none. Places of problems are numbers of segments.

    `bad` holds what came back, each invoice with its bad loops alone and in NTE what is wrong; '' where all is good.
    """

    invoices: tuple[ReadInvoice, ...]
    problems: tuple[Problem, ...]
    bad: str = ""


def read_210(text: str, carrier_id: str, usual_currency: str) -> Interchange:
    """Every invoice (210) of an interchange. A line is known by its LX number where each has one of its own."""
    try:
        found = segments(text)
    except ValueError as wrong:
        return Interchange((), (Problem("1", str(wrong)),), text)
    told: list[ReadInvoice] = []
    problems: list[Problem] = []
    bad: list[Segment] = []
    for each in transactions(found, "210"):
        try:
            one, loops = _invoice(each, carrier_id, usual_currency)
        except WrongLineError as wrong:
            problems.append(Problem(str(each[0].number), str(wrong)))
            bad += each
            continue
        told.append(one)
        bad += _mendable(each, loops)
    if not told and not problems:
        problems.append(Problem("1", "holds no freight invoice (210)"))
    return Interchange(tuple(told), tuple(problems), joined(_enveloped(found, bad)) if bad else "")


_Wrong = tuple[Sequence[Segment], str]  # a loop, and what is wrong with it


def _invoice(read: Sequence[Segment], carrier_id: str, usual_currency: str) -> tuple[ReadInvoice, list[_Wrong]]:
    if read[-1].name != "SE" or read[-1].at(1) != str(len(read)):
        raise WrongLineError(f"the invoice is not whole: {len(read)} segments, and its SE does not say so")
    head = next((each for each in read if each.name == "B3"), None)
    if head is None or not head.at(2):
        raise WrongLineError("has no B3 segment with the invoice's number")
    currency = next((each.at(1) for each in read if each.name == "C3"), usual_currency)
    if currency not in DECIMALS:
        raise WrongLineError(f"{currency} is not a currency Doorstep knows")
    loops, outer = _loops(read)
    lines: list[InvoiceLine] = []
    bad: list[_Wrong] = []
    for line_no, loop in zip(_numbers(loops), loops, strict=True):
        try:
            lines.append(_line_210(line_no, loop, outer, head, currency))
        except WrongLineError as wrong:
            bad.append((loop, str(wrong)))
    due = _n2(head.at(7), "the net amount due", currency)
    invoice = Invoice(carrier_id, head.at(2), _day(head.at(6)), currency, tuple(lines), due)
    return ReadInvoice(invoice, tuple(Problem(str(loop[0].number), says) for loop, says in bad)), bad


def _numbers(loops: Sequence[Sequence[Segment]]) -> list[int]:
    """What each line is known by: its LX number, or its segment where these do not tell lines apart."""
    said = [loop[0].at(1) if loop and loop[0].name == "LX" else "1" for loop in loops]
    if len(set(said)) == len(said) and all(re.fullmatch(r"\d{1,9}", each) for each in said):
        return [int(each) for each in said]
    return [loop[0].number if loop else 1 for loop in loops]


def _mendable(read: Sequence[Segment], bad: Sequence[_Wrong]) -> list[Segment]:
    """The invoice with its bad loops alone."""
    if not bad:
        return []
    outer = _loops(read)[1]
    kept = [segment for segment in outer if not any(segment is each for loop, _ in bad for each in loop)]
    for loop, says in bad:
        kept += [segment for segment in loop if (segment.name, segment.at(1)) != ("NTE", _OURS)]
        kept.append(Segment(0, "NTE", (_OURS, re.sub(r"[*~>\n]", " ", says)[:80])))
    end = read[-1]
    return [*kept, Segment(0, "SE", (str(len(kept) + 1), *end.elements[1:]))]


def _enveloped(found: Sequence[Segment], bad: Sequence[Segment]) -> list[Segment]:
    head = [segment for segment in found if segment.name in ("ISA", "GS")][:2]
    sets = sum(segment.name == "ST" for segment in bad)
    group = head[1].at(6) if len(head) > 1 else "1"
    control = head[0].at(13)
    return [*head, *bad, Segment(0, "GE", (str(sets), group)), Segment(0, "IEA", ("1", control))]


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


def _line_210(
    line_no: int, loop: Sequence[Segment], outer: Sequence[Segment], head: Segment, currency: str
) -> InvoiceLine:
    names = _named(loop)
    around = _named(outer)
    charges = tuple(_charge(each, currency) for each in loop if each.name == "L1")
    if not charges:
        raise WrongLineError("bills nothing: there is no L1 segment")
    tracking = _first(names, _TRACKING) or ("" if names else _first(around, _TRACKING))
    reference = _first(names, _REFERENCES) or _first(around, _REFERENCES) or head.at(3)
    sscc = next((each.at(2) for each in loop if each.name == "MAN" and each.at(1) == "GM"), "")
    if not (tracking or sscc or reference):
        raise WrongLineError("names no parcel: no N9 or MAN segment, no shipment number")
    weight_g = sum(_weight(each) for each in loop if each.name == "L0")
    return InvoiceLine(line_no, charges, tracking, sscc, reference, weight_g=weight_g)


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
        raise WrongLineError(f"{name} {text or '(nothing)'} is not a whole number of hundredths")
    whole, rest = divmod(int(text), 10 ** (2 - DECIMALS[currency]))
    if rest:
        raise WrongLineError(f"{name} {text} is no whole amount in {currency}")
    return int(whole)


def _weight(segment: Segment) -> int:
    text, unit = segment.at(4), segment.at(11) or "L"
    if text and unit not in _G:
        raise WrongLineError(f"weight unit {unit} is not known: K, L, G or E is")
    return units(text, "weight", str(_G[unit])) if text else 0


def _day(text: str) -> date:
    try:
        if not re.fullmatch(r"\d{8}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise WrongLineError(f"{text or '(nothing)'} is not a day such as 20261127") from None
