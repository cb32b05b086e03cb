"""Goods, cartons, pallets and trailers as they come in: CSV read to values, or numbered problems by line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from doorstep.terms.load import Axle, Drop, Pallet, Trailer
from doorstep.terms.parcel import ANY_UP, Carton, Mailer, PackItem, Side, Size

GOODS_COLUMNS = (
    *("ref", "length_mm", "width_mm", "height_mm", "weight_g", "quantity", "name", "up", "most_on_top_g"),
    *("keep_apart", "keep_together", "classes", "stop", "own_container"),
)
CARTON_COLUMNS = (
    *("carton_id", "length_mm", "width_mm", "height_mm", "max_content_g", "wall_mm", "empty_weight_g", "cost_minor"),
    *("void_minor_per_litre", "kind", "left"),
)
PALLET_COLUMNS = (
    *("pallet_id", "length_mm", "width_mm", "max_height_mm", "max_content_g", "own_height_mm", "own_weight_g"),
    *("overhang_mm", "max_layer_g"),
)
TRAILER_COLUMNS = (
    *("trailer_id", "length_mm", "width_mm", "height_mm", "max_content_g", "front", "front_at_mm", "front_empty_g"),
    *("front_max_g", "front_least_g", "rear", "rear_at_mm", "rear_empty_g", "rear_max_g", "rear_least_g"),
    *("max_side_g", "track_mm"),
)
_NEEDED = {"ref": 5, "carton_id": 5, "pallet_id": 5, "trailer_id": 5}  # so many columns are always there


@dataclass(frozen=True, slots=True)
class GoodsToLoad:
    """Goods with their names by ref, and the stops they go to in the order in which the table first names them."""

    items: tuple[PackItem, ...]
    names: Mapping[str, str]
    stops: tuple[Drop, ...]


class _Cells:
    """A line of a table, read cell by cell; what is wrong is kept."""

    def __init__(self, cells: Mapping[str | None, object], where: str, wrong: list[str]) -> None:
        self._cells = {key: str(cell or "").strip() for key, cell in cells.items() if key}
        self._where, self._wrong = where, wrong

    def text(self, column: str) -> str:
        return self._cells.get(column, "")

    def number(self, column: str, default: int | None = None, *, below_zero: bool = False) -> int:
        """A whole number; the default where the cell is empty, and a problem where there is none."""
        text = self.text(column)
        if not text and default is not None:
            return default
        digits = text.removeprefix("-") if below_zero else text
        if digits.isascii() and digits.isdecimal() and len(digits) < 13:
            return int(text)
        self.say(column, f"is a whole number, not {text!r}" if text else "is missing")
        return 1

    def perhaps(self, column: str) -> int | None:
        return self.number(column) if self.text(column) else None

    def sides(self) -> Size:
        return Size(*(self.number(f"{side.value}_mm") for side in Side))

    def up(self) -> frozenset[Side]:
        """Which measures may point up: words, all of them where the cell is empty."""
        words = self.text("up").split()
        known = {side.value for side in Side}
        for word in words:
            if word not in known:
                self.say("up", f"names length, width and height, not {word!r}")
        return frozenset(Side(word) for word in words if word in known) or ANY_UP

    def yes(self, column: str) -> bool:
        if self.text(column) not in ("", "yes", "no"):
            self.say(column, f"is yes or no, not {self.text(column)!r}")
        return self.text(column) == "yes"

    def say(self, column: str, says: str) -> None:
        self._wrong.append(f"{self._where}: {column} {says}")


def read_goods(lines: Iterable[str]) -> GoodsToLoad | list[str]:
    """Goods, or what is wrong with them. Without a column `stop` all go to one."""
    wrong: list[str] = []
    items, names, stops = [], {}, dict[str, set[str]]()
    for row in _rows(lines, "goods", GOODS_COLUMNS, wrong):
        ref = row.text("ref")
        if not ref or ref in names:
            row.say("ref", f"{ref} is there more than once" if ref else "is missing")
        names[ref] = row.text("name") or ref
        stops.setdefault(row.text("stop"), set()).add(ref)
        items.append(
            PackItem(
                ref,
                row.sides(),
                row.number("weight_g"),
                row.number("quantity", 1),
                row.up(),
                row.perhaps("most_on_top_g"),
                row.text("keep_apart"),
                row.text("keep_together"),
                frozenset(row.text("classes").split()),
                row.yes("own_container"),
            )
        )
    if not items and not wrong:
        wrong.append("goods: there is no line")
    drops = tuple(Drop(stop, frozenset(refs)) for stop, refs in stops.items())
    return wrong or GoodsToLoad(tuple(items), names, drops)


@dataclass(frozen=True, slots=True)
class CartonsToFill:
    """Cartons and mailers, and how many of each there are; those not in `left` are enough."""

    cartons: tuple[Carton | Mailer, ...]
    left: Mapping[str, int]


def read_cartons(lines: Iterable[str]) -> CartonsToFill | list[str]:
    """Kinds of cartons, or what is wrong with them. A mailer's height is the most it can be filled to."""
    wrong: list[str] = []
    found, left = list[Carton | Mailer](), dict[str, int]()
    for row in _rows(lines, "cartons", CARTON_COLUMNS, wrong):
        kind, name, inner, wall_mm = row.text("kind"), row.text("carton_id"), row.sides(), row.number("wall_mm", 0)
        bought = (row.number("empty_weight_g", 0), row.number("max_content_g"), row.number("cost_minor", 0))
        if not name:
            row.say("carton_id", "is missing")
        if kind == "mailer":
            found.append(Mailer(name, *inner, *bought, wall_mm))
        else:
            outer = Size(*(side + wall_mm for side in inner))
            found.append(Carton(name, inner, outer, *bought, row.number("void_minor_per_litre", 0)))
        if kind not in ("", "carton", "mailer"):
            row.say("kind", f"is carton or mailer, not {kind!r}")
        if row.text("left"):
            left[name] = row.number("left")
    if not found and not wrong:
        wrong.append("cartons: there is no line")
    return wrong or CartonsToFill(tuple(found), left)


