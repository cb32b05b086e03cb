"""How long a carrier takes is counted from what it really did."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from doorstep.flow.learn import learn
from doorstep.promising.arrivals import Leg
from doorstep.promising.mass import WHOLE
from doorstep.promising.priors import PARTING_PPM
from doorstep.terms.calendar import Calendar
from doorstep.terms.order import Terms
from tests.corner_shop import Shop, all_is_well

WEDNESDAY = datetime(2026, 3, 4, 16, tzinfo=UTC)
DAY = timedelta(days=1)
TWO_PARCELS = (("LAMP", 2),)


@pytest.mark.parametrize(("weekdays", "days"), [({0, 1, 3, 4}, {"1": 1}), ({0, 1, 2, 3, 4}, {"2": 1})])
def test_a_wait_before_a_shut_door_is_the_consignees_and_not_the_carriers(
    shop: Shop, weekdays: set[int], days: dict[str, int]
) -> None:
    office = Calendar("America/New_York", frozenset(weekdays), time(8), time(17))
    placed = shop.to_the_dock(("MUG", 1), terms=Terms(receives=office))
    (sscc,) = shop.parcels(placed.order_id)
    shop.clock.move_to(WEDNESDAY - DAY)
    shop.hand_over()
    shop.clock.move_to(WEDNESDAY + 2 * DAY)
    for code, at in (("PU", WEDNESDAY - DAY), ("CL", WEDNESDAY), ("DL", WEDNESDAY + DAY)):
        shop.scan(sscc, code, at + timedelta(minutes=30))
    learn(shop.office)
    assert shop.one("SELECT days FROM transit WHERE origin <> ''") == days
    all_is_well(shop.store)


def test_parcels_that_came_on_two_days_make_the_next_of_several_later(shop: Shop) -> None:
    placed = shop.on_its_way(*TWO_PARCELS)
    first, second = shop.parcels(placed.order_id)
    shop.clock.move_to(WEDNESDAY + 2 * DAY)
    shop.scan(first, "DL", WEDNESDAY)
    shop.scan(second, "DL", WEDNESDAY + DAY)
    believed = leg_of(shop, placed.order_id)
    assert (believed.parcels, believed.parting_ppm) == (2, PARTING_PPM)
    learn(shop.office)
    apart, expected = shop.one("SELECT apart_ppm, expected_apart_ppm FROM transit WHERE origin = destination")
    assert apart == WHOLE
    assert 0 < expected < WHOLE
    shop.receive("LAMP", 2, "CS/B-01", serials=("L-008", "L-009"))
    again = leg_of(shop, shop.place(*TWO_PARCELS).order_id)
    assert again.parting_ppm > PARTING_PPM
    assert again.whole_transit.by(3) < again.transit.by(3)


def leg_of(shop: Shop, order_id: str) -> Leg:
    (leg,) = shop.one("SELECT inputs FROM promise WHERE order_id = %s AND line_no = 0", order_id)["legs"]
    return Leg.from_json(leg)
