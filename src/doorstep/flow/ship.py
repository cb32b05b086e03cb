"""Labels: the intent is recorded first, the carrier asked afterwards, and nothing is ever bought twice."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from doorstep.carriers import dialects
from doorstep.carriers.port import CarrierSaysNo, Dialect, LabelAsk, LabelMade, NoLabel, Parked, Voided
from doorstep.events.shipping import (
    LabelBought,
    LabelFailed,
    LabelRequested,
    LabelVoided,
    LabelVoidRefused,
    LabelVoidRequested,
)
from doorstep.events.steps import Step
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who, company_of
from doorstep.flow.pick import may_work_on
from doorstep.flow.slack import hand_off
from doorstep.links.sender import NoReply
from doorstep.storage.due import TryAgain
from doorstep.storage.queries import floor, master, orders
from doorstep.storage.store import Transaction
from doorstep.storage.verbs import REQUEST_LABELS, REREAD_SCANS, SEND_LABEL, VOID_LABEL
from doorstep.terms.parcel import Size
from doorstep.terms.places import Address
from doorstep.terms.refusals import Refusal, Why

RETRY_SECONDS = 10
LIVE = ("requested", "bought", "void_requested")


@dataclass(frozen=True, slots=True)
class LabelsAsked:
    """The labels that were asked for, one for each parcel that had none."""

    fulfilment_id: str
    label_ids: tuple[str, ...]


def request_labels(office: Office, fulfilment_id: str, who: Who = CLOCKWORK) -> LabelsAsked | Refusal:
    """Ask for a label for every packed parcel of a fulfilment order that has no live one."""

    def step(tx: Transaction) -> LabelsAsked | Refusal:
        row = floor.fulfilment(tx, fulfilment_id)
        if row is None:
            return Refusal(Why.UNKNOWN_TASK, f"There is no fulfilment order {fulfilment_id}.", {})
        order = orders.lock(tx, row.order_id)
        row = floor.fulfilment(tx, fulfilment_id)
        refusal = may_work_on(order, "label")
        if refusal:
            return refusal
        if row.state != "packed":
            says = f"Fulfilment order {fulfilment_id} is {row.state}; only packed parcels get labels."
            return Refusal(Why.WRONG_STATE, says, {"fulfilment_id": fulfilment_id, "state": row.state})
        service = master.service(tx, row.service_id)
        if service is None:
            return Refusal(Why.NO_SERVICE, f"There is no service {row.service_id} any more.", {})
        parcels = [parcel.sscc for parcel in floor.parcels(tx, [fulfilment_id]) if parcel.state == "packed"]
        labelled = {label.sscc for label in floor.labels(tx, parcels) if label.state in LIVE}
        scribe = Scribe(who, tx.now)
        asked = []
        for sscc in parcels:
            if sscc in labelled:
                continue
            label_id = office.ids.new("lbl")
            carrier_id, service_id = service.carrier_id, service.service_id
            body = LabelRequested(sscc, fulfilment_id, row.order_id, label_id, carrier_id, service_id)
            tx.record(scribe(body, site=row.site_id))
            tx.later(SEND_LABEL, label_id, tx.now)
            asked.append(label_id)
        return LabelsAsked(fulfilment_id, tuple(asked))

    return office.store.run(step)


def send_label(office: Office, label_id: str, attempt: int) -> TryAgain | None:
    """Ask the carrier for a label we mean to buy. After an unknown outcome it is looked up by our reference first.

    No transaction is open while the carrier is asked. None: done, one way or the other.
    """
    with office.store.reading() as tx:
        label = floor.label(tx, label_id)
        if label is None or label.state != "requested":
            return None
        ask = _ask(tx, label)
    dialect = dialects.of(label.carrier_id)
    answer: Any = NoLabel(label_id)
    if attempt:
        answer = _exchange(office, label.carrier_id, dialect.build_lookup(label_id), dialect.read_lookup, label_id)
        if isinstance(answer, CarrierSaysNo):
            # We may not look, so we do not know: failed, it would be asked for, and paid for, a second time.
            return TryAgain(_wait(answer), _tell(answer))
    if isinstance(answer, NoLabel) and not answer.voided:
        answer = _exchange(office, label.carrier_id, dialect.build_label(ask), dialect.read_label, label_id)
        if isinstance(answer, CarrierSaysNo):
            answer = replace(answer, says=impersonal(answer.says, ask.ship_to))
    if isinstance(answer, NoReply | Parked) or (isinstance(answer, CarrierSaysNo) and answer.retry):
        return TryAgain(_wait(answer), _tell(answer))
    if isinstance(answer, NoLabel):
        answer = CarrierSaysNo("reference_voided", "the label was voided at the carrier", retry=False)
    office.store.run(lambda tx: _record_label(tx, label_id, answer))
    return None


def impersonal(says: str, address: Address) -> str:
    """A carrier's words without whom and where they are about: they go into the journal, where nothing is erased."""
    for told in (address.name, *address.lines, address.email, address.phone):
        if told.strip():
            says = re.sub(re.escape(told.strip()), "...", says, flags=re.IGNORECASE)
    return says


def _ask(tx: Transaction, label: Any) -> LabelAsk:
    parcel = floor.parcel(tx, label.sscc)
    order = orders.order(tx, label.order_id)
    site = master.sites(tx)[parcel.site_id]
    ship_from, ship_to = master.address(tx, site.person_ref), master.address(tx, order.person_ref)
    if ship_from is None or ship_to is None:
        raise LookupError(f"no address is kept for label {label.label_id}")
    return LabelAsk(
        reference=label.label_id,
        service_id=label.service_id,
        sscc=label.sscc,
        weight_g=parcel.weight_g,
        size=Size(parcel.length_mm, parcel.width_mm, parcel.height_mm),
        ship_from=ship_from,
        ship_to=ship_to,
    )


