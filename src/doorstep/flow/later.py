"""What runs later: the verbs that steps ask for through `due`, by name, and how each is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from doorstep.flow import nodes, place, plan, receive
from doorstep.flow.label_documents import fetch_document
from doorstep.flow.manifests import send_manifest
from doorstep.flow.office import Office
from doorstep.flow.pick import settle_fulfilment
from doorstep.flow.pickups import book_pickup, call_off
from doorstep.flow.redate import promise_again
from doorstep.flow.ship import request_labels, request_labels_many, send_label, send_labels, void_label
from doorstep.flow.track import reread_scans, reread_scans_many
from doorstep.storage import due, verbs
from doorstep.storage.database_errors import DatabaseUnavailable
from doorstep.storage.due import NOT_BEGUN, Due, TryAgain
from doorstep.storage.store import OvertakenError
from doorstep.terms.refusals import Refusal, Why

Verb = Callable[[Office, str, int], TryAgain | None]
Outcome = TryAgain | Exception | None  # None: done; an exception: this run's own failure
GoOn = Callable[[], bool]
VerbForMany = Callable[[Office, Sequence[Due], GoOn], Sequence[Outcome]]
PLAN_AGAIN_SECONDS = 5
PUT_OFF_SECONDS = 30
FORBIDDEN_SECONDS = 3600
JOINED_SECONDS = 300


def _done(_: object) -> None:
    return None


def _unless_forbidden(told: object) -> TryAgain | None:
    """What may not ship today may ship once days have passed or a licence has come, and what goes with others once they
    are packed: it is asked again."""
    if isinstance(told, Refusal) and told.why is Why.ON_HOLD and "goes_with" in told.concerns:
        return TryAgain(JOINED_SECONDS, told.says)
    if isinstance(told, Refusal) and told.why is Why.MAY_NOT_SHIP:
        return TryAgain(FORBIDDEN_SECONDS, told.says)
    return None


VERBS: Mapping[str, Verb] = {
    verbs.PLAN_WAITING: lambda office, item_id, _: _done(receive.plan_waiting(office, item_id)),
    verbs.SETTLE_FULFILMENT: lambda office, fulfilment_id, _: _done(settle_fulfilment(office, fulfilment_id)),
    verbs.REQUEST_LABELS: lambda office, fulfilment_id, _: _unless_forbidden(request_labels(office, fulfilment_id)),
    verbs.SEND_LABEL: send_label,
    verbs.FETCH_DOCUMENT: fetch_document,
    verbs.VOID_LABEL: void_label,
    verbs.SEND_MANIFEST: send_manifest,
    verbs.BOOK_PICKUP: book_pickup,
    verbs.CANCEL_PICKUP: call_off,
    verbs.REREAD_SCANS: lambda office, label_id, _: _done(reread_scans(office, label_id)),
    verbs.PROMISE_AGAIN: lambda office, order_id, _: _done(promise_again(office, order_id)),
    verbs.ANSWER_DUE: lambda office, fulfilment_id, _: _done(nodes.answer_due(office, fulfilment_id)),
    verbs.EXPIRE_HOLDS: lambda office, order_id, _: _done(place.expire_holds(office, order_id)),
}


def _request_labels(office: Office, jobs: Sequence[Due], _: GoOn) -> Sequence[Outcome]:
    return [_unless_forbidden(told) for told in request_labels_many(office, [job.key for job in jobs])]


def _all_done(do: Callable[[Office, Sequence[str]], object]) -> VerbForMany:
    def run(office: Office, jobs: Sequence[Due], _: GoOn) -> Sequence[Outcome]:
        do(office, [job.key for job in jobs])
        return [None] * len(jobs)

    return run


def _send_labels(office: Office, jobs: Sequence[Due], go_on: GoOn) -> Sequence[Outcome]:
    return send_labels(office, [(job.key, job.attempts) for job in jobs], go_on)


# How many runs of a verb are made as one. One of which a run fails as a whole can be run again, one by one.
FOR_MANY: Mapping[str, VerbForMany] = {
    verbs.PLAN_WAITING: _all_done(lambda office, item_ids: receive.plan_waiting(office, *item_ids)),
    verbs.REQUEST_LABELS: _request_labels,
    verbs.SEND_LABEL: _send_labels,
    verbs.REREAD_SCANS: _all_done(reread_scans_many),
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What one look at the timers came to."""

    done: int
    put_off: int


