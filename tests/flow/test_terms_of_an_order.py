"""What an order says itself goes before what its customer agreed: how fast, in which hours, in whole packages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from doorstep.flow.change import cancel_line, change_quantity
from doorstep.flow.master import define_customer, define_items
from doorstep.flow.place import place_order
from doorstep.intake.orders import read_order
from doorstep.terms.calendar import Calendar
from doorstep.terms.order import Order, Preference, Terms
from doorstep.terms.refusals import Refusal, Why
from tests.corner_shop import ADA, CLERK, Shop, company_file, granted, order, refused

BERLIN = Calendar("Europe/Berlin")
WEDNESDAY, MONDAY_AFTER = date(2026, 3, 4), date(2026, 3, 9)


def asked(**terms: Any) -> Order:
    """Two mugs for Ada, under terms as they come in at a door."""
    ship_to = {
        "name": "Ada Byron",
        "lines": ["12 Engine Row"],
        "city": "New York",
        "postcode": "10001",
        "country": "US",
    }
    lines = [{"item_id": "MUG", "quantity": 2}]
    return granted(
        read_order({"customer_id": "ada", "currency": "USD", "lines": lines, "ship_to": ship_to, "terms": terms})
    )


def agree(shop: Shop, **terms: Any) -> None:
    granted(define_customer(shop.office, CLERK, "ada", ADA, Terms(**terms)))


def last_day(shop: Shop, wanted: Order) -> date:
    return granted(place_order(shop.office, CLERK, wanted, shop.key())).promise.last_day


def test_an_order_that_wants_the_fastest_is_promised_the_soonest_day_and_stays_so_when_it_is_changed(
    shop: Shop,
) -> None:
    assert last_day(shop, asked()) == MONDAY_AFTER
    fast = granted(place_order(shop.office, CLERK, asked(preference="fastest"), shop.key()))
    assert fast.promise.last_day == WEDNESDAY
    changed = granted(change_quantity(shop.office, CLERK, fast.order_id, 1, 1, shop.key()))
    assert changed.promise is not None
    assert changed.promise.last_day == WEDNESDAY


def test_a_customer_that_agreed_on_the_fastest_gets_it_unless_the_order_wants_the_cheapest(shop: Shop) -> None:
    agree(shop, preference=Preference.FASTEST)
    assert last_day(shop, asked()) == WEDNESDAY
    assert last_day(shop, asked(preference="cheapest")) == MONDAY_AFTER


def test_nothing_is_promised_for_a_day_on_which_the_order_takes_nothing_in(shop: Shop) -> None:
    agree(shop, receives=Calendar("America/New_York", frozenset({4})))
    agreed = granted(place_order(shop.office, CLERK, asked(), shop.key()))
    assert agreed.promise.last_day.weekday() == 4
    own = granted(
        place_order(shop.office, CLERK, asked(receives={"zone": "America/New_York", "weekdays": [3]}), shop.key())
    )
    assert own.promise.last_day.weekday() == 3
    shop.settle()
    changed = granted(change_quantity(shop.office, CLERK, own.order_id, 1, 1, shop.key()))
    assert changed.promise is not None
    assert changed.promise.last_day.weekday() == 3


@pytest.mark.parametrize(
    ("receives", "day", "verdict"), [(None, MONDAY_AFTER, "kept"), (BERLIN, date(2026, 3, 10), "late")]
)
def test_the_day_of_delivery_is_read_where_the_customer_takes_goods_in(
    shop: Shop, receives: Calendar | None, day: date, verdict: str
) -> None:
    """At half past six on Monday evening in Chicago it is Tuesday in Berlin."""
    placed = shop.on_its_way(("MUG", 1), terms=Terms(receives=receives))
    assert placed.promise.last_day == MONDAY_AFTER
    shop.clock.move_to(datetime(2026, 3, 9, 23, 30, tzinfo=UTC))
    shop.scan(shop.parcels(placed.order_id)[0], "DL", shop.clock.now())
    assert shop.one("SELECT delivered_on FROM orders") == day
    assert shop.scores(placed.order_id)["agreed"] == verdict


def test_an_order_that_ends_with_a_cancelled_rest_is_read_on_the_same_wall(shop: Shop) -> None:
    """Delivered on Monday evening in Chicago, when in UTC, on no one's wall, it was Tuesday already."""
    placed = shop.place(("LAMP", 1), ("MUG", 2))
    shop.settle()
    shop.release()
    for task in shop.tasks():
        shop.pick(task, 0 if task.item_id == "MUG" else None)
    shop.count("CS/A-01", "MUG", 0)
    shop.pack_all()
    shop.settle()
    shop.hand_over()
    monday_evening = datetime(2026, 3, 10, 1, tzinfo=UTC)
    shop.clock.move_to(monday_evening)
    shop.scan(shop.parcels(placed.order_id)[0], "DL", monday_evening)
    assert shop.one("SELECT state FROM orders") == "open"
    granted(cancel_line(shop.office, CLERK, placed.order_id, 2, shop.key()))
    assert shop.one("SELECT delivered_on FROM orders") == MONDAY_AFTER


def test_packages_are_not_broken_by_an_order_or_by_a_change_of_it(shop: Shop) -> None:
    mug = next(item for item in company_file().items if item.item_id == "MUG")
    granted(define_items(shop.office, CLERK, [replace(mug, sold_by=4)]))
    refused(place_order(shop.office, CLERK, order(("MUG", 6)), shop.key()), Why.BAD_QUANTITY, "4 or 8")
    refused(place_order(shop.office, CLERK, order(("MUG", 3)), shop.key()), Why.BAD_QUANTITY, "order 4 instead")
    placed = granted(place_order(shop.office, CLERK, order(("MUG", 4)), shop.key()))
    refused(change_quantity(shop.office, CLERK, placed.order_id, 1, 5, shop.key()), Why.BAD_QUANTITY, "4 or 8")
    granted(change_quantity(shop.office, CLERK, placed.order_id, 1, 8, shop.key()))


def test_a_package_holds_one_unit_at_least(shop: Shop) -> None:
    mug = next(item for item in company_file().items if item.item_id == "MUG")
    refused(define_items(shop.office, CLERK, [replace(mug, sold_by=0)]), Why.MALFORMED, "MUG", "sold by 0")


@pytest.mark.parametrize(
    ("receives", "says"),
    [
        ({"zone": "Mars/Olympus"}, "'Mars/Olympus' is no time zone"),
        ({"zone": "UTC", "opens": "15:00", "closes": "07:00"}, "opens 15:00:00 is not before closes 07:00:00"),
        ({"zone": "UTC", "opens": 7}, "opens: must be a time of day such as 08:30"),
        ({"zone": "UTC", "weekdays": []}, "weekdays: "),
    ],
)
def test_hours_that_cannot_be_meant_are_refused_with_their_place(receives: dict[str, Any], says: str) -> None:
    ship_to = {"name": "Ada", "lines": ["12 Engine Row"], "city": "New York", "country": "US"}
    body = {"customer_id": "ada", "currency": "USD", "lines": [{"item_id": "MUG", "quantity": 1}], "ship_to": ship_to}
    told = read_order({**body, "terms": {"receives": receives}})
    assert isinstance(told, Refusal)
    assert "terms.receives" in told.says
    assert says in told.says
