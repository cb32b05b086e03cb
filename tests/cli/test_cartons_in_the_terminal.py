"""`doorstep cartonize`: the example, what fits in nothing and what binds, absurd tables, a proof or what is missing."""

from __future__ import annotations

import importlib.util
import json
import time
from pathlib import Path

import pytest

from tests.cli.test_loads_in_the_terminal import LOADS, typed

HEAD = "ref,length_mm,width_mm,height_mm,weight_g,quantity\n"
SHELF = "carton_id,length_mm,width_mm,height_mm,max_content_g,cost_minor\n"
ORDER = ("cartonize", str(LOADS / "order.csv"), str(LOADS / "cartons.csv"))


def test_the_examples_order_is_packed_explained_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "packed.html"
    assert typed(*ORDER, "--separate", "liquid=electronics", "--sheet", str(sheet)) == 0
    told = capsys.readouterr().out
    for words in ("Taken because", "Rejected", "balances at", "2 cartons"):
        assert words in told
    page = sheet.read_text(encoding="utf-8")
    assert page.count("<h1>") == 2
    assert "Circulator pump" in page


def test_milliseconds_are_turned_into_looks_that_give_the_same_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(*ORDER, "--milliseconds", "60", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["work"] > 5_000
    assert typed(*ORDER, "--work", str(told["work"]), "--json") == 0
    assert json.loads(capsys.readouterr().out) == told


def test_what_fits_no_carton_is_told_with_the_side_that_binds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    goods, shelf = tmp_path / "goods.csv", tmp_path / "cartons.csv"
    goods.write_text(f"{HEAD}pole,1900,40,40,800,2\nmug,90,90,90,300,1\nanvil,90,90,90,90000,1\n", encoding="utf-8")
    shelf.write_text(f"{SHELF}S,250,180,130,8000,60\n", encoding="utf-8")
    assert typed("cartonize", str(goods), str(shelf)) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "1900 mm long, 250 mm are allowed" in told
    assert "a unit weighs 90 kg, 8 kg are allowed" in told
    assert typed("cartonize", str(goods), str(shelf), "--json") == 0
    left = json.loads(capsys.readouterr().out)["packing"]["unpackable"]
    assert [(no["ref"], no["binding"], no["needs"], no["best"]) for no in left] == [
        ("pole", "length_mm", 1900, 250),
        ("anvil", "weight_g", 90000, 8000),
    ]


@pytest.mark.parametrize(
    ("goods", "shelf", "says"),
    [
        ("a,0,10,10,5,1", "S,250,180,130,8000,60", "item a measures 0 x 10 x 10 mm"),
        ("a,10,10,10,5,0", "S,250,180,130,8000,60", "it is at least 1"),
        ("a,10,10,10,5,100001", "S,250,180,130,8000,60", "more than 100000 units"),
        ("a,10,10,10,5,1", "S,0,180,130,8000,60", "carton S, inside, measures"),
        ("a,10,10,10,5,1", "S,9,9,9,9,9\nS,8,8,8,8,8", "two cartons have the same carton_id"),
        ("a,ten,10,10,5,1", "S,9,9,9,9,9", "length_mm is a whole number, not 'ten'"),
    ],
)
def test_absurd_tables_are_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], goods: str, shelf: str, says: str
) -> None:
    (tmp_path / "goods.csv").write_text(f"{HEAD}{goods}\n", encoding="utf-8")
    (tmp_path / "cartons.csv").write_text(f"{SHELF}{shelf}\n", encoding="utf-8")
    assert typed("cartonize", str(tmp_path / "goods.csv"), str(tmp_path / "cartons.csv")) == 65
    told = capsys.readouterr().err
    assert says in told
    assert "Traceback" not in told


@pytest.mark.slow
def test_ten_thousand_units_and_a_carton_of_a_millimetre_end_in_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "goods.csv").write_text(f"{HEAD}peg,40,30,20,15,9000\nblock,80,60,50,200,1000\n", encoding="utf-8")
    (tmp_path / "cartons.csv").write_text(f"{SHELF}dot,1,1,1,1,1\nL,600,400,400,25000,260\n", encoding="utf-8")
    began = time.process_time()
    assert typed("cartonize", str(tmp_path / "goods.csv"), str(tmp_path / "cartons.csv"), "--json") == 0
    assert time.process_time() - began < 20
    packing = json.loads(capsys.readouterr().out)["packing"]
    assert sum(len(packed["placements"]) for packed in packing["cartons"]) == 10_000
    assert not packing["unpackable"]


def test_a_proof_is_made_or_says_what_to_install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three sticks do not lie in the small carton, though it has the room: that takes a proof."""
    (tmp_path / "goods.csv").write_text(f"{HEAD}stick,190,60,60,200,3\n", encoding="utf-8")
    (tmp_path / "cartons.csv").write_text(f"{SHELF}S,200,150,100,9000,45\nM,300,200,150,9000,80\n", encoding="utf-8")
    ended = typed("cartonize", str(tmp_path / "goods.csv"), str(tmp_path / "cartons.csv"), "--prove")
    told = capsys.readouterr()
    if importlib.util.find_spec("ortools"):
        assert "Proved: no way of packing what is packed costs less." in told.out
    else:
        assert ended == 69
        assert "pip install doorstep[proof]" in told.err
