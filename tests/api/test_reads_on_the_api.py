"""What pages show is on the API too: the day, an order's story, a parcel's drawing, the customer's link."""

from __future__ import annotations

from xml.etree import ElementTree

from doorstep.flow.tracking_link import tracked
from tests.api.door import Door, problem
from tests.corner_shop import granted


def test_the_day_tells_what_is_at_risk_and_what_it_costs(door: Door) -> None:
    door.shop.later(hours=6)
    placed = door.shop.place(("MUG", 1))
    door.shop.settle()
    told = door.told(door.get("/v1/today"))
    (row,) = told["risk"]["rows"]
    assert (row["order_id"], row["cause"], row["department"]) == (placed.order_id, "not_released", "warehouse")
    assert (told["risk"]["by_risk"]["due"], told["risk"]["by_cause"]) == (1, {"not_released": 1})
    assert [stage["words"] for stage in told["stages"] if stage["count"]] == ["planned"]
    assert told["cost"][0]["total"] == {"minor": 0, "currency": "USD"}
    problem(door.get("/v1/today", site="XX"), 422, "unknown_site", "XX")


def test_an_order_tells_its_story(door: Door) -> None:
    placed = door.shop.place(("MUG", 1))
    told = door.told(door.get(f"/v1/orders/{placed.order_id}/timeline"))
    assert told["entries"][0]["says"] == "Ordered: 1 MUG."
    problem(door.get("/v1/orders/ord_none/timeline"), 404, "unknown_order")


def test_orders_are_searched_and_sorted(door: Door) -> None:
    door.shop.place(("MUG", 1), reference="web-1")
    second = door.shop.place(("MUG", 1), reference="web-2")
    told = door.told(door.get("/v1/orders", text="web-2"))
    assert [row["order_id"] for row in told["orders"]] == [second.order_id]
    assert (told["total"], told["more"], told["next"]) == (1, False, None)
    problem(door.get("/v1/orders", sort="urgent", after="nowhere"), 422, "malformed", "begin anew")
    assert door.get("/v1/orders", state="nearly").status_code == 422


def test_a_parcel_is_drawn_as_an_image(door: Door) -> None:
    door.shop.to_the_bench(("MUG", 2), ("TEA", 1))
    (packed,) = door.shop.pack_all()
    sscc = packed.parcels[0].sscc
    response = door.get(f"/v1/parcels/{sscc}/drawing", flat="true")
    assert response.headers["content-type"] == "image/svg+xml"
    assert ElementTree.fromstring(response.text).tag.endswith("svg")
    assert "2 MUG, Mug, stoneware" in response.text
    assert "var(--" not in response.text
    assert len(door.get(f"/v1/parcels/{sscc}/drawing", upto="1").text) < len(response.text)
    problem(door.get("/v1/parcels/000000000000000000/drawing"), 404, "unknown_parcel")


def test_a_link_is_told_once_and_can_be_taken_back(door: Door) -> None:
    path = f"/v1/orders/{door.shop.place(('MUG', 1)).order_id}/tracking-link"
    token = door.told(door.post(path, key="link"), 201)["token"]
    assert granted(tracked(door.shop.office, token)).company == "Corner Shop"
    problem(door.post(path, key="link"), 409, "already_there", "new key")
    assert token not in str(door.shop.rows("SELECT * FROM reply"))
    gone = door.client.delete(path, headers={"Idempotency-Key": "gone"})
    assert gone.json()["revoked"] == 1
    problem(door.post("/v1/orders/ord_none/tracking-link"), 404, "unknown_order")
