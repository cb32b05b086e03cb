"""The corner shop behind its API, for every test of the door; whatever a test did, every invariant holds then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from doorstep.terms.clock import FalseClock
from tests.api.door import Door, client_of
from tests.conftest import Databases
from tests.corner_shop import Shelf, Shop, all_is_well, load


@pytest.fixture(scope="session")
def shelf(databases: Databases) -> Iterator[Shelf]:
    """The database in which the shop is loaded."""
    with databases.copy() as url:
        kept = Shelf(url, load)
        yield kept
        kept.close()


@pytest.fixture
def shop(shelf: Shelf, clock: FalseClock) -> Iterator[Shop]:
    """The corner shop, open, on Monday morning."""
    with shelf.opened(clock) as opened:
        facts = opened.journal()
        yield opened
        if opened.journal() != facts:  # most tests of a door are about what it does not let in
            all_is_well(opened.store)


@pytest.fixture
def door(shop: Shop) -> Door:
    """The API on loopback, where nobody needs a key."""
    return Door(shop, client_of(shop.office))
