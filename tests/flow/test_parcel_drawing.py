"""How a parcel was packed is drawn from what the packer wrote down, for whoever opens it or packs another."""

from __future__ import annotations

from dataclasses import replace

from doorstep.flow.look_parcels import parcel_drawing
from doorstep.flow.master import define_cartons, define_items
from doorstep.packing.draw import Drawing
from doorstep.terms.parcel import Size
from doorstep.terms.refusals import Why
from tests.corner_shop import CLERK, Shop, company_file, granted, refused


def drawn(shop: Shop, upto: int | None = None) -> Drawing:
    """The drawing of the one parcel of the shop."""
    return granted(parcel_drawing(shop.office, shop.one("SELECT sscc FROM parcel"), upto, legend=True))


def test_a_parcel_is_drawn_with_its_units_in_the_order_in_which_they_went_in(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 2), ("TEA", 1))
    shop.pack_all()
    drawing = drawn(shop)
    assert {row.ref: (row.quantity, row.name) for row in drawing.legend} == {
        "MUG": (2, "Mug, stoneware"),
        "TEA": (1, "Tea, 100 g tin"),
    }
    assert sorted(number for row in drawing.legend for number in row.numbers) == [1, 2, 3]
    assert ">250 mm<" in drawing.svg, "the small carton's inner length"
    assert drawing.fill_ppm == (2 * 120 * 90 * 100 + 80 * 80 * 120) * 1_000_000 // (250 * 180 * 130)
    assert drawn(shop, 1).svg != drawing.svg
    assert drawn(shop, 1).shown == 1


def test_goods_in_their_own_container_are_one_box(shop: Shop) -> None:
    lamp = next(item for item in company_file().items if item.item_id == "LAMP")
    granted(define_items(shop.office, CLERK, [replace(lamp, own_container=True)]))
    shop.to_the_bench(("LAMP", 1))
    shop.pack_all()
    drawing = drawn(shop)
    assert (drawing.units, drawing.fill_ppm) == (1, 1_000_000)
    assert ">400 mm<" in drawing.svg


def test_a_carton_that_measures_otherwise_by_now_is_drawn_as_it_was(shop: Shop) -> None:
    shop.to_the_bench(("MUG", 2))
    shop.pack_all()
    smaller = [replace(each, inner=Size(100, 80, 90)) for each in company_file().cartons]
    granted(define_cartons(shop.office, CLERK, smaller))
    assert ">256 mm<" in drawn(shop).svg
    granted(define_cartons(shop.office, CLERK, company_file().cartons))  # invariant 19 goes by what is defined now


def test_what_nobody_wrote_down_is_not_drawn(shop: Shop) -> None:
    refused(parcel_drawing(shop.office, "0" * 18), Why.UNKNOWN_PARCEL, "0" * 18)
