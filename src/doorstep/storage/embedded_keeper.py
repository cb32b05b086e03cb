"""Keeps one PostgreSQL server: starts it, sleeps until its last user has gone, stops it.

Run as a script, as a process of its own that outlives whoever started it; standard library only, so that it is small:

    python -I -S embedded_keeper.py FOLDER SOCKET_FOLDER UID GID POSTGRES ARGUMENT...

FOLDER is the folder of `EmbeddedServer.start`; UID and GID are empty when the server runs as the keeper's own user.
It returns at once, leaving the keeper behind it; the server then holds `server.lock` until its last process has ended.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
# Fast, immediate, none: only the first loses nothing and needs no recovery, so it may take its time.
WAYS_TO_STOP = ((signal.SIGINT, 120), (signal.SIGQUIT, 15), (signal.SIGKILL, None))


def start_postgres(
    command: list[str], uid: int | None, gid: int | None, fds: tuple[int, ...]
) -> subprocess.Popen[bytes]:
    """Start the server so that it is stopped, and not orphaned, should the keeper be killed."""
    keeper = os.getpid()
    prctl = ctypes.CDLL(None).prctl

    def stop_with_keeper() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != keeper:  # killed before the line above
            os._exit(1)

    return subprocess.Popen(
        command,
        pass_fds=fds,
        user=uid,
        group=gid,
        extra_groups=None if uid is None else [],
        cwd="/",
        preexec_fn=stop_with_keeper,  # noqa: PLW1509  (the keeper has one thread at this point)
    )


def stop(postgres: subprocess.Popen[bytes]) -> None:
    for way, patience_s in WAYS_TO_STOP:
        postgres.send_signal(way)
        with suppress(subprocess.TimeoutExpired):
            postgres.wait(patience_s)
            return


def main(folder: Path, socket_folder: Path, uid: int | None, gid: int | None, command: list[str]) -> None:
    users = os.open(folder / "users.lock", os.O_RDWR)
    server = os.open(folder / "server.lock", os.O_RDWR)
    fcntl.flock(server, fcntl.LOCK_EX | fcntl.LOCK_NB)
    cluster = os.open(folder / "cluster", os.O_PATH | os.O_DIRECTORY)
    if os.fork():
        os._exit(0)

    postgres = start_postgres([*command, "-D", f"/proc/self/fd/{cluster}"], uid, gid, (server, cluster))
    os.close(server)  # from here on only the server's own processes hold that lock
    alone = threading.Event()

    def stop_when_alone() -> None:
        fcntl.flock(users, fcntl.LOCK_EX)  # sleeps until every user has let go, be it by leaving or by dying
        alone.set()
        stop(postgres)

    threading.Thread(target=stop_when_alone, daemon=True).start()
    postgres.wait()
    if alone.is_set():  # otherwise a new server may already be using it
        with suppress(OSError):
            socket_folder.rmdir()


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        Path(sys.argv[2]),
        int(sys.argv[3]) if sys.argv[3] else None,
        int(sys.argv[4]) if sys.argv[4] else None,
        sys.argv[5:],
    )
