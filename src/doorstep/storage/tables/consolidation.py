"""Orders that travel as one shipment."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from doorstep.storage.tables.columns import VIEWS, instant, json, key, whole, words

consolidation = Table(
    "consolidation",
    VIEWS,
    key("consolidation_id"),
    words("site_id"),
    words("service_id"),
    words("tariff_id"),
    words("travels_as"),
    words("state"),  # joined, ended
    instant("departs", nullable=False),
    whole("freight_minor"),
    whole("cost_minor"),
    whole("alone_minor"),
    json("rejected"),
    instant("made_at", nullable=False),
)

consolidation_member = Table(
    "consolidation_member",
    VIEWS,
    key("consolidation_id"),
    key("fulfilment_id"),
    Column("order_id", Text, nullable=False, index=True),
    whole("freight_minor"),
    whole("alone_minor"),
    whole("stop_no"),  # in the order of driving; 0: all goes to one consignee
    whole("later_seconds"),
)
