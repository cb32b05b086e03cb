"""The chart as a picture: SVG that scales, stands alone, and takes the colours of the page it is put into.

What a colour says, a shape and a word say too: it is read in greyscale and by people who see no red.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import sqrt

from doorstep.chart.design import NODES
from doorstep.chart.layout import Cell, placed, swimlanes
from doorstep.chart.node import FULFILMENT, ORDER, PARCEL, TASK, Node
from doorstep.chart.route import Grid, Point, Sizes, routed
from doorstep.chart.values import Colour, DepartmentFigures, EdgeFigures, NodeFigures
from doorstep.chart.ways import WAYS, WAYS_BACK
from doorstep.terms.spans import short_span, span

SIZES = Sizes(node_width=204, node_height=68, gutter=46, channel=34, left=104, top=44)
_MOST_LETTERS = 24  # of a line in a step
_LETTER = 6  # a letter of the legend, about
MOST_RARE = 14  # ways off the usual one that are drawn; the others stand in the table
WORDS = {Colour.RED: "late", Colour.AMBER: "watch", Colour.GREEN: "on time", Colour.GREY: "too few"}
NOUNS = {ORDER: "orders", FULFILMENT: "shipments", TASK: "tasks", PARCEL: "parcels"}

_STYLE = """
.chart{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:13px}
.chart text{fill:var(--ink,#1c2733)}
.lane rect{fill:var(--ink,#1c2733);fill-opacity:.035}.lane.odd rect{fill-opacity:0}
.lane line{stroke:var(--line,#c9d2dc)}.lane .title{font-weight:650;font-size:13px}
.edge path{fill:none;stroke:var(--muted,#5b6875);stroke-opacity:.8}
.edge.never path{stroke-dasharray:2 4;stroke-opacity:.55}.edge.back path{stroke-dasharray:7 4}
.edge.stray path{stroke:var(--warn,#b26a00);stroke-dasharray:7 3 1.5 3}
.edge text{font-size:11px;paint-order:stroke;stroke:var(--surface,#fff);stroke-width:4px;
stroke-linejoin:round}
.edge.stray text{fill:var(--warn,#b26a00)}
.node rect{fill:var(--surface,#fff);stroke:var(--line,#c9d2dc);stroke-width:1.2}
.node .title{font-weight:650;font-size:14px}.node text{font-size:12px}.chart .right{text-anchor:end}
.chart .small{fill:var(--muted,#5b6875)}.lane .small{font-size:11px}
.node.idle{opacity:.6}
.chart .foot,.chart .foot text{font-size:11.5px;fill:var(--muted,#5b6875)}
.mark{stroke:none}
.status-red .mark,.status-red .over{fill:var(--bad,#c0322b)}.node.status-red rect{stroke:var(--bad,#c0322b);
stroke-width:2.2}
.status-amber .mark,.status-amber .over{fill:var(--warn,#b26a00)}.node.status-amber rect{stroke:var(--warn,#b26a00)}
.status-green .mark{fill:var(--good,#1a7f4b)}.node.status-green rect{stroke:var(--good,#1a7f4b)}
.status-grey .mark{fill:none;stroke:var(--muted,#5b6875);stroke-width:1.4}
"""
# Each status has a shape of its own, about 11 units wide around its middle.
_SHAPES = {
    Colour.RED: "M0-6 6 5-6 5Z",
    Colour.AMBER: "M0-6 6 0 0 6-6 0Z",
    Colour.GREEN: "M-5.5 0A5.5 5.5 0 1 1 5.5 0 5.5 5.5 0 1 1-5.5 0Z",
    Colour.GREY: "M-4 0A4 4 0 1 1 4 0 4 4 0 1 1-4 0Z",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A step as a line of a table, for where there is no room for a picture; '' where there is nothing to say."""

    step: str
    department: str
    volume: str
    wait: str
    wait_most: str
    work: str
    over: str
    target: str
    status: str
    colour: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a drawing was made of, for whoever checks it: steps in their cells, and the lines between them."""

    nodes: tuple[Node, ...]
    cells: Mapping[str, Cell]
    edges: tuple[EdgeFigures, ...]
    grid: Grid
    left_out: int


def drawn(
    nodes: Sequence[NodeFigures],
    edges: Sequence[EdgeFigures],
    departments: Sequence[DepartmentFigures] = (),
    orders: int = 0,
) -> str:
    """The chart as an SVG document. Each swimlane tells what an order waits and is worked on there, on average."""
    made = plan_of(nodes, edges)
    figures = {one.node_id: one for one in nodes}
    width, height = made.grid.width + 8, made.grid.height + 30
    most = max((edge.count for edge in made.edges), default=0)
    spent = {one.department: one for one in departments} if orders else {}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(told(nodes))}"><style>{_STYLE}</style>',
        _arrows(),
        _legend(),
        *_swimlanes(made, width, spent, orders),
        *(_edge(edge, made, most) for edge in sorted(made.edges, key=lambda edge: edge.count)),
        *(_node(node, figures[node.node_id], _corner(made, node)) for node in made.nodes),
        _foot(made, height, bool(spent)),
        "</svg>",
    ]
    return "".join(parts)


def as_rows(nodes: Sequence[NodeFigures]) -> tuple[Row, ...]:
    """The steps as a table, in the words of the picture."""
    return tuple(_row(one) for one in nodes)


def plan_of(nodes: Sequence[NodeFigures], edges: Sequence[EdgeFigures]) -> Plan:
    """Which steps and ways are drawn, and where. Unusual steps are left out where they did not happen."""
    volumes = {one.node_id: one.volume for one in nodes}
    shown = tuple(node for node in NODES if node.usual or volumes.get(node.node_id))
    ids = {node.node_id for node in shown}
    lanes = {node.node_id: node.department for node in shown}
    ways = [*WAYS, *(way for way in WAYS_BACK if lanes.get(way[0]) == lanes.get(way[1]))]
    cells = placed(shown, ways)
    there = [edge for edge in edges if edge.before in ids and edge.after in ids]
    usual = [edge for edge in there if (edge.before, edge.after) in WAYS]
    rare = sorted((edge for edge in there if (edge.before, edge.after) not in WAYS), key=lambda edge: -edge.count)
    kept = (*usual, *rare[:MOST_RARE])
    grid = routed(cells, [(edge.before, edge.after) for edge in kept], SIZES)
    return Plan(shown, cells, kept, grid, len(rare[MOST_RARE:]))


def told(nodes: Iterable[NodeFigures]) -> str:
    """The whole chart in a sentence, for who cannot see it."""
    late = [one.title for one in nodes if one.over.colour is Colour.RED]
    watched = [one.title for one in nodes if one.over.colour is Colour.AMBER]
    words = [f"late: {', '.join(late)}"] if late else []
    words += [f"to be watched: {', '.join(watched)}"] if watched else []
    return f"The process chart, by department. {'; '.join(words).capitalize() or 'No step is known to be late'}."


def _arrows() -> str:
    heads = (("arrow", "--muted,#5b6875"), ("arrow-stray", "--warn,#b26a00"))
    return (
        "<defs>"
        + "".join(
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="11" markerHeight="11" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 .5 8 4 0 7.5Z" fill="var({colour})"/></marker>'
            for name, colour in heads
        )
        + "</defs>"
    )


def _legend() -> str:
    x, parts = SIZES.left + SIZES.gutter, []
    meanings = {
        Colour.RED: "late: more than a quarter over target",
        Colour.AMBER: "watch: in between",
        Colour.GREEN: "on time: less than a tenth over",
        Colour.GREY: "too few to tell, or no target",
    }
    for colour, words in meanings.items():
        parts.append(
            f'<g class="status-{colour}"><path class="mark" d="{_SHAPES[colour]}" transform="translate({x} 19)"/></g>'
            f'<text x="{x + 12}" y="23">{words}</text>'
        )
        x += 40 + len(words) * _LETTER
    for name, words in (("back", "a foreseen way back"), ("stray", "a way nobody designed")):
        parts.append(
            f'<g class="edge {name}"><path d="M{x} 19H{x + 34}" stroke-width="2"/></g>'
            f'<text x="{x + 41}" y="23">{words}</text>'
        )
        x += 70 + len(words) * _LETTER
    return f'<g class="foot">{"".join(parts)}</g>'


def _swimlanes(made: Plan, width: int, spent: Mapping[str, DepartmentFigures], orders: int) -> Iterable[str]:
    """A swimlane for each department; `spent` is empty where no order is accounted for."""
    rows, tall = made.grid.row_y, SIZES.node_height
    for number, name in enumerate(swimlanes(made.nodes)):
        top = SIZES.top if number == 0 else (rows[number - 1] + tall + rows[number]) // 2
        last = number == len(rows) - 1
        bottom = made.grid.height if last else (rows[number] + tall + rows[number + 1]) // 2
        each = spent.get(name)
        words = _spent_words(each, orders) if each else []
        middle = rows[number] + tall // 2 + 4 - 8 * len(words)
        lines = [f'<text class="title" x="12" y="{middle}">{escape(name.capitalize())}</text>']
        for place, line in enumerate(words, 1):
            lines.append(f'<text class="small" x="12" y="{middle + 2 + 15 * place}">{line}</text>')
        yield (
            f'<g class="lane{" odd" if number % 2 else ""}"><rect x="0" y="{top}" width="{width}" '
            f'height="{bottom - top}"/><line x1="0" x2="{width}" y1="{top}" y2="{top}"/>{"".join(lines)}</g>'
        )


def _spent_words(each: DepartmentFigures, orders: int) -> list[str]:
    """What an order waits and is worked on at a department, on average; nothing where it is nothing."""
    told_ = (("wait", each.waiting_seconds), ("work", each.working_seconds))
    return [f"{word} {short_span((2 * seconds + orders) // (2 * orders))}" for word, seconds in told_ if seconds]


def _corner(made: Plan, node: Node) -> Point:
    cell = made.cells[node.node_id]
    return made.grid.column_x[cell.column], made.grid.row_y[cell.row]


def _node(node: Node, figures: NodeFigures, corner: Point) -> str:
    x, y = corner
    colour = figures.over.colour
    judged = figures.over.target_seconds is not None and figures.volume
    idle = "" if figures.volume else " idle"
    right = SIZES.node_width - 12
    mark = f'<path class="mark" d="{_SHAPES[colour]}" transform="translate({right - 5} 17)"/>' if judged else ""
    return (
        f'<g class="node status-{colour}{idle}" id="step-{node.node_id}" transform="translate({x} {y})">'
        f"<title>{escape(sentence(node, figures))}</title>"
        f'<rect width="{SIZES.node_width}" height="{SIZES.node_height}" rx="7"/>'
        f'<text class="title" x="12" y="22">{escape(figures.title)}</text>{mark}'
        f"{''.join(_figures(node, figures))}</g>"
    )


def _figures(node: Node, figures: NodeFigures) -> Iterable[str]:
    """The numbers inside a step."""
    right = SIZES.node_width - 12
    judged = figures.volume and node.handles and figures.over.share_ppm is not None
    share = _briefly(figures.over.share_ppm or 0) if judged else ""
    volume, noun = f"{figures.volume:,}", _noun(node)
    if judged and len(f"{volume} {noun}{share} over") > _MOST_LETTERS:
        noun = ""  # the tip that a pointer brings up says it
    yield f'<text x="12" y="41">{volume} <tspan class="small">{noun}</tspan></text>'
    if not figures.volume or not node.handles:
        return
    if share:
        yield f'<text class="right over" x="{right}" y="41">{escape(share)} <tspan class="small">over</tspan></text>'
    if figures.wait.number:
        yield f'<text x="12" y="58"><tspan class="small">wait</tspan> {short_span(figures.wait.p50_seconds)}</text>'
    if figures.work.p90_seconds:
        work = short_span(figures.work.p50_seconds)
        yield f'<text class="right" x="{right}" y="58"><tspan class="small">work</tspan> {work}</text>'


def _edge(edge: EdgeFigures, made: Plan, most: int) -> str:
    way = (edge.before, edge.after)
    points = made.grid.lines.get(way) or _loop(made, edge.before)
    kind = "" if way in WAYS else " back" if edge.designed else " stray"
    never = " never" if not edge.count else ""
    width = 1.4 + (4.2 * sqrt(edge.count / most) if most else 0)
    width = min(width, 3.0) if kind else width
    head = "arrow-stray" if kind == " stray" else "arrow"
    half, most_of = span(edge.wait.p50_seconds), span(edge.wait.p90_seconds)
    words = f"{edge.count:,} times; half waited up to {half}, nine in ten up to {most_of}"
    titles = {node.node_id: node.title for node in NODES}
    return (
        f'<g class="edge{kind}{never}"><title>{escape(titles[edge.before])} to {escape(titles[edge.after])}: '
        f"{words if edge.count else 'never'}</title>"
        f'<path d="{_path(points)}" stroke-width="{width:.1f}" marker-end="url(#{head})"/>{_count(edge, points)}</g>'
    )


def _count(edge: EdgeFigures, points: Sequence[Point]) -> str:
    """How often, beside the longest stretch of the line."""
    if not edge.count:
        return ""
    stretches = pairwise(points)
    (x1, y1), (x2, y2) = max(stretches, key=lambda ends: abs(ends[0][0] - ends[1][0]) + abs(ends[0][1] - ends[1][1]))
    x, y = (x1 + x2) // 2, (y1 + y2) // 2
    if y1 == y2:
        return f'<text x="{x - len(f"{edge.count:,}") * 3 - 3}" y="{y - 6}">{edge.count:,}</text>'
    return f'<text class="right" x="{x - 7}" y="{y + 4}">{edge.count:,}</text>'


def _loop(made: Plan, node_id: str) -> tuple[Point, ...]:
    """A step that follows itself: a small handle at its upper right."""
    cell = made.cells[node_id]
    right, top = made.grid.column_x[cell.column] + SIZES.node_width - 22, made.grid.row_y[cell.row]
    return (right - 26, top), (right - 26, top - 9), (right, top - 9), (right, top)


def _path(points: Sequence[Point]) -> str:
    """A line with its corners rounded."""
    made = f"M{points[0][0]} {points[0][1]}"
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        (ax, ay), (bx, by) = (_short_of(at, before), _short_of(at, after))
        made += f"L{ax} {ay}Q{at[0]} {at[1]} {bx} {by}"
    return f"{made}L{points[-1][0]} {points[-1][1]}"


def _short_of(corner: Point, towards: Point) -> Point:
    """A point near the corner on the way to another one."""
    (x, y), (to_x, to_y) = corner, towards
    radius = min(7, (abs(to_x - x) + abs(to_y - y)) // 2)
    return x + radius * ((to_x > x) - (to_x < x)), y + radius * ((to_y > y) - (to_y < y))


def _foot(made: Plan, height: int, accounted: bool) -> str:
    says = (
        "In a step: half of all wait and work no longer; over: took longer than the target. Thicker lines are busier."
    )
    if accounted:
        says += " At a department: how long an order waits and is worked on there, on average."
    if made.left_out:
        says += f" {made.left_out} rarer ways stand in the table only."
    return f'<text class="foot" x="12" y="{height - 9}">{says}</text>'


def sentence(node: Node, figures: NodeFigures) -> str:
    """Everything about a step in words: the tip that a pointer brings up."""
    parts = [f"{figures.title} ({figures.department}): {figures.volume:,} {_noun(node)}."]
    if figures.wait.number:
        wait = figures.wait
        parts.append(
            f"Waiting: half within {span(wait.p50_seconds)}, nine in ten within {span(wait.p90_seconds)}, "
            f"{span(wait.mean_seconds)} on average."
        )
    if figures.work.total_seconds:
        parts.append(
            f"Working: half within {span(figures.work.p50_seconds)}, nine in ten within "
            f"{span(figures.work.p90_seconds)}."
        )
    over = figures.over
    if over.share_ppm is not None and over.target_seconds is not None:
        hours = " of opening hours" if node.open_hours else ""
        parts.append(
            f"{per_cent(over.share_ppm)} took longer than {span(over.target_seconds)}{hours} (the true share "
            f"is between {per_cent(over.low_ppm)} and {per_cent(over.high_ppm)}): {WORDS[over.colour]}."
        )
    if figures.right_ppm is not None and node.handles:
        parts.append(f"Right first time: {per_cent(figures.right_ppm)}.")
    return " ".join(parts)


def _row(one: NodeFigures) -> Row:
    node = next(node for node in NODES if node.node_id == one.node_id)
    target = one.over.target_seconds
    judged = target is not None and one.over.of > 0
    hours = " open" if node.open_hours else ""
    return Row(
        step=one.title,
        department=one.department,
        volume=f"{one.volume:,}",
        wait=span(one.wait.p50_seconds) if one.wait.number else "",
        wait_most=span(one.wait.p90_seconds) if one.wait.number else "",
        work=span(one.work.p50_seconds) if one.work.total_seconds else "",
        over=per_cent(one.over.share_ppm) if one.over.share_ppm is not None else "",
        target="" if target is None else f"{span(target)}{hours}",
        status=WORDS[one.over.colour] if judged else "",
        colour=str(one.over.colour),
    )


def _noun(node: Node) -> str:
    return node.noun or NOUNS[node.handles]


def _briefly(ppm: int) -> str:
    """A share where there is little room: `5 %`, `<1 %`."""
    if 0 < ppm < 5_000:
        return "<1 %"
    return ">99 %" if 995_000 <= ppm < 1_000_000 else per_cent(ppm)


def per_cent(ppm: int) -> str:
    """Parts per million as per cent, rounded half up; with a decimal where that would say none or all and is not so."""
    whole = (ppm + 5_000) // 10_000
    if whole in (0, 100) and ppm not in (0, 1_000_000):
        whole, tenth = divmod(min(max((ppm + 500) // 1_000, 1), 999), 10)
        return f"{whole}.{tenth} %"
    return f"{whole} %"
