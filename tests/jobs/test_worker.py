"""The worker itself: its runner's tables, its ticker, its chores, its log, and a database that goes away."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from doorstep.flow import later
from doorstep.flow.office import Office
from doorstep.jobs import clockwork, logs, runner
from doorstep.jobs.clockwork import Chore
from doorstep.jobs.hands import Hands
from doorstep.jobs.ticker import tick
from doorstep.jobs.worker import run_worker, worker_beside
from doorstep.storage import due
from doorstep.storage.database_errors import DatabaseUnavailable, DatabaseUnfit
from doorstep.storage.store import Store
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.clock import FalseClock
from tests.jobs import shop
from tests.jobs.conftest import HASTE, AtWork, rows, wait_until
from tests.jobs.errand import Errand

WAITING = "SELECT args->>'verb' AS verb, jsonb_array_length(args->'due_ids') AS runs FROM runner.procrastinate_jobs"


@pytest.fixture
def errand(store: Store, monkeypatch: pytest.MonkeyPatch) -> Errand:
    made = Errand(store)
    monkeypatch.setitem(later.VERBS, "errand", made)
    return made


def loads(store: Store) -> list[int]:
    """How many runs each load in the runner's queue carries."""
    return [row.runs for row in rows(store, f"{WAITING} WHERE status = 'todo' ORDER BY id")]


def do(store: Store, statement: str, schema: str = "doorstep") -> None:
    with store.connection() as raw:
        raw.execute(f"SET LOCAL search_path = {schema}".encode())
        raw.execute(statement.encode())
        raw.commit()


# -- the runner's tables ---------------------------------------------------------------------------------------------


def test_nothing_of_the_runner_notifies_anybody(store: Store) -> None:
    runner.install(store)
    query = (
        "SELECT tgname, prosrc LIKE '%%pg_notify%%' AS notifies FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid "
        "WHERE tgrelid = 'runner.procrastinate_jobs'::regclass AND NOT tgisinternal"
    )
    triggers = rows(store, query)
    assert len(triggers) == 5
    assert [trigger.tgname for trigger in triggers if trigger.notifies] == []


