"""The local carrier on two wires: inside the process, as a transport for httpx, and as a server on loopback.

`python -m doorstep.twin.carrier --port 8801` serves it; `make_carrier` gives the same as an ASGI app.
"""

from __future__ import annotations

import argparse
import asyncio
import tomllib
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Protocol

import httpx
import uvicorn

from doorstep.intake.company import read_company
from doorstep.terms.clock import SystemClock
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService
from doorstep.twin.carrier_desk import API_KEY, CarrierDesk
from doorstep.twin.carrier_forms import Answer, Way
from doorstep.twin.faults import Fault, FaultPlan

_MOST_BODY_BYTES = 1024 * 1024
_Message = MutableMapping[str, Any]
App = Callable[[_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]], Awaitable[None]]


class Desk(Protocol):
    """A carrier's memory and manners, to whatever wire it is put."""

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer: ...


class CarrierTransport(httpx.BaseTransport):
    """The wire to a carrier in this process: silent answers time out at once, cut ones come half."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode("ascii")
        answer = self._desk.handle(request.method, target, request.headers, request.read())
        if answer.way is Way.SILENT:
            raise httpx.ReadTimeout("the carrier does not answer", request=request)
        headers = {**answer.headers, "Content-Length": str(len(answer.body))}
        return httpx.Response(answer.status, headers=headers, stream=_Pieces(answer))


class _Pieces(httpx.SyncByteStream):
    """A body as a real wire gives it: the break comes after the part that arrived."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        if self._answer.way is not Way.CUT:
            yield self._answer.body
            return
        yield _first_half(self._answer.body)
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def make_carrier(desk: Desk, silence_seconds: int = 60) -> App:
    """The carrier as an ASGI app; a silent answer is held for `silence_seconds`, longer than anyone waits."""

    async def app(
        scope: _Message, receive: Callable[[], Awaitable[_Message]], send: Callable[[_Message], Awaitable[None]]
    ) -> None:
        if scope["type"] != "http":
            raise ValueError(f"the carrier speaks http, not {scope['type']}")
        body = await _body(receive)
        query = scope["query_string"].decode("latin-1")
        # The raw path keeps %2F apart from /, as the in-process wire does.
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        target = path + (f"?{query}" if query else "")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        answer = Answer(413, b"") if body is None else desk.handle(scope["method"], target, headers, body)
        if answer.way is Way.SILENT:
            await asyncio.sleep(silence_seconds)
        await _send(send, answer)

    return app


async def _body(receive: Callable[[], Awaitable[_Message]]) -> bytes | None:
    """The whole body; None where it is larger than any label needs."""
    body = b""
    while True:
        message = await receive()
        piece: bytes = message.get("body", b"")
        body += piece
        if len(body) > _MOST_BODY_BYTES:
            return None
        if not message.get("more_body"):
            return body


async def _send(send: Callable[[_Message], Awaitable[None]], answer: Answer) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.way is Way.CUT:
        await send({"type": "http.response.body", "body": _first_half(answer.body), "more_body": True})
        # The server has announced more than came, and can only hang up.
        raise ConnectionAbortedError("answer cut on purpose")
    await send({"type": "http.response.body", "body": answer.body})


def _first_half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def main() -> None:
    """Serve the local carrier on loopback until stopped."""
    parser = argparse.ArgumentParser(prog="python -m doorstep.twin.carrier", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8801)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--company",
        type=Path,
        metavar="FILE",
        help="serve the carrier services of this company's file, under the key its carriers ask for",
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME=PPM",
        help=f"parts per million of requests that fail so: {', '.join(Fault)}",
    )
    given = parser.parse_args()
    try:
        ppm = {Fault(name): int(parts) for name, _, parts in (text.partition("=") for text in given.fault)}
        faults = FaultPlan(given.seed, ppm=ppm)
    except ValueError as problem:
        parser.error(str(problem))
    try:
        services = _services_of(given.company) if given.company else None
    except (OSError, ValueError) as problem:
        parser.error(f"{given.company}: {problem}")
    desk = CarrierDesk(SystemClock(), given.seed, services=services, faults=faults)
    print(f"The local carrier answers at http://127.0.0.1:{given.port}; its key is {API_KEY}", flush=True)
    uvicorn.run(make_carrier(desk), host="127.0.0.1", port=given.port, log_level="warning")


def _services_of(file: Path) -> dict[str, CarrierService]:
    """The services in a company's file, by id; ValueError where it cannot be read."""
    company = read_company(tomllib.loads(file.read_text(encoding="utf-8")))
    if isinstance(company, Refusal):
        raise ValueError(company.says)
    return {service.service_id: service for service in company.services}


if __name__ == "__main__":
    main()
