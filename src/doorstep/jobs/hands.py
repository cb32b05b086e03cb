"""What a worker does with a load: run by run, each ended in `due` before the next one begins."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from doorstep.flow.later import FOR_MANY, run_one, run_planning, run_together
from doorstep.flow.office import Office
from doorstep.jobs.clockwork import CHORES
from doorstep.jobs.runner import Load
from doorstep.storage import due
from doorstep.storage.database_errors import DatabaseUnavailable
from doorstep.storage.due import Due, TryAgain
from doorstep.storage.verbs import PLAN_ORDERS

log = logging.getLogger(__name__)
AFTER_BUG_SECONDS = 30


class Hands:
    """Runs loads; safe to share among threads."""

    def __init__(self, office: Office, lease_seconds: int, stopping: Callable[[], bool]) -> None:
        self._office, self._store = office, office.store
        self._lease_seconds = lease_seconds
        self._stopping = stopping

    def run(self, load: Load) -> None:
        """Run what of the load is still ours; on stopping, the rest is left for others at once.

        A verb that raises is put off with the exception as its trouble. DatabaseUnavailable: what was not ended comes
        again when its lease runs out.
        """
        jobs = due.still_leased(self._store, load.due_ids, load.leased_until)
        while jobs:
            if self._stopping():
                due.release(self._store, jobs)
                return
            jobs = self._kept(jobs)
            if load.verb == PLAN_ORDERS:
                self._attempt(jobs, self._plan)
                return
            if load.verb in FOR_MANY and jobs:
                self._run_together(jobs)
                return
            self._attempt(jobs[:1], self._run_first)
            jobs = jobs[1:]

    def _kept(self, jobs: list[Due]) -> list[Due]:
        """The runs with a third of their lease left at least, so that nobody else begins what we are about to."""
        if not jobs or due.time_left(self._store, jobs, self._lease_seconds):
            return jobs
        return due.renew(self._store, jobs, self._lease_seconds)

    def _attempt(self, jobs: Sequence[Due], run: Callable[[Sequence[Due]], None]) -> None:
        if not jobs:
            return
        try:
            run(jobs)
        except Exception as bug:
            if isinstance(bug, DatabaseUnavailable):
                raise
            log.exception("A job failed and is put off.", extra={"verb": jobs[0].verb, "key": jobs[0].key})
            for job in jobs:
                due.put_off(self._store, job, TryAgain(AFTER_BUG_SECONDS, f"{type(bug).__name__}: {bug}"))

    def _plan(self, jobs: Sequence[Due]) -> None:
        run_planning(self._office, jobs)

    def _run_together(self, jobs: Sequence[Due]) -> None:
        def go_on() -> bool:
            return not self._stopping() and due.time_left(self._store, jobs, self._lease_seconds)

        for job, outcome in zip(jobs, run_together(self._office, jobs, go_on), strict=True):
            if isinstance(outcome, Exception):
                told = {"verb": job.verb, "key": job.key}
                log.error("A job failed and is put off.", exc_info=outcome, extra=told)

    def _run_first(self, jobs: Sequence[Due]) -> None:
        job = jobs[0]
        chore = CHORES.get(job.verb)
        if chore is None:
            run_one(self._office, job)
        else:
            chore.do(self._office)
            due.repeat(self._store, job, chore.every_seconds)
