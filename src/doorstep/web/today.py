"""Today: what will not ship unless somebody does something, then promises, stages and cost."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.access.roles import Permission
from doorstep.flow.look_today import today
from doorstep.terms.refusals import Refusal
from doorstep.web.failures import RefusedError
from doorstep.web.given import Anybody, OrdersSeen, go_to

router = APIRouter()


@router.get("/")
def begin(visit: Anybody) -> Response:
    """The first page of the day."""
    return go_to("/today")


@router.get("/today")
def show_today(visit: OrdersSeen, site: str = "", mine: str = "") -> Response:
    """The state of the house; `mine` shows the risks that wait for one's own department alone."""
    if not visit.company.name:
        return visit.page("nothing_yet.html")
    found = today(visit.office, site)
    if isinstance(found, Refusal):
        raise RefusedError(found)
    departments = {role.department for role in visit.session.account.roles if role.department}
    rows = [row for row in found.risk.rows if not mine or row.department in departments]
    return visit.page(
        "today.html",
        view=found,
        rows=rows,
        mine=bool(mine),
        departments=departments,
        costs_seen=visit.may(Permission.SEE_COSTS),
    )
