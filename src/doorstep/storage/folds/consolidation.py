"""Orders that travel as one shipment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import consolidation
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes


def consolidated(body: consolidation.ShipmentsConsolidated, entry: Entry, changes: Changes) -> None:
    changes.put(
        tables.consolidation,
        consolidation_id=body.consolidation_id,
        site_id=body.site_id,
        service_id=body.service_id,
        tariff_id=body.tariff_id,
        travels_as=body.travels_as,
        state="joined",
        departs=body.departs,
        freight_minor=body.freight_minor,
        cost_minor=body.cost_minor,
        alone_minor=body.alone_minor,
        rejected=body.rejected,
        made_at=entry.fact.occurred_at,
    )
    for member in body.members:
        changes.put(
            tables.consolidation_member,
            consolidation_id=body.consolidation_id,
            fulfilment_id=member.fulfilment_id,
            order_id=member.order_id,
            freight_minor=member.freight_minor,
            alone_minor=member.alone_minor,
            stop_no=member.stop_no,
            later_seconds=member.later_seconds,
        )


def ended(body: consolidation.ConsolidationEnded, _: Entry, changes: Changes) -> None:
    changes.set(tables.consolidation, (body.consolidation_id,), state="ended")


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    consolidation.ShipmentsConsolidated: consolidated,
    consolidation.ConsolidationEnded: ended,
}
