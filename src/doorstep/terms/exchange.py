"""Money of one currency in another, by a dated table of exchange rates: exact, and rounded once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from doorstep.terms.money import DECIMALS, Money

MOST_DAYS = 31  # an older rate is none


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """From a day on, one whole unit of `base` is `units` / `per` whole units of `quote`: 1.0837 are 10837 / 10000."""

    base: str
    quote: str
    first_day: date
    units: int
    per: int


class Exchange:
    """A table of rates. A rate holds until the next of its pair, at most for `most_days`: an old one is none.

    A pair that the table does not have is found the other way round, or over one currency that both have a rate with.
    """

    def __init__(self, rates: Iterable[ExchangeRate], most_days: int = MOST_DAYS) -> None:
        self._most = timedelta(days=most_days)
        self._rates: dict[tuple[str, str], list[tuple[date, Fraction]]] = {}
        for rate in rates:
            if rate.units <= 0 or rate.per <= 0 or rate.base == rate.quote:
                raise ValueError(
                    f"{rate.base} to {rate.quote} from {rate.first_day} is no rate above zero of two currencies"
                )
            self._rates.setdefault((rate.base, rate.quote), []).append((rate.first_day, Fraction(rate.units, rate.per)))
        for known in self._rates.values():
            known.sort()
        self._currencies = sorted({name for pair in self._rates for name in pair})

    def rate(self, base: str, quote: str, on: date) -> Fraction | None:
        """Whole units of `quote` for one of `base` on a day; None where the table does not tell."""
        if base == quote:
            return Fraction(1)
        direct = self._pair(base, quote, on)
        if direct is not None:
            return direct
        for middle in self._currencies:
            first, second = self._pair(base, middle, on), self._pair(middle, quote, on)
            if first is not None and second is not None:
                return first * second
        return None

    def convert(self, money: Money, currency: str, on: date) -> Money | None:
        """The amount in another currency, to the nearest minor unit, halves away from zero; None without a rate."""
        rate = self.rate(money.currency, currency, on)
        if rate is None:
            return None
        exact = money.minor * rate * Fraction(10 ** DECIMALS[currency], 10 ** DECIMALS[money.currency])
        size = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
        return Money(size if exact >= 0 else -size, currency)

    def _pair(self, base: str, quote: str, on: date) -> Fraction | None:
        rate = self._latest(base, quote, on)
        if rate is not None:
            return rate
        inverse = self._latest(quote, base, on)
        return None if inverse is None else Fraction(inverse.denominator, inverse.numerator)

    def _latest(self, base: str, quote: str, on: date) -> Fraction | None:
        found = None
        for first_day, rate in self._rates.get((base, quote), ()):
            if first_day <= on <= first_day + self._most:
                found = rate
        return found
