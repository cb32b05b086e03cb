"""Terminals for the tests of the cli: in a loaded corner shop, in an empty database, with carriers on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from doorstep.terms.clock import FalseClock
from doorstep.twin.carrier_desk import API_KEY, CarrierDesk
from tests.cli.terminal import Terminal, served
from tests.conftest import Databases
from tests.corner_shop import Shelf, all_is_well, company_file, open_shop
from tests.corner_shop import load as load_shop


@pytest.fixture(autouse=True)
def _wide_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "250")


@pytest.fixture(scope="session")
def cli_shelf(databases: Databases) -> Iterator[Shelf]:
    """The database in which the shop is loaded."""
    with databases.copy() as url:
        kept = Shelf(url, load_shop)
        yield kept
        kept.close()


@pytest.fixture
def terminal(cli_shelf: Shelf, clock: FalseClock, tmp_path: Path) -> Iterator[Terminal]:
    """A terminal in a loaded corner shop on Monday morning. However a test ends, every invariant must hold then."""
    cli_shelf.put_back()
    yield Terminal({"DOORSTEP_DATABASE_URL": cli_shelf.url}, clock, tmp_path)
    with open_shop(cli_shelf.url, FalseClock(clock.now()), seed=9) as shop:
        all_is_well(shop.store)


@pytest.fixture
def empty_terminal(database_url: str, clock: FalseClock, tmp_path: Path) -> Terminal:
    """A terminal where no company is set up yet."""
    return Terminal({"DOORSTEP_DATABASE_URL": database_url}, clock, tmp_path)


@pytest.fixture
def carriers(clock: FalseClock) -> Iterator[dict[str, str]]:
    """The settings that lead to both of the shop's carriers, served on loopback."""
    services = {service.service_id: service for service in company_file().services}
    with served(CarrierDesk(clock, seed=1, services=services)) as url:
        names = sorted({service.carrier_id for service in services.values()})
        yield {
            "DOORSTEP_CARRIERS": " ".join(f"{name}={url}" for name in names),
            "DOORSTEP_CARRIER_KEYS": " ".join(f"{name}={API_KEY}" for name in names),
        }
