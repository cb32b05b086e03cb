"""The one sender: a request goes out; a whole reply comes back, or why none did and what that leaves open."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from doorstep.carriers import dialects
from doorstep.carriers.port import Reply, Request
from doorstep.links.breaker import Breaker, BreakerRule, BreakerState, ask, failed, succeeded
from doorstep.links.tokens import Client, Payer, Token, asked, read, read_payment
from doorstep.links.wire import Deadline, Wire

_UNAUTHORISED, _SERVER_ERROR = 401, 500
# Raised before the first byte of a request can have left: the carrier has not seen it.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nothing usable came back. `outcome_unknown`: the request may have taken effect; look before asking again."""

    outcome_unknown: bool
    why: str


@dataclass(frozen=True, slots=True)
class End:
    """Where a carrier is reached, which dialect it speaks, and how patient we are with it.

    `headers` are added to each request: credentials live here, out of what is recorded. `deadline_ms` bounds the whole
    exchange, `connect_ms` and `silence_ms` its parts; a reply of more than `most_reply_bytes` is not taken.
    `services` says what the carrier calls services of ours that it calls otherwise, `account` the number it bills us
    under, where its requests say that. With a `client` a token is shown that the carrier gives for it, with a `payer`
    another one in requests that pay.
    """

    carrier_id: str
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    connect_ms: int = 3_000
    silence_ms: int = 10_000
    deadline_ms: int = 20_000
    most_reply_bytes: int = 4 * 1024 * 1024
    breaker: BreakerRule = field(default_factory=BreakerRule)
    dialect: str = dialects.LOCAL
    services: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    client: Client | None = None
    payer: Payer | None = None

    def __post_init__(self) -> None:
        if not self.base_url.startswith(("https://", "http://")):
            raise ValueError(f"{self.carrier_id} is reached over http or https, not by {self.base_url!r}")
        if min(self.connect_ms, self.silence_ms, self.deadline_ms, self.most_reply_bytes) < 1:
            raise ValueError(f"{self.carrier_id} needs timeouts and a size above zero")


@dataclass(frozen=True, slots=True)
class Line:
    """How the line to a carrier stands; `why` is the last failure, '' since the last answer."""

    carrier_id: str
    state: BreakerState
    failures: int
    rests_until: datetime | None
    why: str


