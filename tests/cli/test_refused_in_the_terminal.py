"""Every bad input gets one sentence, what to do, and its exit code; and nothing is half done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.terminal import ADAS_ORDER, EXAMPLES, Terminal


def nothing_was_done(terminal: Terminal) -> None:
    assert terminal.json("order", "list") == []
    assert not any(row["held"] for row in terminal.json("stock")["stock"])


ELSEWHERE = {**ADAS_ORDER["ship_to"], "country": "XX"}
WRONG_POSTCODE = {**ADAS_ORDER["ship_to"], "postcode": "1"}

BAD_ORDERS: list[tuple[dict[str, Any], int, tuple[str, ...]]] = [
    ({"lines": [{"item_id": "CUP", "quantity": 1}]}, 65, ("Line 1: there is no item CUP.", "Where: line 1")),
    ({"lines": [{"item_id": "MUG", "quantity": 0}]}, 65, ("Line 1: the quantity is 0", "What to do: Give a whole")),
    ({"lines": [{"item_id": "MUG", "quantity": -3}]}, 65, ("the quantity is -3",)),
    ({"lines": [{"item_id": "MUG", "quantity": 10**30}]}, 65, ("it must be from 1 to 1000000",)),
    ({"lines": [{"item_id": "MUG", "quantity": 1.5}]}, 65, ("lines.0.quantity", "valid integer")),
    ({"lines": []}, 65, ("lines", "at least 1 item")),
    ({"lines": [{"item_id": "MUG", "quantity": "2", "colour": 1}], "size": 4}, 65, ("1. lines.0.quantity", "3. size")),
    ({"customer_id": "nobody"}, 65, ("There is no customer nobody.",)),
    ({"ship_to": ELSEWHERE}, 65, ("XX is not a country", "Where: country XX")),
    ({"ship_to": WRONG_POSTCODE}, 65, ("1 is not a postcode of US.",)),
    ({"currency": "XYZ"}, 65, ("XYZ is not a currency we know",)),
    ({"currency": "EUR"}, 65, ("We sell in USD, not in EUR.",)),
    ({"asked_by": "2026-02-20"}, 65, ("2026-02-20 is past.", "Ask for a day that is still to come.")),
    ({"asked_from": "2026-03-12", "asked_by": "2026-03-10"}, 65, ("ends (2026-03-10) before it begins",)),
    ({"asked_by": "2026-03-02"}, 69, ("What to do: Ask for a later day",)),
    ({"lines": [{"item_id": "LAMP", "quantity": 4}], "terms": {"backorder": False}}, 75, ("LAMP",)),
    ({"lines": [{"item_id": "MUG", "quantity": 2}], "asked_by": "tomorrow"}, 65, ("asked_by", "date")),
]


@pytest.mark.parametrize(("changed", "code", "words"), BAD_ORDERS)
def test_a_bad_order_is_refused_with_its_exit_code_and_leaves_nothing(
    terminal: Terminal, changed: dict[str, Any], code: int, words: tuple[str, ...]
) -> None:
    for verb in (("order", "place"), ("quote",)):
        said = terminal(*verb, terminal.order(**changed), code=code)
        assert said.out == ""
        assert said.err.startswith("doorstep: ")
        for word in (*words, "order.json", "What to do: "):
            assert word in said.err, said.err
    nothing_was_done(terminal)


def test_a_refusal_is_told_to_programs_as_json(terminal: Terminal) -> None:
    import json

    said = terminal("quote", terminal.order(currency="XYZ"), "--json", code=65)
    refused = json.loads(said.err)
    assert said.out == ""
    assert refused["refused"] == "unknown_currency"
    assert refused["concerns"] == {"currency": "XYZ"}


def test_the_same_key_with_another_body_is_refused_and_changes_nothing(terminal: Terminal) -> None:
    first = terminal.json("order", "place", terminal.order(), "--key", "web-1")
    said = terminal(
        "order", "place", terminal.order(lines=[{"item_id": "MUG", "quantity": 5}]), "--key", "web-1", code=65
    )
    assert "The key web-1 was used for another request." in said.err
    assert "another --key" in said.err
    assert [row["order_id"] for row in terminal.json("order", "list")] == [first["order_id"]]
    assert sum(row["held"] for row in terminal.json("stock")["stock"]) == 2


def test_an_item_larger_than_every_carton_is_refused_when_it_is_ordered(terminal: Terminal) -> None:
    company = (EXAMPLES / "corner_shop.toml").read_text(encoding="utf-8")
    wardrobe = '[[items]]\nitem_id = "WARDROBE"\ndescription = "Oak"\nsize = [2100, 1200, 650]\nweight_g = 90000\n\n'
    terminal("load", terminal.file("company.toml", company.replace("[[customers]]", f"{wardrobe}[[customers]]", 1)))
    terminal("receive", "CS/B-01", "WARDROBE", 2)
    said = terminal("order", "place", terminal.order(lines=[{"item_id": "WARDROBE", "quantity": 1}]), code=69)
    assert "WARDROBE" in said.err
    assert "Define a larger carton" in said.err
    nothing_was_done(terminal)


def test_a_database_that_is_down_is_told_in_one_sentence(terminal: Terminal) -> None:
    there = terminal.environ["DOORSTEP_DATABASE_URL"]
    terminal.environ["DOORSTEP_DATABASE_URL"] = "postgresql://ann:secret-word@127.0.0.1:1/shop"
    for words in (("order", "place", terminal.order()), ("stock",), ("check",), ("pick", "tsk_1", "--found", 1)):
        said = terminal(*words, code=69)
        assert "The database at 127.0.0.1, database shop does not answer" in said.err
        assert "Start it or correct DOORSTEP_DATABASE_URL" in said.err
        assert "secret-word" not in said.err
    terminal.environ["DOORSTEP_DATABASE_URL"] = there
    nothing_was_done(terminal)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DOORSTEP_DATABASE_URL", "mysql://127.0.0.1/shop", "DOORSTEP_DATABASE_URL begins with mysql://"),
        ("DOORSTEP_CARRIERS", "swift", "'swift' is not of the form carrier=value"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(terminal: Terminal, name: str, value: str, words: str) -> None:
    terminal.environ[name], before = value, dict(terminal.environ)
    assert words in terminal("order", "list", code=78).err
    terminal.environ = before


def test_a_company_that_is_not_set_up_is_told_how_to_begin(empty_terminal: Terminal) -> None:
    said = empty_terminal("order", "place", empty_terminal.order(), code=78)
    assert "run `doorstep load FILE` first" in said.err
    assert "doorstep load examples/corner_shop.toml" in empty_terminal("order", "list").out
    assert "doorstep load examples/corner_shop.toml" in empty_terminal("stock").out


def test_a_shop_without_orders_is_told_how_to_place_one(terminal: Terminal) -> None:
    assert "Place one: doorstep order place" in terminal("order", "list").out


def test_an_order_and_a_company_are_told_apart(terminal: Terminal) -> None:
    assert "is an order, not a company" in terminal("load", terminal.order(), code=65).err
    assert "is a company, not an order" in terminal("quote", EXAMPLES / "corner_shop.toml", code=65).err
    nothing_was_done(terminal)


def test_a_company_file_with_mistakes_is_refused_with_every_problem_numbered(empty_terminal: Terminal) -> None:
    broken = (EXAMPLES / "corner_shop.toml").read_text(encoding="utf-8").replace("gs1_prefix", "gs1_prefx", 1)
    said = empty_terminal("load", empty_terminal.file("company.toml", broken), code=65)
    assert "1. company.gs1_prefix" in said.err
    assert "2. company.gs1_prefx" in said.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("order", "show", "ord_1"), 66, "There is no order ord_1."),
        (("explain", "ord_1"), 66, "There is no order ord_1."),
        (("order", "clear", "ord_1"), 66, "There is no order ord_1."),
        (("order", "cancel", "ord_1"), 66, "There is no order ord_1."),
        (("release", "NOWHERE"), 66, "There is no site NOWHERE."),
        (("tasks", "NOWHERE"), 66, "There is no site NOWHERE."),
        (("pick", "tsk_1", "--found", 1), 66, "There is no pick task tsk_1."),
        (("pack", "ful_1"), 66, "There is no fulfilment order ful_1."),
        (("label", "ful_1"), 66, "There is no fulfilment order ful_1."),
        (("track", "swift", "N1"), 66, "No parcel of ours has the number N1."),
        (("hand-over", "swift", "00614"), 66, "There is no parcel 00614."),
        (("receive", "CS/Z-99", "MUG", 1), 66, "There is no bin CS/Z-99."),
        (("receive", "CS/A-01", "MUG", 0), 65, "0 units cannot be received."),
        (("receive", "CS/B-01", "LAMP", 1, "--serial", "L-001"), 65, "Serial L-001 of LAMP is already in CS/B-01."),
        (("receive", "CS/A-02", "TEA", 1), 65, "name the lot"),
        (("count", "CS/A-01", "CUP", 1), 65, "There is no item CUP."),
        (("expect", "potter", "CS", "MUG", 0, "--due", "2026-03-09"), 65, "0 units cannot be expected."),
    ],
)
def test_what_is_named_and_not_there_is_told(terminal: Terminal, words: tuple[Any, ...], code: int, told: str) -> None:
    assert told in terminal(*words, code=code).err
