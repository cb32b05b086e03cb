"""What UPS, FedEx, USPS and DHL answer about labels, voids, lists and drivers, for tests through karrio.

The answers are written after the carriers' API documents; every name and number in them is made up.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from doorstep.carriers.karrio_seller import Seller
from doorstep.carriers.port import (
    AtCarrier,
    CarrierSaysNo,
    LabelMade,
    ManifestAsk,
    PickupMade,
    Reply,
    Request,
    Voided,
)
from doorstep.carriers.port import LabelAsk as Ask
from tests.carriers.contract import SHOP, Asked, ask, manifest_ask, pickup_ask

OURS = "lbl_01HZX8J4T2K9QWERTY"
ZPL, PDF = b"^XA^FO50,50^FDto Denver^FS^XZ", b"%PDF-1.4 a label"
BUSY = (
    Reply(429, b"", retry_after_seconds=7),
    CarrierSaysNo("too_many_requests", "asks us to wait", retry=True, retry_after_seconds=7),
)
BROKEN = (Reply(502, b"<html>"), CarrierSaysNo("status_502", "broke down", retry=True, outcome_unknown=True))
NONSENSE = [Reply(200, b"<html>"), Reply(200, b"[]"), Reply(200, b"{}"), Reply(302, b""), Reply(200, b"\xff")]
ACCOUNT = {"ups": "A1B2C3", "fedex": "740561073", "usps": "1000123456:4152:9041", "dhl": "123456789"}
SERVICE = {"ups": "ups-ground", "fedex": "fedex-ground", "usps": "usps-ground-advantage", "dhl": "N"}
SELLER = {name: Seller(name, ACCOUNT[name]) for name in ACCOUNT}


def b64(document: bytes) -> str:
    return base64.b64encode(document).decode()


def reply(content: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(content).encode())


def no(code: str, says: str, *, retry: bool = False) -> CarrierSaysNo:
    return CarrierSaysNo(code, says, retry=retry)


def wanted(name: str) -> Ask:
    return replace(ask(OURS), service_id=SERVICE[name], ship_on=date(2026, 3, 2))


def multipart(about: object, document: bytes, name: str, image: str) -> Reply:
    """USPS's answer, in parts."""
    lines = ["--b7", "Content-Type: application/json", f'Content-Disposition: form-data; name="{name}"', ""]
    lines += [json.dumps(about), "--b7", "Content-Type: application/pdf"]
    lines += [
        f'Content-Disposition: form-data; filename="{image}.pdf"; name="{image}"',
        "",
        b64(document),
        "--b7--",
        "",
    ]
    return Reply(200, "\r\n".join(lines).encode())


UPS = {
    "ShipmentResponse": {
        "Response": {
            "ResponseStatus": {"Code": "1", "Description": "Success"},
            "TransactionReference": {"CustomerContext": OURS},
        },
        "ShipmentResults": {
            "ShipmentCharges": {"TotalCharges": {"CurrencyCode": "USD", "MonetaryValue": "16.96"}},
            "NegotiatedRateCharges": {"TotalCharge": {"CurrencyCode": "USD", "MonetaryValue": "11.02"}},
            "ShipmentIdentificationNumber": "1ZA1B2C30300000011",
            "PackageResults": [
                {
                    "TrackingNumber": "1ZA1B2C30300000011",
                    "ShippingLabel": {"ImageFormat": {"Code": "ZPL"}, "GraphicImage": b64(ZPL)},
                }
            ],
        },
    }
}
FEDEX = {
    "transactionId": "624deea6-b709-470c-8c39-4b5511281492",
    "customerTransactionId": OURS,
    "output": {
        "transactionShipments": [
            {
                "serviceType": "FEDEX_GROUND",
                "masterTrackingNumber": "794600001111",
                "pieceResponses": [
                    {
                        "trackingNumber": "794600001111",
                        "packageDocuments": [{"contentType": "LABEL", "docType": "PDF", "encodedLabel": b64(PDF)}],
                    }
                ],
                "completedShipmentDetail": {
                    "shipmentRating": {
                        "actualRateType": "PAYOR_ACCOUNT_PACKAGE",
                        "shipmentRateDetails": [
                            {"rateType": "PAYOR_LIST_PACKAGE", "totalNetCharge": 17.4, "currency": "USD"},
                            {"rateType": "PAYOR_ACCOUNT_PACKAGE", "totalNetCharge": 12.75, "currency": "USD"},
                        ],
                    }
                },
            }
        ]
    },
}
USPS = {"trackingNumber": "9234690000000000000011", "postage": 8.4, "zone": "05", "SKU": "DUXP0XXXXC05200"}
DHL = {
    "shipmentTrackingNumber": "1234567890",
    "trackingUrl": "https://express.api.dhl.com/mydhlapi/shipments/1234567890/tracking",
    "packages": [{"referenceNumber": 1, "trackingNumber": "JD014600000000000011"}],
    "documents": [{"imageFormat": "PDF", "content": b64(PDF), "typeCode": "label"}],
    "shipmentCharges": [
        {"currencyType": "BASEC", "priceCurrency": "EUR", "price": 20.5},
        {"currencyType": "BILLC", "priceCurrency": "USD", "price": 22.31},
    ],
}


