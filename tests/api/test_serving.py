from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from doorstep.api import serve as serving
from doorstep.api.serve import AddressTakenError, UnguardedError, serve
from doorstep.links.ends import BadSettingError
from doorstep.storage.database_errors import DatabaseUnavailable
from tests.house.source import ROOT

PROGRAM = "import os; from doorstep.api.serve import serve; serve(os.environ, '127.0.0.1', 0)"


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        yield other.getsockname()[1]


def never(*_: object) -> object:
    raise AssertionError("the office must not be opened")


@pytest.fixture
def no_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "open_office", never)


@pytest.mark.usefixtures("no_office")
def test_a_port_in_use_is_told_before_anything_is_opened(taken_port: int) -> None:
    with pytest.raises(AddressTakenError, match=rf"Port {taken_port} of 127.0.0.1 .* or name another port"):
        serve({}, "127.0.0.1", taken_port)


@pytest.mark.usefixtures("no_office")
def test_an_address_that_is_not_there_is_told() -> None:
    with pytest.raises(AddressTakenError, match=r"There is no address nowhere\.invalid"):
        serve({}, "nowhere.invalid", 8000)


@pytest.mark.usefixtures("no_office")
@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_other_machines_are_not_let_in_without_keys(host: str) -> None:
    with pytest.raises(UnguardedError, match="Set DOORSTEP_API_KEYS"):
        serve({}, host, 0)


@pytest.mark.usefixtures("no_office")
def test_behind_a_proxy_the_api_is_not_open_to_everybody() -> None:
    environ = {"DOORSTEP_ADDRESS": "https://orders.example.com"}
    with pytest.raises(UnguardedError, match=r"By https://orders\.example\.com other machines could call the API"):
        serve(environ, "127.0.0.1", 0, pages=lambda office: never)  # type: ignore[arg-type,return-value]


@pytest.mark.usefixtures("no_office")
def test_a_setting_that_cannot_be_read_is_told_at_the_start() -> None:
    with pytest.raises(BadSettingError, match="word 1 is not of the form name:department:key"):
        serve({"DOORSTEP_API_KEYS": "secret"}, "127.0.0.1", 0)


def test_with_keys_other_machines_may_be_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "open_office", never)
    with pytest.raises(AssertionError, match="must not be opened"):
        serve({"DOORSTEP_API_KEYS": "pat::0123456789abcdef"}, "0.0.0.0", 0)


def test_a_database_that_is_down_is_told_at_the_start() -> None:
    told: list[str] = []
    with pytest.raises(DatabaseUnavailable, match="does not answer"):
        serve({"DOORSTEP_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "127.0.0.1", 0, tell=told.append)
    assert not told


@pytest.mark.parametrize("stop", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_the_server_tells_its_address_answers_and_stops_when_asked(database_url: str, stop: signal.Signals) -> None:
    environ = {**os.environ, "DOORSTEP_DATABASE_URL": database_url, "PYTHONPATH": str(ROOT / "src")}
    server = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environ, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        said = server.stdout.readline()
        address = said.split()[3].rstrip(";")
        ready = httpx.get(f"{address}/readyz", timeout=20)
        assert ready.json()["ready"], ready.text
        assert "server" not in ready.headers
        server.send_signal(stop)
        assert server.wait(30) == 0
    finally:
        server.kill()
        server.communicate()
