"""Money in another currency by a dated table: exact, whole minor units, rounded once."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from doorstep.terms.exchange import Exchange, ExchangeRate
from doorstep.terms.money import Money

TABLE = Exchange(
    [
        ExchangeRate("EUR", "USD", date(2026, 3, 2), 10_837, 10_000),
        ExchangeRate("EUR", "USD", date(2026, 3, 9), 10_901, 10_000),
        ExchangeRate("EUR", "JPY", date(2026, 3, 2), 16_325, 100),
    ]
)
MONDAY = date(2026, 3, 2)


def test_a_rate_holds_from_its_day_until_the_next_and_an_old_one_is_none() -> None:
    price = Money(10_000, "EUR")
    assert TABLE.convert(price, "USD", date(2026, 3, 1)) is None
    assert TABLE.convert(price, "USD", date(2026, 3, 8)) == Money(10_837, "USD")
    assert TABLE.convert(price, "USD", date(2026, 3, 9)) == Money(10_901, "USD")
    assert TABLE.convert(price, "USD", date(2026, 4, 30)) is None
    assert TABLE.convert(price, "GBP", MONDAY) is None


def test_pairs_are_found_the_other_way_round_and_over_a_third_currency() -> None:
    assert TABLE.convert(Money(10_837, "USD"), "EUR", MONDAY) == Money(10_000, "EUR")
    # 108.37 USD are 100.00 EUR are 16,325 yen; yen have no cents.
    assert TABLE.convert(Money(10_837, "USD"), "JPY", MONDAY) == Money(16_325, "JPY")


@given(st.integers(-(10**12), 10**12))
def test_it_is_rounded_once_half_a_cent_away_from_zero(minor: int) -> None:
    found = TABLE.convert(Money(minor, "USD"), "JPY", MONDAY)
    assert found is not None
    exact = Fraction(abs(minor), 100) * Fraction(16_325, 100) / Fraction(10_837, 10_000)
    assert abs(found.minor) == (exact + Fraction(1, 2)).__floor__()
    assert found.minor * minor >= 0
