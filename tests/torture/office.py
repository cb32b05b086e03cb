"""What the processes of a campaign share: how they are told where everything is, and how they open their office."""

from __future__ import annotations

import logging
import os
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path

from doorstep.flow.office import Office
from doorstep.links.sender import End, Sender
from doorstep.storage.store import Store
from doorstep.terms.ids import Ids
from doorstep.twin.carrier_desk import API_KEY
from tests.torture.clock import SharedClock
from tests.torture.shop import shop_of

POOL = 12


@dataclass(frozen=True)
class Spec:
    """Where everything is: the database, the clock, the carrier, the troubles; and which mutant this is, if any."""

    url: str
    clock: Path
    carrier_port: int
    troubles: Path
    seed: int
    mutant: str = ""
    shop: str = "demo"


@contextmanager
def open_office(spec: Spec, pool_size: int = POOL) -> Iterator[Office]:
    """An office on the campaign's database, its carriers on loopback."""
    for noisy in ("sqlalchemy.pool", "psycopg", "psycopg.pool"):  # they tell of every connection that was cut
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    clock = SharedClock(spec.clock)
    headers = {"Authorization": f"Bearer {API_KEY}"}
    carriers = shop_of(spec.shop).carrier_ids
    base_url = f"http://127.0.0.1:{spec.carrier_port}"
    ends = {name: End(name, base_url, headers, silence_ms=300, deadline_ms=2_000) for name in carriers}
    store, sender = Store(spec.url, clock, Ids.secret(clock), pool_size), Sender(ends)
    try:
        yield Office(store, sender)
    finally:
        store.close()
        sender.close()


def die_with_parent() -> None:
    """End this process as soon as the torturer has ended, however that came about."""
    parent = parent_process()
    if parent is None:
        raise RuntimeError("this is a process of its own, or nothing")
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def tell_trouble(spec: Spec) -> None:
    """Write the exception that is being handled where the torturer finds it: no step may raise what nobody named."""
    text = traceback.format_exc().replace("\n", "\n    ")
    with spec.troubles.open("a", encoding="utf-8") as file:
        file.write(f"process {os.getpid()}: {text}\n\n")
