"""The views are folds of the journal: built anew they are the same, however the facts are cut into batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.events import master, orders, shipping, stock
from doorstep.events.envelope import Body, Entry
from doorstep.events.stock import Hold, Move
from doorstep.storage import journal, schema
from doorstep.storage.changes import Changes, run
from doorstep.storage.folds import fold
from doorstep.storage.store import Store
from doorstep.storage.tables import VIEWS
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.item import Item, Part
from tests.conftest import MONDAY, Databases
from tests.storage.shop import MASTER, NOON, fact, held, ordered, record, stock_up


def rebuild_in_batches_of(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(journal, "all_entries", partial(journal.all_entries, batch=size))


def test_the_views_equal_a_rebuild_after_a_mixed_morning(morning: Store) -> None:
    assert schema.differences(morning) == []


@pytest.mark.parametrize("size", [1, 2, 7])
def test_it_does_not_matter_where_a_batch_of_the_rebuild_ends(
    morning: Store, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    rebuild_in_batches_of(monkeypatch, size)
    assert schema.differences(morning) == []


def test_what_is_not_sealed_yet_is_rebuilt_as_well(store: Store) -> None:
    stock_up(store)
    store.seal()
    record(store, stock.StockReceived("receipt-9", (Move("MUG", 1, "supplier", "CS/A"),)))
    assert schema.differences(store) == []


def test_a_batch_may_end_between_a_receipt_and_the_holds_that_it_serves(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock_up(store)
    waiting = Hold("hold-1", "order-1", 1, "MUG", 6, "CS", inbound_id="inbound-1")
    record(store, *ordered("order-1", ("MUG", 6)), stock.StockHeld((waiting,)))
    record(
        store,
        stock.StockReceived("receipt-9", (Move("MUG", 6, "supplier", "CS/A"),), "inbound-1"),
        stock.HoldsMoved((waiting,), (held("order-1", 1, "MUG", 6),)),
    )
    rebuild_in_batches_of(monkeypatch, 1)
    assert schema.differences(store) == []


def test_a_label_may_be_given_back_and_another_asked_for_in_one_step(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = ("sscc-1", "order-1-f", "order-1")
    for old, new in (("label-1", "label-2"), ("label-2", "label-3")):
        if old == "label-1":
            record(store, shipping.LabelRequested(*about, old, "swift", "swift-day"))
        record(
            store,
            shipping.LabelVoided(*about, old, 0, "EUR"),
            shipping.LabelRequested(*about, new, "swift", "swift-day"),
        )
    for size in (1, 2, 4, 2_000):
        rebuild_in_batches_of(monkeypatch, size)
        assert schema.differences(store) == []


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("UPDATE pool SET on_hand = 99 WHERE item_id = 'TEA'", "pool, only live: Row(site_id='CS', item_id='TEA'"),
        ("DELETE FROM orders WHERE order_id = 'order-4'", "orders, only rebuilt: Row(order_id='order-4'"),
        ("INSERT INTO lot VALUES ('TEA', 'L2', NULL)", "lot, only live: Row(item_id='TEA', lot='L2'"),
        (
            "UPDATE item SET item = item || '{\"price_minor\": 1}' WHERE item_id = 'MUG'",
            "item, only live: Row(item_id=",
        ),
    ],
)
def test_a_view_that_was_tampered_with_is_told_with_its_table_and_row(morning: Store, deed: str, told: str) -> None:
    with morning.connection() as raw:
        raw.execute(deed.encode())
        differences = schema.differences_in(raw, at_most=20)
    assert any(difference.startswith(told) for difference in differences)


def test_a_rebuild_leaves_nothing_behind_and_changes_nothing(morning: Store) -> None:
    with morning.connection() as raw:
        before = contents(raw)
        with schema.rebuilt(raw):
            assert contents(raw) == before
            raw.execute("DELETE FROM pool")
        assert contents(raw) == before
        assert raw.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'doorstep_rebuilt'").fetchone() is None


def test_a_definition_that_comes_again_replaces_the_one_before(store: Store) -> None:
    record(store, *MASTER)
    record(store, master.ItemDefined(Item("MUG", "a larger mug")))
    with store.reading() as tx:
        assert tx.one("SELECT item->>'description' AS says FROM item WHERE item_id = 'MUG'").says == "a larger mug"
    assert schema.differences(store) == []


def contents(raw: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """Every row of every view."""
    return {name: sorted(map(repr, raw.execute(f"SELECT * FROM {name}".encode()).fetchall())) for name in VIEWS.tables}


# -- a law: however facts are cut into batches, the tables come out the same -------------------------------------------

Deed = tuple[str, int, int]  # what, and two numbers that say of which and how much
DEEDS = (
    *("receive", "move", "lose", "order", "more", "fewer", "hold", "void", "release"),
    *("stop", "score", "name", "label", "fail"),
    *("order", "hold", "hold", "release"),  # the more often, the more can follow
)


class Shelf:
    """Turns deeds into facts that can follow one another, and leaves out what could not have happened."""

    def __init__(self) -> None:
        self.facts: list[Body] = list(MASTER)
        self.bins = {"CS/A": 0, "CS/B": 0}
        self.kept = {"CS/A": 0, "CS/B": 0}
        self.waiting: dict[str, int] = {}
        self.ordered: dict[str, int] = {}
        self.holds: dict[str, Hold] = {}
        self.labels: list[str] = []

    def do(self, deed: Deed) -> None:
        what, which, many = deed
        getattr(self, f"_{what}")(which, many)

    @property
    def free(self) -> int:
        return sum(self.bins.values()) - sum(hold.quantity for hold in self.holds.values())

    def _new(self, prefix: str) -> str:
        return f"{prefix}-{len(self.facts)}"

    def _bin(self, which: int) -> str:
        return ("CS/A", "CS/B")[which % 2]

    def _receive(self, which: int, many: int) -> None:
        place = self._bin(which)
        self.bins[place] += many
        self.facts.append(stock.StockReceived(self._new("receipt"), (Move("MUG", many, "supplier", place),)))

    def _lose(self, which: int, many: int) -> None:
        place = self._bin(which)
        many = min(many, self.bins[place] - self.kept[place], self.free)
        if many > 0:
            believed = self.bins[place]
            self.bins[place] -= many
            moves = (Move("MUG", many, place, "lost"),)
            counted = stock.StockCounted(self._new("count"), place, "MUG", "", believed - many, believed, moves)
            self.facts.append(counted)

    def _order(self, _: int, many: int) -> None:
        order_id = self._new("order")
        self.waiting[order_id] = self.ordered[order_id] = many
        self.facts += ordered(order_id, ("MUG", many))

    def _hold(self, which: int, many: int) -> None:
        wanting = [order_id for order_id, units in self.waiting.items() if units]
        if wanting and self.free > 0:
            order_id = wanting[which % len(wanting)]
            many = min(many, self.waiting[order_id], self.free)
            hold = replace(held(order_id, 1, "MUG", many), hold_id=self._new("hold"))
            self.waiting[order_id] -= many
            self.holds[hold.hold_id] = hold
            self.facts.append(stock.StockHeld((hold,)))

    def _void(self, which: int, _: int) -> None:
        if self.holds:
            hold = self.holds.pop(sorted(self.holds)[which % len(self.holds)])
            self.waiting[hold.order_id] += hold.quantity
            self.kept[hold.place_id or "CS/A"] -= hold.quantity if hold.place_id else 0
            self.facts.append(stock.HoldsVoided((hold,)))

    def _release(self, which: int, _: int) -> None:
        place = self._bin(which)
        room = self.bins[place] - self.kept[place]
        loose = [hold for hold in self.holds.values() if not hold.place_id and hold.quantity <= room]
        if loose:
            old = loose[which % len(loose)]
            made = replace(old, hold_id=self._new("hold"), place_id=place)
            del self.holds[old.hold_id]
            self.holds[made.hold_id] = made
            self.kept[place] += made.quantity
            self.facts.append(stock.HoldsMoved((old,), (made,)))

    def _move(self, which: int, many: int) -> None:
        place, other = self._bin(which), self._bin(which + 1)
        many = min(many, self.bins[place] - self.kept[place])
        if many > 0:
            self.bins[place] -= many
            self.bins[other] += many
            self.facts.append(stock.StockReceived(self._new("move"), (Move("MUG", many, place, other),)))

    def _more(self, which: int, many: int) -> None:
        self._change(which, many)

    def _fewer(self, which: int, many: int) -> None:
        self._change(which, -many)

    def _change(self, which: int, units: int) -> None:
        if self.ordered:
            order_id = sorted(self.ordered)[which % len(self.ordered)]
            units = max(units, -self.waiting[order_id])
            before = self.ordered[order_id]
            self.ordered[order_id] += units
            self.waiting[order_id] += units
            changed = orders.QuantityChanged(order_id, 1, before, before + units, (Part("MUG", 1),))
            self.facts.append(changed)

    def _stop(self, which: int, many: int) -> None:
        if self.ordered:
            order_id = sorted(self.ordered)[which % len(self.ordered)]
            self.facts.append(orders.OrderHeld(order_id) if many % 2 else orders.OrderResumed(order_id))

    def _score(self, which: int, many: int) -> None:
        if self.ordered:
            order_id = sorted(self.ordered)[which % len(self.ordered)]
            score = (order_id, "first", NOON.date(), NOON.date())
            self.facts.append(orders.PromiseKept(*score) if many % 2 else orders.PromiseBroken(*score, "late"))

    def _name(self, which: int, many: int) -> None:
        self.facts.append(master.ItemDefined(Item("MUG", f"a mug of shape {which}", price_minor=many)))

    def _label(self, _: int, __: int) -> None:
        if not self.labels:
            self.labels.append(self._new("label"))
            about = ("sscc-1", "order-1-f", "order-1", self.labels[0])
            self.facts.append(shipping.LabelRequested(*about, "swift", "swift-day"))

    def _fail(self, _: int, __: int) -> None:
        if self.labels:
            about = ("sscc-1", "order-1-f", "order-1", self.labels.pop())
            self.facts.append(shipping.LabelFailed(*about, "E1", "no such address"))


@pytest.fixture(scope="module")
def empty(databases: Databases) -> Iterator[Store]:
    """A database without a row; what is written is rolled back."""
    with databases.copy() as url:
        clock = FalseClock(MONDAY)
        store = Store(url, clock, Ids.seeded(clock, seed=3))
        yield store
        store.close()


def folded(store: Store, batches: Iterable[Sequence[Entry]]) -> dict[str, list[str]]:
    """What the tables hold after these batches, each written at once."""
    with store.connection() as raw:
        for batch in batches:
            changes = Changes()
            for entry in batch:
                fold(entry, changes)
            run(raw, changes.statements())
        return contents(raw)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 7), st.integers(1, 6)), min_size=4, max_size=40),
    cuts=st.sets(st.integers(1, 60), max_size=5),
)
def test_facts_folded_together_make_the_same_tables_as_one_after_the_other(
    empty: Store, deeds: list[Deed], cuts: set[int]
) -> None:
    shelf = Shelf()
    for deed in deeds:
        shelf.do(deed)
    entries = [Entry(fact(body), MONDAY, "tx", position) for position, body in enumerate(shelf.facts)]
    ends = [0, *sorted(cut for cut in cuts if cut < len(entries)), len(entries)]
    one_by_one = folded(empty, ([entry] for entry in entries))
    assert folded(empty, [entries]) == one_by_one
    assert folded(empty, (entries[a:b] for a, b in pairwise(ends))) == one_by_one
    assert all(f"on_hand={sum(shelf.bins.values())}" in pool for pool in one_by_one["pool"])
