"""Every table, declared once. `PERMANENT` holds what cannot be rebuilt; `VIEWS` are folds of the journal.

Quantities, grams, millimetres, seconds and minor units are whole numbers; instants are timestamptz.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

PERMANENT = MetaData()
VIEWS = MetaData()


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _key_no(name: str) -> Column[int]:
    return Column(name, Integer, primary_key=True, autoincrement=False)


def _text(name: str, index: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, index=index, server_default="")


def _whole(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _yes_no(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default="false")


def _instant(name: str, nullable: bool = True) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _json(name: str) -> Column[Any]:
    return Column(name, JSONB, nullable=False)


# -- what cannot be rebuilt ------------------------------------------------------------------------------------------

journal = Table(
    "journal",
    PERMANENT,
    Column("event_id", BigInteger, Identity(always=True, cache=1), primary_key=True),
    Column("transaction", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", SmallInteger, nullable=False),
    _instant("occurred_at", nullable=False),
    _instant("recorded_at", nullable=False),
    _text("actor"),
    _text("department"),
    _text("step"),
    _instant("started_at"),
    _instant("completed_at"),
    _text("resource"),
    _text("site"),
    _text("place"),
    _text("business_step"),
    _text("disposition"),
    _text("cause"),
    _json("objects"),
    _json("body"),
    Column("digest", LargeBinary, nullable=False),
)

touched = Table(
    "touched",
    PERMANENT,
    _key("object_type"),
    _key("object_id"),
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    _key("qualifier"),
)

unsealed = Table("unsealed", PERMANENT, Column("event_id", BigInteger, primary_key=True, autoincrement=False))

sealed = Table(
    "sealed",
    PERMANENT,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, nullable=False, unique=True),
    Column("digest", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
)

reply = Table(
    "reply",
    PERMANENT,
    _key("key"),
    Column("request_hash", LargeBinary, nullable=False),
    _json("answer"),
    _instant("answered_at", nullable=False),
)

person = Table("person", PERMANENT, _key("person_ref"), _json("details"), _instant("erased_at"))

document = Table(
    "document", PERMANENT, _key("digest"), _text("media_type"), Column("content", LargeBinary, nullable=False)
)

# Carriers' messages as they came, once each; what became of one stands in the view `scan`.
message = Table(
    "message",
    PERMANENT,
    _key("carrier_id"),
    _key("message_id"),
    _instant("received_at", nullable=False),
    Column("raw", LargeBinary, nullable=False),
)

due = Table(
    "due",
    PERMANENT,
    Column("due_id", BigInteger, Identity(always=True), primary_key=True),
    _text("verb"),
    _text("key"),
    _json("arguments"),
    Column("due_at", DateTime(timezone=True), nullable=False, index=True),
    Column("asked", Integer, nullable=False, server_default="1"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _instant("leased_until"),
    _text("trouble"),
    Index("due_once", "verb", "key", unique=True),
)

# -- master data -----------------------------------------------------------------------------------------------------

company = Table("company", VIEWS, _key("name"), _json("company"))
site = Table(
    "site",
    VIEWS,
    _key("site_id"),
    _text("name"),
    _text("area"),
    _text("person_ref"),
    _json("calendar"),
    _whole("daily_orders"),
)
place = Table("place", VIEWS, _key("place_id"), _text("kind"), _text("site_id", index=True))
item = Table("item", VIEWS, _key("item_id"), _text("tracking"), _json("item"))
customer = Table("customer", VIEWS, _key("customer_id"), _text("person_ref"), _json("terms"))
service = Table("service", VIEWS, _key("service_id"), _text("carrier_id"), _json("service"))
carton = Table("carton", VIEWS, _key("carton_id"), _json("carton"))

# -- stock -----------------------------------------------------------------------------------------------------------

move = Table(
    "move",
    VIEWS,
    _key("transaction"),
    _key_no("position"),
    _key_no("move_no"),
    _text("item_id", index=True),
    _text("lot"),
    _whole("quantity"),
    _text("from_place"),
    _text("to_place"),
    _instant("occurred_at", nullable=False),
    CheckConstraint("quantity > 0", name="a_move_moves"),
)

balance = Table(
    "balance",
    VIEWS,
    _key("place_id"),
    _key("item_id"),
    _key("lot"),
    _whole("on_hand"),
    _whole("held"),
    _yes_no("physical"),
    CheckConstraint("NOT physical OR (held >= 0 AND held <= on_hand)", name="held_within_on_hand"),
    Index("balance_by_item", "item_id"),
)

# What a site can promise: the sum of its bins. Reservations stand here, allocations here and on their bin.
pool = Table(
    "pool",
    VIEWS,
    _key("site_id"),
    _key("item_id"),
    _key("lot"),
    _whole("on_hand"),
    _whole("held"),
    CheckConstraint("held >= 0 AND held <= on_hand", name="held_within_pool"),
    Index("pool_by_item", "item_id"),
)

lot = Table("lot", VIEWS, _key("item_id"), _key("lot"), Column("expires_on", Date))

# Units known one by one: where each is, and for which fulfilment order's line it was picked.
unit = Table(
    "unit",
    VIEWS,
    _key("item_id"),
    _key("serial"),
    _text("lot"),
    _text("place_id"),
    _text("fulfilment_id", index=True),
    _whole("line_no"),
    Index("unit_by_place", "place_id", "item_id"),
)

inbound = Table(
    "inbound",
    VIEWS,
    _key("inbound_id"),
    _text("supplier_id"),
    _text("site_id"),
    _text("item_id", index=True),
    _whole("expected"),
    _whole("received"),
    _whole("held"),
    _instant("due_at", nullable=False),
    CheckConstraint("held >= 0 AND held <= greatest(expected - received, 0)", name="held_within_expected"),
)

hold = Table(
    "hold",
    VIEWS,
    _key("hold_id"),
    _text("order_id", index=True),
    _whole("line_no"),
    _text("item_id"),
    _whole("quantity"),
    _text("site_id"),
    _text("lot"),
    _text("place_id"),
    _text("inbound_id"),
    _text("reason"),
    _instant("expires_at"),
    _text("state"),  # active, posted, voided, expired, moved
    Index("hold_of_stock", "site_id", "item_id", postgresql_where=text("state = 'active'")),
    Index("hold_to_expire", "expires_at", postgresql_where=text("state = 'active' AND expires_at IS NOT NULL")),
)

# -- orders ----------------------------------------------------------------------------------------------------------

orders = Table(
    "orders",
    VIEWS,
    _key("order_id"),
    _text("customer_id", index=True),
    _text("person_ref"),
    _text("area"),
    _text("currency"),
    _text("reference"),
    _text("state"),  # open, delivered, cancelled
    _yes_no("stopped"),
    Column("asked_from", Date),
    Column("asked_by", Date),
    _instant("placed_at", nullable=False),
    _instant("cleared_at"),
    Column("delivered_on", Date),
    _json("terms"),
    _text("last_step"),
    Index("orders_open", "placed_at", postgresql_where=text("state = 'open'")),
)

order_line = Table(
    "order_line",
    VIEWS,
    _key("order_id"),
    _key_no("line_no"),
    _text("item_id"),
    _whole("ordered"),
    _whole("cancelled"),
    CheckConstraint("cancelled >= 0 AND cancelled <= ordered", name="cancelled_within_ordered"),
)

# An order line in the units that are held and picked: itself, or the parts of a kit. Every wanted unit is somewhere.
demand = Table(
    "demand",
    VIEWS,
    _key("order_id"),
    _key_no("line_no"),
    _key("item_id"),
    _whole("per_unit"),
    _whole("wanted"),
    _whole("waiting"),
    _whole("held"),
    _whole("picked"),
    _whole("shipped"),
    CheckConstraint("wanted = waiting + held + picked + shipped", name="every_unit_is_somewhere"),
    CheckConstraint("waiting >= 0 AND held >= 0 AND picked >= 0 AND shipped >= 0", name="no_unit_twice"),
    Index("demand_waiting", "item_id", postgresql_where=text("waiting > 0")),
)

promise = Table(
    "promise",
    VIEWS,
    _key("promise_id"),
    _key_no("line_no"),
    _text("order_id", index=True),
    _whole("revision"),
    Column("first_day", Date),
    Column("last_day", Date, nullable=False),
    _whole("ppm"),
    _text("basis"),
    _text("cause"),
    _text("caused_by"),
    _instant("promised_at", nullable=False),
    _json("inputs"),
)

score = Table(
    "score",
    VIEWS,
    _key("order_id"),
    _key("against"),
    _yes_no("kept"),
    _text("reason"),
    Column("last_day", Date, nullable=False),
    Column("delivered_on", Date),
)

hand_off = Table(
    "hand_off",
    VIEWS,
    _key("transaction"),
    _key_no("position"),
    _text("order_id", index=True),
    _text("from_step"),
    _text("to_step"),
    _instant("made_at", nullable=False),
    _whole("slack_seconds"),
)

cost_entry = Table(
    "cost_entry",
    VIEWS,
    _key("source"),
    _key("cost_kind"),
    _text("order_id", index=True),
    _whole("amount_minor"),
    _text("currency"),
    _instant("incurred_at", nullable=False),
)

# -- inside the site -------------------------------------------------------------------------------------------------

fulfilment = Table(
    "fulfilment",
    VIEWS,
    _key("fulfilment_id"),
    _text("order_id", index=True),
    _text("site_id"),
    _text("service_id"),
    _text("state"),  # planned, released, picked, packed, labelled, handed_over, delivered, cancelled
    _text("wave_id"),
    _instant("ship_by", nullable=False),
    _whole("cost_minor"),
    Index("fulfilment_planned", "site_id", "ship_by", postgresql_where=text("state = 'planned'")),
)

fulfilment_line = Table(
    "fulfilment_line",
    VIEWS,
    _key("fulfilment_id"),
    _key_no("line_no"),
    _key("item_id"),
    _whole("quantity"),
    _whole("picked"),
    _whole("packed"),
    CheckConstraint("packed >= 0 AND packed <= picked AND picked <= quantity", name="packed_within_picked"),
)

plan = Table(
    "plan",
    VIEWS,
    _key("order_id"),
    _whole("cost_minor"),
    _whole("bound_minor"),
    _json("reasons"),
    _json("rejected"),
    _instant("planned_at", nullable=False),
)

wave = Table("wave", VIEWS, _key("wave_id"), _text("site_id"), _instant("released_at", nullable=False))

pick_task = Table(
    "pick_task",
    VIEWS,
    _key("task_id"),
    _text("fulfilment_id", index=True),
    _text("order_id"),
    _whole("line_no"),
    _text("item_id"),
    _whole("quantity"),
    _whole("picked"),
    _text("place_id"),
    _text("lot"),
    _text("hold_id"),
    _text("state"),  # open, picked, short, cancelled
)

# What was picked for a fulfilment order and lies on the pack bench, by lot.
bench = Table(
    "bench",
    VIEWS,
    _key("fulfilment_id"),
    _key_no("line_no"),
    _key("item_id"),
    _key("lot"),
    _whole("quantity"),
    CheckConstraint("quantity >= 0", name="bench_holds_what_was_picked"),
)

parcel = Table(
    "parcel",
    VIEWS,
    _key("sscc"),
    _text("fulfilment_id", index=True),
    _text("order_id", index=True),
    _text("site_id"),
    _text("carton_id"),
    _text("state"),  # packed, handed_over, delivered, unpacked
    _whole("length_mm"),
    _whole("width_mm"),
    _whole("height_mm"),
    _whole("weight_g"),
    _text("milestone"),
    Column("eta", Date),
    _instant("packed_at", nullable=False),
    _instant("handed_over_at"),
    _instant("first_scanned_at"),
    _instant("delivered_at"),
    _json("placements"),
)

parcel_content = Table(
    "parcel_content",
    VIEWS,
    _key("sscc"),
    _key_no("content_no"),
    _whole("line_no"),
    _text("item_id"),
    _text("lot"),
    _whole("quantity"),
    _json("serials"),
)

# -- outside ---------------------------------------------------------------------------------------------------------

label = Table(
    "label",
    VIEWS,
    _key("label_id"),
    _text("sscc", index=True),
    _text("order_id"),
    _text("fulfilment_id"),
    _text("carrier_id"),
    _text("service_id"),
    _text("state"),  # requested, bought, failed, void_requested, voided
    _text("tracking_number"),
    _whole("cost_minor"),
    _text("currency"),
    _text("document"),
    _text("says"),
    _instant("requested_at", nullable=False),
    Index(
        "one_live_label",
        "sscc",
        unique=True,
        postgresql_where=text("state IN ('requested', 'bought', 'void_requested')"),
    ),
    Index("label_by_tracking", "carrier_id", "tracking_number"),
)

scan = Table(
    "scan",
    VIEWS,
    _key("carrier_id"),
    _key("message_id"),
    _text("sscc", index=True),
    _text("tracking_number"),
    _text("code"),
    _text("milestone"),
    _instant("scanned_at"),
    _text("scan_place"),
    _yes_no("corrects"),
    _text("parked"),
    Index("scan_by_tracking", "carrier_id", "tracking_number"),
)

# A milestone that was withdrawn stays, without a time.
milestone = Table("milestone", VIEWS, _key("sscc"), _key("milestone"), _instant("reached_at"))
