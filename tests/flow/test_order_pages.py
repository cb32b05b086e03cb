"""Orders are found by whatever a person has in hand, page by page; and each tells its story in plain sentences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from doorstep.events.registry import REGISTRY
from doorstep.flow.change import cancel_order, change_quantity, hold_order, resume_order
from doorstep.flow.look_orders import Late, OrderQuery, OrderRow, OrdersView, Sort, order_page, order_timeline
from doorstep.flow.place import Placed, clear_order
from doorstep.flow.plan import plan_open_orders
from doorstep.flow.score import score_overdue
from doorstep.flow.story import told_kinds
from doorstep.planning.change import State
from doorstep.terms.refusals import Why
from tests.corner_shop import ADA, CLERK, MONDAY, Shop, granted, refused
from tests.house.events_page import touched


def page(shop: Shop, after: str = "", at_most: int = 50, **query: Any) -> OrdersView:
    return granted(order_page(shop.office, OrderQuery(**query), after, at_most))


def found(shop: Shop, **query: Any) -> list[str]:
    return [row.order_id for row in page(shop, **query).rows]


def row(shop: Shop, placed: Placed) -> OrderRow:
    (only,) = page(shop, text=placed.order_id).rows
    return only


def released(shop: Shop, *wanted: tuple[str, int]) -> Placed:
    """An order on the floor, without the labels of others being bought meanwhile."""
    placed = shop.place(*wanted)
    plan_open_orders(shop.office)
    shop.release()
    return placed


@pytest.fixture
def everywhere(shop: Shop) -> dict[State, Placed]:
    """An order in each state, the one furthest on first; it is nine in the morning in Chicago."""
    shop.later(hours=6)
    made = {State.DELIVERED: shop.on_its_way(("MUG", 1)), State.HANDED_OVER: shop.on_its_way(("MUG", 1))}
    shop.scan(shop.parcels(made[State.DELIVERED].order_id)[0], "DL", shop.clock.now())
    made[State.LABELLED] = shop.to_the_dock(("MUG", 1))
    made[State.PACKED] = shop.to_the_bench(("MUG", 1))
    shop.pack_all()
    made[State.PICKED] = released(shop, ("MUG", 1))
    shop.pick_all()
    made[State.PICKING] = released(shop, ("MUG", 1), ("TEA", 1))
    shop.pick(shop.tasks()[0])
    made[State.RELEASED] = released(shop, ("TEA", 1))
    made[State.PLANNED] = shop.place(("TEA", 1))
    plan_open_orders(shop.office)
    made[State.PROMISED] = shop.place(("TEA", 1))
    made[State.HELD] = shop.place(("TEA", 1), cleared=False)
    made[State.CANCELLED] = shop.place(("TEA", 1))
    granted(cancel_order(shop.office, CLERK, made[State.CANCELLED].order_id, shop.key()))
    return made


def test_each_state_finds_its_orders_as_the_order_itself_tells_it(shop: Shop, everywhere: dict[State, Placed]) -> None:
    assert set(everywhere) == set(State)
    for state, placed in everywhere.items():
        assert found(shop, state=state) == [placed.order_id], state
        assert row(shop, placed).state is state


def test_pages_follow_one_another_without_a_gap_or_a_repeat(shop: Shop, everywhere: dict[State, Placed]) -> None:
    ids = [placed.order_id for placed in everywhere.values()]
    for sort, expected in ((Sort.OLDEST, sorted(ids)), (Sort.NEWEST, sorted(ids, reverse=True))):
        seen, after = [], ""
        while True:
            one = page(shop, after, at_most=4, sort=sort)
            seen += [each.order_id for each in one.rows]
            assert (one.total, one.more) == (11, False)
            if not (after := one.after):
                break
        assert seen == expected


def test_the_most_urgent_are_open_ones_and_what_must_leave_first_stands_first(
    shop: Shop, everywhere: dict[State, Placed]
) -> None:
    first = page(shop, sort=Sort.URGENT, at_most=5)
    assert first.total == 9
    rest = page(shop, first.after, sort=Sort.URGENT)
    ids = [each.order_id for each in (*first.rows, *rest.rows)]
    closed = (State.DELIVERED, State.CANCELLED)
    assert sorted(ids) == sorted(placed.order_id for state, placed in everywhere.items() if state not in closed)
    assert everywhere[State.HANDED_OVER].order_id in ids[-3:], "what has left comes after what has to"
    assert found(shop, sort=Sort.URGENT, state=State.DELIVERED) == [everywhere[State.DELIVERED].order_id]
    refused(order_page(shop.office, OrderQuery(sort=Sort.URGENT), "no page"), Why.MALFORMED, "begin anew")


def test_an_order_is_found_by_whatever_a_person_has_in_hand(shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 1), reference="web-4711")
    other = shop.place(("MUG", 1), customer="bistro", reference="web-5")
    shop.settle()
    (sscc,) = shop.parcels(placed.order_id)
    number = shop.one("SELECT tracking_number FROM label")
    for text in (placed.order_id, placed.order_id.upper(), "web-47", " web-4711 ", number, sscc, f"(00) {sscc}", "ada"):
        assert found(shop, text=text) == [placed.order_id], text
    assert found(shop, text="web-") == [other.order_id, placed.order_id]
    assert found(shop, text="web-", state=State.PLANNED) == [other.order_id]
    assert found(shop, text="%") == found(shop, text="nobody") == []
    assert found(shop, customer_id="bistro") == [other.order_id]


def test_the_site_that_ships_it_finds_it(shop: Shop, everywhere: dict[State, Placed]) -> None:
    undivided = (State.PROMISED, State.HELD, State.CANCELLED)
    there = [placed.order_id for state, placed in everywhere.items() if state not in undivided]
    assert sorted(found(shop, site_id="CS")) == sorted(there)
    assert found(shop, site_id="XX") == []
    assert found(shop, site_id="CS", state=State.PLANNED) == [everywhere[State.PLANNED].order_id]
    assert row(shop, everywhere[State.PICKING]).sites == ("CS",)


def test_late_orders_are_found_before_and_after_their_promise_is_broken(shop: Shop) -> None:
    shop.later(hours=6)
    gone = shop.on_its_way(("MUG", 1))
    stays = shop.to_the_dock(("MUG", 1))
    assert found(shop, late=Late.EITHER) == []
    shop.later(hours=8)
    assert found(shop, late=Late.PREDICTED) == [stays.order_id], "the last departure has passed"
    assert row(shop, stays).late is Late.PREDICTED
    shop.clock.move_to(MONDAY + timedelta(days=9))
    both = [stays.order_id, gone.order_id]
    assert found(shop, late=Late.PREDICTED) == both, "their day has passed"
    assert score_overdue(shop.office) == 2
    shop.scan(shop.parcels(gone.order_id)[0], "DL", shop.clock.now())
    assert found(shop, late=Late.BROKEN) == found(shop, late=Late.EITHER) == both
    assert found(shop, late=Late.BROKEN, sort=Sort.OLDEST, site_id="CS") == both[::-1]
    assert found(shop, late=Late.EITHER, state=State.DELIVERED) == [gone.order_id]
    assert row(shop, gone).late is Late.BROKEN


def story(shop: Shop, placed: Placed) -> list[str]:
    return [entry.says for entry in granted(order_timeline(shop.office, placed.order_id))]


def test_an_order_tells_its_whole_story_scans_included(shop: Shop) -> None:
    shop.later(hours=6)
    placed = shop.place(("MUG", 3), ("TEA", 1), cleared=False)
    granted(clear_order(shop.office, CLERK, placed.order_id))
    granted(change_quantity(shop.office, CLERK, placed.order_id, 1, 2, shop.key()))
    granted(hold_order(shop.office, CLERK, placed.order_id, "is moving house", shop.key()))
    granted(resume_order(shop.office, CLERK, placed.order_id, shop.key()))
    shop.settle()
    shop.release()
    shop.pick_all()
    shop.pack_all()
    shop.settle()
    shop.hand_over()
    (sscc,) = shop.parcels(placed.order_id)
    shop.clock.move_to(MONDAY + timedelta(days=3))
    shop.scan(sscc, "AR", shop.clock.now())
    shop.clock.move_to(MONDAY + timedelta(days=7))
    shop.scan(sscc, "DL", shop.clock.now())
    told = story(shop, placed)
    number = shop.one("SELECT tracking_number FROM label")
    in_order = [
        "Ordered: 3 MUG and 1 TEA; it waits for payment.",
        "Promised Wed 4 Mar to Mon 9 Mar, with 97.9 %.",
        "Held for it: 3 MUG and 1 TEA, of stock of CS.",
        "Payment, credit and fraud checks are done.",
        "Line 1 changed from 3 to 2.",
        "Put on hold.",
        "Goes on again.",
        "Planned: 2 MUG and 1 TEA from CS by steady-ground, leaving Mon 2 Mar. Avoidable cost 17.53 USD.",
        "Passed on from plan to release, 5 h 59 min to spare.",
        "Released to the floor: 2 MUG and 1 TEA to pick in CS/A-01 and CS/A-02.",
        "Picked: 2 MUG in CS/A-01.",
        f"Packed: 1 TEA and 2 MUG in carton S, 1000 g: parcel {sscc[-6:]}.",
        f"Label {number} made for parcel {sscc[-6:]}, for 15.01 USD.",
        f"Handed over to steady: parcel {sscc[-6:]}.",
        f"steady scanned parcel {sscc[-6:]} in Hub: in transit (AR).",
        f"At the door: parcel {sscc[-6:]}.",
        "Delivered in full on Mon 9 Mar.",
        "The first promise (by Mon 9 Mar) was kept: delivered Mon 9 Mar.",
    ]
    left = iter(told)
    assert all(each in left for each in in_order), "\n".join(told)
    for secret in (ADA.name, ADA.city, ADA.lines[0], ADA.postcode, ADA.email):
        assert not any(secret in each for each in told)


def test_a_line_of_the_story_says_who_when_where_and_why(shop: Shop) -> None:
    placed = shop.place(("MUG", 10))
    shop.settle()
    shop.release()
    shop.pick(shop.tasks()[0], found=4)
    (entry,) = [each for each in granted(order_timeline(shop.office, placed.order_id)) if each.kind == "PickedShort"]
    assert entry.says == "Picked 4 of 10 MUG in CS/A-01: 6 were not there."
    assert (entry.who, entry.department, entry.at) == ("pia", "warehouse", shop.clock.now())
    assert (entry.site_id, entry.place, entry.cause) == ("CS", "CS/A-01", "not found in bin")
    refused(order_timeline(shop.office, "ord_none"), Why.UNKNOWN_ORDER, "ord_none")


def test_a_wave_of_many_orders_tells_each_its_own_part(shop: Shop) -> None:
    one, other = shop.place(("MUG", 1)), shop.place(("TEA", 2))
    shop.settle()
    shop.release()
    assert "Released to the floor: 1 MUG to pick in CS/A-01." in story(shop, one)
    assert "Released to the floor: 2 TEA to pick in CS/A-02." in story(shop, other)
    assert not [told for told in story(shop, one) if "TEA" in told]


def test_every_kind_of_event_that_can_touch_an_order_has_its_sentence() -> None:
    theirs = {"order", "fulfilment", "parcel"}
    wanted = {kind for kind in REGISTRY.kinds() if theirs & touched(kind).keys()}
    assert told_kinds() == wanted
