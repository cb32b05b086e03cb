"""The local carrier itself: labels by reference, voids, collections. Both the server and the false wire ask it."""

from __future__ import annotations

import base64
import json
import random
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import ValidationError

from doorstep.carriers.distance import Haul
from doorstep.carriers.rating import NoRate, Rated, rate_between
from doorstep.carriers.shipments import Piece
from doorstep.planning.freight import is_freight, whole_shipment
from doorstep.terms.calendar import Calendar
from doorstep.terms.clock import Clock, read_stamp, stamp
from doorstep.terms.ids import check_digit
from doorstep.terms.money import share_out
from doorstep.terms.parcel import Size
from doorstep.terms.places import Address
from doorstep.terms.service import CarrierService
from doorstep.twin.carrier_errands import Errands, rates
from doorstep.twin.carrier_forms import (
    JSON,
    Answer,
    CollectionBody,
    LabelBody,
    ManifestBody,
    NoError,
    PickupBody,
    RateBody,
    ShipmentBody,
    Way,
    answer,
    checked,
    error,
)
from doorstep.twin.carrier_label import label_zpl
from doorstep.twin.carrier_services import local_services
from doorstep.twin.faults import Fault, FaultPlan
from doorstep.twin.journey import ScanMessage, Trouble, journey

API_KEY = "local-key"
SCAN_SECRET = b"local-scan-secret"
_RETRY_AFTER_SECONDS = 2


@dataclass(slots=True)
class _Label:
    tracking_number: str
    asked: LabelBody
    rated: Rated
    document: bytes
    voided: bool = False
    scans: list[ScanMessage] = field(default_factory=list)


