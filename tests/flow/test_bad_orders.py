"""Bad orders, as they come in at a door: a refusal that says what is wrong and where, and nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from doorstep.flow.master import define_items
from doorstep.flow.place import Placed, place_order, quote_order
from doorstep.intake.orders import read_order
from doorstep.terms.item import Item, Part
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Refusal, Why
from tests.corner_shop import CLERK, Shop, granted, refused

GOOD: dict[str, Any] = {
    "customer_id": "ada",
    "lines": [{"item_id": "TEA", "quantity": 1}, {"item_id": "MUG", "quantity": 2}],
    "ship_to": {"name": "Ada", "lines": ["12 Engine Row"], "city": "New York", "postcode": "10001", "country": "US"},
    "currency": "USD",
}


def ordered(shop: Shop, key: str = "web-1", **changed: Any) -> Placed | Refusal:
    """What a door does with an order: read it, then place it."""
    order = read_order({**GOOD, **changed})
    return order if isinstance(order, Refusal) else place_order(shop.office, CLERK, order, key)


def second_line(**line: Any) -> dict[str, Any]:
    return {"lines": [GOOD["lines"][0], {"item_id": "MUG", "quantity": 2, **line}]}


def home(**part: str) -> dict[str, Any]:
    return {"ship_to": {**GOOD["ship_to"], **part}}


@pytest.fixture
def untouched(shop: Shop) -> Iterator[Shop]:
    """The shop, in which a test may leave nothing but its refusals."""
    wardrobe = Item("WARDROBE", "Wardrobe", Size(2000, 900, 600), 40_000)
    granted(define_items(shop.office, CLERK, [wardrobe]))
    shop.receive("WARDROBE", 2, "CS/B-01")
    shop.settle()
    facts, holds = shop.journal(), shop.rows("SELECT * FROM hold")
    persons, due = shop.one("SELECT count(*) FROM person"), shop.rows("SELECT * FROM due")
    yield shop
    assert (shop.journal(), shop.rows("SELECT * FROM hold")) == (facts, holds)
    assert (shop.one("SELECT count(*) FROM person"), shop.rows("SELECT * FROM due")) == (persons, due)


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


def test_the_key_of_one_order_cannot_be_used_for_another(shop: Shop) -> None:
    granted(ordered(shop))
    facts = shop.journal()
    told = refused(ordered(shop, **second_line(quantity=3)), Why.KEY_REUSED, "web-1")
    assert told.concerns == {"key": "web-1"}
    assert shop.journal() == facts


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
