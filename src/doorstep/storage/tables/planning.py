"""Planning runs, and what stock and room are worth since."""

from __future__ import annotations

from sqlalchemy import Table

from doorstep.storage.tables.columns import VIEWS, instant, json, key, whole, words

planning_run = Table(
    "planning_run",
    VIEWS,
    key("plan_id"),
    whole("orders"),
    whole("waiting"),
    whole("moved"),
    whole("cost_minor"),
    whole("full_minor"),
    whole("bound_minor"),
    whole("apart_minor"),
    json("inputs"),
    instant("made_at", nullable=False),
)

scarce_price = Table(
    "scarce_price",
    VIEWS,
    key("site_id"),
    key("item_id"),
    key("inbound_id"),
    key("day"),  # as 2026-03-02, '' for stock
    whole("minor"),
    words("plan_id"),
)
