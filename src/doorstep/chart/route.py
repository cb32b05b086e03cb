"""Ways drawn as lines: through gutters between columns and channels between swimlanes, never through a step.

A way runs straight where nothing stands between its ends. Any other leaves its step into a gutter or a channel, and
each piece of it there has a track of its own, so that no two lines lie on one another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from doorstep.chart.layout import Cell

Point = tuple[int, int]
Way = tuple[str, str]
TRACK = 9  # between two lines side by side
PORT = 13  # between two lines at one side of a step


@dataclass(frozen=True, slots=True)
class Sizes:
    """Measures of the grid, in the drawing's units."""

    node_width: int
    node_height: int
    gutter: int  # at least, between two columns
    channel: int  # at least, between two rows
    left: int  # where the first gutter begins
    top: int  # where the first channel begins


@dataclass(frozen=True, slots=True)
class Grid:
    """Where columns and rows came to lie once every line had its track."""

    column_x: tuple[int, ...]
    row_y: tuple[int, ...]
    width: int
    height: int
    lines: Mapping[Way, tuple[Point, ...]]


@dataclass(slots=True)
class _Piece:
    """A stretch in a gutter (vertical) or channel (horizontal), between two logical coordinates; its track."""

    vertical: bool
    where: int
    begins: int
    ends: int
    track: int = 0


@dataclass(slots=True)
class _Line:
    way: Way
    leaves: str  # the side of the first step: right, top, bottom
    enters: str  # the side of the last step
    pieces: list[_Piece] = field(default_factory=list)


def routed(cells: Mapping[str, Cell], ways: Sequence[Way], sizes: Sizes) -> Grid:
    """Every way between two different steps as a line of points, and the grid widened to hold them."""
    taken = {(cell.column, cell.row) for cell in cells.values()}
    two_ways = {way for way in ways if way[::-1] in ways}
    lines = [_line(way, cells[way[0]], cells[way[1]], taken, way in two_ways) for way in ways if way[0] != way[1]]
    columns = max((cell.column for cell in cells.values()), default=-1) + 1
    rows = max((cell.row for cell in cells.values()), default=-1) + 1
    gutters = _tracks([piece for line in lines for piece in line.pieces if piece.vertical], columns + 1)
    channels = _tracks([piece for line in lines for piece in line.pieces if not piece.vertical], rows + 1)
    gutter_x, column_x, width = _spread(gutters, columns, sizes.left, sizes.node_width, sizes.gutter)
    channel_y, row_y, height = _spread(channels, rows, sizes.top, sizes.node_height, sizes.channel)
    ports = _ports(lines, cells, sizes)
    drawn = _Drawn(cells, sizes, column_x, row_y, gutter_x, channel_y, gutters, channels, ports)
    return Grid(column_x, row_y, width, height, {line.way: drawn.points(line) for line in lines})


def _line(way: Way, a: Cell, b: Cell, taken: set[tuple[int, int]], there_and_back: bool) -> _Line:
    """Which sides a way leaves and enters by, and the gutters and channels between.

    Of two ways there and back only the one that goes right or down is straight.
    """
    forward = (a.column, a.row) < (b.column, b.row)
    if (a.row == b.row or a.column == b.column) and _free(taken, a, b) and (forward or not there_and_back):
        if a.row == b.row:
            return _Line(way, *(("right", "left") if forward else ("left", "right")))
        return _Line(way, *(("bottom", "top") if forward else ("top", "bottom")))
    rows = (2 * a.row + 1, 2 * b.row + 1)
    if a.column < b.column:
        if a.column + 1 == b.column:
            return _Line(way, "right", "left", [_vertical(b.column, *rows)])
        channel = b.row + (1 if a.row > b.row else 0)
        return _Line(
            way,
            "right",
            "left",
            [
                _vertical(a.column + 1, rows[0], 2 * channel),
                _horizontal(channel, 2 * (a.column + 1), 2 * b.column),
                _vertical(b.column, 2 * channel, rows[1]),
            ],
        )
    if a.column == b.column:
        return _Line(way, "right", "right", [_vertical(a.column + 1, *rows)])
    columns = (2 * a.column + 1, 2 * b.column + 1)
    leaves, enters = ("bottom", "top") if a.row < b.row else ("top", "bottom" if a.row > b.row else "top")
    first = a.row + (leaves == "bottom")
    last = b.row + (enters == "bottom")
    if first == last:
        return _Line(way, leaves, enters, [_horizontal(first, *columns)])
    gutter = a.column
    return _Line(
        way,
        leaves,
        enters,
        [
            _horizontal(first, columns[0], 2 * gutter),
            _vertical(gutter, 2 * first, 2 * last),
            _horizontal(last, 2 * gutter, columns[1]),
        ],
    )


def _free(taken: set[tuple[int, int]], a: Cell, b: Cell) -> bool:
    """Whether no step stands between two cells of one row or column."""
    if a.row == b.row:
        return all(
            (column, a.row) not in taken for column in range(min(a.column, b.column) + 1, max(a.column, b.column))
        )
    return all((a.column, row) not in taken for row in range(min(a.row, b.row) + 1, max(a.row, b.row)))


def _vertical(gutter: int, one: int, other: int) -> _Piece:
    return _Piece(True, gutter, min(one, other), max(one, other))


