"""The parcels of one shipment get their labels in one call, all or none, and each is paid for once whatever is lost."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from doorstep.carriers import easypost_orders, local_together
from doorstep.carriers.port import CarrierSaysNo, LabelAsk, Parked, Reply
from doorstep.flow.master import define_services
from doorstep.jobs.clockwork import CHORES
from doorstep.storage.queries import master
from doorstep.terms.clock import FalseClock
from doorstep.terms.measures import Sides, grams
from doorstep.twin.faults import Fault, FaultPlan
from tests.corner_shop import ADA, CLERK, Shop, granted, open_shop
from tests.flow.test_consolidation import HAUL
from tests.flow.test_easypost import one_each, through

LAMPS = ("LAMP", 3)  # two cartons at least
ASKS = [LabelAsk(f"lbl_{n}", "ground", "0" * 18, grams(900), Sides(200, 100, 100, 1, "mm"), ADA, ADA) for n in (1, 2)]


def live_at_the_carrier(shop: Shop) -> bool:
    """Whether the carrier's live labels are ours, one for each parcel."""
    ours = {row.label_id: row.tracking_number for row in shop.rows("SELECT * FROM label WHERE state = 'bought'")}
    return bool(ours) and shop.desk.live_labels() == ours


def test_one_call_makes_the_labels_of_all_parcels_of_a_shipment(shop: Shop) -> None:
    shop.to_the_dock(LAMPS)
    parcels = shop.one("SELECT count(*)::int FROM parcel")
    assert parcels > 1
    assert shop.one("SELECT count(*)::int FROM label WHERE state = 'bought'") == parcels
    assert (shop.desk.shipments, shop.desk.requests) == (1, 1)
    assert live_at_the_carrier(shop)
    # A shipment of one parcel is asked for as before.
    shop.to_the_dock(("MUG", 1))
    assert (shop.desk.shipments, shop.desk.requests) == (1, 2)


@pytest.mark.parametrize("fault", [Fault.BROKEN_BEFORE, Fault.BROKEN_AFTER, Fault.SILENT_AFTER, Fault.CUT])
def test_whatever_is_lost_no_parcel_gets_a_second_label(shop_url: str, clock: FalseClock, fault: Fault) -> None:
    with open_shop(shop_url, clock, FaultPlan(script=(fault, Fault.NONE, fault))) as shop:
        shop.to_the_dock(LAMPS)
        shop.settle_whatever_it_takes()
        assert live_at_the_carrier(shop)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Fault.NONE, Fault.NONE),
        (Fault.NONE, Fault.SILENT_AFTER),
        (Fault.NONE, Fault.BROKEN_BEFORE),
        (Fault.SILENT_AFTER, Fault.CUT),
    ],
)
def test_an_order_at_easypost_is_paid_once(shop_url: str, clock: FalseClock, first: Fault, second: Fault) -> None:
    with open_shop(shop_url, clock) as shop:
        desk = through(shop, first, second)
        shop.to_the_dock(LAMPS)
        shop.settle_whatever_it_takes()
        assert one_each(shop, desk)
        assert desk.payments() == shop.one("SELECT count(*)::int FROM parcel")
        paths = Counter(path.split("/")[2] for _, path, _ in desk.bodies)
        assert paths["orders"] >= 1
        if first is second is Fault.NONE:
            assert paths == {"orders": 2}


def test_a_joint_shipment_is_labelled_as_one_once_all_of_it_is_packed_at_the_price_of_the_whole(shop: Shop) -> None:
    with shop.store.reading() as tx:
        steady = next(each for each in master.services(tx) if each.service_id == "steady-ground")
    haul = replace(steady, service_id="haul", name="Haul", tariff=HAUL, mode="freight")
    granted(define_services(shop.office, CLERK, [haul]))
    shop.desk.sell([haul])
    for _ in range(3):
        shop.place(("LAMP", 1))
    shop.settle()
    assert CHORES["consolidate"].do(shop.office)
    assert shop.one("SELECT count(*)::int FROM consolidation WHERE state = 'joined'") == 1
    shop.release()
    *first, last = shop.tasks()
    for task in first:
        shop.pick(task)
    shop.pack_all()
    shop.settle()
    assert shop.rows("SELECT FROM label") == []
    assert "is not packed yet" in shop.one("SELECT trouble FROM due WHERE verb = 'request_labels' LIMIT 1")
    shop.pick(last)
    shop.pack_all()
    shop.settle()
    assert (shop.desk.shipments, shop.desk.requests) == (1, 1)
    costs = shop.one("SELECT sum(cost_minor)::int, count(*)::int FROM label WHERE state = 'bought'")
    assert tuple(costs) == (6_500, 3)  # one pallet for all three, as it was planned
    assert live_at_the_carrier(shop)
    shop.later(minutes=6)
    shop.settle()


def test_an_answer_that_is_not_all_of_the_labels_is_parked() -> None:
    made = {"reference": "lbl_1", "state": "live", "tracking_number": "LC1", "cost": {"minor": 1, "currency": "USD"}}
    half = json.dumps({"reference": "lbl_1.2", "labels": [made]}).encode()
    assert isinstance(local_together.read_together(Reply(201, half), "lbl_1.2", ASKS), Parked)
    error = json.dumps({"error": {"code": "bad_address", "message": "no city"}}).encode()
    assert isinstance(local_together.read_together(Reply(422, error), "lbl_1.2", ASKS), CarrierSaysNo)
    order = {"id": "order_1", "reference": "lbl_1.2", "rates": [], "shipments": [{"id": "shp_1", "reference": "lbl_9"}]}
    assert isinstance(easypost_orders.read_together(Reply(200, json.dumps(order).encode()), "lbl_1.2", ASKS), Parked)
