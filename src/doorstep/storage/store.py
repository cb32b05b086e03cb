"""The store: one transaction per step, facts folded and appended together, answers kept under their keys.

A step reads, decides and records. It is run again from its first read when another step was faster, so it must do
nothing but read and record; nobody outside ever sees a serialization error.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import psycopg
from psycopg.rows import namedtuple_row
from pydantic import TypeAdapter
from sqlalchemy import Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from doorstep.events.envelope import Entry, Fact, canonical, plain
from doorstep.storage import journal
from doorstep.storage.arrays import array
from doorstep.storage.changes import Changes, GuardLostError, Statement, run
from doorstep.storage.database_errors import DatabaseUnavailable
from doorstep.storage.folds import fold
from doorstep.storage.jsonb import as_text
from doorstep.terms.clock import Clock
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal, Why

T = TypeVar("T")
Query = tuple[Any, ...]  # SQL and its parameters
SCHEMA = "doorstep"
_ATTEMPTS = 40
_LOST = (GuardLostError, psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
_GONE = (psycopg.OperationalError, psycopg.InterfaceError, DBAPIError)


class OvertakenError(DatabaseUnavailable):
    """Others were faster again and again, or a rule of the tables can never be met: nothing was done."""


class CommitUnknownError(DatabaseUnavailable):
    """The database went away in the middle of a commit: whether it is done, only asking again with the key can tell."""


class Transaction:
    """What a step may do: read, record facts, keep what belongs outside the journal, ask for a later run."""

    def __init__(self, connection: psycopg.Connection[Any], now: datetime, transaction: str) -> None:
        self.connection = connection
        self.now = now
        self.id = transaction
        self._entries: list[Entry] = []
        self._beside: list[Statement] = []
        self._due: dict[tuple[str, str], tuple[str, datetime, int]] = {}
        self._recorded = 0
        self._ahead: list[tuple[Query, list[Any]]] = []

    def ahead(self, *queries: Query) -> None:
        """Ask all of these in one round trip. `rows` and `one` of the same queries then have their answers, once."""
        self._ahead = list(zip(queries, self.answers(*queries), strict=True))

    def answers(self, *queries: Query) -> list[list[Any]]:
        """The rows of each of these, asked in one round trip; each sees what was committed when its turn came."""
        with self.connection.pipeline():
            cursors = [self.connection.execute(sql, parameters) for sql, *parameters in queries]
        return [cursor.fetchall() for cursor in cursors]

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        """The rows of a query, as named tuples."""
        for number, (query, answer) in enumerate(self._ahead):
            if query == (sql, *parameters):
                del self._ahead[number]
                return answer
        return self.connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, *parameters: Any) -> Any:
        """The first row of a query, or None."""
        return next(iter(self.rows(sql, *parameters)), None)

    def record(self, *facts: Fact) -> None:
        """These facts happened. They are folded and appended together when the step ends (or at `flush`)."""
        for fact in facts:
            self._entries.append(Entry(fact, self.now, self.id, self._recorded))
            self._recorded += 1

    def keep_person(self, person_ref: str, details: Any) -> None:
        """Personal data, outside the journal, under its reference."""
        self._beside.append(
            (
                "INSERT INTO person (person_ref, details) VALUES (%s, %s::jsonb) "
                "ON CONFLICT (person_ref) DO UPDATE SET details = excluded.details",
                [person_ref, as_text(details)],
                1,
            )
        )

    def keep_people(self, people: Mapping[str, Any]) -> None:
        """Personal data of many, by reference, of which none is kept yet."""
        sql = "INSERT INTO person (person_ref, details) SELECT r, d::jsonb FROM unnest(%b::text[], %b::text[]) u (r, d)"
        if people:
            self._beside.append((sql, [list(people), [as_text(each) for each in people.values()]], len(people)))

    def keep_messages(self, messages: Sequence[tuple[str, str, bytes]]) -> None:
        """Messages (carrier, id, as they came), each for the first time."""
        sql = (
            "INSERT INTO message (carrier_id, message_id, received_at, raw) "
            "SELECT c, i, %s, r FROM unnest(%b::text[], %b::text[], %b::bytea[]) u (c, i, r)"
        )
        if messages:
            carriers, ids, raws = (list(column) for column in zip(*messages, strict=True))
            self._beside.append((sql, [self.now, carriers, ids, raws], len(messages)))

    def keep_rates(self, rows: Sequence[tuple[str, str, str, int, int, int, int, str]]) -> None:
        """What carriers said that parcels cost: carrier, from, to, grams, three sides, offers. The last word stands."""
        sql = (
            "INSERT INTO last_rate VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s) ON CONFLICT ON CONSTRAINT "
            "last_rate_pkey DO UPDATE SET offers = EXCLUDED.offers, told_at = EXCLUDED.told_at"
        )
        self._beside.extend((sql, [*row, self.now], None) for row in sorted(rows))

    def forget_persons(self, person_refs: Sequence[str]) -> None:
        """Personal data that nothing refers to any more."""
        if person_refs:
            self._beside.append(("DELETE FROM person WHERE person_ref = ANY(%s)", [list(person_refs)], None))

    def keep_document(self, media_type: str, content: bytes) -> str:
        """A document under the digest of its bytes, which is returned."""
        digest = hashlib.sha256(content).hexdigest()
        sql = "INSERT INTO document (digest, media_type, content) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
        self._beside.append((sql, [digest, media_type, content], None))
        return digest

    def keep_link(self, token_hash: bytes, order_id: str, expires_at: datetime, made_by: str) -> None:
        """A way to the page of an order, by the digest of its token."""
        sql = (
            "INSERT INTO tracking_link (token_hash, order_id, created_at, expires_at, made_by) "
            "VALUES (%s, %s, %s, %s, %s)"
        )
        self._beside.append((sql, [token_hash, order_id, self.now, expires_at, made_by], 1))

    def revoke_links(self, order_id: str, revoked_by: str) -> None:
        """Every way to the page of an order leads nowhere from now on."""
        sql = "UPDATE tracking_link SET revoked_at = %s, revoked_by = %s WHERE order_id = %s AND revoked_at IS NULL"
        self._beside.append((sql, [self.now, revoked_by, order_id], None))

    def keep_message(self, carrier_id: str, message_id: str, raw: bytes) -> None:
        """A carrier's message as it came, once: a second one under its id is a GuardLostError, so look first."""
        sql = "INSERT INTO message (carrier_id, message_id, received_at, raw) VALUES (%s, %s, %s, %s)"
        self._beside.append((sql, [carrier_id, message_id, self.now, raw], 1))

    def later(self, verb: str, key: str, due_at: datetime, **arguments: Any) -> None:
        """Ask for a later run of `verb`. Asked twice under one key it runs once, at the earlier time."""
        _, at, asked = self._due.get((verb, key), ("", due_at, 0))
        self._due[verb, key] = (as_text(arguments), min(at, due_at), asked + 1)

    def _ask(self) -> None:
        """Write what later runs were asked for so far, in one order for everybody, before anything else about them."""
        sql = (
            "INSERT INTO due (verb, key, arguments, due_at, asked) SELECT v, k, a::jsonb, d, n "
            "FROM unnest(%b::text[], %b::text[], %b::text[], %b::timestamptz[], %b::integer[]) u (v, k, a, d, n) "
            "ON CONFLICT (verb, key) DO UPDATE SET due_at = least(due.due_at, excluded.due_at), "
            "arguments = excluded.arguments, asked = due.asked + excluded.asked"
        )
        if self._due:
            columns = zip(*((*name, *asked) for name, asked in sorted(self._due.items())), strict=True)
            kinds = ("text", "text", "text", "timestamptz", "integer")
            arrays = [array(kind, column) for kind, column in zip(kinds, columns, strict=True)]
            self._beside.append((sql, arrays, len(self._due)))
            self._due = {}

    def no_longer(self, verb: str, keys: Sequence[str]) -> None:
        """Later runs of `verb` under these keys are not needed any more."""
        self._ask()
        if keys:
            self._beside.append(("DELETE FROM due WHERE verb = %s AND key = ANY(%s)", [verb, list(keys)], None))

    def no_longer_unless_asked(self, verb: str, asked: Mapping[str, int]) -> None:
        """The same, but for those that somebody asked for again since they were asked for so many times."""
        self._ask()
        if asked:
            sql = (
                "DELETE FROM due USING unnest(%s::text[], %s::integer[]) AS d (key, asked) "
                "WHERE due.verb = %s AND due.key = d.key AND due.asked = d.asked"
            )
            self._beside.append((sql, [list(asked), list(asked.values()), verb], None))

    def put_off(self, verb: str, key: str, seconds: int, asked: int | None = None) -> None:
        """Run `verb` under `key` again, not before `seconds` from now; with `asked`, unless it was asked for since."""
        self._ask()
        sql = (
            "INSERT INTO due (verb, key, arguments, due_at) VALUES (%s, %s, '{}', %s) ON CONFLICT (verb, key) "
            "DO UPDATE SET due_at = excluded.due_at, asked = due.asked + 1 "
            "WHERE %s::integer IS NULL OR due.asked = %s"
        )
        self._beside.append((sql, [verb, key, self.now + timedelta(seconds=seconds), asked, asked], None))

    def flush(self) -> None:
        """Write what was recorded so far, so that reads of this step see it."""
        changes = Changes()
        for entry in self._entries:
            fold(entry, changes)
        self._ask()
        statements = [*changes.statements(), *self._beside]
        if self._entries:
            statements.append(journal.append(self._entries))
        self._entries, self._beside, self._ahead = [], [], []
        if statements:
            run(self.connection, statements)

    def attempt(self, do: Callable[[], Refusal | None]) -> Refusal | None:
        """Do it; where it refuses, nothing of what it recorded, asked for or wrote stands. What was before, stands."""
        self.flush()
        recorded = self._recorded
        refusals: list[Refusal] = []
        with self.connection.transaction() as savepoint:
            refusal = do()
            if refusal is not None:
                refusals.append(refusal)
                self._entries, self._beside, self._due, self._ahead = [], [], {}, []
                self._recorded = recorded
                raise psycopg.Rollback(savepoint)
        return refusals[0] if refusals else None

    def answer(self, key: str, request_hash: bytes, reply: str) -> None:
        """Keep a reply under its key, in the transaction of its facts."""
        sql = "INSERT INTO reply (key, request_hash, answer, answered_at) VALUES (%s, %s, %s::jsonb, %s)"
        self._beside.append((sql, [key, request_hash, reply, self.now], 1))


