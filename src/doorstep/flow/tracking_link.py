"""A link to the customer's page that nobody can guess: made, followed, taken back; only its digest is ever kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorstep.flow.look_tracked import TrackedOrder, tracked_order
from doorstep.flow.office import Office, Who
from doorstep.storage.queries import master, orders
from doorstep.storage.queries import tracked as queries
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal, Why

VALID_DAYS = 180
MOST_LETTERS = 200  # of what is shown as a token; ours have 32


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was made. The token is told here and never again."""

    token: str
    order_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkKept:
    """What is kept of a link that was made: its digest, in hexadecimal, and when it ends at the latest."""

    token_hash: str
    expires_at: datetime


def digest_of(token: str) -> bytes:
    """The digest that a token is known by; capitals make no difference, because people type."""
    return hashlib.sha256(token[:MOST_LETTERS].strip().lower().encode()).digest()


def make_link(office: Office, who: Who, order_id: str, key: str) -> Link | Refusal:
    """A new link to an order's page, valid until 60 days after its delivery, at most for 180 days.

    ALREADY_THERE where one was made under this `key` before: its token cannot be told again. Ask with a new key for
    another; the first one stays as it is.
    """
    token = office.ids.token()
    digest = digest_of(token)

    def step(tx: Transaction) -> LinkKept | Refusal:
        if orders.order(tx, order_id) is None:
            return Refusal(Why.UNKNOWN_ORDER, f"There is no order {order_id}.", {"order_id": order_id})
        expires_at = tx.now + timedelta(days=VALID_DAYS)
        tx.keep_link(digest, order_id, expires_at, who.actor)
        return LinkKept(digest.hex(), expires_at)

    kept = office.store.run(step, answers=LinkKept, key=key, request=["tracking_link", order_id])
    if isinstance(kept, Refusal):
        return kept
    if kept.token_hash != digest.hex():
        says = "The link made under this key was told once and cannot be told again: ask with a new key for another."
        return Refusal(Why.ALREADY_THERE, says, {"order_id": order_id})
    return Link(token, order_id, kept.expires_at)


def revoke_links(office: Office, who: Who, order_id: str, key: str) -> int | Refusal:
    """Every link to an order's page leads nowhere from now on. Returns how many led there."""

    def step(tx: Transaction) -> int | Refusal:
        if orders.order(tx, order_id) is None:
            return Refusal(Why.UNKNOWN_ORDER, f"There is no order {order_id}.", {"order_id": order_id})
        live = queries.live_links(tx, order_id)
        tx.revoke_links(order_id, who.actor)
        return live

    return office.store.run(step, answers=int, key=key, request=["revoke_links", order_id])


def tracked(office: Office, token: str) -> TrackedOrder | Refusal:
    """The order that a link leads to. Wrong, ended and revoked links are refused alike: UNKNOWN_LINK."""
    with office.store.reading() as tx:
        opened = queries.opened_query(digest_of(token), tx.now)
        tx.ahead(opened, master.COMPANY, master.SITES)
        order = tx.one(*opened)
        if order is None:
            return Refusal(Why.UNKNOWN_LINK, "This link leads nowhere, or no longer. Ask the shop for a new one.")
        return tracked_order(tx, order)
