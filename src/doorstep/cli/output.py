"""Where words go: tables to people, JSON to programs, complaints to the error channel."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def console(*, errors: bool = False) -> Console:
    """Rich's console; into a file or pipe it is wide enough that no id is broken."""
    from rich.console import Console

    stream = sys.stderr if errors else sys.stdout
    wide = None if stream.isatty() or "COLUMNS" in os.environ else WIDTH_WITHOUT_TERMINAL
    return Console(file=stream, width=wide, highlight=False, emoji=False)


def put(paper: Console, parts: Part | Iterable[Part]) -> None:
    """Print a page part by part. Words are never taken for markup, nor broken by us."""
    from rich.table import Table
    from rich.text import Text

    for part in (parts,) if isinstance(parts, str | Text | Table) else parts:
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
    """A plain table. A column named with a # in front is set to the right; long cells are folded, none is cut."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    made = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for column in columns:
        right = column.startswith("#")
        made.add_column(column.removeprefix("#"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(escape(str(cell)) for cell in row))
    return made


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
