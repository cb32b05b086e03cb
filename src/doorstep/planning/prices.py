"""Prices of what is scarce, and the bound they prove: Lagrangian relaxation of stock and room, in whole minor units.

Source: M. L. Fisher, "The Lagrangian Relaxation Method for Solving Integer Programming Problems", Management Science
27 (1981); step length after B. T. Polyak (1969). For any prices of zero or more,

    sum over orders of the cheapest choice under these prices - sum of price x room

is at most the cost of every selection that keeps within the room. All of it is whole numbers, so the bound is exact.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from doorstep.planning.values import Scarce, StockKey

_FULL_STEP = 1_000
_PATIENCE = 4  # rounds without a better bound before the step is halved


class Column(NamedTuple):
    """One choice for one order: its cost and what it uses."""

    cost_minor: int
    uses: Mapping[Scarce, int]


Table = Sequence[Sequence[Column]]  # the choices of each order
Prices = dict[Scarce, int]


def bound(table: Table, room: Mapping[Scarce, int], prices: Mapping[Scarce, int]) -> int:
    """What no selection of one choice per order within `room` can cost less than."""
    return _cheapest(table, prices)[0] - sum(price * room[key] for key, price in prices.items())


def contested(table: Table, room: Mapping[Scarce, int]) -> set[Scarce]:
    """What the orders could use more of, all together, than there is. Nothing else can need a price."""
    most: dict[Scarce, int] = {}
    for columns in table:
        mine: dict[Scarce, int] = {}
        for column in columns:
            for key, units in column.uses.items():
                mine[key] = max(mine.get(key, 0), units)
        for key, units in mine.items():
            most[key] = most.get(key, 0) + units
    return {key for key, units in most.items() if key in room and units > room[key]}


def find_prices(table: Table, room: Mapping[Scarce, int], reached_minor: int, rounds: int) -> Prices:
    """The prices with the best bound seen in `rounds` steps; `reached_minor` is the cost of a plan already found."""
    fought = contested(table, room)
    items = {key.item_id for key in fought if isinstance(key, StockKey)}
    kept = fought | {key for key in room if isinstance(key, StockKey) and key.item_id in items}
    table = _thinned(table, kept)
    prices = _famine_prices(table, room, sorted(items))
    best, best_value = prices, bound(table, room, prices)
    step, patience = _FULL_STEP, _PATIENCE
    for _ in range(rounds if fought else 0):
        total, used = _cheapest(table, prices)
        value = total - sum(price * room[key] for key, price in prices.items())
        if value > best_value:
            best, best_value, patience = prices, value, _PATIENCE
        else:
            patience -= 1
            if not patience:
                step, patience = max(step // 2, 1), _PATIENCE
        over = {key: used.get(key, 0) - room[key] for key in fought}
        over = {key: excess for key, excess in over.items() if excess > 0 or (excess and prices.get(key))}
        if not over:
            break
        prices = _moved(prices, over, step * max(reached_minor - value, 1))
    return best


def _famine_prices(table: Table, room: Mapping[Scarce, int], items: Sequence[str]) -> Prices:
    """One price for an item on all its stock, where all sites together have too little of it.

    Item after item, the price at which what is still wanted first is no more than there is: along one price the bound
    is concave and this is its top.
    """
    prices: Prices = {}
    ceiling = max((column.cost_minor for columns in table for column in columns), default=0) + 1
    for item_id in items:
        keys = [key for key in room if isinstance(key, StockKey) and key.item_id == item_id]
        mine = [columns for columns in table if any(key in column.uses for column in columns for key in keys)]
        have = sum(room[key] for key in keys)
        low, high = -1, 0
        while _wanted(mine, keys, prices, high) > have and high < ceiling:
            low, high = high, min(max(2 * high, 1), ceiling)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _wanted(mine, keys, prices, middle) > have else (low, middle)
        if high:
            prices.update(dict.fromkeys(keys, high))
    return prices


def _wanted(table: Table, keys: Sequence[StockKey], prices: Prices, price: int) -> int:
    """Units of these keys that the cheapest choices take if all of them have this price."""
    _, used = _cheapest(table, {**prices, **dict.fromkeys(keys, price)})
    return sum(used.get(key, 0) for key in keys)


def _thinned(table: Table, fought: Collection[Scarce]) -> Table:
    """The same bounds from fewer columns: of those alike in what is fought over, the cheapest."""
    thin = []
    for columns in table:
        cheapest: dict[tuple[tuple[Scarce, int], ...], Column] = {}
        for column in columns:
            uses = {key: units for key, units in column.uses.items() if key in fought}
            alike = tuple(uses.items())
            if alike not in cheapest or column.cost_minor < cheapest[alike].cost_minor:
                cheapest[alike] = Column(column.cost_minor, uses)
        thin.append(list(cheapest.values()))
    return thin


def _moved(prices: Prices, over: Mapping[Scarce, int], push: int) -> Prices:
    """Prices up where demand is over the room, down where it is under, by `push` / 1000 over the squared excess."""
    squares = sum(excess * excess for excess in over.values()) * _FULL_STEP
    moved = dict(prices)
    for key, excess in sorted(over.items(), key=lambda entry: str(entry[0])):
        change = max(abs(excess) * push // squares, 1)
        price = moved.get(key, 0) + (change if excess > 0 else -change)
        if price > 0:
            moved[key] = price
        else:
            moved.pop(key, None)
    return moved


def _cheapest(table: Table, prices: Mapping[Scarce, int]) -> tuple[int, dict[Scarce, int]]:
    """The sum of every order's cheapest choice under the prices, and what these choices use."""
    total = 0
    used: dict[Scarce, int] = {}
    for columns in table:
        least, chosen = min(
            ((column.cost_minor + _extra(column, prices), i) for i, column in enumerate(columns)),
        )
        total += least
        for key, units in columns[chosen].uses.items():
            used[key] = used.get(key, 0) + units
    return total, used


def _extra(column: Column, prices: Mapping[Scarce, int]) -> int:
    return sum(units * prices[key] for key, units in column.uses.items() if key in prices)
