"""Tariff files: good rows go in, bad ones come back with file, line, column and reason; slips are numbered."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from doorstep.carriers.bills import Bill
from doorstep.carriers.parcels import Parcel, bill
from doorstep.events.envelope import plain
from doorstep.events.master import ServiceDefined
from doorstep.events.registry import REGISTRY
from doorstep.intake.company_folder import read_company_folder
from doorstep.intake.tariffs.came_back import write_back
from doorstep.intake.tariffs.read import TariffsIn, read_tariffs
from doorstep.terms.measures import measure, sides
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService, Tariff
from doorstep.terms.tariff import ParcelTariff

EXAMPLES = Path(__file__).parents[2] / "examples"
BANDS = 'bands = [{ up_to = "150 mi", zone = "2" }, { up_to = "300 mi", zone = "5" }]'
HEAD = """
tariff_id = "t"
currency = "USD"
zones = [{ zone = "2" }]
[[prices]]
file = "prices.csv"
unit = "lb"
columns = { up_to = "lb", zone = "zone", price = "price" }
"""


def told(folder: Path, toml: str, prices: str = "") -> TariffsIn | Refusal:
    (folder / "prices.csv").write_text(prices, encoding="utf-8")
    (folder / "t.toml").write_text(toml, encoding="utf-8")
    return read_tariffs(folder / "t.toml")


def read(folder: Path, toml: str, prices: str = "") -> TariffsIn:
    found = told(folder, toml, prices)
    assert isinstance(found, TariffsIn), found
    return found


def priced(tariff: object, weight: str, to: str = "") -> int | None:
    assert isinstance(tariff, ParcelTariff)
    found = bill(tariff, Parcel(measure(weight), sides("6 x 4 x 2 in"), "US-606", to, date(2026, 3, 2)))
    return found.total_minor if isinstance(found, Bill) else None


def test_good_rows_go_in_and_bad_ones_come_back_with_place_and_reason(tmp_path: Path) -> None:
    rows = "lb,zone,price\n1,2,7.10\nheavy,2,7.50\n3,2,8.105\n2,2,7.60\n2,2,7.90\n4,2,=A1\n5 in,2,9.00\n6,2\n"
    found = read(tmp_path, HEAD, rows)
    places = [(each.line, each.column) for each in found.problems]
    assert places == [(3, "lb"), (4, "price"), (6, ""), (7, "price"), (8, "up_to"), (9, "")]
    says = [str(each) for each in found.problems]
    assert "prices.csv, line 4, column price: '8.105' has more than the 2 decimals of USD" in says
    assert any("zone 2 up to 2 lb has a price in line 5 already" in each for each in says)
    assert any("prices by weight go up to one of g, kg" in each for each in says)
    assert [priced(found.tariffs[0].tariff, weight) for weight in ("1 lb", "1.01 lb", "2.5 lb")] == [710, 760, None]


def test_slips_in_the_file_are_numbered_with_the_nearest_name(tmp_path: Path) -> None:
    wrong = HEAD.replace('currency = "USD"', 'currency = "USX"\nsides = "up"\nsurchages = []')
    found = told(
        tmp_path, wrong + '[[surcharges]]\nname = "x"\nwhen = { longest = "22" }\n', "lb,zone,price\n1,2,7.10\n"
    )
    assert isinstance(found, Refusal)
    for words in (
        "currency: USX is not a currency",
        'sides: must be "up 1 in"',
        "surcharges.0.when.longest: has no unit",
    ):
        assert words in found.says
    assert "surchages: is not known here; did you mean surcharges?" in found.says


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('"prices.csv"', '"none.csv"'), "There is no file"),
        (('price = "price"', 'price = "cost"'), "cost"),
        (('price = "price"', 'fee = "price"'), "fee is no column of ours"),
        (('[[prices]]', '[[surcharges]]\nname="x"\namount=1\nwhen={area="far"}\n[[prices]]'), "no area 'far'"),
        (('[[prices]]', '[[surcharges]]\nname = "x"\namount = 1.005\n[[prices]]'), "more than the 2 decimals"),
        (('unit = "lb"', 'unit = "lb"\nwhere = { lb = "no" }'), "no price of any table"),
    ],
)  # fmt: skip
def test_what_makes_no_tariff_says_what_to_do(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    found = told(tmp_path, HEAD.replace(*change), "lb,zone,price\n1,2,7.10\n")
    assert isinstance(found, Refusal)
    assert words in found.says


def test_a_spreadsheet_with_a_column_for_each_zone_and_empty_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Ground"
    for row in (["Rates 2026"], ["Weight (lbs)", "Zone 2", "Zone 9-10"], [1, 7.1, 20], [2, 7.65, None]):
        sheet.append(row)
    book.save(tmp_path / "list.xlsx")
    toml = """
