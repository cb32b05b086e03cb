"""Options that several verbs share, so that they read and behave the same everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

Acting = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="NAME",
        help="Who acts; by default the user of this machine.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Plain JSON for programs, instead of tables for people.")]
Key = Annotated[
    str,
    typer.Option(
        "--key",
        help="Names this request: asked again under the same key it has no second effect, and gives the same answer.",
        show_default=False,
    ),
]
OrderId = Annotated[
    str, typer.Argument(metavar="ORDER", help="The order's number, such as ord_01k...", show_default=False)
]
Serials = Annotated[
    list[str],
    typer.Option("--serial", help="A serial; once for each unit of an item known by serial.", show_default=False),
]
Lot = Annotated[str, typer.Option("--lot", help="The lot, for an item tracked by lot.", show_default=False)]
DAY = ["%Y-%m-%d"]
MINUTE = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"]
