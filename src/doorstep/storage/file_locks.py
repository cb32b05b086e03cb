"""Locks between processes. The kernel lets go of them when the holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def lock_file(path: Path) -> Iterator[int]:
    """An open lock file, not locked yet. Whatever this opening has locked is let go at the end."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield fd
    finally:
        # Said aloud, as closing alone keeps the lock where another thread has forked meanwhile.
        fcntl.flock(fd, fcntl.LOCK_UN)
        os.close(fd)


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Wait until no one else is inside, and keep others out."""
    with lock_file(path) as fd:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield


def try_lock(fd: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
