"""Which ways and departures a plan looks at: none that keeps a promise is left out, and none that may not be gone."""

from __future__ import annotations

from dataclasses import replace

from doorstep.planning.plan import plan
from doorstep.planning.values import Costs, Deciders, PlanQuestion
from doorstep.terms.calendar import Calendar
from doorstep.terms.refusals import Refusal, Why
from doorstep.terms.sending import Sending
from tests.planning import corner_shop as cs
from tests.planning.test_plans import DAY, asked, planned, services


def test_what_may_be_two_days_on_its_way_is_not_kept_until_it_would_lie_over_the_weekend() -> None:
    def two_days(sending: Sending) -> Refusal | None:
        late = sending.trip is not None and sending.trip.hours > 48
        return Refusal(Why.MAY_NOT_SHIP, "fish would not last", {}) if late else None

    weekly = replace(cs.SWIFT, calendar=Calendar("America/Chicago"))
    fish = replace(cs.TEA, item_id="FISH", transit_hours=48)
    order = cs.open_order(cs.demand((fish, 1)), 8)
    question = PlanQuestion(cs.NOW, (order,), (cs.shop(*cs.stock(FISH=5)),), (weekly,))
    made = plan(question, Deciders(cs.carton_up, two_days))
    assert made.orders[0].shipments[0].ship_by.date() == cs.MONDAY + 3 * DAY  # on Friday it would lie till Monday


def test_of_more_ways_than_are_chosen_from_one_that_keeps_the_promise_is_never_left_out() -> None:
    hurried = cs.open_order(cs.demand((cs.TEA, 1)), 2)
    (order,) = planned(asked([hurried], cs.shop(*cs.stock(TEA=5)), costs=Costs(broken_minor=0, most_ways=1))).orders
    assert services(order) == [("CS", "SWIFT")]
    assert order.in_window_ppm >= 950_000


def test_whoever_finds_its_days_taken_looks_beyond_those_that_were_full_before_too() -> None:
    full = {cs.MONDAY + n * DAY: 1 for n in range(28)}
    site = replace(cs.shop(*cs.stock(TEA=9), daily_shipments=1), booked=full)
    made = planned(asked([cs.open_order(cs.demand((cs.TEA, 1), order_id=name), 90) for name in "ABCDE"], site))
    assert len({order.shipments[0].departs.date() for order in made.orders}) == 5
    assert made.apart_minor == made.total_minor  # and at once: nobody waited for others to find these days
