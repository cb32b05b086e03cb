"""Where an order's units could come from: rows of supply, and the ways to fill an order from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, permutations
from typing import NamedTuple

from doorstep.planning.values import Costs, Demand, Reservation, SiteSupply
from doorstep.promising.accuracy import Shelf, doubt_ppm, on_grid
from doorstep.promising.mass import WHOLE, Mass

_MOST_SHELF_LIMITS = 4
_ENOUGH_ALONE = 2


class RowKey(NamedTuple):
    """One row of supply: a lot on hand (inbound_id None) or an inbound, of one item at one site."""

    site_id: str
    item_id: str
    lot: str
    inbound_id: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """What a row's units are worth to a promise; `due_at` and `lateness` are None for units on hand."""

    key: RowKey
    expires_on: date | None
    there_ppm: int = WHOLE
    shelf: Shelf | None = None
    due_at: datetime | None = None
    lateness: Mass | None = None


Free = dict[RowKey, int]  # units that nobody holds
Pattern = tuple[tuple[Reservation, ...], ...]  # the reservations of each shipment


def row_of(reservation: Reservation) -> RowKey:
    return RowKey(reservation.site_id, reservation.item_id, reservation.lot, reservation.inbound_id)


class Supply:
    """All rows of all sites by site and item: on hand first expired first out, inbound in the order in which due."""

    def __init__(self, sites: Sequence[SiteSupply]) -> None:
        self.sites = {site.site_id: site for site in sites}
        self.rows: dict[RowKey, Row] = {}
        self.free: Free = {}
        self._of: dict[tuple[str, str, bool], list[Row]] = {}
        for site in sites:
            for units in site.free:
                key = RowKey(site.site_id, units.item_id, units.lot, None)
                self._add(Row(key, units.expires_on, units.there_ppm, units.shelf), units.quantity)
            for inbound in site.inbound:
                key = RowKey(site.site_id, inbound.item_id, "", inbound.inbound_id)
                self._add(
                    Row(key, inbound.expires_on, due_at=inbound.due_at, lateness=inbound.lateness), inbound.quantity
                )
        for (_, _, is_inbound), rows in self._of.items():
            rows.sort(key=_due_first if is_inbound else _expiring_first)

    def _add(self, row: Row, quantity: int) -> None:
        if row.key not in self.rows:
            self.rows[row.key] = row
            place = (row.key.site_id, row.key.item_id, row.due_at is not None)
            self._of.setdefault(place, []).append(row)
        self.free[row.key] = self.free.get(row.key, 0) + quantity

    def of(self, site_id: str, item_id: str, *, inbound: bool) -> Sequence[Row]:
        return self._of.get((site_id, item_id, inbound), ())

    def there_ppm(self, taken: Mapping[RowKey, int], own: Mapping[RowKey, int]) -> int:
        """P(what is taken of these rows of one site is there, and the site takes it), ppm; `own` holds count as free.

        What nobody else holds of an item makes up for what is missing, of lots that end no sooner than what is taken.
        """
        surely = self.sites[next(iter(taken)).site_id].takes_ppm if taken else WHOLE
        units: dict[str, int] = {}
        first: dict[str, Row] = {}  # of the lots that are taken of an item, the one that ends first
        for key, quantity in taken.items():
            row = self.rows[key]
            if row.due_at is None:
                units[key.item_id] = units.get(key.item_id, 0) + quantity
                if key.item_id not in first or _expiring_first(row) < _expiring_first(first[key.item_id]):
                    first[key.item_id] = row
        there = WHOLE
        for item_id, row in first.items():
            surely = surely * row.there_ppm // WHOLE
            if row.shelf is not None:
                ends = _ends(row)
                lots = (lot.key for lot in self.of(row.key.site_id, item_id, inbound=False) if _ends(lot) >= ends)
                left = sum(self.free.get(key, 0) + own.get(key, 0) for key in lots) - units[item_id]
                there = there * (WHOLE - doubt_ppm(row.shelf, max(left, 0))) // WHOLE
        return surely * on_grid(there) // WHOLE

    def with_held(self, held: Sequence[Reservation]) -> Free:
        """The free units and the held ones together. KeyError where what is held is in no row of supply."""
        pool = dict(self.free)
        for reservation in held:
            pool[row_of(reservation)] += reservation.quantity
        return pool


def _ends(row: Row) -> date:
    return row.expires_on or date.max


def _expiring_first(row: Row) -> tuple[date, str]:
    return (_ends(row), row.key.lot)


def _due_first(row: Row) -> tuple[datetime, str]:
    assert row.due_at is not None
    return (row.due_at, row.key.inbound_id or "")


def patterns(demand: Demand, supply: Supply, free: Mapping[RowKey, int], costs: Costs, today: date) -> list[Pattern]:
    """Ways to fill the whole order, as shipments with their reservations; no two alike.

    Every site alone, then (unless two sites have it all on hand) more sites in turn, each giving all it can before the
    next is asked: stock on hand first, then inbound if the order takes backorders (waiting for it at the site, or sent
    after as a shipment of its own). Lots first expired first out, from every lot that is good today on, then again
    without the oldest lots: how long a lot must last depends on the arrival, which is not known here.
    """
    most = demand.most_shipments(costs)
    found: dict[Pattern, None] = {}
    turns = list(_site_turns(demand, supply, free, most, costs.most_splits))
    for good_until in _shelf_limits(demand, supply, today):
        alone = 0
        for chosen in turns:
            if len(chosen) > 1 and alone >= _ENOUGH_ALONE:
                break
            fillings = list(_fillings(demand, supply, free, chosen, good_until))
            found.update((pattern, None) for pattern in fillings if len(pattern) <= most)
            alone += len(fillings) == 1 and len(chosen) == 1 and all(r.inbound_id is None for r in fillings[0][0])
    return list(found)


