"""UPS, FedEx, USPS and DHL Express through karrio's plugins: what a parcel would cost there, and where it is.

What is bought of them is in `karrio_seller`; what requests and answers are made of, in `karrio_wire`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from doorstep.carriers.karrio_bridge import plugin
from doorstep.carriers.karrio_codes import milestone
from doorstep.carriers.karrio_events import events_of, read_event
from doorstep.carriers.karrio_wire import (
    HEADERS,
    MOST_REPLY_BYTES,
    address_of,
    answer_of,
    bytes_of,
    no_of,
    parcel_of,
    parked,
    safely,
    says_of,
)
from doorstep.carriers.port import (
    AtCarrier,
    CarrierSaysNo,
    Forged,
    Parked,
    RateAsk,
    RateOffered,
    RatesMade,
    Reply,
    Request,
    ScanRead,
)
from doorstep.carriers.reading import UnreadableError, read_money, read_object, read_part, read_text, read_text_if_any
from doorstep.terms.parcel import Milestone

_SCAN = "CarrierEvent"
_MOST_AHEAD = timedelta(days=1)
_RATE = {
    "ups": "/api/rating/v2409/Shop?additionalinfo=timeintransit",
    "fedex": "/rate/v1/rates/quotes",
    "usps": "/shipments/v3/options/search",
    "dhl": "/rates",
}


@dataclass(frozen=True, slots=True)
class Karrio:
    """One of the four, by the name of its dialect; `account` is what it bills us under (docs/carriers.md)."""

    name: str
    account: str = ""

    def build_rate(self, ask: RateAsk) -> Request:
        """What it would cost by each service, as the carrier's interface wants it asked."""
        its = plugin(self.name, ask.account.partition(":")[0], ask.ship_from.country)
        parcel = parcel_of(its, ask.weight, ask.sides, ask.ship_from.country)
        options = {"shipment_date": ask.ship_on.isoformat()} if ask.ship_on else {}
        said = its.models.RateRequest(
            shipper=address_of(its, ask.ship_from),
            recipient=address_of(its, ask.ship_to),
            parcels=[parcel],
            services=[],
            options=options,
            reference=ask.reference,
        )
        body: Any = its.lib.to_dict(its.mapper.create_rate_request(said).serialize())
        if self.name == "usps":
            (body,) = body  # a list of requests, one for each parcel
        return Request("POST", _RATE[self.name], HEADERS, bytes_of(body))

    def read_rate(self, reply: Reply, ask: RateAsk) -> RatesMade | CarrierSaysNo | Parked:
        """The offers, cheapest first, one for each service; a price that cannot be read parks them all."""
        try:
            answer, no = answer_of(reply)
            if no is not None:
                return no
            its = plugin(self.name, ask.account.partition(":")[0], ask.ship_from.country)
            context = {"origin": ask.ship_from.country, "price_type": "RETAIL", "machinable_piece": None}
            known = its.lib.Deserializable([answer] if self.name == "usps" else answer, its.lib.to_dict, context)
            rates, messages = safely(lambda: its.mapper.parse_rate_response(known))
            if not rates:
                # karrio's rates of USPS overlook an error.
                return no_of(reply, messages or safely(lambda: its.errors(answer)))
            cheapest: dict[str, RateOffered] = {}
            for offer in sorted((self._offer(rate) for rate in rates), key=_by_price):
                cheapest.setdefault(offer.service_id, offer)
            return RatesMade(tuple(cheapest.values()), tuple(says_of(one) for one in messages if one.level != "info"))
        except UnreadableError as problem:
            return parked(reply, problem)

    def _offer(self, rate: Any) -> RateOffered:
        told = {"total": str(rate.total_charge), "currency": rate.currency, "service": rate.service}
        if (currency := read_text(told, "currency")) in ("JPY", "KRW"):
            raise UnreadableError(f"a rate in {currency}, which has no hundredths")
        meta = rate.meta or {}
        name = str(meta.get("service_name") or rate.service)
        # karrio calls some of DHL's products by another's name; DHL's own letter is what is right.
        service_id = f"dhl-{meta.get('product_code')}" if self.name == "dhl" else read_text(told, "service")
        days = rate.transit_days if isinstance(rate.transit_days, int) and rate.transit_days > 0 else None
        return RateOffered(
            service_id.replace("_", "-"), name.replace("_", " "), read_money(told, "total"), currency, days
        )

    def build_track(self, label: AtCarrier) -> Request:
        number = quote(label.tracking_number, safe="")
        if self.name == "fedex":
            info = [{"trackingNumberInfo": {"trackingNumber": label.tracking_number}}]
            body = {"includeDetailedScans": True, "trackingInfo": info}
            return Request("POST", "/track/v1/trackingnumbers", HEADERS, bytes_of(body))
        path = {
            "ups": f"/api/track/v1/details/{number}?locale=en_US&returnSignature=false",
            "usps": f"/tracking/v3/tracking/{number}?expand=DETAIL",
            "dhl": f"/tracking?shipmentTrackingNumber={number}",
        }[self.name]
        asked = hashlib.sha256(label.tracking_number.encode()).hexdigest()[:32]
        more = {"transId": asked, "transactionSrc": "doorstep"} if self.name == "ups" else {}
        return Request("GET", path, {"Accept": "application/json", **more})

    def read_track(self, reply: Reply, label: AtCarrier) -> tuple[bytes, ...] | CarrierSaysNo | Parked:
        """What the carrier lists, oldest first, each event a message; its no where it lists nothing."""
        try:
            answer, no = answer_of(reply)
            if no is not None:
                return no
            its = plugin(self.name)
            numbered = [(label.tracking_number, answer)] if self.name in ("ups", "usps") else answer
            known = its.lib.Deserializable(numbered, its.lib.to_dict)
            details, messages = safely(lambda: its.mapper.parse_tracking_response(known))
            if not details:
                return no_of(reply, messages)
            listed, signed_by = events_of(self.name, answer, label.tracking_number)
            return tuple(self._message(label.tracking_number, event, signed_by) for event in listed)
        except UnreadableError as problem:
            return parked(reply, problem)

    def _message(self, number: str, event: dict[str, object], signed_by: str) -> bytes:
        said = {"object": _SCAN, "dialect": self.name, "tracking_number": number, "event": event}
        return bytes_of(said | {"signed_by": signed_by})

    def messages(self, raw: bytes) -> tuple[bytes, ...]:
        return (raw,)

    def read_scan(self, raw: bytes, received_at: datetime | None = None) -> ScanRead | Parked:
        """What one event says, or why it is parked; never an exception, whatever the bytes."""
        message_id = hashlib.sha256(raw).hexdigest()
        try:
            said = read_object(raw, MOST_REPLY_BYTES)
            if said.get("object") != _SCAN or said.get("dialect") != self.name:
                raise UnreadableError(f"is no event of {self.name}")
            event = read_event(self.name, read_part(said, "event"))
            units = plugin(self.name).units if self.name in ("ups", "fedex") else None
            found = milestone(self.name, event.code, event.kind, units)
            code = f"{event.kind}/{event.code}" if event.kind else event.code
            if found is None:
                raise UnreadableError(f"unknown code {code!r}")
            if received_at is not None and event.occurred_at > received_at + _MOST_AHEAD:
                raise UnreadableError(f"it is more than a day ahead: {event.occurred_at.isoformat()}")
            signed_by = event.signed_by or read_text_if_any(said, "signed_by")
            return ScanRead(
                message_id=message_id,
                tracking_number=read_text(said, "tracking_number", 64),
                milestone=found,
                code=code,
                occurred_at=event.occurred_at,
                place=event.place,
                signed_by=signed_by if found is Milestone.DELIVERED else "",
            )
        except UnreadableError as problem:
            return Parked(message_id, str(problem), raw)

    def verify_signature(
        self, secrets: Sequence[bytes], headers: Mapping[str, str], raw: bytes, now: datetime
    ) -> Forged | None:
        """Nothing is taken that is pushed under this name: what is known is asked for."""
        return Forged(f"{self.name} is asked where parcels are; nothing that is pushed in its name is taken")


def _by_price(offer: RateOffered) -> tuple[int, str]:
    return offer.cost_minor, offer.service_id
