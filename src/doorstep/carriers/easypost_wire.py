"""What every exchange with EasyPost is made of: its requests, its addresses and parcels, its documents, its errors.

Source: docs.easypost.com (API reference, errors guide, rate limiting guide), read in 2026. Weights are ounces and sides
inches, each to one decimal; errors are `{"error": {"code", "message", "errors": [...]}}` under a 4xx or 5xx status.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from doorstep.carriers.port import CarrierSaysNo, Parked, Reply
from doorstep.carriers.reading import UnreadableError, read_object, read_part, read_text, read_text_if_any
from doorstep.carriers.states import state_of
from doorstep.terms.measures import Measure, Sides, sides_up, whole_up
from doorstep.terms.places import Address

MADE = frozenset({200, 201})
MOST_REPLY_BYTES = 4 * 1024 * 1024
# Where a label's document lies, by what it is said to be. What came tells itself what it is.
_URLS = {
    "application/pdf": ("label_pdf_url", "label_url"),
    "application/zpl": ("label_zpl_url", "label_url"),
    "image/png": ("label_url",),
    "": ("label_pdf_url", "label_url", "label_zpl_url"),
}
_LONGEST_URL = 2000
_LONGEST_SAYS = 500
# The statuses of its errors, and whether the same request may be taken later. Any other is parked.
_MAY_RETRY = {400: False, 401: False, 402: True, 403: False, 404: False, 405: False, 409: False, 413: False, 422: False}
# A no that says nothing about what became of the request: it may have been, or may yet be, done.
UNSURE_CODES = frozenset(
    {
        "SHIPMENT.POSTAGE.EXISTS",
        "SHIPMENT.POSTAGE.NO_RESPONSE",
        "SHIPMENT.POSTAGE.TIMED_OUT",
        "SHIPMENT.PURCHASE.IN_PROGRESS",
    }
)
_TIMED_OUT = 408
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


def address_body(address: Address) -> dict[str, object]:
    """An address; the state is what the postcode tells, where there are states."""
    lines = [line for line in address.lines if line.strip()]
    said: dict[str, object] = {
        "name": address.name,
        "street1": lines[0] if lines else "",
        "city": address.city,
        "zip": address.postcode,
        "country": address.country,
    }
    more = {
        "street2": ", ".join(lines[1:]),
        "state": state_of(address.country, address.postcode),
        "email": address.email,
        "phone": address.phone,
    }
    return said | {name: text for name, text in more.items() if text}


def parcel_body(weight: Measure, sides: Sides) -> dict[str, object]:
    """Ounces and inches to one decimal, each rounded up once from what was measured."""
    length, width, height = sorted(sides_up(sides, "in", 10), reverse=True)
    return {
        "weight": whole_up(weight, "oz", 10) / 10,
        "length": length / 10,
        "width": width / 10,
        "height": height / 10,
    }


def shipment_of(reply: Reply, reference: str) -> dict[str, object]:
    """The shipment in a reply; one of another reference than ours, or of none, is not taken: we always say it."""
    shipment = read_object(reply.body, MOST_REPLY_BYTES)
    if read_text_if_any(shipment, "reference") != reference:
        raise UnreadableError(f"the answer is about another reference than {reference}")
    return shipment


def document_of(label: dict[str, object]) -> tuple[str, str]:
    """Where a label's document lies, and its media type, '' where that is not said."""
    said = read_text_if_any(label, "label_file_type")
    if said not in _URLS:
        raise UnreadableError(f"unknown type of document {said!r}")
    for name in _URLS[said]:
        if label.get(name):
            return url_of(label, name), said
    raise UnreadableError("the answer does not say where the label's document lies")


def url_of(message: dict[str, object], name: str) -> str:
    text = read_text(message, name, _LONGEST_URL)
    try:
        parts = urlsplit(text)
        reached = parts.hostname
    except ValueError as problem:
        raise UnreadableError(f"{name} is not an address") from problem
    if parts.scheme not in ("http", "https") or not reached:
        raise UnreadableError(f"{name} is not an address of http or https")
    return text


def read_no(reply: Reply, paying: bool = False) -> CarrierSaysNo:
    """The no in a reply. One to a request that pays is believed only after a look (`outcome_unknown`)."""
    wait = reply.retry_after_seconds
    if reply.status == _TOO_MANY_REQUESTS:
        return CarrierSaysNo("too_many_requests", "asks us to wait", retry=True, retry_after_seconds=wait)
    if reply.status >= _SERVER_ERROR or reply.status == _TIMED_OUT:
        return CarrierSaysNo(
            f"status_{reply.status}", "broke down", retry=True, outcome_unknown=True, retry_after_seconds=wait
        )
    if reply.status not in _MAY_RETRY:
        raise UnreadableError(f"status {reply.status} is none that is documented")
    error = read_part(read_object(reply.body, MOST_REPLY_BYTES), "error")
    code = read_text(error, "code")
    unsure = code in UNSURE_CODES
    return CarrierSaysNo(
        code=code,
        says=_says(error),
        retry=unsure or _MAY_RETRY[reply.status],
        outcome_unknown=unsure or paying,
        retry_after_seconds=wait,
    )


def _says(error: dict[str, object]) -> str:
    """The message, and which fields it is about: some errors are objects, some are texts."""
    message = error.get("message")
    parts = [message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)]
    details = error.get("errors")
    for one in details if isinstance(details, list) else []:
        if isinstance(one, dict):
            parts.append(": ".join(str(one[name]) for name in ("field", "message") if one.get(name)))
        elif isinstance(one, str):
            parts.append(one)
    told = "; ".join(part for part in parts if part)[:_LONGEST_SAYS]
    return "".join(letter if letter.isprintable() else " " for letter in told)


def parked(reply: Reply, problem: UnreadableError) -> Parked:
    return Parked(None, f"status {reply.status}: {problem}", reply.body)
