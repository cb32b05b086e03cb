"""A company lives a few days on a real database: everything holds, and the same seed lives the same days."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from doorstep.flow.load import load_company
from doorstep.flow.office import Office, Who
from doorstep.storage.store import Store
from doorstep.storage.wire import Query, Wire
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal
from doorstep.twin.figures import Figures, figures
from doorstep.twin.fortnight import Fortnight, Lived
from doorstep.twin.setting import Setting, read_setting
from doorstep.twin.telling import sections
from tests.conftest import Databases

EXAMPLE = Path(__file__).parents[2] / "examples" / "heating_parts"


def short(days: int) -> Setting:
    setting = read_setting(EXAMPLE)
    assert not isinstance(setting, Refusal), setting.says
    return replace(setting, world=setting.world.model_copy(update={"days": days, "counts_a_night": 3}))


@contextmanager
def lived(databases: Databases, setting: Setting, orders: int, seed: int = 1) -> Iterator[tuple[Lived, Figures, Store]]:
    with databases.copy() as url:
        clock = FalseClock(setting.begins_at)
        store = Store(url, clock, Ids.seeded(clock, seed), pool_size=2, lazy=True)
        done = load_company(Office(store), Who("test"), setting.company)
        assert not isinstance(done, Refusal), done.says
        fortnight = Fortnight(store, clock, setting, seed)
        try:
            told = fortnight.live(orders)
            yield told, figures(store, dict(told.taken)), store
        finally:
            fortnight.close()
            store.close()


def test_orders_come_in_and_go_out_and_everything_holds(databases: Databases) -> None:
    with lived(databases, short(days=3), orders=10) as (told, found, _):
        assert told.sent == 10
        assert not found.violations
        assert found.stock.difference == 0
        assert found.states.get("delivered", 0) >= 1
        assert sum(found.states.values()) == len(told.taken)
        (first,) = (kept for kept in found.kept if kept.against == "first")
        assert 0 < first.kept <= first.judged
        assert sum(cost.total_minor for cost in found.costs_by_kind) == sum(
            cost.total_minor for cost in found.costs_by_buyer
        )
        titles = [title for title, rows in sections(told, found) if rows]
        assert titles[:3] == ["Orders by state", "Promise kept", "Fill rate"]


@pytest.mark.slow
def test_the_same_seed_lives_the_same_days_and_another_one_others(databases: Databases) -> None:
    seals = []
    for seed in (1, 1, 2):
        with lived(databases, short(days=3), orders=40, seed=seed) as (told, found, _):
            seals.append((told, found.seal))
    assert seals[0] == seals[1]
    assert seals[0] != seals[2]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_days_are_the_same_in_whatever_order_the_database_gives_what_it_was_not_told_to_sort(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That order is the server's own affair: it hangs on its plan, and that on when it last counted rows."""
    asked, chance, shuffled = Wire.rows, random.Random(7), 0

    def in_any_order(wire: Wire, queries: Sequence[Query], *how: Any, **named: Any) -> list[list[Any]]:
        nonlocal shuffled
        answers = asked(wire, queries, *how, **named)
        for (sql, *_), rows in zip(queries, answers, strict=True):
            if len(rows) > 1 and "ORDER BY" not in sql and "nextval(" not in sql:
                chance.shuffle(rows)
                shuffled += 1
        return answers

    with lived(databases, short(days=4), orders=250) as (_, found, _):
        as_given = found.seal
    monkeypatch.setattr(Wire, "rows", in_any_order)
    with lived(databases, short(days=4), orders=250) as (_, found, _):
        assert shuffled > 1_000
        assert found.seal == as_given


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_container_that_comes_late_is_told_to_everybody_who_waits_for_it(databases: Databases) -> None:
    setting = short(days=14)
    with lived(databases, setting, orders=700) as (_, found, store):
        assert not found.violations
        with store.reading() as tx:
            told = tx.rows("SELECT * FROM promise WHERE line_no = 0 AND caused_by = 'supplier'")
            late = tx.rows("SELECT DISTINCT due_at::date AS due FROM inbound WHERE supplier_id = 'ORIENT'")
        assert [f"{row.due}" for row in late] == ["2026-03-15"]
        assert all(row.cause == "inbound at another time" for row in told)
