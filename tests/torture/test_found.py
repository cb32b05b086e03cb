"""What the torture found in the steps themselves, each told small, so that it stays found without any death."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from doorstep.events.fulfilment import FulfilmentLine
from doorstep.flow import change, plan_facts, plan_world, ship
from doorstep.planning.values import Reservation
from doorstep.terms.clock import FalseClock
from tests.corner_shop import BISTRO, CLERK, Shop, all_is_well, granted, load, open_shop


@pytest.fixture
def shop(database_url: str, clock: FalseClock) -> Iterator[Shop]:
    """The corner shop, open; every invariant holds at the end."""
    with open_shop(database_url, clock) as opened:
        load(opened)
        opened.settle()
        yield opened
        all_is_well(opened.store)


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_plan_of_two_parcels_by_one_service_is_known_again() -> None:
    lines = (FulfilmentLine(1, "MUG", 2), FulfilmentLine(2, "TEA", 1))
    before = [(SimpleNamespace(site_id="CS", service_id="steady", departs=NOON), frozenset([line])) for line in lines]
    after = [
        SimpleNamespace(
            site_id="CS",
            service_id="steady",
            departs=NOON,
            reservations=(Reservation(line.line_no, line.item_id, "CS", "", None, line.quantity),),
        )
        for line in reversed(lines)
    ]
    told: Any = [plan_facts._standing(shipment) for shipment in after]  # type: ignore[arg-type]
    assert plan_world._standing(before) == tuple(sorted(told))
    assert plan_world._standing(before) != tuple(told[:1])


def test_a_label_that_is_given_up_before_it_was_bought_is_no_violation(shop: Shop) -> None:
    order_id = shop.to_the_bench(("MUG", 2)).order_id
    (fulfilment,) = shop.rows("SELECT fulfilment_id FROM fulfilment")
    shop.pack_all()
    granted(ship.request_labels(shop.office, fulfilment.fulfilment_id))
    granted(change.change_address(shop.office, CLERK, order_id, BISTRO, shop.key()))
    assert shop.one("SELECT state FROM label") == "void_requested"
    all_is_well(shop.store)
    shop.settle_whatever_it_takes()


def test_an_unpaid_order_that_was_changed_still_lets_go_of_its_stock(shop: Shop) -> None:
    order_id = shop.place(("MUG", 3), cleared=False).order_id
    shop.later(hours=5)
    granted(change.change_quantity(shop.office, CLERK, order_id, 1, 2, shop.key()))
    shop.settle()
    assert shop.free("MUG") == 8
    shop.later(hours=19, minutes=1)
    shop.settle()
    assert shop.free("MUG") == 10, "a day after the order was placed, as it was said"


def test_an_unpaid_order_changed_after_its_stock_was_let_go_holds_it_for_another_day_only(shop: Shop) -> None:
    order_id = shop.place(("MUG", 3), cleared=False).order_id
    shop.later(hours=25)
    shop.settle()
    assert shop.free("MUG") == 10
    by = date(2026, 3, 25)
    for _ in range(2):
        granted(change.change_date(shop.office, CLERK, order_id, None, by, shop.key()))
        assert shop.free("MUG") == 7
        by = date(2026, 3, 26)
        all_is_well(shop.store)
    shop.later(hours=25)
    shop.settle()
    assert shop.free("MUG") == 10
