"""The frontier in the terminal: an order, a class and the company, and the price of one day sooner."""

from __future__ import annotations

from tests.cli.terminal import EXAMPLES, Terminal

ADA = EXAMPLES / "orders" / "ada.toml"


def test_an_order_shows_what_a_day_sooner_would_cost(terminal: Terminal) -> None:
    assert "No order was placed" in terminal("frontier").out
    order_id = terminal.json("order", "place", ADA)["order_id"]
    terminal("run-due")
    said = terminal("frontier", order_id)
    told = terminal.json("frontier", order_id)
    assert told["today"]["how"] == "CS with steady-ground"
    assert "A day sooner, as surely, costs 20.20 USD more (99.9 %, CS with swift-express)." in said.out
    assert told["sooner"]["cost_minor"] == told["today"]["cost_minor"] + 2020
    assert told["points"] == sorted(told["points"], key=lambda point: (point["days"], point["cost_minor"]))
    assert "@ today" in said.words
    company = terminal("frontier")
    assert "1 open" in company.words
    assert terminal.json("frontier", "--class", "homeowner")["today"] == terminal.json("frontier")["today"]
    assert "No order was placed" in terminal("frontier", "--class", "trade").out


def test_an_order_that_nobody_placed_has_none(terminal: Terminal) -> None:
    assert "There is no order" in terminal("frontier", "ord_none", code=66).err
    terminal("frontier", "ord_none", "--class", "trade", code=64)


def test_what_quiet_days_allow_is_told_day_by_day(terminal: Terminal) -> None:
    said = terminal("levers")
    assert "any number" in said.words
    assert terminal.json("levers", "--site", "CS")["days"][0]["site_id"] == "CS"
    assert "There is no site" in terminal("levers", "--site", "NOWHERE", code=66).err
