"""`python -m tests.jobs.worker_process URL CARRIER START BEGAN LEASE`: a worker in a process of its own.

Its clock showed START when the machine's showed BEGAN (seconds since 1970), and has been running since.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime, timedelta

from doorstep.flow.office import Office
from doorstep.jobs.worker import Pace, work
from doorstep.links.sender import End, Sender
from doorstep.storage.store import Store
from doorstep.terms.clock import read_stamp
from doorstep.terms.ids import Ids
from doorstep.twin.carrier_desk import API_KEY


class RunningClock:
    """Runs as the machine's does, on another day."""

    def __init__(self, start: datetime, began: float) -> None:
        self._start, self._began = start, began

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.time() - self._began)


def main() -> int:
    url, carrier_url, start, began, lease_seconds = sys.argv[1:]
    clock = RunningClock(read_stamp(start), float(began))
    store = Store(url, clock, Ids.secret(clock))
    headers = {"Authorization": f"Bearer {API_KEY}", "X-Worker": str(os.getpid())}
    sender = Sender({carrier_id: End(carrier_id, carrier_url, headers) for carrier_id in ("swift", "steady")})
    pace = Pace(lease_seconds=int(lease_seconds), tick_ms=20, poll_ms=20, sweep_ms=200, reconnect_ms=50)
    try:
        return work(Office(store, sender), concurrency=2, pace=pace)
    finally:
        store.close()
        sender.close()


if __name__ == "__main__":
    sys.exit(main())
