"""A verb for tests: it notes under which keys it ran, and does what it is told for each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from doorstep.flow.office import Office
from doorstep.storage.due import TryAgain
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from tests.jobs.conftest import rows


class Errand:
    """Called as a verb; `told` says what it does under a key, nothing where it says nothing."""

    def __init__(self, store: Store) -> None:
        self.ran: list[tuple[str, int]] = []
        self.told: dict[str, Callable[[], TryAgain | None]] = {}
        self._store = store

    def __call__(self, _: Office, key: str, attempt: int) -> TryAgain | None:
        self.ran.append((key, attempt))
        return self.told.get(key, lambda: None)()

    def times(self, key: str) -> int:
        return sum(ran == key for ran, _ in self.ran)

    def ask(self, *keys: str, in_minutes: int = 0, dry_run: bool = False) -> None:
        def step(tx: Transaction) -> None:
            for key in keys:
                tx.later("errand", key, tx.now + timedelta(minutes=in_minutes))

        self._store.run(step, dry_run=dry_run)

    def due(self, key: str) -> Any:
        """The row that asks for it; None where it is done."""
        found = rows(self._store, "SELECT * FROM due WHERE verb = 'errand' AND key = %s", key)
        return found[0] if found else None

    def all_done(self) -> bool:
        return not rows(self._store, "SELECT FROM due WHERE verb = 'errand'")
