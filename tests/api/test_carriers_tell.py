from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.door import SECRET, Door, client_of, problem, signed
from tests.corner_shop import MONDAY, scan_of


def on_its_way(door: Door) -> tuple[str, str]:
    """(carrier, number) of a parcel that the carrier has."""
    door.shop.on_its_way(("MUG", 1))
    row = door.shop.one("SELECT carrier_id, tracking_number FROM label")
    return row.carrier_id, row.tracking_number


def messages(door: Door) -> int:
    return int(door.shop.one("SELECT count(*) FROM message"))


def test_a_message_is_stored_before_it_is_answered_and_applied_once(door: Door) -> None:
    carrier_id, number = on_its_way(door)
    raw = scan_of(number, "AR", door.shop.clock.now(), place="Omaha")
    assert door.told(door.scan(carrier_id, raw), 202)["outcome"] == "applied"
    facts = door.shop.journal()
    assert door.told(door.scan(carrier_id, raw, message_id="m-2"), 202)["outcome"] == "duplicate"
    assert (door.shop.journal(), messages(door)) == (facts, 1)
    tracking = door.told(door.get(f"/v1/tracking/{carrier_id}/{number}"))
    assert [checkpoint["place"] for checkpoint in tracking["checkpoints"]] == ["Omaha"]
    assert "order" not in str(tracking)


def test_many_messages_come_one_a_line_and_each_has_its_answer(door: Door) -> None:
    carrier_id, number = on_its_way(door)
    now = door.shop.clock.now()
    picked_up, left = scan_of(number, "PU", now - timedelta(hours=1)), scan_of(number, "DP", now)
    told = door.told(door.scan(carrier_id, b"\n".join([picked_up, b"{", b"", left, picked_up]), "scans/batch"), 202)
    assert [one["outcome"] for one in told["scans"]] == ["applied", "parked", "applied", "duplicate"]
    assert door.told(door.get(f"/v1/tracking/{carrier_id}/{number}"))["milestone"] == "in_transit"


@pytest.mark.parametrize(
    "raw",
    [
        scan_of("LC0", "AR", MONDAY),
        scan_of("LC0", "QQ", MONDAY),
        scan_of("L\x00C", "AR", MONDAY),
        b"not json",
        b"",
        b"\xff",
        b"[" * 70_000,
    ],
)
def test_an_authentic_message_that_nobody_understands_is_parked_and_shown(door: Door, raw: bytes) -> None:
    told = door.told(door.scan("swift", raw), 202)
    assert told["outcome"] == "parked"
    assert told["reason"]
    assert messages(door) == 1
    (trouble,) = door.told(door.get("/v1/troubles"))["troubles"]
    assert (trouble["kind"], trouble["says"]) == ("scan", told["reason"])


def test_a_message_that_the_carrier_did_not_sign_now_is_not_taken(door: Door) -> None:
    raw = scan_of("LC0", "AR", door.shop.clock.now())
    path, many = "/v1/carriers/swift/scans", "/v1/carriers/swift/scans/batch"
    good = signed(raw, door.shop.clock)
    forged = [
        {},
        {**good, "X-Carrier-Signature": "v1=0"},
        {**good, "X-Carrier-Message-Id": "other"},
        signed(raw + b" ", door.shop.clock),
        signed(raw, door.shop.clock, secret=b"somebody else's secret"),
    ]
    for headers in forged:
        for each in (path, many):
            told = door.client.post(each, content=raw, headers=headers)
            problem(told, 403, "not_authentic", "The message is not taken")
    door.shop.clock.advance(timedelta(seconds=301))
    problem(door.client.post(path, content=raw, headers=good), 403, "not_authentic", "300 seconds")
    assert messages(door) == 0


def test_a_carrier_without_a_secret_tells_us_nothing(door: Door) -> None:
    raw = scan_of("LC0", "AR", door.shop.clock.now())
    problem(door.scan("stranger", raw), 404, "unknown_carrier", "No carrier stranger sends messages here.")


def test_either_of_two_secrets_signs(door: Door) -> None:
    client = client_of(door.shop.office, secrets={"swift": (b"the-one-that-comes-next", SECRET)})
    for number, secret in enumerate((b"the-one-that-comes-next", SECRET)):
        raw = scan_of("LC0", "AR", door.shop.clock.now(), message_id=f"m-{number}")
        headers = signed(raw, door.shop.clock, secret=secret)
        assert client.post("/v1/carriers/swift/scans", content=raw, headers=headers).status_code == 202
