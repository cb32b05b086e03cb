"""UPS, FedEx, USPS and DHL behind the same five tests, on the payloads that karrio's own tests were written on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, ClassVar

import pytest

from doorstep.carriers import dialects
from doorstep.carriers.karrio_dialect import Karrio
from doorstep.carriers.port import AtCarrier, CarrierSaysNo, Parked, RatesMade, Reply, ScanRead
from doorstep.terms.measures import Measure, Sides
from doorstep.terms.parcel import Milestone
from tests.carriers import karrio_payloads
from tests.carriers.contract import Asked, CarrierContract, rate_ask
from tests.carriers.karrio_payloads import payload

karrio_payloads.needed()

ASK = replace(rate_ask(), account="A1B2C3", ship_on=date(2026, 3, 2))
BUSY = (
    Reply(429, b"", retry_after_seconds=7),
    CarrierSaysNo("too_many_requests", "asks us to wait", retry=True, retry_after_seconds=7),
)
BROKEN = (Reply(502, b"<html>"), CarrierSaysNo("status_502", "broke down", retry=True, outcome_unknown=True))
NONSENSE = [Reply(200, b"<html>"), Reply(200, b"[]"), Reply(200, b"{}"), Reply(302, b"")]
RATES = {"ups": "RateResponseJSON", "fedex": "RateResponse", "usps": "RateResponse", "dhl": "RateResponse"}
TRACKS = {"ups": "TrackingResponseJSON", "fedex": "TrackingResponse", "usps": "TrackingResponse"}


def reply(content: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(content).encode())


def no(code: str, says: str, *, retry: bool = False) -> CarrierSaysNo:
    return CarrierSaysNo(code, says, retry=retry)


def dearest_first(name: str) -> dict[str, int]:
    """What karrio's own test has each service cost, in hundredths, the cheapest where one is told twice."""
    rates, _ = payload(name, "rate", "ParsedRateResponse")
    costs: dict[str, int] = {}
    for rate in sorted(rates, key=lambda rate: -rate["total_charge"]):
        costs[str(rate["meta"]["service_name"]).replace("_", " ")] = round(rate["total_charge"] * 100)
    return costs


def event(name: str, raw: Mapping[str, object], number: str = "1Z999", **more: object) -> bytes:
    return json.dumps(
        {"object": "CarrierEvent", "dialect": name, "tracking_number": number, "event": raw} | more
    ).encode()


def rating(name: str, path: str, refused: tuple[Reply, CarrierSaysNo]) -> Asked:
    dialect, answer = Karrio(name), reply(payload(name, "rate", RATES[name]))
    return Asked(
        build=lambda: dialect.build_rate(ASK),
        read=lambda answer: dialect.read_rate(answer, ASK),
        line=("POST", path),
        body=None,
        made=[(answer, dialect.read_rate(answer, ASK))],
        refused=[refused, BUSY, BROKEN],
        unknown=NONSENSE,
    )


def tracking(name: str, line: tuple[str, str], number: str, answer: object, refused: list[Any]) -> Asked:
    dialect, label = Karrio(name), AtCarrier(number)
    return Asked(
        build=lambda: dialect.build_track(label),
        read=lambda answer: dialect.read_track(answer, label),
        line=line,
        body=None,
        made=[(reply(answer), dialect.read_track(reply(answer), label))],
        refused=[*refused, BUSY, BROKEN],
        unknown=NONSENSE,
    )


class KarrioContract(CarrierContract):
    offers = ("rate", "track")

    def test_every_offer_costs_what_the_carrier_says(self) -> None:
        name = type(self).dialect.name  # type: ignore[attr-defined]
        (_, rates), *_ = self.asked["rate"].made
        assert isinstance(rates, RatesMade)
        expected = dearest_first(name)
        if name == "ups":  # its letters mean other services in Canada, where that test is from
            assert sorted(offer.cost_minor for offer in rates.offers) == sorted(expected.values())
        else:
            assert {offer.name: offer.cost_minor for offer in rates.offers} == expected
        assert [offer.cost_minor for offer in rates.offers] == sorted(offer.cost_minor for offer in rates.offers)

    def test_what_is_asked_has_the_account_the_day_and_measures_rounded_up(self) -> None:
        # 1,200 g are 2.65 lb; 300 x 200 x 100 mm are 11.8 x 7.9 x 3.9 in
        said = self.asked["rate"].build().body.decode()
        assert "A1B2C3" in said
        assert "2026-03-02" in said or "20260302" in said
        assert "2.7" in said
        numbers = json.loads(said, parse_float=str, parse_int=str)
        assert {"12", "8", "4"} <= {text.removesuffix(".0") for text in leaves(numbers)}

    def test_every_event_is_read_or_parked(self) -> None:
        (_, messages), *_ = self.asked["track"].made
        assert messages
        for raw in messages:
            assert isinstance(type(self).dialect.read_scan(raw), ScanRead | Parked)

    @pytest.mark.parametrize("raw", [b"", b"{}", b"[1]", b"\xff", b'{"object":"CarrierEvent"}'])
    def test_no_bytes_make_the_reader_raise(self, raw: bytes) -> None:
        assert isinstance(type(self).dialect.read_scan(raw), Parked)


