"""A history replayed in the terminal: what a person sees of it, and what comes back."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import Terminal

MAP = """
[company]
name = "Old Shop"
currency = "EUR"
gs1_prefix = "4000000"
[[services]]
service_id = "post"
carrier_id = "post"
name = "Post"
cut_offs = {}
calendar = { zone = "Europe/Berlin", weekdays = [0, 1, 2, 3, 4, 5, 6], opens = "00:00", closes = "23:59" }
transit_ppm = { all = [0, 500000, 500000] }
tariff = { tariff_id = "t", currency = "EUR", zones = [{ origin = "", destination = "", zone = "all" }], steps = [] }
[items]
file = "goods.csv"
columns = { item_id = "sku", description = "sku" }
[sites]
file = "houses.csv"
[sites.columns]
site_id = "house"
name = "house"
city = "town"
country = { value = "DE" }
zone = { value = "Europe/Berlin" }
[history]
file = "past.csv"
[history.reading]
zone = "Europe/Berlin"
currency = "EUR"
[history.columns]
order = "no"
customer_id = "who"
country = { value = "DE" }
service_id = { value = "post" }
placed_at = "bought"
cleared_at = "paid"
handed_over_at = "left"
delivered_at = "there"
promised_by = "told"
state = { value = "open" }
item_id = "sku"
site_id = "house"
"""
PAST = """no,who,sku,house,bought,paid,left,there,told
1,ada,MUG,H,2026-01-05 09:00,2026-01-05 09:00,2026-01-05 16:00,2026-01-07 12:00,2026-01-08
2,ben,MUG,H,2026-01-05 10:00,2026-01-06 09:00,2026-01-05 16:00,2026-01-09 23:30,2026-01-09
3,ada,TEA,H,2026-01-06 10:00,2026-01-06 10:00,2026-01-07 16:00,2026-01-10 00:15,2026-01-09
4,eve,MUG,H,2026-01-07 10:00,2026-01-07 10:00,2026-01-08 16:00,,2026-01-09
5,eve,CUP,H,2026-01-07 10:00,2026-01-07 10:00,2026-01-08 16:00,,2026-01-09
6,eve,MUG,H,on Monday,2026-01-07 10:00,2026-01-08 16:00,,2026-01-09
7,zoe,MUG,H,2026-02-09 10:00,,,,2026-03-01
"""


def history(folder: Path) -> Path:
    (folder / "goods.csv").write_text("sku\nMUG\nTEA\n", encoding="utf-8")
    (folder / "houses.csv").write_text("house,town\nH,Bonn\n", encoding="utf-8")
    (folder / "past.csv").write_text(PAST, encoding="utf-8")
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    return folder


def test_a_history_is_played_and_told_with_what_came_back_and_what_contradicts(
    empty_terminal: Terminal, tmp_path: Path
) -> None:
    folder = history(tmp_path)
    dry = empty_terminal("replay", folder, "--map", folder / "map.toml", "--dry-run")
    assert "Nothing was played" in dry.out
    said = empty_terminal("replay", folder, "--map", folder / "map.toml", "--odd", folder / "odd.csv")
    assert "Old Shop: 7 orders in the file." in said.words
    assert "1 line 1: there is no item CUP order 5, line 6" in said.words
    assert "1 'on Monday' is not a time as 2026-12-31T23:59:59+01:00 past.csv, line 7, column bought" in said.words
    assert "1 handed over before it was cleared" in said.words
    assert "Orders 5" in said.words
    assert "On or before the promised day, of those with a date 66.667 %" in said.words
    assert "On or before the promised day, of all orders 40.000 %" in said.words
    assert "Late 1, by 1.0 days on average" in said.words
    assert "Never delivered 1 whose promised day is over" in said.words
    assert (folder / "odd.csv").read_text(encoding="utf-8").splitlines()[1].startswith("2,3,handed over before")
    again = empty_terminal("replay", folder, "--map", folder / "map.toml")
    assert "All of it was here before: nothing is new." in again.words
    score = empty_terminal("score")
    assert "2026-01 4 3 1 0 1 66.7 % 21 % to 94 % 50.0 % 3.3 3.3" in score.words
    assert "DE- > DE- 4 3 1 0 1" in score.words
    assert "Nothing new was learned." in empty_terminal("learn").words


def test_history_never_goes_into_the_books_of_a_company_that_is_open(terminal: Terminal, tmp_path: Path) -> None:
    folder = history(tmp_path)
    said = terminal("replay", folder, "--map", folder / "map.toml", code=73)
    assert "This is the database of Corner Shop." in said.err
    assert "DOORSTEP_HOME" in said.err


def test_a_map_or_folder_that_does_not_do_is_told(empty_terminal: Terminal, tmp_path: Path) -> None:
    folder = history(tmp_path)
    wrong = empty_terminal.file("wrong.toml", MAP.replace('file = "past.csv"', "").replace("[items]", "[itmes]"))
    assert "itmes" in empty_terminal("replay", folder, "--map", wrong, code=65).err
    (folder / "past.csv").unlink()
    assert "There is no file" in empty_terminal("replay", folder, "--map", folder / "map.toml", code=65).err
    (folder / "past.csv").write_text(PAST.splitlines()[0] + "\n", encoding="utf-8")
    assert "No order of" in empty_terminal("replay", folder, "--map", folder / "map.toml", code=65).err


def test_before_there_is_anything_the_score_says_what_to_do(empty_terminal: Terminal) -> None:
    assert "No company is set up here yet" in empty_terminal("score").out
