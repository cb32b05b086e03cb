"""A tariff in other money is reckoned in the company's, at the rate of the day; without one it has no price."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from doorstep.flow import exchange
from doorstep.flow.master import define_services
from doorstep.intake.exchange import read_rates
from doorstep.storage.queries import master
from doorstep.terms.exchange import ExchangeRate
from doorstep.terms.money import Money
from doorstep.terms.refusals import Refusal
from tests.corner_shop import CLERK, Shop, all_is_well, granted

MONDAY = date(2026, 3, 2)


def in_euros(shop: Shop) -> None:
    """Steady's prices are in euros from now on."""
    with shop.store.reading() as tx:
        steady = next(each for each in master.services(tx) if each.service_id == "steady-ground")
    granted(define_services(shop.office, CLERK, [replace(steady, tariff=replace(steady.tariff, currency="EUR"))]))


def planned(shop: Shop) -> tuple[str, int]:
    """A mug to New York: by what it is planned to go, and what that costs."""
    placed = shop.place(("MUG", 1))
    shop.settle()
    row = shop.one("SELECT service_id, cost_minor FROM fulfilment WHERE order_id = %s", placed.order_id)
    return row.service_id, row.cost_minor


def test_the_cheaper_carrier_is_cheaper_only_at_the_rate_of_the_day(shop: Shop) -> None:
    service_id, in_dollars = planned(shop)
    assert service_id == "steady-ground"
    in_euros(shop)
    assert planned(shop)[0] == "swift-express"  # nobody knows what Steady asks for
    rates = [
        ExchangeRate("EUR", "USD", MONDAY, 11, 10),
        ExchangeRate("USD", "EUR", MONDAY + timedelta(days=1), 1, 4),
        ExchangeRate("EUR", "USD", MONDAY + timedelta(days=1), 4, 1),
    ]
    granted(exchange.set_rates(shop.office, CLERK, rates, "a bank"))
    service_id, in_euros_minor = planned(shop)
    assert service_id == "steady-ground"
    assert in_euros_minor == in_dollars + 150  # a tenth more of 13.90 and 8 % fuel
    shop.later(days=1)
    assert planned(shop)[0] == "swift-express"  # a euro is four dollars
    assert exchange.convert(shop.office, Money(1_000, "EUR"), "USD", MONDAY) == Money(1_100, "USD")
    assert isinstance(exchange.convert(shop.office, Money(1_000, "EUR"), "GBP"), Refusal)
    assert [each.per for each in exchange.rates_on(shop.office, MONDAY)] == [10]
    all_is_well(shop.store)


def test_rates_are_read_as_a_bank_publishes_them_and_wrong_rows_come_back_numbered() -> None:
    read = read_rates("Date,USD,JPY,XYZ,\n02 March 2026,1.0837,163.4,7,\n2026-03-03,1.09,N/A,7,\n")
    assert not read.problems
    assert [(each.quote, each.first_day.day, each.units, each.per) for each in read.rates] == [
        ("JPY", 2, 1634, 10),
        ("USD", 2, 10837, 10000),
        ("USD", 3, 109, 100),
    ]
    read = read_rates(
        "base,quote,from,rate\nEUR,USD,2026-03-02,1.08\nEUR,usd,2026-03-02,1.09\nEUR,FOO,2026-03-02,1\n"
        "EUR,USD,soon,1\nEUR,USD,2026-03-03,1e9\nEUR,EUR,2026-03-03,1\nEUR,USD,2026-03-03,0.0\n"
    )
    assert len(read.rates) == 1
    assert [problem.place for problem in read.problems] == ["3", "4", "5", "6", "7", "8"]
    assert "1.0837" in read.problems[3].says
    assert read_rates("a,b\n1,2\n").problems[0].place == "1"
