from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import easypost
from doorstep.carriers.easypost_wire import parcel_body
from doorstep.carriers.port import (
    AtCarrier,
    CarrierSaysNo,
    Dialect,
    LabelMade,
    ManifestMade,
    NoLabel,
    NotYet,
    Opened,
    Parked,
    PickupMade,
    RateOffered,
    RatesMade,
    Reply,
    Request,
    ScanRead,
    Voided,
)
from doorstep.terms.measures import UNITS, Measure, Sides, measure, sides
from doorstep.terms.parcel import Milestone
from tests.carriers.contract import Asked, CarrierContract, ask, manifest_ask, pickup_ask, rate_ask

JSON = {"Content-Type": "application/json", "Accept": "application/json"}
FROM = {"name": "Corner Shop", "street1": "1 Elm Street", "city": "Chicago", "zip": "60601", "country": "US"}
TO = {"name": "Zoë Ångström", "street1": "5 Oak Avenue", "street2": "Flat 2/3", "city": "Denver", "zip": "80202"}
# 1,200 g are 42.33 oz, 300 x 200 x 100 mm are 11.81 x 7.87 x 3.94 in; each goes up to the next tenth.
PARCEL = {"weight": 42.4, "length": 11.9, "width": 7.9, "height": 4.0}
SHIPMENT: dict[str, Any] = {
    "reference": "lab/1 &2",
    "from_address": {**FROM, "state": "IL"},
    "to_address": {**TO, "country": "US", "state": "CO"},
    "parcel": PARCEL,
    "options": {"label_format": "PDF", "label_size": "4x6", "print_custom_1": "040123450000000016"},
}


def rate(rate_id: str, service: str, amount: str, days: int | None = None) -> dict[str, Any]:
    said = {"id": rate_id, "object": "Rate", "service": service, "carrier": "USPS", "rate": amount, "currency": "USD"}
    return {**said, "delivery_days": days, "est_delivery_days": days}


def shipment(**changes: Any) -> dict[str, Any]:
    """As a recording of the real server has it, without what nobody reads."""
    said: dict[str, Any] = {"id": "shp_1", "object": "Shipment", "reference": "lab/1 &2", "mode": "test"}
    said |= {"messages": [], "postage_label": None, "selected_rate": None, "tracking_code": None}
    rates = [rate("rate_2", "Priority", "7.42", 2), rate("rate_1", "LocalGround", "6.07", 3)]
    return {**said, "refund_status": None, "scan_form": None, "rates": rates, **changes}


def bought(**changes: Any) -> dict[str, Any]:
    label = {"object": "PostageLabel", "label_file_type": "application/pdf", "label_url": "https://files.test/1.pdf"}
    paid = {"tracking_code": "9400", "postage_label": label, "selected_rate": rate("rate_1", "LocalGround", "6.07")}
    return shipment(**paid | changes)


def reply(status: int, content: object, wait: int | None = None) -> Reply:
    return Reply(status, json.dumps(content).encode(), wait)


def error(status: int, code: str, *fields: object) -> Reply:
    return reply(status, {"error": {"code": code, "message": "Because.", "errors": list(fields)}})


