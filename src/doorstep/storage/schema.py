"""Creating, migrating and rebuilding the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, text

from doorstep.storage import journal
from doorstep.storage.changes import Changes, run
from doorstep.storage.folds import fold
from doorstep.storage.store import SCHEMA, Store
from doorstep.storage.tables import VIEWS

_SHADOW = "doorstep_rebuilt"


@contextmanager
def rebuilt(store: Store) -> Iterator[psycopg.Connection[Any]]:
    """A connection on which the schema `doorstep_rebuilt` holds every view, folded anew from the sealed journal.

    All of it is gone when the block ends. Seal first: what is not sealed is not in it.
    """
    with store.engine.connect() as connection:
        _create_shadow(connection)
        raw: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
        for batch in journal.sealed_entries(raw):
            changes = Changes()
            for row in batch:
                fold(journal.read(row).entry, changes)
            run(raw, changes.statements())
        try:
            yield raw
        finally:
            connection.rollback()


def _create_shadow(connection: Connection) -> None:
    connection.execute(text(f"CREATE SCHEMA {_SHADOW}"))
    connection.execute(text(f"SET LOCAL search_path = {_SHADOW}, {SCHEMA}"))
    # checkfirst would find the live tables through the search path and create nothing
    VIEWS.create_all(connection, checkfirst=False)


def differences(store: Store, at_most: int = 20) -> list[str]:
    """Where the live views and a rebuild of them differ: table, side and row. Empty is as it must be."""
    store.seal()
    found: list[str] = []
    with rebuilt(store) as raw:
        for table in VIEWS.sorted_tables:
            live, new = f"{SCHEMA}.{table.name}", f"{_SHADOW}.{table.name}"
            for side, one, other in (("live", live, new), ("rebuilt", new, live)):
                query = f"SELECT * FROM {one} EXCEPT ALL SELECT * FROM {other} LIMIT {at_most}"
                found += [f"{table.name}, only {side}: {row}" for row in raw.execute(query).fetchall()]
    return found[:at_most]


def create(engine: Engine) -> None:
    """Create the schema and every table in an empty database."""
    from doorstep.storage.tables import PERMANENT

    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        connection.execute(text(f"SET LOCAL search_path = {SCHEMA}"))
        PERMANENT.create_all(connection, checkfirst=False)
        VIEWS.create_all(connection, checkfirst=False)
        connection.execute(text("CREATE SEQUENCE sscc_serial"))
