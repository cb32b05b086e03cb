"""What holds for every request to a page: the host it may name, safe headers, a nonce for scripts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doorstep.web.settings import Reached, is_loopback

_OPEN_TO_CUSTOMERS = "/t/"

_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


def nonce_of(scope: Scope) -> str:
    """What a script or style in the page must name to run."""
    return str(scope.get("state", {}).get("nonce", ""))


def request_id_of(scope: Scope) -> str:
    """The id under which the log knows a request."""
    return str(scope.get("state", {}).get("request_id", ""))


def headers_for(scope: Scope) -> dict[str, str]:
    """The headers of every answer. A page says where it is linked from to this server alone, a customer's to nobody."""
    nonce = nonce_of(scope)
    policy = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    referrer = "no-referrer" if scope["path"].startswith(_OPEN_TO_CUSTOMERS) else "same-origin"
    found = {**_HEADERS, "Content-Security-Policy": policy, "Referrer-Policy": referrer}
    return {**found, "X-Request-Id": request_id_of(scope)}


class Wire:
    """The outermost layer of the pages' app."""

    def __init__(self, app: ASGIApp, reached: Reached) -> None:
        self._app = app
        self._reached = reached

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["request_id"], state["nonce"] = secrets.token_hex(8), secrets.token_urlsafe(16)
        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        send_on = _with_headers(scope, send)
        refused = self._refused(scope, given.get("host", ""))
        if refused:
            await _plain(*refused, scope, send_on)
            return
        await self._app(scope, receive, send_on)

    def _refused(self, scope: Scope, host: str) -> tuple[int, str] | None:
        if host.lower() != self._reached.host and not is_loopback(host):
            says = (
                "These pages answer to this machine's own name alone. For others, set DOORSTEP_ADDRESS to where people "
                "reach them, such as https://orders.example.com."
            )
            return 421, says if not self._reached.address else f"These pages are at {self._reached.address}."
        if b"\0" in unquote_to_bytes(scope.get("raw_path", b"")) or b"\0" in unquote_to_bytes(scope["query_string"]):
            return 400, "This address holds the character NUL, which no page has."
        return None


async def _plain(status: int, says: str, scope: Scope, send: Send) -> None:
    """An answer before there is a page to put it on."""
    body = f"{says}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _with_headers(scope: Scope, send: Send) -> Send:
    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            more = [(name.lower().encode(), value.encode()) for name, value in headers_for(scope).items()]
            message["headers"] = [*message["headers"], *(pair for pair in more if pair[0] not in there)]
        await send(message)

    return send_on
