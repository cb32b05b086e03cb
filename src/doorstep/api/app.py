"""The API, put together: routes, who may call them, and one shape for everything that goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import Depends, FastAPI

from doorstep.api import (
    calibration,
    changes,
    chart,
    collection,
    floor,
    frontier,
    goals,
    goods,
    health,
    levers,
    orders,
    pages,
    papers,
    parcels,
    routes,
    today,
)
from doorstep.api.describe import described
from doorstep.api.failures import handle_all
from doorstep.api.given import Keyring, caller, readable
from doorstep.api.settings import Secrets
from doorstep.api.wire import Wire
from doorstep.flow.office import Office, Who

VERSION = "1"
_KEYED = (
    today.router,
    orders.router,
    changes.router,
    goods.router,
    floor.router,
    parcels.router,
    routes.router,
    collection.router,
    papers.router,
    goals.router,
    frontier.router,
    levers.router,
    calibration.router,
    chart.router,
)


class _Api(FastAPI):
    """Describes itself with its problems."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = described(super().openapi())
        return self.openapi_schema


def make_app(
    office: Office | None = None,
    *,
    keys: Mapping[str, Who] | None = None,
    secrets: Secrets | None = None,
    threads: int = 16,
) -> FastAPI:
    """The API on an open office; without one it only describes itself, and everything else is a 503.

    `keys` says who acts with which API key. Without any, nobody needs one, and only requests that name this machine
    itself are answered: serve it on loopback alone. `secrets` are each carrier's, for its signed messages. `threads`
    requests work at once; the office's pool must have a connection for each.
    """

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = threads
        yield

    app = _Api(
        title="Doorstep",
        version=VERSION,
        description="From promise to doorstep: orders, stock, the floor, parcels and what carriers tell about them.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=living,
    )
    app.state.office = office
    app.state.keyring = Keyring(keys or {})
    app.state.secrets = dict(secrets or {})
    for router in _KEYED:
        app.include_router(router, prefix="/v1", dependencies=[Depends(caller), Depends(readable)])
    app.include_router(parcels.carriers_router, prefix="/v1")
    app.include_router(health.router)
    app.include_router(pages.router)
    handle_all(app)
    app.add_middleware(Wire, loopback_only=not keys)
    return app
