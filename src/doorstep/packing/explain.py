"""Why a packing is as it is: how full, how heavy, balanced where, why this carton and why none of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from doorstep.packing.alone import fits_turned, turns
from doorstep.packing.shelf import shelf_for
from doorstep.packing.values import Packing, Price, cost_of_one, full_cost
from doorstep.terms.parcel import Carton, Mailer, PackedCarton, PackItem


class Point(NamedTuple):
    """A point in a carton, from its inner corner."""

    x_mm: int
    y_mm: int
    z_mm: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A carton that was not taken for these goods, a mailer in that filling that comes nearest, and why not."""

    carton_id: str
    because: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One filled carton. `full_per_1000` is goods by inner volume; `cost_minor` is carton, filling and sending.

    `centre` is the centre of gravity of the goods, each unit taken as even; None where they weigh nothing.
    """

    carton_id: str
    full_per_1000: int
    weight_g: int
    cost_minor: int
    centre: Point | None
    rejected: tuple[Rejected, ...]


def explain(
    items: Sequence[PackItem], packing: Packing, cartons: Sequence[Carton | Mailer], *, price: Price | None = None
) -> tuple[Explained, ...]:
    """Each carton of a packing in its order; asked with the goods, cartons and price that it was packed with."""
    known = {item.ref: item for item in items}
    shelf = shelf_for(items, cartons)
    return tuple(_explained(packed, known, shelf.cartons, price) for packed in packing.cartons)


def _explained(
    packed: PackedCarton, known: dict[str, PackItem], cartons: Sequence[Carton], price: Price | None
) -> Explained:
    cost_minor = cost_of_one(packed, price)
    volume = _volume(packed)
    goods = [known[ref] for ref in sorted({unit.ref for unit in packed.placements})]
    rejected: dict[str, tuple[int, str]] = {}
    if not any(item.own_container for item in goods):
        for carton in cartons:
            if carton.carton_id != packed.carton.carton_id:
                told = _why_not(packed, goods, volume, carton, cost_minor, price)
                rejected[carton.carton_id] = max(rejected.get(carton.carton_id, told), told)
    return Explained(
        packed.carton.carton_id,
        volume * 1_000 // packed.carton.inner.volume_mm3,
        packed.weight_g,
        cost_minor,
        _centre(packed, known),
        tuple(Rejected(carton_id, because) for carton_id, (_, because) in rejected.items()),
    )


def _why_not(
    packed: PackedCarton, goods: Sequence[PackItem], volume: int, carton: Carton, cost_minor: int, price: Price | None
) -> tuple[int, str]:
    """(how near it came, why not): the first rule that keeps the content out, or what it costs more."""
    if packed.content_g > carton.max_content_g:
        return 0, f"takes {carton.max_content_g} g, the goods weigh {packed.content_g} g"
    for item in goods:
        if not any(fits_turned(turn, carton) for turn in turns(item)):
            return 1, f"{item.ref} does not fit in"
    if volume > carton.inner.volume_mm3:
        return 2, f"holds {carton.inner.volume_mm3} mm3, the goods have {volume} mm3"
    more = full_cost(carton, packed.content_g, volume, price) - cost_minor
    if more >= 0:
        return 4, f"costs {more} more" if more else "costs as much"
    return 3, f"would cost {-more} less, but no way was found to put all goods in"


def _centre(packed: PackedCarton, known: dict[str, PackItem]) -> Point | None:
    weights = [known[unit.ref].weight_g for unit in packed.placements]
    if not sum(weights):
        return None
    twice = [0, 0, 0]
    for unit, weight_g in zip(packed.placements, weights, strict=True):
        for axis, start in enumerate((unit.x_mm, unit.y_mm, unit.z_mm)):
            twice[axis] += weight_g * (2 * start + unit.size[axis])
    return Point(*(moment // (2 * sum(weights)) for moment in twice))


def _volume(packed: PackedCarton) -> int:
    return sum(unit.size.volume_mm3 for unit in packed.placements)
