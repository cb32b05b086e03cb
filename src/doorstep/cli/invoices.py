"""Carriers' invoices, and claims on carriers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import CANNOT_CREATE, DATA, StoppedError, complain, granted
from doorstep.cli.files import bytes_of, parsed
from doorstep.cli.options import Acting, AsJson
from doorstep.cli.output import table

if TYPE_CHECKING:
    from doorstep.intake.invoice_values import ReadInvoice

ClaimId = Annotated[str, typer.Argument(metavar="CLAIM", help="The claim's number, such as clm_01k...")]


def take(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="X12 210, or with --map a CSV table; - reads stdin.")],
    carrier: Annotated[str, typer.Option("--carrier", help="The carrier that bills.")],
    map_file: Annotated[str, typer.Option("--map", help="How the table is read (TOML).", show_default=False)] = "",
    number: Annotated[str, typer.Option("--number", help="A table's invoice number.", show_default=False)] = "",
    billed: Annotated[datetime | None, typer.Option("--billed", formats=["%Y-%m-%d"], help="A table's day.")] = None,
    bad: Annotated[str, typer.Option("--bad", help="Where lines that came back are written.", show_default=False)] = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Audit a carrier's invoice and open claims. Lines that were taken before book nothing; those that come back are
    written beside the file: mended and taken under the same number they complete it."""
    from doorstep.flow.invoices import take_invoice

    if map_file and not (number and billed):
        raise StoppedError("A table does not say which invoice it is: add --number and --billed.", DATA)
    try:
        text = bytes_of(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StoppedError(f"{file} is not UTF-8 text.", DATA) from None
    with opened(context, acting=acting, as_json=as_json) as desk:
        read, wrong, left = _read(text, carrier, desk.currency(), map_file, number, billed)
        told = [
            desk.granted(take_invoice(desk.office, desk.who, each.invoice, unread=len(each.problems)))
            for each in read
            if each.invoice.lines or each.problems
        ]
        wrong += [
            f"Invoice {each.number} says that {each.missing_minor} minor units more are due than its lines bill."
            for each in told
            if each.missing_minor
        ]
        rows = [
            (each.number, each.billed_minor, each.expected_minor, each.disputed_minor, len(each.claim_ids), each.before)
            for each in told
        ]
        heads = ("Invoice", "Billed", "Expected", "Disputed", "Claims", "Taken before")
        desk.show(told, lambda: table("Invoices, in minor units", *heads, rows=rows))
    for problem in wrong:
        complain(problem)
    if left:
        complain(f"What came back is in {_keep_bad(file, bad, left)}: mend it and take it under the same number.")
    if wrong:
        raise typer.Exit(DATA)


def _keep_bad(file: str, bad: str, text: str) -> Path:
    path = Path(bad) if bad else Path(file).with_name(f"{Path(file).stem.removesuffix('.bad')}.bad{Path(file).suffix}")
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as problem:
        raise StoppedError(f"{path} cannot be written: {problem.strerror}.", CANNOT_CREATE) from problem
    return path


def _read(
    text: str, carrier: str, currency: str, map_file: str, number: str, billed: datetime | None
) -> tuple[tuple[ReadInvoice, ...], list[str], str]:
    """What could be read, a sentence about each line that could not, and the file of these."""
    from doorstep.carriers.invoice import Invoice
    from doorstep.intake.invoices import read_map, read_table
    from doorstep.intake.invoices_210 import read_210

    if map_file and billed:
        told = granted(read_map(parsed(map_file)), map_file)
        table_read = read_table(text, told, Invoice(carrier, number, billed.date(), currency, ()))
        return (table_read,), [f"Line {each.place} {each.says}." for each in table_read.problems], table_read.bad
    read, problems, left = read_210(text, carrier, currency)
    of_lines = [problem for each in read for problem in each.problems]
    return read, [f"Line {problem.place} {problem.says}." for problem in (*problems, *of_lines)], left


def claims(
    context: typer.Context,
    state: Annotated[str, typer.Option("--state", help="open, filed, paid, refused or expired.")] = "",
    as_json: AsJson = False,
) -> None:
    """Claims on carriers, those first that must be filed first."""
    from doorstep.flow.claims import list_claims

    with opened(context, as_json=as_json) as desk:
        found = list_claims(desk.office, state)
        rows = [
            (each.claim_id, each.carrier_id, each.kind, each.claimed_minor, each.currency, each.file_by, each.state)
            for each in found
        ]
        heads = ("Claim", "Carrier", "For", "Claimed", "Currency", "File by", "State")
        desk.show(found, lambda: table("Claims, in minor units", *heads, rows=rows))


def file(context: typer.Context, claim_id: ClaimId, acting: Acting = "", as_json: AsJson = False) -> None:
    """Say that a claim was told to the carrier."""
    from doorstep.flow.claims import file_claim

    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(file_claim(desk.office, desk.who, claim_id, desk.office.store.clock.now().date()))
        desk.show(told, lambda: f"{claim_id} is filed with {told.carrier_id}.")


def settle(
    context: typer.Context,
    claim_id: ClaimId,
    paid: Annotated[int, typer.Argument(metavar="PAID", help="What the carrier pays, in minor units; 0: it refuses.")],
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Say what the carrier answered to a filed claim."""
    from doorstep.flow.claims import settle_claim

    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(settle_claim(desk.office, desk.who, claim_id, paid))
        desk.show(told, lambda: f"{claim_id} is {told.state}: {told.paid_minor} of {told.claimed_minor}.")
