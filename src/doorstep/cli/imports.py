"""Imports in the terminal: bringing a file, listing what came, taking one back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import DATA, MisusedError, StoppedError
from doorstep.cli.options import Acting, AsJson
from doorstep.cli.output import counting, table
from doorstep.cli.words import many, moment, plainly

if TYPE_CHECKING:
    from doorstep.cli.import_files import Incoming
    from doorstep.cli.output import Part
    from doorstep.flow.imports.look import ImportView
    from doorstep.flow.imports.run import Imported
    from doorstep.flow.imports.values import Kind

KINDS = (
    *("items", "sites", "places", "stock", "customers", "suppliers", "purchase_orders", "orders", "tariffs", "scans"),
)
MOST_SHOWN = 20
LONGEST_CELL = 60

KindOf = Annotated[str, typer.Argument(metavar="KIND", help=f"What the file brings: {', '.join(KINDS)}.")]
FileOf = Annotated[str, typer.Argument(metavar="FILE", help="The table: CSV, a spreadsheet (XLSX) or Parquet.")]


def import_(
    context: typer.Context,
    kind: KindOf,
    file: FileOf,
    map_file: Annotated[
        str,
        typer.Option(
            "--map",
            metavar="MAP",
            help="The map of its columns, in TOML; else the remembered one, else our own names.",
            show_default=False,
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be; record nothing.")] = False,
    bad: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="Where rows that came back are written; else FILE.bad.csv.", show_default=False
        ),
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Stock: book a file that was imported before as a count of today.")
    ] = False,
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Bring a file: good rows go in, the others come back with their reasons. The same file again books nothing."""
    named = _kind(kind)
    if again and named != "stock":
        raise MisusedError("--again is for stock: of everything else the same file again says what is so already.")
    from doorstep.cli.import_files import Incoming
    from doorstep.flow.imports.run import run_import

    with opened(context, acting=acting, as_json=as_json) as desk:
        with _readable():
            source = Incoming(desk, named, file, map_file, bad)
        with ExitStack() as leaving:
            leaving.enter_context(source)
            tick = leaving.enter_context(counting(f"Importing {kind}", source.total, show=not as_json))
            with _readable():
                told = desk.granted(
                    run_import(
                        *(desk.office, desk.who, named, source.rows, source.about),
                        dry_run=dry_run,
                        at_most=MOST_SHOWN,
                        came_back=source.came_back,
                        progress=tick,
                        again=again,
                    )
                )
        remembered = source.remember(desk, told)
        desk.show(_as_told(told, source, remembered=remembered), lambda: _page(told, source, remembered=remembered))
    if told.bad:
        raise typer.Exit(DATA)