def _horizontal(channel: int, one: int, other: int) -> _Piece:
    return _Piece(False, channel, min(one, other), max(one, other))


def _tracks(pieces: Sequence[_Piece], spaces: int) -> list[int]:
    """Give pieces that meet in one space different tracks; returns how many each space needs."""
    needs = [0] * spaces
    for space in range(spaces):
        ends: list[int] = []  # where the last piece on each track ends
        here = sorted((p for p in pieces if p.where == space), key=lambda p: (p.begins, p.ends))
        for piece in here:
            track = next((number for number, end in enumerate(ends) if end < piece.begins), len(ends))
            ends[track : track + 1] = [piece.ends]
            piece.track = track
        needs[space] = len(ends)
    return needs


def _spread(
    needs: Sequence[int], cells: int, begins: int, size: int, least: int
) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Where each space and each cell between two spaces begins, and where all of it ends."""
    spaces, places, at = [], [], begins
    for number, tracks in enumerate(needs):
        spaces.append(at)
        at += max(least, (tracks + 1) * TRACK + TRACK)
        if number < cells:
            places.append(at)
            at += size
    return tuple(spaces), tuple(places), at


def _ports(lines: Sequence[_Line], cells: Mapping[str, Cell], sizes: Sizes) -> Mapping[tuple[Way, int], int]:
    """How far from the middle of its side each end of a line lies; a straight line keeps the middle.

    Sides that face one another across a gutter or channel have their ports at different heights: what leaves one
    does not lie on what enters the other.
    """
    sides: dict[tuple[str, str], list[tuple[int, int, Way, int]]] = {}
    kept = set()
    for number, line in enumerate(lines):
        for end, (step, side) in enumerate(((line.way[0], line.leaves), (line.way[1], line.enters))):
            if line.pieces:
                sides.setdefault((step, side), []).append((_towards(line, end, cells), number, line.way, end))
            else:
                kept.add((step, side))
    there = {(cells[step].column, cells[step].row, side) for step, side in sides}
    found: dict[tuple[Way, int], int] = {}
    for (step, side), ends in sides.items():
        across = side in _FACING and _facing(cells[step], side) in there
        if len(ends) == 1 and (step, side) not in kept and not across:
            found[ends[0][2], ends[0][3]] = 0
            continue
        back = sorted((end for end in ends if end[0] < 0), reverse=True)
        on = sorted(end for end in ends if end[0] >= 0)
        half = (sizes.node_height if side in ("left", "right") else sizes.node_width) // 2
        gap = min(PORT if side in ("left", "right") else 2 * PORT, (half - 4) // max(len(back), len(on)))
        for sign, some in ((-1, back), (1, on)):
            for place, (_, _, way, end) in enumerate(some, 1):
                found[way, end] = sign * (place * gap - (gap // 2 if across else 0))
    return found


_FACING = {"left": (-1, 0, "right"), "top": (0, -1, "bottom")}


def _facing(cell: Cell, side: str) -> tuple[int, int, str]:
    columns, rows, other = _FACING[side]
    return cell.column + columns, cell.row + rows, other


def _towards(line: _Line, end: int, cells: Mapping[str, Cell]) -> int:
    """Which way from this end the other one lies: up or left is below 0."""
    here, there = (cells[line.way[end]], cells[line.way[1 - end]])
    side = line.leaves if end == 0 else line.enters
    return there.row - here.row if side in ("left", "right") else there.column - here.column


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Turns lines into points on the finished grid."""

    cells: Mapping[str, Cell]
    sizes: Sizes
    column_x: Sequence[int]
    row_y: Sequence[int]
    gutter_x: Sequence[int]
    channel_y: Sequence[int]
    gutters: Sequence[int]
    channels: Sequence[int]
    ports: Mapping[tuple[Way, int], int]

    def points(self, line: _Line) -> tuple[Point, ...]:
        start, end = self._port(line, 0), self._port(line, 1)
        made = [start]
        for piece in line.pieces:
            at = self._track(piece)
            made.append((at, made[-1][1]) if piece.vertical else (made[-1][0], at))
        if line.pieces:
            made.append((made[-1][0], end[1]) if line.pieces[-1].vertical else (end[0], made[-1][1]))
        made.append(end)
        return tuple(dict.fromkeys(made))

    def _port(self, line: _Line, end: int) -> Point:
        step, side = (line.way[0], line.leaves) if end == 0 else (line.way[1], line.enters)
        cell, off = self.cells[step], self.ports.get((line.way, end), 0)
        x, y = self.column_x[cell.column], self.row_y[cell.row]
        width, height = self.sizes.node_width, self.sizes.node_height
        if side in ("left", "right"):
            return (x + (width if side == "right" else 0), y + height // 2 + off)
        return (x + width // 2 + off, y + (height if side == "bottom" else 0))

    def _track(self, piece: _Piece) -> int:
        starts, needs = (self.gutter_x, self.gutters) if piece.vertical else (self.channel_y, self.channels)
        begins = starts[piece.where]
        after = self.column_x if piece.vertical else self.row_y
        ends = after[piece.where] if piece.where < len(after) else begins + (needs[piece.where] + 2) * TRACK
        free = (ends - begins) - (needs[piece.where] - 1) * TRACK
        return begins + free // 2 + piece.track * TRACK
