"""A second process judges a part of the invariants, on the very look at the database that the first one has."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg

from doorstep.storage.store import Store
from doorstep.terms.clock import stamp

_JUDGE = "from doorstep.storage.invariants import judge_for_another as judge; judge()"


class JudgeFailedError(Exception):
    """The process beside ended without a judgement; this is what it said."""


@contextmanager
def judging_beside(
    store: Store, raw: psycopg.Connection[Any], now: datetime, numbers: Sequence[int]
) -> Iterator[Callable[[], dict[int, list[str]]]]:
    """In the block these are judged as the REPEATABLE READ transaction of `raw` sees the database.

    What is given waits for the judgement, by number. JudgeFailedError where there is none.
    """
    row = raw.execute("SELECT pg_export_snapshot()").fetchone()
    asked = {
        "url": store.engine.url.render_as_string(hide_password=False),  # by its input: others can read its command
        "look": row[0] if row else "",
        "now": stamp(now),
        "numbers": list(numbers),
    }
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", _JUDGE], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as judge:
        if judge.stdin is not None:
            judge.stdin.write(json.dumps(asked))
            judge.stdin.close()
            judge.stdin = None

        def told() -> dict[int, list[str]]:
            answer, complaint = judge.communicate()
            if judge.returncode:
                raise JudgeFailedError(complaint.strip())
            return {int(number): found for number, found in json.loads(answer).items()}

        try:
            yield told
        except BaseException:
            judge.kill()
            raise
