"""The joint plan: all open orders together at the least total cost, with a bound on how much better any plan could be.

Choices per order, prices of what is scarce fed back, then an integer plan: orders choose in turn under the prices from
what is free and what they hold themselves (so none loses what it holds to another), then change their minds for as
long as that saves money.
"""

from __future__ import annotations

from collections.abc import Sequence

from doorstep.planning.answers import OrderPlan, Plan, Reason, RunnerUp
from doorstep.planning.choices import Board, Choice, choices, ship_by, waiting
from doorstep.planning.prices import Column, Prices, bound, find_prices
from doorstep.planning.quote import full_days, not_together, out_of_stock
from doorstep.planning.supply import shortage
from doorstep.planning.values import DayKey, Deciders, PlanQuestion, Scarce, StockKey
from doorstep.planning.ways import Desk, scarce_minor
from doorstep.terms.refusals import Refusal, Why, first

_MOST_RUNNERS_UP = 3


def plan(question: PlanQuestion, deciders: Deciders) -> Plan:
    """A plan for every open order. Always feasible: an order that cannot be shipped waits, with its refusal.

    KeyError where an order holds units of a row that `question.sites` do not list.
    """
    planner = _Planner(question, deciders)
    picks = planner.improved(planner.in_turn({}))
    reached = planner.cost(picks)
    prices = find_prices(planner.table(), planner.room(), reached, question.rounds)
    if prices:
        priced = planner.improved(planner.in_turn(prices))
        if planner.cost(priced) < reached:
            picks = priced
    table, room = planner.table(), planner.room()
    without = bound(table, room, {})
    with_prices = bound(table, room, prices)
    if without >= with_prices:
        prices = {}
    return Plan(planner.told(picks), max(without, with_prices), prices)


