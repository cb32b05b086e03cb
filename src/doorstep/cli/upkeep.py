"""Upkeep: what is due, what is stuck, whether everything holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import VIOLATED, MisusedError
from doorstep.cli.options import AsJson
from doorstep.cli.output import progress, table
from doorstep.cli.words import many

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from doorstep.cli.output import Part
    from doorstep.flow.troubles import Trouble


def run_due(context: typer.Context, as_json: AsJson = False) -> None:
    """Run what is due now, here: planning, labels, timers. A worker (`doorstep work`) does it all the time."""
    from doorstep.flow.later import run_until_quiet

    with opened(context, as_json=as_json) as desk:
        ran = run_until_quiet(desk.office)
        said = f"{many(ran.done, 'run')} done." if ran.done else "Nothing was due."
        if ran.put_off:
            said += f" {ran.put_off} put off and tried again later. Why: doorstep troubles"
        desk.show(ran, lambda: said)


def troubles(context: typer.Context, as_json: AsJson = False) -> None:
    """What is stuck and needs a person."""
    from doorstep.flow.troubles import troubles as stuck

    with opened(context, as_json=as_json) as desk:
        found = stuck(desk.office)
        desk.show(found, lambda: _troubles(found))


def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Judge every invariant on one look at the database. Exit code 1 where something is not as it must be."""
    from doorstep.storage.invariants import INVARIANTS, check_all

    with opened(context, as_json=as_json) as desk:
        with progress("Checking", show=not as_json):
            found = check_all(desk.office.store)
        about = {number: _first_line(judge.__doc__) for number, judge in INVARIANTS.items()}
        desk.show({"violations": found}, lambda: _checked(found, about))
    if any(found.values()):
        raise typer.Exit(VIOLATED)


def rebuild(
    context: typer.Context,
    compare: Annotated[bool, typer.Option("--compare", help="Build beside the live views and compare.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fold the journal anew beside the live views and compare. Exit code 1 where they differ."""
    if not compare:
        raise MisusedError("Views are rebuilt beside the live ones only: doorstep rebuild --compare")
    from doorstep.storage.schema import differences

    with opened(context, as_json=as_json) as desk:
        with progress("Folding the journal anew", show=not as_json):
            found = differences(desk.office.store)
        told = "\n".join(found) or "Every view is what the journal makes of it."
        desk.show({"differences": found}, lambda: told)
    if found:
        raise typer.Exit(VIOLATED)


def seal(context: typer.Context, as_json: AsJson = False) -> None:
    """Chain what was recorded since the last time to the sealed journal."""
    with opened(context, as_json=as_json) as desk:
        sealed = desk.office.store.seal()
        desk.show({"sealed": sealed}, lambda: f"{many(sealed, 'event')} sealed.")


def _troubles(found: Sequence[Trouble]) -> Part:
    if not found:
        return "Nothing is stuck."
    rows = [(trouble.kind, trouble.object_id, trouble.says, trouble.mend) for trouble in found]
    return table("Stuck", "Kind", "What", "Why", "What to do", rows=rows)


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0].rstrip(".")


def _checked(found: Mapping[int, Sequence[str]], about: Mapping[int, str]) -> Sequence[Part]:
    rows = [(number, about[number], "\n".join(said) or "holds") for number, said in found.items()]
    wrong = sum(len(said) for said in found.values())
    caption = f"{many(wrong, 'violation')}." if wrong else f"All {len(found)} hold."
    return table("Invariants", "#No", "What must hold", "Found", rows=rows), caption
