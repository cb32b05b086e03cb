"""The five tests every carrier's dialect stands behind. A carrier fills in its own payloads and inherits the rest.

Each is made of all six things that a carrier is asked: rate, label, void, manifest, pickup, track.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import httpx
import pytest

from doorstep.carriers.port import (
    AtCarrier,
    CarrierSaysNo,
    Enquiries,
    LabelAsk,
    ManifestAsk,
    Parked,
    PickupAsk,
    RateAsk,
    Reply,
    Request,
    ScanRead,
)
from doorstep.links.sender import End, Sender
from doorstep.terms.ids import sscc
from doorstep.terms.measures import Sides, grams
from doorstep.terms.places import Address

SHOP = Address("Corner Shop", ("1 Elm Street",), "Chicago", "60601", "US")
BUYER = Address("Zoë Ångström", ("5 Oak Avenue", "Flat 2/3"), "Denver", "80202", "US")
NOON, SIX = datetime(2026, 3, 2, 18, tzinfo=UTC), datetime(2026, 3, 3, 0, tzinfo=UTC)


def mm(length: int, width: int, height: int) -> Sides:
    return Sides(length, width, height, 1, "mm")


def ask(reference: str = "lab/1 &2", weight_g: int = 1_200) -> LabelAsk:
    return LabelAsk(
        reference=reference,
        service_id="local-ground",
        sscc=sscc("4012345", 1),
        weight=grams(weight_g),
        sides=mm(300, 200, 100),
        ship_from=SHOP,
        ship_to=BUYER,
    )


def rate_ask(reference: str = "rate/1") -> RateAsk:
    return RateAsk(reference, grams(1_200), mm(300, 200, 100), SHOP, BUYER)


def manifest_ask(*labels: AtCarrier, reference: str = "man/1") -> ManifestAsk:
    return ManifestAsk(reference, labels)


def pickup_ask(*labels: AtCarrier, reference: str = "pick/1") -> PickupAsk:
    return PickupAsk(reference, SHOP, NOON, SIX, labels, "Ring twice")


@dataclass(frozen=True)
class Asked:
    """One thing that a carrier is asked: what is sent, how answers are read, and some of them with what they mean.

    `body` is what the request's body must be, to the byte; None where the test says it elsewhere.
    """

    build: Callable[[], Request]
    read: Callable[[Reply], Any]
    line: tuple[str, str]
    body: bytes | None
    made: Sequence[tuple[Reply, Any]]
    refused: Sequence[tuple[Reply, CarrierSaysNo]]
    unknown: Sequence[Reply]


SIX_THINGS = ("rate", "label", "void", "manifest", "pickup", "track")


class CarrierContract:
    """Set the class variables; the tests come along. A scan expected with no message id may have any."""

    dialect: ClassVar[Enquiries]
    asked: ClassVar[Mapping[str, Asked]]
    scan: ClassVar[tuple[bytes, ScanRead]]
    unknown_scan: ClassVar[bytes]
    offers: ClassVar[Sequence[str]] = SIX_THINGS

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        if "what" in metafunc.fixturenames:
            metafunc.parametrize("what", cls.offers)

    def test_it_is_asked_for_in_the_carriers_words(self, what: str) -> None:
        wanted = self.asked[what]
        request = wanted.build()
        assert (request.method, request.path) == wanted.line
        if wanted.body is not None:
            assert request.body == wanted.body
        assert "authorization" not in {name.lower() for name in request.headers}

    def test_the_request_reaches_the_carriers_address_with_its_key(self, what: str) -> None:
        wanted, arrived = self.asked[what], []

        def wire(request: httpx.Request) -> httpx.Response:
            arrived.append(request)
            return httpx.Response(wanted.made[0][0].status, content=wanted.made[0][0].body)

        end = End("any", "https://carrier.test/api/", headers={"Authorization": "Bearer k"})
        sender = Sender({"any": end}, transport=httpx.MockTransport(wire))
        reply = sender.send("any", wanted.build(), datetime(2026, 3, 2, tzinfo=UTC))
        assert reply == wanted.made[0][0]
        method, path = wanted.line
        assert (arrived[0].method, str(arrived[0].url)) == (method, f"https://carrier.test/api{path}")
        assert arrived[0].headers["authorization"] == "Bearer k"
        assert arrived[0].content == wanted.build().body

    def test_the_answer_is_read(self, what: str) -> None:
        for reply, means in self.asked[what].made:
            assert self.asked[what].read(reply) == means

    def test_the_scan_is_read(self) -> None:
        raw, scan = self.scan
        read = self.dialect.read_scan(raw)
        assert isinstance(read, ScanRead)
        assert read == (scan if scan.message_id else replace(scan, message_id=read.message_id))

    def test_a_no_keeps_the_carriers_code_and_says_whether_to_try_again(self, what: str) -> None:
        for reply, no in self.asked[what].refused:
            assert self.asked[what].read(reply) == no

    def test_what_is_not_known_is_parked_and_never_guessed(self, what: str) -> None:
        for reply in self.asked[what].unknown:
            parked = self.asked[what].read(reply)
            assert isinstance(parked, Parked), reply
            assert parked.raw == reply.body
            assert parked.reason

    def test_an_unknown_scan_is_parked(self) -> None:
        assert isinstance(self.dialect.read_scan(self.unknown_scan), Parked)
