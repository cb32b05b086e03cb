"""Bad input: a refusal that says what is wrong and where, and nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from doorstep.flow.count import count_bin
from doorstep.flow.master import define_items
from doorstep.flow.place import Placed, place_order, quote_order
from doorstep.flow.receive import Receipt, expect_inbound, receive
from doorstep.intake.orders import read_order
from doorstep.terms.clock import FalseClock
from doorstep.terms.item import Item, Part
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Refusal, Why
from tests.corner_shop import CLERK, MONDAY, Shelf, Shop, all_is_well, granted, open_shop, refused

GOOD: dict[str, Any] = {
    "customer_id": "ada",
    "lines": [{"item_id": "TEA", "quantity": 1}, {"item_id": "MUG", "quantity": 2}],
    "ship_to": {"name": "Ada", "lines": ["12 Engine Row"], "city": "New York", "postcode": "10001", "country": "US"},
    "currency": "USD",
}


def ordered(shop: Shop, **changed: Any) -> Placed | Refusal:
    """What a door does with an order: read it, then place it."""
    order = read_order({**GOOD, **changed})
    return order if isinstance(order, Refusal) else place_order(shop.office, CLERK, order, shop.key())


def second_line(**line: Any) -> dict[str, Any]:
    return {"lines": [GOOD["lines"][0], {"item_id": "MUG", "quantity": 2, **line}]}


def home(**part: str) -> dict[str, Any]:
    return {"ship_to": {**GOOD["ship_to"], **part}}


@pytest.fixture(scope="module")
def refusing(shelf: Shelf) -> Iterator[Shop]:
    """One shop for the whole file, because nothing may change in it; with a wardrobe that no carton takes."""
    shelf.put_back()
    with open_shop(shelf.url, FalseClock(MONDAY)) as shop:
        granted(define_items(shop.office, CLERK, [Item("WARDROBE", "Wardrobe", Size(2000, 900, 600), 40_000)]))
        shop.receive("WARDROBE", 2, "CS/B-01")
        shop.settle()
        yield shop
        all_is_well(shop.store)


@pytest.fixture
def untouched(refusing: Shop) -> Iterator[Shop]:
    """The shop, in which a test may leave nothing but its refusals."""
    before = everything(refusing)
    yield refusing
    assert everything(refusing) == before


def everything(shop: Shop) -> list[Any]:
    tables = ("journal", "hold", "person", "due", "demand", "balance", "pool", "unit")
    return [shop.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


BAD = [
    ("an unknown item", second_line(item_id="SOAP"), Why.UNKNOWN_ITEM, "Line 2: there is no item SOAP.", "line"),
    ("a quantity of zero", second_line(quantity=0), Why.BAD_QUANTITY, "Line 2: the quantity is 0;", "quantity"),
    ("a quantity below zero", second_line(quantity=-3), Why.BAD_QUANTITY, "Line 2: the quantity is -3;", "quantity"),
    ("a part of a unit", second_line(quantity=1.5), Why.MALFORMED, "lines.1.quantity", "lines.1.quantity"),
    ("an unknown customer", {"customer_id": "bob"}, Why.UNKNOWN_CUSTOMER, "no customer bob", "customer_id"),
    ("a postcode of nowhere", home(postcode="ABC"), Why.BAD_ADDRESS, "ABC is not a postcode of US", "postcode"),
    ("a country of nowhere", home(country="ZZ"), Why.BAD_ADDRESS, "ZZ is not a country", "country"),
    ("no street", {"ship_to": {**GOOD["ship_to"], "lines": [" "]}}, Why.BAD_ADDRESS, "no street line", "field"),
    ("an address in parts", {"ship_to": {"name": "Ada"}}, Why.MALFORMED, "ship_to.lines", "ship_to.lines"),
    ("an unknown currency", {"currency": "XYZ"}, Why.UNKNOWN_CURRENCY, "XYZ is not a currency we know", "currency"),
    ("a currency not ours", {"currency": "EUR"}, Why.UNKNOWN_CURRENCY, "We sell in USD, not in EUR", "currency"),
    ("a date in the past", {"asked_by": "2026-02-20"}, Why.DATE_PAST, "2026-02-20 is past", "asked_by"),
    ("a day that is none", {"asked_by": "2026-02-30"}, Why.MALFORMED, "asked_by", "asked_by"),
    ("an item too large", second_line(item_id="WARDROBE"), Why.DOES_NOT_FIT, "WARDROBE", "item"),
    ("a country unserved", home(country="HK", postcode=""), Why.NO_SERVICE, "", "service"),
    ("more than there is", second_line(quantity=11), Why.OUT_OF_STOCK, "short of 1 of MUG", "short:MUG"),
    ("no lines", {"lines": []}, Why.MALFORMED, "lines", "lines"),
    ("a field nobody knows", {"gift_wrap": True}, Why.MALFORMED, "gift_wrap", "gift_wrap"),
]


@pytest.mark.parametrize(("changed", "why", "says", "where"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_order_is_refused_with_what_and_where_and_leaves_nothing(
    untouched: Shop, changed: dict[str, Any], why: Why, says: str, where: str
) -> None:
    told = refused(ordered(untouched, **changed), why, says)
    assert where in told.concerns
    assert told.code == why.name.lower()


@pytest.mark.parametrize(("changed", "why"), [case[1:3] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_order_is_quoted_no_better_than_it_is_placed(untouched: Shop, changed: dict[str, Any], why: Why) -> None:
    order = read_order({**GOOD, **changed})
    refused(order if isinstance(order, Refusal) else quote_order(untouched.office, order), why)


def test_where_several_things_are_wrong_the_one_to_mend_first_is_told(untouched: Shop) -> None:
    told = ordered(untouched, **second_line(quantity=0), currency="XYZ", asked_by="2026-01-01")
    refused(told, Why.UNKNOWN_CURRENCY)


@pytest.mark.parametrize(
    ("item", "says"),
    [
        (Item("BOX", "Box", Size(0, 10, 10)), "every side must be above zero"),
        (Item("BOX", "Box", weight_g=-1), "weighs -1 g"),
        (Item("SET", "Set", parts=(Part("SOAP", 1),)), "SOAP is not an item"),
        (Item("SET", "Set", parts=(Part("TEA-FOR-TWO", 1),)), "is a kit itself"),
        (Item("SET", "Set", parts=(Part("MUG", 0),)), "takes 0 of MUG"),
        (Item("SET", "Set", parts=(Part("MUG", 1), Part("MUG", 2))), "named twice"),
    ],
)
def test_an_item_that_could_not_be_sold_is_not_defined(untouched: Shop, item: Item, says: str) -> None:
    told = define_items(untouched.office, CLERK, [Item("SOAP-DISH", "Dish"), item])
    refused(told, Why.MALFORMED, item.item_id, says)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"place_id": "CS/Z-99"}, Why.UNKNOWN_PLACE),
        ({"place_id": "CS/pack"}, Why.UNKNOWN_PLACE),
        ({"place_id": "supplier"}, Why.UNKNOWN_PLACE),
        ({"item_id": "SOAP"}, Why.UNKNOWN_ITEM),
        ({"quantity": 0}, Why.BAD_QUANTITY),
        ({"quantity": -3}, Why.BAD_QUANTITY),
        ({"lot": "T1"}, Why.MALFORMED),
        ({"item_id": "TEA"}, Why.MALFORMED),
        ({"item_id": "TEA-FOR-TWO"}, Why.MALFORMED),
        ({"serials": ("M-1", "M-2")}, Why.BAD_SERIAL),
        ({"item_id": "LAMP"}, Why.BAD_SERIAL),
        ({"item_id": "LAMP", "serials": ("L-001", "L-010")}, Why.BAD_SERIAL),
        ({"item_id": "LAMP", "serials": ("L-010", "L-010")}, Why.BAD_SERIAL),
        ({"inbound_id": "inb_none"}, Why.MALFORMED),
    ],
)
def test_what_cannot_have_come_in_is_refused_and_books_nothing(
    untouched: Shop, wrong: dict[str, Any], why: Why
) -> None:
    receipt = Receipt(**{"place_id": "CS/A-01", "item_id": "MUG", "quantity": 2, **wrong})
    refused(receive(untouched.office, CLERK, receipt, untouched.key()), why)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"site_id": "MOON"}, Why.UNKNOWN_SITE),
        ({"item_id": "SOAP"}, Why.UNKNOWN_ITEM),
        ({"quantity": 0}, Why.BAD_QUANTITY),
    ],
)
def test_what_cannot_be_expected_is_refused(untouched: Shop, wrong: dict[str, Any], why: Why) -> None:
    asked = {"supplier_id": "potter", "site_id": "CS", "item_id": "MUG", "quantity": 5, **wrong}
    due_at = untouched.clock.now() + timedelta(days=2)
    refused(expect_inbound(untouched.office, CLERK, due_at=due_at, key=untouched.key(), **asked), why)


@pytest.mark.parametrize(
    ("wrong", "why", "says"),
    [
        ({"item_id": "SOAP"}, Why.UNKNOWN_ITEM, "SOAP"),
        ({"place_id": "CS/Z-99"}, Why.UNKNOWN_PLACE, "CS/Z-99"),
        ({"place_id": "CS/dock"}, Why.UNKNOWN_PLACE, "CS/dock"),
        ({"counted": -1}, Why.BAD_QUANTITY, "-1 cannot"),
        ({"item_id": "TEA"}, Why.MALFORMED, "tracked by lot"),
        ({"lot": "T1"}, Why.MALFORMED, "tracked by none"),
        ({"item_id": "TEA-FOR-TWO"}, Why.MALFORMED, "count its parts"),
        ({"item_id": "LAMP", "counted": 1}, Why.BAD_SERIAL, "Name every serial"),
        ({"item_id": "LAMP", "counted": 2, "serials": ("L-001", "L-001")}, Why.BAD_SERIAL, "1 serials named"),
        ({"serials": ("M-1",), "counted": 1}, Why.BAD_SERIAL, "MUG"),
        ({"item_id": "LAMP", "counted": 1, "serials": ("L-001",)}, Why.BAD_SERIAL, "is in CS/B-01: count it gone"),
        (
            {"place_id": "CS/B-01", "item_id": "LAMP", "counted": 3, "serials": ("L-001", "L-002", "L-009")},
            Why.BAD_SERIAL,
            "count it twice",
        ),
    ],
)
def test_what_cannot_have_been_counted_is_refused_and_books_nothing(
    untouched: Shop, wrong: dict[str, Any], why: Why, says: str
) -> None:
    asked = {"place_id": "CS/A-01", "item_id": "MUG", "counted": 2, **wrong}
    refused(count_bin(untouched.office, CLERK, key=untouched.key(), **asked), why, says)
