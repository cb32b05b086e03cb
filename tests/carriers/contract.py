"""The five tests every carrier's dialect stands behind. A carrier fills in its own payloads and inherits the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

import httpx

from doorstep.carriers.port import CarrierSaysNo, Dialect, LabelAsk, LabelMade, Parked, Reply, ScanRead
from doorstep.links.sender import End, Sender
from doorstep.terms.ids import sscc
from doorstep.terms.parcel import Size
from doorstep.terms.places import Address

SHOP = Address("Corner Shop", ("1 Elm Street",), "Chicago", "60601", "US")
BUYER = Address("Zoë Ångström", ("5 Oak Avenue", "Flat 2/3"), "Denver", "80202", "US")


def ask(reference: str = "lab/1 &2", weight_g: int = 1_200) -> LabelAsk:
    return LabelAsk(
        reference=reference,
        service_id="local-ground",
        sscc=sscc("4012345", 1),
        weight_g=weight_g,
        size=Size(300, 200, 100),
        ship_from=SHOP,
        ship_to=BUYER,
    )


class CarrierContract:
    """Set the class variables; the tests come along."""

    dialect: ClassVar[Dialect]
    label_line: ClassVar[tuple[str, str]]  # method and path of buying a label
    label_body: ClassVar[bytes]
    made: ClassVar[tuple[Reply, LabelMade]]
    refused: ClassVar[list[tuple[Reply, CarrierSaysNo]]]
    unknown: ClassVar[list[Reply]]
    scan: ClassVar[tuple[bytes, ScanRead]]
    unknown_scan: ClassVar[bytes]

    def test_a_label_is_asked_for_in_the_carriers_words(self) -> None:
        request = self.dialect.build_label(ask())
        assert (request.method, request.path) == self.label_line
        assert request.body == self.label_body
        assert "authorization" not in {name.lower() for name in request.headers}

    def test_the_request_reaches_the_carriers_address_with_its_key(self) -> None:
        arrived: list[httpx.Request] = []

        def wire(request: httpx.Request) -> httpx.Response:
            arrived.append(request)
            return httpx.Response(self.made[0].status, content=self.made[0].body)

        end = End("any", "https://carrier.test/api/", headers={"Authorization": "Bearer k"})
        sender = Sender({"any": end}, transport=httpx.MockTransport(wire))
        reply = sender.send("any", self.dialect.build_label(ask()), datetime(2026, 3, 2, tzinfo=UTC))
        assert reply == self.made[0]
        method, path = self.label_line
        assert (arrived[0].method, str(arrived[0].url)) == (method, f"https://carrier.test/api{path}")
        assert arrived[0].headers["authorization"] == "Bearer k"
        assert arrived[0].content == self.label_body

    def test_the_label_and_the_scan_are_read(self) -> None:
        reply, label = self.made
        assert self.dialect.read_label(reply, ask().reference) == label
        raw, scan = self.scan
        assert self.dialect.read_scan(raw) == scan

    def test_a_no_keeps_the_carriers_code_and_says_whether_to_try_again(self) -> None:
        for reply, no in self.refused:
            assert self.dialect.read_label(reply, ask().reference) == no

    def test_what_is_not_known_is_parked_and_never_guessed(self) -> None:
        for reply in self.unknown:
            parked = self.dialect.read_label(reply, ask().reference)
            assert isinstance(parked, Parked), reply
            assert parked.raw == reply.body
            assert parked.reason
        assert isinstance(self.dialect.read_scan(self.unknown_scan), Parked)
