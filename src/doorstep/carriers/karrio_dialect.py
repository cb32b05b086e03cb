"""UPS, FedEx, USPS and DHL Express through karrio's plugins: what a parcel would cost there, and where it is.

Labels are not bought this way. None of the four finds a label again by our reference as these plugins ask for it, so
after an answer that was lost nobody could tell whether one is paid for, and a second one would be bought. Buy them
through a carrier that has such a way (`easypost` speaks to all four).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from doorstep.carriers.karrio_bridge import UNEXPECTED, OfflineError, plugin
from doorstep.carriers.karrio_codes import milestone
from doorstep.carriers.karrio_events import events_of, read_event
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
from doorstep.carriers.states import state_of
from doorstep.terms.measures import sides_up, whole_up
from doorstep.terms.parcel import Milestone
from doorstep.terms.places import Address

_MOST_REPLY_BYTES = 4 * 1024 * 1024
_LONGEST_SAYS = 500
_SCAN = "CarrierEvent"
_MOST_AHEAD = timedelta(days=1)
_OK, _TOO_MANY_REQUESTS, _SERVER_ERROR = 200, 429, 500
_RATE = {
    "ups": "/api/rating/v2409/Shop?additionalinfo=timeintransit",
    "fedex": "/rate/v1/rates/quotes",
    "usps": "/shipments/v3/options/search",
    "dhl": "/rates",
}
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Karrio:
    """One of the four, by the name of its dialect."""

    name: str

    def build_rate(self, ask: RateAsk) -> Request:
        """What it would cost by each service, as the carrier's interface wants it asked."""
        its = plugin(self.name, ask.account, ask.ship_from.country)
        length, width, height = sorted(sides_up(ask.sides, "in"), reverse=True)
        parcel = its.models.Parcel(
            weight=whole_up(ask.weight, "lb", 10) / 10,
            length=length,
            width=width,
            height=height,
            weight_unit="LB",
            dimension_unit="IN",
        )
        options = {"shipment_date": ask.ship_on.isoformat()} if ask.ship_on else {}
        said = its.models.RateRequest(
            shipper=_address(its, ask.ship_from),
            recipient=_address(its, ask.ship_to),
            parcels=[parcel],
            services=[],
            options=options,
            reference=ask.reference,
        )
        body: Any = its.lib.to_dict(its.mapper.create_rate_request(said).serialize())
        if self.name == "usps":
            (body,) = body  # a list of requests, one for each parcel
        return Request("POST", _RATE[self.name], _HEADERS, _bytes(body))

    def read_rate(self, reply: Reply, ask: RateAsk) -> RatesMade | CarrierSaysNo | Parked:
        """The offers, cheapest first, one for each service; a price that cannot be read parks them all."""
        try:
            answer, no = self._answer(reply)
            if no is not None:
                return no
            its = plugin(self.name, ask.account, ask.ship_from.country)
            context = {"origin": ask.ship_from.country, "price_type": "RETAIL", "machinable_piece": None}
            known = its.lib.Deserializable([answer] if self.name == "usps" else answer, its.lib.to_dict, context)
            rates, messages = _safely(lambda: its.mapper.parse_rate_response(known))
            if not rates:
                # karrio's rates of USPS overlook an error.
                return _no(reply, messages or _safely(lambda: its.errors(answer)))
            cheapest: dict[str, RateOffered] = {}
            for offer in sorted((self._offer(rate) for rate in rates), key=_by_price):
                cheapest.setdefault(offer.service_id, offer)
            return RatesMade(tuple(cheapest.values()), tuple(_says(one) for one in messages if one.level != "info"))
        except UnreadableError as problem:
            return _parked(reply, problem)

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
            return Request("POST", "/track/v1/trackingnumbers", _HEADERS, _bytes(body))
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
            answer, no = self._answer(reply)
            if no is not None:
                return no
            its = plugin(self.name)
            numbered = [(label.tracking_number, answer)] if self.name in ("ups", "usps") else answer
            known = its.lib.Deserializable(numbered, its.lib.to_dict)
            details, messages = _safely(lambda: its.mapper.parse_tracking_response(known))
            if not details:
                return _no(reply, messages)
            listed, signed_by = events_of(self.name, answer, label.tracking_number)
            return tuple(self._message(label.tracking_number, event, signed_by) for event in listed)
        except UnreadableError as problem:
            return _parked(reply, problem)

    def _message(self, number: str, event: dict[str, object], signed_by: str) -> bytes:
        said = {"object": _SCAN, "dialect": self.name, "tracking_number": number, "event": event}
        return _bytes(said | {"signed_by": signed_by})

    def messages(self, raw: bytes) -> tuple[bytes, ...]:
        return (raw,)

    def read_scan(self, raw: bytes, received_at: datetime | None = None) -> ScanRead | Parked:
        """What one event says, or why it is parked; never an exception, whatever the bytes."""
        message_id = hashlib.sha256(raw).hexdigest()
        try:
            said = read_object(raw, _MOST_REPLY_BYTES)
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

    def _answer(self, reply: Reply) -> tuple[dict[str, object], CarrierSaysNo | None]:
        wait = reply.retry_after_seconds
        if reply.status == _TOO_MANY_REQUESTS:
            return {}, CarrierSaysNo("too_many_requests", "asks us to wait", retry=True, retry_after_seconds=wait)
        if reply.status >= _SERVER_ERROR:
            return {}, CarrierSaysNo(f"status_{reply.status}", "broke down", retry=True, outcome_unknown=True)
        return read_object(reply.body, _MOST_REPLY_BYTES), None


def _address(its: Any, address: Address) -> Any:
    lines = [line for line in address.lines if line.strip()]
    return its.models.Address(
        person_name=address.name,
        company_name=address.name,
        address_line1=lines[0] if lines else "",
        address_line2=", ".join(lines[1:]) or None,
        city=address.city,
        postal_code=address.postcode,
        state_code=state_of(address.country, address.postcode) or None,
        country_code=address.country,
        phone_number=address.phone or None,
        email=address.email or None,
    )


def _safely(parse: Any) -> Any:
    """What karrio makes of an answer; what it stumbles over was not as it should be."""
    try:
        return parse()
    except OfflineError:
        raise
    except UNEXPECTED as problem:
        raise UnreadableError(
            f"is not as karrio knows it ({type(problem).__name__}: {problem})"[:_LONGEST_SAYS]
        ) from problem


def _no(reply: Reply, messages: Sequence[Any]) -> CarrierSaysNo:
    """The no of an answer without content; UnreadableError where it says none either."""
    if not messages:
        raise UnreadableError("it says nothing that is known here")
    code = str(messages[0].code or f"status_{reply.status}")
    return CarrierSaysNo(code, "; ".join(_says(one) for one in messages)[:_LONGEST_SAYS], retry=False)


def _says(message: Any) -> str:
    told = str(message.message or message.code or "no reason given")[:_LONGEST_SAYS]
    return "".join(letter if letter.isprintable() else " " for letter in told)


def _by_price(offer: RateOffered) -> tuple[int, str]:
    return offer.cost_minor, offer.service_id


def _parked(reply: Reply, problem: UnreadableError) -> Parked:
    return Parked(None, f"status {reply.status}: {problem}", reply.body)


def _bytes(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8", "backslashreplace")
