"""Access tokens: asked for once, renewed before they end, and where the carrier takes one no more."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from doorstep.carriers.port import Reply, Request
from doorstep.links.ends import BadSettingError, ends_of
from doorstep.links.sender import NoReply, Sender

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADDRESS = "ups=karrio-ups+https://ups.test"
ASK = Request("GET", "/api/track/v1/details/1Z", {})


class Carrier(httpx.BaseTransport):
    """Gives a new token each time, and answers whoever shows the last."""

    def __init__(self, give: Callable[[int], httpx.Response] | None = None) -> None:
        self.given, self.shown, self._give = 0, list[str](), give

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("token"):
            self.given += 1
            self.body, self.basic = request.read().decode(), request.headers.get("authorization", "")
            told = {"access_token": f"t{self.given}", "expires_in": "3600"}
            return self._give(self.given) if self._give else httpx.Response(200, content=json.dumps(told))
        self.shown.append(request.headers["authorization"])
        good = self.shown[-1] == f"Bearer t{self.given}"
        return httpx.Response(200 if good else 401, content=b"{}")


@pytest.fixture
def extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra were installed: tokens are the sender's business alone."""
    monkeypatch.setattr("doorstep.carriers.karrio_bridge.installed", lambda: True)


def sender(carrier: Carrier, key: str = "ups=client:me:my-secret", address: str = ADDRESS) -> Sender:
    return Sender(ends_of(address, key), transport=carrier)


@pytest.mark.usefixtures("extra")
def test_a_token_is_asked_for_once_and_renewed_before_it_ends() -> None:
    carrier = Carrier()
    line = sender(carrier)
    for minutes in (0, 30, 58):
        assert isinstance(line.send("ups", ASK, NOON + timedelta(minutes=minutes)), Reply)
    assert (carrier.given, carrier.shown) == (1, ["Bearer t1"] * 3)
    assert carrier.body == "grant_type=client_credentials"
    assert carrier.basic.startswith("Basic ")
    line.send("ups", ASK, NOON + timedelta(minutes=59))
    assert carrier.shown[-1] == "Bearer t2"
    assert "my-secret" not in repr(ends_of(ADDRESS, "ups=client:me:my-secret"))


@pytest.mark.usefixtures("extra")
def test_a_token_that_is_taken_no_more_is_renewed_once() -> None:
    carrier = Carrier()
    line = sender(carrier)
    line.send("ups", ASK, NOON)
    carrier.given = 7  # another process got a newer one
    told = line.send("ups", ASK, NOON)
    assert isinstance(told, Reply)
    assert (told.status, carrier.shown) == (200, ["Bearer t1", "Bearer t1", "Bearer t8"])


@pytest.mark.usefixtures("extra")
def test_without_a_token_nothing_is_sent_and_nothing_is_told_of_the_secret() -> None:
    for give in (
        lambda _: httpx.Response(403, content=b"my-secret is wrong"),
        lambda _: httpx.Response(200, content=b"{}"),
    ):
        carrier = Carrier(give)
        told = sender(carrier).send("ups", ASK, NOON)
        assert isinstance(told, NoReply)
        assert not told.outcome_unknown
        assert "my-secret" not in told.why
        assert carrier.shown == []
    with pytest.raises(BadSettingError, match="no tokens are given"):
        ends_of("swift=https://swift.test", "swift=client:a:b")
