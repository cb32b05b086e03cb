"""The paper for pallets, which have a deck and no walls, and for trailers, which have a front wall and a door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doorstep.packing.legend import LegendRow
from doorstep.packing.sheet import ACCENT, DEEP, EDGE, INK, MARGIN, MUTED, PAPER, UNIT, WIDE, Sheet, along
from doorstep.terms.parcel import Placement, Size

_LINE = 12
_SMALL = 8
MOST_NAMED = 12  # units out of sight that are named one by one


class DeckSheet(Sheet):
    """A pallet's deck with what stands on it; the room may reach out over the deck on all sides."""

    def __init__(
        self,
        room: Size,
        units: Sequence[Placement],
        rows: Mapping[str, LegendRow],
        marked: int,
        over: int,
        thick: int,
    ) -> None:
        super().__init__(room, units, rows, marked)
        self.over, self.thick = over, thick
        self.high += thick * self.scale

    def _carton_behind(self) -> str:
        """The deck: its upper side and the two sides of the pallet that are seen, with the gaps for the forks."""
        low, far_a, far_b = self.over, self.inner.length_mm - self.over, self.inner.width_mm - self.over
        under = -self.thick
        deck = self._shape((low, low, 0), (far_a, low, 0), (far_a, far_b, 0), (low, far_b, 0))
        front = self._shape((low, far_b, 0), (far_a, far_b, 0), (far_a, far_b, under), (low, far_b, under))
        right = self._shape((far_a, far_b, 0), (far_a, low, 0), (far_a, low, under), (far_a, far_b, under))
        forks = ""
        for begin, end in ((12, 44), (56, 88)):
            a, b = (low + (far_a - low) * part // 100 for part in (begin, end))
            forks += self._shape(*((at, far_b, under * part // 10) for at, part in ((a, 3), (b, 3), (b, 9), (a, 9))))
        return (
            f'<g stroke="{EDGE}" stroke-linejoin="round"><path d="{front}{right}" fill="{DEEP}"/>'
            f'<path d="{deck}" fill="{DEEP}"/></g><path d="{forks}" fill="#000" fill-opacity=".35"/>'
        )

    def _carton_before(self) -> str:
        """The measures of the deck and the height of the load."""
        low, far_a, far_b = self.over, self.inner.length_mm - self.over, self.inner.width_mm - self.over
        left, near, right = (self.at((a, b, -self.thick)) for a, b in ((low, far_b), (far_a, far_b), (far_a, low)))
        bottom, top = self.at((0, self.inner.width_mm, 0)), self.at((0, self.inner.width_mm, self.inner.height_mm))
        return (
            f'<path d="M{bottom}L{top}" stroke="{EDGE}" stroke-dasharray="3 3"/>'
            f'<g font-size="11" fill="{MUTED}" text-anchor="middle">'
            + along(left, near, 15, f"{far_a - low} mm")
            + along(near, right, 15, f"{far_b - low} mm")
            + along(bottom, top, -7, f"{self.inner.height_mm} mm")
            + "</g>"
        )

    def _out_of_sight(self, hidden: Sequence[int]) -> str:
        return _many_out_of_sight(hidden, self.high) or super()._out_of_sight(hidden)


class TrailerSheet(Sheet):
    """A trailer cut open, its front wall at the left, its door at the right; under it the floor seen from above."""

    def __init__(self, room: Size, units: Sequence[Placement], rows: Mapping[str, LegendRow], marked: int) -> None:
        super().__init__(room, units, rows, marked)
        self.floor_top = self.high
        self.by = (WIDE - 2 * MARGIN) / room.length_mm
        self.high += room.width_mm * self.by + 2 * _LINE

    def _carton_before(self) -> str:
        length, width, height = self.inner
        told = "".join(
            f'<text x="{at.sx:.0f}" y="{at.sy - 8:.0f}">{word}</text>'
            for word, at in (
                ("front", self.at((0, width // 2, height))),
                ("door", self.at((length, width // 2, height))),
            )
        )
        return (
            super()._carton_before()
            + f'<g font-size="11" font-weight="700" fill="{MUTED}" text-anchor="middle">{told}</g>'
            + self._floor()
        )

    def _floor(self) -> str:
        """What stands on the floor, from above, with the numbers of what is stacked there beside its own."""
        wide, high = (side * self.by for side in self.inner[:2])
        parts = [
            f'<rect x="{MARGIN}" y="{self.floor_top:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{DEEP}" '
            f'stroke="{EDGE}"/><g stroke="{INK}" text-anchor="middle" font-size="{_SMALL}">'
        ]
        for number, unit in enumerate(self.units, 1):
            if unit.z_mm:
                continue
            x, y = MARGIN + unit.x_mm * self.by, self.floor_top + (self.inner.width_mm - unit.y_mm) * self.by
            wide, high = unit.size.length_mm * self.by, unit.size.width_mm * self.by
            kind = self.rows[unit.ref].kind
            shape = f'x="{x:.1f}" y="{y - high:.1f}" width="{wide:.1f}" height="{high:.1f}"'
            marks = f'<rect {shape} fill="url(#dp{kind})" stroke="none"/>' if kind > 1 else ""
            rim = f' stroke="{ACCENT}" stroke-width="2"' if number == self.marked else ""
            parts.append(f'<rect {shape} fill="{UNIT[kind - 1]}"{rim}/>{marks}')
            stacked = [number, *self._on(unit)]
            if wide > _SMALL and high > _SMALL:
                parts.append(
                    f'<text x="{x + wide / 2:.1f}" y="{y - high / 2 + 3:.1f}" fill="{INK}" stroke="{PAPER}" '
                    f'stroke-width="2" paint-order="stroke">{"/".join(map(str, stacked[:2]))}'
                    f"{'+' if len(stacked) > 2 else ''}</text>"
                )
        return "".join((*parts, "</g>"))

    def _on(self, lower: Placement) -> list[int]:
        """Numbers of what stands over a unit, by where its middle is."""
        return [
            number
            for number, unit in enumerate(self.units, 1)
            if unit.z_mm
            and 0 <= 2 * (unit.x_mm - lower.x_mm) + unit.size.length_mm < 2 * lower.size.length_mm
            and 0 <= 2 * (unit.y_mm - lower.y_mm) + unit.size.width_mm < 2 * lower.size.width_mm
        ]

    def _out_of_sight(self, hidden: Sequence[int]) -> str:
        return _many_out_of_sight(hidden, self.high) or super()._out_of_sight(hidden)


def _many_out_of_sight(hidden: Sequence[int], high: float) -> str:
    if len(hidden) <= MOST_NAMED:
        return ""
    return (
        f'<text x="{WIDE // 2}" y="{high:.0f}" font-size="12" fill="{MUTED}" text-anchor="middle">'
        f"{len(hidden)} are out of sight here: see the steps</text>"
    )
