"""What carriers said about labels we mean to buy, recorded: bought, or not to be had; many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from doorstep.carriers.distance import Haul
from doorstep.carriers.port import CarrierSaysNo, LabelMade
from doorstep.events.shipping import LabelBought, LabelFailed, LabelVoidRequested
from doorstep.events.steps import Step
from doorstep.flow.label_charges import Told, charges_of
from doorstep.flow.office import CLOCKWORK, Office, Scribe, set_up
from doorstep.flow.slack import hand_off
from doorstep.storage.database_errors import DatabaseUnavailable
from doorstep.storage.due import TryAgain
from doorstep.storage.queries import floor, master, orders
from doorstep.storage.store import OvertakenError
from doorstep.storage.transaction import Transaction
from doorstep.storage.verbs import FETCH_DOCUMENT, REQUEST_LABELS, REREAD_SCANS, VOID_LABEL
from doorstep.terms.places import Locality


@dataclass(frozen=True, slots=True)
class Answer:
    """A carrier's last word about a label of a fulfilment order."""

    label_id: str
    fulfilment_id: str
    carrier_id: str
    told: LabelMade | CarrierSaysNo


NUMBER_RESTS = timedelta(days=60)
ASK_ABOUT_SECONDS = 60


class NumberTakenError(ValueError):
    """A carrier gave a number that another label of ours has: it is not known which parcel it belongs to."""


def keep(office: Office, answers: Sequence[Answer]) -> dict[str, TryAgain | Exception]:
    """Record the answers, all at once; where that cannot be, each by itself. Labels whose answer was lost, and why."""
    if not answers:
        return {}
    try:
        office.store.run(lambda tx: _Labels(tx, answers).take_all())
    except Exception as trouble:
        if isinstance(trouble, DatabaseUnavailable) and not isinstance(trouble, OvertakenError):
            raise
        if len(answers) == 1:
            taken = isinstance(trouble, NumberTakenError)
            return {answers[0].label_id: TryAgain(ASK_ABOUT_SECONDS, str(trouble)) if taken else trouble}
        lost: dict[str, TryAgain | Exception] = {}
        for answer in answers:
            lost |= keep(office, [answer])
        return lost
    return {}


def wants_labels(order: Any, fulfilment: Any) -> bool:
    """Whether the parcels of a fulfilment order are to have labels as things stand."""
    return order.state == "open" and not order.stopped and fulfilment.state == "packed"


class _Labels:
    """The labels as they stand now that nobody else may change them, and what their parcels go with."""

    def __init__(self, tx: Transaction, answers: Sequence[Answer]) -> None:
        self._tx, self._answers, self._scribe = tx, answers, Scribe(CLOCKWORK, tx.now)
        fulfilment_ids = sorted({answer.fulfilment_id for answer in answers})
        numbers = {(each.carrier_id, each.told.tracking_number) for each in answers if isinstance(each.told, LabelMade)}
        _, locked, labels, fulfilments, parcels, company, services, sites, numbered, lies = tx.answers(
            floor.lock_numbers(numbers),
            orders.lock_those_of("label", [answer.label_id for answer in answers]),
            floor.labels_of_fulfilments(fulfilment_ids),
            floor.fulfilments_query(fulfilment_ids),
            floor.parcels_query(fulfilment_ids),
            master.COMPANY,
            master.services_of_fulfilments(fulfilment_ids),
            master.SITES,
            floor.labels_by_tracking(numbers),
            master.lies_of_fulfilments(fulfilment_ids),
        )
        # Carriers use numbers again, after a while.
        self._numbers = {
            (row.carrier_id, row.tracking_number): row.label_id
            for row in numbered
            if row.state in ("bought", "void_requested") and tx.now - row.requested_at < NUMBER_RESTS
        }
        self._services, self._sites = master.read_services(tx, services), master.read_sites(sites)
        self._orders = {row.order_id: row for row in locked}
        self._localities = {row.order_id: master.locality_of(row.area, row.lies) for row in lies}
        self._labels = {row.label_id: row for row in labels}
        self._fulfilments = {row.fulfilment_id: row for row in fulfilments}
        self._parcels: dict[str, dict[str, Any]] = defaultdict(dict)
        for row in parcels:
            self._parcels[row.fulfilment_id][row.sscc] = row
        self._labelled = {row.sscc for row in labels if row.state == "bought"}
        self._company = set_up(company)

    def take_all(self) -> None:
        for answer in self._answers:
            label = self._labels[answer.label_id]
            if label.state not in ("requested", "void_requested") or label.tracking_number:
                continue  # another worker was faster
            if isinstance(answer.told, CarrierSaysNo):
                self._failed(label, answer.told)
            else:
                self._not_taken(label, answer.told.tracking_number)
                self._bought(label, answer.told)

    def _not_taken(self, label: Any, number: str) -> None:
        """Scans of a number move one parcel: NumberTakenError where it is another's already."""
        owner = self._numbers.setdefault((label.carrier_id, number), label.label_id)
        if owner != label.label_id:
            raise NumberTakenError(f"the number {number} is that of label {owner}: ask {label.carrier_id} whose it is")

    def _failed(self, label: Any, told: CarrierSaysNo) -> None:
        fulfilment = self._fulfilments[label.fulfilment_id]
        body = LabelFailed(*_about(label), told.code, told.says)
        self._tx.record(self._scribe(body, site=fulfilment.site_id, cause=told.code))
        if label.state == "void_requested" and wants_labels(self._orders[label.order_id], fulfilment):
            # The one it makes way for was not asked for yet.
            self._tx.later(REQUEST_LABELS, label.fulfilment_id, self._tx.now)

    def _bought(self, label: Any, told: LabelMade) -> None:
        tx, fulfilment = self._tx, self._fulfilments[label.fulfilment_id]
        document = tx.keep_document(told.document_type, told.document) if told.document else ""
        if not document:
            tx.later(FETCH_DOCUMENT, label.label_id, tx.now)
        paid, cost_minor, currency = self._charges(label, told), told.cost_minor, told.currency
        if not told.cost_known and paid.charges:  # by our own copy of the tariff, until the invoice comes
            cost_minor, currency = sum(charge.minor for charge in paid.charges), paid.currency
        bought = LabelBought(
            *(*_about(label), told.tracking_number, cost_minor, currency, document),
            *(paid.charges, paid.tariff_id, paid.priced_on),
        )
        tx.record(self._scribe(bought, site=fulfilment.site_id))
        tx.later(REREAD_SCANS, label.label_id, tx.now)
        if label.state == "void_requested":
            # Bought while somebody meant to void it: that is still meant, and there is a number now.
            tx.record(self._scribe(LabelVoidRequested(*_about(label)), site=fulfilment.site_id))
            tx.later(VOID_LABEL, label.label_id, tx.now)
            return
        self._labelled.add(label.sscc)
        if fulfilment.state == "packed" and self._labelled.issuperset(self._parcels[label.fulfilment_id]):
            tx.record(hand_off(self._scribe, self._company, fulfilment, Step.LABEL, Step.HAND_OVER, tx.now))

    def _charges(self, label: Any, told: LabelMade) -> Told:
        parcel = self._parcels[label.fulfilment_id].get(label.sscc)
        if parcel is None:
            return Told()
        site, on = self._sites.get(parcel.site_id), self._tx.now.date()
        origin = site.locality if site else Locality("")
        haul = Haul(origin, self._localities[label.order_id], on)
        return charges_of(told, parcel, self._services.get(label.service_id), haul)


def _about(label: Any) -> tuple[str, str, str, str]:
    return label.sscc, label.fulfilment_id, label.order_id, label.label_id
