"""A database that is filled by stamping is what the flow would have written."""

from __future__ import annotations

import pytest

from benchmarks.filling import fill
from benchmarks.lives import BEGINS, ENDS
from benchmarks.stamping import MARK
from doorstep.flow import learn
from doorstep.flow.office import Office
from doorstep.promising import lanes
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids, sscc
from tests.conftest import Databases
from tests.corner_shop import all_is_well

ORDERS = 300


def digests(databases: Databases, seed: int) -> list[bytes]:
    with databases.copy() as url:
        fill(url, 120, seed)
        clock = FalseClock(ENDS)
        store = Store(url, clock, Ids.seeded(clock, seed=9))
        with store.reading() as tx:
            found = [row.digest for row in tx.rows("SELECT digest FROM sealed ORDER BY seq")]
        store.close()
    return found


def test_what_is_filled_holds_every_invariant(database_url: str, clock: FalseClock) -> None:
    filled = fill(database_url, ORDERS)
    clock.move_to(ENDS)
    store = Store(database_url, clock, Ids.seeded(clock, seed=9))
    all_is_well(store)
    with store.reading() as tx:
        assert tx.one("SELECT count(*) AS there FROM orders").there == filled.orders == ORDERS
        of_orders = "SELECT count(*) AS there FROM journal WHERE recorded_at > %s AND cause <> 'learned'"
        assert tx.one(of_orders, BEGINS).there == filled.events
        assert 9 * ORDERS < filled.events < 11 * ORDERS
        ends = {row.state for row in tx.rows("SELECT DISTINCT state FROM orders")}
        assert ends == {"cancelled", "delivered", "open"}
        assert (
            tx.rows("SELECT FROM journal WHERE strpos(body::text || objects::text || transaction, %s) > 0", MARK) == []
        )
        numbers = [row.sscc for row in tx.rows("SELECT sscc FROM parcel ORDER BY sscc")]
        assert numbers == [sscc("0614141", serial) for serial in range(1, len(numbers) + 1)]
        assert tx.one("SELECT last_value FROM sscc_serial").last_value == len(numbers)
    store.close()


def test_what_leaves_now_is_followed_once_enough_parcels_came(
    database_url: str, clock: FalseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database_url, ORDERS)
    clock.move_to(ENDS)
    store = Store(database_url, clock, Ids.seeded(clock, seed=9))
    for room in (learn, lanes):
        monkeypatch.setattr(room, "NEEDS", 10)
    monkeypatch.setattr(lanes, "FIRST", 10)
    known = learn.learn(Office(store))
    assert known.lanes
    assert learn.learn(Office(store)).lanes == 0
    with store.reading() as tx:
        followed = [row.expected for row in tx.rows("SELECT expected FROM transit WHERE expected <> '{}'")]
    assert followed
    assert all(0 < sum(expected.values()) <= 1_000_000 for expected in followed)
    all_is_well(store)
    store.close()


@pytest.mark.slow
def test_the_same_seed_fills_in_the_same_rows(databases: Databases) -> None:
    once = digests(databases, 1)
    assert digests(databases, 1) == once
    assert digests(databases, 2) != once
