"""Tables as people hand them in: every format and habit, and every dirt, told with its place."""

from __future__ import annotations

import csv
import re
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.intake.tables.bad_rows import BadRows, default_path
from doorstep.intake.tables.kinds import KINDS
from doorstep.intake.tables.opened import Reading, UnreadableTableError
from doorstep.intake.tables.opening import open_table
from doorstep.intake.tables.read import Bad, Good, Reader
from doorstep.intake.values import Ended, PastLine
from doorstep.terms.calendar import Calendar
from doorstep.terms.item import Item
from doorstep.terms.order import Preference, Terms
from doorstep.terms.parcel import Size
from tests.intake.tables import came, map_of

ITEMS = """
[reading]
currency = "EUR"
decimal = ","
thousands = "."
[columns]
item_id = "nr"
description = "name"
length = { from = "l", unit = "cm" }
width = { from = "b", unit = "cm" }
height = { from = "h", unit = "cm" }
weight = { from = "kg", unit = "kg" }
price = "preis"
tracking = { from = "charge", values = { J = "lot" }, otherwise = "none" }
"""
HEAD = "nr;name;l;b;h;kg;preis;charge\n"
KETTLE = Item("K", "Kessel", Size(305, 200, 100), 1250, price_minor=123_456)


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        HEAD + "K;Kessel;30,5;20;10;1,25;1.234,56;N\n",
        "\ufeff" + HEAD + "K;Kessel;30,5;20;10;1,25;1.234,56;\n",
        (HEAD + "K;Kessel;30,5;20;10;1,25;1.234,56;N").replace("\n", "\r\n"),
        (HEAD + 'K;"Kessel";" 30,5 ";20;10;1,25;"1.234,56";N\n\n\n').replace(";", "\t"),
        (HEAD + "K;Kessel;30,5;20;10;1,25;1.234,56;N\n").encode("utf-16"),
        HEAD + "K;Kessel;305 mm;0,2 m;100mm;1250 g;1234,56;N\n",
    ],
    ids=["plain", "mark", "windows", "tabs", "utf-16", "units"],
)
def test_a_comma_file_is_read_however_it_is_written(tmp_path: Path, content: str | bytes) -> None:
    told = came("items", written(tmp_path / "items.csv", content), ITEMS)
    assert (told.values, told.wrong) == ([KETTLE], [])


def test_a_quoted_cell_may_go_over_lines_and_the_next_row_is_told_with_its_own(tmp_path: Path) -> None:
    content = HEAD + 'K;"Kessel\naus Kupfer";;;;1;1;\nL;Löffel;;;;schwer;1;\n'
    told = came("items", written(tmp_path / "items.csv", content), ITEMS)
    assert told.values[0].description == "Kessel\naus Kupfer"
    assert told.wrong == ["4 kg: schwer is not a measure such as 12.5 or 12 in"]


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("K;Kessel;1;2;;1;1;", "2 l: length, width and height go together: name all three or none"),
        ("K;Kessel;0;2;3;1;1;", "2 l: the sides are 0, 20, 30 mm; every one must be above zero"),
        ("K;Kessel;;;;1;1,005;", "2 preis: 1,005 has more than the 2 decimals of EUR"),
        ("K;Kessel;;;;1;1.23;", "2 preis: 1.23 is not a number (with ',' before a fraction)"),
        ("K;Kessel;;;;-1;1;", "2 kg: -1 is -1000 g: it cannot be below nothing"),
        ("K;Kessel;;;;1 stein;1;", "2 kg: 1 stein is in 'stein', a unit we do not know; say one of g, kg, t, lb, oz"),
        (";Kessel;;;;1;1;", "2 nr: is empty, and needed"),
        ("=1+1;Kessel;;;;1;1;", "2 nr: =1+1 begins with '=', which a spreadsheet would run as a formula"),
        ("K;@SUM(A1);;;;1;1;", "2 name: @SUM(A1) begins with '@', which a spreadsheet would run as a formula"),
        ("K;'=HYPERLINK(1);;;;1;1;", "2 name: '=HYPERLINK(1) begins with '=', which a spreadsheet would run"),
        ("K;Kes\x07sel;;;;1;1;", "2 name: Kes\x07sel holds a character that cannot be printed"),
        ("K;Kessel;;;;1;1", "2 : has 7 cells, and there are 8 columns"),
        ("K;Kessel;;;;1;1;;;x", "2 : has 10 cells, and there are 8 columns"),
        ("K;" + "x" * 300 + ";;;;1;1;", "2 name: " + "x" * 60 + " has 300 letters; 200 are the most"),
    ],
)
def test_dirt_is_told_with_line_column_and_reason(tmp_path: Path, row: str, wrong: str) -> None:
    told = came("items", written(tmp_path / "items.csv", HEAD + row + "\nL;Gut;;;;1;1;\n"), ITEMS)
    assert [item.item_id for item in told.values] == ["L"]
    assert len(told.wrong) == 1
    assert told.wrong[0].startswith(wrong)


