"""What prices hang on beside tariffs, as it stands on a day: what carriers bill in the end, what money is worth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from doorstep.carriers.billed import Learned, Sample, learn
from doorstep.storage.queries import exchange, learning
from doorstep.storage.transaction import Query, Transaction
from doorstep.terms.exchange import Exchange, ExchangeRate


@dataclass(frozen=True, slots=True, eq=False)
class PriceBook:
    """The same book for the same facts: it is known by being itself."""

    on: date
    billed: Learned
    exchange: Exchange


def price_book(tx: Transaction) -> PriceBook:
    """The book of today."""
    on = tx.now.date()
    return read_book(on, *(tx.rows(*query) for query in price_queries(on)))


def price_queries(on: date) -> tuple[Query, ...]:
    """What the book of a day is read from, for whoever asks ahead."""
    return learning.BILLING, exchange.rates_query(on)


def read_book(on: date, billing: Sequence[Any], rates: Sequence[Any]) -> PriceBook:
    """The book of a day, of what `price_queries` were answered; the same object as long as they are the same."""
    return _book(on, tuple((row.service_id, row.text) for row in billing), _read_rates(rates))


def exchange_on(tx: Transaction, on: date) -> Exchange:
    """The exchange rates that may hold on a day; the same object as long as they are the same."""
    return _read_rates(tx.rows(*exchange.rates_query(on)))


def _read_rates(rows: Sequence[Any]) -> Exchange:
    return _exchange(tuple((row.base, row.quote, row.first_day, row.units, row.per) for row in rows))


@lru_cache(maxsize=16)
def _exchange(rates: tuple[tuple[str, str, date, int, int], ...]) -> Exchange:
    return Exchange(ExchangeRate(*each) for each in rates)


@lru_cache(maxsize=16)
def _book(on: date, billed: tuple[tuple[str, str], ...], rates: Exchange) -> PriceBook:
    return PriceBook(on, learn(_samples(billed)), rates)


def _samples(billed: tuple[tuple[str, str], ...]) -> list[Sample]:
    return [
        Sample(service_id, int(step), expected, told, parcels)
        for service_id, text in billed
        for step, (parcels, expected, told) in json.loads(text).items()
    ]
