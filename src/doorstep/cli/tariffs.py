"""Tariffs in the terminal: a file checked, a parcel quoted by it with every charge, its prices put to work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import DATA, NO_INPUT, UNAVAILABLE, StoppedError, granted
from doorstep.cli.options import DAY, Acting, AsJson
from doorstep.cli.output import console, put, say_json, table
from doorstep.cli.words import many, money

if TYPE_CHECKING:
    from doorstep.carriers.bills import Bill, NoRate
    from doorstep.cli.output import Part
    from doorstep.intake.tariffs.read import TariffIn, TariffsIn
    from doorstep.terms.service import AnyTariff

MOST_SHOWN = 40

FileOf = Annotated[str, typer.Argument(metavar="FILE", help="The tariff file (TOML); its tables lie beside it.")]
NameOf = Annotated[str, typer.Option("--tariff", help="Which one, where the file has several.", show_default=False)]


def check(file: FileOf, as_json: AsJson = False) -> None:
    """Read a tariff file with its tables: what it has, what came back with place and reason. Nothing is recorded."""
    told = _read(file)
    back = _written_back(told)
    if as_json:
        say_json(_data(told, back))
    else:
        put(console(), _page(told, back))
    if told.problems:
        raise typer.Exit(DATA)


def quote(
    file: FileOf,
    weight: Annotated[str, typer.Option(help="With its unit: 12.5 lb, 3 1/4 oz, 900 g.")],
    size: Annotated[str, typer.Option(help="Three outer sides: 12 x 8 1/2 x 4 in.")],
    to: Annotated[str, typer.Option("--to", help="Where to: country and postcode, such as US-60614.")],
    origin: Annotated[str, typer.Option("--from", help="Where from, the same way.")] = "",
    name: NameOf = "",
    on: Annotated[
        datetime | None, typer.Option(formats=DAY, help="The day of shipping; without it what has days is left out.")
    ] = None,
    residential: Annotated[bool, typer.Option("--residential", help="To a home.")] = False,
    account: Annotated[str, typer.Option(help="Whose discounts count.")] = "",
    mark: Annotated[list[str], typer.Option(help="What the tariff asks for by name (a mark, an accessorial).")] = [],  # noqa: B006
    distance: Annotated[str, typer.Option(help="For tariffs by distance: 350 mi.")] = "",
    as_json: AsJson = False,
) -> None:
    """What one parcel (or pallet) costs by a tariff file, charge by charge; a van's route by --distance."""
    found = _bill(
        _chosen(_read(file), name, file),
        *(weight, size, origin, to, on.date() if on else None),
        residential=residential,
        account=account,
        marks=mark,
        distance=distance,
    )
    from doorstep.carriers.bills import NoRate

    if isinstance(found, NoRate):
        raise StoppedError(f"{found.says}.", UNAVAILABLE)
    if as_json:
        told = {
            "tariff_id": found.tariff_id,
            "currency": found.currency,
            "zone": found.zone,
            "billable": found.billable,
        }
        say_json({**told, "charges": list(found.charges), "total_minor": found.total_minor})
        return
    rows = [(each.name, each.basis or "-", money(each.minor, found.currency)) for each in found.charges]
    rows.append(("total", "-", money(found.total_minor, found.currency)))
    zone = f", zone {found.zone}" if found.zone else ""
    put(console(), table(f"{found.tariff_id}{zone}, {found.billable}", "Charge", "Why", "#Amount", rows=rows))


