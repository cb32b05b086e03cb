"""What may ship: lists that hold, what people found of matches, what is stopped."""

from __future__ import annotations

from sqlalchemy import Column, Computed, Table, Text

from doorstep.storage.tables.columns import VIEWS, instant, json, key, words, yes_no

# A list may be long: what is known by its fingerprint is not read again.
rule_list = Table(
    "rule_list",
    VIEWS,
    key("list_id"),
    json("rules"),
    instant("set_at", nullable=False),
    Column("fingerprint", Text, Computed("md5(rules::text)", persisted=True), nullable=False),
)

screening = Table("screening", VIEWS, key("name"), json("screening"))

match_review = Table(
    "match_review",
    VIEWS,
    key("customer_id"),
    key("list_id"),
    key("entry_id"),
    yes_no("cleared"),
    words("because"),
    words("reviewed_by"),
    instant("reviewed_at", nullable=False),
)

# Fulfilment orders that may not be labelled, until they are.
forbidden = Table(
    "forbidden",
    VIEWS,
    key("fulfilment_id"),
    words("order_id"),
    words("service_id"),
    words("rule"),
    words("source"),
    words("says"),
    words("what_to_do"),
    instant("since", nullable=False),
)
