"""What callers send and are told of papers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from doorstep.api.answers import Instant, Out
from doorstep.intake.orders import Id, Strict
from doorstep.papers.values import PaperKind

Of = Annotated[
    str, Field(min_length=1, max_length=129, pattern=r"^[A-Za-z0-9._:@/-]+$", examples=["006141410000000012"])
]
Form = Literal["pdf", "zpl"]
Dpi = Annotated[int, Field(ge=1, le=10_000, examples=[203])]


class PaperOf(Strict):
    """Which paper to show, of what, in which form."""

    paper: PaperKind
    of: Of
    form: Form = "pdf"
    dpi: Dpi = 203


class PrintIn(PaperOf):
    """Which paper a printer is to print."""

    printer: Id


class AgainIn(Strict):
    """Why a paper is printed again; on the same printer where no other is named."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    printer: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._:@-]*$")] = ""


class FailedIn(Strict):
    """Why a paper did not come out."""

    says: Annotated[str, Field(min_length=1, max_length=200)]


class PrintsOf(Strict):
    """Which prints to list: of one printer, of one thing."""

    printer: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._:@-]*$")] = ""
    of: Annotated[str, Field(max_length=129, pattern=r"^[A-Za-z0-9._:@/-]*$")] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class PrintIdOut(Out):
    """The print's number."""

    print_id: str = Field(examples=["prt_1s0xk5qj9e0q2m7c"])


class PrintOut(Out):
    """A print: queued, taken, printed or failed."""

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
    queued_at: Instant
    since: Instant


class PrintsOut(Out):
    """Prints, newest first."""

    prints: list[PrintOut]


class TakenOut(Out):
    """What a printer is to print: the document in base64, and each letter of it that had to be written otherwise."""

    print: PrintOut | None
    media_type: str
    data: str
    unprintable: list[str]
