"""What must be so after every death: nothing acknowledged is lost, nothing happened twice, every invariant holds."""

from __future__ import annotations

import json
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from doorstep.events.envelope import GENESIS, chain, digest
from doorstep.storage import journal
from doorstep.storage.invariants import INVARIANTS
from doorstep.storage.invariants.journal import inv_14
from doorstep.storage.invariants.queues import inv_18
from doorstep.storage.store import SCHEMA, Store
from doorstep.storage.tables import PERMANENT, VIEWS
from doorstep.storage.transaction import Transaction
from tests.torture.client import Ack, Client

# The rest (chain, views, promises, exact numbers, every packing) reads all there is, and has its turn less often.
QUICK = (1, 2, 3, 4, 5, 6, 7, 11, 12, 13)
_DRAIN_S = 45
_NUMBER = 18

Answer = Any
Fact = tuple[tuple[str, ...], str, Callable[[dict[str, Any], Answer], Iterable[str]]]


def _asked(name: str) -> Callable[[dict[str, Any], Answer], Iterable[str]]:
    return lambda request, _: [request[name]]


def _told(request: dict[str, Any], answer: Answer) -> Iterable[str]:
    return [answer]


# What an answer says has happened: kinds of fact, the field of their body, and its values by request and answer.
FACTS: Mapping[str, Fact] = {
    "place": (("OrderPlaced",), "order_id", lambda _, answer: [answer["order_id"]]),
    "clear": (("OrderCleared",), "order_id", _told),
    "release": (("WaveReleased",), "wave_id", lambda _, answer: filter(None, [answer["wave_id"]])),
    "pick": (("Picked", "PickedShort"), "task_id", _asked("task_id")),
    "pack": (("ParcelPacked",), "sscc", lambda _, answer: [parcel["sscc"] for parcel in answer["parcels"]]),
    "hand_over": (("HandedOver",), "sscc", lambda _, answer: answer["handed_over"]),
    "scan": (("Scanned", "ScanParked"), "message_id", lambda request, _: [json.loads(request["raw"])["id"]]),
    "count": (("StockCounted",), "count_id", lambda _, answer: [answer["count_id"]]),
    "receive": (("StockReceived",), "receipt_id", _told),
    "expect": (("InboundExpected",), "inbound_id", _told),
    "cancel_line": (("QuantityChanged",), "order_id", _asked("order_id")),
    "cancel_order": (("QuantityChanged",), "order_id", _asked("order_id")),
    "change_quantity": (("QuantityChanged",), "order_id", _asked("order_id")),
    "change_address": (("AddressChanged",), "order_id", _asked("order_id")),
    "change_date": (("DateChanged",), "order_id", _asked("order_id")),
    "hold": (("OrderHeld",), "order_id", _asked("order_id")),
    "resume": (("OrderResumed",), "order_id", _asked("order_id")),
}


def lost(tx: Transaction, acks: Collection[Ack]) -> list[str]:
    """Acknowledged keys without their reply, and acknowledged facts that the journal does not have."""
    granted = [ack for ack in acks if "answer" in ack.answer]
    wanted: dict[tuple[tuple[str, ...], str], set[str]] = defaultdict(set)
    for ack in granted:
        kinds, name, values = FACTS[ack.verb]
        wanted[kinds, name].update(values(ack.request, ack.answer["answer"]))
    orders = [ack.answer["answer"]["order_id"] for ack in granted if ack.verb == "place"]
    said = inv_14(tx, [ack.key for ack in acks if ack.key], orders)
    for (kinds, name), told in wanted.items():
        query = "SELECT DISTINCT body->>%s AS value FROM journal WHERE kind = ANY(%s) AND body->>%s = ANY(%s)"
        there = {row.value for row in tx.rows(query, name, list(kinds), name, list(told))}
        said += [f"The acknowledged {kinds[0]} of {name} {value} is lost." for value in sorted(told - there)]
    return said


def twice(tx: Transaction) -> list[str]:
    """Orders that were asked for once, under one reference each, and are there more often."""
    query = "SELECT reference, count(*) AS orders FROM orders GROUP BY reference HAVING count(*) > 1 ORDER BY 1"
    return [f"{row.reference} was ordered once, and there are {row.orders} orders." for row in tx.rows(query)]


def replayed(client: Client, acks: Collection[Ack]) -> list[str]:
    """Keys under which the office now answers otherwise."""
    said = []
    for ack in acks:
        if ack.key:
            told = client.replay(ack.request)
            if told != ack.answer:
                said.append(f"{ack.verb} {ack.key} was answered {ack.answer}, and now {told}.")
    return said


