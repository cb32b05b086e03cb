"""The room's one planner: goods and cartons in, filled cartons out, at the least cost found within the work budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doorstep.packing.alone import in_own_cartons, tightened, unit_alone, why_unpackable
from doorstep.packing.in_stock import within_stock
from doorstep.packing.shelf import Shelf, shelf_for
from doorstep.packing.small import two_units
from doorstep.packing.values import (
    Packing,
    Params,
    Price,
    cost_of,
    refuse_nonsense_cartons,
    refuse_nonsense_goods,
)
from doorstep.terms.parcel import Carton, Mailer, PackedCarton, PackItem, Unpackable

NO_PARAMS = Params()


def cartonize(
    items: Sequence[PackItem],
    cartons: Sequence[Carton | Mailer],
    params: Params = NO_PARAMS,
    *,
    price: Price | None = None,
    incumbent: Sequence[PackedCarton] | None = None,
    left: Mapping[str, int] | None = None,
) -> Packing:
    """Pack every unit that fits some carton, at the least total of cartons and `price` found.

    Packed and left over are together what was given; what binds goods left over is told, see `Unpackable`.
    `price(carton, weight_g)` is what sending the filled carton costs; None counts cartons and their filling only. A
    mailer reaches it as the carton that it is when filled. Orders of up to two units get the least cost there is,
    without work. The first larger order of a process loads compiled code, the first ever on a machine compiles it, see
    `compiling`.

    An `incumbent` is an earlier packing of these goods, or of more or fewer of them. Where it holds all units and
    obeys the rules, the result is not dearer; nor where units that bore nothing were taken off the order, if a lighter
    carton is not dearer to send and nothing goes in that was left over. A unit that others stood on can be missed:
    without their plinth they may need more room than the carton has.

    `left` says how many of a carton there are, by `carton_id`; of one not named there are enough. Where one runs out,
    the order is packed anew with less of it, a few times, each with the whole budget of work; neither more budget nor
    an incumbent promises anything then. ValueError for goods, cartons or prices that cannot be.
    """
    refuse_nonsense_goods(items)
    if left:
        wrong = [carton_id for carton_id, there in left.items() if there < 0]
        if wrong:
            raise ValueError(f"{left[wrong[0]]} of carton {wrong[0]} are left; it cannot be negative")
        limited = {carton_id: left[carton_id] for carton_id in sorted(left)}
        refuse_nonsense_cartons(cartons)

        def pack(some: Sequence[PackItem], of: Sequence[Carton | Mailer]) -> Packing:
            return cartonize(some, of, params, price=price, incumbent=incumbent)

        return within_stock(items, cartons, limited, price, pack)
    shelf = shelf_for(items, cartons)
    own = [packed for item in items if item.own_container for packed in in_own_cartons(item)]
    taken = [(item, shelf.takers(item)) for item in items if not item.own_container]
    unpackable = [why_unpackable(item, shelf.cartons) for item, takers in taken if not takers]
    goods = [(item, takers) for item, takers in taken if takers]
    if unpackable:
        goods, torn = _whole_groups(goods, {item.keep_together for item, takers in taken if not takers} - {""})
        unpackable += torn
    packed, over, work = _pack(goods, shelf, params, price, incumbent or ()) if goods else ([], [], 0)
    every = own + [tightened(each, shelf, price) for each in packed]
    return Packing(tuple(every), (*unpackable, *over), cost_of(every, price), work)


def _whole_groups(
    goods: list[tuple[PackItem, int]], torn: set[str]
) -> tuple[list[tuple[PackItem, int]], list[Unpackable]]:
    """(goods without those kept together with what fits no carton, those)."""
    left = [
        Unpackable(item.ref, item.quantity, "keep_together", item.quantity + 1, item.quantity)
        for item, _ in goods
        if item.keep_together in torn
    ]
    return [(item, takers) for item, takers in goods if item.keep_together not in torn], left


def _pack(
    goods: list[tuple[PackItem, int]],
    shelf: Shelf,
    params: Params,
    price: Price | None,
    incumbent: Sequence[PackedCarton],
) -> tuple[list[PackedCarton], list[Unpackable], int]:
    """(cartons, left over, work used): at most two units exactly, more by search.

    `goods` come with the cartons that take one unit of them.
    """
    units = sum(item.quantity for item, _ in goods)
    if units == 1:
        return [unit_alone(*goods[0], shelf, price)], [], 0
    if units == 2 and not any(item.keep_together for item, _ in goods):
        return two_units(goods[0], goods[-1], shelf, price, params), [], 0
    # Late, because it loads numba and NumPy, which a process that packs nothing larger never needs.
    from doorstep.packing.search import search

    return search(goods, shelf, params, price, incumbent)
