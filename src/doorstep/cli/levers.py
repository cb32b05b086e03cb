"""What slow times allow: fewer departures, sending together, counting and ordering earlier."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.options import AsJson
from doorstep.cli.output import table
from doorstep.cli.words import money

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.levers import LeversView


def levers(
    context: typer.Context,
    site: Annotated[str, typer.Option(metavar="SITE", help="One site; all where none is named.")] = "",
    as_json: AsJson = False,
) -> None:
    """What a quiet day allows, each with its reason and what it saves. Nothing is done by it."""
    from doorstep.flow.levers import levers_now

    with opened(context, as_json=as_json) as desk:
        view = desk.granted(levers_now(desk.office, site))
        desk.show(view, lambda: _page(view))


def _page(view: LeversView) -> Iterator[Part]:
    rows = [
        (
            day.site_id,
            f"{day.day:%a} {day.day.day} {day.day:%b}",
            f"{day.planned:,}",
            f"{day.usual:,}",
            f"{day.could:,}" if day.could else "any number",
            "yes" if day.quiet else "no" if day.could else "-",
        )
        for day in view.days
    ]
    yield table("The next days", "Site", "Day", "#Planned", "#Usual", "#Could leave", "Quiet", rows=rows)
    if not view.levers:
        yield "There is nothing to pull: no day is quiet, and nothing lies too long or runs out."
        return
    yield "What can be done:"
    for number, lever in enumerate(view.levers, 1):
        at = f"{lever.site_id}, {lever.on:%A}: " if lever.on else f"{lever.site_id}: " if lever.site_id else ""
        saves = f" It saves {money(lever.saves_minor, view.currency)}." if lever.saves_minor else ""
        yield f"  {number}. {at}{lever.says}.{saves}"
        yield f"     {lever.because}."
