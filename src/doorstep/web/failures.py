"""Every way a page can fail, each told on a page that says what to do next."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import TimeoutError as PoolEmptyError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from doorstep.flow.office import NotSetUpError
from doorstep.storage.database_errors import DatabaseUnavailable, DatabaseUnfit
from doorstep.terms.refusals import Refusal, Why
from doorstep.web.given import (
    NotAllowedError,
    NotOursError,
    SignInFirstError,
    TooLargeError,
    Visit,
    sign_in_path,
)
from doorstep.web.templating import render
from doorstep.web.wire import headers_for, request_id_of

RETRY_AFTER_SECONDS = 5
_SECRET = ("t", "sign-in")
_LOG = logging.getLogger("doorstep.web")


class RefusedError(Exception):
    """Flow said no to what a page asked for, and there is nothing else to show."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.says)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Failure:
    """What a page of failure tells: its status, what happened, and what to do."""

    status: int
    title: str
    says: str
    mend: str


_NOT_THERE = Failure(
    404, "There is no such page", "Nothing is at this address.", "Look for it by its number, or go to the first page."
)
_WRONG_METHOD = Failure(
    405, "This cannot be done here", "The address is right, but not for this.", "Go back and use the button there."
)
_NOT_OURS = Failure(
    403,
    "This form cannot be taken",
    "It was not sent from a page of this session: it may be too old, or come from elsewhere. Nothing was changed.",
    "Go back, load the page again, and send it once more.",
)
_TOO_LARGE = Failure(413, "This is too much", "No form of ours is so long. Nothing was changed.", "Shorten it.")
_UNREADABLE = Failure(
    400, "This address cannot be read", "Something in it is not as our pages write it.", "Begin anew on the first page."
)
_BROKEN = "A mistake in the program. It is in the log under the number below; nothing was half done."

# Refusals that mean that what was named is not there; others are things that cannot be asked for like this.
_MISSING = frozenset(
    {
        Why.UNKNOWN_ORDER,
        Why.UNKNOWN_SITE,
        Why.UNKNOWN_PARCEL,
        Why.UNKNOWN_ACCOUNT,
        Why.UNKNOWN_ITEM,
        Why.UNKNOWN_TASK,
        Why.UNKNOWN_LINK,
    }
)


def handle_all(app: FastAPI) -> None:
    """Make the app tell each failure on a page."""
    app.add_exception_handler(SignInFirstError, _sign_in_first)
    app.add_exception_handler(NotAllowedError, _not_allowed)
    app.add_exception_handler(NotOursError, lambda request, _: _told(request, _NOT_OURS))
    app.add_exception_handler(TooLargeError, lambda request, _: _told(request, _TOO_LARGE))
    app.add_exception_handler(RequestValidationError, lambda request, _: _told(request, _UNREADABLE))
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(DatabaseUnavailable, _database_down)
    app.add_exception_handler(PoolEmptyError, _database_down)
    app.add_exception_handler(DatabaseUnfit, _unfit)
    app.add_exception_handler(NotSetUpError, _unfit)
    app.add_exception_handler(Exception, _broken)


def _told(request: Request, failure: Failure) -> Response:
    """The failure on a page, with the frame around it where it is known who looks."""
    visit: Visit | None = getattr(request.state, "visit", None)
    request_id = request_id_of(request.scope) if failure.status >= 500 else ""
    return render(
        request,
        "failure.html",
        session=visit.session if visit else None,
        company=visit.company if visit else None,
        status=failure.status,
        failure=failure,
        request_id=request_id,
    )


def _sign_in_first(request: Request, _: Exception) -> Response:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if "hx-request" in request.headers:  # a part of a page that is open: the whole page goes to sign in
        return Response(status_code=401, headers={"HX-Redirect": sign_in_path("")})
    return RedirectResponse(sign_in_path(asked if request.method == "GET" else ""), 303)


def _path(request: Request) -> str:
    """The path as the log may keep it: whoever reads the log must not come in by a link that stands there."""
    first, slash, _ = request.url.path.removeprefix("/").partition("/")
    return f"/{first}/..." if slash and first in _SECRET else request.url.path


def _not_allowed(request: Request, error: Any) -> Response:
    wrong: NotAllowedError = error
    failure = Failure(
        403,
        "This page is not for you",
        f"To open it you need the permission to {wrong.permission}, which none of your roles has.",
        "Ask whoever manages accounts for another role, or go to the first page.",
    )
    return _told(request, failure)


def _http(request: Request, error: Any) -> Response:
    failure = {404: _NOT_THERE, 405: _WRONG_METHOD}.get(error.status_code, _UNREADABLE)
    return _told(request, failure)


def _refused(request: Request, error: Any) -> Response:
    refusal: Refusal = error.refusal
    if refusal.why in _MISSING:
        mend = "Look for it by another number: its reference, the customer, a tracking number."
        return _told(request, Failure(404, "There is no such thing", refusal.says, mend))
    return _told(request, Failure(409, "This cannot be done", refusal.says, "Go back, and do it another way."))


def _database_down(request: Request, error: Exception) -> Response:
    _LOG.warning("request %s: the database does not answer: %s", request_id_of(request.scope), error)
    failure = Failure(
        503,
        "The database does not answer",
        "Nothing can be read or changed as long as it does not. What was done before is safe.",
        "Wait a moment and load the page again. If it stays like this, tell whoever runs the server.",
    )
    response = _told(request, failure)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _unfit(request: Request, error: Exception) -> Response:
    mend = "Whoever runs the server has to mend this; then load the page again."
    return _told(request, Failure(503, "Doorstep is not ready", str(error), mend))


def _broken(request: Request, error: Exception) -> Response:
    """The log says everything, the page where in the log to look."""
    _LOG.error("request %s: %s %s failed", request_id_of(request.scope), request.method, _path(request), exc_info=error)
    mend = "Load the page again. If it comes back, tell whoever runs the server this number."
    response = _told(request, Failure(500, "Something broke", _BROKEN, mend))
    response.headers.update(headers_for(request.scope))  # sent outside the wire, which puts them on all others
    return response
