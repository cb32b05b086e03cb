"""A result says why it is as it is."""

from __future__ import annotations

from doorstep.packing import explain
from doorstep.packing.explain import Point, Rejected
from doorstep.terms.parcel import PackItem, Size
from tests.packing.corner_shop import LARGE, MUG, POUCH, SHELF, SMALL, of, packed


def test_a_mug_is_explained() -> None:
    (told,) = explain([MUG], packed([MUG], [*SHELF, POUCH]), [*SHELF, POUCH])
    assert (told.carton_id, told.full_per_1000, told.centre) == ("small", 333, Point(50, 50, 50))
    assert (told.weight_g, told.cost_minor) == (MUG.weight_g + SMALL.empty_weight_g, SMALL.cost_minor)
    assert told.rejected == (
        Rejected("pouch", "mug does not fit in"),
        Rejected("medium", "costs 35 more"),
        Rejected("large", "costs 115 more"),
    )


def test_a_smaller_carton_is_told_what_it_lacks() -> None:
    iron = PackItem("iron", Size(100, 50, 50), 4_000)
    (told,) = explain([of(iron, 5)], packed([of(iron, 5)], [SMALL, LARGE]), [SMALL, LARGE])
    assert told.rejected == (Rejected("small", "takes 5000 g, the goods weigh 20000 g"),)


def test_an_own_box_has_no_rivals_and_what_weighs_nothing_no_centre() -> None:
    horse = PackItem("horse", Size(900, 400, 800), 0, own_container=True)
    (told,) = explain([horse], packed([horse]), SHELF)
    assert (told.rejected, told.centre, told.full_per_1000) == ((), None, 1_000)