def test_minus_signs_and_phone_numbers_are_no_formulas(tmp_path: Path) -> None:
    head = "customer_id,name,street,city,postcode,country,phone\n"
    told = came("customers", written(tmp_path / "c.csv", head + "-7,Eva,1 Row,Bonn,53111,DE,+49 (228) 123-4\n"))
    assert told.wrong == []
    assert (told.values[0].customer_id, told.values[0].address.phone) == ("-7", "+49 (228) 123-4")


def test_a_customers_hours_are_read_with_the_zone_they_are_told_in(tmp_path: Path) -> None:
    head = (
        "customer_id,name,street,city,postcode,country,receives,receives_from,receives_until,receives_zone,preference\n"
    )
    row = "{},Eva,1 Row,Bonn,53111,DE,{},fastest\n"
    told = came(
        "customers",
        written(
            tmp_path / "c.csv",
            head
            + row.format("A", "mon-thu,07:00,15:00,Europe/Berlin")
            + row.format("B", ",,,")
            + row.format("C", "mon-thu,07:00,15:00,")
            + row.format("D", "mon-thu,15:00,07:00,Europe/Berlin"),
        ),
    )
    mornings = Calendar("Europe/Berlin", frozenset({0, 1, 2, 3}), time(7), time(15))
    assert [value.terms for value in told.values] == [
        Terms(receives=mornings, preference=Preference.FASTEST),
        Terms(preference=Preference.FASTEST),
    ]
    assert [wrong.partition(":")[0] for wrong in told.wrong] == ["4 receives_zone", "5 receives_from"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "has no line 1 with column names"),
        ("\n\n", "has no column names in line 1"),
        ("a,,b\n", "column 2 has no name"),
        ("a,b,a\n", "two columns are named 'a'"),
        (b"item_id,description\nK\xdf,x\n", "is not utf-8 text. Say how it is written"),
        (b"PK\x03\x04rest", "it looks like a .xlsx file"),
        (b"PAR1rest", "it looks like a .parquet file"),
        ('item_id,description\nK,"never closed\n', "Is a quote never closed?"),
    ],
    ids=["empty", "blank", "no name", "twice", "latin", "zip", "parquet", "quote"],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(tmp_path: Path, content: str | bytes, says: str) -> None:
    path = written(tmp_path / "items.csv", content)
    with pytest.raises(UnreadableTableError, match=re.escape(says)):
        list(open_table(path, Reading()).rows())


def test_a_header_only_file_brings_nothing_and_is_no_error(tmp_path: Path) -> None:
    assert came("items", written(tmp_path / "items.csv", "item_id,description\n")).values == []


