"""Templates to pages: everything put into one is escaped, and every page gets what its frame needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from doorstep.access.roles import Permission, permissions_of
from doorstep.web import badges, words
from doorstep.web.assets import VERSION
from doorstep.web.wire import nonce_of

if TYPE_CHECKING:
    from doorstep.web.given import Visit

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
    request: Request, template: str, *, visit: Visit | None = None, status: int = 200, **context: Any
) -> Response:
    """A page. `visit` is whoever is signed in; without one it has no navigation."""
    theme = request.cookies.get(THEME_COOKIE, "")
    shown = _TEMPLATES.get_template(template).render(
        request=request,
        path=request.url.path,
        nonce=nonce_of(request.scope),
        theme=theme if theme in THEMES else "",
        visit=visit,
        company=visit.company if visit else None,
        csrf=visit.session.csrf if visit else "",
        allowed=permissions_of(visit.session.account.roles) if visit else frozenset(),
        **context,
    )
    return HTMLResponse(shown, status)