def read_pallets(lines: Iterable[str]) -> tuple[Pallet, ...] | list[str]:
    """Kinds of pallets, or what is wrong with them."""
    wrong: list[str] = []
    found = [
        Pallet(
            row.text("pallet_id"),
            row.number("length_mm"),
            row.number("width_mm"),
            row.number("own_height_mm", 0),
            row.number("own_weight_g", 0),
            row.number("max_height_mm"),
            row.number("max_content_g"),
            row.number("overhang_mm", 0),
            row.perhaps("max_layer_g"),
        )
        for row in _rows(lines, "pallets", PALLET_COLUMNS, wrong)
    ]
    return wrong or tuple(found)


def read_trailers(lines: Iterable[str]) -> tuple[Trailer, ...] | list[str]:
    """Kinds of trailers, or what is wrong with them. Axles are there where `front_at_mm` is."""
    wrong: list[str] = []
    found = []
    for row in _rows(lines, "trailers", TRAILER_COLUMNS, wrong):
        axles = (_axle(row, "front"), _axle(row, "rear")) if row.text("front_at_mm") else ()
        found.append(
            Trailer(
                row.text("trailer_id"),
                row.sides(),
                row.number("max_content_g"),
                axles,
                row.perhaps("max_side_g"),
                row.number("track_mm", 2_000),
            )
        )
    return wrong or tuple(found)


def _axle(row: _Cells, which: str) -> Axle:
    return Axle(
        row.text(which) or f"{which} axle",
        row.number(f"{which}_at_mm", below_zero=True),
        row.number(f"{which}_empty_g", 0),
        row.number(f"{which}_max_g"),
        row.number(f"{which}_least_g", 0),
    )


def _rows(lines: Iterable[str], what: str, columns: tuple[str, ...], wrong: list[str]) -> Iterable[_Cells]:
    reader = csv.DictReader(lines)
    there = reader.fieldnames or ()
    needed = columns[: _NEEDED[columns[0]]]
    wrong += [f"{what}, line 1: the column {name} is missing" for name in needed if name not in there]
    wrong += [f"{what}, line 1: there is no column {name}" for name in there if name not in columns]
    if wrong:
        return
    for cells in reader:
        yield _Cells(cells, f"{what}, line {reader.line_num}", wrong)
