"""The schema's versions lead to the tables as they are declared, from nothing and again."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, text

from doorstep.storage import schema
from doorstep.storage.database_errors import DatabaseUnfit
from doorstep.storage.store import Store
from doorstep.storage.tables import PERMANENT, VIEWS


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
