"""Printing: papers wait for a printer, are taken by it, and come out, or do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step


@dataclass(frozen=True, slots=True)
class PrintEvent(Body):
    """An event of one print."""

    print_id: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("print", self.print_id, "about"),)


@dataclass(frozen=True, slots=True)
class PaperQueued(PrintEvent):
    """A paper is to be printed. `subject` is what it is of: a parcel, site or fulfilment order.

    Of a reprint, `again_of` is the print before and `reason` why there is another. It buys nothing.
    """

    STEP: ClassVar[Step] = Step.LABEL
    paper: str
    subject: str
    printer: str
    form: str
    dpi: int
    again_of: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaperTaken(PrintEvent):
    """A printer has taken the paper to print it."""

    STEP: ClassVar[Step] = Step.LABEL


@dataclass(frozen=True, slots=True)
class PaperPrinted(PrintEvent):
    """The paper came out of the printer."""

    STEP: ClassVar[Step] = Step.LABEL


@dataclass(frozen=True, slots=True)
class PaperFailed(PrintEvent):
    """The paper did not come out; `says` tells why. It can be printed again."""

    STEP: ClassVar[Step] = Step.LABEL
    says: str
