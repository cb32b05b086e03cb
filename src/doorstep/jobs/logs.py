"""The worker's log: one JSON object a line on stderr, and an outage told once."""

from __future__ import annotations

import json
import logging
import sys

import psycopg
from procrastinate.exceptions import ConnectorException

from doorstep.storage.database_errors import DatabaseUnavailable
from doorstep.terms.clock import Clock, stamp

# What it looks like where the database is gone, or threw us out.
OUTAGES = (DatabaseUnavailable, psycopg.OperationalError, psycopg.InterfaceError, ConnectorException)
_PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonLines(logging.Formatter):
    """A record as one line: at, level, logger, says, what was given as extra, and the exception."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": stamp(self._clock.now()),
            "level": record.levelname.lower(),
            "logger": record.name,
            "says": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _PLAIN},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def told_by_the_worker(record: logging.LogRecord) -> bool:
    """False for what libraries say about an outage, each thread and connection for itself: the worker says it once."""
    if record.name.startswith("doorstep"):
        return True
    return not (record.name == "psycopg.pool" or (record.exc_info and isinstance(record.exc_info[1], OUTAGES)))


def to_stderr(clock: Clock) -> None:
    """Send the log of this process there: all that Doorstep says, warnings and worse of everybody else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(clock))
    handler.addFilter(told_by_the_worker)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("doorstep").setLevel(logging.INFO)
