"""The demo company, open for visitors: its database as the last demo left it, and a time that goes on from there."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from doorstep.access.roles import Role
from doorstep.flow.accounts import account, open_account
from doorstep.flow.office import Office, Who
from doorstep.flow.sign_in import one_time_link
from doorstep.links.sender import Sender
from doorstep.storage import schema
from doorstep.storage.queries import master
from doorstep.storage.store import Store
from doorstep.terms.clock import Clock, ContinuedClock
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal
from doorstep.twin.carrier_desk import CarrierDesk
from doorstep.twin.demo import ended, own_database
from doorstep.twin.roads import sender_to

VISITOR = "visitor"


@contextmanager
def open_demo(environ: Mapping[str, str], pace: Clock, pool_size: int) -> Iterator[Office]:
    """The office of the last demo; LookupError where there is none.

    Its clock goes on where the demo ended, or where the last visitor left it. Carriers of our own answer for labels.
    """
    began = ended(environ)
    if began is None:
        raise LookupError("There is no demo to serve yet.")
    with own_database(environ) as url:
        clock = ContinuedClock(began, pace)
        store = Store(url, clock, Ids.secret(clock), pool_size)
        sender: Sender | None = None
        try:
            schema.ensure(store.engine)
            clock = ContinuedClock(max(began, _last_recorded(store) or began), pace)
            store.clock, store.ids = clock, Ids.secret(clock)
            sender = _carriers(store, clock)
            yield Office(store, sender)
        finally:
            store.close()
            if sender is not None:
                sender.close()


def way_in(office: Office) -> str:
    """The token of a link that lets a visitor into the demo once, as one who may see everything."""
    if isinstance(account(office, VISITOR), Refusal):
        # Nobody knows this password: one comes in by a link.
        unknown = secrets.token_urlsafe(24)
        open_account(office, Who("demo"), VISITOR, "Visitor", (Role.MANAGER, Role.ADMIN), unknown)
    token = one_time_link(office, VISITOR)
    if isinstance(token, Refusal):
        raise LookupError(token.says)
    return token


def _last_recorded(store: Store) -> datetime | None:
    with store.reading() as tx:
        row = tx.one("SELECT recorded_at FROM journal ORDER BY event_id DESC LIMIT 1")
    return row.recorded_at if row else None


def _carriers(store: Store, clock: Clock) -> Sender:
    with store.reading() as tx:
        services = {service.service_id: service for service in master.services(tx)}
    return sender_to(CarrierDesk(clock, services=services), {service.carrier_id for service in services.values()})
