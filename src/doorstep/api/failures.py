"""Every way a request can fail, led to its problem: refusals, unreadable input, outages, mistakes of our own."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import TimeoutError as PoolEmptyError
from starlette.exceptions import HTTPException

from doorstep.api import problems
from doorstep.api.given import KEY_HEADER
from doorstep.api.problems import Fault, Kind, ProblemError, problem_response
from doorstep.api.wire import headers_for, request_id_of
from doorstep.flow.office import NotSetUpError
from doorstep.intake.problems import Problem, malformed
from doorstep.storage.database_errors import DatabaseUnavailable, DatabaseUnfit
from doorstep.terms.refusals import Why

RETRY_AFTER_SECONDS = 5
_LOG = logging.getLogger("doorstep.api")
_BY_STATUS: Mapping[int, Kind] = {kind.status: kind for kind in (problems.NOT_FOUND, problems.WRONG_METHOD)}


def handle_all(app: FastAPI) -> None:
    """Make the app tell each failure as a problem."""
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DatabaseUnavailable, _database_down)
    app.add_exception_handler(PoolEmptyError, _database_down)
    app.add_exception_handler(DatabaseUnfit, _database_unfit)
    app.add_exception_handler(NotSetUpError, _not_set_up)
    app.add_exception_handler(Exception, _broken)


async def _problem(request: Request, error: Any) -> JSONResponse:
    told: ProblemError = error
    return problem_response(
        told.kind, told.says, request_id_of(request.scope), concerns=told.concerns, headers=told.headers
    )


async def _unreadable(request: Request, error: Any) -> JSONResponse:
    request_id = request_id_of(request.scope)
    wrong = error.errors()
    if any(at["type"] == "json_invalid" for at in wrong):
        return problem_response(problems.UNREADABLE_BODY, problems.UNREADABLE_BODY.means, request_id)
    if any(at["loc"] == ("header", KEY_HEADER) for at in wrong):
        says = "Send an Idempotency-Key header: up to 200 visible characters of your choice, new for each new request."
        return problem_response(problems.KEY_MISSING, says, request_id)
    faults = [Fault(place=_place(at["loc"]), says=at["msg"].removeprefix("Value error, ")) for at in wrong]
    refusal = malformed([Problem(fault.place, fault.says) for fault in faults])
    kind = problems.REFUSALS[Why.MALFORMED]
    return problem_response(kind, refusal.says, request_id, concerns=refusal.concerns, errors=faults)


def _place(loc: tuple[str | int, ...]) -> str:
    """Where in the body, such as `lines.0.quantity`; what is not in the body says where it is."""
    inside = ".".join(map(str, loc[1:])) or "(all)"
    return inside if loc[0] == "body" else f"{loc[0]} {inside}"


async def _http(request: Request, error: Any) -> JSONResponse:
    kind = _BY_STATUS.get(error.status_code, problems.BAD_REQUEST)
    if error.detail == "There was an error parsing the body":
        kind = problems.UNREADABLE_BODY
    return problem_response(kind, kind.means, request_id_of(request.scope), headers=error.headers)


async def _database_down(request: Request, error: Exception) -> JSONResponse:
    request_id = request_id_of(request.scope)
    _LOG.warning("request %s: the database does not answer: %s", request_id, error)
    says = str(error) if isinstance(error, DatabaseUnavailable) else "Too many requests wait for the database."
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return problem_response(problems.DATABASE_DOWN, says, request_id, headers=headers)


async def _database_unfit(request: Request, error: Exception) -> JSONResponse:
    return problem_response(problems.DATABASE_UNFIT, str(error), request_id_of(request.scope))


async def _not_set_up(request: Request, error: Exception) -> JSONResponse:
    return problem_response(problems.NOT_SET_UP, str(error), request_id_of(request.scope))


async def _broken(request: Request, error: Exception) -> JSONResponse:
    """The log says everything, the caller learns where in the log to look."""
    request_id = request_id_of(request.scope)
    _LOG.error("request %s: %s %s failed", request_id, request.method, request.url.path, exc_info=error)
    says = f"A mistake in the program, now in the log as request {request_id}. Nothing was half done."
    # This answer is sent outside the wire, which puts the headers on all others.
    return problem_response(problems.BROKEN, says, request_id, headers=headers_for(request.scope))