def import_undo(
    context: typer.Context,
    import_id: Annotated[str, typer.Argument(metavar="IMPORT", help="The import's number, such as imp_01k...")],
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Take an import back, whole or not at all: only while nothing was built on it."""
    from doorstep.flow.imports.undo import undo_import

    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(undo_import(desk.office, desk.who, import_id))
        what = f"{told.created} created, {told.changed} changed"
        desk.show(told, lambda: f"Import {import_id} of {told.file} ({told.kind}: {what}) is taken back.")


def imports(
    context: typer.Context,
    at_most: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """The imports that recorded anything, newest first."""
    from doorstep.flow.imports.look import imports as list_imports

    with opened(context, as_json=as_json) as desk:
        found = list_imports(desk.office, at_most)
        desk.show(found, lambda: _imports(found, desk.zone()))


def import_map(context: typer.Context, kind: KindOf, file: FileOf) -> None:
    """Print a map to begin with for a file: which of its columns is which field. Write it to a file, and correct it."""
    named = _kind(kind)
    from doorstep.cli.import_files import suggested

    with _readable():
        typer.echo(suggested(named, file), nl=False)


@contextmanager
def _readable() -> Iterator[None]:
    """A file that breaks off, or is no table, stops the verb with a sentence; what was booked of it stays."""
    from doorstep.intake.tables.opened import UnreadableTableError

    try:
        yield
    except UnreadableTableError as wrong:
        raise StoppedError(str(wrong), DATA) from None


def _kind(kind: str) -> Kind:
    plain = kind.lower().replace("-", "_")
    if plain not in KINDS:
        raise MisusedError(f"There is no kind of import {kind!r}; there are {', '.join(KINDS)}.")
    from doorstep.flow.imports.values import Kind

    return Kind(plain)


def _as_told(told: Imported, source: Incoming, *, remembered: bool) -> dict[str, Any]:
    return {
        "import_id": told.import_id,
        "kind": told.kind,
        "file": source.about.file,
        "dry_run": told.dry_run,
        "resumed": told.resumed,
        **{name: getattr(told, name) for name in ("rows", "good", "bad", "created", "changed", "same", "parked")},
        "map": source.map_from,
        "map_remembered": remembered,
        "notes": source.notes,
        "changes": [
            {"line": one.given.line, "id": one.object_id, "note": one.note, "fields": one.differences}
            for one in told.changes
        ],
        "problems": [{"line": one.line, "column": one.column, "says": one.says} for one in told.problems],
        "bad_file": source.bad_file,
        "set_aside": source.set_aside,
    }


def _page(told: Imported, source: Incoming, *, remembered: bool) -> Iterator[Part]:
    columns = ("Kind", "#Rows", "#Good", "#Bad", "#Created", "#Changed", "#Same")
    row = (plainly(told.kind), told.rows, told.good, told.bad, told.created, told.changed, told.same)
    yield table("What would be: nothing is recorded" if told.dry_run else "Imported", *columns, rows=[row])
    if changes := list(_changes(told)):
        yield table("Changes" if len(changes) < MOST_SHOWN else "The first changes", *_CHANGES, rows=changes)
    if told.problems:
        problems = [(one.line, one.column or "-", one.says) for one in told.problems]
        title = "What came back" if told.bad == len(problems) else f"The first {len(problems)} that came back"
        yield table(title, "#Line", "Column", "Why", rows=problems)
    if told.parked:
        yield f"{many(told.parked, 'scan')} parked: doorstep troubles"
    yield from (f"{note}." for note in source.notes)
    if source.map_from == "remembered":
        yield "Read by the map that was remembered for files of this shape."
    if remembered:
        yield "The map is remembered: the next file with these columns needs no --map."
    if told.resumed:
        yield "This import had been cut short: it went on behind the last rows that were booked."
    if source.bad_file:
        yield f"{many(told.bad, 'row')} to be corrected: {source.bad_file}"
    for path in source.set_aside:
        yield f"What stood there before, mended perhaps, is kept: {path}"
    if told.import_id and not told.dry_run:
        yield f"Import {told.import_id}. To take it back: doorstep import-undo {told.import_id}"
    elif not told.dry_run:
        yield (
            "Nothing was recorded: everything that could be read is there already."
            if told.good
            else "Nothing was recorded."
        )


_CHANGES = ("#Line", "What", "Field", "Was", "Is")


def _changes(told: Imported) -> Iterator[tuple[str, ...]]:
    """One row for each field that changes, and for what is to be told of a row."""
    for one in told.changes:
        for found in one.differences:
            yield (str(one.given.line), one.object_id, found.field, _short(found.before), _short(found.after))
        if one.note:
            yield (str(one.given.line), one.object_id, "-", "-", one.note)


def _short(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else f"{cell[: LONGEST_CELL - 3]}..."


def _imports(found: list[ImportView], zone: str) -> Iterator[Part]:
    if not found:
        yield "Nothing was imported yet: doorstep import KIND FILE"
        return
    columns = ("Import", "Kind", "File", "#Good", "#Bad", "#Created", "#Changed", "#Same", "When", "State")
    yield table("Imports", *columns, rows=[_import(one, zone) for one in found])
    yield f"Times are those of {zone}."


def _import(one: ImportView, zone: str) -> tuple[Any, ...]:
    ended = "complete" if one.ended_at else "cut short: start it again"
    state = f"taken back {moment(one.undone_at, zone)}" if one.undone_at else ended
    counts = (one.good, one.bad, one.created, one.changed, one.same)
    return (one.import_id, plainly(one.kind), one.file, *counts, moment(one.made_at, zone), state)
