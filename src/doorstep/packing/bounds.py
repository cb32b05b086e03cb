"""What no packing can beat, from volume and weight alone, and what to reckon with before anything is packed.

Promising asks for thousands of orders what they will take before one of them is packed: `estimate` answers in a tenth
of a millisecond. The search uses the same bounds to know when it may stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.packing.billed import Billable, billed_at_least, billed_at_most, by_volume_or_weight
from doorstep.packing.shelf import Shelf, shelf_for
from doorstep.packing.values import refuse_nonsense_goods
from doorstep.terms.parcel import Carton, Mailer, PackItem, Size

FULL_PERCENT = (100, 100, 82, 78)  # how full a carton of no, one, two, three units usually gets ...
FULL_PERCENT_MANY = 74  # ... and of more


@dataclass(frozen=True, slots=True)
class EstimatedParcel:
    """A parcel to reckon with: outer size, and weight with the carton."""

    size: Size
    weight_g: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an order will take, before it is packed.

    Guaranteed, with `unpackable` left aside, of packings that leave nothing else over: none has fewer than
    `cartons_at_least` cartons, and in none do the cartons cost less than `cost_at_least_minor` (filling and sending
    them comes on top). Goods that ship in their own box count one carton each and cost nothing. `unpackable` is exact:
    these refs fit no carton, all others do.
    None of them is billed for less than `billable_at_least_g` grams in all, and the one that is billed for least is
    billed for no more than `short_by_g` above that: the bound is never below the true optimum by more than it states.
    Not guaranteed: `parcels`, the sizes and weights that will probably be billed.
    """

    cartons_at_least: int
    cost_at_least_minor: int
    billable_at_least_g: int
    short_by_g: int
    parcels: tuple[EstimatedParcel, ...]
    unpackable: tuple[str, ...]


def estimate(
    items: Sequence[PackItem], cartons: Sequence[Carton | Mailer], billable: Billable = by_volume_or_weight
) -> Estimate:
    """What the goods will take, in a tenth of a millisecond: bounds that hold, and parcels to reckon with.

    `billable` is how a carrier bills a parcel, by 5,000 cm3 a kilogram where it is not told.
    """
    refuse_nonsense_goods(items)
    shelf = shelf_for(items, cartons)
    own = [item for item in items if item.own_container]
    parcels = [EstimatedParcel(item.size, item.weight_g) for item in own for _ in range(item.quantity)]
    taken = [(item, shelf.takers(item)) for item in items if not item.own_container]
    own_g = sum(billable(parcel.size, parcel.weight_g) for parcel in parcels)
    unpackable = tuple(item.ref for item, takers in taken if not takers)
    goods = [(item, takers) for item, takers in taken if takers]
    if not goods:
        return Estimate(len(parcels), 0, own_g, 0, tuple(parcels), unpackable)
    volume = weight = units = dearest = 0
    take_all = -1
    groups = set()
    for item, takers in goods:
        volume += item.size.volume_mm3 * item.quantity
        weight += item.weight_g * item.quantity
        units += item.quantity
        take_all &= takers
        groups.add(item.keep_apart)
        dearest = max(dearest, shelf.cheapest(takers).cost_minor)
    fewest = max(len(groups - {""}), shelf.fewest(volume, weight))
    single = take_all if fewest == 1 else 0
    single &= shelf.big_enough(volume, weight)
    several = max(2, fewest)
    least_cost = max(shelf.least_cost(several, volume, weight), dearest + (several - 1) * shelf.cheapest(-1).cost_minor)
    parcels += _likely_parcels(shelf, take_all, units, volume, weight)
    least_g = billed_at_least(goods, shelf, billable, volume, weight, single, several)
    return Estimate(
        sum(item.quantity for item in own) + (1 if single else several),
        min(least_cost, shelf.cheapest(single).cost_minor) if single else least_cost,
        own_g + least_g,
        max(billed_at_most(goods, shelf, billable) - least_g, 0) if units > 1 or shelf.mailers else 0,
        tuple(parcels),
        unpackable,
    )


def cartons_for(item: PackItem, cartons: Sequence[Carton | Mailer]) -> list[Carton]:
    """The cartons that one unit of the item fits in, cheapest first; none for what ships in its own box."""
    shelf = shelf_for([item], cartons)
    return [] if item.own_container else shelf.of(shelf.takers(item))


def _likely_parcels(shelf: Shelf, take_all: int, units: int, volume: int, weight: int) -> list[EstimatedParcel]:
    """The cheapest carton that would not be too full, or equal shares of the goods in so many of them."""
    percent = FULL_PERCENT[units] if units < len(FULL_PERCENT) else FULL_PERCENT_MANY
    able = take_all or -1
    parts = min(units, shelf.fewest(-(-volume * 100 // percent), weight))
    while not (likely := able & shelf.big_enough(-(-volume * 100 // (percent * parts)), -(-weight // parts))):
        if parts == units:
            likely = able
            break
        parts += 1
    carton = shelf.cheapest(likely)
    return [EstimatedParcel(carton.outer, carton.empty_weight_g + -(-weight // parts))] * parts
