"""The process chart of the corner shop: each wait by hand, each order's time to the second, the documented query."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from doorstep.flow.change import cancel_order, change_address, hold_order, resume_order
from doorstep.flow.look_chart import ChartView, order_account, process_chart
from doorstep.flow.manifests import close_manifest
from doorstep.flow.pack import pack
from doorstep.flow.pick import confirm_pick
from doorstep.flow.place import clear_order
from doorstep.flow.plan import plan_open_orders
from doorstep.storage.queries import chart as queries
from doorstep.terms.refusals import Why
from tests.corner_shop import BISTRO, CLERK, PICKER, Shop, granted, refused
from tests.flow.test_planned_together import busy_shop
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "chart.md").read_text(encoding="utf-8")
MINUTE, HOUR = 60, 3_600


def step(chart: ChartView, node_id: str) -> Any:
    return next(node for node in chart.nodes if node.node_id == node_id)


def slowly_on_its_way(shop: Shop) -> str:
    """An order of two mugs and a lamp that waits everywhere, from Monday nine o'clock UTC to the carrier's van."""
    order_id = shop.place(("MUG", 2), ("LAMP", 1), cleared=False).order_id
    shop.later(minutes=20)
    granted(clear_order(shop.office, CLERK, order_id))
    shop.later(minutes=10)
    shop.settle()  # planned
    shop.later(hours=6)
    shop.release()
    for task in shop.tasks():
        shop.later(minutes=30)
        started_at = shop.clock.now() - timedelta(minutes=4)
        serials = ["L-001"] if task.item_id == "LAMP" else []
        granted(confirm_pick(shop.office, PICKER, task.task_id, task.quantity, shop.key(), serials, started_at))
    shop.later(minutes=15)
    (row,) = shop.rows("SELECT fulfilment_id FROM fulfilment WHERE state = 'picked'")
    started_at = shop.clock.now() - timedelta(minutes=5)
    granted(pack(shop.office, CLERK, row.fulfilment_id, shop.key(), started_at=started_at))
    shop.later(minutes=2)
    shop.settle()  # labels asked for and bought
    shop.later(hours=1)
    shop.hand_over()
    return order_id


def brought(shop: Shop, order_id: str) -> None:
    """The carrier scans and delivers every parcel of the order."""
    for sscc in shop.parcels(order_id):
        for code, hours in (("PU", 5), ("OD", 40), ("DL", 6)):
            shop.later(hours=hours)
            shop.scan(sscc, code, shop.clock.now(), f"{sscc}-{code}")


def test_every_step_of_an_order_is_on_the_chart_with_its_wait_and_its_work(shop: Shop) -> None:
    order_id = slowly_on_its_way(shop)
    brought(shop, order_id)
    chart = process_chart(shop.office)
    waited = {node.node_id: (node.volume, node.wait.total_seconds, node.work.total_seconds) for node in chart.nodes}
    parcels = len(shop.parcels(order_id))
    assert parcels == 1
    assert {node_id: figures for node_id, figures in waited.items() if node_id not in ("receive", "count")} == {
        "promise": (1, 0, 0),
        "clear": (1, 20 * MINUTE, 0),
        "change": (0, 0, 0),
        "take_back": (0, 0, 0),
        "void_label": (0, 0, 0),
        "share": (0, 0, 0),
        "route": (0, 0, 0),
        "manifest": (0, 0, 0),
        "pickup": (0, 0, 0),
        "answer": (0, 0, 0),
        "plan": (1, 10 * MINUTE, 0),
        "replan": (0, 0, 0),
        "release": (1, 6 * HOUR, 0),
        "pick": (2, (26 + 56) * MINUTE, 8 * MINUTE),
        "pack": (1, 10 * MINUTE, 5 * MINUTE),
        "ask_label": (1, 2 * MINUTE, 0),
        "buy_label": (1, 0, 0),
        "hand_over": (1, HOUR, 0),
        "first_scan": (1, 5 * HOUR, 0),
        "transit": (1, 40 * HOUR, 0),
        "deliver": (1, 6 * HOUR, 0),
        "astray": (0, 0, 0),
        "score": (1, 0, 0),
        "print": (0, 0, 0),
        "audit_invoice": (0, 0, 0),
        "claim": (0, 0, 0),
        "improve": (0, 0, 0),
    }
    assert all(edge.designed for edge in chart.edges)
    assert step(chart, "release").over.over == 0  # by the clock six hours, by the shop's opening hours one and a half
    assert step(chart, "receive").volume > 0
    assert "<svg" in chart.svg


def test_a_plan_that_is_changed_for_a_fuller_day_is_no_plan_that_was_waited_for(shop: Shop) -> None:
    for _ in range(3):
        shop.place(("MUG", 1))
    shop.later(minutes=10)
    assert len(plan_open_orders(shop.office).orders) == 3
    busy_shop(shop, a_day=2)
    shop.later(hours=2)
    assert len(plan_open_orders(shop.office).changed) == 1
    chart = process_chart(shop.office)
    planned, changed = step(chart, "plan"), step(chart, "replan")
    assert (planned.volume, planned.over.over) == (3, 0)
    assert (changed.volume, changed.wait.total_seconds, changed.over.of) == (1, 0, 0)


def test_a_chart_begins_no_sooner_than_the_company(shop: Shop) -> None:
    brought(shop, slowly_on_its_way(shop))
    long_ago = process_chart(shop.office, since=shop.clock.now() - timedelta(days=400))
    (first,) = shop.rows("SELECT min(occurred_at) AS at FROM journal")
    assert long_ago.begins == first.at
    assert max(one.queue.waiting_thousandths for one in long_ago.departments) > 100  # 4 where a year is reckoned in


def test_a_chart_is_drawn_once_until_something_happens(shop: Shop) -> None:
    drawn = process_chart(shop.office)
    assert process_chart(shop.office) is drawn
    assert process_chart(shop.office, site_id="CS") is not drawn
    shop.place(("MUG", 1))
    anew = process_chart(shop.office)
    assert step(anew, "promise").volume == step(drawn, "promise").volume + 1
    assert process_chart(shop.office) is anew
    shop.later(minutes=2)
    assert process_chart(shop.office) is not anew


def test_the_chart_at_a_site_and_at_a_time(shop: Shop) -> None:
    began = shop.clock.now()
    brought(shop, slowly_on_its_way(shop))
    assert process_chart(shop.office, site_id="CS").nodes == process_chart(shop.office).nodes
    assert not any(node.volume for node in process_chart(shop.office, site_id="NOWHERE").nodes)
    early = process_chart(shop.office, until=began + timedelta(hours=1))
    assert {node.node_id for node in early.nodes if node.volume} == {"promise", "clear", "plan", "receive"}
    assert early.accounted.total_seconds == 30 * MINUTE  # an order under way counts to its last fact
    late = process_chart(shop.office, since=began + timedelta(hours=24))
    assert {node.node_id for node in late.nodes if node.volume} == {"transit", "deliver", "score"}
    assert late.accounted == process_chart(shop.office).accounted


def test_a_chart_of_lately_reads_the_orders_of_lately_and_tells_what_a_reading_of_all_does(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = [shop.clock.now()]

    def then() -> None:
        shop.later(hours=1)
        moments.append(shop.clock.now() - timedelta(minutes=30, microseconds=-400))

    brought(shop, slowly_on_its_way(shop))
    shop.receive("MUG", 40)
    then()
    changed = shop.to_the_bench(("MUG", 2)).order_id
    granted(change_address(shop.office, CLERK, changed, BISTRO, shop.key()))
    shop.settle_whatever_it_takes()
    shop.later(hours=14)  # until the next morning: only what leaves today is listed
    shop.to_the_dock(("MUG", 3))
    then()
    granted(close_manifest(shop.office, CLERK, "CS", shop.one("SELECT carrier_id FROM label LIMIT 1")))
    shop.place(("MUG", 1))
    read: list[queries.Read] = []
    reading = queries.read

    def listen(*of: Any, **named: Any) -> queries.Read:
        read.append(reading(*of, **named))
        return read[-1]

    monkeypatch.setattr(queries, "read", listen)
    with shop.store.reading() as tx:
        assert queries._is_lately(tx, shop.clock.now())
        assert not queries._is_lately(tx, moments[0])
    for since in moments:
        told = []
        for lately in (True, False):
            monkeypatch.setattr(queries, "_is_lately", lambda *_, lately=lately: lately)
            for until, site_id in ((None, ""), (None, "CS"), (moments[-2], "")):
                shop.later(minutes=2)  # nothing is remembered
                told.append(process_chart(shop.office, since, until, site_id))
        assert told[:3] == told[3:]
        assert told[0].accounted.orders > 0
    some, everything = (len(each.events) for each in (read[-6], read[-3]))
    assert some < everything / 2
    shop.settle_whatever_it_takes()


def test_an_order_s_time_is_accounted_for_to_the_second(shop: Shop) -> None:
    order_id = slowly_on_its_way(shop)
    shop.place(("TEA", 1))  # somebody else's order changes nothing
    shop.settle()
    brought(shop, order_id)
    segments = granted(order_account(shop.office, order_id))
    begins, ends = shop.one(
        "SELECT min(j.occurred_at), max(j.occurred_at) FROM journal j JOIN touched t USING (event_id) "
        "WHERE t.object_type = 'order' AND t.object_id = %s",
        order_id,
    )
    assert sum(segment.seconds for segment in segments) == (ends - begins).total_seconds()
    assert segments[0].begins == begins
    for one, after in pairwise(segments):
        assert one.begins + timedelta(seconds=one.seconds) == after.begins
    by_department = {"warehouse": 0, "packing": 0}
    for segment in segments:
        if segment.department in by_department:
            by_department[segment.department] += segment.seconds
    assert by_department == {"warehouse": 7 * HOUR, "packing": 15 * MINUTE}
    refused(order_account(shop.office, "ord_nobody"), Why.UNKNOWN_ORDER, "ord_nobody")


def test_changes_go_ways_that_are_foreseen_wherever_they_come(shop: Shop) -> None:
    shop.receive("MUG", 40)
    planned = shop.place(("MUG", 1)).order_id
    shop.settle()
    benched = shop.to_the_bench(("MUG", 2)).order_id
    docked = shop.to_the_dock(("MUG", 3)).order_id
    stopped = shop.to_the_dock(("MUG", 1)).order_id
    shop.later(minutes=5)
    granted(cancel_order(shop.office, CLERK, planned, shop.key()))
    granted(change_address(shop.office, CLERK, benched, BISTRO, shop.key()))
    granted(change_address(shop.office, CLERK, docked, BISTRO, shop.key()))
    granted(hold_order(shop.office, CLERK, stopped, "call first", shop.key()))
    shop.settle_whatever_it_takes()
    shop.later(minutes=5)
    granted(resume_order(shop.office, CLERK, stopped, shop.key()))
    shop.settle()
    shop.release()
    for task in shop.tasks():
        shop.pick(task, 0)
    shop.settle()
    shop.release()
    shop.pick_all()
    shop.pack_all()
    shop.settle_whatever_it_takes()
    shop.hand_over()
    chart = process_chart(shop.office)
    assert [edge for edge in chart.edges if not edge.designed] == []
    assert step(chart, "change").volume == 5
    assert step(chart, "take_back").volume > 0
    assert step(chart, "void_label").volume > 0


@pytest.mark.parametrize("number", range(len(re.findall(r"```sql\n(.*?)```", PAGE, re.S))))
def test_the_query_of_the_page_gives_the_number_of_the_chart(shop: Shop, number: int) -> None:
    """A busy shop, with a change between label and hand-over, so that the plain way is not the only one."""
    first = slowly_on_its_way(shop)
    second = shop.to_the_dock(("MUG", 1)).order_id
    shop.later(minutes=7)
    granted(change_address(shop.office, CLERK, second, BISTRO, shop.key()))
    shop.later(minutes=11)
    shop.settle_whatever_it_takes()
    shop.pack_all()
    shop.settle_whatever_it_takes()
    shop.later(minutes=13)
    shop.hand_over()
    brought(shop, first)
    query = re.findall(r"```sql\n(.*?)```", PAGE, re.S)[number]
    told = {row[0]: tuple(row[1:]) for row in shop.rows(query)}
    chart = process_chart(shop.office)
    if "half_waited_seconds" in query:
        wait = step(chart, "hand_over").wait
        assert told == {"hand over": (wait.number, wait.p50_seconds, wait.p90_seconds)}
        assert wait.number == 2
    else:
        volumes = {node.title: (node.volume,) for node in chart.nodes}
        assert told == {title: volumes[title] for title in told}
        assert len(told) == 4
