"""Goals: what the company wants of its promises and plans, and what in it cannot all hold."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.flow.goals import goals_told
from doorstep.intake.goals import per_cent
from doorstep.web.given import CostsSeen

router = APIRouter()
WEIGHTS = {
    "handling_order_minor": "Handling a fulfilment order",
    "handling_unit_minor": "Handling a unit",
    "split_minor": "Each extra delivery of an order",
    "late_day_minor": "A day late, where its class says nothing",
    "broken_minor": "A promise that is less sure than wanted",
    "waits_minor": "An order that is not sent",
    "departure_minor": "A carrier's call at a site",
    "lying_unit_minor": "A unit that lies too long, sent from there",
}


@router.get("/goals")
def show_goals(visit: CostsSeen) -> Response:
    """The goals that hold."""
    told = goals_told(visit.office)
    return visit.page(
        "goals.html",
        told=told,
        currency=visit.company.currency,
        share=lambda ppm: "–" if ppm is None else f"{per_cent(ppm)} %",
        weights=[(says, getattr(told.goals.weights, name)) for name, says in WEIGHTS.items()],
    )
