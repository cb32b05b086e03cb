"""What the tests of the embedded server share: other processes that use one, and looks at who runs."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

# Another process that attaches, says which server it got, and leaves when told to (or is killed).
USER = """
import sys
from pathlib import Path
from doorstep.storage.embedded import EmbeddedServer
with EmbeddedServer.start(Path(sys.argv[1]), {"fsync": "off"}) as server:
    print(server.pid, server.dsn("postgres"), sep="\\n", flush=True)
    sys.stdin.readline()
"""


class OtherUser:
    """A process of its own that is attached to the server of a folder."""

    def __init__(self, data_dir: Path, python: str = sys.executable, account: pwd.struct_passwd | None = None) -> None:
        self.process = subprocess.Popen(
            [python, "-c", USER, str(data_dir)],
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LC_ALL": "C.UTF-8"},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def server(self) -> tuple[int, str]:
        assert self.process.stdout
        pid, dsn = self.process.stdout.readline(), self.process.stdout.readline()
        return int(pid), dsn.strip()

    def leave(self) -> int:
        self.process.communicate("\n", timeout=30)
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


def kill_all(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def processes_of(folder: Path) -> list[int]:
    """All that hold the lock of the server's own processes, and their keepers."""
    found = []
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            opened = {os.path.realpath(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()}
        except OSError:
            continue
        keeper = any(word.endswith(b"embedded_keeper.py") for word in words) and os.fsencode(folder) in words
        if keeper or (pid != os.getpid() and os.path.realpath(folder / "server.lock") in opened):
            found.append(pid)
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def soon(happens: Callable[[], bool], within_s: float = 15) -> bool:
    until = time.monotonic() + within_s
    while not happens():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def ask(dsn: str, query: str) -> str:
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row
    return str(row[0])


def ordinary_python(account: pwd.struct_passwd) -> str:
    """A Python that this account may run and that finds our packages; under /root there is none."""
    path = os.pathsep.join(filter(None, sys.path))
    for python in filter(None, (sys.executable, shutil.which("python3", path=os.defpath))):
        try:
            works = subprocess.run(
                [python, "-c", "import doorstep.storage.embedded"],
                env={"PYTHONPATH": path},
                user=account.pw_uid,
                group=account.pw_gid,
                extra_groups=[],
                cwd="/",
                capture_output=True,
                check=False,
            )
        except OSError:
            continue
        if works.returncode == 0:
            return python
    pytest.skip(f"{account.pw_name} can run no Python that finds this checkout's packages")
