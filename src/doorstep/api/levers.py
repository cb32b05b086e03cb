"""Levers for slow times: what a quiet day allows."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from doorstep.api.answers import MoneyOut, Out, Ppm, money
from doorstep.api.given import Reading
from doorstep.api.problems import granted
from doorstep.api.statuses import or_problem
from doorstep.flow.levers import LeversView, levers_now

router = APIRouter(tags=["levers"])


class SiteDayOut(Out):
    """What a site has to send on a working day by now, what is usual on such a day, and what could leave (0: any
    number). `share_ppm` is the larger of the first two of the third, null without one.
    """

    site_id: str
    day: date
    planned: int
    usual: int
    could: int
    share_ppm: Ppm | None
    quiet: bool


class LeverOut(Out):
    """One thing that can be done, why, and what it saves; null where that is not known in money."""

    kind: str
    site_id: str
    on: date | None
    says: str
    because: str
    saves: MoneyOut | None


class LeversOut(Out):
    """The days looked at, and what can be done. Nothing of it is done by asking."""

    days: list[SiteDayOut]
    levers: list[LeverOut]

    @classmethod
    def of(cls, view: LeversView) -> LeversOut:
        return cls(
            days=[SiteDayOut.model_validate(day) for day in view.days],
            levers=[
                LeverOut(
                    kind=lever.kind.value,
                    site_id=lever.site_id,
                    on=lever.on,
                    says=lever.says,
                    because=lever.because,
                    saves=None if lever.saves_minor is None else money(lever.saves_minor, view.currency),
                )
                for lever in view.levers
            ],
        )


@router.get("/levers", responses=or_problem(422))
def show_levers(office: Reading, site: Annotated[str, Query(max_length=64, pattern=r"^[^\x00]*$")] = "") -> LeversOut:
    """What slow times allow: fewer departures, sending together, counting and ordering earlier, what lies too long."""
    return LeversOut.of(granted(levers_now(office, site)))
