"""What EasyPost pushes: scans taken out of events, and whether an event is its own."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import easypost
from doorstep.carriers.port import Forged, Parked, ScanRead
from doorstep.terms.parcel import Milestone
from tests.carriers.test_easypost_dialect import SCAN, TRACKER, body

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
EVENT = {"object": "Event", "id": "evt_1", "description": "tracker.updated", "result": TRACKER}


def test_an_event_is_taken_apart_into_its_scans_the_same_to_the_byte_in_every_event() -> None:
    later = {**TRACKER, "status": "delivered", "signed_by": "A. BYRON", "updated_at": "2026-03-04T10:00:00Z"}
    (first,) = easypost.messages(body(EVENT))
    assert easypost.messages(body({**EVENT, "result": later}))[0] == first == SCAN
    delivered = easypost.read_scan(easypost.messages(body({**EVENT, "result": later}))[1])
    assert isinstance(delivered, ScanRead)
    assert (delivered.milestone, delivered.signed_by) == (Milestone.DELIVERED, "A. BYRON")


def test_what_is_about_no_parcel_is_no_scan_and_what_is_unreadable_is_kept_whole() -> None:
    assert easypost.messages(body({**EVENT, "description": "batch.created"})) == ()
    assert easypost.messages(body({**EVENT, "result": {**TRACKER, "status": "unknown", "tracking_details": []}})) == ()
    for raw in (b"[1]", b"\xff", body({**EVENT, "result": 7})):
        assert easypost.messages(raw) == (raw,)
        assert isinstance(easypost.read_scan(raw), Parked)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_raise(raw: bytes) -> None:
    for message in easypost.messages(raw):
        assert isinstance(easypost.read_scan(message, NOW), ScanRead | Parked)


def test_the_older_signature_is_over_the_body_with_the_secret_in_its_plain_letters() -> None:
    raw = body(EVENT)
    plain = unicodedata.normalize("NFKD", "sécret").encode()
    right = f"hmac-sha256-hex={hmac.new(plain, raw, hashlib.sha256).hexdigest()}"
    assert easypost.verify_signature(["sécret".encode()], {"X-Hmac-Signature": right}, raw, NOW) is None
    assert isinstance(easypost.verify_signature([b"other"], {"X-Hmac-Signature": right}, raw, NOW), Forged)
    assert isinstance(
        easypost.verify_signature(["sécret".encode()], {"X-Hmac-Signature": right}, raw + b" ", NOW), Forged
    )
    assert isinstance(easypost.verify_signature([b"s"], {}, raw, NOW), Forged)


@pytest.mark.parametrize(("minutes", "fresh"), [(-6, False), (-4, True), (0, True), (4, True), (6, False)])
def test_the_newer_signature_is_over_time_path_and_body_and_grows_old(minutes: int, fresh: bool) -> None:
    raw, sent = body(EVENT), (NOW + timedelta(minutes=minutes)).strftime("%a, %d %b %Y %H:%M:%S -0000")
    digest = hmac.new(b"s", f"{sent}POST/hook".encode() + raw, hashlib.sha256).hexdigest()
    headers = {"X-Timestamp": sent, "X-Path": "/hook", "X-Hmac-Signature-V2": f"hmac-sha256-hex={digest}"}
    assert (easypost.verify_signature([b"old", b"s"], headers, raw, NOW) is None) is fresh
    assert isinstance(easypost.verify_signature([b"s"], headers | {"X-Path": "/other"}, raw, NOW), Forged)
