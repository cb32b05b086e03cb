"""How promises end, against what was asked, first promised and agreed; and what each step left of their time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from doorstep.flow.goals import set_goals
from doorstep.flow.look_score import scores
from doorstep.flow.office import Who
from doorstep.flow.score import score_overdue
from doorstep.goals.targets import Reached
from doorstep.terms.calendar import Calendar
from doorstep.terms.goals import ClassGoals, Goals
from tests.corner_shop import MONDAY, Shop, granted

NOON = timedelta(hours=18)  # after midnight UTC: noon in Chicago


def on(day: int) -> datetime:
    """About noon in Chicago on a day of March."""
    return datetime(2026, 3, day, tzinfo=UTC) + NOON


def delivered_on(shop: Shop, day: int, asked_by: date | None = None) -> dict[str, str]:
    placed = shop.on_its_way(("MUG", 1), asked_by=asked_by)
    shop.clock.move_to(on(day))
    for sscc in shop.parcels(placed.order_id):
        shop.scan(sscc, "DL", on(day), f"{sscc}-delivered")
    return shop.scores(placed.order_id)


def test_a_delivery_inside_the_window_keeps_the_promise(shop: Shop) -> None:
    assert delivered_on(shop, 5) == {"first": "kept", "agreed": "kept"}


def test_a_delivery_after_the_window_breaks_it(shop: Shop) -> None:
    assert delivered_on(shop, 10) == {"first": "late", "agreed": "late"}


def test_a_delivery_before_the_window_breaks_it_too(shop: Shop) -> None:
    assert delivered_on(shop, 3) == {"first": "early", "agreed": "early"}


def test_what_was_asked_is_scored_apart_from_what_was_promised(shop: Shop) -> None:
    assert delivered_on(shop, 7, asked_by=date(2026, 3, 10)) == {"asked": "kept", "first": "kept", "agreed": "kept"}


def test_an_order_asked_for_sooner_than_it_came_breaks_what_was_asked_as_well(shop: Shop) -> None:
    scores = delivered_on(shop, 6, asked_by=date(2026, 3, 5))
    assert scores == {"asked": "late", "first": "late", "agreed": "late"}


def test_the_day_of_delivery_is_the_day_on_the_wall_at_the_destination(shop: Shop) -> None:
    """At two in the morning UTC it is still the evening before in Chicago."""
    placed = shop.on_its_way(("MUG", 1))
    shop.clock.move_to(datetime(2026, 3, 10, 2, tzinfo=UTC))
    shop.scan(shop.parcels(placed.order_id)[0], "DL", shop.clock.now())
    assert shop.one("SELECT delivered_on FROM orders") == date(2026, 3, 9)
    assert shop.scores(placed.order_id)["agreed"] == "kept"


def test_an_order_in_two_parcels_is_delivered_in_full_with_the_second(shop: Shop) -> None:
    placed = shop.on_its_way(("LAMP", 2))
    first, second = shop.parcels(placed.order_id)
    shop.clock.move_to(on(12))
    shop.scan(second, "DL", on(12), "m2")
    assert shop.scores(placed.order_id) == {}
    shop.scan(first, "DL", on(4), "m1")
    assert shop.scores(placed.order_id)["agreed"] == "late"


def test_what_never_came_is_broken_once_its_window_has_passed_everywhere(shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 1))
    assert placed.promise.last_day == date(2026, 3, 9)
    midnight = datetime(2026, 3, 10, tzinfo=UTC)
    for hours, scored in ((1, 0), (11, 0), (12, 1), (13, 0)):
        shop.clock.move_to(midnight + timedelta(hours=hours))
        assert score_overdue(shop.office) == scored, hours
    assert shop.scores(placed.order_id) == {"first": "never delivered", "agreed": "never delivered"}


def test_an_overdue_order_that_comes_after_all_is_late(shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 1))
    shop.clock.move_to(on(11))
    score_overdue(shop.office)
    shop.scan(shop.parcels(placed.order_id)[0], "DL", on(11))
    assert shop.scores(placed.order_id) == {"first": "late", "agreed": "late"}


def test_an_order_of_which_a_part_came_is_short(shop: Shop) -> None:
    placed = shop.on_its_way(("LAMP", 2))
    shop.clock.move_to(on(11))
    shop.scan(shop.parcels(placed.order_id)[0], "DL", on(5))
    score_overdue(shop.office)
    assert shop.scores(placed.order_id)["agreed"] == "short"


def test_a_delivery_that_was_taken_back_and_never_came_is_broken(shop: Shop) -> None:
    placed = shop.on_its_way(("MUG", 1))
    (sscc,) = shop.parcels(placed.order_id)
    shop.clock.move_to(on(6))
    shop.scan(sscc, "DL", on(5))
    shop.scan(sscc, "DX", on(6))
    shop.clock.move_to(on(11))
    assert (score_overdue(shop.office), score_overdue(shop.office)) == (1, 0)
    assert shop.scores(placed.order_id)["agreed"] == "never delivered"


def test_an_order_that_payment_holds_is_nobodys_broken_promise(shop: Shop) -> None:
    shop.place(("MUG", 1), cleared=False)
    shop.clock.move_to(on(20))
    shop.settle()
    assert score_overdue(shop.office) == 0


def test_every_hand_off_between_steps_is_written_down_with_the_time_that_is_left(shop: Shop) -> None:
    """Monday's last departure is at four in Chicago, 22:00 UTC; picking and packing take half an hour each."""
    placed = shop.place(("MUG", 1))
    steps = (shop.settle, shop.release, shop.pick_all, shop.pack_all, shop.settle, shop.hand_over)
    for step in steps:
        shop.later(minutes=10)
        step()
    shop.clock.move_to(on(5))
    shop.scan(shop.parcels(placed.order_id)[0], "DL", on(5))
    rows = shop.rows("SELECT from_step, to_step, made_at, slack_seconds FROM hand_off ORDER BY made_at, position")
    work_ahead = {"plan": 3600, "release": 3600, "pick": 3600, "pack": 1800}
    departure = datetime(2026, 3, 2, 22, tzinfo=UTC)
    assert [(row.from_step, row.to_step) for row in rows] == [
        ("promise", "plan"),
        ("plan", "release"),
        ("release", "pick"),
        ("pick", "pack"),
        ("pack", "label"),
        ("label", "hand_over"),
        ("hand_over", "track"),
        ("track", "deliver"),
    ]
    for row in rows[:-1]:
        left = (departure - row.made_at) // timedelta(seconds=1)
        assert row.slack_seconds == left - work_ahead.get(row.to_step, 0), row
    window_ends = Calendar("America/Chicago").at(date(2026, 3, 10), datetime.min.time())
    assert rows[-1].slack_seconds == (window_ends - on(5)) // timedelta(seconds=1)


def test_each_class_is_told_whether_its_target_is_reached_as_far_as_its_orders_say(shop: Shop) -> None:
    for _ in range(3):
        delivered_on(shop, 5)
        shop.clock.move_to(MONDAY)
    late = shop.on_its_way(("MUG", 1))
    shop.clock.move_to(on(20))
    score_overdue(shop.office)
    shop.place(("TEA", 1), customer="bistro")
    wants = (
        ClassGoals("homeowner", target_ppm=999_000, ceiling_ppm=700_000),
        ClassGoals("trade", target_ppm=900_000),
    )
    granted(set_goals(shop.office, Who("owner"), Goals(wants)))
    told = {row.customer_class: row for row in scores(shop.office, "UTC").classes}
    ada = told["homeowner"]
    assert (ada.orders, ada.judged, ada.kept, ada.kept_ppm) == (4, 4, 3, 750_000)
    assert (ada.reached, told["trade"].reached) == (Reached.MISSED, Reached.TOO_FEW)
    assert (ada.above_ceiling, told["trade"].above_ceiling) == (4, None)
    assert shop.scores(late.order_id)["first"] == "never delivered"
