"""Carriers' invoices come in as tables or as X12 210: good lines, and bad ones with their number and reason."""

from datetime import date

from doorstep.carriers.invoice import Billed, Invoice
from doorstep.intake.invoices import InvoiceMap, read_table
from doorstep.intake.invoices_210 import read_210
from doorstep.terms.parcel import Size
from doorstep.terms.tariff import ChargeKind

HEAD = Invoice("swift", "I-1", date(2026, 11, 1), "USD", ())
WIDE = InvoiceMap(
    {"tracking_number": "Track", "weight": "Lbs", "length": "L", "width": "W", "height": "H"},
    charges={"Freight": ChargeKind.BASE, "Fuel": ChargeKind.FUEL},
    weight_unit_g="453.59237",
    length_unit_mm="25.4",
)
LONG = InvoiceMap(
    {"tracking_number": "Track", "kind": "What", "amount": "USD"},
    kinds={"Freight": ChargeKind.BASE, "Fuel surcharge": ChargeKind.FUEL},
)


def test_good_rows_of_a_table_go_in_and_bad_ones_come_back_with_their_line() -> None:
    text = "Track,Lbs,L,W,H,Freight,Fuel\nT1,2,10,8,4,12.34,1.2\nT2,1,,,,x,\n,1,,,,3.00,\nT4,1,10,,,3.00,\n"
    read = read_table(text, WIDE, HEAD)
    (line,) = read.invoice.lines
    assert (line.line_no, line.billed_minor, line.weight_g, line.size) == (2, 1354, 908, Size(254, 204, 102))
    assert [problem.place for problem in read.problems] == ["3", "4", "5"]
    assert read.problems[0].says == "Freight x is not an amount such as 12.34"


def test_one_charge_a_row_makes_one_line_a_parcel_until_a_charge_comes_again() -> None:
    text = "Track,What,USD\nT1,Freight,10.00\nT1,Fuel surcharge,1.00\nT1,Freight,10.00\nT1,Mystery,9.00\n"
    read = read_table(text, LONG, HEAD)
    assert [(line.line_no, line.billed_minor) for line in read.invoice.lines] == [(2, 1100), (4, 1000)]
    assert [(problem.place, problem.says) for problem in read.problems] == [
        ("5", "Mystery is not mapped to what it is for")
    ]


def test_a_table_without_a_mapped_column_is_not_guessed_at() -> None:
    read = read_table("Track,What\nT1,Freight\n", LONG, HEAD)
    assert (read.invoice.lines, [problem.says for problem in read.problems]) == ((), ["has no column USD"])


ISA = "ISA*00*          *00*          *ZZ*SWIFT          *ZZ*DOORSTEP       *261101*1200*U*00401*000000001*0*P*>~"


def _edi(*body: str) -> str:
    inner = ["ST*210*0001", *body]
    return ISA + "~\n".join(["GS*IM*SWIFT*DOOR*20261101*1200*1*X*004010", *inner, f"SE*{len(inner) + 1}*0001", ""])


GOOD = ("B3**I-7*SHIP1*CC**20261101*1834****SWFT", "C3*USD", "LX*1", "N9*2I*T1", "L0*1***5*G******L",
        "L1*1***1234", "L1*2***100****FUE****FUEL SURCHARGE", "LX*2", "MAN*GM*00340000000000000015",
        "L1*1***500", "L3*****1834")  # fmt: skip


def test_a_210_is_read_with_its_parcels_and_charges() -> None:
    (read,), problems, _ = read_210(_edi(*GOOD), "swift", "EUR")
    assert (problems, read.problems) == ((), ())
    invoice = read.invoice
    assert (invoice.number, invoice.billed_on, invoice.currency) == ("I-7", date(2026, 11, 1), "USD")
    first, second = invoice.lines
    assert (first.tracking_number, first.weight_g) == ("T1", 2268)
    assert first.charges == (Billed(ChargeKind.BASE, 1234), Billed(ChargeKind.FUEL, 100, "FUEL SURCHARGE"))
    assert (second.sscc, second.billed_minor) == ("00340000000000000015", 500)
    assert [line.line_no for line in invoice.lines] == [1, 2]  # by LX


def test_a_210_that_does_not_add_up_or_is_cut_off_says_so() -> None:
    wrong = tuple(each.replace("*1834**", "*1900**") for each in GOOD)
    (read,), *_ = read_210(_edi(*wrong), "swift", "USD")
    assert read.invoice.due_minor == 1900
    assert read_210(_edi(*GOOD).split("L3*")[0], "swift", "USD")[1][0].says.startswith("the invoice is not whole")
    assert read_210("Track,What\n", "swift", "USD")[1][0].says.startswith("an X12 file begins with")
    bad = tuple(each.replace("*500", "*5.00") for each in GOOD)
    (read,), *_ = read_210(_edi(*bad), "swift", "USD")
    assert (len(read.invoice.lines), read.problems[0].place) == (1, "11")


def test_what_came_back_of_a_table_is_a_table_that_is_mended_and_read_by_the_same_map() -> None:
    text = "Track,What,USD\nT1,Freight,10.00\nT2,Freight,much\n=T3,Freight,ten\n"
    read = read_table(text, LONG, HEAD)
    assert read.bad.splitlines()[0] == "Track,What,USD,problem_line,problem"
    mended = read_table(read.bad.replace("much", "-11.00").replace("ten", "2.00"), LONG, HEAD)
    assert [(line.line_no, line.tracking_number, line.billed_minor) for line in mended.invoice.lines] == [
        (3, "T2", -1100),
        (4, "=T3", 200),
    ]
    assert mended.bad == ""


def test_what_came_back_of_a_210_is_a_210_with_its_bad_lines_alone() -> None:
    bad = tuple(each.replace("*500", "*5.00") for each in GOOD)
    told = read_210(_edi(*bad), "swift", "USD")
    assert "NTE*ADD*a charge 5.00 is not a whole number of hundredths" in told.bad
    ((mended,), problems, left) = read_210(told.bad.replace("*5.00", "*500"), "swift", "USD")
    assert (problems, mended.problems, left) == ((), (), "")
    (line,) = mended.invoice.lines
    assert (line.line_no, line.sscc, line.billed_minor) == (2, "00340000000000000015", 500)
    assert (mended.invoice.number, mended.invoice.due_minor) == ("I-7", 1834)
