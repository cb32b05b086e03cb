"""What goes over the wire comes back in order, planned once, and an error leaves the connection as it must be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest

from doorstep.storage import wire as wires
from doorstep.storage.store import Store
from doorstep.storage.transaction import Transaction
from doorstep.storage.wire import ALONE, LOOK, STEP, WIDE_LOOK, Query, Wire


@pytest.fixture
def raw(morning: Store) -> Iterator[psycopg.Connection]:
    with morning.connection() as other, psycopg.connect(other.info.dsn, prepare_threshold=None) as connection:
        yield connection
        if not connection.closed:
            connection.rollback()


@pytest.fixture(params=[0, 300], ids=["asleep", "awake"])
def wire(raw: psycopg.Connection, request: pytest.FixtureRequest) -> Wire:
    """One that sleeps until answers come, and one that looks for them first."""
    return Wire(raw, looks=request.param)


def planned(wire: Wire, word: str) -> list[str]:
    told = wire.rows([("SELECT name FROM pg_prepared_statements WHERE statement LIKE %s", f"%{word}%")], plans=False)
    return [row.name for row in told[0]]


def test_each_statement_gets_its_own_answer_in_the_order_asked(wire: Wire) -> None:
    words = "SELECT %s::text AS word, %s::int AS many"
    asked: list[Query] = [(words, word, many) for many, word in enumerate(["mug", "lamp"])]
    asked.append(("SELECT 1 WHERE false",))
    asked.append(("SELECT 7, %s::date AS day", date(2026, 3, 2)))
    for _ in range(3):
        first, second, none, seven = wire.rows(asked)
        assert [(first[0].word, first[0].many), (second[0].word, second[0].many)] == [("mug", 0), ("lamp", 1)]
        assert (none, seven[0][0], seven[0].day) == ([], 7, date(2026, 3, 2))


def test_a_percent_sign_is_written_twice_and_lists_go_as_columns(wire: Wire) -> None:
    ((row,),) = wire.rows([("SELECT 'a%%' AS much, %b::text[] AS words, %s::int[] AS numbers", ["x,", '"'], [1, 2])])
    assert (row.much, row.words, row.numbers) == ("a%", ["x,", '"'], [1, 2])


def test_what_is_asked_a_second_time_is_planned_and_what_must_not_be_is_not(wire: Wire) -> None:
    asked = ("SELECT %s::int AS twice_asked", 1)
    wire.rows([asked])
    assert planned(wire, "twice_asked") == []
    wire.rows([asked, asked])
    wire.rows([asked])
    assert len(planned(wire, "twice_asked")) == 1
    for _ in range(3):
        wire.rows([("SELECT %s::int AS never_planned", 1)], plans=False)
    assert planned(wire, "never_planned") == []


def test_a_statement_is_planned_for_each_type_it_is_asked_with(wire: Wire) -> None:
    for value, kind in [(1, "smallint"), (70_000, "integer"), (1, "smallint"), (70_000, "integer")]:
        ((row,),) = wire.rows([("SELECT pg_typeof(%s)::text AS typed", value)])
        assert row.typed == kind
    assert len(planned(wire, "AS typed")) == 2


def test_counts_are_of_rows_changed_and_of_rows_found(wire: Wire) -> None:
    made = ("CREATE TEMPORARY TABLE shelf (units int) ON COMMIT DROP",)
    put = ("INSERT INTO shelf SELECT * FROM generate_series(1, %s)", 5)
    counted = wire.counts([made, put, ("UPDATE shelf SET units = 0 WHERE units > %s", 3), ("SELECT 1 FROM shelf",)])
    assert counted == [0, 5, 2, 5]


def test_the_first_error_is_raised_and_what_came_after_it_was_not_run(wire: Wire, raw: psycopg.Connection) -> None:
    for _ in range(3):
        with pytest.raises(psycopg.errors.DivisionByZero):
            wire.counts([("SELECT 1",), ("SELECT 1 / %s::int", 0), ("CREATE TABLE never_made ()",)])
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            wire.rows([("SELECT 1",)])
        raw.rollback()
    ((row,),) = wire.rows([("SELECT to_regclass('never_made') AS made",)])
    assert row.made is None
    assert wire.rows([("SELECT 1 / %s::int AS half", 1)])[0][0].half == 1


def test_a_statement_before_one_that_cannot_be_sent_is_as_good_as_never_asked(wire: Wire) -> None:
    asked = ("SELECT %s::int AS before_it", 1)
    wire.rows([asked])
    with pytest.raises(psycopg.DataError):
        wire.rows([asked, ("SELECT %s", "\x00")])
    for _ in range(2):
        assert wire.rows([asked])[0][0].before_it == 1


def test_what_fails_again_and_again_is_not_planned_again_and_again(wire: Wire, raw: psycopg.Connection) -> None:
    for _ in range(10):
        with pytest.raises(psycopg.errors.DivisionByZero):
            wire.rows([("SELECT 1 / %s::int AS never_right", 0)])
        raw.rollback()
    assert len(planned(wire, "never_right")) == 1


def test_what_is_planned_for_what_it_asks_uses_no_plan_for_all(wire: Wire) -> None:
    asked = ("SELECT %s::int AS narrow_and_wide", 1)
    counted = "SELECT generic_plans + custom_plans AS used FROM pg_prepared_statements WHERE statement LIKE %s"
    for plans in (True, True, True, False, False):
        wire.rows([asked], plans=plans)
    assert wire.rows([(counted, "%narrow_and_wide%")], plans=False)[0][0].used == 2


def test_a_single_percent_sign_is_a_mistake_that_is_told(wire: Wire) -> None:
    for sql in ("SELECT 'a' LIKE 'a%'", "SELECT 7 %\n2", "SELECT 1 -- %"):
        with pytest.raises(psycopg.ProgrammingError, match="is written %%: SELECT"):
            wire.rows([(sql,)])


def test_a_statement_that_cannot_be_made_ends_the_connection_and_with_it_what_was_begun(
    wire: Wire, raw: psycopg.Connection, morning: Store
) -> None:
    def made() -> Iterator[Query]:
        for number in range(4):
            yield ("INSERT INTO reply VALUES (%s, '', '{}', now())", f"key {number}")
        raise ValueError("the fifth is wrong")

    with pytest.raises(ValueError, match="the fifth is wrong"):
        wire.counts(made())
    assert raw.closed
    with morning.reading() as tx:
        assert tx.rows("SELECT key FROM reply WHERE key LIKE 'key %%'") == []


def test_who_is_interrupted_is_interrupted_and_the_step_is_not_run_again(
    morning: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []

    def step(tx: Transaction) -> None:
        runs.append(tx.id)
        tx.rows("SELECT 1")

    def interrupted(*_: object) -> Iterator[None]:
        yield from ()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(wires, "_results", interrupted)
        with pytest.raises(KeyboardInterrupt):
            morning.run(step)
        with pytest.raises(KeyboardInterrupt), morning.reading() as tx:
            tx.rows("SELECT 1")
    assert len(runs) == 1
    morning.run(step)
    assert len(runs) == 2


def test_a_wrong_number_of_parameters_is_said_before_anything_is_sent(wire: Wire, raw: psycopg.Connection) -> None:
    with pytest.raises(psycopg.ProgrammingError, match="1 parameters for 2 places: SELECT %s, %s"):
        wire.rows([("SELECT 1",), ("SELECT %s, %s", 1)])
    assert raw.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_plans_that_the_server_has_forgotten_cost_one_error_and_no_more(wire: Wire, raw: psycopg.Connection) -> None:
    asked = ("SELECT %s::int AS forgotten", 1)
    for _ in range(3):
        wire.rows([asked])
    raw.execute("DEALLOCATE ALL")
    with pytest.raises(psycopg.errors.InvalidSqlStatementName):
        wire.rows([asked])
    raw.rollback()
    for _ in range(3):
        assert wire.rows([asked])[0][0].forgotten == 1


def test_a_table_that_grew_a_column_costs_one_error_and_then_shows_it(wire: Wire, raw: psycopg.Connection) -> None:
    raw.execute("CREATE TEMPORARY TABLE drawer (mug int)")
    raw.execute("INSERT INTO drawer VALUES (1)")
    for _ in range(3):
        assert wire.rows([("SELECT * FROM drawer",)])[0] == [(1,)]
    raw.execute("ALTER TABLE drawer ADD COLUMN lamp int")
    raw.commit()
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        wire.rows([("SELECT * FROM drawer",)])
    raw.rollback()
    for _ in range(3):
        assert wire.rows([("SELECT * FROM drawer",)])[0] == [(1, None)]
    raw.execute("DROP TABLE drawer")
    raw.commit()


def test_queries_made_up_anew_each_time_do_not_pile_up(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "_MOST_MET", 10)
    for number in range(30):
        assert wire.rows([(f"SELECT {number} AS piled_up",)] * 2) == [[(number,)]] * 2
    assert len(planned(wire, "piled_up")) <= 11


def test_a_transaction_is_begun_as_it_was_said_and_only_where_none_is(wire: Wire, raw: psycopg.Connection) -> None:
    def told() -> tuple[str, str, str]:
        names = ("transaction_isolation", "transaction_read_only", "plan_cache_mode")
        rows = wire.rows([("SELECT current_setting(%s) AS set", name) for name in names], begin)
        return rows[0][0].set, rows[1][0].set, rows[2][0].set

    for begin, expected in [
        (STEP, ("read committed", "off", "force_generic_plan")),
        (LOOK, ("repeatable read", "on", "force_generic_plan")),
        (WIDE_LOOK, ("repeatable read", "on", "auto")),
        (ALONE, ("read committed", "off", "auto")),
    ]:
        assert told() == told() == expected
        inside = raw.info.transaction_status
        assert inside == (psycopg.pq.TransactionStatus.INTRANS if begin else psycopg.pq.TransactionStatus.IDLE)
        raw.rollback()


def test_more_than_the_sockets_hold_goes_both_ways_at_once(wire: Wire) -> None:
    text = "x" * 3_000_000
    answers = wire.rows([("SELECT %s::text AS much", text)] * 5)
    assert [len(rows[0].much) for rows in answers] == [3_000_000] * 5


def test_a_connection_that_was_cut_says_so_and_not_that_it_is_busy(morning: Store) -> None:
    with morning.connection() as other, psycopg.connect(other.info.dsn) as raw:
        wire = Wire(raw)
        ((row,),) = wire.rows([("SELECT pg_backend_pid() AS pid",)])
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (row.pid,))
        for _ in range(2):
            with pytest.raises(psycopg.OperationalError, match="connection"):
                wire.rows([("SELECT 1",)])
        assert raw.closed
