"""How long what is under way keeps those busy who do the work: what is in hand over what is done in a day.

By Little's law (J. D. C. Little, Operations Research 9 (1961)) that is about how long what comes now will take, and it
is seen on the day on which work piles up, before any of it is late.
"""

from __future__ import annotations

import numpy as np

from doorstep.promising.columns import Codes, Reals

_DAYS = 28  # over which what is done in a day is counted
_LEANS = 0.3  # done in a day: where less is, the queue is about the usual one
_LEAST_USUAL = 1.0  # of what takes less nothing may be in hand in the morning, and nothing has no logarithm
_LOST = 60  # days after which what has not ended keeps nobody busy


class Queues:
    """The queues of groups, by day. What starts or ends on a day is known the morning after.

    `starts` and `ends` (n,) are days from 0, an end never before its start, and `ends` beyond `days` where it has not
    ended; `groups` (n,) are codes. `usual_days` is how long it takes as far as nothing is known.
    """

    def __init__(self, starts: Codes, ends: Codes, groups: Codes, days: int, usual_days: float) -> None:
        size = int(groups.max(initial=-1)) + 1
        begun, done = _counted(starts, groups, size, days), _counted(ends, groups, size, days)
        in_hand = begun - _counted(np.minimum(ends, starts + _LOST), groups, size, days)
        lately = done.copy()
        lately[:, _DAYS:] -= done[:, :-_DAYS]
        a_day = lately / np.clip(np.arange(days), 1, _DAYS)  # no day before the first was seen
        self._log_days = np.log((in_hand + _LEANS * max(usual_days, _LEAST_USUAL)) / (a_day + _LEANS))

    def at(self, groups: Codes, days: Codes) -> Reals:
        """(n,): the logarithm of how many days the queue of each group is long, on the morning of each day."""
        return np.asarray(self._log_days[groups, days])


def _counted(at: Codes, groups: Codes, size: int, days: int) -> Reals:
    """(size, days): how many there were before each day."""
    there = at < days - 1
    counts = np.zeros((size, days))
    np.add.at(counts, (groups[there], at[there] + 1), 1.0)
    return np.asarray(np.cumsum(counts, axis=1))
