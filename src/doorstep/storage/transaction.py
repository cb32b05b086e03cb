"""One transaction of a step: what it reads, records, keeps beside the journal and asks for later."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg

from doorstep.events.envelope import Entry, Fact
from doorstep.storage import definitions, journal
from doorstep.storage.arrays import array
from doorstep.storage.changes import Changes, Statement, run
from doorstep.storage.folds import fold
from doorstep.storage.jsonb import as_text
from doorstep.storage.wire import STEP, Begin, wire_of
from doorstep.storage.wire import Query as Query
from doorstep.terms.refusals import Refusal

First = tuple[Query, Callable[[list[Any]], None]]


class Transaction:
    """What a step may do: read, record facts, keep what belongs outside the journal, ask for a later run."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        now: datetime,
        transaction: str,
        plans: bool = True,
        begin: Begin = STEP,
        first: First | None = None,
    ) -> None:
        """`plans`: what is asked often is planned once for all of its parameters; else always for those given.

        `begin` is how the database is told of it, with the first that is asked. `first` is a query that is asked before
        anything else, in the same round trip, and who is told the answer; he may raise.
        """
        self._first = first
        self._plans = plans
        self._begin = begin
        self._connection = connection
        self._wire = wire_of(connection)
        self.now = now
        self.id = transaction
        self._entries: list[Entry] = []
        self._beside: list[Statement] = []
        self._due: dict[tuple[str, str], tuple[str, datetime, int]] = {}
        self._recorded = 0
        self._ahead: list[tuple[Query, list[Any]]] = []
        self._defined: Mapping[str, list[Any]] = {}
        self._remembered: dict[tuple[str, str], list[Any]] | None = None

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The bare connection, in this transaction."""
        self.ask_first()
        self._wire.begin(self._begin)
        return self._connection

    def ahead(self, *queries: Query) -> None:
        """Ask all of these in one round trip. `rows` and `one` of the same queries then have their answers, once."""
        asked = list(zip(queries, self.answers(*queries), strict=True))
        self._ahead = [each for each in self._ahead if each[0] not in queries] + asked

    def answers(self, *queries: Query) -> list[list[Any]]:
        """The rows of each of these, asked in one round trip; each sees what was committed when its turn came.

        Of definitions only their stamp is asked where they are known; they stand until this step writes. It is asked
        last: one of the others may wait for a lock, and what was defined meanwhile counts.
        """
        others = [query for query in queries if not definitions.is_definition(query[0])]
        if len(others) < len(queries) and not self._defined:
            *found, stamps = self._asked(*others, definitions.STAMP)
            self._defined = definitions.known(stamps) or self._read_definitions()
        else:
            found = self._asked(*others) if others else []
        told = iter(found)
        return [self._defined[query[0]] if query[0] in self._defined else next(told) for query in queries]

    def _read_definitions(self) -> Mapping[str, list[Any]]:
        ((whole,),) = self._asked((definitions.together(),))
        return definitions.read(whole)

    def _asked(self, *queries: Query) -> list[list[Any]]:
        if self._first is None:
            return self._wire.rows(queries, self._begin, self._plans)
        (query, tell), self._first = self._first, None
        answer, *found = self._wire.rows((query, *queries), self._begin, self._plans)
        tell(answer)
        return found

    def ask_first(self) -> None:
        """Ask what is to be asked first, where that was not asked yet: a step that was done under its key before ends
        here, if it has not read anything by now."""
        if self._first is not None:
            self._asked()

    def tell(self, *statements: Query) -> list[int]:
        """Tell the database these at once, in one round trip: how many rows each has changed."""
        self.ask_first()
        self._ahead, self._defined = [], {}
        return self._wire.counts(statements, self._begin)

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        """The rows of a query, as named tuples."""
        if self._remembered is None:
            return self._rows(sql, *parameters)
        key = (sql, repr(parameters))
        if key not in self._remembered:
            self._remembered[key] = self._rows(sql, *parameters)
        return list(self._remembered[key])

    def remember(self) -> None:
        """Ask nothing twice from now on: for a look at the database, which stays as it is as long as one looks."""
        self._remembered = {}
        self._know_definitions()

    def _know_definitions(self) -> None:
        if not self._defined:
            (stamps,) = self._asked(definitions.STAMP)
            self._defined = definitions.known(stamps) or self._read_definitions()

    def _rows(self, sql: str, *parameters: Any) -> list[Any]:
        if definitions.is_definition(sql):
            self._know_definitions()
            return self._defined[sql]
        for number, (query, answer) in enumerate(self._ahead):
            if query == (sql, *parameters):
                del self._ahead[number]
                return answer
        return self._asked((sql, *parameters))[0]

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
        self._ask()
        entries, beside = self._entries, self._beside
        if not entries and not beside:
            return  # what was asked ahead is still so
        self.ask_first()
        changes = Changes()
        for entry in entries:
            fold(entry, changes)
        self._entries, self._beside, self._ahead, self._defined = [], [], [], {}
        run(self._connection, _written(changes, beside, entries))

    def attempt(self, do: Callable[[], Refusal | None]) -> Refusal | None:
        """Do it; where it refuses, nothing of what it recorded, asked for or wrote stands. What was before, stands."""
        self.flush()
        recorded = self._recorded
        refusals: list[Refusal] = []
        with self.connection.transaction() as savepoint:
            refusal = do()
            if refusal is not None:
                refusals.append(refusal)
                self._entries, self._beside, self._due, self._ahead, self._defined = [], [], {}, [], {}
                self._recorded = recorded
                raise psycopg.Rollback(savepoint)
        return refusals[0] if refusals else None

    def answer(self, key: str, request_hash: bytes, reply: str) -> None:
        """Keep a reply under its key, in the transaction of its facts."""
        sql = "INSERT INTO reply (key, request_hash, answer, answered_at) VALUES (%s, %s, %s::jsonb, %s)"
        self._beside.append((sql, [key, request_hash, reply, self.now], 1))


def _written(changes: Changes, beside: Sequence[Statement], entries: Sequence[Entry]) -> Iterator[Statement]:
    """What a step writes, each made when the one before it is on its way: the journal last, under all locks."""
    yield from changes.statements()
    yield from beside
    if entries:
        yield journal.append(entries)
