"""From what the journal touched to doings: who did which step on which object of which order, in columns of codes.

A doing is a step done once about one object: a wave that releases three fulfilment orders is three doings, one event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from doorstep.chart.design import INDEX, MISSES, NODE_OF_WHAT, NODES, WHATS
from doorstep.chart.groups import NONE, Column, Flags, first_of_group, last_before
from doorstep.chart.node import OBJECT_TYPES, ORDER

_TYPE_CODE = {name: code for code, name in enumerate(OBJECT_TYPES)}
# The code of the object type that each step handles; of a step that is only counted, NONE.
_NODE_OF_WHAT: Column = np.array(NODE_OF_WHAT, dtype=np.int64)
_FIRST_WHAT: Column = np.array([WHATS.index(node.completed_by[0]) for node in NODES])
UNDOES: Flags = np.array([node.undoes for node in NODES], dtype=np.bool_)
LEADS_ON: Flags = np.array([node.leads_on for node in NODES], dtype=np.bool_)
AMENDS: Column = np.array([INDEX.get(node.amends, NONE) for node in NODES])
AMENDED: Flags = np.isin(np.arange(len(NODES)), AMENDS)
LEVEL_OF_NODE: Column = np.array([_TYPE_CODE.get(node.handles, NONE) for node in NODES])


@dataclass(frozen=True, slots=True)
class Events:
    """One row for each event: its id (a higher one was written later), what happened (`design.WHATS`), when, where.

    Times are whole seconds since 1970. `withdrawn` says that what was told before did not happen. Site and department
    are codes of names that whoever made the columns knows; site 0 is none.
    """

    event: Column
    what: Column
    started: Column
    completed: Column
    withdrawn: Flags
    site: Column
    department: Column

    def __len__(self) -> int:
        return len(self.event)

    def only(self, wanted: Any) -> Events:
        """The rows of a mask or of places."""
        return Events(*(getattr(self, name)[wanted] for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Touched:
    """One row for each object an event touched: its type (a place in `OBJECT_TYPES`) and its code among all objects.

    `site` is that of a fulfilment order, 0 of everything else.
    """

    event: Column
    object_type: Column
    object: Column
    site: Column


@dataclass(frozen=True, slots=True)
class Doings:
    """The doings of orders, sorted by order, completion and event. `right` is whether it ended with success.

    `fulfilment` is NONE where the object is the order itself. `level` is the object's type.
    """

    order: Column
    fulfilment: Column
    object: Column
    level: Column
    node: Column
    what: Column
    started: Column
    completed: Column
    right: Flags
    site: Column
    department: Column

    def __len__(self) -> int:
        return len(self.order)

    def only(self, wanted: Any) -> Doings:
        """The rows of a mask or of places."""
        return Doings(*(getattr(self, name)[wanted] for name in self.__dataclass_fields__))


def doings_of(events: Events, touched: Touched) -> Doings:
    """The doings that events and what they touched come to; both must be sorted by event.

    Facts of one step about one object at one instant are one doing. What others tell again with another time counts
    as told last. Objects of which no order is known are left out.
    """
    place = np.searchsorted(events.event, touched.event)
    kinship = _Kinship(touched, place, len(events))
    handled = np.flatnonzero(LEVEL_OF_NODE[_NODE_OF_WHAT][events.what[place]] == touched.object_type)
    handled = handled[kinship.order[touched.object[handled]] != NONE]
    place, obj = place[handled], touched.object[handled]
    kept = np.flatnonzero(_told_last(obj, events.what[place]) & ~events.withdrawn[place])
    by_time = kept[_by_group_and_time(kinship.order[obj[kept]], events.completed[place[kept]])]
    moment = (kinship.order[obj[by_time]], events.completed[place[by_time]])
    by_time = by_time[_changes_first(_NODE_OF_WHAT[events.what[place[by_time]]], *moment)]
    place, obj = place[by_time], obj[by_time]
    what, completed = events.what[place], events.completed[place]
    level = touched.object_type[handled[by_time]]
    order, fulfilment = kinship.order[obj], np.where(level == 0, NONE, kinship.fulfilment[obj])
    made = Doings(
        order=order,
        fulfilment=fulfilment,
        object=obj,
        level=level,
        node=_NODE_OF_WHAT[what],
        what=what,
        started=np.minimum(events.started[place], completed),
        completed=completed,
        right=~np.array(MISSES, dtype=np.bool_)[what],
        site=kinship.site_of(order, fulfilment),
        department=events.department[place],
    )
    return _one_at_one_instant(_amended_without_cause(made))


def counted(events: Events) -> Column:
    """How often each step that is only counted was done; 0 for all others."""
    found = np.bincount(_NODE_OF_WHAT[events.what], minlength=len(NODES))
    return np.where(LEVEL_OF_NODE == NONE, found, 0)


class _Kinship:
    """Which order and fulfilment order each object belongs to, by the events that touched both and no other such."""

    def __init__(self, touched: Touched, place: Column, events: int) -> None:
        objects = int(touched.object.max(initial=-1)) + 1
        self.order = np.full(objects, NONE, dtype=np.int64)
        self.fulfilment = np.full(objects, NONE, dtype=np.int64)
        self._site = np.zeros(objects, dtype=np.int64)
        self._site[touched.object] = touched.site
        for code, kin in ((_TYPE_CODE[ORDER], self.order), (1, self.fulfilment)):
            of_type = touched.object_type == code
            whole = np.full(events, NONE, dtype=np.int64)
            whole[place[of_type]] = touched.object[of_type]
            whole[place[of_type][whole[place[of_type]] != touched.object[of_type]]] = NONE  # it touched several
            parts = (touched.object_type > code) & (whole[place] != NONE)
            kin[touched.object[parts]] = whole[place[parts]]
            kin[touched.object[of_type]] = touched.object[of_type]
        # A part that never was beside its order alone has its fulfilment order's.
        through = np.where(self.fulfilment != NONE, self.order[self.fulfilment], NONE)
        self.order = np.where(self.order == NONE, through, self.order)

    def site_of(self, order: Column, fulfilment: Column) -> Column:
        """The site of the fulfilment order; an order's own doings count for the site that ships all of it."""
        objects = len(self._site)
        fulfilments = np.flatnonzero((self.fulfilment == np.arange(objects)) & (self.order != NONE))
        least, most = np.full(objects, np.iinfo(np.int64).max), np.zeros(objects, dtype=np.int64)
        np.minimum.at(least, self.order[fulfilments], self._site[fulfilments])
        np.maximum.at(most, self.order[fulfilments], self._site[fulfilments])
        whole = np.where(least == most, most, 0)
        return np.where(fulfilment == NONE, whole[order], self._site[fulfilment])


