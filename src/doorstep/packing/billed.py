"""What an order will be billed for at least and at most, in grams, before it is packed and without a search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from doorstep.packing.lately import Lately
from doorstep.packing.shelf import Line, Shelf, lines_below
from doorstep.packing.standing import Kind, kinds_of, standing
from doorstep.terms.parcel import PackItem, Size

Billable = Callable[[Size, int], int]
"""What a carrier bills a parcel for: (outer size, grams with the carton's own weight) -> grams, no fewer than it weighs
and no fewer for a parcel that is longer, wider, higher or heavier. It must answer alike whenever it is asked alike."""

MM3_PER_G = 5_000  # a gram for so much volume: 5,000 cm3 a kilogram, as most parcel carriers bill
TRIED_WHOLE = 3  # cartons into which the whole order is tried to stand
TRIED_MANY = 2  # kinds of cartons of which several are tried
_NEVER = 10**18  # more grams than anything is billed for
TOO_FULL_PERCENT = 92  # stacks side by side hardly ever fill a carton more than that

Goods = Sequence[tuple[PackItem, int]]
"""Kinds of goods, each with the cartons that take one unit of it, as a bit set."""


def by_volume_or_weight(outer: Size, weight_g: int) -> int:
    """The greater of weight and volume at 5,000 cm3 a kilogram, in grams begun."""
    return max(weight_g, -(-outer.volume_mm3 // MM3_PER_G))


@dataclass(frozen=True, slots=True)
class Bills:
    """What the cartons of a shelf are billed for.

    `outer[c]`: the least that carton c measures, as a mailer at its smallest; `least[c]`: what it is billed for with
    nothing in it; `order`: the cartons by that; `dense`: by that for what they hold, the best first.
    """

    outer: tuple[Size, ...]
    least: tuple[int, ...]
    lightest_g: int
    by_volume: tuple[Line, ...]
    order: tuple[int, ...]
    dense: tuple[int, ...]

    def least_of(self, among: int) -> int:
        """The least that a carton of a bit set is billed for."""
        return next(self.least[c] for c in self.order if among >> c & 1)


def _bills_of(asked: tuple[Shelf, Billable]) -> Bills:
    shelf, billable = asked
    points, least, smallest = [], [], []
    for carton, volume in zip(shelf.cartons, shelf.volumes, strict=True):
        outer, mailer = carton.outer, shelf.mailer(carton)
        if mailer is not None:
            # Between the fillings on the shelf there are others: no side of any of them is smaller than these.
            flat = (mailer.length_mm - mailer.thickest_mm, mailer.width_mm - mailer.thickest_mm, 1)
            outer = Size(*(side + mailer.wall_mm for side in flat))
            volume = mailer.length_mm * mailer.width_mm * mailer.thickest_mm
        smallest.append(outer)
        least.append(billable(outer, carton.empty_weight_g))
        points.append((volume, least[-1]))
    ranks = range(len(least))
    return Bills(
        tuple(smallest),
        tuple(least),
        min((carton.empty_weight_g for carton in shelf.cartons), default=0),
        tuple(lines_below(points)),
        tuple(sorted(ranks, key=lambda c: least[c])),
        tuple(sorted(ranks, key=lambda c: least[c] * 1_000_000 // shelf.volumes[c])),
    )


bills_of: Lately[tuple[Shelf, Billable], Bills] = Lately(_bills_of)


def billed_at_least(
    goods: Goods, shelf: Shelf, billable: Billable, volume: int, weight: int, single: int, several: int
) -> int:
    """No packing is billed for less. `single`: cartons that may take all goods; else at least `several` are needed."""
    bills = bills_of((shelf, billable))
    by_volume = max(-(-(several * a + b * volume) // scale) for a, b, scale in bills.by_volume)
    hardest = max(bills.least_of(takers) for _, takers in goods)
    many = max(by_volume, weight + several * bills.lightest_g, hardest + (several - 1) * bills.least[bills.order[0]])
    if not single:
        return many
    # A unit that is alone goes into no second carton: two light parcels may be billed for less than one, and are none.
    best = many if several <= sum(item.quantity for item, _ in goods) else _NEVER
    for c in bills.order:
        if bills.least[c] >= best:
            break
        if single >> c & 1:
            best = min(best, billable(bills.outer[c], shelf.cartons[c].empty_weight_g + weight))
    return best


def billed_at_most(goods: Goods, shelf: Shelf, billable: Billable) -> int:
    """Some packing is billed for no more, if there is one that leaves nothing over."""
    return sum(_part_at_most(part, shelf, billable) for part in parts(goods))


def parts(goods: Goods) -> Iterable[Goods]:
    """The goods in parts that may be packed for themselves; in each all may be together, whatever classes are kept
    apart."""
    if not any(item.keep_apart or item.keep_together or item.classes for item, _ in goods):
        return (goods,)
    found: dict[tuple[object, ...], list[tuple[PackItem, int]]] = {}
    for item, takers in goods:
        alone = item.ref if len(item.classes) > 1 else ""  # another of the same two classes may be barred by either
        key = (item.keep_together,) if item.keep_together else ("", item.keep_apart, item.classes, alone)
        found.setdefault(key, []).append((item, takers))
    return found.values()


def _part_at_most(goods: Goods, shelf: Shelf, billable: Billable) -> int:
    bills = bills_of((shelf, billable))
    volume = weight = units = 0
    able = -1
    for item, takers in goods:
        able &= takers
        volume += item.size.volume_mm3 * item.quantity
        weight += item.weight_g * item.quantity
        units += item.quantity
    kinds = kinds_of([item for item, _ in goods])
    likely = able & shelf.big_enough(volume if units < 3 else volume * 100 // TOO_FULL_PERCENT, weight)
    in_one = [c for c in bills.order if likely >> c & 1][:TRIED_WHOLE]
    bill = _in_one(kinds, weight, in_one, shelf, billable)
    if goods[0][0].keep_together:
        # It goes into one carton or is left over: at worst into the one that is billed for most.
        held = able & shelf.big_enough(volume, weight)
        worst = (_filled(shelf, c, billable, weight) for c in bills.order if held >> c & 1)
        return bill if bill is not None else max(worst, default=0)
    if not able:
        return sum(_part_at_most([one], shelf, billable) for one in goods)
    for c in [c for c in bills.dense if able >> c & 1][:TRIED_MANY]:
        if bill is not None and 2 * bills.least[c] >= bill:
            continue
        cartons = standing(kinds, shelf.cartons[c])
        many = sum(_filled(shelf, c, billable, content_g) for content_g, _ in cartons)
        bill = many if bill is None else min(bill, many)
    return bill or 0


def _in_one(kinds: Sequence[Kind], weight: int, tried: Sequence[int], shelf: Shelf, billable: Billable) -> int | None:
    """The least that a carton is billed for in which all stand; None where they were not found to stand in one."""
    best = None
    for c in tried:
        if best is not None and bills_of((shelf, billable)).least[c] >= best:
            break
        if len(standing(kinds, shelf.cartons[c], 1)) == 1:
            told = _filled(shelf, c, billable, weight)
            best = told if best is None else min(best, told)
    return best


def _filled(shelf: Shelf, c: int, billable: Billable, content_g: int) -> int:
    carton = shelf.cartons[c]
    return billable(carton.outer, carton.empty_weight_g + content_g)
