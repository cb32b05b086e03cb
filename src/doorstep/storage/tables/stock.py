"""Stock: moves, balances, pools, units, inbounds and holds."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Index, Table, text

from doorstep.storage.tables.columns import VIEWS, instant, key, key_no, whole, words, yes_no

move = Table(
    "move",
    VIEWS,
    key("transaction"),
    key_no("position"),
    key_no("move_no"),
    words("item_id", index=True),
    words("lot"),
    whole("quantity"),
    words("from_place"),
    words("to_place"),
    instant("occurred_at", nullable=False),
    CheckConstraint("quantity > 0", name="a_move_moves"),
)

balance = Table(
    "balance",
    VIEWS,
    key("place_id"),
    key("item_id"),
    key("lot"),
    whole("on_hand"),
    whole("held"),
    yes_no("physical"),
    instant("first_at", nullable=False),
    whole("moves"),  # all that ever went in or out, and picks that came up short
    whole("short_picks"),
    instant("counted_at"),  # the last count, and what there was of both by then
    whole("counted_moves"),
    whole("counted_short_picks"),
    CheckConstraint("NOT physical OR (held >= 0 AND held <= on_hand)", name="held_within_on_hand"),
    Index("balance_by_item", "item_id"),
)

# What a site can promise: the sum of its bins. Reservations stand here, allocations here and on their bin.
pool = Table(
    "pool",
    VIEWS,
    key("site_id"),
    key("item_id"),
    key("lot"),
    whole("on_hand"),
    whole("held"),
    CheckConstraint("held >= 0 AND held <= on_hand", name="held_within_pool"),
    Index("pool_by_item", "item_id"),
)

lot = Table("lot", VIEWS, key("item_id"), key("lot"), Column("expires_on", Date))

# Units known one by one: where each is, and for which fulfilment order's line it was picked.
unit = Table(
    "unit",
    VIEWS,
    key("item_id"),
    key("serial"),
    words("lot"),
    words("place_id"),
    words("fulfilment_id", index=True),
    whole("line_no"),
    Index("unit_by_place", "place_id", "item_id"),
)

inbound = Table(
    "inbound",
    VIEWS,
    key("inbound_id"),
    words("supplier_id"),
    words("site_id"),
    words("item_id", index=True),
    whole("expected"),
    whole("received"),
    whole("held"),
    instant("due_at", nullable=False),
    CheckConstraint("held >= 0 AND held <= greatest(expected - received, 0)", name="held_within_expected"),
)

hold = Table(
    "hold",
    VIEWS,
    key("hold_id"),
    words("order_id", index=True),
    whole("line_no"),
    words("item_id"),
    whole("quantity"),
    words("site_id"),
    words("lot"),
    words("place_id"),
    words("inbound_id"),
    words("reason"),
    instant("expires_at"),
    words("state"),  # active, posted, voided, expired, moved
    Index("hold_of_stock", "site_id", "item_id", postgresql_where=text("state = 'active'")),
    Index("hold_on_inbound", "inbound_id", "order_id", postgresql_where=text("state = 'active' AND inbound_id <> ''")),
    Index("hold_to_expire", "expires_at", postgresql_where=text("state = 'active' AND expires_at IS NOT NULL")),
)
