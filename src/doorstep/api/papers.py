"""Papers: labels, slips, lists and bills, as documents; and the print queue that printers ask."""

from __future__ import annotations

import base64
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from doorstep.api.given import Changing, Reading
from doorstep.api.paper_shapes import (
    AgainIn,
    FailedIn,
    PaperOf,
    PrintIdOut,
    PrintIn,
    PrintOut,
    PrintsOf,
    PrintsOut,
    TakenOut,
)
from doorstep.api.problems import granted
from doorstep.api.statuses import or_problem
from doorstep.flow import papers, printing
from doorstep.papers.values import PDF, ZPL

router = APIRouter(tags=["papers"])

_NAME = {"min_length": 1, "max_length": 64, "pattern": r"^[A-Za-z0-9._:@-]+$"}
PrintId = Annotated[str, Path(**_NAME, examples=["prt_1s0xk5qj9e0q2m7c"])]
Printer = Annotated[str, Path(**_NAME, examples=["dock-1"])]


@router.get(
    "/papers",
    response_class=Response,
    responses={
        **or_problem(404, 409),
        200: {
            "description": "The paper. `Doorstep-Unprintable` counts letters that no typeface here has.",
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (PDF, ZPL)},
        },
    },
)
def show_paper(office: Reading, asked: Annotated[PaperOf, Query()]) -> Response:
    """A paper as it is now, without printing it: `of` is an SSCC, a site, SITE/CARRIER or a fulfilment order."""
    made = granted(papers.make_paper(office, asked.paper, asked.of, asked.form, asked.dpi))
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in asked.of)
    headers = {
        "Content-Disposition": f'inline; filename="{asked.paper}-{name}.{asked.form}"',
        "Doorstep-Unprintable": str(len(made.troubles)),
    }
    return Response(made.content, media_type=made.media_type, headers=headers)


@router.post("/prints", status_code=201, responses=or_problem(404, 409))
def queue_print(asked: Changing, body: PrintIn) -> PrintIdOut:
    """A paper waits for a printer from now on. What waits already is not queued twice."""
    ask = printing.PrintAsk(body.paper, body.of, body.printer, body.form, body.dpi)
    return PrintIdOut(print_id=granted(printing.queue_print(asked.under_key(body), asked.who, ask, asked.key)))


@router.get("/prints")
def list_prints(office: Reading, asked: Annotated[PrintsOf, Query()]) -> PrintsOut:
    """Prints, newest first."""
    found = printing.list_prints(office, asked.printer, asked.of, asked.limit)
    return PrintsOut(prints=[PrintOut.model_validate(job) for job in found])


@router.get("/prints/{print_id}", responses=or_problem(404))
def show_print(office: Reading, print_id: PrintId) -> PrintOut:
    """One print and what became of it."""
    return PrintOut.model_validate(granted(printing.show_print(office, print_id)))


@router.post("/prints/{print_id}/again", status_code=201, responses=or_problem(404, 409))
def print_again(asked: Changing, print_id: PrintId, body: AgainIn) -> PrintIdOut:
    """The same paper again, for a reason. No second label is bought."""
    office = asked.under_key(body)
    told = printing.print_again(office, asked.who, print_id, body.reason, asked.key, body.printer)
    return PrintIdOut(print_id=granted(told))


@router.post("/printers/{printer}/take", responses=or_problem(404, 409))
def take_print(asked: Changing, printer: Printer) -> TakenOut:
    """What the printer is to print now: what it has in hand, else what waits longest; `print` null where nothing does.

    Its answer is not kept under the key: asked again, the printer gets what it has in hand.
    """
    taken = printing.take_print(asked.office, asked.who, printer)
    told = None if taken is None else granted(taken)
    if told is None:
        return TakenOut(print=None, media_type="", data="", unprintable=[])
    return TakenOut(
        print=PrintOut.model_validate(told.job),
        media_type=told.paper.media_type,
        data=base64.b64encode(told.paper.content).decode(),
        unprintable=[str(trouble) for trouble in told.paper.troubles],
    )


@router.post("/prints/{print_id}/printed", responses=or_problem(404, 409))
def say_printed(asked: Changing, print_id: PrintId) -> PrintIdOut:
    """The paper came out of the printer."""
    told = granted(printing.printed(asked.under_key(answers=str), asked.who, print_id))
    return PrintIdOut(print_id=told.print_id)


@router.post("/prints/{print_id}/failed", responses=or_problem(404, 409))
def say_failed(asked: Changing, print_id: PrintId, body: FailedIn) -> PrintIdOut:
    """The paper did not come out, and why."""
    told = granted(printing.failed(asked.under_key(body, answers=str), asked.who, print_id, body.says))
    return PrintIdOut(print_id=told.print_id)