def unguarded(tx: Transaction) -> list[str]:
    """Indexes and constraints that the tables are declared with, and the database does not have."""
    declared: set[str] = set()
    for table in (*PERMANENT.sorted_tables, *VIEWS.sorted_tables):
        declared |= {str(index.name) for index in table.indexes}
        declared |= {str(constraint.name) for constraint in table.constraints if constraint.name}
    there = {
        row.name
        for row in tx.rows(
            "SELECT indexname AS name FROM pg_indexes WHERE schemaname = %s UNION ALL "
            "SELECT conname FROM pg_constraint WHERE connamespace = %s::regnamespace",
            SCHEMA,
            SCHEMA,
        )
    }
    return [f"The guard {name} is missing." for name in sorted(declared - there)]


def at_the_carrier(store: Store, port: int) -> list[str]:
    """Labels that the carrier holds for live and we do not, or the other way round; parcels with more than one.

    Nobody may be changing orders meanwhile. Ours are read first: what we know as bought or voided was so there before.
    """
    with store.reading() as tx:
        ours = {row.label_id: row for row in tx.rows("SELECT label_id, sscc, state, tracking_number FROM label")}
    live: dict[str, str] = audit(port)["live"]
    with store.reading() as tx:  # what was asked for between the two looks
        now = {row.label_id: row for row in tx.rows("SELECT label_id, sscc, state, tracking_number FROM label")}
    said = [f"Label {one} is live at the carrier, and nobody asked for it." for one in sorted(live.keys() - now.keys())]
    parcels: dict[str, list[str]] = defaultdict(list)
    for label_id in live.keys() & now.keys():
        parcels[now[label_id].sscc].append(label_id)
    said += [f"Parcel {sscc} has the live labels {sorted(ids)}." for sscc, ids in parcels.items() if len(ids) > 1]
    for label_id, row in ours.items():
        if row.state in ("voided", "failed") and label_id in live:
            said.append(f"Label {label_id} is {row.state} with us, and live at the carrier.")
        elif row.state == "bought" and live.get(label_id) != row.tracking_number:
            said.append(f"Label {label_id} is {row.tracking_number} with us, {live.get(label_id)} at the carrier.")
    return said


def audit(port: int, page: str = "audit") -> dict[str, Any]:
    """What the carrier tells an auditor; `calm` ends its faults as well."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=10) as reply:
        found: dict[str, Any] = json.load(reply)
        return found


class Chain:
    """The sealed log, followed from where it was verified last."""

    def __init__(self) -> None:
        self.seq, self._link = 0, GENESIS

    def follow(self, tx: Transaction) -> list[str]:
        """What is wrong with what was sealed since; what was sealed before must still be so."""
        if self.seq:
            row = tx.one("SELECT chain FROM sealed WHERE seq = %s", self.seq)
            if row is None or row.chain != self._link:
                return [f"What was sealed as {self.seq} is not there any more, or another."]
        for rows in journal.sealed_entries(tx.connection, after=self.seq):
            for row in rows:
                link = chain(self._link, row.seq, row.event_id, digest(journal.canonical_of(row)))
                if row.seq != self.seq + 1 or row.chain != link:
                    return [f"The chain is broken at {row.seq}."]
                self.seq, self._link = row.seq, link
        left = tx.one(
            "SELECT (SELECT count(*) FROM journal) - (SELECT count(*) FROM sealed) - (SELECT count(*) FROM unsealed)"
        )[0]
        return [f"{left} facts are neither sealed nor waiting to be."] if left else []


def drained(store: Store) -> list[str]:
    """Wait for whatever is overdue to be taken; what nobody takes is told."""
    ends_at = time.monotonic() + _DRAIN_S
    said: list[str] = []
    while time.monotonic() < ends_at:
        with store.reading() as tx:
            said = inv_18(tx)
        if not said:
            return []
        time.sleep(0.05)
    return [f"After {_DRAIN_S} s: {sentence}" for sentence in said]


def invariants(tx: Transaction, numbers: Collection[int]) -> list[str]:
    """The violations of these invariants on one look at the database."""
    return [f"Invariant {number}: {sentence}" for number in sorted(numbers) for sentence in INVARIANTS[number](tx)]


def quick(store: Store, chained: Chain, fresh: Collection[Ack]) -> list[str]:
    """The invariants that are quickly judged, and what was acknowledged since the last time."""
    store.seal()
    with store.reading() as tx:
        return [*lost(tx, fresh), *twice(tx), *unguarded(tx), *chained.follow(tx), *invariants(tx, QUICK)]


def whole(store: Store, acks: Collection[Ack]) -> list[str]:
    """Every invariant, a rebuild of all views among them, and everything that was ever acknowledged."""
    store.seal()
    with store.connection() as raw:
        raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        tx = Transaction(raw, store.clock.now(), "")
        return [*lost(tx, acks), *invariants(tx, INVARIANTS.keys() - {_NUMBER}), *twice(tx), *unguarded(tx)]
