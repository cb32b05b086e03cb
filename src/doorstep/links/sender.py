"""The one sender: a request goes out; a whole reply comes back, or why none did and what that leaves open."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from doorstep.carriers.port import Reply, Request
from doorstep.links.breaker import Breaker, BreakerRule, ask, failed, succeeded

_SERVER_ERROR = 500
# Raised before the first byte of a request can have left: the carrier has not seen it.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nothing usable came back. `outcome_unknown`: the request may have taken effect; look before asking again."""

    outcome_unknown: bool
    why: str


@dataclass(frozen=True, slots=True)
class End:
    """Where a carrier is reached and how patient we are with it.

    `headers` are added to each request: credentials live here, out of what is recorded. `deadline_ms` bounds the whole
    exchange, `connect_ms` and `silence_ms` its parts; a reply of more than `most_reply_bytes` is not taken.
    """

    carrier_id: str
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    connect_ms: int = 3_000
    silence_ms: int = 10_000
    deadline_ms: int = 20_000
    most_reply_bytes: int = 4 * 1024 * 1024
    breaker: BreakerRule = field(default_factory=BreakerRule)

    def __post_init__(self) -> None:
        if not self.base_url.startswith(("https://", "http://")):
            raise ValueError(f"{self.carrier_id} is reached over http or https, not by {self.base_url!r}")
        if min(self.connect_ms, self.silence_ms, self.deadline_ms, self.most_reply_bytes) < 1:
            raise ValueError(f"{self.carrier_id} needs timeouts and a size above zero")


class Sender:
    """Sends to the carriers it was given the ends of. Safe to share among threads; close it when done."""

    def __init__(
        self,
        ends: Mapping[str, End],
        transport: httpx.BaseTransport | None = None,
        stopwatch_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """`transport` stands in for the network; `stopwatch_ns` measures the deadline and tells no time of day."""
        self._ends = dict(ends)
        # The environment's proxies and .netrc are not asked: where we send, and as whom, is in the ends alone.
        self._client = httpx.Client(transport=transport, follow_redirects=False, trust_env=False)
        self._stopwatch_ns = stopwatch_ns
        self._breakers: dict[str, Breaker] = {}
        self._lock = threading.Lock()

    def send(self, carrier_id: str, request: Request, now: datetime) -> Reply | NoReply:
        """The carrier's reply, of whatever status and never redirected; trouble on the way is a NoReply, not a raise.

        `now` is for the breaker, which counts no reply and status 500 and above as failures. KeyError for a carrier
        without an end, ValueError for a path that does not begin with '/': those are bugs.
        """
        end = self._ends[carrier_id]
        if not request.path.startswith("/"):
            raise ValueError(f"path {request.path!r} does not begin with '/'")
        if not self._may_send(end, now):
            return NoReply(outcome_unknown=False, why=f"{carrier_id} failed repeatedly and is left alone for now")
        answer = self._exchange(end, request)
        well = isinstance(answer, Reply) and answer.status < _SERVER_ERROR
        with self._lock:
            breaker = self._breakers.get(carrier_id, Breaker())
            self._breakers[carrier_id] = succeeded() if well else failed(breaker, end.breaker, now)
        return answer

    def close(self) -> None:
        self._client.close()

    def _may_send(self, end: End, now: datetime) -> bool:
        with self._lock:
            may, breaker = ask(self._breakers.get(end.carrier_id, Breaker()), end.breaker, now)
            self._breakers[end.carrier_id] = breaker
        return may

    def _exchange(self, end: End, request: Request) -> Reply | NoReply:
        ends_at_ns = self._stopwatch_ns() + end.deadline_ms * 1_000_000
        silence = min(end.silence_ms, end.deadline_ms) / 1000
        connect = min(end.connect_ms, end.deadline_ms) / 1000
        try:
            with self._client.stream(
                request.method,
                end.base_url.rstrip("/") + request.path,
                # A compressed reply could be small on the wire and huge in memory.
                headers={**request.headers, "Accept-Encoding": "identity", **end.headers},
                content=request.body or None,
                timeout=httpx.Timeout(silence, connect=connect, pool=connect),
            ) as response:
                return self._read(end, response, ends_at_ns)
        except _NOT_SENT as trouble:
            return NoReply(outcome_unknown=False, why=_tell(trouble))
        except (httpx.HTTPError, httpx.StreamError, OSError) as trouble:
            return NoReply(outcome_unknown=True, why=_tell(trouble))

    def _read(self, end: End, response: httpx.Response, ends_at_ns: int) -> Reply | NoReply:
        if response.headers.get("content-encoding", "identity") != "identity":
            return NoReply(outcome_unknown=True, why="the reply is encoded, and was asked for plain")
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > end.most_reply_bytes:
                return NoReply(outcome_unknown=True, why=f"the reply has more than {end.most_reply_bytes} bytes")
            if self._stopwatch_ns() > ends_at_ns:
                return NoReply(outcome_unknown=True, why=f"the reply was not whole within {end.deadline_ms} ms")
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) != len(body):
            return NoReply(outcome_unknown=True, why=f"the reply broke off after {len(body)} of {announced} bytes")
        return Reply(response.status_code, bytes(body), _wait(response))


def _wait(response: httpx.Response) -> int | None:
    """The Retry-After in seconds; None where it is missing or a date (we ask again on our own schedule then)."""
    text = response.headers.get("retry-after", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def _tell(trouble: Exception) -> str:
    return f"{type(trouble).__name__}: {trouble}".rstrip(": ")
