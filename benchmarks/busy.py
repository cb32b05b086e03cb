"""A peak: three days on which everybody orders three times as much, in the twin, with our planner and with a shop that
sends every order from the nearest site: each with the peak and without it.

The company of the example, smaller so that it can be lived eight times, and its sites used to about two thirds on a
working day without a peak. A site gets as many orders done in a day as it says (`daily_orders`): in the example itself
the floor is much faster than it says, and no peak would ever be felt. Orders come for eight days, the peak from the
second on; then everything is lived to its end. On time is in full inside the window first promised; what never came
counts as broken.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter, defaultdict
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console

from benchmarks.measuring import in_a_process
from benchmarks.nearest import nearest_first
from doorstep.flow.load import load_company
from doorstep.flow.office import Office, Who
from doorstep.storage import schema
from doorstep.storage.embedded import EmbeddedServer
from doorstep.storage.store import Store
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.terms.refusals import Refusal
from doorstep.twin.fortnight import Fortnight
from doorstep.twin.market import Market, PeakIn
from doorstep.twin.setting import Setting, read_setting

_EXAMPLE = Path(__file__).parents[1] / "examples" / "heating_parts"
_ORDERS, _SENDS = (2, 5), (1, 4)  # shares of the example's orders, and of what its sites can send
_ORDER_DAYS, _DAYS = 8, 18
_PEAK = PeakIn(first=date(2026, 3, 4), days=3, thousandths=3_000)
_SEEDS = (1, 2, 3)  # of the first both planners, of the others ours: one seed alone is worth two points either way
PLANNER, NEAREST = "planner", "nearest site first"


@dataclass(frozen=True)
class Busy:
    """How one life went: shares in per cent, days from ordering to the last day promised, cost an order."""

    seed: int
    planner: str
    demand: str
    customer_class: str
    orders: int
    on_time_percent: float | None
    promised_days: float | None
    cost_an_order: float | None
    cpu_s: float | None = None


def run(console: Console) -> list[Busy]:
    """Every life in a process of its own; the points that the peak costs are the difference of two rows."""
    rows: list[Busy] = []
    for seed in _SEEDS:
        planners = (PLANNER, NEAREST) if seed == _SEEDS[0] else (PLANNER,)
        for planner in planners:
            for peak in (False, True):
                console.print(f"seed {seed}, {planner}, {'three times as much for three days' if peak else 'calm'} ...")
                rows += in_a_process(live, seed, planner, peak)
        for planner in planners:
            calm, busy = (_whole(rows, seed, planner, demand) for demand in ("calm", "peak"))
            lost = round((calm.on_time_percent or 0) - (busy.on_time_percent or 0), 1)
            console.print(f"seed {seed}: the peak costs {planner} {lost} points of on-time")
            rows.append(Busy(seed, planner, "points lost to the peak", "all", busy.orders, lost, None, None))
    return rows


def _whole(rows: list[Busy], seed: int, planner: str, demand: str) -> Busy:
    wanted = (seed, planner, demand, "all")
    return next(row for row in rows if (row.seed, row.planner, row.demand, row.customer_class) == wanted)


def live(seed: int, planner: str, peak: bool) -> list[Busy]:
    """One life, and its rows: all orders, and those of each class."""
    setting = _setting(peak)
    began = time.process_time()
    with tempfile.TemporaryDirectory() as home, EmbeddedServer.start(Path(home) / "postgresql") as server:
        server.ensure_database("busy")
        clock = FalseClock(setting.begins_at)
        store = Store(server.url("busy"), clock, Ids.seeded(clock, seed), pool_size=2, lazy=True)
        try:
            schema.create(store.engine)
            loaded = load_company(Office(store), Who("bench"), setting.company)
            if isinstance(loaded, Refusal):
                raise ValueError(loaded.says)
            fortnight = Fortnight(store, clock, setting, seed)
            zones = next(each for each in setting.company.services if each.service_id == "NL-GROUND")
            sends = {site.site_id: site.daily_orders for site in setting.company.sites}
            with nearest_first(zones, sends) if planner == NEAREST else nullcontext():
                lived = fortnight.live(_orders(setting, seed))
            fortnight.close()
            rows = _rows(store, seed, planner, "peak" if peak else "calm", dict(lived.taken))
        finally:
            store.close()
    return [*rows[:1], *rows[1:]] if not rows else [_timed(rows[0], time.process_time() - began), *rows[1:]]


def _timed(row: Busy, seconds: float) -> Busy:
    return Busy(**{**row.__dict__, "cpu_s": round(seconds, 1)})


def _orders(setting: Setting, seed: int) -> int:
    """How many orders come in the days in which any do."""
    first = setting.begins_at.date()
    wanted = Market(setting.world, setting.company, seed).orders(first, _ORDER_DAYS)
    return sum(each.at >= setting.begins_at for each in wanted)


def _setting(peak: bool) -> Setting:
    read = read_setting(_EXAMPLE)
    if isinstance(read, Refusal):
        raise ValueError(read.says)
    (part, whole), (less, of) = _ORDERS, _SENDS
    sites = [site.model_copy(update={"daily_orders": site.daily_orders * less // of}) for site in read.company.sites]
    company = read.company.model_copy(update={"sites": sites})
    most = {site.site_id: site.daily_orders for site in sites}
    world = read.world.model_copy(
        update={
            "days": _DAYS,
            "buyers": [
                buyer.model_copy(update={"orders_a_day": max(buyer.orders_a_day * part // whole, 1)})
                for buyer in read.world.buyers
            ],
            "peaks": [_PEAK] if peak else [],
            "crews": [crew.model_copy(update={"a_day": most[crew.site_id]}) for crew in read.world.crews],
        }
    )
    return Setting(company, world)


def _rows(store: Store, seed: int, planner: str, demand: str, kinds: dict[str, str]) -> list[Busy]:
    with store.reading() as tx:
        scored = {row.order_id: row.kept for row in tx.rows("SELECT order_id, kept FROM score WHERE against = 'first'")}
        promised = tx.rows(
            "SELECT o.order_id, p.last_day - (o.placed_at AT TIME ZONE 'America/Chicago')::date AS days FROM orders o "
            "JOIN promise p ON p.order_id = o.order_id AND p.line_no = 0 AND p.revision = 1 "
            "WHERE o.state <> 'cancelled'"
        )
        costs = {
            row.order_id: row.minor
            for row in tx.rows("SELECT order_id, sum(amount_minor)::bigint AS minor FROM cost_entry GROUP BY order_id")
        }
    days = {row.order_id: row.days for row in promised}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for order_id, promised_days in days.items():
        for group in ("all", kinds.get(order_id, "-")):
            told = counts[group]
            told["orders"] += 1
            told["judged"] += order_id in scored
            told["kept"] += bool(scored.get(order_id))
            told["days"] += promised_days
            told["cost"] += costs.get(order_id, 0)
    return [
        Busy(
            seed,
            planner,
            demand,
            group,
            told["orders"],
            round(100 * told["kept"] / max(told["judged"], 1), 1),
            round(told["days"] / told["orders"], 2),
            round(told["cost"] / 100 / told["orders"], 2),
        )
        for group, told in sorted(counts.items())
    ]


if __name__ == "__main__":
    import sys

    for row in live(int(sys.argv[1]), {"p": PLANNER, "n": NEAREST}[sys.argv[2]], sys.argv[3] == "peak"):
        print(row)
