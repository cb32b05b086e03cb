"""Goals that contradict one another as things stand: told from what orders could cost, measured, and what each would
take to give way.

Everything comes in as numbers: the ways of orders as the frontier has them, what was promised and kept, what is wanted
of items day by day, what sites can send.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from doorstep.goals.conflicts import Conflict, Relax, percent, roughly
from doorstep.terms.goals import ClassGoals, Goals, Reserve
from doorstep.terms.order import Preference

_WHOLE = 1_000_000
_POINT = 10_000
_FEW = 20  # of fewer orders, promises or days nothing is said with certainty

Say = Callable[[int], str]  # an amount as money


@dataclass(frozen=True, slots=True)
class OrderKnown:
    """An order as the frontier has it: its ways as (ppm on time, cost), today's among them, and its ceiling.

    `ever_ppm` is how surely it arrives at all by its surest way; `later_ppm` the surest on time were it promised one
    day later, two days later, and so on.
    """

    ways: tuple[tuple[int, int], ...]
    today_minor: int
    ceiling_minor: int | None
    ever_ppm: int
    later_ppm: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassKnown:
    """The orders of a class, how many of them are open, and how its promises ended."""

    wants: ClassGoals
    wanted_ppm: int
    orders: tuple[OrderKnown, ...]
    judged: int
    kept: int

    def rests_on(self) -> str:
        many = len(self.orders)
        few = ", too few to be sure" if many < _FEW else ""
        said = f"told from {many} order{'s' * (many != 1)}{few}"
        if not self.judged:
            return f"{said}; no promise to this class has ended yet, so that it is what planning expects"
        kept = percent(self.kept * 1_000 // self.judged * 1_000)
        few = ", too few to hold against it" if self.judged < _FEW else ""
        return f"{said}; of {self.judged} promises that ended {kept} per cent were kept{few}"


def of_class(known: ClassKnown, say: Say) -> Iterator[Conflict]:
    """What a class wants against what its orders can have."""
    if not known.orders:
        return
    yield from _never_as_sure(known)
    target = known.wants.target_ppm
    name = "target_percent"
    if target is None:
        target, name = known.wants.wanted_ppm, "wanted_percent"
    if target is None:
        return
    surest = _mean(max(ppm for ppm, _ in order.ways) for order in known.orders)
    if surest < target and known.wants.target_ppm is not None:
        yield _out_of_reach(known, target, name, surest)
    if any(order.ceiling_minor is not None for order in known.orders):
        yield from _against_ceiling(known, min(target, surest), target, name, say)


def _mean(numbers: Iterator[int]) -> int:
    listed = list(numbers)
    return sum(listed) // len(listed)


def _never_as_sure(known: ClassKnown) -> Iterator[Conflict]:
    """A probability that no way has, whatever the day: parcels are lost."""
    ever = [order.ever_ppm for order in known.orders]
    short = sum(ppm < known.wanted_ppm for ppm in ever)
    if short:
        place = f"classes.{known.wants.name}.wanted_percent"
        least = min(ever)
        says = (
            f"{short} of {len(ever)} orders cannot be promised as surely as {percent(known.wanted_ppm)} per cent "
            f"by any day: by the surest way {percent(least)} per cent arrive at all"
        )
        relax = (Relax(place, f"{percent(least // 100 * 100)} at most: then every order can be promised as surely"),)
        yield Conflict(place, says, relax, known.rests_on())


def _out_of_reach(known: ClassKnown, target: int, name: str, surest: int) -> Conflict:
    table = f"classes.{known.wants.name}"
    relax = [Relax(f"{table}.{name}", f"{roughly(surest)} at most, on the days that are promised now")]
    shifts = min((len(order.later_ppm) for order in known.orders), default=0)
    for days in range(shifts):
        later = _mean(order.later_ppm[days] for order in known.orders)
        if later >= target:
            more = f"{days + 1} day{'s' * (days > 0)} later"
            says = f"a promise {more} reaches {percent(target)} ({roughly(later)} at most)"
            relax.append(Relax(f"{table}.wanted_percent", f"higher: {says}"))
            break
    says = (
        f"{percent(target)} per cent is out of reach whatever is spent: by their surest ways "
        f"{roughly(surest)} per cent of orders are there on the days that are promised"
    )
    return Conflict(f"{table}.{name}", says, tuple(relax), known.rests_on())


def _against_ceiling(known: ClassKnown, reach: int, target: int, name: str, say: Say) -> Iterator[Conflict]:
    table = f"classes.{known.wants.name}"
    ceiling = "ceiling_minor" if known.wants.ceiling_minor is not None else "ceiling_percent"
    orders = known.orders
    above = [gap for order in orders if (gap := _least(order) - _ceiling(order)) > 0]
    kept = _under(orders, 0)
    if above:
        says = f"{len(above)} of {len(orders)} orders cannot be sent below it at all, by no way there is"
        more = f"higher by {say(max(above))} an order: then each has a way below it; half need {say(_median(above))}"
        higher = Relax(f"{table}.{ceiling}", more, max(above))
        yield Conflict(f"{table}.{ceiling}", says, (higher,), known.rests_on())
    if kept < reach:
        extra = _raise(orders, reach)
        dearer = -(-(_least_for(orders, extra, reach) - sum(order.today_minor for order in orders)) // len(orders))
        says = f"below it at most {roughly(kept)} per cent can be there on time, and {percent(target)} is wanted"
        reached = f"{percent(target)} per cent" if reach == target else f"{roughly(reach)} per cent, the most there is"
        relax = (
            Relax(
                f"{table}.{ceiling}",
                f"higher by {say(extra)} an order keeps {reached}; an order then costs {_beside(dearer, say)}",
                dearer,
            ),
            Relax(f"{table}.{name}", f"{roughly(kept)}: that is what the ceiling leaves"),
        )
        yield Conflict(f"{table}.{ceiling}", says, relax, known.rests_on())
    yield from _fastest(known, ceiling, say)


def _fastest(known: ClassKnown, ceiling: str, say: Say) -> Iterator[Conflict]:
    if known.wants.preference is not Preference.FASTEST:
        return
    table = f"classes.{known.wants.name}"
    over = [gap for order in known.orders if (gap := order.today_minor - _ceiling(order)) > 0]
    if not over:
        return
    saved = sum(order.today_minor - _least(order) for order in known.orders) // len(known.orders)
    says = f"the fastest is promised, which is above the ceiling for {len(over)} of {len(known.orders)} orders"
    relax = (
        Relax(f"{table}.preference", f'"cheapest" saves {say(saved)} an order, and comes later', -saved),
        Relax(f"{table}.{ceiling}", f"higher by {say(max(over))} an order: then none is above it", max(over)),
    )
    yield Conflict(f"{table}.preference", says, relax, known.rests_on())


def _least(order: OrderKnown) -> int:
    return min(cost for _, cost in order.ways)


def _ceiling(order: OrderKnown) -> int:
    return max(cost for _, cost in order.ways) if order.ceiling_minor is None else order.ceiling_minor


def _median(numbers: Sequence[int]) -> int:
    return sorted(numbers)[len(numbers) // 2]


def _beside(minor: int, say: Say) -> str:
    return f"{say(minor)} more than today" if minor > 0 else "no more than today"


def _below(order: OrderKnown, extra: int) -> list[tuple[int, int]]:
    """The ways at the ceiling and `extra`, the cheapest first; where none is, the cheapest of all."""
    ways = sorted(order.ways, key=lambda way: (way[1], -way[0]))
    return [way for way in ways if way[1] <= _ceiling(order) + extra] or ways[:1]


def _under(orders: Sequence[OrderKnown], extra: int) -> int:
    """The most on time with every order at its ceiling and `extra`."""
    return sum(max(ppm for ppm, _ in _below(order, extra)) for order in orders) // len(orders)


def _least_for(orders: Sequence[OrderKnown], extra: int, ppm: int) -> int:
    """What so much on time costs with every order at its ceiling and `extra`: whichever gains most for its cost goes
    another way first.
    """
    ways = [_below(order, extra) for order in orders]
    picks = [each[0] for each in ways]
    while sum(pick[0] for pick in picks) < ppm * len(orders):
        better = [
            (Fraction(way[1] - picks[i][1], way[0] - picks[i][0]), i, way)
            for i, each in enumerate(ways)
            for way in each
            if way[0] > picks[i][0]
        ]
        if not better:
            break
        _, i, picks_now = min(better)
        picks[i] = picks_now
    return sum(pick[1] for pick in picks)


def _raise(orders: Sequence[OrderKnown], ppm: int) -> int:
    """The least by which all ceilings must rise for so much on time."""
    gaps = sorted({max(cost - _ceiling(order), 0) for order in orders for _, cost in order.ways})
    low, high = 0, len(gaps) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _under(orders, gaps[middle]) >= ppm else (middle + 1, high)
    return gaps[low]


@dataclass(frozen=True, slots=True)
class SiteKnown:
    """What a site may send on a day (0: any number), by the goals or by itself."""

    site_id: str
    daily_orders: int
    by_goals: bool


def of_capacity(goals: Goals, sites: Sequence[SiteKnown], shipments: int, days: int) -> Iterator[Conflict]:
    """Targets against what all sites together may send: `shipments` went or are to go, on so many working days."""
    unknown = sorted({limit.site_id for limit in goals.capacity} - {site.site_id for site in sites})
    for site_id in unknown:
        yield Conflict(f"capacity.{site_id}", "there is no such site", (Relax(f"capacity.{site_id}", "leave it out"),))
    if not days or not sites or any(not site.daily_orders for site in sites):
        return
    a_day, most = -(-shipments // days), sum(site.daily_orders for site in sites)
    wanted = [each for each in goals.classes if each.target_ppm is not None]
    share = most * _WHOLE // max(a_day, 1)
    missed = [each for each in wanted if each.target_ppm and each.target_ppm > share]
    if a_day > most and missed:
        names = ", ".join(each.name for each in missed)
        few = "; too few days to be sure" if days < 5 else ""
        says = (
            f"{a_day} shipments a day are wanted and {most} may leave: at most {roughly(share)} per cent "
            f"can go in time, below the target of {names}"
        )
        limited = next((site for site in sites if site.by_goals), None)
        place = f"capacity.{limited.site_id}" if limited else "capacity"
        relax = (
            Relax(place, f"{a_day - most} shipments a day more, over all sites"),
            *(Relax(f"classes.{each.name}.target_percent", f"{roughly(share)} at most") for each in missed),
        )
        yield Conflict(place, says, relax, f"told from {shipments} shipments on {days} working days{few}")


def of_reserves(reserves: Sequence[Reserve], on_hand: Mapping[str, int]) -> Iterator[Conflict]:
    """Units reserved that are more than there are, item by item; `on_hand` are all units at all sites."""
    short = []
    for item_id in sorted({item_id for reserve in reserves for item_id in reserve.item_ids}):
        kept = sum(reserve.units for reserve in reserves if reserve.units and reserve.is_about(item_id))
        there = on_hand.get(item_id, 0)
        if kept > there:
            short.append((kept - there, item_id, kept, there))
    short.sort(reverse=True)
    for missing, item_id, kept, there in short[:5]:
        more = f" (so are {len(short) - 5} items more)" if len(short) > 5 and item_id == short[4][1] else ""
        names = [r.customer_class for r in reserves if r.units and r.is_about(item_id)]
        relax = tuple(
            Relax(f"scarcity.reserved.{name}.units", f"{missing} units less, or so many {item_id} more on the shelf")
            for name in names
        )
        says = f"{kept} of {item_id} are reserved and {there} are there: nothing is left for anybody else{more}"
        yield Conflict("scarcity.reserved", says, relax, "told from the stock there is now")
