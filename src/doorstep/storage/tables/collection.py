"""Carriers collect: agreements, manifests, pickups."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Table

from doorstep.storage.tables.columns import VIEWS, instant, json, key, whole, words

collection = Table("collection", VIEWS, key("site_id"), key("carrier_id"), json("collection"))

manifest = Table(
    "manifest",
    VIEWS,
    key("manifest_id"),
    words("site_id"),
    words("carrier_id"),
    Column("day", Date, nullable=False),
    words("state"),  # closed (the carrier is told), taken, refused, own (no carrier is told)
    whole("parcels"),
    whole("weight_g"),
    words("carrier_ref"),
    words("document"),
    words("says"),
    instant("closed_at", nullable=False),
    Index("manifest_by_day", "site_id", "day"),
)

manifest_label = Table("manifest_label", VIEWS, key("label_id"), words("manifest_id", index=True), words("sscc"))

pickup = Table(
    "pickup",
    VIEWS,
    key("pickup_id"),
    words("site_id"),
    words("carrier_id"),
    Column("day", Date, nullable=False),
    words("state"),  # wanted, booked, failed, cancel_wanted, cancelled
    instant("ready_at", nullable=False),
    instant("closes_at", nullable=False),
    words("carrier_ref"),
    words("confirmation"),
    whole("cost_minor"),
    words("currency"),
    words("says"),
    instant("wanted_at", nullable=False),
    Index("pickup_by_day", "site_id", "day"),
)
