"""`doorstep palletize` and `doorstep stow`: the examples, files that cannot be read, what is left and why."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from doorstep.cli.app import app
from tests.house.source import ROOT

LOADS = ROOT / "examples" / "loads"
PALLETS = ("palletize", str(LOADS / "cases.csv"), str(LOADS / "pallets.csv"), "--work", "1000000")
TRAILER = ("stow", str(LOADS / "shipment.csv"), str(LOADS / "trailers.csv"), "--work", "50000")


def typed(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(list(words))
    return int(ended.value.code or 0)


def test_the_examples_cases_are_stacked_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "pallets.html"
    assert typed(*PALLETS, "--pallet", "EUR", "--sheet", str(sheet)) == 0
    told = capsys.readouterr().out
    assert "3 pallets; no way of stacking these goods takes fewer than 3." in told
    page = sheet.read_text(encoding="utf-8")
    assert page.count("<h1>") == 3
    assert "Valves by the dozen" in page
    ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])


def test_the_examples_trailer_is_loaded_last_stop_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "load.html"
    assert typed(*TRAILER, "--sheet", str(sheet)) == 0
    told = capsys.readouterr().out
    assert told.index("Springfield") < told.index("Joliet")
    assert "13,600 kg" in told
    assert "kingpin" in sheet.read_text(encoding="utf-8")
    assert typed(*TRAILER, "--trailer", "truck 26", "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert all(no["needs"] > no["best"] for no in plan["left"])
    assert len(plan["placements"]) + sum(no["quantity"] for no in plan["left"]) == 30
    assert all(leg["axles_g"][1] <= 9_500_000 for leg in plan["legs"])


def test_what_cannot_be_read_or_meant_ends_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "goods.csv"
    wrong.write_text("ref,length_mm,width_mm,height_mm,weight_g,up\na,300,200,long,5,top\n", encoding="utf-8")
    assert typed("palletize", str(wrong), PALLETS[2]) == 65
    told = capsys.readouterr().err
    assert "height_mm is a whole number, not 'long'" in told
    assert "up names length, width and height, not 'top'" in told
    assert typed(*TRAILER, "--trailer", "barge") == 64
    assert "dry van 53" in capsys.readouterr().err
