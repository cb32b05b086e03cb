"""The compiled core of rating: what `parcels.Quoter.priced` does for one parcel, for arrays of them.

Importing this imports numba; `warm` in `matrix` compiles it once per machine. Whole numbers throughout.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

F = TypeVar("F", bound=Callable[..., Any])

MILLION, HALF = 1_000_000, 500_000
BY_WEIGHT, BY_VOLUME, BY_PIECE = 0, 1, 2
UP, NEAREST, DOWN, EXACT = 0, 1, 2, 3
NOT_VALID, NO_ZONE, TOO_LONG, GIRTH, TOO_BULKY, TOO_HEAVY, NO_PRICE = -1, -2, -3, -4, -5, -6, -7
UNSET = -100
DESK, SEEN = 7, 6


def compiled(function: F) -> F:
    # Kept beside the source, or in the user's cache folder; NumPy's error model: nothing here divides by zero.
    try:
        return cast(F, numba.njit(cache=True, error_model="numpy")(function))
    except RuntimeError:  # no folder for the cache can be written
        return cast(F, numba.njit(error_model="numpy")(function))


@compiled
def whole(over: int, under: int) -> int:
    """over // under of numbers from zero up: without the care for signs it takes half as long."""
    return np.int64(np.uint64(over) // np.uint64(under))  # type: ignore[return-value]


@compiled
def share(minor: int, ppm: int) -> int:
    return np.int64((np.uint64(minor) * np.uint64(ppm) + np.uint64(HALF)) // np.uint64(MILLION))  # type: ignore[return-value]


@compiled
def counted(ticks: int, mul: int, div: int, how: int) -> int:
    """A side as the tariff counts it (`parcels.counted`)."""
    if how == EXACT or (mul == 1 and div == 1):
        return ticks
    if how == UP:
        return whole(ticks * mul + div - 1, div)
    half = div if how == NEAREST else 0
    return max(whole(2 * ticks * mul + half, 2 * div), 1)


@compiled
def measure(sides: Any, mul: int, div: int, how: int, out: Any) -> None:
    """Rows of out: longest side, second, volume, girth, in counts."""
    for p in range(sides.shape[0]):
        a, b, c = sides[p, 0], sides[p, 1], sides[p, 2]
        if a < b:
            a, b = b, a
        if b < c:
            b, c = c, b
        if a < b:
            a, b = b, a
        a, b, c = counted(a, mul, div, how), counted(b, mul, div, how), counted(c, mul, div, how)
        out[0, p], out[1, p], out[2, p], out[3, p] = a, b, a * b * c, a + 2 * (b + c)


@compiled
def weigh(weights: Any, mul: int, div: int, each: int, out: Any) -> None:
    for p in range(weights.shape[0]):
        out[p] = whole(weights[p] * mul + div - 1, div) * each


@compiled
def begin(seen: Any, to: Any, day: Any, lane_zone: Any, day_valid: Any, limits: Any, codes: Any, zones: Any) -> None:
    """The code of why there is no price, else UNSET; the zone (0 where there is none)."""
    most_long, most_girth, most_volume, heaviest = limits[0], limits[1], limits[2], limits[3]
    for p in range(len(codes)):
        zone, code = lane_zone[to[p]], UNSET
        if seen[4, p] > heaviest:
            code = TOO_HEAVY
        if seen[2, p] > most_volume:
            code = TOO_BULKY
        if seen[3, p] > most_girth:
            code = GIRTH
        if seen[0, p] > most_long:
            code = TOO_LONG
        codes[p], zones[p] = code if zone >= 0 else NO_ZONE, max(zone, 0)
    if not day_valid.all():
        for p in range(len(codes)):
            codes[p] = codes[p] if day_valid[day[p]] else NOT_VALID


@compiled
def bill_weight(seen: Any, dimensional: Any, n: int) -> None:
    """The greater of the actual and the dimensional weight, into its row."""
    over, mul, div, each = dimensional[0], dimensional[1], dimensional[2], dimensional[3]
    for p in range(n):
        volume, billable = seen[2, p], seen[4, p]
        if volume > over:
            billable = max(billable, whole(volume * mul + div - 1, div) * each)
        seen[5, p] = billable


@compiled
def holds(cut: Any, seen: Any, flags: Any, out: Any) -> None:
    """Where all that a cut asks for is exceeded; seen: rows of longest, second, volume, girth, actual, billable."""
    for p in range(len(out)):
        out[p] = True
    for which in range(6):
        if cut[which] >= 0:
            least = cut[which]
            for p in range(len(out)):
                out[p] &= seen[which, p] > least
    need = cut[6]
    if need:
        for p in range(len(out)):
            out[p] &= flags[p] & need == need


@compiled
def gated(places: Any, there: Any, out: Any) -> None:
    """Where it holds on the lane (or day) too."""
    for p in range(len(out)):
        out[p] &= there[places[p]]


@compiled
def by_table(t: int, rows: Any, hold: Any, zones: Any, billable: Any, volume: Any, code: Any) -> None:
    """The price in table t of the parcels that have none yet and for which it is; or why there is none."""
    by, steps, limits, prices, last, each, most, beyond, shift, start = rows
    top, is_volume, is_piece, shifted = steps[t] - 1, by[t] == BY_VOLUME, by[t] == BY_PIECE, shift[t]
    heavy, highest = TOO_BULKY if is_volume else TOO_HEAVY, limits[t, top]
    for p in range(len(hold)):
        if code[p] != UNSET or not hold[p]:
            continue
        measured, zone, step = volume[p] if is_volume else billable[p], zones[p], 0
        if not is_piece:
            if measured > highest:
                more, dearest = beyond[t, zone], prices[t, top, zone]
                if measured > most[t]:
                    code[p] = heavy
                elif more < 0 or dearest < 0:
                    code[p] = NO_PRICE
                else:
                    code[p] = dearest + (measured - highest + each[t] - 1) // each[t] * more
                continue
            step = start[t, measured >> shifted]
            while limits[t, step] < measured:
                step += 1
        found = prices[t, step, zone]
        if found < 0:
            found = heavy if step > last[t, zone] >= 0 else NO_PRICE
        code[p] = found


@compiled
def take_off(ppm: Any, amount: Any) -> None:
    """Amounts from zero up, less a share rounded to the nearest unit, halves up."""
    for p in range(len(amount)):
        if amount[p] > 0:
            amount[p] -= share(amount[p], ppm[p])


@compiled
def greatest(share: int, hold: Any, ppm: Any) -> None:
    for p in range(len(hold)):
        if hold[p] and share > ppm[p]:
            ppm[p] = share


@compiled
def haul(code: Any, zones: Any, minimum: Any, out: Any) -> None:
    """Rows of out: linehaul, total, and what fuel is charged on; codes below zero stay codes."""
    least = minimum.max()
    if least > minimum.min():
        for p in range(len(code)):
            if code[p] >= 0:
                code[p] = max(code[p], minimum[zones[p]])
    elif least > 0:
        for p in range(len(code)):
            code[p] = max(code[p], least) if code[p] >= 0 else code[p]
    for p in range(len(code)):
        found = code[p] if code[p] != UNSET else NO_PRICE
        out[0, p], out[1, p], out[2, p] = found, found, found


@compiled
def charged(hold: Any, zones: Any, fixed: Any, flat: bool, ppm: int, linehaul: Any, out: Any) -> None:
    """What a surcharge comes to; -1 where it is not charged. `flat`: it is the same in all zones."""
    if flat and not ppm:
        same = fixed[0]
        for p in range(len(hold)):
            out[p] = same if hold[p] else -1
    elif ppm:
        for p in range(len(hold)):
            out[p] = share(linehaul[p], ppm) if hold[p] else -1
    else:
        for p in range(len(hold)):
            out[p] = fixed[zones[p]] if hold[p] else -1


@compiled
def dearest(net: Any, fuelled: bool, best: Any, best_fuelled: Any) -> None:
    """The dearest of a group so far, and whether fuel is charged on it."""
    for p in range(len(net)):
        if net[p] > best[p]:
            best[p], best_fuelled[p] = net[p], fuelled


@compiled
def add(best: Any, best_fuelled: Any, hauled: Any) -> None:
    """A group's dearest onto the totals; the group is then empty."""
    for p in range(len(best)):
        more = max(best[p], 0)
        hauled[1, p] += more
        hauled[2, p] += more * best_fuelled[p]
        best[p] = -1


@compiled
def add_one(net: Any, fuelled: bool, hauled: Any) -> None:
    """A surcharge in a group of its own onto the totals."""
    for p in range(len(net)):
        more = max(net[p], 0)
        hauled[1, p] += more
        hauled[2, p] += more if fuelled else 0


@compiled
def finish(hauled: Any, day: Any, day_fuel: Any, fuel_off: Any, out: Any) -> None:
    """Totals with fuel, or the code of why there is no price."""
    for p in range(len(out)):
        if hauled[0, p] < 0:
            out[p] = hauled[0, p]
            continue
        fuel = share(hauled[2, p], day_fuel[day[p]])
        if fuel_off[p]:
            fuel -= share(fuel, fuel_off[p])
        out[p] = hauled[1, p] + fuel


@compiled
def condition(c: int, cuts: Any, seen: Any, flags: Any, to: Any, day: Any, gates: Any, out: Any) -> None:
    """Where condition c holds: its measures and marks, its lanes, its days."""
    by_lane, by_day, lane_holds, day_holds = gates
    holds(cuts[c], seen, flags, out)
    if by_lane[c]:
        gated(to, lane_holds[c], out)
    if by_day[c]:
        gated(day, day_holds[c], out)


@compiled
def price(seen: Any, flags: Any, to: Any, day: Any, lanes: Any, days: Any, sheet: Any, desk: Any, out: Any) -> None:
    """The total of each parcel in minor units, or the code of why there is none (below zero).

    `seen` has rows of longest side, second, volume, girth, actual weight, and one for the billable weight.
    `desk` is room to work in, DESK rows at least as long: asked for anew each time it would cost a third more.
    """
    lane_zone, by_lane, lane_holds = lanes
    day_valid, day_fuel, by_day, day_holds = days
    gates = (by_lane, by_day, lane_holds, day_holds)
    limits, dimensional, cuts, rows, extras, offs, minimum = sheet
    fixed, flat, ppm, group, order, fuelled, kind_off = extras
    off_ppm, off_base, off_fuel = offs
    n, tables, surcharges, discounts = out.shape[0], len(rows[0]), len(ppm), len(off_ppm)
    hauled = desk[:3]  # whole rows: what is cut from both sides no longer lies in one piece
    code, net, ppms, best = desk[3][:n], desk[4][:n], desk[5][:n], desk[6][:n]
    hold, zones = np.empty(n, np.bool_), np.empty(n, np.uint32)
    ppms[:], best[:], best_fuelled = 0, -1, np.zeros(n, np.bool_)
    begin(seen, to, day, lane_zone, day_valid, limits, code, zones)
    bill_weight(seen, dimensional, n)
    for t in range(tables):
        condition(t, cuts, seen, flags, to, day, gates, hold)
        by_table(t, rows, hold, zones, seen[5], seen[2], code)
    off_holds = np.empty((discounts, n), np.bool_)
    for o in range(discounts):
        condition(tables + surcharges + o, cuts, seen, flags, to, day, gates, off_holds[o])
        if off_base[o]:
            greatest(off_ppm[o], off_holds[o], ppms)
    take_off(ppms, code)
    haul(code, zones, minimum, hauled)
    for place in range(surcharges):
        s = order[place]
        condition(tables + s, cuts, seen, flags, to, day, gates, hold)
        charged(hold, zones, fixed[s], flat[s], ppm[s], hauled[0], net)
        if kind_off[s].any():
            ppms[:] = 0
            for o in range(discounts):
                if kind_off[s, o]:
                    greatest(off_ppm[o], off_holds[o], ppms)
            take_off(ppms, net)
        begins = place == 0 or group[order[place - 1]] != group[s]
        ends = place == surcharges - 1 or group[order[place + 1]] != group[s]
        if begins and ends:
            add_one(net, fuelled[s], hauled)
        else:
            dearest(net, fuelled[s], best, best_fuelled)
            if ends:
                add(best, best_fuelled, hauled)
    ppms[:] = 0
    for o in range(discounts):
        if off_fuel[o]:
            greatest(off_ppm[o], off_holds[o], ppms)
    finish(hauled, day, day_fuel, ppms, out)
