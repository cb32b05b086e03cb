"""The pages, put together on an open office."""

from __future__ import annotations

from fastapi import FastAPI

from doorstep.flow.office import Office
from doorstep.web import (
    accounts,
    assets,
    calibration,
    charges,
    chart,
    floor,
    frontier,
    goals,
    help_pages,
    levers,
    orders,
    papers,
    parcels,
    routes,
    sign_in,
    stock,
    today,
    tracking,
)
from doorstep.web.failures import handle_all
from doorstep.web.settings import Reached
from doorstep.web.wire import Wire


def make_pages(office: Office, reached: Reached | None = None) -> FastAPI:
    """The pages on an open office, reached as settings say; by nothing but this machine where they say nothing.

    Whoever is not signed in sees the sign-in page alone, and a customer the page of the link that was sent.
    """
    app = FastAPI(title="Doorstep", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.office = office
    app.state.reached = reached or Reached()
    for room in (
        assets,
        sign_in,
        today,
        orders,
        papers,
        parcels,
        tracking,
        stock,
        floor,
        routes,
        chart,
        calibration,
        goals,
        frontier,
        charges,
        levers,
        accounts,
        help_pages,
    ):
        app.include_router(room.router)
    handle_all(app)
    app.add_middleware(Wire, reached=app.state.reached)
    return app
