"""One order's choices in the joint plan: its ways judged against the agreed promise, and what it takes to use one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from doorstep.planning.answers import CostParts, Reason
from doorstep.planning.limited import MOVES, Column, Limited, Prices
from doorstep.planning.supply import Free, RowKey, row_of, together
from doorstep.planning.timetable import Ahead
from doorstep.planning.values import DayKey, OpenOrder, Scarce, SiteSupply, Standing
from doorstep.planning.ways import Desk, Option, Way
from doorstep.promising.arrivals import arrivals, next_departure
from doorstep.promising.mass import Mass
from doorstep.promising.window import days_late_ppm, kept_ppm
from doorstep.terms.refusals import Refusal

_NOTHING: Mapping[Any, int] = MappingProxyType({})
_MOST_DELAYS = 10  # later departures tried for `ship_by`
_MOST_SPARED = 8  # ways beyond the cheapest that hold the promise, where none of the cheapest does


class Load(NamedTuple):
    """Orders to one consignee, or to one area by truck, that go as one shipment, and its freight, which they share.

    Of a truck with several stops: each order's stop in the order of driving, and by how many seconds later it is there
    than by the way straight to it; else all 0.
    """

    order_ids: tuple[str, ...]
    site_id: str
    service_id: str
    departs: datetime
    tariff_id: str
    travels_as: str
    freight_minor: int
    stop_nos: tuple[int, ...]
    later_seconds: tuple[int, ...]


class Choice(NamedTuple):
    """A way judged; without a way the order waits and keeps the `rows` that it holds.

    With a `load` it is the order's part of a joint shipment: good only where the other orders take theirs. All parts
    together cost and use what the joint shipment does; the room of its day is in the first order's part.
    """

    way: Way | None
    cost: CostParts
    rows: Mapping[RowKey, int]
    uses: Mapping[Scarce, int] = _NOTHING
    line_ppm: Mapping[int, int] = _NOTHING  # P(promise kept); line 0 is the order
    holds: bool = False
    moves: bool = False  # the order could stay as it is planned
    moves_minor: int = 0  # what all must gain if it does not
    load: Load | None = None

    @property
    def weighed_minor(self) -> int:
        return self.cost.total_minor + self.moves_minor

    @property
    def column(self) -> Column:
        return Column(self.weighed_minor, self.limited())

    def limited(self) -> dict[Limited, int]:
        """What it takes of what there is so much of and no more."""
        limited: dict[Limited, int] = {row: units for row, units in self.rows.items()}  # noqa: C416
        limited.update({key: units for key, units in self.uses.items() if isinstance(key, DayKey)})
        if self.moves:
            limited[MOVES] = 1
        return limited

    def stands(self, order: OpenOrder) -> bool:
        """Whether it is the plan that the order has, to the day of departure: then nobody on the floor is bothered."""
        found = []
        for option in self.way.options if self.way else ():
            units: dict[tuple[int, str], int] = {}
            for each in option.taken:
                units[each.line_no, each.item_id] = units.get((each.line_no, each.item_id), 0) + each.quantity
            lines = tuple((*key, quantity) for key, quantity in sorted(units.items()))
            found.append(Standing(option.day.site_id, option.service_id, option.departs.date(), lines))
        return tuple(sorted(found)) == order.planned

    def name(self) -> tuple[object, ...]:
        """What tells two choices of one order apart."""
        options = self.way.options if self.way else ()
        return (self.load, *((option.taken, option.service_id, option.departs) for option in options))

    def rank(self) -> tuple[object, ...]:
        """Cheaper first, then sooner, then by service and site, so that equal questions get equal plans."""
        options = self.way.options if self.way else ()
        return (self.weighed_minor, tuple((o.departs, o.service_id, o.day.site_id) for o in options))


def priced(choice: Choice, prices: Prices) -> int:
    """What the choice costs with the price of what it uses."""
    if not prices:
        return choice.weighed_minor
    return choice.weighed_minor + sum(units * prices.get(key, 0) for key, units in choice.limited().items())


class Board:
    """What is left while a plan is put together: free units of every row, and room for shipments on every day."""

    def __init__(self, free: Free, sites: Collection[SiteSupply], moves: int | None = None) -> None:
        self.free = free
        self._moves = moves  # plans that may still be changed; None: any number
        self._sites = {site.site_id: site for site in sites if site.daily_shipments is not None}
        self._taken: dict[DayKey, int] = {}

    def room(self, day: DayKey) -> int | None:
        """Shipments that can still leave on a day; None: any number."""
        site = self._sites.get(day.site_id)
        if site is None or site.daily_shipments is None:
            return None
        return site.daily_shipments - site.booked.get(day.day, 0) - self._taken.get(day, 0)

    def hinders(self, choice: Choice) -> Reason | None:
        """Why a choice cannot be taken now; None: it can."""
        if any(self.free.get(row, 0) < units for row, units in choice.rows.items()):
            return Reason.STOCK_TAKEN
        for key, units in choice.uses.items():
            room = self.room(key) if isinstance(key, DayKey) else None
            if room is not None and room < units:
                return Reason.DAY_FULL
        if choice.moves and self._moves is not None and self._moves <= 0:
            return Reason.KEPT
        return None

    def take(self, choice: Choice, sign: int = 1) -> None:
        """Use what the choice needs; `sign` -1 gives it back."""
        for row, units in choice.rows.items():
            self.free[row] -= sign * units
        for key, units in choice.uses.items():
            if isinstance(key, DayKey):
                self._taken[key] = self._taken.get(key, 0) + sign * units
        if choice.moves and self._moves is not None:
            self._moves -= sign

    def give_back(self, choice: Choice) -> None:
        self.take(choice, -1)

    def full_days(self, seen: Collection[DayKey]) -> set[DayKey]:
        return {day for day in seen if (room := self.room(day)) is not None and room <= 0}


def waiting(order: OpenOrder, waits_minor: int) -> Choice:
    """The order is not shipped and keeps what it holds."""
    rows: dict[RowKey, int] = {}
    for reservation in order.held:
        rows[row_of(reservation)] = rows.get(row_of(reservation), 0) + reservation.quantity
    return Choice(None, CostParts(waits_minor=waits_minor), rows)


def choices(
    order: OpenOrder, desk: Desk, free: Free, full: Collection[DayKey] = (), later: bool = True, most: int = 0
) -> tuple[list[Choice], list[Refusal]]:
    """The order's best choices out of `free`, cheapest first, and why some services cannot; `most`, 0: as costs say.

    Where none of so many holds the promise, the next that do are among them: it is not broken to save money.
    Without `later` the departures of a service are looked at until one can no more come too early: to wait for another
    costs no less, and the room of a day is not fought over.
    """
    windows = [order.agreed, *order.line_windows.values()]
    first_days = [window.first_day for window in windows if window.first_day is not None]
    not_before = min(first_days) if len(first_days) == len(windows) else None
    held = [together(order.held)] if order.held else []
    ahead = Ahead(not_before, frozenset(full), later)
    ways, refusals = desk.ways(order.demand, free, ahead, also=held, held=order.held)
    judge = Judge(order, desk)
    judged = [choice for way in ways if (choice := judge.of(way)) is not None]
    judged.sort(key=Choice.rank)
    most = most or desk.costs.most_ways
    best, others = judged[:most], judged[most:]
    spared = [] if any(choice.holds for choice in best) else [choice for choice in others if choice.holds]
    spared = spared[:_MOST_SPARED]
    kept = [choice for choice in others if choice in spared or (order.planned and choice.stands(order))]
    return [*best, *kept], refusals


class _Kept(NamedTuple):
    """What arriving so means for the order's promises: P(each kept), and the expected cost of missing them."""

    line_ppm: Mapping[int, int]
    holds: bool
    late_minor: int
    broken_minor: int


