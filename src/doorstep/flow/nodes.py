"""Sites that others run: with the release they are asked, they say yes or no, and no answer in time is a no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from doorstep.events.envelope import Fact
from doorstep.events.nodes import FulfilmentAccepted, FulfilmentAsked, FulfilmentDeclined
from doorstep.flow.count import let_down
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who
from doorstep.storage.queries import floor, nodes, orders, stock
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import ANSWER_DUE
from doorstep.terms.places import NodeTerms
from doorstep.terms.refusals import Refusal, Why

ACCEPTED, DECLINED = "accepted", "declined"
BEGAN = "it began to pick"
SILENT = "no answer in time"


@dataclass(frozen=True, slots=True)
class Answered:
    """What stands of a fulfilment order: `accepted` or `declined`, and whether that was known before."""

    fulfilment_id: str
    order_id: str
    state: str
    known: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A fulfilment order that a site has not answered yet. `agreed_by` is the last day the order is promised for."""

    fulfilment_id: str
    order_id: str
    site_id: str
    asked_at: datetime
    answer_by: datetime
    agreed_by: date | None
    zone: str


def asked_facts(tx: Transaction, scribe: Scribe, site_id: str, terms: NodeTerms, released: Sequence[Any]) -> list[Fact]:
    """The site is asked for each fulfilment order that goes to its floor, and its clock runs; none where it is ours."""
    if not terms.answer_s:
        return []
    answer_by = scribe.now + timedelta(seconds=terms.answer_s)
    for row in released:
        tx.later(ANSWER_DUE, row.fulfilment_id, answer_by)
    return [
        scribe(FulfilmentAsked(row.fulfilment_id, row.order_id, site_id, answer_by), site=site_id) for row in released
    ]


def waiting_for_answers(office: Office, site_id: str = "") -> tuple[Asked, ...]:
    """What sites were asked and have not answered, the next to run out first."""
    with office.store.reading() as tx:
        return tuple(
            Asked(row.fulfilment_id, row.order_id, row.site_id, row.asked_at, row.answer_by, row.agreed_by, row.zone)
            for row in nodes.waiting(tx, site_id)
        )


def accept(office: Office, who: Who, fulfilment_id: str, key: str = "") -> Answered | Refusal:
    """The site takes it. Where it was not asked, it always did. WRONG_STATE where it said no before."""

    def step(tx: Transaction) -> Answered | Refusal:
        row = _locked(tx, fulfilment_id)
        if isinstance(row, Refusal):
            return row
        asking = nodes.asking(tx, fulfilment_id)
        if asking is not None and asking.state == DECLINED:
            return _too_late(fulfilment_id, asking)
        known = asking is None or asking.state == ACCEPTED
        if not known:
            _accepted(tx, Scribe(who, tx.now), asking)
        return Answered(fulfilment_id, row.order_id, ACCEPTED, known)

    return office.store.run(step, answers=Answered, key=key, request=[fulfilment_id, ACCEPTED])


def decline(office: Office, who: Who, fulfilment_id: str, reason: str, key: str = "") -> Answered | Refusal:
    """The site does not take it. What was held there is held elsewhere, or the order is promised anew, in this step.

    The site is not asked for this order again.

    WRONG_STATE where it was not asked, said yes before, or began to pick. MALFORMED without a reason.
    """

    def step(tx: Transaction) -> Answered | Refusal:
        row = _locked(tx, fulfilment_id)
        if isinstance(row, Refusal):
            return row
        if not reason.strip():
            return Refusal(Why.MALFORMED, "Say why it cannot be taken: the next plan goes by it.", {"reason": ""})
        asking = nodes.asking(tx, fulfilment_id)
        if asking is None:
            says = f"{row.site_id} was not asked whether it takes {fulfilment_id}: cancel the order instead."
            return Refusal(Why.WRONG_STATE, says, {"fulfilment_id": fulfilment_id})
        if asking.state == DECLINED:
            return Answered(fulfilment_id, row.order_id, DECLINED, True)
        if asking.state == ACCEPTED or _began(tx, fulfilment_id):
            says = f"{row.site_id} has taken {fulfilment_id} already: what is not there is told by a short pick."
            return Refusal(Why.WRONG_STATE, says, {"fulfilment_id": fulfilment_id})
        _declined(office, tx, Scribe(who, tx.now), asking, reason.strip())
        return Answered(fulfilment_id, row.order_id, DECLINED, False)

    return office.store.run(step, answers=Answered, key=key, request=[fulfilment_id, DECLINED, reason])


def answer_due(office: Office, fulfilment_id: str) -> str:
    """The time for an answer is over: whoever began to pick has said yes, whoever did not has said no."""

    def step(tx: Transaction) -> str:
        row = _locked(tx, fulfilment_id)
        asking = None if isinstance(row, Refusal) else nodes.asking(tx, fulfilment_id)
        if asking is None or asking.state != "asked":
            return asking.state if asking is not None else "unknown"
        scribe = Scribe(CLOCKWORK, tx.now)
        if _began(tx, fulfilment_id):
            _accepted(tx, scribe, asking, BEGAN)
            return ACCEPTED
        _declined(office, tx, scribe, asking, SILENT)
        return DECLINED

    return str(office.store.run(step))


def _locked(tx: Transaction, fulfilment_id: str) -> Any:
    row = floor.fulfilment(tx, fulfilment_id)
    if row is None:
        return Refusal(Why.UNKNOWN_TASK, f"There is no fulfilment order {fulfilment_id}.", {})
    orders.lock(tx, row.order_id)
    return row


def _too_late(fulfilment_id: str, asking: Any) -> Refusal:
    says = f"{asking.site_id} did not take {fulfilment_id} ({asking.reason}); its goods are planned elsewhere."
    return Refusal(Why.TOO_LATE, says, {"fulfilment_id": fulfilment_id})


def _began(tx: Transaction, fulfilment_id: str) -> bool:
    return any(task.state in ("picked", "short") for task in floor.tasks(tx, [fulfilment_id]))


def _accepted(tx: Transaction, scribe: Scribe, asking: Any, reason: str = "") -> None:
    body = FulfilmentAccepted(asking.fulfilment_id, asking.order_id, asking.site_id, reason)
    tx.record(scribe(body, site=asking.site_id))
    tx.no_longer(ANSWER_DUE, [asking.fulfilment_id])


def _declined(office: Office, tx: Transaction, scribe: Scribe, asking: Any, reason: str) -> None:
    body = FulfilmentDeclined(asking.fulfilment_id, asking.order_id, asking.site_id, reason)
    tx.record(scribe(body, site=asking.site_id, cause=reason))
    tx.no_longer(ANSWER_DUE, [asking.fulfilment_id])
    tx.flush()
    open_tasks = [task.task_id for task in floor.tasks(tx, [asking.fulfilment_id]) if task.state == "open"]
    holds = stock.read_holds(tx.rows(*stock.holds_of_tasks(open_tasks)))
    let_down(office, tx, Scribe(scribe.who, scribe.now, f"{asking.site_id}: {reason}"), tuple(holds))
