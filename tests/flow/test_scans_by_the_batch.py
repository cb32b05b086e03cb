"""Carriers' messages taken by the batch: the same facts and tables as one after the other, however they are split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from doorstep.flow import change
from doorstep.flow.track import ScanTaken, take_scans
from doorstep.storage.store import OvertakenError
from doorstep.storage.tables.columns import VIEWS
from doorstep.terms.clock import FalseClock
from tests.conftest import Databases
from tests.corner_shop import CLERK, Shelf, Shop, all_is_well, granted, in_threads, load, open_shop, scan_of

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
READ_AT = NOON + timedelta(days=12)

# What the carrier tells, as (parcel, hours after noon, code): of two parcels of one order, one of them with a delivery
# told by mistake; of one that is taken back for good; of one that nobody handed over; of one that was opened again; of
# one that nobody knows; and two messages that cannot be read, one of them under an id that another one has.
TOLD: tuple[tuple[int, int, str], ...] = (
    *((0, 0, "PU"), (0, 20, "OD"), (0, 26, "DL")),
    *((1, 0, "PU"), (1, 5, "DL"), (1, 6, "DX"), (1, 30, "DL")),
    *((2, 1, "AR"), (2, 22, "DL"), (2, 23, "DX")),
    *((3, 0, "MF"), (3, 2, "PU"), (3, 44, "DN"), (3, 40, "NH")),
    *((4, 3, "DL"), (5, 4, "DL")),
)
UNREADABLE = (b"{", b'{"id": "m4"}')
ALL = len(TOLD) + len(UNREADABLE)
IDS = ALL - 1


def on_the_road(shop: Shop) -> None:
    """Four orders in five parcels, all by one carrier: the fourth parcel is at the dock still, the fifth is no more."""
    load(shop)
    shop.on_its_way(("LAMP", 2))
    shop.on_its_way(("MUG", 1))
    shop.to_the_dock(("TEA", 2))
    opened = shop.to_the_dock(("MUG", 1))
    granted(change.cancel_order(shop.office, CLERK, opened.order_id, shop.key()))
    shop.settle()
    assert shop.one("SELECT DISTINCT carrier_id FROM label") == "steady"


@pytest.fixture(scope="module")
def road(databases: Databases) -> Iterator[Shelf]:
    with databases.copy() as url:
        kept = Shelf(url, on_the_road)
        yield kept
        kept.close()


def messages(shop: Shop) -> list[bytes]:
    numbers = [row.tracking_number for row in shop.rows("SELECT tracking_number FROM label ORDER BY sscc")]
    told = [
        scan_of([*numbers, "nobody's"][parcel], code, NOON + timedelta(hours=hours), f"m{number}")
        for number, (parcel, hours, code) in enumerate(TOLD)
    ]
    return [*told, *UNREADABLE]


def everything(shop: Shop) -> dict[str, Any]:
    """Every fact in its order and every table, but for what numbers them and their transactions."""
    names = [*VIEWS.tables, "message", "touched"]
    unnumbered = "SELECT to_jsonb(t) - '{{transaction,position,event_id}}'::text[] AS row FROM {} t ORDER BY row"
    facts = "SELECT to_jsonb(j) - '{transaction,position,event_id,digest}'::text[] FROM journal j ORDER BY event_id"
    with shop.store.reading() as tx:
        answers = tx.answers((facts,), *((unnumbered.format(name),) for name in names))
    return dict(zip(["journal", *names], answers, strict=True))


def taken(road: Shelf, order: Sequence[int], sizes: Sequence[int], judge: bool = False) -> tuple[list[ScanTaken], Any]:
    """What is told of messages taken in this order by batches of these sizes, and how things then stand."""
    road.put_back()
    clock = FalseClock(READ_AT)
    with open_shop(road.url, clock) as shop:
        waiting = [messages(shop)[number] for number in order]
        told: list[ScanTaken] = []
        for size in sizes:
            told += take_scans(shop.office, "steady", waiting[:size])
            waiting = waiting[size:]
        told += take_scans(shop.office, "steady", waiting)
        if judge:
            all_is_well(shop.store)
        return told, everything(shop)


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    again = draw(st.lists(st.integers(0, ALL - 1), max_size=4))
    return draw(st.permutations([*range(ALL), *again])), draw(st.lists(st.integers(0, 9), max_size=4))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example((list(range(ALL)), []))
@given(batches())
def test_any_batches_leave_the_same_facts_and_tables_as_one_after_the_other(
    road: Shelf, given: tuple[list[int], list[int]]
) -> None:
    order, sizes = given
    assert taken(road, order, sizes) == taken(road, order, [1] * len(order))


def test_after_a_batch_all_is_well_and_each_message_has_its_answer(road: Shelf) -> None:
    told, _ = taken(road, [*range(ALL), 0], [], judge=True)
    assert Counter(one.outcome for one in told) == {"applied": 14, "parked": 3, "duplicate": 2}
    assert [one.outcome for one in told[-5:]] == ["parked"] * 3 + ["duplicate"] * 2
    assert "was opened again" in told[14].reason
    assert "nobody's" in told[15].reason


def test_batches_that_bring_the_same_messages_at_once_take_each_once(road: Shelf) -> None:
    road.put_back()
    with open_shop(road.url, FalseClock(READ_AT)) as shop:
        raws = messages(shop)
        told = in_threads([partial(take_scans, shop.office, "steady", some) for some in (raws, raws[::-1]) * 2])
        assert sum(one.outcome != "duplicate" for batch in told for one in batch) == IDS
        assert shop.one("SELECT count(*) FROM message") == shop.one("SELECT count(*) FROM scan") == IDS
        all_is_well(shop.store)


def test_a_message_that_cannot_be_written_does_not_spoil_the_others(
    road: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorstep.storage.store._ATTEMPTS", 2)
    road.put_back()
    with open_shop(road.url, FalseClock(READ_AT)) as shop:
        with shop.store.connection() as raw:
            raw.execute("UPDATE balance SET on_hand = 0 WHERE place_id = 'CS/dock'")  # nothing to hand over
            raw.commit()
        raws = messages(shop)
        with pytest.raises(OvertakenError):
            take_scans(shop.office, "steady", [raws[0], raws[11], *raws[1:3]])
        assert shop.one("SELECT count(*) FROM message") == 3
        assert shop.one("SELECT state FROM parcel ORDER BY sscc LIMIT 1") == "delivered"
