"""Playing history: all orders together, moment after moment in the order in which they happened, under a false clock.

Many moments share a transaction, which carries a key of its own: a replay that was killed is started again and goes
on, and one that is done changes nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from doorstep.events.master import CustomerDefined
from doorstep.flow.learn import learn
from doorstep.flow.office import Office, Scribe, company_of
from doorstep.flow.replay.life import HISTORY, Life, World, Written
from doorstep.flow.replay.opening import Opening, ids_for, open_books
from doorstep.flow.replay.treat import Treated
from doorstep.flow.score import score_overdue
from doorstep.storage.transaction import Transaction
from doorstep.terms.clock import FalseClock
from doorstep.terms.order import Terms
from doorstep.terms.refusals import Refusal

MOMENTS_AT_ONCE = 400
Moment = Callable[[Written, datetime], None]


@dataclass(slots=True)
class Played:
    """What a replay came to: moments played, facts they made (0 where all was there before), the last instant."""

    orders: int = 0
    moments: int = 0
    facts: int = 0
    until: datetime | None = None


@dataclass(slots=True)
class _Stretch:
    """Moments that go into one transaction."""

    number: int
    written: Written = field(default_factory=Written)
    moments: int = 0


def play(
    office: Office,
    clock: FalseClock,
    opening: Opening,
    orders: Iterable[Treated],
    replay_id: str,
    progress: Callable[[int], None] = lambda _: None,
) -> Played | Refusal:
    """Play the orders, which come in the order of their `placed_at`, into an office that runs on `clock`.

    `replay_id` names the history: the same one twice plays nothing. `progress` is told the orders that were placed.
    """
    first_serial = open_books(office, clock, opening, replay_id)
    if isinstance(first_serial, Refusal):
        return first_serial
    with office.store.reading() as tx:
        company = company_of(tx)
        customers = {row.customer_id for row in tx.rows("SELECT customer_id FROM customer")}
    serials = count(first_serial)
    world = World(
        company=company,
        items=opening.items,
        services={service.service_id: service for service in opening.services},
        terms=company.terms,
        ids=ids_for(clock, replay_id, "orders"),
        next_parcel=lambda: next(serials),
        document=opening.document,
    )
    player = _Player(office, clock, world, customers, replay_id)
    for life, at, moment in _in_time(world, orders):
        if moment == life.place:
            player.played.orders += 1
            player.meet(life, at)
            progress(player.played.orders)
        player.play(at, moment)
    return player.end()


class _Player:
    """Writes moments down, many to a transaction."""

    def __init__(self, office: Office, clock: FalseClock, world: World, customers: set[str], replay_id: str) -> None:
        self._office = office
        self._clock = clock
        self._world = world
        self._known = customers
        self._met: set[str] = set()
        self._replay_id = replay_id
        self._stretch = _Stretch(1)
        self.played = Played()

    def meet(self, life: Life, at: datetime) -> None:
        """A customer who orders for the first time is defined first."""
        order = life.told.order
        if order.customer_id in self._met:
            return
        self._met.add(order.customer_id)
        # Drawn whether it is needed or not: a replay that goes on must draw as the killed one did.
        person_ref = self._world.ids.new("per")
        if order.customer_id in self._known:
            return
        self._stretch.written.people[person_ref] = order.ship_to
        defined = CustomerDefined(order.customer_id, person_ref, Terms())
        self._stretch.written.facts.append(Scribe(HISTORY, at)(defined))

    def play(self, at: datetime, moment: Moment) -> None:
        self._clock.move_to(at)
        moment(self._stretch.written, at)
        self.played.moments += 1
        self._stretch.moments += 1
        self.played.until = at
        if self._stretch.moments >= MOMENTS_AT_ONCE:
            self._write()

    def end(self) -> Played:
        """Write the rest; then every promise whose last day is over without its goods is broken."""
        if self._stretch.moments:
            self._write()
        while score_overdue(self._office):
            pass
        learn(self._office, HISTORY)
        self._office.store.seal()
        return self.played

    def _write(self) -> None:
        stretch = self._stretch
        self._stretch = _Stretch(stretch.number + 1)
        fresh = 0

        def step(tx: Transaction) -> int:
            nonlocal fresh
            tx.ask_first()  # what was written before, ends here
            tx.record(*stretch.written.facts)
            tx.keep_people(stretch.written.people)
            tx.keep_messages(stretch.written.messages)
            fresh = len(stretch.written.facts)
            return fresh

        key = f"replay/{self._replay_id}/{stretch.number}"
        self._office.store.run(step, answers=int, key=key, request=self._replay_id)
        self.played.facts += fresh


def _in_time(world: World, orders: Iterable[Treated]) -> Iterator[tuple[Life, datetime, Moment]]:
    """Every moment of every order in the order in which they happened; of one instant, in the order of the orders."""
    waiting: list[tuple[datetime, int, int, Life, Moment]] = []
    for number, told in enumerate(orders):
        life = Life(world, told)
        while waiting and waiting[0][0] < told.placed_at:
            at, _, _, earlier, moment = heapq.heappop(waiting)
            yield earlier, at, moment
        for place, (at, moment) in enumerate(life.moments()):
            heapq.heappush(waiting, (at, number, place, life, moment))
    while waiting:
        at, _, _, earlier, moment = heapq.heappop(waiting)
        yield earlier, at, moment
