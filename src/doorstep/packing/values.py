"""What the room is given besides goods and cartons, what it gives back, and what it refuses to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doorstep.terms.parcel import Carton, Mailer, PackedCarton, PackItem, Size, Unpackable

Price = Callable[[Carton, int], int]
"""What it costs to send a filled carton: (carton, grams with the carton's own weight) -> minor units, never negative.

It must answer alike whenever it is asked alike.
"""

LONGEST_SIDE_MM = 20_000  # a road train's trailer is shorter
MOST_UNITS = 100_000
MOST_WEIGHT_G = 100_000_000


@dataclass(frozen=True, slots=True)
class Params:
    """How hard to look and what counts as standing safely.

    `work_budget`: looks (one corner with one turn for one unit) that may be spent; it may be overrun by one unit's
    looks. 0 gives each order line cartons of its own. More is never dearer. A look takes about fifteen nanoseconds.
    `support_percent`: how much of a unit's base must rest on the floor or on units, in percent.
    `separated`: pairs of classes of goods that may not share a carton.
    `seed`: which of the equally good ways of looking is taken; the same seed gives the same packing.
    """

    work_budget: int = 200_000
    support_percent: int = 50
    seed: int = 0
    separated: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        if self.work_budget < 0:
            raise ValueError(f"work_budget is {self.work_budget}; it cannot be negative")
        if not 0 <= self.support_percent <= 100:
            raise ValueError(f"support_percent is {self.support_percent}; it is a percentage")
        if not 0 <= self.seed < 1 << 31:
            raise ValueError(f"seed is {self.seed}; it is from 0 to 2147483647")
        for one, other in self.separated:
            if one == other:
                raise ValueError(f"class {one} is separated from itself; keep_apart is for goods of one class")


@dataclass(frozen=True, slots=True)
class Packing:
    """All goods given, in cartons or left over; `cost_minor` is cartons, their filling and what sending them costs."""

    cartons: tuple[PackedCarton, ...]
    unpackable: tuple[Unpackable, ...]
    cost_minor: int
    work_used: int


def full_cost(carton: Carton, content_g: int, content_mm3: int, price: Price | None) -> int:
    """What a carton with so much in it costs to buy, to fill and to send. ValueError for a price below zero."""
    own_minor = carton.cost_minor
    if carton.void_minor_per_litre:
        own_minor += carton.void_minor(content_mm3)
    if price is None:
        return own_minor
    sending = price(carton, carton.empty_weight_g + content_g)
    if sending < 0:
        raise ValueError(f"the price of sending carton {carton.carton_id} is {sending}; it cannot be negative")
    return own_minor + sending


def clash(one: PackItem, other: PackItem, separated: frozenset[tuple[str, str]]) -> bool:
    """Whether two kinds of goods may not share a carton."""
    if one.keep_apart != other.keep_apart and one.keep_apart and other.keep_apart:
        return True
    return any(
        (a in one.classes and b in other.classes) or (b in one.classes and a in other.classes) for a, b in separated
    )


def bears(lower: PackItem, upper: PackItem) -> bool:
    """Whether a unit may stand, alone, on another."""
    return lower.most_on_top_g is None or 0 < lower.most_on_top_g >= upper.weight_g


def cost_of(packed: Sequence[PackedCarton], price: Price | None) -> int:
    return sum(cost_of_one(filled, price) for filled in packed)


def cost_of_one(filled: PackedCarton, price: Price | None) -> int:
    content_mm3 = 0
    if filled.carton.void_minor_per_litre:
        content_mm3 = sum(placement.size.volume_mm3 for placement in filled.placements)
    return full_cost(filled.carton, filled.content_g, content_mm3, price)


def refuse_nonsense_goods(items: Sequence[PackItem]) -> None:
    """ValueError, saying what is wrong, for goods that cannot exist."""
    if len({item.ref for item in items}) != len(items):
        raise ValueError("two items have the same ref; give one item with the whole quantity")
    for item in items:
        _refuse_size(item.size, f"item {item.ref}")
        if item.quantity < 1:
            raise ValueError(f"item {item.ref} has quantity {item.quantity}; it is at least 1")
        if not 0 <= item.weight_g <= MOST_WEIGHT_G:
            raise ValueError(f"item {item.ref} weighs {item.weight_g} g")
        if item.own_container and item.keep_together:
            raise ValueError(f"item {item.ref} ships in its own box and cannot be kept together with others")
        if not item.up:
            raise ValueError(f"no side of item {item.ref} may point up; name one at least")
        if item.most_on_top_g is not None and item.most_on_top_g < 0:
            raise ValueError(f"item {item.ref} bears {item.most_on_top_g} g; it cannot be negative")
    if sum(item.quantity for item in items) > MOST_UNITS:
        raise ValueError(f"more than {MOST_UNITS} units in one order")


def refuse_nonsense_cartons(cartons: Sequence[Carton | Mailer]) -> None:
    """ValueError, saying what is wrong, for cartons that cannot exist."""
    if len({carton.carton_id for carton in cartons}) != len(cartons):
        raise ValueError("two cartons have the same carton_id")
    for carton in cartons:
        if min(carton.cost_minor, carton.empty_weight_g, carton.max_content_g) < 0:
            raise ValueError(f"carton {carton.carton_id} has a negative cost or weight")
        if isinstance(carton, Mailer):
            _refuse_size(
                Size(carton.length_mm, carton.width_mm, carton.most_thickness_mm), f"mailer {carton.carton_id}"
            )
            if carton.thickest_mm < 1 or carton.wall_mm < 0:
                raise ValueError(f"mailer {carton.carton_id} takes nothing or has a wall below zero")
            continue
        if carton.void_minor_per_litre < 0:
            raise ValueError(f"filling carton {carton.carton_id} has a negative cost")
        _refuse_size(carton.inner, f"carton {carton.carton_id}, inside,")
        _refuse_size(carton.outer, f"carton {carton.carton_id}, outside,")
        if any(inner > outer for inner, outer in zip(carton.inner, carton.outer, strict=True)):
            raise ValueError(f"carton {carton.carton_id} is larger inside than outside")


def _refuse_size(size: Size, whose: str) -> None:
    if min(size) < 1 or max(size) > LONGEST_SIDE_MM:
        measures = " x ".join(map(str, size))
        raise ValueError(f"{whose} measures {measures} mm; sides are from 1 to {LONGEST_SIDE_MM} mm")
