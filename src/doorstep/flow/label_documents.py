"""The document of a label that was bought before it could be had: looked up again, fetched, kept."""

from __future__ import annotations

from doorstep.carriers.port import LabelMade
from doorstep.events.shipping import LabelDocumentKept
from doorstep.flow.carrier_talk import RETRY_SECONDS, again, exchange, with_document
from doorstep.flow.office import CLOCKWORK, Office, Scribe
from doorstep.storage.due import TryAgain
from doorstep.storage.queries import floor, orders
from doorstep.storage.transaction import Transaction


def fetch_document(office: Office, label_id: str, attempt: int) -> TryAgain | None:
    """Fetch the document of a bought label that has none yet. None: it is kept, or not wanted any more."""
    with office.store.reading() as tx:
        label = floor.label(tx, label_id)
    if label is None or label.state != "bought" or label.document:
        return None
    dialect = office.dialect(label.carrier_id)
    lookup = dialect.build_lookup(label_id, label.carrier_ref)
    found = exchange(office, label.carrier_id, lookup, lambda reply: dialect.read_lookup(reply, label_id))
    if not isinstance(found, LabelMade):
        return again(found) if hasattr(found, "why") or hasattr(found, "code") else TryAgain(RETRY_SECONDS, "no label")
    whole = with_document(office, label.carrier_id, found)
    if not isinstance(whole, LabelMade):
        return again(whole)
    office.store.run(lambda tx: _keep(tx, label_id, whole))
    return None


def _keep(tx: Transaction, label_id: str, made: LabelMade) -> str:
    tx.answers(orders.lock_those_of("label", [label_id]))
    label = floor.label(tx, label_id)
    if label.state == "bought" and not label.document:
        document = tx.keep_document(made.document_type, made.document)
        about = (label.sscc, label.fulfilment_id, label.order_id, label_id)
        tx.record(Scribe(CLOCKWORK, tx.now)(LabelDocumentKept(*about, document)))
    return label_id
