"""Sending a pool cheaper, compiled: in one carton, or in several, in rounds that look harder each time.

The tables are those of `kernels`, tries are those of `tries`. They come in rounds, each of twice as many as the one
before; a carton that would be very full is left for later rounds.

Numba notices a change in `tries` or `hopeless` only when the text of this file changes too.
"""

from __future__ import annotations

import numpy as np

from doorstep.packing.compiling import Table, compiled
from doorstep.packing.hopeless import is_hopeless
from doorstep.packing.kernels import AGAINST, COLUMNS, CORNER, OWN, WORST
from doorstep.packing.tries import Order, Space, Worth, hold, line_up, measured, share

FIRST_TRIES = 8  # in rounds 0 and 1 together; round 0 is one try
EASILY_FULL_PERCENT = 75  # cartons no fuller than this are nearly always found at the first try
LATER_FULL_PERCENT = 80  # fuller ones are left for later rounds
WIDER_PERCENT, MOST_WIDER_PERCENT = 2, 6  # so much fuller is tried with each later round, and in all
TWO_LESS_PERCENT = 4  # two cartons get less full than one
UNSEEN, POSSIBLE, HOPELESS = 0, 1, 2
Content = tuple[Table, Table, Table]  # cartons, where the units of each end, boxes


@compiled
def tries_before(round_: int) -> int:
    """The number of a round's first try."""
    return 0 if round_ == 0 else 1 if round_ == 1 else FIRST_TRIES * ((1 << round_ - 1) - 1)


@compiled
def _full_in(round_: int, hardly: int) -> int:
    """How full a carton may get, by volume, to be tried in a round: `hardly` in round 2, more in later ones."""
    if round_ < 2:
        return EASILY_FULL_PERCENT if round_ == 0 else LATER_FULL_PERCENT
    return min(hardly + min(WIDER_PERCENT * (round_ - 2), MOST_WIDER_PERCENT), 100)


@compiled
def send(
    order: Order, pool: Table, singles: Table, costs: Table, worth: Worth, most_cartons: int, parts: int, exact: bool,
    below: int, first_round: int, at: int, at_try: int, end_round: int, hardly: int, most_tries: int, seed: int,
    budget: int,
) -> tuple[int, int, int, int, int, bool, Content]:  # fmt: skip
    """The pool in one carton, or in up to `most_cartons`, for less than `below`, in rounds up to `end_round`.

    `singles` are cartons in the order of `costs`, what each costs with the whole pool in it. `worth` tells of all
    cartons which are cheapest, what they cost empty and with most volume in, and how much that is. Where that is not
    `exact` the first cartons found, one or several, are given back at once; to go on after several, say at which round,
    carton and try (`at` -1: begin with single cartons). `parts`: cartons that the pool needs at least because some
    goods may not be together.

    Given back: (round, carton last filled over and over or -1, its try, cost, work, whether nothing cheaper is left to
    try even later, content). A round that finds several cartons is the last; so is one after which nothing at all was
    found.
    """
    kinds, ranked, _, rooms, _, _ = order
    alone = parts < 2 and not _some_clash(kinds, pool)
    units = pool.sum()
    space = (
        np.empty(units, np.int64), np.empty(units, np.int64), np.empty(units, np.int64), np.empty(units, np.int64),
        np.empty((units, COLUMNS), np.int64), np.empty((7 * units + 1, CORNER), np.int64),
        np.empty(most_cartons, np.int64), np.empty(most_cartons, np.int64),
    )  # fmt: skip
    line_up(ranked, 0, pool, space[0])
    seen = np.zeros(len(rooms), np.int64)
    content = (space[6][:0], space[7][:0], space[4][:0])
    work, number, round_, closed = 0, -1, first_round, False
    while round_ < end_round and work < budget and not closed:
        tries = (tries_before(round_), tries_before(round_ + 1))
        if tries[0] >= most_tries:
            break
        full, hardest = _full_in(round_, hardly), min(hardly + MOST_WIDER_PERCENT, 100)
        closed = full == hardest
        if at < 0 and alone:
            s, looked, done = _in_one(order, pool, singles, costs, below, full, tries, seed, budget - work, seen, space)
            work += done
            closed &= not looked
            if s >= 0:
                below, content = costs[s], _copied(space, 1)
                if not exact:  # several that seem cheaper may not be: their true cost is asked with this one known
                    return round_, -1, number, below, work, closed, content
        f, number, cost, looked, done, several = _in_several(
            order, worth, pool, below, full, exact, at, at_try, tries, seed, budget - work, most_cartons, space
        )
        work += done
        closed &= not looked
        if len(several[0]):
            below, content = cost, several
            if not exact:
                return round_, f, number, below, work, closed, content
        if len(content[0]) > 1:
            break
        round_ += 1
        at = -1
        if below == WORST:
            break
    return round_, -1, number, below, work, closed, content


