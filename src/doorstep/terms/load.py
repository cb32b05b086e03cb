"""What goods travel on and in: pallets and what stands on them, trailers and how they are loaded, stop by stop."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.terms.parcel import UPRIGHT, PackItem, Placement, Size, Unpackable


@dataclass(frozen=True, slots=True)
class Pallet:
    """An empty pallet. `max_height_mm` is of the load alone, `overall` height comes with `own_height_mm`.

    Goods may stand out by `overhang_mm` over each edge of the deck. `max_layer_g` is the most that the units may weigh
    together whose bases are at one height; None: no limit but `max_content_g`.
    """

    pallet_id: str
    deck_length_mm: int
    deck_width_mm: int
    own_height_mm: int
    own_weight_g: int
    max_height_mm: int
    max_content_g: int
    overhang_mm: int = 0
    max_layer_g: int | None = None


@dataclass(frozen=True, slots=True)
class PackedPallet:
    """One loaded pallet, its units in the order in which a person puts them on.

    Positions are from the near left corner of the deck's upper side; those of overhanging goods can be below zero.
    `layers` are full layers of one kind of goods. `centre_mm` is the load's centre of gravity, without
    the pallet's own weight, rounded down.
    """

    pallet: Pallet
    placements: tuple[Placement, ...]
    content_g: int
    layers: int
    centre_mm: tuple[int, int, int]

    @property
    def weight_g(self) -> int:
        return self.pallet.own_weight_g + self.content_g

    @property
    def load_height_mm(self) -> int:
        return max(unit.z_mm + unit.size.height_mm for unit in self.placements)

    @property
    def fill_ppm(self) -> int:
        """Goods in the space over the deck up to the highest unit, parts per million; overhang can make it more."""
        room = self.pallet.deck_length_mm * self.pallet.deck_width_mm * self.load_height_mm
        return sum(unit.size.volume_mm3 for unit in self.placements) * 1_000_000 // room

    @property
    def outer(self) -> Size:
        """What it takes in a trailer: the deck, or the goods where they stand out over it."""
        pallet = self.pallet
        ends = [(unit.x_mm + unit.size.length_mm, unit.y_mm + unit.size.width_mm) for unit in self.placements]
        length = max(pallet.deck_length_mm, *(x for x, _ in ends)) - min(0, *(unit.x_mm for unit in self.placements))
        width = max(pallet.deck_width_mm, *(y for _, y in ends)) - min(0, *(unit.y_mm for unit in self.placements))
        return Size(length, width, pallet.own_height_mm + self.load_height_mm)

    def as_goods(self, ref: str, most_on_top_g: int | None = 0, keep_apart: str = "") -> PackItem:
        """The pallet as goods to be loaded; nothing is stacked on it unless `most_on_top_g` says so."""
        return PackItem(ref, self.outer, self.weight_g, 1, UPRIGHT, most_on_top_g, keep_apart)


@dataclass(frozen=True, slots=True)
class Palletizing:
    """All goods given, on pallets or left over. No way of stacking them takes fewer than `at_least` pallets.

    `binding` of what is left over: 'length_mm', 'width_mm', 'height_mm', 'weight_g' and 'layer_g' of a unit that no
    pallet takes, 'support_percent' of one that would hang over too far, 'keep_together' of a group that was not found
    to go on one pallet (units of it, and the most of them that did).
    """

    pallets: tuple[PackedPallet, ...]
    left: tuple[Unpackable, ...]
    at_least: int
    work_used: int


@dataclass(frozen=True, slots=True)
class Axle:
    """An axle, a group of axles, or the kingpin: `position_mm` from the front wall inside, towards the door.

    It bears `empty_g` of the empty vehicle, at most `max_g` in all, and not less than `least_g`.
    """

    name: str
    position_mm: int
    empty_g: int
    max_g: int
    least_g: int = 0


@dataclass(frozen=True, slots=True)
class Trailer:
    """A trailer, a truck's body, a van or a container: the first axis of `inner` runs from the front wall to the door.

    `axles`: none (a container on the ground) or two, the front one first. `track_mm` is between the wheels of the two
    sides; on them the load may differ by `max_side_g` at most (None: by anything).
    """

    trailer_id: str
    inner: Size
    max_content_g: int
    axles: tuple[Axle, ...] = ()
    max_side_g: int | None = None
    track_mm: int = 2_000

    def axles_g(self, content_g: int, moment: int) -> tuple[int, ...]:
        """What each axle bears with so much content, which has that moment about the front wall in 2 g mm.

        Rounded half up for the rear; front and rear together are exactly the empty vehicle and the content.
        """
        if not self.axles:
            return ()
        front, rear = self.axles
        between = 2 * (rear.position_mm - front.position_mm)
        on_rear = (2 * (moment - 2 * front.position_mm * content_g) + between) // (2 * between)
        return front.empty_g + content_g - on_rear, rear.empty_g + on_rear


@dataclass(frozen=True, slots=True)
class Drop:
    """A stop where the goods of these refs are unloaded."""

    stop_id: str
    refs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Leg:
    """The way to a stop, with what is aboard then: grams, what each axle bears, centre of gravity, and by how much the
    wheels on the left (the near side, low second axis) bear more than those on the right."""

    stop_id: str
    content_g: int
    axles_g: tuple[int, ...]
    centre_mm: tuple[int, int, int]
    side_g: int


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """A loaded trailer, its units in the order of loading, and what is left behind.

    Positions are from the left corner at the front wall. `stop_ids` names each unit's stop. `legs` are in the order
    of driving. `floor_mm` reaches from the front wall to the last unit; no way of loading these units takes less than
    `floor_bound_mm`. `binding` of what is left: see `load`.
    """

    trailer: Trailer
    placements: tuple[Placement, ...]
    stop_ids: tuple[str, ...]
    left: tuple[Unpackable, ...]
    legs: tuple[Leg, ...]
    content_g: int
    fill_ppm: int
    floor_mm: int
    floor_bound_mm: int
    work_used: int
