"""A result says why it is as it is."""

from __future__ import annotations

from doorstep.packing import cartonize, explain
from doorstep.packing.explain import NEVER_MINOR, Point, Rejected
from doorstep.terms.parcel import Carton, PackItem, Size
from tests.packing.corner_shop import LARGE, MUG, POUCH, SHELF, SMALL, of, packed


def test_a_mug_is_explained() -> None:
    (told,) = explain([MUG], packed([MUG], [*SHELF, POUCH]), [*SHELF, POUCH])
    assert (told.carton_id, told.full_per_1000, told.centre) == ("small", 333, Point(50, 50, 50))
    assert (told.weight_g, told.cost_minor) == (MUG.weight_g + SMALL.empty_weight_g, SMALL.cost_minor)
    assert told.rejected == (
        Rejected("pouch", "mug does not fit in"),
        Rejected("medium", "costs more", 35),
        Rejected("large", "costs more", 115),
    )
    assert told.because == "of the 3 cartons that take these goods it costs least"


def test_a_smaller_carton_is_told_what_it_lacks() -> None:
    iron = PackItem("iron", Size(100, 50, 50), 4_000)
    (told,) = explain([of(iron, 5)], packed([of(iron, 5)], [SMALL, LARGE]), [SMALL, LARGE])
    assert told.rejected == (Rejected("small", "takes 5 kg, the goods weigh 20 kg"),)
    assert told.because == "no other carton takes these goods"


def test_a_carton_that_ran_out_or_cannot_be_sent_is_told_so() -> None:
    left = {"small": 0}
    packing = cartonize([MUG], SHELF, left=left)

    def price(sent: Carton, weight_g: int) -> int:
        return NEVER_MINOR if sent.carton_id == "large" else 0

    (told,) = explain([MUG], packing, SHELF, price=price, left=left)
    assert told.rejected == (
        Rejected("small", "none is left"),
        Rejected("large", "the carrier service does not take it"),
    )


def test_an_own_box_has_no_rivals_and_what_weighs_nothing_no_centre() -> None:
    horse = PackItem("horse", Size(900, 400, 800), 0, own_container=True)
    (told,) = explain([horse], packed([horse]), SHELF)
    assert (told.rejected, told.centre, told.full_per_1000) == ((), None, 1_000)
