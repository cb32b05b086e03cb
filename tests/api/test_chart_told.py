"""The chart through the API: the figures of the flow, and what is refused."""

from __future__ import annotations

from tests.api.door import Door


def test_the_chart_and_an_account_are_those_of_the_flow(door: Door) -> None:
    placed = door.shop.to_the_dock(("MUG", 1))
    told = door.client.get("/v1/chart", params={"site_id": "CS"}).json()
    volumes = {node["node_id"]: node["volume"] for node in told["nodes"]}
    assert (volumes["promise"], volumes["pack"], volumes["hand_over"]) == (1, 1, 0)
    assert told["begins"].endswith("Z")
    account = door.client.get(f"/v1/orders/{placed.order_id}/account").json()
    assert account["total_seconds"] == sum(one["seconds"] for one in account["segments"])
    assert account["total_seconds"] == told["accounted"]["total_seconds"]


def test_a_site_nobody_knows_a_time_turned_round_and_an_order_that_is_not_there_are_refused(door: Door) -> None:
    unknown = door.client.get("/v1/chart", params={"site_id": "LOST"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_site")
    turned = {"since": "2026-03-02T00:00:00Z", "until": "2026-03-01T00:00:00Z"}
    assert door.client.get("/v1/chart", params=turned).json()["code"] == "malformed"
    assert door.client.get("/v1/orders/ord_lost/account").status_code == 404


def test_calibration_tells_of_what_ended_and_what_promises_rest_on(door: Door) -> None:
    placed = door.shop.on_its_way(("MUG", 1))
    door.shop.later(days=2)
    door.shop.scan(door.shop.parcels(placed.order_id)[0], "DL", door.shop.clock.now())
    told = door.client.get("/v1/calibration", params={"most": 10}).json()
    assert (told["promises"], told["never"]) == (1, 0)
    assert told["rivals"][0]["name"] == "ours"
    assert {row["basis"] for row in told["services"]} == {"prior only"}
    assert door.client.get("/v1/calibration", params={"most": 0}).json()["code"] == "malformed"
