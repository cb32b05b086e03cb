"""What cannot be rebuilt: journal, seals, replies, personal data, links, documents, messages, last rates, due times."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)

from doorstep.storage.tables.columns import PERMANENT, instant, json, key, key_no, whole_key, words

journal = Table(
    "journal",
    PERMANENT,
    Column("event_id", BigInteger, Identity(always=True, cache=1), primary_key=True),
    Column("transaction", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", SmallInteger, nullable=False),
    instant("occurred_at", nullable=False),
    instant("recorded_at", nullable=False),
    words("actor"),
    words("department"),
    words("step"),
    instant("started_at"),
    instant("completed_at"),
    words("resource"),
    words("site"),
    words("place"),
    words("business_step"),
    words("disposition"),
    words("cause"),
    json("objects"),
    json("body"),
    Column("digest", LargeBinary, nullable=False),
    # When a fact was completed, block by block: facts are written about in that order, and an index of each would cost.
    Index(
        "journal_by_time",
        text("coalesce(completed_at, occurred_at)"),
        postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
    ),
)

touched = Table(
    "touched",
    PERMANENT,
    key("object_type"),
    key("object_id"),
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    key("qualifier"),
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
    key("key"),
    Column("request_hash", LargeBinary, nullable=False),
    json("answer"),
    instant("answered_at", nullable=False),
)

# A customer's way to an order without an account. Only the digest is kept: who reads this table can open no page.
tracking_link = Table(
    "tracking_link",
    PERMANENT,
    Column("token_hash", LargeBinary, primary_key=True),
    words("order_id", index=True),
    instant("created_at", nullable=False),
    instant("expires_at", nullable=False),
    instant("revoked_at"),
    words("made_by"),
    words("revoked_by"),
)

# One row; the database renews its stamp with every change to what a company is defined by (storage.definitions).
defined = Table("defined", PERMANENT, key_no("only_one"), words("stamp"))

person = Table("person", PERMANENT, key("person_ref"), json("details"), instant("erased_at"))

document = Table(
    "document", PERMANENT, key("digest"), words("media_type"), Column("content", LargeBinary, nullable=False)
)

# Carriers' messages as they came, once each; what became of one stands in the view `scan`.
message = Table(
    "message",
    PERMANENT,
    key("carrier_id"),
    key("message_id"),
    instant("received_at", nullable=False),
    Column("raw", LargeBinary, nullable=False),
)

# What carriers said last that a parcel of such measures costs on a lane, the longest side first.
last_rate = Table(
    "last_rate",
    PERMANENT,
    key("carrier_id"),
    key("from_area"),
    key("to_area"),
    whole_key("weight_g"),
    whole_key("length_mm"),
    whole_key("width_mm"),
    whole_key("height_mm"),
    json("offers"),
    instant("told_at", nullable=False),
)

due = Table(
    "due",
    PERMANENT,
    Column("due_id", BigInteger, Identity(always=True), primary_key=True),
    words("verb"),
    words("key"),
    json("arguments"),
    Column("due_at", DateTime(timezone=True), nullable=False, index=True),
    Column("asked", Integer, nullable=False, server_default="1"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    instant("leased_until"),
    words("trouble"),
    Index("due_once", "verb", "key", unique=True),
)
