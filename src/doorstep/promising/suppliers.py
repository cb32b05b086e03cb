"""How late a supplier comes: what was seen of it, leaning on all suppliers, these on the prior, as transit does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from doorstep.promising.learned import Seen, leaning
from doorstep.promising.mass import Mass
from doorstep.promising.priors import lateness_prior

LEANS_ON = 10  # deliveries: suppliers come far less often than parcels leave
WINDOW_DAYS = 365  # what was due before that is left out
NEVER_AFTER_DAYS = 90  # what has not come by then counts as never


class Delivery(NamedTuple):
    """The day on which it was first said to come, and that on which all of it was there (None: not yet)."""

    due_on: date
    came_on: date | None


@lru_cache(maxsize=1024)
def lateness_of(supplier: Seen, suppliers: Seen) -> Mass:
    """Calendar days by which a delivery comes after the day that was named; with nothing seen the prior."""
    return leaning(supplier, leaning(suppliers, lateness_prior(), LEANS_ON), LEANS_ON)


def seen(deliveries: Iterable[Delivery], today: date) -> Seen:
    """How many came how many days late, what comes early on the day; those overdue, and those that never came."""
    days: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    never = 0
    for due_on, came_on in deliveries:
        if came_on is not None:
            days[max((came_on - due_on).days, 0)] += 1
        elif today - due_on > timedelta(days=NEVER_AFTER_DAYS):
            never += 1
        elif today > due_on:
            waiting[(today - due_on).days - 1] += 1
    return Seen(tuple(sorted(days.items())), never, (), tuple(sorted(waiting.items())))
