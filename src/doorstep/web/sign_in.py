"""Signing in and out, and how bright the pages are."""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from doorstep.flow.accounts import any_account
from doorstep.flow.sign_in import (
    SESSION_LASTS,
    LinkFor,
    SignedIn,
    link_for,
    session_of,
    sign_in,
    sign_in_by_link,
    sign_out,
)
from doorstep.terms.refusals import Refusal, Why
from doorstep.web.given import (
    Form,
    FormSent,
    NotOursError,
    address_of_caller,
    form_sent,
    go_to,
    local,
    office_of,
    reached_of,
    session_cookie,
    token_of,
)
from doorstep.web.templating import THEME_COOKIE, THEMES, render

router = APIRouter()
_YEAR_SECONDS = 365 * 24 * 3600
_FORM_SECONDS = 3600
_TOKEN_BYTES = 24


def _form_cookie(request: Request) -> str:
    """The cookie that a sign-in form must fit: nobody is signed in yet whose session could."""
    return "__Host-doorstep_form" if reached_of(request).secure else "doorstep_form"


def _anonymous(request: Request, form: Annotated[Form, Depends(form_sent)]) -> Form:
    """The form, from a sign-in page that this browser was shown."""
    shown = request.cookies.get(_form_cookie(request), "")
    if not shown or not hmac.compare_digest(shown.encode(), form.one("csrf").encode()):
        raise NotOursError
    return form


AnonymousForm = Annotated[Form, Depends(_anonymous)]


@router.get("/sign-in")
def ask(request: Request, next: str = "/") -> Response:  # noqa: A002  (the word in the address)
    """The sign-in page; whoever is signed in already goes on."""
    if session_of(office_of(request), token_of(request)):
        return go_to(local(next))
    return _page(request, next)


@router.post("/sign-in")
def enter(request: Request, form: AnonymousForm) -> Response:
    """A new session, by login and password."""
    told = sign_in(office_of(request), form.one("login"), form.one("password"), address_of_caller(request))
    if isinstance(told, Refusal):
        return _page(request, form.one("next"), login=form.one("login"), wrong=told)
    return _signed_in(request, told, form.one("next"))


@router.get("/sign-in/{token}")
def ask_by_link(request: Request, token: str) -> Response:
    """Whom the link lets in, and a button: what only looks at links does not use them up."""
    return _page(request, "/", by_link=link_for(office_of(request), token))


@router.post("/sign-in/{token}")
def enter_by_link(request: Request, token: str, form: AnonymousForm) -> Response:
    """A new session, by a link that works once."""
    told = sign_in_by_link(office_of(request), token)
    if isinstance(told, Refusal):
        return _page(request, "/", by_link=told)
    return _signed_in(request, told, "/")


@router.post("/sign-out")
def leave(request: Request, form: FormSent) -> Response:
    """The session is over, here and wherever its cookie was copied to."""
    sign_out(office_of(request), token_of(request))
    response = go_to("/sign-in")
    response.delete_cookie(session_cookie(reached_of(request)), secure=reached_of(request).secure, httponly=True)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@router.post("/theme")
def brighten(request: Request, form: FormSent) -> Response:
    """Light, dark, or as the machine is set."""
    response, theme = go_to(local(form.one("back"))), form.one("theme")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE, theme, max_age=_YEAR_SECONDS, secure=reached_of(request).secure, httponly=True, samesite="lax"
        )
    else:
        response.delete_cookie(THEME_COOKIE)
    return response


def _page(
    request: Request,
    next_path: str,
    *,
    login: str = "",
    wrong: Refusal | None = None,
    by_link: LinkFor | Refusal | None = None,
) -> Response:
    shown = secrets.token_urlsafe(_TOKEN_BYTES)
    status = 200
    refused = by_link if isinstance(by_link, Refusal) else wrong
    if refused:
        status = 429 if refused.why is Why.TOO_MANY_TRIES else 403
    response = render(
        request,
        "sign_in.html",
        status=status,
        form_csrf=shown,
        next_path=local(next_path),
        login=login[:64],
        wrong=refused,
        by_link=None if isinstance(by_link, Refusal) else by_link,
        nobody=not any_account(office_of(request)),
    )
    if refused and "retry_seconds" in refused.concerns:
        response.headers["Retry-After"] = str(refused.concerns["retry_seconds"])
    response.set_cookie(
        _form_cookie(request),
        shown,
        max_age=_FORM_SECONDS,
        secure=reached_of(request).secure,
        httponly=True,
        samesite="strict",
    )
    return response


def _signed_in(request: Request, told: SignedIn, next_path: str) -> Response:
    if before := token_of(request):
        sign_out(office_of(request), before)
    response = go_to(local(next_path))
    response.set_cookie(
        session_cookie(reached_of(request)),
        told.token,
        max_age=int(SESSION_LASTS.total_seconds()),
        secure=reached_of(request).secure,
        httponly=True,
        samesite="lax",
    )
    response.delete_cookie(_form_cookie(request), secure=reached_of(request).secure, httponly=True)
    return response
