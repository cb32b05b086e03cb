"""The corner shop behind its pages, with an account for every role."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from doorstep.terms.clock import FalseClock
from tests.conftest import Databases
from tests.corner_shop import Shelf, Shop, all_is_well
from tests.web.people import Browser, prepared


@pytest.fixture(scope="session")
def web_shelf(databases: Databases) -> Iterator[Shelf]:
    """The database in which the shop is loaded and everybody has an account."""
    with databases.copy() as url:
        kept = Shelf(url, prepared)
        yield kept
        kept.close()


@pytest.fixture
def shop(web_shelf: Shelf, clock: FalseClock) -> Iterator[Shop]:
    """The corner shop, open, on Monday morning."""
    with web_shelf.opened(clock) as opened:
        facts = opened.journal()
        yield opened
        if opened.journal() != facts:
            all_is_well(opened.store)


@pytest.fixture
def browser(shop: Shop) -> Browser:
    """A browser without scripts, in which nobody is signed in."""
    return Browser(shop.office)
