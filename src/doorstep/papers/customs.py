"""Customs: what a consignment across a border costs at the door, and the papers that say so.

Duty and tax come from tables that the company keeps (`docs/papers.md`); nothing is assumed where they are silent.
Sources: WTO Customs Valuation Agreement, article 8.2 (value with or without carriage); UPU Convention Manual, CN 23;
Incoterms 2020.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from doorstep.papers.code128 import gs1_128
from doorstep.papers.faces import Faces
from doorstep.papers.form import Column, Form
from doorstep.papers.label import weight_words
from doorstep.papers.values import Paper
from doorstep.terms.money import Money, share_out
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal, Why

_MILLION = 1_000_000


class Incoterm(StrEnum):
    """Who pays what, and until where (Incoterms 2020); DAP leaves duty and tax to the receiver, DDP to the sender."""

    EXW = "EXW"
    FCA = "FCA"
    CPT = "CPT"
    CIP = "CIP"
    DAP = "DAP"
    DPU = "DPU"
    DDP = "DDP"


@dataclass(frozen=True, slots=True)
class DutyRate:
    """What a country asks of goods whose HS code begins with `hs`, of an origin ('' for any): duty in ppm of value."""

    country: str
    hs: str
    origin: str
    duty_ppm: int


@dataclass(frozen=True, slots=True)
class TaxRule:
    """A country's import tax: `tax_ppm` of value and duty for goods under `hs` ('' for all).

    Goods of at most `duty_free_minor` (tax: `tax_free_minor`) in `currency` are let in free of it; -1: never.
    `with_carriage`: carriage and insurance are part of the customs value.
    """

    country: str
    hs: str
    tax_ppm: int
    currency: str
    duty_free_minor: int
    tax_free_minor: int
    with_carriage: bool


@dataclass(frozen=True, slots=True)
class TradeGoods:
    """A line of an invoice: where the goods were made, what customs calls them, what one weighs and costs."""

    item_id: str
    description: str
    hs: str
    origin: str
    quantity: int
    unit_minor: int
    unit_g: int


@dataclass(frozen=True, slots=True)
class Consignment:
    """Goods of one order across a border, in one currency. `rates`: ppm of 1 of our currency in another."""

    number: str
    order_id: str
    day: date
    sender: Address
    to: Address
    goods: tuple[TradeGoods, ...]
    currency: str
    freight_minor: int
    insurance_minor: int
    incoterm: Incoterm
    incoterm_place: str
    gross_g: int
    sscc: str = ""
    eori: str = ""
    ioss: str = ""
    sender_vat: str = ""
    reason: str = "sale of goods"
    rates: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class LandedLine:
    """What one line of goods costs to bring in."""

    goods: TradeGoods
    value_minor: int
    customs_value_minor: int
    duty_ppm: int
    duty_minor: int
    tax_ppm: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class Landed:
    """The sums, in the consignment's currency. `says` tells why duty or tax is nothing, where it is."""

    lines: tuple[LandedLine, ...]
    goods_minor: int
    freight_minor: int
    insurance_minor: int
    duty_minor: int
    tax_minor: int
    says: tuple[str, ...]

    @property
    def total_minor(self) -> int:
        return self.goods_minor + self.freight_minor + self.insurance_minor + self.duty_minor + self.tax_minor