class Sender:
    """Sends to the carriers it was given the ends of. Safe to share among threads; close it when done.

    Every carrier has connections and a breaker of its own: none waits for another's. `side_by_side` says whether the
    caller may ask several at once; on a wire inside the process, which answers at once, that would only lose the order.
    """

    def __init__(
        self,
        ends: Mapping[str, End],
        transport: httpx.BaseTransport | None = None,
        stopwatch_ns: Callable[[], int] = time.monotonic_ns,
        side_by_side: bool | None = None,
    ) -> None:
        """`transport` stands in for the network; `stopwatch_ns` measures the deadline and tells no time of day."""
        self._ends = dict(ends)
        self._stopwatch_ns, self._deadline = stopwatch_ns, Deadline(stopwatch_ns)
        self.side_by_side = transport is None if side_by_side is None else side_by_side
        self._clients = {carrier_id: _client(transport or Wire(self._deadline)) for carrier_id in self._ends}
        self._outside = _client(transport or Wire(self._deadline, public_only=True))
        self._breakers: dict[str, Breaker] = {}
        self._why: dict[str, str] = {}
        self._tokens: dict[str, Token] = {}
        self._payments: dict[str, Token] = {}
        self._lock = threading.Lock()

    @property
    def carrier_ids(self) -> tuple[str, ...]:
        return tuple(self._ends)

    def dialect(self, carrier_id: str) -> str:
        """The name of the dialect that the carrier speaks; KeyError for a carrier without an end."""
        return self._ends[carrier_id].dialect

    def called(self, carrier_id: str, service_id: str) -> str:
        """What the carrier calls a service of ours; as we do where nothing else is set, or it is not asked here."""
        end = self._ends.get(carrier_id)
        return service_id if end is None else end.services.get(service_id, service_id)

    def account(self, carrier_id: str) -> str:
        """The number that the carrier bills us under, '' where none is set."""
        return self._ends[carrier_id].account

    def send(self, carrier_id: str, request: Request, now: datetime, within_ms: int | None = None) -> Reply | NoReply:
        """The carrier's reply, of whatever status and never redirected; trouble on the way is a NoReply, not a raise.

        `within_ms` is how long it may take at most, where that is less than the end's own deadline.
        `now` is for the breaker, which counts no reply and status 500 and above as failures. KeyError for a carrier
        without an end, ValueError for a path that does not begin with '/': those are bugs.
        """
        end = self._ends[carrier_id]
        if within_ms is not None and within_ms < end.deadline_ms:
            end = replace(end, deadline_ms=within_ms)
        if not request.path.startswith("/"):
            raise ValueError(f"path {request.path!r} does not begin with '/'")
        if not self._may_send(end, now):
            return NoReply(outcome_unknown=False, why=f"{carrier_id} failed repeatedly and is left alone for now")
        answer = self._sent(end, request, now)
        if isinstance(answer, Reply) and answer.status == _UNAUTHORISED and end.client is not None:
            # Nothing was done: the token was taken back before its time. Once more, with a new one.
            with self._lock:
                self._tokens.pop(carrier_id, None)
                self._payments.pop(carrier_id, None)
            answer = self._sent(end, request, now)
        well = isinstance(answer, Reply) and answer.status < _SERVER_ERROR
        with self._lock:
            breaker = self._breakers.get(carrier_id, Breaker())
            self._breakers[carrier_id] = succeeded() if well else failed(breaker, end.breaker, now)
            self._why[carrier_id] = "" if well else _failure(answer)
        return answer

    def _sent(self, end: End, request: Request, now: datetime) -> Reply | NoReply:
        # A compressed reply could be small on the wire and huge in memory.
        headers = {**request.headers, "Accept-Encoding": "identity", **end.headers}
        if end.client is not None:
            token = self._token(end, end.client, now)
            if isinstance(token, NoReply):
                return token
            headers["Authorization"] = f"Bearer {token.text}"
        if end.payer is not None and end.payer.wanted(request.path):
            pays = self._payment(end, end.payer, headers.get("Authorization", ""), now)
            if isinstance(pays, NoReply):
                return pays
            headers[end.payer.header] = pays.text
        url = end.base_url.rstrip("/") + request.path
        return self._exchange(end, self._clients[end.carrier_id], request.method, url, headers, request.body)

    def _token(self, end: End, client: Client, now: datetime) -> Token | NoReply:
        headers, body = asked(client)
        return self._kept(self._tokens, end, (client.path, headers, body), read, now)

    def _payment(self, end: End, payer: Payer, authorised: str, now: datetime) -> Token | NoReply:
        headers = {"Content-Type": "application/json", "Authorization": authorised}
        return self._kept(self._payments, end, (payer.path, headers, payer.body), read_payment, now)

    def _kept(
        self,
        tokens: dict[str, Token],
        end: End,
        asking: tuple[str, Mapping[str, str], bytes],
        reader: Callable[[Reply, datetime], Token | str],
        now: datetime,
    ) -> Token | NoReply:
        """The token that holds now, else a new one, asked for so; NoReply with nothing done where none is given."""
        with self._lock:
            known = tokens.get(end.carrier_id)
        if known is not None and known.holds(now):
            return known
        path, headers, body = asking
        url, headers = end.base_url.rstrip("/") + path, {**headers, "Accept-Encoding": "identity"}
        reply = self._exchange(end, self._clients[end.carrier_id], "POST", url, headers, body)
        told = reader(reply, now) if isinstance(reply, Reply) else reply.why
        if isinstance(told, str):
            return NoReply(outcome_unknown=False, why=told)
        with self._lock:
            tokens[end.carrier_id] = told
        return told

    def fetch(self, carrier_id: str, url: str) -> Reply | NoReply:
        """What lies at an address that the carrier named; no key of ours is shown there.

        At the carrier's own host it is fetched as the carrier is reached. Anywhere else it must be https and lead to
        the public network. The breaker has no say: documents often lie with somebody else.
        """
        end = self._ends[carrier_id]
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        at_home = _origin(url) == _origin(end.base_url)
        if not at_home and not url.startswith("https://"):
            return NoReply(outcome_unknown=False, why=f"{url[:200]} is neither https nor at the carrier's own address")
        client = self._clients[carrier_id] if at_home else self._outside
        return self._exchange(end, client, "GET", url, headers, b"")

    def lines(self, now: datetime) -> tuple[Line, ...]:
        """How the line to each carrier stands, as this process has found it."""
        with self._lock:
            found = [(name, self._breakers.get(name, Breaker()), self._why.get(name, "")) for name in self._ends]
        return tuple(
            Line(name, breaker.state(now), breaker.failures, breaker.rests_until, why) for name, breaker, why in found
        )

    def close(self) -> None:
        for client in (*self._clients.values(), self._outside):
            client.close()

    def _may_send(self, end: End, now: datetime) -> bool:
        with self._lock:
            may, breaker = ask(self._breakers.get(end.carrier_id, Breaker()), end.breaker, now)
            self._breakers[end.carrier_id] = breaker
        return may

    def _exchange(
        self, end: End, client: httpx.Client, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Reply | NoReply:
        ends_at_ns = self._stopwatch_ns() + end.deadline_ms * 1_000_000
        silence = min(end.silence_ms, end.deadline_ms) / 1000
        connect = min(end.connect_ms, end.deadline_ms) / 1000
        timeout = httpx.Timeout(silence, connect=connect, pool=connect)
        try:
            with (
                self._deadline.until(ends_at_ns),
                client.stream(method, url, headers=dict(headers), content=body or None, timeout=timeout) as response,
            ):
                return self._read(end, response, ends_at_ns)
        except _NOT_SENT as trouble:
            return NoReply(outcome_unknown=False, why=_tell(trouble))
        except httpx.InvalidURL as trouble:
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


def _failure(answer: Reply | NoReply) -> str:
    return answer.why if isinstance(answer, NoReply) else f"answers with status {answer.status}"


def _client(transport: httpx.BaseTransport) -> httpx.Client:
    # The environment's proxies and .netrc are not asked: where we send, and as whom, is in the ends alone.
    return httpx.Client(transport=transport, follow_redirects=False, trust_env=False)


def _origin(url: str) -> tuple[str, str]:
    """Scheme and host with its port, in small letters; ('', '') where it is no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme.lower(), parts.netloc.lower()
    except ValueError:
        return "", ""
