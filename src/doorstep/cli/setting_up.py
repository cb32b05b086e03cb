"""Setting up: a whole company from one file."""

from __future__ import annotations

from typing import Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.files import name_of, parsed
from doorstep.cli.options import Acting, AsJson
from doorstep.cli.output import progress
from doorstep.cli.words import many


def load(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The company in TOML (see examples/); - for standard input.")
    ],
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Define a company from its file: sites, items, carriers, stock. Loading it again books nothing twice."""
    raw = parsed(file)
    from doorstep.flow.load import load_company
    from doorstep.intake.company import read_company

    with opened(context, acting=acting, as_json=as_json) as desk:
        company = desk.granted(read_company(raw), name_of(file))
        with progress(f"Loading {company.company.name}", show=not as_json):
            done = desk.granted(load_company(desk.office, desk.who, company), name_of(file))
        told = f"{company.company.name} is loaded: {many(len(done), 'step')}. Next: doorstep stock"
        desk.show({"company": company.company.name, "done": done}, lambda: told)
