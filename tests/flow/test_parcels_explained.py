"""A parcel says why it is as it is: its carton, what was rejected and what that costs, what went in when, balance."""

from __future__ import annotations

from doorstep.flow.explain import explain
from doorstep.flow.look_packed import ParcelWhy
from tests.corner_shop import Shop, granted


def explained(shop: Shop, *wanted: tuple[str, int]) -> tuple[ParcelWhy, ...]:
    placed = shop.to_the_bench(*wanted)
    shop.pack_all()
    return granted(explain(shop.office, placed.order_id)).parcels


def test_a_small_order_says_what_the_larger_carton_would_have_cost_more(shop: Shop) -> None:
    (parcel,) = explained(shop, ("MUG", 2), ("TEA", 1))
    assert (parcel.carton_id, parcel.because) == ("S", "of the 2 cartons that take these goods it costs least")
    (larger,) = parcel.rejected
    assert (larger.carton_id, larger.because) == ("M", "costs more")
    assert larger.more_minor is not None
    assert larger.more_minor >= 130 - 60  # the carton alone
    assert [unit.number for unit in parcel.units] == [1, 2, 3]
    assert parcel.centre_mm is not None
    assert 0 < parcel.fill_ppm < 1_000_000


def test_what_only_the_larger_carton_takes_says_so(shop: Shop) -> None:
    (parcel,) = explained(shop, ("LAMP", 1))
    assert (parcel.carton_id, parcel.because) == ("M", "no other carton takes these goods")
    assert [(one.carton_id, one.because) for one in parcel.rejected] == [("S", "LAMP does not fit in")]


def test_before_anything_is_packed_no_parcel_is_explained(shop: Shop) -> None:
    placed = shop.to_the_bench(("MUG", 1))
    assert granted(explain(shop.office, placed.order_id)).parcels == ()