def sheet(path: Path, *rows: tuple[Any, ...]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_spreadsheet_is_read_with_its_types_and_its_formulas_are_refused(tmp_path: Path) -> None:
    head = ("place_id", "item_id", "quantity", "lot", "expires_on")
    rows = (
        ("CS/A-01", "TEA", 6, "T1", datetime(2026, 4, 15)),
        ("CS/A-02", "TEA", 7.0, "T2", date(2026, 4, 16)),
        ("CS/A-03", "TEA", 7.5, "T3", None),
        ("CS/A-04", "TEA", "=SUM(C2:C4)", "T4", None),
        (None, None, None, None, None),
        ("CS/A-05", 4711, 1, None, "16.04.2026"),
    )
    told = came("stock", sheet(tmp_path / "stock.xlsx", head, *rows))
    assert [(row.quantity, row.lot, row.expires_on) for row in told.values] == [
        (6, "T1", date(2026, 4, 15)),
        (7, "T2", date(2026, 4, 16)),
    ]
    assert told.wrong == [
        "4 quantity: 7.5 is not a whole number",
        "5 quantity: =SUM(C2:C4) is a formula (=SUM(C2:C4)), not a value: paste it as a value",
        "7 expires_on: 16.04.2026 '16.04.2026' is not a date as YYYY-MM-DD",
    ]


def test_a_spreadsheet_that_would_unpack_to_a_hundred_times_its_size_is_not_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    with pytest.raises(UnreadableTableError, match="would unpack to 50,000,000"):
        open_table(tmp_path / "bomb.xlsx", Reading())
    written(tmp_path / "torn.xlsx", b"PK\x03\x04torn")
    with pytest.raises(UnreadableTableError, match="no whole XLSX file"):
        open_table(tmp_path / "torn.xlsx", Reading())
    sheet(tmp_path / "two.xlsx", ("a",))
    with pytest.raises(UnreadableTableError, match="has no sheet 'March'; it has Sheet"):
        open_table(tmp_path / "two.xlsx", Reading(sheet="March"))


HISTORY = """
file = "orders.parquet"
[reading]
zone = "America/Sao_Paulo"
currency = "BRL"
[join.people]
file = "people.csv"
on = { id = "person" }
[join.lines]
file = "lines.parquet"
on = { order = "order" }
many = true
[join.goods]
file = "goods.csv"
on = { sku = "lines.sku" }
[columns]
order = "order"
customer_id = { from = ["people.number", "person"], first = true }
city = "people.city"
country = { value = "BR" }
service_id = { value = "post" }
placed_at = "bought"
delivered_at = "there"
promised_by = "told"
state = { from = "state", values = { done = "delivered", off = "cancelled" }, otherwise = "open" }
item_id = "goods.item"
site_id = "lines.seller"
freight = "lines.freight"
"""


def history(folder: Path) -> Path:
    at = pa.array(
        [datetime(2017, 11, 24, 9), datetime(2017, 11, 24, 10), datetime(2018, 2, 17, 23, 30)], pa.timestamp("ns")
    )
    there = pa.array([datetime(2017, 12, 1, 12), None, None], pa.timestamp("ns"))
    orders = {"order": ["A", "B", "C"], "person": ["p1", "p2", "p9"], "state": ["done", "off", "new"], "bought": at}
    more = {"there": there, "told": pa.array([date(2017, 12, 10)] * 3)}
    pq.write_table(pa.table({**orders, **more}), folder / "orders.parquet")
    lines = {"order": ["A", "A", "C", "A"], "sku": ["s1", "s2", "s1", "s1"], "seller": ["S", "T", "S", "S"]}
    pq.write_table(pa.table({**lines, "freight": [19.9, 8.72, 1.0, 0.1]}), folder / "lines.parquet")
    written(folder / "people.csv", "id,number,city\np1,77,Campinas\np2,,Rio\n")
    written(folder / "goods.csv", "sku,item\ns1,MUG\ns2,TEA\n")
    return folder / "orders.parquet"


def test_several_tables_are_joined_and_equal_lines_are_summed(tmp_path: Path) -> None:
    told = came("history", history(tmp_path), HISTORY)
    first, last = told.values
    assert first.lines == (PastLine(1, "MUG", 2, "S"), PastLine(2, "TEA", 1, "T"))
    assert (first.customer_id, first.ship_to.city, first.freight_minor) == ("77", "Campinas", 2872)
    assert (first.ended, first.placed_at, first.promised_by) == (
        Ended.DELIVERED,
        datetime(2017, 11, 24, 11, tzinfo=UTC),
        date(2017, 12, 10),
    )
    assert (last.customer_id, last.ended) == ("p9", Ended.OPEN)
    assert told.wrong == ["2 : no lines"]
    assert told.notes == [
        "1 times are in an hour that the clock of America/Sao_Paulo skipped or had twice: the earlier is meant"
    ]


def test_a_joined_cell_that_is_wrong_is_told_in_its_own_file(tmp_path: Path) -> None:
    path = history(tmp_path)
    written(tmp_path / "lines.csv", "order,sku,seller,freight\nA,s1,S,much\nC,s1,S,1.00\n")
    (tmp_path / "lines.parquet").unlink()
    with Reader(KINDS["history"], map_of("history", HISTORY), path) as reader:
        bad = [problem for row in reader.rows() if isinstance(row, Bad) for problem in row.problems]
    assert str(bad[0]) == "lines.csv, line 2, column freight: 'much' is not a number (with '.' before a fraction)"


def test_orders_that_came_back_are_mended_in_every_table_and_brought_again(tmp_path: Path) -> None:
    path = history(tmp_path)
    told = map_of("history", HISTORY)
    out = default_path(path, told)
    with Reader(KINDS["history"], told, path) as reader, BadRows(out, reader) as bad:
        for row in reader.rows():
            if isinstance(row, Bad):
                bad.put(row.origin, row.problems[0].says)
    assert sorted(file.name for file in out.iterdir()) == ["orders.csv", "people.csv"]
    written(out / "lines.csv", "order,sku,seller,freight\nB,s2,T,3.50\n")
    written(out / "goods.csv", "sku,item\ns2,TEA\n")
    again = came("history", out / "orders.csv", HISTORY)
    assert again.wrong == []
    assert [(order.reference, order.ended, order.freight_minor) for order in again.values] == [
        ("B", Ended.CANCELLED, 350)
    ]


def test_two_forms_of_date_in_one_column_are_not_guessed_apart(tmp_path: Path) -> None:
    text = (
        "[reading]\ndates = '%d.%m.%Y'\nzone = 'UTC'\n[columns]\npo='po'\nsupplier_id='s'\nsite_id='w'\nitem_id='i'\n"
    )
    text += "quantity='q'\ndue_at='due'\n"
    rows = "po,s,w,i,q,due\n1,P,CS,MUG,5,06.03.2026\n2,P,CS,MUG,5,03/06/2026\n3,P,CS,MUG,5,2026-03-06\n"
    told = came("purchase_orders", written(tmp_path / "po.csv", rows), text)
    assert [row.due_at for row in told.values] == [datetime(2026, 3, 6, 12, tzinfo=UTC)]
    assert told.wrong == [
        "3 due: 03/06/2026 '03/06/2026' is not a time as %d.%m.%Y",
        "4 due: 2026-03-06 '2026-03-06' is not a time as %d.%m.%Y",
    ]


def test_a_time_without_an_offset_needs_a_clock(tmp_path: Path) -> None:
    rows = (
        "carrier_id,tracking_number,code,scanned_at\nswift,T,AR,2026-03-02 08:00\nswift,T,DL,2026-03-02T08:00+01:00\n"
    )
    told = came("scans", written(tmp_path / "scans.csv", rows))
    assert [scan.scanned_at for scan in told.values] == [datetime(2026, 3, 2, 7, tzinfo=UTC)]
    assert told.wrong == [
        "2 scanned_at: 2026-03-02 08:00 has no offset: say whose clock it is in the map, "
        '[reading] zone = "Europe/Berlin"'
    ]


def test_lines_of_one_order_are_found_wherever_they_stand(tmp_path: Path) -> None:
    head = "order,customer_id,name,city,country,item_id,quantity,currency\n"
    rows = "A,ada,Ada,Rome,IT,MUG,1,EUR\nB,bob,Bob,Rome,IT,TEA,2,EUR\nA,ada,Ada,Rome,IT,LAMP,3,EUR\n"
    told = came("orders", written(tmp_path / "o.csv", head + rows))
    assert [(order.reference, [(line.item_id, line.quantity) for line in order.lines]) for order in told.values] == [
        ("A", [("MUG", 1), ("LAMP", 3)]),
        ("B", [("TEA", 2)]),
    ]


def test_a_table_told_twice_by_one_key_is_refused_for_the_second_row(tmp_path: Path) -> None:
    told = came("items", written(tmp_path / "i.csv", "item_id,description\nA,a\nB,b\nA,a\n"))
    assert told.wrong == ["4 item_id: item_id A stands in line 2 already"]
    first = "distinct = true\n[columns]\nitem_id = 'item_id'\ndescription = 'description'\n"
    assert [item.item_id for item in came("items", tmp_path / "i.csv", first).values] == ["A", "B"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400) | st.text(alphabet='a,;"\n\r=\x00é0', max_size=80).map(str.encode))