def _told_last(obj: Column, what: Column) -> Flags:
    """False for what was told of an object again later; rows are in the order of telling."""
    kept = np.ones(len(obj), dtype=np.bool_)
    told = np.flatnonzero(np.array([node.told for node in NODES], dtype=np.bool_)[_NODE_OF_WHAT[what]])
    key = obj[told] * len(MISSES) + what[told]
    by_key = np.argsort(key, kind="stable")
    again = key[by_key][1:] == key[by_key][:-1]
    kept[told[by_key[:-1][again]]] = False
    return kept


def _by_group_and_time(groups: Column, instants: Column) -> Column:
    """The places of rows by group and time; rows of one instant keep their order."""
    if not len(groups):
        return groups
    first = int(instants.min())
    span = int(instants.max()) - first + 1
    if int(groups.max()) < np.iinfo(np.int64).max // span - 1:
        return np.argsort(groups * span + (instants - first), kind="stable")
    return np.lexsort((instants, groups))


def _changes_first(node: Column, order: Column, completed: Column) -> Column:
    """The places of rows with each change before what it took back: it is written after that, in the same instant."""
    places = np.arange(len(node), dtype=np.int64)
    taken_back = node == INDEX["take_back"]
    starts = np.ones(len(node), dtype=np.bool_)
    starts[1:] = ~taken_back[1:] | ~taken_back[:-1] | (order[1:] != order[:-1]) | (completed[1:] != completed[:-1])
    run = np.maximum.accumulate(np.where(starts, places, 0))
    late = 1 + np.flatnonzero(
        (node[1:] == INDEX["change"]) & taken_back[:-1] & (order[1:] == order[:-1]) & (completed[1:] == completed[:-1])
    )
    if not len(late):
        return places
    rank = 2 * places
    rank[late] = 2 * run[late - 1] - 1
    return np.argsort(rank, kind="stable")


def _amended_without_cause(made: Doings) -> Doings:
    """What changed a thing that stood, and had a cause in the order or in work taken back, is that step done again."""
    amends = AMENDS[made.node]
    if not np.any(amends != NONE):
        return made
    rows, first = np.arange(len(made), dtype=np.int64), first_of_group(made.order)
    stood = last_before(rows, AMENDED[made.node] | (amends != NONE), first)[first_of_group(made.order, made.completed)]
    whole = (made.level == 0) & LEADS_ON[made.node]
    cause = last_before(rows, whole | ~made.right | UNDOES[made.node], first)
    again = (amends != NONE) & ((stood == NONE) | (cause > stood))
    node = np.where(again, amends, made.node)
    return replace(made, node=node, what=np.where(again, _FIRST_WHAT[node], made.what))


def _one_at_one_instant(made: Doings) -> Doings:
    """Rows of one step about one object at one instant put together: a success only where all of them are."""
    if not len(made):
        return made
    key = made.object * len(NODES) + made.node
    by_object = np.argsort(key, kind="stable")
    key, completed = key[by_object], made.completed[by_object]
    first = np.ones(len(made), dtype=np.bool_)
    first[1:] = (key[1:] != key[:-1]) | (completed[1:] != completed[:-1])
    starts = np.flatnonzero(first)
    if len(starts) == len(made):
        return made
    started, right = made.started.copy(), made.right.copy()
    started[by_object[starts]] = np.minimum.reduceat(made.started[by_object], starts)
    right[by_object[starts]] = np.logical_and.reduceat(made.right[by_object], starts)
    kept = np.zeros(len(made), dtype=np.bool_)
    kept[by_object[starts]] = True
    values = {name: getattr(made, name) for name in made.__dataclass_fields__}
    return Doings(**{**values, "started": started, "right": right}).only(kept)
