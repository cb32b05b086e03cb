"""The joint plan: all open orders together at the least total cost, with a bound on how much better any plan could be.

First order by order, the oldest promise first, each from what is free and what it holds itself; then all together by
the master problem, from the same ways; each plan improved for as long as an order can change to a cheaper way that is
free. The cheaper of the two is taken, so planning together never costs more. Order by order a way that holds the
promise comes before all that do not, whatever they would save; and what holds so holds in the end: no saving, its own
or of others, is worth a promise that can be kept. Then orders to one consignee may go as one shipment, too: their loads
(`planning.loads`) are columns beside the ways, in the same master problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from doorstep.planning.answers import OrderPlan, Plan, PlannedLoad
from doorstep.planning.blocks import JointColumn
from doorstep.planning.choices import Board, Choice, choices, priced, waiting
from doorstep.planning.joint.select import THOROUGH, Effort
from doorstep.planning.limited import MOVES, Column, Limited, Prices
from doorstep.planning.loads import Bundle, Loads, Reference, regrouped
from doorstep.planning.prices import Master, solve
from doorstep.planning.quote import full_days
from doorstep.planning.supply import covers, together
from doorstep.planning.telling import Known, loads_told, orders_told
from doorstep.planning.values import DayKey, Deciders, OpenOrder, PlanQuestion, Scarce, StockKey
from doorstep.planning.ways import Desk
from doorstep.terms.refusals import Refusal

_ANY = 10**18  # minor units: more than anything costs
_MOST_TURNS = 3  # of the master problem; in the last no order looks for ways of its own any more


def plan(question: PlanQuestion, deciders: Deciders, effort: Effort = THOROUGH) -> Plan:
    """A plan for every open order. Always feasible: an order that cannot be shipped waits, with its refusal.

    KeyError where an order holds units of a row that `question.sites` do not list.
    """
    planner = _Planner(question, deciders)
    picks = planner.in_turn({})
    apart_minor = planner.cost(picks)
    planner.protect(picks)
    picks, master = _mastered(planner, planner.improved(picks), effort)
    each_minor = planner.cost(picks)
    loads = Loads(question, planner.desk, deciders, planner.pool, full_days(question.sites))
    if planner.look_for_loads(loads, picks, {}) or planner.look_for_loads(loads, picks, master.prices):
        picks, master = _mastered(planner, planner.improved(picks), effort, loads)
    prices = planner.worth(master.prices)
    moved = tuple(order.demand.order_id for order, pick in zip(question.orders, picks, strict=True) if pick.moves)
    told, sent_together = planner.told(picks, master)
    return Plan(
        *(told, master.bound_minor, prices, apart_minor, moved, question.move_gain_minor),
        *(sent_together, each_minor),
    )


def _mastered(
    planner: _Planner, picks: list[Choice], effort: Effort, loads: Loads | None = None
) -> tuple[list[Choice], Master]:
    """The plan made better by the master problem, with what it found last: its bound is over all that was found."""
    for turn in range(_MOST_TURNS):
        known, planner.looks = planner.known(), turn < _MOST_TURNS - 1
        master = solve(planner.table(), planner.room(), [pick.column for pick in picks], effort, planner.joint())
        for others in planner.at(master) if master.bound_minor < planner.cost(picks) else ():
            if planner.cost(others) < planner.cost(picks) and planner.keeps(others):
                picks = others
        if loads is not None and planner.looks and planner.look_for_loads(loads, picks, master.prices):
            picks = planner.improved(picks)
        if planner.known() == known:  # else the bound is not over all ways that were found
            break
    return picks, master


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
        self.full = full_days(question.sites)
        for order in self.orders:
            found, refusals = choices(order, self.desk, self.pool, self.full, self.later)
            self.choices.append([])
            self.refusals.append(refusals)
            self._stand(len(self.choices) - 1, found)
            self._add(len(self.choices) - 1, found)
        self.groups: list[tuple[int, ...]] = []  # orders to one consignee
        self.bundles: dict[int, list[Bundle]] = {}  # the loads of a group, by its first order
        self.covered = [self._is_covered(order) for order in self.orders]
        # What a way may cost that does not hold the promise: where one does, none is taken to save money.
        self.most = [-1 if any(choice.holds for choice in mine) else _ANY for mine in self.choices]
        # The oldest promise chooses first.
        self.turns = sorted(
            range(len(self.orders)), key=lambda i: (self.orders[i].agreed.last_day, self.orders[i].demand.order_id)
        )
        self.begun = self._begun()

    def _is_covered(self, order: OpenOrder) -> bool:
        """Whether it holds all that it needs."""
        return bool(order.held) and covers(together(order.held), order.demand, self.question.costs)

    def _stand(self, i: int, found: Sequence[Choice]) -> None:
        """The order's plan stands where it is among what was found and is as good for its promise as can be."""
        order = self.orders[i]
        stay = next((choice for choice in found if choice.stands(order)), None) if order.planned else None
        if stay is not None and (stay.holds or not any(choice.holds for choice in found)):
            self.stays[i] = stay
            self.waits[i] = self._counted(i, self.waits[i])

    def _counted(self, i: int, choice: Choice) -> Choice:
        """The same choice, told whether it is another than the plan that stands."""
        if self.stays[i] is None and not choice.moves:
            return choice
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
                self.choices[i] = sorted((self._counted(i, choice) for choice in self.choices[i]), key=Choice.rank)
                picks[i] = self.waits[i] = self._counted(i, self.waits[i])
            board.take(picks[i])
        return picks

    def _add(self, i: int, found: Sequence[Choice]) -> None:
        known = {choice.name() for choice in self.choices[i]}
        self.choices[i] += (self._counted(i, choice) for choice in found if not known or choice.name() not in known)
        if known or self.stays[i] is not None:  # else they are as they were ranked
            self.choices[i].sort(key=Choice.rank)
        self.days |= {key for choice in found for key in choice.uses if isinstance(key, DayKey)}

    def known(self) -> int:
        """How many ways and loads were found by now."""
        return sum(map(len, self.choices)) + sum(map(len, self.bundles.values()))

    def look_for_loads(self, loads: Loads, picks: Sequence[Choice], prices: Prices) -> bool:
        """Add the loads that save most against what orders cost without, at prices; whether there are any."""
        self.groups = loads.groups
        found = False
        for group in loads.groups:
            known = self.bundles.setdefault(group[0], [])
            names = {tuple(part.name() for part in bundle.parts) for bundle in known}
            cheapest = {i: min(priced(c, prices) for c in (*self.choices[i], self.waits[i])) for i in group}
            now = {i: picks[i].weighed_minor for i in group}
            for bundle in (
                *loads.of(group, Reference(cheapest, prices)),
                *loads.of(group, Reference(now, {})),
                *loads.from_stock_of(group, picks, Reference(now, {})),
            ):
                name = tuple(part.name() for part in bundle.parts)
                if name not in names:
                    names.add(name)
                    parts = (self._counted(i, part) for i, part in zip(bundle.orders, bundle.parts, strict=True))
                    known.append(bundle._replace(parts=tuple(parts)))
                    self.days |= {key for part in bundle.parts for key in part.uses if isinstance(key, DayKey)}
                    found = True
        return found

    def joint(self) -> list[JointColumn]:
        """The loads as columns."""
        return [JointColumn(b.orders, tuple(part.column for part in b.parts)) for b in self._bundles()]

    def _bundles(self) -> list[Bundle]:
        return [bundle for group in self.groups for bundle in self.bundles[group[0]]]

    def table(self) -> list[list[Column]]:
        """The ways that each order may take, and last that it waits."""
        return [[choice.column for choice in self._allowed(i)] for i in range(len(self.orders))]

    def _allowed(self, i: int) -> list[Choice]:
        return [choice for choice in (*self.choices[i], self.waits[i]) if self._may(i, choice)]

    def _may(self, i: int, choice: Choice) -> bool:
        if choice.way is None and not self.covered[i]:  # it has no right to the stock: others may need it more
            return True
        return choice.holds or choice.cost.total_minor <= self.most[i]

    def protect(self, picks: Sequence[Choice]) -> None:
        """Orders whose promise holds now get ways that hold it from now on; who has all it needs, and breaks it all the
        same, none that costs more.
        """
        for i, pick in enumerate(picks):
            self.most[i] = -1 if pick.holds else pick.cost.total_minor if self.covered[i] else _ANY

    def keeps(self, picks: Sequence[Choice]) -> bool:
        return all(self._may(i, pick) for i, pick in enumerate(picks))

    def at(self, master: Master) -> Iterator[list[Choice]]:
        """Plans at what the master problem found; where orders wait, also that of all in turn at its prices."""
        at = {i: self._allowed(i)[c] for i, c in enumerate(master.picks) if c is not None}
        bundles = self._bundles() if master.joint else []
        for j in master.joint:
            at.update(zip(bundles[j].orders, bundles[j].parts, strict=True))
        found = [at[i] for i in sorted(at)]
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
            found, _ = choices(self.orders[i], self.desk, board.free, self.full | board.full_days(self.days))
            self._add(i, found)
            ranked = self._under(i, prices)
        free = [choice for choice in ranked if board.hinders(choice) is None]
        pick = next((choice for choice in free if self._may(i, choice)), free[0] if free else self.waits[i])
        # Where the stock is worth more to others than waiting costs, the order waits for what they leave.
        return min(pick, self.waits[i], key=lambda choice: priced(choice, prices))

    def _under(self, i: int, prices: Prices) -> list[Choice]:
        if not prices:
            return self.choices[i]
        return sorted(self.choices[i], key=lambda choice: priced(choice, prices))

    def improved(self, picks: Sequence[Choice]) -> list[Choice]:
        """The plan after every order has changed to a cheaper choice as long as any could."""
        picks = list(picks)
        board = self._board_of(picks)
        changed = True
        while changed:
            changed = False
            for i in self.turns:
                if picks[i].load or (self.choices[i] and picks[i] is self.choices[i][0]):
                    continue
                board.give_back(picks[i])
                better = self._pick(i, board, {}) if picks[i].way is None else self._first_fit(i, board)
                if better is not None and self._may(i, better) and better.weighed_minor < picks[i].weighed_minor:
                    picks[i] = better
                    changed = True
                board.take(picks[i])
            for group in self.groups:
                changed |= regrouped(group, self.bundles[group[0]], picks, board, self._first_fit)
        return picks

    def _first_fit(self, i: int, board: Board) -> Choice | None:
        return next((choice for choice in self._allowed(i) if board.hinders(choice) is None), None)

    def _board_of(self, picks: Sequence[Choice]) -> Board:
        board = self._fresh_board()
        for i, pick in enumerate(picks):
            board.give_back(self.waits[i])
            board.take(pick)
        return board

    def told(self, picks: Sequence[Choice], master: Master) -> tuple[tuple[OrderPlan, ...], tuple[PlannedLoad, ...]]:
        """The plan order by order, in the order in which they were given, and its loads."""
        question, bundles = self.question, self._bundles()
        known = Known(question, self.desk, self.pool, self.choices, self.waits, self.refusals, bundles)
        prices = self.worth(master.prices)
        return orders_told(known, picks, self._board_of(picks), prices), loads_told(known, picks, self._board_of(picks))


def _days_are_fought_over(question: PlanQuestion) -> bool:
    """Whether the orders together could ask for more shipments than some site has room for on a day."""
    return any(
        site.daily_shipments is not None
        and site.daily_shipments - max(site.booked.values(), default=0) < len(question.orders)
        for site in question.sites
    )
