"""Templates to pages: everything put into one is escaped, and every page gets what its frame needs."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from doorstep.access.roles import Permission, permissions_of
from doorstep.flow.look_company import CompanyView
from doorstep.flow.sign_in import Session
from doorstep.web import badges, words
from doorstep.web.assets import VERSION
from doorstep.web.wire import nonce_of

THEME_COOKIE = "doorstep_theme"
THEMES = ("light", "dark")

_TEMPLATES = Environment(
    loader=PackageLoader("doorstep.web", "templates"),
    autoescape=True,  # whatever a template is called
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_TEMPLATES.filters |= words.FILTERS
_TEMPLATES.globals |= {**words.GLOBALS, **badges.GLOBALS, "Permission": Permission, "assets_version": VERSION}


def render(
    request: Request,
    template: str,
    *,
    session: Session | None = None,
    company: CompanyView | None = None,
    status: int = 200,
    **context: Any,
) -> Response:
    """A page. `session` is whoever is signed in; without one there is no frame around it."""
    theme = request.cookies.get(THEME_COOKIE, "")
    shown = _TEMPLATES.get_template(template).render(
        request=request,
        path=request.url.path,
        nonce=nonce_of(request.scope),
        theme=theme if theme in THEMES else "",
        session=session,
        account=session.account if session else None,
        company=company,
        csrf=session.csrf if session else "",
        allowed=permissions_of(session.account.roles) if session else frozenset(),
        **context,
    )
    return HTMLResponse(shown, status)
