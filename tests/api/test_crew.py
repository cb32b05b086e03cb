"""Several processes answer at one address; they begin and end with the first of them, however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import httpx
import psutil
import pytest

from tests.house.source import ROOT

pytestmark = pytest.mark.slow  # each starts three interpreters


@contextmanager
def served(database_url: str) -> Iterator[tuple[psutil.Process, str]]:
    """A server of three processes, and its address."""
    environ = {**os.environ, "DOORSTEP_DATABASE_URL": database_url, "PYTHONPATH": str(ROOT / "src")}
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "doorstep", "serve", "--port", port, "--no-work", "--processes", "3"]
    server = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
    first = psutil.Process(server.pid)
    known: list[psutil.Process] = []
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[3].rstrip(";")
        until(lambda: len(first.children()) == 2)
        known = first.children()
        yield first, address
    finally:
        for one in (first, *known):
            if one.is_running():
                one.kill()
        server.communicate()


def until(it_is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not it_is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def gone(processes: list[psutil.Process]) -> bool:
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


def test_one_that_is_killed_is_started_anew_and_callers_are_answered_meanwhile(database_url: str) -> None:
    with served(database_url) as (first, address):
        victim = first.children()[0]
        victim.kill()
        assert httpx.get(f"{address}/readyz", timeout=20).json()["ready"]
        until(lambda: len(first.children()) == 2 and victim not in first.children())
        assert httpx.get(f"{address}/readyz", timeout=20).json()["ready"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_others_end_with_the_first(database_url: str, how: signal.Signals) -> None:
    with served(database_url) as (first, _):
        others = first.children()
        first.send_signal(how)
        until(lambda: gone(others))
