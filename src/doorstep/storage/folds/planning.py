"""Planning runs, and what stock and room are worth since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import planning
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes


def plan_made(body: planning.PlanMade, entry: Entry, changes: Changes) -> None:
    changes.put(
        tables.planning_run,
        plan_id=body.plan_id,
        orders=body.orders,
        waiting=body.waiting,
        moved=body.moved,
        cost_minor=body.cost_minor,
        full_minor=body.full_minor,
        bound_minor=body.bound_minor,
        apart_minor=body.apart_minor,
        inputs=dict(body.inputs),
        made_at=entry.fact.occurred_at,
    )
    for price in body.prices:
        changes.replace(
            tables.scarce_price,
            site_id=price.site_id,
            item_id=price.item_id,
            inbound_id=price.inbound_id,
            day=price.day.isoformat() if price.day else "",
            minor=price.minor,
            plan_id=body.plan_id,
        )


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {planning.PlanMade: plan_made}
