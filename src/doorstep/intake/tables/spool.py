"""Rows that wait: a joined table by its key, or converted rows by their group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from doorstep.intake.aside import Aside

_MOST_NAMED = 500


class Spool:
    """Values under keys, in the order in which they came. Whoever makes one closes it."""

    def __init__(self) -> None:
        self._aside = Aside("TEXT")

    def close(self) -> None:
        self._aside.close()

    def put(self, key: str, value: Any) -> None:
        self._aside.keep(key, value)

    def of(self, keys: Iterable[str]) -> dict[str, list[Any]]:
        """The values under each of the keys that has any."""
        self._aside.index()
        found: dict[str, list[Any]] = defaultdict(list)
        wanted = list(dict.fromkeys(keys))
        for first in range(0, len(wanted), _MOST_NAMED):
            some = wanted[first : first + _MOST_NAMED]
            marks = ", ".join("?" * len(some))
            sql = f"SELECT key, value FROM waiting WHERE key IN ({marks}) ORDER BY number"
            for key, value in self._aside.kept(sql, *some):
                found[key].append(value)
        return found

    def groups(self) -> Iterator[tuple[str, list[Any]]]:
        """Every key with its values, in the order in which the keys first came."""
        self._aside.index()
        sql = (
            "SELECT key, value FROM (SELECT key AS firsts, min(number) AS first FROM waiting GROUP BY key) "
            "JOIN waiting ON key = firsts ORDER BY first, number"
        )
        for key, rows in groupby(self._aside.kept(sql), key=itemgetter(0)):
            yield key, [value for _, value in rows]
