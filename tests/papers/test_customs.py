"""What goods cost at a door across a border, and the papers that say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from doorstep.intake.trade import read_duties, read_goods, read_taxes
from doorstep.papers.customs import Consignment, Incoterm, Landed, cn23, commercial_invoice, landed_cost, percent
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal, Why
from tests.corner_shop import granted, refused
from tests.papers.paper import SHOP, SSCC, barcodes, faces, text_of

TABLES = Path(__file__).parents[2] / "examples" / "customs"
GOODS = granted(read_goods((TABLES / "goods.csv").read_bytes()))
DUTIES = granted(read_duties((TABLES / "duties.csv").read_bytes()))
TAXES = granted(read_taxes((TABLES / "taxes.csv").read_bytes()))
BERLIN = Address("Käthe Größer", ("Weiße Straße 5",), "Berlin", "10115", "DE")
OUT = Consignment(
    number="INV-1",
    order_id="ord_01",
    day=date(2026, 3, 2),
    sender=SHOP,
    to=BERLIN,
    goods=GOODS,
    currency="EUR",
    freight_minor=1500,
    insurance_minor=100,
    incoterm=Incoterm.DAP,
    incoterm_place="Berlin",
    gross_g=4200,
    sscc=SSCC,
    eori="US123456789",
)


def landed(of: Consignment) -> Landed:
    return granted(landed_cost(of, DUTIES, TAXES))


def test_within_the_limit_there_is_no_duty_and_tax_is_on_value_with_carriage() -> None:
    told = landed(OUT)
    # 25.00 + 35.96 + 79.00 of goods; 16.00 of carriage shared out by value: 2.86, 4.11, 9.03.
    assert [line.customs_value_minor for line in told.lines] == [2786, 4007, 8803]
    assert [line.tax_minor for line in told.lines] == [529, 280, 1673]  # 19 %, 7 %, 19 %
    assert (told.duty_minor, told.goods_minor, told.total_minor) == (0, 13996, 13996 + 1600 + 2482)
    assert told.says == ("No duty: worth at most 150.00 EUR.",)


def test_above_the_limit_the_longest_code_and_the_goods_own_origin_say_the_duty() -> None:
    goods = tuple(replace(line, quantity=line.quantity * 10) for line in GOODS)
    told = landed(replace(OUT, goods=goods))
    assert [line.duty_ppm for line in told.lines] == [0, 0, 37_000]  # mugs of Portugal are free, others 5.5 %
    assert told.lines[2].duty_minor == 2_956  # 3.7 % of 799.03
    elsewhere = tuple(replace(line, origin="CN") for line in goods)
    assert landed(replace(OUT, goods=elsewhere)).lines[0].duty_ppm == 55_000


def test_with_ioss_the_tax_was_paid_at_the_sale() -> None:
    told = landed(replace(OUT, ioss="IM2760000742"))
    assert told.tax_minor == 0
    assert "Import tax was paid at the sale (IOSS)." in told.says


def test_limits_in_another_currency_need_a_rate() -> None:
    dollars = replace(OUT, currency="USD")
    refused(landed_cost(dollars, DUTIES, TAXES), Why.MALFORMED, "USD in EUR")
    assert landed(replace(dollars, rates={"EUR": 920_000})).duty_minor == 0


def test_goods_of_which_a_table_says_nothing_are_refused() -> None:
    unknown = replace(OUT, goods=(replace(GOODS[0], hs="010121"),))
    refused(landed_cost(unknown, DUTIES, TAXES), Why.MALFORMED, "duty table", "010121")
    refused(landed_cost(replace(OUT, to=replace(BERLIN, country="NO")), DUTIES, TAXES), Why.MALFORMED, "tax table")


def test_the_papers_say_what_was_reckoned() -> None:
    told = landed(OUT)
    invoice = commercial_invoice(OUT, told, faces())
    said = text_of(invoice.content)
    for word in (
        "Käthe Größer",
        "691200",
        "DAP Berlin",
        "US123456789",
        "155.96 EUR",
        "180.78 EUR",
        "paid by the importer",
    ):
        assert word in said, word
    assert barcodes(invoice.content, 203)[f"00{SSCC}"] == "]C1"
    declared = text_of(cn23(OUT, faces()).content)
    for word in ("CN 23", "Déclaration en douane", "940521", "139.96 EUR", "sale of goods"):
        assert word in declared, word


def test_a_long_invoice_goes_over_pages_and_loses_no_line() -> None:
    goods = tuple(replace(GOODS[0], item_id=f"MUG-{number}") for number in range(120))
    of = replace(OUT, goods=goods)
    said = text_of(commercial_invoice(of, landed(of), faces()).content)
    assert all(f"MUG-{number}\n" in said or f"MUG-{number} " in said for number in range(120))
    assert "page 1 of" in said


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("country,hs,origin\nDE,,\n", ("duty_ppm is missing",)),
        (
            "country,hs,origin,duty_ppm\nde,6912,,55000\nDE,69x,,-1\n",
            ("line 2, country", "line 3, hs", "line 3, duty_ppm"),
        ),
        ("country,hs,origin,duty_ppm\nDE,1,,5\nDE,1,,6\n", ("line 3: says the same as line 2",)),
        ("country,hs,origin,duty_ppm\n", ("no line",)),
        ("country,hs,orgin,duty_ppm\nDE,,,1\n", ("did you mean origin?",)),
    ],
)
def test_bad_lines_of_a_table_are_all_told(table: str, words: tuple[str, ...]) -> None:
    told = read_duties(table.encode())
    assert isinstance(told, Refusal)
    for word in words:
        assert word in told.says


def test_rates_are_written_as_people_write_them() -> None:
    assert [percent(ppm) for ppm in (0, 55_000, 190_000, 1_250)] == ["0 %", "5.5 %", "19 %", "0.125 %"]
