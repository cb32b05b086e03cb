"""Creating, migrating and rebuilding the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from itertools import compress
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, text

from doorstep.events.registry import UnknownEventError
from doorstep.storage import journal
from doorstep.storage.changes import Changes, GuardLostError, run
from doorstep.storage.database_errors import DatabaseUnfit
from doorstep.storage.folds import fold
from doorstep.storage.store import SCHEMA, Store
from doorstep.storage.tables import VIEWS

_SHADOW = "doorstep_rebuilt"
_AT_ONCE = 10  # tables compared by one statement


@contextmanager
def rebuilt(raw: psycopg.Connection[Any]) -> Iterator[set[str]]:
    """Inside the block the schema `doorstep_rebuilt` holds the views, folded anew from the journal as `raw` sees it.

    What is not sealed yet comes after what is. The names of the tables that the journal says anything for are given;
    the others are empty, or not there. All of it is gone when the block ends, but for what `keep_shadows` made.
    """
    with raw.transaction(force_rollback=True):
        raw.execute(f"CREATE SCHEMA IF NOT EXISTS {_SHADOW}; SET LOCAL search_path = {_SHADOW}, {SCHEMA}".encode())
        made: set[str] = set()
        for batch in journal.all_entries(raw):
            changes = Changes()
            for row in batch:
                fold(journal.read(row).entry, changes)
            _create_shadows(raw, [table for table in changes.tables() if table.name not in made])
            made |= {table.name for table in changes.tables()}
            run(raw, changes.statements())
        yield made


def keep_shadows(raw: psycopg.Connection[Any]) -> None:
    """Make the empty tables of rebuilds once and for all, where the schema never changes and rebuilds are many."""
    raw.execute(f"CREATE SCHEMA {_SHADOW}".encode())
    _create_shadows(raw, VIEWS.sorted_tables)


def _create_shadows(raw: psycopg.Connection[Any], tables: Sequence[Table]) -> None:
    """The views' tables without CHECKs: a batch may end in the middle of a transaction, where they do not hold."""
    statements = []
    for table in tables:
        key = ", ".join(column.name for column in table.primary_key)
        like = f"LIKE {SCHEMA}.{table.name} INCLUDING DEFAULTS INCLUDING GENERATED, PRIMARY KEY ({key})"
        statements.append(f"CREATE TABLE IF NOT EXISTS {_SHADOW}.{table.name} ({like})")
    raw.execute("; ".join(statements).encode())


def differences(store: Store, at_most: int = 20) -> list[str]:
    """Where the live views and a rebuild of them differ: table, side and row. Empty is as it must be."""
    with store.connection() as raw:
        # One look at journal and views, so that whoever writes meanwhile makes no difference.
        raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return differences_in(raw, at_most)


def differences_in(raw: psycopg.Connection[Any], at_most: int) -> list[str]:
    """The same as a REPEATABLE READ transaction sees it."""
    found: list[str] = []
    try:
        with rebuilt(raw) as made:
            for table in _differing(raw, made):
                for side, query in _sides(table.name, table.name in made):
                    rows = raw.execute(f"{query} LIMIT {at_most}".encode())
                    found += [f"{table.name}, only {side}: {row}" for row in rows]
    except (GuardLostError, UnknownEventError, ValueError) as wrong:
        found.append(f"The journal cannot be folded: {wrong}")
    return found[:at_most]


def _differing(raw: psycopg.Connection[Any], made: Set[str]) -> Iterator[Table]:
    """Those with differences. Asked of several at once, for mostly there are none: a hundred statements take longer
    than what they ask. But what one statement sorts, it keeps until its end."""
    tables = list(VIEWS.sorted_tables)
    for some in (tables[at : at + _AT_ONCE] for at in range(0, len(tables), _AT_ONCE)):
        differ = ", ".join(_differs(table.name, table.name in made) for table in some)
        (flags,) = raw.execute(f"SELECT ARRAY[{differ}]".encode()).fetchall()[0]
        yield from compress(some, flags)


def _differs(name: str, rebuilt: bool) -> str:
    """Whether there is anything on either `_sides`: of as many rows here as there, one side tells of both."""
    (_, only_live), *_ = _sides(name, rebuilt)
    if not rebuilt:
        return f"EXISTS ({only_live})"
    many, rebuilt_many = (f"(SELECT count(*) FROM {schema}.{name})" for schema in (SCHEMA, _SHADOW))
    return f"{many} <> {rebuilt_many} OR EXISTS ({only_live})"


def _sides(name: str, rebuilt: bool) -> list[tuple[str, str]]:
    live, new = f"SELECT * FROM {SCHEMA}.{name}", f"SELECT * FROM {_SHADOW}.{name}"
    if not rebuilt:
        return [("live", live)]
    return [("live", f"{live} EXCEPT ALL {new}"), ("rebuilt", f"{new} EXCEPT ALL {live}")]


def create(engine: Engine) -> None:
    """Create the schema and every table in an empty database."""
    ensure(engine)


def ensure(engine: Engine) -> None:
    """Bring the database up to this program's version of the schema. Safe when several processes do it at once.

    DatabaseUnfit where the database is newer than the program.
    """
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(7310002)"))
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        connection.execute(text(f"SET LOCAL search_path = {SCHEMA}"))
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    versions = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    newest = versions.get_current_head()
    there = _version_in(connection)
    if there == newest:
        return
    if there is not None and there not in {script.revision for script in versions.walk_revisions()}:
        raise DatabaseUnfit(
            f"This database has schema version {there}, which this program does not know: use the newer program."
        )
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _version_in(connection: Connection) -> str | None:
    table = connection.execute(text("SELECT to_regclass(:name)"), {"name": f"{SCHEMA}.schema_version"}).scalar()
    if table is None:
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM schema_version")).scalar()
    return found
