from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from doorstep.carriers import local
from doorstep.carriers.port import CarrierSaysNo, Dialect, LabelMade, NoLabel, Parked, Reply, ScanRead, Voided
from doorstep.terms.parcel import Milestone
from tests.carriers.contract import CarrierContract, ask

LABEL: dict[str, Any] = {
    "reference": "lab/1 &2",
    "tracking_number": "LC0000000000017",
    "state": "live",
    "cost": {"minor": 885, "currency": "USD"},
    "label": {"type": "application/zpl", "data": "XlhBXlha"},
}
MADE = LabelMade("LC0000000000017", 885, "USD", b"^XA^XZ", "application/zpl")
SCAN = b'{"id":"m_1","tracking_number":"LC1","code":"OD","at":"2026-03-04T08:00:00-06:00","place":"Depot"}'
BODY = {
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


class TestLocalCarrier(CarrierContract):
    dialect: ClassVar[Dialect] = local
    label_line = ("POST", "/v1/labels")
    label_body = json.dumps(BODY, ensure_ascii=False, sort_keys=True).encode()
    made = (reply(201, LABEL), MADE)
    refused = [  # noqa: RUF012 - read only, declared by the contract
        (error(422, "bad_address"), CarrierSaysNo("bad_address", "because", retry=False)),
        (error(401, "bad_key"), CarrierSaysNo("bad_key", "because", retry=False)),
        (error(409, "reference_reused"), CarrierSaysNo("reference_reused", "because", retry=False)),
        (
            Reply(429, b"", retry_after_seconds=7),
            CarrierSaysNo("too_many_requests", "asks us to wait", retry=True, retry_after_seconds=7),
        ),
        (
            Reply(502, b"<html>"),
            CarrierSaysNo("status_502", "broke down", retry=True, outcome_unknown=True),
        ),
    ]
    unknown = [  # noqa: RUF012
        error(418, "teapot"),
        Reply(302, b""),
        Reply(200, b"<html>"),
        Reply(200, b"[]"),
        Reply(200, b'"\xff"'),
        reply(200, {}),
        label_with(reference="another"),
        label_with(state="thinking"),
        label_with(state="voided"),
        label_with(cost={"minor": 8.85, "currency": "USD"}),
        label_with(cost={"minor": True, "currency": "USD"}),
        label_with(cost={"minor": -1, "currency": "USD"}),
        label_with(label={"type": "text/html", "data": "XlhBXlha"}),
        label_with(label={"type": "application/zpl", "data": "not base64!"}),
        label_with(label="XlhBXlha"),
    ]
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
    assert local.build_void("LC 1/2").path == "/v1/labels/LC%201%2F2/void"
    void = {"tracking_number": "LC1", "state": "voided"}
    assert local.read_void(reply(200, void), "LC1") == Voided("LC1")
    assert isinstance(local.read_void(reply(200, void), "LC2"), Parked)
    assert isinstance(local.read_void(reply(200, void | {"state": "live"}), "LC1"), Parked)
    no = local.read_void(error(409, "already_accepted"), "LC1")
    assert no == CarrierSaysNo("already_accepted", "because", retry=False)


@pytest.mark.parametrize("status", [500, 503, 599])
def test_a_carrier_that_breaks_down_leaves_the_outcome_open(status: int) -> None:
    no = local.read_label(Reply(status, b"{}"), "r")
    assert isinstance(no, CarrierSaysNo)
    assert no.outcome_unknown
