"""Shipping: labels, the dock, and what carriers report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import ANSWERS, DATA, StoppedError, complain
from doorstep.cli.files import bytes_of, name_of
from doorstep.cli.floor import Fulfilment
from doorstep.cli.options import Acting, AsJson, Key
from doorstep.cli.output import table
from doorstep.cli.words import day, many, moment, plainly

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.look_parcels import TrackingView
    from doorstep.flow.track import ScanTaken

Carrier = Annotated[str, typer.Argument(metavar="CARRIER", help="The carrier's id, such as swift.")]


def label(context: typer.Context, fulfilment_id: Fulfilment, acting: Acting = "", as_json: AsJson = False) -> None:
    """Ask for a label for every parcel of a fulfilment order that has none. The worker or `run-due` buys them."""
    from doorstep.flow.ship import request_labels

    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(request_labels(desk.office, fulfilment_id, desk.who))
        asked = f"{many(len(told.label_ids), 'label')} asked for. The worker buys them, or now: doorstep run-due"
        desk.show(told, lambda: asked if told.label_ids else "Every parcel of it has its label, or one is on its way.")


def hand_over(
    context: typer.Context,
    carrier_id: Carrier,
    ssccs: Annotated[list[str], typer.Argument(metavar="SSCC...", help="The parcels the driver takes.")],
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """The carrier's driver takes parcels at the dock. Good ones go; bad ones stay, each with its reason."""
    from doorstep.flow.hand_over import hand_over as handing
    from doorstep.terms.refusals import first

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = desk.granted(handing(desk.office, desk.who, carrier_id, ssccs, desk.key))
        taken = f"{many(len(told.handed_over), 'parcel')} handed over to {carrier_id}."
        desk.show(told, lambda: "\n  ".join((taken, *told.handed_over)))
    for kept in told.kept:
        complain(kept.refusal.says)
        typer.echo(f"  What to do: {ANSWERS[kept.refusal.why].mend}", err=True)
    if told.kept:
        raise typer.Exit(ANSWERS[first([kept.refusal for kept in told.kept]).why].code)


def scan(
    context: typer.Context,
    carrier_id: Carrier,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Messages of the carrier, one a line; - for standard input.")
    ],
    as_json: AsJson = False,
) -> None:
    """Take messages of a carrier as if it had sent them. What cannot be understood is kept and shown by `troubles`."""
    messages = list(_messages(file))
    from doorstep.flow.track import take_scans

    with opened(context, as_json=as_json) as desk:
        taken = take_scans(desk.office, carrier_id, messages)
        desk.show(taken, lambda: _taken(taken))


def track(
    context: typer.Context,
    carrier_id: Carrier,
    tracking_number: Annotated[str, typer.Argument(metavar="NUMBER", help="The carrier's number on the label.")],
    as_json: AsJson = False,
) -> None:
    """Where a parcel is."""
    from doorstep.flow import look_parcels

    with opened(context, as_json=as_json) as desk:
        view = desk.granted(look_parcels.tracking(desk.office, carrier_id, tracking_number))
        desk.show(view, lambda: _tracking(view, desk.zone()))


def _messages(file: str) -> Iterator[bytes]:
    """The file as one message where it is one JSON value over several lines, else each of its lines."""
    import json

    raw = bytes_of(file).strip()
    if not raw:
        raise StoppedError(f"{name_of(file)}: there is no message in it.", DATA)
    lines = [line for line in raw.splitlines() if line.strip()]
    try:
        json.loads(raw)
    except ValueError:
        yield from lines
    else:
        yield raw


def _taken(taken: Sequence[ScanTaken]) -> Part:
    rows = [(number, one.outcome, one.sscc or "-", one.reason or "-") for number, one in enumerate(taken, 1)]
    return table("Messages", "#No", "Outcome", "Parcel", "Why", rows=rows)


def _tracking(view: TrackingView, zone: str) -> Iterator[Part]:
    said = f"{plainly(view.milestone)}. Parcel {view.tracking_number} with {view.carrier_id}."
    if view.delivered_at is not None:
        yield f"{said} Delivered {moment(view.delivered_at, zone)} ({zone})."
    else:
        yield f"{said} Expected {day(view.eta)}." if view.eta else f"{said} The carrier has not scanned it yet."
    if view.checkpoints:
        rows = [(moment(c.scanned_at, zone), plainly(c.milestone), c.place or "-") for c in view.checkpoints]
        yield table("Checkpoints, latest first", "When", "What", "Where", rows=rows)
        yield f"Times are those of {zone}."
