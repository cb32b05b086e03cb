"""The process chart as everybody is shown it, and where one order's time went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from weakref import WeakKeyDictionary

from doorstep.chart.account import way_of
from doorstep.chart.columns import Doings, counted, doings_of
from doorstep.chart.design import NODES, SWIMLANES, WHATS
from doorstep.chart.draw import drawn
from doorstep.chart.groups import Column
from doorstep.chart.measure import Look, Names, measure
from doorstep.chart.node import LET_GO, OBJECT_TYPES, ORDER
from doorstep.chart.values import Accounted, Chart, DepartmentFigures, EdgeFigures, HandOff, NodeFigures
from doorstep.chart.waits import ends, flow_of
from doorstep.flow.at_hand import AtHand, Counts
from doorstep.flow.office import Office
from doorstep.goals.rates import interval_ppm
from doorstep.storage.queries import chart as query
from doorstep.storage.queries import master
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from doorstep.terms.clock import stamp
from doorstep.terms.refusals import Refusal, Why


@dataclass(frozen=True, slots=True)
class ChartView:
    """The process as it was: steps, ways, hand-offs, departments, the orders' time, and the drawing.

    `begins` and `ends` bound what was looked at; None where nothing happened. `site_id` '' is all sites.
    """

    begins: datetime | None
    ends: datetime | None
    site_id: str
    nodes: tuple[NodeFigures, ...]
    edges: tuple[EdgeFigures, ...]
    hand_offs: tuple[HandOff, ...]
    departments: tuple[DepartmentFigures, ...]
    accounted: Accounted
    svg: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of an order's time: `kind` is waiting (for the step) or working; which department had it."""

    kind: str
    node_id: str
    title: str
    department: str
    begins: datetime
    seconds: int


def process_chart(
    office: Office, since: datetime | None = None, until: datetime | None = None, site_id: str = ""
) -> ChartView:
    """What was completed from `since` and before `until`, at one site or all, measured against the designed process.

    Orders still under way count up to their last step. An order's own steps (its promise, its plan, its score) count
    for a site where that site ships all of it.
    """
    with office.store.reading(wide=True) as tx:
        asked = (query.newest_fact(tx), since, until, site_id)
        known = _kept(office.store, asked, tx.now)
        if known is not None:
            return known
        now = tx.now
        read = _read(tx, since, until)
        first = query.first_fact_at(tx)
        sites = master.sites(tx)
    calendars = {code: sites[name].calendar for code, name in enumerate(read.sites) if name in sites}
    names = Names(read.sites, read.departments, calendars)
    doings = doings_of(read.events, read.touched)
    look = Look(_begins(since, first, doings), _seconds(until), _code(read.sites, site_id))
    chart = measure(doings, _counted(read, look), names, interval_ppm, look)
    view = _view(chart, site_id)
    _keep(office.store, asked, now, view)
    return view


_Asked = tuple[int, datetime | None, datetime | None, str]  # the newest fact, and what was asked for
_KEPT: WeakKeyDictionary[Store, dict[_Asked, tuple[datetime, ChartView]]] = WeakKeyDictionary()
# Of two steps at once the one that began first may end last, and its facts are then not the newest.
_KEPT_FOR = timedelta(minutes=1)
_MOST_KEPT = 20


def _kept(store: Store, asked: _Asked, now: datetime) -> ChartView | None:
    """The chart as it was drawn a moment ago, where nothing has happened since."""
    drawn_at, view = _KEPT.get(store, {}).get(asked, (now, None))
    return view if now - drawn_at <= _KEPT_FOR else None


def _keep(store: Store, asked: _Asked, now: datetime, view: ChartView) -> None:
    views = _KEPT.setdefault(store, {})
    if len(views) >= _MOST_KEPT:
        views.clear()
    views[asked] = (now, view)