tariff_id = "x"
currency = "USD"
[[zones]]
zone = "2"
destination = "US-6"
[[zones]]
zone = "9"
destination = "US-9"
[[zones]]
zone = "10"
destination = "US-8"
[[prices]]
file = "list.xlsx"
reading = { sheet = "Ground", header = 2 }
unit = "lb"
columns = { up_to = "Weight (lbs)" }
zone_columns = { 2 = "Zone 2", "9-10" = "Zone 9-10" }
zone_ranges = true
"""
    found = read(tmp_path, toml)
    tariff = found.tariffs[0].tariff
    assert not found.problems
    assert [priced(tariff, "2 lb", to) for to in ("US-6", "US-9", "US-8")] == [765, None, None]
    assert [priced(tariff, "1 lb", to) for to in ("US-6", "US-9", "US-8")] == [710, 2_000, 2_000]
    assert any("zone 10 has no price up to 2 lb" in note for note in found.tariffs[0].notes)


def test_zone_charts_with_ranges_of_postcodes_and_distance_bands(tmp_path: Path) -> None:
    (tmp_path / "zones.csv").write_text('dest,zone\n004-005,5\n"010, 012",6\n', encoding="utf-8")
    toml = (
        HEAD.replace('zones = [{ zone = "2" }]', "")
        + """
