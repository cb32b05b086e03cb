"""What every exchange with the local carrier is made of: its requests, its addresses, its documents, its errors."""

from __future__ import annotations

import base64

from doorstep.carriers.bills import NoRateWhy
from doorstep.carriers.port import CarrierSaysNo, Parked, Reply
from doorstep.carriers.reading import UnreadableError, read_object, read_part, read_text
from doorstep.terms.places import Address

MADE = frozenset({200, 201})
MOST_REPLY_BYTES = 4 * 1024 * 1024
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
    "bad_hours": False,
    "unknown_service": False,
    **{why.value: False for why in NoRateWhy},
    "reference_reused": False,
    "reference_voided": False,
    "unknown_label": False,
    "unknown_manifest": False,
    "unknown_pickup": False,
    "already_accepted": False,
    "already_listed": False,
    "closed": True,
}
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


def address_body(address: Address) -> dict[str, object]:
    return {
        "name": address.name,
        "lines": list(address.lines),
        "city": address.city,
        "postcode": address.postcode,
        "country": address.country,
        "email": address.email,
        "phone": address.phone,
        **({"residential": True} if address.residential else {}),
        **({"position": list(address.position)} if address.position else {}),
    }


def read_about(reply: Reply, reference: str) -> dict[str, object]:
    """The answer, which must be about our reference."""
    answer = read_object(reply.body, MOST_REPLY_BYTES)
    if read_text(answer, "reference") != reference:
        raise UnreadableError(f"the answer is about another reference than {reference}")
    return answer


def read_document(label: dict[str, object]) -> tuple[bytes, str]:
    """The document and its media type."""
    document_type = read_text(label, "type")
    if document_type not in _DOCUMENT_TYPES:
        raise UnreadableError(f"unknown type of document {document_type!r}")
    try:
        return base64.b64decode(read_text(label, "data", _LONGEST_DOCUMENT), validate=True), document_type
    except ValueError as problem:
        raise UnreadableError("the document is not base64") from problem


def read_no(reply: Reply) -> CarrierSaysNo:
    wait = reply.retry_after_seconds
    if reply.status == _TOO_MANY_REQUESTS:
        return CarrierSaysNo("too_many_requests", "asks us to wait", retry=True, retry_after_seconds=wait)
    if reply.status >= _SERVER_ERROR:
        # It broke somewhere between reading the request and answering: before or after the label, nobody knows.
        return CarrierSaysNo(
            f"status_{reply.status}", "broke down", retry=True, outcome_unknown=True, retry_after_seconds=wait
        )
    error = read_part(read_object(reply.body, MOST_REPLY_BYTES), "error")
    code = read_text(error, "code")
    if code not in _MAY_RETRY:
        raise UnreadableError(f"unknown error code {code!r}")
    return CarrierSaysNo(code, read_text(error, "message", 1000), retry=_MAY_RETRY[code], retry_after_seconds=wait)


def parked(reply: Reply, problem: UnreadableError) -> Parked:
    return Parked(None, f"status {reply.status}: {problem}", reply.body)