def landed_cost(of: Consignment, duties: Sequence[DutyRate], taxes: Sequence[TaxRule]) -> Landed | Refusal:
    """What the consignment costs at its receiver's door. MALFORMED where a table has no line for some of the goods."""
    country = of.to.country
    values = [line.quantity * line.unit_minor for line in of.goods]
    carriage = share_out(of.freight_minor + of.insurance_minor, values)
    worth = sum(values)
    rules = [_longest(line.hs, [rule for rule in taxes if rule.country == country]) for line in of.goods]
    rates = [_duty_of(line, country, duties) for line in of.goods]
    lines = []
    free: dict[str, None] = {}
    for line, value_minor, carried_minor, rule, rate in zip(of.goods, values, carriage, rules, rates, strict=True):
        if rule is None or rate is None:
            table = "tax" if rule is None else "duty"
            says = f"The {table} table has no line for HS {line.hs} of {line.origin} into {country}: add one."
            return Refusal(Why.MALFORMED, says, {"item_id": line.item_id, "hs": line.hs, "country": country})
        within = _worth_in(worth, of, rule)
        if isinstance(within, Refusal):
            return within
        duty_ppm, tax_ppm = rate.duty_ppm, rule.tax_ppm
        if within <= rule.duty_free_minor:
            duty_ppm = 0
            free[f"No duty: worth at most {Money(rule.duty_free_minor, rule.currency)}."] = None
        if within <= rule.tax_free_minor:
            tax_ppm = 0
            free[f"No import tax: worth at most {Money(rule.tax_free_minor, rule.currency)}."] = None
        if of.ioss:
            tax_ppm = 0
            free["Import tax was paid at the sale (IOSS)."] = None
        customs_minor = value_minor + (carried_minor if rule.with_carriage else 0)
        duty_minor = _part(customs_minor, duty_ppm)
        tax_minor = _part(customs_minor + duty_minor, tax_ppm)
        lines.append(LandedLine(line, value_minor, customs_minor, duty_ppm, duty_minor, tax_ppm, tax_minor))
    duty, tax = sum(line.duty_minor for line in lines), sum(line.tax_minor for line in lines)
    return Landed(tuple(lines), worth, of.freight_minor, of.insurance_minor, duty, tax, tuple(free))


