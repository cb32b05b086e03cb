"""Carriers that push nothing are asked by the clock where their parcels are."""

from __future__ import annotations

from datetime import timedelta

from doorstep.flow.poll import poll_tracking
from doorstep.terms.clock import FalseClock
from doorstep.twin.faults import Fault, FaultPlan
from tests.corner_shop import Shop, open_shop


def collected(shop: Shop) -> None:
    """The carrier has the parcels, and will scan them; nobody passes its messages on."""
    for row in shop.rows("SELECT tracking_number FROM label WHERE state = 'bought'"):
        shop.desk.collect(row.tracking_number, shop.clock.now())


def test_a_carrier_that_pushes_nothing_is_asked_about_parcels_it_was_silent_on(shop: Shop) -> None:
    shop.on_its_way(("MUG", 1))
    shop.on_its_way(("MUG", 1))
    collected(shop)
    shop.later(minutes=100)
    assert poll_tracking(shop.office).asked == 0
    shop.later(minutes=21)
    first = poll_tracking(shop.office)
    assert first.asked == 2
    assert first.applied >= 2
    assert {row.milestone for row in shop.rows("SELECT milestone FROM parcel")} <= {"accepted", "in_transit"}
    for _ in range(40):
        shop.later(hours=6)
        poll_tracking(shop.office)
    assert {row.state for row in shop.rows("SELECT state FROM parcel")} == {"delivered"}
    assert poll_tracking(shop.office).asked == 0


def test_a_carrier_that_does_not_answer_is_left_for_the_next_round(shop_url: str, clock: FalseClock) -> None:
    with open_shop(shop_url, clock, FaultPlan(script=(Fault.NONE, Fault.NONE, Fault.BROKEN_BEFORE))) as shop:
        shop.on_its_way(("MUG", 1))
        shop.on_its_way(("MUG", 1))
        collected(shop)
        shop.clock.advance(timedelta(hours=3))
        told = poll_tracking(shop.office)
        assert (told.asked, told.applied) == (1, 0)
        assert "steady" in told.silent[0]
        assert poll_tracking(shop.office).asked == 2
