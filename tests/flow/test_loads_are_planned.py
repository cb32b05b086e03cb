"""Planning sends orders to one consignee as one shipment at once where that is cheaper and every promise holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from doorstep.flow import change, rules
from doorstep.flow.consolidate import consolidate_orders
from doorstep.flow.explain import PlanWhy, explain
from doorstep.flow.look_orders import order_timeline
from doorstep.flow.plan import plan_open_orders
from doorstep.flow.plan_all import plan_all_open
from doorstep.flow.plan_facts import waiting_together
from doorstep.flow.reasons import rejected_ways
from doorstep.flow.release import release_wave
from doorstep.planning.plan import plan as find_plan
from doorstep.storage.verbs import PLAN_ORDERS
from doorstep.terms.places import Address
from doorstep.terms.rulebook import Ban, RuleList
from tests.corner_shop import ADA, BISTRO, CLERK, Shop, all_is_well, granted
from tests.flow.test_consolidation import with_a_haulier
from tests.flow.test_planned_together import busy_shop
from tests.planning.test_loads_in_the_plan import TEA_AND_MUG, planned

ADA_AGAIN = replace(ADA, name="  ada BYRON ", phone="+1 555 0100")


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Three orders of a lamp cost less by the haulier than by parcel, two cost more."""
    return with_a_haulier(shop)


def lamps(shop: Shop, count: int, ship_to: Address = ADA, **asked: Any) -> str:
    return shop.place(("LAMP", count), ship_to=ship_to, **asked).order_id


def goes_by(shop: Shop, order_id: str) -> str:
    query = "SELECT service_id FROM fulfilment WHERE order_id = %s AND state = 'planned'"
    return str(shop.one(query, order_id))


def loads(shop: Shop) -> list[list[str]]:
    """The orders of each joint shipment that stands."""
    query = (
        "SELECT array_agg(m.order_id ORDER BY m.order_id) AS together FROM consolidation c "
        "JOIN consolidation_member m USING (consolidation_id) WHERE c.state = 'joined' GROUP BY c.consolidation_id"
    )
    return [row.together for row in shop.rows(query)]


def plan_of(shop: Shop, order_id: str) -> PlanWhy:
    why = granted(explain(shop.office, order_id)).plan
    assert why is not None
    return why


def ask_for(shop: Shop, order_id: str) -> None:
    shop.store.run(lambda tx: tx.later(PLAN_ORDERS, order_id, tx.now))


def test_two_orders_that_cost_less_as_one_shipment_are_planned_as_one_and_say_so(shop: Shop) -> None:
    placed = [lamps(shop, 2), lamps(shop, 1, ADA_AGAIN)]
    told = plan_open_orders(shop.office)
    assert loads(shop) == [placed]
    joint = shop.one("SELECT * FROM consolidation")
    assert (joint.service_id, joint.travels_as, joint.freight_minor) == ("haul", "1 pallet", 6_500)
    assert told.cost_minor == joint.cost_minor < joint.alone_minor == told.apart_minor
    assert shop.one("SELECT sum(freight_minor)::int FROM consolidation_member") == 6_500
    assert len({tuple(row) for row in shop.rows("SELECT departs, ship_by, waits_for_day FROM fulfilment")}) == 1
    facts = shop.rows("SELECT DISTINCT transaction FROM journal WHERE kind ~ 'ShipmentPlanned|ShipmentsConsolidated'")
    assert len(facts) == 1
    for order_id, other in (placed, placed[::-1]):
        why = plan_of(shop, order_id)
        assert why.reasons[0].startswith(f"it goes with {other} as one shipment, 1 pallet by haul: ")
        assert any(way.startswith("CS by steady-ground: dearer, ") for way in why.rejected)
        saves = (joint.alone_minor - joint.cost_minor) / 100
        story = " ".join(entry.says for entry in granted(order_timeline(shop.office, order_id)))
        assert f"That saves {saves:.2f} USD." in story
    journal = shop.journal()
    plan_open_orders(shop.office)
    assert plan_all_open(shop.office, at_once=1).changed == ()
    assert not granted(consolidate_orders(shop.office, CLERK, shop.key())).shipments
    assert shop.journal() == journal
    shop.settle()
    shop.release()
    shop.pick_all()
    assert len(shop.pack_all()) == 2
    all_is_well(shop.store)


