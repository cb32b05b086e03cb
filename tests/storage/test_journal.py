"""The journal: the same fact has the same bytes for ever, and once sealed nobody changes one unseen."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.events.envelope import Body, Entry, Fact, Touch, canonical, digest, plain
from doorstep.events.orders import OrderHeld, OrderPromised
from doorstep.events.registry import Registry, UnknownEventError
from doorstep.events.steps import Step
from doorstep.events.stock import Move, StockReceived
from doorstep.storage import journal
from doorstep.storage.changes import run
from doorstep.storage.invariants.journal import inv_09
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from tests.conftest import MONDAY
from tests.storage.shop import MASTER, fact, record

RECEIVED = Entry(
    Fact(
        StockReceived("receipt-1", (Move("MUG", 10, "supplier", "CS/A", serials=()),), "inbound-1"),
        occurred_at=datetime(2026, 3, 2, 10, 30, 0, 250, timezone(timedelta(hours=1))),
        actor="ann",
        department="receiving",
        cause='said “gut” \\ "ok"\n',
    ),
    recorded_at=MONDAY,
    transaction="tx_1",
    position=0,
)


def canonical_bytes(entry: Entry) -> bytes:
    body = entry.fact.body
    return canonical(entry.header(), [list(touch) for touch in body.touches()], plain(body))


def append_one(raw: psycopg.Connection[Any], transaction: str) -> None:
    """A fact that changes no table, so that appenders wait for nobody."""
    run(raw, [journal.append([Entry(fact(OrderHeld("order-1")), MONDAY, transaction, 0)])])


def violations(store: Store) -> list[str]:
    with store.reading() as tx:
        return inv_09(tx)


texts = st.text(st.characters(exclude_categories=["Cs"]))
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(header=st.dictionaries(texts.filter(lambda name: name not in ("objects", "body")), texts), body=documents)
def test_canonical_bytes_are_plain_json_whatever_writes_them(header: dict[str, Any], body: Any) -> None:
    whole = {**header, "objects": [["item", "MUG", "ordered"]], "body": body}
    spelt = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    assert canonical(header, [["item", "MUG", "ordered"]], body) == spelt


def test_the_canonical_bytes_of_a_fact_never_change() -> None:
    told = canonical_bytes(RECEIVED)
    assert told.startswith(b'{"actor":"ann","body":{"expires_on":null,"inbound_id":"inbound-1","moves":[{"from_place":')
    assert '"cause":"said “gut” \\\\ \\"ok\\"\\n"'.encode() in told
    assert b'"occurred_at":"2026-03-02T09:30:00.000250Z"' in told
    assert digest(told).hex() == "8bfe04f2cae7fb3702698991341285d0806ba8df4a2b4d929331ea4c18a97b60"


def test_a_fact_comes_back_from_the_database_with_the_bytes_it_went_in_with(store: Store) -> None:
    with store.connection() as raw:
        run(raw, [journal.append([RECEIVED])])
        row = raw.execute("SELECT * FROM journal").fetchone()
    assert row is not None
    assert journal.canonical_of(row) == canonical_bytes(RECEIVED)
    assert row.digest == digest(canonical_bytes(RECEIVED))
    assert journal.read(row).entry == RECEIVED


def test_everything_that_touched_an_order_is_found_oldest_first(morning: Store) -> None:
    with morning.reading() as tx:
        kinds = [written.entry.fact.kind for written in journal.entries_about(tx.connection, "order", "order-2")]
    assert kinds[:3] == ["OrderPlaced", "OrderPromised", "StockHeld"]
    assert kinds[-1] == "LabelRequested"


def test_a_number_with_a_fraction_is_refused_and_nothing_of_its_step_stays(store: Store) -> None:
    def step(tx: Transaction) -> None:
        tx.record(fact(OrderHeld("order-1")), fact(OrderPromised("order-1", "p", 1, (), "", "", {"guess": 0.5})))

    with pytest.raises(TypeError, match=r"0\.5 of type float has no place in the journal"):
        store.run(step)
    with store.reading() as tx:
        assert tx.rows("SELECT * FROM journal") == []


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        canonical_bytes(Entry(fact(OrderHeld("order-1"), occurred_at=datetime(2026, 3, 2)), MONDAY, "tx", 0))  # noqa: DTZ001


@dataclass(frozen=True, slots=True)
class Greeted(Body):
    """A kind whose second version knows the first and last name apart."""

    VERSION: ClassVar[int] = 2
    STEP: ClassVar[Step] = Step.DEFINE
    first: str
    last: str

    def touches(self) -> tuple[Touch, ...]:
        return ()


def test_an_old_version_is_read_as_todays_through_its_upcaster() -> None:
    registry = Registry([Greeted])
    registry.upcast("Greeted", 1, lambda body: dict(zip(("first", "last"), body["name"].split(" "), strict=True)))
    assert registry.read("Greeted", 1, {"name": "Mia Ng"}) == Greeted("Mia", "Ng")
    assert registry.read("Greeted", 2, {"first": "Mia", "last": "Ng"}) == Greeted("Mia", "Ng")


@pytest.mark.parametrize(
    ("kind", "version", "says"),
    [
        ("Greeted", 3, "Greeted version 3 is not known to this program"),
        ("Waved", 1, "Waved version 1 is not known to this program"),
        ("Greeted", 1, "Greeted version 1 has no way to version 2"),
    ],
)
def test_what_this_program_does_not_know_is_refused_and_not_guessed(kind: str, version: int, says: str) -> None:
    with pytest.raises(UnknownEventError, match=says):
        Registry([Greeted]).read(kind, version, {"name": "Mia Ng"})


def test_many_appenders_and_a_sealer_leave_no_gap_at_any_time(store: Store) -> None:
    appending = threading.Event()
    gaps: list[Any] = []

    def append_many(who: int) -> None:
        for number in range(25):
            with store.connection() as raw:
                append_one(raw, f"tx-{who}-{number}")
                raw.commit()

    def seal_meanwhile() -> None:
        while not appending.is_set():
            store.seal()
            with store.reading() as tx:
                seen = tx.one("SELECT count(*) AS entries, coalesce(max(seq), 0) AS last FROM sealed")
            gaps.extend([seen] if seen.entries != seen.last else [])

    with ThreadPoolExecutor(5) as pool:
        sealer = pool.submit(seal_meanwhile)
        for appended in [pool.submit(append_many, who) for who in range(4)]:
            appended.result()
        appending.set()
        sealer.result()
    store.seal()
    assert gaps == []
    assert violations(store) == []
    with store.reading() as tx:
        assert tx.one("SELECT count(*) AS entries FROM sealed").entries == 100


def test_two_sealers_seal_everything_once(store: Store) -> None:
    for number in range(6):
        with store.connection() as raw:
            entries = [Entry(fact(OrderHeld(f"o-{i}")), MONDAY, f"tx-{number}", i) for i in range(50)]
            run(raw, [journal.append(entries)])
            raw.commit()

    def seal_in_small_steps() -> int:
        total = 0
        with store.connection() as raw:
            while raw.execute("SELECT 1 FROM unsealed LIMIT 1").fetchone():
                total += journal.seal(raw, at_most=7)
                raw.commit()
        return total

    with ThreadPoolExecutor(2) as pool:
        sealed = [pool.submit(seal_in_small_steps) for _ in range(2)]
        assert sum(job.result() for job in sealed) == 300
    assert violations(store) == []


def test_a_transaction_that_is_open_for_long_is_sealed_later_and_holds_nobody_up(store: Store) -> None:
    with store.connection() as slow:
        append_one(slow, "slow")
        record(store, *MASTER)
        assert store.seal() == len(MASTER), "the open transaction's entry cannot be seen yet"
        slow.commit()
    assert store.seal() == 1
    assert violations(store) == []
    with store.reading() as tx:
        assert tx.one("SELECT event_id FROM sealed ORDER BY seq DESC LIMIT 1").event_id == 1


def test_nothing_waits_to_be_sealed_twice(store: Store) -> None:
    record(store, *MASTER)
    assert store.seal() == len(MASTER)
    assert store.seal() == 0


TAMPERED: dict[str, str] = {
    **dict.fromkeys(("transaction", "kind", "actor", "department", "step", "resource", "site", "place"), "'x'"),
    **dict.fromkeys(("business_step", "disposition", "cause"), "'x'"),
    "position": "position + 1",
    "version": "version + 1",
    **dict.fromkeys(("occurred_at", "recorded_at", "started_at", "completed_at"), "'2026-03-02 09:00:01Z'"),
    "objects": "'[]'",
    "body": "body || '{\"more\": 1}'",
    "digest": "sha256(digest)",
}


def test_a_sealed_entry_cannot_be_changed_in_any_column_without_being_told(store: Store) -> None:
    record(store, *MASTER)
    store.seal()
    with store.connection() as raw:
        columns = {column.name for column in raw.execute("SELECT * FROM journal").description or ()}
        assert columns - {"event_id"} == set(TAMPERED)
        for column, value in TAMPERED.items():
            raw.execute(f"UPDATE journal SET {column} = {value} WHERE event_id = 3".encode())
            told = inv_09(Transaction(raw, MONDAY, ""))
            raw.rollback()
            assert "Event 3, sealed as 3, is not as it was when it was sealed." in told, column


def test_even_who_forges_the_digest_too_breaks_the_chain(store: Store) -> None:
    record(store, *MASTER)
    store.seal()
    with store.connection() as raw:
        raw.execute("UPDATE journal SET actor = 'bob' WHERE event_id = 3")
        row = raw.execute("SELECT * FROM journal WHERE event_id = 3").fetchone()
        forged = digest(journal.canonical_of(row))
        raw.execute("UPDATE journal SET digest = %s WHERE event_id = 3", (forged,))
        raw.execute("UPDATE sealed SET digest = %s WHERE event_id = 3", (forged,))
        told = inv_09(Transaction(raw, MONDAY, ""))
    assert told == ["The chain is broken at 3."]
