"""Carriers' messages come in any order and more than once, and always make the same parcel, order and score."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.flow.track import take_scan
from doorstep.terms.clock import FalseClock
from tests.conftest import Databases
from tests.corner_shop import Shelf, Shop, all_is_well, load, open_shop

START = datetime(2026, 3, 3, 12, tzinfo=UTC)
READ_AT = START + timedelta(days=12)

# (hours after the start, code) of what happens to the parcel. The window of its promise is 4 to 9 March.
JOURNEYS = {
    "to the door": ((0, "PU"), (5, "DP"), (20, "OD"), (26, "DL"), (27, "DN")),
    "held twice": ((0, "PU"), (2, "AR"), (4, "WX"), (6, "DP"), (8, "WX"), (10, "DP")),
    "told by mistake": ((0, "PU"), (20, "OD"), (22, "DL"), (23, "DX"), (40, "OD"), (190, "DL")),
    "told by mistake, and no more": ((0, "PU"), (22, "DL"), (23, "DX"), (24, "AR")),
    "delivered and brought back": ((0, "PU"), (22, "DL"), (30, "RT"), (60, "RS")),
    "lost and found": ((0, "AR"), (50, "LO"), (70, "DL"), (71, "DL")),
    "nobody at home": ((0, "MF"), (1, "PU"), (20, "OD"), (24, "NH"), (44, "OD"), (49, "NH"), (68, "DS")),
}
_IN_TURN: dict[tuple[str, bool], dict[str, Any]] = {}  # the state after the messages came as they were sent
NOT_COMING = {"delivered", "returning", "returned", "lost"}


def at_the_dock(shop: Shop) -> None:
    load(shop)
    shop.to_the_dock(("MUG", 1))


@pytest.fixture(scope="module")
def dock(databases: Databases) -> Iterator[Shelf]:
    """A shop with one labelled parcel at its dock."""
    with databases.copy() as url:
        kept = Shelf(url, at_the_dock)
        yield kept
        kept.close()


def state_of(shop: Shop) -> dict[str, Any]:
    """What must not depend on the order of messages.

    When we expect a parcel that is not coming any more is nobody's question, and the score of an order that is open
    again waits for its delivery.
    """
    (parcel,) = shop.rows("SELECT state, milestone, delivered_at, first_scanned_at, eta FROM parcel")
    (order,) = shop.rows("SELECT order_id, state, delivered_on FROM orders")
    coming = parcel.milestone not in NOT_COMING
    return {
        "parcel": parcel[:4],
        "eta": parcel.eta if coming else None,
        "milestones": shop.rows("SELECT milestone, reached_at FROM milestone WHERE reached_at IS NOT NULL ORDER BY 1"),
        "order": order,
        "score": shop.scores(order.order_id) if order.state == "delivered" else None,
        "fulfilment": shop.one("SELECT state FROM fulfilment"),
        "stock": shop.rows("SELECT place_id, on_hand FROM balance WHERE item_id = 'MUG' AND on_hand <> 0 ORDER BY 1"),
        "demand": shop.rows("SELECT * FROM demand"),
    }


def told(dock: Shelf, handed_over: bool, journey: str, order: list[int], judge: bool = False) -> dict[str, Any]:
    """The state after the messages of a journey came in this order."""
    dock.put_back()
    clock = FalseClock(START)
    with open_shop(dock.url, clock) as shop:
        if handed_over:
            shop.hand_over()
        (label,) = shop.rows("SELECT sscc, carrier_id FROM label")
        clock.move_to(READ_AT)
        scans = JOURNEYS[journey]
        for number in order:
            hours, code = scans[number]
            raw = shop.message(label.sscc, code, START + timedelta(hours=hours), f"m{number}")
            take_scan(shop.office, label.carrier_id, raw)
        if judge:
            all_is_well(shop.store)
        return state_of(shop)


@pytest.mark.parametrize("handed_over", [True, False], ids=["handed over", "only scanned"])
@pytest.mark.parametrize("journey", JOURNEYS)
def test_the_newest_message_first_makes_the_same_state(dock: Shelf, journey: str, handed_over: bool) -> None:
    in_turn = list(range(len(JOURNEYS[journey])))
    expected = told(dock, handed_over, journey, in_turn)
    assert told(dock, handed_over, journey, in_turn[::-1], judge=True) == expected


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_order_and_any_repetition_of_messages_make_the_same_state(dock: Shelf, data: st.DataObject) -> None:
    journey = data.draw(st.sampled_from(sorted(JOURNEYS)))
    handed_over = data.draw(st.booleans())
    in_turn = list(range(len(JOURNEYS[journey])))
    again = data.draw(st.lists(st.sampled_from(in_turn), max_size=3))
    order = data.draw(st.permutations(in_turn + again))
    if (journey, handed_over) not in _IN_TURN:
        _IN_TURN[journey, handed_over] = told(dock, handed_over, journey, in_turn)
    assert told(dock, handed_over, journey, order) == _IN_TURN[journey, handed_over]
