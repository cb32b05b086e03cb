"""Exchange rates that can still hold on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from doorstep.storage.transaction import Query, Transaction
from doorstep.terms.exchange import MOST_DAYS

_RATES = "SELECT base, quote, first_day, units, per, source FROM exchange_rate WHERE first_day BETWEEN %s AND %s "


def rates_query(on: date) -> Query:
    """Rows of what may hold on a day: an older rate is none."""
    return _RATES + "ORDER BY 1, 2, 3", on - timedelta(days=MOST_DAYS), on


def newest(tx: Transaction, on: date) -> list[Any]:
    """The last row of each pair that holds on a day."""
    query = _RATES.replace("SELECT", "SELECT DISTINCT ON (base, quote)", 1) + "ORDER BY base, quote, first_day DESC"
    return tx.rows(query, on - timedelta(days=MOST_DAYS), on)