def leaves(value: object) -> list[str]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [leaf for one in inner for leaf in leaves(one)]
    return [str(value)]


UPS_EVENT: dict[str, Any] = {
    "date": "20260304",
    "time": "163000",
    "status": {"type": "D", "code": "F4", "description": "DELIVERED"},
    "location": {"address": {"city": "DENVER", "stateProvince": "CO", "countryCode": "US"}},
}


class TestUps(KarrioContract):
    dialect = Karrio("ups")
    asked: ClassVar[Mapping[str, Asked]] = {
        "rate": rating(
            "ups",
            "/api/rating/v2409/Shop?additionalinfo=timeintransit",
            (
                reply({"response": {"errors": [{"code": "111210", "message": "Not available"}]}}, 400),
                no("111210", "Not available"),
            ),
        ),
        "track": tracking(
            "ups",
            ("GET", "/api/track/v1/details/string?locale=en_US&returnSignature=false"),
            "string",
            payload("ups", "tracking", "TrackingResponseJSON"),
            [
                (
                    reply(payload("ups", "tracking", "InvalidTrackingNumberResponseJSON"), 404),
                    no("TV1002", "Invalid inquiry number"),
                ),
                (
                    reply(payload("ups", "tracking", "TrackingNumberNotFoundResponseJSON")),
                    no("TW0001", "Tracking Information Not Found"),
                ),
                (
                    reply(payload("ups", "tracking", "AuthError"), 401),
                    no("250003", "Invalid Access License number", retry=True),
                ),
            ],
        ),
    }
    scan = (
        event("ups", UPS_EVENT, signed_by="ZOE"),
        ScanRead(
            message_id="",
            tracking_number="1Z999",
            milestone=Milestone.DELIVERED,
            code="D/F4",
            occurred_at=datetime(2026, 3, 4, 23, 30, tzinfo=UTC),
            place="DENVER, CO, US",
            signed_by="ZOE",
        ),
    )
    unknown_scan = event("ups", UPS_EVENT | {"status": {"type": "Q", "code": "ZZ"}})


FEDEX_EVENT: dict[str, Any] = {
    "date": "2026-03-04T08:52:00-07:00",
    "eventType": "OD",
    "scanLocation": {"city": "Denver", "stateOrProvinceCode": "CO", "countryCode": "US"},
}


class TestFedEx(KarrioContract):
    dialect = Karrio("fedex")
    asked: ClassVar[Mapping[str, Asked]] = {
        "rate": rating(
            "fedex",
            "/rate/v1/rates/quotes",
            (
                reply({"errors": [{"code": "RATE.LOCATION.NOSERVICE", "message": "No service"}]}, 400),
                no("RATE.LOCATION.NOSERVICE", "No service"),
            ),
        ),
        "track": tracking(
            "fedex",
            ("POST", "/track/v1/trackingnumbers"),
            "776094337676",
            payload("fedex", "tracking", "DuplicateTrackingResponse"),
            [
                (
                    reply(payload("fedex", "tracking", "ErrorResponse"), 400),
                    no("TRACKING.TRACKINGNUMBER.EMPTY", "Please provide tracking number."),
                )
            ],
        ),
    }
    scan = (
        event("fedex", FEDEX_EVENT),
        ScanRead(
            message_id="",
            tracking_number="1Z999",
            milestone=Milestone.OUT_FOR_DELIVERY,
            code="OD",
            occurred_at=datetime(2026, 3, 4, 15, 52, tzinfo=UTC),
            place="Denver, CO, US",
        ),
    )
    unknown_scan = event("fedex", FEDEX_EVENT | {"eventType": "ZZ"})


USPS_EVENT: dict[str, Any] = {
    "eventCode": "07",
    "eventType": "Arrived at Post Office",
    "GMTTimestamp": "2026-03-04T13:59:45Z",
    "eventTimestamp": "2026-03-04T08:59:00",
    "eventCity": "LECANTO",
    "eventState": "FL",
    "eventCountry": None,
}


