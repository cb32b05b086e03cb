"""Sites that others run: what they were asked, and their answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import MisusedError
from doorstep.cli.options import Acting, AsJson, Key
from doorstep.cli.output import table
from doorstep.cli.words import moment, short_day

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.nodes import Asked


def asked(
    context: typer.Context,
    site: Annotated[str, typer.Option(metavar="SITE", help="This site only.")] = "",
    as_json: AsJson = False,
) -> None:
    """Which fulfilment orders sites that others run have not answered yet, and until when they have time."""
    from doorstep.flow.nodes import waiting_for_answers

    with opened(context, as_json=as_json) as desk:
        told = waiting_for_answers(desk.office, site)
        desk.show(told, lambda: _asked(told))


def answer(
    context: typer.Context,
    fulfilment_id: Annotated[str, typer.Argument(metavar="FULFILMENT", help="The fulfilment order's id.")],
    yes: Annotated[bool, typer.Option("--yes", help="The site takes it.")] = False,
    no: Annotated[str, typer.Option("--no", metavar="REASON", help="It does not, and why.", show_default=False)] = "",
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Put down whether a site takes a fulfilment order. A no sends it from elsewhere, or promises the order anew."""
    if yes == bool(no):
        raise MisusedError("Say --yes, or --no with the reason.")
    from doorstep.flow import nodes

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        said = (
            nodes.accept(desk.office, desk.who, fulfilment_id, desk.key)
            if yes
            else nodes.decline(desk.office, desk.who, fulfilment_id, no, desk.key)
        )
        told = desk.granted(said)
        before = " already" if told.known else ""
        goes_on = "" if yes else f" Its order {told.order_id} goes from elsewhere, or is promised anew."
        desk.show(told, lambda: f"{fulfilment_id} is {told.state}{before}.{goes_on}")


def _asked(told: Sequence[Asked]) -> Iterator[Part]:
    if not told:
        yield "No answer is waited for."
        return
    columns = ("Fulfilment order", "Order", "Site", "Asked", "Answers by", "Promised by")
    rows = [
        (
            each.fulfilment_id,
            each.order_id,
            each.site_id,
            moment(each.asked_at, each.zone),
            moment(each.answer_by, each.zone),
            short_day(each.agreed_by),
        )
        for each in told
    ]
    yield table("Answers that are waited for", *columns, rows=rows)
    yield "No answer in time is a no. To put one down: doorstep answer FULFILMENT --yes, or --no REASON"