def test_the_runners_tables_are_made_once_by_many_workers(store: Store) -> None:
    together = threading.Barrier(4)
    failed = []

    def install() -> None:
        together.wait(10)
        try:
            runner.install(store)
        except (psycopg.Error, DatabaseUnavailable) as trouble:
            failed.append(trouble)

    threads = [threading.Thread(target=install) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert loads(store) == []


def test_tables_of_an_older_runner_are_made_anew_and_what_waited_in_them_comes_again(
    store: Store, clock: FalseClock, errand: Errand, at_work: AtWork
) -> None:
    runner.install(store)
    errand.ask("milk")
    assert tick(store, 2, 120) == 1
    do(store, "COMMENT ON SCHEMA runner IS '2.15.1'")
    clock.advance(timedelta(seconds=120))
    with at_work():
        wait_until(lambda: errand.times("milk") == 1)


def test_a_worker_older_than_the_runners_tables_does_not_touch_them(store: Store) -> None:
    runner.install(store)
    do(store, "COMMENT ON SCHEMA runner IS '99.0'")
    with pytest.raises(DatabaseUnfit, match="update this one"):
        run_worker(Office(store), stop=threading.Event(), pace=HASTE)


def test_a_load_that_a_dead_worker_had_is_swept_away_so_that_its_lock_is_free(store: Store) -> None:
    runner.install(store)
    do(store, "INSERT INTO runner.procrastinate_workers (last_heartbeat) VALUES ('2026-01-01')")
    do(
        store,
        "INSERT INTO runner.procrastinate_jobs (queue_name, task_name, lock, status, worker_id) "
        "SELECT 'doorstep', 'run', 'plan_orders', 'doing', id FROM runner.procrastinate_workers",
    )
    assert runner.sweep(store, 30) == 1
    assert rows(store, "SELECT FROM runner.procrastinate_jobs") == []


# -- the ticker ------------------------------------------------------------------------------------------------------


def test_loads_are_small_while_little_is_due_and_large_when_much_is(store: Store, errand: Errand) -> None:
    runner.install(store)
    errand.ask("a", "b", "c")
    assert tick(store, 2, 120) == 3
    assert loads(store) == [1, 1, 1]
    errand.ask(*map(str, range(500)))
    assert tick(store, 2, 120) == 50  # as many loads as the hands can begin soon; the rest stays due
    assert loads(store) == [1, 1, 1, 50]
    assert tick(store, 2, 120) == 0


def test_what_was_tried_before_goes_alone(store: Store, clock: FalseClock, errand: Errand) -> None:
    runner.install(store)
    errand.ask(*map(str, range(12)))
    assert tick(store, 2, 120) == 12
    do(store, "UPDATE runner.procrastinate_jobs SET status = 'doing'", "runner")  # by a worker that died with them
    assert tick(store, 2, 120) == 0
    clock.advance(timedelta(seconds=120))
    errand.ask(*map(str, range(12, 20)))
    tick(store, 2, 120)
    assert loads(store) == [1, 1, 2, 2, 2, 2]


def test_planning_waits_in_the_queue_once_however_many_ask(store: Store) -> None:
    runner.install(store)
    for order_id in ("one", "two", "three"):
        store.run(lambda tx, order_id=order_id: tx.later(PLAN_ORDERS, order_id, tx.now))  # type: ignore[misc]
        tick(store, 2, 120)
    assert [(row.verb, row.runs) for row in rows(store, WAITING)] == [(PLAN_ORDERS, 1)]


def test_an_order_that_planning_could_not_come_to_is_put_off(store: Store, clock: FalseClock) -> None:
    office = Office(store)
    shop.set_up(office)
    order_id = shop.place(office)
    (job,) = due.lease(store, [PLAN_ORDERS], 10)
    with store.connection() as somebody:
        somebody.execute("SELECT FROM orders WHERE order_id = %s FOR UPDATE", (order_id,))
        assert later.run_planning(office, [job]) == later.Ran(0, 1)
    (row,) = rows(store, "SELECT * FROM due WHERE verb = 'plan_orders'")
    assert (row.due_at, row.leased_until) == (clock.now() + timedelta(seconds=5), None)
    assert row.trouble == "planning did not come to this order"


# -- leases ----------------------------------------------------------------------------------------------------------


def test_a_run_whose_lease_was_lost_is_left_to_whoever_has_it_now(
    store: Store, clock: FalseClock, errand: Errand
) -> None:
    errand.ask("milk", "tea")
    slow = due.lease(store, ["errand"], 10, 60)
    clock.advance(timedelta(seconds=60))
    quick = due.lease(store, ["errand"], 10, 60)
    due.finish(store, slow[0])
    due.put_off(store, slow[1], due.TryAgain(10, "too slow"))
    due.release(store, slow)
    assert due.renew(store, slow, 60) == []
    assert [row.leased_until for row in rows(store, "SELECT * FROM due")] == [quick[0].leased_until] * 2
    late = runner.Load("errand", tuple(job.due_id for job in slow), slow[0].leased_until)
    Hands(Office(store), 60, lambda: False).run(late)
    assert errand.ran == []


def test_a_long_load_renews_its_lease_before_it_runs_out(store: Store, clock: FalseClock, errand: Errand) -> None:
    keys = ("a", "b", "c", "d")
    errand.told = dict.fromkeys(keys, lambda: clock.advance(timedelta(seconds=50)))
    errand.ask(*keys)
    leased = due.lease(store, ["errand"], 10, 60)
    load = runner.Load("errand", tuple(job.due_id for job in leased), leased[0].leased_until)
    Hands(Office(store), 60, lambda: bool(due.lease(store, ["errand"], 10, 60))).run(load)
    assert [key for key, _ in errand.ran] == list(keys)
    assert errand.all_done()


# -- the clockwork ---------------------------------------------------------------------------------------------------


def test_the_worker_seals_the_journal(store: Store, at_work: AtWork) -> None:
    shop.set_up(Office(store))
    assert rows(store, "SELECT FROM unsealed")
    with at_work():
        wait_until(lambda: not rows(store, "SELECT FROM unsealed"))


def test_a_chore_is_done_once_an_hour_by_one_of_the_workers(
    store: Store, clock: FalseClock, at_work: AtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, datetime]] = []

    def noting(name: str) -> Chore:
        return Chore(clockwork.HOUR_SECONDS, lambda _: done.append((name, clock.now())))

    for name in clockwork.CHORES:
        monkeypatch.setitem(clockwork.CHORES, name, noting(name))
    with at_work(), at_work():
        wait_until(lambda: rows(store, "SELECT FROM due"))
        clock.advance(timedelta(minutes=59))
        wait_until(lambda: rows(store, "SELECT FROM runner.procrastinate_workers"))
        assert done == []
        for hour in (1, 2):
            clock.advance(timedelta(hours=1))
            wait_until(lambda hour=hour: len(done) == len(clockwork.CHORES) * hour)  # type: ignore[misc]
            wait_until(lambda: not rows(store, "SELECT FROM due WHERE leased_until IS NOT NULL"))
    assert {name for name, _ in done} == {
        *("check_invariants", "collect", "consolidate", "end_routes", "expire_claims", "find_claims", "learn"),
        *("plan_again", "plan_routes", "poll_tracking", "release_unbilled", "score_overdue"),
    }
    assert len(done) == 2 * len(clockwork.CHORES)


