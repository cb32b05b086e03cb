"""Inside the site: fulfilment orders, waves, pick tasks, the bench, parcels."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from doorstep.storage.tables.columns import VIEWS, instant, json, key, key_no, whole, words, yes_no

fulfilment = Table(
    "fulfilment",
    VIEWS,
    key("fulfilment_id"),
    words("order_id", index=True),
    words("site_id"),
    words("service_id"),
    words("state"),  # planned, released, picked, packed, labelled, handed_over, delivered, cancelled
    words("wave_id"),
    instant("departs", nullable=False),
    instant("ship_by", nullable=False),
    yes_no("waits_for_day"),  # it could leave before `departs`, and is not to
    whole("cost_minor"),
    instant("since"),  # when it came to its state
    Index("fulfilment_by_stage", "state", "site_id", "since"),
    Index("fulfilment_by_site", "site_id", "order_id"),
    Index("fulfilment_planned", "site_id", "ship_by", postgresql_where=text("state = 'planned'")),
)

fulfilment_line = Table(
    "fulfilment_line",
    VIEWS,
    key("fulfilment_id"),
    key_no("line_no"),
    key("item_id"),
    whole("quantity"),
    whole("picked"),
    whole("packed"),
    CheckConstraint("packed >= 0 AND packed <= picked AND picked <= quantity", name="packed_within_picked"),
)

plan = Table(
    "plan",
    VIEWS,
    key("order_id"),
    whole("cost_minor"),
    whole("bound_minor"),
    json("reasons"),
    json("rejected"),
    instant("planned_at", nullable=False),
    whole("full_minor"),
    words("plan_id"),
    whole("together"),  # other orders that were planned in the same run
    words("alone"),
    Column("moved_by", JSONB, nullable=False, server_default="[]"),
)

wave = Table("wave", VIEWS, key("wave_id"), words("site_id"), instant("released_at", nullable=False))

pick_task = Table(
    "pick_task",
    VIEWS,
    key("task_id"),
    words("fulfilment_id", index=True),
    words("order_id"),
    whole("line_no"),
    words("item_id"),
    whole("quantity"),
    whole("picked"),
    words("place_id"),
    words("lot"),
    words("hold_id"),
    words("state"),  # open, picked, short, cancelled
    Column("doubt_ppm", BigInteger),  # that its units are not there, by the stated prior; not told of old ones
)

# What was picked for a fulfilment order and lies on the pack bench, by lot.
bench = Table(
    "bench",
    VIEWS,
    key("fulfilment_id"),
    key_no("line_no"),
    key("item_id"),
    key("lot"),
    whole("quantity"),
    CheckConstraint("quantity >= 0", name="bench_holds_what_was_picked"),
)

parcel = Table(
    "parcel",
    VIEWS,
    key("sscc"),
    words("fulfilment_id", index=True),
    words("order_id", index=True),
    words("site_id"),
    words("carton_id"),
    words("state"),  # packed, handed_over, delivered, unpacked
    whole("length_mm"),
    whole("width_mm"),
    whole("height_mm"),
    whole("weight_g"),
    words("milestone"),
    Column("eta", Date),
    instant("packed_at", nullable=False),
    instant("handed_over_at"),
    instant("first_scanned_at"),
    instant("delivered_at"),
    json("placements"),
    Index("parcel_at_dock", "site_id", postgresql_where=text("state = 'packed'")),
    Index("parcel_by_leaving", "site_id", "handed_over_at", postgresql_where=text("handed_over_at IS NOT NULL")),
    Index("parcel_on_road", "eta", "order_id", postgresql_where=text("state = 'handed_over'")),
    Index(
        "parcel_in_trouble",
        "order_id",
        postgresql_where=text(
            "state = 'handed_over' AND milestone IN ('held', 'attempted', 'returning', 'returned', 'lost')"
        ),
    ),
)

parcel_content = Table(
    "parcel_content",
    VIEWS,
    key("sscc"),
    key_no("content_no"),
    whole("line_no"),
    words("item_id"),
    words("lot"),
    whole("quantity"),
    json("serials"),
)
