"""Serving: the address is taken first, then the office opened; told once callers are answered. The pages of another
door may be served beside the API; this one does not know them.
"""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from doorstep.api.app import make_app
from doorstep.api.settings import KEYS, SECRETS, read_keys, read_secrets
from doorstep.flow.address import ADDRESS, address_of
from doorstep.flow.office import Office
from doorstep.flow.open import open_office
from doorstep.storage.collector import calm_collector
from doorstep.terms.clock import SystemClock
from doorstep.terms.ids import Ids

POOL_SIZE = 8
# The store lends as many connections again as its pool holds: one for each request at work.
THREADS = 2 * POOL_SIZE
_STOP_SECONDS = 20
_WAITING_CALLERS = 2048
_OF_THE_API = ("v1", "docs", "problems", "openapi.json", "livez", "readyz")

Pages = Callable[[Office], ASGIApp]


class CannotServeError(Exception):
    """The API cannot be served like this; the message says what to do. Nothing was opened."""


class AddressTakenError(CannotServeError):
    """Host and port are not to be had."""


class UnguardedError(CannotServeError):
    """Other machines could call, and nobody would need a key."""


def serve(
    environ: Mapping[str, str],
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    pages: Pages | None = None,
    office: AbstractContextManager[Office] | None = None,
    greet: Callable[[Office, str], str] = lambda office, address: "",
    tell: Callable[[str], object] = partial(print, flush=True),
    listening: socket.socket | None = None,
    crew: Callable[[socket.socket], AbstractContextManager[None]] = lambda _: nullcontext(),
) -> None:
    """Serve until SIGINT or SIGTERM: then requests at work are finished, and the office is closed.

    `office` is the one to serve, else the one that settings name; `greet` is what is told with its address. `pages`
    makes what answers at every address that is not the API's. `tell` gets the address, once it answers; port 0 takes
    any free one. `listening` is the socket where others of this program answer too, and `crew` has them do so while
    this one serves. Settings: DOORSTEP_API_KEYS, DOORSTEP_CARRIER_SECRETS and those of `open_office`.
    CannotServeError, BadSettingError, DatabaseUnavailable or DatabaseUnfit where it cannot begin.
    """
    keys, secrets = read_keys(environ.get(KEYS, "")), read_secrets(environ.get(SECRETS, ""))
    if pages and not keys and (reached := address_of(environ)):
        raise UnguardedError(
            f"By {reached} other machines could call the API, and without API keys nobody would need one. Set {KEYS} "
            f"(words name:department:key), or leave {ADDRESS} out."
        )
    with listening or _listen(host, port, guarded=bool(keys)) as listener:
        clock = SystemClock()
        with office or open_office(environ, clock, Ids.secret(clock), POOL_SIZE) as opened, crew(listener):
            app: ASGIApp = make_app(opened, keys=keys, secrets=secrets, threads=THREADS)
            if pages is not None:
                app = Beside(app, pages(opened))
            config = uvicorn.Config(
                app,
                lifespan="on",
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
            address = _address_of(listener)
            beside = f"its pages are there, and the API's page is {address}/docs"
            told = f"Doorstep answers at {address}; {beside if pages else f'its page is {address}/docs'}"
            ready = partial(tell, "\n".join(filter(None, (told, greet(opened, address)))))
            _Server(config, ready).run([listener])


class Beside:
    """Two apps at one address: the API at its own paths, the pages at all others. The API's app lives for both."""

    def __init__(self, api: ASGIApp, pages: ASGIApp) -> None:
        self._api = api
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] != "http" or scope["path"].removeprefix("/").partition("/")[0] in _OF_THE_API
        await (self._api if ours else self._pages)(scope, receive, send)


@contextlib.contextmanager
def _listen(host: str, port: int, guarded: bool) -> Iterator[socket.socket]:
    """A listening socket; callers that come before the app is there wait in its queue."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, OverflowError) as wrong:
        raise AddressTakenError(f"There is no address {host}, port {port} to serve at: {wrong}") from wrong
    if not guarded and not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        raise UnguardedError(
            f"At {host} other machines could call, and without API keys nobody would need one. Set {KEYS} (words "
            "name:department:key), or serve at 127.0.0.1."
        )
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(_WAITING_CALLERS)
        except OSError as taken:
            says = f"Port {port} of {host} is not to be had: {taken.strerror}. Stop what uses it, or name another port."
            raise AddressTakenError(says) from taken
        yield listener


def _address_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Tells when it answers, and returns when a signal stops it: whoever called it has an office to close."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            calm_collector()
            self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
