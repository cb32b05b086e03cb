"""The joint plan's question in arrays: columns per order, what they use, and what there is of everything scarce."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

NO_PRICE, BY_UNIT, BY_CLAIM = 0, 1, 2
MOST_BY_CLAIM = 63  # units there are of something up to which each claim on it has a price of its own


class Columns(NamedTuple):
    """The choices of all orders, sparse; int64 arrays, costs in whole units of the caller's.

    Order o has the columns ptr[o]:ptr[o + 1], at least one of which uses nothing (it waits, or is backordered). Column
    c costs cost[c] and has the uses use_ptr[c]:use_ptr[c + 1], each a claim. Claim k is claim_order[k]'s on
    claim_units[k] units of what is scarce under number claim_scarce[k]; the claims of an order are
    claim_ptr[o]:claim_ptr[o + 1], shared by its columns. The claims on s are
    scarce_claim[scarce_ptr[s]:scarce_ptr[s + 1]], and of s there are room[s] units. kind[s] says how s is priced.
    """

    ptr: Ints
    cost: Ints
    use_ptr: Ints
    use_claim: Ints
    claim_ptr: Ints
    claim_order: Ints
    claim_scarce: Ints
    claim_units: Ints
    scarce_ptr: Ints
    scarce_claim: Ints
    room: Ints
    kind: NDArray[np.int8]

    @property
    def orders(self) -> int:
        return len(self.ptr) - 1


def columns(
    ptr: Ints,
    cost: Ints,
    uses: tuple[Ints, Ints],
    claims: tuple[Ints, Ints, Ints],
    room: Ints,
    by_unit_from: int | None = None,
) -> Columns:
    """Columns of what is given; `uses` (use_ptr, use_claim), `claims` (order, scarce, units), ascending by order.

    What is scarce from the number `by_unit_from` on is priced by the unit however little there is of it. ValueError
    where an order has no column that uses nothing.
    """
    order, scarce, units = claims
    use_ptr, use_claim = uses
    idle = np.zeros(len(ptr) - 1, np.int64)
    np.add.at(idle, np.repeat(np.arange(len(ptr) - 1), np.diff(ptr)), np.diff(use_ptr) == 0)
    if not idle.all():
        raise ValueError("each order needs a column that uses nothing")
    wanted = np.bincount(scarce, weights=units, minlength=len(room)).astype(np.int64)
    kind = np.where(wanted <= room, NO_PRICE, np.where(room <= MOST_BY_CLAIM, BY_CLAIM, BY_UNIT)).astype(np.int8)
    if by_unit_from is not None:
        kind[by_unit_from:] = np.minimum(kind[by_unit_from:], BY_UNIT)
    counts = np.bincount(scarce, minlength=len(room))
    return Columns(
        ptr,
        cost,
        use_ptr,
        use_claim,
        np.searchsorted(order, np.arange(len(ptr))).astype(np.int64),
        order,
        scarce,
        units,
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        np.argsort(scarce, kind="stable").astype(np.int64),
        room,
        kind,
    )


def unit_worth(given: Columns, price: Ints, unit_price: Ints) -> Ints:
    """About what a unit of everything scarce is worth: its price, or the mean price of a unit of the claims on it."""
    there = price > 0
    units = np.bincount(given.claim_scarce[there], weights=given.claim_units[there], minlength=len(given.room))
    prices = np.bincount(given.claim_scarce[there], weights=price[there], minlength=len(given.room))
    mean = prices.astype(np.int64) // np.maximum(units.astype(np.int64), 1)
    worth: Ints = np.where(given.kind == BY_CLAIM, mean, unit_price)
    return worth
