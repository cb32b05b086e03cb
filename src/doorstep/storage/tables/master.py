"""Master data as the last definition left it."""

from __future__ import annotations

from sqlalchemy import Column, Computed, Integer, Table, Text

from doorstep.storage.tables.columns import VIEWS, json, key, whole, words

company = Table("company", VIEWS, key("name"), json("company"))
goals = Table("goals", VIEWS, key("name"), json("goals"))
site = Table(
    "site",
    VIEWS,
    key("site_id"),
    words("name"),
    words("area"),
    words("person_ref"),
    json("calendar"),
    whole("daily_orders"),
    words("kind"),  # own, store, 3pl, vendor
    json("terms"),
)
place = Table("place", VIEWS, key("place_id"), words("kind"), words("site_id", index=True))
item = Table("item", VIEWS, key("item_id"), words("tracking"), json("item"))
customer = Table("customer", VIEWS, key("customer_id"), words("person_ref"), json("terms"))
supplier = Table(
    "supplier", VIEWS, key("supplier_id"), words("name"), words("person_ref"), Column("lead_days", Integer)
)
service = Table(
    "service",
    VIEWS,
    key("service_id"),
    words("carrier_id"),
    json("service"),
    Column("fingerprint", Text, Computed("md5(service::text)", persisted=True), nullable=False),
)
carton = Table("carton", VIEWS, key("carton_id"), json("carton"))
