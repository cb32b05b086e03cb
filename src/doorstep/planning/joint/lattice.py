"""The compiled core of sourcing: what every set of an order's lines costs from every site, and its cheapest covers.

For order o with m lines the table has (1 << m) * sites cells from cell_ptr[o]: the least cost of shipping that set of
lines from that site, over all services, FAR where the site has not the stock. With a price per line and site added
to each cell of a set, the best of one shipment, two shipments from two sites, and backorders follows exactly.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from doorstep.planning.joint.compiling import compiled, inlined

FAR = 1 << 50
_SETS = 1 << 10
_MG_PER_MILL = 1_000  # minor per kilogram times milligrams is millionths of a minor unit
_MOST_FOUND = 1 << 17
_FIRST_PACE = 0.01  # of an order's mean cost, for a unit of a site's room


class Lattice(NamedTuple):
    """A question's orders with their table of costs."""

    order_ptr: Any
    item: Any
    quantity: Any
    cell_ptr: Any
    cells: Any
    open_ptr: Any  # by set of lines, (1 << m) an order, from cell_ptr[o] / sites: the sites that have its goods
    open_site: Any
    room: Any
    backorder: int  # of a line, in the cells' units
    sites: int


class Best(NamedTuple):
    """Scratch: for each set of lines its prices by site, the least and second priced cost, and from where."""

    extra: Any
    one: Any
    two: Any
    site: Any
    other: Any
    cover: Any


class Found(NamedTuple):
    """Candidates as they are written: room for columns, uses and claims. A claim on a site's room has the line -1."""

    ptr: Any
    cost: Any
    cover: Any  # (columns, 4): set of lines and site of the first shipment, then of the second
    use_ptr: Any
    use_claim: Any
    claim_order: Any
    claim_scarce: Any
    claim_units: Any
    claim_line: Any
    count: Any  # columns, uses, claims written


