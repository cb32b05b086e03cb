"""Who may sign in. What the journal tells is a view; names, passwords and sessions are kept beside it, as digests."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, Table

from doorstep.storage.tables.columns import PERMANENT, VIEWS, instant, json, key, words

account = Table(
    "account",
    VIEWS,
    key("login"),
    json("roles"),
    instant("opened_at", nullable=False),
    instant("closed_at"),
)

credential = Table(
    "credential",
    PERMANENT,
    key("login"),
    words("name"),
    words("password_hash"),
    instant("set_at", nullable=False),
)

web_session = Table(
    "web_session",
    PERMANENT,
    Column("token_hash", LargeBinary, primary_key=True),
    words("login", index=True),
    instant("created_at", nullable=False),
    instant("expires_at", nullable=False),
    instant("last_seen_at", nullable=False),
)

# A way in that works once, for a few minutes.
sign_in_link = Table(
    "sign_in_link",
    PERMANENT,
    Column("token_hash", LargeBinary, primary_key=True),
    words("login", index=True),
    instant("expires_at", nullable=False),
)

# Passwords that were tried since `began_at`, by whom they were for and whence they came; login '' counts all of them.
sign_in_try = Table(
    "sign_in_try",
    PERMANENT,
    key("login"),
    key("address"),
    Column("tries", BigInteger, nullable=False, server_default="0"),
    instant("began_at", nullable=False),
)
