"""Signing in and out: tries counted before a password is looked at, sessions and links known by their digests alone."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorstep.flow import passwords
from doorstep.flow.accounts import Account, account_of
from doorstep.flow.office import Office
from doorstep.storage.queries import accounts
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal, Why

MOST_TRIES = 5  # for one login from one address
MOST_TRIES_OF_ALL = 30  # from one address, whichever login
WINDOW = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=12)
IDLE_LASTS = timedelta(hours=4)
LINK_LASTS = timedelta(minutes=10)
_SEEN_EVERY = timedelta(minutes=1)
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, until when at the latest, and the token that proves a form to be ours."""

    account: Account
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was opened. `token` is told here and never again: only its digest is kept."""

    token: str
    session: Session


@dataclass(frozen=True, slots=True)
class LinkFor:
    """Whom a link lets in."""

    login: str
    name: str


def sign_in(office: Office, login: str, password: str, address: str) -> SignedIn | Refusal:
    """A new session for whoever gives login and password; `address` is whence.

    WRONG_PASSWORD where they do not go together, told alike and after the same time whether the login is there or not;
    TOO_MANY_TRIES after MOST_TRIES of them, with `retry_seconds`.
    """
    login = login.strip().lower()[:64]
    held_up = office.store.run(lambda tx: _count_try(tx, login, address))
    if held_up is not None:
        return held_up
    with office.store.reading() as tx:
        row = accounts.account(tx, login)
    kept = row.password_hash if row and row.closed_at is None else ""
    if not passwords.fits(kept, password):
        return Refusal(Why.WRONG_PASSWORD, "Login and password do not go together.", {"login": login})
    renewed = passwords.hash_of(password) if passwords.is_outdated(kept) else ""

    def step(tx: Transaction) -> SignedIn | Refusal:
        accounts.forgive_tries(tx, login, address, WINDOW)
        if renewed:
            accounts.set_password_hash(tx, login, renewed)
        return _opened(tx, login)

    return office.store.run(step)


def _count_try(tx: Transaction, login: str, address: str) -> Refusal | None:
    """None where the password may be looked at. The count stays, whatever comes of it."""
    for whose, most in ((login, MOST_TRIES), ("", MOST_TRIES_OF_ALL)):
        tries, began_at = accounts.count_try(tx, whose, address, WINDOW)
        if tries > most:
            seconds = max((began_at + WINDOW - tx.now) // timedelta(seconds=1), 1)
            says = f"Too many passwords were tried. Try again in {-(-seconds // 60)} min."
            return Refusal(Why.TOO_MANY_TRIES, says, {"login": login, "retry_seconds": seconds})
    return None


def _opened(tx: Transaction, login: str) -> SignedIn | Refusal:
    row = accounts.account(tx, login, lock=True)
    if row is None or row.closed_at:
        return Refusal(Why.WRONG_PASSWORD, "Login and password do not go together.", {"login": login})
    token, expires_at = secrets.token_urlsafe(_TOKEN_BYTES), tx.now + SESSION_LASTS
    accounts.keep_session(tx, _digest(token), login, expires_at)
    return SignedIn(token, Session(account_of(row), _csrf_of(token), expires_at))


def session_of(office: Office, token: str) -> Session | None:
    """Who is signed in with a token, with the roles given by now; None where nobody is any more."""
    if not token:
        return None
    digest = _digest(token)
    with office.store.reading() as tx:
        row, now = accounts.session(tx, digest, IDLE_LASTS), tx.now
    if row is None:
        return None
    if now - row.last_seen_at >= _SEEN_EVERY:
        office.store.run(lambda tx: accounts.see(tx, digest))
    return Session(account_of(row), _csrf_of(token), row.expires_at)


def sign_out(office: Office, token: str) -> None:
    """The session is over; nothing happens where it is already."""
    office.store.run(lambda tx: accounts.end_session(tx, _digest(token)))


def one_time_link(office: Office, login: str) -> str | Refusal:
    """The token of a way in that works once, within LINK_LASTS: /sign-in/<token>."""

    def step(tx: Transaction) -> str | Refusal:
        row = accounts.account(tx, login)
        if row is None or row.closed_at:
            return Refusal(Why.UNKNOWN_ACCOUNT, f"There is no open account {login}.", {"login": login})
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        accounts.keep_link(tx, _digest(token), login, tx.now + LINK_LASTS)
        return token

    return office.store.run(step)


def link_for(office: Office, token: str) -> LinkFor | Refusal:
    """Whom a link would let in; it is not used up by asking."""
    with office.store.reading() as tx:
        row = accounts.link(tx, _digest(token))
    return LinkFor(row.login, row.name) if row else _LINK_OVER


def sign_in_by_link(office: Office, token: str) -> SignedIn | Refusal:
    """A new session for whoever has the link, once."""

    def step(tx: Transaction) -> SignedIn | Refusal:
        row = accounts.link(tx, _digest(token))
        if row is None or not accounts.use_link(tx, _digest(token)):
            return _LINK_OVER
        return _opened(tx, row.login)

    return office.store.run(step)


_LINK_OVER = Refusal(Why.WRONG_PASSWORD, "This link was used already, or is too old. Ask for a new one.")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _csrf_of(token: str) -> str:
    """What a form of the session carries: who has it cannot tell the token from it, nor another session's."""
    return hashlib.sha256(b"form of " + token.encode("utf-8", "surrogatepass")).hexdigest()
