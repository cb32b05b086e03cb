"""The files that pages load: our style and script, and htmx from its wheel. Named by their content, kept for a year."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

router = APIRouter()
_SHARED = ("tokens.css", "base.css", "shell.css", "parts.css", "tables.css")
_STYLES = (*_SHARED, "pages.css", "desk.css", "frontier.css", "routes.css")


def _own(name: str) -> bytes:
    return (files("doorstep.web") / "static" / name).read_bytes()


def _loaded() -> Mapping[str, tuple[str, bytes]]:
    return {
        "doorstep.css": ("text/css; charset=utf-8", b"\n".join(map(_own, _STYLES))),
        "doorstep.js": ("text/javascript; charset=utf-8", _own("doorstep.js")),
        "htmx.js": (
            "text/javascript; charset=utf-8",
            (files("js_lib_htmx") / "static" / "htmx" / "htmx.min.js").read_bytes(),
        ),
        "icon.svg": ("image/svg+xml", _own("icon.svg")),
    }


FILES = _loaded()
VERSION = hashlib.sha256(b"".join(content for _, content in FILES.values())).hexdigest()[:12]


@router.get("/static/{name}")
async def static(request: Request, name: str) -> Response:
    """One of the files; nothing else of any folder is served."""
    if name not in FILES:
        raise HTTPException(404)
    media_type, content = FILES[name]
    kept = "public, max-age=31536000, immutable" if request.query_params.get("v") == VERSION else "no-cache"
    return Response(content, media_type=media_type, headers={"Cache-Control": kept})
