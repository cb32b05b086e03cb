"""The corner shop's goods and cartons, and packing them so that no packing is ever believed unchecked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import strategies as st

from doorstep.packing import Packing, Params, cartonize, check
from doorstep.terms.parcel import ANY_UP, UPRIGHT, Carton, Mailer, PackedCarton, PackItem, Side, Size


def carton(name: str, sides: tuple[int, int, int], most_g: int, cost_minor: int, wall_mm: int = 2) -> Carton:
    length, width, height = sides
    outer = Size(length + 2 * wall_mm, width + 2 * wall_mm, height + 2 * wall_mm)
    return Carton(name, Size(length, width, height), outer, length * width // 500, most_g, cost_minor)


SMALL = carton("small", (200, 150, 100), 5_000, 45)
MEDIUM = carton("medium", (300, 200, 150), 10_000, 80)
LARGE = carton("large", (400, 300, 300), 20_000, 160)
SHELF = (SMALL, MEDIUM, LARGE)
POUCH = Mailer("pouch", 320, 240, 60, 20, 2_000, 15, wall_mm=2)
FOAMED = replace(MEDIUM, carton_id="foamed", cost_minor=30, void_minor_per_litre=20)
WIDE_SHELF = (*SHELF, POUCH, FOAMED)

MUG = PackItem("mug", Size(100, 100, 100), 350)
TEAPOT = PackItem("teapot", Size(200, 150, 140), 1_200, up=UPRIGHT, most_on_top_g=0)
BOOK = PackItem("book", Size(210, 150, 20), 400)

Price = Callable[[Carton, int], int]


def by_the_kilo(sent: Carton, weight_g: int) -> int:
    """A carrier's price: dearer by each kilogram begun and by each litre."""
    return 300 + 90 * -(-weight_g // 1000) + sent.outer.volume_mm3 // 100_000


def of(item: PackItem, quantity: int) -> PackItem:
    return replace(item, quantity=quantity)


def packed(
    items: Sequence[PackItem],
    cartons: Sequence[Carton | Mailer] = SHELF,
    params: Params | None = None,
    *,
    price: Price | None = None,
    incumbent: Sequence[PackedCarton] | None = None,
) -> Packing:
    """What `cartonize` makes of it, checked."""
    params = params or Params(work_budget=20_000)
    packing = cartonize(items, cartons, params, price=price, incumbent=incumbent)
    wrong = check(
        items, packing, cartons, support_percent=params.support_percent, separated=params.separated, price=price
    )
    assert not wrong, wrong
    return packing


def carton_names(packing: Packing) -> list[str]:
    return sorted(each.carton.carton_id for each in packing.cartons)


@st.composite
def orders(draw: st.DrawFn) -> list[PackItem]:
    """Orders of up to eight lines, some of goods that are too large, fragile, upright, apart or in their own box."""
    sides = st.integers(10, 320)
    goods = st.builds(
        PackItem,
        ref=st.just(""),
        size=st.builds(Size, sides, sides, sides),
        weight_g=st.integers(0, 6_000),
        quantity=st.sampled_from((1, 1, 1, 2, 3, 5)),
        up=st.sampled_from((ANY_UP, ANY_UP, UPRIGHT, frozenset({Side.LENGTH, Side.WIDTH}), frozenset({Side.WIDTH}))),
        most_on_top_g=st.sampled_from((None, None, None, 0, 500, 4_000)),
        keep_apart=st.sampled_from(("", "", "", "food", "soap")),
        keep_together=st.sampled_from(("", "", "", "", "set")),
        classes=st.sampled_from((frozenset(), frozenset(), frozenset({"liquid"}), frozenset({"paper", "3"}))),
    )
    lines = draw(st.lists(goods, min_size=1, max_size=8))
    own = draw(st.sampled_from((0, 0, 0, 1)))
    lines += [replace(lines[0], own_container=True, keep_together="")] * own
    return [replace(line, ref=f"line {number}") for number, line in enumerate(lines, 1)]


prices = st.sampled_from((None, by_the_kilo))