FEDEX_ERROR = {"errors": [{"code": "SERVICE.PACKAGECOMBINATION.INVALID", "message": "Invalid service and packaging."}]}
UPS_ERROR = {"response": {"errors": [{"code": "120802", "message": "Address Validation Error on ShipTo address"}]}}
USPS_ERROR = {"error": {"code": "400", "message": "", "errors": [{"code": "160108", "detail": "Weight is too high."}]}}
DHL_ERROR = {"status": "400", "title": "Bad request", "detail": "996: The requested product is not available"}
KEY = {"response": {"errors": [{"code": "250002", "message": "Invalid Authentication Information."}]}}


def labels(name: str, path: str, made: tuple[Reply, LabelMade], refused: list[Any], unknown: list[Reply]) -> Asked:
    seller = SELLER[name]
    return Asked(
        build=asked(lambda: seller.build_label(wanted(name))),
        read=lambda answer: seller.read_label(answer, OURS, SERVICE[name]),
        line=("POST", path),
        body=None,
        made=[made],
        refused=[*refused, BUSY, BROKEN],
        unknown=[*NONSENSE, *unknown],
    )


def voids(
    name: str, line: tuple[str, str], number: str, made: object, refused: list[Any], unknown: list[Reply]
) -> Asked:
    seller, label = SELLER[name], AtCarrier(number)
    return Asked(
        build=asked(lambda: seller.build_void(label)),
        read=lambda answer: seller.read_void(answer, label),
        line=line,
        body=None,
        made=[(reply(made), Voided(number))],
        refused=[*refused, BUSY, BROKEN],
        unknown=[*NONSENSE, *unknown],
    )


def pickups(name: str, path: str, made: tuple[object, PickupMade], refused: list[Any]) -> Asked:
    seller, whom = SELLER[name], replace(pickup_ask(AtCarrier("1")), zone="America/Chicago", weight_g=5_000)
    return Asked(
        build=asked(lambda: seller.build_pickup(whom)),
        read=lambda answer: seller.read_pickup(answer, whom),
        line=("POST", path),
        body=None,
        made=[(reply(made[0]), made[1])],
        refused=[*refused, BUSY, BROKEN],
        unknown=NONSENSE,
    )


def form() -> ManifestAsk:
    return replace(manifest_ask(AtCarrier("9234"), AtCarrier("9235")), at=SHOP, day=date(2026, 3, 2))


def form_made(*numbers: str) -> Reply:
    about = {"manifestNumber": "9275000000001", "trackingNumbers": list(numbers)}
    return multipart(about, PDF, "SCANFormMetadata", "SCANFormImage")


def asked(build: Callable[[], object]) -> Callable[[], Request]:
    def request() -> Request:
        built = build()
        assert isinstance(built, Request), built
        return built

    return request