def _exchange(office: Office, carrier_id: str, request: Any, read: Any, reference: str) -> Any:
    if office.sender is None:
        return NoReply(outcome_unknown=False, why="nothing is to leave the house: no carrier is connected")
    reply = office.sender.send(carrier_id, request, office.store.clock.now())
    return reply if isinstance(reply, NoReply) else read(reply, reference)


def _wait(answer: Any) -> int:
    asked = getattr(answer, "retry_after_seconds", None)
    return max(RETRY_SECONDS, asked or 0)


def _tell(answer: Any) -> str:
    if isinstance(answer, NoReply):
        return answer.why
    return f"{answer.code}: {answer.says}" if isinstance(answer, CarrierSaysNo) else str(answer.reason)


def _record_label(tx: Transaction, label_id: str, answer: LabelMade | CarrierSaysNo) -> str | Refusal:
    label = floor.label(tx, label_id)
    if isinstance(answer, LabelMade):
        floor.lock_number(tx, label.carrier_id, answer.tracking_number)
    order = orders.lock(tx, label.order_id)
    label = floor.label(tx, label_id)
    if label.state not in ("requested", "void_requested") or label.tracking_number:
        return label_id  # another worker was faster
    scribe = Scribe(CLOCKWORK, tx.now)
    about = (label.sscc, label.fulfilment_id, label.order_id, label_id)
    fulfilment = floor.fulfilment(tx, label.fulfilment_id)
    if isinstance(answer, CarrierSaysNo):
        tx.record(scribe(LabelFailed(*about, answer.code, answer.says), site=fulfilment.site_id, cause=answer.code))
        if label.state == "void_requested" and _wants_labels(order, fulfilment):
            tx.later(REQUEST_LABELS, label.fulfilment_id, tx.now)  # the one it makes way for was not asked for yet
        return label_id
    document = tx.keep_document(answer.document_type, answer.document)
    bought = LabelBought(*about, answer.tracking_number, answer.cost_minor, answer.currency, document)
    tx.record(scribe(bought, site=fulfilment.site_id))
    tx.later(REREAD_SCANS, label_id, tx.now)
    if label.state == "void_requested":
        # Bought while somebody meant to void it: that is still meant, and there is a number now.
        tx.record(scribe(LabelVoidRequested(*about), site=fulfilment.site_id))
        tx.later(VOID_LABEL, label_id, tx.now)
        return label_id
    parcels = [parcel.sscc for parcel in floor.parcels(tx, [label.fulfilment_id])]
    labelled = {other.sscc for other in floor.labels(tx, parcels) if other.state == "bought"} | {label.sscc}
    if fulfilment.state == "packed" and labelled.issuperset(parcels):
        tx.record(hand_off(scribe, company_of(tx), fulfilment, Step.LABEL, Step.HAND_OVER, tx.now))
    return label_id


def void_label(office: Office, label_id: str, attempt: int) -> TryAgain | None:
    """Give a label back that we mean to void. Where we never learned its number, it is looked up by our reference.

    Not while another worker is asking for it: what the carrier does not know yet, it may know in a moment.
    """
    with office.store.reading() as tx:
        label = floor.label(tx, label_id)
        being_bought = floor.in_hand(tx, SEND_LABEL, label_id)
    if label is None or label.state != "void_requested":
        return None
    if being_bought:
        return TryAgain(RETRY_SECONDS, "it is being bought at this moment")
    dialect = dialects.of(label.carrier_id)
    number, cost_minor, currency = label.tracking_number, label.cost_minor, label.currency
    answer: Any = None
    if not number:
        answer = _exchange(office, label.carrier_id, dialect.build_lookup(label_id), dialect.read_lookup, label_id)
        if isinstance(answer, CarrierSaysNo):
            return TryAgain(_wait(answer), _tell(answer))
        if isinstance(answer, LabelMade):
            number, cost_minor, currency, answer = answer.tracking_number, 0, answer.currency, None
    if answer is None:
        answer = _void(office, label.carrier_id, dialect, number)
    if isinstance(answer, NoReply | Parked) or (isinstance(answer, CarrierSaysNo) and answer.retry):
        return TryAgain(_wait(answer), _tell(answer))
    office.store.run(lambda tx: _record_void(tx, label_id, answer, cost_minor, currency))
    return None


def _void(office: Office, carrier_id: str, dialect: Dialect, number: str) -> Any:
    return _exchange(office, carrier_id, dialect.build_void(number), dialect.read_void, number)


def _record_void(
    tx: Transaction, label_id: str, answer: Voided | NoLabel | CarrierSaysNo, cost_minor: int, currency: str
) -> str | Refusal:
    label = floor.label(tx, label_id)
    order = orders.lock(tx, label.order_id)
    label = floor.label(tx, label_id)
    if label.state != "void_requested":
        return label_id
    scribe = Scribe(CLOCKWORK, tx.now)
    about = (label.sscc, label.fulfilment_id, label.order_id, label_id)
    if isinstance(answer, CarrierSaysNo):
        # It is live at the carrier still: another one for the same parcel would be a second.
        tx.record(scribe(LabelVoidRefused(*about, answer.code, answer.says), cause=answer.code))
        return label_id
    tx.record(scribe(LabelVoided(*about, cost_minor, currency)))
    if _wants_labels(order, floor.fulfilment(tx, label.fulfilment_id)):
        tx.later(REQUEST_LABELS, label.fulfilment_id, tx.now)
    return label_id


def _wants_labels(order: Any, fulfilment: Any) -> bool:
    return order.state == "open" and not order.stopped and fulfilment.state == "packed"
