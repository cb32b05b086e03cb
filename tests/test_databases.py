"""The databases that tests get: fresh, their own, and gone afterwards, even those of runs that were killed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import create_engine, make_url, text

from doorstep.storage import schema
from doorstep.storage.invariants import check_all
from doorstep.storage.store import Store
from tests.conftest import Databases


def test_a_test_has_a_database_of_its_own_that_is_gone_afterwards(databases: Databases) -> None:
    with databases.copy() as one, databases.copy() as other:
        engine = create_engine(one)
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO doorstep.unsealed VALUES (1)"))
        with create_engine(other).connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM doorstep.unsealed")).scalar_one() == 0
        connection.engine.dispose()
        names = {make_url(url).database for url in (one, other)}
        assert names < set(databases.names())
    assert not names & set(databases.names()), "gone although somebody is still connected"
    engine.dispose()


def test_the_databases_of_a_killed_run_are_dropped_and_those_of_a_living_one_are_not(
    databases: Databases, store: Store
) -> None:
    mine = set(databases.names())
    for left in ("doorstep_test_1_template", "doorstep_test_1_4711_1"):
        databases.do("CREATE DATABASE {}", left)
    databases.drop_what_dead_runs_left()
    assert "doorstep_test_1_template" not in databases.names()
    assert "doorstep_test_1_4711_1" not in databases.names()
    assert mine & set(databases.names())
    assert not any(check_all(store).values())


def test_several_who_make_the_tables_at_once_make_them_once(databases: Databases) -> None:
    with databases.copy() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA doorstep CASCADE"))
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda _: schema.ensure(engine), range(3)))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM doorstep.journal")).scalar_one() == 0
        engine.dispose()
