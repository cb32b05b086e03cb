"""Values kept aside in a temporary file between two passes, because there are more of them than memory should hold."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_AT_ONCE = 1_000


class Aside:
    """Rows of (key, number, value), numbered as they come. The file is gone when it is closed."""

    def __init__(self, key_type: str) -> None:
        """`key_type` is SQLite's: INTEGER or TEXT."""
        self._folder = TemporaryDirectory(prefix="doorstep-")
        self._file = sqlite3.connect(Path(self._folder.name) / "aside")
        self._file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        self._file.execute(f"CREATE TABLE waiting (key {key_type}, number INTEGER PRIMARY KEY, value BLOB)")
        self._rows: list[tuple[Any, bytes]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        self._file.close()
        self._folder.cleanup()

    def keep(self, key: Any, value: Any) -> None:
        self._rows.append((key, pickle.dumps(value, pickle.HIGHEST_PROTOCOL)))
        self._count += 1
        if len(self._rows) >= _AT_ONCE:
            self._write()

    def kept(self, sql: str, *parameters: Any) -> Iterator[tuple[Any, Any]]:
        """(key, value) of each row that a query of the table `waiting` gives."""
        self._write()
        with closing(self._file.execute(sql, parameters)) as rows:
            for key, value in rows:
                yield key, pickle.loads(value)

    def index(self) -> None:
        """Look-ups by key are to be fast from now on."""
        self._write()
        self._file.execute("CREATE INDEX IF NOT EXISTS by_key ON waiting (key)")

    def _write(self) -> None:
        self._file.executemany("INSERT INTO waiting (key, value) VALUES (?, ?)", self._rows)
        self._rows.clear()
