"""Exchange rates in the terminal: loading a file of them, those that hold, an amount in another currency."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import DATA, StoppedError, complain
from doorstep.cli.files import bytes_of
from doorstep.cli.options import DAY, Acting, AsJson
from doorstep.cli.output import table

On = Annotated[datetime | None, typer.Option("--on", formats=DAY, help="On this day; else today.", show_default=False)]


def load(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV of rates; - reads stdin.")],
    source: Annotated[str, typer.Option("--source", help="Who publishes them.", show_default=False)] = "",
    base: Annotated[str, typer.Option("--base", help="What the columns are worth one of.")] = "EUR",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Let dated exchange rates hold. Rows that cannot be read come back with their numbers; then nothing is set."""
    from doorstep.flow.exchange import set_rates
    from doorstep.intake.exchange import read_rates

    try:
        text = bytes_of(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StoppedError(f"{file} is not UTF-8 text.", DATA) from None
    read = read_rates(text, base.upper())
    for problem in read.problems:
        complain(f"Line {problem.place} {problem.says}.")
    if read.problems:
        raise StoppedError(f"{len(read.problems)} lines of {file} cannot be read: nothing was set.", DATA)
    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(set_rates(desk.office, desk.who, read.rates, source or Path(file).stem))
        desk.show(told, lambda: f"{told.rates} rates hold, from {told.first_day} to {told.last_day}.")


def rates(context: typer.Context, on: On = None, as_json: AsJson = False) -> None:
    """The exchange rates that hold on a day, by whom they are told."""
    from doorstep.flow.exchange import rates_on

    with opened(context, as_json=as_json) as desk:
        told = rates_on(desk.office, on.date() if on else None)
        rows = [
            (f"1 {each.base}", f"{_decimal(each.units, each.per)} {each.quote}", each.first_day, each.source)
            for each in told
        ]
        desk.show(told, lambda: table("Exchange rates", "One", "#Is", "From", "Source", rows=rows))


def convert(
    context: typer.Context,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="Such as 12.50.")],
    currency: Annotated[str, typer.Argument(metavar="CURRENCY", help="Its currency: EUR.")],
    to: Annotated[str, typer.Argument(metavar="CURRENCY", help="The currency asked for: USD.")],
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """An amount in another currency, as planning reckons it on a day: rounded once, halves away from zero."""
    from doorstep.flow.exchange import convert as ask
    from doorstep.intake.exchange import read_money

    money = read_money(amount, currency)
    if isinstance(money, str):
        raise StoppedError(money, DATA)
    known = read_money("0", to)
    if isinstance(known, str):
        raise StoppedError(known, DATA)
    with opened(context, as_json=as_json) as desk:
        told = desk.granted(ask(desk.office, money, known.currency, on.date() if on else None))
        desk.show(told, lambda: f"{money} is {told}.")


def _decimal(units: int, per: int) -> str:
    whole, rest = divmod(units, per)
    places = len(str(per)) - 1
    return f"{whole}.{rest:0{places}d}" if places else str(whole)
