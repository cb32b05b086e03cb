"""Money: whole minor units of one currency. Sums across currencies are refused, shares add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# ISO 4217, the currencies Doorstep can be run in, with the number of decimals of each.
DECIMALS = {
    "AUD": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CNY": 2, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HKD": 2, "HUF": 2,
    "INR": 2, "JPY": 0, "KRW": 0, "MXN": 2, "NOK": 2, "NZD": 2, "PLN": 2, "RON": 2, "SEK": 2, "SGD": 2, "TRY": 2,
    "USD": 2, "ZAR": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (cents, pence; whole yen) of `currency`."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency} without a dated rate")
        return Money(self.minor + other.minor, self.currency)

    def __str__(self) -> str:
        decimals = DECIMALS[self.currency]
        sign, size = ("-" if self.minor < 0 else ""), abs(self.minor)
        if not decimals:
            return f"{sign}{size} {self.currency}"
        whole, rest = divmod(size, 10**decimals)
        return f"{sign}{whole}.{rest:0{decimals}d} {self.currency}"


def share_out(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to whole, non-negative weights; the shares add up to it exactly.

    Largest remainders get the odd units, earlier ones first; all-zero weights share equally.
    """
    if not weights:
        raise ValueError("nothing to share the amount among")
    if not any(weights):
        weights = [1] * len(weights)
    total = sum(weights)
    shares = [amount_minor * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount_minor * weights[i] % total), i))
    for i in by_remainder[: amount_minor - sum(shares)]:
        shares[i] += 1
    return shares
