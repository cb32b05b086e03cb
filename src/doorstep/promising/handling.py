"""How long a shipment takes to the dock: what is expected of the work, stretched as work has stretched.

What is expected of a shipment is its own work and the queue before it. What it really took is counted in steps of
WORK_STEP_PER_CENT of that, so that quiet and busy hours teach the same thing. A site with few shipments leans on all
sites, these on the prior, as transit does (`learned.leaning`). What was done HALF_LIFE_DAYS ago weighs half.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from doorstep.promising.learned import LEANS_ON, Seen, leaning
from doorstep.promising.mass import WHOLE, Mass
from doorstep.promising.priors import WORK_PRIOR, WORK_STEP_PER_CENT
from doorstep.terms.calendar import Calendar

HANDLING_STEP_S = 900  # the grid of handling: quarters of an hour of work, rounded up
HALF_LIFE_DAYS = 28
WINDOW_DAYS = 4 * HALF_LIFE_DAYS  # what was cleared before that is left out
_SHIPMENT = 1_000  # one of today; older ones weigh less


class Shipment(NamedTuple):
    """When a shipment's work could begin, went to the floor and stood packed (None: not yet).

    `tells`: nothing but work kept it; else it only stood before others on the floor.
    """

    cleared_at: datetime
    released_at: datetime | None
    packed_at: datetime | None
    tells: bool


class Work(NamedTuple):
    """What is expected of a site: seconds of own work on a shipment, and of each that stands before it."""

    own_s: int
    station_s: int


@lru_cache(maxsize=4096)
def handling(work: Mass, own_s: int, queue_s: int) -> Mass:
    """Working seconds from when work may begin to ready at the dock, in steps of HANDLING_STEP_S.

    `work` is in steps of WORK_STEP_PER_CENT of what is expected; `own_s` is the expected work on this shipment,
    `queue_s` the work that stands before it for the same hands (the load). Both stretch together: a slow day is slow
    for all.
    """
    weights: dict[int, int] = {}
    for step, ppm in work.points():
        taken = -(-(own_s + queue_s) * step * WORK_STEP_PER_CENT // (100 * HANDLING_STEP_S))
        weights[taken] = weights.get(taken, 0) + ppm
    return Mass.rounded(weights, WHOLE)


@lru_cache(maxsize=1024)
def work_of(site: Seen, sites: Seen) -> Mass:
    """What work takes at a site, in steps of WORK_STEP_PER_CENT of what is expected; with nothing seen the prior.

    Both are as `seen` and `learned.together` tell them.
    """
    return leaning(site, leaning(sites, WORK_PRIOR, LEANS_ON * _SHIPMENT), LEANS_ON * _SHIPMENT)


def seen(shipments: Sequence[Shipment], expects: Work, wall: Calendar, now: datetime) -> Seen:
    """What one site's shipments took and, of those not packed, have taken, in steps of what was expected of each.

    In thousandths of a shipment, the older the fewer. The queue before each is what had gone to the floor and was not
    packed when its work could begin.
    """
    released = sorted(each.released_at for each in shipments if each.released_at is not None)
    packed = sorted(each.packed_at for each in shipments if each.packed_at is not None)
    taken: Counter[int] = Counter()
    waited: Counter[int] = Counter()
    for cleared_at, _, packed_at, tells in shipments:
        if not tells:
            continue
        before = max(bisect_left(released, cleared_at) - bisect_right(packed, cleared_at), 0)
        step_s = max((expects.own_s + before * expects.station_s) * WORK_STEP_PER_CENT, 1)
        if packed_at is None:
            waited[100 * wall.worked_seconds(cleared_at, now) // step_s] += _SHIPMENT
        else:
            took = -(-100 * wall.worked_seconds(cleared_at, packed_at) // step_s)
            taken[took] += _weighs(wall.day_of(packed_at), wall.day_of(now))
    # Longer than any ever took says no more.
    longest = max(max(taken, default=0), WORK_PRIOR.start + len(WORK_PRIOR.ppm) - 1)
    waiting: Counter[int] = Counter()
    for step, weight in waited.items():
        waiting[min(step, longest)] += weight
    return Seen(days=tuple(sorted(taken.items())), waiting=tuple(sorted(waiting.items())))


def _weighs(day: date, today: date) -> int:
    left: float = 0.5 ** ((today - day).days / HALF_LIFE_DAYS)
    return round(_SHIPMENT * left)
