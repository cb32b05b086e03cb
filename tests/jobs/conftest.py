"""A worker in this process that is in a hurry, and how to wait for what it does."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from doorstep.flow.office import Office
from doorstep.jobs.worker import Pace, worker_beside
from doorstep.storage.store import Store

HASTE = Pace(tick_ms=10, poll_ms=10, seal_ms=20, sweep_ms=100, reconnect_ms=50, patience_seconds=1)
AtWork = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def at_work(store: Store) -> AtWork:
    """`with at_work():` a worker is at work on the store."""
    return lambda: worker_beside(Office(store), concurrency=2, pace=HASTE)


def rows(store: Store, query: str, *parameters: Any) -> list[Any]:
    with store.reading() as tx:
        return tx.rows(query, *parameters)


def wait_until(is_so: Callable[[], object], seconds: int = 15) -> None:
    """Return as soon as `is_so()`; a test that waits longer has failed."""
    for _ in range(seconds * 100):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} seconds: {is_so}")
