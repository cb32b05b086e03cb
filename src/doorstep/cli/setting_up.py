"""Setting up: a whole company from one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import DATA, StoppedError
from doorstep.cli.files import name_of, parsed
from doorstep.cli.options import Acting, AsJson
from doorstep.cli.output import progress
from doorstep.cli.words import many

if TYPE_CHECKING:
    from doorstep.intake.company import CompanyIn


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
    if isinstance(raw, dict) and "lines" in raw and "company" not in raw:
        raise StoppedError(f"{name_of(file)} is an order, not a company: doorstep order place {file}", DATA)
    from doorstep.flow.load import load_company
    from doorstep.intake.company import read_company

    with opened(context, acting=acting, as_json=as_json) as desk:
        company = desk.granted(read_company(raw), name_of(file))
        with progress(f"Loading {company.company.name}", show=not as_json):
            done = desk.granted(load_company(desk.office, desk.who, company), name_of(file))
        told = f"{company.company.name} is loaded: {_holdings(company)}."
        desk.show({"company": company.company.name, "done": done}, lambda: f"{told}\nNext: doorstep stock")


def _holdings(file: CompanyIn) -> str:
    """What the file defines, counted."""
    defined = {
        "site": len(file.sites),
        "item": len(file.items),
        "customer": len(file.customers),
        "carton": len(file.cartons),
        "carrier service": len(file.services),
    }
    units = many(sum(stock.quantity for stock in file.stock), "unit")
    return ", ".join(many(count, name) for name, count in defined.items()) + f"; {units} in stock"
