"""A real PostgreSQL for every test that asks for one: each gets a database of its own, and drops it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import hypothesis
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine, make_url

from doorstep.storage import schema
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.server import check_own_server
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)

# Classes of PostgreSQL's advisory locks. Who takes part in a run holds the run's number; a number nobody holds is that
# of a run that is over, or was killed, and its databases may go.
_RUNS = 7_310_002
_MAKING = 7_310_003
_PREFIX = "doorstep_test_"

# A property says what is true, not how fast: on a machine with other work an example takes as long as it takes. What
# hangs is ended by pytest's own timeout.
hypothesis.settings.register_profile("doorstep", deadline=None)
hypothesis.settings.load_profile("doorstep")


class Databases:
    """The databases of one test run on one server: a template, and a copy of it for each test."""

    def __init__(self, url: str, run: int) -> None:
        self._url = make_url(url)
        self._run = run
        self._template = f"{_PREFIX}{run}_template"
        self._taking_part = {run}
        self._copies = 0
        _, options = self._url.get_dialect()().create_connect_args(self._url)
        self._connection = psycopg.connect(**options, autocommit=True)
        self._connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", (_RUNS, run))
        self.drop_what_dead_runs_left()
        self._make_template()

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a fresh database with every table, gone at the end."""
        self._copies += 1
        name = f"{_PREFIX}{self._run}_{os.getpid()}_{self._copies}"
        # WAL_LOG: the other way of copying waits for two checkpoints, and took 1.5 to 2 times as long.
        self.do("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log", name, self._template)
        try:
            yield self._url_of(name)
        finally:
            self.do("DROP DATABASE {} WITH (FORCE)", name)

    def leave(self) -> None:
        """Whoever leaves the run last takes its template away."""
        with self._connection:
            self._connection.execute("SELECT pg_advisory_unlock_shared(%s, %s)", (_RUNS, self._run))
            self._taking_part.clear()
            self.drop_what_dead_runs_left()

    def drop_what_dead_runs_left(self) -> None:
        """Databases of runs that nobody takes part in any more."""
        for run in {int(name.removeprefix(_PREFIX).partition("_")[0]) for name in self.names()} - self._taking_part:
            if self._tell("SELECT pg_try_advisory_lock(%s, %s)", _RUNS, run):
                for name in self.names():
                    if name.startswith(f"{_PREFIX}{run}_"):
                        self.do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
                self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", (_RUNS, run))

    def names(self) -> list[str]:
        """All databases of all runs."""
        rows = self._connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (_PREFIX,))
        return [row[0] for row in rows]

    def do(self, command: str, *names: str) -> None:
        """Run a command on databases, each {} in it one of `names`."""
        self._connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))

    def _make_template(self) -> None:
        self._connection.execute("SELECT pg_advisory_lock(%s, 0)", (_MAKING,))
        if self._template not in self.names():
            making = f"{self._template}_making"
            self.do("DROP DATABASE IF EXISTS {} WITH (FORCE)", making)
            self.do("CREATE DATABASE {} TEMPLATE template0", making)
            engine = create_engine(self._url_of(making))
            schema.create(engine)
            engine.dispose()
            self.do("ALTER DATABASE {} RENAME TO {}", making, self._template)
        self._connection.execute("SELECT pg_advisory_unlock(%s, 0)", (_MAKING,))

    def _tell(self, query: str, *parameters: int) -> bool:
        row = self._connection.execute(query.encode(), parameters).fetchone()
        return row is not None and bool(row[0])

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """On the server of DOORSTEP_DATABASE_URL where that is set, else on one that all workers of this run share."""
    shared_id = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    run = int((shared_id or uuid.uuid4().hex)[:7], 16)
    folder = tmp_path_factory.getbasetemp()
    with ExitStack() as leaving:
        if own := os.environ.get("DOORSTEP_DATABASE_URL"):
            url = check_own_server(own)
        else:
            shared_folder = folder.parent if shared_id else folder
            url = leaving.enter_context(EmbeddedServer.start(shared_folder / "postgresql", FAST)).url("postgres")
        found = Databases(url, run)
        leaving.callback(found.leave)
        yield found


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A database of the test's own, with every table and nothing in it."""
    with databases.copy() as url:
        yield url


@pytest.fixture
def clock() -> FalseClock:
    """Stands at nine o'clock, UTC, on Monday, 2 March 2026, until it is moved."""
    return FalseClock(MONDAY)


@pytest.fixture
def store(database_url: str, clock: FalseClock) -> Iterator[Store]:
    """A store on the test's own database; its ids are the same in every run."""
    opened = Store(database_url, clock, Ids.seeded(clock, seed=1))
    yield opened
    opened.close()
