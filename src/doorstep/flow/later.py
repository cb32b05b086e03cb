"""What runs later: the verbs that steps ask for through `due`, by name, and how each is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from doorstep.flow import place, plan, receive
from doorstep.flow.office import Office
from doorstep.flow.pick import settle_fulfilment
from doorstep.flow.redate import promise_again
from doorstep.flow.ship import request_labels, send_label, void_label
from doorstep.flow.track import reread_scans
from doorstep.storage import due, verbs
from doorstep.storage.due import Due, TryAgain

Verb = Callable[[Office, str, int], TryAgain | None]
PLAN_AGAIN_SECONDS = 5
PUT_OFF_SECONDS = 30


def _done(_: object) -> None:
    return None


VERBS: Mapping[str, Verb] = {
    verbs.PLAN_WAITING: lambda office, item_id, _: _done(receive.plan_waiting(office, item_id)),
    verbs.SETTLE_FULFILMENT: lambda office, fulfilment_id, _: _done(settle_fulfilment(office, fulfilment_id)),
    verbs.REQUEST_LABELS: lambda office, fulfilment_id, _: _done(request_labels(office, fulfilment_id)),
    verbs.SEND_LABEL: send_label,
    verbs.VOID_LABEL: void_label,
    verbs.REREAD_SCANS: lambda office, label_id, _: _done(reread_scans(office, label_id)),
    verbs.PROMISE_AGAIN: lambda office, order_id, _: _done(promise_again(office, order_id)),
    verbs.EXPIRE_HOLDS: lambda office, order_id, _: _done(place.expire_holds(office, order_id)),
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What one look at the timers came to."""

    done: int
    put_off: int


def run_due(office: Office, at_most: int = 200) -> Ran:
    """Run what is due by the clock now, once each; a worker does this again and again.

    Planning is one run for all orders that ask for it; every other verb runs under its own key. What fails is tried
    again later, further and further apart, with its trouble written beside it.
    """
    done = put_off = 0
    if due.any_due(office.store, verbs.PLAN_ORDERS):
        done += len(plan.plan_open_orders(office, only_asked=True).orders)
    failures = []
    for job in due.lease(office.store, tuple(VERBS), at_most):
        try:
            finished = run_one(office, job)
        except Exception as failure:
            due.put_off(office.store, job, TryAgain(PUT_OFF_SECONDS, str(failure)))
            failures.append(failure)
            finished = False
        done, put_off = done + finished, put_off + (not finished)
    if failures:
        raise ExceptionGroup("later runs failed; they are tried again", failures)
    return Ran(done, put_off)


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


def run_until_quiet(office: Office, rounds: int = 50) -> Ran:
    """Run what is due until nothing more comes of it, or `rounds` are over. For tests, the twin and small companies."""
    done = put_off = 0
    for _ in range(rounds):
        ran = run_due(office)
        done += ran.done
        put_off += ran.put_off
        if not ran.done:
            break
    return Ran(done, put_off)
