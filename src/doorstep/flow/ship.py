"""Labels: the intent is recorded first, the carrier asked afterwards, and nothing is ever bought twice."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from doorstep.carriers.port import AtCarrier, CarrierSaysNo, LabelMade, NoLabel, Unsure, Voided
from doorstep.events.shipping import LabelRequested, LabelVoided, LabelVoidRefused
from doorstep.flow.buying import ToSend, to_send
from doorstep.flow.carrier_talk import LOOK_THERE, RETRY_SECONDS, again, exchange, side_by_side, undecided
from doorstep.flow.label_answers import keep, wants_labels
from doorstep.flow.label_lane import Lane
from doorstep.flow.legal import Floor, LabelDesk, floor_queries
from doorstep.flow.office import CLOCKWORK, Office, Scribe, Who
from doorstep.flow.own_labels import own_answers
from doorstep.flow.pick import may_work_on
from doorstep.storage.due import TryAgain
from doorstep.storage.queries import consolidation, floor, master, orders
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import REQUEST_LABELS, SEND_LABEL
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.service import CarrierService

LOOK_AGAIN_SECONDS = 60
JOINED_UNTIL = timedelta(minutes=30)  # so long before it leaves labels wait for the rest of a joint shipment
LIVE = ("requested", "bought", "void_requested")


@dataclass(frozen=True, slots=True)
class LabelsAsked:
    """The labels that were asked for, one for each parcel that had none."""

    fulfilment_id: str
    label_ids: tuple[str, ...]


def request_labels(office: Office, fulfilment_id: str, who: Who = CLOCKWORK) -> LabelsAsked | Refusal:
    """Ask for a label for every packed parcel of a fulfilment order that has no live one."""
    return request_labels_many(office, [fulfilment_id], who)[0]


def request_labels_many(
    office: Office, fulfilment_ids: Sequence[str], who: Who = CLOCKWORK
) -> tuple[LabelsAsked | Refusal, ...]:
    """The same for many at once, each judged by itself: what each is told, in their order.

    What stopped one is kept though it is refused: it is said once, and asked again.
    """

    def step(tx: Transaction) -> tuple[LabelsAsked | Refusal, ...]:
        # Whoever is packed last has the labels of all asked for that it goes with.
        beside = consolidation.packed_beside(tx, fulfilment_ids)
        told = _request(office, tx, [*fulfilment_ids, *beside], who)
        return tuple(told[: len(fulfilment_ids)])

    told = office.store.run(step, answers=tuple[LabelsAsked | Refusal, ...])
    if isinstance(told, Refusal):
        raise TypeError("many are never refused as a whole")
    return told


def _request(office: Office, tx: Transaction, fulfilment_ids: Sequence[str], who: Who) -> list[LabelsAsked | Refusal]:
    # Labels of a joint shipment are asked for together; it leaves without who is not packed by then.
    waits_query = consolidation.waited_for_query(fulfilment_ids, tx.now + JOINED_UNTIL)
    locked, fulfilments, parcels, labels, services, waited_for, _, *on_floor = tx.answers(
        orders.lock_those_of("fulfilment", fulfilment_ids),
        floor.fulfilments_query(fulfilment_ids),
        floor.parcels_query(fulfilment_ids),
        floor.labels_of_fulfilments(fulfilment_ids),
        master.services_of_fulfilments(fulfilment_ids),
        waits_query,
        master.COMPANY,
        *floor_queries(fulfilment_ids),
    )
    order = {row.order_id: row for row in locked}
    known = {row.fulfilment_id: row for row in fulfilments}
    service_of = master.read_services(tx, services)
    bare: dict[str, list[str]] = defaultdict(list)
    labelled = {label.sscc for label in labels if label.state in LIVE}
    for parcel in parcels:
        if parcel.state == "packed" and parcel.sscc not in labelled:
            bare[parcel.fulfilment_id].append(parcel.sscc)
    waits = {row.fulfilment_id: row.order_id for row in waited_for}
    scribe = Scribe(who, tx.now)
    to_label = [parcel for parcel in parcels if bare[parcel.fulfilment_id]]
    desk = LabelDesk(office, tx, scribe, to_label, order, Floor(*on_floor))
    with_label = {label.fulfilment_id for label in labels if label.state in LIVE}
    told: list[LabelsAsked | Refusal] = []
    for fulfilment_id in fulfilment_ids:
        row: Any = known.get(fulfilment_id)
        if fulfilment_id in waits and bare[fulfilment_id]:
            says = f"Fulfilment order {fulfilment_id} goes with order {waits[fulfilment_id]}, which is not packed yet."
            told.append(Refusal(Why.ON_HOLD, says, {"goes_with": waits[fulfilment_id]}))
            continue
        service = _service_for_labels(fulfilment_id, row, order, service_of)
        if not isinstance(service, Refusal) and bare[fulfilment_id]:
            service = _lawful(desk, row, service, fulfilment_id in with_label)
        if isinstance(service, Refusal):
            told.append(service)
            continue
        asked = []
        for sscc in bare.pop(fulfilment_id, []):
            label_id = office.ids.new("lbl")
            carrier_id, service_id = service.carrier_id, service.service_id
            body = LabelRequested(sscc, fulfilment_id, row.order_id, label_id, carrier_id, service_id)
            tx.record(scribe(body, site=row.site_id))
            tx.later(SEND_LABEL, label_id, tx.now)
            asked.append(label_id)
        told.append(LabelsAsked(fulfilment_id, tuple(asked)))
    return told


def _lawful(desk: LabelDesk, row: Any, service: CarrierService, with_label: bool) -> CarrierService | Refusal:
    """The service, where the parcels may go with it now; else another that may take them all, or why none may."""
    no = desk.forbids(row, service)
    if no is None:
        return service
    other = None if with_label else desk.in_another_way(row)
    if other is None:
        desk.stop(row, no)
    return other or no


def _service_for_labels(
    fulfilment_id: str, row: Any, order: Mapping[str, Any], services: Mapping[str, CarrierService]
) -> CarrierService | Refusal:
    """The service that its parcels get labels of; `row` is None where there is no such fulfilment order."""
    if row is None:
        return Refusal(Why.UNKNOWN_TASK, f"There is no fulfilment order {fulfilment_id}.", {})
    refusal = may_work_on(order[row.order_id], "label")
    if refusal:
        return refusal
    if row.state != "packed":
        says = f"Fulfilment order {fulfilment_id} is {row.state}; only packed parcels get labels."
        return Refusal(Why.WRONG_STATE, says, {"fulfilment_id": fulfilment_id, "state": row.state})
    service = services.get(row.service_id)
    return service or Refusal(Why.NO_SERVICE, f"There is no service {row.service_id} any more.", {})


def send_label(office: Office, label_id: str, attempt: int) -> TryAgain | None:
    """Ask the carrier for a label we mean to buy. After an unknown outcome it is looked up by our reference first.

    No transaction is open while the carrier is asked. None: done, one way or the other.
    """
    (outcome,) = send_labels(office, [(label_id, attempt)])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def send_labels(
    office: Office, asks: Sequence[tuple[str, int]], go_on: Callable[[], bool] = lambda: True
) -> tuple[TryAgain | Exception | None, ...]:
    """The same for many labels, each (label, attempt): every carrier's one after another, carriers side by side.

    What becomes of one touches no other: an exception is that label's own and takes the place of its outcome. Once
    `go_on` says no, the labels that are left are NOT_BEGUN. Where the database is gone before the answers are kept, all
    are to be looked up: DatabaseUnavailable.
    """
    labels = _labels_to_send(office, [label_id for label_id, _ in asks])
    lanes: dict[str, dict[str, tuple[ToSend, int]]] = defaultdict(dict)
    for label_id, attempt in asks:
        label = labels.get(label_id)
        if label is not None and not label.own:
            lanes[label.carrier_id].setdefault(label_id, (label, attempt))
    lock = threading.Lock()
    own = [label_id for label_id, label in labels.items() if label.own]
    outcomes: dict[str, TryAgain | Exception | None] = {**keep(office, own_answers(office, own))}
    jobs = [Lane(office, list(lane.values()), go_on, lock).run for lane in lanes.values()]
    for lane in side_by_side(office, jobs):
        outcomes |= lane
    return tuple(outcomes.get(label_id) for label_id, _ in asks)


def _labels_to_send(office: Office, label_ids: Sequence[str]) -> dict[str, ToSend]:
    with office.store.reading() as tx:
        rows = tx.rows(*floor.labels_to_send(label_ids))
        refs = {ref for row in rows for ref in (row.from_ref, row.to_ref, *(row.stop_refs or ()))}
        kept = master.addresses(tx, refs)
        now = tx.now
    return {row.label_id: to_send(row, kept, now) for row in rows}


def void_label(office: Office, label_id: str, attempt: int) -> TryAgain | None:
    """Give a label back that we mean to void. Where we never learned its number, it is looked up by our reference.

    Not while another worker is asking for it: what the carrier does not know yet, it may know in a moment.
    """
    with office.store.reading() as tx:
        label = floor.label(tx, label_id)
        being_bought = floor.in_hand(tx, SEND_LABEL, label_id)
        own = label is not None and floor.of_own_vehicles(tx, label_id)
    if label is None or label.state != "void_requested":
        return None
    if being_bought:
        return TryAgain(RETRY_SECONDS, "it is being bought at this moment")
    number, cost_minor, currency = label.tracking_number, label.cost_minor, label.currency
    if own:
        voided = Voided(number) if number else NoLabel(label_id)
        office.store.run(lambda tx: _record_void(tx, label_id, voided, cost_minor, currency))
        return None
    dialect = office.dialect(label.carrier_id)
    answer: Any = None
    if not number and not label.carrier_ref and not office.finds_labels(label.carrier_id):
        answer = NoLabel(label_id)  # what is asked for once is written down before it is: this was not
    elif not number:
        lookup = dialect.build_lookup(label_id, label.carrier_ref)
        answer = exchange(office, label.carrier_id, lookup, lambda reply: dialect.read_lookup(reply, label_id))
        if isinstance(answer, CarrierSaysNo):
            return again(answer)
        if isinstance(answer, Unsure):
            number, answer = answer.tracking_number, None if answer.tracking_number else _look_there(answer)
        if isinstance(answer, NoLabel) and label.carrier_ref and not answer.voided and not attempt:
            return TryAgain(
                LOOK_AGAIN_SECONDS, "a payment may be on its way still: looked for again before it is believed"
            )
        if isinstance(answer, LabelMade):
            number, cost_minor, currency, answer = answer.tracking_number, 0, answer.currency, None
    if answer is None:
        known = AtCarrier(number, label.carrier_ref)
        void = dialect.build_void(known)
        answer = exchange(office, label.carrier_id, void, lambda reply: dialect.read_void(reply, known))
    if undecided(answer):
        return again(answer)
    office.store.run(lambda tx: _record_void(tx, label_id, answer, cost_minor, currency))
    return None


def _look_there(answer: Unsure) -> CarrierSaysNo:
    return CarrierSaysNo(LOOK_THERE, answer.says, retry=False)


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
    if wants_labels(order, floor.fulfilment(tx, label.fulfilment_id)):
        tx.later(REQUEST_LABELS, label.fulfilment_id, tx.now)
    return label_id
