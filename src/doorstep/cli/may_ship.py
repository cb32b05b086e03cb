"""May it ship, in the terminal: asking beforehand, the lists that hold, reviews of names like their entries."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from doorstep.cli.desk import opened
from doorstep.cli.failures import DATA, StoppedError, complain
from doorstep.cli.files import STANDARD_INPUT, bytes_of
from doorstep.cli.options import DAY, Acting, AsJson
from doorstep.cli.output import console, put, say_json, table

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's number.")]
Entry = Annotated[str, typer.Argument(metavar="LIST/ENTRY", help="The entry, as the refusal names it: sdn/1234.")]
Because = Annotated[str, typer.Option("--because", help="Why, for whoever reads it later.")]


def check(
    context: typer.Context,
    items: Annotated[list[str], typer.Argument(metavar="ITEM...", help="The items that go together.")],
    to: Annotated[str, typer.Option("--to", help="Country and head of the postcode, such as US-606.")],
    customer: Annotated[str, typer.Option("--customer", help="Who gets it.", show_default=False)] = "",
    name: Annotated[str, typer.Option("--name", help="The name on the parcel.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """Ask of every service whether it may take these items, and why not; with which marks and papers."""
    from doorstep.flow.rules import ask

    with opened(context, as_json=as_json) as desk:
        told = desk.granted(ask(desk.office, items, to, customer, name))
        rows = [
            (each.service_id, "no", f"{no.says}. {no.do}", f"{no.rule}: {no.source}")
            for each in told
            for no in each.forbidden
        ]
        rows += [
            (each.service_id, "yes", "; ".join((*each.marks, *each.papers)) or "no marks", "")
            for each in told
            if not each.forbidden
        ]
        heads = ("Service", "May it", "Why, or marks and papers", "Rule")
        desk.show(told, lambda: table(f"May it ship to {to}", *heads, rows=sorted(rows)))


def load(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV of bans or of denied parties; - reads stdin.")],
    source: Annotated[str, typer.Option("--source", help="Who publishes it.")],
    dated: Annotated[datetime, typer.Option("--dated", formats=DAY, help="As of which day.")],
    list_id: Annotated[str, typer.Option("--list", help="Its name; by default the file's.", show_default=False)] = "",
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Let a list hold, in place of the one of its name. Rows that cannot be read come back; then nothing is set."""
    from doorstep.flow.rules import set_list
    from doorstep.intake.rules import read_rules

    name = list_id or (Path(file).stem if file != STANDARD_INPUT else "")
    if not name or "/" in name:
        raise StoppedError("Say how the list is called, without a /: --list NAME.", DATA)
    try:
        text = bytes_of(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StoppedError(f"{file} is not UTF-8 text.", DATA) from None
    read = read_rules(text, name, source, dated.date())
    for problem in read.problems:
        complain(f"Line {problem.place} {problem.says}.")
    if read.problems:
        raise StoppedError(f"{len(read.problems)} lines of {file} cannot be read: nothing was set.", DATA)
    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(set_list(desk.office, desk.who, read.rules))
        desk.show(told, lambda: f"{told.list_id} holds: {told.bans} bans, {told.parties} denied parties.")


def lists(context: typer.Context, as_json: AsJson = False) -> None:
    """The lists that hold."""
    from doorstep.flow.rules import lists as look

    with opened(context, as_json=as_json) as desk:
        told = look(desk.office)
        rows = [(each.list_id, each.source, each.dated, each.bans, each.parties) for each in told]
        desk.show(told, lambda: table("Lists", "List", "Source", "As of", "#Bans", "#Parties", rows=rows))


def drop(
    context: typer.Context,
    list_id: Annotated[str, typer.Argument(metavar="LIST", help="Its name.")],
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Ask a list no longer."""
    from doorstep.flow.rules import drop_list

    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(drop_list(desk.office, desk.who, list_id))
        desk.show({"list_id": told}, lambda: f"{told} is no longer asked.")


def screen(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="The names of one consignee.")],
    as_json: AsJson = False,
) -> None:
    """The entries of lists that a name looks like, how much, and which words were taken for which."""
    from doorstep.flow.rules import screen as look

    with opened(context, as_json=as_json) as desk:
        told = look(desk.office, names)
        rows = [
            (each.ref, each.listed, f"{each.alike_ppm // 10_000} %", ", ".join(f"{a} = {b}" for a, b in each.pairs))
            for each in told
        ]
        desk.show(told, lambda: table("Looks like", "Entry", "Listed as", "#Alike", "Words", rows=rows))


def clear(
    context: typer.Context,
    customer: Customer,
    entry: Entry,
    because: Because,
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Say that a customer is not the entry that its name looks like: its orders may ship."""
    _review(context, customer, entry, because, acting, as_json, cleared=True)


def confirm(
    context: typer.Context,
    customer: Customer,
    entry: Entry,
    because: Because,
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """Say that a customer is the entry, or take a clearing back: nothing ships to it."""
    _review(context, customer, entry, because, acting, as_json, cleared=False)


def _review(
    context: typer.Context, customer: str, entry: str, because: str, acting: str, as_json: bool, *, cleared: bool
) -> None:
    from doorstep.flow.rules import review

    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(review(desk.office, desk.who, customer, entry, cleared=cleared, because=because))
        found = f"is not {entry}: its orders may ship" if cleared else f"is {entry}: nothing ships to it"
        desk.show(told, lambda: f"{customer} {found}.")


def reviews(
    context: typer.Context,
    customer: Annotated[str, typer.Option("--customer", help="Of this customer alone.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """What people found of customers that look like entries of lists."""
    from doorstep.flow.rules import reviews as look

    with opened(context, as_json=as_json) as desk:
        found = look(desk.office, customer)
        rows = [
            (each.customer_id, f"{each.list_id}/{each.entry_id}", each.cleared, each.because, each.reviewed_by)
            for each in found
        ]
        desk.show(found, lambda: table("Reviews", "Customer", "Entry", "Cleared", "Because", "By", rows=rows))


def threshold(
    context: typer.Context,
    percent: Annotated[int, typer.Argument(metavar="PERCENT", min=50, max=100, help="50 to 100.")],
    acting: Acting = "",
    as_json: AsJson = False,
) -> None:
    """How alike a name must be to an entry to stop a parcel, in per cent."""
    from doorstep.flow.rules import set_threshold

    with opened(context, acting=acting, as_json=as_json) as desk:
        told = desk.granted(set_threshold(desk.office, desk.who, percent * 10_000))
        desk.show(told, lambda: f"Names stop a parcel from {percent} % likeness on.")


def rules(as_json: AsJson = False) -> None:
    """The rules that hold for everyone, with their sources; and the figures they go by, with where those were read."""
    from doorstep.flow.rules import LIMITS, rules_told

    told = rules_told()
    if as_json:
        say_json({"rules": told, "limits": LIMITS})
        return
    put(console(), table("Rules", "Rule", "Source", "What to do", rows=[(r.rule, r.source, r.do) for r in told]))
    rows = [(f"{x.value} {x.unit}", x.of, x.source, f"{x.read_in} ({x.read_on})") for x in LIMITS]
    put(console(), table("Figures", "#At most", "Of", "Source", "Read in", rows=rows))