def _shelf_limits(demand: Demand, supply: Supply, today: date) -> list[date]:
    """Dates that lots must last to: the least one, then the days after the oldest lots have expired."""
    least = today + timedelta(days=demand.shelf_life_days)
    items = {need.item.item_id for need in demand.needs}
    ends = {
        row.expires_on + timedelta(days=1)
        for key, row in supply.rows.items()
        if key.item_id in items and row.expires_on
    }
    return [least, *sorted(end for end in ends if end > least)[:_MOST_SHELF_LIMITS]]


def _fillings(
    demand: Demand, supply: Supply, free: Mapping[RowKey, int], site_ids: Sequence[str], good_until: date
) -> Iterator[Pattern]:
    on_hand = _fill(demand, supply, free, site_ids, inbound=False, good_until=good_until)
    if on_hand is not None:
        yield together(on_hand)
    elif demand.backorder:
        waiting = _fill(demand, supply, free, site_ids, inbound=True, good_until=good_until)
        if waiting is not None:
            yield together(waiting)
            yield _grouped(waiting, apart=True)


def _site_turns(
    demand: Demand, supply: Supply, free: Mapping[RowKey, int], most: int, most_splits: int
) -> Iterator[tuple[str, ...]]:
    covered = {}
    for site_id in supply.sites:
        if site_id in demand.not_from:
            continue
        units = sum(
            min(need.quantity, sum(free.get(row.key, 0) for row in supply.of(site_id, need.item.item_id, inbound=late)))
            for need in demand.needs
            for late in (False, True)
        )
        if units:
            covered[site_id] = units
    ranked = sorted(covered, key=lambda site_id: (-covered[site_id], site_id))
    yield from ((site_id,) for site_id in ranked)
    splits = (turn for size in range(2, most + 1) for turn in permutations(ranked, size))
    yield from islice(splits, most_splits)


def _fill(
    demand: Demand,
    supply: Supply,
    free: Mapping[RowKey, int],
    site_ids: Sequence[str],
    *,
    inbound: bool,
    good_until: date,
) -> list[Reservation] | None:
    """The order filled from these sites in turn; None where they have not enough."""
    taken: dict[RowKey, int] = {}
    left = [need.quantity for need in demand.needs]
    reservations = []
    for late in (False, True) if inbound else (False,):
        for site_id in site_ids:
            for i, need in enumerate(demand.needs):
                for row in supply.of(site_id, need.item.item_id, inbound=late):
                    if not left[i]:
                        break
                    if row.expires_on is not None and row.expires_on < good_until:
                        continue
                    units = min(left[i], free.get(row.key, 0) - taken.get(row.key, 0))
                    if units > 0:
                        taken[row.key] = taken.get(row.key, 0) + units
                        left[i] -= units
                        reservations.append(
                            Reservation(need.line_no, row.key.item_id, site_id, row.key.lot, row.key.inbound_id, units)
                        )
    return None if any(left) else reservations


def _grouped(taken: Sequence[Reservation], *, apart: bool) -> Pattern:
    """One shipment per site; `apart`: what comes with an inbound is a shipment of its own."""
    shipments: dict[tuple[str, str | None], list[Reservation]] = {}
    for reservation in taken:
        source = (reservation.site_id, reservation.inbound_id if apart else None)
        shipments.setdefault(source, []).append(reservation)
    return tuple(tuple(shipment) for shipment in shipments.values())


def together(taken: Sequence[Reservation]) -> Pattern:
    """One shipment per site."""
    return _grouped(taken, apart=False)


def shortage(demand: Demand, supply: Supply, free: Mapping[RowKey, int], today: date) -> dict[str, int]:
    """Item -> units missing over all sites, on hand and (if the order takes backorders) inbound; empty: none."""
    good_until = today + timedelta(days=demand.shelf_life_days)
    wanted: dict[str, int] = {}
    for need in demand.needs:
        wanted[need.item.item_id] = wanted.get(need.item.item_id, 0) + need.quantity
    short = {}
    for item_id, quantity in wanted.items():
        for key, row in supply.rows.items():
            counts = row.due_at is None or demand.backorder
            good = row.expires_on is None or row.expires_on >= good_until
            if key.item_id == item_id and counts and good and key.site_id not in demand.not_from:
                quantity -= free.get(key, 0)
        if quantity > 0:
            short[item_id] = quantity
    return short


def could_be(short: Mapping[str, int], supply: Supply, demand: Demand) -> datetime | None:
    """When inbound that the order's terms do not count on would have covered what is short; None: nothing is due."""
    if demand.backorder:
        return None
    latest: datetime | None = None
    for item_id, quantity in short.items():
        rows = [row for key, row in supply.rows.items() if key.item_id == item_id and row.due_at is not None]
        for row in sorted(rows, key=_due_first):
            quantity -= supply.free[row.key]
            if quantity <= 0:
                assert row.due_at is not None
                latest = row.due_at if latest is None else max(latest, row.due_at)
                break
        else:
            return None
    return latest


def covers(pattern: Pattern, demand: Demand, costs: Costs) -> bool:
    """Whether the reservations are the whole order, in as many shipments as its terms allow."""
    wanted: dict[tuple[int, str], int] = {}
    for need in demand.needs:
        wanted[need.line_no, need.item.item_id] = wanted.get((need.line_no, need.item.item_id), 0) + need.quantity
    for taken in pattern:
        for reservation in taken:
            key = (reservation.line_no, reservation.item_id)
            wanted[key] = wanted.get(key, 0) - reservation.quantity
    return not any(wanted.values()) and len(pattern) <= demand.most_shipments(costs)
