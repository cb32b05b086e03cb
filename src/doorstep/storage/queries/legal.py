"""What may ship: the lists that hold, who gets it and what was found of them, and what lies packed or on the bench."""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from doorstep.storage.definitions import definition
from doorstep.storage.transaction import Query, Transaction
from doorstep.terms.rulebook import Rulebook, RuleList, Screening

# What is known by its fingerprint is not sent again: a list may have fifty thousand names.
RULES: Query = definition(
    "SELECT list_id, fingerprint FROM rule_list UNION ALL SELECT '', screening::text FROM screening ORDER BY 1"
)
_known: dict[str, RuleList] = {}
_MOST_KNOWN = 200


@lru_cache(maxsize=2)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def rulebook(tx: Transaction) -> Rulebook:
    """The lists that hold; the same object as long as nothing about them changes."""
    rows = tx.rows(*RULES)
    missing = [row.list_id for row in rows if row.list_id and row.fingerprint not in _known]
    if missing:
        if len(_known) > _MOST_KNOWN:
            _known.clear()
        rows = [row for row in rows if not row.list_id]
        for row in tx.rows("SELECT list_id, fingerprint, rules::text AS text FROM rule_list ORDER BY list_id"):
            if row.fingerprint not in _known:
                _known[row.fingerprint] = _adapter(RuleList).validate_json(row.text)
            rows.append(row)
    screening = next((row.fingerprint for row in rows if not row.list_id), "")
    return _rulebook(tuple(_known[row.fingerprint] for row in rows if row.list_id), screening)


_newest: list[tuple[str, Rulebook]] = []


def _rulebook(lists: tuple[RuleList, ...], screening: str) -> Rulebook:
    if _newest:
        said, book = _newest[0]
        if said == screening and len(lists) == len(book.lists) and all(map(operator.is_, lists, book.lists)):
            return book
    told = _adapter(Screening).validate_json(screening) if screening else Screening()
    _newest[:] = [(screening, Rulebook(lists, told))]
    return _newest[0][1]


def lists(tx: Transaction) -> list[Any]:
    """Rows (list_id, source, dated, bans, parties, set_at): how many of each a list has."""
    return tx.rows(
        "SELECT list_id, rules->>'source' AS source, (rules->>'dated')::date AS dated, "
        "jsonb_array_length(rules->'bans') AS bans, jsonb_array_length(rules->'parties') AS parties, set_at "
        "FROM rule_list ORDER BY list_id"
    )


def reviews(tx: Transaction, customer_ids: Collection[str] = ()) -> list[Any]:
    """What people found of customers that look like entries of lists; of all customers where none is named."""
    return tx.rows(
        "SELECT customer_id, list_id, entry_id, cleared, because, reviewed_by, reviewed_at FROM match_review "
        "WHERE %s OR customer_id = ANY(%s) ORDER BY customer_id, list_id, entry_id",
        not customer_ids,
        list(customer_ids),
    )


def cleared(tx: Transaction, customer_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The entries (`LIST/ENTRY`) that customers were found not to be."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in reviews(tx, customer_ids) if customer_ids else ():
        if row.cleared:
            found[row.customer_id].add(f"{row.list_id}/{row.entry_id}")
    return {customer_id: frozenset(refs) for customer_id, refs in found.items()}


def customers(tx: Transaction, customer_ids: Collection[str]) -> list[Any]:
    """Rows (customer_id, person_ref, text): where who they are lies, and the terms that they have now."""
    return tx.rows(*customers_query(customer_ids))


def customers_query(customer_ids: Collection[str]) -> Query:
    return (
        "SELECT customer_id, person_ref, terms::text AS text FROM customer WHERE customer_id = ANY(%s)",
        sorted(customer_ids),
    )


def on_floor(tx: Transaction, fulfilment_ids: Collection[str]) -> list[Any]:
    """Rows (fulfilment_id, sscc, item_id, lot, quantity, expires_on) of what is packed or on the bench (sscc '')."""
    return tx.rows(*on_floor_query(fulfilment_ids))


def on_floor_query(fulfilment_ids: Collection[str]) -> Query:
    return (
        "SELECT fulfilment_id, sscc, item_id, lot, sum(quantity)::bigint AS quantity, expires_on FROM ("
        "  SELECT fulfilment_id, '' AS sscc, item_id, lot, quantity FROM bench "
        "  WHERE fulfilment_id = ANY(%s) AND quantity > 0 UNION ALL "
        "  SELECT p.fulfilment_id, sscc, c.item_id, c.lot, c.quantity FROM parcel p JOIN parcel_content c USING (sscc) "
        "  WHERE p.fulfilment_id = ANY(%s) AND p.state = 'packed') g LEFT JOIN lot USING (item_id, lot) "
        "GROUP BY fulfilment_id, sscc, item_id, lot, expires_on ORDER BY sscc, item_id, lot",
        list(fulfilment_ids),
        list(fulfilment_ids),
    )


def forbidden(tx: Transaction, fulfilment_ids: Collection[str] = ()) -> Sequence[Any]:
    """What is packed and may not go, those named or all: it has no live label, and nobody cancelled it."""
    return tx.rows(*forbidden_query(fulfilment_ids))


def forbidden_query(fulfilment_ids: Collection[str]) -> Query:
    return (
        "SELECT n.* FROM forbidden n JOIN fulfilment f USING (fulfilment_id) WHERE f.state = 'packed' "
        "AND (%s OR n.fulfilment_id = ANY(%s)) AND NOT EXISTS (SELECT FROM label l "
        "WHERE l.fulfilment_id = n.fulfilment_id AND l.state IN ('requested', 'bought', 'void_requested') "
        "AND l.requested_at >= n.since) ORDER BY n.since, n.fulfilment_id",
        not fulfilment_ids,
        list(fulfilment_ids),
    )


def ask_for_forbidden(tx: Transaction, verb: str) -> None:
    """Ask anew, now, for the labels of what was stopped."""
    for row in forbidden(tx):
        tx.later(verb, row.fulfilment_id, tx.now)
