"""A carrier's invoice in the terminal: good lines go in, bad ones come back with their number."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import Terminal


def test_a_table_is_audited_and_its_claim_filed(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text('[columns]\ntracking_number = "T"\n[charges]\nFreight = "base"\n')
    (tmp_path / "bill.csv").write_text("T,Freight\nT9,12.00\nT8,much\n")
    table = (tmp_path / "bill.csv", "--carrier", "steady", "--map", tmp_path / "map.toml")
    said = terminal("invoice", "take", *table, "--number", "I-1", "--billed", "2026-03-01", "--json", code=65)
    assert "Line 3 Freight much is not an amount such as 12.34" in said.err
    (taken,) = said.data
    assert (taken["billed_minor"], taken["expected_minor"]) == (1200, 0)
    left = (tmp_path / "bill.bad.csv").read_text()
    (tmp_path / "bill.bad.csv").write_text(left.replace("much", "3.00"))
    again = terminal("invoice", "take", *table, "--number", "I-1", "--billed", "2026-03-01", code=65)
    assert "What stood in" in again.err  # what was mended is not written over
    (tmp_path / "bill.bad.1.csv").replace(tmp_path / "bill.bad.csv")
    mended = (tmp_path / "bill.bad.csv", *table[1:])
    (taken,) = terminal("invoice", "take", *mended, "--number", "I-1", "--billed", "2026-03-01", "--json").data
    assert (taken["lines"], taken["billed_minor"]) == (1, 300)
    claim, _ = terminal("invoice", "claims", "--json").data
    assert "is filed with steady" in terminal("invoice", "file", claim["claim_id"]).words
    assert "refused: 0 of 1200" in terminal("invoice", "settle", claim["claim_id"], "0").words
    assert "overcharge" in terminal("invoice", "claims").words


def test_what_is_agreed_with_carriers_is_set_from_a_file_and_shown(terminal: Terminal, tmp_path: Path) -> None:
    shown = terminal("invoice", "terms", "examples/billing/terms.toml", "--json").data
    assert shown["steady"]["claims"]["concealed_damage"] == {"days": 14, "since": "delivery"}
    assert (shown["all"]["lost_after_days"], shown["steady"]["lost_after_days"]) == (30, 21)
    assert "14 after delivery" in terminal("invoice", "terms").words
    (tmp_path / "wrong.toml").write_text("[steady]\nleast_minr = 3\n")
    assert "did you mean least_minor?" in terminal("invoice", "terms", tmp_path / "wrong.toml", code=65).err
    assert terminal("invoice", "account", "--json").data == []
    assert "no parcel 1" in terminal("invoice", "claim", "loss", "1", "900", code=66).err