[[zone_tables]]
file = "zones.csv"
prefix = "US-"
origin = "US-606"
columns = { destination = "dest", zone = "zone" }
"""
    )
    tariff = read(tmp_path, toml, "lb,zone,price\n1,5,5\n1,6,6\n1,2,2\n").tariffs[0].tariff
    assert [priced(tariff, "1 lb", to) for to in ("US-004", "US-005", "US-006", "US-012")] == [500, 500, None, 600]
    banded = HEAD.replace('zones = [{ zone = "2" }]', BANDS)
    tariff = read(tmp_path, banded, "lb,zone,price\n1,5,5\n1,2,2\n").tariffs[0].tariff
    assert isinstance(tariff, ParcelTariff)
    for distance, cents in (("150 mi", 200), ("242 km", 500), ("301 mi", None)):
        found = bill(tariff, Parcel(measure("1 lb"), sides("6x4x2 in"), "", "", distance=measure(distance)))
        assert (found.total_minor if isinstance(found, Bill) else None) == cents


@pytest.mark.parametrize("name", ["parcel", "cubic", "ltl", "pallets", "truck", "van"])
def test_a_tariff_of_each_kind_stands_in_the_journal_as_it_was(name: str) -> None:
    found = read_tariffs(EXAMPLES / "tariffs" / f"{name}.toml")
    assert isinstance(found, TariffsIn)
    tariff = found.tariffs[0].tariff
    body = ServiceDefined(CarrierService("s", "c", "S", tariff, {}, {}))
    assert REGISTRY.read("ServiceDefined", body.VERSION, plain(body)) == body


def test_the_example_company_still_has_plain_tariffs_and_may_have_a_whole_list(tmp_path: Path) -> None:
    folder = tmp_path / "company"
    shutil.copytree(EXAMPLES / "heating_parts", folder)
    company = read_company_folder(folder)
    assert not isinstance(company, Refusal)
    plain = [service for service in company.services if isinstance(service.tariff, Tariff)]
    assert [each.service_id for each in company.services if each not in plain] == ["HV-VAN"]
    (folder / "tariffs" / "NL-GROUND.csv").unlink()
    (folder / "tariffs" / "northline").mkdir()
    for table in (EXAMPLES / "tariffs").glob("parcel*.csv"):
        shutil.copy(table, folder / "tariffs" / "northline" / table.name)
    toml = (EXAMPLES / "tariffs" / "parcel.toml").read_text(encoding="utf-8")
    own = folder / "tariffs" / "NL-GROUND.toml"
    own.write_text(toml.replace('file = "', 'file = "northline/'), encoding="utf-8")
    company = read_company_folder(folder)
    assert not isinstance(company, Refusal), company.says
    (ground,) = [service for service in company.services if service.service_id == "NL-GROUND"]
    assert priced(ground.tariff, "3 lb", "US-532") == 1_120 + 199  # and 17.75 % of fuel
    own.write_text(toml, encoding="utf-8")
    wrong = read_company_folder(folder)
    assert isinstance(wrong, Refusal)
    assert "There is no file" in wrong.says


def test_rows_that_came_back_are_mended_in_a_file_of_their_own_form_and_take_their_old_place(tmp_path: Path) -> None:
    toml = HEAD.replace('unit = "lb"', 'unit = "lb"\nreading = { delimiter = ";", header = 2 }')
    first = read(tmp_path, toml, "Northline 2026\nlb;zone;price\n1;2;7.10\nheavy;2;7.50\n3;2;8.10\n3;2;8.20\n")
    assert [each.line for each in first.problems] == [4, 6]
    (bad,) = write_back(first.problems, first.tables)
    assert bad.name == "prices.bad.csv"
    lines = bad.read_text(encoding="utf-8").splitlines()
    assert lines[1] == "lb;zone;price;problem_line;problem"
    assert lines[2].startswith("heavy;2;7.50;4;lb: ")
    assert lines[3].startswith("3;2;8.20;6;zone 2 up to 3 lb has a price in line 5 already")
    bad.write_text(bad.read_text(encoding="utf-8").replace("heavy", "2").replace("3;2;8.20", "4;2;8.20"), "utf-8")
    (tmp_path / "t.toml").write_text(toml.replace('file = "prices', 'mended = "prices.bad.csv"\nfile = "prices'))
    again = granted_tariffs(tmp_path)
    assert not again.problems
    assert [priced(again.tariffs[0].tariff, f"{pounds} lb") for pounds in (1, 2, 3, 4)] == [710, 750, 810, 820]


def test_a_row_that_is_mended_wrong_comes_back_with_the_line_where_it_stood_at_first(tmp_path: Path) -> None:
    first = read(tmp_path, HEAD, "lb,zone,price\n1,2,7.10\nheavy,2,7.50\n")
    write_back(first.problems, first.tables)
    (tmp_path / "t.toml").write_text(HEAD.replace('file = "prices', 'mended = "prices.bad.csv"\nfile = "prices'))
    again = granted_tariffs(tmp_path)
    assert [(each.file, each.line) for each in again.problems] == [("prices.bad.csv", 2)]
    (once_more,) = write_back(again.problems, again.tables)
    assert (once_more.name, once_more.read_text(encoding="utf-8").splitlines()[1][:15]) == (
        *("prices.bad.bad.csv", "heavy,2,7.50,3,"),
    )


def granted_tariffs(folder: Path) -> TariffsIn:
    found = read_tariffs(folder / "t.toml")
    assert isinstance(found, TariffsIn), found
    return found
