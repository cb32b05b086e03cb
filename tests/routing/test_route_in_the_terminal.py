"""`doorstep route`: the example's day, a file that cannot be read, words that do not go together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorstep.cli.app import app
from tests.house.source import ROOT

VANS = ROOT / "examples" / "own_vans"
DAY = ("route", str(VANS / "stops.csv"), str(VANS / "vehicles.csv"))


def typed(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(list(words))
    return int(ended.value.code or 0)


def test_the_examples_day_is_told_and_its_sheet_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "vans.html"
    assert typed(*DAY, "--pause", "12:00+30", "--sheet", str(sheet)) == 0
    told = capsys.readouterr().out
    assert "11 stops in" in told
    assert "midnight" in told
    assert "fits if it closes" in told
    assert "Hyde Park Housing, 5100 S Lake Park Ave" in sheet.read_text(encoding="utf-8")


def test_programs_get_the_plan_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(*DAY, "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert [left["binding"] for left in plan["unplaced"]] == ["window"]


def test_what_cannot_be_read_or_meant_ends_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "stops.csv"
    wrong.write_text("stop_id,latitude,longitude,deliver_g\na,50,8,heavy\n", encoding="utf-8")
    assert typed("route", str(wrong), DAY[2]) == 65
    assert "deliver_g is a whole number, not 'heavy'" in capsys.readouterr().err
    assert typed(*DAY, "--pause", "noon") == 64
    assert "12:00+30" in capsys.readouterr().err
