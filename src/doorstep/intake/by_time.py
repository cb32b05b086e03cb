"""More values than memory should hold, handed back in the order of an instant: a temporary file between two passes."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, TypeVar

T = TypeVar("T")
_AT_ONCE = 1_000


class ByTime(Generic[T]):
    """Takes values with their instants in any order; gives them back by instant, then as they came."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="doorstep-")
        self._file = sqlite3.connect(Path(self._folder.name) / "by_time")
        self._file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        self._file.execute("CREATE TABLE waiting (at INTEGER, number INTEGER, value BLOB)")
        self._rows: list[tuple[int, int, bytes]] = []
        self._count = 0

    def __enter__(self) -> ByTime[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._folder.cleanup()

    def __len__(self) -> int:
        return self._count

    def put(self, at: datetime, value: T) -> None:
        """Keep `value` for its turn at `at` (aware)."""
        microseconds = int(at.timestamp()) * 1_000_000 + at.microsecond
        self._rows.append((microseconds, self._count, pickle.dumps(value)))
        self._count += 1
        if len(self._rows) >= _AT_ONCE:
            self._write()

    def __iter__(self) -> Iterator[T]:
        self._write()
        with closing(self._file.execute("SELECT value FROM waiting ORDER BY at, number")) as rows:
            for (value,) in rows:
                yield pickle.loads(value)

    def _write(self) -> None:
        self._file.executemany("INSERT INTO waiting VALUES (?, ?, ?)", self._rows)
        self._rows.clear()
