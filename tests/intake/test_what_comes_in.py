"""Orders and company files are read strictly, every problem with its place, and judged in the order of the refusals."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.intake.company import CompanyIn, read_company
from doorstep.intake.judge import judge
from doorstep.intake.orders import read_order
from doorstep.terms.company import Company
from doorstep.terms.item import Item, Tracking
from doorstep.terms.order import Line, Order
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal, Why
from tests.corner_shop import ADA, FILE, order

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHOP = Company("Corner Shop", "USD", "0614141")
ITEMS = {item_id: Item(item_id, item_id.lower()) for item_id in ("MUG", "TEA")}
RAW: dict[str, Any] = {
    "customer_id": "ada",
    "lines": [{"item_id": "MUG", "quantity": 2}],
    "ship_to": {"name": "Ada", "lines": ["12 Engine Row"], "city": "New York", "postcode": "10001", "country": "US"},
    "currency": "usd",
}


def read(**changed: Any) -> Order | Refusal:
    return read_order({**RAW, **changed})


def problems(told: object) -> dict[str, Any]:
    assert isinstance(told, Refusal), told
    assert told.why is Why.MALFORMED
    return dict(told.concerns)


def test_a_readable_order_becomes_lines_numbered_from_1() -> None:
    told = read(lines=[{"item_id": " MUG ", "quantity": 2}, {"item_id": "TEA", "quantity": 1}])
    assert isinstance(told, Order)
    assert told.lines == (Line(1, "MUG", 2), Line(2, "TEA", 1))
    assert (told.currency, told.ship_to.country, told.cleared) == ("USD", "US", True)


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"item_id": "MUG", "quantity": "2"}]}, "lines.0.quantity"),
        ({"lines": [{"item_id": "MUG", "quantity": 2.5}]}, "lines.0.quantity"),
        ({"lines": [{"item_id": "MUG", "quantity": True}]}, "lines.0.quantity"),
        ({"lines": [{"item_id": "", "quantity": 2}]}, "lines.0.item_id"),
        ({"lines": [{"item_id": "MUG", "quantity": 2, "colour": "blue"}]}, "lines.0.colour"),
        ({"ship_to": {"name": "Ada"}}, "ship_to.lines"),
        ({"currency": "dollars"}, "currency"),
        ({"asked_by": "soon"}, "asked_by"),
        ({"terms": {"wanted_ppm": 1_000_000}}, "terms.wanted_ppm"),
        ({"gift": True}, "gift"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(changed: dict[str, Any], place: str) -> None:
    assert place in problems(read(**changed))


def test_every_problem_is_told_and_numbered() -> None:
    told = read(lines=[{"item_id": "MUG", "quantity": "many"}], currency="$", gift=True)
    assert isinstance(told, Refusal)
    assert set(told.concerns) == {"lines.0.quantity", "currency", "gift"}
    assert all(f"{number}. " in told.says for number in (1, 2, 3))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5))
def test_whatever_comes_in_is_read_or_refused_and_never_raises(raw: object) -> None:
    assert isinstance(read_order(raw), Refusal)
    assert isinstance(read_order({**RAW, "lines": raw}), Refusal)


def judged(asked: Order, known: bool = True) -> list[tuple[Why, str]]:
    return [(refusal.why, refusal.says) for refusal in judge(asked, ITEMS, known, SHOP, NOW)]


def test_a_good_order_is_not_refused() -> None:
    assert judged(order(("MUG", 1), ("TEA", 1_000_000), asked_by=date(2026, 3, 9))) == []


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
def test_a_quantity_that_nobody_can_mean_is_refused_with_its_line(quantity: int) -> None:
    ((why, says),) = judged(order(("TEA", 1), ("MUG", quantity)))
    assert why is Why.BAD_QUANTITY
    assert says.startswith(f"Line 2: the quantity is {quantity};")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"country": "XX"}, "XX is not a country"),
        ({"country": "us"}, "us is not a country"),
        ({"postcode": "1000"}, "1000 is not a postcode of US"),
        ({"postcode": ""}, "An empty postcode is not a postcode of US"),
        ({"country": "GB", "postcode": "10001"}, "10001 is not a postcode of GB"),
        ({"lines": ("  ",)}, "no street line"),
    ],
)
def test_an_impossible_address_is_refused(changed: dict[str, Any], says: str) -> None:
    ((why, said),) = judged(order(("MUG", 1), ship_to=replace(ADA, **changed)))
    assert why is Why.BAD_ADDRESS
    assert says in said


def test_an_address_in_a_country_without_postcodes_is_taken() -> None:
    dublin = Address("Molly", ("1 Quay",), "Hong Kong", "", "HK")
    assert judged(order(("MUG", 1), ship_to=dublin)) == []


def test_everything_wrong_is_found_at_once() -> None:
    asked = order(("SOAP", 0), currency="GBX", ship_to=replace(ADA, country="XX"), asked_by=date(2026, 2, 1))
    assert [why for why, _ in judged(asked, known=False)] == [
        Why.UNKNOWN_CUSTOMER,
        Why.UNKNOWN_ITEM,
        Why.BAD_QUANTITY,
        Why.UNKNOWN_CURRENCY,
        Why.BAD_ADDRESS,
        Why.DATE_PAST,
    ]


def test_a_currency_that_we_know_and_do_not_sell_in_is_refused() -> None:
    assert judged(order(("MUG", 1), currency="EUR")) == [(Why.UNKNOWN_CURRENCY, "We sell in USD, not in EUR.")]


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    ((why, _),) = judged(order(("MUG", 1), asked_from=date(2026, 3, 9), asked_by=date(2026, 3, 5)))
    assert why is Why.MALFORMED


@given(st.integers(-400, 400))
def test_a_date_is_past_only_where_it_is_past_everywhere_on_earth(days: int) -> None:
    asked_by = NOW.date() + timedelta(days=days)
    assert bool(judged(order(("MUG", 1), asked_by=asked_by))) == (days < -1)


def test_an_order_without_lines_or_with_one_line_twice_is_refused() -> None:
    nothing = judged(order())
    assert [why for why, _ in nothing] == [Why.MALFORMED]
    twice = replace(order(("MUG", 1)), lines=(Line(1, "MUG", 1), Line(1, "TEA", 1)))
    assert [why for why, _ in judged(twice)] == [Why.MALFORMED]


def raw_company() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def test_the_corner_shop_file_is_read_whole() -> None:
    shop = read_company(raw_company())
    assert isinstance(shop, CompanyIn)
    assert [site.site_id for site in shop.sites] == ["CS"]
    assert {item.item_id: item.tracking for item in shop.items}["TEA"] is Tracking.LOT
    assert [(row.item_id, row.quantity) for row in shop.stock] == [("MUG", 10), ("TEA", 6), ("TEA", 20), ("LAMP", 3)]


@pytest.mark.parametrize(
    ("table", "row", "changed", "place"),
    [
        ("sites", 0, {"colour": "red"}, "sites.0.colour"),
        ("sites", 0, {"bins": "A-01"}, "sites.0.bins"),
        ("items", 0, {"weigth_g": 350}, "items.0.weigth_g"),
        ("items", 1, {"tracking": "batch"}, "items.1.tracking"),
        ("cartons", 0, {"inner": [250, 180]}, "cartons.0.inner"),
        ("services", 0, {"transit": {}}, "services.0.transit"),
        ("stock", 0, {"quantity": "ten"}, "stock.0.quantity"),
        ("stock", 0, {"quantity": 2.5}, "stock.0.quantity"),
    ],
)
def test_a_slip_in_the_company_file_is_told_with_its_place(
    table: str, row: int, changed: dict[str, Any], place: str
) -> None:
    raw = raw_company()
    raw[table][row].update(changed)
    told = problems(read_company(raw))
    assert any(at.startswith(place) for at in told), told


def test_a_company_file_without_a_company_is_refused() -> None:
    raw = raw_company()
    del raw["company"]
    assert "company" in problems(read_company(raw))
