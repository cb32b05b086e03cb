"""An open corner shop for every test of the flow: a database of its own, loaded, and two carriers in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from doorstep.terms.clock import FalseClock
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
def shop_url(shelf: Shelf) -> str:
    """A loaded corner shop that nobody has opened."""
    shelf.put_back()
    return shelf.url


@pytest.fixture
def shop(shelf: Shelf, clock: FalseClock) -> Iterator[Shop]:
    """The corner shop, open, on Monday morning. However a test ends, every invariant must hold then."""
    with shelf.opened(clock) as opened:
        yield opened
        all_is_well(opened.store)
