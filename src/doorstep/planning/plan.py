"""The joint plan: all open orders together at the least total cost, with a bound on how much better any plan could be.

First order by order, the oldest promise first, each from what is free and what it holds itself; then all together by
the master problem, from the same ways; each plan improved for as long as an order can change to a cheaper way that is
free. The cheaper of the two is taken, so planning together never costs more. An order that holds all that it needs
keeps its promise as surely as it would order by order: nobody else's saving is worth that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from doorstep.planning.answers import OrderPlan, Plan, Reason, RunnerUp
from doorstep.planning.choices import Board, Choice, choices, ship_by, waiting
from doorstep.planning.joint.select import THOROUGH, Effort
from doorstep.planning.prices import MOVES, Column, Limited, Master, Prices, solve
from doorstep.planning.quote import full_days, not_together, out_of_stock
from doorstep.planning.supply import covers, shortage, together
from doorstep.planning.values import DayKey, Deciders, PlanQuestion, Scarce, StockKey
from doorstep.planning.ways import Desk
from doorstep.terms.refusals import Refusal, Why, first

_MOST_RUNNERS_UP = 3
_MOST_TURNS = 3  # of the master problem; in the last no order looks for ways of its own any more


def plan(question: PlanQuestion, deciders: Deciders, effort: Effort = THOROUGH) -> Plan:
    """A plan for every open order. Always feasible: an order that cannot be shipped waits, with its refusal.

    KeyError where an order holds units of a row that `question.sites` do not list.
    """
    planner = _Planner(question, deciders)
    picks = planner.in_turn({})
    apart_minor = planner.cost(picks)
    planner.protect(picks)
    picks = planner.improved(picks)
    for turn in range(_MOST_TURNS):
        known, planner.looks = planner.known(), turn < _MOST_TURNS - 1
        master = solve(planner.table(), planner.room(), planner.cost(picks), effort)
        for others in planner.at(master) if master.bound_minor < planner.cost(picks) else ():
            if planner.cost(others) < planner.cost(picks) and planner.keeps(others):
                picks = others
        if planner.known() == known:  # else the bound is not over all ways that were found
            break
    prices = planner.worth(master.prices)
    moved = tuple(order.demand.order_id for order, pick in zip(question.orders, picks, strict=True) if pick.moves)
    told = planner.told(picks, prices)
    return Plan(told, master.bound_minor, prices, apart_minor, moved, question.move_gain_minor)


class _Planner:
    """The choices of all orders and the selection of one for each."""

    def __init__(self, question: PlanQuestion, deciders: Deciders) -> None:
        self.question = question
        self.orders = question.orders
        self.desk = Desk(question.now, question.sites, question.services, question.costs, deciders, question.transits)
        self.pool = self.desk.supply.with_held([held for order in self.orders for held in order.held])
        self.waits = [waiting(order, question.costs.waits_minor) for order in self.orders]
        self.stays: list[Choice | None] = [None] * len(self.orders)  # the plan that stands, where it keeps the promise
        self.refusals: list[list[Refusal]] = []
        self.choices: list[list[Choice]] = []
        self.days: set[DayKey] = set()
        self.looks = True  # whether an order that finds its ways gone looks for others in what is left
        self.later = _days_are_fought_over(question)
        full = full_days(question.sites)
        for order in self.orders:
            found, refusals = choices(order, self.desk, self.pool, full, self.later)
            self.choices.append([])
            self.refusals.append(refusals)
            self._stand(len(self.choices) - 1, found)
            self._add(len(self.choices) - 1, found)
        self.most: list[int | None] = [None] * len(self.orders)  # what a way may cost that does not hold the promise
        # The oldest promise chooses first.
        self.turns = sorted(
            range(len(self.orders)), key=lambda i: (self.orders[i].agreed.last_day, self.orders[i].demand.order_id)
        )
        self.begun = self._begun()

    def _stand(self, i: int, found: Sequence[Choice]) -> None:
        """The order's plan stands where it is among what was found and is as good for its promise as can be."""
        order = self.orders[i]
        stay = next((choice for choice in found if choice.stands(order)), None) if order.planned else None
        if stay is not None and (stay.holds or not any(choice.holds for choice in found)):
            self.stays[i] = stay
            self.waits[i] = self._counted(i, self.waits[i])

    def _counted(self, i: int, choice: Choice) -> Choice:
        """The same choice, told whether it is another than the plan that stands."""
        moves = self.stays[i] is not None and not choice.stands(self.orders[i])
        return choice._replace(moves=moves, moves_minor=self.question.move_gain_minor if moves else 0)

    def _begun(self) -> list[Choice]:
        """Plans that stand as far as there still is stock and room for them; all other orders wait."""
        board = self._board_of(self.waits)
        picks = list(self.waits)
        for i, stay in enumerate(self.stays):
            if stay is None:
                continue
            board.give_back(self.waits[i])
            picks[i] = stay
            if board.hinders(stay) is not None:
                self.stays[i] = None
                self.choices[i] = [self._counted(i, choice) for choice in self.choices[i]]
                picks[i] = self.waits[i] = self._counted(i, self.waits[i])
            board.take(picks[i])
        return picks

    def _add(self, i: int, found: Sequence[Choice]) -> None:
        known = {choice.name() for choice in self.choices[i]}
        self.choices[i] += (self._counted(i, choice) for choice in found if choice.name() not in known)
        self.choices[i].sort(key=Choice.rank)
        self.days |= {key for choice in found for key in choice.uses if isinstance(key, DayKey)}

    def known(self) -> int:
        """How many ways were found by now."""
        return sum(map(len, self.choices))

    def table(self) -> list[list[Column]]:
        """The ways that each order may take, and last that it waits."""
        return [[choice.column for choice in self._allowed(i)] for i in range(len(self.orders))]

    def _allowed(self, i: int) -> list[Choice]:
        return [choice for choice in (*self.choices[i], self.waits[i]) if self._may(i, choice)]

    def _may(self, i: int, choice: Choice) -> bool:
        most = self.most[i]
        return most is None or choice.holds or choice.cost.total_minor <= most

    def protect(self, picks: Sequence[Choice]) -> None:
        """Orders that hold all they need get ways that hold the promise from now on, or cost no more than these."""
        for i, (order, pick) in enumerate(zip(self.orders, picks, strict=True)):
            if order.held and covers(together(order.held), order.demand, self.question.costs):
                self.most[i] = -1 if pick.holds else pick.cost.total_minor

    def keeps(self, picks: Sequence[Choice]) -> bool:
        return all(self._may(i, pick) for i, pick in enumerate(picks))

    def at(self, master: Master) -> Iterator[list[Choice]]:
        """Plans at what the master problem found; where orders wait, also that of all in turn at its prices."""
        found = [self._allowed(i)[c] for i, c in enumerate(master.picks) if c is not None]
        if len(found) == len(self.orders):
            yield self.improved(found)
        if len(found) < len(self.orders) or any(choice.way is None for choice in found):
            yield self.improved(self.in_turn(master.prices))

    def room(self) -> dict[Limited, int]:
        """All there is of everything that is limited: units free and held by the orders, shipments per day."""
        board = self._fresh_board()
        room: dict[Limited, int] = {row: units for row, units in self.pool.items()}  # noqa: C416
        room.update({day: max(left, 0) for day in self.days if (left := board.room(day)) is not None})
        if self.question.most_moved is not None:
            room[MOVES] = self.question.most_moved
        return room

    def worth(self, prices: Prices) -> dict[Scarce, int]:
        """Prices by item and day: a unit of an item costs what the cheapest of its lots does."""
        found: dict[Scarce, int] = {}
        for row in self.pool:
            key = StockKey(row.site_id, row.item_id, row.inbound_id)
            found[key] = min(found.get(key, prices.get(row, 0)), prices.get(row, 0))
        found.update({key: price for key, price in prices.items() if isinstance(key, DayKey)})
        return {key: price for key, price in found.items() if price}

    def _fresh_board(self) -> Board:
        most = self.question.most_moved
        moves = None if most is None else most - sum(wait.moves for wait in self.waits)
        return Board(dict(self.desk.supply.free), self.question.sites, moves)

    def cost(self, picks: Sequence[Choice]) -> int:
        return sum(pick.weighed_minor for pick in picks)

    def in_turn(self, prices: Prices) -> list[Choice]:
        """Each order takes its cheapest choice under the prices that what is left allows."""
        board = self._board_of(self.begun)
        picks = list(self.begun)
        for i in self.turns:
            board.give_back(picks[i])
            picks[i] = self._pick(i, board, prices)
            board.take(picks[i])
        return picks

    def _pick(self, i: int, board: Board, prices: Prices) -> Choice:
        ranked = self._under(i, prices)
        if self.looks and ranked and board.hinders(ranked[0]):
            # What it would like is gone: look again at what is left, which may be filled in other ways.
            found, _ = choices(self.orders[i], self.desk, board.free, board.full_days(self.days))
            self._add(i, found)
            ranked = self._under(i, prices)
        free = [choice for choice in ranked if board.hinders(choice) is None]
        pick = next((choice for choice in free if self._may(i, choice)), free[0] if free else self.waits[i])
        # Where the stock is worth more to others than waiting costs, the order waits for what they leave.
        return min(pick, self.waits[i], key=lambda choice: _priced(choice, prices))

    def _under(self, i: int, prices: Prices) -> list[Choice]:
        if not prices:
            return self.choices[i]
        return sorted(self.choices[i], key=lambda choice: _priced(choice, prices))

    def improved(self, picks: Sequence[Choice]) -> list[Choice]:
        """The plan after every order has changed to a cheaper choice as long as any could."""
        picks = list(picks)
        board = self._board_of(picks)
        changed = True
        while changed:
            changed = False
            for i in self.turns:
                if self.choices[i] and picks[i] is self.choices[i][0]:
                    continue
                board.give_back(picks[i])
                better = self._pick(i, board, {}) if picks[i].way is None else self._first_fit(i, board)
                if better is not None and self._may(i, better) and better.weighed_minor < picks[i].weighed_minor:
                    picks[i] = better
                    changed = True
                board.take(picks[i])
        return picks

    def _first_fit(self, i: int, board: Board) -> Choice | None:
        return next((choice for choice in self._allowed(i) if board.hinders(choice) is None), None)

    def _board_of(self, picks: Sequence[Choice]) -> Board:
        board = self._fresh_board()
        for i, pick in enumerate(picks):
            board.give_back(self.waits[i])
            board.take(pick)
        return board

    def told(self, picks: Sequence[Choice], prices: Mapping[Scarce, int]) -> tuple[OrderPlan, ...]:
        """The plan order by order, in the order in which they were given."""
        board = self._board_of(picks)
        answers = []
        for i, pick in enumerate(picks):
            board.give_back(pick)
            answers.append(self._told_one(i, pick, board, prices))
            board.take(pick)
        return tuple(answers)

    def _told_one(self, i: int, pick: Choice, board: Board, prices: Mapping[Scarce, int]) -> OrderPlan:
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
        alone = min(cheaper, key=lambda choice: choice.cost.total_minor, default=None)
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
            alone=_runner_up(alone, pick, board) if alone else None,
            moved_by=_moved_by(alone, pick, prices) if alone else (),
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
    if not prices:
        return choice.weighed_minor
    return choice.weighed_minor + sum(units * prices.get(key, 0) for key, units in choice.limited().items())


