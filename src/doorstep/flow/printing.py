"""The print queue: a paper waits, a printer takes it, it comes out or does not. A reprint says why, and buys nothing.

Nothing here asks a carrier for anything: a label is bought once (`flow.ship`), and printed as often as need be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.events.printing import PaperFailed, PaperPrinted, PaperQueued, PaperTaken
from doorstep.flow.office import Office, Scribe, Who
from doorstep.flow.papers import make_paper, make_within
from doorstep.papers.values import Paper, PaperKind
from doorstep.storage.queries import papers
from doorstep.storage.transaction import Transaction
from doorstep.terms.refusals import Refusal, Why

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class PrintAsk:
    """A paper of something, for a printer: `form` is pdf or zpl, `dpi` its dots to the inch."""

    paper: PaperKind
    subject: str
    printer: str
    form: str = "pdf"
    dpi: int = 203


@dataclass(frozen=True, slots=True)
class PrintJob:
    """A print and what became of it: state is queued, taken, printed or failed."""

    print_id: str
    paper: PaperKind
    subject: str
    printer: str
    form: str
    dpi: int
    state: str
    again_of: str
    reason: str
    says: str
    queued_at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class InPrinter:
    """What a printer is to print now: the job and the paper."""

    job: PrintJob
    paper: Paper


def queue_print(office: Office, who: Who, ask: PrintAsk, key: str) -> str | Refusal:
    """A paper waits for a printer from now on; returns the print's id, that of the one that waits already if there is.

    WRONG_STATE where it was printed before: `print_again` asks why.
    """

    def step(tx: Transaction) -> str | Refusal:
        made = make_within(tx, ask.paper, ask.subject, ask.form, ask.dpi)
        if isinstance(made, Refusal):
            return made
        last = papers.last_of(tx, ask.paper, ask.subject)
        if last is not None and last.state in ("queued", "taken") and last.printer == ask.printer:
            return str(last.print_id)
        if last is not None and last.state != "failed" and ask.paper.once:
            says = f"This was sent to printer {last.printer} before, as {last.print_id}: to print it again, say why."
            return Refusal(Why.WRONG_STATE, says, {"print_id": last.print_id, "state": last.state})
        return _queue(office, tx, who, ask)

    return office.store.run(step, answers=str, key=key, request=ask)


def _queue(office: Office, tx: Transaction, who: Who, ask: PrintAsk, again_of: str = "", reason: str = "") -> str:
    print_id = office.ids.new("prt")
    body = PaperQueued(print_id, ask.paper, ask.subject, ask.printer, ask.form, ask.dpi, again_of, reason)
    tx.record(Scribe(who, tx.now)(body))
    return print_id


def print_again(office: Office, who: Who, print_id: str, reason: str, key: str, printer: str = "") -> str | Refusal:
    """The same paper again, on the same printer or another, for a reason that is written down; the new print's id."""

    def step(tx: Transaction) -> str | Refusal:
        row = papers.job(tx, print_id, lock=True)
        if row is None:
            return _unknown(print_id)
        if not reason.strip() or len(reason) > LONGEST_REASON:
            says = f"Say in at most {LONGEST_REASON} letters why it is printed again."
            return Refusal(Why.MALFORMED, says, {"reason": reason[:LONGEST_REASON]})
        if row.state in ("queued", "taken"):
            says = f"Print {print_id} is {row.state} still: it is not printed again before it has come out or failed."
            return Refusal(Why.WRONG_STATE, says, {"print_id": print_id, "state": row.state})
        ask = PrintAsk(PaperKind(row.paper), row.subject, printer or row.printer, row.form, row.dpi)
        return _queue(office, tx, who, ask, again_of=print_id, reason=reason.strip())

    return office.store.run(step, answers=str, key=key, request=[print_id, reason, printer])


def take_print(office: Office, who: Who, printer: str) -> InPrinter | Refusal | None:
    """What the printer is to print now: what it has in hand, else the oldest that waits for it. None: nothing does.

    Asked again before it said how that went, it gets the same once more. A paper that cannot be made any more (its
    parcel was opened, its address erased) fails, and the printer is told the refusal.
    """

    def step(tx: Transaction) -> str | Refusal:
        row = papers.next_for(tx, printer)
        if row is None:
            return ""
        if row.state == "queued":
            tx.record(Scribe(who, tx.now)(PaperTaken(row.print_id)))
        return str(row.print_id)

    print_id = office.store.run(step)
    if isinstance(print_id, Refusal) or not print_id:
        return print_id or None
    with office.store.reading() as tx:
        job = _read(papers.job(tx, print_id))
    made = make_paper(office, job.paper, job.subject, job.form, job.dpi)
    if isinstance(made, Refusal):
        failed(office, who, print_id, made.says)
        return made
    return InPrinter(job, made)


def printed(office: Office, who: Who, print_id: str) -> PrintJob | Refusal:
    """It came out. Said twice, it is written once."""
    return _ended(office, who, print_id, PaperPrinted(print_id), "printed")


def failed(office: Office, who: Who, print_id: str, says: str) -> PrintJob | Refusal:
    """It did not come out, and why. Said twice, it is written once."""
    return _ended(office, who, print_id, PaperFailed(print_id, says[:LONGEST_REASON]), "failed")


def _ended(office: Office, who: Who, print_id: str, body: PaperPrinted | PaperFailed, state: str) -> PrintJob | Refusal:
    def step(tx: Transaction) -> str | Refusal:
        row = papers.job(tx, print_id, lock=True)
        if row is None:
            return _unknown(print_id)
        if row.state == state:
            return print_id
        if row.state != "taken":
            says = f"Print {print_id} is {row.state}: only what a printer has taken comes out or fails."
            return Refusal(Why.WRONG_STATE, says, {"print_id": print_id, "state": row.state})
        tx.record(Scribe(who, tx.now)(body))
        return print_id

    told = office.store.run(step)
    return told if isinstance(told, Refusal) else show_print(office, print_id)


def show_print(office: Office, print_id: str) -> PrintJob | Refusal:
    """One print."""
    with office.store.reading() as tx:
        row = papers.job(tx, print_id)
    return _unknown(print_id) if row is None else _read(row)


def list_prints(office: Office, printer: str = "", subject: str = "", at_most: int = 50) -> tuple[PrintJob, ...]:
    """Prints, newest first, of a printer or of something where that is given."""
    with office.store.reading() as tx:
        return tuple(_read(row) for row in papers.jobs(tx, printer, subject, at_most))


def _unknown(print_id: str) -> Refusal:
    concerns: Mapping[str, str | int] = {"print_id": print_id}
    return Refusal(Why.UNKNOWN_TASK, f"There is no print {print_id}.", concerns)


def _read(row: Any) -> PrintJob:
    return PrintJob(
        print_id=row.print_id,
        paper=PaperKind(row.paper),
        subject=row.subject,
        printer=row.printer,
        form=row.form,
        dpi=row.dpi,
        state=row.state,
        again_of=row.again_of,
        reason=row.reason,
        says=row.says,
        queued_at=row.queued_at,
        since=row.since,
    )
