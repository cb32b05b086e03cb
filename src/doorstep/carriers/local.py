"""The dialect of the local carrier: a small JSON interface, idempotent by our reference, scans pushed and signed.

    POST /v1/rates                       200, what each service would cost, and which cannot be had
    POST /v1/labels                      201 made, 200 the same label again for the same reference and body; its
                                         cost may be told charge by charge
    POST /v1/shipments                   several labels at once, all or none (`local_together`)
    GET  /v1/labels?reference=...        200, or 404 unknown_label
    POST /v1/labels/<number>/void        200, also when already void; 409 already_accepted
    GET  /v1/labels/<number>/scans       200, what happened so far, in the form in which it is pushed
    POST /v1/manifests                   201 made, 200 the same again
    GET  /v1/manifests?reference=...     200, or 404 unknown_manifest
    POST /v1/pickups                     201 made, 200 the same again
    POST /v1/pickups/<number>/cancel     200, also when it is cancelled already; 404 unknown_pickup

Errors are `{"error": {"code", "message"}}`. Labels are here; the scans it pushes are read in `local_scans`, everything
else in `local_desk`.
"""

from __future__ import annotations

from urllib.parse import quote

from doorstep.carriers.bills import Charge
from doorstep.carriers.local_desk import (
    build_manifest,
    build_manifest_lookup,
    build_pickup,
    build_pickup_cancel,
    build_rate,
    build_track,
    messages,
    read_manifest,
    read_manifest_lookup,
    read_pickup,
    read_pickup_cancel,
    read_rate,
    read_track,
)
from doorstep.carriers.local_scans import read_scan, verify_signature
from doorstep.carriers.local_wire import (
    MADE,
    MOST_REPLY_BYTES,
    address_body,
    parked,
    read_about,
    read_document,
    read_no,
)
from doorstep.carriers.port import (
    AtCarrier,
    CarrierSaysNo,
    LabelAsk,
    LabelMade,
    NoLabel,
    Parked,
    Reply,
    Request,
    Voided,
)
from doorstep.carriers.reading import UnreadableError, read_amount, read_object, read_part, read_text
from doorstep.carriers.writing import get, post
from doorstep.terms.measures import sides_up, whole_up
from doorstep.terms.tariff import ChargeKind

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


def build_label(ask: LabelAsk) -> Request:
    """Buy a label. Sent twice with the same reference, it buys one."""
    return post(
        "/v1/labels",
        {
            "reference": ask.reference,
            "service": ask.service_id,
            "sscc": ask.sscc,
            "weight_g": whole_up(ask.weight, "g"),
            "size_mm": list(sides_up(ask.sides, "mm")),
            "from": address_body(ask.ship_from),
            "to": address_body(ask.ship_to),
            **({"shipment": {sscc: list(each) for sscc, each in ask.shipment.items()}} if ask.shipment else {}),
            **({"stops": [address_body(stop) for stop in ask.stops]} if ask.stops else {}),
        },
    )


def read_label(reply: Reply, reference: str, service_id: str = "") -> LabelMade | CarrierSaysNo | Parked:
    """What came of buying a label; an answer about another reference is parked, not put on this parcel."""
    try:
        if reply.status in MADE:
            found = _read_found(reply, reference)
            if isinstance(found, NoLabel):
                raise UnreadableError("the label just made is void")
            return found
        return read_no(reply)
    except UnreadableError as problem:
        return parked(reply, problem)


def build_lookup(reference: str, carrier_ref: str = "") -> Request:
    """Ask whether a label exists under our reference, after an outcome we do not know."""
    return get(f"/v1/labels?reference={quote(reference, safe='')}")


def read_lookup(reply: Reply, reference: str, service_id: str = "") -> LabelMade | NoLabel | CarrierSaysNo | Parked:
    """The live label under our reference, or that there is none."""
    try:
        if reply.status == 200:
            return _read_found(reply, reference)
        no = read_no(reply)
    except UnreadableError as problem:
        return parked(reply, problem)
    return NoLabel(reference) if no.code == "unknown_label" else no


def build_void(label: AtCarrier) -> Request:
    """Cancel a label that has not travelled."""
    return post(f"/v1/labels/{quote(label.tracking_number, safe='')}/void", {})


def read_void(reply: Reply, label: AtCarrier) -> Voided | CarrierSaysNo | Parked:
    """Whether the label is void now."""
    try:
        if reply.status != 200:
            return read_no(reply)
        answer, number = read_object(reply.body, MOST_REPLY_BYTES), label.tracking_number
        if read_text(answer, "tracking_number") != number or read_text(answer, "state") != "voided":
            raise UnreadableError(f"the answer is not that {number} is void")
        return Voided(number)
    except UnreadableError as problem:
        return parked(reply, problem)


def _read_found(reply: Reply, reference: str) -> LabelMade | NoLabel:
    answer = read_about(reply, reference)
    state = read_text(answer, "state")
    if state == "voided":
        return NoLabel(reference, voided=True)
    if state != "live":
        raise UnreadableError(f"unknown state of a label {state!r}")
    cost = read_part(answer, "cost")
    document, document_type = read_document(read_part(answer, "label"))
    return LabelMade(
        tracking_number=read_text(answer, "tracking_number"),
        cost_minor=read_amount(cost, "minor"),
        currency=read_text(cost, "currency"),
        document=document,
        document_type=document_type,
        charges=_charges(cost),
    )


def _charges(cost: dict[str, object]) -> tuple[Charge, ...]:
    """What the cost is made of, where the carrier tells it: `charges`, each with kind, name and minor."""
    told = cost.get("charges", [])
    if not isinstance(told, list):
        raise UnreadableError("charges is not a list")
    return tuple(_charge(each) for each in told)


def _charge(told: object) -> Charge:
    minor = told.get("minor") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(minor, int) or isinstance(minor, bool):
        raise UnreadableError("a charge has no whole amount")
    kind = read_text(told, "kind")
    if kind not in set(ChargeKind):
        raise UnreadableError(f"unknown kind of charge {kind!r}")
    return Charge(ChargeKind(kind), read_text(told, "name"), minor)
