"""The floor of one site: waves are released, pickers walk, packers pack, drivers come at the cut-off."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from doorstep.flow import hand_over, pack, pick, release
from doorstep.flow.office import Who
from doorstep.flow.pick import PickIn
from doorstep.intake.company import SiteIn
from doorstep.storage.queries import floor, master
from doorstep.terms.item import Tracking
from doorstep.twin.roads import Roads
from doorstep.twin.world import World, happens, working_moments

_LOOK_SECONDS = 600  # a foreman looks around so often
_WAVE_SECONDS = 3600
MOST_IN_A_WAVE = 60
_MOST_ON_A_TOUR = 8


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast people work, in seconds, and how often something is amiss, in parts per million."""

    walk_seconds: int = 55
    unit_seconds: int = 7
    open_seconds: int = 70
    put_seconds: int = 12
    short_ppm: int = 4_000


class Hand:
    """Somebody who does one thing after another."""

    def __init__(self, name: str, department: str) -> None:
        self.who = Who(name, department)
        self.free_at: datetime | None = None

    def next_start(self, now: datetime) -> datetime:
        return now if self.free_at is None else max(now, self.free_at)


class Crew:
    """Everybody who works at one site, and what lies before them.

    `a_day` is how many orders they get done in a day: the foreman lets out no more, evenly over its hours. 0: any.
    """

    def __init__(
        self,
        world: World,
        roads: Roads,
        site: SiteIn,
        pickers: Sequence[str],
        packers: Sequence[str],
        pace: Pace,
        a_day: int = 0,
    ) -> None:
        self._world = world
        self._roads = roads
        self._site = site
        self._pace = pace
        self._a_day = a_day
        self._let_out: Counter[date] = Counter()
        self._chance = world.chance("crew", site.site_id)
        self._pickers = [Hand(name, "warehouse") for name in pickers]
        self._packers = [Hand(name, "packing") for name in packers]
        self._foreman = Who(f"{site.site_id} foreman", "warehouse")
        self._dock = Who(f"{site.site_id} dock", "shipping")
        self._to_pick: deque[Any] = deque()
        self._to_pack: deque[str] = deque()
        self._by_serial = {item.item_id for item in world.file.items if item.tracking is Tracking.SERIAL}

    def schedule(self, days: Sequence[date]) -> None:
        """Put down the working days: a look every ten minutes, a wave every hour, a driver at each cut-off."""
        calendar = self._site.calendar
        own = {vehicle.service_id for vehicle in self._world.file.vehicles}
        called = [
            service
            for service in self._world.file.services
            if self._site.site_id in service.cut_offs and service.service_id not in own
        ]
        for day in days:
            looks = working_moments(calendar, day, _LOOK_SECONDS)
            waves = len(range(0, len(looks), _WAVE_SECONDS // _LOOK_SECONDS))
            for number, moment in enumerate(looks):
                wave, between = divmod(number * _LOOK_SECONDS, _WAVE_SECONDS)
                by_now = self._a_day * (wave + 1) // waves if self._a_day else MOST_IN_A_WAVE * (wave + 1)
                self._world.agenda.at(moment, partial(self._look, None if between else by_now, day))
            for service in called:
                if service.calendar.works_on(day) and calendar.works_on(day):
                    comes_at = calendar.at(day, service.cut_offs[self._site.site_id])
                    self._world.agenda.at(comes_at, partial(self._driver, service.carrier_id, service.service_id))

    def _look(self, by_now: int | None, day: date) -> None:
        """With `by_now` a wave goes out: so many orders may have gone on this day."""
        if by_now is not None:
            self._release(min(by_now - self._let_out[day], MOST_IN_A_WAVE), day)
        self._send_pickers()
        self._send_packers()

    def _release(self, at_most: int, day: date) -> None:
        if at_most <= 0:
            return
        world = self._world
        released = world.must(release.release_wave(world.office, self._foreman, self._site.site_id, at_most))
        self._let_out[day] += len(released.fulfilment_ids) if self._a_day else MOST_IN_A_WAVE
        if not released.task_ids:
            return
        fresh = set(released.task_ids)
        with world.office.store.reading() as tx:
            tasks = [task for task in floor.open_tasks(tx, self._site.site_id) if task.task_id in fresh]
        self._to_pick.extend(tasks)

    def _send_pickers(self) -> None:
        """Every picker who is free before the next look goes on a tour of the next tasks."""
        until = self._world.now() + timedelta(seconds=_LOOK_SECONDS)
        while self._to_pick:
            picker = min(self._pickers, key=lambda hand: (hand.next_start(self._world.now()), hand.who.actor))
            at = picker.next_start(self._world.now())
            if at >= until:
                return
            tour: list[tuple[Any, datetime, datetime]] = []
            while self._to_pick and len(tour) < _MOST_ON_A_TOUR:
                task = self._to_pick.popleft()
                done_at = at + timedelta(seconds=self._pick_seconds(task))
                tour.append((task, at, done_at))
                at = done_at
            picker.free_at = at
            self._world.agenda.at(at, partial(self._pick, picker, tour))

    def _pick_seconds(self, task: Any) -> int:
        seconds = self._pace.walk_seconds + self._pace.unit_seconds * min(int(task.quantity), 40)
        return seconds * self._chance.randint(70, 150) // 100

    def _pick(self, picker: Hand, tour: Sequence[tuple[Any, datetime, datetime]]) -> None:
        world = self._world
        picks: list[PickIn] = []
        in_hand: set[str] = set()
        for task, started_at, completed_at in tour:
            found = task.quantity
            if happens(self._chance, self._pace.short_ppm):
                found = self._chance.randrange(task.quantity)
            serials = self._serials_of(task, found, in_hand)
            in_hand.update(serials)
            picks.append(PickIn(task.task_id, found, serials, started_at, completed_at))
        told = world.must(pick.confirm_picks(world.office, picker.who, picks, f"tour-{tour[0][0].task_id}"))
        world.wake()
        for answer in told:
            done = world.granted("picker", answer)
            if done is not None and done.to_pack:
                self._to_pack.append(done.fulfilment_id)

    def _serials_of(self, task: Any, found: int, in_hand: set[str]) -> tuple[str, ...]:
        """The serials that are taken, where the item has any; those in hand already were taken on this tour."""
        if task.item_id not in self._by_serial:
            return ()
        with self._world.office.store.reading() as tx:
            rows = tx.rows(
                "SELECT serial FROM unit WHERE place_id = %s AND item_id = %s ORDER BY serial",
                task.place_id,
                task.item_id,
            )
        return tuple([row.serial for row in rows if row.serial not in in_hand][:found])

    def _send_packers(self) -> None:
        until = self._world.now() + timedelta(seconds=_LOOK_SECONDS)
        while self._to_pack:
            packer = min(self._packers, key=lambda hand: (hand.next_start(self._world.now()), hand.who.actor))
            start = packer.next_start(self._world.now())
            if start >= until:
                return
            fulfilment_id = self._to_pack.popleft()
            seconds = self._pace.open_seconds + self._pace.put_seconds * self._chance.randint(1, 12)
            packer.free_at = start + timedelta(seconds=seconds)
            self._world.agenda.at(packer.free_at, partial(self._pack, packer, fulfilment_id, start))

    def _pack(self, packer: Hand, fulfilment_id: str, start: datetime) -> None:
        world = self._world
        done = pack.pack(world.office, packer.who, fulfilment_id, f"pack-{fulfilment_id}", started_at=start)
        world.granted("packer", done)
        world.wake()

    def _driver(self, carrier_id: str, service_id: str) -> None:
        """What has its label goes; the driver's first scans follow by themselves."""
        world = self._world
        with world.office.store.reading() as tx:
            rows = tx.rows(
                "SELECT p.sscc, l.tracking_number, nullif(o.terms -> 'receives', 'null')::text AS receives "
                "FROM parcel p JOIN label l USING (sscc) JOIN orders o ON o.order_id = p.order_id WHERE p.site_id = %s "
                "AND p.state = 'packed' AND l.state = 'bought' AND l.carrier_id = %s AND l.service_id = %s "
                "ORDER BY p.sscc",
                self._site.site_id,
                carrier_id,
                service_id,
            )
        if not rows:
            return
        ssccs = [row.sscc for row in rows]
        key = f"{self._site.site_id}/{service_id}/{world.now().isoformat()}"
        done = world.must(hand_over.hand_over(world.office, self._dock, carrier_id, ssccs, key))
        for kept in done.kept:
            world.noes["driver", kept.refusal.code] += 1
        gone = set(done.handed_over)
        taken = [row for row in rows if row.sscc in gone]
        hours = {row.tracking_number: master.calendar_of(row.receives) if row.receives else None for row in taken}
        self._roads.collect(carrier_id, hours)