def _part(amount_minor: int, ppm: int) -> int:
    """So many millionths, half a unit rounded up."""
    return (amount_minor * ppm + _MILLION // 2) // _MILLION


def _worth_in(worth_minor: int, of: Consignment, rule: TaxRule) -> int | Refusal:
    """The goods' worth in the currency of a country's limits, rounded up; only asked where there are limits."""
    if rule.currency == of.currency or (rule.duty_free_minor < 0 and rule.tax_free_minor < 0):
        return worth_minor
    rate = (of.rates or {}).get(rule.currency)
    if rate is None:
        says = (
            f"The limits of {rule.country} are in {rule.currency}: give the rate of {of.currency} in {rule.currency}."
        )
        return Refusal(Why.MALFORMED, says, {"currency": rule.currency})
    return -(-worth_minor * rate // _MILLION)


def _longest(hs: str, rules: Sequence[TaxRule]) -> TaxRule | None:
    fitting = [rule for rule in rules if hs.startswith(rule.hs)]
    return max(fitting, key=lambda rule: len(rule.hs), default=None)


def _duty_of(line: TradeGoods, country: str, duties: Sequence[DutyRate]) -> DutyRate | None:
    """The rate of the longest code; of two alike that of the origin itself."""
    fitting = [
        rate
        for rate in duties
        if rate.country == country and line.hs.startswith(rate.hs) and rate.origin in ("", line.origin)
    ]
    return max(fitting, key=lambda rate: (len(rate.hs), rate.origin != ""), default=None)


def commercial_invoice(of: Consignment, landed: Landed, faces: Faces) -> Paper:
    """The commercial invoice, with what the goods cost at the door under it."""
    code = gs1_128([("00", of.sscc)]) if of.sscc else None
    form = Form(faces, "Commercial invoice", of.sender.country, of.number, code)
    form.parties(("Exporter", of.sender), ("Importer", of.to))
    form.facts(_facts(of))
    columns = (
        Column("Item", 14),
        Column("Description", 30),
        Column("HS code", 12),
        Column("Origin", 8),
        Column("Units", 8, numbers=True),
        Column("Unit price", 14, numbers=True),
        Column("Value", 14, numbers=True),
    )
    rows = []
    for line in landed.lines:
        goods = line.goods
        unit, value = Money(goods.unit_minor, of.currency), Money(line.value_minor, of.currency)
        told = (goods.item_id, goods.description, goods.hs, goods.origin, str(goods.quantity), str(unit), str(value))
        rows.append(told)
    form.table(columns, rows)
    sums = (
        ("Goods", landed.goods_minor),
        ("Freight", landed.freight_minor),
        ("Insurance", landed.insurance_minor),
        ("Invoice total", landed.goods_minor + landed.freight_minor + landed.insurance_minor),
    )
    form.totals([(name, str(Money(minor, of.currency))) for name, minor in sums])
    form.heading("Landed cost, as estimated from our tables")
    _landed_table(form, of, landed)
    payer = "the exporter" if of.incoterm is Incoterm.DDP else "the importer"
    form.words(f"{of.incoterm} {of.incoterm_place} (Incoterms 2020): duty and import tax are paid by {payer}.")
    for says in landed.says:
        form.words(says)
    form.words("We declare that this invoice is true and correct, and that the goods are of the origins shown.")
    form.signatures("Name", "Signature", "Place and date")
    return form.paper(of.number)


def _facts(of: Consignment) -> list[tuple[str, str]]:
    return [
        ("Invoice", of.number),
        ("Day", of.day.isoformat()),
        ("Order", of.order_id),
        ("Incoterm", f"{of.incoterm} {of.incoterm_place}"),
        ("Reason", of.reason),
        ("Currency", of.currency),
        ("Gross weight", weight_words(of.gross_g)),
        ("Net weight", weight_words(sum(line.quantity * line.unit_g for line in of.goods))),
        ("EORI", of.eori),
        ("IOSS", of.ioss),
        ("VAT number", of.sender_vat),
    ]


def _landed_table(form: Form, of: Consignment, landed: Landed) -> None:
    columns = (
        Column("Item", 16),
        Column("Customs value", 18, numbers=True),
        Column("Duty rate", 14, numbers=True),
        Column("Duty", 18, numbers=True),
        Column("Tax rate", 14, numbers=True),
        Column("Tax", 20, numbers=True),
    )
    rows = [
        (
            line.goods.item_id,
            str(Money(line.customs_value_minor, of.currency)),
            percent(line.duty_ppm),
            str(Money(line.duty_minor, of.currency)),
            percent(line.tax_ppm),
            str(Money(line.tax_minor, of.currency)),
        )
        for line in landed.lines
    ]
    form.table(columns, rows)
    sums = (("Duty", landed.duty_minor), ("Import tax", landed.tax_minor), ("At the door", landed.total_minor))
    form.totals([(name, str(Money(minor, of.currency))) for name, minor in sums])


def percent(ppm: int) -> str:
    """`6.5 %` of 65,000 ppm."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + " %"


def cn23(of: Consignment, faces: Faces) -> Paper:
    """The customs declaration of the post, in English and French as the Universal Postal Union asks."""
    code = gs1_128([("00", of.sscc)]) if of.sscc else None
    form = Form(faces, "CN 23", of.sender.country, "Customs declaration / Déclaration en douane", code)
    form.parties(("From / De", of.sender), ("To / À", of.to))
    form.facts(
        [
            ("Sender's EORI / N° EORI", of.eori),
            ("IOSS", of.ioss),
            ("Importer's reference", of.order_id),
            ("Category / Catégorie", of.reason),
            ("Invoice / Facture", of.number),
            ("Postal charges / Frais de port", str(Money(of.freight_minor, of.currency))),
            ("Total gross weight / Poids brut", weight_words(of.gross_g)),
            ("Day / Date", of.day.isoformat()),
        ]
    )
    columns = (
        Column("Contents / Contenu", 34),
        Column("Quantity", 10, numbers=True),
        Column("Net weight", 14, numbers=True),
        Column("Value / Valeur", 16, numbers=True),
        Column("HS code", 14),
        Column("Origin", 12),
    )
    rows = [
        (
            line.description,
            str(line.quantity),
            weight_words(line.quantity * line.unit_g),
            str(Money(line.quantity * line.unit_minor, of.currency)),
            line.hs,
            line.origin,
        )
        for line in of.goods
    ]
    form.table(columns, rows)
    worth = sum(line.quantity * line.unit_minor for line in of.goods)
    form.totals([("Total value / Valeur totale", str(Money(worth, of.currency)))])
    form.words(
        "I certify that the particulars given in this customs declaration are correct and that this item does not "
        "contain any dangerous article or articles prohibited by legislation or by postal or customs regulations."
    )
    form.signatures("Date and sender's signature / Date et signature de l'expéditeur")
    return form.paper(of.number)
