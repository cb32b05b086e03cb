"""Levers for slow times: what a quiet day lets a company do, each with its reason and what it saves.

Fewer departures, earlier counts, earlier replenishment, and stock that lies too long sent first. Suggestions: nothing
is done by itself. Consolidation has a decider of its own (`planning.consolidate`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

QUIET_PPM = 600_000  # a day that sends less than so much of what it could is quiet
LONG_DAYS = 90  # stock for more days than that lies too long, where goals do not say otherwise
MOST_COUNTS, MOST_ITEMS = 10, 10
_WHOLE = 1_000_000
_THOUSAND = 1_000
_COVER_DAYS = 14  # a replenishment is for so many days beyond its lead time, where goals do not say how many lie there


class Kind(StrEnum):
    """What is pulled."""

    DEPARTURE = "skip a departure"
    CONSOLIDATE = "send together"
    COUNT = "count now"
    REPLENISH = "order earlier"
    EXCESS = "send from where it lies too long"
    AGEING = "send before it ends"


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that can be done on a day (None: as long as it is so) at a site, why, and what it saves (None: not
    known in money).
    """

    kind: Kind
    site_id: str
    on: date | None
    says: str
    because: str
    saves_minor: int | None = None


@dataclass(frozen=True, slots=True)
class SiteDay:
    """What a site has to send on a working day by now, what it usually sends on such a day, and what it could; `could`
    0: nobody said.
    """

    site_id: str
    day: date
    planned: int
    usual: int
    could: int

    @property
    def share_ppm(self) -> int | None:
        """What is to be expected of what could be sent: what is planned, or as much as usual where that is more."""
        return max(self.planned, self.usual) * _WHOLE // self.could if self.could else None

    @property
    def quiet(self) -> bool:
        return self.share_ppm is not None and self.share_ppm < QUIET_PPM

    def because(self) -> str:
        share = (self.share_ppm or 0) // 10_000
        shipments = "shipment" if self.planned == 1 else "shipments"
        many = f"{self.planned} {shipments} planned, {self.usual} usual, {self.could} could leave"
        return f"{self.day:%A} is quiet: {many} ({share} %)"


@dataclass(frozen=True, slots=True)
class Call:
    """A carrier's call at a site: what is planned to go with it, each by the last call that keeps its promise, and when
    it comes again (None: not in sight).
    """

    site_id: str
    carrier_id: str
    day: date
    at: datetime
    told_at: str  # its time on the wall of the site
    ship_by: tuple[datetime, ...]
    again_at: datetime | None
    again_told: str = ""


@dataclass(frozen=True, slots=True)
class BinKnown:
    """A bin's item, and how surely its books are right; `days` since it was counted, None: never."""

    site_id: str
    place_id: str
    item_id: str
    units: int
    days: int | None
    moves: int
    there_ppm: int
    short_picks: int = 0


@dataclass(frozen=True, slots=True)
class ShelfKnown:
    """An item at a site: units there, units free, what all sites have and what is coming; what is wanted of it a day at
    the site and everywhere (thousandths); how many days new goods take (None: nobody knows); units that end first, and
    when.
    """

    site_id: str
    item_id: str
    units: int
    free: int
    everywhere: int
    coming: int
    here_a_day: int
    wanted_a_day: int
    lead_days: int | None
    ends_on: date | None = None
    ending: int = 0


def levers(
    days: Sequence[SiteDay],
    calls: Sequence[Call],
    bins: Sequence[BinKnown],
    shelves: Sequence[ShelfKnown],
    *,
    today: date,
    departure_minor: int = 0,
    most_days: int | None = None,
) -> list[Lever]:
    """All of them: those of quiet days first. `departure_minor` is what a carrier's call costs, 0: nobody said;
    `most_days` how many days of supply may lie there.
    """
    quiet = {(day.site_id, day.day): day for day in days if day.quiet}
    return [
        *_departures(quiet, calls, today, departure_minor),
        *_counts(quiet, bins),
        *_replenish(shelves, most_days),
        *_ageing(shelves, today),
        *_excess(shelves, most_days or LONG_DAYS),
    ]


def _departures(
    quiet: dict[tuple[str, date], SiteDay], calls: Sequence[Call], today: date, departure_minor: int
) -> Iterator[Lever]:
    """On a quiet day, calls whose shipments all keep their promises with the carrier's next one; those that nothing
    goes with together. That nothing is planned yet for a later day says nothing about it: its orders still come.
    """
    empty: dict[tuple[str, date], list[Call]] = {}
    for call in calls:
        day = quiet.get((call.site_id, call.day))
        again = call.again_at
        if day is None or again is None or any(last < again for last in call.ship_by):
            continue
        if call.ship_by:
            what = f"{_goes(len(call.ship_by))} with the next, {call.again_told}"
            yield _skip(day, [call], what, departure_minor)
        elif call.day == today:
            empty.setdefault((call.site_id, call.day), []).append(call)
    for where, skipped in empty.items():
        yield _skip(
            quiet[where],
            skipped,
            "nothing goes with it" if len(skipped) == 1 else "nothing goes with them",
            departure_minor,
        )


def _skip(day: SiteDay, calls: Sequence[Call], what: str, departure_minor: int) -> Lever:
    names = ", ".join(f"{call.carrier_id}'s call of {call.told_at}" for call in calls)
    says = f"skip {names}: {what}; every promise still holds"
    return Lever(Kind.DEPARTURE, day.site_id, day.day, says, day.because(), departure_minor * len(calls) or None)


def _goes(many: int) -> str:
    return "its shipment goes" if many == 1 else f"its {many} shipments go"


