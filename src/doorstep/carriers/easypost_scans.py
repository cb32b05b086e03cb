"""What EasyPost pushes: whether it is its own, and the scans in it.

An event `tracker.created` or `tracker.updated` carries a tracker with everything known of a number, so each of its
scans comes again with every later event. It is taken apart into messages of one scan each, equal to the byte whenever
they come again, and so taken once. Everything else that is pushed (batches, payments, refunds) is about no parcel.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from doorstep.carriers.port import Forged, Parked, ScanRead
from doorstep.carriers.reading import (
    UnreadableError,
    read_instant,
    read_list,
    read_object,
    read_part,
    read_text,
    read_text_if_any,
)
from doorstep.terms.clock import read_stamp
from doorstep.terms.parcel import Milestone

_MOST_EVENT_BYTES = 1024 * 1024
_MOST_SKEW_SECONDS = 300
_MOST_AHEAD = timedelta(days=1)
_EARLIEST_YEAR = 2000
_SCAN = "TrackingDetail"
_TRACKER_EVENTS = ("tracker.created", "tracker.updated")

# The statuses of a scan and what they mean; where the detail says more, below. Others are parked.
STATUSES: Mapping[str, Milestone] = {
    "pre_transit": Milestone.LABEL_MADE,
    "in_transit": Milestone.IN_TRANSIT,
    "out_for_delivery": Milestone.OUT_FOR_DELIVERY,
    "delivered": Milestone.DELIVERED,
    "available_for_pickup": Milestone.HELD,
    "return_to_sender": Milestone.RETURNING,
}
DETAILS: Mapping[tuple[str, str], Milestone] = {
    ("in_transit", "received_at_origin_facility"): Milestone.ACCEPTED,
    ("in_transit", "address_correction"): Milestone.HELD,
    ("in_transit", "awaiting_information"): Milestone.HELD,
    ("in_transit", "damaged"): Milestone.HELD,
    ("in_transit", "delayed"): Milestone.HELD,
    ("in_transit", "held"): Milestone.HELD,
    ("in_transit", "missorted"): Milestone.HELD,
    ("in_transit", "transit_exception"): Milestone.HELD,
    ("in_transit", "weather_delay"): Milestone.HELD,
    ("in_transit", "delivery_exception"): Milestone.ATTEMPTED,
    ("in_transit", "refused"): Milestone.ATTEMPTED,
    ("in_transit", "lost"): Milestone.LOST,
    ("in_transit", "return"): Milestone.RETURNING,
    ("return_to_sender", "delivered"): Milestone.RETURNED,
    ("failure", "address_correction"): Milestone.HELD,
    ("failure", "awaiting_information"): Milestone.HELD,
    ("failure", "damaged"): Milestone.HELD,
    ("failure", "delayed"): Milestone.HELD,
    ("failure", "held"): Milestone.HELD,
    ("failure", "missorted"): Milestone.HELD,
    ("failure", "transit_exception"): Milestone.HELD,
    ("failure", "weather_delay"): Milestone.HELD,
    ("failure", "delivery_exception"): Milestone.ATTEMPTED,
    ("failure", "refused"): Milestone.ATTEMPTED,
    ("failure", "lost"): Milestone.LOST,
    ("failure", "return"): Milestone.RETURNING,
}


def messages(raw: bytes) -> tuple[bytes, ...]:
    """The scans of a pushed event, each a message; none where it is about no parcel; itself where it is unreadable."""
    try:
        event = read_object(raw, _MOST_EVENT_BYTES)
        if event.get("object") == _SCAN:
            return (raw,)
        if read_text(event, "description") not in _TRACKER_EVENTS:
            return ()
        return messages_of_tracker(read_part(event, "result"))
    except UnreadableError:
        return (raw,)


def messages_of_tracker(tracker: dict[str, object]) -> tuple[bytes, ...]:
    """Each scan of a tracker as a message of its own, oldest first; where it says more than its scans, that too."""
    number = read_text(tracker, "tracking_code", 64)
    scans = [] if tracker.get("tracking_details") is None else read_list(tracker, "tracking_details")
    status = read_text_if_any(tracker, "status")
    if status not in ("", "unknown") and all(scan.get("status") != status for scan in scans):
        scans = [*scans, {**tracker, "datetime": tracker.get("updated_at"), "message": "", "tracking_location": None}]
    return tuple(_message(number, tracker, scan) for scan in scans if scan.get("status") != "unknown")


def _message(number: str, tracker: dict[str, object], scan: dict[str, object]) -> bytes:
    kept = {name: scan.get(name) for name in ("status", "status_detail", "datetime", "message", "tracking_location")}
    signed_by = tracker.get("signed_by") if scan.get("status") == "delivered" else None
    said = {"object": _SCAN, "tracking_code": number, "carrier": tracker.get("carrier"), "signed_by": signed_by, **kept}
    return json.dumps(said, sort_keys=True, ensure_ascii=False).encode("utf-8", "backslashreplace")


def read_scan(raw: bytes, received_at: datetime | None = None) -> ScanRead | Parked:
    """What one scan says, or why it is parked; never an exception, whatever the bytes."""
    message_id = hashlib.sha256(raw).hexdigest()
    try:
        scan = read_object(raw, _MOST_EVENT_BYTES)
        if scan.get("object") != _SCAN:
            raise UnreadableError("is no scan of EasyPost")
        status, detail = read_text(scan, "status"), read_text_if_any(scan, "status_detail")
        milestone = DETAILS.get((status, detail)) or STATUSES.get(status)
        if milestone is None:
            raise UnreadableError(f"unknown status {status!r}, {detail!r}")
        return ScanRead(
            message_id=message_id,
            tracking_number=read_text(scan, "tracking_code", 64),
            milestone=milestone,
            code=f"{status}/{detail}" if detail else status,
            occurred_at=_likely_instant(scan, received_at),
            place=_place(scan),
            signed_by=read_text_if_any(scan, "signed_by"),
        )
    except UnreadableError as problem:
        return Parked(message_id, str(problem), raw)


def _likely_instant(scan: dict[str, object], received_at: datetime | None) -> datetime:
    occurred_at = read_instant(scan, "datetime")
    if occurred_at.year < _EARLIEST_YEAR:
        raise UnreadableError(f"datetime is before {_EARLIEST_YEAR}: {occurred_at.isoformat()}")
    if received_at is not None and occurred_at > received_at + _MOST_AHEAD:
        raise UnreadableError(f"datetime is more than a day ahead: {occurred_at.isoformat()}")
    return occurred_at


def _place(scan: dict[str, object]) -> str:
    if scan.get("tracking_location") is None:
        return ""
    place = read_part(scan, "tracking_location")
    return ", ".join(part for part in (read_text_if_any(place, name) for name in ("city", "state", "country")) if part)


def verify_signature(secrets: Sequence[bytes], headers: Mapping[str, str], raw: bytes, now: datetime) -> Forged | None:
    """None where one of the live `secrets` signed this event, else why not.

    The newer signature is over time, method, path and body and is believed for 300 seconds either way; the older one is
    over the body alone, where the newer is not sent. That an event is new is the inbox's to know, scan by scan.
    ValueError where there is no secret or an empty one: everybody could sign with that.
    """
    if not secrets or not all(secrets):
        raise ValueError("a carrier's messages cannot be verified without its secret")
    given = {name.lower(): value for name, value in headers.items()}
    newer = given.get("x-hmac-signature-v2", "")
    signed, shown = raw, given.get("x-hmac-signature", "")
    if newer:
        sent, path = given.get("x-timestamp", ""), given.get("x-path", "")
        if (age_seconds := _age_seconds(sent, now)) is None or not path:
            return Forged("time or path is missing or misspelt")
        if age_seconds > _MOST_SKEW_SECONDS:
            return Forged(f"time is more than {_MOST_SKEW_SECONDS} seconds away")
        signed, shown = f"{sent}POST{path}".encode() + raw, newer
    digest = shown.lower().removeprefix("hmac-sha256-hex=").encode()
    fits = [hmac.compare_digest(_digest(secret, signed), digest) for secret in secrets]
    return None if any(fits) else Forged("signature does not fit")


def _digest(secret: bytes, signed: bytes) -> bytes:
    key = unicodedata.normalize("NFKD", secret.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return hmac.new(key, signed, hashlib.sha256).hexdigest().encode()


def _age_seconds(sent: str, now: datetime) -> int | None:
    """How far away an instant of RFC 2822 or ISO 8601 is; None where it is none."""
    for read in (_of_mail, read_stamp):
        try:
            return abs(now - read(sent)) // timedelta(seconds=1)
        except (ValueError, OverflowError, IndexError, TypeError):
            continue
    return None


def _of_mail(sent: str) -> datetime:
    then = parsedate_to_datetime(sent)
    return then.replace(tzinfo=UTC) if then.tzinfo is None else then  # -0000 is UTC of nobody's zone
