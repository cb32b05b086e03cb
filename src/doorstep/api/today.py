"""Today: what will not ship, whose turn it is; promises, stages, cost."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from doorstep.api.bodies import TodayOf
from doorstep.api.given import Reading
from doorstep.api.problems import granted
from doorstep.api.statuses import or_problem
from doorstep.api.today_answers import TodayOut
from doorstep.flow import look_today

router = APIRouter(tags=["today"])


@router.get("/today", responses=or_problem(422))
def show_today(office: Reading, asked: Annotated[TodayOf, Query()]) -> TodayOut:
    """What will not ship today, why, whose turn it is and until when; then promises, stages and cost."""
    return TodayOut.of(granted(look_today.today(office, asked.site, asked.limit)))
