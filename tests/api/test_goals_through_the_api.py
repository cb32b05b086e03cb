"""Goals through the API: what is told can be set again, tried first, and steers what is promised next."""

from __future__ import annotations

from typing import Any

from tests.api.door import Door, order_of, problem

FAST: dict[str, Any] = {"classes": {"homeowner": {"wanted_percent": "97.5", "preference": "fastest"}}}


def put(door: Door, goals: Any, key: str = "goals") -> Any:
    return door.client.put("/v1/goals", json=goals, headers={"Idempotency-Key": key})


def promised(door: Door) -> list[str]:
    offers = door.told(door.post("/v1/quotes", order_of(("MUG", 2))))["offers"]
    return [offer["services"][0] for offer in offers if offer["would_be_promised"]]


def test_goals_that_are_set_steer_the_next_promise(door: Door) -> None:
    assert promised(door) == ["steady-ground"]
    told = door.told(put(door, FAST))
    assert told["goals"]["classes"]["homeowner"]["wanted_percent"] == "97.5"
    assert promised(door) == ["swift-express"]


def test_what_is_told_can_be_set_again_as_it_is(door: Door) -> None:
    door.told(put(door, FAST))
    told = door.told(door.get("/v1/goals"))
    facts = door.shop.journal()
    assert door.told(put(door, told["goals"], key="again")) == told
    assert door.shop.journal() == facts


def test_a_trial_tells_before_and_after_and_sets_nothing(door: Door) -> None:
    told = door.told(door.post("/v1/goals/trials", {"goals": FAST, "sample": order_of(("MUG", 2))}, key=""))
    (quote,) = told["quotes"]
    assert (quote["before"]["services"], quote["after"]["services"]) == (["steady-ground"], ["swift-express"])
    assert quote["changes"]
    assert promised(door) == ["steady-ground"]


def test_goals_that_cannot_be_read_are_told_place_by_place(door: Door) -> None:
    told = problem(put(door, {"classes": {"trade": {"wanted_percent": 97.5}}}), 422, "malformed", "in quotes")
    assert [fault["place"] for fault in told["errors"]] == ["classes.trade.wanted_percent"]


def test_goals_that_do_not_go_together_are_set_and_told(door: Door) -> None:
    told = door.told(put(door, {"classes": {"trade": {"ceiling_minor": 0}}}))
    assert [found["place"] for found in told["conflicts"]] == ["classes.trade.ceiling_minor"]


def test_the_frontier_of_an_order_and_of_the_company_tell_what_more_service_costs(door: Door) -> None:
    assert door.told(door.get("/v1/frontier"))["today"] is None
    order_id = door.told(door.post("/v1/orders", order_of(("MUG", 2))), 201)["order_id"]
    told = door.told(door.get(f"/v1/orders/{order_id}/frontier"))
    assert (told["as_promised"], told["today"]["days"], told["today"]["how"]) == (1, 0, "CS with steady-ground")
    assert told["sooner"]["cost"]["minor"] > told["today"]["cost"]["minor"]
    assert told["told"]["sooner"].startswith("A day sooner")
    company = door.told(door.client.get("/v1/frontier", params={"customer_class": "homeowner"}))
    assert company["today"]["cost"] == told["today"]["cost"]
    problem(door.get("/v1/orders/ord_none/frontier"), 404, "unknown_order", "ord_none")


def test_levers_are_told_with_the_days_that_were_looked_at(door: Door) -> None:
    told = door.told(door.client.get("/v1/levers", params={"site": "CS"}))
    assert {day["site_id"] for day in told["days"]} == {"CS"}
    assert [day["quiet"] for day in told["days"]] == [False] * len(told["days"])
    problem(door.client.get("/v1/levers", params={"site": "NOWHERE"}), 422, "unknown_site", "NOWHERE")
