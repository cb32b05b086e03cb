"""One column for each order within what there is: prices, their bound, and the selection that comes nearest to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.planning.joint import ascent, clearing, leaning, selecting
from doorstep.planning.joint.columns import BY_CLAIM, BY_UNIT, Columns, Ints, unit_worth
from doorstep.planning.joint.ranking import sorted_by
from doorstep.planning.joint.standing import Standing

_DEAR = (1_000, 10, 2)  # times its price: what those who make room may miss in their turn
_ROUNDS = 8
_LEANS = 2
_STEPS = 500  # into how many the price that is followed is cut, for a first raise of it
_SPARED = 200
_MARSAGLIA = 88_172_645_463_325_252  # a seed of his generator


@dataclass(frozen=True, slots=True)
class Effort:
    """How much work is spent, in units of work, so that the same question and seed give the same plan.

    Steps of prices by the unit, of prices by the claim over the first columns (0: none are made), and over the second;
    `moves` of groups of orders taken back and chosen anew, and `looks` at a column in one pass of chains, and in each
    that makes room after it, for each 10,000 orders, though no fewer than for 6,000. `deepest` and `at_last` are how
    many orders a chain moves at most, in each pass before these groups and after them.
    """

    unit_steps: int = 60
    first_steps: int = 80
    claim_steps: int = 80
    moves: int = 60_000
    looks: int = 6_000_000
    seed: int = 7
    deepest: tuple[int, ...] = (3, 4, 6)
    at_last: tuple[int, ...] = (4, 8)

    def __post_init__(self) -> None:
        if min(self.unit_steps, self.first_steps, self.claim_steps, self.moves, self.looks, self.seed) < 0:
            raise ValueError("work is not negative")


THOROUGH = Effort()
QUICK = Effort(unit_steps=60, first_steps=10, claim_steps=40, moves=2_500, looks=300_000, deepest=(3,), at_last=(4,))


@dataclass(frozen=True, slots=True)
class Priced:
    """Prices of claims and units with their bound; `columns` are sorted by `priced`, `was` is what each was before."""

    columns: Columns
    was: Ints
    price: Ints
    unit_price: Ints
    priced: Ints
    bound: int


def find_prices(given: Columns, price: Ints, unit_price: Ints, steps: int, reached: int, grain: int) -> Priced:
    """Prices after so many steps up from these (`price` is set by `unit_price` where units are priced)."""
    unit_price = np.where(given.kind == 1, unit_price, 0)
    on_units = given.kind[given.claim_scarce] != BY_CLAIM
    price = np.where(on_units, unit_price[given.claim_scarce] * given.claim_units, price)
    table, was, priced = sorted_by(given, price)
    bound = ascent.ascend(table, priced, price, unit_price, steps, reached, grain)
    table, again, priced = sorted_by(table, price)
    return Priced(table, was[again], price, unit_price, priced, int(bound))


def select(
    found: Priced, effort: Effort, near: int, stand: Ints | None = None, barred: NDArray[np.bool_] | None = None
) -> Ints:
    """The column of each order, numbered as those that were priced; `near` is how far priced costs are followed.

    `stand`, numbered so too, is a selection within the room: whoever finds nothing better stays with it. Else an order
    could find that others took what it has no other way without. What is `barred` is chosen only where it stands.
    """
    if barred is not None and barred.any():
        found = _barring(found, barred if stand is None else barred & ~np.isin(np.arange(len(barred)), stand))
    found, at = _begun(found, near, effort.seed, stand)
    table, orders = found.columns, found.columns.orders
    first = found.priced[table.ptr[:-1]]
    looks = effort.looks * max(orders, 6_000) // 10_000
    for deepest in effort.deepest:
        at = _improved(found, at, deepest, near, looks)
    moves = effort.moves * max(orders, 6_000) // 10_000 // _ROUNDS
    warm = near * np.reciprocal(1.0 * 40)
    for turn in range(_ROUNDS if moves else 0):
        seeds = np.flatnonzero(found.priced[at.chosen] > first)
        if not len(seeds):
            break
        heat, then = (warm * 40 ** (-when * np.reciprocal(1.0 * _ROUNDS)) for when in (turn, turn + 1))
        selecting.recreated(table, at, seeds, moves, heat, then, 8)
    for deepest in effort.at_last:
        at = _improved(found, at, deepest, near, looks)
    chosen: Ints = found.was[at.chosen]
    return chosen


def _begun(found: Priced, near: int, seed: int, stand: Ints | None) -> tuple[Priced, Standing]:
    """Each order's cheapest at prices that still fits, those first that lose most without it, and the prices then.

    At a price for all units of something, orders without a preference all go the same way, and the last of them, with
    nowhere else to go, find none. Where nothing is left the price is raised, and the others lean away from there.
    """
    step = max(near // _STEPS, 1)
    more = leaning.balanced(found.columns, found.priced, found.price, found.unit_price, _turns(found), step)
    found = _raised(found, more)
    best: tuple[int, Priced, Standing] | None = None
    for _ in range(_LEANS):
        table, at = found.columns, _standing(found, seed)
        stays = at.idle if stand is None else np.argsort(found.was)[stand]
        selecting.in_turn(table, at, _turns(found), stays)
        cost = int(table.cost[at.chosen].sum())
        if best is None or cost < best[0]:
            best = (cost, found, at)
        spent = (table.kind == BY_UNIT) & (at.free < table.room // _SPARED)
        if not spent.any():
            break
        more = np.where(spent, step, 0).astype(np.int64)
        found, step = _raised(found, more), 2 * step
    if best is None:
        raise AssertionError("it is tried once at least")
    return best[1], best[2]


def _turns(found: Priced) -> Ints:
    """Orders, those first that lose most without their cheapest column."""
    ptr = found.columns.ptr
    second = found.priced[np.minimum(ptr[:-1] + 1, ptr[1:] - 1)]
    return np.argsort(found.priced[ptr[:-1]] - second, kind="stable")


def _improved(found: Priced, at: Standing, deepest: int, near: int, looks: int) -> Standing:
    """Chains, then room made by more than a chain can move."""
    at = _made_ready(found.columns, at)
    selecting.improved(found.columns, at, _regretted(found, at), deepest, near, looks)
    for dear in _DEAR:
        clearing.cleared(found.columns, at, _regretted(found, at), looks, dear)
    return at


def _barring(found: Priced, barred: NDArray[np.bool_]) -> Priced:
    """The same with columns that cost more than any other: no order looks at them before it has no other way."""
    table = found.columns
    cost = np.where(barred[found.was], 2 * table.cost.max(), table.cost)
    table, was, priced = sorted_by(table._replace(cost=cost), found.price)
    return Priced(table, found.was[was], found.price, found.unit_price, priced, found.bound)


def _raised(found: Priced, more: Ints) -> Priced:
    """The same with unit prices so much higher."""
    table = found.columns
    price: Ints = found.price + more[table.claim_scarce] * table.claim_units
    table, was, priced = sorted_by(table, price)
    return Priced(table, found.was[was], price, found.unit_price + more, priced, found.bound)


def _made_ready(table: Columns, at: Standing) -> Standing:
    """Lists of who leaves what is priced by the unit, by what that costs: it has too many users to look at all."""
    order, scarce, cost = np.zeros((3, len(at.slot_owner)), np.int64)
    count = selecting.readiness(table, at, order, scarce, cost)
    turn = np.lexsort((cost[:count], scarce[:count]))
    ptr = np.searchsorted(scarce[turn], np.arange(len(table.room) + 1))
    return at._replace(ready_ptr=ptr, ready=order[turn], ready_from=ptr[:-1].copy())


def _regretted(found: Priced, at: Standing) -> Ints:
    regret = found.priced[at.chosen] - found.priced[found.columns.ptr[:-1]]
    return np.argsort(-regret, kind="stable")


def _standing(found: Priced, seed: int) -> Standing:
    table = found.columns
    counts = np.diff(table.use_ptr)
    most = np.maximum.reduceat(counts, table.ptr[:-1])
    slot = np.concatenate(([0], np.cumsum(most))).astype(np.int64)
    idle = np.where(counts == 0, np.arange(len(counts)), len(counts))
    last = np.minimum.reduceat(idle, table.ptr[:-1])
    slots = int(slot[-1])
    return Standing(
        np.zeros(table.orders, np.int64),
        table.room.copy(),
        table.claim_scarce[table.use_claim].astype(np.int32),
        table.claim_units[table.use_claim].astype(np.int32),
        found.priced,
        unit_worth(table, found.price, found.unit_price),
        last,
        slot[:-1],
        np.zeros(slots, np.int64),
        np.zeros(slots, np.int64),
        np.full(slots, -1, np.int64),
        np.full(slots, -1, np.int64),
        np.full(len(table.room), -1, np.int64),
        np.zeros(table.orders, np.int8),
        np.zeros(len(table.room) + 1, np.int64),
        np.zeros(0, np.int64),
        np.zeros(len(table.room), np.int64),
        np.zeros(1, np.int64),
        np.array([_MARSAGLIA ^ (seed * 2_654_435_761)], np.uint64),
    )
