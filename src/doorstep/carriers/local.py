"""The dialect of the local carrier: a small JSON interface, idempotent by our reference, scans pushed and signed.

    POST /v1/labels                      201 made, 200 the same label again for the same reference and body; its
                                         cost may be told charge by charge
    GET  /v1/labels?reference=...        200, or 404 unknown_label
    POST /v1/labels/<number>/void        200, also when already void; 409 already_accepted

Errors are `{"error": {"code", "message"}}`. The scans it pushes are read in `local_scans`.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from doorstep.carriers.bills import Charge
from doorstep.carriers.local_scans import read_scan, verify_signature
from doorstep.carriers.port import CarrierSaysNo, LabelAsk, LabelMade, NoLabel, Parked, Reply, Request, Voided
from doorstep.carriers.reading import UnreadableError, read_amount, read_object, read_part, read_text
from doorstep.terms.places import Address
from doorstep.terms.tariff import ChargeKind

__all__ = [
    "build_label",
    "build_lookup",
    "build_void",
    "read_label",
    "read_lookup",
    "read_scan",
    "read_void",
    "verify_signature",
]

_MOST_REPLY_BYTES = 4 * 1024 * 1024
_LONGEST_DOCUMENT = 3 * 1024 * 1024
_DOCUMENT_TYPES = frozenset({"application/zpl", "application/pdf", "image/png"})

# The carrier's error codes, and whether the same request may succeed later. A code that is not here is parked.
_MAY_RETRY = {
    "bad_key": False,
    "malformed": False,
    "bad_address": False,
    "bad_weight": False,
    "bad_size": False,
    "bad_sscc": False,
    "unknown_service": False,
    "no_zone": False,
    "too_long": False,
    "girth": False,
    "too_heavy": False,
    "reference_reused": False,
    "reference_voided": False,
    "unknown_label": False,
    "already_accepted": False,
    "closed": True,
}
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_MADE = frozenset({200, 201})


def build_label(ask: LabelAsk) -> Request:
    """Buy a label. Sent twice with the same reference, it buys one."""
    return _post(
        "/v1/labels",
        {
            "reference": ask.reference,
            "service": ask.service_id,
            "sscc": ask.sscc,
            "weight_g": ask.weight_g,
            "size_mm": list(ask.size),
            "from": _address(ask.ship_from),
            "to": _address(ask.ship_to),
        },
    )


def read_label(reply: Reply, reference: str) -> LabelMade | CarrierSaysNo | Parked:
    """What came of buying a label; an answer about another reference is parked, not put on this parcel."""
    try:
        if reply.status in _MADE:
            found = _read_found(reply, reference)
            if isinstance(found, NoLabel):
                raise UnreadableError("the label just made is void")
            return found
        return _read_no(reply)
    except UnreadableError as problem:
        return _parked(reply, problem)


def build_lookup(reference: str) -> Request:
    """Ask whether a label exists under our reference, after an outcome we do not know."""
    return Request("GET", f"/v1/labels?reference={quote(reference, safe='')}", {"Accept": "application/json"})


def read_lookup(reply: Reply, reference: str) -> LabelMade | NoLabel | CarrierSaysNo | Parked:
    """The live label under our reference, or that there is none."""
    try:
        if reply.status == 200:
            return _read_found(reply, reference)
        no = _read_no(reply)
    except UnreadableError as problem:
        return _parked(reply, problem)
    return NoLabel(reference) if no.code == "unknown_label" else no


def build_void(tracking_number: str) -> Request:
    """Cancel a label that has not travelled."""
    return _post(f"/v1/labels/{quote(tracking_number, safe='')}/void", {})


def read_void(reply: Reply, tracking_number: str) -> Voided | CarrierSaysNo | Parked:
    """Whether the label is void now."""
    try:
        if reply.status != 200:
            return _read_no(reply)
        answer = read_object(reply.body, _MOST_REPLY_BYTES)
        if read_text(answer, "tracking_number") != tracking_number or read_text(answer, "state") != "voided":
            raise UnreadableError(f"the answer is not that {tracking_number} is void")
        return Voided(tracking_number)
    except UnreadableError as problem:
        return _parked(reply, problem)


def _post(path: str, body: dict[str, object]) -> Request:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    return Request("POST", path, headers, json.dumps(body, ensure_ascii=False, sort_keys=True).encode())


def _address(address: Address) -> dict[str, object]:
    return {
        "name": address.name,
        "lines": list(address.lines),
        "city": address.city,
        "postcode": address.postcode,
        "country": address.country,
        "email": address.email,
        "phone": address.phone,
    }


def _read_found(reply: Reply, reference: str) -> LabelMade | NoLabel:
    answer = read_object(reply.body, _MOST_REPLY_BYTES)
    if read_text(answer, "reference") != reference:
        raise UnreadableError(f"the answer is about another reference than {reference}")
    state = read_text(answer, "state")
    if state == "voided":
        return NoLabel(reference, voided=True)
    if state != "live":
        raise UnreadableError(f"unknown state of a label {state!r}")
    cost, label = read_part(answer, "cost"), read_part(answer, "label")
    document_type = read_text(label, "type")
    if document_type not in _DOCUMENT_TYPES:
        raise UnreadableError(f"unknown type of document {document_type!r}")
    try:
        document = base64.b64decode(read_text(label, "data", _LONGEST_DOCUMENT), validate=True)
    except ValueError as problem:
        raise UnreadableError("the document is not base64") from problem
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


def _read_no(reply: Reply) -> CarrierSaysNo:
    wait = reply.retry_after_seconds
    if reply.status == _TOO_MANY_REQUESTS:
        return CarrierSaysNo("too_many_requests", "asks us to wait", retry=True, retry_after_seconds=wait)
    if reply.status >= _SERVER_ERROR:
        # It broke somewhere between reading the request and answering: before or after the label, nobody knows.
        return CarrierSaysNo(
            f"status_{reply.status}", "broke down", retry=True, outcome_unknown=True, retry_after_seconds=wait
        )
    error = read_part(read_object(reply.body, _MOST_REPLY_BYTES), "error")
    code = read_text(error, "code")
    if code not in _MAY_RETRY:
        raise UnreadableError(f"unknown error code {code!r}")
    return CarrierSaysNo(code, read_text(error, "message", 1000), retry=_MAY_RETRY[code], retry_after_seconds=wait)


def _parked(reply: Reply, problem: UnreadableError) -> Parked:
    return Parked(None, f"status {reply.status}: {problem}", reply.body)
