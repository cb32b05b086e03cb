"""Printing: papers into files, and the print queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import DATA, StoppedError, complain
from doorstep.cli.files import bytes_of, write_bytes
from doorstep.cli.options import Acting, AsJson, Key, OrderId
from doorstep.cli.output import table
from doorstep.cli.words import moment

if TYPE_CHECKING:
    from doorstep.cli.output import Part
    from doorstep.flow.printing import PrintJob
    from doorstep.papers.faces import Unprintable
    from doorstep.papers.values import PaperKind

_KINDS = "label, carrier_label, packing_slip, pick_list, manifest or bill_of_lading"
Kind = Annotated[str, typer.Argument(metavar="PAPER", help=f"Which: {_KINDS}.")]
Of = Annotated[str, typer.Argument(metavar="OF", help="A parcel, a site, SITE/CARRIER, or a fulfilment order.")]
Form = Annotated[str, typer.Option("--form", help="pdf or zpl.")]
Dpi = Annotated[int, typer.Option("--dpi", help="The label printer's dots to the inch: 203 or 300.")]
PrintId = Annotated[str, typer.Argument(metavar="PRINT", help="The print's number, such as prt_01k...")]
Out = Annotated[str, typer.Option("--out", metavar="FILE", help="Where to write the paper.")]


def _kind(word: str) -> PaperKind:
    from doorstep.papers.values import PaperKind

    try:
        return PaperKind(word.replace("-", "_"))
    except ValueError:
        raise StoppedError(f"There is no paper {word}; there are {_KINDS}.", DATA) from None


def make(
    context: typer.Context, paper: Kind, of: Of, out: Out, form: Form = "pdf", dpi: Dpi = 203, as_json: AsJson = False
) -> None:
    """Write a paper into a file, as it is now; nothing is queued or written down."""
    kind = _kind(paper)
    from doorstep.flow.papers import make_paper

    with opened(context, as_json=as_json) as desk:
        made = desk.granted(make_paper(desk.office, kind, of, form, dpi))
        write_bytes(out, made.content)
        desk.show({"file": out, "media_type": made.media_type}, lambda: f"Written: {out}")
    _tell(made.troubles)


def _tell(troubles: Sequence[Unprintable]) -> None:
    for trouble in troubles:
        complain(f"{trouble}.")


def queue(
    context: typer.Context,
    paper: Kind,
    of: Of,
    printer: Annotated[str, typer.Option("--printer", help="The printer's name.")],
    form: Form = "pdf",
    dpi: Dpi = 203,
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Let a paper wait for a printer. What waits there already is not queued twice."""
    kind = _kind(paper)
    from doorstep.flow.printing import PrintAsk, queue_print

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        print_id = desk.granted(queue_print(desk.office, desk.who, PrintAsk(kind, of, printer, form, dpi), desk.key))
        desk.show({"print_id": print_id}, lambda: f"{print_id} waits for printer {printer}.")


