from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.exc import TimeoutError as PoolEmptyError

from doorstep.api.problems import KINDS, REFUSALS
from doorstep.flow import place
from doorstep.flow.look_orders import OrderQuery, order_page
from doorstep.flow.master import define_items
from doorstep.flow.office import Office
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.item import Item
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Why
from tests.api.door import ADA, Door, client_of, order_of, problem
from tests.conftest import Databases
from tests.corner_shop import CLERK, granted


@pytest.mark.parametrize("why", Why)
def test_every_refusal_has_its_status_its_code_and_its_meaning(why: Why) -> None:
    kind = REFUSALS[why]
    assert kind.code == why.name.lower()
    assert kind.status in (403, 404, 409, 422, 429)
    assert kind.means.endswith(".")


def test_no_two_kinds_of_problems_share_a_code() -> None:
    assert len({kind.type for kind in KINDS.values()}) == len(KINDS)


def test_what_a_problem_points_to_can_be_read(door: Door) -> None:
    for kind in KINDS.values():
        page = door.client.get(kind.type)
        assert page.status_code == 200
        assert kind.means in page.text
    problem(door.client.get("/problems/bad-luck"), 404, "not_found")


BAD_ORDERS: list[tuple[dict[str, Any], int, str, str]] = [
    (order_of(("UNICORN", 1)), 422, "unknown_item", "Line 1: there is no item UNICORN."),
    (order_of(("MUG", 0)), 422, "bad_quantity", "the quantity is 0; it must be from 1 to"),
    (order_of(("MUG", -3)), 422, "bad_quantity", "the quantity is -3"),
    (order_of(("MUG", 10**30)), 422, "bad_quantity", "it must be from 1 to"),
    (order_of(("MUG", 1), customer_id="nobody"), 422, "unknown_customer", "There is no customer nobody."),
    (order_of(("MUG", 1), currency="XQZ"), 422, "unknown_currency", "XQZ is not a currency we know"),
    (order_of(("MUG", 1), currency="EUR"), 422, "unknown_currency", "We sell in USD, not in EUR."),
    (order_of(("MUG", 1), ship_to={**ADA, "country": "QQ"}), 422, "bad_address", "QQ is not a country"),
    (order_of(("MUG", 1), ship_to={**ADA, "postcode": "1"}), 422, "bad_address", "1 is not a postcode of US."),
    (order_of(("MUG", 1), ship_to={**ADA, "country": "NO"}), 422, "no_service", ""),
    (order_of(("MUG", 1), asked_by="2026-02-20"), 422, "date_past", "2026-02-20 is past."),
    (order_of(("MUG", 99)), 409, "out_of_stock", ""),
    (order_of(("MUG", 1), asked_by="2026-03-02"), 409, "date_out_of_reach", ""),
    (order_of(("MUG", 1.5)), 422, "malformed", "lines.0.quantity"),
    (order_of(("MUG", "2")), 422, "malformed", "lines.0.quantity"),
    (order_of(("MUG", 1), gift=True), 422, "malformed", "gift: Extra inputs are not permitted"),
    (order_of(("MU\x00G", 1)), 422, "malformed", "NUL"),
    (order_of(), 422, "malformed", "lines"),
    ({}, 422, "malformed", "customer_id"),
]


@pytest.mark.parametrize(
    ("order", "status", "code", "says"), BAD_ORDERS, ids=[f"{c[2]}-{c[3]}"[:40] for c in BAD_ORDERS]
)
def test_a_bad_order_is_refused_in_one_sentence_and_leaves_nothing_behind(
    door: Door, order: dict[str, Any], status: int, code: str, says: str
) -> None:
    before = door.shop.journal()
    problem(door.post("/v1/orders", order), status, code, says)
    problem(door.client.post("/v1/quotes", json=order), status, code, says)
    assert door.shop.journal() == before
    assert door.shop.free("MUG") == 10
    assert granted(order_page(door.shop.office, OrderQuery())).rows == ()


def test_an_item_larger_than_every_carton_is_refused_when_it_is_ordered(door: Door) -> None:
    granted(define_items(door.shop.office, CLERK, [Item("ARCH", "An arch", Size(3000, 2500, 2500), 9000)]))
    door.shop.receive("ARCH", 1)
    before = door.shop.journal()
    told = problem(door.post("/v1/orders", order_of(("ARCH", 1))), 422, "does_not_fit", "ARCH", "3000 mm long")
    assert {"binding": "length_mm", "needs": 3000, "best": 420}.items() <= told["concerns"].items()
    assert door.shop.journal() == before


