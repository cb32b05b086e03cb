"""Orders: what is wanted, promised, scored and spent."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Index, Table, text

from doorstep.storage.tables.columns import VIEWS, instant, json, key, key_no, whole, words, yes_no

orders = Table(
    "orders",
    VIEWS,
    key("order_id"),
    words("customer_id"),
    words("person_ref"),
    words("area"),
    words("currency"),
    words("reference"),
    words("state"),  # open, delivered, cancelled
    yes_no("stopped"),
    Column("asked_from", Date),
    Column("asked_by", Date),
    instant("placed_at", nullable=False),
    instant("cleared_at"),
    Column("delivered_on", Date),
    json("terms"),
    words("last_step"),
    Column("first_by", Date),  # the last day of the first promise, and of the one that now stands
    Column("agreed_by", Date),
    Index("orders_by_customer", "customer_id", "order_id"),
    Index(
        "orders_by_reference",
        "reference",
        postgresql_ops={"reference": "text_pattern_ops"},  # searched by its beginning, whatever the collation
        postgresql_where=text("reference <> ''"),
    ),
    Index("orders_by_placed", "placed_at"),
    Index("orders_open", "placed_at", postgresql_where=text("state = 'open'")),
    Index("orders_due", "agreed_by", "order_id", postgresql_where=text("state = 'open'")),
    Index("orders_to_clear", "placed_at", postgresql_where=text("state = 'open' AND cleared_at IS NULL")),
    Index("orders_stopped", "order_id", postgresql_where=text("state = 'open' AND stopped")),
    Index("orders_closed", "state", "order_id", postgresql_where=text("state <> 'open'")),
)

order_line = Table(
    "order_line",
    VIEWS,
    key("order_id"),
    key_no("line_no"),
    words("item_id"),
    whole("ordered"),
    whole("cancelled"),
    CheckConstraint("cancelled >= 0 AND cancelled <= ordered", name="cancelled_within_ordered"),
)

# An order line in the units that are held and picked: itself, or the parts of a kit. Every wanted unit is somewhere.
demand = Table(
    "demand",
    VIEWS,
    key("order_id"),
    key_no("line_no"),
    key("item_id"),
    whole("per_unit"),
    whole("wanted"),
    whole("waiting"),
    whole("held"),
    whole("picked"),
    whole("shipped"),
    CheckConstraint("wanted = waiting + held + picked + shipped", name="every_unit_is_somewhere"),
    CheckConstraint("waiting >= 0 AND held >= 0 AND picked >= 0 AND shipped >= 0", name="no_unit_twice"),
    Index("demand_waiting", "item_id", postgresql_where=text("waiting > 0")),
)

promise = Table(
    "promise",
    VIEWS,
    key("promise_id"),
    key_no("line_no"),
    words("order_id", index=True),
    whole("revision"),
    Column("first_day", Date),
    Column("last_day", Date, nullable=False),
    whole("ppm"),
    words("basis"),
    words("cause"),
    words("caused_by"),
    instant("promised_at", nullable=False),
    json("inputs"),
)

score = Table(
    "score",
    VIEWS,
    key("order_id"),
    key("against"),
    yes_no("kept"),
    words("reason"),
    Column("last_day", Date, nullable=False),
    Column("delivered_on", Date),
    Index("score_by_day", "against", "last_day", "kept"),
    Index("score_broken", "order_id", postgresql_where=text("against = 'agreed' AND NOT kept")),
)

hand_off = Table(
    "hand_off",
    VIEWS,
    key("transaction"),
    key_no("position"),
    words("order_id", index=True),
    words("from_step"),
    words("to_step"),
    instant("made_at", nullable=False),
    whole("slack_seconds"),
)

cost_entry = Table(
    "cost_entry",
    VIEWS,
    key("source"),
    key("cost_kind"),
    words("order_id", index=True),
    whole("amount_minor"),
    words("currency"),
    instant("incurred_at", nullable=False),
    Index("cost_by_day", "incurred_at", postgresql_include=["order_id", "cost_kind", "amount_minor", "currency"]),
)
