"""Why an order is planned as it is: what is said of its own way, and what of the cheaper ones that it does not go."""

from __future__ import annotations

from doorstep.planning.answers import OrderPlan, Reason
from doorstep.planning.choices import Board, Choice, choices, waiting
from doorstep.planning.telling import Known, orders_told
from doorstep.planning.values import Costs, OpenOrder, PlanQuestion
from doorstep.planning.ways import Desk
from doorstep.terms.order import Terms
from tests.planning import corner_shop as cs

NOTHING_LOST = Costs(broken_minor=0)  # what a broken promise costs: the dear, sure way is never the cheapest


def ways_of(order: OpenOrder) -> tuple[Known, list[Choice]]:
    """What planning finds for an order of one tin of tea, of which the shop has some, cheapest first."""
    sites = (cs.shop(*cs.stock(TEA=5)),)
    question = PlanQuestion(cs.NOW, (order,), sites, (cs.POST, cs.SWIFT), NOTHING_LOST)
    desk = Desk(cs.NOW, sites, question.services, question.costs, cs.DECIDERS, question.transits)
    found, refusals = choices(order, desk, desk.supply.free)
    waits = [waiting(order, question.costs.waits_minor)]
    return Known(question, desk, desk.supply.free, [found], waits, [refusals], ()), found


def told(known: Known, pick: Choice) -> OrderPlan:
    board = Board(dict(known.desk.supply.free), known.question.sites)
    board.take(pick)
    (order,) = orders_told(known, [pick], board, {})
    return order


def test_a_way_that_holds_the_promise_is_not_called_a_risk_for_a_cheaper_one_that_would_not() -> None:
    hurried = cs.demand((cs.TEA, 1), terms=Terms(wanted_ppm=950_000))
    known, found = ways_of(cs.open_order(hurried, days=2))
    cheap, sure = found[0], next(choice for choice in found if choice.holds)
    assert not cheap.holds
    assert cheap.cost.total_minor < sure.cost.total_minor
    order = told(known, sure)
    assert order.reasons == (Reason.PROMISE_FIRST,)
    assert order.runners_up[0].why is Reason.PROMISE_AT_RISK
    assert told(known, cheap).reasons == (Reason.CHEAPEST, Reason.PROMISE_AT_RISK)


def test_of_ways_that_all_break_the_promise_each_is_a_risk_and_none_puts_it_first() -> None:
    late = cs.demand((cs.TEA, 1), terms=Terms(wanted_ppm=999_999))
    known, found = ways_of(cs.open_order(late, days=0))
    assert not any(choice.holds for choice in found)
    dearest = max(found, key=lambda choice: choice.cost.total_minor)
    assert told(known, dearest).reasons == (Reason.PROMISE_AT_RISK,)