@compiled
def _some_clash(kinds: Table, pool: Table) -> bool:
    """Whether some goods of the pool may not be with others."""
    own = against = 0
    for k in range(len(pool)):
        if pool[k]:
            own |= kinds[k, OWN]
            against |= kinds[k, AGAINST]
    return bool(own & against)


@compiled
def _copied(space: Space, made: int) -> Content:
    """What the first so many cartons hold, as it stands in the room to work in."""
    _, _, _, _, boxes, _, cartons, ends = space
    return cartons[:made].copy(), ends[:made].copy(), boxes[: ends[made - 1]].copy()


@compiled
def _may_hold(order: Order, pool: Table, volume: int, weight: int, c: int) -> bool:
    """Whether measures alone allow that carton c holds the pool."""
    kinds, _, fits, rooms, _, _ = order
    if volume > rooms[c, 0] * rooms[c, 1] * rooms[c, 2] or weight > rooms[c, 3]:
        return False
    for k in range(len(pool)):
        if pool[k] and not fits[k, c]:
            return False
    return not is_hopeless(kinds, pool, rooms[c])


@compiled
def _in_one(
    order: Order, pool: Table, singles: Table, costs: Table, below: int, full: int, tries: tuple[int, int], seed: int,
    budget: int, seen: Table, space: Space,
) -> tuple[int, bool, int]:  # fmt: skip
    """The cheapest single carton that holds the pool: (its place in `singles` or -1, whether any was tried, work)."""
    rooms = order[3]
    volume, weight = measured(order[0], space[0], len(space[0]))
    work, looked = 0, False
    for s in range(len(singles)):
        c = singles[s]
        if costs[s] >= below or work >= budget:
            break
        if seen[c] == UNSEEN:
            seen[c] = POSSIBLE if _may_hold(order, pool, volume, weight, c) else HOPELESS
        if seen[c] == HOPELESS or volume * 100 > rooms[c, 0] * rooms[c, 1] * rooms[c, 2] * full:
            continue
        looked = True
        held, done = hold(order, pool, c, tries[0], tries[1], seed, budget - work, space)
        work += done
        if held:
            return s, looked, work
    return -1, looked, work


@compiled
def _in_several(
    order: Order, worth: Worth, pool: Table, below: int, full: int, exact: bool, at: int, at_try: int,
    tries: tuple[int, int], seed: int, budget: int, most_cartons: int, space: Space,
) -> tuple[int, int, int, bool, int, Content]:  # fmt: skip
    """The cheapest several cartons found: (carton filled over and over, try, cost, whether any was tried, work, they).

    Where costs are not `exact` the first ones found.
    """
    rooms = order[3]
    volume, _ = measured(order[0], space[0], len(space[0]))
    content = (space[6][:0], space[7][:0], space[4][:0])
    most_full = max(full, LATER_FULL_PERCENT)
    share_full = min(full, max(full - TWO_LESS_PERCENT, LATER_FULL_PERCENT))
    work, number, looked = 0, -1, False
    several = len(space[0]) > 1 and most_cartons > 1
    for f in range(at if at >= 0 else len(rooms) - 1 if several else -1, -1, -1):
        begin = at_try if f == at else tries[0]
        while begin < tries[1] and work < budget:
            if _potential(worth, rooms, volume, f, share_full, most_cartons) >= below:
                break
            looked = True
            made, cost, number, done = share(
                order, worth, pool, f, below, most_full, begin, tries[1], seed, budget - work, space
            )
            work += done
            if not made:
                break
            below = cost
            content = _copied(space, made)
            if not exact:
                return f, number, below, looked, work, content
            begin = number + 1
    return -1, number, below, looked, work, content


@compiled
def _potential(worth: Worth, rooms: Table, volume: int, f: int, full: int, most_cartons: int) -> int:
    """What it costs at least to fill cartons f and one other, none to more than `full` percent."""
    takes = rooms[f, 0] * rooms[f, 1] * rooms[f, 2] * full // 100
    best, cost = WORST, 0
    for _ in range(most_cartons - 1):
        if volume <= 0 or cost >= best:
            break
        cost += worth[1][f]
        volume -= takes
        for d in worth[0]:
            if volume <= rooms[d, 0] * rooms[d, 1] * rooms[d, 2] * full // 100:
                best = min(best, cost + (worth[1][d] if volume > 0 else 0))
                break
    return best
