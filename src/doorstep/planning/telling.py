"""A plan told: each order's shipments with the reasons for them and what was rejected, and what goes together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from doorstep.planning.answers import OrderPlan, PlannedLoad, Reason, RunnerUp, Shipment
from doorstep.planning.choices import Board, Choice, Load, ship_by
from doorstep.planning.loads import Bundle
from doorstep.planning.quote import not_together, out_of_stock
from doorstep.planning.supply import Free, shortage
from doorstep.planning.values import PlanQuestion, Scarce
from doorstep.planning.ways import Desk
from doorstep.terms.refusals import Refusal, Why, first

_MOST_RUNNERS_UP = 3
_MOST_OTHERS = 3


@dataclass(frozen=True, slots=True)
class Known:
    """What planning found: of each order its choices, that it waits and what cannot be, and all loads."""

    question: PlanQuestion
    desk: Desk
    pool: Free
    choices: Sequence[Sequence[Choice]]
    waits: Sequence[Choice]
    refusals: Sequence[Sequence[Refusal]]
    bundles: Sequence[Bundle]


def orders_told(
    known: Known, picks: Sequence[Choice], board: Board, prices: Mapping[Scarce, int]
) -> tuple[OrderPlan, ...]:
    """The plan order by order, in the order in which they were given; all picks are on the board."""
    parts: dict[int, list[Choice]] = {}
    for bundle in known.bundles:
        for i, part in zip(bundle.orders, bundle.parts, strict=True):
            parts.setdefault(i, []).append(part)
    answers = []
    for i, pick in enumerate(picks):
        board.give_back(pick)
        answers.append(_order_told(known, i, pick, parts.get(i, ()), board, prices))
        board.take(pick)
    return _leaving_with_the_first(answers, picks)


def _order_told(
    known: Known, i: int, pick: Choice, parts: Sequence[Choice], board: Board, prices: Mapping[Scarce, int]
) -> OrderPlan:
    order, mine = known.question.orders[i], known.choices[i]
    cheaper = [choice for choice in mine if choice.cost.total_minor < pick.cost.total_minor]
    reasons = _why_none_of(cheaper, pick, board)
    if pick.load:
        reasons.insert(0, Reason.TOGETHER)
    elif not cheaper and pick.way:
        reasons.append(Reason.CHEAPEST)
    if pick.way is None:
        reasons.append(Reason.WAITS)
    elif not pick.holds:
        reasons.append(Reason.PROMISE_AT_RISK)
    others = [choice for choice in sorted([*mine, *parts], key=Choice.rank) if choice.name() != pick.name()]
    alone = min(cheaper, key=lambda choice: choice.cost.total_minor, default=None)
    shipments = _shipments(known, i, pick)
    least_minor = min(choice.cost.total_minor for choice in (*mine, known.waits[i], pick))
    return OrderPlan(
        order_id=order.demand.order_id,
        shipments=shipments,
        reservations=tuple(r for s in shipments for r in s.reservations) if pick.way else order.held,
        cost=pick.cost,
        in_window_ppm=pick.line_ppm.get(0, 0),
        least_minor=least_minor,
        reasons=tuple(reasons),
        runners_up=tuple(
            _runner_up(choice, pick, board, order.demand.order_id) for choice in others[:_MOST_RUNNERS_UP]
        ),
        refusal=None if pick.way else _why_waiting(known, i),
        alone=_runner_up(alone, pick, board, order.demand.order_id) if alone else None,
        moved_by=_moved_by(alone, pick, prices) if alone else (),
    )


def _why_none_of(cheaper: Sequence[Choice], pick: Choice, board: Board) -> list[Reason]:
    """Why an order goes none of its cheaper ways. That one would not hold the promise is said of that way alone: of the
    order it says that the promise comes first, where its own way holds it."""
    told = list(dict.fromkeys(_why_not(choice, pick, board) for choice in cheaper))
    if Reason.PROMISE_AT_RISK in told:
        told.remove(Reason.PROMISE_AT_RISK)
        told += [Reason.PROMISE_FIRST] if pick.holds else []
    return told


def _shipments(known: Known, i: int, pick: Choice) -> tuple[Shipment, ...]:
    if pick.way is None:
        return ()
    shipments = []
    for n, option in enumerate(pick.way.options):
        carried = {reservation.line_no for reservation in option.taken}
        latest = ship_by(pick.way, n, known.question.orders[i], known.desk)
        shipments.append(option.as_shipment(latest, min(pick.line_ppm[line_no] for line_no in carried)))
    return tuple(shipments)


def _leaving_with_the_first(answers: Sequence[OrderPlan], picks: Sequence[Choice]) -> tuple[OrderPlan, ...]:
    """Orders of one load must leave by the earliest time that one of them must: later they would not go together."""
    latest: dict[Load, datetime] = {}
    for answer, pick in zip(answers, picks, strict=True):
        if pick.load:
            by = answer.shipments[0].ship_by
            latest[pick.load] = min(latest.get(pick.load, by), by)
    return tuple(
        replace(answer, shipments=(replace(answer.shipments[0], ship_by=latest[pick.load]),)) if pick.load else answer
        for answer, pick in zip(answers, picks, strict=True)
    )


def loads_told(known: Known, picks: Sequence[Choice], board: Board) -> tuple[PlannedLoad, ...]:
    """The loads of the plan, the greatest saving first; all picks are on the board."""
    members: dict[Load, list[int]] = {}
    for i, pick in enumerate(picks):
        if pick.load:
            members.setdefault(pick.load, []).append(i)
    told = [_load_told(known, load, mine, picks, board) for load, mine in members.items()]
    return tuple(sorted(told, key=lambda load: (-load.saves_minor, load.order_ids)))


def _load_told(known: Known, load: Load, members: Sequence[int], picks: Sequence[Choice], board: Board) -> PlannedLoad:
    of_order = {known.question.orders[i].demand.order_id: i for i in members}
    mine = [of_order[order_id] for order_id in load.order_ids]
    for i in mine:
        board.give_back(picks[i])
    alone = []
    for i in mine:
        apart = next((choice for choice in known.choices[i] if board.hinders(choice) is None), picks[i])
        board.take(apart)
        alone.append(apart)
    for apart in alone:
        board.give_back(apart)
    for i in mine:
        board.take(picks[i])
    others: dict[tuple[str, datetime], int] = {}
    for bundle in known.bundles:
        other = bundle.parts[0].load
        if other and bundle.orders == tuple(mine):
            key, cost_minor = (other.service_id, other.departs), _cost(bundle.parts)
            others[key] = min(cost_minor, others.get(key, cost_minor))
    others.pop((load.service_id, load.departs), None)
    cheapest = sorted((minor, key) for key, minor in others.items())
    return PlannedLoad(
        *(load.order_ids, load.site_id, load.service_id, load.tariff_id, load.travels_as, load.departs),
        freight_minor=load.freight_minor,
        cost_minor=_cost([picks[i] for i in mine]),
        alone_minor=tuple(sum(o.cost_minor for o in each.way.options) if each.way else 0 for each in alone),
        apart_minor=_cost(alone),
        stop_nos=load.stop_nos,
        later_seconds=load.later_seconds,
        others=tuple((*key, minor) for minor, key in cheapest[:_MOST_OTHERS]),
    )


def _cost(choices: Sequence[Choice]) -> int:
    return sum(choice.cost.total_minor for choice in choices)


def _why_waiting(known: Known, i: int) -> Refusal:
    demand, supply = known.question.orders[i].demand, known.desk.supply
    short = shortage(demand, supply, known.pool, known.desk.today())
    if short:
        return out_of_stock(demand, supply, short)
    if not known.choices[i] and known.refusals[i]:
        return first(list(known.refusals[i]))
    if not known.choices[i]:
        return not_together(demand, known.question.costs)
    says = "other orders have the stock or the room that it needs"
    return Refusal(Why.OUT_OF_STOCK, says, {"order": demand.order_id})


def _why_not(choice: Choice, pick: Choice, board: Board) -> Reason:
    """Why `choice` was not taken; `board` has back what the order itself uses."""
    hindrance = board.hinders(choice)
    if hindrance is not None and choice.cost.total_minor <= pick.cost.total_minor:
        return hindrance
    if choice.moves and not pick.moves and choice.cost.total_minor < pick.cost.total_minor:
        return Reason.KEPT
    if choice.load and choice.cost.total_minor <= pick.cost.total_minor:
        return Reason.OTHERS_LOSE
    return Reason.DEARER if choice.holds else Reason.PROMISE_AT_RISK


def _moved_by(alone: Choice, pick: Choice, prices: Mapping[Scarce, int]) -> tuple[tuple[Scarce, int], ...]:
    """What the order left to others, each unit at its price, the dearest first."""
    left = ((key, prices[key]) for key, units in alone.uses.items() if key in prices and units > pick.uses.get(key, 0))
    return tuple(sorted(left, key=lambda each: (-each[1], repr(each[0]))))


def _runner_up(choice: Choice, pick: Choice, board: Board, order_id: str) -> RunnerUp:
    options = choice.way.options if choice.way else ()
    return RunnerUp(
        ways=tuple((option.day.site_id, option.service_id) for option in options),
        first_departs=min(option.departs for option in options),
        cost_minor=choice.cost.total_minor,
        why=_why_not(choice, pick, board),
        freight=tuple(option.freight for option in options),
        with_orders=tuple(each for each in choice.load.order_ids if each != order_id) if choice.load else (),
    )
