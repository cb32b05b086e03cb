"""Troubles and refusals: one sentence what is wrong, where, what to do, and the exit code for it (as in sysexits.h)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import typer

from doorstep.terms.refusals import Refusal, Why

T = TypeVar("T")

VIOLATED = 1  # a check found what must not be
USAGE = 64
DATA = 65
NO_INPUT = 66
UNAVAILABLE = 69
SOFTWARE = 70
CANNOT_CREATE = 73
INPUT_OUTPUT = 74
TRY_LATER = 75
NOT_PERMITTED = 77
CONFIGURATION = 78
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Answer:
    """What the terminal makes of a refusal: its exit code, and what a person can do about it."""

    code: int
    mend: str


ANSWERS: Mapping[Why, Answer] = {
    Why.MALFORMED: Answer(DATA, "Correct what is named and ask again; examples/ has files that can be read."),
    Why.KEY_REUSED: Answer(DATA, "Take another --key for another request."),
    Why.UNKNOWN_CUSTOMER: Answer(DATA, "Correct customer_id, or define the customer in the company file and load it."),
    Why.UNKNOWN_ITEM: Answer(DATA, "Correct item_id, or define the item in the company file and load it."),
    Why.UNKNOWN_SITE: Answer(NO_INPUT, "`doorstep stock` tells the sites with stock, or that no company is set up."),
    Why.UNKNOWN_PLACE: Answer(NO_INPUT, "Name a bin of a site, such as CS/A-01; the company file lists them."),
    Why.UNKNOWN_CURRENCY: Answer(DATA, "Give the currency the company sells in, by its three letters."),
    Why.UNKNOWN_ORDER: Answer(NO_INPUT, "`doorstep order list` tells all orders, `doorstep order show` one's lines."),
    Why.UNKNOWN_TASK: Answer(NO_INPUT, "`doorstep tasks SITE` tells what there is to pick and pack."),
    Why.UNKNOWN_PARCEL: Answer(NO_INPUT, "`doorstep order show ORDER` tells an order's parcels and their numbers."),
    Why.UNKNOWN_CARRIER: Answer(DATA, "`doorstep order show ORDER` tells which carrier takes which parcel."),
    Why.UNKNOWN_INBOUND: Answer(NO_INPUT, "`doorstep stock` tells every inbound and its number."),
    Why.UNKNOWN_IMPORT: Answer(NO_INPUT, "`doorstep imports` tells every import and its number."),
    Why.UNKNOWN_LINK: Answer(NO_INPUT, "Make another one: `doorstep tracking-link ORDER`."),
    Why.UNKNOWN_ACCOUNT: Answer(NO_INPUT, "`doorstep account list` tells every account."),
    Why.ALREADY_THERE: Answer(CANNOT_CREATE, "It is there already: choose another name, or leave it."),
    Why.BAD_QUANTITY: Answer(DATA, "Give a whole number of units that can be meant."),
    Why.BAD_ADDRESS: Answer(DATA, "Correct the address: country by two letters, a postcode of that country, a street."),
    Why.BAD_SERIAL: Answer(DATA, "Name every unit once, each with --serial, as it stands on the goods."),
    Why.DATE_PAST: Answer(DATA, "Ask for a day that is still to come."),
    Why.MAY_NOT_SHIP: Answer(NOT_PERMITTED, "None of our services may take it: do as the rule says, or leave it out."),
    Why.DOES_NOT_FIT: Answer(UNAVAILABLE, "Define a larger carton, mark the item own_container, or correct its size."),
    Why.NO_SERVICE: Answer(UNAVAILABLE, "Define a carrier service that goes there, or send it elsewhere."),
    Why.OUT_OF_STOCK: Answer(TRY_LATER, "Receive or expect stock, order less, or let it wait (terms.backorder)."),
    Why.DATE_OUT_OF_REACH: Answer(UNAVAILABLE, "Ask for a later day; `doorstep quote FILE` tells which can be had."),
    Why.CUT_OFF_PASSED: Answer(TRY_LATER, "It goes with the next departure: ask again for that day."),
    Why.ON_HOLD: Answer(TRY_LATER, "Set the goods aside; `doorstep order resume ORDER` lets it go on."),
    Why.WRONG_STATE: Answer(UNAVAILABLE, "`doorstep order show ORDER` tells how far it is and what comes next."),
    Why.TOO_LATE: Answer(UNAVAILABLE, "What left cannot be called back: do as the sentence above says."),
    Why.APPROVAL_NEEDED: Answer(UNAVAILABLE, "Ask, then name who said yes with --approved-by."),
    Why.CANNOT_BE_UNDONE: Answer(UNAVAILABLE, "Take back first what was built on it, or import corrected rows."),
    Why.CARRIER_REFUSED: Answer(UNAVAILABLE, "`doorstep troubles` has the carrier's own words: mend what it names."),
    Why.WRONG_PASSWORD: Answer(NOT_PERMITTED, "Give login and password as they were set; an admin sets a new one."),
    Why.TOO_MANY_TRIES: Answer(TRY_LATER, "Wait until the time it names."),
}


# Between the problems that `intake` numbers in one sentence.
_NUMBERED = re.compile(r"[:;] (?=\d+\. )")


class Refused(Exception):  # noqa: N818  (a no is not an error)
    """A refusal on its way out of a verb. `where` is the file it came from, if any."""

    def __init__(self, refusal: Refusal, where: str = "", *, as_json: bool = False) -> None:
        super().__init__(refusal.says)
        self.refusal = refusal
        self.where = where
        self.as_json = as_json


def granted(told: T | Refusal, where: str = "", *, as_json: bool = False) -> T:
    """The answer; Refused where it is a no."""
    if isinstance(told, Refusal):
        raise Refused(told, where, as_json=as_json)
    return told


class StoppedError(Exception):
    """Something outside stands in the way: a file that cannot be read, a port that is taken. Carries its exit code."""

    def __init__(self, says: str, code: int) -> None:
        super().__init__(says)
        self.code = code


class MisusedError(Exception):
    """The words of a command do not go together; the message says which."""


def complain(says: str) -> None:
    typer.echo(f"doorstep: {says}", err=True)


def tell(wrong: Exception) -> int:
    """Say on the error channel what is wrong; returns the exit code."""
    if isinstance(wrong, Refused):
        return _tell_refusal(wrong)
    code, says = _explained(wrong)
    complain(" ".join(line.strip() for line in says.splitlines()))
    for note in getattr(wrong, "__notes__", ()):
        typer.echo(f"  {note}", err=True)
    return code


def _tell_refusal(refused: Refused) -> int:
    refusal, answer = refused.refusal, ANSWERS[refused.refusal.why]
    if refused.as_json:
        from doorstep.cli.output import say_json

        say_json(refusal, errors=True)
        return answer.code
    before = f"{refused.where}: " if refused.where else ""
    says, *problems = _NUMBERED.split(refusal.says) if refusal.why is Why.MALFORMED else (refusal.says,)
    complain(before + says)
    for problem in problems:
        typer.echo(f"  {problem}", err=True)
    concerned = ", ".join(f"{_in_words(name)} {value}" for name, value in refusal.concerns.items() if str(value))
    if concerned and not problems:
        typer.echo(f"  Where: {concerned}", err=True)
    typer.echo(f"  What to do: {answer.mend}", err=True)
    return answer.code


def _in_words(name: str) -> str:
    """`fulfilment_id` is a fulfilment to people."""
    return name.removesuffix("_id").replace("_", " ")


def _explained(wrong: Exception) -> tuple[int, str]:
    if isinstance(wrong, StoppedError):
        return wrong.code, str(wrong)
    if isinstance(wrong, MisusedError):
        return USAGE, str(wrong)
    if isinstance(wrong, OSError):
        about = f"{wrong.filename}: " if wrong.filename else ""
        return INPUT_OUTPUT, f"{about}{wrong.strerror or wrong}."
    # The rest comes from rooms that were loaded before they could raise it: importing them costs nothing now.
    from doorstep.storage.database_errors import DatabaseUnavailable, DatabaseUnfit

    if isinstance(wrong, DatabaseUnavailable):
        return UNAVAILABLE, str(wrong)
    if isinstance(wrong, DatabaseUnfit):
        return CONFIGURATION, str(wrong)
    return _explained_by_name(wrong)


def _explained_by_name(wrong: Exception) -> tuple[int, str]:
    from sqlalchemy.exc import OperationalError

    from doorstep.flow.office import NotSetUpError
    from doorstep.links.ends import BadSettingError

    if isinstance(wrong, NotSetUpError | BadSettingError):
        return CONFIGURATION, str(wrong)
    if isinstance(wrong, OperationalError):
        return UNAVAILABLE, "The database stopped answering. Start it again and ask once more."
    says = (
        f"This should not have happened: {type(wrong).__name__}: {wrong}. What was asked was done "
        "whole or not at all: look before you ask again. `doorstep --trace VERB` shows its origin; report that."
    )
    return SOFTWARE, says
