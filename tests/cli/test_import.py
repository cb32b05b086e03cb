"""Imports in the terminal: what a person sees, what is written beside the file, and how the verb ends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal

ITEMS = "item_id,description,weight\nCUP,Espresso cup,150 g\n"
THEIRS = "Artikel;Bezeichnung;Gewicht;Preis\nTASSE;Kaffeetasse, groß;0,35;12,50\nKANNE;Teekanne;1,2;49,00\n"
MAP = """
[reading]
encoding = "cp1252"
delimiter = ";"
decimal = ","
currency = "USD"
[columns]
item_id = "Artikel"
description = "Bezeichnung"
weight = { from = "Gewicht", unit = "kg" }
price = "Preis"
"""


def test_a_file_in_our_own_words_goes_in_and_is_taken_back_by_the_number_it_tells(terminal: Terminal) -> None:
    file = terminal.file("items.csv", ITEMS + 'MUG,"Mug, blue",\n')
    said = terminal("import", "items", file)
    assert "Items 2 2 0 1 1 0" in said.words
    assert "MUG description Mug, stoneware Mug, blue" in said.words
    (made,) = terminal.json("imports")
    assert f"doorstep import-undo {made['import_id']}" in said.words
    assert "is taken back" in terminal("import-undo", made["import_id"]).out
    assert "taken back" in terminal("imports").words
    assert "was taken back already" in terminal("import-undo", made["import_id"], code=69).err


def test_a_file_in_their_words_goes_in_by_a_map_that_is_remembered(terminal: Terminal) -> None:
    file = terminal.folder / "artikel.csv"
    file.write_bytes(THEIRS.encode("cp1252"))
    said = terminal("import", "items", file, "--map", terminal.file("map.toml", MAP))
    assert "Items 2 2 0 2 0 0" in said.words
    assert "The map is remembered" in said.out
    file.write_bytes(THEIRS.replace("12,50", "13,00").encode("cp1252"))
    told = terminal.json("import", "items", file)
    assert (told["map"], told["changed"], told["same"]) == ("remembered", 1, 1)
    assert told["changes"][0]["fields"] == [{"field": "price_minor", "before": "1250", "after": "1300"}]


def test_bad_rows_come_back_in_a_file_that_is_mended_and_brought_again(terminal: Terminal) -> None:
    rows = "B,Bowl,heavy\nC,=cmd|'/C'!A0,1 kg\nCUP,Cup again,2 kg\n,No number,1 g\nD,Dish,2 kg,what\nE,Egg cup,60 g\n"
    file = terminal.file("items.csv", ITEMS + rows)
    said = terminal("import", "items", file, code=65)
    assert "Items 7 2 5 2 0 0" in said.words
    bad = terminal.folder / "items.bad.csv"
    assert bad.read_text(encoding="utf-8").splitlines() == [
        "item_id,description,weight,problem_line,problem",
        "B,Bowl,heavy,3,'heavy' is not a measure such as 12.5 or 12 in",
        "C,'=cmd|'/C'!A0,1 kg,4,\"\"\"=cmd|'/C'!A0\"\" begins with '=', which a spreadsheet would run as a formula\"",
        "CUP,Cup again,2 kg,5,item_id CUP stands in line 2 already",
        ',No number,1 g,6,"is empty, and needed"',
        'D,Dish,2 kg,what,7,"has 4 cells, and there are 3 columns"',
    ]
    assert "5 rows to be corrected" in said.words
    mended = [
        "item_id,description,weight,problem_line,problem",
        "B,Bowl,1 kg,3,mended",
        "C,Candle,1 kg,4,",
        "CUP2,Cup again,2 kg,5,",
    ]
    bad.write_text("\n".join(mended) + "\n", encoding="utf-8")
    assert "Items 3 3 0 3 0 0" in terminal("import", "items", bad).words


def test_rows_that_were_mended_are_kept_when_the_file_they_came_from_is_brought_again(terminal: Terminal) -> None:
    file, bad = terminal.file("items.csv", ITEMS + "B,Bowl,heavy\n"), terminal.folder / "items.bad.csv"
    first = terminal.json("import", "items", file, code=65)
    assert (first["bad_file"], first["set_aside"]) == (str(bad), [])
    came_back = bad.read_text(encoding="utf-8")
    assert terminal.json("import", "items", file, code=65)["set_aside"] == []  # nobody has mended anything
    bad.write_text(came_back.replace("heavy", "1 kg"), encoding="utf-8")
    said = terminal("import", "items", file, code=65)
    kept = terminal.folder / "items.bad.1.csv"
    assert f"What stood there before, mended perhaps, is kept: {kept}" in said.words
    assert bad.read_text(encoding="utf-8") == came_back
    assert terminal.json("import", "items", kept)["created"] == 1


def test_the_same_file_again_says_that_all_is_there(terminal: Terminal) -> None:
    file = terminal.file("items.csv", ITEMS)
    terminal("import", "items", file)
    again = terminal("import", "items", file).out
    assert "Nothing was recorded: everything that could be read is there already." in again
    assert not (terminal.folder / "items.bad.csv").exists()


def test_a_dry_run_tells_and_writes_nothing(terminal: Terminal) -> None:
    file = terminal.file("items.csv", ITEMS + "B,Bowl,heavy\n")
    told = terminal.json("import", "items", file, "--dry-run", code=65)
    assert (told["created"], told["bad"], told["dry_run"], told["bad_file"]) == (1, 1, True, None)
    assert told["problems"] == [
        {"line": 3, "column": "weight", "says": "'heavy' is not a measure such as 12.5 or 12 in"}
    ]
    assert terminal.json("imports") == []
    assert "Nothing was imported yet" in terminal("imports").out


def test_a_file_that_is_not_ours_is_never_overwritten(terminal: Terminal) -> None:
    file = terminal.file("items.csv", ITEMS + "B,Bowl,heavy\n")
    mine = terminal.file("items.bad.csv", "dear diary\n")
    assert "--bad" in terminal("import", "items", file, code=73).err
    assert mine.read_text(encoding="utf-8") == "dear diary\n"
    assert terminal.json("imports") == []
    other = terminal.folder / "other.csv"
    assert terminal.json("import", "items", file, "--bad", other, code=65)["bad_file"] == str(other)
    terminal("import", "items", file, "--bad", other, code=65)


KINDS: Mapping[str, str] = {
    "sites": (
        "site_id,name,street,city,postcode,country,zone,opens\nNO,North,1 Pole,Chicago,60601,US,America/Chicago,07:00\n"
    ),
    "places": "site_id,bin\nNO,A-01\n",
    "customers": "customer_id,name,street,city,postcode,country,wanted_percent\neve,Eve,2 Row,New York,10001,US,97.5\n",
    "suppliers": "supplier_id,name,lead_days\npotter,The Potter,14\n",
    "stock": "place_id,item_id,quantity\nNO/A-01,MUG,4\n",
    "purchase_orders": "po,supplier_id,site_id,item_id,quantity,due_at\nPO-7,potter,NO,MUG,20,2026-03-06\n",
    "orders": (
        "order,customer_id,name,street,city,postcode,country,item_id,quantity\n"
        "W-1,ada,Ada Byron,12 Engine Row,New York,10001,US,MUG,1\n"
        "W-1,ada,Ada Byron,12 Engine Row,New York,10001,US,LAMP,1\n"
    ),
    "tariffs": (
        "service_id,tariff_id,zone,up_to,price\nsteady-ground,new,near,30 kg,18.00\nsteady-ground,new,far,30 kg,29.00\n"
    ),
    "scans": "carrier_id,tracking_number,code,scanned_at\nswift,T-0,AR,2026-03-02T08:00:00Z\n",
}


def test_every_kind_is_read_in_our_own_words(terminal: Terminal) -> None:
    for kind, rows in KINDS.items():
        file = terminal.file(f"{kind}.csv", rows)
        told = terminal.json("import", kind.replace("_", "-"), file)
        assert (told["good"], told["created"] + told["changed"]) == (1, 1), (kind, told)
        again = terminal.json("import", kind, file)
        assert (again["same"], again["import_id"]) == (1, ""), (kind, again)
    assert (
        "parked" in terminal("import", "scans", terminal.file("more.csv", KINDS["scans"].replace("T-0", "T-9"))).words
    )


def test_an_order_whose_lines_disagree_comes_back_whole(terminal: Terminal) -> None:
    rows = KINDS["orders"].replace("US,LAMP", "CA,LAMP") + "W-2,ada,Ada Byron,12 Row,New York,10001,US,MUG,1\n"
    said = terminal("import", "orders", terminal.file("orders.csv", rows), code=65)
    assert "Orders 2 1 1 1 0 0" in said.words
    assert "'CA' is not as in line 2: the rows of one order say one thing" in said.words
    bad = (terminal.folder / "orders.bad.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in bad] == ["order", "W-1", "W-1"]


def test_a_map_to_begin_with_is_printed_and_reads_the_file(terminal: Terminal) -> None:
    file = terminal.file("goods.csv", "Item ID,Description,Weigth\nCUP,Cup,150 g\n")
    assert "has no column item_id" in terminal("import", "items", file, code=65).err
    suggested = terminal("import-map", "items", file).out
    assert 'item_id = "Item ID"' in suggested
    assert 'weight = "Weigth"' in suggested
    assert "Items 1 1 0 1 0 0" in terminal("import", "items", file, "--map", terminal.file("m.toml", suggested)).words


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("import", "pets", "pets.csv"), 64, "There is no kind of import 'pets'"),
        (("import", "items", "nowhere.csv"), 66, "There is no file nowhere.csv"),
        (("import-undo", "imp_none"), 66, "There is no import imp_none"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_exit_code(
    terminal: Terminal, words: tuple[str, ...], code: int, told: str
) -> None:
    assert told in terminal(*words, code=code).err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[columns]\nitem_id = 'Artikel'\n", "columns.description: is needed for items"),
        (
            "[columns]\nitem = 'Artikel'\ndescription = 'B'\n",
            "columns.item: is no field of items; did you mean item_id?",
        ),
        ("[reeding]\n[columns]\n", "reeding: is not known here; did you mean reading?"),
        (MAP.replace("Artikel", "Artikl"), "no column 'Artikl'; did you mean Artikel?"),
        (MAP.replace("USD", "EUR"), "says EUR, and the company's currency is USD"),
        (MAP.replace('encoding = "cp1252"', ""), 'Say how it is written in the map: [reading] encoding = "cp1252"'),
        (MAP.replace("cp1252", "cp99"), "There is no encoding 'cp99'"),
        (MAP.replace('"kg"', '"stone"'), "weight cannot be in 'stone'; say one of g, kg, t, lb, oz"),
    ],
)
def test_a_map_that_does_not_fit_is_told_with_its_place(terminal: Terminal, text: str, told: str) -> None:
    file = terminal.folder / "artikel.csv"
    file.write_bytes(THEIRS.encode("cp1252"))
    said = terminal("import", "items", file, "--map", terminal.file("map.toml", text), code=65)
    assert told in said.err


def test_a_file_given_for_another_format_is_told(terminal: Terminal) -> None:
    file = Path(terminal.folder / "items.csv")
    file.write_bytes(b"PK\x03\x04 not really")
    assert "it looks like a .xlsx file" in terminal("import", "items", file, code=65).err
