"""What each doing waited for, and how long: formulae 1 and 2, in columns.

Times after OPerA (arXiv 2204.10662): a doing is enabled once everything it waits for is complete; it waits from then to
its start, and works from its start to its completion. What it waits for is told by the design: the last doing of its
own object, and the last ones about what its object is part of, or is made of. For what amends a thing that stands,
such as a plan that is changed though it was good, nobody waited: it waits no time, and who comes after waits for what
stood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.chart.columns import AMENDED, AMENDS, LEADS_ON, UNDOES, Doings
from doorstep.chart.design import NODES
from doorstep.chart.groups import NONE, Column, Flags, first_of_group, last_before, previous_same, run_starts
from doorstep.chart.node import EVERYTHING, OBJECT_TYPES, SETBACKS
from doorstep.chart.ways import ANYWHERE

_LEVELS = len(OBJECT_TYPES)
_WAITS_FOR = np.array([[name in node.waits_for for name in OBJECT_TYPES] for node in NODES], dtype=np.bool_)
_GATHERS = {
    gathered: np.array([node.gathers == gathered for node in NODES], dtype=np.bool_)
    for gathered in (EVERYTHING, SETBACKS)
}
_ANYWHERE = np.array([node.node_id in ANYWHERE for node in NODES], dtype=np.bool_)
_ASIDE = np.array([node.aside for node in NODES], dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Flow:
    """One row for each doing.

    `before` is the place of the doing it waited for last, NONE for the first of an order; `enabled` when that was
    complete. `wait` and `work` are seconds; `apart` is how long the first of what it waited for stood ready before the
    last. `spent` is the part of its work that no earlier doing of its order covers: wait and spent of a way add up to
    its length.
    """

    before: Column
    enabled: Column
    wait: Column
    work: Column
    spent: Column
    apart: Column


def flow_of(doings: Doings) -> Flow:
    """What every doing waited for. Rows must be sorted by order and completion, as `doings_of` makes them."""
    rows = np.arange(len(doings), dtype=np.int64)
    if not len(rows):
        return Flow(*([rows] * 6))
    first = first_of_group(doings.order)
    before, run = _waited_for(doings, rows, first)
    lonely = (before == NONE) & (rows != first)
    before = np.where(lonely, rows - 1, before)
    amends = AMENDS[doings.node] != NONE
    stood = last_before(rows, AMENDED[doings.node], first)
    before = np.where(amends, stood, before)
    before = np.where((before != NONE) & amends[before], stood[before], before)
    is_first = before == NONE
    known = np.where(is_first, rows, before)
    enabled = np.where(is_first | amends, doings.started, doings.completed[known])
    wait = np.maximum(doings.started - enabled, 0)
    spent = doings.completed - np.maximum(doings.started, enabled)
    apart = np.where(run == NONE, 0, enabled - doings.completed[np.maximum(run, 0)])
    return Flow(before, enabled, wait, doings.completed - doings.started, spent, np.maximum(apart, 0))


def _waited_for(doings: Doings, rows: Column, first: Column) -> tuple[Column, Column]:
    """The last row each waited for, and, where several parts came together in it, the first of those; else NONE."""
    waits_for = _WAITS_FOR[doings.node]
    before = previous_same(doings.object)
    leads = LEADS_ON[doings.node]
    setback = last_before(rows, ~doings.right | UNDOES[doings.node], first)
    before = np.maximum(before, np.where(_GATHERS[SETBACKS][doings.node], setback, NONE))
    above = last_before(rows, (doings.level == 0) & leads, first)
    before = np.maximum(before, np.where(waits_for[:, 0], above, NONE))
    run = np.full(len(rows), NONE, dtype=np.int64)
    inside = np.flatnonzero(doings.level != 0)
    by_fulfilment = inside[np.argsort(doings.fulfilment[inside], kind="stable")]
    if len(by_fulfilment):
        group = first_of_group(doings.fulfilment[by_fulfilment])
        places = np.arange(len(by_fulfilment), dtype=np.int64)
        runs = run_starts(doings.node[by_fulfilment], group)
        for level in range(1, _LEVELS):
            of_level = (doings.level[by_fulfilment] == level) & leads[by_fulfilment]
            last = last_before(places, of_level, group)
            wanted = waits_for[by_fulfilment, level] & (last != NONE)
            at, found = by_fulfilment[wanted], by_fulfilment[last[wanted]]
            later = found > before[at]
            before[at[later]], run[at[later]] = found[later], by_fulfilment[runs[last[wanted]]][later]
    runs = run_starts(doings.node, first)
    others = np.where(runs > first, runs - 1, NONE)
    joins = _GATHERS[EVERYTHING][doings.node] & (others > before)
    before[joins] = others[joins]
    run[joins] = runs[others[joins]]
    return before, run


def right_first_time(doings: Doings, flow: Flow) -> Flags:
    """Whether a doing succeeded, was not done again about the same object, and was not taken back next."""
    right = doings.right.copy()
    previous = previous_same(doings.object * (len(UNDOES) + 1) + doings.node)
    repeats = previous[(previous != NONE) & (doings.what == doings.what[np.maximum(previous, 0)])]
    right[repeats] = False
    undone = flow.before[UNDOES[doings.node] & (flow.before != NONE)]
    right[undone[~_ANYWHERE[doings.node[undone]]]] = False  # a change is not undone by what it has undone
    return right


def went_back(doings: Doings, flow: Flow) -> Flags:
    """Whether work that a doing took over from another department went straight back there, done or not."""
    back = np.zeros(len(doings), dtype=np.bool_)
    has = np.flatnonzero(flow.before != NONE)
    came_from = doings.department[flow.before[has]]
    passes = has[came_from != doings.department[has]]
    # The row by which the department that has the work took it over.
    taken = np.arange(len(doings), dtype=np.int64)
    stays = has[came_from == doings.department[has]]
    taken[stays] = flow.before[stays]
    while np.any((further := taken[taken]) != taken):
        taken = further
    takeover = taken[flow.before[passes]]
    giver = flow.before[takeover]
    returned = (giver != NONE) & (doings.department[np.maximum(giver, 0)] == doings.department[passes])
    back[takeover[returned]] = True
    return back


def ends(doings: Doings) -> Column:
    """The place of each order's last doing on its way, orders in their sequence."""
    counts = np.flatnonzero(~_ASIDE[doings.node] | (np.arange(len(doings)) == first_of_group(doings.order)))
    if not len(counts):
        return counts
    last = np.append(doings.order[counts][1:] != doings.order[counts][:-1], True)
    found: Column = counts[last]
    return found
