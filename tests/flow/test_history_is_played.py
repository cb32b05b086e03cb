"""A replay of past orders: the same facts as the flow makes, history's contradictions by rule, and never twice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from doorstep.flow.look_score import scores
from doorstep.flow.office import Office
from doorstep.flow.place import place_order
from doorstep.flow.replay.run import Played, play
from doorstep.flow.replay.stage import Past, Staged, opening_of, stage
from doorstep.flow.replay.treat import Odd, treat
from doorstep.flow.track import take_scan
from doorstep.intake.by_time import ByTime
from doorstep.intake.values import Ended, PastLine, PastOrder, SiteRow
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.refusals import Refusal, Why
from tests.corner_shop import ADA, CLERK, MONDAY, Shop, all_is_well, company_file, granted, order, refused

FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
SITE = "CS"


def past_order(reference: str = "A-1", **told: Any) -> PastOrder:
    """Two mugs, ordered on Monday morning, gone that evening, promised by Friday and there on Thursday."""
    usual = PastOrder(
        reference=reference,
        customer_id="ada",
        ship_to=ADA,
        service_id="steady-ground",
        currency="USD",
        placed_at=FIRST,
        cleared_at=FIRST,
        promised_from=None,
        promised_by=date(2026, 3, 6),
        handed_over_at=FIRST + timedelta(hours=12),
        delivered_at=FIRST + timedelta(days=3),
        ended=Ended.DELIVERED,
        lines=(PastLine(1, "MUG", 2, SITE),),
        freight_minor=961,
    )
    return replace(usual, **told)


def past() -> Past:
    file = company_file()
    sites = {site.site_id: SiteRow(site.site_id, site.name, site.address.value(), site.calendar) for site in file.sites}
    return Past(file.company, file.services, sites, {item.item_id: item for item in file.items})


@pytest.fixture
def waiting() -> Iterator[ByTime[Any]]:
    with ByTime[Any]() as spool:
        yield spool


def staged(waiting: ByTime[Any], orders: Sequence[PastOrder]) -> tuple[Staged, list[str], list[str]]:
    refusals: list[str] = []
    odd: list[str] = []
    made = stage(
        past(),
        orders,
        waiting,
        lambda told, why: refusals.append(f"{told.reference}: {why}"),
        lambda told, what: odd.append(f"{told.reference}: {what}"),
    )
    return made, refusals, odd


def played(store: Store, clock: FalseClock, waiting: ByTime[Any], *orders: PastOrder) -> Played | Refusal:
    made, refusals, _ = staged(waiting, orders)
    assert not refusals
    return play(Office(store), clock, opening_of(past(), made), waiting, "c0ffee" * 8)


def kinds(store: Store) -> list[str]:
    """What happened to the orders, in order."""
    sql = (
        "SELECT kind FROM journal WHERE event_id IN (SELECT event_id FROM touched WHERE object_type IN "
        "('order', 'parcel')) ORDER BY event_id"
    )
    with store.reading() as tx:
        return [row.kind for row in tx.rows(sql)]


def rows(store: Store, sql: str) -> list[Any]:
    with store.reading() as tx:
        return [tuple(row) for row in tx.rows(sql)]


END = {
    "orders": "SELECT customer_id, area, state, delivered_on, last_step FROM orders",
    "demand": "SELECT line_no, item_id, wanted, waiting, held, picked, shipped FROM demand",
    "fulfilment": "SELECT site_id, service_id, state FROM fulfilment",
    "lines": "SELECT line_no, item_id, quantity, picked, packed FROM fulfilment_line",
    "holds": "SELECT item_id, quantity, state, place_id <> '' FROM hold ORDER BY hold_id",
    "parcel": "SELECT site_id, state, milestone, delivered_at FROM parcel",
    "contents": "SELECT line_no, item_id, quantity FROM parcel_content",
    "label": "SELECT carrier_id, service_id, state FROM label",
    "steps": "SELECT from_step, to_step FROM hand_off ORDER BY made_at, transaction, position",
    "customer has": "SELECT item_id, on_hand FROM balance WHERE place_id = 'customer'",
    "score": "SELECT against, kept, reason FROM score ORDER BY against",
}


def test_a_past_order_has_the_same_facts_and_ends_as_one_that_goes_its_way_today(
    shop: Shop, database_url: str, waiting: ByTime[Any]
) -> None:
    shop.on_its_way(("MUG", 2))
    label = shop.one("SELECT tracking_number, carrier_id, service_id FROM label")
    handed_over_at = shop.one("SELECT handed_over_at FROM parcel")
    placed_at = shop.one("SELECT placed_at FROM orders")
    delivered_at = handed_over_at + timedelta(days=2)
    shop.clock.move_to(delivered_at)
    scan = {"id": "s1", "tracking_number": label.tracking_number, "code": "DL", "at": delivered_at.isoformat()}
    assert take_scan(shop.office, label.carrier_id, json.dumps(scan).encode()).outcome == "applied"
    live = kinds(shop.store)

    clock = FalseClock(MONDAY)
    store = Store(database_url, clock, shop.store.ids)
    told = past_order(
        placed_at=placed_at,
        cleared_at=placed_at,
        handed_over_at=handed_over_at,
        delivered_at=delivered_at,
        service_id=label.service_id,
        promised_by=shop.one("SELECT last_day FROM promise WHERE line_no = 0"),
    )
    granted(played(store, clock, waiting, told))
    assert kinds(store) == live
    for what, sql in END.items():
        assert rows(store, sql) == rows(shop.store, sql), what
    all_is_well(store)
    store.close()


def contradictions() -> list[PastOrder]:
    """One past order for everything that history can say wrongly or leave out, by what is odd about it."""
    hour, day = timedelta(hours=1), timedelta(days=1)
    return [
        past_order("kept"),
        past_order("late", delivered_at=FIRST + 6 * day),
        past_order("left before it was cleared", cleared_at=FIRST + 20 * hour),
        past_order("there before it left", handed_over_at=FIRST + 4 * day),
        past_order("left before it was ordered", handed_over_at=FIRST - 2 * hour),
        past_order("cancelled", ended=Ended.CANCELLED, handed_over_at=None, delivered_at=None),
        past_order("cancelled on its way", ended=Ended.CANCELLED, delivered_at=None),
        past_order("cancelled and there", ended=Ended.CANCELLED),
        past_order("there, nobody knows when", delivered_at=None),
        past_order("never cleared", cleared_at=None),
        past_order("nobody knows when it left", handed_over_at=None),
        past_order("on its way", ended=Ended.OPEN, delivered_at=None),
        past_order("waits", ended=Ended.OPEN, handed_over_at=None, delivered_at=None),
        past_order("the last of all", placed_at=FIRST + 30 * day, cleared_at=FIRST + 30 * day, handed_over_at=None,
                   delivered_at=None, ended=Ended.OPEN, promised_by=date(2026, 5, 1)),
    ]  # fmt: skip


def test_history_is_asked_where_it_contradicts_itself(waiting: ByTime[Any]) -> None:
    _, refusals, odd = staged(waiting, contradictions())
    assert refusals == []
    assert odd == [
        f"left before it was cleared: {Odd.HANDED_OVER_BEFORE_CLEARED}",
        f"there before it left: {Odd.DELIVERED_BEFORE_HANDED_OVER}",
        f"left before it was ordered: {Odd.HANDED_OVER_BEFORE_CLEARED}",
        f"left before it was ordered: {Odd.HANDED_OVER_BEFORE_PLACED}",
        f"cancelled on its way: {Odd.CANCELLED_AFTER_HAND_OVER}",
        f"cancelled and there: {Odd.CANCELLED_AFTER_HAND_OVER}",
        f"cancelled and there: {Odd.CANCELLED_YET_DELIVERED}",
        f"there, nobody knows when: {Odd.DELIVERED_WITHOUT_DATE}",
        f"never cleared: {Odd.NEVER_CLEARED}",
        f"nobody knows when it left: {Odd.HANDED_OVER_WITHOUT_DATE}",
    ]


def test_history_ends_as_it_was_told_whatever_it_contradicts(
    store: Store, clock: FalseClock, waiting: ByTime[Any]
) -> None:
    made, _, _ = staged(waiting, contradictions())
    granted(play(Office(store), clock, opening_of(past(), made), waiting, "ab" * 20))
    told = (
        "SELECT reference, state, coalesce(kept::text, '-') AS kept, coalesce(reason, '') AS reason "
        "FROM orders LEFT JOIN score s ON s.order_id = orders.order_id AND s.against = 'first' "
        "ORDER BY placed_at, orders.order_id"
    )
    assert rows(store, told) == [
        ("kept", "delivered", "true", ""),
        ("late", "delivered", "false", "late"),
        ("left before it was cleared", "delivered", "true", ""),
        ("there before it left", "delivered", "true", ""),
        ("left before it was ordered", "delivered", "true", ""),
        ("cancelled", "cancelled", "-", ""),
        ("cancelled on its way", "open", "false", "never delivered"),
        ("cancelled and there", "open", "false", "never delivered"),
        ("there, nobody knows when", "open", "false", "never delivered"),
        ("never cleared", "delivered", "true", ""),
        ("nobody knows when it left", "delivered", "true", ""),
        ("on its way", "open", "false", "never delivered"),
        ("waits", "open", "false", "never delivered"),
        ("the last of all", "open", "-", ""),
    ]
    whole = scores(Office(store), "America/Chicago").whole
    assert (whole.orders, whole.delivered, whole.kept, whole.late, whole.undelivered) == (14, 7, 6, 1, 5)
    # Monday to Friday promised; Monday to Thursday, and once to Sunday, taken.
    assert (whole.promised_days, whole.actual_days) == (4_000, 3_429)
    assert rows(store, "SELECT parked FROM scan WHERE parked <> '' ORDER BY 1") == [
        (str(Odd.CANCELLED_YET_DELIVERED),),
        (str(Odd.DELIVERED_WITHOUT_DATE),),
    ]
    unknown = "SELECT reference FROM parcel JOIN orders USING (order_id) WHERE handed_over_at IS NULL ORDER BY 1"
    assert [row[0] for row in rows(store, unknown)] == [
        "left before it was ordered",
        "nobody knows when it left",
        "there before it left",
    ]
    all_is_well(store)


def test_what_is_learned_counts_only_what_is_known(store: Store, clock: FalseClock, waiting: ByTime[Any]) -> None:
    orders = [past_order(f"A-{number}") for number in range(3)]
    orders += [past_order("B", handed_over_at=None), past_order("C", delivered_at=FIRST + timedelta(days=4))]
    granted(played(store, clock, waiting, *orders))
    # Gone on Monday evening; Steady works from Monday to Friday: three on Thursday, one on Friday.
    lanes = "SELECT origin, destination, days, parcels, never FROM transit ORDER BY origin, destination"
    seen = ({"3": 3, "4": 1}, 4, 0)
    assert rows(store, lanes) == [("", "", *seen), ("", "far", *seen), ("US-6", "US-1", *seen)]
    # When it was packed nobody knows: what is said to have gone at once says nothing of the work.
    assert rows(store, "SELECT site_id FROM handling") == []


def test_the_same_history_again_changes_nothing(store: Store, clock: FalseClock, waiting: ByTime[Any]) -> None:
    orders = [past_order(f"A-{number}", placed_at=FIRST + number * timedelta(hours=1)) for number in range(5)]
    assert granted(played(store, clock, waiting, *orders)).facts > 100
    before = rows(store, "SELECT count(*), max(event_id) FROM journal")
    with ByTime[Any]() as again:
        assert granted(played(store, clock, again, *orders)).facts == 0
    assert rows(store, "SELECT count(*), max(event_id) FROM journal") == before


def test_a_replay_that_was_killed_goes_on_where_it_was(
    store: Store, clock: FalseClock, waiting: ByTime[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorstep.flow.replay.run.MOMENTS_AT_ONCE", 3)
    orders = [past_order(f"A-{number}", placed_at=FIRST + number * timedelta(hours=1)) for number in range(8)]
    made, _, _ = staged(waiting, orders)

    def dies(orders_placed: int) -> None:
        if orders_placed == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play(Office(store), clock, opening_of(past(), made), waiting, "d1e" * 16, dies)
    assert 0 < rows(store, "SELECT count(*) FROM orders")[0][0] < 8
    granted(play(Office(store), clock, opening_of(past(), made), waiting, "d1e" * 16))
    assert rows(store, "SELECT state, count(*) FROM orders GROUP BY 1") == [("delivered", 8)]
    all_is_well(store)


def test_history_is_never_played_into_live_books(shop: Shop, waiting: ByTime[Any]) -> None:
    granted(place_order(shop.office, CLERK, order(("MUG", 1)), "key"))
    no = played(shop.store, shop.clock, waiting, past_order())
    refused(no, Why.ALREADY_THERE, "1 live orders", "DOORSTEP_HOME")


def test_what_cannot_be_played_comes_back_with_its_reason(waiting: ByTime[Any]) -> None:
    line = PastLine(1, "MUG", 1, SITE)
    orders = [
        past_order("A"),
        past_order("A"),
        past_order("B", lines=()),
        past_order("C", promised_by=None),
        past_order("D", service_id="pigeon"),
        past_order("E", currency="EUR"),
        past_order("F", lines=(replace(line, item_id="CUP"),)),
        past_order("G", lines=(replace(line, site_id="MOON"),)),
        past_order("H", placed_at=None, cleared_at=None, handed_over_at=None, delivered_at=None, ended=Ended.OPEN),
        past_order("I", promised_from=date(2026, 3, 9)),
    ]
    _, refusals, _ = staged(waiting, orders)
    assert refusals == [
        "A: it was told before",
        "B: no lines",
        "C: no promised date: there is nothing to keep",
        "D: there is no service pigeon in the map",
        "E: its freight is in EUR, the company's currency is USD",
        "F: line 1: there is no item CUP",
        "G: line 1: there is no site MOON",
        "H: history names no instant of it",
        "I: its promised window ends before it begins",
    ]


def test_no_rule_moves_purchase_promise_or_delivery() -> None:
    early, late = FIRST - timedelta(days=1), FIRST + timedelta(days=9)
    for told in (
        past_order(delivered_at=early),
        past_order(cleared_at=late),
        past_order(handed_over_at=late),
        past_order(handed_over_at=early, cleared_at=late),
    ):
        treated = treat(told)
        assert treated is not None
        assert treated.delivered_at == told.delivered_at
        assert treated.placed_at == told.placed_at
        assert treated.placed_at <= (treated.cleared_at or FIRST) <= (treated.handed_over_at or FIRST)
