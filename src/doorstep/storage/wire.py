"""Statements on their way to the database and rows on their way back: many in one round trip, planned once.

The driver's own cursors ask the same questions about each statement again and again, which was most of the time of a
small one; here what is known of a statement stays with its connection: how it is numbered, under which name the server
has planned it, how its rows are read. Beneath is the driver's own libpq and its own adaptation of values.
docs/decisions/010-statements-in-one-round-trip.md says what that costs and brings.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName, error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

from doorstep.storage.arrays import array

Query = tuple[Any, ...]  # SQL and its parameters
Begin = tuple[bytes, ...]
# Steps look up keys, and the plan for one key is the plan for ten. Left to itself the server takes it that a list has
# ten elements, finds a plan for any list dearer than one for a list of one, and so plans anew every time.
_ONE_PLAN = b"SET LOCAL plan_cache_mode = force_generic_plan"
STEP: Begin = (b"BEGIN", _ONE_PLAN)
LOOK: Begin = (b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", _ONE_PLAN)
WIDE_LOOK: Begin = LOOK[:1]
ALONE: Begin = ()
_NAME = "doorstep_wire"
_MOST_MET = 2000  # a step's statements are few hundred: more come from a query made up of what it asks for
_LOOKS = 300  # for a tenth to a third of a millisecond
_AT_A_TIME = 3  # more often, and to send them costs what is gained by sending them early
_PLACEHOLDER = re.compile(r"%(.?)", re.DOTALL)
_BAD = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)
_FORMATS = {"s": PyFormat.AUTO, "b": PyFormat.BINARY}


class Wire:
    """What one connection knows of the statements that went through it. Not for two threads at once, like it."""

    def __init__(self, connection: psycopg.Connection[Any], looks: int = 0) -> None:
        """`looks`: how often it looks for answers before it sleeps until they come."""
        self._connection = connection
        self._looks = looks
        self._dumper = Transformer(connection)
        self._met: set[_Key] = set()
        self._fresh: dict[_Key, _Planned] = {}  # of one round trip, until the server has said that it planned them
        self._planned: dict[_Key, _Planned] = {}
        self._names = 0
        self._forgets = False  # the server is to throw its plans away

    def rows(self, queries: Sequence[Query], begin: Begin = STEP, plans: bool = True) -> list[list[Any]]:
        """The rows of each, as named tuples, in one round trip.

        A transaction is begun by `begin` where none is; by ALONE each round trip is one of its own. Without `plans` the
        server plans each for the parameters given. An error of one is raised, and those after it were not run.
        """
        self._fresh = {}
        sent, results = self._talk([self._ready(query, plans) for query in queries], begin)
        return [each.planned.read(result) for each, result in zip(sent, results, strict=True)]

    def counts(self, queries: Iterable[Query], begin: Begin = STEP) -> list[int]:
        """How many rows each has changed, or found, in one round trip.

        They are sent a few at a time as they are given: the server is at work on these while the next are made.
        """
        self._fresh = {}
        _, results = self._talk((self._ready(query, True) for query in queries), begin)
        return [_count(result) for result in results]

    def begin(self, begin: Begin = STEP) -> None:
        """Begin a transaction where none is, for what goes past this wire."""
        if self._connection.pgconn.transaction_status == TransactionStatus.IDLE:
            self._talk((), begin)

    def _ready(self, query: Query, plans: bool) -> _Sent:
        sql, *parameters = query
        numbered = _numbered(sql)
        if len(numbered.formats) != len(parameters):
            raise psycopg.ProgrammingError(
                f"{len(parameters)} parameters for {len(numbered.formats)} places: {sql[:80]}"
            )
        values = self._dumper.dump_sequence([_as_sent(each) for each in parameters], numbered.formats)
        key = sql, tuple(self._dumper.types or ())
        planned = (self._planned.get(key) or self._fresh.get(key)) if plans else None
        news = False
        if planned is None:
            name = b""
            if plans and key in self._met:
                self._names += 1
                name, news = b"doorstep_%d" % self._names, True
            planned = _Planned(self._connection, numbered.sql, name)
            if news:
                self._fresh[key] = planned
            elif plans:
                self._met.add(key)
        return _Sent(key, planned, values, self._dumper.formats, news)

    def _talk(self, ready: Iterable[_Sent], begin: Begin) -> tuple[list[_Sent], list[PGresult]]:
        """What was sent, and the result of each; raises the first error, when all is over."""
        pgconn = self._connection.pgconn
        if pgconn.transaction_status != TransactionStatus.IDLE:
            begin = ()
        if self._forgets and pgconn.transaction_status != TransactionStatus.INERROR:
            begin = (*begin, b"DEALLOCATE ALL")
            self._forgets = False
        sent: list[_Sent] = []
        pgconn.enter_pipeline_mode()
        try:
            for command in begin:
                pgconn.send_query_params(command, None)
            for each in ready:
                sent.append(each)
                each.send(pgconn)
                if len(sent) % _AT_A_TIME == 0:
                    pgconn.flush()
            pgconn.pipeline_sync()
            results = self._connection.wait(_results(pgconn, self._looks))
        except BaseException:
            # One could not be made, somebody interrupts, or the server is gone: answers may be on their way that nobody
            # will ever read, so that this connection is of no use any more. The server rolls back what it had begun.
            self._connection.close()
            raise
        pgconn.exit_pipeline_mode()
        return sent, self._checked(sent, results, len(begin))

    def _checked(self, sent: Sequence[_Sent], results: list[PGresult], begun: int) -> list[PGresult]:
        """The results of the statements; raises the first error. What was planned on the way is known from now on."""
        bad = next((each for each in results if each.status in _BAD), None)
        told = iter(results[begun:])
        kept: list[PGresult] = []
        for each in sent:
            if each.news and next(told).status == ExecStatus.COMMAND_OK:
                self._planned[each.key] = each.planned
            kept.append(next(told))
        if len(self._met) > _MOST_MET:
            self._forget()
        if bad is None:
            return kept
        error = error_from_result(bad, encoding="utf-8")
        if isinstance(error, FeatureNotSupported | InvalidSqlStatementName):
            self._forget()  # the tables are others now, or somebody else made the server forget
        raise error

    def _forget(self) -> None:
        self._met.clear()
        self._planned.clear()
        self._forgets = True


_Key = tuple[str, tuple[int, ...]]  # SQL, and the types of its parameters as the server numbers them


def wire_of(connection: psycopg.Connection[Any]) -> Wire:
    """The wire of a connection."""
    known: Wire | None = connection.__dict__.get(_NAME)
    return known if known is not None else _with_wire(connection)


def wakeful(connection: psycopg.Connection[Any]) -> None:
    """Whoever asks on this connection has the machine to himself: he need not sleep for the tenths of a millisecond
    that an answer takes, which cost as much again to wake up from."""
    _with_wire(connection, _LOOKS)


def _with_wire(connection: psycopg.Connection[Any], looks: int = 0) -> Wire:
    made = connection.__dict__[_NAME] = Wire(connection, looks)
    return made


@dataclass(frozen=True, slots=True)
class _Numbered:
    sql: bytes
    formats: list[PyFormat]


@lru_cache(maxsize=2 * _MOST_MET)
def _numbered(sql: str) -> _Numbered:
    """The statement as the server reads it: `%s` and `%b` (in binary) are $1, $2, ..., and %% is %."""
    formats: list[PyFormat] = []

    def place(found: re.Match[str]) -> str:
        if found[1] == "%":
            return "%"
        if found[1] not in _FORMATS:
            raise psycopg.ProgrammingError(f"A % that is meant as such is written %%: {sql[:80]}")
        formats.append(_FORMATS[found[1]])
        return f"${len(formats)}"

    return _Numbered(_PLACEHOLDER.sub(place, sql).encode(), formats)


class _Planned:
    """A statement and, under its name, the server's plan of it; how its rows are read, once the first have come."""

    def __init__(self, connection: psycopg.Connection[Any], sql: bytes, name: bytes) -> None:
        self.sql = sql
        self.name = name
        self._loader = Transformer(connection)
        self._make: Callable[[Sequence[Any]], Any] | None = None

    def read(self, result: PGresult) -> list[Any]:
        if self._make is None:
            self._make = _row(tuple(_names(result)))
            self._loader.set_pgresult(result)
        else:
            self._loader.set_pgresult(result, set_loaders=False)
        rows = self._loader.load_rows(0, result.ntuples, self._make)
        self._loader.set_pgresult(None, set_loaders=False)
        return rows


