"""What slow times allow, with reasons: a page of its own, which the page Today shows too."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.access.roles import Permission
from doorstep.flow.levers import levers_now
from doorstep.terms.refusals import Refusal
from doorstep.web.failures import RefusedError
from doorstep.web.given import OrdersSeen

router = APIRouter()
_FEW = 3


@router.get("/levers")
def show_levers(visit: OrdersSeen, site: str = "", brief: str = "") -> Response:
    """At one site, or at all of them; `brief` shows the first few."""
    view = levers_now(visit.office, site)
    if isinstance(view, Refusal):
        raise RefusedError(view)
    shown = view.levers[:_FEW] if brief else view.levers
    return visit.page("levers.html", view=view, site=site, shown=shown, costs_seen=visit.may(Permission.SEE_COSTS))
