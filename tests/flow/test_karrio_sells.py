"""Labels through karrio on a loopback server: one for a parcel, and a person is told where nobody can know."""

from __future__ import annotations

import base64
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from doorstep.carriers import karrio_bridge
from doorstep.flow.office import Office
from doorstep.flow.pickups import want_pickup
from doorstep.links.ends import ends_of
from doorstep.links.sender import Sender
from tests.corner_shop import CLERK, Shop, all_is_well
from tests.flow.test_labels import labels, mean_to_void

if not karrio_bridge.installed():
    pytest.skip(f"the extra is not installed; {karrio_bridge.HOW_TO_INSTALL}", allow_module_level=True)

ZPL, PDF = base64.b64encode(b"^XA^XZ").decode(), base64.b64encode(b"%PDF-1.4").decode()
NOT_FOUND = {"response": {"errors": [{"code": "9801031", "message": "could not be found"}]}}


class Carriers:
    """UPS, FedEx and USPS as far as labels go. `lost` answers to purchases are not given, though they took effect."""

    def __init__(self) -> None:
        self.lost, self.busy, self.asked = 0, 0, Counter[str]()
        self.live: dict[str, str] = {}  # our reference, and the number that was given for it
        self.payments: list[str] = []

    def answer(self, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any] | None:
        self.asked[f"{method} {path.partition('?')[0]}"] += 1
        if path.startswith("/api/shipments/v2409/void"):
            self._void(path.rpartition("/")[2])
            return 200, {"VoidShipmentResponse": {"Response": {"ResponseStatus": {"Code": "1"}}}}
        if path == "/api/labels/v1/recovery":
            reference = body["LabelRecoveryRequest"]["ReferenceValues"]["ReferenceNumber"]["Value"]
            return (200, _recovered(reference, self.live[reference])) if reference in self.live else (400, NOT_FOUND)
        if path == "/track/v1/referencenumbers":
            number = self.live.get(body["referencesInformation"]["value"])
            found = [{"trackingNumberInfo": {"trackingNumber": number}}] if number else [{"error": {"code": "NONE"}}]
            return 200, {"output": {"completeTrackResults": [{"trackResults": found}]}}
        if path == "/payments/v3/payment-authorization":
            return 200, {"paymentAuthorizationToken": "paid-for"}
        if path == "/api/pickupcreation/v2409/pickup":
            return None if self.lost else (200, {"PickupCreationResponse": {"PRN": "2929602E9CP"}})
        return self._sold(path, headers, body)

    def _sold(self, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any] | None:
        if self.busy:
            self.busy -= 1
            return 429, {}
        number = f"1Z{len(self.payments):016d}"
        if path == "/api/shipments/v2409/ship":
            reference = body["ShipmentRequest"]["Request"]["TransactionReference"]["CustomerContext"]
            told: Any = _ups(reference, number)
        elif path == "/ship/v1/shipments":
            reference = headers["x-customer-transaction-id"]
            told = _fedex(reference, number)
        else:
            assert headers["x-payment-authorization-token"] == "paid-for"
            reference = headers["x-idempotency-key"]
            told = {"labelMetadata": {"trackingNumber": number, "postage": 8.4}, "labelImage": PDF}
        self.live[reference] = number
        self.payments.append(reference)
        if self.lost:
            self.lost -= 1
            return None
        return 200, told

    def _void(self, number: str) -> None:
        self.live = {reference: known for reference, known in self.live.items() if known != number}


def _ups(reference: str, number: str) -> Any:
    results = {
        "ShipmentCharges": {"TotalCharges": {"CurrencyCode": "USD", "MonetaryValue": "11.02"}},
        "ShipmentIdentificationNumber": number,
        "PackageResults": [
            {"TrackingNumber": number, "ShippingLabel": {"ImageFormat": {"Code": "ZPL"}, "GraphicImage": ZPL}}
        ],
    }
    return {"ShipmentResponse": {"Response": _about(reference), "ShipmentResults": results}}


def _recovered(reference: str, number: str) -> Any:
    result = {"TrackingNumber": number, "LabelImage": {"GraphicImage": ZPL}}
    return {"LabelRecoveryResponse": {"Response": _about(reference), "LabelResults": [result]}}


def _about(reference: str) -> Any:
    return {"ResponseStatus": {"Code": "1"}, "TransactionReference": {"CustomerContext": reference}}


def _fedex(reference: str, number: str) -> Any:
    document = {"contentType": "LABEL", "docType": "PDF", "encodedLabel": PDF}
    piece = {"trackingNumber": number, "packageDocuments": [document]}
    shipment = {"serviceType": "FEDEX_GROUND", "masterTrackingNumber": number, "pieceResponses": [piece]}
    return {"customerTransactionId": reference, "output": {"transactionShipments": [shipment]}}


