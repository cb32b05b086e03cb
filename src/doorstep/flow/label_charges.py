"""What a label costs, charge by charge: as the carrier told it, else as our own copy of its tariff says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from doorstep.carriers.bills import Charge, NoRate
from doorstep.carriers.distance import Haul
from doorstep.carriers.port import LabelMade
from doorstep.carriers.rating import itemised_between
from doorstep.events.shipping import LabelCharge
from doorstep.terms.parcel import Size
from doorstep.terms.service import CarrierService


@dataclass(frozen=True, slots=True)
class Told:
    """Charges that add up to a label's cost, none where nobody can tell; `tariff_id` '' where the carrier told them.

    `currency` is the tariff's, where the charges are by it.
    """

    charges: tuple[LabelCharge, ...] = ()
    tariff_id: str = ""
    priced_on: date | None = None
    currency: str = ""


def charges_of(made: LabelMade, parcel: Any, service: CarrierService | None, haul: Haul) -> Told:
    """The charges of a label just bought; `parcel` is its row. A list that does not add up to the cost is none.

    Where the carrier did not tell the cost, those of the tariff stand for it.
    """
    if made.charges:
        return Told(_kept(made.charges)) if _sum(made.charges) == made.cost_minor else Told()
    if service is None:
        return Told()
    size = Size(parcel.length_mm, parcel.width_mm, parcel.height_mm)
    charges = priced(service, size, parcel.weight_g, haul)
    tariff = service.tariff
    if charges is None:
        return Told()
    if made.cost_known and (tariff.currency != made.currency or _sum(charges) != made.cost_minor):
        return Told()
    return Told(_kept(charges), tariff.tariff_id, haul.on, tariff.currency)


def priced(service: CarrierService, size: Size, weight_g: int, haul: Haul) -> tuple[Charge, ...] | None:
    """A parcel's charges by the service's tariff; None where it has no price or a measure is not known."""
    if weight_g <= 0 or min(size) <= 0:
        return None
    try:
        found = itemised_between(service, size, weight_g, haul)
    except ValueError:  # of a tariff that lacks a name it needs: the label is bought all the same
        return None
    return None if isinstance(found, NoRate) else found.charges


def _sum(charges: Iterable[Charge]) -> int:
    return sum(charge.minor for charge in charges)


def _kept(charges: Iterable[Charge]) -> tuple[LabelCharge, ...]:
    return tuple(LabelCharge(charge.kind.value, charge.minor, charge.name) for charge in charges)
