"""The floor of a site: what is to pick, to pack and to hand over, what must leave first on top."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.flow.look_site import work
from doorstep.terms.refusals import Refusal
from doorstep.web.failures import RefusedError
from doorstep.web.given import FloorSeen, go_to

router = APIRouter()
MOST_SHOWN = 100


@router.get("/sites")
def list_sites(visit: FloorSeen) -> Response:
    """The sites; where there is one alone, its floor."""
    if len(visit.company.sites) == 1:
        return go_to(f"/sites/{visit.company.sites[0].site_id}")
    return visit.page("sites.html")


@router.get("/sites/{site_id}")
def show_floor(visit: FloorSeen, site_id: str) -> Response:
    """What waits on the floor of a site."""
    found = work(visit.office, site_id)
    if isinstance(found, Refusal):
        raise RefusedError(found)
    return visit.page("floor.html", floor=found, most=MOST_SHOWN)
