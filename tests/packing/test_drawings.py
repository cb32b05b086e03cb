"""Drawings of packed cartons: nothing behind hides what is in front, every unit has its number, all can be read."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.packing import Params, cartonize
from doorstep.packing.draw import Drawing, centre_of_gravity_mm, draw, fill_ppm
from doorstep.packing.draw_loads import draw_load, draw_pallet
from doorstep.packing.legend import position
from doorstep.packing.occlusion import Block, Point, hides, painted, seen
from doorstep.terms.load import Drop
from doorstep.terms.parcel import PackItem, Placement, Size
from tests.packing.corner_shop import SHELF, of, orders
from tests.packing.test_promises_of_the_packer import EXAMPLES
from tests.packing.yard import BARE, CRATE, EUR, EUROS, loaded, stacked

ROOM = Size(420, 300, 240)
sides = st.integers(1, 8)


@st.composite
def heaps(draw_one: st.DrawFn) -> list[Block]:
    """Boxes that do not reach into one another, in no order; unlike in a carton they may float."""
    found: list[Block] = []
    for _ in range(draw_one(st.integers(1, 14))):
        low = tuple(draw_one(st.integers(0, 9)) for _ in range(3))
        high = tuple(at + draw_one(sides) for at in low)
        if all(any(high[i] <= one.low[i] or one.high[i] <= low[i] for i in range(3)) for one in found):
            found.append(Block(len(found), (low[0], low[1], low[2]), (high[0], high[1], high[2])))
    return found


def in_front(blocks: list[Block], point: Point) -> int | None:
    """Which box somebody sees who looks at the point from far away: the one that the line of sight leaves last."""
    hit = {}
    for block in blocks:
        # In halves, so that no line runs along a face.
        enters = max(2 * block.low[i] - 2 * point[i] - i % 2 for i in range(3))
        leaves = min(2 * block.high[i] - 2 * point[i] - i % 2 for i in range(3))
        if enters < leaves:
            hit[block.of] = leaves
    return max(hit, key=lambda of: hit[of]) if hit else None


def painted_last(order: list[Block], point: Point) -> int | None:
    last = None
    for block in order:
        if in_front([block], point) is not None:
            last = block.of
    return last


@EXAMPLES
@given(heaps())
def test_what_is_painted_last_is_what_is_in_front(heap: list[Block]) -> None:
    order = painted(heap)
    assert not [(back, front) for i, front in enumerate(order) for back in order[i + 1 :] if hides(front, back)]
    for a in range(0, 18, 2):
        for b in range(0, 18, 2):
            assert painted_last(order, (a, b, 0)) == in_front(heap, (a, b, 0))


def volume(block: Block) -> int:
    return Size(*(high - low for low, high in zip(block.low, block.high, strict=True))).volume_mm3


def test_beams_that_lie_in_a_ring_are_cut_and_nothing_of_them_is_lost() -> None:
    ring = [
        Block(0, (0, 0, 3), (10, 2, 5)),
        Block(1, (0, 3, 0), (2, 5, 10)),
        Block(2, (3, 0, 0), (5, 10, 2)),
    ]
    assert all(hides(ring[i], ring[(i + 1) % 3]) or hides(ring[(i + 1) % 3], ring[i]) for i in range(3))
    order = painted(ring)
    assert len(order) > 3
    assert {of: sum(volume(b) for b in order if b.of == of) for of in range(3)} == {b.of: volume(b) for b in ring}
    assert not [(back, front) for i, front in enumerate(order) for back in order[i + 1 :] if hides(front, back)]


def test_a_point_under_a_box_is_not_seen_and_one_beside_it_is() -> None:
    box = Block(0, (5, 5, 5), (9, 9, 9))
    assert not seen((0, 0, 0), [box])
    assert seen((9, 9, 9), [box])
    assert seen((0, 9, 0), [box])


def numbers_in(drawing: Drawing) -> list[int]:
    """Every number of a unit in the drawing: in a circle, or named as out of sight."""
    texts = [each.text or "" for each in ElementTree.fromstring(drawing.svg).iter("{http://www.w3.org/2000/svg}text")]
    hidden = [told.removeprefix("Out of sight: ") for told in texts if told.startswith("Out of sight")]
    return sorted(int(told) for text in [*texts, *", ".join(hidden).split(", ")] if (told := text).isdigit())


@settings(EXAMPLES, max_examples=15)
@given(orders())
def test_every_unit_of_every_packing_has_its_number(items: list[PackItem]) -> None:
    for packed in cartonize(items, SHELF, Params(2_000)).cartons:
        drawing = draw(packed.carton.inner, packed.placements, {}, {}, title="a carton", legend=True)
        assert numbers_in(drawing) == list(range(1, len(packed.placements) + 1))
        assert sum(row.quantity for row in drawing.legend) == drawing.units == drawing.shown
        assert 0 < drawing.fill_ppm <= 1_000_000
        assert all(0 <= at <= side for at, side in zip(drawing.centre_mm, packed.carton.inner, strict=True))


def twenty() -> list[Placement]:
    """Four layers of five, of nine items with long names."""
    return [
        Placement(
            f"LONG-SKU-{number % 9:06}", number % 5 * 80, number // 5 % 2 * 150, number // 10 * 120, Size(80, 150, 120)
        )
        for number in range(20)
    ]


def test_twenty_units_take_less_than_fifteen_kilobytes_and_nothing_from_elsewhere() -> None:
    names = {unit.ref: f"An item with a long name {unit.ref}" for unit in twenty()}
    svg = draw(ROOM, twenty(), names, {}, title="Parcel", legend=True).svg
    assert len(svg.encode()) <= 15_000
    assert not re.search(r"href|url\((?!#)|<script|<style|style=", svg)
    assert svg.count("var(--ink,#1c2733)") > 0
    flat = draw(ROOM, twenty(), names, {}, title="Parcel", flat=True).svg
    assert "var(" not in flat
    assert "#1c2733" in flat


def test_a_step_shows_what_is_in_so_far_and_marks_the_last() -> None:
    steps = [draw(ROOM, twenty(), {}, {}, title="Step", upto=upto) for upto in (0, 3, 20, 99)]
    assert [(step.shown, numbers_in(step)) for step in steps[:2]] == [(0, []), (3, [1, 2, 3])]
    assert steps[2].svg == steps[3].svg
    assert [step.svg.count('stroke="var(--accent,#b3261e)" stroke-width="2.4"') for step in steps] == [0, 1, 1, 1]
    assert {step.legend for step in steps} == {steps[0].legend}


def test_a_name_that_is_none_of_a_drawings_business_stays_a_name() -> None:
    unit = Placement('<b>&"x"', 0, 0, 0, Size(300, 200, 200))
    drawing = draw(ROOM, [unit], {unit.ref: "</svg><script>alert(1)</script>\x00\x1b"}, {}, title="<&>", legend=True)
    ElementTree.fromstring(drawing.svg)
    assert "<script" not in drawing.svg


def test_the_legend_says_how_many_of_what_stand_where() -> None:
    mug, tea = Size(100, 100, 100), Size(100, 100, 60)
    units = [Placement("MUG", 0, 0, 0, mug), Placement("MUG", 100, 0, 0, mug), Placement("TEA", 300, 200, 0, tea)]
    units += [Placement("MUG", 0, 0, 100, mug)]
    mugs, teas = draw(ROOM, units, {"MUG": "Mug, stoneware"}, {}, title="Parcel").legend
    assert (mugs.quantity, mugs.name, mugs.counted, mugs.position) == (
        3,
        "Mug, stoneware",
        "1-2, 4",
        "bottom, front left",
    )
    assert (teas.quantity, teas.name, teas.counted, teas.position) == (1, "TEA", "3", "bottom, back right")
    assert position(ROOM, Placement("A", 0, 0, 160, Size(420, 300, 80))) == "top, centre"
    assert mugs.kind != teas.kind


def test_the_centre_of_gravity_is_where_the_weight_is() -> None:
    units = [Placement("HEAVY", 0, 0, 0, Size(100, 100, 100)), Placement("LIGHT", 320, 200, 0, Size(100, 100, 100))]
    assert centre_of_gravity_mm(units, {"HEAVY": 3_000, "LIGHT": 1_000}) == (130, 100, 50)
    assert centre_of_gravity_mm(units, {}) == (210, 150, 50), "of the volume, where no weight is known"
    assert fill_ppm(ROOM, units) == 66_137


def test_a_pallet_and_a_trailer_show_every_unit_and_stay_small() -> None:
    pallet = stacked([of(CRATE, 30)], replace(EUR, overhang_mm=20)).pallets[0]
    drawn = draw_pallet(pallet, {"crate": "Crates"}, title="pallet", legend=True, flat=True)
    assert (drawn.units, drawn.shown, drawn.legend[0].quantity) == (30, 30, 30)
    assert "out of sight" in drawn.svg.lower()
    goods = [replace(EUROS, ref=ref, quantity=8) for ref in ("a", "b")]
    plan = loaded(goods, BARE, [Drop("Bonn", frozenset("a")), Drop("Kiel", frozenset("b"))])
    whole = draw_load(plan, {"Bonn": "Bonn, dock 3"}, title="trailer", legend=True)
    assert [(row.ref, row.counted) for row in whole.legend] == [("Kiel", "1-8"), ("Bonn", "9-16")]
    floor = [text.text for text in ElementTree.fromstring(whole.svg).iter("{http://www.w3.org/2000/svg}text")]
    assert all(floor.count(str(number)) >= 1 for number in range(1, 17))
    assert len(whole.svg.encode()) < 25_000
    step = draw_load(plan, {}, title="trailer", upto=8)
    assert (step.shown, step.svg.count('stroke="var(--accent,#b3261e)" stroke-width="2.4"')) == (8, 1)
