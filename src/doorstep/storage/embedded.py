"""A real PostgreSQL out of the box, shared by all processes of one user that name the same folder.

Who holds what (docs/decisions/003-embedded-postgresql.md says why): every attached process holds `users.lock` together
with the others; a keeper process (`embedded_keeper.py`) waits to have it alone, and then stops the server; the server's
own processes hold `server.lock`, so whether anything of it still runs is never guessed from a number in a file.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping
from sqlalchemy import URL

from doorstep.storage import embedded_folder
from doorstep.storage.database_errors import DatabaseUnavailable
from doorstep.storage.embedded_binaries import account_for, binaries_for, clean_environment
from doorstep.storage.embedded_folder import PORT, Folder
from doorstep.storage.file_locks import alone_with, lock_file, try_lock

START_LIMIT_S = 600  # recovery after a crash may take minutes; a server that ends is noticed at once
SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",  # what is read lies in memory or on a disk that does not turn
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",  # two lines every five minutes, for ever
    "cluster_name": "doorstep",
}


@dataclass(frozen=True)
class _Postmaster:
    pid: int
    socket_folder: str
    ready: bool


class EmbeddedServer:
    """One process's hold on the server of a folder; `start` makes it, `stop` or the end of the process lets go.

    The server runs as long as any process holds it. Use it as a context manager, or call `stop`.
    """

    def __init__(self, folder: Folder, postmaster: _Postmaster, users_lock: ExitStack) -> None:
        self._folder = folder
        self._postmaster = postmaster
        self._users_lock = users_lock
        self._user = embedded_folder.own_name()

    @classmethod
    def start(cls, data_dir: Path, settings: Mapping[str, str] | None = None) -> Self:
        """Attach to the server of `data_dir`, starting it (and making the folder and the cluster) where needed.

        Safe to call from many processes at once. `settings` are PostgreSQL's own and count only for whoever really
        starts the server; tests may pass {"fsync": "off"}. Raises DatabaseUnavailable or DatabaseUnfit.
        """
        if sys.platform != "linux":
            raise DatabaseUnavailable(
                "The embedded database runs on Linux. Set DOORSTEP_DATABASE_URL to a server of yours."
            )
        for overruling in ("PGHOSTADDR", "PGSERVICE"):  # libpq would let them lead elsewhere than our URL says
            os.environ.pop(overruling, None)
        folder = embedded_folder.claim(data_dir)
        with ExitStack() as held, alone_with(folder.starting_lock):
            users = os.open(folder.users_lock, os.O_RDWR)
            held.callback(os.close, users)
            fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping the server
            postmaster = _bring_up(folder, settings or {})
            return cls(folder, postmaster, held.pop_all())

    @property
    def pid(self) -> int:
        """The postmaster's process id, as it was when we attached."""
        return self._postmaster.pid

    @property
    def log(self) -> Path:
        return self._folder.log

    def url(self, database: str) -> str:
        """A SQLAlchemy URL of that database, which need not exist yet (`ensure_database` makes it)."""
        socket = {"host": self._postmaster.socket_folder, "port": str(PORT)}
        return URL.create("postgresql+psycopg", username=self._user, database=database, query=socket).render_as_string(
            hide_password=False
        )

    def dsn(self, database: str) -> str:
        """The same for libpq, psycopg and psql."""
        return make_conninfo(host=self._postmaster.socket_folder, port=PORT, user=self._user, dbname=database)

    def ensure_database(self, name: str) -> None:
        """Make the database if there is none of that name; two processes may do so at once."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):  # another was first
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Let go; whoever lets go last returns when the server has ended. Doing it twice is harmless."""
        with alone_with(self._folder.starting_lock):
            self._users_lock.close()
            with lock_file(self._folder.users_lock) as users, lock_file(self._folder.server_lock) as server:
                # Nobody left, or the keeper has found that out already and lets nobody in.
                if try_lock(users) or not try_lock(users, fcntl.LOCK_SH):
                    fcntl.flock(users, fcntl.LOCK_UN)
                    fcntl.flock(server, fcntl.LOCK_EX)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _bring_up(folder: Folder, settings: Mapping[str, str]) -> _Postmaster:
    """Return when the server answers. Called alone (starting.lock), with the keeper held off (users.lock)."""
    log_began_at: int | None = None
    give_up_at = time.monotonic() + START_LIMIT_S
    with lock_file(folder.server_lock) as server_lock:
        while time.monotonic() < give_up_at:
            if try_lock(server_lock):
                if log_began_at is not None:
                    raise embedded_folder.did_not_start(folder, log_began_at)
                log_began_at = _launch(folder, settings, server_lock)
            elif (postmaster := _running_postmaster(folder)) is not None:
                if postmaster.ready and _answers(postmaster):
                    return postmaster
            elif log_began_at is None:
                _kill_orphans(folder)
            time.sleep(0.01)
    raise DatabaseUnavailable(f"The database in {folder.path} is not ready after {START_LIMIT_S} s. See {folder.log}.")


