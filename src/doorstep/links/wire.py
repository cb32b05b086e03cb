"""The wire itself: no step of an exchange lasts beyond the deadline of the whole, and no stranger leads us inside.

httpx bounds each read by itself: a peer that drips its headers byte by byte would hold us as long as it likes. Here
each read, write and connect gets what is left of the whole at most.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

_MOST_CONNECTIONS = 20


class Deadline:
    """When the exchange of the running thread has to be over; each thread has its own."""

    def __init__(self, stopwatch_ns: Callable[[], int]) -> None:
        self._stopwatch_ns = stopwatch_ns
        self._mine = threading.local()

    @contextmanager
    def until(self, ends_at_ns: int) -> Iterator[None]:
        self._mine.ends_at_ns = ends_at_ns
        try:
            yield
        finally:
            self._mine.ends_at_ns = None

    def within(self, timeout: float | None, over: type[Exception]) -> float | None:
        """The timeout, no longer than what is left; raises `over` where nothing is."""
        ends_at_ns: int | None = getattr(self._mine, "ends_at_ns", None)
        if ends_at_ns is None:
            return timeout
        left = (ends_at_ns - self._stopwatch_ns()) / 1_000_000_000
        if left <= 0:
            raise over("the deadline of the whole exchange is over")
        return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        timeout = self._deadline.within(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline, public_only: bool) -> None:
        self._network, self._deadline, self._public_only = httpcore.SyncBackend(), deadline, public_only

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        trouble: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            try:
                left = self._deadline.within(timeout, httpcore.ConnectTimeout)
                stream = self._network.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                trouble = failed
                continue
            return _Stream(stream, self._deadline)
        raise trouble

    def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options: Any = None) -> Any:
        raise httpcore.ConnectError("no carrier is reached by a socket of this machine")

    def _addresses(self, host: str, port: int) -> list[str]:
        """Where the name leads, looked up once: what was judged is what is connected to."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as failed:
            raise httpcore.ConnectError(str(failed)) from failed
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if self._public_only and not all(ipaddress.ip_address(one.split("%")[0]).is_global for one in addresses):
            raise httpcore.ConnectError(f"{host} is not an address of the public network")
        return addresses


class Wire(httpx.HTTPTransport):
    """A transport with connections of its own; `public_only` reaches no address of this machine or its network."""

    def __init__(self, deadline: Deadline, public_only: bool = False) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=_MOST_CONNECTIONS // 4,
            keepalive_expiry=5.0,
            network_backend=_Backend(deadline, public_only),
        )
