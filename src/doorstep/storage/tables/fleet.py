"""The own fleet: vehicles, days, routes, their stops, what parcels bear of them."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Table, text

from doorstep.storage.tables.columns import VIEWS, instant, json, key, whole, words

vehicle = Table("vehicle", VIEWS, key("vehicle_id"), words("site_id"), words("service_id"), json("vehicle"))

# The last plan of a site's day: what is in no route, and where distances came from.
route_day = Table(
    "route_day",
    VIEWS,
    key("site_id"),
    Column("day", Date, primary_key=True),
    words("plan_id"),
    json("unplaced"),
    words("roads"),
    whole("work_used"),
    instant("planned_at", nullable=False),
)

route = Table(
    "route",
    VIEWS,
    key("route_id"),
    words("site_id"),
    Column("day", Date, nullable=False),
    words("vehicle_id"),
    words("service_id"),
    words("tariff_id"),
    words("state"),  # planned, out, ended, called_off
    instant("begins_at", nullable=False),
    instant("leaves_at", nullable=False),
    instant("ends_at", nullable=False),
    whole("distance_m"),
    whole("working_seconds"),
    whole("cost_minor"),
    words("currency"),
    instant("left_at"),
    instant("ended_at"),
    Index("route_by_day", "site_id", "day"),
    Index("route_open", "state", postgresql_where=text("state IN ('planned', 'out')")),
)

route_stop = Table(
    "route_stop",
    VIEWS,
    key("route_id"),
    key("stop_id"),  # the first of its orders; 'reload 3' where the vehicle comes back for more
    whole("visit_no"),
    words("doing"),  # stop, reload
    words("state"),  # planned, done, failed, missing
    json("order_ids"),
    json("fulfilment_ids"),
    json("ssccs"),  # what is aboard for it, once the vehicle has left
    instant("arrives_at", nullable=False),
    instant("leaves_at", nullable=False),
    instant("window_from", nullable=False),
    instant("window_until", nullable=False),
    instant("at"),
    words("reason"),
)

route_share = Table(
    "route_share",
    VIEWS,
    key("route_id"),
    key("sscc"),
    words("order_id"),
    words("label_id", index=True),
    whole("share_minor"),
    whole("accrued_minor"),
    words("currency"),
    instant("ended_at", nullable=False),
)
