"""The picture: no line through a step, no step outside its swimlane, legible, small, and the same in words."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.chart.columns import counted, doings_of
from doorstep.chart.design import NODES
from doorstep.chart.draw import SIZES, as_rows, drawn, per_cent, plan_of
from doorstep.chart.layout import Cell, placed, swimlanes
from doorstep.chart.measure import measure
from doorstep.chart.route import Grid, Point, Sizes, Way, routed
from doorstep.chart.values import Chart, Colour, EdgeFigures, Over, Spread
from doorstep.chart.ways import WAYS
from doorstep.goals.rates import interval_ppm
from tests.chart.logs import NAMES, WHOLE_WAY, columns_of

SVG = "{http://www.w3.org/2000/svg}"


def flaws(grid: Grid, cells: Mapping[str, Cell], sizes: Sizes) -> Iterator[str]:
    """Lines that touch a step that is not at their end there, lie slanted, or lie on one another; found from points."""
    boxes = {
        name: (grid.column_x[cell.column], grid.row_y[cell.row], sizes.node_width, sizes.node_height)
        for name, cell in cells.items()
    }
    pieces: list[tuple[Way, Point, Point]] = []
    for way, points in grid.lines.items():
        for start, end in pairwise(points):
            if start[0] != end[0] and start[1] != end[1]:
                yield f"{way} is slanted from {start} to {end}"
            yield from (f"{way} goes through {name}" for name, box in boxes.items() if _crosses(start, end, box))
            pieces.append((way, start, end))
        for point, name in ((points[0], way[0]), (points[-1], way[1])):
            if not _on_rim(point, boxes[name]):
                yield f"{way} does not touch {SVG}"
    for number, (way, start, end) in enumerate(pieces):
        for other, begins, stops in pieces[number + 1 :]:
            if way != other and _overlap(start, end, begins, stops):
                yield f"{way} and {other} lie on one another at {start}"


def _crosses(start: Point, end: Point, box: tuple[int, int, int, int]) -> bool:
    """Whether a stretch has a point inside the box, its rim left out."""
    x, y, width, height = box
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    return left < x + width and right > x and top < y + height and bottom > y


def _on_rim(point: Point, box: tuple[int, int, int, int]) -> bool:
    x, y, width, height = box
    inside = x <= point[0] <= x + width and y <= point[1] <= y + height
    return inside and (point[0] in (x, x + width) or point[1] in (y, y + height))


def _overlap(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two stretches of one direction share more than a point."""
    for axis in (0, 1):
        if a[axis] == b[axis] == c[axis] == d[axis]:
            (low, high), (least, most) = sorted((a[1 - axis], b[1 - axis])), sorted((c[1 - axis], d[1 - axis]))
            return min(high, most) - max(low, least) > 0
    return False


