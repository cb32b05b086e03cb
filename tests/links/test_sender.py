from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from doorstep.carriers.port import Reply, Request
from doorstep.links.breaker import BreakerRule
from doorstep.links.sender import End, NoReply, Sender

NOW = datetime(2026, 3, 2, tzinfo=UTC)
BUY = Request("POST", "/v1/labels", {"Content-Type": "application/json"}, b"{}")


def sender_over(
    wire: Callable[[httpx.Request], httpx.Response],
    stopwatch_ns: Callable[[], int] = lambda: 0,
    most_reply_bytes: int = 1_000,
    breaker: BreakerRule | None = None,
) -> Sender:
    end = End("local", "http://carrier.test", most_reply_bytes=most_reply_bytes, breaker=breaker or BreakerRule())
    return Sender({"local": end}, transport=httpx.MockTransport(wire), stopwatch_ns=stopwatch_ns)


def outcome_unknown(answer: Reply | NoReply) -> bool:
    assert isinstance(answer, NoReply), answer
    assert answer.why
    return answer.outcome_unknown


@contextmanager
def carrier_that_says(said: bytes | None) -> Iterator[str]:
    """A real socket that reads a request, says these bytes (None: nothing, and keeps silent) and hangs up."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                if said is None:
                    done.wait(5)
                else:
                    connection.sendall(said)

        server = threading.Thread(target=serve)
        server.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        done.set()
        server.join()


def answer_of(said: bytes | None, silence_ms: int = 5_000) -> Reply | NoReply:
    with carrier_that_says(said) as url:
        sender = Sender({"local": End("local", url, silence_ms=silence_ms)})
        try:
            return sender.send("local", BUY, NOW)
        finally:
            sender.close()


def test_a_whole_reply_comes_back_as_it_was() -> None:
    assert answer_of(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") == Reply(200, b"{}")


def test_a_refused_connection_is_known_not_to_have_been_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    sender = Sender({"local": End("local", f"http://127.0.0.1:{port}")})
    assert outcome_unknown(sender.send("local", BUY, NOW)) is False


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 20",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"\x00\xff nonsense\r\n\r\n",
    ],
)
def test_a_reply_that_breaks_off_leaves_the_outcome_open(said: bytes) -> None:
    assert outcome_unknown(answer_of(said)) is True


def test_silence_after_sending_leaves_the_outcome_open() -> None:
    assert outcome_unknown(answer_of(None, silence_ms=100)) is True


@pytest.mark.parametrize(
    ("trouble", "unknown"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("slow"), False),
        (httpx.PoolTimeout("busy"), False),
        (httpx.WriteTimeout("slow"), True),
        (httpx.WriteError("reset"), True),
        (httpx.ReadTimeout("silent"), True),
        (httpx.ReadError("reset"), True),
        (httpx.RemoteProtocolError("dropped"), True),
        (ConnectionResetError(), True),
    ],
)
def test_every_trouble_on_the_wire_is_told_and_none_is_raised(trouble: Exception, unknown: bool) -> None:
    def wire(request: httpx.Request) -> httpx.Response:
        raise trouble

    assert outcome_unknown(sender_over(wire).send("local", BUY, NOW)) is unknown


def test_a_redirect_is_not_followed() -> None:
    visited: list[str] = []

    def wire(request: httpx.Request) -> httpx.Response:
        visited.append(str(request.url))
        return httpx.Response(302, headers={"Location": "http://169.254.169.254/"})

    assert sender_over(wire).send("local", BUY, NOW) == Reply(302, b"")
    assert visited == ["http://carrier.test/v1/labels"]


def test_a_reply_larger_than_any_label_is_not_taken() -> None:
    exact = sender_over(lambda _: httpx.Response(200, content=b"x" * 1_000)).send("local", BUY, NOW)
    assert exact == Reply(200, b"x" * 1_000)
    assert outcome_unknown(sender_over(lambda _: httpx.Response(200, content=b"x" * 1_001)).send("local", BUY, NOW))


def test_a_reply_shorter_than_announced_is_not_taken_for_whole() -> None:
    short = httpx.ByteStream(b"{}")
    sender = sender_over(lambda _: httpx.Response(200, headers={"Content-Length": "3"}, stream=short))
    assert outcome_unknown(sender.send("local", BUY, NOW))


def test_a_packed_reply_is_not_unpacked() -> None:
    def wire(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept-encoding"] == "identity"
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"\x1f\x8b"))

    assert outcome_unknown(sender_over(wire).send("local", BUY, NOW))


def test_a_reply_that_drips_past_the_deadline_is_given_up() -> None:
    ticks = iter(range(0, 10**12, 15 * 10**9))  # each look at the stopwatch is 15 seconds later

    def drip() -> Iterator[bytes]:
        yield from [b"x"] * 10

    answer = sender_over(lambda _: httpx.Response(200, content=drip()), lambda: next(ticks)).send("local", BUY, NOW)
    assert outcome_unknown(answer)


@pytest.mark.parametrize(("says", "waits"), [("7", 7), (" 7 ", 7), ("soon", None), ("9999999", None), ("-1", None)])
def test_the_wait_a_carrier_asks_for_is_read_where_it_is_seconds(says: str, waits: int | None) -> None:
    reply = sender_over(lambda _: httpx.Response(429, headers={"Retry-After": says})).send("local", BUY, NOW)
    assert reply == Reply(429, b"", waits)


def test_a_carrier_that_keeps_failing_is_left_alone_and_then_tried_again() -> None:
    status, sent = 503, 0

    def wire(request: httpx.Request) -> httpx.Response:
        nonlocal sent
        sent += 1
        return httpx.Response(status)

    sender = sender_over(wire, breaker=BreakerRule(opens_after=2, rests_seconds=30))
    for _ in range(2):
        assert sender.send("local", BUY, NOW) == Reply(503, b"")
    assert outcome_unknown(sender.send("local", BUY, NOW)) is False, "it was not sent, and we know it"
    assert sent == 2
    status = 200
    assert sender.send("local", BUY, NOW + timedelta(seconds=30)) == Reply(200, b"")
    assert sender.send("local", BUY, NOW + timedelta(seconds=31)) == Reply(200, b"")


def test_one_carriers_trouble_is_not_anothers() -> None:
    def wire(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500 if request.url.host == "bad.test" else 200)

    rule = BreakerRule(opens_after=1)
    ends = {name: End(name, f"http://{name}.test", breaker=rule) for name in ("bad", "good")}
    sender = Sender(ends, transport=httpx.MockTransport(wire))
    sender.send("bad", BUY, NOW)
    assert isinstance(sender.send("bad", BUY, NOW), NoReply)
    assert isinstance(sender.send("good", BUY, NOW), Reply)


def test_a_refusal_or_a_plea_to_wait_is_an_answer_and_opens_nothing() -> None:
    sender = sender_over(lambda _: httpx.Response(429), breaker=BreakerRule(opens_after=1))
    for _ in range(3):
        assert isinstance(sender.send("local", BUY, NOW), Reply)


def test_a_key_is_not_shown_where_an_end_is_printed() -> None:
    assert "hush" not in repr(End("local", "https://carrier.test", headers={"Authorization": "Bearer hush"}))


def test_a_path_cannot_lead_to_another_host() -> None:
    with pytest.raises(ValueError, match="does not begin"):
        sender_over(lambda _: httpx.Response(200)).send("local", Request("GET", "@evil.test/", {}), NOW)


@pytest.mark.parametrize("wrong", ["ftp://carrier.test", "carrier.test", ""])
def test_an_end_is_reached_over_http_or_not_at_all(wrong: str) -> None:
    with pytest.raises(ValueError, match="http"):
        End("local", wrong)
