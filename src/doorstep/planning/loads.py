"""Consolidated loads as columns of the joint plan: orders to one consignee, or to one area by truck, that could go as
one shipment.

A load is a site, a service, a departure and some of the orders to one consignee, each of which could go so by itself
and keep its promise; or to several of one area of a truck that makes stops, each of which keeps it still when it is
unloaded behind the others. Its freight is that of all their parcels as one shipment; only loads whose freight is less
than that of their orders apart are looked at. Which of the many sets of orders are tried hangs on what each order would
cost without, at the prices of the moment: all that fit, then without those with which the rest saves less.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from doorstep.carriers.stops import area_of, takes_stops
from doorstep.planning.choices import Board, Choice, Load, choices, priced
from doorstep.planning.limited import Prices
from doorstep.planning.stops import Stopped, by_stop, over_stops
from doorstep.planning.supply import Free, RowKey
from doorstep.planning.truckloads import truckload
from doorstep.planning.values import Boxed, DayKey, Deciders, OpenOrder, PlanQuestion, Scarce
from doorstep.planning.ways import Desk, Way
from doorstep.terms.money import share_out
from doorstep.terms.places import Locality

MOST_WAYS = 400  # of one order that are looked at for its loads
_MOST_TOGETHER = 8  # orders to one consignee that are looked at together
_MOST_LOADS = 24  # of one group that are added at once

Areas = frozenset[tuple[str, str, tuple[str, str]]]  # of trucks: service, site, lane
Leaving = tuple[str, str, datetime]  # site, service, departure
_By = Mapping[int, Mapping[Leaving, Choice]]


_Going = tuple[int, Choice]  # the number of an order, and how it could leave


class Bundle(NamedTuple):
    """A load as a column: the numbers of its orders, and each one's part of it."""

    orders: tuple[int, ...]
    parts: tuple[Choice, ...]

    @property
    def weighed_minor(self) -> int:
        return sum(part.weighed_minor for part in self.parts)


def groups_of(orders: Sequence[OpenOrder], areas: Callable[[OpenOrder], Areas]) -> list[tuple[int, ...]]:
    """The numbers of orders that may go together, two or more, each in one group: those to one consignee whose promises
    end at about one time; where `areas` of trucks take them, with those to consignees near by."""
    by_consignee: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, order in enumerate(orders):
        if order.delivers_to:
            by_consignee[order.delivers_to].append(i)
    groups: list[tuple[int, ...]] = []
    by_area: dict[Areas, list[tuple[int, ...]]] = defaultdict(list)
    for mine in by_consignee.values():
        mine.sort(key=lambda i: (orders[i].agreed.last_day, orders[i].demand.order_id))
        parts = (mine[first : first + _MOST_TOGETHER] for first in range(0, len(mine), _MOST_TOGETHER))
        taken_by = areas(orders[mine[0]])
        (by_area[taken_by] if taken_by else groups).extend(tuple(part) for part in parts)
    for parts_there in by_area.values():
        groups += _near_by(orders, parts_there)
    return [group for group in groups if len(group) > 1]


