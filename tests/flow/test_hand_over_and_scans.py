"""The dock and the road: who may leave, what the carrier says, and what becomes of what it takes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from doorstep.flow.hand_over import HandOverDone, hand_over
from doorstep.flow.track import ScanTaken, take_scan
from doorstep.terms.clock import FalseClock
from doorstep.terms.refusals import Why
from doorstep.twin.faults import Fault, FaultPlan
from tests.corner_shop import CLERK, Shop, all_is_well, granted, open_shop, refused, scan_of

MORNING = datetime(2026, 3, 3, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


def parcel(shop: Shop, sscc: str) -> tuple[str, str]:
    """(state, milestone)"""
    row = shop.rows("SELECT state, milestone FROM parcel WHERE sscc = %s", sscc)[0]
    return row.state, row.milestone


def travelling(shop: Shop) -> str:
    """The SSCC of a parcel that the carrier took on Monday; it is Tuesday evening now."""
    placed = shop.on_its_way(("MUG", 1))
    shop.clock.move_to(MORNING + 8 * HOUR)
    return shop.parcels(placed.order_id)[0]


def test_what_is_handed_over_is_the_carriers(shop: Shop) -> None:
    placed = shop.to_the_dock(("MUG", 2))
    shop.later(hours=9)
    (sscc,) = shop.hand_over()
    assert parcel(shop, sscc) == ("handed_over", "")
    assert shop.demand(placed.order_id) == [("MUG", 2, 0, 0, 0, 2)]
    assert shop.on_hand("CS/dock", "MUG") == 0
    assert shop.on_hand("carrier/steady", "MUG") == 2
    assert shop.one("SELECT handed_over_at FROM parcel") == shop.clock.now()


def test_good_parcels_go_and_bad_ones_stay_and_say_why(shop: Shop) -> None:
    gone = shop.parcels(shop.on_its_way(("MUG", 1)).order_id)[0]
    good = shop.parcels(shop.to_the_dock(("MUG", 1)).order_id)[0]
    other = shop.parcels(shop.to_the_dock(("MUG", 1), asked_by=date(2026, 3, 5)).order_id)[0]
    unlabelled = shop.to_the_bench(("MUG", 1)).order_id
    shop.pack_all()
    (bare,) = shop.parcels(unlabelled)
    done = granted(hand_over(shop.office, CLERK, "steady", [good, gone, other, bare, "0" * 18, good], "dock-1"))
    assert done.handed_over == (good,)
    assert {kept.sscc: kept.refusal.why for kept in done.kept} == {
        gone: Why.WRONG_STATE,
        other: Why.UNKNOWN_CARRIER,
        bare: Why.WRONG_STATE,
        "0" * 18: Why.UNKNOWN_PARCEL,
    }
    said = {kept.sscc: kept.refusal.says for kept in done.kept}
    assert "goes with swift, not with steady" in said[other]
    assert "no label yet" in said[bare]


def test_the_same_hand_over_twice_is_one(shop: Shop) -> None:
    (sscc,) = shop.parcels(shop.to_the_dock(("MUG", 1)).order_id)
    first = hand_over(shop.office, CLERK, "steady", [sscc, "0" * 18], "dock-1")
    facts = shop.journal()
    assert isinstance(first, HandOverDone)
    assert hand_over(shop.office, CLERK, "steady", [sscc, "0" * 18], "dock-1") == first
    refused(hand_over(shop.office, CLERK, "swift", [sscc], "dock-1"), Why.KEY_REUSED)
    assert shop.journal() == facts


def test_a_fulfilment_order_is_handed_over_with_its_last_parcel(shop: Shop) -> None:
    placed = shop.to_the_dock(("LAMP", 2))
    carrier_id = shop.one("SELECT DISTINCT carrier_id FROM label")
    states = []
    for number, sscc in enumerate(shop.parcels(placed.order_id)):
        granted(hand_over(shop.office, CLERK, carrier_id, [sscc], f"dock-{number}"))
        states.append(shop.fulfilments(placed.order_id))
    assert states == [["labelled"], ["handed_over"]]


def test_scans_take_a_parcel_to_the_door_and_the_order_is_delivered(shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 1))
    (sscc,) = shop.parcels(placed.order_id)
    shop.clock.move_to(MORNING + 24 * HOUR)
    for code, at, milestone in (
        ("PU", MORNING - 10 * HOUR, "accepted"),
        ("DP", MORNING, "in_transit"),
        ("OD", MORNING + 20 * HOUR, "out_for_delivery"),
        ("DL", MORNING + 23 * HOUR, "delivered"),
    ):
        assert shop.scan(sscc, code, at) == ScanTaken("applied", sscc)
        assert parcel(shop, sscc)[1] == milestone
    assert shop.one("SELECT state FROM orders") == "delivered"
    assert shop.one("SELECT delivered_on FROM orders") == date(2026, 3, 4)
    assert shop.on_hand("customer", "MUG") == 1
    assert shop.fulfilments(placed.order_id) == ["delivered"]
    assert shop.scores(placed.order_id) == {"first": "kept", "agreed": "kept"}


def test_a_message_that_comes_again_is_taken_once(shop: Shop) -> None:
    sscc = travelling(shop)
    assert shop.scan(sscc, "AR", MORNING).outcome == "applied"
    facts = shop.journal()
    assert shop.scan(sscc, "AR", MORNING).outcome == "duplicate"
    assert shop.journal() == facts


def test_the_expected_day_of_arrival_follows_what_the_carrier_says(shop: Shop) -> None:
    sscc = travelling(shop)
    days = []
    for code, at in (("DP", MORNING), ("OD", MORNING + 6 * HOUR), ("NH", MORNING + 7 * HOUR)):
        shop.scan(sscc, code, at)
        days.append(shop.one("SELECT eta FROM parcel"))
    assert days == [date(2026, 3, 9), date(2026, 3, 3), date(2026, 3, 4)]


def test_a_parcel_that_goes_near_is_expected_sooner_than_one_that_goes_far(shop: Shop) -> None:
    placed = {customer: shop.to_the_dock(("MUG", 1), customer=customer) for customer in ("ada", "bistro")}
    shop.hand_over()
    shop.clock.move_to(MORNING + HOUR)
    expected = {}
    for customer, its in placed.items():
        (sscc,) = shop.parcels(its.order_id)
        shop.scan(sscc, "DP", MORNING, message_id=customer)
        expected[customer] = shop.one("SELECT eta FROM parcel WHERE sscc = %s", sscc)
    assert expected == {"ada": date(2026, 3, 9), "bistro": date(2026, 3, 5)}


def test_a_parcel_that_was_held_and_goes_on_is_in_transit_again(shop: Shop) -> None:
    sscc = travelling(shop)
    seen = []
    for hours, code in enumerate(("AR", "WX", "DP", "WX", "DP")):
        shop.scan(sscc, code, MORNING + hours * HOUR)
        seen.append(parcel(shop, sscc)[1])
    assert seen == ["in_transit", "held", "in_transit", "held", "in_transit"]


def test_a_code_nobody_knows_is_parked_and_changes_nothing(shop: Shop) -> None:
    sscc = travelling(shop)
    told = shop.scan(sscc, "ZZ", MORNING)
    assert (told.outcome, told.sscc) == ("parked", "")
    assert "unknown code 'ZZ'" in told.reason
    assert parcel(shop, sscc) == ("handed_over", "")
    assert shop.one("SELECT parked FROM scan") == told.reason


def test_what_cannot_be_read_is_kept_and_parked(shop: Shop) -> None:
    unreadable = [b"", b"\xff\x00", b"[]", b'{"id": "m1"}', b"{" * 5000, b'{"id": 7}']
    for raw in unreadable:
        assert take_scan(shop.office, "steady", raw).outcome == "parked", raw
        assert take_scan(shop.office, "steady", raw).outcome == "duplicate", raw
    kept = {bytes(row.raw) for row in shop.rows("SELECT raw FROM message")}
    assert kept == set(unreadable)


def test_scans_of_a_number_we_do_not_know_yet_are_read_again_when_we_do(shop_url: str, clock: FalseClock) -> None:
    """The label was made, its answer was lost, and the driver took the parcel before we asked again."""
    with open_shop(shop_url, clock, FaultPlan(script=(Fault.SILENT_AFTER,))) as shop:
        placed = shop.to_the_dock(("MUG", 1))
        (number,) = shop.desk.live_labels().values()
        clock.move_to(MORNING)
        for code, at in (("PU", MORNING - 2 * HOUR), ("DL", MORNING - HOUR)):
            told = take_scan(shop.office, "steady", scan_of(number, code, at))
            assert told.outcome == "parked"
            assert number in told.reason
        shop.settle()
        (sscc,) = shop.parcels(placed.order_id)
        assert parcel(shop, sscc) == ("delivered", "delivered")
        assert shop.rows("SELECT 1 FROM scan WHERE parked <> ''") == []
        assert shop.one("SELECT state FROM orders") == "delivered"
        all_is_well(shop.store)


def test_a_scan_tells_that_the_carrier_has_a_parcel_that_nobody_handed_over(shop: Shop) -> None:
    placed = shop.to_the_dock(("MUG", 1))
    (sscc,) = shop.parcels(placed.order_id)
    shop.clock.move_to(MORNING)
    shop.scan(sscc, "MF", MORNING - 20 * HOUR)
    assert parcel(shop, sscc) == ("packed", "label_made")
    shop.scan(sscc, "DL", MORNING)
    assert parcel(shop, sscc) == ("delivered", "delivered")
    assert shop.one("SELECT handed_over_at FROM parcel") == MORNING
    assert shop.one("SELECT cause FROM journal WHERE kind = 'HandedOver'") == "scanned without a hand-over"
    assert shop.fulfilments(placed.order_id) == ["delivered"]


def test_a_delivery_told_by_mistake_is_taken_back_and_told_right_later(shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 1))
    (sscc,) = shop.parcels(placed.order_id)
    shop.clock.move_to(MORNING)
    shop.scan(sscc, "DL", MORNING - 2 * HOUR)
    assert shop.one("SELECT state FROM orders") == "delivered"
    shop.scan(sscc, "DX", MORNING - HOUR)
    assert parcel(shop, sscc) == ("handed_over", "in_transit")
    assert shop.one("SELECT state FROM orders") == "open"
    assert (shop.on_hand("customer", "MUG"), shop.on_hand("carrier/steady", "MUG")) == (0, 1)
    shop.clock.move_to(MORNING + 240 * HOUR)
    shop.scan(sscc, "DL", MORNING + 239 * HOUR, "again")
    assert shop.one("SELECT delivered_on FROM orders") == date(2026, 3, 13)
    assert shop.scores(placed.order_id) == {"first": "late", "agreed": "late"}


def test_an_earlier_delivery_that_is_told_later_dates_the_delivery(shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 1), asked_by=date(2026, 3, 4))
    (sscc,) = shop.parcels(placed.order_id)
    shop.clock.move_to(MORNING + 72 * HOUR)
    shop.scan(sscc, "DN", MORNING + 48 * HOUR)
    assert shop.scores(placed.order_id)["asked"] == "late"
    shop.scan(sscc, "DL", MORNING + 24 * HOUR)
    assert shop.one("SELECT delivered_at FROM parcel") == MORNING + 24 * HOUR
    assert shop.one("SELECT delivered_on FROM orders") == date(2026, 3, 4)
    assert set(shop.scores(placed.order_id).values()) == {"kept"}
    assert shop.on_hand("customer", "MUG") == 1


def test_a_parcel_that_comes_back_was_delivered_all_the_same(shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 1))
    (sscc,) = shop.parcels(placed.order_id)
    shop.clock.move_to(MORNING + 72 * HOUR)
    shop.scan(sscc, "RT", MORNING + 60 * HOUR)
    assert parcel(shop, sscc) == ("handed_over", "returning")
    shop.scan(sscc, "DL", MORNING + 24 * HOUR)
    assert parcel(shop, sscc) == ("delivered", "returning")
    assert shop.one("SELECT state FROM orders WHERE order_id = %s", placed.order_id) == "delivered"


def test_an_order_is_delivered_with_its_last_parcel(shop: Shop) -> None:
    placed = shop.on_its_way(("LAMP", 2))
    first, last = shop.parcels(placed.order_id)
    shop.clock.move_to(MORNING + 48 * HOUR)
    shop.scan(first, "DL", MORNING + 24 * HOUR, "m1")
    assert shop.one("SELECT state FROM orders") == "open"
    assert shop.scores(placed.order_id) == {}
    shop.scan(last, "DL", MORNING + 48 * HOUR, "m2")
    assert shop.one("SELECT delivered_on FROM orders") == date(2026, 3, 5)
