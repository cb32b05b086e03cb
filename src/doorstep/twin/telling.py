"""The end of the days as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from doorstep.flow.words import share
from doorstep.terms.money import Money
from doorstep.twin.figures import CostOf, Figures, Kept
from doorstep.twin.fortnight import Lived

AGAINST = {"asked": "as asked for", "first": "as first promised", "agreed": "as last agreed"}


def tell(console: Console, lived: Lived, figures: Figures) -> None:
    """Orders, promises, cost, stock, journal: a section each, the same rows as in the report."""
    table = Table(box=box.SIMPLE_HEAD, show_header=False, pad_edge=False, padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim")
    for number, (title, rows) in enumerate(sections(lived, figures)):
        if number:
            table.add_section()
        table.add_row(f"[bold cyan]{title}[/]", "", "")
        for name, value, note in rows:
            table.add_row(f"  {name}", value, note)
    console.print(table)


def sections(lived: Lived, figures: Figures) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Title, and rows of (name, value, note)."""
    yield "Orders by state", [(state.replace("_", " "), f"{many:,}", "") for state, many in figures.states.items()]
    yield "Promise kept", [_kept(kept) for kept in figures.kept]
    yield (
        "Fill rate",
        [
            (
                "units on hand when ordered",
                percent(figures.fill_ppm),
                f"{figures.filled_units:,} of {figures.wanted_units:,}",
            )
        ],
    )
    anew = _anew(figures.promised_anew)
    yield "Promised anew, by who caused it", [(who or "-", f"{many:,}", "orders") for who, many in anew]
    yield "Cost per order, by kind", _costs(figures.costs_by_kind, figures.currency)
    yield "Cost per order, by buyer", _costs(figures.costs_by_buyer, figures.currency)
    yield "Cost per order, by size", _costs(figures.costs_by_size, figures.currency)
    stock = figures.stock
    yield (
        "Stock check",
        [
            ("came in, units", f"{stock.came:,}", ""),
            ("went out", f"{stock.left:,}", ""),
            (
                "in the house or on the road",
                f"{stock.on_hand:,}",
                "does not add up" if stock.difference else "adds up to the unit",
            ),
            ("counts", f"{stock.counts:,}", f"{stock.counted_otherwise} found another number"),
        ],
    )
    yield "Refused", [(f"{who}: {why.replace('_', ' ')}", f"{many:,}", "") for who, why, many in lived.noes]


def _anew(by_cause: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(by_cause.items(), key=lambda entry: -entry[1])


def _kept(kept: Kept) -> tuple[str, str, str]:
    low, high = kept.interval_ppm
    note = f"{kept.kept:,} of {kept.judged:,}; surely {percent(low)} to {percent(high)}"
    return AGAINST[kept.against], percent(kept.ppm), note if kept.judged else "nobody asked for a day"


def _costs(costs: Sequence[CostOf], currency: str) -> list[tuple[str, str, str]]:
    return [
        (cost.group.replace("_", " "), str(Money(cost.each_minor, currency)), f"{cost.orders:,} orders shipped")
        for cost in costs
    ]


def percent(ppm: int | None) -> str:
    """With one decimal, rounded half up; a dash of nothing."""
    return "-" if ppm is None else share(ppm)