@compiled
def tabled(
    lattice: Any, item_mg: Any, stock: Any, fixed: Any, per_kg: Any, zone: Any, unit_minor: Any, mills: int
) -> None:
    """Fill the table of costs, and the lists of sites."""
    opened = 0
    sites, services, quantity, item = lattice.sites, per_kg.shape[0], lattice.quantity, lattice.item
    for o in range(len(lattice.order_ptr) - 1):
        first, lines = lattice.order_ptr[o], lattice.order_ptr[o + 1] - lattice.order_ptr[o]
        sets = lattice.cell_ptr[o] // sites
        lattice.open_ptr[sets] = opened
        for chosen in range(1, 1 << lines):
            lattice.open_ptr[sets + chosen] = opened
            mg: Any = np.int64(0)
            units: Any = np.int64(0)
            for t in range(lines):
                if chosen >> t & 1:
                    mg += item_mg[item[first + t]] * quantity[first + t]
                    units += quantity[first + t]
            for i in range(sites):
                there = True
                for t in range(lines):
                    if chosen >> t & 1 and stock[item[first + t], i] < quantity[first + t]:
                        there = False
                        break
                at = lattice.cell_ptr[o] + chosen * sites + i
                lattice.cells[at] = FAR
                if there:
                    lattice.open_site[opened] = i
                    opened += 1
                    z = zone[o, i]
                    for v in range(services):
                        freight = (per_kg[v, z] * mg + _MG_PER_MILL // 2) // _MG_PER_MILL
                        cost = (fixed[o, i, v] + unit_minor[i] * units) * mills + freight
                        lattice.cells[at] = min(lattice.cells[at], cost)
    lattice.open_ptr[len(lattice.open_ptr) - 1] = opened


@compiled
def scratch(sites: int) -> Any:
    return Best(
        np.zeros((_SETS, sites), np.int64),
        np.zeros(_SETS, np.int64),
        np.zeros(_SETS, np.int64),
        np.zeros(_SETS, np.int64),
        np.zeros(_SETS, np.int64),
        np.zeros(4, np.int64),
    )


@inlined
def ranked_sites(lattice: Any, o: int, price: Any, best: Any) -> None:
    """For each set of order o's lines the two sites that ship it at the least priced cost."""
    first, lines, sites = lattice.order_ptr[o], lattice.order_ptr[o + 1] - lattice.order_ptr[o], lattice.sites
    sets = lattice.cell_ptr[o] // sites
    for i in range(sites):
        best.extra[0, i] = 0
    for chosen in range(1, 1 << lines):
        low = 0
        while not chosen >> low & 1:
            low += 1
        rest, line = chosen & (chosen - 1), first + low
        at = lattice.cell_ptr[o] + chosen * sites
        least, second, where, where2 = FAR, FAR, -1, -1
        for t in range(lattice.open_ptr[sets + chosen], lattice.open_ptr[sets + chosen + 1]):
            i = lattice.open_site[t]
            best.extra[chosen, i] = best.extra[rest, i] + price[line, i]
            value = lattice.cells[at + i] + best.extra[chosen, i]
            if value < least:
                least, second, where2, where = value, least, where, i
            elif value < second:
                second, where2 = value, i
        best.one[chosen], best.two[chosen] = least, second
        best.site[chosen], best.other[chosen] = where, where2


@inlined
def bits_of(chosen: int) -> Any:
    count = 0
    while chosen:
        count, chosen = count + 1, chosen & (chosen - 1)
    return count


@inlined
def noted(cover: Any, a: int, i: int, b: int, j: int) -> None:
    cover[0], cover[1], cover[2], cover[3] = a, i, b, j


@inlined
def covered(lattice: Any, o: int, price: Any, best: Any) -> Any:
    """The least priced cost of order o; best.cover tells it as (set, site, set, site), an empty set for no shipment."""
    ranked_sites(lattice, o, price, best)
    lines = lattice.order_ptr[o + 1] - lattice.order_ptr[o]
    one, two, site, other, cover = best.one, best.two, best.site, best.other, best.cover
    least = lattice.backorder * lines
    noted(cover, 0, 0, 0, 0)
    for chosen in range(1, 1 << lines):
        late = lattice.backorder * (lines - bits_of(chosen))
        if one[chosen] + late < least:
            least = one[chosen] + late
            noted(cover, chosen, site[chosen], 0, 0)
        rest = chosen & (chosen - 1)
        b = rest
        while b:
            a = chosen ^ b
            both = one[a] + one[b] + late
            if both < least:
                if site[a] != site[b]:
                    least = both
                    noted(cover, a, site[a], b, site[b])
                else:
                    if one[a] + two[b] + late < least:
                        least = one[a] + two[b] + late
                        noted(cover, a, site[a], b, other[b])
                    if two[a] + one[b] + late < least:
                        least = two[a] + one[b] + late
                        noted(cover, a, other[a], b, site[b])
            b = (b - 1) & rest
    return least


@compiled
def relaxed(lattice: Any, price: Any, best: Any, load: Any) -> Any:
    """The sum of every order's cheapest cover under prices per line and site; `load` is what these use together."""
    load[:] = 0
    sites, stocks = lattice.sites, len(load) - lattice.sites
    total: Any = np.int64(0)
    for o in range(len(lattice.order_ptr) - 1):
        first, lines = lattice.order_ptr[o], lattice.order_ptr[o + 1] - lattice.order_ptr[o]
        total += covered(lattice, o, price, best)
        for side in (0, 2):
            for t in range(lines):
                if best.cover[side] >> t & 1:
                    load[lattice.item[first + t] * sites + best.cover[side + 1]] += lattice.quantity[first + t]
                    load[stocks + best.cover[side + 1]] += lattice.quantity[first + t]
    return total


@compiled
def priced_lines(lattice: Any, unit_price: Any, price: Any) -> None:
    """Prices of units as prices of lines at sites, stock and room together."""
    sites, stocks = lattice.sites, len(unit_price) - lattice.sites
    for line in range(len(lattice.item)):
        for i in range(sites):
            unit = unit_price[lattice.item[line] * sites + i] + unit_price[stocks + i]
            price[line, i] = lattice.quantity[line] * unit


@compiled
def stepped(room: Any, load: Any, stocks: int, aim: Any, flow: Any, pace: Any, unit_price: Any, rise: float) -> None:
    """Prices of units one step up: `rise` is by how much the bound should grow, times the step's length.

    The few rooms of sites, which all orders share, step by themselves: each by its pace, longer while it is asked too
    much of again and again, shorter when that turns (M. Riedmiller and H. Braun, ICNN (1993)). What lies there and has
    a price keeps what it costs with the room: its own falls by as much, so that a room is not left for its price while
    the goods' prices lag behind, and of what has a price all that lies there counts as asked for.
    """
    sites = len(room) - stocks
    asked, shift = np.zeros(sites), np.zeros(sites)
    for s in range(stocks):
        asked[s % sites] += room[s] if flow[s] > 0 else load[s]
    for i in range(sites):
        s = stocks + i
        over = asked[i] - room[s]
        if over * aim[s] < 0:
            pace[i] *= 0.6
        elif over > 0 or flow[s] > 0:
            pace[i] *= 1.2
        aim[s] = over
        if over < 0 and flow[s] <= 0:
            continue
        shift[i] = max(pace[i] * np.sign(over), -flow[s])
        flow[s] += shift[i]
        unit_price[s] = np.int64(np.rint(flow[s]))
    squares = 0.0
    for s in range(stocks):
        over = load[s] - room[s]
        if over < 0 and flow[s] <= 0:
            over = 0
        aim[s] = 0.6 * over + 0.4 * aim[s]
        if aim[s] > 0 or flow[s] > 0:
            squares += aim[s] * aim[s] * np.reciprocal(1.0 * max(room[s], 1))
    step = rise * np.reciprocal(max(squares, 1e-9))
    for s in range(stocks):
        if flow[s] > 0:
            flow[s] = max(0.0, flow[s] - shift[s % sites])
        flow[s] = max(0.0, flow[s] + step * aim[s] * np.reciprocal(1.0 * max(room[s], 1)))
        unit_price[s] = np.int64(np.rint(flow[s]))


@compiled
def ascend_units(lattice: Any, steps: int, unit_price: Any, price: Any) -> Any:
    """Prices of units after so many steps up (`ascent` says how); the best come back, with their bound."""
    scarce = len(lattice.room)
    load, aim, flow = np.zeros(scarce, np.int64), np.zeros(scarce), unit_price.astype(np.float64)
    best, best_price, marked = np.int64(-(1 << 62)), unit_price.copy(), np.int64(-(1 << 62))
    scrap, pace, length, waited = scratch(lattice.sites), np.zeros(lattice.sites), 0.4, 0
    reached: Any = np.int64(0)
    for turn in range(steps):
        priced_lines(lattice, unit_price, price)
        value = relaxed(lattice, price, scrap, load)
        for s in range(scarce):
            value -= unit_price[s] * lattice.room[s]
        if turn == 0:
            reached = value + value // 14
        waited += 1
        if value > best:
            best = value
            best_price[:] = unit_price
            reached = max(reached, best + best // 200)
            if best - marked > (reached - best) // 100:
                marked, waited = best, 0
        if waited >= 8:
            length, waited, marked = length * 0.7, 0, best
        if turn == 0:
            pace[:] = reached // (len(lattice.order_ptr) - 1) * _FIRST_PACE
        stepped(lattice.room, load, scarce - lattice.sites, aim, flow, pace, unit_price, length * (reached - value))
    unit_price[:] = best_price
    return best


@compiled
def near_covers(lattice: Any, o: int, limit: int, best: Any, value: Any, found: Any) -> Any:
    """All covers of order o up to a priced cost, after `covered`; how many."""
    sites, at, count = lattice.sites, lattice.cell_ptr[o], 0
    lines, sets = lattice.order_ptr[o + 1] - lattice.order_ptr[o], at // sites
    for chosen in range(1, 1 << lines):
        late = lattice.backorder * (lines - bits_of(chosen))
        rest = chosen & (chosen - 1)
        b = rest
        while True:
            a = chosen ^ b
            other = best.one[b] if b else 0
            if best.one[a] + other + late <= limit:
                for t in range(lattice.open_ptr[sets + a], lattice.open_ptr[sets + a + 1]):
                    i = lattice.open_site[t]
                    begun = lattice.cells[at + a * sites + i] + best.extra[a, i] + late
                    if begun + other > limit or count == _MOST_FOUND:
                        continue
                    if not b:
                        value[count] = begun
                        noted(found[count], a, i, 0, 0)
                        count += 1
                    for u in range(lattice.open_ptr[sets + b], lattice.open_ptr[sets + b + 1] if b else 0):
                        j = lattice.open_site[u]
                        total = begun + lattice.cells[at + b * sites + j] + best.extra[b, j]
                        if total <= limit and count < _MOST_FOUND and i != j:
                            value[count] = total
                            noted(found[count], a, i, b, j)
                            count += 1
            if not b:
                break
            b = (b - 1) & rest
    return count


@inlined
def claimed(lattice: Any, o: int, line: int, scarce: int, units: int, begin: int, out: Any) -> None:
    """Write a use of so many units, by the order's claim on them: the one there is, or a new one."""
    k, claims = begin, out.count[2]
    while k < claims and not (
        out.claim_line[k] == line and out.claim_scarce[k] == scarce and out.claim_units[k] == units
    ):
        k += 1
    if k == claims:
        out.claim_order[k], out.claim_line[k], out.claim_scarce[k], out.claim_units[k] = o, line, scarce, units
        out.count[2] += 1
    out.use_claim[out.count[1]] = k
    out.count[1] += 1


@inlined
def written(lattice: Any, o: int, cover: Any, begin: int, out: Any) -> None:
    """Write a cover as a column."""
    first, lines, sites = lattice.order_ptr[o], lattice.order_ptr[o + 1] - lattice.order_ptr[o], lattice.sites
    c, left = out.count[0], lines
    total: Any = np.int64(0)
    out.use_ptr[c] = out.count[1]
    for side in (0, 2):
        chosen, i, units = np.int64(cover[side]), np.int64(cover[side + 1]), 0
        if not chosen:
            continue
        total += lattice.cells[lattice.cell_ptr[o] + chosen * sites + i]
        for t in range(lines):
            if chosen >> t & 1:
                quantity = lattice.quantity[first + t]
                units, left = units + quantity, left - 1
                claimed(lattice, o, first + t, lattice.item[first + t] * sites + i, quantity, begin, out)
        claimed(lattice, o, -1, len(lattice.room) - sites + i, units, begin, out)
    out.cost[c] = total + lattice.backorder * left
    out.cover[c, 0], out.cover[c, 1], out.cover[c, 2], out.cover[c, 3] = cover[0], cover[1], cover[2], cover[3]
    out.count[0] += 1


@compiled
def candidates(lattice: Any, price: Any, near: int, most: int, out: Any) -> bool:
    """Write up to `most` covers of each order within `near` of its cheapest, priced, cheapest first, then a backorder.

    False where the room in `out` is too small.
    """
    best = scratch(lattice.sites)
    value, found = np.zeros(_MOST_FOUND, np.int64), np.zeros((_MOST_FOUND, 4), np.int16)
    none = np.zeros(4, np.int16)
    for o in range(len(lattice.order_ptr) - 1):
        lines = lattice.order_ptr[o + 1] - lattice.order_ptr[o]
        least = covered(lattice, o, price, best)
        count = near_covers(lattice, o, least + near, best, value, found)
        ranked = np.argsort(value[:count], kind="mergesort")[:most]
        begin = out.count[2]
        out.ptr[o] = out.count[0]
        for row in ranked:
            if out.count[0] + 2 > len(out.cost) or out.count[1] + lines + 2 > len(out.use_claim):
                return False
            if out.count[2] + lines + 2 > len(out.claim_line):
                return False
            written(lattice, o, found[row], begin, out)
        written(lattice, o, none, begin, out)
    out.ptr[len(lattice.order_ptr) - 1] = out.count[0]
    out.use_ptr[out.count[0]] = out.count[1]
    return True
