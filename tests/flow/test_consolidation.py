"""Orders to one address go as one shipment where that is cheaper and every promise still holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from doorstep.flow import change, rules
from doorstep.flow.consolidate import Consolidated, consolidate_orders
from doorstep.flow.explain import explain
from doorstep.flow.levers import levers_now
from doorstep.flow.look_orders import order_timeline
from doorstep.flow.master import define_services
from doorstep.flow.plan import plan_open_orders
from doorstep.flow.plan_all import plan_all_open
from doorstep.planning.levers import Kind
from doorstep.storage.queries import master
from doorstep.terms.freight import LtlTariff
from doorstep.terms.measures import Measure
from doorstep.terms.refusals import Why
from doorstep.terms.rulebook import Ban, RuleList
from doorstep.terms.tariff import ZoneRule
from tests.corner_shop import BISTRO, CLERK, Shop, all_is_well, granted, refused
from tests.flow.test_planned_together import busy_shop

# One pallet space, of 1.2 by 1 metre, costs 65 dollars: more than two lamps by parcel, less than three.
HAUL = LtlTariff(
    "haul-2026",
    "USD",
    (ZoneRule(origin="US-6", destination="US-", zone="far"),),
    pallets_minor={"far": (6_500, 9_000)},
    pallet=Measure(1_200, 1, "mm"),
    pallet_width=Measure(1_000, 1, "mm"),
)


def with_a_haulier(shop: Shop) -> Shop:
    """The corner shop with a haulier that is as fast as Steady."""
    with shop.store.reading() as tx:
        steady = next(each for each in master.services(tx) if each.service_id == "steady-ground")
    haul = replace(steady, service_id="haul", carrier_id="haul", name="Haul", tariff=HAUL, mode="freight")
    granted(define_services(shop.office, CLERK, [haul]))
    return shop


@pytest.fixture
def shop(shop: Shop) -> Shop:
    return with_a_haulier(shop)


def lamps(shop: Shop, count: int) -> list[str]:
    """So many orders of a lamp by Ada, each planned before the next is placed: planning joins no two of them."""
    placed = []
    for _ in range(count):
        placed.append(shop.place(("LAMP", 1)).order_id)
        shop.settle()
    return placed


def joined(shop: Shop, **how: object) -> Consolidated:
    return granted(consolidate_orders(shop.office, CLERK, shop.key(), **how))  # type: ignore[arg-type]


def goes_by(shop: Shop, order_id: str) -> tuple[str, int]:
    row = shop.one("SELECT service_id, cost_minor FROM fulfilment WHERE order_id = %s AND state = 'planned'", order_id)
    return row.service_id, row.cost_minor


def told_on_its_page(shop: Shop, order_id: str) -> str:
    return " ".join(entry.says for entry in granted(order_timeline(shop.office, order_id)))


def test_three_lamps_to_one_address_go_on_one_pallet_and_everyone_is_told_why(shop: Shop) -> None:
    placed = lamps(shop, 3)
    alone = {order_id: goes_by(shop, order_id) for order_id in placed}
    assert {service_id for service_id, _ in alone.values()} == {"steady-ground"}
    seen = shop.journal()
    told = joined(shop, dry_run=True)
    pulled = [lever for lever in granted(levers_now(shop.office)).levers if lever.kind is Kind.CONSOLIDATE]
    assert [lever.saves_minor for lever in pulled] == [told.saves_minor]
    assert shop.journal() == seen
    done = joined(shop)
    assert (done.saves_minor, done.addresses, done.orders) == (told.saves_minor, 1, 3)
    (together,) = done.shipments
    assert together.travels_as == "1 pallet"
    assert together.freight_minor == 6_500 == sum(member.freight_minor for member in together.members)
    for order_id in placed:
        service_id, cost_minor = goes_by(shop, order_id)
        assert service_id == "haul"
        assert cost_minor < alone[order_id][1]
    saved = sum(alone[order_id][1] - goes_by(shop, order_id)[1] for order_id in placed)
    assert saved == done.saves_minor  # as likely on time as before: nothing but freight is saved
    why = granted(explain(shop.office, placed[0])).plan
    assert why is not None
    assert "as one shipment, 1 pallet by haul" in why.reasons[0]
    assert placed[1] in why.reasons[0]
    assert "That saves 28.63 USD." in told_on_its_page(shop, placed[0])
    assert not joined(shop).shipments  # what is joined is not joined again
    plan_open_orders(shop.office)
    assert goes_by(shop, placed[0])[0] == "haul"  # and not taken apart by the next plan
    shop.release()
    shop.pick_all()
    assert len(shop.pack_all()) == 3
    all_is_well(shop.store)


def test_what_goes_together_is_left_alone_and_hides_nothing_else_from_a_plan_of_all(shop: Shop) -> None:
    lamps(shop, 3)
    joined(shop)
    mugs = [shop.place(("MUG", 1)).order_id for _ in range(2)]
    shop.settle()
    assert set(plan_all_open(shop.office, at_once=3).orders) == set(mugs)


def test_a_plan_of_some_of_many_open_orders_forgets_no_price_of_what_others_fight_for(shop: Shop) -> None:
    lamps(shop, 3)
    joined(shop)
    for _ in range(4):
        shop.place(("MUG", 1), customer="bistro")
    busy_shop(shop, a_day=3)
    plan_open_orders(shop.office)
    prices = shop.rows("SELECT * FROM scarce_price WHERE minor > 0 ORDER BY site_id, item_id, day")
    assert prices
    plan_open_orders(shop.office, at_most=4)  # the three that go together, and one other
    assert shop.rows("SELECT * FROM scarce_price WHERE minor > 0 ORDER BY site_id, item_id, day") == prices


def test_what_would_break_a_promise_or_save_nothing_stays_apart(shop: Shop) -> None:
    lamps(shop, 2)  # two cost less by parcel than a pallet
    assert not joined(shop).shipments
    hurried = shop.place(("LAMP", 1), asked_by=date(2026, 3, 4)).order_id  # in time by air alone
    shop.settle()
    assert goes_by(shop, hurried)[0] == "swift-express"
    assert not joined(shop).shipments
    assert goes_by(shop, hurried)[0] == "swift-express"
    refused(consolidate_orders(shop.office, CLERK, site_id="NO"), Why.UNKNOWN_SITE)


def test_what_may_not_go_by_the_haulier_is_not_joined(shop: Shop) -> None:
    lamps(shop, 3)
    day = date(2026, 3, 2)
    no_lamps = RuleList("ours", "our own file", day, bans=(Ban("no-lamps", "not there", carrier_id="haul"),))
    granted(rules.set_list(shop.office, CLERK, no_lamps))
    shop.settle()
    assert not joined(shop).shipments


def test_only_orders_to_the_same_name_and_address_go_together(shop: Shop) -> None:
    lamps(shop, 2)
    shop.place(("LAMP", 1), ship_to=BISTRO)
    shop.settle()
    assert joined(shop).addresses == 1
    assert not joined(shop).shipments


def test_who_leaves_a_joint_shipment_leaves_the_rest_to_be_planned_anew(shop: Shop) -> None:
    placed = lamps(shop, 3)
    joined(shop)
    granted(change.cancel_order(shop.office, CLERK, placed[0], shop.key()))
    shop.place(("MUG", 1), customer="bistro")
    shop.settle()
    shop.settle()
    assert [goes_by(shop, order_id)[0] for order_id in placed[1:]] == ["steady-ground"] * 2
    assert shop.one("SELECT state FROM consolidation") == "ended"
    assert "No longer goes as one shipment" in told_on_its_page(shop, placed[1])
    all_is_well(shop.store)
