"""Fill rate against days of supply: how much of what is wanted is there if so many days' worth lies ready, replayed
over what was wanted, day by day, by how long new goods take to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from doorstep.goals.conflicts import Conflict, Relax, percent, roughly
from doorstep.terms.goals import SupplyGoals

_WHOLE = 1_000_000
_FEW_DAYS = 28
_MOST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class ItemWanted:
    """Units of an item that were wanted, day after day, and how many days new goods of it take to come."""

    item_id: str
    units: tuple[int, ...]
    lead_days: int


def fill_ppm(items: Sequence[ItemWanted], days: int) -> int:
    """The share of units that lie ready when they are wanted, with `days` worth of the mean on the shelf each time that
    new goods are ordered: over all stretches as long as these take to come.
    """
    there = wanted = 0
    for item in items:
        length = max(item.lead_days, 1)
        ready = sum(item.units) * days // len(item.units)
        for start in range(0, len(item.units), length):
            stretch = sum(item.units[start : start + length])
            share = Fraction(len(item.units[start : start + length]), length)
            there += min(stretch, int(ready * share))
            wanted += stretch
    return there * _WHOLE // wanted if wanted else _WHOLE


def days_for(items: Sequence[ItemWanted], ppm: int) -> int:
    """The fewest days of supply with that share."""
    low, high = 1, _MOST_DAYS
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fill_ppm(items, middle) >= ppm else (middle + 1, high)
    return low


def of_supply(wants: SupplyGoals, items: Sequence[ItemWanted], leads_seen: int) -> Iterator[Conflict]:
    """Where the days of supply do not reach the fill rate. `leads_seen` receipts tell how long goods take."""
    if wants.fill_ppm is None or wants.days is None:
        return
    days = max((len(item.units) for item in items), default=0)
    if not items:
        says = "whether both can hold is not known: nothing was wanted yet"
        yield Conflict("supply", says, (), "too little history")
        return
    reached = fill_ppm(items, wants.days)
    if reached >= wants.fill_ppm:
        return
    needed = days_for(items, wants.fill_ppm)
    short = "too little history to be sure: " if days < _FEW_DAYS or not leads_seen else ""
    lead = sorted(item.lead_days for item in items)[len(items) // 2]
    says = (
        f"with {wants.days} days of supply {roughly(reached)} per cent of the units that were wanted would "
        f"have been there, and {percent(wants.fill_ppm)} is wanted: new goods take {lead} days"
    )
    relax = (
        Relax("supply.days_of_supply", f"{needed}: {needed - wants.days} days of stock more"),
        Relax("supply.fill_rate_percent", f"{roughly(reached)} at most"),
    )
    rests = f"{short}told from {len(items)} items over {days} days, and from {leads_seen} receipts"
    yield Conflict("supply.days_of_supply", says, relax, rests)
