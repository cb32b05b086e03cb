"""Goals: what the company wants of its promises and plans, and what in it cannot all hold."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.flow.goals import goals_told, weights_told
from doorstep.intake.goals import per_cent
from doorstep.web.given import CostsSeen

router = APIRouter()


@router.get("/goals")
def show_goals(visit: CostsSeen) -> Response:
    """The goals that hold."""
    told = goals_told(visit.office)
    return visit.page(
        "goals.html",
        told=told,
        currency=visit.company.currency,
        share=lambda ppm: "–" if ppm is None else f"{per_cent(ppm)} %",
        weights=weights_told(told.goals),
    )