def _counts(quiet: dict[tuple[str, date], SiteDay], bins: Sequence[BinKnown]) -> Iterator[Lever]:
    """On its first quiet day a site counts what it knows least surely."""
    told: set[str] = set()
    for (site_id, day), quiet_day in sorted(quiet.items(), key=lambda each: each[0][1]):
        if site_id in told:
            continue
        told.add(site_id)
        unsure = [each for each in bins if each.site_id == site_id and (each.days is None or each.moves)]
        worst = sorted(unsure, key=lambda each: (each.there_ppm, -each.units, each.place_id, each.item_id))[
            :MOST_COUNTS
        ]
        if worst:
            names = ", ".join(f"{each.item_id} in {each.place_id}" for each in worst[:3])
            more = f" and {len(worst) - 3} more" if len(worst) > 3 else ""
            yield Lever(Kind.COUNT, site_id, day, f"count {names}{more}", f"{quiet_day.because()}; {_unsure(worst[0])}")


def _unsure(one: BinKnown) -> str:
    counted = "was never counted" if one.days is None else f"was last counted {one.days} days ago"
    since = "" if one.days is None else " since"
    short = f" and was picked short {_times(one.short_picks)}" if one.short_picks else ""
    return f"{one.item_id} {counted} and moved {_times(one.moves)}{since}{short}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _replenish(shelves: Sequence[ShelfKnown], most_days: int | None) -> Iterator[Lever]:
    """Items that would be gone before new goods are there, once for all sites."""
    short = []
    for shelf in {each.item_id: each for each in shelves}.values():
        if not shelf.wanted_a_day or shelf.lead_days is None:
            continue
        ready = max(shelf.everywhere + shelf.coming, 0)
        lasts = ready * _THOUSAND // shelf.wanted_a_day
        if lasts < shelf.lead_days:
            cover = max(most_days or 0, shelf.lead_days + _COVER_DAYS)
            units = -(-shelf.wanted_a_day * cover // _THOUSAND) - ready
            coming = f", {shelf.coming} coming" if shelf.coming else ""
            because = (
                f"{_free(shelf.everywhere)}{coming}: {lasts} days at {_rate(shelf.wanted_a_day)} a day, and new "
                f"goods take {shelf.lead_days} days"
            )
            short.append((lasts - shelf.lead_days, shelf.item_id, units, because))
    for _, item_id, units, because in sorted(short)[:MOST_ITEMS]:
        yield Lever(Kind.REPLENISH, "", None, f"order {units} of {item_id} now", because)


def _rate(thousandths: int) -> str:
    whole, rest = divmod(thousandths, _THOUSAND)
    return f"{whole}.{rest // 100}"


def _ageing(shelves: Sequence[ShelfKnown], today: date) -> Iterator[Lever]:
    """Lots that would end before the site has sent them."""
    found = []
    for shelf in shelves:
        if shelf.ends_on is None or not shelf.ending:
            continue
        days, left = max((shelf.ends_on - today).days, 0), would_end(shelf, today)
        if left:
            because = (
                f"{shelf.ending} end on {shelf.ends_on.day} {shelf.ends_on:%b %Y}, and {shelf.site_id} sends "
                f"{_rate(shelf.here_a_day)} a day: {left} would be left"
            )
            says = f"send {shelf.item_id} from {shelf.site_id} first"
            found.append((days, -left, Lever(Kind.AGEING, shelf.site_id, None, says, because)))
    yield from (lever for _, _, lever in sorted(found, key=lambda each: each[:2])[:MOST_ITEMS])


def _excess(shelves: Sequence[ShelfKnown], most_days: int) -> Iterator[Lever]:
    """Items of which a site has more than so many days' worth, where they are wanted elsewhere: of each item the site
    where it would lie longest.
    """
    longest: dict[str, ShelfKnown] = {}
    for shelf in shelves:
        other = longest.get(shelf.item_id)
        if other is None or _lies(shelf) > _lies(other):
            longest[shelf.item_id] = shelf
    found = []
    for shelf in longest.values():
        over = excess(shelf, most_days)
        if not over or shelf.wanted_a_day <= shelf.here_a_day:
            continue
        lies = f"{_lies(shelf)} days of it lie there" if shelf.here_a_day else "nothing of it was sent from there"
        says = f"let {shelf.item_id} that others would send go from {shelf.site_id}"
        others = _rate(shelf.wanted_a_day - shelf.here_a_day)
        because = f"{_free(shelf.free)} and {lies}, and {others} a day go from others"
        found.append((-over, shelf.item_id, Lever(Kind.EXCESS, shelf.site_id, None, says, because)))
    yield from (lever for _, _, lever in sorted(found, key=lambda each: each[:2])[:MOST_ITEMS])


def _free(units: int) -> str:
    return f"{units} {'is' if units == 1 else 'are'} free"


def _lies(shelf: ShelfKnown) -> int:
    """For how many days the free units would go from there."""
    return shelf.free * _THOUSAND // max(shelf.here_a_day, 1)


def would_end(shelf: ShelfKnown, today: date) -> int:
    """Units of the lot that ends first which the site would not have sent by then."""
    if shelf.ends_on is None:
        return 0
    return max(shelf.ending - shelf.here_a_day * max((shelf.ends_on - today).days, 0) // _THOUSAND, 0)


def excess(shelf: ShelfKnown, most_days: int) -> int:
    """The free units of a site beyond so many days' worth of what goes from there, and of the site's share of all."""
    a_day = max(shelf.here_a_day, 1)
    return max(shelf.free - -(-a_day * most_days // _THOUSAND), 0)
