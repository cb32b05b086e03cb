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


@router.get("/levers")
def show_levers(visit: OrdersSeen, site: str = "") -> Response:
    """At one site, or at all of them."""
    view = levers_now(visit.office, site)
    if isinstance(view, Refusal):
        raise RefusedError(view)
    return visit.page("levers.html", view=view, site=site, costs_seen=visit.may(Permission.SEE_COSTS))
