"""Sourcing solved: a plan for all orders together, and the bound that shows how far from the best it can be at most.

Covers of each order near its cheapest, at prices of units, become columns; prices of claims raise the bound; covers are
found anew at these prices, and the bound is proved over all covers there are, not only those that became columns.
"""

from __future__ import annotations

import numpy as np

from doorstep.planning.joint import lattice as core
from doorstep.planning.joint.ascent import margins
from doorstep.planning.joint.columns import BY_CLAIM, BY_UNIT, Columns, Ints, columns
from doorstep.planning.joint.lattice import Found, Lattice
from doorstep.planning.joint.select import Effort, Priced, find_prices, select
from doorstep.planning.joint.sourcing import BACKORDERED, MILLS, Sourced, Sourcing

_GRAINS = 10_000  # a price is rounded to this part of an order's mean cost
_NEAR_FIRST, _NEAR_AGAIN = 60, 70  # percent of an order's mean cost
_MOST_COVERS = 60


def source(question: Sourcing, effort: Effort | None = None) -> Sourced:
    """A plan of the whole question: always feasible, since any line can be backordered."""
    effort = effort or Effort()
    lattice = _lattice(question)
    scarce = len(lattice.room)
    price = np.zeros((len(question.line_item), question.sites), np.int64)
    unit_price = np.zeros(scarce, np.int64)
    bound = core.ascend_units(lattice, effort.unit_steps, unit_price, price)
    core.priced_lines(lattice, unit_price, price)
    mean = max(bound // question.orders, 1)
    grain = max(mean // _GRAINS, 1)

    if effort.first_steps:
        table, found = _candidates(lattice, price, mean * _NEAR_FIRST // 100)
        at = unit_price[table.claim_scarce] * table.claim_units
        first = find_prices(table, at, unit_price, effort.first_steps, 0, grain)
        bound = max(bound, _proved(lattice, first, found, price))
        unit_price = first.unit_price

    table, found = _candidates(lattice, price, mean * _NEAR_AGAIN // 100)
    at = _at_lines(lattice, table, found, price, unit_price)
    second = find_prices(table, at, unit_price, effort.claim_steps, 0, grain)
    bound = max(bound, _proved(lattice, second, found, price))
    chosen = select(second, effort, mean)
    return _told(question, table, found, chosen, bound)


def _lattice(question: Sourcing) -> Lattice:
    cells = (1 << np.diff(question.order_ptr)) * question.sites
    cell_ptr = np.concatenate(([0], np.cumsum(cells))).astype(np.int64)
    made = Lattice(
        question.order_ptr,
        question.line_item,
        question.line_quantity,
        cell_ptr,
        np.zeros(int(cell_ptr[-1]), np.int64),
        np.zeros(int(cell_ptr[-1]) // question.sites + 1, np.int64),
        np.zeros(int(cell_ptr[-1]), np.int16),
        question.unit_room(),
        question.backorder_minor * MILLS,
        question.sites,
    )
    given = (question.item_mg, question.stock, question.fixed_minor, question.per_kg_minor)
    core.tabled(made, *given, question.zone, question.unit_minor, MILLS)
    return made


def _candidates(lattice: Lattice, price: Ints, near: int) -> tuple[Columns, Found]:
    orders, lines = len(lattice.order_ptr) - 1, len(lattice.item)
    room = 20 * orders + 10_000
    while True:
        order, scarce, units, line = np.zeros((4, 12 * lines + 16 * orders + 1_000), np.int64)
        found = Found(
            np.zeros(orders + 1, np.int64),
            np.zeros(room, np.int64),
            np.zeros((room, 4), np.int16),
            np.zeros(room + 1, np.int64),
            np.zeros(6 * room, np.int64),
            order,
            scarce,
            units,
            line,
            np.zeros(3, np.int64),
        )
        if core.candidates(lattice, price, near, _MOST_COVERS, found):
            break
        room *= 2
    made, uses, claims = (int(count) for count in found.count)
    table = columns(
        found.ptr,
        found.cost[:made],
        (found.use_ptr[: made + 1], found.use_claim[:uses]),
        (found.claim_order[:claims], found.claim_scarce[:claims], found.claim_units[:claims]),
        lattice.room,
        by_unit_from=len(lattice.room) - lattice.sites,
    )
    return table, found


def _proved(lattice: Lattice, priced: Priced, found: Found, price: Ints) -> int:
    """The bound over all covers; `price` comes back as the prices of lines at sites that prove it.

    Where a line has no claim, its price is what a unit is worth at the margin: no knapsack is worth more for that.
    """
    table, unit = priced.columns, np.zeros(len(lattice.room), np.int64)
    worth = margins(table, priced.price, unit)
    by_unit = table.kind == BY_UNIT
    unit[by_unit] = priced.unit_price[by_unit]
    core.priced_lines(lattice, unit, price)
    _put_claims(lattice, priced, found, price)
    total = core.relaxed(lattice, price, core.scratch(lattice.sites), np.zeros(len(lattice.room), np.int64))
    return int(total) - int(worth) - int((unit * table.room)[by_unit].sum())


def _put_claims(lattice: Lattice, priced: Priced, found: Found, price: Ints) -> None:
    table = priced.columns
    stocks = len(lattice.room) - lattice.sites
    lines = found.claim_line[: len(table.claim_units)]
    mine = (lines >= 0) & (table.kind[table.claim_scarce] == BY_CLAIM)
    line, site = lines[mine], table.claim_scarce[mine] % lattice.sites
    price[line, site] = priced.price[mine] + priced.unit_price[stocks + site] * table.claim_units[mine]


def _at_lines(lattice: Lattice, table: Columns, found: Found, price: Ints, unit_price: Ints) -> Ints:
    """The prices of claims that lie in prices of lines at sites."""
    stocks = len(lattice.room) - lattice.sites
    lines = found.claim_line[: len(table.claim_units)]
    mine = lines >= 0
    site = table.claim_scarce[mine] % lattice.sites
    at = unit_price[table.claim_scarce] * table.claim_units
    at[mine] = np.maximum(price[lines[mine], site] - unit_price[stocks + site] * table.claim_units[mine], 0)
    return at


def _told(question: Sourcing, table: Columns, found: Found, chosen: Ints, bound: int) -> Sourced:
    cover = found.cover[chosen].astype(np.int64)
    first, lines = question.order_ptr[:-1], np.diff(question.order_ptr)
    order = np.repeat(np.arange(question.orders), lines)
    bit = np.arange(len(order)) - first[order]
    line_site = np.full(len(order), BACKORDERED, np.int64)
    for side in (0, 2):
        there = cover[order, side] >> bit & 1 == 1
        line_site[there] = cover[order[there], side + 1]
    service = cheapest_services(question, line_site)
    return Sourced(line_site, service, int(table.cost[chosen].sum()), bound)


def cheapest_services(question: Sourcing, line_site: Ints) -> Ints:
    """The service of each shipment, (orders, sites); -1 where the order has none from the site."""
    sites = question.sites
    order = np.repeat(np.arange(question.orders), np.diff(question.order_ptr))
    sent = line_site >= 0
    cell = order[sent] * sites + line_site[sent]
    grams = (question.item_mg[question.line_item] * question.line_quantity)[sent]
    mg = np.zeros(question.orders * sites, np.int64)
    np.add.at(mg, cell, grams)
    service = np.full(question.orders * sites, -1, np.int64)
    there = np.unique(cell)
    per_kg = question.per_kg_minor[:, question.zone.ravel()[there]].T
    freight = (per_kg * mg[there, None] + MILLS // 2) // MILLS
    service[there] = (question.fixed_minor.reshape(-1, per_kg.shape[1])[there] * MILLS + freight).argmin(axis=1)
    return service.reshape(-1, sites)
