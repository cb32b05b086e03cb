"""One table from refusals to exit codes, and one sentence for everything else that can go wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import typer

from doorstep.cli.desk import Surroundings, opened, user
from doorstep.cli.failures import ANSWERS, Refused, tell
from doorstep.storage.database_errors import DatabaseUnavailable, DatabaseUnfit
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal, Why
from tests.cli.terminal import Terminal

SYSEXITS = range(64, 79)


@pytest.mark.parametrize("why", Why)
def test_every_refusal_has_an_exit_code_and_tells_what_to_do(why: Why, capsys: pytest.CaptureFixture[str]) -> None:
    assert ANSWERS[why].code in SYSEXITS
    assert tell(Refused(Refusal(why, "It is so.", {"order_id": "ord_1"}), "order.toml")) == ANSWERS[why].code
    first, *rest = capsys.readouterr().err.splitlines()
    assert first == "doorstep: order.toml: It is so."
    assert rest == ["  Where: order ord_1", f"  What to do: {ANSWERS[why].mend}"]
    assert ANSWERS[why].mend.endswith(".")


def test_the_table_has_nothing_that_is_no_refusal() -> None:
    assert set(ANSWERS) == set(Why)


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        (DatabaseUnavailable("It does not answer."), 69, "doorstep: It does not answer."),
        (DatabaseUnfit("It is too old."), 78, "doorstep: It is too old."),
        (OSError(28, "No space left on device", "out.json"), 74, "doorstep: out.json: No space left on device."),
        (KeyError("x"), 70, "doorstep: This should not have happened: KeyError: 'x'."),
    ],
)
def test_a_trouble_is_one_line_with_its_exit_code(
    wrong: Exception, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell(wrong) == code
    said = capsys.readouterr().err
    assert said.startswith(words)
    assert said.count("\n") == 1


def test_an_outage_in_the_middle_tells_the_key_to_ask_again_under(
    terminal: Terminal, clock: FalseClock, capsys: pytest.CaptureFixture[str]
) -> None:
    context = typer.Context(typer.main.get_command(typer.Typer(callback=lambda: None)))
    context.obj = Surroundings(terminal.environ, clock, Ids.seeded(clock, 3))
    with pytest.raises(DatabaseUnavailable) as gone, opened(context, key="note-17"):
        raise DatabaseUnavailable("It went away.")
    tell(gone.value)
    assert "--key note-17" in capsys.readouterr().err


def test_an_order_without_a_key_may_simply_be_placed_again_after_an_outage(
    terminal: Terminal, clock: FalseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from doorstep.flow import place

    def answer_lost(*asked: Any, **how: Any) -> object:
        done = real(*asked, **how)
        raise DatabaseUnavailable(f"The answer was lost: {done is not None}.")

    real = place.place_order
    monkeypatch.setattr(place, "place_order", answer_lost)
    said = terminal("order", "place", terminal.order(), code=69)
    assert "The answer was lost: True." in said.err
    assert "Ask again as you did: nothing is done twice." in said.err
    monkeypatch.undo()
    terminal("order", "place", terminal.order())
    assert len(terminal.json("order", "list")) == 1


def test_a_bug_shows_its_origin_only_when_asked_to(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    from doorstep.flow import look_orders

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(look_orders, "order_page", broken)
    assert "ZeroDivisionError: a bug" in terminal("order", "list", code=70).err
    with pytest.raises(ZeroDivisionError):
        terminal("--trace", "order", "list", code=70)


def test_a_user_without_a_name_is_known_by_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert user() == f"uid {os.getuid()}"
