"""One large space, filled: nothing shares room, nothing is lost, and more work never gives less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.packing.alone import turns
from doorstep.packing.container import Filled, fill_container
from doorstep.packing.values import Params
from doorstep.terms.parcel import ANY_UP, UPRIGHT, PackItem, Size

TRAILER = Size(1200, 240, 260)
ROOMY = 10**8


@st.composite
def goods(draw: st.DrawFn) -> list[PackItem]:
    return [
        PackItem(
            f"item {number}",
            Size(*(draw(st.integers(1, 30)) * 10 for _ in range(3))),
            draw(st.integers(0, 5_000)),
            draw(st.integers(1, 30)),
            up=draw(st.sampled_from((ANY_UP, UPRIGHT))),
        )
        for number in range(draw(st.integers(1, 5)))
    ]


def filled(items: Sequence[PackItem], work: int = 20_000, support: int = 0, most_g: int = ROOMY) -> Filled:
    return fill_container(items, TRAILER, most_g, Params(work_budget=work, support_percent=support))


def goes_in(turn: Size) -> bool:
    return all(side <= room for side, room in zip(turn, TRAILER, strict=True))


def resting_mm2(unit: tuple[tuple[int, int, int], Size], boxes: Sequence[tuple[tuple[int, int, int], Size]]) -> int:
    (x, y, z), (length, width, _) = unit
    return sum(
        max(0, min(x + length, at[0] + size[0]) - max(x, at[0]))
        * max(0, min(y + width, at[1] + size[1]) - max(y, at[1]))
        for at, size in boxes
        if at[2] + size[2] == z
    )


@settings(max_examples=40)
@given(goods(), st.sampled_from([0, 100]), st.integers(1_000, 200_000))
def test_goods_stand_inside_and_apart_turned_as_allowed_held_and_not_too_heavy(
    items: list[PackItem], support: int, most_g: int
) -> None:
    told = filled(items, support=support, most_g=most_g)
    known = {item.ref: item for item in items}
    boxes = [((p.x_mm, p.y_mm, p.z_mm), p.size) for p in told.placements]
    for (at, size), placement in zip(boxes, told.placements, strict=True):
        item = known[placement.ref]
        assert sorted(size) == sorted(item.size)
        assert item.up == ANY_UP or size.height_mm == item.size.height_mm
        assert min(at) >= 0
        assert all(a + s <= r for a, s, r in zip(at, size, TRAILER, strict=True))
        if support and at[2]:
            assert resting_mm2((at, size), boxes) == size[0] * size[1], "a unit hangs in the air"
    for (one, a), (other, b) in combinations(boxes, 2):
        assert any(one[i] + a[i] <= other[i] or other[i] + b[i] <= one[i] for i in range(3)), "two units share room"
    there = Counter(placement.ref for placement in told.placements)
    assert {ref: there[ref] + told.left.get(ref, 0) for ref in known} == {i.ref: i.quantity for i in items}
    assert sum(known[ref].weight_g * units for ref, units in there.items()) <= most_g
    assert told.volume_mm3 == sum(size.volume_mm3 for _, size in boxes)


@settings(max_examples=5)
@given(goods(), st.sampled_from([0, 100]))
def test_the_same_question_has_the_same_answer_and_more_work_never_gives_less(
    items: list[PackItem], support: int
) -> None:
    answers = [filled(items, work, support) for work in (0, 0, 50_000, 300_000)]
    assert answers[0] == answers[1]
    assert answers[0].volume_mm3 <= answers[2].volume_mm3 <= answers[3].volume_mm3
    assert bool(answers[0].placements) == any(goes_in(turn) for item in items for turn in turns(item))


def test_crates_that_fill_a_trailer_to_the_last_corner_all_go_in() -> None:
    told = filled([PackItem("crate", Size(60, 40, 26), 1_000, 5 * 24 * 10)], work=200_000)
    assert not told.left
    assert told.volume_mm3 == TRAILER.volume_mm3


def test_a_thousand_kinds_of_goods_all_have_their_chance() -> None:
    many = [PackItem(f"kind {number}", Size(20 + number % 7, 30, 40), 10) for number in range(1_000)]
    told = filled(many, work=0)
    assert not told.left


def test_what_fits_no_way_or_is_too_heavy_is_left() -> None:
    told = filled([PackItem("mast", Size(1300, 10, 10), 10), PackItem("anvil", Size(10, 10, 10), 900)], most_g=800)
    assert told == Filled((), {"mast": 1, "anvil": 1}, 0, 0)


@pytest.mark.parametrize("special", [{"most_on_top_g": 0}, {"keep_apart": "3"}, {"own_container": True}])
def test_goods_that_cannot_be_stacked_freely_are_refused(special: dict[str, bool | str]) -> None:
    with pytest.raises(ValueError, match="cartonize packs such goods"):
        filled([PackItem("vase", Size(10, 10, 10), 10, **special)])  # type: ignore[arg-type]
