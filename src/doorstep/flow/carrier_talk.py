"""Talking to carriers: a request goes out, what comes back is read in the carrier's dialect. No transaction is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any, TypeVar

from doorstep.carriers.documents import media_type
from doorstep.carriers.port import CarrierSaysNo, LabelMade, ManifestMade, NotYet, Parked, Reply, Request
from doorstep.flow.office import Office
from doorstep.links.sender import NoReply
from doorstep.storage.due import TryAgain

T = TypeVar("T")
U = TypeVar("U")
Paper = TypeVar("Paper", LabelMade, ManifestMade)
RETRY_SECONDS = 10
ONCE_MORE_SECONDS = 60  # until that is tried again which surely was not done
LOOK_THERE = "look_there"  # the code of what a person has to look up at the carrier's
_MOST_SIDE_BY_SIDE = 16
_GRACE_SECONDS = 0.5


def exchange(
    office: Office, carrier_id: str, request: Request | U, read: Callable[[Reply], T], within_ms: int | None = None
) -> T | U | NoReply:
    """What the carrier answered, `within_ms` where that is sooner than its own deadline.

    NoReply where nothing came, or nothing is to leave the house. What its dialect answers in place of a request is the
    answer.
    """
    if not isinstance(request, Request):
        return request
    if office.sender is None:
        return NoReply(outcome_unknown=False, why="nothing is to leave the house: no carrier is connected")
    if carrier_id not in office.sender.carrier_ids:
        return NoReply(outcome_unknown=False, why=f"no address of carrier {carrier_id} is set (DOORSTEP_CARRIERS)")
    reply = office.sender.send(carrier_id, request, office.store.clock.now(), within_ms)
    return reply if isinstance(reply, NoReply) else read(reply)


def with_document(office: Office, carrier_id: str, made: Paper) -> Paper | NoReply:
    """The same with its document, fetched from where the carrier put it; NoReply where it could not be had."""
    if made.document or not made.document_at:
        return made
    if office.sender is None:
        return NoReply(outcome_unknown=False, why="nothing is to leave the house: no carrier is connected")
    reply = office.sender.fetch(carrier_id, made.document_at)
    if isinstance(reply, NoReply):
        return reply
    if reply.status != 200:
        return NoReply(outcome_unknown=False, why=f"the document could not be had: status {reply.status}")
    kind = media_type(reply.body)
    if not kind:
        return NoReply(outcome_unknown=False, why="what lies where the document should is neither PDF, PNG nor ZPL")
    return replace(made, document=reply.body, document_type=kind)


def undecided(answer: Any) -> bool:
    """Whether an answer decides nothing: none came, it was not understood, or it is to be asked again."""
    return isinstance(answer, NoReply | Parked | NotYet) or (isinstance(answer, CarrierSaysNo) and answer.retry)


def surely_not(answer: Any) -> bool:
    """Whether what was asked for was surely not done, and may be asked for again."""
    if isinstance(answer, NoReply):
        return not answer.outcome_unknown
    return isinstance(answer, CarrierSaysNo) and answer.retry and not answer.outcome_unknown


def again(answer: Any) -> TryAgain:
    """When to ask again, no sooner than the carrier wants, and why."""
    asked = getattr(answer, "retry_after_seconds", None)
    return TryAgain(max(RETRY_SECONDS, asked or 0), tell(answer))


def tell(answer: Any) -> str:
    if isinstance(answer, NoReply | NotYet):
        return answer.why
    return f"{answer.code}: {answer.says}" if isinstance(answer, CarrierSaysNo) else str(answer.reason)


def side_by_side(office: Office, jobs: Sequence[Callable[[], T]]) -> list[T]:
    """What each job returns, in their order; all at once where the carriers are out of the house.

    A slow carrier holds up its own job alone. The first exception is raised once all have ended.
    """
    if len(jobs) < 2 or office.sender is None or not office.sender.side_by_side:
        return [job() for job in jobs]
    with ThreadPoolExecutor(min(len(jobs), _MOST_SIDE_BY_SIDE), "doorstep-carrier") as threads:
        waiting = [threads.submit(job) for job in jobs]
    return [one.result() for one in waiting]


def in_time(office: Office, jobs: Sequence[Callable[[], T | NoReply]], within_ms: int) -> list[T | NoReply]:
    """The same, but whoever is not back by then is not waited for: NoReply stands in its place.

    An exchange has a deadline of its own; this holds for what has none, such as a name that cannot be looked up.
    """
    if len(jobs) < 2 or office.sender is None or not office.sender.side_by_side:
        return [job() for job in jobs]
    threads = ThreadPoolExecutor(min(len(jobs), _MOST_SIDE_BY_SIDE), "doorstep-rates")
    waiting = [threads.submit(job) for job in jobs]
    wait(waiting, within_ms / 1000 + _GRACE_SECONDS)
    threads.shutdown(wait=False, cancel_futures=True)
    late = NoReply(outcome_unknown=True, why=f"it did not answer within {within_ms} ms")
    return [late if one.cancelled() or not one.done() else one.result() for one in waiting]
