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
    assert {service.carrier_id for service in company.services} == {"northline", "redbird", "prairie"}
    assert not any(service.by_air and "9" in service.hazards for service in company.services)
    contractors = [customer for customer in company.customers if customer.terms.customer_class == "contractor"]
    assert len(contractors) > 50
    assert all(customer.terms.receives for customer in contractors)
    assert {coming.supplier_id for coming in company.inbound} == {"ORIENT", "MIDWEST"}


def test_a_tariff_in_pounds_is_one_in_grams_that_rounds_no_parcel_into_a_cheaper_step(company: CompanyIn) -> None:
    ground = next(service for service in company.services if service.service_id == "NL-GROUND")
    assert [step.up_to_g for step in ground.tariff.steps[:3]] == [453, 907, 1360]  # 453.592..., 907.18..., 1360.77...
    assert len(ground.tariff.steps) == 150


def test_serials_may_be_written_as_a_run(company: CompanyIn) -> None:
    boilers = next(stock for stock in company.stock if stock.item_id == "BLR-80" and stock.place_id.startswith("CHI"))
    assert boilers.serials[0] == "BLR-80-CHI-001"
    assert len(boilers.serials) == boilers.quantity


@pytest.mark.parametrize(
    ("file", "line", "wrong", "says"),
    [
        ("items.csv", 3, "weight_g", "items.csv, line 3: weight_g: 'heavy' is no whole number"),
        ("items.csv", 4, "length_mm", "items.csv, line 4: length_mm: 'heavy' is no whole number"),
        ("cartons.csv", 2, "cost", "cartons.csv, line 2: 'heavy' is no amount"),
        ("customers.csv", 2, "receives", "customers.csv, line 2: receives: 'heavy' are no days"),
        ("customers.csv", 2, "country", "customers.csv, line 2 address.country: "),
        ("stock.csv", 5, "quantity", "stock.csv, line 5: quantity: 'heavy' is no whole number"),
        ("tariffs/NL-GROUND.csv", 7, "up_to_lb", "tariffs/NL-GROUND.csv, line 7: up_to_lb: 'heavy' is no whole number"),
    ],
)
def test_what_is_wrong_is_told_with_its_file_and_line(
    folder: Path, file: str, line: int, wrong: str, says: str
) -> None:
    with (folder / file).open(newline="", encoding="utf-8") as table:
        rows = list(csv.reader(table))
    rows[line - 1][rows[0].index(wrong)] = "heavy"
    with (folder / file).open("w", newline="", encoding="utf-8") as table:
        csv.writer(table).writerows(rows)
    refusal = read_company_folder(folder)
    assert isinstance(refusal, Refusal)
    assert refusal.why is Why.MALFORMED
    assert f"1. {says}" in refusal.says
