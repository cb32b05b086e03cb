"""Exchange rates by pair and day."""

from __future__ import annotations

from sqlalchemy import Column, Date, Table

from doorstep.storage.tables.columns import VIEWS, key, whole, words

# One whole unit of `base` is `units` / `per` whole units of `quote`.
exchange_rate = Table(
    "exchange_rate",
    VIEWS,
    key("base"),
    key("quote"),
    Column("first_day", Date, primary_key=True),
    whole("units"),
    whole("per"),
    words("source"),
)
