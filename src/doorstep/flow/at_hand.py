"""What takes long to count: the last count is shown with its hour, while a newer one is made beside.

Nobody waits twice for what hardly changes between two looks. What is counted fast is counted at each look.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
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
    """What was counted, when that was begun, and whether a newer one is being counted."""

    view: View
    counted_at: datetime
    is_being_counted: bool = False


@dataclass(slots=True)
class _Board(Generic[Asked, View]):
    """Of one store: the last count of each question with the time it took, and the questions being counted."""

    counted: dict[Asked, tuple[AtHand[View], timedelta]] = field(default_factory=dict)
    counting: set[Asked] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)


class Counts(Generic[Asked, View]):
    """Counts of one kind, by what was asked. `name` is that of the threads that count beside."""

    def __init__(self, name: str, patience: timedelta) -> None:
        """What takes longer than `patience` is counted beside from the second time on."""
        self._name = name
        self._patience = patience
        self._boards: WeakKeyDictionary[Store, _Board[Asked, View]] = WeakKeyDictionary()

    def at_hand(
        self, store: Store, asked: Asked, count: Count[View], patience: timedelta | None = None
    ) -> AtHand[View]:
        """As `count` tells it now where it takes no longer than the patience; else as it told last, counted anew beside
        once that is a minute old. The first look waits in any case. `count` may run in a thread of its own."""
        board = self._boards.setdefault(store, _Board())
        known, took = board.counted.get(asked, (None, timedelta(0)))
        if known is None or took <= (self._patience if patience is None else patience):
            return _counted(store, board, asked, count)
        if timedelta(0) <= store.clock.now() - known.counted_at < _ANEW_AFTER:
            return known
        with board.lock:
            begin = asked not in board.counting
            board.counting.add(asked)
        if begin:
            Thread(target=_beside, args=(store, board, asked, count), name=self._name, daemon=True).start()
        return AtHand(known.view, known.counted_at, is_being_counted=True)


def _counted(store: Store, board: _Board[Asked, View], asked: Asked, count: Count[View]) -> AtHand[View]:
    begun_at = store.clock.now()
    at_hand = AtHand(count(), begun_at)
    with board.lock:
        if len(board.counted) >= _MOST_KEPT:
            board.counted.clear()
        board.counted[asked] = (at_hand, store.clock.now() - begun_at)
    return at_hand


def _beside(store: Store, board: _Board[Asked, View], asked: Asked, count: Count[View]) -> None:
    try:
        _counted(store, board, asked, count)
    except DatabaseUnavailable:
        pass  # the next look asks again
    finally:
        with board.lock:
            board.counting.discard(asked)
