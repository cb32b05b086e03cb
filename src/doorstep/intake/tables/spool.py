"""Rows that wait: a joined table by its key, or converted rows by their group, in a temporary file."""

from __future__ import annotations

import pickle
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_AT_ONCE = 2_000
_MOST_NAMED = 500


class Spool:
    """Values under keys, in the order in which they came. Whoever makes one closes it; the file is then gone."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="doorstep-")
        self._file = sqlite3.connect(Path(self._folder.name) / "spool")
        self._file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        self._file.execute("CREATE TABLE waiting (number INTEGER PRIMARY KEY, key TEXT, value BLOB)")
        self._rows: list[tuple[str, bytes]] = []
        self._indexed = False

    def close(self) -> None:
        self._file.close()
        self._folder.cleanup()

    def put(self, key: str, value: Any) -> None:
        self._rows.append((key, pickle.dumps(value, pickle.HIGHEST_PROTOCOL)))
        if len(self._rows) >= _AT_ONCE:
            self._write()

    def of(self, keys: Iterable[str]) -> dict[str, list[Any]]:
        """The values under each of the keys that has any."""
        self._settle()
        found: dict[str, list[Any]] = defaultdict(list)
        wanted = list(dict.fromkeys(keys))
        for first in range(0, len(wanted), _MOST_NAMED):
            some = wanted[first : first + _MOST_NAMED]
            marks = ", ".join("?" * len(some))
            sql = f"SELECT key, value FROM waiting WHERE key IN ({marks}) ORDER BY number"
            for key, value in self._file.execute(sql, some):
                found[key].append(pickle.loads(value))
        return found

    def groups(self) -> Iterator[tuple[str, list[Any]]]:
        """Every key with its values, in the order in which the keys first came."""
        self._settle()
        sql = (
            "SELECT key, value FROM (SELECT key AS firsts, min(number) AS first FROM waiting GROUP BY key) "
            "JOIN waiting ON key = firsts ORDER BY first, number"
        )
        current, values = None, []
        for key, value in self._file.execute(sql):
            if key != current and current is not None:
                yield current, values
                values = []
            current = key
            values.append(pickle.loads(value))
        if current is not None:
            yield current, values

    def _write(self) -> None:
        self._file.executemany("INSERT INTO waiting (key, value) VALUES (?, ?)", self._rows)
        self._rows.clear()

    def _settle(self) -> None:
        self._write()
        if not self._indexed:
            self._file.execute("CREATE INDEX by_key ON waiting (key)")
            self._indexed = True
