"""What there is so much of and no more, and a choice as the master problem sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from doorstep.planning.supply import RowKey
from doorstep.planning.values import DayKey


class Moves(NamedTuple):
    """Changes of plans that stand."""

    name: str = "moves"


class Part(NamedTuple):
    """An order's part of a load, by their numbers: there is one, for it or for the load's first order elsewhere."""

    load: int
    order: int


MOVES = Moves()
# What there is so much of and no more: units of a row of supply, a site's room on a day, changes of plans, parts.
Limited = RowKey | DayKey | Moves | Part


class Column(NamedTuple):
    """One choice for one order: its cost and what it uses of what is limited."""

    cost_minor: int
    uses: Mapping[Limited, int]
    sought: bool = True  # else it counts for the bound, and is chosen only by an order that already has it


def summed(columns: Sequence[Column]) -> Column:
    """What these cost and use together."""
    uses: dict[Limited, int] = {}
    for column in columns:
        for key, units in column.uses.items():
            uses[key] = uses.get(key, 0) + units
    return Column(sum(column.cost_minor for column in columns), uses)


Prices = Mapping[Limited, int]  # minor units for one unit
