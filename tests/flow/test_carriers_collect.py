"""Carriers collect at the dock: one list a day and carrier, one driver, whatever goes wrong on the wire."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from doorstep.flow.change import cancel_order
from doorstep.flow.collect import agree_collections, collect_due
from doorstep.flow.hand_over import hand_over
from doorstep.flow.look_today import today
from doorstep.flow.manifests import STILL_ON_IT, close_manifest, manifest_list
from doorstep.flow.papers import make_paper
from doorstep.flow.pickups import cancel_pickup, pickup_list, want_pickup
from doorstep.flow.troubles import troubles
from doorstep.papers.values import PaperKind
from doorstep.storage.queries import collection
from doorstep.storage.queries.collection import CarrierDay
from doorstep.terms.calendar import Calendar
from doorstep.terms.clock import FalseClock
from doorstep.terms.collection import Collection
from doorstep.terms.refusals import Why
from doorstep.twin.faults import Fault, FaultPlan
from tests.corner_shop import CLERK, Shop, granted, open_shop, refused

MONDAY = date(2026, 3, 2)
MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
CHICAGO = Calendar("America/Chicago")
STEADY = ("CS", "steady")  # its cut-off at the shop is four in the afternoon


def at(shop: Shop, hour: int, minute: int = 0) -> datetime:
    moment = CHICAGO.at(MONDAY, time(hour, minute))
    shop.clock.move_to(moment)
    return moment


def state_of(shop: Shop) -> Any:
    (one,) = shop.rows("SELECT state, carrier_ref, parcels FROM manifest ORDER BY closed_at DESC LIMIT 1")
    return one


def test_a_list_is_closed_once_and_what_is_labelled_later_is_on_the_next(shop: Shop) -> None:
    shop.to_the_dock(("MUG", 1))
    first = granted(close_manifest(shop.office, CLERK, *STEADY))
    assert (first.parcels, first.weight_g) == (1, 470)
    refused(close_manifest(shop.office, CLERK, *STEADY), Why.WRONG_STATE, "on no list yet")
    shop.settle()
    assert state_of(shop).state == "taken"
    assert state_of(shop).carrier_ref.startswith("LM")
    shop.to_the_dock(("MUG", 1))
    second = granted(close_manifest(shop.office, CLERK, *STEADY))
    assert second.parcels == 1
    shop.settle()
    assert [each.state for each in manifest_list(shop.office, "CS")] == ["taken", "taken"]
    paper = make_paper(shop.office, PaperKind.MANIFEST, first.manifest_id)
    assert granted(paper).content.startswith(b"%PDF")


@pytest.mark.parametrize("fault", [Fault.BROKEN_AFTER, Fault.BROKEN_BEFORE, Fault.CUT, Fault.SILENT_AFTER])
def test_whatever_goes_wrong_one_list_is_made_and_one_driver_comes(shop_url: str, fault: Fault) -> None:
    plan = FaultPlan(script=(Fault.NONE, fault, fault, fault))  # the label is bought, then it begins
    with open_shop(shop_url, FalseClock(MORNING), plan) as shop:
        shop.to_the_dock(("MUG", 1))
        granted(close_manifest(shop.office, CLERK, *STEADY))
        granted(want_pickup(shop.office, CLERK, *STEADY))
        for _ in range(8):
            shop.settle()
            shop.later(minutes=5)
        assert state_of(shop).state == "taken"
        (pickup,) = pickup_list(shop.office)
        assert pickup.state == "booked"
        assert shop.desk.coming == (pickup.carrier_ref,)


def test_the_clock_books_a_driver_lists_at_the_cut_off_and_sends_away_who_is_not_needed(shop: Shop) -> None:
    granted(agree_collections(shop.office, CLERK, [Collection(*STEADY, pickup=True)]))
    placed = shop.place(("MUG", 1))
    shop.settle()
    at(shop, 13)
    assert collect_due(shop.office) == ()
    at(shop, 14)
    (told,) = collect_due(shop.office)
    shop.settle()
    (pickup,) = pickup_list(shop.office)
    assert (told, pickup.state, pickup.cost_minor) == (f"pickup {pickup.pickup_id}", "booked", 350)
    assert pickup.ready_at == CHICAGO.at(MONDAY, time(15))
    assert collect_due(shop.office) == ()

    # The customer cancels, so nobody need come; another orders, so somebody must.
    granted(cancel_order(shop.office, CLERK, placed.order_id, shop.key()))
    assert collect_due(shop.office) == (f"cancelled {pickup.pickup_id}",)
    shop.settle()
    assert [each.state for each in pickup_list(shop.office)] == ["cancelled"]
    assert shop.desk.coming == ()
    shop.to_the_dock(("MUG", 1))
    (again,) = collect_due(shop.office)
    shop.settle()
    assert again.startswith("pickup ")
    assert sorted(each.state for each in pickup_list(shop.office)) == ["booked", "cancelled"]
    at(shop, 16)
    (listed,) = collect_due(shop.office)
    assert listed.startswith("manifest ")


def test_a_driver_who_is_missing_stands_on_today_until_it_is_too_late(shop: Shop) -> None:
    granted(agree_collections(shop.office, CLERK, [Collection(*STEADY, pickup=True)]))
    shop.to_the_dock(("MUG", 1))
    at(shop, 15, 29)
    assert granted(today(shop.office)).pickups == ()
    at(shop, 15, 30)
    (missing,) = granted(today(shop.office, "CS")).pickups
    assert (missing.carrier_id, missing.parcels, missing.says) == ("steady", 1, "no driver is booked")
    assert [each.kind for each in troubles(shop.office)] == ["pickup"]
    # Between hours that have passed nobody comes, and the carrier says so.
    told = granted(want_pickup(shop.office, CLERK, *STEADY, closes_at=shop.clock.now() + timedelta(minutes=1)))
    refused(want_pickup(shop.office, CLERK, *STEADY), Why.ALREADY_THERE, told.pickup_id)
    refused(cancel_pickup(shop.office, CLERK, told.pickup_id), Why.WRONG_STATE, "once the carrier has answered")
    shop.later(minutes=2)
    shop.settle()
    (missing,) = granted(today(shop.office)).pickups
    assert "bad_hours" in missing.says
    assert collect_due(shop.office) == ()
    shop.hand_over()
    assert granted(today(shop.office)).pickups == ()


def test_the_list_is_of_what_the_driver_took_and_not_of_what_stayed(shop: Shop) -> None:
    granted(agree_collections(shop.office, CLERK, [Collection(*STEADY)]))
    for _ in range(3):
        shop.to_the_dock(("MUG", 1))
    first, second, stays = (row.sscc for row in shop.rows("SELECT sscc FROM parcel ORDER BY sscc"))
    granted(hand_over(shop.office, CLERK, "steady", [first, second], shop.key()))
    assert manifest_list(shop.office, "CS") == (), "he may be loading still"
    shop.later(minutes=9)
    assert collect_due(shop.office) == ()
    shop.later(minutes=1)
    (told,) = collect_due(shop.office)
    assert told.startswith("manifest ")
    listed = {row.sscc for row in shop.rows("SELECT sscc FROM manifest_label")}
    assert listed == {first, second}
    assert collect_due(shop.office) == ()
    # He comes back for the last one: with it nothing is left, so its list is closed at once.
    granted(hand_over(shop.office, CLERK, "steady", [stays], shop.key()))
    assert [each.parcels for each in manifest_list(shop.office, "CS")] == [1, 2]


def test_the_clock_looks_for_a_list_only_where_there_is_something_to_list(shop: Shop) -> None:
    ends = CHICAGO.at(MONDAY + timedelta(days=1), time(0))
    its = CarrierDay(*STEADY, MONDAY, CHICAGO.at(MONDAY, time(0)), ends, ("steady-ground",))

    def looked_for() -> tuple[bool, int]:
        with shop.office.store.reading() as tx:
            since = tx.now - STILL_ON_IT
            return STEADY in collection.to_list(tx, [its], since), len(collection.unlisted(tx, *STEADY, ends, since))

    assert looked_for() == (False, 0)
    shop.to_the_dock(("MUG", 1))
    assert looked_for() == (True, 1)
    shop.hand_over()
    assert looked_for() == (True, 1)
    granted(close_manifest(shop.office, CLERK, *STEADY))
    assert looked_for() == (False, 0)
    shop.to_the_dock(("MUG", 1))
    assert looked_for() == (True, 1)
    shop.later(days=2)
    shop.hand_over()
    assert looked_for() == (True, 1)
    shop.later(days=2)
    assert looked_for() == (False, 0)


def test_a_parcel_at_the_dock_is_listed_though_the_delivery_of_its_fellow_was_taken_back(shop: Shop) -> None:
    order_id = shop.to_the_dock(("LAMP", 2)).order_id
    gone, stays = shop.parcels(order_id)
    granted(hand_over(shop.office, CLERK, "steady", [gone], shop.key()))
    for minutes, code in ((10, "PU"), (60, "DL"), (60, "DX")):
        shop.later(minutes=minutes)
        shop.scan(gone, code, shop.clock.now())
    assert [row.state for row in shop.rows("SELECT state FROM parcel ORDER BY sscc")] == ["handed_over", "packed"]
    ends = CHICAGO.at(MONDAY + timedelta(days=1), time(0))
    its = CarrierDay(*STEADY, MONDAY, CHICAGO.at(MONDAY, time(0)), ends, ("steady-ground",))
    with shop.office.store.reading() as tx:
        assert STEADY in collection.taken(tx, [its])
        assert STEADY in collection.to_list(tx, [its], tx.now)  # of what was handed over nothing: it left before
        assert [row.at_dock for row in collection.standing(tx, [its])] == [1]
    granted(close_manifest(shop.office, CLERK, *STEADY))
    assert stays in {row.sscc for row in shop.rows("SELECT sscc FROM manifest_label")}
