"""Packing with so many of each carton as there are: what has run out is not chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from doorstep.packing.values import Packing, Price, cost_of
from doorstep.terms.parcel import Carton, Mailer, PackedCarton, PackItem, Unpackable

MOST_PACKED = 8  # times that an order is packed anew with both ways of doing without; then with one
Cartons = Sequence[Carton | Mailer]
Pack = Callable[[Sequence[PackItem], Cartons], Packing]


def within_stock(
    items: Sequence[PackItem], cartons: Cartons, left: Mapping[str, int], price: Price | None, pack: Pack
) -> Packing:
    """What `pack` finds, with no more of a carton than `left` says; of a carton not named there are enough.

    A carton that runs out is kept for what fills it most, and what else was in such cartons is packed into others; or
    it is done without altogether, if that is cheaper. What goes into nothing that is left is told as `cartons_left`.
    """
    packer = _Packer(price, pack)
    found = packer.best(items, _there(cartons, left), left)
    while found.unpackable:
        # A carton that was done without, or kept for others, may still take what is over.
        over = {no.ref: no.quantity for no in found.unpackable}
        rest = [replace(item, quantity=over[item.ref]) for item in items if item.ref in over]
        still = _less(left, found.cartons)
        more = packer.best(rest, _there(cartons, still), still)
        if not more.cartons:
            break
        found = _joined(found.cartons, more, price)
    return replace(found, unpackable=_reasons(items, cartons, found, pack), work_used=packer.work)


class _Packer:
    def __init__(self, price: Price | None, pack: Pack) -> None:
        self.price, self.pack = price, pack
        self.packed = self.work = 0

    def best(self, items: Sequence[PackItem], cartons: Cartons, left: Mapping[str, int]) -> Packing:
        """The least left over, then the cheapest, of the ways looked at."""
        packing = self.pack(items, cartons)
        self.packed += 1
        self.work += packing.work_used
        used = Counter(packed.carton.carton_id for packed in packing.cartons)
        lacking = {carton_id: units - left.get(carton_id, units) for carton_id, units in used.items()}
        scarce = max(lacking, key=lambda carton_id: (lacking[carton_id], carton_id), default="")
        if lacking.get(scarce, 0) <= 0:
            return packing
        others = [carton for carton in cartons if carton.carton_id != scarce]
        alike = [packed for packed in packing.cartons if packed.carton.carton_id == scarce]
        kept = sorted(alike, key=_filled, reverse=True)[: left[scarce]]
        ways = [_joined(kept, self.best(_without(items, kept), others, left), self.price)]
        if self.packed < MOST_PACKED:
            ways.append(self.best(items, others, left))
        return min(ways, key=lambda way: (sum(no.quantity for no in way.unpackable), way.cost_minor))


def _there(cartons: Cartons, left: Mapping[str, int]) -> Cartons:
    return [carton for carton in cartons if left.get(carton.carton_id, 1) > 0]


def _less(left: Mapping[str, int], packed: Sequence[PackedCarton]) -> Mapping[str, int]:
    used = Counter(each.carton.carton_id for each in packed)
    return {carton_id: there - used[carton_id] for carton_id, there in left.items()}


def _filled(packed: PackedCarton) -> int:
    return sum(unit.size.volume_mm3 for unit in packed.placements)


def _without(items: Sequence[PackItem], kept: Sequence[PackedCarton]) -> Sequence[PackItem]:
    taken = Counter(unit.ref for packed in kept for unit in packed.placements)
    rest = ((item, item.quantity - taken[item.ref]) for item in items)
    return [replace(item, quantity=units) for item, units in rest if units]


def _joined(kept: Sequence[PackedCarton], more: Packing, price: Price | None) -> Packing:
    every = (*kept, *more.cartons)
    return replace(more, cartons=every, cost_minor=cost_of(every, price))


def _reasons(items: Sequence[PackItem], cartons: Cartons, found: Packing, pack: Pack) -> tuple[Unpackable, ...]:
    """What is left over for what it is; the rest for want of cartons."""
    over = {no.ref: no.quantity for no in found.unpackable}
    if not over:
        return ()
    ever = {no.ref: no for no in pack([item for item in items if item.ref in over], cartons).unpackable}
    return tuple(
        ever.get(item.ref) or Unpackable(item.ref, over[item.ref], "cartons_left", item.quantity, packed)
        for item in items
        if item.ref in over
        for packed in (item.quantity - over[item.ref],)
    )