class TestUsps(KarrioContract):
    dialect = Karrio("usps")
    asked: ClassVar[Mapping[str, Asked]] = {
        "rate": rating(
            "usps",
            "/shipments/v3/options/search",
            (
                reply({"error": {"code": "400", "errors": [{"code": "010005", "detail": "Bad ZIP"}]}}, 400),
                no("010005", "Bad ZIP"),
            ),
        ),
        "track": tracking(
            "usps",
            ("GET", "/tracking/v3/tracking/9400109104250532908587?expand=DETAIL"),
            "9400109104250532908587",
            payload("usps", "tracking", "TrackingResponse"),
            [
                (
                    reply(payload("usps", "tracking", "AuthErrorResponse"), 401),
                    no("invalid_client", "Client authentication failed.", retry=True),
                )
            ],
        ),
    }
    scan = (
        event("usps", USPS_EVENT),
        ScanRead(
            message_id="",
            tracking_number="1Z999",
            milestone=Milestone.IN_TRANSIT,
            code="07",
            occurred_at=datetime(2026, 3, 4, 13, 59, 45, tzinfo=UTC),
            place="LECANTO, FL",
        ),
    )
    unknown_scan = event("usps", USPS_EVENT | {"eventCode": "ZZ"})

    def test_a_whole_journey_is_read_from_label_to_locker(self) -> None:
        (_, messages), *_ = self.asked["track"].made
        scans = [self.dialect.read_scan(raw) for raw in messages]
        assert all(isinstance(scan, ScanRead) for scan in scans), scans
        found = [scan.milestone for scan in scans if isinstance(scan, ScanRead)]
        assert found[:2] == [Milestone.LABEL_MADE, Milestone.ACCEPTED]
        assert found[-2:] == [Milestone.OUT_FOR_DELIVERY, Milestone.DELIVERED]


DHL_EVENT: dict[str, Any] = {
    "date": "2026-03-04",
    "time": "18:00",
    "GMTOffset": "+01:00",
    "typeCode": "OK",
    "signedBy": "J. Smith",
    "serviceArea": [{"code": "PRG", "description": "Prague"}],
}


class TestDhl(KarrioContract):
    dialect = Karrio("dhl")
    asked: ClassVar[Mapping[str, Asked]] = {
        "rate": rating(
            "dhl",
            "/rates",
            (reply(payload("dhl", "rate", "ErrorResponse"), 400), no("400", "Invalid postal code provided")),
        ),
        "track": tracking(
            "dhl",
            ("GET", "/tracking?shipmentTrackingNumber=9356579890"),
            "9356579890",
            payload("dhl", "tracking", "TrackingResponse"),
            [
                (
                    reply(payload("dhl", "tracking", "ErrorResponse"), 404),
                    no("404", "No shipments found for the given tracking number"),
                )
            ],
        ),
    }
    scan = (
        event("dhl", DHL_EVENT),
        ScanRead(
            message_id="",
            tracking_number="1Z999",
            milestone=Milestone.DELIVERED,
            code="OK",
            occurred_at=datetime(2026, 3, 4, 17, tzinfo=UTC),
            place="Prague",
            signed_by="J. Smith",
        ),
    )
    unknown_scan = event("dhl", DHL_EVENT | {"typeCode": "ZZ"})

    def test_an_event_without_its_zone_is_parked_and_not_taken_for_our_own(self) -> None:
        (_, messages), *_ = self.asked["track"].made
        assert all(isinstance(self.dialect.read_scan(raw), Parked) for raw in messages)


def test_of_a_number_that_was_used_twice_the_parcel_that_moved_last_is_read() -> None:
    dialect, label = Karrio("fedex"), AtCarrier("776094337676")
    messages = dialect.read_track(reply(payload("fedex", "tracking", "DuplicateTrackingResponse")), label)
    assert isinstance(messages, tuple)
    last = dialect.read_scan(messages[-1])
    assert isinstance(last, ScanRead)
    assert (len(messages), last.milestone) == (8, Milestone.DELIVERED)


def test_an_answer_about_another_number_is_parked() -> None:
    found = Karrio("usps").read_track(reply(payload("usps", "tracking", "TrackingResponse")), AtCarrier("940"))
    assert isinstance(found, Parked)


def test_that_it_is_there_is_said_by_our_own_table_alone() -> None:
    """karrio reads UPS's code KB as delivered whatever the type; a promise ends with the type D."""
    read = Karrio("ups").read_scan(event("ups", UPS_EVENT | {"status": {"type": "", "code": "KB"}}))
    assert isinstance(read, Parked)


def test_parsing_a_delivery_asks_nobody_for_its_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    def outside(*_: object, **__: object) -> None:
        pytest.fail("karrio spoke to the carrier itself")

    monkeypatch.setattr("urllib.request.urlopen", outside)
    monkeypatch.setattr("socket.socket.connect", outside)
    label = AtCarrier("738488882438")
    answer = reply(payload("fedex", "tracking", "InconsistentDateTimeResponse"))
    assert isinstance(Karrio("fedex").read_track(answer, label), tuple)


def test_a_parcel_that_cannot_be_rounded_down_is_not() -> None:
    ask = replace(ASK, weight=Measure(1, 1, "g"), sides=Sides(1, 1, 1, 1, "mm"))
    assert '"weight": 0.1' in Karrio("usps").build_rate(ask).body.decode()


def test_each_is_spoken_by_the_name_that_settings_call_it() -> None:
    assert [name for name in dialects.NAMES if not dialects.finds_labels(name)] == ["karrio-fedex", "karrio-dhl"]
    assert [name for name in dialects.NAMES if dialects.lists(name)] == ["local", "easypost", "karrio-usps"]