def test_every_unreadable_place_is_listed(door: Door) -> None:
    order = order_of(("MUG", True), ("TEA", None), ship_to={**ADA, "lines": []}, hurry="yes")
    told = problem(door.post("/v1/orders", order), 422, "malformed", "1. ", "4. ")
    assert [fault["place"] for fault in told["errors"]] == [
        "lines.0.quantity",
        "lines.1.quantity",
        "ship_to.lines",
        "hurry",
    ]
    assert told["concerns"]["hurry"] == "Extra inputs are not permitted"


def test_what_was_sent_is_not_sent_back_in_a_problem(door: Door) -> None:
    order = order_of(("MUG", 1), ship_to={**ADA, "email": "x" * 201 + "ada@example.com"})
    assert "ada@example.com" not in door.post("/v1/orders", order).text


def test_an_unknown_query_parameter_is_refused(door: Door) -> None:
    told = problem(door.get("/v1/orders", limits=3), 422, "malformed")
    assert told["errors"][0]["place"] == "query limits"


@pytest.mark.parametrize(
    ("path", "code", "says"),
    [
        ("/v1/orders/ord_none", "unknown_order", "There is no order ord_none."),
        ("/v1/orders/ord_none/explanation", "unknown_order", "There is no order ord_none."),
        ("/v1/shipments/000000000000000000", "unknown_parcel", "There is no parcel"),
        ("/v1/shipments/000000000000000000/label", "unknown_parcel", "There is no parcel"),
        ("/v1/tracking/swift/none", "unknown_parcel", "No parcel of ours has the number none."),
        ("/v1/nothing", "not_found", "nothing at this address"),
        ("/nothing", "not_found", "nothing at this address"),
        ("/v1/orders/", "not_found", "nothing at this address"),
        ("/docs/swagger-initializer.js", "not_found", "nothing at this address"),
    ],
)
def test_what_is_not_there_is_not_found(door: Door, path: str, code: str, says: str) -> None:
    problem(door.get(path), 404, code, says)


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/orders/ord_none/clear", None, 404, "unknown_order"),
        ("/v1/orders/ord_none/cancel", None, 404, "unknown_order"),
        ("/v1/orders/ord_none/hold", {"reason": "x"}, 404, "unknown_order"),
        ("/v1/orders/ord_none/hold", {"reason": ""}, 422, "malformed"),
        ("/v1/orders/ord_none/date", {"asked_by": 20260320}, 422, "malformed"),
        ("/v1/waves", {"site_id": "XX"}, 422, "unknown_site"),
        ("/v1/waves", {"site_id": "CS", "at_most": 0}, 422, "malformed"),
        ("/v1/picks", {"task_id": "none", "found": 1}, 404, "unknown_task"),
        ("/v1/packings", {"fulfilment_id": "none"}, 404, "unknown_task"),
        ("/v1/labels", {"fulfilment_id": "none"}, 404, "unknown_task"),
        ("/v1/receipts", {"place_id": "CS/Z", "item_id": "MUG", "quantity": 1}, 422, "unknown_place"),
        ("/v1/receipts", {"place_id": "CS/A-01", "item_id": "MUG", "quantity": 0}, 422, "bad_quantity"),
        ("/v1/receipts", {"place_id": "CS/A-01", "item_id": "MUG", "quantity": 10**12}, 422, "malformed"),
        ("/v1/receipts", {"place_id": "CS/A-01", "item_id": "LAMP", "quantity": 1}, 422, "bad_serial"),
        ("/v1/counts", {"place_id": "CS/A-01", "item_id": "MUG", "counted": -1}, 422, "bad_quantity"),
        ("/v1/hand-overs", {"carrier_id": "swift", "ssccs": []}, 422, "malformed"),
    ],
)
def test_a_step_that_cannot_be_meant_is_refused(
    door: Door, path: str, body: dict[str, Any] | None, status: int, code: str
) -> None:
    before = door.shop.journal()
    problem(door.post(path, body), status, code)
    assert door.shop.journal() == before


def test_a_parcel_that_may_not_leave_stays_and_says_why(door: Door) -> None:
    told = door.told(door.post("/v1/hand-overs", {"carrier_id": "swift", "ssccs": ["000000000000000000"]}))
    assert told["handed_over"] == []
    assert told["kept"][0]["code"] == "unknown_parcel"


