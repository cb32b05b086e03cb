"""docs/goals.md is true: the corner shop says on that page what it says when its commands are run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest

from tests.cli.terminal import EXAMPLES, ROOT, Terminal

PAGE = ROOT / "docs" / "goals.md"
ID = re.compile(r"\b(ord|ful)_[0-9a-z]{16}\b")


def shown(page: str) -> Iterator[tuple[str, str]]:
    """Each command of the page with what stands below it, up to the next one."""
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.S | re.M):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, said = part.partition("\n")
            yield command, said


def even(said: str) -> str:
    """Without what differs from run to run: ids and blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in ID.sub(r"\1_0000000000000000", said).strip().splitlines())


def test_the_page_shows_what_its_commands_say(empty_terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES.parent)
    order_id, told, really = "", [], []
    for command, said in shown(PAGE.read_text(encoding="utf-8")):
        out = empty_terminal(*shlex.split(command.replace("ORDER", order_id))[1:]).out
        order_id = next((found[0] for found in ID.finditer(out) if "is placed" in out), order_id)
        told.append(f"$ {command}\n{even(said)}")
        really.append(f"$ {command}\n{even(out)}")
    assert "\n".join(told) == "\n".join(really), "docs/goals.md is out of date"
    assert len(told) > 10
