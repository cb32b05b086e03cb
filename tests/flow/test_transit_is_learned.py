"""How long a carrier takes is counted from what it really did."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from doorstep.flow.learn import learn
from doorstep.terms.calendar import Calendar
from doorstep.terms.order import Terms
from tests.corner_shop import Shop, all_is_well

WEDNESDAY = datetime(2026, 3, 4, 16, tzinfo=UTC)
DAY = timedelta(days=1)


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
