"""What a step asks for runs later: by a worker, when it is due, until it is done."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from doorstep.flow import later
from doorstep.storage.due import TryAgain
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from doorstep.terms.clock import FalseClock
from doorstep.terms.refusals import Refusal, Why
from tests.jobs.conftest import AtWork, rows, wait_until
from tests.jobs.errand import Errand


@pytest.fixture
def errand(store: Store, monkeypatch: pytest.MonkeyPatch) -> Errand:
    made = Errand(store)
    monkeypatch.setitem(later.VERBS, "errand", made)
    return made


def test_what_a_step_asks_for_is_run_by_a_worker_and_forgotten(store: Store, errand: Errand, at_work: AtWork) -> None:
    with at_work():
        errand.ask("milk")
        wait_until(lambda: errand.ran and not errand.due("milk"))
    assert errand.ran == [("milk", 0)]
    assert rows(store, "SELECT FROM runner.procrastinate_jobs") == []


def test_what_a_step_asked_for_that_was_rolled_back_is_never_run(store: Store, errand: Errand, at_work: AtWork) -> None:
    def refuses(tx: Transaction) -> Refusal:
        tx.later("errand", "refused", tx.now)
        return Refusal(Why.WRONG_STATE, "no", {})

    errand.ask("dry", dry_run=True)
    store.run(refuses)
    errand.ask("wet")
    with at_work():
        wait_until(lambda: errand.ran)
    assert errand.ran == [("wet", 0)]


def test_nothing_runs_before_its_time(clock: FalseClock, errand: Errand, at_work: AtWork) -> None:
    errand.ask("at ten", in_minutes=60)
    with at_work():
        clock.advance(timedelta(minutes=59))
        errand.ask("now")
        wait_until(lambda: errand.times("now"))
        assert errand.times("at ten") == 0
        clock.advance(timedelta(minutes=1))
        wait_until(lambda: errand.times("at ten"))


def test_what_fails_is_put_off_longer_and_longer_and_says_why(
    clock: FalseClock, errand: Errand, at_work: AtWork
) -> None:
    errand.told["milk"] = lambda: TryAgain(10, "the shop is closed")
    errand.ask("milk")
    waits = []
    with at_work():
        for attempt in range(3):
            wait_until(lambda attempt=attempt: errand.due("milk").attempts == attempt + 1)  # type: ignore[misc]
            row = errand.due("milk")
            waits.append((row.due_at - clock.now()).seconds)
            assert (row.trouble, row.leased_until) == ("the shop is closed", None)
            clock.move_to(row.due_at)
        errand.told.clear()
        clock.advance(timedelta(hours=1))
        wait_until(lambda: not errand.due("milk"))
    assert waits == [10, 20, 40]
    assert [attempt for _, attempt in errand.ran][:3] == [0, 1, 2]


def test_a_verb_with_a_bug_is_put_off_and_stops_nobody_else(
    errand: Errand, at_work: AtWork, caplog: pytest.LogCaptureFixture
) -> None:
    def trips() -> TryAgain | None:
        raise LookupError("there is no milk")

    errand.told["milk"] = trips
    errand.ask("milk", "bread", "tea")
    with at_work():
        wait_until(lambda: errand.due("milk").trouble and not errand.due("bread") and not errand.due("tea"))
    assert errand.due("milk").trouble == "LookupError: there is no milk"
    assert errand.times("milk") == 1
    assert [record.message for record in caplog.records if record.exc_info] == ["A job failed and is put off."]


def test_what_is_asked_for_again_while_it_runs_runs_again(errand: Errand, at_work: AtWork) -> None:
    running, asked_again = threading.Event(), threading.Event()

    def wait() -> None:
        running.set()
        assert asked_again.wait(10)

    errand.told["milk"] = wait
    errand.ask("milk")
    with at_work():
        assert running.wait(10)
        errand.ask("milk")
        asked_again.set()
        wait_until(lambda: errand.times("milk") == 2 and not errand.due("milk"))


def test_a_worker_told_to_stop_finishes_what_it_began_and_leaves_the_rest_to_others(
    clock: FalseClock, errand: Errand, at_work: AtWork
) -> None:
    running, stopping = threading.Semaphore(0), threading.Event()

    def wait() -> None:
        running.release()
        assert stopping.wait(10)

    keys = [f"milk {number}" for number in range(40)]  # more than two hands can begin
    errand.told = dict.fromkeys(keys, wait)
    errand.ask(*keys)
    threading.Timer(0.3, stopping.set).start()
    with at_work():
        assert running.acquire(timeout=10)
        assert running.acquire(timeout=10)
    begun = {key for key, _ in errand.ran}
    assert 2 <= len(begun) < 40
    assert not [key for key in begun if errand.due(key)]
    errand.told.clear()
    clock.advance(timedelta(hours=1))  # what still lay in the queue is only leased
    with at_work():
        wait_until(errand.all_done)
    assert sorted(key for key, _ in errand.ran) == sorted(keys)
