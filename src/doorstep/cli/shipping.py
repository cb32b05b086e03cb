"""Shipping: labels, the dock, and what carriers report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import ANSWERS, DATA, StoppedError, complain
from doorstep.cli.files import bytes_of, name_of, write_text
from doorstep.cli.floor import Fulfilment
from doorstep.cli.options import Acting, AsJson, Key
from doorstep.cli.output import table
from doorstep.cli.words import chance, day, many, moment, money, plainly

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.look_parcels import TrackingView
    from doorstep.flow.rates import Rates
    from doorstep.flow.track import ScanTaken
    from doorstep.packing.draw import Drawing

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
    ask: Annotated[bool, typer.Option("--ask", help="Ask the carrier first, and take what it tells.")] = False,
    as_json: AsJson = False,
) -> None:
    """Where a parcel is."""
    from doorstep.flow import look_parcels

    with opened(context, as_json=as_json) as desk:
        if ask:
            from doorstep.flow.ask_track import ask_where

            heard = desk.granted(ask_where(desk.office, carrier_id, tracking_number))
            for said in [heard.why, *(one.reason for one in heard.taken)]:
                if said:
                    complain(f"{carrier_id}: {said}")
        view = desk.granted(look_parcels.tracking(desk.office, carrier_id, tracking_number))
        desk.show(view, lambda: _tracking(view, desk.zone()))


def rates(
    context: typer.Context,
    sscc: Annotated[str, typer.Argument(metavar="SSCC", help="The parcel.")],
    as_json: AsJson = False,
) -> None:
    """What every carrier that is connected asks for a parcel now. Nothing is bought."""
    from doorstep.flow.rates import ask_rates

    with opened(context, as_json=as_json) as desk:
        told = desk.granted(ask_rates(desk.office, sscc))
        desk.show({"partial": told.partial, **asdict(told)}, lambda: _rates(told, desk.zone()))


def draw(
    context: typer.Context,
    sscc: Annotated[str, typer.Argument(metavar="SSCC", help="The parcel.")],
    svg: Annotated[str, typer.Option("--svg", metavar="FILE", help="Where to write the drawing; - for output.")] = "",
    upto: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Show the first N units only.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How a parcel was packed: what lies where, in the order in which it goes in. --svg writes it as a drawing."""
    from doorstep.flow import look_parcels

    with opened(context, as_json=as_json) as desk:
        told = look_parcels.parcel_drawing(desk.office, sscc, upto, legend=True, flat=True)
        drawing = desk.granted(told)
    if svg == "-":
        typer.echo(drawing.svg)
        return
    if svg:
        write_text(svg, drawing.svg)
    desk.show(drawing, lambda: _drawing(sscc, drawing, svg))


def _drawing(sscc: str, drawing: Drawing, file: str) -> Iterator[Part]:
    rows = [(row.counted, row.quantity, row.ref, row.name, row.position) for row in drawing.legend]
    yield table(f"Parcel {sscc}", "Numbers", "#Units", "Item", "What", "Where the first stands", rows=rows)
    across, deep, up = drawing.centre_mm
    where = f"{across} mm from the left, {deep} from the front, {up} up"
    yield f"{chance(drawing.fill_ppm)} of the carton is filled. Centre of gravity: {where}."
    yield f"Drawn in {file}." if file else f"As a drawing: doorstep draw {sscc} --svg parcel.svg"


def _rates(told: Rates, zone: str) -> Iterator[Part]:
    rows = [
        (
            *(one.carrier_id, one.name, money(one.cost_minor, one.currency)),
            day(one.by) if one.by else "-",
            f"said {moment(one.told_at, zone)}" if one.last else "now",
        )
        for one in told.offers
    ]
    if rows:
        about = "PARTIAL: a carrier is missing or shown with its last word" if told.partial else "cheapest first"
        yield table(f"Parcel {told.sscc}, {about}", "Carrier", "Service", "#Asks", "There by", "Told", rows=rows)
    else:
        yield f"No carrier offers anything for parcel {told.sscc}."
    for one in told.missing:
        yield f"Missing: {one.carrier_id or 'all'}: {one.why}."


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