class Store:
    """The database behind every step."""

    def __init__(self, url: str, clock: Clock, ids: Ids, pool_size: int = 8, lazy: bool = False) -> None:
        """`url` is a `postgresql+psycopg://` URL of a migrated database.

        `lazy`: a commit does not wait for the disk, and the last ones may be lost with the power. Only for what can be
        done again from its beginning: replays and the twin.
        """
        self.clock = clock
        self.ids = ids
        waits = " -c synchronous_commit=off" if lazy else ""
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            connect_args={"options": f"-c search_path={SCHEMA} -c timezone=UTC{waits}", "row_factory": namedtuple_row},
        )
        event.listen(self.engine, "connect", _prepare_early)

    def close(self) -> None:
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
        and can be asked again under its key, and so can an answer that is not `worth_keeping`. `dry_run` does
        everything and rolls it back. DatabaseUnavailable where the database does not answer; with a key it is then safe
        to ask again.
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
        transaction = Transaction(raw, self.clock.now(), self.ids.new("tx"))
        if key:
            known = transaction.one("SELECT request_hash, answer FROM reply WHERE key = %s", key)
            if known is not None:
                replayed: T | Refusal = _replay(known, key, request_hash, answers)
                return replayed
        answer = step(transaction)
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
    def reading(self) -> Iterator[Transaction]:
        """One consistent look at the database; nothing can be recorded in it."""
        with self._connection() as raw:
            raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield Transaction(raw, self.clock.now(), "")
            raw.rollback()

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
                proxy.close()


def hash_of(request: Any) -> bytes:
    """What two requests must share to be the same one."""
    return hashlib.sha256(canonical({}, [], plain(request))).digest()


def _dump(answer: Any) -> str:
    if isinstance(answer, Refusal):
        return as_text({"refused": answer.code, "says": answer.says, "concerns": answer.concerns})
    return as_text({"answer": answer})


def _replay(known: Any, key: str, request_hash: bytes, answers: Any) -> Any:
    if known.request_hash != request_hash:
        return Refusal(Why.KEY_REUSED, f"The key {key} was used for another request.", {"key": key})
    kept = known.answer if isinstance(known.answer, dict) else json.loads(known.answer)
    if "refused" in kept:
        return Refusal(Why[kept["refused"].upper()], kept["says"], kept["concerns"])
    return TypeAdapter(answers).validate_python(kept["answer"])


def _prepare_early(connection: Any, _: Any) -> None:
    connection.prepare_threshold = 2  # the statements of a step are few and the same all day
    connection.prepared_max = 1000  # all of them: a statement that is pushed out is planned anew each time
