"""Which database this process works with: the one DOORSTEP_DATABASE_URL names, else the embedded one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import class_row
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from doorstep.storage.database_errors import DatabaseUnavailable, DatabaseUnfit
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.embedded_binaries import OLDEST_MAJOR

SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
CONNECT_TIMEOUT_S = 10
DATABASE = "doorstep"

FITNESS = """
    SELECT current_setting('server_version')                                       AS version,
           current_setting('server_version_num')::int / 10000                      AS major,
           current_setting('server_encoding')                                      AS encoding,
           pg_is_in_recovery() OR current_setting('transaction_read_only')::bool   AS read_only,
           has_database_privilege(current_database(), 'CREATE')                    AS makes_schemas,
           COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false)       AS makes_tables,
           current_database()                                                      AS database,
           current_user                                                            AS role,
           current_schema()                                                        AS schema
"""


@dataclass(frozen=True)
class _Found:
    version: str
    major: int
    encoding: str
    read_only: bool
    makes_schemas: bool
    makes_tables: bool
    database: str
    role: str
    schema: str | None


@contextmanager
def open_server(environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """The SQLAlchemy URL of a database that is there and fit; the embedded server runs at least until leaving.

    The URL may hold a password: do not print it. Raises DatabaseUnavailable or DatabaseUnfit.
    """
    if own := environ.get("DOORSTEP_DATABASE_URL"):
        yield check_own_server(own)
        return
    with EmbeddedServer.start(doorstep_home(environ) / "postgresql") as server:
        server.ensure_database(DATABASE)
        yield server.url(DATABASE)


def doorstep_home(environ: Mapping[str, str] = os.environ) -> Path:
    """DOORSTEP_HOME, else the place the XDG specification gives to a user's data."""
    if named := environ.get("DOORSTEP_HOME"):
        return Path(named).expanduser()
    data = Path(environ.get("XDG_DATA_HOME", ""))
    return (data if data.is_absolute() else Path.home() / ".local" / "share") / "doorstep"


def check_own_server(given: str) -> str:
    """The given URL as SQLAlchemy wants it, after making sure that Doorstep can live in that database."""
    url = _read_url(given)
    where = f"{url.host or url.query.get('host') or 'the local socket'}, database {url.database or 'unnamed'}"
    # By psycopg itself: SQLAlchemy would trip over the encodings that are to be refused here.
    _, asked = url.get_dialect()().create_connect_args(url)
    options = {"connect_timeout": CONNECT_TIMEOUT_S, **asked, "client_encoding": "utf8"}
    try:
        with psycopg.connect(**options) as connection:
            found = connection.cursor(row_factory=class_row(_Found)).execute(FITNESS).fetchone()
    except psycopg.Error as error:
        reason = _without_password(_reason(str(error)), url)
        # Not chained: the driver's own error would show in a traceback, and may quote what it was given.
        raise DatabaseUnavailable(
            f"The database at {where} does not answer: {reason} "
            "Start it or correct DOORSTEP_DATABASE_URL; without that setting Doorstep uses a database of its own."
        ) from None
    assert found, "a SELECT without FROM has one row"
    _check_fitness(found, where)
    return url.render_as_string(hide_password=False)


def _read_url(given: str) -> URL:
    wanted = "postgresql://user:password@host:5432/database"
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise DatabaseUnfit(f"DOORSTEP_DATABASE_URL cannot be read. It looks like {wanted}.") from None
    if url.drivername not in SCHEMES:
        raise DatabaseUnfit(f"DOORSTEP_DATABASE_URL begins with {url.drivername}://. Doorstep takes {wanted}.")
    return url.set(drivername="postgresql+psycopg")


def _reason(said: str) -> str:
    """The one line of the driver's message that says what failed."""
    lines = said.strip().splitlines() or ["no reason given"]
    return next((line for line in lines if "failed:" in line), lines[0])


def _without_password(said: str, url: URL) -> str:
    secrets = [url.password, *(url.normalized_query.get("password", ()))]
    for secret in filter(None, secrets):
        said = said.replace(secret, "***")
    return said if said.endswith(".") else f"{said}."


def _check_fitness(found: _Found, where: str) -> None:
    if found.major < OLDEST_MAJOR:
        raise DatabaseUnfit(
            f"The database at {where} is PostgreSQL {found.version}; Doorstep needs {OLDEST_MAJOR} or "
            "newer. Upgrade it."
        )
    if found.encoding != "UTF8":
        raise DatabaseUnfit(
            f"The database at {where} is encoded in {found.encoding}, and names come in every script. "
            "Make one with: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0."
        )
    if found.read_only:
        raise DatabaseUnfit(f"The database at {where} is read-only. Point DOORSTEP_DATABASE_URL at the primary server.")
    if not (found.makes_schemas and found.makes_tables):
        raise DatabaseUnfit(
            f"The role {found.role} may not make schemas and tables in the database at {where}. As its owner, run: "
            f'GRANT CREATE ON DATABASE "{found.database}" TO "{found.role}"; '
            f'GRANT CREATE ON SCHEMA "{found.schema or "public"}" TO "{found.role}".'
        )
