"""What is asked of the local carrier beside labels: rates, the driver's list, a pickup, a parcel's whereabouts."""

from __future__ import annotations

import json
from urllib.parse import quote

from doorstep.carriers.local_wire import (
    MADE,
    MOST_REPLY_BYTES,
    address_body,
    parked,
    read_about,
    read_no,
)
from doorstep.carriers.port import (
    AtCarrier,
    CarrierSaysNo,
    ManifestAsk,
    ManifestMade,
    NothingMade,
    Parked,
    PickupAsk,
    PickupMade,
    PickupOff,
    RateAsk,
    RateOffered,
    RatesMade,
    Reply,
    Request,
)
from doorstep.carriers.reading import (
    UnreadableError,
    read_amount,
    read_list,
    read_object,
    read_part,
    read_text,
)
from doorstep.carriers.writing import get, post
from doorstep.terms.clock import stamp
from doorstep.terms.measures import sides_up, whole_up


def build_rate(ask: RateAsk) -> Request:
    """Ask what each service would cost."""
    return post(
        "/v1/rates",
        {
            "reference": ask.reference,
            "weight_g": whole_up(ask.weight, "g"),
            "size_mm": list(sides_up(ask.sides, "mm")),
            "from": address_body(ask.ship_from),
            "to": address_body(ask.ship_to),
        },
    )


def read_rate(reply: Reply, ask: RateAsk) -> RatesMade | CarrierSaysNo | Parked:
    """What each service would cost, cheapest first, and which cannot be had for this parcel."""
    try:
        if reply.status not in MADE:
            return read_no(reply)
        answer = read_about(reply, ask.reference)
        offers = [_offer(one) for one in read_list(answer, "rates")]
        missing = [_without_rate(one) for one in read_list(answer, "without_rate")]
    except UnreadableError as problem:
        return parked(reply, problem)
    return RatesMade(tuple(sorted(offers, key=lambda offer: (offer.cost_minor, offer.service_id))), tuple(missing))


def _offer(rate: dict[str, object]) -> RateOffered:
    cost = read_part(rate, "cost")
    return RateOffered(
        service_id=read_text(rate, "service"),
        name=read_text(rate, "name"),
        cost_minor=read_amount(cost, "minor"),
        currency=read_text(cost, "currency"),
        days=None if rate.get("days") is None else read_amount(rate, "days"),
    )


def _without_rate(one: dict[str, object]) -> str:
    return f"{read_text(one, 'service')}: {read_text(one, 'message', 1000)}"


def build_manifest(ask: ManifestAsk, carrier_ref: str = "") -> Request:
    """List what the driver takes. Sent twice with the same reference, it makes one list, which is ready at once."""
    numbers = [label.tracking_number for label in ask.labels]
    return post("/v1/manifests", {"reference": ask.reference, "tracking_numbers": numbers})


def read_manifest(reply: Reply, ask: ManifestAsk) -> ManifestMade | CarrierSaysNo | Parked:
    """The carrier's own number of the list; it has no paper."""
    try:
        if reply.status not in MADE:
            return read_no(reply)
        return ManifestMade(read_text(read_about(reply, ask.reference), "manifest"))
    except UnreadableError as problem:
        return parked(reply, problem)


def build_manifest_lookup(ask: ManifestAsk) -> Request:
    """Whether there is a list under our reference."""
    return get(f"/v1/manifests?reference={quote(ask.reference, safe='')}")


def read_manifest_lookup(reply: Reply, ask: ManifestAsk) -> ManifestMade | NothingMade | CarrierSaysNo | Parked:
    found = read_manifest(reply, ask)
    unknown = isinstance(found, CarrierSaysNo) and found.code == "unknown_manifest"
    return NothingMade(ask.reference) if unknown else found


def build_pickup(ask: PickupAsk, carrier_ref: str = "") -> Request:
    """Ask for a driver. Sent twice with the same reference, one comes."""
    return post(
        "/v1/pickups",
        {
            "reference": ask.reference,
            "address": address_body(ask.at),
            "ready_at": stamp(ask.ready_at),
            "closes_at": stamp(ask.closes_at),
            "tracking_numbers": [label.tracking_number for label in ask.labels],
            "instructions": ask.instructions,
        },
    )


def read_pickup(reply: Reply, ask: PickupAsk) -> PickupMade | CarrierSaysNo | Parked:
    try:
        if reply.status not in MADE:
            return read_no(reply)
        answer = read_about(reply, ask.reference)
        cost, number = read_part(answer, "cost"), read_text(answer, "pickup")
        return PickupMade(number, number, read_amount(cost, "minor"), read_text(cost, "currency"))
    except UnreadableError as problem:
        return parked(reply, problem)


def build_pickup_cancel(carrier_ref: str) -> Request:
    """Send the driver away; also when that is done already."""
    return post(f"/v1/pickups/{quote(carrier_ref, safe='')}/cancel", {})


def read_pickup_cancel(reply: Reply, carrier_ref: str) -> PickupOff | CarrierSaysNo | Parked:
    try:
        if reply.status not in MADE:
            return read_no(reply)
        answer = read_object(reply.body, MOST_REPLY_BYTES)
        if read_text(answer, "pickup") != carrier_ref or read_text(answer, "state") != "cancelled":
            raise UnreadableError(f"the answer is not that {carrier_ref} is cancelled")
        return PickupOff(carrier_ref)
    except UnreadableError as problem:
        return parked(reply, problem)


def build_track(label: AtCarrier) -> Request:
    """Ask what happened to a parcel so far."""
    return get(f"/v1/labels/{quote(label.tracking_number, safe='')}/scans")


def read_track(reply: Reply, label: AtCarrier) -> tuple[bytes, ...] | CarrierSaysNo | Parked:
    """The scans as messages, in the form in which they are pushed."""
    try:
        if reply.status != 200:
            return read_no(reply)
        answer = read_object(reply.body, MOST_REPLY_BYTES)
        if read_text(answer, "tracking_number") != label.tracking_number:
            raise UnreadableError(f"the answer is about another number than {label.tracking_number}")
        scans = read_list(answer, "scans")
    except UnreadableError as problem:
        return parked(reply, problem)
    return tuple(json.dumps(scan, sort_keys=True, ensure_ascii=False).encode() for scan in scans)


def messages(raw: bytes) -> tuple[bytes, ...]:
    """One message is pushed at a time."""
    return (raw,)
