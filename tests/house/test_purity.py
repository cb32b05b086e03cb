"""Pure rooms read no clock, no chance, no outside world (DESIGN 2), and nobody but terms/clock.py reads the time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.source import (
    Offence,
    Source,
    docstrings,
    doors,
    functions,
    house_files,
    listed,
    nodes,
    planted,
    pure_rooms,
    references,
)

CLOCK_READS = {
    *(f"datetime.{name}" for name in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")),
    *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "clock_gettime", "strftime")),
}
STOPWATCHES = {
    *(f"time.{name}" for name in ("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")),
    *(f"time.{name}" for name in ("process_time", "process_time_ns", "thread_time", "sleep")),
}
SYSTEM_CLOCK = "doorstep.terms.clock.SystemClock"
SQL_CLOCK = re.compile(
    r"\b(now|(clock|statement|transaction)_timestamp)\s*\(\s*\)|\bcurrent_(timestamp|date|time)\b", re.IGNORECASE
)
SQL_CLOCK_FUNCTIONS = ("func.now", "func.current_timestamp", "func.current_date", "func.clock_timestamp")

CHANCE = ("random", "secrets", "numpy.random")
CHANCE_ONCE = {"uuid.uuid1", "uuid.uuid4", "os.urandom", "os.getrandom"}
SEEDED = {"random.Random", "numpy.random.default_rng", "numpy.random.SeedSequence", "numpy.random.PCG64"}
CHANCE_TYPES = {*SEEDED, "numpy.random.Generator"}

DEEDS = {f"builtins.{name}" for name in ("open", "print", "input", "exec", "eval", "breakpoint", "__import__")}
OUTSIDE = {
    *("os", "sys", "io", "pathlib", "shutil", "tempfile", "glob", "subprocess", "signal", "logging", "locale"),
    *("asyncio", "threading", "multiprocessing", "concurrent", "socket", "ssl", "select", "selectors"),
    *("http.client", "http.server", "urllib.request", "ftplib", "smtplib", "webbrowser"),
    *("httpx", "requests", "aiohttp", "urllib3", "websockets", "psycopg", "sqlalchemy", "sqlite3", "procrastinate"),
    *("fastapi", "starlette", "typer", "rich", "uvicorn"),
}

ALLOWED = {
    "terms/clock.py": {"datetime.datetime.now"},
    "terms/ids.py": {"secrets.randbits"},
}
WAIT_AND_MEASURE = {"storage", "links", "jobs", "cli", "twin", "api", "__main__"}


def impurities(source: Source) -> Iterator[Offence]:
    """What a file of a pure room does that a pure function cannot."""
    allowed = ALLOWED.get(source.place, set())
    for name, line in sorted(imported(source.tree).items()):
        if name not in allowed and any(name == module or name.startswith(f"{module}.") for module in OUTSIDE):
            yield Offence(source.file, line, f"imports {name}")
    seeded, annotated = _seeded_calls(source.tree), _annotations(source.tree)
    for node, name in references(source.tree):
        if name in allowed:
            continue
        if name in CLOCK_READS | STOPWATCHES | {SYSTEM_CLOCK}:
            yield Offence(source.file, node.lineno, f"reads the clock: {name}")
        elif name in DEEDS:
            yield Offence(source.file, node.lineno, f"does or runs something: {name}")
        elif name == "builtins.hash" and not _inside_hash(source.tree, node):
            yield Offence(source.file, node.lineno, "uses hash(): of a text it differs from run to run")
        elif _is_chance(name) and id(node) not in seeded and not (name in CHANCE_TYPES and id(node) in annotated):
            yield Offence(source.file, node.lineno, f"draws from a source that was not passed in: {name}")


def clock_readings(source: Source) -> Iterator[Offence]:
    """Where a file of any room reads a clock that it was not handed: the machine's, or the database's."""
    allowed = ALLOWED.get(source.place, set())
    for node, name in references(source.tree):
        if name in CLOCK_READS - allowed or name.endswith(SQL_CLOCK_FUNCTIONS):
            yield Offence(source.file, node.lineno, f"reads the clock: {name}; take a terms.clock.Clock")
        if name in STOPWATCHES and source.room not in WAIT_AND_MEASURE:
            yield Offence(source.file, node.lineno, f"waits or measures: {name}; only {sorted(WAIT_AND_MEASURE)} may")
        if name == SYSTEM_CLOCK and source.room not in doors() | {"__main__"}:
            yield Offence(source.file, node.lineno, "makes a SystemClock; only the doors and __main__ may")
    if source.room not in pure_rooms():
        yield from _sql_clock_readings(source)


def _sql_clock_readings(source: Source) -> Iterator[Offence]:
    prose = {line for line, _ in docstrings(source.tree)}
    for text in (node for node in nodes(source.tree) if isinstance(node, ast.Constant)):
        if isinstance(text.value, str) and text.lineno not in prose and (found := SQL_CLOCK.search(text.value)):
            yield Offence(source.file, text.lineno, f"asks the database for the time: {found[0]}")


def imported(tree: ast.AST) -> dict[str, int]:
    """Every module or name imported, in full, with its line."""
    found: dict[str, int] = {}
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            found |= {name.name: node.lineno for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}": node.lineno for name in node.names}
    return found


def _is_chance(name: str) -> bool:
    return name in CHANCE_ONCE or any(name == source or name.startswith(f"{source}.") for source in CHANCE)


def _seeded_calls(tree: ast.AST) -> set[int]:
    """The nodes of sources of chance that are made from a seed: `random.Random(seed)`."""
    origin = {id(node): name for node, name in references(tree)}
    calls = (node for node in nodes(tree) if isinstance(node, ast.Call))
    return {id(call.func) for call in calls if origin.get(id(call.func)) in SEEDED and _has_seed(call)}


def _has_seed(call: ast.Call) -> bool:
    given = [*call.args, *(word.value for word in call.keywords)]
    return bool(given) and not (isinstance(given[0], ast.Constant) and given[0].value is None)


def _annotations(tree: ast.AST) -> set[int]:
    found: list[ast.expr | None] = []
    for node in nodes(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append(node.returns)
    return {id(inner) for annotation in found if annotation is not None for inner in ast.walk(annotation)}


def _inside_hash(tree: ast.AST, node: ast.expr) -> bool:
    return any(node in ast.walk(made) for name, made in functions(tree) if name.endswith("__hash__"))


def test_pure_rooms_are_pure() -> None:
    offences = [offence for source in house_files() if source.room in pure_rooms() for offence in impurities(source)]
    assert not offences, listed(offences)


def test_everybody_reads_the_clock_they_were_handed() -> None:
    offences = [offence for source in house_files() for offence in clock_readings(source)]
    assert not offences, listed(offences)


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nnow = datetime.now()",
        "from datetime import UTC, datetime as dt\nnow = dt.now(UTC)",
        "import datetime\nnow = datetime.datetime.utcnow()",
        "from datetime import date\ndue = date.today()",
        "from dataclasses import field\nfrom datetime import datetime\nat = field(default_factory=datetime.now)",
        "import time\nnow = time.time()",
        "from time import monotonic as tick\nnow = tick()",
        "import time as t\nt.sleep(1)",
        "import time\nbegan = time.perf_counter()",
        "from doorstep.terms.clock import SystemClock\nnow = SystemClock().now()",
        "import random\nrandom.shuffle([1, 2])",
        "from random import choice\nchoice([1, 2])",
        "import random\nchance = random.Random()",
        "import random\nchance = random.Random(None)",
        "import random\nmake = random.Random",
        "import random\nchance = random.SystemRandom(7)",
        "import secrets\nkey = secrets.token_hex()",
        "from uuid import uuid4\nkey = uuid4()",
        "import numpy as np\nnp.random.seed(1)\nnp.random.normal()",
        "import numpy as np\nchance = np.random.default_rng()",
        "from numpy.random import default_rng\nchance = default_rng()",
        "lines = open('tariff.csv').read()",
        "print('here')",
        "name = input()",
        "order = {hash('a'): 1}",
        "import os\nhome = os.environ['HOME']",
        "from os import environ",
        "from pathlib import Path",
        "import urllib.request",
        "from urllib import request",
        "from http import client",
        "import socket",
        "def late():\n    import httpx",
        "eval('1')",
    ],
)
def test_an_impure_decider_is_caught(text: str) -> None:
    assert list(impurities(planted(text)))


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\ndef due(now: datetime) -> datetime: return now",
        "import random\ndef draw(seed: int) -> int: return random.Random(seed).getrandbits(8)",
        "import random\ndef draw(chance: random.Random) -> int: return chance.getrandbits(8)",
        "import numpy as np\ndef draw(chance: np.random.Generator) -> float: return chance.normal()",
        "import numpy as np\ndef draw(seed: int) -> float: return np.random.default_rng(seed).normal()",
        "from urllib.parse import quote",
        "class Key:\n    def __hash__(self) -> int: return hash((1, 2))",
        "def verify(secrets: list[bytes]) -> bool: return not secrets",
        "def find(random: int) -> int: return random % 7",
    ],
)
def test_a_decider_that_is_handed_what_it_needs_is_let_through(text: str) -> None:
    assert not list(impurities(planted(text)))


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("flow/place.py", "from datetime import datetime, UTC\nnow = datetime.now(UTC)"),
        ("storage/store.py", "import time\nnow = time.time()"),
        ("terms/places.py", "from datetime import datetime, UTC\nnow = datetime.now(UTC)"),
        ("flow/place.py", "import time\ntime.sleep(1)"),
        ("web/pages.py", "from time import monotonic\nmonotonic()"),
        ("flow/place.py", "from doorstep.terms.clock import SystemClock\nclock = SystemClock()"),
        ("storage/tables.py", "from sqlalchemy import func\nat = func.now()"),
        ("storage/tables.py", "import sqlalchemy as sa\nat = sa.func.current_timestamp()"),
        ("storage/jobs.py", "DUE = 'SELECT id FROM job WHERE due_at <= now()'"),
        ("storage/jobs.py", "DUE = f'SELECT id FROM {1} WHERE due_at <= CURRENT_TIMESTAMP'"),
    ],
)
def test_reading_another_clock_is_caught_in_every_room(place: str, text: str) -> None:
    assert list(clock_readings(planted(text, place)))


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("terms/clock.py", "from datetime import datetime, UTC\nnow = datetime.now(UTC)"),
        ("storage/store.py", "import time\ntime.sleep(0.01)"),
        ("links/breaker.py", "import time\ntime.monotonic()"),
        ("cli/app.py", "from doorstep.terms.clock import SystemClock\nclock = SystemClock()"),
        ("flow/place.py", "class Flow:\n    def go(self) -> None: self.at = self.clock.now()"),
        ("storage/jobs.py", "def due(now: int) -> None:\n    '''Jobs due; now() is the clock that was handed in.'''"),
    ],
)
def test_the_rooms_that_may_wait_or_make_the_clock_do_so(place: str, text: str) -> None:
    assert not list(clock_readings(planted(text, place)))


def test_no_exception_outlives_its_need() -> None:
    for place, names in ALLOWED.items():
        source = next(source for source in house_files() if source.place == place)
        used = {name for _, name in references(source.tree)}
        assert names <= used, f"{place} no longer uses {names - used}: take it off ALLOWED"


def test_the_checks_see_the_house() -> None:
    seen = {source.room for source in house_files()}
    assert {"terms", "events", "storage"} <= seen
    assert {"terms", "events", "stock", "planning"} <= pure_rooms()
    assert not {"storage", "links", "intake", "flow", "api"} & pure_rooms()
