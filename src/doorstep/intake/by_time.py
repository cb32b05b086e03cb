"""More values than memory should hold, handed back in the order of an instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Generic, TypeVar

from doorstep.intake.aside import Aside

T = TypeVar("T")


class ByTime(Generic[T]):
    """Takes values with their instants in any order; gives them back by instant, then as they came."""

    def __init__(self) -> None:
        self._aside = Aside("INTEGER")

    def __enter__(self) -> ByTime[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self._aside.close()

    def __len__(self) -> int:
        return len(self._aside)

    def put(self, at: datetime, value: T) -> None:
        """Keep `value` for its turn at `at` (aware)."""
        self._aside.keep(int(at.timestamp()) * 1_000_000 + at.microsecond, value)

    def __iter__(self) -> Iterator[T]:
        for _, value in self._aside.kept("SELECT key, value FROM waiting ORDER BY key, number"):
            yield value
