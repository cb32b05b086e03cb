"""The customer's page: a link that nobody can guess opens it, and it says all about the order but whose it is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from doorstep.events.envelope import plain
from doorstep.flow.change import change_date, hold_order
from doorstep.flow.look_tracked import Status, TrackedOrder
from doorstep.flow.place import Placed
from doorstep.flow.track import take_scan
from doorstep.flow.tracking_link import Link, digest_of, make_link, revoke_links, tracked
from doorstep.terms.refusals import Why
from tests.corner_shop import ADA, CLERK, MONDAY, Shop, granted, refused, scan_of


def link_to(shop: Shop, placed: Placed) -> Link:
    return granted(make_link(shop.office, CLERK, placed.order_id, shop.key()))


def page_of(shop: Shop, placed: Placed) -> TrackedOrder:
    return granted(tracked(shop.office, link_to(shop, placed).token))


@pytest.fixture
def monday(shop: Shop) -> Shop:
    """Nine in the morning in Chicago."""
    shop.later(hours=6)
    return shop


def test_a_link_is_a_hundred_and_sixty_bits_of_chance_and_only_its_digest_is_kept(monday: Shop) -> None:
    placed = monday.place(("MUG", 1))
    one, other = link_to(monday, placed), link_to(monday, placed)
    assert len(one.token) == 32
    assert one.token != other.token
    assert one.expires_at == monday.clock.now() + timedelta(days=180)
    kept = monday.rows("SELECT token_hash, made_by FROM tracking_link")
    assert {bytes(row.token_hash) for row in kept} == {digest_of(one.token), digest_of(other.token)}
    assert {row.made_by for row in kept} == {"clerk"}
    everything = str(monday.rows("SELECT * FROM reply")) + str(monday.rows("SELECT * FROM journal"))
    assert one.token not in everything
    assert tracked(monday.office, f" {one.token.upper()} ") == tracked(monday.office, one.token)


def test_a_repeated_request_makes_no_second_link_and_tells_no_token_twice(monday: Shop) -> None:
    placed = monday.place(("MUG", 1))
    granted(make_link(monday.office, CLERK, placed.order_id, "once"))
    refused(make_link(monday.office, CLERK, placed.order_id, "once"), Why.ALREADY_THERE, "new key")
    assert monday.one("SELECT count(*) FROM tracking_link") == 1
    refused(make_link(monday.office, CLERK, "ord_none", monday.key()), Why.UNKNOWN_ORDER, "ord_none")


def test_wrong_ended_and_revoked_links_look_alike(monday: Shop) -> None:
    placed = monday.on_its_way(("MUG", 1))
    link, second = link_to(monday, placed), link_to(monday, placed)
    wrong = refused(tracked(monday.office, "0" * 32), Why.UNKNOWN_LINK)
    for guess in (placed.order_id, monday.parcels(placed.order_id)[0], "", "\x00", "x" * 100_000):
        assert tracked(monday.office, guess) == wrong
    assert granted(revoke_links(monday.office, CLERK, placed.order_id, monday.key())) == 2
    assert tracked(monday.office, link.token) == tracked(monday.office, second.token) == wrong
    third = link_to(monday, placed)
    monday.clock.move_to(MONDAY + timedelta(days=7))
    monday.scan(monday.parcels(placed.order_id)[0], "DL", monday.clock.now())
    assert granted(tracked(monday.office, third.token)).expires_at.date() == date(2026, 5, 9)
    monday.clock.move_to(MONDAY + timedelta(days=7 + 60))
    assert granted(tracked(monday.office, third.token)).delivered_on == date(2026, 3, 9)
    monday.later(days=1)
    assert tracked(monday.office, third.token) == wrong
    never_delivered = link_to(monday, monday.place(("TEA", 1)))
    monday.settle()
    monday.clock.move_to(never_delivered.expires_at)
    assert tracked(monday.office, never_delivered.token) == wrong


def test_the_page_follows_the_order_from_payment_to_the_door(monday: Shop) -> None:
    unpaid = page_of(monday, monday.place(("MUG", 1), cleared=False))
    assert (unpaid.status, unpaid.says) == (Status.PENDING, "We are waiting for its payment.")
    placed = monday.place(("MUG", 2), ("TEA", 1), reference="web-17")
    page = page_of(monday, placed)
    assert (page.company, page.reference, page.zone) == ("Corner Shop", "web-17", "America/Chicago")
    assert (page.status, page.says) == (Status.PENDING, "We are getting it ready.")
    assert page.promise.says == "It arrives between Wednesday 4 and Monday 9 March."
    assert [(item.description, item.quantity) for item in page.waiting] == [
        ("Mug, stoneware", 2),
        ("Tea, 100 g tin", 1),
    ]
    monday.settle()
    monday.release()
    monday.pick_all()
    monday.pack_all()
    assert page_of(monday, placed).says == "Packed; its label is being made."
    monday.settle()
    page = page_of(monday, placed)
    assert (page.status, page.waiting) == (Status.INFO_RECEIVED, ())
    assert page.says == "Packed and labelled, ready for Steady Ground."
    monday.hand_over()
    assert page_of(monday, placed).says == "Given to Steady Ground; its first scan has not come yet."
    (sscc,) = monday.parcels(placed.order_id)
    for days, code in ((1, "AR"), (6, "OD")):
        monday.clock.move_to(MONDAY + timedelta(days=days, hours=6))
        monday.scan(sscc, code, monday.clock.now())
    page = page_of(monday, placed)
    (parcel,) = page.parcels
    assert (page.status, page.says) == (Status.OUT_FOR_DELIVERY, "Out for delivery: it comes today.")
    assert (parcel.number, parcel.of, parcel.carrier) == (1, 1, "Steady Ground")
    assert [(at.says, at.place) for at in parcel.checkpoints] == [("Out for delivery", "Hub"), ("On its way", "Hub")]
    assert [(item.description, item.quantity) for item in parcel.items] == [
        ("Mug, stoneware", 2),
        ("Tea, 100 g tin", 1),
    ]
    monday.scan(sscc, "DL", monday.clock.now() + timedelta(hours=3))
    page = page_of(monday, placed)
    assert (page.status, page.says) == (Status.DELIVERED, "Delivered on Sunday 8 March.")
    assert page.promise.says == "It was promised between Wednesday 4 and Monday 9 March."
    monday.settle()


def test_of_several_parcels_the_one_that_needs_attention_speaks_and_the_rest_is_counted(monday: Shop) -> None:
    placed = monday.on_its_way(("LAMP", 3))
    first, second, _ = monday.parcels(placed.order_id)
    monday.clock.move_to(MONDAY + timedelta(days=7))
    monday.scan(first, "DL", monday.clock.now())
    monday.scan(second, "NH", monday.clock.now())
    page = page_of(monday, placed)
    assert page.status is Status.ATTEMPT_FAIL
    assert page.says.startswith("1 of 3 parcels delivered. Parcel 2: Steady Ground was at the door")
    assert [parcel.status for parcel in page.parcels] == [Status.DELIVERED, Status.ATTEMPT_FAIL, Status.INFO_RECEIVED]
    assert page.parcels[0].delivered_at == monday.clock.now()


def test_what_is_short_follows_and_is_named(monday: Shop) -> None:
    placed = monday.place(("MUG", 10))
    monday.settle()
    monday.release()
    monday.pick(monday.tasks()[0], found=4)
    monday.pack_all()
    monday.settle()
    page = page_of(monday, placed)
    assert [(item.description, item.quantity) for item in page.waiting] == [("Mug, stoneware", 6)]
    assert page.says.endswith("Still to be packed: 6 Mug, stoneware.")
    granted(hold_order(monday.office, CLERK, placed.order_id, "moving house", monday.key()))
    assert "on hold" in page_of(monday, placed).says


def test_a_changed_promise_tells_the_old_day_the_new_one_and_why(monday: Shop) -> None:
    placed = monday.place(("MUG", 1))
    link = link_to(monday, placed)
    assert granted(tracked(monday.office, link.token)).promise.old_says == ""
    wanted = (date(2026, 3, 16), date(2026, 3, 18))
    granted(change_date(monday.office, CLERK, placed.order_id, *wanted, monday.key()))
    promise = granted(tracked(monday.office, link.token)).promise
    assert promise.says == "It arrives between Tuesday 17 and Wednesday 18 March."
    assert promise.old_says == "Before, it was promised between Wednesday 4 and Monday 9 March."
    assert promise.why == "because the order was changed"
    assert (promise.last_day, promise.old_last_day) == (date(2026, 3, 18), date(2026, 3, 9))


def test_nothing_on_the_page_says_whose_the_order_is_or_names_what_could_be_guessed(monday: Shop) -> None:
    placed = monday.on_its_way(("MUG", 1), reference="web-17", ship_to=replace(ADA, phone="+1 212 5550100"))
    (sscc,) = monday.parcels(placed.order_id)
    number = monday.one("SELECT tracking_number FROM label")
    monday.clock.move_to(MONDAY + timedelta(days=7))
    places = (
        "New York, NY 10001",
        "12 Engine Row",
        "Engine Row",
        "left with Ada Byron",
        "Depot 7",
        "Byron",
        "Hub North",
    )
    for minutes, place in enumerate(places):
        at = monday.clock.now() + timedelta(minutes=minutes)
        assert take_scan(monday.office, "steady", scan_of(number, "OD", at, place=place)).outcome == "applied"
    page = page_of(monday, placed)
    assert {checkpoint.place for checkpoint in page.parcels[0].checkpoints} == {"New York", "Hub North", ""}
    told = json.dumps(plain(page))
    label, fulfilment = monday.one("SELECT label_id FROM label"), monday.one("SELECT fulfilment_id FROM fulfilment")
    private = (ADA.name, "Ada", "Byron", "Engine", ADA.postcode, ADA.email, "5550100", "US-1")
    for secret in (*private, placed.order_id, sscc, number, label, fulfilment, '"ada"'):
        assert secret not in told, secret


def test_a_carrier_that_says_nothing_for_a_month_has_lost_sight_of_it(monday: Shop) -> None:
    placed = monday.on_its_way(("MUG", 1))
    link = link_to(monday, placed)
    monday.clock.move_to(MONDAY + timedelta(days=32))
    page = granted(tracked(monday.office, link.token))
    assert (page.status, page.parcels[0].status) == (Status.EXPIRED, Status.EXPIRED)
    assert "nothing for 30 days" in page.says