def again(
    context: typer.Context,
    print_id: PrintId,
    reason: Annotated[str, typer.Option("--reason", help="Why it is printed again, such as smudged.")],
    printer: Annotated[str, typer.Option("--printer", help="Another printer.", show_default=False)] = "",
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Print the same paper again, for a reason. No second label is bought."""
    from doorstep.flow.printing import print_again

    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = desk.granted(print_again(desk.office, desk.who, print_id, reason, desk.key, printer))
        desk.show({"print_id": told}, lambda: f"{told} waits to be printed.")


def list_(
    context: typer.Context,
    printer: Annotated[str, typer.Option("--printer", help="Of this printer only.", show_default=False)] = "",
    of: Annotated[str, typer.Option("--of", help="Of this parcel, site or order only.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """Prints, newest first."""
    from doorstep.flow.printing import list_prints

    with opened(context, as_json=as_json) as desk:
        jobs = list_prints(desk.office, printer, of)
        zone = desk.zone()
        desk.show(jobs, lambda: _jobs(jobs, zone))


def _jobs(jobs: Sequence[PrintJob], zone: str) -> Iterator[Part]:
    if not jobs:
        yield "Nothing was printed yet. Begin with: doorstep print queue label SSCC --printer dock-1"
        return
    rows = [
        (job.print_id, job.paper, job.subject, job.printer, job.state, moment(job.since, zone), job.reason or job.says)
        for job in jobs
    ]
    yield table("Prints", "Print", "Paper", "Of", "Printer", "State", "Since", "Why", rows=rows)


def take(
    context: typer.Context,
    printer: Annotated[str, typer.Argument(metavar="PRINTER", help="The printer's name.")],
    out: Out,
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Write what a printer is to print next into a file; then say `print done` or `print failed`."""
    from doorstep.flow.printing import take_print

    with opened(context, acting=acting, as_json=as_json) as desk:
        taken = take_print(desk.office, desk.who, printer)
        if taken is None:
            desk.show({"print_id": None}, lambda: f"Nothing waits for printer {printer}.")
            return
        told = desk.granted(taken)
        write_bytes(out, told.paper.content)
        desk.show({"print_id": told.job.print_id, "file": out}, lambda: f"{told.job.print_id} is in {out}.")
    _tell(told.paper.troubles)


def done(context: typer.Context, print_id: PrintId, acting: Acting = "", as_json: AsJson = False) -> None:
    """Say that a paper came out of the printer."""
    from doorstep.flow.printing import printed

    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(printed(desk.office, desk.who, print_id))
        desk.show(told, lambda: f"{print_id} is printed.")


def failed(
    context: typer.Context,
    print_id: PrintId,
    says: Annotated[str, typer.Argument(metavar="WHY", help="Why it did not come out.")],
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Say that a paper did not come out, and why."""
    from doorstep.flow.printing import failed as failing

    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(failing(desk.office, desk.who, print_id, says))
        desk.show(told, lambda: f"{print_id} failed. Again: doorstep print again {print_id} --reason '{says}'")


def customs(
    context: typer.Context,
    order_id: OrderId,
    goods: Annotated[str, typer.Option("--goods", metavar="FILE", help="CSV: the goods with HS code and origin.")],
    duties: Annotated[str, typer.Option("--duties", metavar="FILE", help="CSV: the rates of duty.")],
    taxes: Annotated[str, typer.Option("--taxes", metavar="FILE", help="CSV: the import taxes.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Where to write the commercial invoice.")],
    cn23: Annotated[str, typer.Option("--cn23", metavar="FILE", help="Where to write the CN 23.")] = "",
    incoterm: Annotated[str, typer.Option("--incoterm", help="EXW, FCA, CPT, CIP, DAP, DPU or DDP.")] = "DAP",
    freight_minor: Annotated[int, typer.Option("--freight", min=0, help="Minor units of the order's currency.")] = 0,
    insurance_minor: Annotated[int, typer.Option("--insurance", min=0, help="The same.")] = 0,
    eori: Annotated[str, typer.Option("--eori", help="The exporter's EORI.", show_default=False)] = "",
    ioss: Annotated[str, typer.Option("--ioss", help="The IOSS number.", show_default=False)] = "",
    vat: Annotated[str, typer.Option("--vat", help="The exporter's VAT number.", show_default=False)] = "",
    rate: Annotated[list[str], typer.Option("--rate", help="1 of the order's currency in another: EUR=0.92")] = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """The commercial invoice and CN 23 of an order that crosses a border, with its landed cost."""
    from doorstep.flow.customs import Trade, customs_papers
    from doorstep.intake.trade import read_duties, read_goods, read_taxes
    from doorstep.papers.customs import Incoterm
    from doorstep.terms.money import Money

    if incoterm not in set(Incoterm):
        raise StoppedError(f"There is no Incoterm {incoterm} here; there are {', '.join(Incoterm)}.", DATA)
    trade = Trade(Incoterm(incoterm), freight_minor, insurance_minor, eori, ioss, vat, rates=dict(map(_rate, rate)))
    with opened(context, as_json=as_json) as desk:
        told = customs_papers(
            desk.office,
            order_id,
            trade,
            desk.granted(read_goods(bytes_of(goods)), goods),
            desk.granted(read_duties(bytes_of(duties)), duties),
            desk.granted(read_taxes(bytes_of(taxes)), taxes),
        )
        papers = desk.granted(told)
        write_bytes(out, papers.invoice.content)
        if cn23:
            write_bytes(cn23, papers.declaration.content)
        landed, currency = papers.landed, desk.currency()
        duty, tax, total = (
            str(Money(minor, currency)) for minor in (landed.duty_minor, landed.tax_minor, landed.total_minor)
        )
        desk.show(landed, lambda: f"Written: {out}. Duty {duty}, import tax {tax}; {total} at the door.")
    _tell(papers.invoice.troubles)


def _rate(said: str) -> tuple[str, int]:
    currency, _, much = said.partition("=")
    try:
        ppm = int(Decimal(much) * 1_000_000)
    except InvalidOperation:
        ppm = 0
    if len(currency) != 3 or ppm <= 0:
        raise StoppedError(f"{said} is no rate: write it as EUR=0.92.", DATA)
    return currency.upper(), ppm
