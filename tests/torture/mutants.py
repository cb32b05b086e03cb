"""Planted faults: what the checks must notice. Each changes the program in the processes it is planted in, no file.

A mutant is planted in the driver and the workers; `before` runs once on the database, when the shop is loaded.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg

from doorstep.flow import buying, ship
from doorstep.storage import due, store
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction


@dataclass(frozen=True)
class Mutant:
    """What is wrong, how it is planted, and with which settings the database must run to show it."""

    says: str
    plant: Callable[[], None]
    before: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


def plant(name: str) -> None:
    """Plant a mutant in this process; '' is none."""
    if name:
        MUTANTS[name].plant()


def _ack_before_commit() -> None:
    """The answer goes out, and then the facts are committed."""
    from tests.torture import driver

    told = threading.local()
    dump, commit = store._dump, psycopg.Connection.commit

    def dump_and_keep(answer: Any) -> str:
        told.answer = driver.wire(answer)
        return dump(answer)

    def answer_and_commit(self: psycopg.Connection[Any]) -> None:
        answer, told.answer = getattr(told, "answer", None), None
        if answer is not None and driver.HERE.line is not None:
            driver.HERE.line.send(answer)
            time.sleep(0.1)
        commit(self)

    store._dump = dump_and_keep
    psycopg.Connection.commit = answer_and_commit  # type: ignore[method-assign]


def _commit_without_waiting() -> None:
    """Commits do not wait for the disk."""
    opened = psycopg.Connection.connect

    def connect(conninfo: str = "", **given: Any) -> Any:
        options = f"{given.pop('options', '')} -c synchronous_commit=off"
        return opened(conninfo, options=options, **given)

    psycopg.connect = connect
    psycopg.Connection.connect = staticmethod(connect)  # type: ignore[method-assign]


def _forget_replies() -> None:
    """Nobody looks whether a key was answered before, and a second answer is no trouble."""

    def answer(self: Transaction, key: str, request_hash: bytes, reply: str) -> None:
        sql = (
            "INSERT INTO reply (key, request_hash, answer, answered_at) VALUES (%s, %s, %s::jsonb, %s) "
            "ON CONFLICT DO NOTHING"
        )
        self._beside.append((sql, [key, request_hash, reply, self.now], None))

    store._stop_if_known = lambda rows: None
    Transaction.answer = answer  # type: ignore[method-assign]


def _nothing() -> None:
    """The fault lies in the database."""


def _label_again() -> None:
    """Labels are asked for without a look at those there are, and runs are repeated as after a worker's death."""
    ship.LIVE = ()  # type: ignore[assignment]
    end = due.end
    chance = random.Random(1)

    def forget_half(store: Store, ended: Sequence[tuple[due.Due, due.TryAgain | None]]) -> None:
        end(store, [(job, again) for job, again in ended if again is not None or chance.random() < 0.5])

    due.end = forget_half


def _new_reference() -> None:
    """Each try to buy a label goes by another reference, so that the carrier cannot know it is the same."""
    to_send = buying.to_send
    chance = random.Random()

    def ask_anew(row: Any, *ends: Any) -> Any:
        label = to_send(row, *ends)
        reference = f"{label.label_id}-{chance.getrandbits(40):x}"
        return replace(label, ask=label.ask and replace(label.ask, reference=reference))

    ship.to_send = ask_anew  # type: ignore[attr-defined, assignment]


_LOSE_ONE = (
    "CREATE FUNCTION doorstep.lose_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF new.event_id % 97 = 0 THEN RETURN NULL; END IF; RETURN new; END $$; "
    "CREATE TRIGGER lose_one BEFORE INSERT ON doorstep.unsealed FOR EACH ROW EXECUTE FUNCTION doorstep.lose_one()"
)

_NOT_UNIQUE = (
    "DROP INDEX doorstep.one_live_label; CREATE INDEX one_live_label ON doorstep.label (sscc) "
    "WHERE state IN ('requested', 'bought', 'void_requested')"
)

MUTANTS: Mapping[str, Mutant] = {
    "ack_before_commit": Mutant("the answer goes out before the commit", _ack_before_commit),
    "commit_without_waiting": Mutant(
        "commits do not wait for the disk", _commit_without_waiting, settings={"wal_writer_delay": "10s"}
    ),
    "forget_replies": Mutant("the look-up of a key is dropped", _forget_replies),
    "no_label_index": Mutant("the index is dropped", _nothing, before="DROP INDEX doorstep.one_live_label"),
    "label_again": Mutant("nothing keeps a parcel from a second label", _label_again, before=_NOT_UNIQUE),
    "new_reference": Mutant("each try to buy a label goes by another reference", _new_reference),
    "unsealed_for_ever": Mutant("one fact in a hundred is never sealed", _nothing, before=_LOSE_ONE),
}
