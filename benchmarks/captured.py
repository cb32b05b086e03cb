"""The statements of a step as they leave the driver, kept to be sent again by raw psycopg with fresh ids and keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import event

from doorstep.storage.store import Store
from doorstep.terms.ids import Ids

Statement = tuple[str, Any]
Script = list[list[Statement]]  # round trips, each of one statement or of a pipeline of them

_ID = re.compile(r"\b(?:key|tx|ord|per|prm|hld)_[0-9a-z]{16}\b")


class Recorder:
    """Listens to the connections that a store opens from now on."""

    def __init__(self, store: Store) -> None:
        self.script: Script = []
        self._inside = False
        event.listen(store.engine, "connect", self._listen)

    def take(self) -> Script:
        """What was sent since it was last asked."""
        taken, self.script = self.script, []
        return taken

    def _listen(self, connection: psycopg.Connection[Any], _: Any) -> None:
        recorder = self

        class Listening(psycopg.Cursor[Any]):
            def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
                recorder._note(query, params)
                return super().execute(query, params, **options)

        plain_pipeline = connection.pipeline

        @contextmanager
        def pipeline() -> Iterator[psycopg.Pipeline]:
            recorder.script.append([])
            recorder._inside = True
            try:
                with plain_pipeline() as opened:
                    yield opened
            finally:
                recorder._inside = False

        connection.cursor_factory = Listening
        setattr(connection, "pipeline", pipeline)  # noqa: B010  (assigning a method is no business of a type checker)

    def _note(self, query: str, params: Any) -> None:
        if not self._inside:
            self.script.append([])
        self.script[-1].append((query, params))


def send(connection: psycopg.Connection[Any], script: Script) -> None:
    """Everything the script says, in its round trips, answers fetched, in one transaction."""
    for statements in script:
        if len(statements) == 1:
            cursor = connection.execute(*statements[0])
            if cursor.description:
                cursor.fetchall()
        else:
            with connection.pipeline():
                for statement in statements:
                    connection.execute(*statement)
    connection.commit()


def fresh(script: Script, ids: Ids) -> Script:
    """The script with every id and key replaced by one that no database has seen, wherever it stands."""
    known: dict[str, str] = {}

    def anew(found: re.Match[str]) -> str:
        old = found.group()
        if old not in known:
            known[old] = ids.new(old.partition("_")[0])
        return known[old]

    return [[(query, _mapped(params, anew)) for query, params in statements] for statements in script]


def _mapped(value: Any, anew: Callable[[re.Match[str]], str]) -> Any:
    if isinstance(value, str):
        return _ID.sub(anew, value)
    if isinstance(value, list):
        return [_mapped(inner, anew) for inner in value]
    if isinstance(value, tuple):
        return tuple(_mapped(inner, anew) for inner in value)
    assert value is None or isinstance(value, int | bytes | datetime) or hasattr(value, "isoformat"), type(value)
    return value
