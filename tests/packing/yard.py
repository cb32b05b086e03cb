"""The corner shop's yard: a pallet, a trailer, what stands on them; and no way of loading is believed unchecked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from doorstep.packing import LoadParams, PalletParams, check_load, check_pallets, load, palletize
from doorstep.terms.load import Axle, Drop, LoadPlan, PackedPallet, Pallet, Palletizing, Trailer
from doorstep.terms.parcel import ANY_UP, UPRIGHT, PackItem, Side, Size

EUR = Pallet("EUR", 1200, 800, 144, 25_000, 1_800, 1_000_000)
CRATE = PackItem("crate", Size(400, 300, 200), 5_000)
LAMP = PackItem("lamp", Size(300, 200, 400), 2_000, up=UPRIGHT, most_on_top_g=0)

KINGPIN = Axle("kingpin", 1_600, 4_000_000, 15_000_000)
REAR = Axle("rear axles", 9_500, 3_500_000, 24_000_000)
TRAILER = Trailer("semi", Size(13_600, 2_480, 2_700), 24_000_000, (KINGPIN, REAR), 1_500_000, 2_040)
BARE = replace(TRAILER, axles=(), max_side_g=None)
EUROS = PackItem("euro", Size(1_200, 800, 1_500), 500_000, 1, UPRIGHT, 0)


def stacked(
    items: Sequence[PackItem],
    pallet: Pallet = EUR,
    params: PalletParams | None = None,
    *,
    incumbent: Sequence[PackedPallet] = (),
) -> Palletizing:
    """What `palletize` makes of it, checked."""
    params = params or PalletParams(20_000)
    told = palletize(items, pallet, params, incumbent=incumbent)
    wrong = check_pallets(items, told, pallet, params)
    assert not wrong, wrong
    return told


def loaded(
    items: Sequence[PackItem],
    trailer: Trailer = TRAILER,
    stops: Sequence[Drop] = (),
    params: LoadParams | None = None,
    *,
    incumbent: LoadPlan | None = None,
) -> LoadPlan:
    """What `load` makes of it, checked."""
    params = params or LoadParams(20_000)
    plan = load(items, trailer, stops, params, incumbent=incumbent)
    wrong = check_load(items, plan, trailer, stops, params)
    assert not wrong, wrong
    return plan


SEPARATED = frozenset({("liquid", "paper")})


@st.composite
def goods(draw: st.DrawFn, largest: int = 700) -> list[PackItem]:
    """Up to seven kinds: small and too large, weak, upright, lying, apart, together."""
    sides = st.integers(60, largest)
    kinds = st.builds(
        PackItem,
        ref=st.just(""),
        size=st.builds(Size, sides, sides, sides),
        weight_g=st.sampled_from((0, 400, 5_000, 40_000, 300_000)),
        quantity=st.sampled_from((1, 1, 2, 5, 14)),
        up=st.sampled_from((ANY_UP, UPRIGHT, UPRIGHT, frozenset({Side.LENGTH, Side.WIDTH}), frozenset({Side.WIDTH}))),
        most_on_top_g=st.sampled_from((None, None, 0, 6_000, 50_000)),
        keep_apart=st.sampled_from(("", "", "", "food", "soap")),
        keep_together=st.sampled_from(("", "", "", "set")),
        classes=st.sampled_from((frozenset(), frozenset(), frozenset({"liquid"}), frozenset({"paper"}))),
    )
    lines = draw(st.lists(kinds, min_size=1, max_size=7))
    return [replace(line, ref=f"line {number}") for number, line in enumerate(lines, 1)]


pallets = st.builds(
    Pallet,
    pallet_id=st.just("any"),
    deck_length_mm=st.integers(400, 1_300),
    deck_width_mm=st.integers(400, 1_000),
    own_height_mm=st.just(144),
    own_weight_g=st.just(25_000),
    max_height_mm=st.integers(300, 2_000),
    max_content_g=st.sampled_from((60_000, 500_000, 1_500_000)),
    overhang_mm=st.sampled_from((0, 0, 30, 80)),
    max_layer_g=st.sampled_from((None, None, 90_000)),
)


@st.composite
def trailers(draw: st.DrawFn) -> Trailer:
    """Trailers and containers of all sizes, some of whose axles or sides bear little."""
    length = draw(st.integers(700, 5_000))
    front = Axle("front", draw(st.integers(-1_000, length // 3)), 0, draw(st.sampled_from((200_000, 5_000_000))))
    least = draw(st.sampled_from((0, 0, 50_000)))
    rear = Axle("rear", draw(st.integers(length // 2, length)), 0, 6_000_000, least)
    return Trailer(
        "any",
        Size(length, draw(st.integers(600, 2_400)), draw(st.integers(500, 2_700))),
        draw(st.sampled_from((400_000, 24_000_000))),
        draw(st.sampled_from(((), (front, rear)))),
        draw(st.sampled_from((None, 60_000))),
    )


@st.composite
def stops_of(draw: st.DrawFn, items: Sequence[PackItem]) -> tuple[Drop, ...]:
    """The goods shared out over up to four stops."""
    at = [draw(st.integers(0, 3)) for _ in items]
    return tuple(
        Drop(f"stop {stop}", frozenset(item.ref for item, place in zip(items, at, strict=True) if place == stop))
        for stop in sorted(set(at))
    )
