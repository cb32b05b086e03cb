"""The print queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import printing
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes


def paper_queued(body: printing.PaperQueued, entry: Entry, changes: Changes) -> None:
    at = entry.fact.occurred_at
    changes.put(
        tables.print_job,
        print_id=body.print_id,
        paper=body.paper,
        subject=body.subject,
        printer=body.printer,
        form=body.form,
        dpi=body.dpi,
        again_of=body.again_of,
        reason=body.reason,
        state="queued",
        says="",
        queued_at=at,
        since=at,
    )


def _becomes(state: str) -> Callable[[Any, Entry, Changes], None]:
    def fold(body: Any, entry: Entry, changes: Changes) -> None:
        says = getattr(body, "says", "")
        changes.set(tables.print_job, (body.print_id,), state=state, says=says, since=entry.fact.occurred_at)

    return fold


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    printing.PaperQueued: paper_queued,
    printing.PaperTaken: _becomes("taken"),
    printing.PaperPrinted: _becomes("printed"),
    printing.PaperFailed: _becomes("failed"),
}
