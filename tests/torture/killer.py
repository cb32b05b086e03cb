"""Who is killed, with signal 9, and how whoever died is started again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from doorstep.storage.embedded import EmbeddedServer
from tests.torture import carrier, driver, worker
from tests.torture.clock import SharedClock
from tests.torture.office import Spec

DATABASE = "doorstep"
WORKERS = 2
KINDS = ("power", "postmaster", "backend", "machine", "driver", "worker")
# What every process imports: done once, so that a successor is there in no time.
_PRELOAD = ["tests.torture.driver", "tests.torture.worker", "tests.torture.carrier"]


class Victim:
    """A process that was started here, and a hold on it: another that gets its number later is never hit."""

    def __init__(self, process: ForkServerProcess) -> None:
        process.start()
        assert process.pid is not None
        self._process = process
        self._hold = os.pidfd_open(process.pid)

    def kill(self) -> None:
        """End it with signal 9, and wait until it has ended."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._hold, signal.SIGKILL)
        self._process.join()
        os.close(self._hold)

    @property
    def lives(self) -> bool:
        return self._process.is_alive()


class Plant:
    """The database, the carrier, the office and its workers, as processes; all but the carrier can be killed here."""

    def __init__(self, home: Path, seed: int, mutant: str, shop: str, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._home = home
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_PRELOAD)
        self.clock = SharedClock.make(home / "clock")
        self._office_socket, self._carrier_socket = _listening(), _listening()
        self.server = EmbeddedServer.start(home / "postgresql", settings)
        self.server.ensure_database(DATABASE)
        self.spec = Spec(
            url=self.server.url(DATABASE),
            clock=home / "clock",
            carrier_port=self._carrier_socket.getsockname()[1],
            troubles=home / "troubles.txt",
            seed=seed,
            mutant=mutant,
            shop=shop,
        )
        self._victims: dict[str, Victim] = {}
        self._carrier = self._start(carrier.main, replace(self.spec, mutant=""), self._carrier_socket)

    @property
    def port(self) -> int:
        """Where the office listens, whoever is the office now."""
        port: int = self._office_socket.getsockname()[1]
        return port

    def revive(self) -> None:
        """Start whoever is dead. The database answers when this returns."""
        old, self.server = self.server, EmbeddedServer.start(self._home / "postgresql", self._settings)
        old.stop()
        if not self._lives("driver"):
            self._victims["driver"] = self._start(driver.main, self.spec, self._office_socket)
        for name in _worker_names():
            if not self._lives(name):
                self._victims[name] = self._start(worker.main, self.spec)

    def kill(self, kind: str, pick: Callable[[Sequence[int]], int]) -> None:
        """Kill what `kind` says; `pick` chooses one of many."""
        if kind == "worker":
            names = _worker_names()
            self._end(names[pick(range(len(names)))])
        elif kind == "driver":
            self._end("driver")
        elif kind == "postmaster":
            _kill([self.server.pid])
        elif kind == "backend":
            _kill([pick(backends)] if (backends := _children(self.server.pid)) else [self.server.pid])
        else:
            # The power goes: the database with all its processes, and with the whole machine everybody else as well.
            _kill([self.server.pid, *_children(self.server.pid)])
            if kind == "machine":
                for name in list(self._victims):
                    self._end(name)

    def close(self) -> None:
        """End everything that was started here."""
        for victim in (*self._victims.values(), self._carrier):
            victim.kill()
        self.server.stop()
        self._office_socket.close()
        self._carrier_socket.close()

    def _start(self, main: Callable[..., None], *given: object) -> Victim:
        return Victim(self._context.Process(target=main, args=given, daemon=True))

    def _lives(self, name: str) -> bool:
        return name in self._victims and self._victims[name].lives

    def _end(self, name: str) -> None:
        if name in self._victims:
            self._victims.pop(name).kill()


def _worker_names() -> list[str]:
    return [f"worker-{number}" for number in range(WORKERS)]


def _listening() -> socket.socket:
    """A socket on loopback that listens from now on: whoever connects waits until somebody accepts."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    listener.set_inheritable(False)
    return listener


def _children(parent: int) -> list[int]:
    """The processes whose parent it is."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        with suppress(OSError):
            # The name stands in brackets and may hold anything.
            fields = Path("/proc", name, "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(name))
    return sorted(found)


def _kill(pids: Sequence[int]) -> None:
    """Signal 9 to all of them at once, as near as can be."""
    holds = []
    for pid in pids:
        with suppress(ProcessLookupError):
            holds.append(os.pidfd_open(pid))
    for hold in holds:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(hold, signal.SIGKILL)
        os.close(hold)
