"""What a verb is told and cannot understand: one sentence, the nearest word, exit code 64, and no database touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorstep.terms.clock import FalseClock
from tests.cli.terminal import Terminal


@pytest.fixture
def anywhere(clock: FalseClock, tmp_path: Path) -> Terminal:
    """A terminal without a database."""
    return Terminal({"DOORSTEP_DATABASE_URL": "postgresql://127.0.0.1:1/none"}, clock, tmp_path)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("ordr",), "No such command 'ordr'. Did you mean 'order'?"),
        (("order", "plce"), "Did you mean 'place'?"),
        (("hand_over",), "Did you mean 'hand-over'?"),
        (("stock", "--sight", "CS"), "No such option"),
        (("pick", "tsk_1"), "Missing option '--found'"),
        (("pick", "tsk_1", "--found", "many"), "Invalid value for '--found'"),
        (("order", "list", "--at-most", "0"), "Invalid value for '--at-most'"),
        (("order", "change", "date", "ord_1"), "Name the days"),
        (("order", "change", "date", "ord_1", "--by", "2026-02-30"), "Invalid value for '--by'"),
        (("order", "place", "x.toml", "--again", "--key", "k"), "--again and --key do not go together"),
        (("rebuild",), "doorstep rebuild --compare"),
        (("order",), "A verb is missing."),
        (("order", "show", "ord_\udcff"), "The words of the command are not UTF-8 text."),
    ],
)
def test_misused_words_exit_as_usage_errors_do(anywhere: Terminal, words: tuple[str, ...], told: str) -> None:
    assert told in anywhere(*words, code=64).err


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_help_lists_the_verbs_by_what_they_are_about(anywhere: Terminal, words: tuple[str, ...]) -> None:
    said = anywhere(*words).words
    for word in ("Orders", "Floor", "Shipping", "Upkeep", "Running", "hand-over", "run-due", "serve", "demo"):
        assert word in said


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a = 1\nb = = 2\n", "o.toml, line 2, column 5: this is not TOML: Invalid value."),
        ("lines = [", "o.toml, line 1, column 10: this is not TOML"),
        ("", "o.toml: This cannot be read"),
    ],
)
def test_toml_that_cannot_be_read_is_told_with_line_and_column(
    anywhere: Terminal, empty_terminal: Terminal, content: str, told: str
) -> None:
    terminal = anywhere if "line" in told else empty_terminal
    assert told in terminal("quote", terminal.file("o.toml", content), code=65).err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("o.json", b'{"a": 1,\n', "o.json, line 2, column 1: this is not JSON: Expecting property name"),
        ("o.json", b"[" * 100_000, "values are nested too deeply"),
        ("o.json", b"9" * 5000, "this is not JSON we take"),
        ("o.toml", b'a = "b"\nc = "\xff"\n', "o.toml, line 2: this is not UTF-8 text."),
    ],
)
def test_bytes_that_cannot_be_read_are_told_with_their_place(
    anywhere: Terminal, name: str, content: bytes, told: str
) -> None:
    path = anywhere.folder / name
    path.write_bytes(content)
    assert told in anywhere("order", "place", path, code=65).err


def test_standard_input_is_named_as_such(anywhere: Terminal) -> None:
    assert "standard input, line 1, column 2: this is not JSON" in anywhere("quote", "-", stdin="{", code=65).err
    assert "standard input, line 1, column 4: this is not TOML" in anywhere("quote", "-", stdin="a =", code=65).err
    assert "standard input: there is no message in it." in anywhere("scan", "swift", "-", stdin="\n", code=65).err


def test_a_file_that_is_not_there_or_is_a_folder_is_named(anywhere: Terminal) -> None:
    nowhere = anywhere.folder / "nowhere.toml"
    for words in (
        ("quote",),
        ("order", "place"),
        ("load",),
        ("scan", "swift"),
        ("order", "change", "address", "ord_1"),
    ):
        assert f"There is no file {nowhere}." in anywhere(*words, nowhere, code=66).err
    assert "cannot be read: Is a directory." in anywhere("quote", anywhere.folder, code=66).err
    assert "is no company's folder: there is no company.toml in it." in anywhere("load", anywhere.folder, code=66).err
