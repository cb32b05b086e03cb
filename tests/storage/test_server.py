"""Which database is used: your own when it is fit, refused with what to do when not; otherwise the embedded one."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from doorstep.storage.database_errors import DatabaseUnavailable, DatabaseUnfit
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.server import check_own_server, doorstep_home, open_server

OLD_POSTGRESQL = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with EmbeddedServer.start(tmp_path_factory.mktemp("own") / "data", {"fsync": "off"}) as running:
        yield running


def run_sql(server: EmbeddedServer, database: str, *statements: str) -> None:
    with psycopg.connect(server.dsn(database), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def refused(url: str, password: str = "") -> str:
    """The message of the refusal, which nowhere shows the password, not even in what it was raised from."""
    with pytest.raises((DatabaseUnavailable, DatabaseUnfit)) as caught:
        check_own_server(url)
    told = str(caught.getrepr(style="short", chain=True))
    assert not password or password not in told.partition("check_own_server(url)")[2]
    return f"{caught.type.__name__}: {caught.value}"


def wait_until_it_answers(dsn: str) -> None:
    """The socket is there before the server takes anybody in."""
    until = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(dsn).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def old_server(folder: Path) -> Iterator[str]:
    """A PostgreSQL 15, run by an ordinary account as it would refuse root."""
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    become = account.pw_uid if account else None
    initdb: list[str | Path] = [
        OLD_POSTGRESQL / "initdb",
        "-D",
        folder / "data",
        "-U",
        "old",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(initdb, user=become, cwd=folder, env={"LC_ALL": "C"}, check=True, capture_output=True)
    serve: list[str | Path] = [
        OLD_POSTGRESQL / "postgres",
        "-D",
        folder / "data",
        "-k",
        folder,
        "-c",
        "listen_addresses=",
    ]
    with subprocess.Popen(serve, user=become, cwd=folder, env={"LC_ALL": "C"}, stderr=subprocess.DEVNULL) as postgres:
        try:
            wait_until_it_answers(f"host={folder} user=old dbname=postgres")
            yield f"postgresql://old@/postgres?host={folder}"
        finally:
            postgres.terminate()


def test_without_a_setting_the_embedded_database_is_made_in_the_home_and_stopped_on_leaving(tmp_path: Path) -> None:
    with open_server({"DOORSTEP_HOME": str(tmp_path / "home")}) as url:
        with create_engine(url).connect() as connection:
            assert connection.execute(text("SELECT current_database()")).scalar_one() == "doorstep"
        connection.engine.dispose()
        pid = int((tmp_path / "home/postgresql/cluster/postmaster.pid").read_text().splitlines()[0])
    assert not Path(f"/proc/{pid}/cwd").exists()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_your_own_server_is_used_under_each_of_its_schemes(server: EmbeddedServer, scheme: str) -> None:
    given = server.url("postgres").replace("postgresql+psycopg", scheme)
    with open_server({"DOORSTEP_DATABASE_URL": given}) as url:
        assert make_url(url) == make_url(server.url("postgres"))


def test_the_home_follows_the_settings_and_then_the_xdg_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/mia")
    assert doorstep_home({"DOORSTEP_HOME": "/srv/shop", "XDG_DATA_HOME": "/data"}) == Path("/srv/shop")
    assert doorstep_home({"XDG_DATA_HOME": "/data"}) == Path("/data/doorstep")
    assert doorstep_home({"XDG_DATA_HOME": "relative/is/ignored"}) == Path("/home/mia/.local/share/doorstep")
    assert doorstep_home({}) == Path("/home/mia/.local/share/doorstep")


def test_a_database_that_is_down_is_one_sentence_and_how_to_mend_it_without_the_password() -> None:
    told = refused("postgresql://mia:s3cret%2Fpass@127.0.0.1:1/shop", password="s3cret")
    assert told.startswith("DatabaseUnavailable: The database at 127.0.0.1, database shop does not answer: ")
    assert "Connection refused" in told
    assert "Start it or correct DOORSTEP_DATABASE_URL" in told
    assert "\n" not in told


def test_a_database_that_does_not_exist_is_told_by_name(server: EmbeddedServer) -> None:
    assert 'database "nowhere" does not exist' in refused(server.url("nowhere"))


@pytest.mark.parametrize(
    "url",
    [
        "mysql://mia:s3cret@db/shop",
        "postgresql+asyncpg://mia:s3cret@db/shop",
        "s3cret",
        "postgresql://mia:s3cret@db:port/",
    ],
)
def test_what_is_no_postgresql_url_is_refused_without_repeating_it(url: str) -> None:
    told = refused(url, password="s3cret")
    assert told.startswith("DatabaseUnfit: DOORSTEP_DATABASE_URL ")
    assert "postgresql://user:password@host:5432/database" in told


def test_an_unknown_option_in_the_url_is_named(server: EmbeddedServer) -> None:
    assert "no_such_option" in refused(server.url("postgres") + "&no_such_option=1")


def test_a_database_that_is_not_utf8_is_refused(server: EmbeddedServer) -> None:
    how = "ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    run_sql(server, "postgres", f"CREATE DATABASE ascii {how}")
    told = refused(server.url("ascii"))
    assert told.startswith("DatabaseUnfit:")
    assert "encoded in SQL_ASCII" in told
    assert "ENCODING 'UTF8'" in told


def test_a_role_without_rights_is_told_what_to_grant(server: EmbeddedServer) -> None:
    run_sql(server, "postgres", "CREATE DATABASE rights", "CREATE ROLE clerk")
    told = refused(f"{server.url('rights')}&options=-crole%3Dclerk")
    assert told.startswith("DatabaseUnfit: The role clerk may not make schemas and tables")
    run_sql(server, "rights", *told.partition("run: ")[2].rstrip(".").split("; "))
    assert check_own_server(f"{server.url('rights')}&options=-crole%3Dclerk")


def test_a_read_only_database_is_refused(server: EmbeddedServer) -> None:
    told = refused(f"{server.url('postgres')}&options=-cdefault_transaction_read_only%3Don")
    assert "read-only" in told


@pytest.mark.skipif(not OLD_POSTGRESQL.is_dir(), reason=f"needs an old server, and {OLD_POSTGRESQL} is not there")
def test_a_server_older_than_16_is_refused() -> None:
    folder = Path(tempfile.mkdtemp(prefix="doorstep-test-old-", dir="/tmp"))
    try:
        with old_server(folder) as url:
            told = refused(url)
    finally:
        shutil.rmtree(folder)
    assert "is PostgreSQL 15" in told
    assert "needs 16 or newer" in told
