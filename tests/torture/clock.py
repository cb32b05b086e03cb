"""One false clock for all processes of a campaign: it runs fast, and jumps when it is told to."""

from __future__ import annotations

import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGINS = datetime(2026, 3, 2, 15, tzinfo=UTC)  # a Monday; nine in the morning at the corner shop
SPEED = 60  # a minute each second: a lease of two minutes runs out while one waits
_STATE = struct.Struct("qq")


class SharedClock:
    """The time by a small file that every process maps: when the clock was started, and how far it was set forward."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._state = mmap.mmap(file.fileno(), _STATE.size)

    @classmethod
    def make(cls, path: Path) -> SharedClock:
        """A new clock in a new file."""
        path.write_bytes(_STATE.pack(time.monotonic_ns(), 0))
        return cls(path)

    def now(self) -> datetime:
        started_ns, forward_us = _STATE.unpack_from(self._state)
        run_us = (time.monotonic_ns() - started_ns) * SPEED // 1000
        return BEGINS + timedelta(microseconds=run_us + forward_us)

    def jump(self, step: timedelta) -> None:
        """Set the clock forward for everybody. One process may do so."""
        started_ns, forward_us = _STATE.unpack_from(self._state)
        _STATE.pack_into(self._state, 0, started_ns, forward_us + step // timedelta(microseconds=1))