def _near_by(orders: Sequence[OpenOrder], parts: Sequence[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """Consignees whose postcodes and promises are next to each other, as many as are looked at together."""
    group: tuple[int, ...] = ()
    for part in sorted(parts, key=lambda part: (orders[part[0]].demand.lies.head, orders[part[0]].agreed.last_day)):
        if len(group) + len(part) > _MOST_TOGETHER:
            yield group
            group = ()
        group += part
    yield group


class _Weighed(NamedTuple):
    """A load, and what it saves."""

    bundle: Bundle
    saves_minor: int


@dataclass(frozen=True, slots=True)
class Reference:
    """What a set of orders is held against: what each costs without it, at prices, and what a column costs at them."""

    minor: Mapping[int, int]
    prices: Prices

    def saves(self, bundle: Bundle) -> int:
        costs = sum(priced(part, self.prices) for part in bundle.parts)
        return sum(self.minor[i] for i in bundle.orders) - costs


class Loads:
    """Finds the loads of groups of orders, and keeps what the same parcels as one shipment cost."""

    def __init__(
        self, question: PlanQuestion, desk: Desk, deciders: Deciders, pool: Free, full: Collection[DayKey]
    ) -> None:
        self._orders = question.orders
        self._desk, self._deciders, self._pool, self._full = desk, deciders, pool, full
        self._services = {service.service_id: service for service in question.services}
        self._freight: dict[tuple[object, ...], Boxed | None] = {}
        self._stopped: dict[tuple[object, ...], Stopped | None] = {}
        self.groups = groups_of(question.orders, self._areas) if deciders.joint_up else []
        self._would_pay: dict[int, int] = {}  # the freight of an order's cheapest way by itself
        self._by = {i: self._leaving(i) for group in self.groups for i in group}

    def _areas(self, order: OpenOrder) -> Areas:
        found = set()
        for service in self._services.values() if self._deciders.by_road else ():
            for site in self._desk.supply.sites.values() if takes_stops(service.tariff) else ():
                area = area_of(service.tariff, site.lies, order.demand.lies)
                if area is not None:
                    found.add((service.service_id, site.site_id, area))
        return frozenset(found)

    def _leaving(self, i: int) -> dict[Leaving, Choice]:
        """How the order could leave in one shipment that keeps its promise: the cheapest of each."""
        found, _ = choices(self._orders[i], self._desk, self._pool, self._full, later=True, most=MOST_WAYS)
        self._would_pay[i] = max(found[0].cost.freight_minor, 1) if found else 1
        return self._cheapest(found)

    def _cheapest(self, found: Sequence[Choice]) -> dict[Leaving, Choice]:
        by: dict[Leaving, Choice] = {}
        for choice in found:
            if choice.holds and choice.way is not None and len(choice.way.options) == 1:
                by.setdefault(_leaves(choice), choice)
        return by

    def of(self, group: Sequence[int], reference: Reference) -> list[Bundle]:
        """The loads of the group that save most against the reference, each something."""
        return self._best(self._found({i: self._by[i] for i in group}, reference), reference)

    def from_stock_of(self, group: Sequence[int], picks: Sequence[Choice], reference: Reference) -> list[Bundle]:
        """The same of orders that go in one shipment, each from the very units that it has now."""
        by: dict[int, dict[Leaving, Choice]] = {}
        for i in group:
            way = picks[i].way
            if way is not None and len(way.options) == 1:
                by[i] = self._same_units(i, way)
        return self._best(self._found(by, reference), reference)

    def _same_units(self, i: int, way: Way) -> dict[Leaving, Choice]:
        taken = way.options[0].taken
        order = replace(self._orders[i], held=taken, planned=())
        found, _ = choices(order, self._desk, self._pool, self._full, later=True, most=MOST_WAYS)
        units = sorted(taken, key=repr)
        same = (choice for choice in found if choice.way and len(choice.way.options) == 1)
        return self._cheapest([c for c in same if c.way and sorted(c.way.options[0].taken, key=repr) == units])

    def _best(self, found: Iterator[Bundle], reference: Reference) -> list[Bundle]:
        saving = [(reference.saves(bundle), bundle) for bundle in found]
        saving.sort(key=lambda each: (-each[0], each[1].orders, each[1].parts[0].load))
        return [bundle for saves, bundle in saving if saves > 0][:_MOST_LOADS]

    def _found(self, by: _By, reference: Reference) -> Iterator[Bundle]:
        for leaving in sorted({key for mine in by.values() for key in mine}):
            drops: dict[tuple[str, ...], list[tuple[int, Choice]]] = defaultdict(list)
            for i, mine in by.items():
                if leaving in mine:
                    drops[self._orders[i].delivers_to].append((i, mine[leaving]))
            for going in drops.values():
                if len(going) > 1:
                    yield from self._shrunk(going, reference)
            if len(drops) > 1 and takes_stops(self._services[leaving[1]].tariff):
                yield from self._truckload(list(drops.values()), reference)

    def _truckload(self, drops: Sequence[Sequence[_Going]], reference: Reference) -> Iterator[Bundle]:
        """The orders to some of the consignees on one truck that are found to save most."""

        def joined(going: Sequence[_Going]) -> _Weighed | None:
            bundle = self._bundle(sorted(going, key=lambda each: each[0]))
            return None if bundle is None else _Weighed(bundle, reference.saves(bundle))

        def pays(each: _Going) -> int:
            return reference.minor[each[0]] - priced(each[1], reference.prices) + each[1].cost.freight_minor

        best = truckload(drops, pays, lambda each: each[1].cost.freight_minor, joined, self._goes_in)
        if best is not None:
            yield best.bundle

    def _goes_in(self, found: _Weighed) -> bool:
        load, parts = found.bundle.parts[0].load, found.bundle.parts
        assert load is not None
        parcels = [part.way.options[0].boxed.parcels for part in parts if part.way is not None]
        fits = self._deciders.goes_in
        return fits is None or fits(self._services[load.service_id], by_stop(load.stop_nos, parcels))

    def _shrunk(self, going: Sequence[tuple[int, Choice]], reference: Reference) -> Iterator[Bundle]:
        """All of them, then without those with which the rest saves less, as long as leaving one out helps."""
        best = self._bundle(going)
        if best is not None:
            yield best
        while len(going) > 2:
            without = []
            for left_out in range(len(going)):
                rest = [*going[:left_out], *going[left_out + 1 :]]
                bundle = self._bundle(rest)
                if bundle is not None:
                    without.append((reference.saves(bundle), rest, bundle))
            if not without:
                return
            saves, going, bundle = max(without, key=lambda each: (each[0], tuple(-i for i, _ in each[1])))
            if best is not None and saves <= reference.saves(best):
                return
            best = bundle
            yield bundle

    def _bundle(self, going: Sequence[tuple[int, Choice]]) -> Bundle | None:
        """The orders as one shipment; None where that has no price, saves no freight or needs more than there is, or
        one of them would come too late behind the others."""
        stopped = self._over_stops(going)
        if stopped is None:
            return None
        going = [(i, choice) for (i, _), choice in zip(going, stopped.choices, strict=True)]
        ways = [choice.way for _, choice in going if choice.way is not None]
        options = [way.options[0] for way in ways]
        boxed = self._as_one(going, ways, stopped.places)
        if boxed is None:
            return None
        freight_minor = sum(parcel.freight_minor for parcel in boxed.parcels)
        needed: dict[RowKey, int] = {}
        for _, choice in going:
            for row, units in choice.rows.items():
                needed[row] = needed.get(row, 0) + units
        if freight_minor >= sum(option.freight_minor for option in options):
            return None
        if any(units > self._pool[row] for row, units in needed.items()):
            return None
        first = options[0]
        load = Load(
            tuple(self._orders[i].demand.order_id for i, _ in going),
            *(first.day.site_id, first.service_id, first.departs, boxed.tariff_id),
            *(boxed.travels_as or f"{len(boxed.parcels)} parcels", freight_minor),
            *(stopped.stop_nos, stopped.later_seconds),
        )
        # Each saves in the proportion in which it would have paid.
        shares = share_out(freight_minor, [self._would_pay[i] for i, _ in going])
        parts = (
            _part(choice, load, share, leads=not n)
            for n, ((_, choice), share) in enumerate(zip(going, shares, strict=True))
        )
        return Bundle(tuple(i for i, _ in going), tuple(parts))

    def _over_stops(self, going: Sequence[_Going]) -> Stopped | None:
        orders, chosen = [self._orders[i] for i, _ in going], [choice for _, choice in going]
        service = self._services[_leaves(chosen[0])[1]]
        if len({order.delivers_to for order in orders}) == 1:  # sooner done than looked up
            return over_stops(orders, chosen, service, self._desk, self._deciders)
        key = tuple((i, choice.name()) for i, choice in going)
        if key not in self._stopped:
            self._stopped[key] = over_stops(orders, chosen, service, self._desk, self._deciders)
        return self._stopped[key]

    def _as_one(
        self, going: Sequence[tuple[int, Choice]], ways: Sequence[Way], places: tuple[Locality, ...]
    ) -> Boxed | None:
        options = [way.options[0] for way in ways]
        first = options[0]
        key = (
            *(first.service_id, first.day.site_id, places),
            *((i, option.taking.contents.units) for (i, _), option in zip(going, options, strict=True)),
        )
        if key not in self._freight:
            assert self._deciders.joint_up is not None
            told = self._deciders.joint_up(
                [parcel for option in options for parcel in option.boxed.parcels],
                self._services[first.service_id],
                self._desk.supply.sites[first.day.site_id].lies,
                places,
            )
            self._freight[key] = told if isinstance(told, Boxed) else None
        return self._freight[key]


def _leaves(choice: Choice) -> Leaving:
    assert choice.way is not None
    (option,) = choice.way.options
    return option.day.site_id, option.service_id, option.departs


def regrouped(
    group: Sequence[int],
    bundles: Sequence[Bundle],
    picks: list[Choice],
    board: Board,
    first_fit: Callable[[int, Board], Choice | None],
) -> bool:
    """Whether the orders of a group cost less in loads, or otherwise in loads, or no more in any: then so they go.

    Each load is tried first, then what of the others still saves; who is in none goes its cheapest way (`first_fit`).
    """
    if not bundles:
        return False
    for i in group:
        board.give_back(picks[i])
    least = sum(picks[i].weighed_minor for i in group)
    best: dict[int, Choice] | None = None
    for seed in (None, *range(len(bundles))):
        tried = _tried(group, bundles, seed, board, first_fit)
        if tried is not None and (cost := sum(choice.weighed_minor for choice in tried.values())) < least:
            least, best = cost, tried
    for i in group:
        if best is not None:
            picks[i] = best[i]
        board.take(picks[i])
    return best is not None


def _tried(
    group: Sequence[int],
    bundles: Sequence[Bundle],
    seed: int | None,
    board: Board,
    first_fit: Callable[[int, Board], Choice | None],
) -> dict[int, Choice] | None:
    """The group with the load `seed` (None: without any), board as it was; None where somebody finds nothing."""
    taken: dict[int, Choice] = {}
    for bundle in () if seed is None else (bundles[seed], *bundles):
        if any(i in taken for i in bundle.orders) or not _fits(bundle, board):
            continue
        if taken and bundle.weighed_minor >= sum(
            found.weighed_minor for i in bundle.orders if (found := first_fit(i, board)) is not None
        ):
            continue
        for i, part in zip(bundle.orders, bundle.parts, strict=True):
            board.take(part)
            taken[i] = part
    for i in group:
        if i not in taken and (found := first_fit(i, board)) is not None:
            board.take(found)
            taken[i] = found
    for choice in taken.values():
        board.give_back(choice)
    return taken if len(taken) == len(group) else None


def _fits(bundle: Bundle, board: Board) -> bool:
    done = []
    for part in bundle.parts:
        if board.hinders(part) is not None:
            break
        board.take(part)
        done.append(part)
    for part in done:
        board.give_back(part)
    return len(done) == len(bundle.parts)


def _part(choice: Choice, load: Load, share_minor: int, *, leads: bool) -> Choice:
    """The order's part of the load: its own goods, cartons and handling, its share of the freight."""
    assert choice.way is not None
    (option,) = choice.way.options
    parcels = option.boxed.parcels
    each = share_out(share_minor, [max(parcel.weight_g, 1) for parcel in parcels])
    shared = tuple(replace(parcel, freight_minor=minor) for parcel, minor in zip(parcels, each, strict=True))
    boxed = replace(option.boxed, parcels=shared, tariff_minor=None, travels_as=load.travels_as)
    option = option._replace(boxed=boxed, freight_minor=share_minor)
    cost = choice.way.cost._replace(freight_minor=share_minor)
    uses: Mapping[Scarce, int] = choice.uses
    if not leads:
        uses = {key: units for key, units in uses.items() if not isinstance(key, DayKey)}
    return choice._replace(
        way=Way((option,), cost), cost=choice.cost._replace(freight_minor=share_minor), uses=uses, load=load
    )