def load(
    context: typer.Context,
    file: FileOf,
    service: Annotated[
        str, typer.Option(help="Whose prices these are, where the file does not say.", show_default=False)
    ] = "",
    name: NameOf = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Put a file's prices to work: its services go by them from now on, and open orders are planned again."""
    told = _read(file)
    from doorstep.flow.tariffs import set_tariffs

    several = [_chosen(told, name, file)] if name or service else list(told.tariffs)
    if nameless := [each.tariff.tariff_id for each in several if not (service or each.service_id)]:
        says = f"{file} does not say which service {nameless[0]} belongs to"
        raise StoppedError(f'{says}: write service = "..." into it, or name one with --service.', DATA)
    wanted = {service or each.service_id: each.tariff for each in several}
    with opened(context, acting=acting, as_json=as_json) as desk:
        done = desk.granted(set_tariffs(desk.office, desk.who, wanted), file)
        back = _written_back(told)
        desk.show({**_data(told, back), "set": done}, lambda: [*_page(told, back), *_set(done)])
    if told.problems:
        raise typer.Exit(DATA)


def _read(file: str) -> TariffsIn:
    from doorstep.intake.tariffs.read import read_tariffs

    try:
        return granted(read_tariffs(Path(file)), file)
    except FileNotFoundError:
        raise StoppedError(f"There is no file {file}.", NO_INPUT) from None
    except OSError as wrong:
        raise StoppedError(f"{file} cannot be read: {wrong.strerror}.", NO_INPUT) from None


def _written_back(told: TariffsIn) -> Sequence[str]:
    """The files that rows which came back were written to."""
    from doorstep.intake.tariffs.came_back import write_back

    try:
        return [str(path) for path in write_back(told.problems, told.tables)]
    except OSError as wrong:
        raise StoppedError(f"Rows that came back cannot be written: {wrong}.", NO_INPUT) from None


def _chosen(told: TariffsIn, name: str, file: str) -> TariffIn:
    found = [each for each in told.tariffs if name in ("", each.tariff.tariff_id)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(each.tariff.tariff_id for each in told.tariffs)
    says = f"there is no tariff {name!r}" if name else "several tariffs stand"
    raise StoppedError(f"In {file} {says}; name one by --tariff: {names}.", DATA)


def _bill(
    told: TariffIn,
    weight: str,
    size: str,
    origin: str,
    to: str,
    on: date | None,
    *,
    residential: bool,
    account: str,
    marks: Sequence[str],
    distance: str,
) -> Bill | NoRate:
    from doorstep.carriers.quote import Asked, quote_one
    from doorstep.terms.measures import LENGTHS, WEIGHTS, of_kind, sides

    try:
        asked = Asked(
            weight=of_kind(weight, WEIGHTS),
            sides=sides(size),
            origin=origin,
            destination=to,
            on=on,
            residential=residential,
            account=account,
            marks=tuple(marks),
            distance=of_kind(distance, LENGTHS) if distance else None,
        )
        return quote_one(told.tariff, asked)
    except ValueError as wrong:
        raise StoppedError(f"This cannot be quoted: {wrong}.", DATA) from None


def _data(told: TariffsIn, back: Sequence[str]) -> dict[str, Any]:
    return {
        "tariffs": [
            {
                "tariff_id": each.tariff.tariff_id,
                "kind": _kind(each.tariff),
                "service": each.service_id,
                "currency": each.tariff.currency,
                "rows": each.rows,
                "notes": list(each.notes),
            }
            for each in told.tariffs
        ],
        "problems": [
            {"file": each.file, "line": each.line, "column": each.column, "cell": each.cell, "says": each.says}
            for each in told.problems
        ],
        "bad_files": list(back),
    }


def _kind(tariff: AnyTariff) -> str:
    return str(getattr(tariff, "kind", "parcel"))


def _page(told: TariffsIn, back: Sequence[str]) -> Iterator[Part]:
    rows = [
        (each.tariff.tariff_id, _kind(each.tariff), each.service_id or "-", each.tariff.currency, each.rows)
        for each in told.tariffs
    ]
    yield table("Tariffs", "Tariff", "Kind", "Service", "Currency", "#Rows", rows=rows)
    notes = [f"{each.tariff.tariff_id}: {note}." for each in told.tariffs for note in each.notes]
    yield from notes[:MOST_SHOWN]
    if told.problems:
        shown = [
            (number, each.file, each.line, each.column or "-", each.cell or "-", each.says)
            for number, each in enumerate(told.problems[:MOST_SHOWN], 1)
        ]
        yield table("What came back", "#No", "File", "#Line", "Column", "Cell", "Why", rows=shown)
        yield f"{many(len(told.problems), 'problem')}: mend the rows and read the file again. The other rows are good."
        for path in back:
            yield f'They stand in {path}: mend them there and name that file as `mended = "{Path(path).name}"`.'


def _set(done: Any) -> Iterator[Part]:
    for service_id, tariff_id in done.changed.items():
        yield f"{service_id} goes by {tariff_id} from now on."
    for service_id in done.same:
        yield f"{service_id} had these prices already."
    for service_id, zones in done.without_transit.items():
        yield f"{service_id}: no transit is known for zone {zones}; nothing is promised there before it is."
