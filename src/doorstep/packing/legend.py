"""What the marks of a drawing mean: how many of each item, their numbers, where they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorstep.terms.parcel import Placement, Size

KINDS = 8  # colours and patterns; a ninth item shares the first one's


@dataclass(frozen=True, slots=True)
class LegendRow:
    """Units of one item: their numbers, in the order in which they go in, and where the first of them stands."""

    ref: str
    name: str
    quantity: int
    numbers: tuple[int, ...]
    position: str
    kind: int  # 1 to KINDS: which colour (the CSS variable --unit-1 ...) and which pattern

    @property
    def counted(self) -> str:
        """The numbers as people write them: `1-4, 7`."""
        runs: list[list[int]] = []
        for number in self.numbers:
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def legend_of(inner: Size, placements: Sequence[Placement], names: Mapping[str, str]) -> tuple[LegendRow, ...]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, unit in enumerate(placements, 1):
        numbers[unit.ref].append(number)
    return tuple(
        LegendRow(
            ref=ref,
            name=names.get(ref, ref),
            quantity=len(mine),
            numbers=tuple(mine),
            position=position(inner, placements[mine[0] - 1]),
            kind=place % KINDS + 1,
        )
        for place, (ref, mine) in enumerate(numbers.items())
    )


def position(inner: Size, unit: Placement) -> str:
    """Where a unit stands, for whoever packs from the near side: `bottom, back left`."""
    across, deep, up = (
        _third(near, side, whole)
        for near, side, whole in zip((unit.x_mm, unit.y_mm, unit.z_mm), unit.size, inner, strict=True)
    )
    level = ("bottom", "middle", "top")[up] if unit.z_mm else "bottom"
    sideways, depth = ("left", "", "right")[across], ("front", "", "back")[deep]
    return f"{level}, {f'{depth} {sideways}'.strip() or 'centre'}"


def _third(near: int, side: int, whole: int) -> int:
    """In which third of the whole the middle lies; what takes up most of it is in the middle."""
    return 1 if side * 3 > whole * 2 else min((2 * near + side) * 3 // (2 * whole), 2)
