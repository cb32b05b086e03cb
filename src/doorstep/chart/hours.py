"""Opening hours in columns: how many seconds a site worked between two instants, for a million pairs at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np

from doorstep.chart.groups import Column
from doorstep.terms.calendar import Calendar


class OpenHours:
    """The opening hours of a calendar between two instants, in seconds since 1970."""

    def __init__(self, calendar: Calendar, begins: int, ends: int) -> None:
        opens, closes = [], []
        day, last = _day(begins) - timedelta(days=1), _day(ends) + timedelta(days=1)
        while day <= last:
            if calendar.works_on(day):
                opens.append(int(calendar.at(day, calendar.opens).timestamp()))
                closes.append(int(calendar.at(day, calendar.closes).timestamp()))
            day += timedelta(days=1)
        self._opens = np.array(opens, dtype=np.int64)
        self._lengths = np.array(closes, dtype=np.int64) - self._opens
        self._worked = np.concatenate(([0], np.cumsum(self._lengths)))

    def between(self, starts: Column, ends: Column) -> Column:
        """Seconds of opening hours from each start to each end."""
        return self._until(ends) - self._until(starts)

    def _until(self, instants: Column) -> Column:
        if not len(self._opens):
            return np.zeros_like(instants)
        day = np.searchsorted(self._opens, instants, side="right") - 1
        within = np.minimum(instants - self._opens[day], self._lengths[day])
        return np.where(day < 0, 0, self._worked[np.maximum(day, 0)] + within)


def _day(instant: int) -> date:
    return datetime.fromtimestamp(instant, UTC).date()
