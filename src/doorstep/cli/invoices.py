"""Carriers' invoices, and claims on carriers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import CANNOT_CREATE, DATA, MisusedError, StoppedError, complain, granted
from doorstep.cli.files import bytes_of, parsed
from doorstep.cli.options import Acting, AsJson, Key
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
    from doorstep.intake.tables.bad_rows import moved_aside

    if path.is_file() and path.read_bytes() == text.encode():
        return path
    try:
        if (before := moved_aside(path)) is not None:  # it may be mended by now
            complain(f"What stood in {path} is kept: {before}.")
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


def claim(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="FOR", help="concealed_damage or loss.")],
    sscc: Annotated[str, typer.Argument(metavar="SSCC", help="The parcel.")],
    amount: Annotated[int, typer.Argument(metavar="AMOUNT", help="What is claimed, in minor units.")],
    says: Annotated[str, typer.Option("--says", help="What happened.", show_default=False)] = "",
    key: Key = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Claim a damage that was found after delivery, or a parcel that the carrier lost."""
    from doorstep.flow.claims import open_claim
    from doorstep.terms.billing import ClaimKind

    if kind not in set(ClaimKind):
        raise MisusedError(f"A claim is for concealed_damage or loss, not for {kind}.")
    with opened(context, acting=acting, key=key, as_json=as_json) as desk:
        told = desk.granted(open_claim(desk.office, desk.who, ClaimKind(kind), sscc, amount, says, desk.key))
        until = f", until {told.file_by}" if told.file_by else ""
        desk.show(told, lambda: f"{told.claim_id} is open: file it with {told.carrier_id}{until}.")


def withdraw(context: typer.Context, claim_id: ClaimId, acting: Acting = "", as_json: AsJson = False) -> None:
    """Give up a claim that the carrier has not answered."""
    from doorstep.flow.claims import withdraw_claim

    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(withdraw_claim(desk.office, desk.who, claim_id))
        desk.show(told, lambda: f"{claim_id} is {told.state}.")


def terms(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="TOML or JSON to set; else they are shown.")] = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Show or set what is agreed with carriers: tolerances, last days of claims, guarantees. One table for each."""
    from doorstep.flow.billing_terms import billing_terms_told, set_billing_terms
    from doorstep.intake.billing import read_billing_terms, written

    raw = parsed(file) if file else None
    with opened(context, acting=acting, as_json=as_json) as desk:
        if raw is not None:
            agreed = desk.granted(read_billing_terms(raw), file)
            desk.granted(set_billing_terms(desk.office, desk.who, agreed))
        held = billing_terms_told(desk.office)
        rows = [
            (
                *(carrier_id or "all others", each.least_minor, each.tolerance_g, each.tolerance_mm),
                each.lost_after_days,
                *(f"{clock.days} after {clock.since}" for _, clock in sorted(each.clocks.items())),
            )
            for carrier_id, each in held.items()
        ]
        heads = ("Carrier", "Claimed from", "Tolerance g", "mm", "Lost after days")
        of_claims = ("Damage by", "Late by", "Loss by", "Overcharge by")
        shown = {carrier_id: each.model_dump(mode="json") for carrier_id, each in written(held).items()}
        desk.show(shown, lambda: table("Terms of carriers' bills", *heads, *of_claims, rows=rows))


def account(
    context: typer.Context,
    carrier: Annotated[str, typer.Option("--carrier", help="Of one carrier alone.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """The freight account by month: accrued when parcels leave, settled when they are billed."""
    from doorstep.flow.freight_account import freight_account

    with opened(context, as_json=as_json) as desk:
        found = freight_account(desk.office, carrier)
        names = ("opened", "accrued", "settled", "released", "open", "billed", "disputed", "paid_back", "cost")
        rows = [
            (each.currency, month.month, *(getattr(month, f"{name}_minor") for name in names))
            for each in found
            for month in each.months
        ]
        heads = [name.replace("_", " ").capitalize() for name in names]
        desk.show(found, lambda: table("Freight, in minor units", "Currency", "Month", *heads, rows=rows))
