"""Scans that the local carrier pushes: whether they are its own, and what they say.

A message is a JSON object `{"id", "tracking_number", "code", "at", "place", "signed_by"}`, the last two optional. Its
headers carry the id, the time of sending and an HMAC-SHA256 over time, id and raw body.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorstep.carriers.port import Forged, Parked, ScanRead
from doorstep.carriers.reading import UnreadableError, read_instant, read_object, read_text, read_text_if_any
from doorstep.terms.parcel import Milestone

MESSAGE_ID_HEADER = "x-carrier-message-id"
TIMESTAMP_HEADER = "x-carrier-timestamp"  # whole seconds since 1970
SIGNATURE_HEADER = "x-carrier-signature"  # v1=<hex>

_MOST_SCAN_BYTES = 64 * 1024
_MOST_SKEW_SECONDS = 300
_MOST_AHEAD = timedelta(days=1)
_EARLIEST_YEAR = 2000
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)  # no dot: the signed text is split by dots
_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Meaning:
    milestone: Milestone
    corrects: bool = False


# The carrier's handbook, whole. A code that is not here is parked for a person; it is never taken for "in transit".
CODES: Mapping[str, _Meaning] = {
    "MF": _Meaning(Milestone.LABEL_MADE),  # shipment data received
    "PU": _Meaning(Milestone.ACCEPTED),  # collected from the sender
    "AR": _Meaning(Milestone.IN_TRANSIT),  # arrived at depot
    "DP": _Meaning(Milestone.IN_TRANSIT),  # left depot
    "CC": _Meaning(Milestone.IN_TRANSIT),  # cleared customs
    "FD": _Meaning(Milestone.IN_TRANSIT),  # found again
    "CH": _Meaning(Milestone.HELD),  # held by customs
    "WX": _Meaning(Milestone.HELD),  # weather
    "MS": _Meaning(Milestone.HELD),  # missed its connection
    "AQ": _Meaning(Milestone.HELD),  # address queried
    "DM": _Meaning(Milestone.HELD),  # damaged, under inspection
    "OD": _Meaning(Milestone.OUT_FOR_DELIVERY),
    "NH": _Meaning(Milestone.ATTEMPTED),  # nobody at home
    "CL": _Meaning(Milestone.ATTEMPTED),  # business closed
    "RF": _Meaning(Milestone.ATTEMPTED),  # refused by the consignee
    "DL": _Meaning(Milestone.DELIVERED),  # to the consignee
    "DN": _Meaning(Milestone.DELIVERED),  # to a neighbour
    "DS": _Meaning(Milestone.DELIVERED),  # in the agreed safe place
    "RT": _Meaning(Milestone.RETURNING),  # on its way back
    "RS": _Meaning(Milestone.RETURNED),  # handed back to the sender
    "LO": _Meaning(Milestone.LOST),
    "DX": _Meaning(Milestone.IN_TRANSIT, corrects=True),  # delivery reported by mistake
}


def read_scan(raw: bytes, received_at: datetime | None = None) -> ScanRead | Parked:
    """What one message says, or why it is parked; never an exception, whatever the bytes.

    With `received_at`, a scan dated more than a day after it is parked too: a date far ahead would outrank every later
    scan for good.
    """
    message_id: str | None = None
    try:
        message = read_object(raw, _MOST_SCAN_BYTES)
        message_id = _read_id(message)
        code = read_text(message, "code")
        if code not in CODES:
            raise UnreadableError(f"unknown code {code!r}")
        meaning = CODES[code]
        return ScanRead(
            message_id=message_id,
            tracking_number=read_text(message, "tracking_number", 64),
            milestone=meaning.milestone,
            code=code,
            occurred_at=_read_likely_instant(message, received_at),
            place=read_text_if_any(message, "place"),
            signed_by=read_text_if_any(message, "signed_by"),
            corrects=meaning.corrects,
        )
    except UnreadableError as problem:
        return Parked(message_id, str(problem), raw)


def verify_signature(secrets: Sequence[bytes], headers: Mapping[str, str], raw: bytes, now: datetime) -> Forged | None:
    """None where one of the live `secrets` signed this message within 300 seconds of `now`, else why not.

    Two secrets live at once while one replaces the other. It proves origin and age; that a message is new is the
    inbox's to know, by its id. ValueError where there is no secret or an empty one: everybody could sign with that.
    """
    if not secrets or not all(secrets):
        raise ValueError("a carrier's messages cannot be verified without its secret")
    given = {name.lower(): value for name, value in headers.items()}
    message_id, seconds = given.get(MESSAGE_ID_HEADER, ""), given.get(TIMESTAMP_HEADER, "")
    if not _ID.fullmatch(message_id) or not _SECONDS.fullmatch(seconds):
        return Forged("id or timestamp is missing or misspelt")
    if abs(int(seconds) - int(now.timestamp())) > _MOST_SKEW_SECONDS:
        return Forged(f"timestamp is more than {_MOST_SKEW_SECONDS} seconds away")
    signed = f"{seconds}.{message_id}.".encode() + raw
    shown = given.get(SIGNATURE_HEADER, "").encode()
    # Every secret is tried, whichever fits: the time taken tells nothing.
    fits = [hmac.compare_digest(_signature(secret, signed), shown) for secret in secrets]
    return None if any(fits) else Forged("signature does not fit")


def _signature(secret: bytes, signed: bytes) -> bytes:
    return b"v1=" + hmac.new(secret, signed, hashlib.sha256).hexdigest().encode()


def _read_id(message: dict[str, object]) -> str:
    message_id = read_text(message, "id", 64)
    if not _ID.fullmatch(message_id):
        raise UnreadableError("id has characters other than letters, digits, - and _")
    return message_id


def _read_likely_instant(message: dict[str, object], received_at: datetime | None) -> datetime:
    occurred_at = read_instant(message, "at")
    if occurred_at.year < _EARLIEST_YEAR:
        raise UnreadableError(f"at is before {_EARLIEST_YEAR}: {occurred_at.isoformat()}")
    if received_at is not None and occurred_at > received_at + _MOST_AHEAD:
        raise UnreadableError(f"at is more than a day ahead: {occurred_at.isoformat()}")
    return occurred_at
