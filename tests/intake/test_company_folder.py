"""A company in a folder of tables: what is in it, and where it says what is wrong."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest

from doorstep.intake.company import CompanyIn
from doorstep.intake.company_folder import read_company_folder
from doorstep.terms.item import Tracking
from doorstep.terms.places import SiteKind
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import Tariff

EXAMPLE = Path(__file__).parents[2] / "examples" / "heating_parts"


@pytest.fixture(scope="module")
def company() -> CompanyIn:
    found = read_company_folder(EXAMPLE)
    assert not isinstance(found, Refusal), found.says
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLE, tmp_path / "company")


def test_the_example_company_has_everything_that_a_distributor_has(company: CompanyIn) -> None:
    assert Counter(site.kind for site in company.sites) == {SiteKind.OWN: 2, SiteKind.STORE: 1, SiteKind.THIRD_PARTY: 1}
    assert all(site.daily_orders for site in company.sites)
    items = company.items
    assert 140 <= len(items) <= 160
    assert sum(1 for item in items if item.parts) == 5
    assert sum(1 for item in items if item.size is None and not item.parts) == 3
    assert {item.tracking for item in items} == set(Tracking)
    assert any(item.sold_by > 1 for item in items)
    assert any(item.hazard == "9" for item in items)
    assert max(item.weight_g or 0 for item in items) > 150_000
    assert min(item.weight_g or 9_999 for item in items) < 20
    assert {service.carrier_id for service in company.services} == {"northline", "redbird", "prairie", "hv-vans"}
    assert not any(service.by_air and "9" in service.hazards for service in company.services)
    contractors = [customer for customer in company.customers if customer.terms.customer_class == "contractor"]
    assert len(contractors) > 50
    assert all(customer.terms.receives for customer in contractors)
    assert {coming.supplier_id for coming in company.inbound} == {"ORIENT", "MIDWEST"}


def test_a_tariff_in_pounds_is_one_in_grams_that_rounds_no_parcel_into_a_cheaper_step(company: CompanyIn) -> None:
    ground = next(service for service in company.services if service.service_id == "NL-GROUND")
    assert isinstance(ground.tariff, Tariff)
    assert [step.up_to_g for step in ground.tariff.steps[:3]] == [453, 907, 1360]  # 453.592..., 907.18..., 1360.77...
    assert len(ground.tariff.steps) == 150


def test_serials_may_be_written_as_a_run(company: CompanyIn) -> None:
    boilers = next(stock for stock in company.stock if stock.item_id == "BLR-80" and stock.place_id.startswith("CHI"))
    assert boilers.serials[0] == "BLR-80-CHI-001"
    assert len(boilers.serials) == boilers.quantity


def problems(folder: Path) -> str:
    refusal = read_company_folder(folder)
    assert isinstance(refusal, Refusal)
    assert refusal.why is Why.MALFORMED
    return refusal.says.removeprefix("This cannot be read: ")


def cell(folder: Path, file: str, line: int, column: str, says: str) -> None:
    """Another text in one cell of a table."""
    with (folder / file).open(newline="", encoding="utf-8") as table:
        rows = list(csv.reader(table))
    rows[line - 1][rows[0].index(column)] = says
    with (folder / file).open("w", newline="", encoding="utf-8") as table:
        csv.writer(table).writerows(rows)


@pytest.mark.parametrize(
    ("file", "line", "column", "text", "says"),
    [
        ("items.csv", 3, "weight_g", "heavy", "1. items.csv, line 3 weight_g: heavy is not a number"),
        ("items.csv", 3, "weight_g", "9.5", "1. items.csv, line 3 weight_g: 9.5 is not a whole number"),
        ("items.csv", 4, "width_mm", "", "1. items.csv, line 4 length_mm: length, width and height go together"),
        ("items.csv", 4, "height_mm", "0", "1. items.csv, line 4 height_mm: 0 is 0; it must be from 1"),
        ("items.csv", 5, "price", "1.005", "1. items.csv, line 5 price: 1.005 has more than the 2 decimals of USD"),
        ("items.csv", 5, "price", "NaN", "1. items.csv, line 5 price: NaN is not a number"),
        ("items.csv", 6, "sold_by", "0", "1. items.csv, line 6 sold_by: 0 is 0; it must be from 1"),
        (
            "items.csv",
            7,
            "tracking",
            "lots",
            "1. items.csv, line 7 tracking: lots is 'lots'; it must be one of none, lot",
        ),
        ("items.csv", 8, "item_id", "GSK-22", "1. items.csv, line 8: GSK-22 stands here a second time"),
        ("items.csv", 1, "hazard", "hazrd", "1. items.csv, line 1: hazrd: no column of ours; there are item_id, "),
        ("items.csv", 1, "item_id", "sku", "2. items.csv, line 1: the column item_id is missing"),
        ("kits.csv", 2, "item_id", "IGN-41", "1. kits.csv, line 2 item_id: there is no item IGN-41"),
        ("kits.csv", 2, "price", "", "1. kits.csv, line 2 kit_id: the first row of KIT-TUNE tells its description and"),
        ("cartons.csv", 2, "cost", "", "1. cartons.csv, line 2 cost: is empty, and needed"),
        ("customers.csv", 2, "receives", "daily", "1. customers.csv, line 2 receives: daily 'daily' are not weekdays"),
        (
            "customers.csv",
            2,
            "receives_zone",
            "",
            "1. customers.csv, line 2 receives_zone: say whose clock hangs there",
        ),
        ("customers.csv", 2, "receives_until", "05:00", "1. customers.csv, line 2 terms.receives: "),
        ("customers.csv", 2, "country", "USA", "1. customers.csv, line 2 country: USA 'USA' is not a country"),
        ("customers.csv", 3, "name", "=A1", "1. customers.csv, line 3 name: =A1 begins with '='"),
        ("stock.csv", 5, "place_id", "MKE/A-1", "1. stock.csv, line 5 place_id: there is no bin MKE/A-1"),
        (
            "stock.csv",
            5,
            "serials",
            "A-1..999999999",
            "1. stock.csv, line 5 serials: A-1..999999999 is no run of serials",
        ),
        (
            "inbound.csv",
            2,
            "due_at",
            "2026-03-09T08:30:00",
            "1. inbound.csv, line 2 due_at: 2026-03-09T08:30:00 does not",
        ),
        ("inbound.csv", 2, "site_id", "CHX", "1. inbound.csv, line 2 site_id: there is no site CHX"),
        ("zones.csv", 2, "zone", "", "1. zones.csv, line 2 zone: is empty, and needed"),
        ("tariffs/NL-GROUND.csv", 7, "up_to_lb", "5", "1. tariffs/NL-GROUND.csv, line 7 up_to_lb: must be above the"),
        ("tariffs/NL-GROUND.csv", 7, "4", "-1", "1. tariffs/NL-GROUND.csv, line 7 4: -1 is not an amount from 0 up"),
        (
            "tariffs/NL-GROUND.csv",
            1,
            "up_to_lb",
            "lb",
            "1. tariffs/NL-GROUND.csv, line 1: must have one column of weights",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_file_and_line(
    folder: Path, file: str, line: int, column: str, text: str, says: str
) -> None:
    cell(folder, file, line, column, text)
    assert says in problems(folder)


def test_every_slip_in_every_table_is_told_at_once(folder: Path) -> None:
    cell(folder, "items.csv", 3, "weight_g", "heavy")
    cell(folder, "stock.csv", 4, "quantity", "few")
    cell(folder, "tariffs/PF-LTL.csv", 2, "2", "dear")
    told = problems(folder)
    assert [told.count(f"{number}. ") > 0 for number in (1, 2, 3, 4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        (b'currency = "USD"', b'currency = "DOLLARS"', "company.toml, company.currency: is not a currency we know"),
        (b"[company]", b"[company", "company.toml, line 4, column 9: "),
        (b'name = "Distribution centre, Chicago"', b'name = "\xe9"', "company.toml, line 36: this is not UTF-8 text"),
        (b'zone = "America/Chicago"', b'zone = "Chicago"', "'Chicago' is no time zone, such as America/Chicago"),
        (b'CHI = "17:30"', b'CHO = "17:30"', "company.toml, services.0.cut_offs: there is no site CHO"),
        (
            b'service_id = "NL-NEXT"',
            b'service_id = "NL-AIR"',
            "tariffs/NL-NEXT.csv: company.toml has no service NL-NEXT",
        ),
    ],
)
def test_what_is_wrong_with_the_companys_file_is_told_like_the_rest(
    folder: Path, was: bytes, now: bytes, says: str
) -> None:
    file = folder / "company.toml"
    whole = file.read_bytes()
    assert was in whole
    file.write_bytes(whole.replace(was, now))
    assert says in problems(folder)


def test_tables_may_come_from_a_spreadsheet_of_another_country(folder: Path, company: CompanyIn) -> None:
    """With a mark at the beginning, semicolons and the line ends of Windows."""
    with (folder / "items.csv").open(newline="", encoding="utf-8") as table:
        rows = list(csv.reader(table))
    with (folder / "items.csv").open("w", newline="", encoding="utf-8-sig") as table:
        csv.writer(table, delimiter=";").writerows(rows)
    assert read_company_folder(folder) == company