def run_due(office: Office, at_most: int = 200, planning: bool = True) -> Ran:
    """Run what is due by the clock now, once each; a worker does this again and again. Without `planning` all but that.

    Planning is one run for all orders that ask for it; of the other verbs all runs that are due are made together
    where they can be. What fails is tried again later, further and further apart, with its trouble written beside it.
    """
    waiting = due.any_due(office.store, (verbs.PLAN_ORDERS, *VERBS) if planning else tuple(VERBS))
    done = put_off = 0
    if verbs.PLAN_ORDERS in waiting:
        done += len(plan.plan_open_orders(office, only_asked=True).orders)
    failures: list[Exception] = []
    leased = due.lease(office.store, tuple(VERBS), at_most) if waiting else []
    by_verb: dict[str, list[Due]] = defaultdict(list)
    for job in leased:
        by_verb[job.verb].append(job)
    for jobs in by_verb.values():
        outcomes = run_together(office, jobs, lambda jobs=jobs: due.time_left(office.store, jobs))  # type: ignore[misc]
        failures += [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        done += outcomes.count(None)
        put_off += len(outcomes) - outcomes.count(None)
    if failures:
        raise ExceptionGroup("later runs failed; they are tried again", failures)
    return Ran(done, put_off)


def run_together(office: Office, jobs: Sequence[Due], go_on: GoOn) -> list[Outcome]:
    """Run leased jobs of one verb, all as one where that can be; each is ended in `due` by what became of itself.

    Once `go_on` says no, those that were not begun are left for others. DatabaseUnavailable: nothing was ended.
    """
    outcomes = list(_outcomes(office, jobs, go_on))
    ended = [
        (job, TryAgain(PUT_OFF_SECONDS, _tell(outcome)) if isinstance(outcome, Exception) else outcome)
        for job, outcome in zip(jobs, outcomes, strict=True)
    ]
    due.end(office.store, ended)
    return outcomes


def _tell(failure: Exception) -> str:
    return f"{type(failure).__name__}: {failure}"


def _outcomes(office: Office, jobs: Sequence[Due], go_on: GoOn) -> Sequence[Outcome]:
    for_many = FOR_MANY.get(jobs[0].verb)
    if for_many is not None and len(jobs) > 1:
        try:
            return for_many(office, jobs, go_on)
        except Exception as failure:
            if _gone(failure):
                raise
    return [_outcome(office, job) if go_on() else NOT_BEGUN for job in jobs]


def _gone(failure: Exception) -> bool:
    return isinstance(failure, DatabaseUnavailable) and not isinstance(failure, OvertakenError)


def _outcome(office: Office, job: Due) -> Outcome:
    try:
        return VERBS[job.verb](office, job.key, job.attempts)
    except Exception as failure:
        if _gone(failure):
            raise
        return failure


def run_planning(office: Office, jobs: Sequence[Due]) -> Ran:
    """One planning run for all orders that ask for it, and what became of the leased ones among them.

    Planning settles the timers of the orders that it reaches. An order that was out of its reach (somebody works on
    it, or too many are open at once) is put off.
    """
    plan.plan_open_orders(office, only_asked=True)
    left = due.still_leased(office.store, [job.due_id for job in jobs], jobs[0].leased_until)
    asked = {job.due_id: job.asked for job in jobs}
    settled = [job for job in left if job.asked != asked[job.due_id]]
    if settled:
        due.release(office.store, settled)
    unreached = [job for job in left if job.asked == asked[job.due_id]]
    for job in unreached:
        due.put_off(office.store, job, TryAgain(PLAN_AGAIN_SECONDS, "planning did not come to this order"))
    return Ran(len(jobs) - len(unreached), len(unreached))


def run_one(office: Office, job: Due) -> bool:
    """Run a leased job; True where it is done, False where it was put off."""
    again = VERBS[job.verb](office, job.key, job.attempts)
    if again is None:
        due.finish(office.store, job)
        return True
    due.put_off(office.store, job, again)
    return False


def run_until_quiet(office: Office, rounds: int = 50, planning: bool = True) -> Ran:
    """Run what is due until nothing more comes of it, or `rounds` are over. For tests, the twin and small companies.

    Without `planning` orders that ask for a plan wait for a run with it: the more they are, the less each costs.
    """
    done = put_off = 0
    for _ in range(rounds):
        ran = run_due(office, planning=planning)
        done += ran.done
        put_off += ran.put_off
        if not ran.done:
            break
    return Ran(done, put_off)