def body(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


LABEL = AtCarrier("9400", "shp_1")
MADE = LabelMade("9400", 607, "USD", b"", "application/pdf", "https://files.test/1.pdf")
PAY = Request("POST", "/v2/shipments/shp_1/buy", JSON, body({"rate": {"id": "rate_1"}}))
BUSY = (
    error(429, "RATE_LIMITED"),
    CarrierSaysNo("too_many_requests", "asks us to wait", retry=True),
)
BROKEN = (
    error(503, "SERVICE_UNAVAILABLE"),
    CarrierSaysNo("status_503", "broke down", retry=True, outcome_unknown=True),
)
NONSENSE = [
    Reply(302, b""),
    Reply(418, b"{}"),
    Reply(200, b"<html>"),
    Reply(404, b"<html>not found</html>"),
    reply(422, {"error": "text"}),
    reply(200, {}),
]
LOCATION: dict[str, Any] = {"city": "HOUSTON", "state": "TX", "country": None, "zip": "77063"}
DETAIL: dict[str, Any] = {
    "status": "in_transit",
    "status_detail": "arrived_at_facility",
    "datetime": "2026-03-03T08:25:26Z",
}
DETAIL |= {"message": "Arrived", "tracking_location": LOCATION}
TRACKER: dict[str, Any] = {
    "id": "trk_1",
    "tracking_code": "9400",
    "carrier": "USPS",
    "status": "in_transit",
    "signed_by": None,
}
TRACKER |= {"tracking_details": [{**DETAIL, "object": "TrackingDetail", "source": "USPS"}]}
SCAN = body({**DETAIL, "object": "TrackingDetail", "tracking_code": "9400", "carrier": "USPS", "signed_by": None})
FORM = {"id": "sf_1", "status": "created", "message": None, "form_url": "https://files.test/f.pdf"}
PICKUP: dict[str, Any] = {"id": "pickup_1", "status": "unknown", "reference": "pick/1", "confirmation": None}
PICKUP |= {"pickup_rates": [rate("pr_1", "SameDay", "4.50"), rate("pr_0", "NextDay", "0.00")], "messages": []}


class TestEasyPost(CarrierContract):
    dialect: ClassVar[Dialect] = easypost
    asked: ClassVar[Mapping[str, Asked]] = {
        "rate": Asked(
            build=lambda: easypost.build_rate(rate_ask()),
            read=lambda reply: easypost.read_rate(reply, rate_ask()),
            line=("POST", "/v2/shipments"),
            body=body({"shipment": {k: v for k, v in SHIPMENT.items() if k != "options"} | {"reference": "rate/1"}}),
            made=[
                (
                    reply(201, shipment(reference="rate/1", messages=[{"carrier": "UPS", "message": "too slow"}])),
                    RatesMade(
                        (
                            RateOffered("USPS-LocalGround", "USPS LocalGround", 607, "USD", 3),
                            RateOffered("USPS-Priority", "USPS Priority", 742, "USD", 2),
                        ),
                        ("UPS: too slow",),
                    ),
                )
            ],
            refused=[
                (error(401, "UNAUTHORIZED"), CarrierSaysNo("UNAUTHORIZED", "Because.", retry=False)),
                BUSY,
                BROKEN,
            ],
            unknown=[*NONSENSE, reply(200, shipment()), reply(201, shipment(reference="rate/1", rates=[{}]))],
        ),
        "label": Asked(
            build=lambda: easypost.build_label(ask()),
            read=lambda reply: easypost.read_label(reply, "lab/1 &2", "usps-local-ground"),
            line=("POST", "/v2/shipments"),
            body=body({"shipment": SHIPMENT}),
            made=[(reply(201, shipment()), Opened("shp_1", PAY)), (reply(200, bought()), MADE)],
            refused=[
                (
                    error(422, "ADDRESS.VERIFY.FAILURE", {"field": "street1", "message": "House number is missing"}),
                    CarrierSaysNo(
                        "ADDRESS.VERIFY.FAILURE",
                        "Because.; street1: House number is missing",
                        False,
                        outcome_unknown=True,
                    ),
                ),
                (error(422, "X", "in another form"), CarrierSaysNo("X", "Because.; in another form", False, True)),
                (error(402, "PAYMENT"), CarrierSaysNo("PAYMENT", "Because.", retry=True, outcome_unknown=True)),
                (
                    error(422, "SHIPMENT.POSTAGE.EXISTS"),
                    CarrierSaysNo("SHIPMENT.POSTAGE.EXISTS", "Because.", retry=True, outcome_unknown=True),
                ),
                (
                    reply(201, shipment(rates=[], messages=[{"carrier": "USPS", "message": "too heavy"}])),
                    CarrierSaysNo(
                        "no_rate",
                        "does not offer usps-local-ground for this parcel, but nothing (USPS: too heavy)",
                        retry=False,
                    ),
                ),
                BUSY,
                BROKEN,
            ],
            unknown=[
                *NONSENSE,
                reply(200, bought(reference="another")),
                reply(200, bought(refund_status="submitted")),
                reply(200, bought(tracking_code=None)),
                reply(200, bought(postage_label={"label_file_type": "application/pdf", "label_url": None})),
                reply(200, bought(postage_label={"label_file_type": "text/html", "label_url": "https://x.test"})),
                reply(200, bought(postage_label={"label_file_type": "image/png", "label_url": "file:///etc/passwd"})),
                reply(200, bought(selected_rate=rate("r", "S", "6.075"))),
                reply(200, bought(selected_rate=rate("r", "S", "-1"))),
                reply(200, bought(selected_rate=rate("r", "S", "1e999999"))),
                reply(200, bought(selected_rate=rate("r", "S", "NaN"))),
            ],
        ),
        "void": Asked(
            build=lambda: easypost.build_void(LABEL),
            read=lambda reply: easypost.read_void(reply, LABEL),
            line=("POST", "/v2/shipments/shp_1/refund"),
            body=b"{}",
            made=[
                (reply(200, bought(refund_status=status)), Voided("9400"))
                for status in ("submitted", "refunded", "not_applicable")
            ],
            refused=[
                (
                    reply(200, bought(refund_status="rejected")),
                    CarrierSaysNo("refund_rejected", "does not take the label back", retry=False),
                ),
                (error(422, "X"), CarrierSaysNo("X", "Because.", retry=False)),
                BUSY,
                BROKEN,
            ],
            unknown=[
                *NONSENSE,
                reply(200, bought()),
                reply(200, bought(refund_status="lost")),
                reply(200, bought(refund_status="submitted", tracking_code="9500")),
            ],
        ),
        "manifest": Asked(
            build=lambda: easypost.build_manifest(manifest_ask(LABEL, AtCarrier("9401", "shp_2"))),
            read=lambda reply: easypost.read_manifest(reply, manifest_ask(LABEL)),
            line=("POST", "/v2/scan_forms"),
            body=body({"shipments": [{"id": "shp_1"}, {"id": "shp_2"}]}),
            made=[
                (reply(200, FORM), ManifestMade("sf_1", document_at="https://files.test/f.pdf")),
                (reply(200, FORM | {"status": "creating"}), NotYet("sf_1", "the scan form is being made")),
            ],
            refused=[
                (
                    reply(200, FORM | {"status": "failed", "message": "no"}),
                    CarrierSaysNo("scan_form_failed", "no", False),
                ),
                (error(422, "X"), CarrierSaysNo("X", "Because.", retry=False, outcome_unknown=True)),
                BUSY,
                BROKEN,
            ],
            unknown=[*NONSENSE, reply(200, FORM | {"status": "thinking"})],
        ),
        "pickup": Asked(
            build=lambda: easypost.build_pickup(pickup_ask(LABEL)),
            read=lambda reply: easypost.read_pickup(reply, pickup_ask(LABEL)),
            line=("POST", "/v2/pickups"),
            body=body(
                {
                    "pickup": {
                        "reference": "pick/1",
                        "address": {**FROM, "state": "IL"},
                        "min_datetime": "2026-03-02T18:00:00.000000Z",
                        "max_datetime": "2026-03-03T00:00:00.000000Z",
                        "is_account_address": False,
                        "instructions": "Ring twice",
                        "shipment": {"id": "shp_1"},
                    }
                }
            ),
            made=[
                (
                    reply(200, PICKUP),
                    Opened(
                        "pickup_1",
                        Request(
                            "POST", "/v2/pickups/pickup_1/buy", JSON, body({"carrier": "USPS", "service": "NextDay"})
                        ),
                    ),
                ),
                (
                    reply(200, PICKUP | {"status": "scheduled", "confirmation": "WTC6"}),
                    PickupMade("pickup_1", "WTC6", 0, "USD"),
                ),
            ],
            refused=[
                (
                    reply(200, PICKUP | {"pickup_rates": []}),
                    CarrierSaysNo("no_pickup", "nobody comes then and there", retry=False),
                ),
                (
                    reply(200, PICKUP | {"status": "canceled"}),
                    CarrierSaysNo("pickup_canceled", "the pickup is canceled", retry=False),
                ),
                BUSY,
                BROKEN,
            ],
            unknown=[*NONSENSE, reply(200, PICKUP | {"status": "thinking"}), reply(200, PICKUP | {"reference": "x"})],
        ),
        "track": Asked(
            build=lambda: easypost.build_track(LABEL),
            read=lambda reply: easypost.read_track(reply, LABEL),
            line=("POST", "/v2/trackers"),
            body=body({"tracker": {"tracking_code": "9400"}}),
            made=[(reply(200, TRACKER), (SCAN,))],
            refused=[(error(422, "X"), CarrierSaysNo("X", "Because.", retry=False)), BUSY, BROKEN],
            unknown=[*NONSENSE, reply(200, TRACKER | {"tracking_code": "9500"})],
        ),
    }
    scan = (
        SCAN,
        ScanRead(
            "3c6b",
            "9400",
            Milestone.IN_TRANSIT,
            "in_transit/arrived_at_facility",
            datetime(2026, 3, 3, 8, 25, 26, tzinfo=UTC),
            "HOUSTON, TX",
        ),
    )
    unknown_scan = SCAN.replace(b'"in_transit"', b'"beamed_up"')

    def test_the_scan_is_read(self) -> None:
        raw, scan = self.scan
        read = easypost.read_scan(raw)
        assert isinstance(read, ScanRead)
        assert (read.tracking_number, read.milestone, read.code) == (scan.tracking_number, scan.milestone, scan.code)
        assert (read.occurred_at, read.place, read.signed_by) == (scan.occurred_at, scan.place, "")


def test_a_label_is_looked_up_by_the_id_that_was_written_down_else_by_our_reference() -> None:
    assert easypost.build_lookup("lab/1 &2").path == "/v2/shipments/lab%2F1%20%262"
    assert easypost.build_lookup("lab/1 &2", "shp_1").path == "/v2/shipments/shp_1"
    assert easypost.read_lookup(reply(200, bought()), "lab/1 &2", "usps-local-ground") == MADE
    assert easypost.read_lookup(reply(200, shipment()), "lab/1 &2", "usps-local-ground") == Opened("shp_1", PAY)
    assert easypost.read_lookup(reply(200, shipment()), "lab/1 &2") == NoLabel("lab/1 &2"), "nothing is to be bought"
    assert easypost.read_lookup(error(404, "NOT_FOUND"), "r") == NoLabel("r")
    void = easypost.read_lookup(reply(200, bought(refund_status="submitted")), "lab/1 &2", "usps-local-ground")
    assert void == NoLabel("lab/1 &2", voided=True)
    # A 404 of a proxy on the way is no proof that there is no label.
    assert isinstance(easypost.read_lookup(Reply(404, b"<html>not found</html>"), "r"), Parked)


@pytest.mark.parametrize("service_id", ["usps-local-ground", "USPS_LocalGround", "easypost-usps-local-ground"])
def test_a_service_is_known_in_any_spelling_and_by_its_carrier(service_id: str) -> None:
    other = {**rate("rate_9", "LocalGround", "1.00"), "carrier": "UPS"}
    dearer = rate("rate_8", "LocalGround", "9.00")
    found = easypost.read_label(
        reply(201, shipment(rates=[dearer, other, *shipment()["rates"]])), "lab/1 &2", service_id
    )
    assert found == Opened("shp_1", PAY)


@pytest.mark.parametrize(
    ("weighed", "ounces", "measured", "inches"),
    [
        ("1 lb", 16.0, "12 x 12 x 12 in", 12.0),
        ("15.4 oz", 15.4, "12 1/2 x 12 1/2 x 12 1/2 in", 12.5),
        ("15.41 oz", 15.5, "12 3/8 x 12 3/8 x 12 3/8 in", 12.4),
        ("0.01 oz", 0.1, "30.48 x 30.48 x 30.48 cm", 12.0),
        ("1 kg", 35.3, "305 x 305 x 305 mm", 12.1),
        ("454 g", 16.1, "1 x 1 x 1 ft", 12.0),
    ],
)
def test_what_was_measured_is_rounded_once_up_to_a_tenth(
    weighed: str, ounces: float, measured: str, inches: float
) -> None:
    said = parcel_body(measure(weighed), sides(measured))
    assert (said["weight"], said["length"]) == (ounces, inches)


@given(st.integers(1, 10**6), st.sampled_from([1, 2, 4, 8, 10, 16]), st.sampled_from(["g", "kg", "oz", "lb"]))
def test_a_weight_is_never_said_too_low_nor_a_tenth_too_high(ticks: int, per: int, unit: str) -> None:
    weighed = Measure(ticks, per, unit)
    said = Fraction(str(parcel_body(weighed, Sides(1, 1, 1, 1, "in"))["weight"]))
    exact = weighed.exact / UNITS["oz"]
    assert exact <= said < exact + Fraction(1, 10)