def test_any_bytes_are_rows_or_a_refusal(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path / "any.csv", b"item_id,description\n" + content)
    told = map_of("items", "[columns]\nitem_id='item_id'\ndescription='description'")
    with suppress(UnreadableTableError), Reader(KINDS["items"], told, path) as reader:
        assert all(isinstance(row, Good) or row.problems for row in reader.rows())


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["=1", "'=1", "-3"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(cells, cells, cells), max_size=6))
def test_rows_that_came_back_come_back_the_same_until_they_are_mended(
    tmp_path: Path, rows: list[tuple[str, str, str]]
) -> None:
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("item_id", "description", "weight"), *rows])
    once = came("items", tmp_path / "in.csv", _PLAIN)
    back = _written_back(tmp_path / "in.csv", tmp_path / "back.csv")
    if back is None:
        assert once.wrong == []
        return
    twice = came("items", back, _PLAIN)
    assert twice.values == [] or len(once.values) > 0  # a row refused only for being the second of its name may go in
    assert len(twice.values) + len(twice.wrong) <= len(once.wrong)


_PLAIN = "[columns]\nitem_id='item_id'\ndescription='description'\nweight={from='weight',unit='g'}\n"


def _written_back(path: Path, out: Path) -> Path | None:
    out.unlink(missing_ok=True)
    with Reader(KINDS["items"], map_of("items", _PLAIN), path) as reader, BadRows(out, reader) as bad:
        for row in reader.rows():
            if isinstance(row, Bad):
                bad.put(row.origin, "; ".join(problem.says for problem in row.problems))
        return out if bad.written else None


