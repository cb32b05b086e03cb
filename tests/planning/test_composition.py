"""The corner shop with real packing, real tariffs and real prohibitions behind its quotes and plans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorstep.carriers.may_ship import Ban
from doorstep.planning.check import check_plan
from doorstep.planning.compose import deciders
from doorstep.planning.plan import plan
from doorstep.planning.quote import quote
from doorstep.planning.values import OpenOrder, PlanQuestion
from doorstep.terms.parcel import Carton, Size
from doorstep.terms.refusals import Why
from doorstep.terms.service import CarrierService, Tariff, WeightStep, ZoneRule
from tests.carriers.asking import rulebook
from tests.planning import corner_shop as cs

CARTONS = (
    Carton("S", Size(200, 150, 150), Size(206, 156, 156), 80, 5_000, 30),
    Carton("L", Size(400, 300, 300), Size(408, 308, 308), 250, 15_000, 70),
)


def priced(service: CarrierService, by_kg_minor: int, currency: str = "USD") -> CarrierService:
    steps = tuple(WeightStep(kg * 1000, {"near": 300 + kg * by_kg_minor}) for kg in range(1, 11))
    tariff = Tariff(service.tariff.tariff_id, currency, (ZoneRule("", "US", "near"),), steps, 5_000, 120_000)
    return replace(service, tariff=tariff)


POST, SWIFT = priced(cs.POST, 50), priced(cs.SWIFT, 250)
SHOP = cs.shop(*cs.stock(TEA=9, MUG=9, HONEY=9, GAS=1, SOFA=1))


@pytest.mark.parametrize("packed", [False, True])
def test_a_quote_with_real_parcels_and_rates_can_be_planned(packed: bool) -> None:
    tools = deciders(CARTONS, "USD", packed=packed)
    order = cs.demand((cs.TEA, 1), (cs.MUG, 1))
    offers = quote(replace(cs.question(order, SHOP), services=(POST, SWIFT)), tools).offers
    assert [offer.shipments[0].service_id for offer in offers] == ["POST", "SWIFT"]
    (parcel,) = offers[0].shipments[0].parcels
    assert (parcel.carton_id != "") == packed
    assert parcel.weight_g > 650
    for offer in offers:
        windows = {line.line_no: line.window for line in offer.lines}
        question = PlanQuestion(cs.NOW, (OpenOrder(order, offer.order.window, windows),), (SHOP,), (POST, SWIFT))
        made = plan(question, tools)
        assert check_plan(question, made) == []
        assert made.total_minor <= offer.cost.total_minor


def test_what_nobody_measured_is_reckoned_with_a_stated_guess() -> None:
    unmeasured = replace(cs.TEA, size=None, weight_g=None)
    offer = quote(replace(cs.question(cs.demand((unmeasured, 1)), SHOP), services=(POST,)), deciders(CARTONS, "USD"))
    assert offer.offers[0].shipments[0].parcels[0].weight_g >= 1_000


@pytest.mark.parametrize("packed", [False, True])
def test_goods_longer_than_a_service_takes_are_not_promised_by_it(packed: bool) -> None:
    """Pipe and cushion share no carton: reckoned by volume, each parcel would be short enough."""
    pipe = replace(cs.TEA, size=Size(380, 20, 20), weight_g=400)
    cushion = replace(cs.MUG, size=Size(240, 240, 240), weight_g=400)
    cartons = (
        Carton("LONG", Size(400, 40, 40), Size(404, 44, 44), 80, 5_000, 60),
        Carton("CUBE", Size(250, 250, 250), Size(256, 256, 256), 80, 5_000, 30),
    )
    assert isinstance(POST.tariff, Tariff)
    short = replace(POST, tariff=replace(POST.tariff, max_length_mm=300))
    question = replace(cs.question(cs.demand((pipe, 1), (cushion, 1)), SHOP), services=(short, SWIFT))
    offers = quote(question, deciders(cartons, "USD", packed=packed)).offers
    assert {shipment.service_id for offer in offers for shipment in offer.shipments} == {"SWIFT"}


@pytest.mark.parametrize("packed", [False, True])
def test_refusals_come_through_with_what_binds(packed: bool) -> None:
    tools = deciders(
        CARTONS, "USD", rulebook([Ban("CS-7", "no honey to the US", country="US", item_id="HONEY")]), packed=packed
    )

    def why(**changed: object) -> tuple[Why, dict[str, str | int]]:
        base = replace(cs.question(cs.demand((cs.TEA, 1)), SHOP), services=(POST, SWIFT))
        answer = quote(replace(base, **changed), tools).refusal  # type: ignore[arg-type]
        assert answer is not None
        return answer.why, dict(answer.concerns)

    no, concerns = why(demand=cs.demand((cs.SOFA, 1)))
    assert (no, concerns["binding"], concerns["needs"]) == (Why.DOES_NOT_FIT, "length_mm", 2200)
    assert why(demand=cs.demand((cs.HONEY, 1)))[1]["rule"] == "CS-7"
    assert why(demand=cs.demand((cs.GAS, 1)))[0] is Why.MAY_NOT_SHIP
    assert why(demand=cs.demand((cs.TEA, 1), area="CA-M5V"))[0] is Why.NO_SERVICE
    assert why(services=(priced(cs.POST, 50, "EUR"),))[0] is Why.NO_SERVICE