def test_what_is_not_cheaper_together_goes_alone(shop: Shop) -> None:
    placed = [lamps(shop, 1), lamps(shop, 1), lamps(shop, 1, BISTRO)]
    plan_open_orders(shop.office)
    assert loads(shop) == []
    assert [goes_by(shop, order_id) for order_id in placed[:2]] == ["steady-ground"] * 2
    assert "as one shipment" not in " ".join(plan_of(shop, placed[0]).reasons)
    all_is_well(shop.store)


def test_who_would_come_too_late_with_the_others_goes_alone(shop: Shop) -> None:
    hurried = lamps(shop, 1, asked_by=date(2026, 3, 4))  # in time by air alone
    lamps(shop, 1)
    lamps(shop, 1)
    plan_open_orders(shop.office)
    assert goes_by(shop, hurried) == "swift-express"
    assert loads(shop) == []
    all_is_well(shop.store)


def test_a_cancelled_order_ends_the_joint_shipment_and_the_rest_is_planned_anew(shop: Shop) -> None:
    placed = [lamps(shop, 1) for _ in range(3)]
    shop.settle()
    assert loads(shop) == [placed]
    joint_minor = plan_of(shop, placed[1]).cost_minor
    granted(change.cancel_order(shop.office, CLERK, placed[0], shop.key()))
    plan_open_orders(shop.office)
    shop.settle()
    assert loads(shop) == []
    assert [goes_by(shop, order_id) for order_id in placed[1:]] == ["steady-ground"] * 2
    assert plan_of(shop, placed[1]).cost_minor > joint_minor
    all_is_well(shop.store)


def test_one_run_plans_all_of_a_load_anew_of_which_one_order_wants_less(shop: Shop) -> None:
    changes = shop.place(("LAMP", 1), ("MUG", 3)).order_id
    placed = [changes, lamps(shop, 1), lamps(shop, 1)]
    shop.settle()
    (before,) = shop.rows("SELECT consolidation_id FROM consolidation")
    granted(change.change_quantity(shop.office, CLERK, changes, 2, 1, shop.key()))
    told = plan_open_orders(shop.office, only_asked=True)
    assert sorted(told.orders) == placed
    assert loads(shop) == [placed]
    assert shop.one("SELECT state FROM consolidation WHERE consolidation_id = %s", before.consolidation_id) == "ended"
    all_is_well(shop.store)


def test_who_goes_alone_as_it_went_with_others_is_planned_at_what_it_costs_alone(shop: Shop) -> None:
    many, one = lamps(shop, 2), lamps(shop, 1)
    no_parcels = RuleList("ours", "our own file", date(2026, 3, 2), bans=(Ban("big", "big", carrier_id="steady"),))
    granted(rules.set_list(shop.office, CLERK, no_parcels))
    shop.settle()
    assert loads(shop) == [[many, one]]
    share_minor = plan_of(shop, many).cost_minor
    granted(change.cancel_order(shop.office, CLERK, one, shop.key()))
    plan_open_orders(shop.office)
    shop.settle()
    assert goes_by(shop, many) == "haul"
    alone = plan_of(shop, many)
    assert alone.cost_minor > share_minor
    assert "together" not in alone.reasons
    all_is_well(shop.store)


def test_a_rejected_way_says_with_whom_the_order_would_have_gone() -> None:
    (rejected,) = rejected_ways(["CS by haul with ord_2 and ord_3: others lose, 2166"])
    assert rejected.way == "CS by haul with ord_2 and ord_3"
    assert rejected.because == "all that would go with it would gain less together"


def test_a_plan_that_is_asked_for_one_order_looks_at_all_that_go_with_it(shop: Shop) -> None:
    placed = [lamps(shop, 1) for _ in range(3)]
    shop.settle()
    ask_for(shop, placed[1])
    journal = shop.journal()
    told = plan_open_orders(shop.office, only_asked=True)
    assert (sorted(told.orders), told.changed) == (placed, ())
    assert shop.journal() == journal
    assert loads(shop) == [placed]
    assert shop.rows("SELECT 1 FROM due WHERE verb = 'plan_orders'") == []


