"""The client's side: what was asked, what was answered, and asking again under the same key until there is an answer.

Every answer is on the disk before anybody acts on it. What is written here was acknowledged, and may not be lost.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE_S = 60
_PAUSE_S = 0.02
_REPLY_S = 30


class StuckError(Exception):
    """No answer for a minute, however often it was asked: the company is dead."""


@dataclass(frozen=True, slots=True)
class Ack:
    """A request that changes something, and its answer. `doubted`: asked again, as no answer had come at first."""

    request: dict[str, Any]
    answer: dict[str, Any]
    doubted: bool

    @property
    def verb(self) -> str:
        return str(self.request["verb"])

    @property
    def key(self) -> str:
        return str(self.request.get("key", ""))


class AckFile:
    """The append-only file of what was sent and what was answered. Safe among threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._lock = threading.Lock()
        self._numbers = 0
        self.counts: Counter[str] = Counter()
        self.fresh: list[Ack] = []

    def sent(self, request: dict[str, Any]) -> int:
        """Note a request before it leaves; returns its number."""
        with self._lock:
            self._numbers += 1
            self._write({"n": self._numbers, "sent": request})
            return self._numbers

    def answered(self, number: int, ack: Ack) -> None:
        """Note an answer for good; only then may anybody act on it."""
        with self._lock:
            self._write({"n": number, "got": ack.answer, "doubted": ack.doubted})
            self.fresh.append(ack)
            self.counts["refused" if "refused" in ack.answer else ack.verb] += 1
        os.fsync(self._file)

    def take_fresh(self) -> list[Ack]:
        """What was acknowledged since this was last asked."""
        with self._lock:
            fresh, self.fresh = self.fresh, []
        return fresh

    def read(self) -> Iterator[Ack]:
        """Every acknowledged request, as the disk has it."""
        sent: dict[int, dict[str, Any]] = {}
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                found = json.loads(line)
                if "sent" in found:
                    sent[found["n"]] = found["sent"]
                else:
                    yield Ack(sent.pop(found["n"]), found["got"], found["doubted"])

    def close(self) -> None:
        os.close(self._file)

    def _write(self, record: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(record, ensure_ascii=False).encode() + b"\n")


class Client:
    """One person's line to the office; for one thread."""

    def __init__(self, port: int, acks: AckFile) -> None:
        self._port, self._acks = port, acks
        self._socket: socket.socket | None = None

    def ask(self, verb: str, **asked: Any) -> dict[str, Any]:
        """Ask for a step until it is answered; the answer is acknowledged in the file, then returned."""
        request = {"verb": verb, **asked}
        number = self._acks.sent(request)
        tries, answer = self._insist(request)
        self._acks.answered(number, Ack(request, answer, tries > 1))
        return answer

    def look(self, what: str) -> Any:
        """Read something; nothing is noted."""
        return self._insist({"verb": what})[1]["answer"]

    def replay(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ask again what was answered before; nothing is noted."""
        return self._insist(request)[1]

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _insist(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        line = json.dumps(request, ensure_ascii=False).encode() + b"\n"
        ends_at = time.monotonic() + PATIENCE_S
        tries = 0
        while time.monotonic() < ends_at:
            tries += 1
            try:
                answer = self._exchange(line)
            except (OSError, EOFError, ValueError):  # the office died, perhaps in the middle of its answer
                self.close()
            else:
                if "unavailable" not in answer:
                    return tries, answer
            time.sleep(_PAUSE_S)
        raise StuckError(f"{PATIENCE_S} s and {tries} tries, and no answer to {request}")

    def _exchange(self, line: bytes) -> dict[str, Any]:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=_REPLY_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(line)
        heard = bytearray()
        while not heard.endswith(b"\n"):
            piece = self._socket.recv(1 << 16)
            if not piece:
                raise EOFError
            heard += piece
        found: dict[str, Any] = json.loads(heard)
        return found