def busy(count: int = 1_200, colour: Colour = Colour.RED) -> Chart:
    """A chart on which every step and every way, foreseen or not, has something to show."""
    events, touched = columns_of(WHOLE_WAY)
    made = measure(doings_of(events, touched), counted(events), NAMES, interval_ppm)
    wait = Spread(count, count * 5_400, 5_400, 4_500, 129_000)
    over = Over(3_600, count, count // 3, 333_333, 300_000, 360_000, colour)
    nodes = tuple(replace(node, volume=count, wait=wait, work=wait, over=over) for node in made.nodes)
    seen = {(edge.before, edge.after) for edge in made.edges}
    ways = [(a.node_id, b.node_id) for a in NODES[:9] for b in NODES[3:12] if (a.node_id, b.node_id) not in seen]
    strays = [EdgeFigures(before, after, False, 7, wait) for before, after in ways]
    return replace(made, nodes=nodes, edges=(*made.edges, *strays))


@pytest.mark.parametrize(("volume", "says"), [(1_415, "1,415 shipments<1 % over"), (1_000_000, "1,000,000 <1 % over")])
def test_what_a_step_counts_and_its_share_never_run_into_one_another(volume: int, says: str) -> None:
    judged = Over(900, volume, 2, 1_413, 388, 5_138, Colour.GREEN)
    nodes = [replace(node, volume=volume, over=judged) for node in busy().nodes]
    root = ElementTree.fromstring(drawn(nodes, ()))
    (step,) = [group for group in root.iter(f"{SVG}g") if group.get("id") == "step-plan"]
    assert says in "".join(text for part in step.iter(f"{SVG}text") for text in part.itertext())


def test_a_share_says_none_or_all_only_where_that_is_so() -> None:
    said = {0: "0 %", 11: "0.1 %", 3_900: "0.4 %", 5_000: "1 %", 994_900: "99 %", 996_098: "99.6 %", 999_999: "99.9 %"}
    assert {ppm: per_cent(ppm) for ppm in said} == said
    assert per_cent(1_000_000) == "100 %"


@pytest.mark.parametrize("chart", [busy(), busy(count=0)], ids=["busy", "idle"])
def test_no_line_of_the_designed_process_goes_through_a_step(chart: Chart) -> None:
    made = plan_of(chart.nodes, chart.edges)
    assert not list(flaws(made.grid, made.cells, SIZES))


def test_every_step_stands_in_the_swimlane_of_its_department() -> None:
    made = plan_of(busy().nodes, busy().edges)
    rows = swimlanes(made.nodes)
    assert rows[:3] == ("sales", "planning", "warehouse")
    assert all(rows[made.cells[node.node_id].row] == node.department for node in made.nodes)
    assert len(set(made.cells.values())) == len(made.nodes)


def test_work_goes_from_left_to_right() -> None:
    cells = placed(NODES, WAYS)
    assert all(cells[before].column <= cells[after].column for before, after in WAYS)


def test_what_did_not_happen_and_is_not_usual_is_left_out() -> None:
    ids = {node.node_id for node in plan_of(busy(count=0).nodes, busy(count=0).edges).nodes}
    assert ids == {node.node_id for node in NODES if node.usual}


@given(st.data())
@settings(max_examples=80)
def test_any_steps_and_ways_are_routed_without_a_flaw(data: st.DataObject) -> None:
    places = st.tuples(st.integers(0, 6), st.integers(0, 5))
    cells = {f"s{n}": Cell(*place) for n, place in enumerate(data.draw(st.sets(places, min_size=2, max_size=24)))}
    ways = data.draw(st.sets(st.tuples(*[st.sampled_from(sorted(cells))] * 2), max_size=18))
    ways = {way for way in ways if way[0] != way[1]}
    sizes = Sizes(node_width=120, node_height=120, gutter=20, channel=20, left=0, top=0)
    found = list(flaws(routed(cells, sorted(ways), sizes), cells, sizes))
    assert not found, found


def test_a_line_through_a_step_is_caught() -> None:
    cells = {"a": Cell(0, 0), "b": Cell(1, 0), "c": Cell(2, 0)}
    grid = routed(cells, [("a", "b"), ("b", "c")], SIZES)
    assert not list(flaws(grid, cells, SIZES))
    y = grid.row_y[0] + SIZES.node_height // 2
    through = replace(grid, lines={("a", "c"): ((grid.column_x[0] + SIZES.node_width, y), (grid.column_x[2], y))})
    assert list(flaws(through, cells, SIZES)) == ["('a', 'c') goes through b"]


def test_the_picture_is_small_and_soon_there() -> None:
    chart = busy()
    began = time.process_time()
    svg = drawn(chart.nodes, chart.edges, chart.departments, 100)
    assert time.process_time() - began < 0.25  # 50 ms on a quiet machine
    assert len(svg.encode()) <= 40_000


def test_the_picture_is_well_formed_and_says_in_words_what_it_says_in_colour() -> None:
    chart = busy()
    root = ElementTree.fromstring(drawn(chart.nodes, chart.edges))
    groups = [g for g in root.iter(f"{SVG}g") if "node" in (g.get("class") or "").split()]
    assert len(groups) == len(NODES)
    for group in groups:
        title = group.find(f"{SVG}title")
        assert title is not None
        assert "late" in str(title.text)
        assert group.find(f"{SVG}path[@class='mark']") is not None  # a shape for who sees no red
    assert "Late: promise, clear payment" in str(root.get("aria-label"))
    assert all(
        g.find(f"{SVG}title") is not None
        for g in root.iter(f"{SVG}g")
        if "edge" in str(g.get("class")) and g.find(f"{SVG}path[@marker-end]") is not None
    )


def test_each_status_has_a_shape_of_its_own() -> None:
    shapes = {}
    for colour in Colour:
        svg = drawn(busy(colour=colour).nodes, busy().edges)
        (shape,) = set(re.findall(r'id="step-pick".*?<path class="mark" d="([^"]+)"', svg))
        shapes[colour] = shape
    assert len(set(shapes.values())) == len(Colour)


def test_the_table_says_the_same_in_words() -> None:
    rows = {row.step: row for row in as_rows(busy().nodes)}
    pick = rows["Pick"]
    assert (pick.department, pick.volume, pick.wait, pick.wait_most) == ("warehouse", "1,200", "1 h 15 min", "1 d 11 h")
    assert (pick.over, pick.target, pick.status, pick.colour) == ("33 %", "1 h open", "late", "red")


def test_what_is_too_rare_to_draw_is_told_of() -> None:
    svg = drawn(busy().nodes, busy().edges)
    left = plan_of(busy().nodes, busy().edges).left_out
    assert left
    assert f"{left} rarer ways stand in the table only." in svg
