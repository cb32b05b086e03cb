"""What a company is defined by is asked in one statement, and is never older than the step that asks."""

from __future__ import annotations

from doorstep.events.master import CartonDefined
from doorstep.storage import definitions
from doorstep.storage.queries import learning, legal, master
from doorstep.storage.store import Store
from doorstep.storage.transaction import Query, Transaction
from doorstep.terms.parcel import Carton, Size
from tests.storage.shop import MASTER, fact, record

ALL: tuple[Query, ...] = (
    *(master.COMPANY, master.GOALS, master.SITES, master.SERVICES, master.CARTONS),
    *(learning.BILLING, legal.RULES),
)


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