@dataclass(slots=True)
class _Sent:
    key: _Key
    planned: _Planned
    values: Sequence[Any]
    formats: list[Any] | None
    news: bool  # the server is to plan it first

    def send(self, pgconn: PGconn) -> None:
        planned, types = self.planned, self.key[1]
        if self.news:
            pgconn.send_prepare(planned.name, planned.sql, types)
        if planned.name:
            pgconn.send_query_prepared(planned.name, self.values, self.formats)
        else:
            pgconn.send_query_params(planned.sql, self.values, types, self.formats)


def _results(pgconn: PGconn, looks: int) -> PQGen[list[PGresult]]:
    """Send what waits and gather the results until all are there, the first so many `looks` without sleeping."""
    results: list[PGresult] = []
    waits = pgconn.flush()
    while True:
        if looks and not waits:
            looks -= 1
            reads = True
        else:
            while not (ready := (yield Wait.RW if waits else Wait.R)):
                continue
            reads = bool(ready & Ready.R)
        if reads:
            pgconn.consume_input()
            while not pgconn.is_busy():
                result = pgconn.get_result()
                if result is None:  # between two statements
                    continue
                if result.status == ExecStatus.PIPELINE_SYNC:
                    return results
                results.append(result)
        if waits:
            waits = pgconn.flush()


def _count(result: PGresult) -> int:
    return result.ntuples if result.status == ExecStatus.TUPLES_OK else result.command_tuples or 0


def _as_sent(parameter: Any) -> Any:
    """The parameter; a list of text as a column that the driver need not look into one by one."""
    return array("text", parameter) if type(parameter) is list and _is_text(parameter) else parameter


def _is_text(values: list[Any]) -> bool:
    return bool(values) and all(type(value) is str for value in values)


def _names(result: PGresult) -> list[str]:
    return [(result.fname(number) or b"").decode() for number in range(result.nfields)]


@cache
def _row(columns: tuple[str, ...]) -> Callable[[Sequence[Any]], Any]:
    """Makes a named tuple of a row; a column without a name of its own is known by its place."""
    kind: Any = namedtuple("Row", [*columns], rename=True)  # type: ignore[misc]
    made: Callable[[Sequence[Any]], Any] = kind._make
    return made
