from __future__ import annotations

import pytest

from doorstep.api.settings import read_keys, read_secrets
from doorstep.flow.office import Who
from doorstep.links.ends import BadSettingError
from tests.api.door import client_of, order_of, problem
from tests.corner_shop import Shop

KEY = "a-key-of-the-bench-1"
SIGNED = {"/v1/carriers/{carrier_id}/scans", "/v1/carriers/{carrier_id}/scans/batch"}  # a signature proves who it is
OPEN = {"/livez", "/readyz", *SIGNED}


def test_every_route_asks_for_the_key_but_those_that_are_named_here(shop: Shop) -> None:
    client = client_of(shop.office, keys={KEY: Who("pat")})
    for path, verbs in client.get("/openapi.json").json()["paths"].items():
        for verb, operation in verbs.items():
            if path in OPEN:
                assert "security" not in operation
                continue
            url = path.format(
                order_id="x",
                line_no=1,
                sscc="0" * 18,
                carrier_id="swift",
                tracking_number="x",
                inbound_id="x",
                item_id="MUG",
                fulfilment_id="x",
                print_id="x",
                printer="x",
                route_id="x",
                stop_id="x",
                pickup_id="x",
            )
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {KEY}"}):
                response = client.request(verb, url, headers={"Idempotency-Key": "1", **headers})
                problem(response, 401, "unauthorised")
                assert response.headers["www-authenticate"] == "Bearer"
    assert client.get("/v1/orders", headers={"Authorization": f"Bearer {KEY}"}).status_code == 200


def test_the_key_says_who_acts_and_for_which_department(shop: Shop) -> None:
    client = client_of(shop.office, keys={KEY: Who("pat", "packing"), "another-key-of-sales": Who("sam")})
    for key in (KEY, "another-key-of-sales"):
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "1"}
        assert client.post("/v1/orders", json=order_of(("MUG", 1)), headers=headers).status_code == 201
        shop.later(seconds=1)
    rows = shop.rows("SELECT actor, department FROM journal WHERE kind = 'OrderPlaced' ORDER BY event_id")
    assert [tuple(row) for row in rows] == [("pat", "packing"), ("sam", "sales")]


def test_without_keys_only_requests_to_this_machine_itself_are_answered(shop: Shop) -> None:
    for host in ("http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000", "http://127.9.9.9:1"):
        assert client_of(shop.office, host).get("/livez").status_code == 200
    for host in ("http://doorstep.example", "http://localhost.example:8000", "http://192.168.1.7:8000"):
        problem(client_of(shop.office, host).get("/livez"), 421, "wrong_host")
        assert client_of(shop.office, host, keys={KEY: Who("pat")}).get("/livez").status_code == 200


def test_nothing_of_an_answer_is_kept_on_its_way(shop: Shop) -> None:
    response = client_of(shop.office).get("/v1/orders")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert len(response.headers["x-request-id"]) == 16


def test_keys_are_read_from_their_setting() -> None:
    text = "pat:packing:0123456789abcdef ann::fedcba9876543210 cy:stock_control:key:with:colons:in:it"
    assert read_keys(text) == {
        "0123456789abcdef": Who("pat", "packing"),
        "fedcba9876543210": Who("ann"),
        "key:with:colons:in:it": Who("cy", "stock control"),
    }
    assert read_keys("") == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0123456789abcdef", "word 1 is not of the form name:department:key"),
        ("a::0123456789abcdef b:0123456789abcdef", "word 2 is not of the form"),
        ("a/b::0123456789abcdef", "word 1 is not of the form"),
        ("pat:knitting:0123456789abcdef", "pat is of no department we know"),
        ("pat::short", "shorter than 16 characters"),
        ("pat::0123456789abcdef sam::0123456789abcdef", "sam has the same key as pat"),
    ],
)
def test_keys_that_cannot_be_meant_are_told_without_being_shown(text: str, says: str) -> None:
    with pytest.raises(BadSettingError, match=says) as told:
        read_keys(text)
    assert "0123456789abcdef" not in str(told.value)
    assert "short " not in str(told.value)


def test_a_carrier_may_have_two_secrets_while_one_replaces_the_other() -> None:
    text = "swift=0123456789abcdef steady=the-steady-secret swift=fedcba9876543210"
    secrets = read_secrets(text)
    assert secrets == {"swift": (b"0123456789abcdef", b"fedcba9876543210"), "steady": (b"the-steady-secret",)}
    for wrong in ("swift", "swift=short", "=0123456789abcdef"):
        with pytest.raises(BadSettingError, match="word 1 is not of the form carrier=secret"):
            read_secrets(wrong)