PATIENCE = timedelta(seconds=2)  # who clicks looks on for so long; a chart that took longer is drawn beside
_CHARTS: Counts[tuple[datetime | None, str], ChartView] = Counts("doorstep-chart", PATIENCE)


def chart_at_hand(
    office: Office, since: datetime | None = None, site_id: str = "", patience: timedelta = PATIENCE
) -> AtHand[ChartView]:
    """The chart for a page: as it is now, or where that takes longer than `patience` as it was drawn last."""
    draw = partial(process_chart, office, since, None, site_id)
    return _CHARTS.at_hand(office.store, (since, site_id), draw, patience=patience)


def chart_asked(
    office: Office, since: datetime | None = None, until: datetime | None = None, site_id: str = ""
) -> ChartView | Refusal:
    """The same for who may have asked for what is not there: a site nobody knows, a time that ends before it begins."""
    if since is not None and until is not None and until <= since:
        says = f"Nothing lies between {stamp(since)} and {stamp(until)}: the second has to be later."
        return Refusal(Why.MALFORMED, says, {"since": stamp(since), "until": stamp(until)})
    if site_id:
        with office.store.reading(wide=True) as tx:
            if site_id not in master.sites(tx):
                return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
    return process_chart(office, since, until, site_id)


def order_account(office: Office, order_id: str) -> tuple[Segment, ...] | Refusal:
    """Where an order's time went, from its placing to its last step. The segments add up to its duration exactly."""
    with office.store.reading(wide=True) as tx:
        read = query.read(tx, WHATS, OBJECT_TYPES, LET_GO, SWIMLANES, order=(ORDER, order_id))
    doings = doings_of(read.events, read.touched)
    if not len(doings):
        return Refusal(Why.UNKNOWN_ORDER, f"There is no order {order_id}.", {"order_id": order_id})
    return _segments(doings, read.departments)


def _read(tx: Transaction, since: datetime | None, until: datetime | None) -> query.Read:
    return query.read(tx, WHATS, OBJECT_TYPES, LET_GO, SWIMLANES, since, until)


def _begins(since: datetime | None, first: datetime | None, doings: Doings) -> int | None:
    """From when on is looked: not before the company began, for on those days nothing could wait."""
    asked = _seconds(since)
    if asked is None or first is None or not len(doings):
        return asked
    return max(asked, min(int(first.timestamp()), int(doings.started.min())))


def _counted(read: query.Read, look: Look) -> Column:
    wanted = read.events.completed >= look.since if look.since is not None else read.events.completed >= 0
    if look.site:
        wanted &= read.events.site == look.site
    return counted(read.events.only(wanted))


def _segments(doings: Doings, departments: tuple[str, ...]) -> tuple[Segment, ...]:
    (end,) = ends(doings)
    return tuple(
        Segment(
            kind=span.kind,
            node_id=NODES[doings.node[span.doing]].node_id,
            title=NODES[doings.node[span.doing]].title,
            department=departments[doings.department[span.doing]],
            begins=_instant(span.begins),
            seconds=span.seconds,
        )
        for span in way_of(doings, flow_of(doings), int(end))
    )


def _view(chart: Chart, site_id: str) -> ChartView:
    return ChartView(
        begins=None if chart.begins is None else _instant(chart.begins),
        ends=None if chart.ends is None else _instant(chart.ends),
        site_id=site_id,
        nodes=chart.nodes,
        edges=chart.edges,
        hand_offs=chart.hand_offs,
        departments=chart.departments,
        accounted=chart.accounted,
        svg=drawn(chart.nodes, chart.edges, chart.departments, chart.accounted.orders),
    )


def _code(sites: tuple[str, ...], site_id: str) -> int:
    """The place of a site; one that is not known has a place where nothing happened."""
    return sites.index(site_id) if site_id in sites else len(sites)


def _seconds(instant: datetime | None) -> int | None:
    """Whole seconds since 1970, a begun one counted."""
    return None if instant is None else -int(-instant.timestamp() // 1)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
