"""Labels, voids, lists and drivers of UPS, FedEx, USPS and DHL through karrio, behind the same five tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar

import pytest

from doorstep.carriers import karrio_bridge
from doorstep.carriers.port import AtCarrier, LabelMade, ManifestMade, Parked, PickupMade, Voided
from tests.carriers.contract import Asked, CarrierContract
from tests.carriers.karrio_answers import (
    ACCOUNT,
    BROKEN,
    BUSY,
    DHL,
    DHL_ERROR,
    FEDEX,
    FEDEX_ERROR,
    KEY,
    NONSENSE,
    OURS,
    PDF,
    SELLER,
    UPS,
    UPS_ERROR,
    USPS,
    USPS_ERROR,
    ZPL,
    asked,
    form,
    form_made,
    labels,
    multipart,
    no,
    pickups,
    reply,
    voids,
)

if not karrio_bridge.installed():
    pytest.skip(f"the extra is not installed; {karrio_bridge.HOW_TO_INSTALL}", allow_module_level=True)


class KarrioSells(CarrierContract):
    """Its scans are behind the tests of what it tells without being paid."""

    offers: ClassVar[Sequence[str]] = ("label", "void", "pickup")
    scan = (b"", None)  # type: ignore[assignment]
    unknown_scan = b""

    def test_the_scan_is_read(self) -> None:
        assert isinstance(self.dialect.read_scan(b"{}"), Parked)

    def test_the_label_is_asked_for_under_our_reference_and_billed_to_our_account(self) -> None:
        request = self.asked["label"].build()
        name = type(self).dialect.name  # type: ignore[attr-defined]
        assert OURS in request.body.decode()
        assert ACCOUNT[name].partition(":")[0] in request.body.decode() or name == "usps"  # its payment says who pays
        assert "2026-03-02" in request.body.decode() or "20260302" in request.body.decode()
        assert "2.7" in request.body.decode(), "1,200 g are 2.65 lb, rounded up once"
        assert request == self.asked["label"].build(), "asked twice it is the same to the byte"


class TestUps(KarrioSells):
    dialect = SELLER["ups"]
    asked: ClassVar[Mapping[str, Asked]] = {
        "label": labels(
            "ups",
            "/api/shipments/v2409/ship",
            (reply(UPS), LabelMade("1ZA1B2C30300000011", 1102, "USD", ZPL, "application/zpl")),
            [
                (reply(UPS_ERROR, 400), no("120802", "Address Validation Error on ShipTo address")),
                (reply(KEY, 401), no("250002", "Invalid Authentication Information.", retry=True)),
            ],
            [reply(json.loads(json.dumps(UPS).replace(OURS, "lbl_other"))), reply({"ShipmentResponse": {}})],
        ),
        "void": voids(
            "ups",
            ("DELETE", "/api/shipments/v2409/void/cancel/1Z1"),
            "1Z1",
            {
                "VoidShipmentResponse": {
                    "Response": {"ResponseStatus": {"Code": "1"}},
                    "SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}},
                }
            },
            [
                (
                    reply(
                        {"response": {"errors": [{"code": "190101", "message": "Time for voiding has expired."}]}}, 400
                    ),
                    no("190101", "Time for voiding has expired."),
                )
            ],
            [reply({"VoidShipmentResponse": {}})],
        ),
        "pickup": pickups(
            "ups",
            "/api/pickupcreation/v2409/pickup",
            (
                {
                    "PickupCreationResponse": {
                        "PRN": "2929602E9CP",
                        "RateResult": {"CurrencyCode": "USD", "GrandTotalOfAllCharge": "8.65"},
                    }
                },
                PickupMade("2929602E9CP", "2929602E9CP", 865, "USD"),
            ),
            [
                (
                    reply(
                        {"response": {"errors": [{"code": "9500520", "message": "Pickup date is in the past."}]}}, 400
                    ),
                    no("9500520", "Pickup date is in the past."),
                )
            ],
        ),
    }


class TestUsps(KarrioSells):
    dialect = SELLER["usps"]
    offers = ("label", "void", "manifest", "pickup")
    asked: ClassVar[Mapping[str, Asked]] = {
        "label": labels(
            "usps",
            "/labels/v3/label",
            (
                multipart(USPS, PDF, "labelMetadata", "labelImage"),
                LabelMade("9234690000000000000011", 840, "USD", PDF, "application/pdf"),
            ),
            [(reply(USPS_ERROR, 400), no("160108", "Weight is too high."))],
            [multipart(USPS, b"<html>", "labelMetadata", "labelImage"), reply({"labelMetadata": USPS})],
        ),
        "void": voids(
            "usps",
            ("DELETE", "/labels/v3/label/9234"),
            "9234",
            {"trackingNumber": "9234", "status": "CANCELED"},
            [(reply(USPS_ERROR, 400), no("160108", "Weight is too high."))],
            [reply({"trackingNumber": "9999", "status": "CANCELED"}), reply({"trackingNumber": "9234"})],
        ),
        "manifest": Asked(
            build=asked(lambda: SELLER["usps"].build_manifest(form())),
            read=lambda answer: SELLER["usps"].read_manifest(answer, form()),
            line=("POST", "/scan-forms/v3/scan-form"),
            body=None,
            made=[(form_made("9234", "9235"), ManifestMade("9275000000001", PDF, "application/pdf"))],
            refused=[(reply(USPS_ERROR, 400), no("160108", "Weight is too high.")), BUSY, BROKEN],
            unknown=[*NONSENSE, form_made("9234")],
        ),
        "pickup": pickups(
            "usps",
            "/pickup/v3/carrier-pickup",
            (
                {"confirmationNumber": "WTC000000011", "pickupDate": "2026-03-02"},
                PickupMade("WTC000000011", "WTC000000011", 0, "USD"),
            ),
            [(reply(USPS_ERROR, 400), no("160108", "Weight is too high."))],
        ),
    }


class TestFedEx(KarrioSells):
    dialect = SELLER["fedex"]
    asked: ClassVar[Mapping[str, Asked]] = {
        "label": labels(
            "fedex",
            "/ship/v1/shipments",
            (reply(FEDEX), LabelMade("794600001111", 1275, "USD", PDF, "application/pdf")),
            [
                (
                    reply(FEDEX_ERROR, 400),
                    no("SERVICE.PACKAGECOMBINATION.INVALID", "Invalid service and packaging."),
                )
            ],
            [reply(FEDEX | {"customerTransactionId": "lbl_other"}), reply({"output": {}})],
        ),
        "void": voids(
            "fedex",
            ("PUT", "/ship/v1/shipments/cancel"),
            "7946",
            {"output": {"cancelledShipment": True, "cancelledHistory": True, "successMessage": "Success"}},
            [(reply(FEDEX_ERROR, 400), no("SERVICE.PACKAGECOMBINATION.INVALID", "Invalid service and packaging."))],
            [reply({"output": {}})],
        ),
        "pickup": pickups(
            "fedex",
            "/pickup/v1/pickups",
            (
                {"output": {"pickupConfirmationCode": "7", "location": "CHIA"}},
                PickupMade("7/CHIA/2026-03-02", "7", 0, "USD"),
            ),
            [(reply(FEDEX_ERROR, 400), no("SERVICE.PACKAGECOMBINATION.INVALID", "Invalid service and packaging."))],
        ),
    }


class TestDhl(KarrioSells):
    dialect = SELLER["dhl"]
    offers = ("label", "pickup")
    asked: ClassVar[Mapping[str, Asked]] = {
        "label": labels(
            "dhl",
            "/shipments",
            (reply(DHL, 201), LabelMade("1234567890", 2231, "USD", PDF, "application/pdf")),
            [(reply(DHL_ERROR, 400), no("400", "996: The requested product is not available"))],
            [reply({"shipmentTrackingNumber": "1234567890"}, 201), reply(DHL | {"documents": []}, 201)],
        ),
        "pickup": pickups(
            "dhl",
            "/pickups",
            (
                {"dispatchConfirmationNumbers": ["PRG260302000011"], "readyByTime": "12:00"},
                PickupMade("PRG260302000011", "PRG260302000011", 0, "USD"),
            ),
            [(reply(DHL_ERROR, 400), no("400", "996: The requested product is not available"))],
        ),
    }

    def test_it_need_not_be_told_of_a_label_that_is_given_back(self) -> None:
        assert SELLER["dhl"].build_void(AtCarrier("12")) == Voided("12")