def test_decimals_of_parquet_are_exact(tmp_path: Path) -> None:
    prices = [58.9, 0.1 + 0.2, 1e-7, 19.0]
    table = pa.table({"item_id": list("ABCD"), "description": list("abcd"), "price": prices})
    pq.write_table(table, tmp_path / "items.parquet")
    text = "[reading]\ncurrency='EUR'\n[columns]\nitem_id='item_id'\ndescription='description'\nprice='price'\n"
    told = came("items", tmp_path / "items.parquet", text)
    assert [item.price_minor for item in told.values] == [5890, 1900]
    assert told.wrong == [
        "2 price: 0.30000000000000004 has more than the 2 decimals of EUR",
        f"3 price: {Decimal('1e-07')} has more than the 2 decimals of EUR",
    ]


def test_infinite_numbers_of_parquet_come_back(tmp_path: Path) -> None:
    table = pa.table({"item_id": list("ABC"), "description": list("abc"), "weight": [float("inf"), float("nan"), 2.0]})
    pq.write_table(table, tmp_path / "items.parquet")
    text = "[columns]\nitem_id='item_id'\ndescription='description'\nweight={from='weight',unit='kg'}\n"
    told = came("items", tmp_path / "items.parquet", text)
    assert [(item.item_id, item.weight_g) for item in told.values] == [("B", None), ("C", 2_000)]
    assert told.wrong == ["1 weight: Infinity is not a number that ends"]
