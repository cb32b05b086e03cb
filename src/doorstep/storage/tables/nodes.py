"""Sites that are asked: what for, by when they answer, what they said."""

from __future__ import annotations

from sqlalchemy import Index, Table, text

from doorstep.storage.tables.columns import VIEWS, instant, key, words

asking = Table(
    "asking",
    VIEWS,
    key("fulfilment_id"),
    words("order_id", index=True),
    words("site_id"),
    words("state"),  # asked, accepted, declined
    words("reason"),
    instant("asked_at", nullable=False),
    instant("answer_by", nullable=False),
    instant("answered_at"),
    Index("asking_waiting", "answer_by", postgresql_where=text("state = 'asked'")),
)