class _Planner:
    """The choices of all orders and the selection of one for each."""

    def __init__(self, question: PlanQuestion, deciders: Deciders) -> None:
        self.question = question
        self.orders = question.orders
        self.desk = Desk(question.now, question.sites, question.services, question.costs, deciders, question.transits)
        self.pool = self.desk.supply.with_held([held for order in self.orders for held in order.held])
        self.waits = [waiting(order, question.costs.waits_minor) for order in self.orders]
        self.refusals: list[list[Refusal]] = []
        self.choices: list[list[Choice]] = []
        self.days: set[DayKey] = set()
        self.later = _days_are_fought_over(question)
        full = full_days(question.sites)
        for order in self.orders:
            found, refusals = choices(order, self.desk, self.pool, full, self.later)
            self.choices.append([])
            self.refusals.append(refusals)
            self._add(len(self.choices) - 1, found)
        # The oldest promise chooses first.
        self.turns = sorted(
            range(len(self.orders)), key=lambda i: (self.orders[i].agreed.last_day, self.orders[i].demand.order_id)
        )

    def _add(self, i: int, found: Sequence[Choice]) -> None:
        known = {choice.name() for choice in self.choices[i]}
        self.choices[i] += (choice for choice in found if choice.name() not in known)
        self.choices[i].sort(key=Choice.rank)
        self.days |= {key for choice in found for key in choice.uses if isinstance(key, DayKey)}

    def table(self) -> list[list[Column]]:
        return [
            [choice.column for choice in (*mine, wait)] for mine, wait in zip(self.choices, self.waits, strict=True)
        ]

    def room(self) -> dict[Scarce, int]:
        """All there is of everything that is limited: units free and held by the orders, shipments per day."""
        room: dict[Scarce, int] = {}
        for row, units in self.pool.items():
            key = StockKey(row.site_id, row.item_id, row.inbound_id)
            room[key] = room.get(key, 0) + units
        board = self._fresh_board()
        room.update({day: max(left, 0) for day in self.days if (left := board.room(day)) is not None})
        return room

    def _fresh_board(self) -> Board:
        return Board(dict(self.desk.supply.free), self.question.sites)

    def cost(self, picks: Sequence[Choice]) -> int:
        return sum(pick.cost.total_minor for pick in picks)

    def in_turn(self, prices: Prices) -> list[Choice]:
        """Each order takes its cheapest choice under the prices that what is left allows."""
        board = self._fresh_board()
        picks = list(self.waits)
        for i in self.turns:
            board.give_back(self.waits[i])
            picks[i] = self._pick(i, board, prices)
            board.take(picks[i])
        return picks

    def _pick(self, i: int, board: Board, prices: Prices) -> Choice:
        ranked = self._under(i, prices)
        if ranked and board.hinders(ranked[0]):
            # What it would like is gone: look again at what is left, which may be filled in other ways.
            found, _ = choices(self.orders[i], self.desk, board.free, board.full_days(self.days))
            self._add(i, found)
            ranked = self._under(i, prices)
        pick = next((choice for choice in ranked if board.hinders(choice) is None), self.waits[i])
        # Where the stock is worth more to others than waiting costs, the order waits for what they leave.
        return min(pick, self.waits[i], key=lambda choice: _priced(choice, prices))

    def _under(self, i: int, prices: Prices) -> list[Choice]:
        if not prices:
            return self.choices[i]
        return sorted(self.choices[i], key=lambda choice: _priced(choice, prices))

    def improved(self, picks: list[Choice]) -> list[Choice]:
        """The plan after every order has changed to a cheaper choice as long as any could."""
        board = self._board_of(picks)
        changed = True
        while changed:
            changed = False
            for i in self.turns:
                board.give_back(picks[i])
                better = self._pick(i, board, {}) if picks[i].way is None else self._first_fit(i, board)
                if better is not None and better.cost.total_minor < picks[i].cost.total_minor:
                    picks[i] = better
                    changed = True
                board.take(picks[i])
        return picks

    def _first_fit(self, i: int, board: Board) -> Choice | None:
        return next((choice for choice in self.choices[i] if board.hinders(choice) is None), None)

    def _board_of(self, picks: Sequence[Choice]) -> Board:
        board = self._fresh_board()
        for i, pick in enumerate(picks):
            board.give_back(self.waits[i])
            board.take(pick)
        return board

    def told(self, picks: Sequence[Choice]) -> tuple[OrderPlan, ...]:
        """The plan order by order, in the order in which they were given."""
        board = self._board_of(picks)
        answers = []
        for i, pick in enumerate(picks):
            board.give_back(pick)
            answers.append(self._told_one(i, pick, board))
            board.take(pick)
        return tuple(answers)

    def _told_one(self, i: int, pick: Choice, board: Board) -> OrderPlan:
        order, mine = self.orders[i], self.choices[i]
        cheaper = [choice for choice in mine if choice.cost.total_minor < pick.cost.total_minor]
        reasons = list(dict.fromkeys(_why_not(choice, pick, board) for choice in cheaper))
        if not cheaper and pick.way:
            reasons.append(Reason.CHEAPEST)
        if pick.way is None:
            reasons.append(Reason.WAITS)
        elif not pick.holds:
            reasons.append(Reason.PROMISE_AT_RISK)
        others = [choice for choice in mine if choice is not pick][:_MOST_RUNNERS_UP]
        shipments = []
        for n, option in enumerate(pick.way.options if pick.way else ()):
            carried = {reservation.line_no for reservation in option.taken}
            assert pick.way is not None
            shipments.append(
                option.as_shipment(
                    ship_by(pick.way, n, order, self.desk), min(pick.line_ppm[line_no] for line_no in carried)
                )
            )
        return OrderPlan(
            order_id=order.demand.order_id,
            shipments=tuple(shipments),
            reservations=tuple(r for s in shipments for r in s.reservations) if pick.way else order.held,
            cost=pick.cost,
            in_window_ppm=pick.line_ppm.get(0, 0),
            least_minor=min(choice.cost.total_minor for choice in (*mine, self.waits[i])),
            reasons=tuple(reasons),
            runners_up=tuple(_runner_up(choice, pick, board) for choice in others),
            refusal=None if pick.way else self._why_waiting(i),
        )

    def _why_waiting(self, i: int) -> Refusal:
        demand = self.orders[i].demand
        short = shortage(demand, self.desk.supply, self.pool, self.desk.today())
        if short:
            return out_of_stock(demand, self.desk.supply, short)
        if not self.choices[i] and self.refusals[i]:
            return first(self.refusals[i])
        if not self.choices[i]:
            return not_together(demand, self.question.costs)
        says = "other orders have the stock or the room that it needs"
        return Refusal(Why.OUT_OF_STOCK, says, {"order": demand.order_id})


def _days_are_fought_over(question: PlanQuestion) -> bool:
    """Whether the orders together could ask for more shipments than some site has room for on a day."""
    return any(
        site.daily_shipments is not None
        and site.daily_shipments - max(site.booked.values(), default=0) < len(question.orders)
        for site in question.sites
    )


def _priced(choice: Choice, prices: Prices) -> int:
    return choice.cost.total_minor + scarce_minor(choice.uses, prices)


def _why_not(choice: Choice, pick: Choice, board: Board) -> Reason:
    """Why `choice` was not taken; `board` has back what the order itself uses."""
    hindrance = board.hinders(choice)
    if hindrance is not None and choice.cost.total_minor <= pick.cost.total_minor:
        return hindrance
    return Reason.DEARER if choice.holds else Reason.PROMISE_AT_RISK


def _runner_up(choice: Choice, pick: Choice, board: Board) -> RunnerUp:
    options = choice.way.options if choice.way else ()
    return RunnerUp(
        ways=tuple((option.day.site_id, option.service_id) for option in options),
        first_departs=min(option.departs for option in options),
        cost_minor=choice.cost.total_minor,
        why=_why_not(choice, pick, board),
        freight=tuple(option.freight for option in options),
    )
