from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from doorstep.terms.clock import stamp
from tests.api.door import ADA, Door, order_of, problem
from tests.corner_shop import scan_of


def test_an_order_goes_from_quote_to_doorstep_over_http(door: Door) -> None:
    offers = door.told(door.client.post("/v1/quotes", json=order_of(("MUG", 2), ("LAMP", 1))))["offers"]
    assert offers[0]["cost"]["currency"] == "USD"
    assert isinstance(offers[0]["cost"]["minor"], int)

    response = door.post("/v1/orders", order_of(("MUG", 2), ("LAMP", 1), reference="web-1"))
    placed = door.told(response, 201)
    order_id = placed["order_id"]
    assert response.headers["location"] == f"/v1/orders/{order_id}"
    assert placed["promise"]["last_day"] == offers[0]["promise"]["last_day"]

    assert door.told(door.post("/v1/plans"))["orders"] == [order_id]
    wave = door.told(door.post("/v1/waves", {"site_id": "CS"}))
    tasks = door.told(door.get("/v1/pick-tasks", site="CS"))["tasks"]
    assert {task["task_id"] for task in tasks} == set(wave["task_ids"])
    picks = [
        {
            "task_id": task["task_id"],
            "found": task["quantity"],
            "serials": ["L-001"] if task["item_id"] == "LAMP" else [],
        }
        for task in tasks
    ]
    for pick in picks[:1]:
        assert not door.told(door.post("/v1/picks", pick))["to_pack"]
    tour = door.told(door.post("/v1/picks/batch", {"picks": picks}))
    assert [(no["task_id"], no["code"]) for no in tour["refused"]] == [(picks[0]["task_id"], "wrong_state")]
    picked = tour["picks"][-1]
    assert picked["to_pack"]
    packing = door.told(door.post("/v1/packings", {"fulfilment_id": picked["fulfilment_id"]}))
    door.shop.settle()

    ssccs = [parcel["sscc"] for parcel in packing["parcels"]]
    shipment = door.told(door.get(f"/v1/shipments/{ssccs[0]}"))
    carrier_id, number = shipment["parcel"]["carrier_id"], shipment["parcel"]["tracking_number"]
    gone = door.told(door.post("/v1/hand-overs", {"carrier_id": carrier_id, "ssccs": ssccs}))
    assert gone == {"handed_over": ssccs, "kept": []}

    door.shop.clock.move_to(datetime.fromisoformat(f"{placed['promise']['last_day']}T18:00Z"))
    for sscc in ssccs:
        number = door.told(door.get(f"/v1/shipments/{sscc}"))["parcel"]["tracking_number"]
        raw = scan_of(number, "DL", door.shop.clock.now(), message_id=sscc)
        assert door.told(door.scan(carrier_id, raw), 202)["outcome"] == "applied"
    assert door.told(door.get(f"/v1/tracking/{carrier_id}/{number}"))["milestone"] == "delivered"
    order = door.told(door.get(f"/v1/orders/{order_id}"))
    assert order["state"] == "delivered"
    assert {score["against"]: score["kept"] for score in order["scores"]} == {"first": True, "agreed": True}
    assert all(cost["amount"]["currency"] == "USD" for cost in order["costs"])
    explanation = door.told(door.get(f"/v1/orders/{order_id}/explanation"))
    assert explanation["promises"][0]["computed_again"]
    assert [fact["what"] for fact in explanation["story"]][:2] == ["OrderPlaced", "OrderPromised"]
    (parcel,) = explanation["parcels"]
    assert parcel["because"]
    assert [unit["number"] for unit in parcel["units"]] == [*range(1, len(parcel["units"]) + 1)]
    assert door.told(door.get("/v1/troubles")) == {"troubles": []}


def test_an_order_shows_nothing_of_the_person_it_goes_to(door: Door) -> None:
    order_id = door.place(("MUG", 1))
    shown = door.get(f"/v1/orders/{order_id}").text + door.get(f"/v1/orders/{order_id}/explanation").text
    assert not any(word in shown for word in ("Byron", "Engine Row", "10001", "New York"))


def test_the_label_comes_as_a_file_with_a_name_of_digits(door: Door) -> None:
    door.shop.to_the_dock(("MUG", 2))
    (shipment,) = door.told(door.get("/v1/shipments"))["shipments"]
    sscc = shipment["parcel"]["sscc"]
    label = door.get(f"/v1/shipments/{sscc}/label")
    assert label.content.startswith(b"^XA")
    assert label.headers["content-type"] == "application/zpl"
    assert label.headers["content-disposition"] == f'attachment; filename="label-{sscc}.zpl"'
    assert label.headers["x-content-type-options"] == "nosniff"


