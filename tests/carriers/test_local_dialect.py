from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from doorstep.carriers import local
from doorstep.carriers.port import (
    AtCarrier,
    CarrierSaysNo,
    Dialect,
    LabelMade,
    ManifestMade,
    NoLabel,
    Parked,
    PickupMade,
    RateOffered,
    RatesMade,
    Reply,
    ScanRead,
    Voided,
)
from doorstep.terms.parcel import Milestone
from tests.carriers.contract import Asked, CarrierContract, ask, manifest_ask, pickup_ask, rate_ask

LABEL: dict[str, Any] = {
    "reference": "lab/1 &2",
    "tracking_number": "LC0000000000017",
    "state": "live",
    "cost": {"minor": 885, "currency": "USD"},
    "label": {"type": "application/zpl", "data": "XlhBXlha"},
}
MADE = LabelMade("LC0000000000017", 885, "USD", b"^XA^XZ", "application/zpl")
SCAN = b'{"id":"m_1","tracking_number":"LC1","code":"OD","at":"2026-03-04T08:00:00-06:00","place":"Depot"}'
BODY: dict[str, Any] = {
    "from": {
        "name": "Corner Shop",
        "lines": ["1 Elm Street"],
        "city": "Chicago",
        "postcode": "60601",
        "country": "US",
        "email": "",
        "phone": "",
    },
    "to": {
        "name": "Zoë Ångström",
        "lines": ["5 Oak Avenue", "Flat 2/3"],
        "city": "Denver",
        "postcode": "80202",
        "country": "US",
        "email": "",
        "phone": "",
    },
    "reference": "lab/1 &2",
    "service": "local-ground",
    "size_mm": [300, 200, 100],
    "sscc": "040123450000000016",
    "weight_g": 1200,
}


def reply(status: int, content: object) -> Reply:
    return Reply(status, json.dumps(content).encode())


def error(status: int, code: str) -> Reply:
    return reply(status, {"error": {"code": code, "message": "because"}})


def label_with(**changes: object) -> Reply:
    return reply(200, LABEL | changes)


LC1 = AtCarrier("LC1")
RATES = {
    "reference": "rate/1",
    "rates": [
        {"service": "dear", "name": "Dear", "cost": {"minor": 900, "currency": "USD"}, "days": 1},
        {"service": "cheap", "name": "Cheap", "cost": {"minor": 800, "currency": "USD"}, "days": None},
    ],
    "without_rate": [{"service": "small", "message": "too heavy"}],
}
OFFERS = RatesMade(
    (RateOffered("cheap", "Cheap", 800, "USD"), RateOffered("dear", "Dear", 900, "USD", 1)), ("small: too heavy",)
)
LISTED = {"reference": "man/1", "manifest": "LM1"}
COMES = {"reference": "pick/1", "pickup": "LP1", "cost": {"minor": 350, "currency": "USD"}}
PICKUP_BODY: dict[str, Any] = {
    "reference": "pick/1",
    "address": BODY["from"],
    "ready_at": "2026-03-02T18:00:00.000000Z",
    "closes_at": "2026-03-03T00:00:00.000000Z",
    "tracking_numbers": ["LC1"],
    "instructions": "Ring twice",
}
BUSY = (
    Reply(429, b"", retry_after_seconds=7),
    CarrierSaysNo("too_many_requests", "asks us to wait", retry=True, retry_after_seconds=7),
)
BROKEN = (Reply(502, b"<html>"), CarrierSaysNo("status_502", "broke down", retry=True, outcome_unknown=True))
NONSENSE = [error(418, "teapot"), Reply(302, b""), Reply(200, b"<html>"), Reply(200, b"[]"), reply(200, {})]


