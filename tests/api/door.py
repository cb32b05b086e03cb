"""The API as a caller uses it: requests under keys of their own, answers checked for what holds of all of them."""

from __future__ import annotations

import hashlib
import hmac
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi.testclient import TestClient

from doorstep.api.app import make_app
from doorstep.flow.office import Office
from doorstep.terms.clock import FalseClock
from tests.corner_shop import Shop

SECRET = b"swift-and-doorstep-share-this"
HOME = "http://localhost"
ADA: dict[str, Any] = {
    "name": "Ada Byron",
    "lines": ["12 Engine Row"],
    "city": "New York",
    "postcode": "10001",
    "country": "US",
}


def order_of(*wanted: tuple[str, Any], **more: Any) -> dict[str, Any]:
    """An order as JSON holds it, to where Ada lives."""
    lines = [{"item_id": item_id, "quantity": quantity} for item_id, quantity in wanted]
    return {"customer_id": "ada", "lines": lines, "ship_to": ADA, "currency": "USD", **more}


def client_of(office: Office | None, host: str = HOME, **more: Any) -> httpx.Client:
    more.setdefault("secrets", {"swift": (SECRET,), "steady": (SECRET,)})
    return TestClient(make_app(office, **more), base_url=host, raise_server_exceptions=False)


def signed(raw: bytes, clock: FalseClock, message_id: str = "m-1", secret: bytes = SECRET) -> dict[str, str]:
    """The headers with which a carrier sends a message."""
    seconds = str(int(clock.now().timestamp()))
    shown = hmac.new(secret, f"{seconds}.{message_id}.".encode() + raw, hashlib.sha256).hexdigest()
    return {
        "X-Carrier-Message-Id": message_id,
        "X-Carrier-Timestamp": seconds,
        "X-Carrier-Signature": f"v1={shown}",
        "Content-Type": "application/json",
    }


def problem(response: httpx.Response, status: int, code: str, *words: str) -> dict[str, Any]:
    """The problem that a response tells, which must be this one and say all these words."""
    told: dict[str, Any] = response.json()
    assert (response.status_code, told.get("code")) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert told["status"] == status
    assert told["type"] == f"/problems/{code.replace('_', '-')}"
    assert told["title"]
    assert told["request_id"] == response.headers["x-request-id"]
    for word in words:
        assert word in told["detail"], told["detail"]
    return told


def _without_id(response: httpx.Response) -> Any:
    told = response.json()
    return {**told, "request_id": ""} if "request_id" in told else told


@dataclass
class Door:
    """The corner shop behind its API."""

    shop: Shop
    client: httpx.Client
    _keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.client.get(path, params=query)

    def post(
        self, path: str, body: Any = None, key: str | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """A post under `key`; '' sends none, None a new one, and then again: that has no effect and the same answer."""
        under = f"k-{next(self._keys)}" if key is None else key
        sent = {**({"Idempotency-Key": under} if under else {}), **(headers or {})}
        first = self.client.post(path, json=body, headers=sent)
        if key is None:
            facts = self.shop.journal()
            again = self.client.post(path, json=body, headers=sent)
            assert (again.status_code, _without_id(again)) == (first.status_code, _without_id(first))
            assert self.shop.journal() == facts
        return first

    def told(self, response: httpx.Response, status: int = 200) -> Any:
        assert response.status_code == status, response.text
        return response.json()

    def place(self, *wanted: tuple[str, int], **more: Any) -> str:
        """A placed order's number; each a second after the one before."""
        self.shop.later(seconds=1)
        order_id: str = self.told(self.post("/v1/orders", order_of(*wanted, **more)), 201)["order_id"]
        return order_id

    def scan(self, carrier_id: str, raw: bytes, to: str = "scans", **headers: Any) -> httpx.Response:
        return self.client.post(
            f"/v1/carriers/{carrier_id}/{to}", content=raw, headers=signed(raw, self.shop.clock, **headers)
        )
