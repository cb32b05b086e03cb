"""Help: what each page tells, the keys that work everywhere, and the words the pages use."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from doorstep.web.given import Anybody

router = APIRouter()


@router.get("/help")
def show_help(visit: Anybody) -> Response:
    return visit.page("help.html")
