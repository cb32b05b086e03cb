"""Exchange rates: the last one told of a pair and day stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import exchange
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes


def rates_set(body: exchange.ExchangeRatesSet, _: Entry, changes: Changes) -> None:
    for rate in body.rates:
        changes.replace(
            tables.exchange_rate,
            base=rate.base,
            quote=rate.quote,
            first_day=rate.first_day,
            units=rate.units,
            per=rate.per,
            source=body.source,
        )


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {exchange.ExchangeRatesSet: rates_set}
