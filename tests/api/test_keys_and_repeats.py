from __future__ import annotations

from functools import partial

import pytest

from doorstep.flow.look_orders import OrderQuery, order_page
from doorstep.flow.office import Who
from tests.api.door import Door, client_of, order_of, problem
from tests.corner_shop import Shop, granted, in_threads

TWO_CALLERS = {"a-key-of-the-web-shop": Who("web"), "a-key-of-the-till": Who("till")}


def test_the_same_request_under_its_key_gives_the_same_answer_once(door: Door) -> None:
    order = order_of(("MUG", 2))
    first = door.post("/v1/orders", order, key="again")
    facts = door.shop.journal()
    door.shop.later(minutes=5)
    second = door.post("/v1/orders", order, key="again")
    assert second.status_code == first.status_code == 201
    assert second.json() == first.json()
    assert door.shop.journal() == facts


def test_a_no_is_given_again_under_its_key_too(door: Door) -> None:
    first = problem(door.post("/v1/orders", order_of(("MUG", 99)), key="again"), 409, "out_of_stock")
    door.shop.receive("MUG", 200)
    second = problem(door.post("/v1/orders", order_of(("MUG", 99)), key="again"), 409, "out_of_stock")
    assert {**second, "request_id": ""} == {**first, "request_id": ""}
    door.told(door.post("/v1/orders", order_of(("MUG", 99)), key="anew"), 201)


def test_another_request_under_a_used_key_is_refused(door: Door) -> None:
    door.told(door.post("/v1/orders", order_of(("MUG", 2)), key="used"), 201)
    facts = door.shop.journal()
    problem(door.post("/v1/orders", order_of(("MUG", 3)), key="used"), 422, "key_reused", "used came with another")
    problem(door.post("/v1/plans", key="used"), 422, "key_reused")
    problem(door.post("/v1/waves", {"site_id": "CS"}, key="used"), 422, "key_reused")
    assert door.shop.journal() == facts


def test_what_a_step_does_not_look_at_is_part_of_the_request_all_the_same(door: Door) -> None:
    door.shop.place(("MUG", 1))
    door.shop.settle()
    door.shop.release()
    (task,) = door.shop.tasks()
    body = {"task_id": task.task_id, "found": 1, "started_at": "2026-03-02T08:50:00Z"}
    first = door.told(door.post("/v1/picks", body, key="pick"))
    assert door.told(door.post("/v1/picks", body, key="pick")) == first
    problem(door.post("/v1/picks", {**body, "started_at": "2026-03-02T08:55:00Z"}, key="pick"), 422, "key_reused")


def test_a_wave_asked_for_twice_is_released_once(door: Door) -> None:
    for _ in range(2):
        door.shop.place(("MUG", 1))
    door.shop.settle()
    first = door.told(door.post("/v1/waves", {"site_id": "CS", "at_most": 1}, key="wave"))
    assert len(first["task_ids"]) == 1
    assert door.told(door.post("/v1/waves", {"site_id": "CS", "at_most": 1}, key="wave")) == first
    assert door.told(door.post("/v1/waves", {"site_id": "CS", "at_most": 1}, key="next"))["wave_id"] != first["wave_id"]


def test_an_order_is_cleared_and_planned_once_under_a_key(door: Door) -> None:
    order_id = door.place(("MUG", 1), cleared=False)
    cleared = [door.told(door.post(f"/v1/orders/{order_id}/clear", key="c")) for _ in range(2)]
    assert cleared == [{"order_id": order_id}] * 2
    planned = [door.told(door.post("/v1/plans", key="p")) for _ in range(2)]
    assert planned[0] == planned[1]
    assert planned[0]["orders"] == [order_id]
    assert planned[0]["avoidable_cost"]["currency"] == "USD"


def test_two_callers_may_choose_the_same_key(shop: Shop) -> None:
    client = client_of(shop.office, keys=TWO_CALLERS)
    placed = set()
    for key in TWO_CALLERS:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "1"}
        placed.add(client.post("/v1/orders", json=order_of(("MUG", 1)), headers=headers).json()["order_id"])
        shop.later(seconds=1)
    assert len(placed) == 2
    assert granted(order_page(shop.office, OrderQuery())).total == 2


def test_many_at_once_under_one_key_are_one(door: Door) -> None:
    door.told(door.client.post("/v1/quotes", json=order_of(("MUG", 1))))
    answers = in_threads([partial(door.post, "/v1/orders", order_of(("MUG", 1)), key="one")] * 8)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["order_id"] for answer in answers}) == 1
    assert door.shop.free("MUG") == 9


@pytest.mark.parametrize("key", ["", "two words", "é", "x" * 201])
def test_a_change_without_a_proper_key_is_not_made(door: Door, key: str) -> None:
    facts = door.shop.journal()
    headers = {b"Idempotency-Key": key.encode()} if key else {}
    response = door.client.post("/v1/orders", json=order_of(("MUG", 1)), headers=headers)
    problem(response, 400, "key_missing", "Idempotency-Key")
    assert door.shop.journal() == facts


def test_every_route_that_changes_something_needs_a_key(door: Door) -> None:
    reads = {
        "/v1/quotes",
        "/v1/goals/trials",
        "/v1/carriers/{carrier_id}/scans",
        "/v1/carriers/{carrier_id}/scans/batch",
    }
    paths = door.client.get("/openapi.json").json()["paths"]
    posts = {path: verbs["post"] for path, verbs in paths.items() if "post" in verbs}
    keyed = {
        path
        for path, post in posts.items()
        if any(each["name"] == "Idempotency-Key" and each["required"] for each in post.get("parameters", ()))
    }
    assert set(posts) - keyed == reads
    for path in keyed:
        problem(
            door.post(
                path.format(
                    order_id="x",
                    line_no=1,
                    inbound_id="x",
                    item_id="MUG",
                    fulfilment_id="x",
                    printer="x",
                    print_id="x",
                    route_id="x",
                    stop_id="x",
                    pickup_id="x",
                ),
                {},
                key="",
            ),
            400,
            "key_missing",
        )
