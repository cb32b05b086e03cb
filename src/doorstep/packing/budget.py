"""How much work an order is worth: so much for each unit of it, since a small order is found out soon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from doorstep.packing.values import Params
from doorstep.terms.parcel import PackItem

LOOKS_PER_UNIT = 4_000


def by_size(items: Iterable[PackItem], looks_per_unit: int = LOOKS_PER_UNIT, params: Params | None = None) -> Params:
    """`params` with a work budget of so many looks for each unit that is packed with others.

    Whoever keeps the result keeps these too: they give it again.
    """
    units = sum(item.quantity for item in items if not item.own_container)
    return replace(params or Params(), work_budget=looks_per_unit * units)
