"""The command itself, as a process of its own: what it loads, and how it ends."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.cli.terminal import EXAMPLES, ROOT

HEAVY = (
    *("alembic", "fastapi", "httpx", "numba", "numpy", "pandas", "procrastinate", "psycopg", "pydantic", "scipy"),
    *("sqlalchemy", "starlette", "uvicorn"),
)
OWN = ("doorstep.flow", "doorstep.storage", "doorstep.planning", "doorstep.api", "doorstep.jobs", "doorstep.twin")
LIST_LOADED = (
    "import sys, doorstep.__main__ as m\n"
    "sys.argv[0] = 'doorstep'\n"
    "try: m.main()\n"
    "except SystemExit as end: print('\\nexit', end.code)\n"
    "print('loaded', *sorted(sys.modules))\n"
)


def doorstep(*words: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "doorstep", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "src", **(environ or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("words", [("--help",), ("order", "--help"), ("order", "place", "--help"), ("ordr",)])
def test_help_and_usage_errors_load_nothing_heavy(words: tuple[str, ...]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LIST_LOADED, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    *said, loaded = ran.stdout.splitlines()
    assert said[-1] == ("exit 64" if words == ("ordr",) else "exit 0")
    assert not [name for name in loaded.split() if name.split(".")[0] in HEAVY or name.startswith(OWN)]


def test_the_command_places_an_order_and_lists_it(database_url: str) -> None:
    environ = {"DOORSTEP_DATABASE_URL": database_url}
    assert doorstep("load", str(EXAMPLES / "corner_shop.toml"), environ=environ).returncode == 0
    placed = doorstep("order", "place", str(EXAMPLES / "orders" / "ada.toml"), environ=environ)
    assert (placed.returncode, placed.stderr) == (0, "")
    assert "is placed." in placed.stdout
    assert "kitchen" in doorstep("order", "list", environ=environ).stdout


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("order", "lst"), 64, "No such command 'lst'. Did you mean 'list'?"),
        (("load", "nowhere.toml"), 66, "There is no file nowhere.toml."),
        (("order", "list"), 69, "does not answer"),
        (("work",), 69, "does not answer"),
    ],
)
def test_the_command_ends_with_one_sentence_and_its_exit_code(words: tuple[str, ...], code: int, told: str) -> None:
    ended = doorstep(*words, environ={"DOORSTEP_DATABASE_URL": "postgresql://ann:pass@127.0.0.1:1/none"})
    assert ended.returncode == code
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_a_port_that_is_taken_is_told_before_anything_is_served(database_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = doorstep("serve", "--no-work", "--port", port, environ={"DOORSTEP_DATABASE_URL": database_url})
    assert ended.returncode == 69
    assert f"Port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr
