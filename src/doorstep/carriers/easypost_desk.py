"""What is asked of EasyPost beside labels: rates, scan forms, pickups, trackers.

POST /v2/shipments                   rated; not bought, it costs nothing
POST /v2/scan_forms                  one list of what the driver takes; GET /v2/scan_forms/<id> how far it is
POST /v2/pickups                     when and where; POST /v2/pickups/<id>/buy, .../cancel, and GET /v2/pickups/<id>
POST /v2/trackers                    what is known of a number; the same tracker again for the same number
"""

from __future__ import annotations

from urllib.parse import quote

from doorstep.carriers.easypost_rates import messages_of, rates_of
from doorstep.carriers.easypost_scans import messages_of_tracker
from doorstep.carriers.easypost_wire import (
    MADE,
    MOST_REPLY_BYTES,
    address_body,
    parcel_body,
    parked,
    read_no,
    shipment_of,
    url_of,
)
from doorstep.carriers.port import (
    AtCarrier,
    CarrierSaysNo,
    ManifestAsk,
    ManifestMade,
    NothingMade,
    NotYet,
    Opened,
    Parked,
    PickupAsk,
    PickupMade,
    PickupOff,
    RateAsk,
    RatesMade,
    Reply,
    Request,
)
from doorstep.carriers.reading import (
    UnreadableError,
    read_list,
    read_money,
    read_object,
    read_part,
    read_text,
    read_text_if_any,
)
from doorstep.carriers.writing import get, post
from doorstep.terms.clock import stamp


def build_rate(ask: RateAsk) -> Request:
    """Have the parcel rated by every carrier of the account."""
    return post(
        "/v2/shipments",
        {
            "shipment": {
                "reference": ask.reference,
                "from_address": address_body(ask.ship_from),
                "to_address": address_body(ask.ship_to),
                "parcel": parcel_body(ask.weight, ask.sides),
            }
        },
    )


def read_rate(reply: Reply, ask: RateAsk) -> RatesMade | CarrierSaysNo | Parked:
    """The offers of every carrier, cheapest first, and which carriers made none and why."""
    try:
        if reply.status not in MADE:
            return read_no(reply)
        shipment = shipment_of(reply, ask.reference)
        return RatesMade(tuple(rate.offer for rate in rates_of(shipment)), tuple(messages_of(shipment)))
    except UnreadableError as problem:
        return parked(reply, problem)


def build_manifest(ask: ManifestAsk, carrier_ref: str = "") -> Request:
    if carrier_ref:
        return get(f"/v2/scan_forms/{quote(carrier_ref, safe='')}")
    return post("/v2/scan_forms", {"shipments": [{"id": label.carrier_ref} for label in ask.labels]})


def read_manifest(reply: Reply, ask: ManifestAsk) -> ManifestMade | NotYet | CarrierSaysNo | Parked:
    """The scan form with the address of its document; it may take EasyPost a while."""
    try:
        if reply.status not in MADE:
            return read_no(reply, paying=True)
        return _scan_form(read_object(reply.body, MOST_REPLY_BYTES))
    except UnreadableError as problem:
        return parked(reply, problem)


def build_manifest_lookup(ask: ManifestAsk) -> Request:
    """A shipment is on one scan form at most, and says on which."""
    return get(f"/v2/shipments/{quote(ask.labels[0].carrier_ref, safe='')}")


def read_manifest_lookup(
    reply: Reply, ask: ManifestAsk
) -> ManifestMade | NotYet | NothingMade | CarrierSaysNo | Parked:
    try:
        if reply.status not in MADE:
            return read_no(reply)
        shipment = read_object(reply.body, MOST_REPLY_BYTES)
        if read_text(shipment, "id") != ask.labels[0].carrier_ref:
            raise UnreadableError(f"the answer is about another shipment than {ask.labels[0].carrier_ref}")
        if shipment.get("scan_form") is None:
            return NothingMade(ask.reference)
        return _scan_form(read_part(shipment, "scan_form"))
    except UnreadableError as problem:
        return parked(reply, problem)


def _scan_form(form: dict[str, object]) -> ManifestMade | NotYet | CarrierSaysNo:
    form_id, status = read_text(form, "id"), read_text(form, "status")
    message = read_text_if_any(form, "message")
    if status == "created":
        return ManifestMade(form_id, document_type=read_text_if_any(form, "form_file_type"), document_at=_form_at(form))
    if status == "creating":
        return NotYet(form_id, "the scan form is being made")
    if status == "failed":
        return CarrierSaysNo("scan_form_failed", message or "the scan form could not be made", retry=False)
    raise UnreadableError(f"unknown state of a scan form {status!r}")