def test_a_parcel_without_a_label_says_so(door: Door) -> None:
    door.shop.to_the_bench(("MUG", 2))
    (done,) = door.shop.pack_all()
    response = door.get(f"/v1/shipments/{done.parcels[0].sscc}/label")
    problem(response, 409, "wrong_state", "has no label yet")
    asked = door.told(door.post("/v1/labels", {"fulfilment_id": done.fulfilment_id}))
    assert len(asked["label_ids"]) == 1


def test_every_change_after_the_promise_is_told_with_what_was_done(door: Door) -> None:
    order_id = door.place(("MUG", 2), ("TEA", 3), ("LAMP", 1))
    home = f"/v1/orders/{order_id}"
    more = door.told(door.post(f"{home}/lines/1/quantity", {"quantity": 3}))
    assert more["before"] == "promised"
    assert more["promise"]["line_no"] == 0
    assert door.told(door.post(f"{home}/lines/3/cancel"))["done"]
    assert door.told(door.post(f"{home}/address", {**ADA, "city": "Chicago", "postcode": "60601"}))["promise"]
    assert door.told(door.post(f"{home}/date", {"asked_by": "2026-03-20"}))["promise"]
    assert door.told(door.post(f"{home}/hold", {"reason": "asked to wait"}))["done"]
    assert door.told(door.get(home))["stopped"]
    assert door.told(door.post(f"{home}/resume"))["done"]
    assert door.told(door.post(f"{home}/cancel"))["done"]
    assert door.told(door.get(home))["state"] == "cancelled"
    problem(door.post(f"{home}/cancel"), 409, "wrong_state")
    problem(door.post(f"{home}/lines/9/cancel"), 404, "unknown_order", "no line 9")


def test_an_order_that_payment_holds_starts_when_it_is_cleared(door: Door) -> None:
    order_id = door.place(("MUG", 1), cleared=False)
    assert door.told(door.get(f"/v1/orders/{order_id}"))["state"] == "held"
    assert door.told(door.post(f"/v1/orders/{order_id}/clear")) == {"order_id": order_id}
    assert door.told(door.get(f"/v1/orders/{order_id}"))["cleared_at"] == stamp(door.shop.clock.now())


def test_goods_are_expected_received_and_counted(door: Door) -> None:
    due_at = stamp(door.shop.clock.now() + timedelta(days=2))
    coming = {"supplier_id": "potter", "site_id": "CS", "item_id": "MUG", "quantity": 5, "due_at": due_at}
    inbound_id = door.told(door.post("/v1/inbounds", coming), 201)["inbound_id"]
    (expected,) = door.told(door.get("/v1/stock", item_id="MUG"))["inbound"]
    assert (expected["inbound_id"], expected["due_at"]) == (inbound_id, due_at)
    came = {"place_id": "CS/A-01", "item_id": "MUG", "quantity": 5, "inbound_id": inbound_id}
    assert door.told(door.post("/v1/receipts", came), 201)["receipt_id"]
    counted = door.told(door.post("/v1/counts", {"place_id": "CS/A-01", "item_id": "MUG", "counted": 14}), 201)
    assert counted["difference"] == -1
    stock = door.told(door.get("/v1/stock", item_id="MUG", site_id="CS"))
    assert [(row["on_hand"], row["held"], row["free"]) for row in stock["stock"]] == [(14, 0, 14)]
    assert stock["inbound"] == []


def test_a_list_is_read_page_by_page_and_holds_each_order_once(door: Door) -> None:
    placed = [door.place(("MUG", 1)) for _ in range(5)]
    seen: list[str] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        page = door.told(door.get("/v1/orders", limit=2, after=page["next"]))
        seen += [row["order_id"] for row in page["orders"]]
    assert seen == placed[::-1]
    assert door.told(door.get("/v1/orders", customer_id="bistro"))["orders"] == []


def test_parcels_are_listed_by_order(door: Door) -> None:
    first, second = door.shop.to_the_dock(("MUG", 1)), door.shop.to_the_dock(("LAMP", 1))
    both = door.told(door.get("/v1/shipments"))["shipments"]
    assert [each["order_id"] for each in both] == [second.order_id, first.order_id]
    (one,) = door.told(door.get("/v1/shipments", order_id=first.order_id))["shipments"]
    assert one["parcel"]["size"] == {"length_mm": 256, "width_mm": 186, "height_mm": 140}
    page = door.told(door.get("/v1/shipments", limit=1))
    assert page["next"] == both[0]["parcel"]["sscc"]
    assert door.told(door.get("/v1/shipments", after=page["next"]))["shipments"] == [one]
