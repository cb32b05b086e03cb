"""What prices hang on beside tariffs, as it stands on a day: what carriers bill in the end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from doorstep.carriers.billed import Learned, Sample, learn
from doorstep.storage.queries import learning
from doorstep.storage.store import Transaction


@dataclass(frozen=True, slots=True, eq=False)
class PriceBook:
    """The same book for the same facts: it is known by being itself."""

    on: date
    billed: Learned


def price_book(tx: Transaction) -> PriceBook:
    """The book of today."""
    billed = tuple((row.service_id, row.text) for row in tx.rows(*learning.BILLING))
    return _book(tx.now.date(), billed)


@lru_cache(maxsize=16)
def _book(on: date, billed: tuple[tuple[str, str], ...]) -> PriceBook:
    return PriceBook(on, learn(_samples(billed)))


def _samples(billed: tuple[tuple[str, str], ...]) -> list[Sample]:
    return [
        Sample(service_id, int(step), expected, told, parcels)
        for service_id, text in billed
        for step, (parcels, expected, told) in json.loads(text).items()
    ]