@contextmanager
def through(shop: Shop, dialect: str, account: str, services: str) -> Iterator[Carriers]:
    """The shop buys both of its carriers' labels from a server that stands in for one of the four."""
    carriers = Carriers()

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            named = {name.lower(): value for name, value in self.headers.items()}
            answered = carriers.answer(self.command, self.path, named, body)
            if answered is None:
                return  # the line breaks after the effect
            content = json.dumps(answered[1]).encode()
            self.send_response(answered[0])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    said = f"swift={dialect}+{url} steady={dialect}+{url}"
    sender = Sender(ends_of(said, "swift=k steady=k", services, f"swift={account} steady={account}"))
    shop.office = Office(shop.store, sender)
    try:
        yield carriers
    finally:
        sender.close()
        server.shutdown()
        server.server_close()


UPS = ("karrio-ups", "A1B2C3", "swift-express=ups_next_day_air steady-ground=ups_ground")
FEDEX = ("karrio-fedex", "740561073", "swift-express=fedex_priority_overnight steady-ground=fedex_ground")
USPS = ("karrio-usps", "1000123456:4152:9041", "swift-express=usps_priority_mail steady-ground=usps_ground_advantage")


def test_a_label_of_ups_is_bought_given_back_and_bought_again(shop: Shop) -> None:
    with through(shop, *UPS) as carriers:
        shop.to_the_dock(("MUG", 1))
        row = shop.one("SELECT * FROM label")
        assert (row.state, row.cost_minor, row.currency) == ("bought", 1102, "USD")
        assert shop.one("SELECT media_type FROM document") == "application/zpl"
        mean_to_void(shop)
        shop.settle()
        assert [state for state, _ in labels(shop)] == ["voided", "bought"]
        assert len(carriers.live) == 1


def test_a_label_of_ups_whose_answer_is_lost_is_found_again_by_our_reference(shop: Shop) -> None:
    with through(shop, *UPS) as carriers:
        carriers.lost = 1
        shop.to_the_dock(("MUG", 1))
        shop.settle_whatever_it_takes()
        row = shop.one("SELECT * FROM label WHERE state = 'bought'")
        assert carriers.payments == [row.label_id], "it was paid once"
        assert row.cost_minor > 0, "UPS does not tell the cost twice: the tariff's stands for it"
        all_is_well(shop.store)


def test_a_label_of_usps_shows_who_pays_and_one_without_address_is_told(shop: Shop) -> None:
    with through(shop, *USPS) as carriers:
        shop.to_the_dock(("MUG", 1))
        assert shop.one("SELECT cost_minor FROM label WHERE state = 'bought'") == 840
        assert carriers.asked["POST /payments/v3/payment-authorization"] == 1


@pytest.mark.parametrize("busy", [0, 2])
def test_fedex_is_asked_once_and_a_person_is_told_where_to_look(shop: Shop, busy: int) -> None:
    with through(shop, *FEDEX) as carriers:
        carriers.busy, carriers.lost = busy, 1
        shop.to_the_dock(("MUG", 1))
        shop.settle_whatever_it_takes()
        ((state, _),) = labels(shop)
        says = shop.one("SELECT says FROM label")
        assert state == "failed"
        assert "Look for that reference" in says
        assert "1Z0000000000000000" in says
        assert len(carriers.payments) == 1, "what was surely not done was asked again, and what may have been was not"
        all_is_well(shop.store)


def test_a_label_of_fedex_that_was_too_busy_at_first_is_bought_later(shop: Shop) -> None:
    with through(shop, *FEDEX) as carriers:
        carriers.busy = 3
        shop.to_the_dock(("MUG", 1))
        shop.settle_whatever_it_takes()
        assert [state for state, _ in labels(shop)] == ["bought"]
        assert len(carriers.payments) == 1


def test_a_driver_of_ups_is_booked_once_and_a_person_told_where_the_answer_was_lost(shop: Shop) -> None:
    with through(shop, *UPS) as carriers:
        shop.to_the_dock(("MUG", 1))
        (site_id,) = {row.site_id for row in shop.rows("SELECT site_id FROM parcel")}
        (carrier_id,) = {row.carrier_id for row in shop.rows("SELECT carrier_id FROM label")}
        want_pickup(shop.office, CLERK, site_id, carrier_id)
        carriers.lost = 1
        for _ in range(2):
            shop.settle()
            shop.later(minutes=1)
        row = shop.one("SELECT * FROM pickup")
        assert row.state == "failed"
        assert "book one again if none is" in row.says
        assert carriers.asked["POST /api/pickupcreation/v2409/pickup"] == 1