@pytest.mark.parametrize("raw", [b"{", b'{"a": 1', b"\xff\xfe", b"[" * 100_000, b'{"quantity": ' + b"9" * 5000 + b"}"])
def test_a_body_that_is_not_json_is_told_so(door: Door, raw: bytes) -> None:
    headers = {"Idempotency-Key": "x", "Content-Type": "application/json"}
    problem(door.client.post("/v1/orders", content=raw, headers=headers), 400, "unreadable_body")


def test_a_body_of_another_kind_is_not_guessed_at(door: Door) -> None:
    response = door.client.post("/v1/orders", data={"customer_id": "ada"}, headers={"Idempotency-Key": "x"})
    problem(response, 415, "not_json")


def in_pieces(size: int) -> Iterator[bytes]:
    while size > 0:
        yield b" " * min(size, 65536)
        size -= 65536


def test_a_body_too_large_is_not_read(door: Door) -> None:
    headers = {"Idempotency-Key": "x", "Content-Type": "application/json"}
    large = b" " * (1024 * 1024 + 1)
    problem(door.client.post("/v1/orders", content=large, headers=headers), 413, "too_large", "1048576 bytes")
    problem(door.client.post("/v1/orders", content=in_pieces(len(large)), headers=headers), 413, "too_large")
    problem(door.client.post("/v1/orders", content=large[1:], headers=headers), 400, "unreadable_body")


def test_another_method_is_told_which_ones_there_are(door: Door) -> None:
    response = door.client.delete("/v1/orders")
    problem(response, 405, "wrong_method")
    assert response.headers["allow"] in ("GET", "POST", "GET, POST", "POST, GET")


def test_a_company_that_is_not_set_up_says_what_to_do(databases: Databases, clock: FalseClock) -> None:
    with databases.copy() as url:
        store = Store(url, clock, Ids.seeded(clock, 1))
        client = client_of(Office(store))
        for path in ("/v1/orders", "/v1/quotes"):
            response = client.post(path, json=order_of(("MUG", 1)), headers={"Idempotency-Key": "x"})
            problem(response, 503, "not_set_up", "run `doorstep load FILE` first")
        assert client.get("/readyz").json() == {"ready": True, "set_up": False, "oldest_due_seconds": 0}
        store.close()


def test_a_database_that_is_down_is_told_with_when_to_ask_again(clock: FalseClock) -> None:
    store = Store("postgresql+psycopg://nobody:secret@127.0.0.1:1/none", clock, Ids.seeded(clock, 1))
    client = client_of(Office(store))
    for response in (
        client.get("/v1/orders"),
        client.post("/v1/orders", json=order_of(("MUG", 1)), headers={"Idempotency-Key": "x"}),
        client.get("/readyz"),
    ):
        problem(response, 503, "database_down", "does not answer")
        assert int(response.headers["retry-after"]) > 0
        assert "secret" not in response.text
    assert client.get("/livez").json() == {"alive": True}


def test_a_database_without_its_tables_makes_us_unready(databases: Databases, clock: FalseClock) -> None:
    with databases.copy() as url:
        store = Store(url, clock, Ids.seeded(clock, 1))
        with store.connection() as raw:
            raw.execute("DROP TABLE pick_task")
            raw.commit()
        told = problem(client_of(Office(store)).get("/readyz"), 503, "database_unfit", "lacks 1 tables, pick_task")
        assert told["concerns"] == {}
        store.close()


def test_more_callers_than_connections_are_asked_to_come_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def crowded(*_: object) -> object:
        raise PoolEmptyError("QueuePool limit of size 8 overflow 8 reached")

    monkeypatch.setattr(place, "quote_order", crowded)
    response = door.client.post("/v1/quotes", json=order_of(("MUG", 1)))
    problem(response, 503, "database_down", "Too many requests wait for the database.")
    assert response.headers["retry-after"] == "5"


def test_a_mistake_of_ours_is_logged_under_its_request_and_shows_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> object:
        raise ZeroDivisionError("the secret of the house")

    monkeypatch.setattr(place, "quote_order", broken)
    response = door.client.post("/v1/quotes", json=order_of(("MUG", 1)))
    told = problem(response, 500, "broken", "Nothing was half done.")
    assert "secret of the house" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    (logged,) = [record for record in caplog.records if record.name == "doorstep.api"]
    assert told["request_id"] in logged.getMessage()
    assert logged.exc_info is not None
