"""What takes long to count: the last count is shown with its hour, while a newer one is made beside.

Nobody waits twice for what hardly changes between two looks. What is counted fast is counted at each look.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock, Thread
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from doorstep.storage.database_errors import DatabaseUnavailable
from doorstep.storage.store import Store

_ANEW_AFTER = timedelta(minutes=1)
_MOST_KEPT = 20
Asked = TypeVar("Asked", bound=Hashable)
View = TypeVar("View")
Count = Callable[[], View]


@dataclass(frozen=True, slots=True)
class AtHand(Generic[View]):
    """What was counted, when that was begun, and whether a newer one is being counted or next to be."""

    view: View
    counted_at: datetime
    is_being_counted: bool = False


@dataclass(slots=True)
class _Board(Generic[Asked, View]):
    """Of one store: the last count of each question with the time it took, and the one that is counted beside.

    Counting beside takes a connection and much of a processor: one at a time. Of those who ask a question for the
    first time at once, one counts.
    """

    counted: dict[Asked, tuple[AtHand[View], timedelta]] = field(default_factory=dict)
    beside: Lock = field(default_factory=Lock)
    lock: Lock = field(default_factory=Lock)
    first: dict[Asked, Lock] = field(default_factory=dict)


class Counts(Generic[Asked, View]):
    """Counts of one kind, by what was asked. `name` is that of the threads that count beside."""

    def __init__(self, name: str, patience: timedelta, oldest: timedelta = timedelta.max) -> None:
        """What takes longer than `patience` is counted beside from the second time on; but a count older than `oldest`
        is shown to nobody."""
        self._name = name
        self._patience = patience
        self._oldest = oldest
        self._boards: WeakKeyDictionary[Store, _Board[Asked, View]] = WeakKeyDictionary()

    def at_hand(
        self,
        store: Store,
        asked: Asked,
        count: Count[View],
        beside: Count[View] | None = None,
        patience: timedelta | None = None,
    ) -> AtHand[View]:
        """As `count` tells it now where it takes no longer than the patience; else as it was told last, and once that
        is a minute old it is counted anew by `beside`, in a thread of its own. The first look waits in any case."""
        board = self._boards.setdefault(store, _Board())
        patience = self._patience if patience is None else patience
        if asked not in board.counted:
            with board.first.setdefault(asked, Lock()):
                if asked not in board.counted:
                    return _counted(store, board, asked, count)
        known, took = board.counted.get(asked, (None, timedelta(0)))
        if known is None or took <= patience:
            return _counted(store, board, asked, count)
        age = store.clock.now() - known.counted_at
        if not timedelta(0) <= age <= self._oldest:
            return _counted(store, board, asked, count)
        if age < _ANEW_AFTER:
            return known
        if board.beside.acquire(blocking=False):
            try:
                Thread(
                    target=_beside, args=(store, board, asked, beside or count), name=self._name, daemon=True
                ).start()
            except RuntimeError:  # this machine has no thread left: the next look tries again
                board.beside.release()
        return replace(known, is_being_counted=True)


def _counted(store: Store, board: _Board[Asked, View], asked: Asked, count: Count[View]) -> AtHand[View]:
    begun_at = store.clock.now()
    at_hand = AtHand(count(), begun_at)
    took = store.clock.now() - begun_at
    with board.lock:
        known, took_before = board.counted.pop(asked, (None, timedelta(0)))
        if known is not None and known.view is at_hand.view:
            took = max(took, took_before)  # somebody had counted it a moment before: it was not fast for that
        while len(board.counted) >= _MOST_KEPT:
            oldest = next(iter(board.counted))
            del board.counted[oldest]
            board.first.pop(oldest, None)
        board.counted[asked] = (at_hand, took)
    return at_hand


def _beside(store: Store, board: _Board[Asked, View], asked: Asked, count: Count[View]) -> None:
    fails = True
    try:
        _counted(store, board, asked, count)
        fails = False
    except DatabaseUnavailable:
        fails = False  # the next look asks again
    finally:
        if fails:  # the next look counts while somebody waits, and he is told what is wrong
            with board.lock:
                board.counted.pop(asked, None)
        board.beside.release()
