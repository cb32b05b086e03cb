"""The paper for pallets, which have a deck and no walls, and for trailers, which have a front wall and a door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doorstep.packing.legend import LegendRow
from doorstep.packing.sheet import DEEP, EDGE, MUTED, Sheet, along
from doorstep.terms.parcel import Placement, Size


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


class TrailerSheet(Sheet):
    """A trailer cut open: its front wall at the left, its door at the right."""

    def _carton_before(self) -> str:
        length, width, height = self.inner
        door = self.at((length, width // 2, height))
        front = self.at((0, width // 2, height))
        return (
            super()._carton_before() + f'<g font-size="11" font-weight="700" fill="{MUTED}" text-anchor="middle">'
            f'<text x="{door.sx:.0f}" y="{door.sy - 8:.0f}">door</text>'
            f'<text x="{front.sx:.0f}" y="{front.sy - 8:.0f}">front</text></g>'
        )
