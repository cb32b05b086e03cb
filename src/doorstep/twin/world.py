"""What everybody in the twin's world shares: the office, the time, chance, and the memory of what was refused."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from doorstep.flow.office import Office
from doorstep.intake.company import CompanyIn
from doorstep.terms.calendar import Calendar
from doorstep.terms.clock import FalseClock
from doorstep.terms.refusals import Refusal
from doorstep.twin.agenda import Action, Agenda
from doorstep.twin.carrier_desk import CarrierDesk

T = TypeVar("T")
_MILLION = 1_000_000
_WAKES_SECONDS = 240


class WorldBrokeError(Exception):
    """Something was refused that never may be: the programme, or the world's file, is broken. It says what and when."""


@dataclass
class World:
    """A company at work. `noes` counts refusals by who was refused and why: a refusal is business, not trouble."""

    office: Office
    clock: FalseClock
    desk: CarrierDesk
    file: CompanyIn
    seed: int
    agenda: Agenda
    noes: Counter[tuple[str, str]] = field(default_factory=Counter)
    _work: Action | None = None
    _awake: bool = False

    def now(self) -> datetime:
        return self.clock.now()

    def chance(self, *names: object) -> random.Random:
        """Chance of one's own, so that what one does leaves the draws of all others as they were."""
        return random.Random("/".join(map(str, (self.seed, *names))))

    def after(self, seconds: int, action: Action) -> None:
        self.agenda.at(self.now() + timedelta(seconds=seconds), action)

    def wake_by(self, work: Action) -> None:
        """What the worker does when it is woken."""
        self._work = work

    def wake(self) -> None:
        """There is work for later: the worker looks in a few minutes, once for all that comes until then."""
        if not self._awake and self._work is not None:
            self._awake = True
            self.after(_WAKES_SECONDS, self._look)

    def _look(self) -> None:
        self._awake = False
        if self._work is not None:
            self._work()

    def granted(self, who: str, answer: T | Refusal) -> T | None:
        """The answer; None where it is a no, which is counted."""
        if isinstance(answer, Refusal):
            self.noes[who, answer.code] += 1
            return None
        return answer

    def must(self, answer: T | Refusal) -> T:
        if isinstance(answer, Refusal):
            raise WorldBrokeError(f"{self.now():%a %d %b %H:%M} {answer.code}: {answer.says}")
        return answer


def happens(chance: random.Random, ppm: int) -> bool:
    return chance.randrange(_MILLION) < ppm


def days_from(first: date, days: int) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range(days)]


def working_moments(calendar: Calendar, day: date, every_seconds: int) -> list[datetime]:
    """Instants of a working day from opening to closing, `every_seconds` apart; none where it is closed."""
    if not calendar.works_on(day):
        return []
    moment, closes = calendar.at(day, calendar.opens), calendar.at(day, calendar.closes)
    moments = []
    while moment < closes:
        moments.append(moment)
        moment += timedelta(seconds=every_seconds)
    return moments
