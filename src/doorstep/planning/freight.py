"""Parcels that travel together: freight is billed by the shipment, loose or on pallets, whichever costs less, or by the
whole truck; parcel carriers bill each parcel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from doorstep.carriers.bills import Bill, NoRate
from doorstep.carriers.distance import Haul
from doorstep.carriers.freight import Handled
from doorstep.carriers.shipments import Piece, handled, is_freight, ltl_shipment, shipment_bill
from doorstep.packing import LoadParams, PalletParams, check_load, load, palletize
from doorstep.terms.freight import LtlTariff, TruckTariff
from doorstep.terms.load import Drop, Pallet, Trailer
from doorstep.terms.measures import Measure, Sides, grams
from doorstep.terms.parcel import UPRIGHT, PackItem, Size
from doorstep.terms.service import CarrierService

# The deck is that of ISO 6780's 1219 x 1016 mm; heights and weights are our own judgement.
_PALLET = Pallet("48x40", 1_219, 1_016, 150, 22_000, 1_500, 1_000_000)
__all__ = ["Whole", "is_freight", "pallet_places", "whole_shipment"]
_PARAMS = PalletParams(work_budget=20_000)
_LOADING = LoadParams(work_budget=20_000)


@dataclass(frozen=True, slots=True)
class Whole:
    """What a shipment's carrier charges for all of it, and as what it travels: `2 pallets`, `5 cartons`, `by truck`,
    `one truck with 3 stops`."""

    bill: Bill
    travels_as: str


def whole_shipment(service: CarrierService, pieces: Sequence[Piece], haul: Haul) -> Whole | NoRate:
    """The parcels as one shipment of freight. ValueError for a tariff of parcels."""
    tariff = service.tariff
    if haul.via or not isinstance(tariff, LtlTariff):
        told = shipment_bill(service, pieces, haul)
        travels_as = "by truck" if isinstance(tariff, TruckTariff) else "on our own van"
        if haul.via:
            travels_as = f"one truck with {len(haul.via) + 1} stops"
        return told if isinstance(told, NoRate) else Whole(told, travels_as)
    ways = [(tuple(handled(piece) for piece in pieces), _many(len(pieces), "carton"))]
    pallets = _on_pallets(tuple(sorted((tuple(p.size), p.weight_g) for p in pieces)), _pallet_of(tariff))
    if len(pieces) > 1 and pallets:
        ways.append((pallets, _many(len(pallets), "pallet")))
    billed = [(ltl_shipment(service, units, haul), named) for units, named in ways]
    whole = [Whole(bill, named) for bill, named in billed if isinstance(bill, Bill)]
    if not whole:
        return next(bill for bill, _ in billed if isinstance(bill, NoRate))
    return min(whole, key=lambda each: each.bill.total_minor)


def pallet_places(pieces: Sequence[Piece]) -> int:
    """How many pallet places parcels take that stand on pallets: the fewest pallets that `palletize` finds for them,
    one above the other nowhere; what stands on no pallet takes the places that its floor covers."""
    if not pieces:
        return 0
    pallets = _on_pallets(tuple(sorted((tuple(p.size), p.weight_g) for p in pieces)), _PALLET)
    if pallets:
        return len(pallets)
    deck_mm2 = _PALLET.deck_length_mm * _PALLET.deck_width_mm
    return sum(-(-piece.size.length_mm * piece.size.width_mm // deck_mm2) for piece in pieces)


def loads_up(service: CarrierService, stops: Sequence[Sequence[Piece]]) -> bool:
    """Whether the parcels, by stop in the order of driving, are found to go into the truck of the service so that each
    stop's stand free when it is reached. True where its tariff does not say what the truck measures."""
    tariff = service.tariff
    if not isinstance(tariff, TruckTariff) or tariff.trailer is None:
        return True
    inner = Size(*(_mm(Measure(side, *tariff.trailer[3:])) for side in tariff.trailer[:3]))
    return _loaded(inner, tuple(tuple(sorted((tuple(p.size), p.weight_g) for p in mine)) for mine in stops))


@lru_cache(maxsize=4096)
def _loaded(inner: Size, stops: tuple[tuple[tuple[tuple[int, ...], int], ...], ...]) -> bool:
    goods, drops = [], []
    for number, mine in enumerate(stops):
        alike = Counter(mine)
        goods += [
            PackItem(f"{number}/{n}", Size(*size), weight_g, quantity, UPRIGHT)
            for n, ((size, weight_g), quantity) in enumerate(alike.items())
        ]
        drops.append(Drop(str(number), frozenset(f"{number}/{n}" for n in range(len(alike)))))
    # What it weighs is held against the tariff's `most` where it is priced.
    trailer = Trailer("truck", inner, sum(item.weight_g * item.quantity for item in goods))
    told = load(goods, trailer, drops, _LOADING)
    return not told.left and not check_load(goods, told, trailer, drops, _LOADING)


def _many(count: int, one: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def _pallet_of(tariff: LtlTariff) -> Pallet:
    if tariff.pallet is None:
        return _PALLET
    length, width = _mm(tariff.pallet), _mm(tariff.pallet_width or tariff.pallet)
    return Pallet(f"{length}x{width}", length, width, 150, 22_000, 1_500, 1_000_000)


def _mm(side: Measure) -> int:
    return side.exact // Measure(1, 1, "mm").exact


@lru_cache(maxsize=4096)
def _on_pallets(parcels: tuple[tuple[tuple[int, ...], int], ...], pallet: Pallet) -> tuple[Handled, ...]:
    """The loaded pallets; none where a parcel stands on no pallet."""
    counts: dict[tuple[tuple[int, ...], int], int] = {}
    for each in parcels:
        counts[each] = counts.get(each, 0) + 1
    goods = [
        PackItem(str(number), Size(*size), weight_g, quantity)
        for number, ((size, weight_g), quantity) in enumerate(counts.items())
    ]
    told = palletize(goods, pallet, _PARAMS)
    if told.left:
        return ()
    return tuple(
        Handled(
            grams(packed.content_g + pallet.own_weight_g),
            Sides(
                pallet.deck_length_mm,
                pallet.deck_width_mm,
                pallet.own_height_mm + packed.load_height_mm,
                1,
                "mm",
            ),
        )
        for packed in told.pallets
    )
