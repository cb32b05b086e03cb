"""What a company is defined by is asked in one statement, and is never older than the step that asks."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from doorstep.events.master import CartonDefined
from doorstep.storage import definitions
from doorstep.storage.queries import collection, learning, legal, master
from doorstep.storage.store import Store
from doorstep.storage.transaction import Query, Transaction
from doorstep.terms.parcel import Carton, Size
from doorstep.terms.refusals import Refusal
from tests.storage.shop import MASTER, fact, record

ALL: tuple[Query, ...] = (
    *(master.COMPANY, master.GOALS, master.SITES, master.SERVICES, master.CARTONS),
    *(learning.BILLING, legal.RULES, collection.AGREED, collection.OWN),
)


WAITS_FOR_A_LOCK = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def test_definitions_that_are_asked_together_are_those_that_are_asked_one_by_one(store: Store) -> None:
    record(store, *MASTER)
    with store.reading() as tx:
        alone = [tx.connection.execute(sql).fetchall() for (sql,) in ALL]
        together = tx.answers(*ALL)
    assert [[row._asdict() for row in rows] for rows in together] == [[row._asdict() for row in rows] for rows in alone]
    assert any(alone)


def test_a_step_that_defines_something_reads_it_as_it_is_then(store: Store) -> None:
    record(store, *MASTER)

    def step(tx: Transaction) -> tuple[int, int]:
        tx.ahead(*ALL)
        before = len(master.cartons(tx))
        tx.record(fact(CartonDefined(Carton("XL", Size(400, 300, 200), Size(410, 310, 210), 1, 1, 1))))
        tx.flush()
        return before, len(master.cartons(tx))

    assert store.run(step) == (1, 2)


def test_every_definition_stands_in_the_one_statement() -> None:
    assert all(definitions.is_definition(sql) and sql in definitions.together() for (sql,) in ALL)


def stamp(store: Store) -> str:
    with store.reading() as tx:
        told: str = tx.one(*definitions.STAMP).stamp
        return told


def test_what_a_step_knows_of_definitions_is_what_was_committed_before_it(store: Store) -> None:
    record(store, *MASTER)

    def cartons() -> list[str]:
        with store.reading() as tx:
            tx.ahead(*ALL)
            return [carton.carton_id for carton in master.cartons(tx)]

    known = cartons()
    with store.connection() as other:
        other.execute("UPDATE carton SET carton = jsonb_set(carton, '{carton_id}', '\"NEW\"')")
        assert cartons() == known  # not committed yet
        other.commit()
    assert cartons() == ["NEW"]


def test_what_is_defined_while_a_step_waits_for_a_lock_counts_for_it(store: Store) -> None:
    record(store, *MASTER)

    def cartons() -> list[str]:
        def step(tx: Transaction) -> list[str]:
            tx.ahead(master.CARTONS, ("SELECT 1 FROM item WHERE item_id = 'MUG' FOR UPDATE",))
            return [carton.carton_id for carton in master.cartons(tx)]

        found = store.run(step)
        assert not isinstance(found, Refusal)
        return found

    assert cartons() == ["BOX"]  # known from now on
    with store.connection() as other, ThreadPoolExecutor(1) as beside:
        other.execute("SELECT 1 FROM item WHERE item_id = 'MUG' FOR UPDATE")
        told = beside.submit(cartons)
        while not other.execute(WAITS_FOR_A_LOCK).fetchall():
            other.execute("SELECT pg_stat_clear_snapshot()")
        other.execute("UPDATE carton SET carton = jsonb_set(carton, '{carton_id}', '\"NEW\"')")
        other.commit()
        assert told.result() == ["NEW"]


def test_what_was_asked_ahead_is_asked_again_once_the_step_has_told_the_database_something(store: Store) -> None:
    record(store, *MASTER)
    query: Query = ("SELECT carton_id FROM carton",)

    def step(tx: Transaction) -> list[str]:
        tx.ahead(query, master.CARTONS)
        tx.tell(("UPDATE carton SET carton_id = 'NEW', carton = jsonb_set(carton, '{carton_id}', '\"NEW\"')",))
        return [*(row.carton_id for row in tx.rows(*query)), *(carton.carton_id for carton in master.cartons(tx))]

    assert store.run(step, dry_run=True) == ["NEW", "NEW"]


def test_what_is_rolled_back_leaves_nothing_behind(store: Store) -> None:
    record(store, *MASTER)
    before = stamp(store)

    def step(tx: Transaction) -> int:
        tx.record(fact(CartonDefined(Carton("XL", Size(400, 300, 200), Size(410, 310, 210), 1, 1, 1))))
        tx.flush()
        tx.ahead(*ALL)
        return len(master.cartons(tx))

    assert store.run(step, dry_run=True) == 2
    assert stamp(store) == before
    with store.reading() as tx:
        tx.ahead(*ALL)
        assert len(master.cartons(tx)) == 1


def test_the_database_watches_every_table_that_a_definition_is_read_from(store: Store) -> None:
    with store.connection() as raw:
        plans = [raw.execute(f"EXPLAIN (FORMAT JSON) {sql}").fetchone()[0] for (sql,) in ALL]  # type: ignore[index]
        watched = {
            row.name
            for row in raw.execute(
                "SELECT DISTINCT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgfoid::regproc::text "
                "IN ('defined_anew', 'site_moved')"
            )
        }
    read = {part for plan in plans for part in relations(plan)}
    assert {"carton", "site", "person", "collection", "vehicle"} <= read <= watched


def relations(plan: object) -> set[str]:
    text = json.dumps(plan)
    return {part.split('"')[0] for part in text.split('"Relation Name": "')[1:]}


def test_a_site_that_moves_is_a_definition_that_changes_and_a_customer_who_moves_is_not(store: Store) -> None:
    record(store, *MASTER)
    with store.reading() as tx:
        ref = tx.one("SELECT person_ref FROM site").person_ref
    before = stamp(store)
    move(store, "somebody else")
    assert stamp(store) == before
    move(store, ref)
    assert stamp(store) != before


def move(store: Store, person_ref: str) -> None:
    for street in ("1 Old Row", "2 New Row"):
        store.run(lambda tx: tx.keep_person(person_ref, {"lines": [street]}))  # noqa: B023
