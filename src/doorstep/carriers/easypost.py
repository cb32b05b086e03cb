"""The dialect of EasyPost, which speaks to USPS, UPS, FedEx and a hundred more for us.

    POST /v2/shipments                   a parcel between two addresses, under our reference: its rates; nothing is paid
    POST /v2/shipments/<id>/buy          its label, once: asked again it answers that there is postage already
    GET  /v2/shipments/<id>              what became of it; our reference may stand in place of the id
    POST /v2/shipments/<id>/refund       the label back

A reference need not be unique there, so EasyPost's own id is written down before anything is paid (`Opened`): however
often a label is asked for, one shipment is bought and no other. Labels are here; rates, scan forms, pickups and
trackers in `easypost_desk`, what is pushed in `easypost_scans`, the forms of it all in `easypost_wire`.
"""

from __future__ import annotations

from urllib.parse import quote

from doorstep.carriers.easypost_desk import (
    build_manifest,
    build_manifest_lookup,
    build_pickup,
    build_pickup_cancel,
    build_rate,
    build_track,
    read_manifest,
    read_manifest_lookup,
    read_pickup,
    read_pickup_cancel,
    read_rate,
    read_track,
)
from doorstep.carriers.easypost_rates import no_rate, rate_for
from doorstep.carriers.easypost_scans import messages, read_scan, verify_signature
from doorstep.carriers.easypost_wire import (
    MADE,
    MOST_REPLY_BYTES,
    address_body,
    document_of,
    parcel_body,
    parked,
    read_no,
    shipment_of,
)
from doorstep.carriers.port import (
    AtCarrier,
    CarrierSaysNo,
    LabelAsk,
    LabelMade,
    NoLabel,
    Opened,
    Parked,
    Reply,
    Request,
    Voided,
)
from doorstep.carriers.reading import (
    UnreadableError,
    read_money,
    read_object,
    read_part,
    read_text,
    read_text_if_any,
)
from doorstep.carriers.writing import get, post

__all__ = [
    "build_label",
    "build_lookup",
    "build_manifest",
    "build_manifest_lookup",
    "build_pickup",
    "build_pickup_cancel",
    "build_rate",
    "build_track",
    "build_void",
    "messages",
    "read_label",
    "read_lookup",
    "read_manifest",
    "read_manifest_lookup",
    "read_pickup",
    "read_pickup_cancel",
    "read_rate",
    "read_scan",
    "read_track",
    "read_void",
    "verify_signature",
]

# Submitted: the money comes within a month. Not applicable: billed when it is scanned, so nothing was paid.
_VOID = frozenset({"submitted", "refunded", "not_applicable"})
_NOT_VOID = frozenset({"rejected"})
_NOT_FOUND = 404


def build_label(ask: LabelAsk) -> Request:
    """Have the parcel rated under our reference. What it answers says how the label is bought."""
    return post(
        "/v2/shipments",
        {
            "shipment": {
                "reference": ask.reference,
                "from_address": address_body(ask.ship_from),
                "to_address": address_body(ask.ship_to),
                "parcel": parcel_body(ask.weight, ask.sides),
                "options": {"label_format": "PDF", "label_size": "4x6", "print_custom_1": ask.sscc},
            }
        },
    )


def read_label(reply: Reply, reference: str, service_id: str = "") -> LabelMade | Opened | CarrierSaysNo | Parked:
    """The shipment with the request that buys it, or the label that was bought."""
    try:
        if reply.status not in MADE:
            return read_no(reply, paying=True)
        found = _read_shipment(reply, reference, service_id)
        if not isinstance(found, NoLabel):
            return found
        if found.voided:
            raise UnreadableError("the label just made is void")
        return no_rate(shipment_of(reply, reference), service_id)
    except UnreadableError as problem:
        return parked(reply, problem)


def build_lookup(reference: str, carrier_ref: str = "") -> Request:
    """What became of a shipment: by EasyPost's id where we wrote it down, else by our reference."""
    return get(f"/v2/shipments/{quote(carrier_ref or reference, safe='')}")


def read_lookup(
    reply: Reply, reference: str, service_id: str = ""
) -> LabelMade | Opened | NoLabel | CarrierSaysNo | Parked:
    """The label that was bought, the shipment that waits to be bought, or that there is none."""
    try:
        if reply.status in MADE:
            return _read_shipment(reply, reference, service_id)
        no = read_no(reply)
    except UnreadableError as problem:
        return parked(reply, problem)
    return NoLabel(reference) if reply.status == _NOT_FOUND else no


def build_void(label: AtCarrier) -> Request:
    """Give the label back. EasyPost takes its own id, our number of it otherwise."""
    return post(f"/v2/shipments/{quote(label.carrier_ref or label.tracking_number, safe='')}/refund", {})


def read_void(reply: Reply, label: AtCarrier) -> Voided | CarrierSaysNo | Parked:
    """Whether the label was taken back: asked for it is, though the money comes later."""
    try:
        if reply.status not in MADE:
            return read_no(reply)
        shipment = read_object(reply.body, MOST_REPLY_BYTES)
        if read_text_if_any(shipment, "tracking_code") not in ("", label.tracking_number):
            raise UnreadableError(f"the answer is about another label than {label.tracking_number}")
        if label.carrier_ref and read_text_if_any(shipment, "id") != label.carrier_ref:
            raise UnreadableError(f"the answer is about another shipment than {label.carrier_ref}")
        status = read_text(shipment, "refund_status")
    except UnreadableError as problem:
        return parked(reply, problem)
    if status in _NOT_VOID:
        return CarrierSaysNo(f"refund_{status}", "does not take the label back", retry=False)
    if status not in _VOID:
        return parked(reply, UnreadableError(f"unknown state of a refund {status!r}"))
    return Voided(label.tracking_number)


def _read_shipment(reply: Reply, reference: str, service_id: str) -> LabelMade | Opened | NoLabel:
    shipment = shipment_of(reply, reference)
    shipment_id = read_text(shipment, "id")
    if shipment.get("postage_label") is None:
        rate = rate_for(shipment, service_id) if service_id else None
        if rate is None:
            return NoLabel(reference)
        pay = post(f"/v2/shipments/{quote(shipment_id, safe='')}/buy", {"rate": {"id": rate.rate_id}})
        return Opened(shipment_id, pay)
    if read_text_if_any(shipment, "refund_status") in _VOID:
        return NoLabel(reference, voided=True)
    rate_paid = read_part(shipment, "selected_rate")
    document_at, document_type = document_of(read_part(shipment, "postage_label"))
    return LabelMade(
        tracking_number=read_text(shipment, "tracking_code"),
        cost_minor=read_money(rate_paid, "rate"),
        currency=read_text(rate_paid, "currency"),
        document=b"",
        document_type=document_type,
        document_at=document_at,
    )
