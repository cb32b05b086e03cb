"""What there is so much of and no more, and a choice as the master problem sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from doorstep.planning.supply import RowKey
from doorstep.planning.values import DayKey


class Moves(NamedTuple):
    """Changes of plans that stand."""

    name: str = "moves"


MOVES = Moves()
# What there is so much of and no more: units of a row of supply, a site's room on a day, changes of plans.
Limited = RowKey | DayKey | Moves


class Column(NamedTuple):
    """One choice for one order: its cost and what it uses of what is limited."""

    cost_minor: int
    uses: Mapping[Limited, int]


Prices = Mapping[Limited, int]  # minor units for one unit
