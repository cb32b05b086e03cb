"""The paper that a packed carton is drawn on: where corners come to lie, what hides what, where there is room to write.

The carton is seen from above its near right corner, cut open: floor and far walls are painted, the near edges are thin
lines. Every item has a colour and a pattern of its own, so that nobody needs to tell colours apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from doorstep.packing.legend import KINDS, LegendRow
from doorstep.packing.occlusion import Block, Point, hides, painted, seen
from doorstep.terms.parcel import Placement, Size

LOOKS = (3, 9)  # points along each side of a face where a place for a number is sought: few first, many if none is seen


class _At(NamedTuple):
    """A point on paper."""

    sx: float
    sy: float

    def __str__(self) -> str:
        return f"{_short(self.sx)} {_short(self.sy)}"


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


WIDE = 400  # of the drawing, in its own units: read on a phone, a number is not smaller than on paper
_COS = 0.8660254
MARGIN = 26
_BADGE = 9.5
_LINE = 17
_LETTER = 7.6  # as wide as most
# Where a name can be written: on the face that an axis points to, along an axis, and how it then lies on paper.
_WRITING = (
    (1, 0, ".866 .5 0 1"),
    (0, 1, ".866 -.5 0 1"),
    (2, 0, ".866 .5 -.866 .5"),
    (2, 1, ".866 -.5 .866 .5"),
)
_LONGEST_NAME = 14
_LONGEST_LINE = 40
_LONGEST_LEGEND = 56  # letters beside a swatch; where there are more, numbers and place go on a line of their own
_COLOURS = (
    ("ink", "#1c2733"),
    ("paper", "#ffffff"),
    ("muted", "#5b6875"),
    ("accent", "#b3261e"),
    ("carton", "#f3e6d2"),
    ("carton-deep", "#e6d3b5"),
    ("carton-edge", "#8a6a3f"),
    *zip(
        (f"unit-{kind}" for kind in range(1, KINDS + 1)),
        ("#8ecae6", "#f6c667", "#9ad1a8", "#e9a6c1", "#c4b5e8", "#f2a07b", "#d6dd7c", "#b9c2cc"),
        strict=True,
    ),
)
INK, PAPER, MUTED, ACCENT, _CARTON, DEEP, EDGE = (f"var(--{name},{shade})" for name, shade in _COLOURS[:7])
UNIT = tuple(f"var(--{name},{shade})" for name, shade in _COLOURS[7:])
# One mark for each kind, in a tile of eight: black on its colour, they differ without it.
_MARKS = (
    "",
    '<path d="M0 8L8 0"/>',
    '<circle cx="4" cy="4" r="1.1" fill="#000"/>',
    '<path d="M0 4H8"/>',
    '<path d="M0 0L8 8M0 8L8 0"/>',
    '<path d="M4 0V8"/>',
    '<path d="M0 4H8M4 0V8"/>',
    '<path d="M1 6L4 2L7 6"/>',
)


def flattened(svg: str) -> str:
    for name, shade in _COLOURS:
        svg = svg.replace(f"var(--{name},{shade})", shade)
    return svg


def _block(inner: Size, number: int, unit: Placement) -> Block:
    """A unit as it is looked at: with its second axis from the far side to the near one."""
    near = inner.width_mm - unit.y_mm
    low = (unit.x_mm, near - unit.size.width_mm, unit.z_mm)
    return Block(number, low, (unit.x_mm + unit.size.length_mm, near, unit.z_mm + unit.size.height_mm))


class Sheet:
    """The paper: where things come to lie on it, and what is drawn there."""

    def __init__(self, inner: Size, units: Sequence[Placement], rows: Mapping[str, LegendRow], marked: int) -> None:
        self.inner = inner
        self.units = units
        self.rows = rows
        self.marked = marked
        self.scale = (WIDE - 2 * MARGIN) / ((inner.length_mm + inner.width_mm) * _COS)
        self.blocks = [_block(inner, number, unit) for number, unit in enumerate(units)]
        self.fronts = [[b for b in self.blocks if b is not block and hides(b, block)] for block in self.blocks]
        self.high = 2 * MARGIN + self.scale * (inner.height_mm + (inner.length_mm + inner.width_mm) / 2)

    def at(self, point: Point) -> _At:
        """A point on paper; the first axis runs to the right, the second to the near side, the third up."""
        a, b, z = point
        sx = (a - b + self.inner.width_mm) * _COS
        sy = (a + b) / 2 - z + self.inner.height_mm
        return _At(MARGIN + sx * self.scale, MARGIN + sy * self.scale)

    def svg(self, title: str, legend: Sequence[LegendRow]) -> str:
        written = self._names()
        badges, places, hidden = self._badges([spot for _, spots in written for spot in spots])
        names = [name for name, spots in written if not any(_covered(spot, places) for spot in spots)]
        below = self.high + (_LINE if hidden else 0)
        high = below + (sum(map(_lines_of, legend)) * _LINE + 10 if legend else 0)
        return "".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {_short(high)}" role="img" '
                f'font-family="system-ui,sans-serif"><title>{_text(title)}</title>',
                self._patterns(),
                self._carton_behind(),
                f'<g stroke="{INK}" stroke-linejoin="round">',
                *(self._unit(block) for block in painted(self.blocks)),
                "</g>",
                self._carton_before(),
                f'<g font-size="13" fill="{INK}" text-anchor="middle" stroke="{PAPER}" stroke-width="2.5" '
                f'stroke-opacity=".75" stroke-linejoin="round" paint-order="stroke">{"".join(names)}</g>',
                f'<g font-size="12" font-weight="700" text-anchor="middle" fill="{INK}">{"".join(badges)}</g>',
                self._out_of_sight(hidden),
                *_legend_lines(legend, below + 4),
                "</svg>",
            )
        )

    def _patterns(self) -> str:
        used = sorted({self.rows[unit.ref].kind for unit in self.units} - {1})
        tiles = (
            f'<pattern id="dp{kind}" width="8" height="8" patternUnits="userSpaceOnUse">{_MARKS[kind - 1]}</pattern>'
            for kind in used
        )
        return f'<defs><g stroke="#000" stroke-opacity=".45" stroke-width=".9" fill="none">{"".join(tiles)}</g></defs>'

    def _shape(self, *corners: Point) -> str:
        return f"M{'L'.join(str(self.at(corner)) for corner in corners)}Z"

    def _carton_behind(self) -> str:
        """Floor and far walls, and the three edges that a closed carton hides."""
        length, width, height = self.inner
        floor = self._shape((0, 0, 0), (length, 0, 0), (length, width, 0), (0, width, 0))
        walls = self._shape((0, 0, 0), (0, width, 0), (0, width, height), (0, 0, height))
        walls += self._shape((0, 0, 0), (length, 0, 0), (length, 0, height), (0, 0, height))
        far = self.at((0, 0, 0))
        dashed = "".join(f"M{far}L{self.at(end)}" for end in ((length, 0, 0), (0, width, 0), (0, 0, height)))
        return (
            f'<path d="{floor}" fill="{DEEP}"/><path d="{walls}" fill="{_CARTON}"/>'
            f'<path d="{dashed}" fill="none" stroke="{EDGE}" stroke-dasharray="4 3"/>'
        )

    def _carton_before(self) -> str:
        """The edges that a closed carton shows, and its measures along three of them."""
        length, width, height = self.inner
        left, near, right = (0, width, 0), (length, width, 0), (length, 0, 0)
        rim = self._shape((0, 0, height), (length, 0, height), (length, width, height), (0, width, height))
        left_top = self.at((0, width, height))
        edges = f"M{left_top}L{self.at(left)}L{self.at(near)}L{self.at(right)}L{self.at((length, 0, height))}"
        post = f"M{self.at((length, width, height))}L{self.at(near)}"
        return (
            f'<path d="{rim}{edges}" fill="none" stroke="{EDGE}" stroke-width="1.6" stroke-linejoin="round"/>'
            f'<path d="{post}" stroke="{EDGE}" stroke-width="1.2" stroke-opacity=".6"/>'
            f'<g font-size="11" fill="{MUTED}" text-anchor="middle">'
            + along(self.at(left), self.at(near), 15, f"{length} mm")
            + along(self.at(near), self.at(right), 15, f"{width} mm")
            + along(self.at(left), left_top, -7, f"{height} mm")
            + "</g>"
        )

    def _unit(self, block: Block) -> str:
        """A unit, or a slice of one, with the three faces it turns to us."""
        kind = self.rows[self.units[block.of].ref].kind
        (a, b, z), (far_a, far_b, top) = block.low, block.high
        outline = self._shape(
            *((a, b, top), (far_a, b, top), (far_a, b, z), (far_a, far_b, z), (a, far_b, z), (a, far_b, top))
        )
        front = self._shape((a, far_b, top), (far_a, far_b, top), (far_a, far_b, z), (a, far_b, z))
        right = self._shape((far_a, far_b, top), (far_a, b, top), (far_a, b, z), (far_a, far_b, z))
        marks = f'fill="url(#dp{kind})"' if kind > 1 else 'fill-opacity=".06"'
        faces = (
            f'<path d="{outline}" fill="{UNIT[kind - 1]}"/><path d="{front}" {marks}/>'
            f'<path d="{right}" fill-opacity=".2"/>'
        )
        whole = self.blocks[block.of]
        if whole is not block:
            faces = f'<g stroke="none">{faces}</g><path d="{self._edges(block, whole)}" fill="none"/>'
        if not self.marked:
            return faces
        if block.of + 1 == self.marked:
            return f'<g stroke="{ACCENT}" stroke-width="2.4">{faces}</g>'
        return f'<g stroke="{MUTED}">{faces}<path d="{outline}" fill="{PAPER}" fill-opacity=".6"/></g>'

    def _edges(self, block: Block, whole: Block) -> str:
        """The edges of the whole that a slice of it shows: none where it was cut."""
        lines = []
        for along in range(3):
            one, other = (axis for axis in range(3) if axis != along)
            for one_end, other_end in (("high", "high"), ("high", "low"), ("low", "high")):
                ends = {one: one_end, other: other_end}
                if all(getattr(block, end)[axis] == getattr(whole, end)[axis] for axis, end in ends.items()):
                    begin, finish = (
                        [getattr(block, ends.get(axis, end))[axis] for axis in range(3)] for end in ("low", "high")
                    )
                    lines.append(f"M{self.at(_point(begin))}L{self.at(_point(finish))}")
        return "".join(lines)

    def _seen(self, number: int, point: Point) -> bool:
        return seen(point, self.fronts[number])

    def _names(self) -> list[tuple[str, list[_At]]]:
        """The items' names on faces that have room for them in full sight, with the points on paper that they take."""
        names = []
        for number, block in enumerate(self.blocks):
            ref = self.units[number].ref
            told = ref if len(ref) <= _LONGEST_NAME else f"{ref[: _LONGEST_NAME - 1]}\u2026"
            for face, along, lies in _WRITING:
                spots = self._line_on(block, face, along, len(told) * _LETTER)
                if spots and all(self._seen(number, spot) for spot in spots):
                    turn = f"matrix({lies} {self.at(spots[1])})"
                    name = f'<text transform="{turn}" y="4.5">{_text(told)}</text>'
                    names.append((name, [self.at(spot) for spot in spots]))
                    break
        return names

    def _line_on(self, block: Block, face: int, along: int, long: float) -> list[Point]:
        """Begin, middle and end of a line of writing in the middle of a face, if there is room for it."""
        sides = [(high - low) * self.scale for low, high in zip(block.low, block.high, strict=True)]
        if sides[along] < long + 6 or sides[3 - face - along] < _LINE:
            return []
        middle = [(low + high) // 2 for low, high in zip(block.low, block.high, strict=True)]
        middle[face] = block.high[face]
        spots = []
        for way in (-1, 0, 1):
            spot = list(middle)
            spot[along] += way * int(long / 2 / self.scale)
            spots.append(_point(spot))
        return spots

    def _badges(self, taken: Sequence[_At]) -> tuple[list[str], list[_At], list[int]]:
        """Each unit's number where most of it is seen and nothing is written yet, where that is, and which units are
        out of sight."""
        badges, places, hidden, used = list[str](), list[_At](), list[int](), _Written(taken)
        for number, block in enumerate(self.blocks):
            spots: list[_At] = []
            for steps in LOOKS:
                spots = spots or [self.at(spot) for spot in _points(block, steps) if self._seen(number, spot)]
            if not spots:
                hidden.append(number + 1)
                continue
            along = [spot.sx for spot in spots]
            reach = max(3 * _BADGE, max(along) - min(along)) / 2
            best = max(spots, key=lambda spot: (_amid(spot, spots, reach) - 3 * used.crowd(spot), spot.sy, spot.sx))
            used.add(best)
            places.append(best)
            rim = ACCENT if number + 1 == self.marked else INK
            badges.append(
                f'<circle cx="{_short(best.sx)}" cy="{_short(best.sy)}" r="{_BADGE}" fill="{PAPER}" stroke="{rim}"/>'
                f'<text x="{_short(best.sx)}" y="{_short(best.sy + 4.2)}">{number + 1}</text>'
            )
        return badges, places, hidden

    def _out_of_sight(self, hidden: Sequence[int]) -> str:
        if not hidden:
            return ""
        told = ", ".join(map(str, hidden))
        return (
            f'<text x="{WIDE // 2}" y="{_short(self.high)}" font-size="12" fill="{MUTED}" text-anchor="middle">'
            f"Out of sight: {told}</text>"
        )


def _point(spot: Sequence[int]) -> Point:
    a, b, z = spot
    return a, b, z


def _points(block: Block, steps: int) -> Iterator[Point]:
    """Points spread over the three faces that a unit turns to us, none of them at an edge."""
    for face in range(3):
        one, other = (axis for axis in range(3) if axis != face)
        for i in range(1, steps + 1):
            for j in range(1, steps + 1):
                spot = list(block.high)
                for axis, part in ((one, i), (other, j)):
                    spot[axis] = block.low[axis] + (block.high[axis] - block.low[axis]) * part // (steps + 1)
                yield _point(spot)


def _covered(spot: _At, badges: Sequence[_At]) -> bool:
    """Whether a number lies on a point of a name, which then cannot be read."""
    return any(abs(one.sx - spot.sx) < _BADGE + 3 and abs(one.sy - spot.sy) < _BADGE + 3 for one in badges)


def _amid(spot: _At, spots: Sequence[_At], reach: float) -> float:
    """How much of what is seen of a unit lies around a spot, no farther than `reach`."""
    x, y, around = spot.sx, spot.sy, 0.0
    for other in spots:
        near = reach - abs(other.sx - x) - abs(other.sy - y)
        if near > 0:
            around += near
    return around / reach


class _Written:
    """Spots on paper where something is written, found by where they are."""

    _TILE = 2.4 * _BADGE

    def __init__(self, spots: Sequence[_At]) -> None:
        self._tiles: dict[tuple[int, int], list[_At]] = defaultdict(list)
        for spot in spots:
            self.add(spot)

    def add(self, spot: _At) -> None:
        self._tiles[int(spot.sx / self._TILE), int(spot.sy / self._TILE)].append(spot)

    def crowd(self, spot: _At) -> float:
        """By how much a number there would run into what is written already."""
        x, y = int(spot.sx / self._TILE), int(spot.sy / self._TILE)
        near = (one for i in (x - 1, x, x + 1) for j in (y - 1, y, y + 1) for one in self._tiles.get((i, j), ()))
        return sum(max(self._TILE - max(abs(one.sx - spot.sx), abs(one.sy - spot.sy)), 0) for one in near)


def along(begin: _At, end: _At, aside: int, told: str) -> str:
    """Writing along an edge, a little to its side."""
    turn = {True: -90, False: 30 if end.sy > begin.sy else -30}[abs(end.sx - begin.sx) < 1]
    middle = _At((begin.sx + end.sx) / 2, (begin.sy + end.sy) / 2)
    return f'<text transform="translate({middle})rotate({turn})" y="{aside}">{told}</text>'


def _told(row: LegendRow) -> str:
    told = f"{row.quantity} {row.ref}" + (f", {row.name}" if row.name != row.ref else "")
    return told if len(told) <= _LONGEST_LINE else f"{told[: _LONGEST_LINE - 1]}\u2026"


def _lines_of(row: LegendRow) -> int:
    return 1 if len(_told(row)) + len(row.counted) + len(row.position) <= _LONGEST_LEGEND else 2


def _legend_lines(legend: Sequence[LegendRow], top: float) -> Iterator[str]:
    """Under the drawing: colour and pattern, how many of what, their numbers, where the first stands."""
    if legend:
        yield f'<g font-size="11" fill="{INK}">'
    y = top
    for row in legend:
        swatch = f'x="{MARGIN - 14}" y="{_short(y)}" width="12" height="12"'
        yield f'<rect {swatch} fill="{UNIT[row.kind - 1]}" stroke="{INK}"/>'
        if row.kind > 1:
            yield f'<rect {swatch} fill="url(#dp{row.kind})"/>'
        below = f'x="{MARGIN + 12}" dy="{_LINE - 3}"' if _lines_of(row) > 1 else 'dx="6"'
        yield (
            f'<text x="{MARGIN + 4}" y="{_short(y + 10)}">{_text(_told(row))} '
            f'<tspan fill="{MUTED}" {below}>no. {row.counted}, {row.position}</tspan></text>'
        )
        y += _lines_of(row) * _LINE
    if legend:
        yield "</g>"


def _text(told: str) -> str:
    """As XML holds it: what it may not hold is left out."""
    return escape("".join(letter for letter in told if letter.isprintable()))
