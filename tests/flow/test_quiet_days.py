"""Levers on the real shop: what a quiet day allows at its site, and what lying stock is worth in a plan."""

from __future__ import annotations

from datetime import timedelta

from doorstep.flow.goals import set_goals
from doorstep.flow.levers import levers_now
from doorstep.flow.office import Who
from doorstep.planning.levers import Kind
from doorstep.terms.goals import Goals, SiteLimit, SupplyGoals, Weights
from doorstep.terms.refusals import Why
from tests.corner_shop import Shop, granted, refused

OWNER = Who("owner")


def want(shop: Shop, **more: object) -> None:
    weights = Weights(departure_minor=900)
    granted(set_goals(shop.office, OWNER, Goals(weights=weights, capacity=(SiteLimit("CS", 10),), **more)))  # type: ignore[arg-type]


def test_a_quiet_day_lets_calls_be_skipped_that_no_promise_needs_and_bins_be_counted(shop: Shop) -> None:
    assert Kind.DEPARTURE not in {lever.kind for lever in granted(levers_now(shop.office)).levers}
    want(shop)
    shop.place(("MUG", 1))
    shop.settle()
    told = granted(levers_now(shop.office, "CS"))
    today = told.days[0]
    assert (today.planned, today.could, today.quiet) == (1, 10, True)
    by_kind = {kind: [lever for lever in told.levers if lever.kind is kind] for kind in Kind}
    assert {lever.saves_minor for lever in by_kind[Kind.DEPARTURE]} == {900}
    assert any("nothing goes with it" in lever.says for lever in by_kind[Kind.DEPARTURE])
    assert by_kind[Kind.COUNT][0].site_id == "CS"
    refused(levers_now(shop.office, "NOWHERE"), Why.UNKNOWN_SITE, "NOWHERE")


def test_a_call_that_parcels_stand_at_the_dock_for_is_not_one_that_nothing_goes_with(shop: Shop) -> None:
    want(shop)
    shop.to_the_dock(("MUG", 1))
    departs = shop.one("SELECT departs FROM fulfilment")
    carrier_id = shop.one("SELECT carrier_id FROM label")
    shop.clock.move_to(departs - timedelta(hours=1))
    told = [lever.says for lever in granted(levers_now(shop.office, "CS")).levers if lever.kind is Kind.DEPARTURE]
    assert not any("nothing goes with" in says and f"{carrier_id}'s call" in says for says in told)


def test_what_runs_out_before_new_goods_come_is_told_with_its_days(shop: Shop) -> None:
    for _ in range(3):
        shop.place(("MUG", 2))
    shop.settle()
    shop.expect("TEA", 5, days=30)
    shop.later(days=2)
    (order,) = [lever for lever in granted(levers_now(shop.office)).levers if "of MUG" in lever.says]
    assert order.kind is Kind.REPLENISH
    assert "new goods take 30 days" in order.because


def test_what_it_is_worth_to_send_what_would_end_lowers_its_handling(shop: Shop) -> None:
    def handled() -> int:
        shop.later(seconds=1)
        shop.place(("TEA", 1))
        shop.settle()
        return int(shop.one("SELECT cost_minor FROM fulfilment ORDER BY fulfilment_id DESC LIMIT 1"))

    usual = handled()
    weights = Weights(lying_unit_minor=60)
    granted(set_goals(shop.office, OWNER, Goals(weights=weights, supply=SupplyGoals(days=1))))
    shop.later(seconds=int(timedelta(minutes=1).total_seconds()))
    assert usual - handled() == 60