def test_a_promise_nobody_kept_is_scored_and_a_broken_invariant_is_told(
    store: Store, clock: FalseClock, caplog: pytest.LogCaptureFixture
) -> None:
    office = Office(store)
    shop.set_up(office)
    shop.place(office)
    with worker_beside(office, pace=HASTE):
        wait_until(lambda: [row.key for row in rows(store, "SELECT DISTINCT key FROM due")] == ["clockwork"])
        do(store, "UPDATE demand SET wanted = wanted + 1, waiting = waiting + 1")
        clock.advance(timedelta(days=30))

        def scored() -> object:
            clock.advance(timedelta(minutes=20))  # an order that planning has in hand is scored the next time
            return rows(store, "SELECT FROM score WHERE against = 'agreed' AND NOT kept")

        wait_until(scored)
        wait_until(lambda: [record for record in caplog.records if getattr(record, "invariant", 0) == 10])
    assert any("demand, only live" in getattr(record, "violation", "") for record in caplog.records)


# -- the log, and outages --------------------------------------------------------------------------------------------


def test_the_log_is_one_json_object_a_line(clock: FalseClock) -> None:
    record = logging.makeLogRecord({"name": "doorstep.jobs", "levelname": "ERROR", "msg": "No %s", "args": ("tea",)})
    record.verb = "errand"
    told = json.loads(logs.JsonLines(clock).format(record))
    assert told == {
        "at": "2026-03-02T09:00:00.000000Z",
        "level": "error",
        "logger": "doorstep.jobs",
        "says": "No tea",
        "verb": "errand",
    }


@contextmanager
def closed(database_url: str) -> Iterator[None]:
    """The database throws everybody out and lets nobody in."""
    url = make_url(database_url)
    postgres = url.set(database="postgres")
    _, options = postgres.get_dialect()().create_connect_args(postgres)
    with psycopg.connect(**options, autocommit=True) as connection:
        name = sql.Identifier(url.database or "")
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(query, (url.database,))
        try:
            yield
        finally:
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def test_while_the_database_is_away_the_worker_says_so_once_and_waits(
    store: Store, database_url: str, errand: Errand, at_work: AtWork, caplog: pytest.LogCaptureFixture
) -> None:
    def said(words: str) -> int:
        ours = [record for record in caplog.records if logs.told_by_the_worker(record)]
        return sum(words in record.getMessage() for record in ours)

    with at_work():
        errand.ask("milk")
        wait_until(lambda: errand.times("milk"))
        with closed(database_url):
            wait_until(lambda: said("does not answer"))
            assert not threading.Event().wait(0.3)
        wait_until(lambda: said("answers again"))
        errand.ask("tea")
        wait_until(lambda: errand.times("tea"))
    assert (said("does not answer"), said("answers again")) == (1, 1)
    assert not [
        record for record in caplog.records if record.levelno >= logging.ERROR and said(record.getMessage()) > 1
    ]
