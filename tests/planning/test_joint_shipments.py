"""Joint shipments: never dearer than apart, never a promise broken, freight shared whole, each from its own stock."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from doorstep.carriers.bills import NoRate
from doorstep.carriers.distance import Haul
from doorstep.carriers.shipments import Piece
from doorstep.planning.consolidate import Alone, consolidate
from doorstep.planning.freight import whole_shipment
from doorstep.planning.plan import plan
from doorstep.planning.values import Boxed, BoxedParcel, Costs, Deciders, OpenOrder, PlanQuestion, Reservation
from doorstep.terms.freight import LtlTariff
from doorstep.terms.measures import Measure
from doorstep.terms.parcel import Size
from doorstep.terms.places import Locality
from doorstep.terms.refusals import Refusal
from doorstep.terms.service import CarrierService
from doorstep.terms.tariff import ZoneRule
from tests.planning.corner_shop import DECIDERS, MONDAY, NOW, POST, SWIFT, TEA, demand, open_order, shop, stock


def joint_up(
    parcels: Sequence[BoxedParcel], service: CarrierService, _: Locality, __: Sequence[Locality]
) -> Boxed | Refusal:
    """By the post all for 250 and a little by weight; Swift bills each."""
    if service.service_id != "POST":
        return Boxed("near", service.tariff.tariff_id, tuple(parcels))
    shared = 250 + sum(parcel.weight_g for parcel in parcels) // 50
    whole = [replace(parcel, freight_minor=0) for parcel in parcels[1:]]
    return Boxed("near", service.tariff.tariff_id, (replace(parcels[0], freight_minor=shared), *whole))


JOINING = Deciders(DECIDERS.carton_up, DECIDERS.may_ship, joint_up)


def promised(name: str, units: int, last_day: date) -> OpenOrder:
    """An order for tea by a day, with its tea."""
    made = open_order(demand((TEA, units), order_id=name), held=(Reservation(1, "TEA", "CS", "", None, units),))
    return replace(made, agreed=replace(made.agreed, last_day=last_day))


def asked(*orders: OpenOrder, costs: Costs | None = None) -> PlanQuestion:
    return PlanQuestion(NOW, orders, (shop(*stock(TEA=0)),), (POST, SWIFT), costs or Costs())


def as_planned(question: PlanQuestion) -> list[Alone]:
    told = plan(question, JOINING)
    return [
        Alone(order, f"F{order.demand.order_id}", made.shipments[0].service_id, made.shipments[0].departs)
        for order, made in zip(question.orders, told.orders, strict=True)
        if len(made.shipments) == 1
    ]


@pytest.mark.parametrize("seed", range(20))
def test_together_costs_less_than_apart_and_every_promise_holds(seed: int) -> None:
    chance = random.Random(seed)
    days = [chance.randint(1, 8) for _ in range(chance.randint(2, 6))]
    orders = [promised(f"O{n}", 1 + n % 4, MONDAY + timedelta(days=last)) for n, last in enumerate(days)]
    # Also where a broken promise costs nothing it is not broken by going together.
    question = asked(*orders, costs=Costs(broken_minor=0, late_day_minor=0) if seed % 2 else None)
    apart = {order.order_id: order.cost.total_minor for order in plan(question, JOINING).orders}
    wanted = {order.demand.order_id: order.demand.wanted_ppm for order in question.orders}
    for joint in consolidate(question, [as_planned(question)], JOINING):
        assert joint.saves_minor > 0
        assert joint.alone_minor == sum(apart[member.order_id] for member in joint.members)
        assert joint.freight_minor == sum(member.freight_minor for member in joint.members)
        assert len(joint.members) >= 2
        for member in joint.members:
            assert member.in_window_ppm >= wanted[member.order_id]
            assert joint.departs <= member.ship_by


def test_a_hurried_order_is_left_out_and_the_rest_goes_together() -> None:
    easy, hurried = MONDAY + timedelta(days=8), MONDAY + timedelta(days=1)
    question = asked(promised("A", 2, easy), promised("B", 2, easy), promised("C", 2, hurried))
    (joint,) = consolidate(question, [as_planned(question)], JOINING)
    assert [member.order_id for member in joint.members] == ["A", "B"]
    assert joint.service_id == "POST"
    assert joint.rejected
    assert all(each.why for each in joint.rejected)


def test_cartons_go_on_pallets_where_that_costs_less_and_loose_where_not() -> None:
    by_spaces = LtlTariff(
        "haul",
        "USD",
        (ZoneRule("", "US-", "all"),),
        pallets_minor={"all": (5_000, 8_000)},
        pallet=Measure(1_200, 1, "mm"),
        pallet_width=Measure(1_000, 1, "mm"),
        most=Measure(500, 1, "kg"),
    )
    service = replace(POST, tariff=by_spaces)
    cartons, haul = [Piece(Size(400, 300, 300), 8_000)] * 12, Haul(Locality("US-606"), Locality("US-532"), MONDAY)
    told = whole_shipment(service, cartons, haul)
    assert not isinstance(told, NoRate)
    assert (told.travels_as, told.bill.total_minor) == ("1 pallet", 5_000)
    one = whole_shipment(service, cartons[:1], haul)
    assert not isinstance(one, NoRate)
    assert one.travels_as == "1 carton"
    heavy = whole_shipment(service, [Piece(Size(400, 300, 300), 60_000)] * 12, haul)
    assert isinstance(heavy, NoRate)
    assert "weight" in heavy.says
