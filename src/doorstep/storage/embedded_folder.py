"""The folder an embedded server lives in: whose it is, what is in it, and making the database cluster.

cluster/        what PostgreSQL calls its data directory; complete as soon as it bears this name
server.log      what the server says
socket/         where it listens, when the path is short and plain enough
starting.lock   held while somebody starts, attaches or leaves
users.lock      shared by all who are attached
server.lock     held by the server's own processes, to the last of them
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from doorstep.storage.database_errors import DatabaseUnavailable, DatabaseUnfit
from doorstep.storage.embedded_binaries import Account, Binaries, run_as

PORT = 5432  # a part of the socket's name; nothing listens on the network
LONGEST_SOCKET_PATH = 107
LARGEST_LOG = 10_000_000
WHAT_HELPS = (
    ("No space left on device", "The disk is full: free some space, then start again."),
    ("Cannot allocate memory", "There is not enough memory: free some, then start again."),
)


@dataclass(frozen=True)
class Folder:
    """The folder of one embedded server: where its cluster, its log and its locks lie."""

    path: Path

    @property
    def cluster(self) -> Path:
        return self.path / "cluster"

    @property
    def log(self) -> Path:
        return self.path / "server.log"

    @property
    def starting_lock(self) -> Path:
        return self.path / "starting.lock"

    @property
    def users_lock(self) -> Path:
        return self.path / "users.lock"

    @property
    def server_lock(self) -> Path:
        return self.path / "server.lock"


def claim(data_dir: Path) -> Folder:
    """Make the folder, or make sure it is one of ours; a folder with anything else in it is left untouched."""
    folder = Folder(data_dir.absolute())
    try:
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = folder.path.stat()
        entries = os.listdir(folder.path)
        if owner.st_uid != os.geteuid():
            raise DatabaseUnfit(
                f"{folder.path} belongs to {_name_of(owner.st_uid)}. Run as them, or choose another folder."
            )
        if entries and folder.starting_lock.name not in entries:
            raise DatabaseUnfit(
                f"{folder.path} is not empty and holds no Doorstep database. Choose an empty folder or a new one."
            )
        if owner.st_mode & 0o077:
            folder.path.chmod(0o700)
        for lock in (folder.starting_lock, folder.users_lock, folder.server_lock):
            os.close(os.open(lock, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise DatabaseUnfit(
            f"{folder.path} cannot hold a database: {error.strerror}. Choose a folder you can write to (DOORSTEP_HOME)."
        ) from error
    return folder


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user number {uid}"


def own_name() -> str:
    """Our name on this machine, and in the database: the server asks the kernel who is calling."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise DatabaseUnavailable(
            f"PostgreSQL needs its user to have a name, and user number {os.geteuid()} has none. "
            "Add one to /etc/passwd, or set DOORSTEP_DATABASE_URL to a PostgreSQL server of your own."
        ) from None


def make_cluster(folder: Folder, binaries: Binaries, account: Account | None, server_lock: int, durable: bool) -> None:
    """Make the cluster aside and give it its name when it is whole, so that a kill in the middle leaves none.

    initdb gets the directory as a descriptor: so it needs no right to any of the folders above it, and does not mind
    what they are called. It inherits the server's lock, so that nobody starts while an orphaned one still writes.
    """
    for half_made in folder.path.glob("cluster.making-*"):
        shutil.rmtree(half_made)
    making = Path(tempfile.mkdtemp(prefix="cluster.making-", dir=folder.path))
    if account:
        os.chown(making, account.uid, account.gid)
    directory = os.open(making, os.O_PATH | os.O_DIRECTORY)
    try:
        code, said = run_as(
            account,
            [
                binaries.bin / "initdb",
                *("-D", f"/proc/self/fd/{directory}", "--username", own_name()),
                *("--auth-local=peer", "--auth-host=reject", "--data-checksums", "--encoding=UTF8"),
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(() if durable else ("--no-sync",)),
            ],
            fds=(directory, server_lock),
        )
    finally:
        os.close(directory)
    if code != 0:
        shutil.rmtree(making)
        raise DatabaseUnavailable(_with_help(f"No database could be made in {folder.path}.", said))
    making.rename(folder.cluster)
    home = os.open(folder.path, os.O_RDONLY)
    os.fsync(home)
    os.close(home)


def check_cluster(folder: Folder, binaries: Binaries) -> None:
    try:
        made_by = (folder.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        raise DatabaseUnfit(
            f"{folder.cluster} is not a PostgreSQL data directory. Move it away (do not delete it), then start again."
        ) from None
    if made_by != str(binaries.major):
        raise DatabaseUnfit(
            f"{folder.cluster} was made by PostgreSQL {made_by}, and this is {binaries.major}. Dump it with the "
            "Doorstep that made it and restore it here, or run pg_upgrade, or choose another folder (DOORSTEP_HOME)."
        )


def make_socket_folder(folder: Folder, account: Account | None) -> Path:
    """A private folder to listen in. A socket's path is short and, for its clients, free of commas and the like.

    Beside the cluster if its path allows that (then neither cleaners of /tmp nor a private /tmp come between); else
    under /run or /tmp, always the same for the same cluster, so that clients find a restarted server.
    """
    beside = folder.path / "socket"
    plain = re.fullmatch(r"[\w/.+-]+", str(beside), re.ASCII)
    if account is None and plain and len(f"{beside}/.s.PGSQL.{PORT}") <= LONGEST_SOCKET_PATH:
        chosen = beside
    else:
        base = "/run" if os.access("/run", os.W_OK) else "/tmp"
        cluster = folder.cluster.stat()
        chosen = Path(base, f"doorstep-{os.geteuid()}-{cluster.st_dev:x}-{cluster.st_ino:x}")
    owner = (account.uid, account.gid) if account else (os.geteuid(), os.getegid())
    try:
        chosen.mkdir(mode=0o700)
        os.chown(chosen, *owner)
    except FileExistsError:
        found = chosen.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner[0] or found.st_mode & 0o077:
            raise DatabaseUnfit(f"{chosen} is in the way and not ours. Find out who made it, and remove it.") from None
    return chosen


def turn_log(folder: Folder) -> None:
    """Keep one older log, so that the log cannot fill the disk."""
    if folder.log.exists() and folder.log.stat().st_size > LARGEST_LOG:
        folder.log.replace(folder.log.with_suffix(".log.1"))


def did_not_start(folder: Folder, log_began_at: int) -> DatabaseUnavailable:
    with folder.log.open("rb") as log:
        log.seek(log_began_at)
        said = log.read().decode(errors="replace")
    return DatabaseUnavailable(
        _with_help(f"The database in {folder.path} did not start; its log is {folder.log}.", said)
    )


def _with_help(what: str, said: str) -> str:
    helps = [help_ for sign, help_ in WHAT_HELPS if sign in said]
    return "\n".join([" ".join([what, *helps, "It says:"]), *said.strip().splitlines()[-15:]])
