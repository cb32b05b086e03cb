"""Releasing a wave: fulfilment orders go to the floor, least time left first, and every unit gets its bin."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from doorstep.events.fulfilment import FulfilmentLine, WaveReleased
from doorstep.events.orders import HandOffMade
from doorstep.events.steps import Step
from doorstep.events.stock import Hold, HoldsMoved
from doorstep.flow.office import Office, Scribe, Who, company_of
from doorstep.flow.slack import slack_before_departure
from doorstep.storage.queries import floor, master, orders, stock
from doorstep.storage.store import Transaction
from doorstep.terms.refusals import Refusal, Why
from doorstep.warehouse.wave import BinStock, ToRelease, plan_wave


@dataclass(frozen=True, slots=True)
class Released:
    """The wave ('' where there was nothing to release), its fulfilment orders, and those whose bins did not suffice."""

    wave_id: str
    fulfilment_ids: tuple[str, ...]
    task_ids: tuple[str, ...]
    left_out: tuple[str, ...]


def release_wave(office: Office, who: Who, site_id: str, at_most: int = 100) -> Released | Refusal:
    """Release up to `at_most` fulfilment orders of a site whose goods are all on hand."""

    def step(tx: Transaction) -> Released | Refusal:
        if site_id not in master.sites(tx):
            return Refusal(Why.UNKNOWN_SITE, f"There is no site {site_id}.", {"site_id": site_id})
        ready = _read(tx, site_id, at_most)
        if not ready:
            return Released("", (), (), ())
        item_ids = {line.item_id for fulfilment in ready for line in fulfilment.lines}
        bins = [BinStock(row.place_id, row.item_id, row.lot, row.free) for row in stock.bins(tx, site_id, item_ids)]
        wave = plan_wave(ready, bins, office.ids.new)
        if not wave.released:
            return Released("", (), (), wave.left_out)
        wave_id = office.ids.new("wav")
        scribe = Scribe(who, tx.now)
        tx.record(
            scribe(HoldsMoved(wave.ended, wave.made), site=site_id, cause="release"),
            scribe(WaveReleased(wave_id, site_id, wave.released, wave.tasks), site=site_id),
        )
        _hand_off(tx, scribe, site_id, ready, wave.released)
        return Released(wave_id, wave.released, tuple(task.task_id for task in wave.tasks), wave.left_out)

    return office.store.run(step)


def _read(tx: Transaction, site_id: str, at_most: int) -> list[ToRelease]:
    rows = floor.to_release(tx, site_id, at_most)
    # Their orders are locked only now: one that was planned otherwise a moment before is not released as it was.
    standing = orders.fulfilments(tx, [row.order_id for row in rows])
    planned = {row.fulfilment_id for row in standing if row.state == "planned"}
    rows = [row for row in rows if row.fulfilment_id in planned]
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


def _hand_off(tx: Transaction, scribe: Scribe, site_id: str, ready: list[ToRelease], released: tuple[str, ...]) -> None:
    company = company_of(tx)
    for fulfilment in ready:
        if fulfilment.fulfilment_id in released:
            ship_by = floor.fulfilment(tx, fulfilment.fulfilment_id).ship_by
            slack = slack_before_departure(company, ship_by, tx.now, Step.PICK)
            body = HandOffMade(fulfilment.order_id, fulfilment.fulfilment_id, Step.RELEASE, Step.PICK, slack)
            tx.record(scribe(body, site=site_id))
