"""Where words go: tables to people, JSON to programs, complaints to the error channel."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import typer

from doorstep.terms.refusals import Refusal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    Part = str | Text | Table

WIDTH_WITHOUT_TERMINAL = 140
ID_LETTERS = 14  # a word of so many letters is an id: people copy it
MOST_WHOLE = 24


def console(*, errors: bool = False) -> Console:
    """Rich's console; into a file or pipe it is wide enough that no id is broken."""
    from rich.console import Console

    stream = sys.stderr if errors else sys.stdout
    wide = None if stream.isatty() or "COLUMNS" in os.environ else WIDTH_WITHOUT_TERMINAL
    return Console(file=stream, width=wide, highlight=False, emoji=False)


def put(paper: Console, parts: Part | Iterable[Part]) -> None:
    """Print a page part by part, a table set off by blank lines. Words are never taken for markup, nor broken by us."""
    from rich.table import Table
    from rich.text import Text

    before: Part = ""
    for part in (parts,) if isinstance(parts, str | Text | Table) else parts:
        if (isinstance(before, Table) and not isinstance(part, Text)) or (isinstance(part, Table) and before):
            paper.print()
        before = "" if isinstance(part, Text) else part
        if isinstance(part, str):
            paper.print(part, markup=False, soft_wrap=True)
        else:
            paper.print(part)


def as_data(value: Any) -> Any:
    """A value as JSON holds it; refusals by their code."""
    from doorstep.events.envelope import plain

    if isinstance(value, Refusal):
        return {"refused": value.code, "says": value.says, "concerns": dict(value.concerns)}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_data(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(inner) for inner in value]
    return plain(value)


def say_json(value: Any, *, errors: bool = False) -> None:
    typer.echo(json.dumps(as_data(value), indent=2, ensure_ascii=False), err=errors)


def table(title: str, *columns: str, rows: Sequence[Sequence[Any]]) -> Table:
    """A plain table. A column named with a # in front is set to the right.

    Where it is too wide, sentences and dates are folded: no cell is cut, and an id stays in one piece to be copied.
    """
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    made = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for number, column in enumerate(columns):
        whole = _stays_whole([str(row[number]) for row in rows])
        right = column.startswith("#")
        name = column.removeprefix("#")
        made.add_column(name, justify="right" if right else "left", overflow="fold", no_wrap=whole)
    for row in rows:
        made.add_row(*(escape(str(cell)) for cell in row))
    return made


def _stays_whole(cells: Sequence[str]) -> bool:
    """True for a column of short single words, or with an id in it."""
    single = not any(" " in cell for cell in cells)
    an_id = any(len(word) >= ID_LETTERS for cell in cells for word in cell.split())
    return (single or an_id) and max(map(len, cells), default=0) <= MOST_WHOLE


@contextmanager
def progress(what: str, *, show: bool = True) -> Iterator[None]:
    """A moving bar with the time elapsed, on the error channel and for people only, while the block works."""
    paper = console(errors=True)
    if not (show and paper.is_terminal):
        yield
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(TextColumn(what), BarColumn(), TimeElapsedColumn(), console=paper, transient=True) as bar:
        bar.add_task(what, total=None)
        yield


@contextmanager
def counting(what: str, total: int | None, *, show: bool = True) -> Iterator[Callable[[int], None]]:
    """A bar that is told how many of `total` rows are done, on the error channel and for people only."""
    paper = console(errors=True)
    if not (show and paper.is_terminal):
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=paper, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
