"""A step is one transaction: it happens once, wholly or not at all, whoever else is at work and whatever breaks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from doorstep.events.stock import HoldsVoided, StockHeld
from doorstep.storage import schema, tables
from doorstep.storage.changes import Changes, GuardLostError, run
from doorstep.storage.database_errors import DatabaseUnavailable
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.invariants import check_all
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal, Why
from tests.conftest import FAST, MONDAY
from tests.storage.shop import MASTER, fact, held, ordered, record, stock_up


@dataclass(frozen=True, slots=True)
class Told:
    """What a customer is told."""

    order_id: str
    mugs: int


SOLD_OUT = Refusal(Why.OUT_OF_STOCK, "No mug is left.", {"item_id": "MUG"})


def sell(
    order_id: str, mugs: int, looked: Callable[[], object] = lambda: None
) -> Callable[[Transaction], Told | Refusal]:
    """A step that sells mugs if there are enough, `looked` being called between the look and the deed."""

    def step(tx: Transaction) -> Told | Refusal:
        pool = tx.one("SELECT on_hand - held AS free FROM pool WHERE item_id = 'MUG'")
        looked()
        if pool.free < mugs:
            tx.record(*(fact(body) for body in ordered("never", ("MUG", mugs))))  # a no undoes this as well
            return SOLD_OUT
        sold = (*ordered(order_id, ("MUG", mugs)), StockHeld((held(order_id, 1, "MUG", mugs),)))
        tx.record(*(fact(body) for body in sold))
        tx.later("plan_orders", order_id, tx.now)
        return Told(order_id, mugs)

    return step


def orders_in(store: Store) -> list[str]:
    with store.reading() as tx:
        return [row.order_id for row in tx.rows("SELECT order_id FROM orders ORDER BY order_id")]


def rows_of(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    with store.reading() as tx:
        names = [*tables.VIEWS.tables, *tables.PERMANENT.tables]
        return {name: tx.one(f"SELECT count(*) AS rows FROM {name}").rows for name in names}


def test_the_same_key_and_request_give_the_same_answer_and_one_order(store: Store) -> None:
    stock_up(store)
    first = store.run(sell("order-1", 2), answers=Told, key="web-1", request={"mugs": 2})
    again = store.run(sell("order-2", 2), answers=Told, key="web-1", request={"mugs": 2})
    assert first == again == Told("order-1", 2)
    assert orders_in(store) == ["order-1"]


def test_a_step_that_was_done_under_its_key_ends_at_its_first_look(store: Store) -> None:
    stock_up(store)
    looks: list[str] = []
    for order_id in ("order-1", "order-2"):
        step = sell(order_id, 2, lambda order_id=order_id: looks.append(order_id))  # type: ignore[misc]
        assert store.run(step, answers=Told, key="web-1", request={"mugs": 2}) == Told("order-1", 2)
    assert looks == ["order-1"]


def test_a_step_that_looks_at_nothing_is_done_once_under_its_key_all_the_same(store: Store) -> None:
    stock_up(store)

    def step(tx: Transaction) -> int:
        tx.record(*(fact(body) for body in ordered("order-1", ("MUG", 2))))
        return len(told)

    told = ["first"]
    assert store.run(step, answers=int, key="web-1", request="order-1") == 1
    told.append("second")
    assert store.run(step, answers=int, key="web-1", request="order-1") == 1
    other = store.run(step, answers=int, key="web-1", request="order-2")
    assert other == Refusal(Why.KEY_REUSED, "The key web-1 was used for another request.", {"key": "web-1"})
    assert orders_in(store) == ["order-1"]


def test_another_request_under_a_used_key_is_refused(store: Store) -> None:
    stock_up(store)
    store.run(sell("order-1", 2), answers=Told, key="web-1", request={"mugs": 2})
    other = store.run(sell("order-2", 3), answers=Told, key="web-1", request={"mugs": 3})
    assert other == Refusal(Why.KEY_REUSED, "The key web-1 was used for another request.", {"key": "web-1"})
    assert orders_in(store) == ["order-1"]


def test_the_same_key_from_two_at_once_has_one_effect_and_both_get_its_answer(store: Store) -> None:
    stock_up(store)
    together = threading.Barrier(2)
    looked = together_once(together)

    def ask(order_id: str) -> Told | Refusal:
        return store.run(sell(order_id, 2, looked), answers=Told, key="web-1", request={"mugs": 2})

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(ask, ["order-1", "order-2"])
    assert isinstance(one, Told)
    assert one == other
    assert orders_in(store) == [one.order_id]


def together_once(together: threading.Barrier) -> Callable[[], None]:
    """Let the first looks of all threads happen before anybody goes on; later looks wait for nobody."""
    looks = threading.local()

    def looked() -> None:
        if not getattr(looks, "first", False):
            looks.first = True
            together.wait(timeout=20)

    return looked


def test_a_no_is_kept_under_its_key_and_stays_a_no_when_stock_comes(store: Store) -> None:
    stock_up(store)
    assert store.run(sell("order-1", 11), answers=Told, key="web-1", request={"mugs": 11}) == SOLD_OUT
    assert store.run(sell("order-1", 1), answers=Told, key="web-1", request={"mugs": 11}) == SOLD_OUT
    assert orders_in(store) == []


def test_a_no_leaves_nothing_behind(store: Store) -> None:
    stock_up(store)
    before = rows_of(store)
    assert store.run(sell("order-1", 11)) == SOLD_OUT
    assert rows_of(store) == before


def test_a_step_that_fails_leaves_nothing_behind(store: Store) -> None:
    stock_up(store)
    before = rows_of(store)

    def step(tx: Transaction) -> None:
        sell("order-1", 2)(tx)
        tx.flush()
        tx.keep_document("text/plain", b"never")
        raise RuntimeError("the step has a bug")

    with pytest.raises(RuntimeError, match="the step has a bug"):
        store.run(step, key="web-1")
    assert rows_of(store) == before


def test_a_dry_run_gives_the_answer_and_leaves_nothing_behind(store: Store) -> None:
    stock_up(store)
    before = rows_of(store)
    answer = store.run(sell("order-1", 2), answers=Told, key="web-1", request={"mugs": 2}, dry_run=True)
    assert answer == Told("order-1", 2)
    assert rows_of(store) == before
    assert store.run(sell("order-2", 10), answers=Told, key="web-1", request={"mugs": 10}) == Told("order-2", 10)


def test_of_two_who_want_the_last_mug_one_gets_it_and_the_other_is_told(store: Store) -> None:
    stock_up(store)
    store.run(sell("order-0", 9))
    looked = together_once(threading.Barrier(2))
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda order_id: store.run(sell(order_id, 1, looked)), ["order-1", "order-2"]))
    assert SOLD_OUT in told
    (winner,) = [answer for answer in told if isinstance(answer, Told)]
    assert orders_in(store) == ["order-0", winner.order_id]
    assert not any(check_all(store).values())


def test_of_two_who_end_the_same_hold_only_the_first_does_even_where_others_would_make_up_for_it(store: Store) -> None:
    stock_up(store)
    hold, other = held("order-1", 1, "MUG", 1), replace(held("order-1", 1, "MUG", 1), hold_id="other")
    record(store, *ordered("order-1", ("MUG", 2)), StockHeld((hold, other)))
    looked = together_once(threading.Barrier(2))

    def let_go(tx: Transaction) -> str:
        active = tx.one("SELECT 1 FROM hold WHERE hold_id = %s AND state = 'active'", hold.hold_id)
        looked()
        if active is None:
            return "was gone"
        tx.record(fact(HoldsVoided((hold,))))
        tx.later("plan_orders", "order-1", tx.now)
        return "let go"

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda _: store.run(let_go), range(2)))
    assert sorted(map(str, told)) == ["let go", "was gone"]
    assert not any(check_all(store).values())


def test_ten_who_buy_ten_mugs_at_once_all_get_one(store: Store) -> None:
    stock_up(store)
    with ThreadPoolExecutor(5) as pool:
        told = list(pool.map(lambda number: store.run(sell(f"order-{number}", 1)), range(12)))
    assert told.count(SOLD_OUT) == 2
    assert len(orders_in(store)) == 10
    assert not any(check_all(store).values())


def test_what_a_step_flushed_it_can_read(store: Store) -> None:
    stock_up(store)

    def step(tx: Transaction) -> int:
        sell("order-1", 3)(tx)
        tx.flush()
        return int(tx.one("SELECT held FROM pool WHERE item_id = 'MUG'").held)

    assert store.run(step) == 3
    assert not any(check_all(store).values())


def test_a_later_run_asked_for_twice_is_run_once_at_the_earlier_time(store: Store) -> None:
    def ask(minutes: int) -> Callable[[Transaction], None]:
        return lambda tx: tx.later("plan_orders", "order-1", tx.now + timedelta(minutes=minutes))

    for minutes in (30, 10, 20):
        store.run(ask(minutes))
    with store.reading() as tx:
        (due,) = tx.rows("SELECT * FROM due")
    assert (due.due_at, due.asked) == (MONDAY + timedelta(minutes=10), 3)


def test_a_reader_sees_one_moment_and_can_change_nothing(store: Store) -> None:
    stock_up(store)
    with store.reading() as tx:
        assert tx.one("SELECT held FROM pool WHERE item_id = 'MUG'").held == 0
        store.run(sell("order-1", 1))
        assert tx.one("SELECT held FROM pool WHERE item_id = 'MUG'").held == 0
        with pytest.raises(Exception, match="read-only transaction"):
            tx.rows("DELETE FROM due RETURNING 1")


GUARDS: dict[str, Callable[[Changes], None]] = {
    "more held in a bin than lies there": lambda c: c.add(tables.balance, ("CS/A", "MUG", ""), {"held": 7}),
    "a bin below zero": lambda c: c.add(tables.balance, ("CS/A", "MUG", ""), {"on_hand": -7}),
    "more held at a site than it has": lambda c: c.add(tables.pool, ("CS", "MUG", ""), {"held": 5}),
    "less than nothing held": lambda c: c.add(tables.pool, ("CS", "MUG", ""), {"held": -3}),
    "more held of an inbound than comes": lambda c: c.add(tables.inbound, ("inbound-1",), {"held": 5}),
    "more cancelled than was ordered": lambda c: c.add(tables.order_line, ("order-1", 1), {"cancelled": 3}),
    "a unit that is nowhere": lambda c: c.add(tables.demand, ("order-4", 1, "TEA"), {"waiting": -1}),
    "a unit that is twice": lambda c: c.add(tables.demand, ("order-4", 1, "TEA"), {"waiting": -2, "held": 2}),
    "more picked than planned": lambda c: c.add(tables.fulfilment_line, ("order-4-f", 1, "TEA"), {"picked": 3}),
    "more packed than picked": lambda c: c.add(tables.fulfilment_line, ("order-2-f", 1, "MUG"), {"packed": 2}),
    "more taken from the bench than lies there": lambda c: c.add(
        tables.bench, ("order-2-f", 1, "MUG", ""), {"quantity": -2}
    ),
    "something taken where nothing ever was": lambda c: c.add(tables.balance, ("CS/B", "MUG", ""), {"on_hand": -1}),
    "a task that does not exist": lambda c: c.set(tables.pick_task, ("task-9",), state="picked"),
    "a second live label": lambda c: c.set(tables.label, ("label-2",), sscc="sscc-1"),
    "a hold that has ended": lambda c: c.expect(tables.hold, ("order-1-1-bin",), state="active"),
    "a wave that is there already": lambda c: c.put(
        tables.wave, wave_id="order-1-wave", site_id="CS", released_at=MONDAY
    ),
}


def test_the_tables_guard_what_the_code_may_get_wrong(morning: Store) -> None:
    for name, change in GUARDS.items():
        changes = Changes()
        change(changes)
        with morning.connection() as raw:
            try:
                run(raw, changes.statements())
            except GuardLostError:
                continue
        pytest.fail(f"nothing guards against {name}")


def test_a_step_that_is_always_overtaken_gives_up_and_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorstep.storage.store._ATTEMPTS", 3)
    stock_up(store)
    with pytest.raises(DatabaseUnavailable, match="overtaken 3 times"):
        store.run(lambda tx: tx.record(fact(StockHeld((held("no-order", 1, "MUG", 1),)))))
    assert not any(check_all(store).values())


def test_a_database_that_is_down_is_told_as_such_and_used_again_when_it_is_back(tmp_path: Path) -> None:
    clock = FalseClock(MONDAY)
    server = EmbeddedServer.start(tmp_path / "postgresql", FAST)
    server.ensure_database("shop")
    engine = create_engine(server.url("shop"))
    schema.create(engine)
    engine.dispose()
    store = Store(server.url("shop"), clock, Ids.seeded(clock, seed=1))
    stock_up(store)
    first = store.run(sell("order-1", 2), answers=Told, key="web-1", request={"mugs": 2})
    server.stop()
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable, match="does not answer"):
            store.run(sell("order-2", 2), answers=Told, key="web-2", request={"mugs": 2})
    with pytest.raises(DatabaseUnavailable, match="does not answer"), store.reading():
        pass
    with EmbeddedServer.start(tmp_path / "postgresql", FAST):
        assert store.run(sell("order-9", 2), answers=Told, key="web-1", request={"mugs": 2}) == first
        assert store.run(sell("order-2", 2), answers=Told, key="web-2", request={"mugs": 2}) == Told("order-2", 2)
        assert not any(check_all(store).values())
        store.close()


def test_a_connection_that_breaks_inside_a_step_undoes_it(store: Store) -> None:
    stock_up(store)

    def step(tx: Transaction) -> None:
        sell("order-1", 2)(tx)
        tx.flush()
        tx.rows("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseUnavailable):
        store.run(step)
    assert orders_in(store) == []
    assert store.run(sell("order-2", 1)) == Told("order-2", 1)


def test_ids_and_times_come_from_the_stores_own_clock(store: Store, clock: FalseClock) -> None:
    clock.advance(timedelta(hours=5))
    record(store, *MASTER)
    with store.reading() as tx:
        rows = tx.rows("SELECT DISTINCT transaction, recorded_at FROM journal")
    assert [row.recorded_at for row in rows] == [MONDAY + timedelta(hours=5)]
    assert all(row.transaction.startswith("tx_") for row in rows)


def test_within_one_look_nothing_that_others_write_is_seen_and_after_it_all_is(store: Store) -> None:
    stock_up(store)
    with store.one_look():
        before = orders_in(store)
        with ThreadPoolExecutor(1) as another:
            another.submit(record, store, *ordered("order-9", ("MUG", 1))).result()
        assert orders_in(store) == before
    assert orders_in(store) == [*before, "order-9"]


@pytest.mark.parametrize(("wide", "planned_once"), [(False, 1), (True, 0)])
def test_what_looks_ask_again_and_again_is_planned_once_but_not_where_it_asks_for_more_or_less(
    store: Store, wide: bool, planned_once: int
) -> None:
    for _ in range(4):
        with store.reading(wide=wide) as tx:
            tx.rows("SELECT %s::int AS asked_often", 7)
    with store.reading() as tx:
        ours = "SELECT count(*)::int AS many FROM pg_prepared_statements WHERE statement LIKE %s"
        told = tx.one(ours, "%asked_often")
    assert told.many == planned_once
