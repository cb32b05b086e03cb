"""The quote: what could be promised for one order now. The same ways as the plan's, with the window still open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from doorstep.planning.answers import CostParts, LinePromise, Offer, Quote
from doorstep.planning.supply import Supply, could_be, shortage
from doorstep.planning.timetable import Ahead
from doorstep.planning.values import Costs, DayKey, Deciders, Demand, QuoteQuestion, SiteSupply
from doorstep.planning.ways import Desk, Way, scarce_minor
from doorstep.promising.learned import LEARNED
from doorstep.promising.mass import Mass
from doorstep.promising.priors import PRIOR_ONLY
from doorstep.promising.window import Basis, days_late_ppm, promised
from doorstep.terms.calendar import Window
from doorstep.terms.refusals import Refusal, Why, first


def quote(question: QuoteQuestion, deciders: Deciders, at: Desk | None = None) -> Quote:
    """Offers cheapest first, each dearer one with a sooner last day; or why nothing can be offered.

    `at` is a desk that was made for the question's sites and services, for who asks about many orders.

    Refusals: BAD_QUANTITY, OUT_OF_STOCK, NO_SERVICE, DOES_NOT_FIT, MAY_NOT_SHIP, DATE_OUT_OF_REACH. An offer is less
    sure than wanted (`as_wanted` False) only where no way is as sure as wanted and no date was asked for.
    """
    demand = question.demand
    if not demand.needs or min(need.quantity for need in demand.needs) <= 0:
        return _no(Why.BAD_QUANTITY, "every line of an order is for one unit or more", {"order": demand.order_id})
    desk = at or Desk(question.now, question.sites, question.services, question.costs, deciders, question.transits)
    short = shortage(demand, desk.supply, desk.supply.free, desk.today())
    if short:
        return Quote((), out_of_stock(demand, desk.supply, short))
    dear = frozenset(key for key in question.prices if isinstance(key, DayKey))
    ahead = Ahead(demand.asked_from, frozenset(full_days(question.sites)), demand.asked_from is not None, dear)
    ways, refusals = desk.ways(demand, desk.supply.free, ahead, cheapest_alike=True)
    if not ways:
        return Quote((), first(refusals) if refusals else not_together(demand, question.costs))
    judge = _Judge(question)
    tried = [judged for way in ways if (judged := judge.tried(way)) is not None]
    if not tried:
        says = "no lot lasts long enough, or nothing arrives after the first day asked for"
        return _no(Why.OUT_OF_STOCK, says, {"order": demand.order_id})
    sure = [each for each in tried if each.as_wanted]
    asked_by = demand.asked_by
    if asked_by is None:
        return Quote(_offers(sure or tried, question))
    in_time = [each for each in sure if each.last_day <= asked_by]
    if in_time:
        return Quote(_offers(in_time, question))
    best = min(sure or tried, key=lambda each: (each.last_day, each.cost.rank_minor)).windows[0]
    return _no(
        Why.DATE_OUT_OF_REACH,
        f"it cannot be there by {asked_by} as surely as wanted; the best date is {best.last_day}",
        {"asked_by": asked_by.isoformat(), "best_day": best.last_day.isoformat(), "best_ppm": best.ppm},
    )


class _Tried(NamedTuple):
    """A way with the windows that it lets us promise, by line (0: the whole order), and what it costs then."""

    way: Way
    windows: dict[int, Window]
    cost: CostParts
    as_wanted: bool

    @property
    def last_day(self) -> date:
        return self.windows[0].last_day

    def rank(self) -> tuple[int, date]:
        return self.cost.rank_minor, self.last_day

    def among_equals(self) -> tuple[object, ...]:
        options = self.way.options
        return len(options), tuple((option.day.site_id, option.service_id, option.departs) for option in options)


class _Promised(NamedTuple):
    """What an arrival of everything at once lets us promise, by line, and the expected days late in millionths."""

    windows: dict[int, Window]
    last_days: dict[int, date]
    late_ppm: int
    least_ppm: int  # of the line that is least sure


class _Judge:
    """Judges the ways of one order. Most ways are one shipment, and many of them arrive alike: that is judged once."""

    def __init__(self, question: QuoteQuestion) -> None:
        self._question = question
        self._line_nos = tuple(dict.fromkeys((0, *(need.line_no for need in question.demand.needs))))
        self._at_once: dict[Mass, _Promised | None] = {}

    def tried(self, way: Way) -> _Tried | None:
        """What this way lets us promise; None where it may never arrive, or a lot would not last."""
        demand, prices = self._question.demand, self._question.prices
        found = self._of_one(way.options[0].arrival) if len(way.options) == 1 else self._of_several(way)
        if found is None or not way.lasts(found.last_days, demand.shelf_life_days):
            return None
        cost = way.cost.missing(demand.late_minor(found.late_ppm, self._question.costs), 0)
        if prices:
            cost = cost._replace(scarce_minor=scarce_minor(way.uses(), prices))
        return _Tried(way, found.windows, cost, found.least_ppm >= demand.wanted_ppm)

    def _of_one(self, arrival: Mass) -> _Promised | None:
        if arrival not in self._at_once:
            window = self._window(arrival)
            # All lines are in one shipment: what holds of the order holds of each.
            told = None if window is None else dict.fromkeys(self._line_nos, window)
            self._at_once[arrival] = None if told is None else self._with_lateness(arrival, told)
        return self._at_once[arrival]

    def _of_several(self, way: Way) -> _Promised | None:
        windows: dict[int, Window] = {}
        for line_no in self._line_nos:
            window = self._window(way.arrival_of(line_no))
            if window is None:
                return None
            windows[line_no] = window
        return self._with_lateness(way.arrival_of(0), windows)

    def _window(self, arrival: Mass) -> Window | None:
        return promised(arrival, self._question.demand.wanted_ppm, self._question.demand.asked_from)

    def _with_lateness(self, arrival: Mass, windows: dict[int, Window]) -> _Promised:
        last_days = {line_no: window.last_day for line_no, window in windows.items()}
        late_ppm = days_late_ppm(arrival, last_days[0], self._question.costs.never_days)
        return _Promised(windows, last_days, late_ppm, min(window.ppm for window in windows.values()))


def _offers(tried: Sequence[_Tried], question: QuoteQuestion) -> tuple[Offer, ...]:
    """Cheapest first, and none that another beats on both cost and last day. Of too many, the soonest stays with the
    cheapest ones.
    """
    most = question.costs.most_offers
    kept: list[_Tried] = []
    for each in sorted(tried, key=_Tried.rank):
        if not kept or each.last_day < kept[-1].last_day:
            kept.append(each)
        elif each.rank() == kept[-1].rank() and each.among_equals() < kept[-1].among_equals():
            kept[-1] = each
    kept = [*kept[: most - 1], kept[-1]] if 1 < most < len(kept) else kept[:most]
    return tuple(_made(each, question.demand) for each in kept)


def _made(tried: _Tried, demand: Demand) -> Offer:
    """What was tried as an offer: each promise with its basis, each shipment with how sure its lines are."""
    options, windows = tried.way.options, tried.windows
    promises = []
    for line_no, window in windows.items():
        carrying = [o for o in options if not line_no or any(r.line_no == line_no for r in o.taken)]
        legs, learned = tuple(option.leg for option in carrying), all(option.learned for option in carrying)
        basis = Basis(legs, demand.wanted_ppm, demand.asked_from, LEARNED if learned else PRIOR_ONLY)
        promises.append(LinePromise(line_no, window, basis))
    order, *lines = promises
    shipments = tuple(
        option.as_shipment(option.departs, min(windows[reservation.line_no].ppm for reservation in option.taken))
        for option in options
    )
    return Offer(order, tuple(lines), shipments, tried.cost, tried.as_wanted)


def full_days(sites: Sequence[SiteSupply]) -> set[DayKey]:
    """The days on which a site has no room for another shipment."""
    return {
        DayKey(site.site_id, day)
        for site in sites
        if site.daily_shipments is not None
        for day, booked in site.booked.items()
        if booked >= site.daily_shipments
    }


def out_of_stock(demand: Demand, supply: Supply, short: dict[str, int]) -> Refusal:
    """What is short, by how much, and when it could be there if the customer waited for it."""
    when = could_be(short, supply, demand)
    missing = ", ".join(f"{quantity} of {item_id}" for item_id, quantity in short.items())
    until = f"; it could leave after {when.date()} as a backorder" if when else "; nothing is due"
    concerns: dict[str, str | int] = {f"short:{item_id}": quantity for item_id, quantity in short.items()}
    if when:
        concerns["could_be"] = when.date().isoformat()
    return Refusal(Why.OUT_OF_STOCK, f"short of {missing}{until}", concerns)


def not_together(demand: Demand, costs: Costs) -> Refusal:
    """There is enough, but not where the order's terms let it be brought together."""
    most = demand.most_shipments(costs)
    deliveries = "one delivery" if most == 1 else f"{most} deliveries"
    says = f"there is enough stock, but it cannot be sent in {deliveries} with lots that last"
    return Refusal(Why.OUT_OF_STOCK, says, {"order": demand.order_id, "most_shipments": most})


def _no(why: Why, says: str, concerns: dict[str, str | int]) -> Quote:
    return Quote((), Refusal(why, says, concerns))
