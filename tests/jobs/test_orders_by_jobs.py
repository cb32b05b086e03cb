"""Orders go their way by jobs alone, whoever of the workers runs them, and whoever of them dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from doorstep.flow.office import Office
from doorstep.jobs.worker import worker_beside
from doorstep.links.sender import End, Sender
from doorstep.storage.invariants import check_all
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock, stamp
from doorstep.twin.carrier import CarrierTransport
from doorstep.twin.carrier_desk import API_KEY
from tests.jobs import shop
from tests.jobs.conftest import HASTE, rows, wait_until
from tests.jobs.shop import WatchedCarrier, states

ROOT = Path(__file__).parents[2]


@pytest.fixture
def office(store: Store) -> Iterator[Office]:
    """The corner shop on Monday morning, both carriers in this process."""
    headers = {"Authorization": f"Bearer {API_KEY}"}
    ends = {carrier_id: End(carrier_id, "http://carrier.test", headers) for carrier_id in ("swift", "steady")}
    sender = Sender(ends, CarrierTransport(shop.desk(store.clock)))
    opened = Office(store, sender)
    shop.set_up(opened)
    yield opened
    sender.close()


@contextmanager
def processes(database_url: str, carrier: WatchedCarrier, clock: FalseClock, many: int) -> Iterator[dict[str, int]]:
    """Workers in processes of their own, whose clock runs on from `clock`; stopped in the end, by their numbers.

    Filled in when it is over: the exit code of each.
    """
    start = [stamp(clock.now() + timedelta(minutes=1)), str(time.time())]
    command = [sys.executable, "-m", "tests.jobs.worker_process", database_url, carrier.url, *start, "2"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["src", "."])}
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(many)
    ]
    codes: dict[str, int] = {}
    try:
        yield codes
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                said = process.communicate(timeout=20)[1]
            except subprocess.TimeoutExpired:
                process.kill()
                said = process.communicate()[1]
            codes[str(process.pid)] = process.returncode
            assert "Traceback" not in said, said


def all_is_well(store: Store) -> None:
    broken = {number: said for number, said in check_all(store).items() if said}
    assert not broken, broken


def test_an_order_is_planned_and_gets_its_label_by_jobs_alone(office: Office) -> None:
    with worker_beside(office, pace=HASTE):
        shop.place(office, 2)
        wait_until(lambda: states(office, "fulfilment") == ["planned"])
        assert shop.pick_and_pack(office) == 1
        wait_until(lambda: states(office, "label") == ["bought"] and not _asked(office))
    all_is_well(office.store)


def test_many_orders_are_planned_together(office: Office) -> None:
    for _ in range(8):
        shop.place(office)
    with worker_beside(office, pace=HASTE):
        wait_until(lambda: states(office, "fulfilment") == ["planned"] * 8 and not _asked(office))
    runs = rows(office.store, "SELECT DISTINCT transaction FROM journal WHERE kind = 'ShipmentPlanned'")
    assert len(runs) == 1
    all_is_well(office.store)


def test_each_label_is_bought_once_by_one_of_many_workers_even_if_one_is_killed(
    office: Office, store: Store, database_url: str, clock: FalseClock
) -> None:
    for _ in range(8):
        shop.place(office)
    with WatchedCarrier(clock).open() as carrier, processes(database_url, carrier, clock, 2) as codes:
        wait_until(lambda: states(office, "fulfilment") == ["planned"] * 8)
        wait_until(lambda: len(rows(store, "SELECT FROM runner.procrastinate_workers")) == 2)
        carrier.hold()
        shop.pick_and_pack(office)
        wait_until(lambda: carrier.held_worker and len(carrier.labels) > 2)
        os.kill(int(carrier.held_worker), signal.SIGKILL)
        carrier.let_go()
        wait_until(lambda: states(office, "label") == ["bought"] * 8 and not _asked(office))
    assert len(carrier.workers) > 1
    assert carrier.at_once == []
    assert list(carrier.labels.values()) == [1] * 8
    assert len(carrier.desk.live_labels()) == 8
    assert carrier.held_reference in carrier.looked_up  # a try whose end nobody knows is not simply made again
    assert sorted(codes.values()) == [-signal.SIGKILL, 0]
    all_is_well(office.store)


def _asked(office: Office) -> list[object]:
    return rows(office.store, "SELECT verb, key, trouble FROM due WHERE key <> 'clockwork'")
