"""The schema's versions lead to the tables as they are declared, from nothing and again."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import MetaData, text

from doorstep.events import fulfilment, stock
from doorstep.events.envelope import Body
from doorstep.events.master import CompanyDefined
from doorstep.events.stock import Move
from doorstep.storage import schema
from doorstep.storage.database_errors import DatabaseUnfit
from doorstep.storage.migrations.versions import (
    v0006_goals,
    v0017_nodes,
    v0023_supply_goals,
    v0025_plans,
    v0031_accuracy,
)
from doorstep.storage.queries import master
from doorstep.storage.store import Store
from doorstep.storage.tables import PERMANENT, VIEWS
from doorstep.terms.company import Company
from doorstep.terms.goals import Goals, Weights
from tests.conftest import MONDAY
from tests.storage.shop import a_morning, held, record


def declared() -> MetaData:
    whole = MetaData()
    for table in (*PERMANENT.sorted_tables, *VIEWS.sorted_tables):
        table.to_metadata(whole)
    return whole


def differences(store: Store) -> list[object]:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "schema_version"})
        found = compare_metadata(context, declared())
    return [change for change in found if "procrastinate" not in str(change)]


def test_a_migrated_database_has_the_tables_as_they_are_declared(store: Store) -> None:
    assert differences(store) == []


def test_a_missing_column_would_be_noticed(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE parcel DROP COLUMN eta"))
    assert differences(store) != []


def test_migrating_again_changes_nothing(store: Store) -> None:
    schema.ensure(store.engine)
    assert differences(store) == []


def test_a_database_of_a_newer_program_is_refused(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE schema_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnfit, match="9999"):
        schema.ensure(store.engine)


def test_what_the_company_weighed_before_there_were_goals_is_its_goals_now(store: Store) -> None:
    record(store, CompanyDefined(Company("Corner Shop", "EUR", "4012345")))
    old = {"handling_order_minor": 150, "handling_unit_minor": 10, "split_minor": 1234, "late_day_minor": 500}
    moving = (Path(v0006_goals.__file__).with_suffix(".sql")).read_text(encoding="utf-8")
    nodes = (Path(v0017_nodes.__file__).with_suffix(".sql")).read_text(encoding="utf-8")
    with store.engine.begin() as connection:  # as a program without goals left it
        connection.execute(text("ALTER TABLE journal DISABLE TRIGGER ALL"))
        body = "jsonb_build_object('company', (body -> 'company') || CAST(:old AS jsonb))"
        for was in (f"journal SET version = 1, body = {body}", "company SET company = company || CAST(:old AS jsonb)"):
            connection.execute(text(f"UPDATE {was}"), {"old": json.dumps(old)})
        connection.execute(text("DROP TABLE goals"))
        supply = (Path(v0023_supply_goals.__file__).with_suffix(".sql")).read_text(encoding="utf-8")
        plans = (Path(v0025_plans.__file__).with_suffix(".sql")).read_text(encoding="utf-8")
        statements = (*nodes.split(";\n"), supply, *plans.split(";\n"))
        later = [each for each in statements if each.startswith("UPDATE goals")]
        for statement in (*moving.split(";\n"), *later):
            connection.connection.cursor().execute(statement)
    assert differences(store) == []
    assert schema.differences(store) == []
    with store.reading() as tx:
        assert master.goals(tx) == Goals(weights=Weights(split_minor=1234, broken_minor=5_000))


def counted(place_id: str, item_id: str, believed: int, seen: int) -> Body:
    """A count as it was recorded before counts told what had moved by then."""
    sides = (place_id, "lost") if seen < believed else ("found", place_id)
    moves = (Move(item_id, abs(seen - believed), *sides),)
    return stock.StockCounted(f"{place_id}-{believed}", place_id, item_id, "", seen, believed, moves)


def believed(store: Store) -> list[Any]:
    with store.reading() as tx:
        return tx.rows("SELECT * FROM balance ORDER BY place_id, item_id, lot")


def test_the_belief_in_the_books_of_before_is_what_a_replay_makes_of_them(store: Store) -> None:
    """Counts of before said nothing of what had moved by then; nor did anybody note when a bin was first filled."""
    a_morning(store)
    tea = held("order-4", 1, "TEA", 2, lot="L1", place_id="CS/B")
    found, lost = (Move("TEA", 1, "CS/B", to_place, "L1") for to_place in ("CS/pack", "lost"))
    record(store, fulfilment.PickedShort("order-4-1-bin-task", "order-4-f", "order-4", tea, (found,), 1, (lost,)))
    record(store, counted("CS/A", "MUG", 6, 4), occurred_at=MONDAY + timedelta(days=1))
    record(store, stock.StockReceived("receipt-9", (Move("MUG", 3, "supplier", "CS/A"),)))
    record(store, counted("CS/A", "MUG", 7, 8), occurred_at=MONDAY + timedelta(days=2))
    before = believed(store)
    assert {(row.place_id, row.counted_at) for row in before} > {("CS/A", MONDAY + timedelta(days=2)), ("CS/B", None)}
    assert sum(row.short_picks for row in before) == 1
    with store.engine.begin() as connection:  # as a program that believed all of it left it
        connection.execute(text("DROP TABLE accuracy"))
        connection.execute(text("ALTER TABLE pick_task DROP COLUMN doubt_ppm"))
        for column in ("first_at", "moves", "short_picks", "counted_at", "counted_moves", "counted_short_picks"):
            connection.execute(text(f"ALTER TABLE balance DROP COLUMN {column}"))
        with Operations.context(MigrationContext.configure(connection)):
            v0031_accuracy.upgrade()
    assert differences(store) == []
    assert believed(store) == before
