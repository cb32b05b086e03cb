"""Opening the office: the database (our own or the company's), its tables, and the way to the carriers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from doorstep.flow.office import Office
from doorstep.links.ends import ACCOUNTS, ADDRESSES, KEYS, SERVICES, ends_of
from doorstep.links.roads import SETTING as ROADS
from doorstep.links.roads import roads_of
from doorstep.links.sender import Sender
from doorstep.storage import schema
from doorstep.storage.server import open_server
from doorstep.storage.store import Store
from doorstep.terms.clock import Clock
from doorstep.terms.ids import Ids


@contextmanager
def open_office(
    environ: Mapping[str, str], clock: Clock, ids: Ids, pool_size: int = 8, lazy: bool = False
) -> Iterator[Office]:
    """An office on the database that the settings name, made or brought up to date first.

    Settings: DOORSTEP_DATABASE_URL (else an embedded server in DOORSTEP_HOME), DOORSTEP_CARRIERS,
    DOORSTEP_CARRIER_KEYS, DOORSTEP_CARRIER_SERVICES, DOORSTEP_CARRIER_ACCOUNTS, DOORSTEP_ROADS. DatabaseUnavailable,
    DatabaseUnfit or BadSettingError where they do not work.
    """
    ends = ends_of(*(environ.get(setting, "") for setting in (ADDRESSES, KEYS, SERVICES, ACCOUNTS)))
    roads = roads_of(environ.get(ROADS, ""))
    with open_server(environ) as url:
        store = Store(url, clock, ids, pool_size, lazy)
        sender = Sender(ends) if ends else None
        try:
            schema.ensure(store.engine)
            yield Office(store, sender, roads)
        finally:
            store.close()
            if sender is not None:
                sender.close()