def body(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


class TestLocalCarrier(CarrierContract):
    dialect: ClassVar[Dialect] = local
    asked: ClassVar[Mapping[str, Asked]] = {
        "rate": Asked(
            build=lambda: local.build_rate(rate_ask()),
            read=lambda reply: local.read_rate(reply, rate_ask()),
            line=("POST", "/v1/rates"),
            body=body({key: BODY[key] for key in ("from", "to", "size_mm", "weight_g")} | {"reference": "rate/1"}),
            made=[(reply(200, RATES), OFFERS)],
            refused=[(error(422, "bad_size"), CarrierSaysNo("bad_size", "because", retry=False)), BUSY, BROKEN],
            unknown=[*NONSENSE, reply(200, RATES | {"reference": "r"}), reply(200, RATES | {"rates": [{}]})],
        ),
        "label": Asked(
            build=lambda: local.build_label(ask()),
            read=lambda reply: local.read_label(reply, ask().reference, "local-ground"),
            line=("POST", "/v1/labels"),
            body=body(BODY),
            made=[(reply(201, LABEL), MADE), (reply(200, LABEL), MADE)],
            refused=[
                (error(422, "bad_address"), CarrierSaysNo("bad_address", "because", retry=False)),
                (error(401, "bad_key"), CarrierSaysNo("bad_key", "because", retry=False)),
                (error(409, "reference_reused"), CarrierSaysNo("reference_reused", "because", retry=False)),
                BUSY,
                BROKEN,
            ],
            unknown=[
                *NONSENSE,
                Reply(200, b'"\xff"'),
                label_with(reference="another"),
                label_with(state="thinking"),
                label_with(state="voided"),
                label_with(cost={"minor": 8.85, "currency": "USD"}),
                label_with(cost={"minor": True, "currency": "USD"}),
                label_with(cost={"minor": -1, "currency": "USD"}),
                label_with(label={"type": "text/html", "data": "XlhBXlha"}),
                label_with(label={"type": "application/zpl", "data": "not base64!"}),
                label_with(label="XlhBXlha"),
            ],
        ),
        "void": Asked(
            build=lambda: local.build_void(LC1),
            read=lambda reply: local.read_void(reply, LC1),
            line=("POST", "/v1/labels/LC1/void"),
            body=b"{}",
            made=[(reply(200, {"tracking_number": "LC1", "state": "voided"}), Voided("LC1"))],
            refused=[
                (error(409, "already_accepted"), CarrierSaysNo("already_accepted", "because", False)),
                BUSY,
                BROKEN,
            ],
            unknown=[*NONSENSE, reply(200, {"tracking_number": "LC1", "state": "live"})],
        ),
        "manifest": Asked(
            build=lambda: local.build_manifest(manifest_ask(LC1)),
            read=lambda reply: local.read_manifest(reply, manifest_ask(LC1)),
            line=("POST", "/v1/manifests"),
            body=body({"reference": "man/1", "tracking_numbers": ["LC1"]}),
            made=[(reply(201, LISTED), ManifestMade("LM1")), (reply(200, LISTED), ManifestMade("LM1"))],
            refused=[(error(409, "already_listed"), CarrierSaysNo("already_listed", "because", False)), BUSY, BROKEN],
            unknown=[*NONSENSE, reply(201, LISTED | {"reference": "another"})],
        ),
        "pickup": Asked(
            build=lambda: local.build_pickup(pickup_ask(LC1)),
            read=lambda reply: local.read_pickup(reply, pickup_ask(LC1)),
            line=("POST", "/v1/pickups"),
            body=body(PICKUP_BODY),
            made=[(reply(201, COMES), PickupMade("LP1", "LP1", 350, "USD"))],
            refused=[(error(422, "bad_hours"), CarrierSaysNo("bad_hours", "because", retry=False)), BUSY, BROKEN],
            unknown=[*NONSENSE, reply(201, COMES | {"cost": 350})],
        ),
        "track": Asked(
            build=lambda: local.build_track(LC1),
            read=lambda reply: local.read_track(reply, LC1),
            line=("GET", "/v1/labels/LC1/scans"),
            body=b"",
            made=[
                (reply(200, {"tracking_number": "LC1", "scans": [json.loads(SCAN)]}), (body(json.loads(SCAN)),)),
                (reply(200, {"tracking_number": "LC1", "scans": []}), ()),
            ],
            refused=[(error(404, "unknown_label"), CarrierSaysNo("unknown_label", "because", False)), BUSY, BROKEN],
            unknown=[*NONSENSE, reply(200, {"tracking_number": "LC2", "scans": []})],
        ),
    }
    scan = (
        SCAN,
        ScanRead("m_1", "LC1", Milestone.OUT_FOR_DELIVERY, "OD", datetime(2026, 3, 4, 14, tzinfo=UTC), "Depot"),
    )
    unknown_scan = SCAN.replace(b'"OD"', b'"ZZ"')


def test_after_an_unknown_outcome_the_label_is_found_by_our_own_reference() -> None:
    request = local.build_lookup(ask().reference)
    assert (request.method, request.path) == ("GET", "/v1/labels?reference=lab%2F1%20%262")
    assert local.read_lookup(reply(200, LABEL), ask().reference) == MADE


def test_a_look_up_tells_a_label_never_made_from_one_that_is_void_and_from_trouble() -> None:
    assert local.read_lookup(error(404, "unknown_label"), "r") == NoLabel("r")
    assert local.read_lookup(label_with(state="voided"), ask().reference) == NoLabel(ask().reference, voided=True)
    assert isinstance(local.read_lookup(Reply(503, b""), "r"), CarrierSaysNo)
    # A 404 of a proxy on the way is no proof that there is no label.
    assert isinstance(local.read_lookup(Reply(404, b"<html>not found</html>"), "r"), Parked)


def test_a_label_is_void_only_when_the_carrier_says_so_of_that_very_label() -> None:
    one, other = AtCarrier("LC1"), AtCarrier("LC2")
    assert local.build_void(AtCarrier("LC 1/2")).path == "/v1/labels/LC%201%2F2/void"
    void = {"tracking_number": "LC1", "state": "voided"}
    assert local.read_void(reply(200, void), one) == Voided("LC1")
    assert isinstance(local.read_void(reply(200, void), other), Parked)
    assert isinstance(local.read_void(reply(200, void | {"state": "live"}), one), Parked)
    no = local.read_void(error(409, "already_accepted"), one)
    assert no == CarrierSaysNo("already_accepted", "because", retry=False)


@pytest.mark.parametrize("status", [500, 503, 599])
def test_a_carrier_that_breaks_down_leaves_the_outcome_open(status: int) -> None:
    no = local.read_label(Reply(status, b"{}"), "r")
    assert isinstance(no, CarrierSaysNo)
    assert no.outcome_unknown
