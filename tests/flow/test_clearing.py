"""The clock of an order starts when payment, credit and fraud checks no longer hold it."""

from __future__ import annotations

from doorstep.flow import look, place
from tests.corner_shop import CLERK, Shop, granted


def promises(shop: Shop, order_id: str) -> list[tuple[int, str, str]]:
    made = granted(look.order(shop.office, order_id)).promises
    return [(promise.revision, promise.caused_by, promise.cause) for promise in made]


def test_an_order_cleared_at_once_keeps_its_promise(shop: Shop) -> None:
    order_id = shop.place(("MUG", 2), cleared=False).order_id
    shop.later(minutes=5)
    granted(place.clear_order(shop.office, CLERK, order_id))
    assert promises(shop, order_id) == [(1, "", "")]
    shop.settle()


def test_an_order_cleared_days_later_is_promised_anew_and_the_first_promise_stays(shop: Shop) -> None:
    order_id = shop.place(("MUG", 2), cleared=False).order_id
    first = shop.promised(order_id)
    shop.later(hours=23)
    granted(place.clear_order(shop.office, CLERK, order_id))
    assert promises(shop, order_id) == [(1, "", ""), (2, "customer", "cleared")]
    assert shop.promised(order_id) > first
    shop.settle()


def test_an_order_cleared_after_its_stock_was_let_go_is_served_from_what_is_there(shop: Shop) -> None:
    order_id = shop.place(("LAMP", 2), cleared=False).order_id
    shop.later(hours=25)
    shop.settle()
    assert shop.free("LAMP") == 3, "the hold has run out"
    granted(place.clear_order(shop.office, CLERK, order_id))
    assert shop.free("LAMP") == 1
    shop.settle()


def test_an_order_cleared_when_its_stock_is_gone_waits_and_is_not_lost(shop: Shop) -> None:
    order_id = shop.place(("LAMP", 2), cleared=False).order_id
    shop.later(hours=25)
    shop.settle()
    shop.place(("LAMP", 3))
    granted(place.clear_order(shop.office, CLERK, order_id))
    assert shop.demand(order_id) == [("LAMP", 2, 2, 0, 0, 0)]
    shop.settle()
    shop.receive("LAMP", 2, "CS/B-01", serials=("L-101", "L-102"))
    shop.settle()
    assert shop.demand(order_id) == [("LAMP", 2, 0, 2, 0, 0)]
