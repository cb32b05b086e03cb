"""What holds for every request on the wire: its id, the size of its body, the host it may name, safe headers."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doorstep.api import problems
from doorstep.api.problems import problem_response

MOST_BODY_BYTES = 1024 * 1024
_READS_ONLY = frozenset({"GET", "HEAD", "OPTIONS"})
_PAGES = ("/docs",)

_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_DATA: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}
_PAGE: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
}


def request_id_of(scope: Scope) -> str:
    """The id under which the log knows a request."""
    found = scope.setdefault("state", {}).setdefault("request_id", "")
    return str(found)


def headers_for(scope: Scope) -> dict[str, str]:
    """The headers of every answer: what is data is never kept by browsers or proxies."""
    page = scope["path"].startswith(_PAGES)
    return {**_HEADERS, **(_PAGE if page else _DATA), "X-Request-Id": request_id_of(scope)}


def is_loopback(host: str) -> bool:
    """Whether a host, as a URL or a Host header spells it without its port, can only be this machine."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class Wire:
    """The outermost layer of the app. `loopback_only`: a page of another site cannot reach us by a name of its own."""

    def __init__(self, app: ASGIApp, loopback_only: bool, most_body_bytes: int = MOST_BODY_BYTES) -> None:
        self._app = app
        self._loopback_only = loopback_only
        self._most_body_bytes = most_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["request_id"] = secrets.token_hex(8)
        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        send_on = _with_headers(scope, send)
        if self._loopback_only and not is_loopback(given.get("host", "").rpartition(":")[0] or given.get("host", "")):
            response = problem_response(problems.WRONG_HOST, problems.WRONG_HOST.means, request_id_of(scope))
            await response(scope, receive, send_on)
            return
        if scope["method"] in _READS_ONLY:
            await self._app(scope, receive, send_on)
            return
        body = await self._body(given.get("content-length", ""), receive)
        if body is None:
            says = f"The body is larger than {self._most_body_bytes} bytes."
            headers = {"Connection": "close"}  # the rest of it is not read
            response = problem_response(problems.TOO_LARGE, says, request_id_of(scope), headers=headers)
            await response(scope, receive, send_on)
            return
        await self._app(scope, _once(body, receive), send_on)

    async def _body(self, declared: str, receive: Receive) -> bytes | None:
        """The whole body, None where it is too large: then no more of it is read than fits."""
        if declared.isdecimal() and int(declared[:20]) > self._most_body_bytes:
            return None
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self._most_body_bytes:
                return None
            if not message.get("more_body", False):
                return bytes(body)


def _once(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, then whatever comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_headers(scope: Scope, send: Send) -> Send:
    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(
                    (name.lower().encode(), value.encode())
                    for name, value in headers_for(scope).items()
                    if name.lower().encode() not in there
                ),
            ]
        await send(message)

    return send_on
