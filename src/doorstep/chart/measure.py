"""The chart measured: doings in columns become the figures of steps, ways, hand-offs and departments.

Quantiles are the nearest rank: the least value that the wanted share of all cases does not exceed. Nothing is sampled
and nothing is rounded but means and shares (half up).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from doorstep.chart.account import Spent, spent_by
from doorstep.chart.columns import Doings
from doorstep.chart.design import NODES
from doorstep.chart.groups import NONE, Column, Flags
from doorstep.chart.hours import OpenHours
from doorstep.chart.judge import colours
from doorstep.chart.values import (
    Accounted,
    Chart,
    DepartmentFigures,
    EdgeFigures,
    HandOff,
    Interval,
    NodeFigures,
    Over,
    Queue,
    SiteFigures,
    Spread,
)
from doorstep.chart.waits import Flow, ends, flow_of, right_first_time, went_back
from doorstep.chart.ways import WAYS, is_designed
from doorstep.terms.calendar import Calendar

_PPM, _THOUSAND = 1_000_000, 1_000
_STEPS = len(NODES)
_NodeOf = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Names:
    """What the codes of the columns mean, and the opening hours of sites by code. Site 0 is none."""

    sites: Sequence[str]
    departments: Sequence[str]
    calendars: Mapping[int, Calendar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: what was completed from `since` and before `until`, at `site` (0: all of them)."""

    since: int | None = None
    until: int | None = None
    site: int = 0


EVERYTHING = Look()


def measure(doings: Doings, counted: Column, names: Names, interval: Interval, look: Look = EVERYTHING) -> Chart:
    """The chart of what was done. `counted` is how often each step was done that concerns no order."""
    return _Measure(doings, names, interval, look).chart(counted)


