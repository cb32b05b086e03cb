"""The rows of rooms (DESIGN 2), as lint-imports keeps them: on this tree, and broken by one planted offender each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, import_rules, pure_rooms, rows

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def lint_imports(src: Path) -> tuple[int, str]:
    """The exit code and words of lint-imports over the package `doorstep` in `src`, under our contracts."""
    done = subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        cwd=src,
        env={**os.environ, "PYTHONPATH": str(src), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A whole house: every room of every row, two files in each, each room seeing the one below it."""
    package = tmp_path / "doorstep"
    package.mkdir()
    (package / "__init__.py").touch()
    below = ""
    for row in reversed(rows()):
        for room in row:
            if room == "__main__":
                (package / "__main__.py").write_text(below)
                continue
            (package / room).mkdir()
            (package / room / "__init__.py").touch()
            (package / room / "one.py").write_text(below)
            (package / room / "two.py").write_text(f"from doorstep.{room} import one\n")
        below = f"from doorstep.{row[0]} import two\n"
    return tmp_path


def plant(house: Path, file: str, line: str) -> None:
    path = house / "doorstep" / file
    path.parent.mkdir(exist_ok=True)
    (path.parent / "__init__.py").touch()
    path.write_text((path.read_text() if path.exists() else "") + line + "\n")


def test_this_house_keeps_its_order() -> None:
    code, said = lint_imports(ROOT / "src")
    assert code == 0, said


def test_a_whole_house_in_order_is_let_through(house: Path) -> None:
    code, said = lint_imports(house)
    assert code == 0, said
    assert f"Contracts: {len(import_rules())} kept, 0 broken." in said


OFFENDERS = {
    "a decider imports another": (
        "rows",
        "stock/three.py",
        "from doorstep.packing import one",
        "doorstep.stock is not allowed to import doorstep.packing",
    ),
    "events import storage": (
        "rows",
        "events/three.py",
        "from doorstep.storage import one",
        "doorstep.events is not allowed to import doorstep.storage",
    ),
    "terms import events": (
        "rows",
        "terms/three.py",
        "import doorstep.events.one",
        "doorstep.terms is not allowed to import doorstep.events",
    ),
    "a decider imports planning": (
        "rows",
        "carriers/three.py",
        "from doorstep.planning import one",
        "doorstep.carriers is not allowed to import doorstep.planning",
    ),
    "a door imports another": (
        "rows",
        "api/three.py",
        "from doorstep.cli import one",
        "doorstep.api is not allowed to import doorstep.cli",
    ),
    "flow imports jobs": (
        "rows",
        "flow/three.py",
        "from doorstep.jobs.one import *",
        "doorstep.flow is not allowed to import doorstep.jobs",
    ),
    "an import hidden inside a function": (
        "rows",
        "events/three.py",
        "def late() -> None:\n    from doorstep.flow import one",
        "doorstep.events is not allowed to import doorstep.flow",
    ),
    "an import for type checkers only": (
        "rows",
        "tracking/three.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from doorstep.carriers import one",
        "doorstep.tracking is not allowed to import doorstep.carriers",
    ),
    "a room in no row": ("rows", "attic/one.py", "box = 1", "- doorstep.attic"),
    "a circle inside a room": (
        "circles",
        "packing/one.py",
        "from doorstep.packing import two",
        "No cycles are allowed in doorstep.packing.",
    ),
    "a pure room imports the database driver": (
        "pure",
        "goals/three.py",
        "import psycopg.rows",
        "doorstep.goals.three is not allowed to import psycopg",
    ),
    "planning reads files": (
        "pure",
        "planning/three.py",
        "from pathlib import Path",
        "doorstep.planning.three is not allowed to import pathlib",
    ),
    "flow calls a carrier itself": (
        "wire",
        "flow/three.py",
        "import httpx",
        "doorstep.flow.three is not allowed to import httpx",
    ),
}


@pytest.mark.parametrize(("contract", "file", "line", "told"), OFFENDERS.values(), ids=OFFENDERS)
def test_an_offender_is_caught_and_named(house: Path, contract: str, file: str, line: str, told: str) -> None:
    plant(house, file, line)
    code, said = lint_imports(house)
    assert code == 1, said
    assert told in " ".join(said.split())
    assert f"{import_rules()[contract]['name']} BROKEN" in said


def test_every_contract_has_an_offender() -> None:
    assert {contract for contract, *_ in OFFENDERS.values()} == set(import_rules())


def test_every_pure_row_is_kept_from_the_outside_world() -> None:
    named = {room.removeprefix("doorstep.").removesuffix(".**") for room in import_rules()["pure"]["source_modules"]}
    assert named == pure_rooms()
