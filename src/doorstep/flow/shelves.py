"""What lies at sites against what is wanted of it, and how long new goods take to come."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from doorstep.planning.levers import ShelfKnown
from doorstep.storage.queries import goals as queries
from doorstep.storage.transaction import Transaction

BACK_DAYS = 28  # of which it is told what is usual


def lead_days(tx: Transaction) -> tuple[dict[str, int], int]:
    """How many days new goods of each item took to come, from being ordered, the median of its last ones; '' of all.

    Beside it on how many receipts that rests. What is still on its way is taken by the day it is due.
    """
    taken: dict[str, list[int]] = defaultdict(list)
    receipts = 0
    for row in queries.lead_times(tx):
        receipts += row.received_at is not None
        days = -(-((row.received_at or row.due_at) - row.ordered_at) // timedelta(days=1))
        for key in ("", row.item_id):
            taken[key].append(max(days, 1))
    return {item_id: sorted(days)[len(days) // 2] for item_id, days in taken.items()}, receipts


def shelves_known(
    tx: Transaction, leads: Mapping[str, int], item_ids: Collection[str] | None = None
) -> list[ShelfKnown]:
    """What lies at each site, of these items or of all, against what is wanted of it and how long new goods take
    (`leads`, as `lead_days` tells).
    """
    since = tx.now - timedelta(days=BACK_DAYS)
    first = queries.placed_since(tx, since).first_at
    days = max((tx.now - first).days, 1) if first else 1
    sent: Counter[tuple[str, str]] = Counter()
    wanted: Counter[str] = Counter()
    for row in queries.sent_by_site(tx, since, item_ids):
        sent[row.site_id, row.item_id] += row.units
        wanted[row.item_id] += row.units
    on_way = queries.coming(tx) if item_ids is None else {}
    units: Counter[tuple[str, str]] = Counter()
    free: Counter[tuple[str, str]] = Counter()
    ends: dict[tuple[str, str], tuple[date, int]] = {}
    for row in queries.shelves(tx, item_ids):
        key = (row.site_id, row.item_id)
        units[key] += row.on_hand
        free[key] += row.free
        if row.expires_on is not None:
            soonest, many = ends.get(key, (row.expires_on, 0))
            if row.expires_on <= soonest:
                ends[key] = (row.expires_on, row.on_hand + (many if row.expires_on == soonest else 0))
    everywhere: Counter[str] = Counter()
    for (_, item_id), there in free.items():
        everywhere[item_id] += there
    return [
        ShelfKnown(
            site_id=site_id,
            item_id=item_id,
            units=there,
            free=free[site_id, item_id],
            everywhere=everywhere[item_id],
            coming=on_way.get(item_id, 0),
            here_a_day=sent[site_id, item_id] * 1_000 // days,
            wanted_a_day=wanted[item_id] * 1_000 // days,
            lead_days=leads.get(item_id, leads.get("")),
            ends_on=ends.get((site_id, item_id), (None, 0))[0],
            ending=ends.get((site_id, item_id), (None, 0))[1],
        )
        for (site_id, item_id), there in sorted(units.items())
    ]
