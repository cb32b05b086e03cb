"""The store: one transaction per step, facts folded and appended together, answers kept under their keys.

A step reads, decides and records. It is run again from its first read when another step was faster, so it must do
nothing but read and record; nobody outside ever sees a serialization error.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.rows import namedtuple_row
from pydantic import TypeAdapter
from sqlalchemy import Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from doorstep.events.envelope import canonical, plain
from doorstep.storage import journal
from doorstep.storage.changes import GuardLostError
from doorstep.storage.database_errors import DatabaseUnavailable
from doorstep.storage.jsonb import as_text
from doorstep.storage.transaction import Transaction
from doorstep.storage.wire import ALONE, LOOK, WIDE_LOOK, wakeful
from doorstep.terms.clock import Clock
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal, Why

T = TypeVar("T")
SCHEMA = "doorstep"
_ATTEMPTS = 40
_LOST = (GuardLostError, psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
_GONE = (psycopg.OperationalError, psycopg.InterfaceError, DBAPIError)
_REPLY = "SELECT request_hash, answer FROM reply WHERE key = %s"


class OvertakenError(DatabaseUnavailable):
    """Others were faster again and again, or a rule of the tables can never be met: nothing was done."""


class CommitUnknownError(DatabaseUnavailable):
    """The database went away in the middle of a commit: whether it is done, only asking again with the key can tell."""


class Store:
    """The database behind every step."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        ids: Ids,
        pool_size: int = 8,
        lazy: bool = False,
        connected: Engine | None = None,
    ) -> None:
        """`url` is a `postgresql+psycopg://` URL of a migrated database; '' where it is `connected` already.

        `lazy`: a commit does not wait for the disk, and the last ones may be lost with the power. Only for what can be
        done again from its beginning, alone on its machine: replays and the twin. `connected` are the connections of
        another store of the same database, which ends them.
        """
        self.clock = clock
        self.ids = ids
        waits = " -c synchronous_commit=off" if lazy else ""
        self._ends = connected is None
        self.engine: Engine = connected or create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            connect_args={"options": f"-c search_path={SCHEMA} -c timezone=UTC{waits}", "row_factory": namedtuple_row},
        )
        self._looking = threading.local()
        if self._ends:
            event.listen(self.engine, "connect", _plans_by_wire_alone)
            if lazy:
                event.listen(self.engine, "connect", lambda connection, _: wakeful(connection))

    def close(self) -> None:
        if self._ends:
            self.engine.dispose()

    def run(
        self,
        step: Callable[[Transaction], T | Refusal],
        *,
        answers: Any = None,
        key: str = "",
        request: Any = None,
        dry_run: bool = False,
        keep_no: bool = True,
        worth_keeping: Callable[[T], bool] = lambda _: True,
    ) -> T | Refusal:
        """Run a step in one transaction and return its answer.

        With a `key` the answer (of type `answers`) is kept with the facts: the same key and `request` give the same
        answer without a second effect, another request under it is refused; with `keep_no` False a refusal is not kept
        and can be asked again under its key, and so can an answer that is not `worth_keeping`. Whether the key is known
        is asked with the step's first look; where it is, the step ends there: change nothing outside before it.
        `dry_run` does everything and rolls it back. DatabaseUnavailable where the database does not answer; with a key
        it is then safe to ask again.
        """
        reconnected = False
        overtaken = 0
        while True:
            try:
                with self._connection() as raw:
                    return self._attempt(raw, step, answers, key, request, dry_run, keep_no, worth_keeping)
            except _LOST as lost:
                overtaken += 1
                if overtaken == _ATTEMPTS:
                    raise OvertakenError(f"The step was overtaken {_ATTEMPTS} times: {lost}") from lost
                time.sleep(min(0.001 * 2**overtaken, 0.1))
            except CommitUnknownError:
                raise
            except DatabaseUnavailable:
                # The connection may be older than a restart of the server; nothing was committed on it.
                if reconnected:
                    raise
                reconnected = True

    def answered(self, key: str, answers: Any, request: Any) -> Any:
        """What the step under this key answered, as `run` would give it again; None where it was not done.

        For what is more than a step: ask before anything that may be otherwise by now.
        """
        rows = self.ask(_REPLY, key) if key else ()
        return _replay(rows[0], key, hash_of(request), answers) if rows else None

    def _attempt(
        self,
        raw: psycopg.Connection[Any],
        step: Callable[[Transaction], T | Refusal],
        answers: Any,
        key: str,
        request: Any,
        dry_run: bool,
        keep_no: bool,
        worth_keeping: Callable[[T], bool],
    ) -> T | Refusal:
        request_hash = hash_of(request) if key else b""
        asked = ((_REPLY, key), _stop_if_known) if key else None
        transaction = Transaction(raw, self.clock.now(), self.ids.new("tx"), first=asked)
        try:
            answer = step(transaction)
            transaction.ask_first()
        except _Known as known:
            replayed: T | Refusal = _replay(known.row, key, request_hash, answers)
            raw.rollback()
            return replayed
        if isinstance(answer, Refusal):
            # A no leaves nothing behind but itself.
            raw.rollback()
            transaction = Transaction(raw, transaction.now, transaction.id)
        if key and (keep_no if isinstance(answer, Refusal) else worth_keeping(answer)):
            transaction.answer(key, request_hash, _dump(answer))
        transaction.flush()
        if dry_run:
            raw.rollback()
            return answer
        try:
            raw.commit()
        except _GONE as gone:
            raise CommitUnknownError(
                "The database went away while the step was being committed: it may or may not be done. "
                "Ask again with the same key."
            ) from gone
        return answer

    @contextmanager
    def reading(self, *, wide: bool = False) -> Iterator[Transaction]:
        """One consistent look at the database; nothing can be recorded in it.

        `wide`: what is asked may be a few rows or most of a table, as its dates and names have it, so that each query
        is planned for what it asks, and not once for all.
        """
        looking = getattr(self._looking, "tx", None)
        if looking is not None:
            yield looking
            return
        with self._connection() as raw:
            try:
                yield Transaction(raw, self.clock.now(), "", plans=not wide, begin=WIDE_LOOK if wide else LOOK)
            finally:
                if not raw.closed:
                    raw.rollback()

    @contextmanager
    def one_look(self) -> Iterator[None]:
        """All that this thread reads in the block is one look at the database, and nothing is asked twice."""
        with self.reading(wide=True) as tx:
            tx.remember()
            self._looking.tx = tx
            try:
                yield
            finally:
                del self._looking.tx

    def ask(self, sql: str, *parameters: Any) -> list[Any]:
        """The rows of one query by itself, in one round trip: for what is asked all day."""
        with self._connection() as raw:
            return Transaction(raw, self.clock.now(), "", begin=ALONE).rows(sql, *parameters)

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A bare connection, for the sealer, the checks and the jobs."""
        with self._connection() as raw:
            yield raw
            raw.rollback()

    def seal(self) -> int:
        """Seal all that is committed; returns how many entries."""
        total = 0
        with self.connection() as raw:
            while sealed := journal.seal(raw):
                total += sealed
                raw.commit()
        return total

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        proxy: PoolProxiedConnection | None = None
        try:
            proxy = self.engine.raw_connection()
            driver: psycopg.Connection[Any] = proxy.driver_connection  # type: ignore[assignment]
            yield driver
        except _LOST:
            raise
        except psycopg.errors.QueryCanceled:
            raise
        except CommitUnknownError:
            if proxy is not None:
                proxy.invalidate()
            self.engine.dispose()
            raise
        except _GONE as gone:
            if proxy is not None:
                proxy.invalidate()
            # The other connections of the pool are as old as this one.
            self.engine.dispose()
            why = str(gone.orig if isinstance(gone, DBAPIError) else gone).strip().partition("\n")[0]
            raise DatabaseUnavailable(
                "The database does not answer. Start it again (or mend DOORSTEP_DATABASE_URL) and ask once more. "
                f"It said: {why}"
            ) from gone
        except PoolTimeoutError as busy:
            raise DatabaseUnavailable("All connections to the database are busy; ask again in a moment.") from busy
        finally:
            if proxy is not None:
                if proxy.is_valid and proxy.driver_connection.closed:  # type: ignore[union-attr]
                    proxy.invalidate()
                proxy.close()


def hash_of(request: Any) -> bytes:
    """What two requests must share to be the same one."""
    return hashlib.sha256(canonical({}, [], plain(request))).digest()


def _dump(answer: Any) -> str:
    if isinstance(answer, Refusal):
        return as_text({"refused": answer.code, "says": answer.says, "concerns": answer.concerns})
    return as_text({"answer": answer})


class _Known(Exception):  # noqa: N818
    """What is asked for under a key was done before, and answered with this row."""

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row = row


def _stop_if_known(rows: list[Any]) -> None:
    if rows:
        raise _Known(rows[0])


def _replay(known: Any, key: str, request_hash: bytes, answers: Any) -> Any:
    if known.request_hash != request_hash:
        return Refusal(Why.KEY_REUSED, f"The key {key} was used for another request.", {"key": key})
    kept = known.answer if isinstance(known.answer, dict) else json.loads(known.answer)
    if "refused" in kept:
        return Refusal(Why[kept["refused"].upper()], kept["says"], kept["concerns"])
    return TypeAdapter(answers).validate_python(kept["answer"])


def _plans_by_wire_alone(connection: Any, _: Any) -> None:
    # What the driver itself has planned makes it throw all plans of the connection away after a rollback.
    connection.prepare_threshold = None