def _launch(folder: Folder, settings: Mapping[str, str], server_lock: int) -> int:
    """Start a keeper and its server, and hand the lock over to it. Returns where the log of this start begins."""
    account = account_for(folder.cluster)
    binaries = binaries_for(account)
    wanted = {**SETTINGS, **settings}
    try:
        if not folder.cluster.exists():
            embedded_folder.make_cluster(folder, binaries, account, server_lock, durable=wanted["fsync"] == "on")
        embedded_folder.check_cluster(folder, binaries)
        socket_folder = embedded_folder.make_socket_folder(folder, account)
        # Left by a server that was killed. We hold its lock, so none of its processes lives; PostgreSQL itself would
        # be misled by any other process that has got the number since.
        (folder.cluster / "postmaster.pid").unlink(missing_ok=True)
        embedded_folder.turn_log(folder)
        with folder.log.open("ab") as log:
            log_began_at = log.seek(0, os.SEEK_END)
            fcntl.flock(server_lock, fcntl.LOCK_UN)
            wanted |= {"listen_addresses": "", "port": str(PORT), "unix_socket_directories": f'"{socket_folder}"'}
            runs_as = [str(account.uid), str(account.gid)] if account else ["", ""]
            keeper: list[str | Path] = [sys.executable, "-I", "-S", Path(__file__).with_name("embedded_keeper.py")]
            server = [str(binaries.bin / "postgres"), *(f"--{name}={value}" for name, value in wanted.items())]
            subprocess.run(
                [*keeper, folder.path, socket_folder, *runs_as, *server],
                cwd="/",
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # out of reach of Ctrl-C and of a closing terminal
                check=False,  # a keeper that fails lets go of the lock, and its log tells why
            )
    except OSError as error:
        raise DatabaseUnavailable(f"The database in {folder.path} cannot be started: {error}.") from error
    return log_began_at


def _running_postmaster(folder: Folder) -> _Postmaster | None:
    """What postmaster.pid says, if that process is truly this server's (the number may have gone to another)."""
    try:
        lines = (folder.cluster / "postmaster.pid").read_text().splitlines()
        pid, socket_folder, status = int(lines[0]), lines[4], lines[7]
    except (FileNotFoundError, IndexError, ValueError):  # not there, or being written
        return None
    return _Postmaster(pid, socket_folder, status.strip() == "ready") if _is_ours(folder, pid) else None


def _answers(postmaster: _Postmaster) -> bool:
    """Whether it takes connections; one that has just been killed still looks ready for a moment."""
    asked = make_conninfo(host=postmaster.socket_folder, port=PORT, dbname="postgres", connect_timeout=5)
    return PGconn.ping(asked.encode()) == Ping.OK


def _is_ours(folder: Folder, pid: int) -> bool:
    try:
        program = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
        opened = os.listdir(f"/proc/{pid}/fd")
    except OSError:  # gone, or somebody else's
        return False
    return program.startswith(("postgres", "initdb")) and any(
        _is_same(f"/proc/{pid}/fd/{number}", folder.server_lock) for number in opened
    )


def _is_same(one: str, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:  # closed meanwhile
        return False


def _kill_orphans(folder: Folder) -> None:
    """End what a killed postmaster has left behind: a backend notices its death only when it next waits.

    Nothing is lost: what they had not committed is rolled back anyway. A process is taken hold of before it is looked
    at, so that the one killed is the one that was looked at.
    """
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            process = os.pidfd_open(pid)
        except OSError:
            continue
        try:
            if _is_ours(folder, pid):
                signal.pidfd_send_signal(process, signal.SIGKILL)
        except ProcessLookupError:
            pass
        finally:
            os.close(process)
