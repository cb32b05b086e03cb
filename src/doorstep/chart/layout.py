"""Where the steps stand: departments from top to bottom, each in its swimlane; work from left to right by rank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from doorstep.chart.design import SWIMLANES
from doorstep.chart.node import Node


@dataclass(frozen=True, slots=True)
class Cell:
    """The place of a step: its column and its row (the swimlane), both from 0."""

    column: int
    row: int


def swimlanes(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The departments that have a step, in the company's order; one that the company does not list comes last."""
    there = {node.department for node in nodes}
    return (*(name for name in SWIMLANES if name in there), *sorted(there - set(SWIMLANES)))


def placed(nodes: Sequence[Node], ways: Iterable[tuple[str, str]]) -> Mapping[str, Cell]:
    """The cell of each step.

    A step stands right of the one before it in its own swimlane, and below or above the one before it in another: the
    way between two departments is short. Ways back, to a step that is declared earlier, move nothing. Where the cell
    is taken the step moves on to the right.
    """
    rows = {name: row for row, name in enumerate(swimlanes(nodes))}
    rank = {node.node_id: number for number, node in enumerate(nodes)}
    before: dict[str, list[str]] = {}
    for first, then in ways:
        if first in rank and then in rank and rank[first] < rank[then]:
            before.setdefault(then, []).append(first)
    cells: dict[str, Cell] = {}
    taken: set[Cell] = set()
    for node in nodes:
        row = rows[node.department]
        column = 0
        for first in before.get(node.node_id, ()):
            column = max(column, cells[first].column + (cells[first].row == row))
        while Cell(column, row) in taken:
            column += 1
        cells[node.node_id] = Cell(column, row)
        taken.add(cells[node.node_id])
    return cells
