"""Goals in the terminal: shown, set from a file, tried first; slips are numbered, contradictions told."""

from __future__ import annotations

import json

from tests.cli.terminal import EXAMPLES, Terminal

ADA = EXAMPLES / "orders" / "ada.toml"
FAST = EXAMPLES / "goals_fast.toml"


def test_goals_are_shown_as_the_file_stated_them(terminal: Terminal) -> None:
    assert "Nothing is wanted for any class" in terminal("goals").out
    terminal("goals", "set", FAST)
    words = terminal("goals").words
    assert "homeowner 90 % 88 % 80.00 USD - the fastest" in words
    assert "trade 97.5 % 95 % 25.00 USD - the cheapest" in words


def test_what_is_shown_to_programs_can_be_set_again(terminal: Terminal) -> None:
    told = terminal.json("goals", "set", FAST)
    assert terminal.json("goals") == told
    assert terminal.json("goals", "set", "-", stdin=json.dumps(told["goals"])) == told


def test_every_slip_in_a_goals_file_is_numbered_with_the_nearest_name(terminal: Terminal) -> None:
    file = terminal.file("goals.toml", "[classes.trade]\nwanted_percent = 97.5\n[wieghts]\nsplit_minor = 1\n")
    said = terminal("goals", "set", file, code=65)
    assert '1. classes.trade.wanted_percent: 97.5 is written in quotes: "97.5"' in said.err
    assert "2. wieghts: is not known here; did you mean weights?" in said.err
    assert "Nothing is wanted" in terminal("goals").out


def test_what_does_not_go_together_is_numbered_and_set_all_the_same(terminal: Terminal) -> None:
    file = terminal.file("goals.toml", '[classes.trad]\ntarget_percent = "99"\nceiling_minor = 0\n')
    said = terminal("goals", "set", file)
    assert "1. classes.trad.ceiling_minor" in said.out
    assert "2. classes.trad.target_percent" in said.out
    assert "3. classes.trad: no customer is of this class; did you mean trade?" in said.out
    assert "trad " in terminal("goals").words


def test_goals_are_tried_on_an_order_that_nobody_placed(terminal: Terminal) -> None:
    assert "--sample examples/orders/ada.toml" in terminal("goals", "set", FAST, "--dry-run").out
    words = terminal("goals", "set", FAST, "--dry-run", "--sample", ADA).words
    assert "new Tue 3 Mar to Wed 4 Mar 2026 97.9 % CS with swift-express" in words
    assert "No order is open." in words
    assert "Nothing is wanted" in terminal("goals").out
    assert "--dry-run" in terminal("goals", "set", FAST, "--sample", ADA, code=64).err


def test_an_order_as_a_goals_file_is_no_goals_file(terminal: Terminal) -> None:
    assert "1. customer_id: is not known here; there are classes, weights" in terminal("goals", "set", ADA, code=65).err


def test_the_score_tells_each_class_against_its_target(terminal: Terminal) -> None:
    terminal("goals", "set", EXAMPLES / "goals_cheap.toml")
    terminal("order", "place", ADA)
    terminal("run-due")
    assert "homeowner 1 0 0 - - 75.0 % too few to say 0" in terminal("score").words