class CarrierDesk:
    """The carrier's memory and manners. Safe among threads; the same seed and requests give the same answers."""

    def __init__(
        self,
        clock: Clock,
        seed: int = 0,
        services: Mapping[str, CarrierService] | None = None,
        faults: FaultPlan | None = None,
        trouble: Trouble | None = None,
        api_key: str = API_KEY,
        scan_secret: bytes = SCAN_SECRET,
    ) -> None:
        self._clock, self._seed = clock, seed
        self._services = dict(services or local_services())
        self._faults, self._trouble = faults or FaultPlan(), trouble or Trouble()
        self._api_key, self._scan_secret = api_key, scan_secret
        self._by_reference: dict[str, _Label] = {}
        self._by_number: dict[str, _Label] = {}
        self._errands = Errands(seed)
        self.requests = 0
        self.shipments = 0  # calls for several labels at once
        self._lock = threading.RLock()  # a collection asked for over the wire takes it twice

    def sell(self, services: Iterable[CarrierService]) -> None:
        """Sell these from now on, at these prices; labels that were made stay as they are."""
        with self._lock:
            self._services.update({service.service_id: service for service in services})

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request for `target`, a path with its query, failing as the fault plan says."""
        with self._lock:
            fault = self._faults.at(self.requests)
            self.requests += 1
            if fault is Fault.BUSY:
                wait = {"Retry-After": str(_RETRY_AFTER_SECONDS)}
                return Answer(429, error("too_many_requests", "slow down"), wait)
            if fault is Fault.BROKEN_BEFORE:
                return Answer(500, b"oops")
            if fault is Fault.SILENT_BEFORE:
                return Answer(504, b"", way=Way.SILENT)
            answer = self._answer(method, target, headers, body)
        if fault is Fault.BROKEN_AFTER:
            return Answer(500, b"oops")
        if fault is Fault.SILENT_AFTER:
            return Answer(504, b"", way=Way.SILENT)
        return Answer(answer.status, answer.body, answer.headers, Way.CUT if fault is Fault.CUT else Way.WHOLE)

    def collect(self, tracking_number: str, at: datetime, receives: Calendar | None = None) -> list[ScanMessage]:
        """The driver takes the parcel: its messages to come. KeyError without such a label, ValueError if void.

        `receives` is when the consignee takes goods in, None: whenever the carrier comes.
        """
        with self._lock:
            label = self._by_number[tracking_number]
            if label.voided:
                raise ValueError(f"{tracking_number} is void and does not travel")
            if not label.scans:
                service = self._services[label.asked.service]
                transit_ppm = service.transit_of(label.rated.zone) or ()  # no figures: it never arrives
                label.scans = journey(
                    *(tracking_number, at, transit_ppm, service.calendar, self._seed, self._scan_secret),
                    *(self._trouble, receives),
                )
            return list(label.scans)

    def scans_due(self, after: datetime, until: datetime) -> list[ScanMessage]:
        """The messages of all parcels that are due after one instant, up to and with another, in order of sending."""
        with self._lock:
            due = [scan for label in self._by_number.values() for scan in label.scans if after < scan.due_at <= until]
        return sorted(due, key=lambda scan: (scan.due_at, scan.raw))

    def live_labels(self) -> dict[str, str]:
        """Tracking number by reference, of every label that is not void: what an auditor compares with."""
        with self._lock:
            return {
                reference: label.tracking_number for reference, label in self._by_reference.items() if not label.voided
            }

    @property
    def coming(self) -> tuple[str, ...]:
        """The numbers of the pickups that were booked and not cancelled."""
        with self._lock:
            return self._errands.coming

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        given = {name.lower(): value for name, value in headers.items()}
        url = urlsplit(target)
        steps = [unquote(step) for step in url.path.strip("/").split("/")]
        try:
            if given.get("authorization") != f"Bearer {self._api_key}":
                raise NoError(401, "bad_key", "the key is not one of ours")
            told = self._about_labels(method, steps, parse_qs(url.query), body) or self._beside(
                method, steps, parse_qs(url.query), body
            )
            if told is None:
                raise NoError(404, "malformed", f"there is no {method} {url.path}")
            return told
        except ValidationError as problem:
            first = problem.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            return Answer(400, error("malformed", f"{where}: {first['msg']}"), JSON)
        except NoError as no:
            return Answer(no.status, error(no.code, str(no)), JSON)

    def _about_labels(
        self, method: str, steps: list[str], query: Mapping[str, list[str]], body: bytes
    ) -> Answer | None:
        match method, steps:
            case "POST", ["v1", "labels"]:
                return self._make(LabelBody.model_validate_json(body))
            case "POST", ["v1", "shipments"]:
                return self._make_all(ShipmentBody.model_validate_json(body))
            case "GET", ["v1", "labels"]:
                return self._look_up(query.get("reference", [""])[0])
            case "POST", ["v1", "labels", tracking_number, "void"]:
                return self._void(tracking_number)
            case "GET", ["v1", "labels", tracking_number, "scans"]:
                return self._tell_scans(tracking_number)
        return None

    def _beside(self, method: str, steps: list[str], query: Mapping[str, list[str]], body: bytes) -> Answer | None:
        match method, steps:
            case "POST", ["v1", "rates"]:
                return rates(self._services, RateBody.model_validate_json(body), self._clock.now().date())
            case "POST", ["v1", "manifests"]:
                return self._errands.list_up(ManifestBody.model_validate_json(body), self._live)
            case "GET", ["v1", "manifests"]:
                return self._errands.listed(query.get("reference", [""])[0])
            case "POST", ["v1", "pickups"]:
                return self._errands.come(PickupBody.model_validate_json(body), self._clock.now())
            case "POST", ["v1", "pickups", number, "cancel"]:
                return self._errands.call_off(number)
            case "POST", ["v1", "collections"]:
                return self._collect_all(CollectionBody.model_validate_json(body).tracking_numbers)
            case "GET", ["v1", "scans"]:
                return self._show_scans(query)
        return None

    def _make_all(self, asked: ShipmentBody) -> Answer:
        """The labels of one shipment: all can be made, or none is."""
        self.shipments += 1
        for one in asked.labels:
            if one.reference not in self._by_reference:
                self._rated(one, checked(one.sender), checked(one.to))
        told = [self._make(one) for one in asked.labels]
        status = max(each.status for each in told)
        return answer(status, {"reference": asked.reference, "labels": [json.loads(each.body) for each in told]})

    def _make(self, asked: LabelBody) -> Answer:
        known = self._by_reference.get(asked.reference)
        if known:
            if known.asked != asked:
                raise NoError(409, "reference_reused", f"{asked.reference} stands for another label")
            if known.voided:
                raise NoError(409, "reference_voided", f"{asked.reference} stands for a label that is void")
            return _show(known, 200)
        to, sender = checked(asked.to), checked(asked.sender)
        service, rated = self._rated(asked, sender, to)
        number = self._new_number(asked.reference)
        document = label_zpl(number, asked.sscc, service.name, asked.weight_g, to, sender)
        label = _Label(number, asked, rated, document)
        self._by_reference[asked.reference] = self._by_number[number] = label
        return _show(label, 201)

    def _rated(self, asked: LabelBody, sender: Address, to: Address) -> tuple[CarrierService, Rated]:
        service = self._services.get(asked.service)
        if service is None:
            raise NoError(422, "unknown_service", f"we sell no {asked.service!r}")
        if asked.weight_g <= 0:
            raise NoError(422, "bad_weight", f"a parcel does not weigh {asked.weight_g} g")
        if min(asked.size_mm) <= 0:
            raise NoError(422, "bad_size", f"a parcel does not measure {asked.size_mm} mm")
        sscc = asked.sscc
        if len(sscc) != 18 or not (sscc.isascii() and sscc.isdigit()) or check_digit(sscc[:-1]) != sscc[-1]:
            raise NoError(422, "bad_sscc", f"{sscc!r} is not an SSCC")
        length_mm, width_mm, height_mm = asked.size_mm
        haul = Haul(sender.locality, to.locality, self._clock.now().date())
        rated = rate_between(service, Size(length_mm, width_mm, height_mm), asked.weight_g, haul)
        if isinstance(rated, NoRate):
            raise NoError(422, rated.why, rated.says)
        return service, _share_of(service, rated, asked, haul)

    def _look_up(self, reference: str) -> Answer:
        label = self._by_reference.get(reference)
        if label is None:
            raise NoError(404, "unknown_label", f"there is no label for {reference!r}")
        return _show(label, 200)

    def _void(self, tracking_number: str) -> Answer:
        label = self._by_number.get(tracking_number)
        if label is None:
            raise NoError(404, "unknown_label", f"there is no label {tracking_number!r}")
        if label.scans:
            raise NoError(409, "already_accepted", f"{tracking_number} is on its way")
        label.voided = True
        return Answer(200, json.dumps({"tracking_number": tracking_number, "state": "voided"}).encode(), JSON)

    def _collect_all(self, tracking_numbers: list[str]) -> Answer:
        for number in tracking_numbers:
            label = self._by_number.get(number)
            if label is None or label.voided:
                raise NoError(404, "unknown_label", f"there is no live label {number!r}")
        for number in tracking_numbers:
            self.collect(number, self._clock.now())
        return Answer(200, json.dumps({"collected": tracking_numbers}).encode(), JSON)

    def _live(self, number: str) -> bool:
        label = self._by_number.get(number)
        return label is not None and not label.voided

    def _tell_scans(self, number: str) -> Answer:
        """What was told of a label by now, in the form in which it is pushed."""
        label = self._by_number.get(number)
        if label is None:
            raise NoError(404, "unknown_label", f"there is no label {number!r}")
        told = [scan for scan in label.scans if scan.due_at <= self._clock.now()]
        ordered = sorted(told, key=lambda scan: (scan.due_at, scan.raw))
        return answer(200, {"tracking_number": number, "scans": [json.loads(scan.raw) for scan in ordered]})

    def _show_scans(self, query: Mapping[str, list[str]]) -> Answer:
        try:
            after, until = (read_stamp(query[name][0]) for name in ("after", "until"))
        except (KeyError, ValueError, OverflowError) as problem:
            raise NoError(400, "malformed", "after and until are instants with a time zone") from problem
        scans = [
            {"due_at": stamp(scan.due_at), "headers": dict(scan.headers), "raw": scan.raw.decode()}
            for scan in self.scans_due(after, min(until, self._clock.now()))
        ]
        return Answer(200, json.dumps({"scans": scans}).encode(), JSON)

    def _new_number(self, reference: str) -> str:
        """A number that does not tell the next one, the same for the same seed and reference."""
        chance = random.Random(f"{self._seed}/{reference}")
        while True:
            body = f"{chance.randrange(10**12):012d}"
            number = f"LC{body}{check_digit(body)}"
            if number not in self._by_number:
                return number


def _share_of(service: CarrierService, alone: Rated, asked: LabelBody, haul: Haul) -> Rated:
    """What a parcel bears of a shipment that is priced as a whole, by weight; every other price is the parcel's own."""
    pieces = {sscc: Piece(Size(*sides), weight_g) for sscc, (*sides, weight_g) in sorted(asked.shipment.items())}
    if not is_freight(service) or asked.sscc not in pieces:
        return alone
    if asked.stops:
        *via, last = (checked(stop).locality for stop in asked.stops)
        haul = haul._replace(destination=last, via=tuple(via))
    whole = whole_shipment(service, list(pieces.values()), haul)
    if isinstance(whole, NoRate):
        raise NoError(422, whole.why, whole.says)
    shares = dict(
        zip(pieces, share_out(whole.bill.total_minor, [piece.weight_g for piece in pieces.values()]), strict=True)
    )
    return alone._replace(base_minor=shares[asked.sscc], fuel_minor=0, other_minor=0)


def _show(label: _Label, status: int) -> Answer:
    shown = {
        "reference": label.asked.reference,
        "tracking_number": label.tracking_number,
        "state": "voided" if label.voided else "live",
        "cost": {"minor": label.rated.total_minor, "currency": label.rated.currency},
        "label": {"type": "application/zpl", "data": base64.b64encode(label.document).decode()},
    }
    return Answer(status, json.dumps(shown).encode(), JSON)