class _Measure:
    """One chart in the making; `rows` are the doings looked at, `waited` those of them that waited for another."""

    def __init__(self, doings: Doings, names: Names, interval: Interval, look: Look) -> None:
        self.doings, self.names, self.interval, self.look = doings, names, interval, look
        self.flow: Flow = flow_of(doings)
        self.right: Flags = right_first_time(doings, self.flow)
        self.rows = np.flatnonzero(self._in_time(doings.completed) & self._at_site())
        self.waited = self.rows[self.flow.before[self.rows] != NONE]
        self.begins = look.since if look.since is not None else _least(doings.started[self.rows])
        self.ends = look.until if look.until is not None else _most(doings.completed[self.rows])

    def _in_time(self, instants: Column) -> Flags:
        wanted = np.ones(len(instants), dtype=np.bool_)
        if self.look.since is not None:
            wanted &= instants >= self.look.since
        if self.look.until is not None:
            wanted &= instants < self.look.until
        return wanted

    def _ended_here(self, end_rows: Column) -> Flags:
        """Of these last doings, each of an order, the ones in the time looked at, whose order the site ships whole."""
        first = np.searchsorted(self.doings.order, self.doings.order[end_rows])
        whole = self.doings.site[first] == self.look.site
        ended: Flags = self._in_time(self.doings.completed[end_rows])
        return ended & whole if self.look.site else ended

    def _at_site(self) -> Flags:
        if not self.look.site:
            return np.ones(len(self.doings), dtype=np.bool_)
        there: Flags = self.doings.site == self.look.site
        return there

    def chart(self, counted: Column) -> Chart:
        end_rows = ends(self.doings)
        end_rows = end_rows[self._ended_here(end_rows)]
        spent = spent_by(self.doings, self.flow, end_rows, _STEPS, len(self.names.departments))
        waiting, working = int(spent.waiting_by_node.sum()), int(spent.working_by_node.sum())
        return Chart(
            begins=self.begins if len(self.rows) else None,
            ends=self.ends if len(self.rows) else None,
            nodes=self._nodes(counted, spent),
            edges=self._edges(),
            hand_offs=self._hand_offs(),
            departments=self._departments(spent),
            accounted=Accounted(spent.orders, spent.total_seconds, waiting, working),
        )

    # -- steps ---------------------------------------------------------------------------------------------------

    def _nodes(self, counted: Column, spent: Spent) -> tuple[NodeFigures, ...]:
        node = self.doings.node
        volume = np.bincount(node[self.rows], minlength=_STEPS) + counted
        waits = spreads(node[self.waited], self.flow.wait[self.waited], _STEPS)
        works = spreads(node[self.rows], self.flow.work[self.rows], _STEPS)
        aparts = spreads(node[self.waited], self.flow.apart[self.waited], _STEPS)
        right = _share_of(node[self.rows], self.right[self.rows], _STEPS)
        late, judged = self._late()
        overs = self._overs(node[self.waited], late, judged, _STEPS, lambda code: code)
        shades = colours([(over.over, over.of) for over in overs], self.interval)
        sites = self._by_site(late, judged)
        return tuple(
            NodeFigures(
                node_id=made.node_id,
                title=made.title,
                department=made.department,
                volume=int(volume[code]),
                wait=waits[code],
                work=works[code],
                apart=aparts[code],
                over=replace(overs[code], colour=shades[code]),
                right_ppm=right[code],
                waiting_seconds=int(spent.waiting_by_node[code]),
                working_seconds=int(spent.working_by_node[code]),
                sites=sites.get(code, ()),
            )
            for code, made in enumerate(NODES)
        )

    def _late(self) -> tuple[Flags, Flags]:
        """Of the doings that waited: which took longer than their target, and which have one."""
        rows, flow = self.waited, self.flow
        node, site = self.doings.node[rows], self.doings.site[rows]
        enabled, completed = flow.enabled[rows], self.doings.completed[rows]
        took = completed - enabled
        in_hours = np.array([made.open_hours for made in NODES], dtype=np.bool_)[node]
        for code, calendar in self.names.calendars.items():
            here = np.flatnonzero(in_hours & (site == code))
            if len(here):
                hours = OpenHours(calendar, int(enabled[here].min()), int(completed[here].max()))
                took[here] = hours.between(enabled[here], completed[here])
        targets = np.array([NONE if made.target_seconds is None else made.target_seconds for made in NODES])
        judged: Flags = targets[node] != NONE
        late: Flags = judged & (took > targets[node])
        return late, judged

    def _overs(self, codes: Column, late: Flags, judged: Flags, size: int, node_of: _NodeOf) -> list[Over]:
        of = np.bincount(codes[judged], minlength=size)
        over = np.bincount(codes[late], minlength=size)
        return [self._over(int(over[code]), int(of[code]), NODES[node_of(code)].target_seconds) for code in range(size)]

    def _over(self, over: int, of: int, target_seconds: int | None) -> Over:
        low_ppm, high_ppm = self.interval(over, of)
        return Over(target_seconds, of, over, _share_ppm(over, of), low_ppm, high_ppm)

    def _by_site(self, late: Flags, judged: Flags) -> dict[int, tuple[SiteFigures, ...]]:
        """The figures of each step by site, where more than one has any."""
        sites = len(self.names.sites)
        node, site = self.doings.node, self.doings.site
        there = np.unique(site[self.rows])
        if self.look.site or np.count_nonzero(there) < 2:
            return {}
        codes, size = node * sites + site, _STEPS * sites
        volume = np.bincount(codes[self.rows], minlength=size)
        waits = spreads(codes[self.waited], self.flow.wait[self.waited], size)
        works = spreads(codes[self.rows], self.flow.work[self.rows], size)
        overs = self._overs(codes[self.waited], late, judged, size, lambda code: code // sites)
        shades = colours([(over.over, over.of) for over in overs], self.interval)
        found: dict[int, tuple[SiteFigures, ...]] = {}
        for code in np.flatnonzero(volume):
            step, at = divmod(int(code), sites)
            if at:
                over = replace(overs[code], colour=shades[code])
                made = SiteFigures(self.names.sites[at], int(volume[code]), waits[code], works[code], over)
                found[step] = (*found.get(step, ()), made)
        return found

    # -- ways ----------------------------------------------------------------------------------------------------

    def _edges(self) -> tuple[EdgeFigures, ...]:
        node, rows = self.doings.node, self.waited
        codes = node[self.flow.before[rows]] * _STEPS + node[rows]
        found = spreads(codes, self.flow.wait[rows], _STEPS * _STEPS)
        ids = [made.node_id for made in NODES]
        seen = {(ids[code // _STEPS], ids[code % _STEPS]): wait for code, wait in enumerate(found) if wait.number}
        ways = [*WAYS, *sorted(seen.keys() - set(WAYS), key=lambda way: (ids.index(way[0]), ids.index(way[1])))]
        return tuple(
            EdgeFigures(before, after, is_designed(before, after), wait.number, wait)
            for before, after in ways
            for wait in [seen.get((before, after), Spread())]
        )

    def _hand_offs(self) -> tuple[HandOff, ...]:
        size = len(self.names.departments)
        department, before = self.doings.department, self.flow.before
        passes = self.waited[department[before[self.waited]] != department[self.waited]]
        codes = department[before[passes]] * size + department[passes]
        waits = spreads(codes, self.flow.wait[passes], size * size)
        back = _share_of(codes, went_back(self.doings, self.flow)[passes], size * size)
        right = _share_of(codes, self.right[passes], size * size)
        all_rows = np.flatnonzero(self._at_site() & (before != NONE))
        crossing = all_rows[department[before[all_rows]] != department[all_rows]]
        queues = self._queues(crossing, department[before[crossing]] * size + department[crossing], size * size)
        names = self.names.departments
        made = [
            HandOff(
                before=names[code // size],
                after=names[code % size],
                number=wait.number,
                wait=wait,
                back_ppm=back[code] or 0,
                right_ppm=right[code] or 0,
                queue=queues[code],
            )
            for code, wait in enumerate(waits)
            if wait.number
        ]
        return tuple(sorted(made, key=lambda one: (-one.number, one.before, one.after)))

    def _departments(self, spent: Spent) -> tuple[DepartmentFigures, ...]:
        size, department = len(self.names.departments), self.doings.department
        waits = spreads(department[self.waited], self.flow.wait[self.waited], size)
        works = spreads(department[self.rows], self.flow.work[self.rows], size)
        right = _share_of(department[self.rows], self.right[self.rows], size)
        all_rows = np.flatnonzero(self._at_site() & (self.flow.before != NONE))
        queues = self._queues(all_rows, department[all_rows], size)
        return tuple(
            DepartmentFigures(
                department=name,
                volume=works[code].number,
                wait=waits[code],
                work=works[code],
                right_ppm=right[code],
                queue=queues[code],
                waiting_seconds=int(spent.waiting_by_department[code]),
                working_seconds=int(spent.working_by_department[code]),
            )
            for code, name in enumerate(self.names.departments)
            if works[code].number
        )

    def _queues(self, rows: Column, codes: Column, size: int) -> list[Queue]:
        """How many waited on average over the time looked at, and what arrivals times waits make of it (formula 5)."""
        length = self.ends - self.begins
        if length <= 0:
            return [Queue()] * size
        enabled, started = self.flow.enabled[rows], self.doings.started[rows]
        overlap = np.minimum(started, self.ends) - np.maximum(enabled, self.begins)
        stood = np.zeros(size, dtype=np.int64)
        np.add.at(stood, codes, np.maximum(overlap, 0))
        came = (enabled >= self.begins) & (enabled < self.ends)
        waited = np.zeros(size, dtype=np.int64)
        np.add.at(waited, codes[came], self.flow.wait[rows][came])
        return [
            Queue(_rounded(int(here) * _THOUSAND, length), _rounded(int(theirs) * _THOUSAND, length))
            for here, theirs in zip(stood, waited, strict=True)
        ]


def spreads(codes: Column, seconds: Column, size: int) -> list[Spread]:
    """How the seconds of each group, by its code below `size`, are spread."""
    narrow = codes.astype(np.int16) if size < 2**15 else codes
    by_code = np.argsort(narrow, kind="stable")
    stops = np.cumsum(np.bincount(codes, minlength=size))
    sorted_, found, begins = seconds[by_code], [], 0
    for stop in stops:
        found.append(_spread(sorted_[begins:stop]) if stop > begins else Spread())
        begins = stop
    return found


def _spread(seconds: Column) -> Spread:
    number = len(seconds)
    middle, most = (number + 1) // 2 - 1, (9 * number + 9) // 10 - 1
    ranked = np.partition(seconds, (middle, most))
    total = int(seconds.sum())
    return Spread(number, total, _rounded(total, number), int(ranked[middle]), int(ranked[most]))


def _share_of(codes: Column, wanted: Flags, size: int) -> list[int | None]:
    """Parts per million of each group that are wanted."""
    of, part = np.bincount(codes, minlength=size), np.bincount(codes[wanted], minlength=size)
    return [_share_ppm(int(some), int(all_)) for some, all_ in zip(part, of, strict=True)]


def _share_ppm(part: int, of: int) -> int | None:
    return _rounded(part * _PPM, of) if of else None


def _rounded(part: int, of: int) -> int:
    """Divided, half up."""
    return (2 * part + of) // (2 * of)


def _least(instants: Column) -> int:
    return int(instants.min()) if len(instants) else 0


def _most(instants: Column) -> int:
    return int(instants.max()) if len(instants) else 0
