"""Releasing a wave: fulfilment orders go to the floor, least time left first, and every unit gets its bin."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from doorstep.events.envelope import Fact
from doorstep.events.fulfilment import FulfilmentLine, PickTask, WaveReleased
from doorstep.events.steps import Step
from doorstep.events.stock import Hold, HoldsMoved
from doorstep.flow.nodes import asked_facts
from doorstep.flow.office import Office, Scribe, Who, company_of
from doorstep.flow.slack import ToShip, hand_off
from doorstep.promising.accuracy import bin_of, doubt_ppm
from doorstep.promising.arrivals import working_day_after
from doorstep.storage.queries import floor, master, orders, stock
from doorstep.storage.transaction import Transaction
from doorstep.terms.calendar import Calendar
from doorstep.terms.company import Company
from doorstep.terms.refusals import Refusal, Why
from doorstep.warehouse.wave import BinStock, ToRelease, Wave, plan_wave


@dataclass(frozen=True, slots=True)
class Released:
    """The wave ('' where there was nothing to release), its fulfilment orders, and those whose bins did not suffice."""

    wave_id: str
    fulfilment_ids: tuple[str, ...]
    task_ids: tuple[str, ...]
    left_out: tuple[str, ...]


def release_wave(office: Office, who: Who, site_id: str, at_most: int = 100) -> Released | Refusal:
    """Release up to `at_most` fulfilment orders of a site whose goods are all on hand. What waits for its day is
    released a working day before it. A site that others run is asked with it whether it takes them.
    """

    def step(tx: Transaction) -> Released | Refusal:
        site = master.sites(tx).get(site_id)
        if site is None:
            return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
        rows = _rows(tx, site, at_most)
        if not rows:
            return Released("", (), (), ())
        ready = _read(tx, site_id, rows)
        item_ids = {line.item_id for fulfilment in ready for line in fulfilment.lines}
        rows_of_bins = stock.bins(tx, site_id, item_ids)
        bins = [BinStock(row.place_id, row.item_id, row.lot, row.free) for row in rows_of_bins]
        wave = plan_wave(ready, bins, office.ids.new)
        if not wave.released:
            return Released("", (), (), wave.left_out)
        wave_id = office.ids.new("wav")
        released = [row for row in rows if row.fulfilment_id in wave.released]
        scribe = Scribe(who, tx.now)
        wave = replace(wave, tasks=tuple(_doubted(wave.tasks, rows_of_bins, tx.now)))
        tx.record(*released_facts(scribe, company_of(tx), site_id, wave_id, wave, released))
        tx.record(*asked_facts(tx, scribe, site_id, site.terms, released))
        return Released(wave_id, wave.released, tuple(task.task_id for task in wave.tasks), wave.left_out)

    return office.store.run(step)


def _doubted(tasks: Sequence[PickTask], bins: Sequence[Any], now: datetime) -> Iterator[PickTask]:
    """What is doubted of each bin before anybody looks: when it is picked, that tells how right its site's books are.

    What is to be picked after it does no harm where it is missing.
    """
    known = {(row.place_id, row.item_id, row.lot): row for row in bins}
    left = Counter({key: row.free for key, row in known.items()})
    for task in tasks:
        key = (task.place_id, task.item_id, task.lot)
        left[key] -= task.quantity
        row = known[key]
        shelf = bin_of(row.on_hand, (now - row.known_at).days, row.moves, row.short_picks)
        yield replace(task, doubt_ppm=doubt_ppm(shelf, left[key]))


def released_facts(
    scribe: Scribe, company: Company, site_id: str, wave_id: str, wave: Wave, released: Sequence[ToShip]
) -> list[Fact]:
    """A wave goes to the floor: every unit is held in its bin, and picking has its turn."""
    return [
        scribe(HoldsMoved(wave.ended, wave.made), site=site_id, cause="release"),
        scribe(WaveReleased(wave_id, site_id, wave.released, wave.tasks), site=site_id),
        *(hand_off(scribe, company, fulfilment, Step.RELEASE, Step.PICK, scribe.now) for fulfilment in released),
    ]


def _rows(tx: Transaction, site: master.Site, at_most: int) -> list[Any]:
    rows = floor.to_release(tx, site.site_id, _leaves_by(tx.now, site.calendar), at_most)
    # Their orders are locked only now: one that was planned otherwise a moment before is not released as it was.
    standing = orders.fulfilments(tx, [row.order_id for row in rows])
    planned = {row.fulfilment_id for row in standing if row.state == "planned"}
    return [row for row in rows if row.fulfilment_id in planned]


def _leaves_by(now: datetime, wall: Calendar) -> datetime:
    """The end of the next working day: what waits for a later day may yet be planned anew."""
    following = working_day_after(wall, wall.day_of(now) + timedelta(days=1), 0)
    return now if following is None else wall.at(following, time.max)


def _read(tx: Transaction, site_id: str, rows: Sequence[Any]) -> list[ToRelease]:
    lines: dict[str, list[FulfilmentLine]] = defaultdict(list)
    for line in orders.fulfilment_lines(tx, [row.fulfilment_id for row in rows]):
        if line.quantity:
            lines[line.fulfilment_id].append(FulfilmentLine(line.line_no, line.item_id, line.quantity))
    holds: dict[str, list[Hold]] = defaultdict(list)
    for hold in stock.holds_of_orders(tx, [row.order_id for row in rows]):
        if hold.site_id == site_id and not hold.place_id and not hold.inbound_id:
            holds[hold.order_id].append(hold)
    return [
        ToRelease(row.fulfilment_id, row.order_id, tuple(lines[row.fulfilment_id]), tuple(holds[row.order_id]))
        for row in rows
    ]
