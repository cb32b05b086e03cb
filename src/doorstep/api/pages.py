"""The page that shows the API, served whole from here, and a word on each kind of problem."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, PlainTextResponse, Response
from swagger_ui_bundle import swagger_ui_path

from doorstep.api import problems
from doorstep.api.problems import KINDS, ProblemError

router = APIRouter(include_in_schema=False)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Doorstep API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<noscript><a href="/openapi.json">The description itself</a> needs no scripts, this page does.</noscript>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

# The bundled page reads versions up to 3.0 and refuses any other number; what it shows of 3.1 is the same.
_START = """fetch("/openapi.json").then((reply) => reply.json()).then((spec) => SwaggerUIBundle({
  spec: { ...spec, openapi: "3.0.3" },
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
}));
"""

_ASSETS = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}


@router.get("/docs")
async def show_api() -> Response:
    return Response(_PAGE, media_type="text/html")


@router.get("/docs/start.js")
async def start_page() -> Response:
    return Response(_START, media_type="text/javascript")


@router.get("/docs/{name}")
async def asset(name: str) -> Response:
    """One of the page's own files; nothing else of the bundle is served."""
    if name not in _ASSETS:
        raise ProblemError(problems.NOT_FOUND)
    return FileResponse(Path(str(swagger_ui_path)) / name, media_type=_ASSETS[name])


@router.get("/problems/{name}")
async def explain_problem(name: str) -> Response:
    """What the `type` of a problem leads to."""
    kind = KINDS.get(name.replace("-", "_"))
    if kind is None:
        raise ProblemError(problems.NOT_FOUND)
    return PlainTextResponse(f"{kind.title} ({kind.status})\n\n{kind.means}\n")
