"""Accounts, passwords and sessions: read, and kept beside the journal in the transaction of the step."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from doorstep.storage.transaction import Transaction

_ACCOUNT = "SELECT a.login, c.name, a.roles, a.opened_at, a.closed_at, c.password_hash FROM account a "
_ACCOUNT += "JOIN credential c USING (login) "


def account(tx: Transaction, login: str, *, lock: bool = False) -> Any:
    """login, name, roles, opened_at, closed_at, password_hash; None where nobody has the login."""
    return tx.one(f"{_ACCOUNT} WHERE a.login = %s {'FOR UPDATE' if lock else ''}", login)


def accounts(tx: Transaction) -> list[Any]:
    """The same of everybody, open ones first."""
    return tx.rows(f"{_ACCOUNT} ORDER BY a.closed_at IS NOT NULL, a.login")


def any_account(tx: Transaction) -> bool:
    """Whether anybody could sign in."""
    return tx.one("SELECT 1 FROM account WHERE closed_at IS NULL LIMIT 1") is not None


def holders(tx: Transaction, role: str) -> set[str]:
    """Open accounts with a role, locked: nobody gives it up at the same time."""
    rows = tx.rows(
        "SELECT login FROM account WHERE closed_at IS NULL AND roles @> to_jsonb(%s::text) ORDER BY login FOR UPDATE",
        role,
    )
    return {row.login for row in rows}


def keep_credential(tx: Transaction, login: str, name: str, password_hash: str) -> bool:
    """Name and password of a new account; False where the login was given before."""
    row = tx.one(
        "INSERT INTO credential (login, name, password_hash, set_at) VALUES (%s, %s, %s, %s) "
        "ON CONFLICT (login) DO NOTHING RETURNING login",
        login,
        name,
        password_hash,
        tx.now,
    )
    return row is not None


def set_password_hash(tx: Transaction, login: str, password_hash: str) -> None:
    sql = "UPDATE credential SET password_hash = %s, set_at = %s WHERE login = %s"
    tx.tell((sql, password_hash, tx.now, login))


def end_sessions(tx: Transaction, login: str) -> None:
    """Nobody is signed in with this login any more, and no link to it works."""
    tx.tell(("DELETE FROM web_session WHERE login = %s", login))
    tx.tell(("DELETE FROM sign_in_link WHERE login = %s", login))


def count_try(tx: Transaction, login: str, address: str, window: timedelta) -> tuple[int, datetime]:
    """Counts one more password tried for a login from an address: how many within the window, and when it began.

    Counted by the statement itself, so that tries at the same time cannot all be the first.
    """
    over = tx.now - window
    row = tx.one(
        "INSERT INTO sign_in_try AS t (login, address, tries, began_at) VALUES (%s, %s, 1, %s) "
        "ON CONFLICT (login, address) DO UPDATE SET "
        "tries = CASE WHEN t.began_at <= %s THEN 1 ELSE t.tries + 1 END, "
        "began_at = CASE WHEN t.began_at <= %s THEN excluded.began_at ELSE t.began_at END RETURNING tries, began_at",
        login,
        address,
        tx.now,
        over,
        over,
    )
    return row.tries, row.began_at


def forgive_tries(tx: Transaction, login: str, address: str, window: timedelta) -> None:
    """The right password was given: its tries are forgotten, and with them all that are too old to count."""
    sql = "DELETE FROM sign_in_try WHERE (login = %s AND address = %s) OR began_at <= %s"
    tx.tell((sql, login, address, tx.now - window))


def keep_session(tx: Transaction, token_hash: bytes, login: str, expires_at: datetime) -> None:
    """A session by the digest of its token; those that are over are thrown away."""
    tx.tell(("DELETE FROM web_session WHERE expires_at <= %s", tx.now))
    sql = (
        "INSERT INTO web_session (token_hash, login, created_at, expires_at, last_seen_at) VALUES (%s, %s, %s, %s, %s)"
    )
    tx.tell((sql, token_hash, login, tx.now, expires_at, tx.now))


def session(tx: Transaction, token_hash: bytes, idle: timedelta) -> Any:
    """The open account of a session that is not over (login, name, roles, opened_at) and the session's times, or None.

    It is over at its end, and when nobody was seen for `idle`.
    """
    return tx.one(
        "SELECT a.login, c.name, a.roles, a.opened_at, a.closed_at, s.expires_at, s.last_seen_at FROM web_session s "
        "JOIN account a USING (login) JOIN credential c USING (login) "
        "WHERE s.token_hash = %s AND s.expires_at > %s AND s.last_seen_at > %s AND a.closed_at IS NULL",
        token_hash,
        tx.now,
        tx.now - idle,
    )


def see(tx: Transaction, token_hash: bytes) -> None:
    """Somebody was there just now."""
    tx.tell(("UPDATE web_session SET last_seen_at = %s WHERE token_hash = %s", tx.now, token_hash))


def end_session(tx: Transaction, token_hash: bytes) -> None:
    tx.tell(("DELETE FROM web_session WHERE token_hash = %s", token_hash))


def keep_link(tx: Transaction, token_hash: bytes, login: str, expires_at: datetime) -> None:
    """A way in by the digest of its token; those that are over are thrown away."""
    tx.tell(("DELETE FROM sign_in_link WHERE expires_at <= %s", tx.now))
    sql = "INSERT INTO sign_in_link (token_hash, login, expires_at) VALUES (%s, %s, %s)"
    tx.tell((sql, token_hash, login, expires_at))


def link(tx: Transaction, token_hash: bytes) -> Any:
    """Whom a link lets in (login, name), None where it is over or nobody's."""
    return tx.one(
        "SELECT a.login, c.name FROM sign_in_link l JOIN account a USING (login) JOIN credential c USING (login) "
        "WHERE l.token_hash = %s AND l.expires_at > %s AND a.closed_at IS NULL",
        token_hash,
        tx.now,
    )


def use_link(tx: Transaction, token_hash: bytes) -> bool:
    """Take a link away; False where somebody was faster."""
    return tx.one("DELETE FROM sign_in_link WHERE token_hash = %s RETURNING login", token_hash) is not None
