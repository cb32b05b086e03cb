from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.carriers.local_scans import CODES, read_scan, verify_signature
from doorstep.carriers.port import Forged, Parked, ScanRead
from doorstep.terms.parcel import Milestone

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
GOOD: dict[str, object] = {"id": "m_1", "tracking_number": "LC1", "code": "DL", "at": "2026-03-04T11:00:00Z"}
OLD, NEW = b"old secret", b"new secret"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def raw(**changes: object) -> bytes:
    return json.dumps(GOOD | changes).encode()


def signed(body: bytes, secret: bytes, at: datetime = NOW, message_id: str = "m_1") -> dict[str, str]:
    seconds = str(int(at.timestamp()))
    digest = hmac.new(secret, f"{seconds}.{message_id}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "X-Carrier-Message-Id": message_id,
        "X-Carrier-Timestamp": seconds,
        "X-Carrier-Signature": f"v1={digest}",
    }


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_handbook_is_read(code: str) -> None:
    scan = read_scan(raw(code=code))
    assert isinstance(scan, ScanRead)
    assert (scan.code, scan.milestone) == (code, CODES[code].milestone)


def test_the_handbook_reaches_every_milestone_that_a_carrier_can_tell() -> None:
    told = {meaning.milestone for meaning in CODES.values()}
    assert set(Milestone) - told == {Milestone.HANDED_OVER}, "the hand-over is ours to tell"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[1]", "not a JSON object"),
        (b"[" * 60_000, "not JSON"),
        (b" " * 70_000, "more than"),
        (raw(code="QQ"), "unknown code 'QQ'"),
        (raw(code="dl"), "unknown code 'dl'"),
        (raw(code=7), "code is not a text"),
        (raw(at="yesterday"), "not an instant"),
        (raw(at="2026-03-04T11:00:00"), "time zone"),
        (raw(at="0001-01-01T00:00:00+14:00"), "not an instant"),
        (raw(at="1970-01-01T00:00:00Z"), "before 2000"),
        (raw(tracking_number="  "), "tracking_number is not a text"),
        (raw(tracking_number="L" * 65), "65 characters"),
        (raw(id="m.1"), "id has characters"),
        (raw(signed_by="A\x00B"), "not text"),
        (raw(signed_by="A\ud800"), "not text"),
        (b'{"id":"m_1"}', "code is missing"),
    ],
)
def test_a_message_we_cannot_read_is_parked_with_its_reason_and_its_bytes(message: bytes, reason: str) -> None:
    parked = read_scan(message)
    assert isinstance(parked, Parked)
    assert reason in parked.reason
    assert parked.raw == message


def test_a_parked_message_keeps_its_id_so_that_it_is_stored_once() -> None:
    parked = read_scan(raw(code="QQ"))
    assert isinstance(parked, Parked)
    assert parked.message_id == "m_1"


def test_a_scan_from_the_far_future_is_parked_and_a_clock_slightly_ahead_is_not() -> None:
    assert isinstance(read_scan(raw(at="2126-01-01T00:00:00Z"), NOW), Parked)
    assert isinstance(read_scan(raw(at="2026-03-04T13:00:00Z"), NOW), ScanRead)


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise(message: bytes) -> None:
    assert isinstance(read_scan(message, NOW), ScanRead | Parked)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])  # the first text is slow to draw
@given(st.dictionaries(st.sampled_from([*GOOD, "place", "signed_by"]), json_values))
def test_no_json_in_any_field_makes_the_reader_raise(changes: dict[str, object]) -> None:
    scan = read_scan(raw(**changes), NOW)
    assert isinstance(scan, ScanRead | Parked)
    if isinstance(scan, ScanRead):
        repr(scan).encode()  # whatever is taken can be stored


@settings(max_examples=150)
@given(st.data())
def test_no_damage_to_a_good_message_makes_the_reader_raise(data: st.DataObject) -> None:
    good = raw(place="Denver", signed_by="Zoë")
    at = data.draw(st.integers(0, len(good)))
    damaged = good[:at] + data.draw(st.binary(max_size=4)) + good[at + data.draw(st.integers(0, 4)) :]
    assert isinstance(read_scan(damaged, NOW), ScanRead | Parked)


def test_a_message_signed_with_either_live_secret_is_the_carriers() -> None:
    body = raw()
    for secret in (OLD, NEW):
        assert verify_signature([OLD, NEW], signed(body, secret), body, NOW) is None
    assert isinstance(verify_signature([NEW], signed(body, OLD), body, NOW), Forged)


def test_headers_are_found_in_any_case() -> None:
    body = raw()
    headers = {name.lower(): value for name, value in signed(body, OLD).items()}
    assert verify_signature([OLD], headers, body, NOW) is None


@pytest.mark.parametrize(("seconds", "fresh"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_message_is_believed_for_five_minutes_either_way(seconds: int, fresh: bool) -> None:
    body = raw()
    headers = signed(body, OLD, NOW + timedelta(seconds=seconds))
    assert (verify_signature([OLD], headers, body, NOW) is None) is fresh


def test_another_body_id_time_or_signature_is_forged() -> None:
    body = raw()
    headers = signed(body, OLD)
    assert isinstance(verify_signature([OLD], headers, body + b" ", NOW), Forged)
    for name, value in [
        ("X-Carrier-Message-Id", "m_2"),
        ("X-Carrier-Message-Id", "m_1.x"),
        ("X-Carrier-Timestamp", str(int(NOW.timestamp()) + 1)),
        ("X-Carrier-Timestamp", "١٢٣"),
        ("X-Carrier-Timestamp", "-1"),
        ("X-Carrier-Signature", ""),
        ("X-Carrier-Signature", "v1=é"),
    ]:
        assert isinstance(verify_signature([OLD], headers | {name: value}, body, NOW), Forged), (name, value)
    assert isinstance(verify_signature([OLD], {}, body, NOW), Forged)


@pytest.mark.parametrize("secrets", [[], [b""], [b"good", b""]])
def test_without_a_secret_nothing_is_verified(secrets: list[bytes]) -> None:
    with pytest.raises(ValueError, match="secret"):
        verify_signature(secrets, {}, b"", NOW)