def _form_at(form: dict[str, object]) -> str:
    return url_of(form, "form_url") if form.get("form_url") else ""


def build_pickup(ask: PickupAsk, carrier_ref: str = "") -> Request:
    """Have a pickup rated. It names one shipment: the driver takes what stands at the address."""
    if carrier_ref:
        return get(f"/v2/pickups/{quote(carrier_ref, safe='')}")
    more = f"{len(ask.labels)} parcels" if len(ask.labels) > 1 else ""
    said: dict[str, object] = {
        "reference": ask.reference,
        "address": address_body(ask.at),
        "min_datetime": stamp(ask.ready_at),
        "max_datetime": stamp(ask.closes_at),
        "is_account_address": False,
        "instructions": "; ".join(part for part in (ask.instructions, more) if part),
    }
    if ask.labels:
        said["shipment"] = {"id": ask.labels[0].carrier_ref}
    return post("/v2/pickups", {"pickup": said})


def read_pickup(reply: Reply, ask: PickupAsk) -> PickupMade | Opened | CarrierSaysNo | Parked:
    """The pickup with the request that books its cheapest rate, or the one that is booked."""
    try:
        if reply.status not in MADE:
            return read_no(reply, paying=True)
        pickup = read_object(reply.body, MOST_REPLY_BYTES)
        if read_text_if_any(pickup, "reference") not in ("", ask.reference):
            raise UnreadableError(f"the answer is about another reference than {ask.reference}")
        return _pickup(pickup)
    except UnreadableError as problem:
        return parked(reply, problem)


def _pickup(pickup: dict[str, object]) -> PickupMade | Opened | CarrierSaysNo:
    pickup_id, status = read_text(pickup, "id"), read_text(pickup, "status")
    rates = [
        (read_money(one, "rate"), read_text(one, "currency"), read_text(one, "carrier"), read_text(one, "service"))
        for one in read_list(pickup, "pickup_rates")
    ]
    if status == "scheduled":
        # A pickup does not say which of its rates was booked: we booked the cheapest.
        cost_minor, currency, *_ = min(rates, default=(0, "USD", "", ""))
        return PickupMade(pickup_id, read_text_if_any(pickup, "confirmation") or pickup_id, cost_minor, currency)
    if status in ("canceled", "failed"):
        return CarrierSaysNo(f"pickup_{status}", "; ".join(messages_of(pickup)) or f"the pickup is {status}", False)
    if status != "unknown":
        raise UnreadableError(f"unknown state of a pickup {status!r}")
    if not rates:
        return CarrierSaysNo("no_pickup", "; ".join(messages_of(pickup)) or "nobody comes then and there", False)
    _, _, carrier, service = min(rates)
    pay = post(f"/v2/pickups/{quote(pickup_id, safe='')}/buy", {"carrier": carrier, "service": service})
    return Opened(pickup_id, pay)


def build_pickup_cancel(carrier_ref: str) -> Request:
    """Cancel a pickup that is scheduled."""
    return post(f"/v2/pickups/{quote(carrier_ref, safe='')}/cancel", {})


def read_pickup_cancel(reply: Reply, carrier_ref: str) -> PickupOff | CarrierSaysNo | Parked:
    try:
        if reply.status not in MADE:
            return read_no(reply)
        pickup = read_object(reply.body, MOST_REPLY_BYTES)
        if read_text(pickup, "id") != carrier_ref or read_text(pickup, "status") != "canceled":
            raise UnreadableError(f"the answer is not that {carrier_ref} is cancelled")
        return PickupOff(carrier_ref)
    except UnreadableError as problem:
        return parked(reply, problem)


def build_track(label: AtCarrier) -> Request:
    """Have a number watched; where it is watched already, what is known of it."""
    return post("/v2/trackers", {"tracker": {"tracking_code": label.tracking_number}})


def read_track(reply: Reply, label: AtCarrier) -> tuple[bytes, ...] | CarrierSaysNo | Parked:
    """What is known of a parcel, each scan a message."""
    try:
        if reply.status not in MADE:
            return read_no(reply)
        tracker = read_object(reply.body, MOST_REPLY_BYTES)
        if read_text(tracker, "tracking_code") != label.tracking_number:
            raise UnreadableError(f"the answer is about another number than {label.tracking_number}")
        return messages_of_tracker(tracker)
    except UnreadableError as problem:
        return parked(reply, problem)
