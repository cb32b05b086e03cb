"""Clients that work at the same time: processes with threads in them, kept through all rounds so that all are warm."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Protocol, Self

Job = Callable[[], object]


class Work(Protocol):
    """What the clients of one process do. It is made in that process."""

    def jobs(self, kind: str, client: int, count: int) -> Sequence[Job]:
        """`count` jobs of a kind, ready to be run one after the other; making them is not measured."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Shape:
    """How many clients there are, and as what."""

    processes: int
    threads: int

    @property
    def clients(self) -> int:
        return self.processes * self.threads

    @property
    def named(self) -> str:
        return "1 client" if self.clients == 1 else f"{self.clients} clients"

    def __str__(self) -> str:
        return f"{self.named} ({self.processes} x {self.threads} processes x threads)"


@dataclass(frozen=True)
class Round:
    """What all clients did in one round. `cpu_us` is the clients' own processor time for each job."""

    per_second: float
    done: int
    cpu_us: float
    slowest_ms: float


class Crew:
    """The clients of a shape; `round` sets them to work together."""

    def __init__(self, make: Callable[[], Work], shape: Shape) -> None:
        """`make` travels to each process by pickle."""
        self._shape = shape
        self._pipes: list[Connection] = []
        self._processes: list[Any] = []
        context = multiprocessing.get_context("spawn")
        for number in range(shape.processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, make, shape.threads, number), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def round(self, kind: str, seconds: float, most_per_second: int) -> Round:
        """All clients at once for `seconds`; `most_per_second` of all of them together are made ready."""
        each = max(int(most_per_second * seconds / self._shape.clients), 20)
        for pipe in self._pipes:
            pipe.send((kind, each))
        for pipe in self._pipes:
            pipe.recv()
        for pipe in self._pipes:
            pipe.send(seconds)
        found = [pipe.recv() for pipe in self._pipes]
        clients = [client for process, _ in found for client in process]
        done = sum(count for count, _, _ in clients)
        return Round(
            per_second=sum(count / elapsed for count, elapsed, _ in clients),
            done=done,
            cpu_us=sum(cpu for _, cpu in found) * 1e6 / done,
            slowest_ms=max(slowest for _, _, slowest in clients) * 1e3,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()


def _serve(pipe: Connection, make: Callable[[], Work], threads: int, number: int) -> None:
    work = make()
    clients = range(number * threads, (number + 1) * threads)
    with ThreadPoolExecutor(threads) as pool:
        while True:
            try:
                kind, count = pipe.recv()
            except EOFError:
                break
            jobs = [work.jobs(kind, client, count) for client in clients]
            pipe.send(None)
            seconds = pipe.recv()
            before = _cpu()
            told = list(pool.map(_until, jobs, [seconds] * len(jobs)))
            pipe.send((told, _cpu() - before))
    work.close()


def _until(jobs: Sequence[Job], seconds: float) -> tuple[int, float, float]:
    """(done, elapsed, slowest) of one client; it stops at the first job that would begin too late."""
    begin = last = time.perf_counter()
    done, slowest = 0, 0.0
    for job in jobs:
        if last - begin >= seconds:
            break
        job()
        now = time.perf_counter()
        slowest = max(slowest, now - last)
        last = now
        done += 1
    return done, last - begin, slowest


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
