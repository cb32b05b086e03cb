"""What an order may cost us: its value, and how far its cost is above the ceiling of its class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from doorstep.terms.item import Item


def value_of(lines: Iterable[tuple[str, int]], items: Mapping[str, Item]) -> int:
    """What (item, units) sell for, in minor units; 0 where the price of any of them is not known."""
    prices = [(items[item_id].price_minor, quantity) for item_id, quantity in lines]
    return sum(price * quantity for price, quantity in prices) if all(price for price, _ in prices) else 0


def above(cost_minor: int, ceiling_minor: int | None) -> int:
    """By how much a cost is above a ceiling; 0 where it is not, or there is none."""
    return 0 if ceiling_minor is None else max(cost_minor - ceiling_minor, 0)
