"""Why a packing is as it is: how full, how heavy, balanced where, why this carton and why none of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from doorstep.packing.alone import fits_turned, turns
from doorstep.packing.shelf import shelf_for
from doorstep.packing.values import Packing, Price, cost_of_one, full_cost
from doorstep.packing.why_left import kilograms, litres
from doorstep.terms.parcel import Carton, Mailer, PackedCarton, PackItem

NEVER_MINOR = 10**12  # what a carton is priced at that cannot be sent: dearer than anything that can


class Point(NamedTuple):
    """A point in a carton, from its inner corner."""

    x_mm: int
    y_mm: int
    z_mm: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A carton that was not taken for these goods, a mailer in that filling that comes nearest, and why not.

    `more_minor` is what it would cost more, filled with them; None where they do not go in, or it cannot be sent.
    """

    carton_id: str
    because: str
    more_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """One filled carton. `full_per_1000` is goods by inner volume; `cost_minor` is carton, filling and sending.

    `centre` is the centre of gravity of the goods, each unit taken as even; None where they weigh nothing. `because`
    says why this carton, `rejected` of every other why not it.
    """

    carton_id: str
    full_per_1000: int
    weight_g: int
    cost_minor: int
    centre: Point | None
    because: str
    rejected: tuple[Rejected, ...]


def explain(
    items: Sequence[PackItem],
    packing: Packing,
    cartons: Sequence[Carton | Mailer],
    *,
    price: Price | None = None,
    left: Mapping[str, int] | None = None,
    never_minor: int = NEVER_MINOR,
) -> tuple[Explained, ...]:
    """Each carton of a packing in its order; asked with the goods, cartons, price and cartons left that it was packed
    with. A carton that costs `never_minor` or more to send is one that is not taken at all."""
    known = {item.ref: item for item in items}
    shelf = shelf_for(items, cartons)
    used = Counter(packed.carton.carton_id for packed in packing.cartons)
    out = {carton_id for carton_id, there in (left or {}).items() if there <= used[carton_id]}
    ask = _Rivals(shelf.cartons, price, out, never_minor)
    return tuple(_explained(packed, known, ask) for packed in packing.cartons)


def _explained(packed: PackedCarton, known: dict[str, PackItem], ask: _Rivals) -> Explained:
    cost_minor = cost_of_one(packed, ask.price)
    goods = [known[ref] for ref in sorted({unit.ref for unit in packed.placements})]
    own = any(item.own_container for item in goods)
    rejected = () if own else ask.rejected(packed, goods, cost_minor)
    return Explained(
        packed.carton.carton_id,
        _volume(packed) * 1_000 // packed.carton.inner.volume_mm3,
        packed.weight_g,
        cost_minor,
        _centre(packed, known),
        "it ships in its own box" if own else _because(rejected),
        rejected,
    )


def _because(rejected: Sequence[Rejected]) -> str:
    """Why the carton was taken, from why the others were not."""
    able = [one.more_minor for one in rejected if one.more_minor is not None]
    if not able:
        return "no other carton takes these goods"
    if min(able) < 0:
        return "no cheaper way of packing these goods was found"
    alike = " (one costs as much)" if min(able) == 0 else ""
    return f"of the {1 + len(able)} cartons that take these goods it costs least{alike}"


@dataclass(frozen=True, slots=True)
class _Rivals:
    """The other cartons, by what they would cost. `out` have run out."""

    cartons: Sequence[Carton]
    price: Price | None
    out: Set[str]
    never_minor: int

    def rejected(self, packed: PackedCarton, goods: Sequence[PackItem], cost_minor: int) -> tuple[Rejected, ...]:
        found: dict[str, tuple[int, str, int | None]] = {}
        for carton in self.cartons:
            name = carton.carton_id
            if name != packed.carton.carton_id:
                told = self._why_not(packed, goods, carton, cost_minor)
                if name not in found or (told[0], -(told[2] or 0)) > (found[name][0], -(found[name][2] or 0)):
                    found[name] = told
        return tuple(Rejected(name, because, more) for name, (_, because, more) in found.items())

    def _why_not(
        self, packed: PackedCarton, goods: Sequence[PackItem], carton: Carton, cost_minor: int
    ) -> tuple[int, str, int | None]:
        """(how near it came, why not, what it costs more): the first rule that keeps the content out, or its cost."""
        volume = _volume(packed)
        if packed.content_g > carton.max_content_g:
            return 0, f"takes {kilograms(carton.max_content_g)}, the goods weigh {kilograms(packed.content_g)}", None
        for item in goods:
            if not any(fits_turned(turn, carton) for turn in turns(item)):
                return 1, f"{item.ref} does not fit in", None
        if volume > carton.inner.volume_mm3:
            return 2, f"holds {litres(carton.inner.volume_mm3)}, the goods have {litres(volume)}", None
        if carton.carton_id in self.out:
            return 3, "none is left", None
        full = full_cost(carton, packed.content_g, volume, self.price)
        if full >= self.never_minor:
            return 4, "the carrier service does not take it", None
        more = full - cost_minor
        if more >= 0:
            return 6, "costs more" if more else "costs as much", more
        return 5, "would cost less, but no way was found to put all goods in", more


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
