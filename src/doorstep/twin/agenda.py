"""What happens when: actions in the order of their instants, and a clock that is moved from one to the next."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime

from doorstep.terms.clock import FalseClock

Action = Callable[[], object]


class Agenda:
    """A seeded world needs no more than this to do the same thing twice: what is due at one instant is done in the
    order in which it was put down."""

    def __init__(self, clock: FalseClock) -> None:
        self._clock = clock
        self._waiting: list[tuple[datetime, int, Action]] = []
        self._put_down = 0

    def at(self, instant: datetime, action: Action) -> None:
        """Do it at `instant`, or at once where that has passed."""
        heapq.heappush(self._waiting, (instant, self._put_down, action))
        self._put_down += 1

    def run(self, until: datetime, watch: Callable[[datetime], None] = lambda _: None) -> int:
        """Do everything that is due before `until`, which the clock then shows; returns how much that was.

        `watch` is told the time before each action.
        """
        done = 0
        while self._waiting and self._waiting[0][0] < until:
            instant, _, action = heapq.heappop(self._waiting)
            self._clock.move_to(max(instant, self._clock.now()))
            watch(self._clock.now())
            action()
            done += 1
        self._clock.move_to(until)
        return done
