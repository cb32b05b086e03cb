"""A false EasyPost, as its documentation and recordings have it: shipments, scan forms, pickups, trackers, events.

What matters to a buyer is kept: a reference is not unique, a shipment is bought once and says so the second time,
weights are ounces and sides inches, errors have their JSON, and too many requests are sent away with Retry-After.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

from doorstep.terms.clock import Clock
from doorstep.twin.carrier_forms import Answer, Way
from doorstep.twin.easypost_forms import PDF, EasyPostError, error_body, offered, pickup_rates, required, told_address
from doorstep.twin.faults import Fault, FaultPlan

API_KEY = "EZTKfalse"
WEBHOOK_SECRET = "webhook-secret-of-the-twin"
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_RETRY_AFTER_SECONDS = 2


@dataclass(slots=True)
class _Shipment:
    body: dict[str, Any]
    bought: int = 0  # how often money was taken for it
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def live(self) -> bool:
        return bool(self.body["postage_label"]) and self.body["refund_status"] is None


class EasyPostDesk:
    """Its memory and manners. Safe among threads; the same seed and requests give the same answers."""

    def __init__(
        self, clock: Clock, seed: int = 0, faults: FaultPlan | None = None, files_at: str = "http://carrier.test"
    ) -> None:
        """`files_at` is where labels are said to lie; paths under /files are answered without a key."""
        self._clock, self._seed, self.files_at = clock, seed, files_at
        self._faults = faults or FaultPlan()
        self._by_id: dict[str, _Shipment] = {}
        self._by_reference: dict[str, str] = {}
        self._by_number: dict[str, str] = {}
        self._pickups: dict[str, dict[str, Any]] = {}
        self._orders: dict[str, dict[str, Any]] = {}
        self._forms: dict[str, dict[str, Any]] = {}
        self.asked = Counter[str]()
        self.bodies: list[tuple[str, str, Any]] = []
        self.keep_bodies = True
        self.requests = 0
        self._lock = threading.RLock()

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request, failing as the fault plan says. Files never fail."""
        path = urlsplit(target).path
        if path.startswith("/files/"):
            return Answer(200, PDF, {"Content-Type": "application/pdf"})
        with self._lock:
            fault = self._faults.at(self.requests)
            self.requests += 1
            self.asked[f"{method} {_kind(path)}"] += 1
            if fault is Fault.BUSY:
                wait = {**_JSON, "Retry-After": str(_RETRY_AFTER_SECONDS)}
                return Answer(429, error_body("RATE_LIMITED", "Too many requests, slow down."), wait)
            if fault is Fault.BROKEN_BEFORE:
                return Answer(500, error_body("INTERNAL_SERVER_ERROR", "An unexpected error occurred."), _JSON)
            if fault is Fault.SILENT_BEFORE:
                return Answer(504, b"", way=Way.SILENT)
            status, told = self._answered(method, path, headers, body)
        if fault is Fault.BROKEN_AFTER:
            return Answer(503, error_body("SERVICE_UNAVAILABLE", "Try again."), _JSON)
        if fault is Fault.SILENT_AFTER:
            return Answer(504, b"", way=Way.SILENT)
        return Answer(status, json.dumps(told).encode(), _JSON, Way.CUT if fault is Fault.CUT else Way.WHOLE)

    def live_labels(self) -> list[tuple[str, str]]:
        """(reference, tracking code) of every label that is paid for and not given back: what an auditor counts."""
        with self._lock:
            return [
                (str(one.body["reference"]), str(one.body["tracking_code"])) for one in self._by_id.values() if one.live
            ]

    def payments(self) -> int:
        """How often money was taken."""
        with self._lock:
            return sum(one.bought for one in self._by_id.values())

    def move(self, tracking_code: str, status: str, status_detail: str, place: str = "DENVER") -> tuple[bytes, Any]:
        """The parcel is scanned: the event that is pushed now, raw, and its headers."""
        with self._lock:
            shipment = self._by_id[self._by_number[tracking_code]]
            at = self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
            location = {"object": "TrackingLocation", "city": place, "state": "CO", "country": "US", "zip": "80202"}
            said = {"message": status_detail, "status": status, "status_detail": status_detail, "datetime": at}
            shipment.events.append(
                {"object": "TrackingDetail", **said, "source": "USPS", "tracking_location": location}
            )
            tracker = self._tracker(tracking_code)
            event = {"object": "Event", "id": f"evt_{len(shipment.events)}", "description": "tracker.updated"}
            raw = json.dumps({**event, "mode": "test", "result": tracker}).encode()
        return raw, signed(WEBHOOK_SECRET, raw)

    def _answered(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        given = {name.lower(): value for name, value in headers.items()}
        basic = base64.b64encode(f"{API_KEY}:".encode()).decode()
        try:
            if given.get("authorization") not in (f"Basic {basic}", f"Bearer {API_KEY}"):
                raise EasyPostError(
                    401, "UNAUTHORIZED", "This api key is no longer active. Please use a different api key."
                )
            asked = _read(method, body)
            if self.keep_bodies:
                self.bodies.append((method, path, asked))
            steps = [unquote(step) for step in path.strip("/").split("/")]
            if steps[0] != "v2":
                raise EasyPostError(404, "NOT_FOUND", "The requested resource could not be found.")
            return self._about(method, steps[1:], asked)
        except EasyPostError as no:
            return no.status, {"error": {"code": no.code, "message": str(no), "errors": no.fields}}

    def _about(self, method: str, steps: Sequence[str], asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        match method, *steps:
            case "POST", "shipments":
                return 201, self._create(asked)
            case "GET", "shipments", key:
                return 200, self._shipment(key).body
            case "POST", "shipments", key, "buy":
                return 200, self._buy(self._shipment(key), asked)
            case "POST", "shipments", key, "refund":
                return 200, self._refund(self._shipment(key))
            case "POST", "scan_forms":
                return 200, self._scan_form(asked)
            case "GET", "scan_forms", key if key in self._forms:
                return 200, self._forms[key]
            case "POST", "pickups":
                return 200, self._pickup(asked)
            case "GET", "pickups", key if key in self._pickups:
                return 200, self._pickups[key]
            case "POST", "pickups", key, "buy" if key in self._pickups:
                return 200, self._book(self._pickups[key], asked)
            case "POST", "pickups", key, "cancel" if key in self._pickups:
                self._pickups[key] |= {"status": "canceled"}
                return 200, self._pickups[key]
            case "POST", "trackers":
                return 200, self._tracker(required(required(asked, "tracker"), "tracking_code"))
        return self._about_orders(method, steps, asked)

    def _about_orders(self, method: str, steps: Sequence[str], asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        match method, *steps:
            case "POST", "orders":
                return 200, self._order(asked)
            case "POST", "orders", key, "buy" if key in self._orders:
                return 200, self._buy_order(self._orders[key], asked)
        raise EasyPostError(404, "NOT_FOUND", "The requested resource could not be found.")

    def _id(self, kind: str) -> str:
        made = len(self._by_id) + len(self._pickups) + len(self._forms) + len(self._orders)
        return f"{kind}_{random.Random(f'{self._seed}/{kind}/{made}').getrandbits(128):032x}"

    def _create(self, asked: dict[str, Any]) -> dict[str, Any]:
        wanted = required(asked, "shipment")
        parcel = required(wanted, "parcel")
        shipment_id, at = self._id("shp"), self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        rates, messages = offered(parcel, shipment_id)
        body: dict[str, Any] = {
            "id": shipment_id,
            "object": "Shipment",
            "created_at": at,
            "mode": "test",
            "reference": wanted.get("reference"),
            "from_address": told_address(required(wanted, "from_address"), "from_address"),
            "to_address": told_address(required(wanted, "to_address"), "to_address"),
            "parcel": {**parcel, "object": "Parcel"},
            "options": wanted.get("options", {}),
            "messages": messages,
            "rates": rates,
            "selected_rate": None,
            "postage_label": None,
            "tracking_code": None,
            "refund_status": None,
            "scan_form": None,
            "status": "unknown",
        }
        self._by_id[shipment_id] = _Shipment(body)
        if wanted.get("reference"):
            self._by_reference[str(wanted["reference"])] = shipment_id  # of several the newest is found
        return body

    def _shipment(self, key: str) -> _Shipment:
        found = self._by_id.get(key) or self._by_id.get(self._by_reference.get(key) or self._by_number.get(key) or "")
        if found is None:
            raise EasyPostError(404, "NOT_FOUND", "The requested resource could not be found.")
        return found

    def _buy(self, shipment: _Shipment, asked: dict[str, Any]) -> dict[str, Any]:
        body = shipment.body
        wanted = required(required(asked, "rate"), "id")
        rate = next((rate for rate in body["rates"] if rate["id"] == wanted), None)
        if rate is None:
            raise EasyPostError(422, "SHIPMENT.INVALID_PARAMS", "Unable to buy shipment, invalid rate.")
        if body["postage_label"] is not None:
            raise EasyPostError(422, "SHIPMENT.POSTAGE.EXISTS", "Postage already exists for this shipment.")
        if not body["to_address"]["city"]:
            raise EasyPostError(
                422, "ADDRESS.VERIFY.FAILURE", "Address not found", [{"field": "city", "message": "blank"}]
            )
        digits = int(hashlib.sha256(body["id"].encode()).hexdigest(), 16) % 10**20
        body["tracking_code"] = f"94{digits:020d}"
        body["selected_rate"] = rate
        said = {"object": "PostageLabel", "label_size": "4x6", "label_file_type": "application/pdf"}
        urls = {"label_url": f"{self.files_at}/files/{body['id']}.pdf", "label_pdf_url": None, "label_zpl_url": None}
        body["postage_label"] = {"id": body["id"].replace("shp", "pl"), **said, **urls}
        self._by_number[body["tracking_code"]] = body["id"]
        shipment.bought += 1
        return body

    def _order(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Several parcels to one address: each is a shipment; offered is what every one of them is offered."""
        wanted = required(asked, "order")
        ends = {name: required(wanted, name) for name in ("from_address", "to_address")}
        shipments = [self._create({"shipment": {**one, **ends}}) for one in required(wanted, "shipments")]
        order_id = self._id("order")
        rates = []
        for rate in shipments[0]["rates"]:
            alike = [self._alike(one, rate["carrier"], rate["service"]) for one in shipments]
            if all(alike):
                total = sum(Decimal(each["rate"]) for each in alike if each)
                rates.append({**rate, "id": f"{rate['id']}_o", "rate": f"{total:.2f}"})
        order = {
            "id": order_id,
            "object": "Order",
            "reference": wanted.get("reference"),
            "rates": rates,
            "messages": [],
        }
        self._orders[order_id] = order | ends | {"shipments": shipments}
        return self._orders[order_id]

    def _alike(self, shipment: dict[str, Any], carrier: str, service: str) -> dict[str, Any] | None:
        there = ((rate["carrier"], rate["service"], rate) for rate in shipment["rates"])
        return next((rate for one, other, rate in there if (one, other) == (carrier, service)), None)

    def _buy_order(self, order: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        wanted = (required(asked, "carrier"), required(asked, "service"))
        rates = [self._alike(one, *wanted) for one in order["shipments"]]
        if not all(rates):
            raise EasyPostError(422, "ORDER.INVALID_PARAMS", "Unable to buy order, invalid rate.")
        if any(one["postage_label"] is not None for one in order["shipments"]):
            raise EasyPostError(422, "ORDER.POSTAGE.EXISTS", "Postage already exists for this order.")
        for one, rate in zip(order["shipments"], rates, strict=True):
            self._buy(self._shipment(one["id"]), {"rate": rate})
        return order

    def _refund(self, shipment: _Shipment) -> dict[str, Any]:
        if shipment.body["postage_label"] is None:
            raise EasyPostError(422, "SHIPMENT.POSTAGE.REQUIRED", "Postage is required for this operation.")
        shipment.body["refund_status"] = "rejected" if shipment.events else "submitted"
        return shipment.body

    def _scan_form(self, asked: dict[str, Any]) -> dict[str, Any]:
        shipments = [self._shipment(required(one, "id")) for one in required(asked, "shipments")]
        for one in shipments:
            if not one.live or one.body["scan_form"] is not None:
                raise EasyPostError(422, "SCAN_FORM.INVALID", "Shipment cannot be added to a scan form.")
        codes = [one.body["tracking_code"] for one in shipments]
        form: dict[str, Any] = {"id": self._id("sf"), "object": "ScanForm", "status": "created", "message": None}
        form |= {"tracking_codes": codes, "form_url": f"{self.files_at}/files/form.pdf", "form_file_type": None}
        self._forms[str(form["id"])] = form
        for one in shipments:
            one.body["scan_form"] = form
        return form

    def _pickup(self, asked: dict[str, Any]) -> dict[str, Any]:
        wanted = required(asked, "pickup")
        shipment = self._shipment(required(required(wanted, "shipment"), "id"))
        if not shipment.live:
            raise EasyPostError(422, "PICKUP.REQUEST.INVALID", "Invalid request, a shipment with postage is required.")
        pickup_id = self._id("pickup")
        body = {"id": pickup_id, "object": "Pickup", "status": "unknown", "reference": wanted.get("reference")}
        body |= {"min_datetime": required(wanted, "min_datetime"), "max_datetime": required(wanted, "max_datetime")}
        body |= {"confirmation": None, "messages": [], "pickup_rates": pickup_rates(pickup_id)}
        self._pickups[pickup_id] = body
        return body

    def _book(self, pickup: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        wanted = (required(asked, "carrier"), required(asked, "service"))
        if wanted not in [(rate["carrier"], rate["service"]) for rate in pickup["pickup_rates"]]:
            raise EasyPostError(422, "PICKUP.RATE.INVALID", "Carrier and service are not among the rates.")
        if pickup["status"] == "scheduled":
            raise EasyPostError(422, "PICKUP.ALREADY_SCHEDULED", "Pickup already scheduled.")
        pickup |= {"status": "scheduled", "confirmation": "WTC65024918"}
        return pickup

    def _tracker(self, tracking_code: str) -> dict[str, Any]:
        shipment = self._by_id.get(self._by_number.get(tracking_code, ""))
        events = shipment.events if shipment else []
        last = events[-1] if events else {"status": "unknown", "status_detail": "unknown"}
        said = {"id": f"trk_{tracking_code}", "object": "Tracker", "tracking_code": tracking_code, "carrier": "USPS"}
        said |= {"status": last["status"], "status_detail": last["status_detail"]}
        return {**said, "signed_by": "A. BYRON" if last["status"] == "delivered" else None, "tracking_details": events}


def signed(secret: str, raw: bytes) -> dict[str, str]:
    """The headers of a pushed event, signed the older way: over the body alone."""
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return {"X-Hmac-Signature": f"hmac-sha256-hex={digest}", "Content-Type": "application/json"}


def _kind(path: str) -> str:
    steps = path.strip("/").split("/")
    return "/".join(step for number, step in enumerate(steps) if number != 2)


def _read(method: str, body: bytes) -> dict[str, Any]:
    if method == "GET" or not body:
        return {}
    try:
        asked = json.loads(body)
    except ValueError as wrong:
        raise EasyPostError(400, "BAD_REQUEST", "The request was not understood.") from wrong
    if not isinstance(asked, dict):
        raise EasyPostError(400, "BAD_REQUEST", "The request was not understood.")
    return asked
