"""A company lives: customers order, the floor works, carriers drive, suppliers bring, somebody counts, all by one seed.

The real flow on a real database, under a false clock, with carriers of our own on a false wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from doorstep.flow import change, collect, later, learn, place, plan, score
from doorstep.flow.count import count_bin
from doorstep.flow.office import Office, Who
from doorstep.intake.orders import read_order
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.twin.agenda import Agenda
from doorstep.twin.carrier_desk import CarrierDesk
from doorstep.twin.crew import Crew
from doorstep.twin.faults import FaultPlan
from doorstep.twin.fleet import Drivers
from doorstep.twin.journey import Trouble
from doorstep.twin.market import Market, Wanted
from doorstep.twin.roads import Roads, sender_to
from doorstep.twin.setting import Setting
from doorstep.twin.suppliers import Suppliers
from doorstep.twin.world import World, days_from

_PLAN_SECONDS = 900
_SCANS_SECONDS = 1800
_NIGHT = time(3)
_SHOP = Who("web shop", "sales")
_DESK = Who("inside sales", "sales")
_COUNTER = Who("night count", "stock control")


@dataclass(frozen=True, slots=True)
class Lived:
    """What happened: orders sent in by kind, orders that were taken, and every refusal by who was refused and why."""

    sent: int
    taken: tuple[tuple[str, str], ...]  # order id, kind of buyer
    noes: tuple[tuple[str, str, int], ...]
    actions: int


class Fortnight:
    """One company's days, from `setting.starts_at` on."""

    def __init__(self, store: Store, clock: FalseClock, setting: Setting, seed: int) -> None:
        services = {service.service_id: service for service in setting.company.services}
        faults = FaultPlan(seed, ppm=setting.world.faults_ppm)
        trouble = Trouble(**setting.world.trouble_ppm)
        desk = CarrierDesk(clock, seed, services, faults, trouble)
        self.sender = sender_to(desk, {service.carrier_id for service in services.values()})
        self._setting = setting
        self._world = World(Office(store, self.sender), clock, desk, setting.company, seed, Agenda(clock))
        self._world.wake_by(self._work)
        self._roads = Roads(self._world)
        self._taken: list[tuple[str, str]] = []
        self._sent = 0
        self._sized_at = 0  # the newest fact when the database last counted its rows

    def live(self, orders: int | None = None, watch: Callable[[datetime], None] = lambda _: None) -> Lived:
        """Live all days (of the drawn orders only the first `orders`); `watch` is told the time again and again."""
        self._know_sizes()
        setting, world = self._setting, self._world
        begins, ends = setting.begins_at, setting.ends_at
        days = days_from(begins.date(), (ends.date() - begins.date()).days + 1)
        wanted = Market(setting.world, setting.company, world.seed).orders(days[0], len(days))
        inside = [each for each in wanted if begins <= each.at < ends][:orders]
        for each in inside:
            world.agenda.at(each.at, partial(self._order, each))
        for crew in setting.world.crews:
            site = next(site for site in setting.company.sites if site.site_id == crew.site_id)
            Crew(world, self._roads, site, crew.pickers, crew.packers, crew.pace, crew.a_day).schedule(days)
            Drivers(world, site).schedule(days)
        Suppliers(world, setting.world.lateness).schedule()
        self._schedule_office(days, begins, ends)
        actions = world.agenda.run(ends, watch)
        later.run_until_quiet(world.office)
        world.office.store.seal()
        noes = tuple((who, why, many) for (who, why), many in sorted(world.noes.items()))
        return Lived(len(inside), tuple(self._taken), noes, actions)

    def close(self) -> None:
        self.sender.close()

    # -- customers -----------------------------------------------------------------------------------------------

    def _order(self, wanted: Wanted) -> None:
        world = self._world
        order = world.must(read_order(wanted.body))
        who = _SHOP if wanted.kind == self._setting.world.web_kind else _DESK
        key = f"order-{order.reference}"
        self._sent += 1
        placed = world.granted("buyer", place.place_order(world.office, who, order, key))
        if placed is None:
            return
        self._taken.append((placed.order_id, wanted.kind))
        if not order.cleared and wanted.pays_after_seconds is not None:
            world.after(wanted.pays_after_seconds, partial(self._pay, placed.order_id))
        if wanted.cancels_after_seconds is not None:
            world.after(wanted.cancels_after_seconds, partial(self._cancel, placed.order_id))

    def _pay(self, order_id: str) -> None:
        who = Who("payments", "sales")
        self._world.granted("payment", place.clear_order(self._world.office, who, order_id))
        self._world.wake()

    def _cancel(self, order_id: str) -> None:
        answer = change.cancel_order(self._world.office, _DESK, order_id, f"cancel-{order_id}")
        self._world.granted("cancellation", answer)
        self._world.wake()

    # -- the office ----------------------------------------------------------------------------------------------

    def _schedule_office(self, days: list[date], begins: datetime, ends: datetime) -> None:
        """Orders are planned four times an hour, and drivers and lists looked at then; carriers' messages come twice,
        nights are for the chores; for everything else the worker wakes when there is work."""
        agenda = self._world.agenda
        for moment in _every(begins, ends, _PLAN_SECONDS):
            agenda.at(moment, partial(self._work, planning=True))
            agenda.at(moment, self._collect)
        for moment in _every(begins, ends, _SCANS_SECONDS):
            agenda.at(moment, self._roads.send)
        zone = self._setting.zone
        for day in days[1:]:
            agenda.at(datetime.combine(day, _NIGHT, zone), self._night)

    def _work(self, planning: bool = False) -> None:
        if later.run_until_quiet(self._world.office, planning=planning).put_off:
            self._world.wake()

    def _collect(self) -> None:
        if collect.collect_due(self._world.office):
            self._work()

    def _night(self) -> None:
        office = self._world.office
        self._know_sizes()
        score.score_overdue(office)
        learn.learn(office)
        plan.plan_open_orders(office)
        self._count()
        office.store.seal()

    def _know_sizes(self) -> None:
        """Once there are twice as many facts, as the database does by itself every minute, which here is many days:
        what it planned for tables that were nearly empty would be kept, and be ten times slower than it need be."""
        store = self._world.office.store
        (newest,) = store.ask("SELECT coalesce(max(event_id), 0) AS fact FROM journal")
        if newest.fact >= 2 * self._sized_at:
            with store.connection() as raw:
                # How many rows there are, and how many of a kind, a few thousand of them tell well enough.
                raw.execute("SET LOCAL default_statistics_target = 10")
                raw.execute("ANALYZE")
                raw.commit()
            self._sized_at = newest.fact

    def _count(self) -> None:
        """A few bins are counted every night; now and then something is missing, or was never booked."""
        world, chance = self._world, self._world.chance("count", self._world.now().date())
        with world.office.store.reading() as tx:
            rows = tx.rows(
                "SELECT b.place_id, b.item_id, b.lot, b.on_hand FROM balance b JOIN item i USING (item_id) "
                "JOIN place p USING (place_id) WHERE p.kind = 'bin' AND b.on_hand > 0 AND i.tracking <> 'serial' "
                "ORDER BY 1, 2, 3"
            )
        for row in chance.sample(rows, min(len(rows), self._setting.world.counts_a_night)):
            counted = max(row.on_hand + chance.choice(self._setting.world.count_differences), 0)
            key = f"count-{world.now():%m%d}-{row.place_id}-{row.item_id}-{row.lot}"
            told: Any = count_bin(world.office, _COUNTER, row.place_id, row.item_id, counted, key, row.lot)
            world.granted("counter", told)


def _every(begins: datetime, ends: datetime, seconds: int) -> Iterator[datetime]:
    while begins < ends:
        yield begins
        begins += timedelta(seconds=seconds)