class Judge:
    """Judges the ways of one order. Most ways are one shipment, and many of them arrive alike: that is judged once."""

    def __init__(self, order: OpenOrder, desk: Desk) -> None:
        self._order = order
        self._costs = desk.costs
        lines = dict.fromkeys(need.line_no for need in order.demand.needs)
        self._windows = {0: order.agreed, **{line_no: order.window_of(line_no) for line_no in lines}}
        self._at_once: dict[Mass, _Kept] = {}

    def of(self, way: Way) -> Choice | None:
        """A way with P(each promise kept) and the expected cost of missing it; None where a lot would not last."""
        if any(option.taking.ends for option in way.options):
            last_days = {line_no: self._last_day(way.arrival_of(line_no), line_no) for line_no in self._windows}
            if not way.lasts(last_days, self._order.demand.shelf_life_days):
                return None
        kept = self._of_one(way.options[0].arrival) if len(way.options) == 1 else self._kept(way.arrival_of)
        cost = way.cost.missing(kept.late_minor, kept.broken_minor)
        return Choice(way, cost, way.rows(), way.uses(), kept.line_ppm, kept.holds)

    def _of_one(self, arrival: Mass) -> _Kept:
        known = self._at_once.get(arrival)
        if known is None:
            known = self._at_once[arrival] = self._kept(lambda _: arrival)
        return known

    def _kept(self, arrival_of: Callable[[int], Mass]) -> _Kept:
        demand, whole = self._order.demand, arrival_of(0)
        line_ppm = {line_no: kept_ppm(arrival_of(line_no), window) for line_no, window in self._windows.items()}
        surely = min(line_ppm.values())
        holds = surely >= demand.wanted_ppm
        late = days_late_ppm(whole, self._order.agreed.last_day, self._costs.never_days)
        broken_minor = 0 if holds else self._costs.at_risk_minor(surely)
        return _Kept(line_ppm, holds, demand.late_minor(late, self._costs), broken_minor)

    def _last_day(self, arrival: Mass, line_no: int) -> date:
        """How long a lot for the line must last: to the day promised, or by which it is there as surely as wanted."""
        promised = self._windows[line_no].last_day
        surely = arrival.quantile(self._order.demand.wanted_ppm)
        return promised if surely is None else max(promised, date.fromordinal(surely))


def ship_by(way: Way, i: int, order: OpenOrder, desk: Desk) -> datetime:
    """The last departure of the way's i-th shipment with which the promise still holds and the goods still may ship;
    its own where it does not."""
    latest, judge = way.options[i].departs, Judge(order, desk)
    for _ in range(_MOST_DELAYS):
        later = _delayed(way.options[i], latest)
        if later is None or not desk.may_travel(later, order.demand, later.leg):
            return latest
        tried = judge.of(way._replace(options=(*way.options[:i], later, *way.options[i + 1 :])))
        if tried is None or not tried.holds:
            return latest
        latest = later.departs
    return latest


def _delayed(option: Option, after: datetime) -> Option | None:
    departs = next_departure(option.leg, after + timedelta(seconds=1))
    if departs is None:
        return None
    leg = option.leg.held_until(departs)
    return option._replace(departs=departs, leg=leg, arrival=arrivals(leg))