def test_what_goes_with_an_order_on_the_floor_is_not_looked_at_for_another(shop: Shop) -> None:
    placed = [lamps(shop, 1) for _ in range(3)]
    shop.settle()
    assert len(granted(release_wave(shop.office, CLERK, "CS", at_most=1)).fulfilment_ids) == 1
    waits, other = [order_id for order_id in placed if shop.fulfilments(order_id) == ["planned"]]
    ask_for(shop, waits)
    assert plan_open_orders(shop.office, only_asked=True).orders == (waits,)
    assert goes_by(shop, other) == "haul"
    all_is_well(shop.store)


def test_who_orders_later_joins_a_load_that_is_planned_where_all_gain_by_it(shop: Shop) -> None:
    placed = [lamps(shop, 1), lamps(shop, 1)]
    shop.settle()
    assert loads(shop) == []
    placed.append(lamps(shop, 1))
    plan_open_orders(shop.office)
    assert loads(shop) == [placed]
    all_is_well(shop.store)


def test_a_load_takes_the_room_of_one_shipment(shop: Shop) -> None:
    for _ in range(3):
        lamps(shop, 1)
    busy_shop(shop, a_day=2)
    plan_open_orders(shop.office)
    assert len(loads(shop)) == 1
    mug = shop.place(("MUG", 1)).order_id
    plan_open_orders(shop.office, only_asked=True)
    assert len(shop.rows("SELECT DISTINCT departs FROM fulfilment")) == 1
    assert "wants room" not in " ".join(plan_of(shop, mug).reasons)
    all_is_well(shop.store)


def test_a_plan_that_is_written_down_in_parts_keeps_a_load_whole(shop: Shop) -> None:
    shop.place(("MUG", 1), ship_to=BISTRO)
    placed = [lamps(shop, 1) for _ in range(3)]
    shop.place(("TEA", 1), ship_to=BISTRO)
    plan_all_open(shop.office, at_once=2)
    assert loads(shop) == [placed]
    planned = "SELECT DISTINCT transaction FROM journal WHERE kind ~ 'ShipmentPlanned'"
    assert 1 < len(shop.rows(planned)) < 5
    all_is_well(shop.store)


@pytest.mark.parametrize("cancels", [True, False])
def test_a_load_of_which_one_order_changed_meanwhile_is_not_written_down_half(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, cancels: bool
) -> None:
    placed = [lamps(shop, 1) for _ in range(3)]
    really = find_plan

    def changed_meanwhile(*told: Any) -> Any:
        monkeypatch.setattr("doorstep.flow.plan_all.plan", really)
        found = really(*told)
        if cancels:
            granted(change.cancel_order(shop.office, CLERK, placed[0], shop.key()))
        else:
            granted(change.change_address(shop.office, CLERK, placed[0], BISTRO, shop.key()))
        return found

    monkeypatch.setattr("doorstep.flow.plan_all.plan", changed_meanwhile)
    plan_all_open(shop.office, at_once=1)
    assert shop.rows("SELECT 1 FROM consolidation") == []
    assert [goes_by(shop, order_id) for order_id in placed[1:]] == ["steady-ground"] * 2
    shop.settle()
    all_is_well(shop.store)


def test_a_load_of_goods_that_are_still_to_come_is_left_alone_until_it_leaves(shop: Shop) -> None:
    lamps(shop, 3, BISTRO)
    shop.settle()
    shop.release()
    shop.pick_all()
    shop.expect("LAMP", 3)
    placed = [lamps(shop, 1) for _ in range(3)]
    shop.settle()
    assert loads(shop) == [placed]
    journal = shop.journal()
    assert shop.rows("SELECT 1 FROM due WHERE verb = 'plan_orders'")  # looked at when it was to leave
    assert plan_all_open(shop.office).orders == plan_open_orders(shop.office).orders == ()
    assert loads(shop) == [placed]
    assert shop.journal() == journal


def test_what_could_leave_sooner_waits_for_the_day_of_all_that_go_with_it() -> None:
    made = planned(TEA_AND_MUG)
    assert waiting_together(made) == set()
    first, second = made.orders
    (shipment,) = first.shipments
    waits = replace(first, shipments=(replace(shipment, leg=shipment.leg.held_until(shipment.departs)),))
    assert waiting_together(replace(made, orders=(waits, second))) == {"A", "B"}
