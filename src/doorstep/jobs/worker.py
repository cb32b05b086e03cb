"""A worker: the runner's loop, the ticker, the sealer and the sweep, until it is told to stop.

Any number of workers may run on one database, on any machines. One that is killed loses its leases, and others go on.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from procrastinate import App

from doorstep.flow.office import Office
from doorstep.jobs import clockwork, logs, runner
from doorstep.jobs.hands import Hands
from doorstep.jobs.logs import OUTAGES
from doorstep.jobs.runner import QUEUE, TASK, Load
from doorstep.jobs.ticker import tick
from doorstep.storage.collector import calm_collector
from doorstep.storage.due import LEASE_SECONDS

T = TypeVar("T")
log = logging.getLogger(__name__)
CONCURRENCY = 4
_BESIDE_HANDS = 3  # ticker, sealer and sweep
_STOP_LOOK_MS = 50


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a worker looks after what, in the machine's time; only the lease is in that of the injected clock.

    A lease must last longer than any one verb takes. A worker that was silent for `silent_seconds` counts as dead;
    a database that gives no connection for `patience_seconds` counts as gone.
    """

    lease_seconds: int = LEASE_SECONDS
    tick_ms: int = 50
    poll_ms: int = 50
    seal_ms: int = 200
    sweep_ms: int = 10_000
    heartbeat_ms: int = 10_000
    silent_seconds: int = 30
    reconnect_ms: int = 500
    patience_seconds: int = 5


def run_worker(
    office: Office, *, stop: threading.Event, concurrency: int = CONCURRENCY, pace: Pace | None = None
) -> None:
    """Work until `stop` is set, then finish the runs that were begun, leave the others, and return.

    Blocks its thread; `concurrency` verbs run at once, in threads. The store's pool must have concurrency + 3
    connections. Where the database is gone it says so once, waits and goes on when it is back. DatabaseUnfit where a
    newer Doorstep works on the database.
    """
    asyncio.run(_Worker(office, stop, concurrency, pace or Pace()).run())


@contextmanager
def worker_beside(office: Office, *, concurrency: int = 2, pace: Pace | None = None) -> Iterator[None]:
    """A worker in a thread of this process as long as the block lasts: for a demonstration, or a small company.

    A worker that ends by a bug says so in the log, and its exception is raised at the end of the block.
    """
    stop = threading.Event()

    def work_until_stopped() -> None:
        try:
            run_worker(office, stop=stop, concurrency=concurrency, pace=pace)
        except Exception:
            log.exception("The worker of this process has ended.")
            raise

    with ThreadPoolExecutor(1, "doorstep-worker") as thread:
        working = thread.submit(work_until_stopped)
        try:
            yield
        finally:
            stop.set()
        working.result()


def work(office: Office, *, concurrency: int = CONCURRENCY, pace: Pace | None = None) -> int:
    """What `doorstep work` does: a worker that logs to stderr and stops on SIGTERM or SIGINT; the exit code.

    A second signal ends it at once, which costs nothing but the wait for its leases.
    """
    stop = threading.Event()

    def on_signal(number: int, _: Any) -> None:
        log.info("Told to stop: finishing what was begun.", extra={"signal": signal.Signals(number).name})
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    logs.to_stderr(office.store.clock)
    calm_collector()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    run_worker(office, stop=stop, concurrency=concurrency, pace=pace)
    return 0


class _Worker:
    def __init__(self, office: Office, stop: threading.Event, concurrency: int, pace: Pace) -> None:
        self._store, self._stop = office.store, stop
        self._concurrency, self._pace = concurrency, pace
        self._hands = Hands(office, pace.lease_seconds, stop.is_set)
        self._threads = ThreadPoolExecutor(concurrency + _BESIDE_HANDS, "doorstep-work")

    async def run(self) -> None:
        """One session after the other, each as long as the database answers."""
        down, lost = False, ""
        with self._threads:
            while not self._stop.is_set():
                try:
                    await self._in_thread(self._prepare)
                except OUTAGES as gone:
                    if not down:
                        log.error("The database does not answer; waiting for it.", extra={"trouble": _tell(gone)})
                    down = True
                else:
                    if down or lost:
                        log.warning("The database answers again.", extra={"trouble": lost})
                    down = False
                    lost = await self._session()
                await self._pause(self._pace.reconnect_ms)
        log.info("The worker has stopped.")

    def _prepare(self) -> None:
        runner.install(self._store)
        clockwork.wind_up(self._store)

    async def _session(self) -> str:
        """Work until stopped ('') or until the database is gone (why). What was begun is finished before it returns."""
        try:
            async with self._runner().open_async() as app:
                await self._work(app)
        except OUTAGES as gone:
            return _tell(gone)
        return ""

    def _runner(self) -> App:
        app = runner.connected(self._store, self._pace.patience_seconds)

        @app.task(name=TASK, queue=QUEUE)
        async def run(**told: Any) -> None:
            try:
                await self._in_thread(lambda: self._hands.run(Load.read(told)))
            except OUTAGES as gone:
                log.info("A load was dropped; it comes again.", extra={"trouble": _tell(gone), "load": told})

        return app

    async def _work(self, app: App) -> None:
        pace, store = self._pace, self._store
        log.info("The worker takes jobs.", extra={"concurrency": self._concurrency})
        parts = [
            asyncio.create_task(part)
            for part in (
                self._until_stopped(),
                self._beat(pace.tick_ms, lambda: tick(store, self._concurrency, pace.lease_seconds)),
                self._beat(pace.seal_ms, store.seal),
                self._beat(pace.sweep_ms, lambda: runner.sweep(store, pace.silent_seconds)),
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self._concurrency,
                    fetch_job_polling_interval=pace.poll_ms / 1000,
                    abort_job_polling_interval=pace.sweep_ms / 1000,
                    update_heartbeat_interval=pace.heartbeat_ms / 1000,
                    stalled_worker_timeout=pace.silent_seconds,
                    listen_notify=False,
                    delete_jobs="always",
                    install_signal_handlers=False,
                ),
            )
        ]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in parts:
                part.cancel()  # the runner's loop takes this as: finish what was begun
            ended = await asyncio.gather(*parts, return_exceptions=True)
        troubles = [trouble for trouble in ended if isinstance(trouble, Exception)]
        if troubles:
            raise troubles[0]

    async def _beat(self, every_ms: int, do: Callable[[], object]) -> None:
        while True:
            await self._in_thread(do)
            await asyncio.sleep(every_ms / 1000)

    async def _until_stopped(self) -> None:
        while not self._stop.is_set():
            await asyncio.sleep(_STOP_LOOK_MS / 1000)

    async def _pause(self, for_ms: int) -> None:
        await self._in_thread(lambda: self._stop.wait(for_ms / 1000))

    async def _in_thread(self, do: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, do)


def _tell(gone: BaseException) -> str:
    return f"{type(gone).__name__}: {gone.__cause__ or gone}"
