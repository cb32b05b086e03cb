"""What a planned shipment's freight is made of, charge by charge, as planning reckons it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from doorstep.carriers.bills import Charge, NoRate
from doorstep.carriers.rating import itemised_between
from doorstep.carriers.shipments import Piece
from doorstep.packing import estimate
from doorstep.planning.compose import pack_item
from doorstep.planning.freight import is_freight, whole_shipment
from doorstep.planning.lane import Lane
from doorstep.terms.item import Item
from doorstep.terms.money import share_out
from doorstep.terms.parcel import Carton
from doorstep.terms.tariff import ChargeKind

IN_THE_END = "billed in the end beside its tariff"


def expected_charges(contents: Sequence[tuple[Item, int]], cartons: Sequence[Carton], lane: Lane) -> tuple[Charge, ...]:
    """The charges of all its parcels, those of one name together, in the tariff's own money; none without a price.

    They add up to what is reckoned: what was learned of the carrier's bills is the last of them.
    """
    pieces = [
        Piece(parcel.size, max(parcel.weight_g, 1))
        for parcel in estimate([pack_item(item, quantity) for item, quantity in contents], cartons).parcels
    ]
    if not pieces:
        return ()
    if is_freight(lane.service):
        whole = whole_shipment(lane.service, pieces, lane.haul)
        bills = [whole if isinstance(whole, NoRate) else whole.bill]
    else:
        bills = [itemised_between(lane.service, piece.size, piece.weight_g, lane.haul) for piece in pieces]
    priced = [bill for bill in bills if not isinstance(bill, NoRate)]
    if len(priced) < len(bills):
        return ()
    charges = [charge for bill in priced for charge in bill.charges]
    return together((*charges, *_beside(lane, pieces, [bill.total_minor for bill in priced])))


def together(charges: Iterable[Charge]) -> tuple[Charge, ...]:
    """Charges of one kind, name and basis as one, in the order in which they come."""
    sums: dict[tuple[ChargeKind, str, str], int] = {}
    for each in charges:
        key = (each.kind, each.name, each.basis)
        sums[key] = sums.get(key, 0) + each.minor
    return tuple(Charge(kind, name, minor, basis) for (kind, name, basis), minor in sums.items() if minor)


def _beside(lane: Lane, pieces: Sequence[Piece], totals_minor: Sequence[int]) -> Iterable[Charge]:
    if len(totals_minor) != len(pieces):  # freight: one bill, shared by weight
        totals_minor = share_out(totals_minor[0], [piece.weight_g for piece in pieces])
    for piece, minor in zip(pieces, totals_minor, strict=True):
        yield Charge(ChargeKind.OTHER, IN_THE_END, lane.billed_minor(minor, piece.weight_g) - minor)
