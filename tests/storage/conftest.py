"""A database that is filled once for all tests that only look, or roll back what they do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from tests.conftest import MONDAY, Databases
from tests.storage.shop import a_morning


@pytest.fixture(scope="session")
def morning(databases: Databases) -> Iterator[Store]:
    """A sealed morning in the corner shop. Tests change it only in transactions that are rolled back."""
    with databases.copy() as url:
        clock = FalseClock(MONDAY)
        store = Store(url, clock, Ids.seeded(clock, seed=2))
        a_morning(store)
        store.seal()
        yield store
        store.close()
