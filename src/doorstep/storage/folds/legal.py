"""What may ship: the last list of a name stands; what is stopped is so until its label is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.events import legal
from doorstep.events.envelope import Body, Entry
from doorstep.storage import tables
from doorstep.storage.changes import Changes


def rule_list_set(body: legal.RuleListSet, entry: Entry, changes: Changes) -> None:
    rules = body.rules
    changes.replace(tables.rule_list, list_id=rules.list_id, rules=rules, set_at=entry.fact.occurred_at)


def rule_list_withdrawn(body: legal.RuleListWithdrawn, _: Entry, changes: Changes) -> None:
    changes.remove(tables.rule_list, (body.list_id,))


def screening_set(body: legal.ScreeningSet, _: Entry, changes: Changes) -> None:
    changes.replace(tables.screening, name="screening", screening=body.screening)


def match_reviewed(body: legal.MatchReviewed, entry: Entry, changes: Changes) -> None:
    about = body.reviewed
    changes.replace(
        tables.match_review,
        customer_id=about.customer_id,
        list_id=about.list_id,
        entry_id=about.entry_id,
        cleared=about.cleared,
        because=body.because,
        reviewed_by=entry.fact.actor,
        reviewed_at=entry.fact.occurred_at,
    )


def label_forbidden(body: legal.LabelForbidden, entry: Entry, changes: Changes) -> None:
    changes.replace(
        tables.forbidden,
        fulfilment_id=body.fulfilment_id,
        order_id=body.order_id,
        service_id=body.service_id,
        rule=body.rule,
        source=body.source,
        says=body.says,
        what_to_do=body.do,
        since=entry.fact.occurred_at,
    )


FOLDS: dict[type[Body], Callable[[Any, Entry, Changes], None]] = {
    legal.RuleListSet: rule_list_set,
    legal.RuleListWithdrawn: rule_list_withdrawn,
    legal.ScreeningSet: screening_set,
    legal.MatchReviewed: match_reviewed,
    legal.LabelForbidden: label_forbidden,
}
