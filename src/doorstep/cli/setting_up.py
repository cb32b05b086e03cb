"""Setting up: a whole company from one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import DATA, NO_INPUT, StoppedError
from doorstep.cli.files import STANDARD_INPUT, name_of, parsed
from doorstep.cli.options import Acting, AsJson
from doorstep.cli.output import progress
from doorstep.cli.words import many

if TYPE_CHECKING:
    from doorstep.intake.company import CompanyIn
    from doorstep.terms.refusals import Refusal


def load(
    context: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="The company in TOML, or its folder (see examples/); - for standard input."
        ),
    ],
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Define a company from its file or folder: sites, items, carriers, stock. Loading again books nothing twice."""
    from doorstep.flow.load import load_company

    found = _company(file)
    with opened(context, acting=acting, as_json=as_json) as desk:
        company = desk.granted(found, name_of(file))
        with progress(f"Loading {company.company.name}", show=not as_json):
            done = desk.granted(load_company(desk.office, desk.who, company), name_of(file))
        told = f"{company.company.name} is loaded: {_holdings(company)}."
        desk.show({"company": company.company.name, "done": done}, lambda: f"{told}\nNext: doorstep stock")


def _company(file: str) -> CompanyIn | Refusal:
    from doorstep.intake.company import read_company
    from doorstep.intake.company_folder import read_company_folder

    if file != STANDARD_INPUT and Path(file).is_dir():
        try:
            return read_company_folder(Path(file))
        except FileNotFoundError as missing:
            says = f"{file} is no company's folder: there is no {Path(str(missing.filename)).name} in it."
            raise StoppedError(says, NO_INPUT) from None
        except (OSError, ValueError) as wrong:
            raise StoppedError(f"{file} cannot be read: {wrong}", DATA) from None
    raw = parsed(file)
    if isinstance(raw, dict) and "lines" in raw and "company" not in raw:
        raise StoppedError(f"{name_of(file)} is an order, not a company: doorstep order place {file}", DATA)
    return read_company(raw)


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