def _why_not(choice: Choice, pick: Choice, board: Board) -> Reason:
    """Why `choice` was not taken; `board` has back what the order itself uses."""
    hindrance = board.hinders(choice)
    if hindrance is not None and choice.cost.total_minor <= pick.cost.total_minor:
        return hindrance
    if choice.moves and not pick.moves and choice.cost.total_minor < pick.cost.total_minor:
        return Reason.KEPT
    return Reason.DEARER if choice.holds else Reason.PROMISE_AT_RISK


def _moved_by(alone: Choice, pick: Choice, prices: Mapping[Scarce, int]) -> tuple[tuple[Scarce, int], ...]:
    """What the order left to others, each unit at its price, the dearest first."""
    left = ((key, prices[key]) for key, units in alone.uses.items() if key in prices and units > pick.uses.get(key, 0))
    return tuple(sorted(left, key=lambda each: (-each[1], repr(each[0]))))


def _runner_up(choice: Choice, pick: Choice, board: Board) -> RunnerUp:
    options = choice.way.options if choice.way else ()
    return RunnerUp(
        ways=tuple((option.day.site_id, option.service_id) for option in options),
        first_departs=min(option.departs for option in options),
        cost_minor=choice.cost.total_minor,
        why=_why_not(choice, pick, board),
        freight=tuple(option.freight for option in options),
    )
