"""Levers for slow times: each only where it holds, with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from doorstep.planning.levers import BinKnown, Call, Kind, Lever, ShelfKnown, SiteDay, levers
from doorstep.planning.quote import quote
from tests.planning.corner_shop import DECIDERS, MUG, demand, question, shop, stock, warehouse

TUESDAY = date(2026, 3, 3)
AT = datetime(2026, 3, 3, 20, tzinfo=UTC)
QUIET = SiteDay("CS", TUESDAY, planned=3, usual=4, could=10)
CALL = Call("CS", "post", TUESDAY, AT, "14:00", (AT + timedelta(days=2),), AT + timedelta(days=1), "Wednesday")
SHELF = ShelfKnown(
    "CS", "MUG", units=20, free=20, everywhere=20, coming=0, here_a_day=1_000, wanted_a_day=2_000, lead_days=5
)


def pulled(
    *, days: SiteDay = QUIET, call: Call = CALL, shelf: ShelfKnown = SHELF, most_days: int | None = None
) -> list[Lever]:
    unsure = BinKnown("CS", "CS/A-01", "MUG", 20, None, 14, 900_000)
    return levers([days], [call], [unsure], [shelf], today=TUESDAY, departure_minor=1_200, most_days=most_days)


def kinds(found: list[Lever]) -> list[Kind]:
    return [lever.kind for lever in found]


def test_a_quiet_day_lets_a_call_be_skipped_and_bins_be_counted() -> None:
    skipped, counted = pulled()
    assert (
        skipped.says
        == "skip post's call of 14:00: its shipment goes with the next, Wednesday; every promise still holds"
    )
    assert skipped.because == "Tuesday is quiet: 3 shipments planned, 4 usual, 10 could leave (40 %)"
    assert skipped.saves_minor == 1_200
    assert counted.says == "count MUG in CS/A-01"
    assert "never counted and moved 14 times" in counted.because


def test_empty_calls_of_today_are_one_lever_and_what_is_not_planned_yet_says_nothing_of_tomorrow() -> None:
    empty, tomorrow = replace(CALL, ship_by=()), TUESDAY + timedelta(days=1)
    calls = [empty, replace(empty, carrier_id="swift", told_at="16:00"), replace(empty, day=tomorrow)]
    days = [QUIET, replace(QUIET, day=tomorrow, planned=0)]
    (skipped,) = levers(days, calls, [], [], today=TUESDAY, departure_minor=1_200)
    assert skipped.says == (
        "skip post's call of 14:00, swift's call of 16:00: nothing goes with them; every promise still holds"
    )
    assert skipped.saves_minor == 2_400


def test_a_call_stays_where_a_promise_needs_it_and_on_a_day_that_is_usually_busy() -> None:
    assert kinds(pulled(call=replace(CALL, ship_by=(AT,)))) == [Kind.COUNT]
    assert kinds(pulled(days=replace(QUIET, usual=9))) == []
    assert kinds(pulled(days=replace(QUIET, could=0))) == []


def test_what_runs_out_before_new_goods_come_is_ordered_now() -> None:
    busy = replace(QUIET, usual=9)
    (order,) = pulled(days=busy, shelf=replace(SHELF, lead_days=12))
    assert (order.kind, order.says) == (Kind.REPLENISH, "order 32 of MUG now")
    assert order.because == "20 are free: 10 days at 2.0 a day, and new goods take 12 days"
    assert kinds(pulled(days=busy, shelf=replace(SHELF, lead_days=12, coming=10))) == []


def test_what_would_end_and_what_lies_too_long_goes_first() -> None:
    busy = replace(QUIET, usual=9)
    (ends,) = pulled(days=busy, shelf=replace(SHELF, ends_on=TUESDAY + timedelta(days=6), ending=10))
    assert (ends.kind, ends.because) == (Kind.AGEING, "10 end on 9 Mar 2026, and CS sends 1.0 a day: 4 would be left")
    (lies,) = pulled(days=busy, most_days=7)
    assert (lies.kind, lies.says) == (Kind.EXCESS, "let MUG that others would send go from CS")


def test_what_lies_too_long_steers_where_an_order_is_sent_from() -> None:
    both = shop(*stock(MUG=5)), warehouse(*stock(MUG=50))
    order = demand((MUG, 1))
    usual = quote(question(order, *both), DECIDERS).offers[0]
    assert usual.shipments[0].site_id == "CS"
    steered = quote(question(order, both[0], replace(both[1], relief={"MUG": 500})), DECIDERS).offers[0]
    assert steered.shipments[0].site_id == "CS"
    assert steered.cost == usual.cost
    dearer = replace(both[0], handling_order_minor=300)
    assert quote(question(order, dearer, both[1]), DECIDERS).offers[0].shipments[0].site_id == "CS"
    freed = quote(question(order, dearer, replace(both[1], relief={"MUG": 500})), DECIDERS).offers[0]
    assert (freed.shipments[0].site_id, freed.cost.handling_minor) == ("WH", 0)
