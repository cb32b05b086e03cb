"""Sites that are asked, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import nodes
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes


def asked(body: nodes.FulfilmentAsked, entry: Entry, changes: Changes) -> None:
    changes.put(
        tables.asking,
        fulfilment_id=body.fulfilment_id,
        order_id=body.order_id,
        site_id=body.site_id,
        state="asked",
        reason="",
        asked_at=entry.fact.occurred_at,
        answer_by=body.answer_by,
        answered_at=None,
    )


def accepted(body: nodes.FulfilmentAccepted, entry: Entry, changes: Changes) -> None:
    _answered(body, "accepted", body.reason, entry, changes)


def declined(body: nodes.FulfilmentDeclined, entry: Entry, changes: Changes) -> None:
    _answered(body, "declined", body.reason, entry, changes)


def _answered(body: nodes.NodeSays, state: str, reason: str, entry: Entry, changes: Changes) -> None:
    changes.expect(tables.asking, (body.fulfilment_id,), state="asked")
    answered_at = entry.fact.occurred_at
    changes.set(tables.asking, (body.fulfilment_id,), state=state, reason=reason, answered_at=answered_at)


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    nodes.FulfilmentAsked: asked,
    nodes.FulfilmentAccepted: accepted,
    nodes.FulfilmentDeclined: declined,
}
