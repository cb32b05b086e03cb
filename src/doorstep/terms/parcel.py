"""What is sent and what it is sent in: item shapes, cartons, placed goods. Integers in millimetres and grams."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Size(NamedTuple):
    """Outer or inner measures of a box, millimetres."""

    length_mm: int
    width_mm: int
    height_mm: int

    @property
    def volume_mm3(self) -> int:
        return self.length_mm * self.width_mm * self.height_mm


@dataclass(frozen=True, slots=True)
class PackItem:
    """Goods of one kind to be packed together in one order.

    `ref` names them in the answer (an order line). `quantity` units, each of `size` and `weight_g`. `upright`: only
    turns about the vertical are allowed. `fragile`: nothing may stand on it. `keep_apart`: units whose groups differ
    never share a carton ('' goes with anything). `own_container`: ships in its own box, never with others.
    """

    ref: str
    size: Size
    weight_g: int
    quantity: int = 1
    upright: bool = False
    fragile: bool = False
    keep_apart: str = ""
    own_container: bool = False


@dataclass(frozen=True, slots=True)
class Carton:
    """A box we can pack into. `inner` bounds the goods, `outer` is what the carrier measures."""

    carton_id: str
    inner: Size
    outer: Size
    empty_weight_g: int
    max_content_g: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Placement:
    """One unit in its carton: which goods, near-left-bottom corner and turned size, all from the inner corner."""

    ref: str
    x_mm: int
    y_mm: int
    z_mm: int
    size: Size


@dataclass(frozen=True, slots=True)
class PackedCarton:
    """One filled carton, its units in the order in which a person puts them in."""

    carton: Carton
    placements: tuple[Placement, ...]
    content_g: int

    @property
    def weight_g(self) -> int:
        return self.carton.empty_weight_g + self.content_g


@dataclass(frozen=True, slots=True)
class Unpackable:
    """Goods that fit no carton, with the measure that binds, what they need of it and the most any carton has."""

    ref: str
    quantity: int
    binding: str  # 'length_mm', 'width_mm', 'height_mm' (sorted sides, longest first) or 'weight_g'
    needs: int
    best: int


class Milestone(StrEnum):
    """How far a parcel has come, in the order of a journey: `rank` is that order, the order of the texts is none."""

    LABEL_MADE = "label_made"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"  # the carrier's first scan
    IN_TRANSIT = "in_transit"
    HELD = "held"  # waits: weather, customs, a question about the address
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPTED = "attempted"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"

    @property
    def rank(self) -> int:
        return _MILESTONE_RANK[self]


_MILESTONE_RANK = {milestone: rank for rank, milestone in enumerate(Milestone)}
