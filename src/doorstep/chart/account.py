"""Where an order's time went, to the second: formula 2.

From its last doing back to the one it waited for last, and so on to the first: the waits and works on that way follow
one another without gap or overlap, so they add up to the order's duration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.chart.columns import Doings
from doorstep.chart.groups import NONE, Column
from doorstep.chart.waits import Flow

WAITING, WORKING = "waiting", "working"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an order's way: waiting for a step, or the step at work. `doing` is the row it belongs to."""

    kind: str
    doing: int
    begins: int  # seconds since 1970
    seconds: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that orders together waited and were worked on, by step and by department (codes are places)."""

    orders: int
    total_seconds: int
    waiting_by_node: Column
    working_by_node: Column
    waiting_by_department: Column
    working_by_department: Column


def way_of(doings: Doings, flow: Flow, end: int) -> tuple[Span, ...]:
    """The stretches of one order's way from its first doing to the one in row `end`, in the order of time.

    Stretches of no length are left out.
    """
    spans = []
    row = end
    while row != NONE:
        spent, wait = int(flow.spent[row]), int(flow.wait[row])
        done = int(doings.completed[row])
        spans.append(Span(WORKING, row, done - spent, spent))
        spans.append(Span(WAITING, row, done - spent - wait, wait))
        row = int(flow.before[row])
    return tuple(span for span in reversed(spans) if span.seconds)


def spent_by(doings: Doings, flow: Flow, end_rows: Column, nodes: int, departments: int) -> Spent:
    """What the ways that end in these rows, one for each order, come to together."""
    sums = [np.zeros(size, dtype=np.int64) for size in (nodes, nodes, departments, departments)]
    rows = end_rows
    while len(rows):
        for total, codes, seconds in (
            (sums[0], doings.node, flow.wait),
            (sums[1], doings.node, flow.spent),
            (sums[2], doings.department, flow.wait),
            (sums[3], doings.department, flow.spent),
        ):
            np.add.at(total, codes[rows], seconds[rows])
        rows = flow.before[rows]
        rows = rows[rows != NONE]
    return Spent(len(end_rows), int(sums[0].sum() + sums[1].sum()), *sums)


def duration_seconds(doings: Doings, end: int) -> int:
    """From the start of an order's first doing to the completion of the one in row `end`."""
    first = int(np.searchsorted(doings.order, doings.order[end]))
    return int(doings.completed[end] - doings.started[first])
