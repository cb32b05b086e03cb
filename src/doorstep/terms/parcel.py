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


class Side(StrEnum):
    """A measure of goods that may point up."""

    LENGTH = "length"
    WIDTH = "width"
    HEIGHT = "height"


ANY_UP = frozenset(Side)
UPRIGHT = frozenset({Side.HEIGHT})


@dataclass(frozen=True, slots=True)
class PackItem:
    """Goods of one kind to be packed together in one order.

    `ref` names them in the answer (an order line). `quantity` units, each of `size` and `weight_g`.

    - `up`: which measures of `size` may point up; turns about the vertical are always allowed.
    - `most_on_top_g`: the most that a unit bears: the weight of all units that stand on it, directly or on others
      that do, each counted in full. None: any weight; 0: nothing may stand on it, not even what weighs nothing.
    - `keep_apart`: units whose groups differ never share a carton ('' goes with anything).
    - `keep_together`: all units of a group share one carton or are all left over ('' is no group).
    - `classes`: what it is ('liquid', '3'), for the pairs of classes that may not share a carton.
    - `own_container`: ships in its own box, never with others.
    """

    ref: str
    size: Size
    weight_g: int
    quantity: int = 1
    up: frozenset[Side] = ANY_UP
    most_on_top_g: int | None = None
    keep_apart: str = ""
    keep_together: str = ""
    classes: frozenset[str] = frozenset()
    own_container: bool = False


@dataclass(frozen=True, slots=True)
class Carton:
    """A box we can pack into. `inner` bounds the goods, `outer` is what the carrier measures.

    `void_minor_per_litre` is what filling a litre of free space costs; each carton's sum is rounded up.
    """

    carton_id: str
    inner: Size
    outer: Size
    empty_weight_g: int
    max_content_g: int
    cost_minor: int
    void_minor_per_litre: int = 0

    def void_minor(self, content_mm3: int) -> int:
        """What filling the space that the content leaves free costs."""
        return -(-(self.inner.volume_mm3 - content_mm3) * self.void_minor_per_litre // 1_000_000)


@dataclass(frozen=True, slots=True)
class Mailer:
    """A soft mailer or envelope: two sheets of `length_mm` x `width_mm`, measured flat inside, closed all round.

    Filled to a thickness, it is so much shorter and narrower, as its sheets go round the goods: content of
    l x w x t goes in if l + t and w + t are no more than the flat measures and t no more than `most_thickness_mm`.
    `wall_mm` is what its two sheets add to each measure outside.
    """

    carton_id: str
    length_mm: int
    width_mm: int
    most_thickness_mm: int
    empty_weight_g: int
    max_content_g: int
    cost_minor: int
    wall_mm: int = 0

    def filled(self, thickness_mm: int) -> Carton:
        """The mailer filled to a thickness, as the carton it then is. ValueError for a thickness it cannot have."""
        if not 0 < thickness_mm <= self.thickest_mm:
            raise ValueError(f"mailer {self.carton_id} cannot be {thickness_mm} mm thick")
        inner = Size(self.length_mm - thickness_mm, self.width_mm - thickness_mm, thickness_mm)
        outer = Size(*(side + self.wall_mm for side in inner))
        return Carton(self.carton_id, inner, outer, self.empty_weight_g, self.max_content_g, self.cost_minor)

    @property
    def thickest_mm(self) -> int:
        """The most it can be filled to: it must keep a length and a width."""
        return min(self.most_thickness_mm, self.length_mm - 1, self.width_mm - 1)


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
    """Goods left over, with the measure that binds, what they need of it and the most there is.

    `binding`: 'length_mm', 'width_mm', 'height_mm' (longest first, of goods that may be turned any way) or 'weight_g'
    of goods that fit no carton; 'keep_together', units of the group and the most of them found to go into one carton;
    'cartons_left', units of the goods and those of them that the cartons still there take.
    """

    ref: str
    quantity: int
    binding: str
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
