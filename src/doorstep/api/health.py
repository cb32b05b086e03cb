"""Whether the process lives, and whether it could take an order."""

from __future__ import annotations

from fastapi import APIRouter

from doorstep.api import problems
from doorstep.api.answers import AliveOut, ReadyOut
from doorstep.api.given import Reading
from doorstep.api.problems import ProblemError
from doorstep.flow import health

router = APIRouter(tags=["health"])


@router.get("/livez")
async def alive() -> AliveOut:
    """The process answers; it needs no database for that."""
    return AliveOut(alive=True)


@router.get("/readyz")
def ready(office: Reading) -> ReadyOut:
    """The tables are there and the database takes a write. A carrier that fails does not make us unready."""
    found = health.probe(office)
    if found.missing_tables:
        says = f"The database lacks {len(found.missing_tables)} tables, {found.missing_tables[0]} among them."
        raise ProblemError(problems.DATABASE_UNFIT, says)
    return ReadyOut.of(found)
