"""The compiled core of rating: what `parcels.Quoter.priced` does for one parcel, for arrays of them.

Importing this imports numba; `warm` in `matrix` compiles it once per machine. Whole numbers throughout.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

MILLION, HALF = 1_000_000, 500_000
BY_WEIGHT, BY_VOLUME, BY_PIECE = 0, 1, 2
UP, NEAREST, DOWN, EXACT = 0, 1, 2, 3
NOT_VALID, NO_ZONE, TOO_LONG, GIRTH, TOO_BULKY, TOO_HEAVY, NO_PRICE = -1, -2, -3, -4, -5, -6, -7


def compiled(function: F) -> F:
    # Kept beside the source, or in the user's cache folder; NumPy's error model: nothing here divides by zero.
    try:
        return cast(F, numba.njit(cache=True, error_model="numpy")(function))
    except RuntimeError:  # no folder for the cache can be written
        return cast(F, numba.njit(error_model="numpy")(function))


@compiled
def counted(ticks: int, mul: int, div: int, how: int) -> int:
    """A side as the tariff counts it (`parcels.counted`)."""
    if how == EXACT or (mul == 1 and div == 1):
        return ticks
    if how == UP:
        return (ticks * mul + div - 1) // div
    half = div if how == NEAREST else 0
    return max((2 * ticks * mul + half) // (2 * div), 1)


@compiled
def measure(sides: Any, mul: int, div: int, how: int, out: Any) -> None:
    """Rows of out: longest side, second, girth, volume, in counts."""
    for p in range(sides.shape[0]):
        a, b, c = sides[p, 0], sides[p, 1], sides[p, 2]
        if a < b:
            a, b = b, a
        if b < c:
            b, c = c, b
        if a < b:
            a, b = b, a
        a, b, c = counted(a, mul, div, how), counted(b, mul, div, how), counted(c, mul, div, how)
        out[0, p], out[1, p], out[2, p], out[3, p] = a, b, a + 2 * (b + c), a * b * c


@compiled
def weigh(weights: Any, mul: int, div: int, each: int, out: Any) -> None:
    for p in range(weights.shape[0]):
        out[p] = (weights[p] * mul + div - 1) // div * each


@compiled
def holds(cut: Any, longest: int, second: int, girth: int, volume: int, actual: int, billable: int, flags: int) -> bool:
    return bool(
        longest > cut[0]
        and girth > cut[2]
        and volume > cut[3]
        and billable > cut[5]
        and second > cut[1]
        and actual > cut[4]
        and flags & cut[6] == cut[6]
    )


@compiled
def base_price(t: int, zone: int, billable: int, volume: int, rows: Any) -> int:
    """The price in table t, or a code below zero."""
    by, steps, limits, prices, last, each, most, beyond, shift, start = rows
    measured = volume if by[t] == BY_VOLUME else billable
    top = steps[t] - 1
    if by[t] == BY_PIECE:
        step = 0
    elif measured > limits[t, top]:
        step = top + 1
    else:
        step = start[t, measured >> shift[t]]
        while limits[t, step] < measured:
            step += 1
    heavy = TOO_BULKY if by[t] == BY_VOLUME else TOO_HEAVY
    if step <= top:
        if prices[t, step, zone] >= 0:
            return int(prices[t, step, zone])
        return heavy if step > last[t, zone] >= 0 else NO_PRICE
    if measured > most[t]:
        return heavy
    more, highest = beyond[t, zone], prices[t, top, zone]
    if more < 0 or highest < 0:
        return NO_PRICE
    return int(highest + (measured - limits[t, top] + each[t] - 1) // each[t] * more)


@compiled
def price(measured: Any, weights: Any, flags: Any, to: Any, day: Any, lanes: Any, days: Any, sheet: Any, out: Any) -> None:
    """The total of each parcel in minor units, or the code of why there is none (below zero)."""
    lane_zone, lane_holds = lanes
    day_valid, day_fuel, day_holds = days
    limits, dimensional, cuts, rows, extras, offs, minimum = sheet
    fixed, ppm, group, order, fuelled, kind_off = extras
    off_ppm, off_base, off_fuel = offs
    tables, surcharges, discounts = len(rows[0]), len(ppm), len(off_ppm)
    first_off = tables + surcharges
    for p in range(weights.shape[0]):
        d, lane = day[p], to[p]
        zone = lane_zone[lane]
        if not day_valid[d]:
            out[p] = NOT_VALID
            continue
        if zone < 0:
            out[p] = NO_ZONE
            continue
        longest, second, girth, volume = measured[0, p], measured[1, p], measured[2, p], measured[3, p]
        actual, marks = weights[p], flags[p]
        if longest > limits[0]:
            out[p] = TOO_LONG
            continue
        if girth > limits[1]:
            out[p] = GIRTH
            continue
        if volume > limits[2]:
            out[p] = TOO_BULKY
            continue
        if actual > limits[3]:
            out[p] = TOO_HEAVY
            continue
        billable = actual
        if volume > dimensional[0]:
            billable = max(actual, (volume * dimensional[1] + dimensional[2] - 1) // dimensional[2] * dimensional[3])
        base = NO_PRICE
        for t in range(tables):
            if (
                lane_holds[lane, t]
                and day_holds[d, t]
                and holds(cuts[t], longest, second, girth, volume, actual, billable, marks)
            ):
                base = base_price(t, zone, billable, volume, rows)
                break
        if base < 0:
            out[p] = base
            continue
        base_ppm, fuel_ppm = 0, 0
        for o in range(discounts):
            c = first_off + o
            if (off_base[o] or off_fuel[o]) and off_ppm[o] > (base_ppm if off_base[o] else fuel_ppm):
                if lane_holds[lane, c] and day_holds[d, c]:
                    if holds(cuts[c], longest, second, girth, volume, actual, billable, marks):
                        if off_base[o]:
                            base_ppm = off_ppm[o]
                        else:
                            fuel_ppm = off_ppm[o]
        if base_ppm:
            base -= (base * base_ppm + HALF) // MILLION
        linehaul = max(base, minimum[zone])
        total = basis = linehaul
        now, best, best_fuelled = -1, -1, False
        for s in order:
            c = tables + s
            if not (lane_holds[lane, c] and day_holds[d, c]):
                continue
            if not holds(cuts[c], longest, second, girth, volume, actual, billable, marks):
                continue
            net = fixed[s, zone]
            if ppm[s]:
                net = (linehaul * ppm[s] + HALF) // MILLION
            elif net < 0:
                continue
            greatest = 0
            for o in range(discounts):
                c = first_off + o
                if kind_off[s, o] and off_ppm[o] > greatest and lane_holds[lane, c] and day_holds[d, c]:
                    if holds(cuts[c], longest, second, girth, volume, actual, billable, marks):
                        greatest = off_ppm[o]
            if greatest:
                net -= (net * greatest + HALF) // MILLION
            if group[s] != now:
                total += max(best, 0)
                basis += best if best_fuelled else 0
                now, best, best_fuelled = group[s], -1, False
            if net > best:
                best, best_fuelled = net, fuelled[s]
        total += max(best, 0)
        basis += best if best_fuelled else 0
        if day_fuel[d]:
            fuel = (basis * day_fuel[d] + HALF) // MILLION
            if fuel_ppm:
                fuel -= (fuel * fuel_ppm + HALF) // MILLION
            total += fuel
        out[p] = total
